"""Rows: the part of a matrix that a question names, without computing the rest."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reachsim.dataplane.site import NetworkInterface
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import BlockWorker, ClassAnswer
from reachsim.reach.classes import Classes, InterfaceClass, RoutingClass
from reachsim.reach.destinations import Destinations, Portion
from reachsim.reach.flow_answer import Crossing
from reachsim.reach.numbered import Numbered
from reachsim.reach.pair import Progress
from reachsim.topology.endpoints import Endpoints


@dataclass(eq=False)
class Rows(Numbered):
    """The answers from some classes of interfaces to others. Made by `Engine.rows`.

    `rows`: by the index of a source class, numbers of answers, 0 for nothing; `columns`: by the index of a destination
    class, where its numbers stand in each row. `cell_of(number)` is what a number means; a number means the same in all
    `Rows` of one network, but only those made later know the answers that came up later. Memory: four bytes for each pair
    of a source class and a destination class.
    """

    endpoints: Endpoints = field(repr=False)
    classes: Classes = field(repr=False)
    atoms: Atoms = field(repr=False)
    rows: dict[int, array[int]] = field(repr=False)
    columns: Mapping[int, int] = field(repr=False)
    answers: list[ClassAnswer] = field(repr=False)
    cells: dict[int, tuple[Crossing, ...]] = field(default_factory=dict, repr=False)

    def number(self, source: NetworkInterface, destination: NetworkInterface) -> int:
        """The number of the answer for a pair of interfaces. Raises KeyError for one that was not asked about; what an
        interface sends to itself is 0 only where it is alone in its class."""
        of = self.classes.of
        return self.rows[of[source].index][self.columns[of[destination].index]]


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
    to = Destinations(_parts(asked), columns)
    rows: dict[int, array[int]] = {}
    work = _parts(dict.fromkeys(of[interface] for interface in sources))
    for done, (whole, part) in enumerate(work, 1):
        rows |= worker.rows_to(whole, part, to)
        if progress is not None:
            progress(done, len(work))
    return Rows(worker.endpoints, worker.classes, worker.atoms, rows, columns, worker.answers.table())


def _parts(classes: Iterable[InterfaceClass]) -> list[Portion]:
    """Some classes by their routing classes: each whole, and with the classes asked about alone. Walks are those of the
    whole, which is what templates are known by."""
    found: dict[RoutingClass, list[InterfaceClass]] = {}
    for each in classes:
        found.setdefault(each.routing, []).append(each)
    return [
        (whole, whole)
        if len(part) == len(whole.classes)
        else (whole, RoutingClass(whole.index, whole.client, whole.server, part))
        for whole, part in found.items()
    ]
