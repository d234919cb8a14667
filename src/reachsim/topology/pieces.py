"""A flow whose far end is a set of addresses, cut into pieces that are treated alike."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.fabric.ends import Flow
from reachsim.net.cidr import AddressSet
from reachsim.topology.passage import Passage, passage_of, too_many

Piece = tuple[Passage, AddressSet | None]
"""A passage, and the far addresses for which it is the same; None where both ends are fixed."""
KEPT = 50_000
MOST = 20_000
"""Runs of addresses that one flow is cut into; what is left then is undecided, for an answer in bounded time."""


class Pieces:
    """The pieces of flows, kept for the next question."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], list[Piece]] = {}

    def of(self, flow: Flow) -> list[Piece]:
        """The passages of a flow, each with the addresses of its region for which it is the same."""
        origin = flow.origin
        key = origin.start, origin.nic, flow.source, flow.destination, flow.target, flow.region, flow.relays, flow.realm
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = list(_pieces(flow))
        return found


def _pieces(flow: Flow) -> Iterator[Piece]:
    if flow.region is None:
        yield passage_of(flow), None
        return
    rest, told = flow.region, 0
    while rest:
        at = rest.first
        told += 1
        found = passage_of(flow, at)
        if told > MOST:
            yield too_many(found), rest
            return
        alike = rest & AddressSet((found.run,)) or AddressSet(((at, at),))
        yield found, alike
        rest -= alike
