"""The interfaces of a matrix put together by class, subnet or VPC, and what passes between the groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal, Protocol, get_args

from reachsim.calls import made_by
from reachsim.errors import UsageError, counted, shown
from reachsim.faces import ToldOf
from reachsim.flow.ports import Choices
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import Cell, loss_in_words, say
from reachsim.reach.classes import Classes, InterfaceClass

Grouping = Literal["class", "subnet", "vpc"]
"""How interfaces are put together."""


class Answered(Protocol):
    """What is asked of a matrix."""

    classes: Classes

    @property
    def pairs(self) -> int:
        """How many ordered pairs of different interfaces there are."""

    @property
    def below(self) -> Fraction:
        """The share of choices of NAT devices of which less may be lost of what is reachable."""

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, int]]:
        """Ordered pairs of classes with the number of their answer."""

    def cell_of(self, number: int) -> Cell:
        """What a number means."""

    def undecided(self, number: int) -> str:
        """Why an answer cannot be decided, or empty."""


_NONE = HeaderSpace.nothing()


@dataclass
class MatrixLink:
    """What passes between two groups of interfaces: between how many pairs of how many, and its union.

    `pairs`: with reachable traffic; `part`: with traffic that passes for too few choices of a NAT device (NAT-PORT), whose
    spans are `partial`, or with ICMP that has no answer alone, where all answers are lost (`silent`). `losses`: what NAT
    devices lose of either. `exact`: between two classes, what is reachable with the client ports, where not every one will
    do, and `space`: the same as a set, of any addresses; between larger groups both are empty.
    """

    possible: int
    pairs: int = 0
    undecided: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    part: int = 0
    partial_spans: list[tuple[int, int]] = field(default_factory=list)
    silent: int = 0
    silent_spans: list[tuple[int, int]] = field(default_factory=list)
    losses: dict[Choices, Traffic] = field(default_factory=dict)
    exact: str = ""
    space: HeaderSpace = _NONE

    @property
    def traffic(self) -> Traffic:
        """The union."""
        return Traffic.union_of(self.spans)

    @property
    def partial(self) -> Traffic:
        """The union of what passes in part."""
        return Traffic.union_of([*self.partial_spans, *self.silent_spans])

    @property
    def answerless(self) -> Traffic:
        """The union of what passes where every answer is lost."""
        return Traffic.union_of(self.silent_spans)

    def add_silent(self, pairs: int, reachable: Traffic) -> None:
        """What has no answer and passes between so many more pairs, where the answers to all else are lost."""
        self.part += pairs
        self.silent += pairs
        self.silent_spans += reachable.spans

    @property
    def says_something(self) -> bool:
        """Whether anything passes, or may."""
        return bool(self.pairs or self.part or self.undecided)

    @property
    def nat(self) -> list[dict[str, Any]]:
        """What NAT devices lose, as plain data."""
        return [{"traffic": say(traffic), **choices.to_dict()} for choices, traffic in self.losses.items()]

    def add(
        self, pairs: int, reachable: Traffic, losses: dict[Choices, Traffic], unsure: bool, below: Fraction
    ) -> None:
        """What passes between so many more pairs."""
        if reachable:
            self.pairs += pairs
            self.spans += reachable.spans
        if unsure:
            self.undecided += pairs
        for choices, traffic in losses.items():
            self.losses[choices] = self.losses.get(choices, Traffic.nothing()) | traffic
            if not choices.counts(below):
                self.partial_spans += traffic.spans
        if any(not choices.counts(below) for choices in losses):
            self.part += pairs

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "traffic": say(self.traffic),
            **({"exact": self.exact, "boxes": self._boxes()} if self.exact else {}),
            "pairs": self.pairs,
            "of": self.possible,
            "partial": say(self.partial) if self.part else "",
            "nat": self.nat,
        }

    def _boxes(self) -> list[dict[str, str | None]]:
        told = (box.to_dict() for box in self.space.boxes())
        return [{key: each[key] for key in ("traffic", "client_ports")} for each in told]

    def __str__(self) -> str:
        parts = [self.exact or say(self.traffic)] if self.pairs else []
        parts += [f"in part {say(self.partial)}"] if self.part else []
        parts += [loss_in_words(self.losses)] if self.losses else []
        return "; ".join([*parts, *(["some is undecided"] if self.undecided else [])])

    @property
    def mark(self) -> str:
        """One character for it."""
        if self.part:
            return "~"
        return "#" if self.pairs == self.possible else "+" if self.pairs else "?"


@made_by("net.matrix().by('subnet')")
class GroupedMatrix(ToldOf):
    """The interfaces of a matrix put together, and what passes between the groups: of `traffic` alone, or of all (None).

    `labels`: one for each group. `links`: what passes, by source and destination; only what is not nothing.
    """

    def __init__(self, matrix: Answered, by: Grouping, traffic: Traffic | None = None) -> None:
        check_grouping(by)
        self.matrix = matrix
        self.by = by
        self.traffic = traffic
        self._names = [label_of(c, by) for c in matrix.classes.classes]
        self.labels = tuple(dict.fromkeys(self._names))
        self.sizes = dict.fromkeys(self.labels, 0)
        for c, name in zip(matrix.classes.classes, self._names, strict=True):
            self.sizes[name] += len(c.members)
        whole = _Answers(matrix, traffic, exact=by == "class")
        links: dict[tuple[str, str], MatrixLink] = {}
        alike: dict[tuple[int, int], MatrixLink | None] = {}
        counts: dict[tuple[str, str, int], int] = {}  # between groups, of an answer that many of their classes may have
        for source, destination, number in matrix.class_pairs():
            a, b = self._names[source.index], self._names[destination.index]
            pairs = _pairs(source, destination)
            if by == "class":  # each pair of them comes once, so that all that say the same share one value
                key = number, pairs
                link = alike[key] if key in alike else alike.setdefault(key, whole.added(MatrixLink(pairs), *key))
                if link is not None:
                    links[a, b] = link
            else:
                counts[a, b, number] = counts.get((a, b, number), 0) + pairs
        for (a, b, number), pairs in counts.items():
            possible = self.sizes[a] * self.sizes[b] - (self.sizes[a] if a == b else 0)
            link = whole.added(links.get((a, b)) or MatrixLink(possible), number, pairs)
            if link is not None:
                links[a, b] = link
        self.links = {key: found for key, found in links.items() if found.says_something}
        self.taking_part = {name for key in self.links for name in key}

    def __eq__(self, other: object) -> bool:
        """Whether both say the same of the same groups."""
        if not isinstance(other, GroupedMatrix):
            return NotImplemented
        return self.labels == other.labels and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.by, self.labels))

    @property
    def pairs(self) -> int:
        """Pairs of interfaces that something passes between."""
        return sum(link.pairs for link in self.links.values())

    @property
    def part(self) -> int:
        """Pairs of interfaces between which something passes in part."""
        return sum(link.part for link in self.links.values())

    @property
    def silent(self) -> int:
        """Of these, pairs of which every answer is lost, so that ICMP that has none is all that passes."""
        return sum(link.silent for link in self.links.values())

    @property
    def undecided(self) -> int:
        """Pairs of interfaces of which something cannot be decided."""
        return sum(link.undecided for link in self.links.values())

    def __bool__(self) -> bool:
        return bool(self.pairs)

    @property
    def title(self) -> str:
        """How many pairs of interfaces pass something."""
        what = "something" if self.traffic is None else f"some of {self.traffic}"
        return f"{self.pairs:,} of {counted(self.matrix.pairs, 'pair')} of interfaces pass {what}, by {self.by}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        index: dict[str, int | str] = {}
        data: dict[str, Any] = {
            "traffic": None if self.traffic is None else str(self.traffic),
            "by": self.by,
            "pairs": self.matrix.pairs,
            "reachable_pairs": self.pairs,
            "partial_pairs": self.part,
            "undecided_pairs": self.undecided,
        }
        if self.by == "class":
            index = {label: number for number, label in enumerate(self.labels)}
            data["classes"] = [_class_data(c) for c in self.matrix.classes.classes]
        told: dict[int, dict[str, Any]] = {}
        data["reachable"] = [
            {"from": index.get(a, a), "to": index.get(b, b), **(told.get(id(link)) or _tell(link, told))}
            for (a, b), link in self.links.items()
            if link.pairs or link.part
        ]
        return data

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each pair of groups, such as ``pandas.DataFrame(...)`` takes."""
        return [
            {
                "from": a,
                "to": b,
                "traffic": (link.exact or say(link.traffic)) if link.pairs else "",
                "partial": say(link.partial) if link.part else "",
                "pairs": link.pairs,
                "of": link.possible,
                "undecided": link.undecided,
                "nat": loss_in_words(link.losses),
            }
            for (a, b), link in self.links.items()
        ]


