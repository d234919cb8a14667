"""The exact answer for a pair of endpoints, as a set of packets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from reachsim.fabric.filters import FilterBook
from reachsim.markup import card
from reachsim.net.box import Box
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.reach.part import ALL_PORTS, Part, parts_of, without_settled
from reachsim.reach.stops import Stop, stops_of
from reachsim.topology.endpoints import Endpoint, Endpoints


class Reach:
    """What of all traffic gets from one endpoint to another. As a set it is what is reachable: `| & - ^ ~ == in bool`.

    `source`, `destination`: as named. `delivered`: packets that arrive. `reachable`: packets whose answer comes back too,
    for every port that a NAT device may choose. Addresses are those that the source sends.
    """

    def __init__(self, source: Endpoint, destination: Endpoint, parts: Iterable[Part]) -> None:
        self.source = source.name
        self.destination = destination.name
        self.parts = tuple(parts)

    @property
    def undecided(self) -> str:
        """Why reachsim cannot decide some of it; empty where it can."""
        reasons = (part.undecided or part.why_aside for part in self.parts)
        return next((reason for reason in reasons if reason), "")

    @cached_property
    def delivered(self) -> HeaderSpace:
        """Every packet that reaches the destination."""
        return HeaderSpace.union(part.delivered() for part in self.parts if part.forward)

    @cached_property
    def reachable(self) -> HeaderSpace:
        """Every packet that reaches it and whose answer comes back."""
        return HeaderSpace.union(part.reachable() for part in self.parts if part.forward)

    @cached_property
    def sources(self) -> AddressSet:
        """Every source address that the question is about."""
        return AddressSet.union_of(span for part in self.parts for span in part.sources.spans)

    @cached_property
    def destinations(self) -> AddressSet:
        """Every destination address that the question is about."""
        return AddressSet.union_of(span for part in self.parts for span in part.destinations.spans)

    @cached_property
    def asked(self) -> HeaderSpace:
        """All packets between the two endpoints."""
        return HeaderSpace.union(
            part.asked(part.family, ALL_PORTS)
            for part in self.parts
            if part.found is not None and not part.flow.perhaps
        )

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """What does not come through, by what stops it first; together with `reachable` these make up `asked`."""
        return tuple(stop for part in self.parts for stop in stops_of(part))

    def __iter__(self) -> Iterator[Box]:
        return self.reachable.boxes()

    @property
    def count(self) -> int:
        """How many packets are in the set."""
        return self.reachable.count

    def witness(self) -> Packet | None:
        """A packet of the set, one that a person would try; None where nothing is reachable."""
        return self.reachable.witness()

    @staticmethod
    def _space(other: object) -> HeaderSpace | None:
        if isinstance(other, Reach):
            return other.reachable
        return other if isinstance(other, HeaderSpace) else None

    def _with(self, other: object, operate: Callable[[HeaderSpace, HeaderSpace], HeaderSpace]) -> HeaderSpace:
        space = self._space(other)
        return NotImplemented if space is None else operate(self.reachable, space)

    def __or__(self, other: object) -> HeaderSpace:
        return self._with(other, lambda a, b: a | b)

    def __and__(self, other: object) -> HeaderSpace:
        return self._with(other, lambda a, b: a & b)

    def __sub__(self, other: object) -> HeaderSpace:
        return self._with(other, lambda a, b: a - b)

    def __xor__(self, other: object) -> HeaderSpace:
        return self._with(other, lambda a, b: a ^ b)

    def __invert__(self) -> HeaderSpace:
        return ~self.reachable

    def __eq__(self, other: object) -> bool:
        space = self._space(other)
        return NotImplemented if space is None else self.reachable == space

    def __hash__(self) -> int:
        return hash(self.reachable)

    def __contains__(self, packet: object) -> bool:
        return packet in self.reachable

    def __bool__(self) -> bool:
        return bool(self.reachable)

    def __str__(self) -> str:
        return self.describe(self.reachable)

    def __repr__(self) -> str:
        return f"<{self.source} -> {self.destination}: {self}>"

    def _repr_html_(self) -> str:
        mood, verdict = (
            ("good", "reachable") if self else ("unknown", "undecided") if self.undecided else ("bad", "blocked")
        )
        rows = dict.fromkeys(
            ("there" if stop.leg == "forward" else "back", stop.component, stop.checkpoint, stop.rule, stop.code)
            for stop in self.stops
        )
        header = ("way", "component", "checkpoint", "stops the rest" if self else "stops it", "code")
        text = self.undecided or (str(self) if self else "")
        return card(mood, verdict, f"{self.source} → {self.destination}", rows, header=header, text=text)

    def describe(self, space: HeaderSpace) -> str:
        """A set of packets between the two endpoints in words, without the addresses that go without saying."""
        return space.describe(known_sources=self.sources, known_destinations=self.destinations)


def reach(source: Endpoint, destination: Endpoint, endpoints: Endpoints, book: FilterBook) -> Reach:
    """The exact set of traffic from one endpoint to another, there and back."""
    flows = endpoints.flows(source, destination)
    parts = [part for flow in flows for part in parts_of(flow, endpoints, book)]
    return Reach(source, destination, without_settled(parts))
