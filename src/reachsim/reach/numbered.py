"""Answers by number: what the ints in rows of classes mean."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.calls import says_how_to_call
from reachsim.net.traffic import Traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import UNDECIDED_SERVICES, ClassAnswer
from reachsim.reach.cell import Cell
from reachsim.reach.flow_answer import Crossing
from reachsim.topology.endpoints import Endpoints


@says_how_to_call
class Numbered:
    """What has rows of numbers, and the table of the answers that they mean: the matrix, or a part of it.

    `answers`: by number; 0 is nothing. `cells`: what was made of them so far.
    """

    endpoints: Endpoints
    atoms: Atoms
    answers: Sequence[ClassAnswer]
    cells: dict[int, tuple[Crossing, ...]]

    def cell_of(self, number: int, source: str = "", destination: str = "") -> Cell:
        """The cell of an answer, by its number."""
        below = self.endpoints.design.nat_loss_below
        return Cell(source, destination, self._ways(number), self.undecided(number), below)

    def _ways(self, number: int) -> tuple[Crossing, ...]:
        found = self.cells.get(number)
        if found is None:
            traffic = self.atoms.traffic
            found = self.cells[number] = tuple(
                Crossing(
                    ipv6, traffic(there), traffic(back if back != UNDECIDED_SERVICES else 0), tuple(map(traffic, lost))
                )
                for ipv6, there, back, lost in self.answers[number]
                if there != UNDECIDED_SERVICES
            )
        return found

    def undecided(self, number: int) -> str:
        """Why reachsim cannot decide some of an answer; empty where it can."""
        return "the way leads to something that is not modelled, or not known" if self.unknown(number) else ""

    def unknown(self, number: int) -> frozenset[bool]:
        """The address families, IPv6 or not, in which reachsim cannot decide an answer."""
        return frozenset(ipv6 for ipv6, there, back, _ in self.answers[number] if UNDECIDED_SERVICES in (there, back))

    def nothing_of(self, number: int, traffic: Traffic) -> bool:
        """Whether an answer surely delivers nothing of some traffic."""
        return all(
            there != UNDECIDED_SERVICES and self.atoms.traffic(there).isdisjoint(traffic)
            for _, there, _, _ in self.answers[number]
        )
