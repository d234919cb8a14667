"""What is behind a change: where a packet of it fares differently, what decides there, and which key was edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from reachsim.answers.difference import Change, Difference
from reachsim.engine import Engine
from reachsim.errors import ReachsimError, format_path
from reachsim.faces import Faced
from reachsim.loading.tree import same_values
from reachsim.net.packet import Packet
from reachsim.net.traffic import PORTED, Traffic
from reachsim.rules.clauses import KeyPath
from reachsim.topology.edit import network_of
from reachsim.trace.result import Blocker, Hop, Trace

MOST = 200
"""Changes of which the cause is looked for; each takes two traces."""


@dataclass(frozen=True, repr=False)
class Behind(Faced):
    """The checkpoint at which a packet of a change fares differently.

    `packet`: of the change, as it is sent where it flows. `component`, `checkpoint`: where it was, or is, stopped, or sent
    another way. `before`, `after`: what decided there, in words; empty where the packet does not come by any more.
    `before_where`, `after_where`: ``file:line``, empty for AWS's defaults. `edited`, `edited_where`: the key that was edited
    and makes the difference there; empty where that cannot be told.
    """

    packet: Packet
    component: str
    checkpoint: str
    before: str
    before_where: str
    after: str
    after_where: str
    edited: str = ""
    edited_where: str = ""

    @property
    def elsewhere(self) -> str:
        """The edited key, with its line, where it is on none of the lines of what decides."""
        shown = self.edited_where in (self.before_where, self.after_where, "")
        return "" if shown else _with_place(self.edited, self.edited_where)

    def __str__(self) -> str:
        was = f"before: {_with_place(self.before, self.before_where)}"
        now = f"now: {_with_place(self.after, self.after_where)}"
        edited = f"; edited: {self.elsewhere}" if self.elsewhere else ""
        return f"{self.component} {self.checkpoint}: {now}; {was}{edited}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "packet": self.packet.to_dict(),
            "component": self.component,
            "checkpoint": self.checkpoint,
            "before": self.before,
            "before_where": self.before_where,
            "after": self.after,
            "after_where": self.after_where,
            "edited": self.edited,
            "edited_where": self.edited_where,
        }


def _with_place(text: str, where: str) -> str:
    return f"{text or 'not on the way'} [{where}]" if where else text or "not on the way"


def causes_of(found: Difference, before: Engine, after: Engine) -> dict[int, Behind]:
    """By number of the change, from 0, what is behind it, for the first `MOST` changes of which it can be told."""
    causes = Causes(before, after, dict(found.renamed))
    told = ((index, causes.behind(change)) for index, change in enumerate(found.changes[:MOST]))
    return {index: cause for index, cause in told if cause is not None}


class _Place(NamedTuple):
    """Where two traces of a packet part: the hop of each, None where that one has none there."""

    flows: Hop | None
    lost: Hop | None
    leg: str
    number: int


class Causes:
    """What is behind changes between two networks. `names`: of interfaces that were renamed, before to after."""

    def __init__(self, before: Engine, after: Engine, names: Mapping[str, str]) -> None:
        self.before = before
        self.after = after
        self.names = names
        self.called_before = {new: old for old, new in names.items()}
        self.edited = list(_edited(network_of(before.source), network_of(after.source), ()))

    def behind(self, change: Change) -> Behind | None:
        """What is behind a change, by one packet of it; None where the traces of that packet do not show the change."""
        traces = self._traces(change)
        if traces is None:
            return None
        now, was = traces
        flows, lost = (now, was) if change.kind == "opened" else (was, now)
        if flows.packet is None or not lost.blockers or not _differs(flows, lost, change.one_way):
            return None
        place = (None if self._asks_elsewhere(flows, lost) else self._parting(flows, lost)) or self._stop(flows, lost)
        blocker = _blocker_at(lost, place)
        passed = ("", "") if place.flows is None else (place.flows.rule, place.flows.where)
        stopped = ("", "") if place.lost is None else (place.lost.rule, place.lost.where)
        if blocker is not None:
            stopped = (blocker.text, blocker.where)
        decided = (*stopped, *passed) if change.kind == "opened" else (*passed, *stopped)
        at = blocker or place.lost or place.flows
        assert at is not None
        edited = self._edit(place, blocker, flows, lost)
        return Behind(
            flows.packet, self.names.get(at.component, at.component), at.checkpoint, *decided,
            "" if edited is None else format_path(edited), "" if edited is None else self._where(edited),
        )  # fmt: skip

    def _traces(self, change: Change) -> tuple[Trace, Trace] | None:
        """One packet of a change in the second network and in the first."""
        witness = change.space.witness()
        if witness is None or change.kind == "changed":
            return None
        service = str(Traffic.of((witness.service, witness.service)))
        port = witness.source_port if witness.protocol in PORTED else None
        pairs = ((one, other) for one in change.sources for other in change.destinations)
        ends = next((pair for pair in pairs if pair[0] != pair[1]), None)
        if ends is None:
            return None
        try:
            now = self.after.trace(*ends, service, port)
            source, destination = (self.called_before.get(end, end) for end in ends)
            return now, self.before.trace(source, destination, service, port)
        except ReachsimError:  # an end that one of the two has not, or a name that no question can have
            return None

    def _asks_elsewhere(self, flows: Trace, lost: Trace) -> bool:
        """Whether one sender sends to two addresses, since a name means another one: where the ways part says nothing."""
        if flows.packet is None or lost.packet is None or flows.packet.destination == lost.packet.destination:
            return False
        return [self._called(hop) for hop in flows.forward[:1]] == [self._called(hop) for hop in lost.forward[:1]]

    def _called(self, hop: Hop) -> tuple[str, str]:
        return self.names.get(hop.component, hop.component), hop.checkpoint

    def _parting(self, flows: Trace, lost: Trace) -> _Place | None:
        """The first place where the packet is lost in one trace alone, or goes another way: there what sent it decides, and
        where that says the same in both, what it comes to."""
        for leg, one, other in (("forward", flows.forward, lost.forward), ("reply", flows.reply, lost.reply)):
            last: tuple[Hop, Hop] | None = None
            if one and other:
                for index, (here, there) in enumerate(zip_longest(one, other)):
                    if here is None or there is None or self._called(here) != self._called(there):
                        if last is not None and last[0].rule != last[1].rule:
                            return _Place(*last, leg, index - 1)
                        return _Place(None if there is not None else here, there, leg, index)
                    if there.action == "drop" and here.action != "drop":
                        return _Place(here, there, leg, index)
                    last = here, there
        return None

    def _stop(self, flows: Trace, lost: Trace) -> _Place:
        """The first thing in the way, where the traces do not part in a hop."""
        blocker = lost.blockers[0]
        hops = flows.forward if blocker.leg == "forward" else flows.reply
        here = (self.names.get(blocker.component, blocker.component), blocker.checkpoint)
        return _Place(next((hop for hop in hops if self._called(hop) == here), None), None, blocker.leg, blocker.hop)

    def _edit(self, place: _Place, blocker: Blocker | None, flows: Trace, lost: Trace) -> KeyPath | None:
        """The edited key that decides at a place; where the packet comes there in one trace alone, and where no such key is
        edited, the nearest one of what it meets."""
        here = [path for hop in place[:2] if hop is not None for path in (hop.rule_path, hop.path)]
        here = [*([] if blocker is None else [blocker.cause.path]), *here]
        ways = [trace.forward if place.leg == "forward" else trace.reply for trace in (lost, flows)]
        hops = [hop for way in ways for hop in (*reversed(way[: place.number + 1]), *way[place.number + 1 :])]
        owners = [owner for hop in (*hops, *lost.forward, *flows.forward) for owner in self._owners(hop)]
        both = place.flows is not None and place.lost is not None
        paths = (*here, *owners) if both else (*owners, *here)
        found = next((key for path in paths for key in self.edited if _touches(key, path)), None)
        return found or (self.edited[0] if len(self.edited) == 1 else None)

    def _owners(self, hop: Hop) -> Iterator[KeyPath]:
        """Where a hop's interface, its subnet and what it went by are written."""
        for engine in (self.after, self.before):
            interface = engine.topology.interfaces.get(hop.component)
            if interface is not None:
                yield from (interface.path, ("vpcs", interface.vpc.name, "subnets", interface.subnet.name))
        vpc, _, name = hop.component.partition(".")
        yield ("vpcs", vpc, "subnets", name)
        yield hop.path[:4]

    def _where(self, key: KeyPath) -> str:
        """The line of an edited key; of one that is gone, where it was."""
        return self.after.locate(key) if self.after.source.document.has(key) else self.before.locate(key)


