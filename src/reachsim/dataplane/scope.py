"""How far a step speaks: for which addresses in place of a packet's it would be the same."""

from __future__ import annotations

from typing import NamedTuple

from reachsim.faces import face
from reachsim.net.address import LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span

EVERYWHERE: Span = (0, LINE_LAST)


class Scope(NamedTuple):
    """Runs of addresses around a packet's source and destination for which a step is the same, other things being equal."""

    sources: Span
    destinations: Span

    def __repr__(self) -> str:
        return face("Scope", f"{AddressSet((self.sources,))} -> {AddressSet((self.destinations,))}")


ANY = Scope(EVERYWHERE, EVERYWHERE)
"""The step is the same for all packets (what its filter says is asked afterwards)."""


def to_run(span: Span) -> Scope:
    """The same for every source, and for destinations of one run."""
    return Scope(EVERYWHERE, span)


def to_one(destination: int) -> Scope:
    """The same for every source, and for this destination alone."""
    return Scope(EVERYWHERE, (destination, destination))


def edges(*sets: AddressSet) -> list[int]:
    """Where along the address line sets begin and end: the first places of their runs and of what is between them."""
    return [edge for each in sets for low, high in each.spans for edge in (low, high + 1)]


def intersect(one: Span, other: Span) -> Span:
    """The run that two runs share."""
    return max(one[0], other[0]), min(one[1], other[1])
