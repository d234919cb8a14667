"""Rows: the part of a matrix that a question names, without computing the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reachsim.calls import made_by
from reachsim.dataplane.site import NetworkInterface
from reachsim.faces import Faced, for_engines
from reachsim.net.traffic import Traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import BlockWorker, ClassAnswer
from reachsim.reach.cell import Cell
from reachsim.reach.classes import Classes, InterfaceClass, RoutingClass
from reachsim.reach.destinations import DestinationSides, RoutingPart
from reachsim.reach.flow_answer import Crossing
from reachsim.reach.numbered import Numbered
from reachsim.reach.pair import Progress
from reachsim.reach.row import Row
from reachsim.stages import going_over
from reachsim.topology.endpoints import Endpoints

Columns = Mapping[int, int]
"""Where in a row the number for a class stands, by the index of the class."""
ClassesByIndex = Sequence[InterfaceClass] | Mapping[int, InterfaceClass]
"""Classes by their index, each with the interfaces alone that a question names."""


@for_engines("answers", "atoms", "cells", "classes", "columns", "endpoints", "named", "number", "rows")
@made_by("net.rows()")
@dataclass(eq=False, repr=False)
class Rows(Numbered, Faced):
    """The answers from some classes of interfaces to others: a block of the matrix. Made by `Network.rows`.

    ``for source, destination, cell in rows`` goes over the pairs of classes between which anything is delivered (some of
    `traffic`, where that was asked for) or undecided; `pairs` counts the pairs of interfaces that these are.

    `rows`: by the index of a source class, numbers of answers, 0 for nothing; `columns`: by the index of a destination
    class, where its numbers stand in each row. `cell_of(number)` is what a number means, in these rows; others may number
    otherwise. `named`: the classes by index, each with those of its interfaces that were asked about, as sources and as
    destinations. Memory for each pair of a source class and a destination class that some way joins: two bytes, or four
    where there are over 65,535 answers; next to none for the others.
    """

    endpoints: Endpoints
    classes: Classes
    atoms: Atoms
    rows: dict[int, Row]
    columns: Columns
    answers: list[ClassAnswer]
    cells: dict[int, tuple[Crossing, ...]] = field(default_factory=dict)
    traffic: Traffic | None = None
    named: tuple[ClassesByIndex, ClassesByIndex] | None = None

    def number(self, source: NetworkInterface, destination: NetworkInterface) -> int:
        """The number of the answer for a pair of interfaces. Raises KeyError for one that was not asked about; what an
        interface sends to itself is 0 only where it is alone in its class."""
        of = self.classes.of
        return self.rows[of[source].index][self.columns[of[destination].index]]

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, int]]:
        """Every ordered pair of classes between which anything is delivered or undecided, with the number of its answer;
        with `traffic`, some of that. What an interface sends to itself is no pair."""
        every = self.classes.classes
        sources, destinations = self.named or (every, every)
        columns = [*self.columns]  # in the order of the columns
        idle: dict[int, bool] = {}
        for index, row in self.rows.items():
            source = sources[index]
            for column, number in row.answered():
                at = columns[column]
                destination = destinations[at]
                if index == at and not self.pairs(source, destination):
                    continue
                if self.traffic is not None:
                    nothing = idle.get(number)
                    if nothing is None:
                        nothing = idle[number] = self.nothing_of(number, self.traffic)
                    if nothing:
                        continue
                yield source, destination, number

    def __iter__(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, Cell]]:
        known: dict[int, Cell] = {}
        for source, destination, number in self.class_pairs():
            cell = known.get(number)
            if cell is None:
                cell = known[number] = self.cell_of(number)
            yield source, destination, cell

    def pairs(self, source: InterfaceClass, destination: InterfaceClass) -> int:
        """How many ordered pairs of different interfaces two classes are."""
        count = len(source.members) * len(destination.members)
        if source.index != destination.index:
            return count
        if source is destination:
            return count - len(source.members)
        return count - len({*source.members} & {*destination.members})

    def __str__(self) -> str:
        return f"{len(self.rows)} by {len(self.columns)} classes"


def rows_between(
    worker: BlockWorker,
    sources: Iterable[NetworkInterface],
    destinations: Iterable[NetworkInterface],
    progress: Progress | None = None,
) -> Rows:
    """The answers from the classes of some interfaces to the classes of others. `progress(done, total)`: in routing classes.

    Cost: a walk for each pair of routing classes that no walk was shared with before, an `&` for each pair of classes asked.
    """
    of = worker.classes.of
    asked = list(dict.fromkeys(of[interface] for interface in destinations))
    columns = {each.index: column for column, each in enumerate(asked)}
    to = DestinationSides(parts_of(asked), columns)
    rows: dict[int, Row] = {}
    work = parts_of(dict.fromkeys(of[interface] for interface in sources))
    for done, (whole, part) in enumerate(going_over("routing classes", work), 1):
        rows |= worker.rows_to(whole, part, to)
        if progress is not None:
            progress(done, len(work))
    return Rows(worker.endpoints, worker.classes, worker.atoms, rows, columns, worker.answers.known)


def parts_of(classes: Iterable[InterfaceClass]) -> list[RoutingPart]:
    """Some classes by their routing classes: each whole, and with the classes asked about alone. Walks are those of the
    whole, which is what templates are known by."""
    found: dict[RoutingClass, list[InterfaceClass]] = {}
    for each in classes:
        found.setdefault(each.routing, []).append(each)
    return [
        (whole, whole)
        if len(part) == len(whole.classes)
        else (whole, RoutingClass(whole.index, whole.client, whole.server, whole.first, part))
        for whole, part in found.items()
    ]
