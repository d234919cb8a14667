"""A flow whose far end is a set of addresses, cut into pieces that are treated alike."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.dataplane.ends import Flow
from reachsim.net.cidr import AddressSet
from reachsim.topology.round_trip import RoundTrip, round_trip_of, too_many_choices

Piece = tuple[RoundTrip, AddressSet | None]
"""A round trip, and the far addresses for which it is the same; None where both ends are fixed."""
KEPT = 50_000
MOST_PIECES = 20_000
"""Runs of addresses that one flow is cut into; what is left then is undecided, for an answer in bounded time."""


class Pieces:
    """The pieces of flows, kept for the next question."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], list[Piece]] = {}

    def of(self, flow: Flow) -> list[Piece]:
        """The round trips of a flow, each with the addresses of its region for which it is the same."""
        origin, target = flow.origin, None if flow.anybody else flow.target
        key = (
            origin.start,
            origin.interface,
            flow.source,
            flow.destination,
            target,
            flow.region,
            flow.relays,
            flow.chosen,
            flow.realm,
            flow.onward,
        )
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = list(_pieces(flow))
        return found


def _pieces(flow: Flow) -> Iterator[Piece]:
    if flow.region is None:
        yield round_trip_of(flow), None
        return
    rest, told = flow.region, 0
    while rest:
        at = rest.first
        told += 1
        found = round_trip_of(flow, at)
        if told > MOST_PIECES:
            yield too_many_choices(found), rest
            return
        alike = rest & AddressSet((found.run,)) or AddressSet(((at, at),))
        yield found, alike
        rest -= alike
