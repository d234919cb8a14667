"""What differs between two networks, as values: groups of equal changes, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reachsim.calls import made_by
from reachsim.errors import counted, summary
from reachsim.faces import Faced, ToldOf, face, record
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic, parse_traffic

ChangeKind = Literal["opened", "closed", "changed"]


@made_by("reachsim.diff(before, after).changes")
@dataclass(frozen=True, repr=False)
class Change(Faced):
    """One group of equal changes: the same traffic opened or closed from each of some endpoints to each of others.

    `space`: the packets, of any addresses. `one_way`: only delivery changed, not the round trip. `sources`,
    `destinations`: full names, in the order of the file. `nat`: what NAT devices' choices of a port lose of it now, and lost
    before, where that matters (NAT-PORT). That is all that differs of what is "changed": it flows before and after.
    """

    kind: ChangeKind
    space: HeaderSpace
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    one_way: bool
    text: str
    nat: str = ""

    @property
    def traffic(self) -> Traffic:
        """The traffic, without ports of clients."""
        return self.space.traffic()

    def between(self, sources: tuple[str, ...], destinations: tuple[str, ...]) -> Iterator[Change]:
        """The part of it between some of its ends; none where that is no pair of different ends."""
        if len(sources) == 1:
            destinations = tuple(name for name in destinations if name not in sources)
        if len(destinations) == 1:
            sources = tuple(name for name in sources if name not in destinations)
        if sources and destinations:
            yield replace(self, sources=sources, destinations=destinations)

    def __str__(self) -> str:
        way = ", one way" if self.one_way else ""
        nat = f"; {self.nat}" if self.nat else ""
        if self.sources == self.destinations:
            return f"{self.kind}: {self.text} among {summary(self.sources)}{way}{nat}"
        return f"{self.kind}: {self.text} from {summary(self.sources)} to {summary(self.destinations)}{way}{nat}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": self.kind,
            "traffic": self.text,
            "one_way": self.one_way,
            "nat": self.nat,
            "from": list(self.sources),
            "to": list(self.destinations),
        }


@made_by("reachsim.diff(before, after).meanings")
@dataclass(frozen=True, repr=False)
class OtherMeaning(Faced):
    """A name that means something else than before (DNS-2, EP-8): a host name, or ``service:NAME``.

    `vpcs`: those whose hosts resolve it otherwise. `before`, `after`: what it means to them, in words.
    """

    name: str
    vpcs: tuple[str, ...]
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} in {summary(self.vpcs)}: {self.after}; before: {self.before}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "vpcs": list(self.vpcs), "before": self.before, "after": self.after}


@made_by("reachsim.diff(before, after)")
@dataclass(frozen=True, repr=False)
class Difference(ToldOf):
    """Everything that differs between two networks. False when nothing does.

    `renamed`: interfaces that have other names and are the same, each before and after; changes call them as they are now.
    `meanings`: names that hosts resolve to something else; `changes` has what passes to them and did not, or not any more.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    undecided: tuple[str, ...] = field(default=())
    renamed: tuple[tuple[str, str], ...] = ()
    meanings: tuple[OtherMeaning, ...] = ()

    @property
    def opened(self) -> tuple[Change, ...]:
        """What flows after and did not before."""
        return tuple(change for change in self.changes if change.kind == "opened")

    @property
    def closed(self) -> tuple[Change, ...]:
        """What flowed before and does not after."""
        return tuple(change for change in self.changes if change.kind == "closed")

    @property
    def changed(self) -> tuple[Change, ...]:
        """What flows before and after, with another share lost by NAT devices' choices of a port."""
        return tuple(change for change in self.changes if change.kind == "changed")

    def not_allowed(self, allowed: str | Traffic | Iterable[str | Traffic]) -> tuple[Change, ...]:
        """What was opened beyond some allowed traffic: a token such as ``tcp/443``, or several. Raises UsageError."""
        several = [allowed] if isinstance(allowed, str | Traffic) or not isinstance(allowed, Iterable) else allowed
        fine = Traffic.union_of(span for traffic in several for span in parse_traffic(traffic).spans)
        return tuple(change for change in self.opened if change.traffic - fine)

    def __bool__(self) -> bool:
        return bool(self.changes or self.meanings)

    @property
    def title(self) -> str:
        """How much was opened and closed, in one line."""
        changed = f", {len(self.changed)} changed" if self.changed else ""
        names = f", {counted(len(self.meanings), 'name')} of another meaning" if self.meanings else ""
        undecided = ", some undecided" if self.undecided else ""
        return f"{len(self.opened)} opened, {len(self.closed)} closed{changed}{names}{undecided}"

    def __repr__(self) -> str:
        return face("Difference:", self.title)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "before": self.before,
            "after": self.after,
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": [{"before": old, "after": new} for old, new in self.renamed],
            "names": [meaning.to_dict() for meaning in self.meanings],
            "undecided": list(self.undecided),
            "changes": [change.to_dict() for change in self.changes],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each change, such as ``pandas.DataFrame(...)`` takes."""
        return [record(change.to_dict()) for change in self.changes]
