"""The interfaces of a matrix put together by class, subnet or VPC, and what passes between the groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reachsim.flow.ports import Choices
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import say
from reachsim.reach.classes import InterfaceClass
from reachsim.reach.matrix import Grouping, Matrix, Slice


@dataclass
class MatrixLink:
    """What passes between two groups of interfaces: between how many pairs of how many, and its union.

    `pairs`: with reachable traffic; `part`: with traffic that passes for too few choices of a NAT device (NAT-PORT), whose
    spans are `partial`. `losses`: what NAT devices lose of either.
    """

    possible: int
    pairs: int = 0
    undecided: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    part: int = 0
    partial_spans: list[tuple[int, int]] = field(default_factory=list)
    losses: dict[Choices, Traffic] = field(default_factory=dict)

    @property
    def traffic(self) -> Traffic:
        """The union."""
        return Traffic.union_of(self.spans)

    @property
    def partial(self) -> Traffic:
        """The union of what passes in part."""
        return Traffic.union_of(self.partial_spans)

    @property
    def nat(self) -> list[dict[str, Any]]:
        """What NAT devices lose, as plain data."""
        return [{"traffic": say(traffic), **choices.to_dict()} for choices, traffic in self.losses.items()]

    @property
    def mark(self) -> str:
        """One character for it."""
        if self.part:
            return "~"
        return "#" if self.pairs == self.possible else "+" if self.pairs else "?"


class Groups:
    """The interfaces of a matrix put together, and what passes between the groups. `labels`: one for each group."""

    def __init__(self, matrix: Matrix, by: Grouping, traffic: Traffic | None) -> None:
        self.matrix = matrix
        self.by = by
        self.traffic = traffic
        names = [label_of(c, by) for c in matrix.classes.classes]
        self.labels = tuple(dict.fromkeys(names))
        sizes = dict.fromkeys(self.labels, 0)
        for c, name in zip(matrix.classes.classes, names, strict=True):
            sizes[name] += len(c.members)
        self.links: dict[tuple[str, str], MatrixLink] = {}

        def link(source: InterfaceClass, destination: InterfaceClass) -> MatrixLink:
            a, b = names[source.index], names[destination.index]
            if (a, b) not in self.links:
                self.links[a, b] = MatrixLink(sizes[a] * sizes[b] - (sizes[a] if a == b else 0))
            return self.links[a, b]

        for source, destination, part in Slice(matrix, traffic or Traffic.everything()).class_pairs():
            found = link(source, destination)
            found.pairs += _pairs(source, destination)
            found.spans += part.spans
        asked = traffic or Traffic.everything()
        lossy: dict[int, dict[Choices, Traffic]] = {}
        for source, destination, answer in matrix.class_pairs():
            if matrix.undecided(answer):
                link(source, destination).undecided += _pairs(source, destination)
            if answer not in lossy:
                losses = matrix.cell_of(answer).losses
                lossy[answer] = {choices: inside for choices, t in losses.items() if (inside := t & asked)}
            if lossy[answer]:
                _add_losses(link(source, destination), lossy[answer], _pairs(source, destination), matrix.below)
        self.links = {key: found for key, found in self.links.items() if found.pairs or found.part or found.undecided}
        self.taking_part = {name for key in self.links for name in key}

    @property
    def pairs(self) -> int:
        """Pairs of interfaces that something passes between."""
        return sum(link.pairs for link in self.links.values())

    @property
    def part(self) -> int:
        """Pairs of interfaces between which something passes in part."""
        return sum(link.part for link in self.links.values())

    @property
    def undecided(self) -> int:
        """Pairs of interfaces of which something cannot be decided."""
        return sum(link.undecided for link in self.links.values())


def _pairs(source: InterfaceClass, destination: InterfaceClass) -> int:
    return len(source.members) * (len(destination.members) - (source is destination))


def _add_losses(link: MatrixLink, losses: dict[Choices, Traffic], pairs: int, below: Fraction) -> None:
    for choices, traffic in losses.items():
        link.losses[choices] = link.losses.get(choices, Traffic.nothing()) | traffic
        if not choices.counts(below):
            link.partial_spans += traffic.spans
    if any(not choices.counts(below) for choices in losses):
        link.part += pairs


def label_of(interface_class: InterfaceClass, by: Grouping) -> str:
    """The name of a group; a class has the name of its first interface."""
    interface = interface_class.first
    if by != "class":
        return interface.vpc.name if by == "vpc" else interface.subnet.full_name
    others = len(interface_class.members) - 1
    return f"{interface.name} (+{others:,})" if others else interface.name