_SAID = frozenset({"tags", "description", "why", "lint"})
"""Keys that no packet meets."""


_PARTS = (1, 4)
"""How deep the keys of sections and of their members are. Most are equal, which is seen without going through them."""


def _edited(one: Any, other: Any, at: KeyPath) -> Iterator[KeyPath]:
    """The keys that differ between two plain values: as deep down as both have them; a list of another length as a whole."""
    if one is other or (len(at) in _PARTS and same_values(one, other)):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if key in _SAID and not _has_names(at):
                continue
            if key in one and key in other:
                yield from _edited(one[key], other[key], (*at, key))
            else:
                yield (*at, key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _edited(*pair, (*at, index))
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield at


def _has_names(at: KeyPath) -> bool:
    """Whether the keys of a mapping are names, which may be any word: those of a section of the design or of a VPC."""
    return len(at) == 1 or (len(at) == 3 and at[0] == "vpcs")


def _touches(key: KeyPath, path: KeyPath) -> bool:
    """Whether an edited key is at a path, inside of it, or has it inside. Everything of a VPC is no place."""
    if len(path) < 3 and path[:1] in ((), ("vpcs",)):
        return False
    return key[: len(path)] == path or path[: len(key)] == key


def _blocker_at(lost: Trace, place: _Place) -> Blocker | None:
    """What stops the packet at a place; None where it goes another way from there."""
    if place.lost is None and place.flows is None:
        return lost.blockers[0]
    if place.lost is not None and place.lost.action != "drop":
        return None
    at = place.lost or place.flows
    assert at is not None
    here = [b for b in lost.blockers if (b.component, b.checkpoint, b.leg) == (at.component, at.checkpoint, place.leg)]
    return here[0] if here else lost.blockers[0]


def _differs(flows: Trace, lost: Trace, one_way: bool) -> bool:
    return flows.delivered > lost.delivered if one_way else flows.reachable > lost.reachable