_Meaning = tuple[Traffic, Traffic, dict[Choices, Traffic], bool, str, HeaderSpace]


class _Answers:
    """What each number of an answer means for a link, found once. `exact`: with the client ports too."""

    def __init__(self, matrix: Answered, traffic: Traffic | None, *, exact: bool) -> None:
        self.matrix = matrix
        self.everything = traffic is None
        self.asked = Traffic.everything() if traffic is None else traffic
        self.exact = exact
        self._known: dict[int, _Meaning] = {}

    def added(self, link: MatrixLink, number: int, pairs: int) -> MatrixLink | None:
        """A link with what an answer lets pass between so many more pairs; None where that is nothing."""
        silent, reachable, losses, unsure, exact, space = self._known.get(number) or self._found(number)
        if silent:
            link.add_silent(pairs, silent)
            link.exact = say(Traffic.nothing()) if self.exact else ""
        if reachable or losses or unsure:
            link.add(pairs, reachable, losses, unsure, self.matrix.below)
            link.exact, link.space = exact, space
        return link if silent or reachable or losses or unsure else None

    def _found(self, number: int) -> _Meaning:
        cell = replace(self.matrix.cell_of(number), undecided="")
        losses = {choices: inside for choices, t in cell.losses.items() if (inside := t & self.asked)}
        silent, reachable = Traffic.nothing(), cell.reachable & self.asked
        if self.everything and cell.answerless:
            silent, reachable = cell.reachable, silent
        exact = cell.words(self.asked) if self.exact else ""
        space = cell.space().restrict(traffic=self.asked) if self.exact else _NONE
        found = silent, reachable, losses, bool(self.matrix.undecided(number)), exact, space
        self._known[number] = found
        return found


def _tell(link: MatrixLink, told: dict[int, dict[str, Any]]) -> dict[str, Any]:
    found = told[id(link)] = link.to_dict()
    return found


def _class_data(interface_class: InterfaceClass) -> dict[str, Any]:
    return {
        "class": interface_class.index,
        "description": str(interface_class),
        "subnet": interface_class.first.subnet.full_name,
        "vpc": interface_class.first.vpc.name,
        "interfaces": [interface.name for interface in interface_class.members],
    }


def _pairs(source: InterfaceClass, destination: InterfaceClass) -> int:
    return len(source.members) * (len(destination.members) - (source is destination))


def check_grouping(by: object) -> None:
    """Raises UsageError for what is no way of putting interfaces together."""
    if by not in get_args(Grouping):
        raise UsageError(f"interfaces cannot be put together by {shown(by)}; write 'class', 'subnet' or 'vpc'")


def label_of(interface_class: InterfaceClass, by: Grouping) -> str:
    """The name of a group; a class has the name of its first interface."""
    interface = interface_class.first
    if by != "class":
        return interface.vpc.name if by == "vpc" else interface.subnet.full_name
    others = len(interface_class.members) - 1
    return f"{interface.name} (+{others:,})" if others else interface.name
