"""The exact answer for a pair of endpoints, as a set of packets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from fractions import Fraction
from functools import cached_property, reduce
from operator import and_
from typing import Any

from reachsim.calls import made_by
from reachsim.dataplane.checkpoint import Relays
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import FilterBook
from reachsim.errors import UndecidedError, UsageError, shown
from reachsim.faces import REPR_LENGTH, ToldOf, one_line
from reachsim.flow.ports import Choices
from reachsim.net.box import ALL_PORTS, ANYWHERE, OF_IPV4, OF_IPV6, Box
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import SILENT, FlowAnswer, flow_answers
from reachsim.reach.stops import Stop, stops_of
from reachsim.stages import going_over
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows_by_sender


@made_by("net.reach(source, destination)")
class Reach(ToldOf):
    """What of all traffic gets from one endpoint to another. As a set it is what is reachable: `| & - ^ ~ == in bool`.

    `source`, `destination`: as named; `ends`: what these mean. `delivered`: packets that arrive. Of these, by how many of
    the ports that NAT devices may choose let the answer come back (NAT-PORT): `always`, `sometimes`. `reachable`: the
    packets that come back always, or so nearly that less than `below` of the choices is lost. Addresses are those that
    the source sends.
    """

    def __init__(self, source: Endpoint, destination: Endpoint, parts: Iterable[FlowAnswer], below: Fraction) -> None:
        self.source = source.name
        self.destination = destination.name
        self.ends = source, destination
        self.parts = tuple(parts)
        self.below = below

    @property
    def undecided(self) -> str:
        """Why reachsim cannot decide some of it; empty where it can."""
        reasons = (part.undecided or part.why_aside for part in self.parts)
        return next((reason for reason in reasons if reason), "")

    def undecided_about(self, traffic: Traffic) -> str:
        """The same of some traffic."""
        for part in self.parts:
            if part.undecided and part.unsure_about(traffic):
                return part.undecided
            if part.aside & traffic:
                return part.why_aside
        return ""

    @cached_property
    def delivered(self) -> HeaderSpace:
        """Every packet that reaches the destination."""
        return self._sure(lambda part: part.delivered())

    @cached_property
    def reachable(self) -> HeaderSpace:
        """Every packet that reaches it and whose answer comes back; of NAT's choices less than `below` is lost."""
        return self._sure(lambda part: part.reachable(self.below))

    @cached_property
    def always(self) -> HeaderSpace:
        """Every packet whose answer comes back whatever ports NAT devices choose."""
        return self._sure(lambda part: HeaderSpace.union(space for space, choices in part.trips() if not choices))

    @cached_property
    def sometimes(self) -> HeaderSpace:
        """Every packet whose answer comes back for some choices of NAT devices and not for others."""
        return HeaderSpace.union(self.losses.values()) - self.always

    @cached_property
    def partial(self) -> HeaderSpace:
        """Every packet whose answer comes back for some choices of NAT devices, but for too few to count as reachable."""
        return self.sometimes - self.reachable

    @cached_property
    def losses(self) -> dict[Choices, HeaderSpace]:
        """What comes back sometimes, by what NAT devices lose of it, the greatest loss first."""
        spaces: dict[Choices, list[HeaderSpace]] = {}
        for part in self.parts:
            for space, choices in part.trips():
                if choices:
                    spaces.setdefault(choices, []).append(space if part.flow.pick is None else space & self._ever)
        worst = sorted(spaces, key=lambda choices: -choices.loss)
        found = {choices: HeaderSpace.union(spaces[choices]) for choices in worst}
        return {choices: space for choices, space in found.items() if space}

    @cached_property
    def _ever(self) -> HeaderSpace:
        """Every packet whose answer comes back for some choices of NAT devices, whichever target AWS picks."""
        return self._sure(lambda part: HeaderSpace.union(space for space, _ in part.trips()))

    def _sure(self, space: Callable[[FlowAnswer], HeaderSpace]) -> HeaderSpace:
        """What gets through by some flow; of flows of which AWS takes one (`Flow.pick`), what all of them let through."""
        picks: dict[Hashable, dict[Relays, list[HeaderSpace]]] = {}
        plain: list[HeaderSpace] = []
        for part in self.parts:
            if part.flow.pick is not None:
                picks.setdefault(part.flow.pick, {}).setdefault(part.flow.relays, []).append(space(part))
            elif part.forward:
                plain.append(space(part))
        sure = [reduce(and_, map(HeaderSpace.union, ways.values())) for ways in picks.values()]
        return HeaderSpace.union([*plain, *sure])

    @cached_property
    def perhaps_delivered(self) -> HeaderSpace:
        """Every packet that reaches it if AWS picks so: what one of several targets gets."""
        return HeaderSpace.union(part.delivered() for part in self.parts if part.forward)

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
            part.delivered() if part.flow.beside else part.asked(part.family, ALL_PORTS)
            for part in self.parts
            if part.found is not None and not part.flow.perhaps
        )

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """What does not come through, by what stops it first; what is lost for some choices of NAT devices alone names
        these. Together with `always` these make up `asked`."""
        return tuple(stop for part in self.parts for stop in stops_of(part))

    def __iter__(self) -> Iterator[Box]:
        return self.reachable.boxes()

    @property
    def answerless(self) -> bool:
        """Whether all that is reachable is ICMP that has no answer, while every answer to what else is delivered is lost."""
        return bool(self) and not self.reachable.traffic() - SILENT and bool(self.delivered - self.reachable)

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
        """Whether the same is reachable; of two answers, whether both know it, or do not for the same reason."""
        space = self._space(other)
        if space is None:
            return NotImplemented
        return self.reachable == space and (not isinstance(other, Reach) or self.undecided == other.undecided)

    def __hash__(self) -> int:
        return hash(self.reachable)

    def __contains__(self, asked: object) -> bool:
        """Whether a packet is reachable, or all of some traffic (``"tcp/22" in net.reach("web", "db")``): every packet
        that the source may send, over IPv4 or over IPv6.

        Raises TypeError for anything else, UsageError for a bad token, Undecided where reachsim cannot tell.
        """
        if isinstance(asked, Packet):
            return self._has(asked)
        if isinstance(asked, str):
            try:
                asked = Traffic.parse(asked)
            except ValueError as error:
                raise UsageError(str(error)) from error
        if not isinstance(asked, Traffic):
            raise TypeError(f"traffic or a packet is expected, not {type(asked).__name__}")
        parts = {OF_IPV4: [p for p in self.parts if not p.ipv6], OF_IPV6: [p for p in self.parts if p.ipv6]}
        if any(self._passes(asked & family, of_it) for family, of_it in parts.items()):
            return True
        return self._no(any(part.undecided and part.unsure_about(asked & part.family) for part in self.parts))

    def _has(self, packet: Packet) -> bool:
        """Whether a packet is reachable. Raises Undecided."""
        return packet in self.reachable or self._no(any(part.unsure_of_packet(packet) for part in self.parts))

    def _no(self, unsure: bool) -> bool:
        """False, unless that is so only as far as reachsim can tell. Raises Undecided."""
        if unsure:
            raise UndecidedError(f"{shown(self.source)} to {shown(self.destination)}: {self.undecided}")
        return False

    def _passes(self, traffic: Traffic, parts: Iterable[FlowAnswer]) -> bool:
        """Whether every packet of some traffic of one family gets there and back; False where there is none."""
        needed = [part for part in parts if not part.flow.beside]
        asked = [p.asked(traffic & p.family, p.flow.origin.client_ports) for p in needed if p.found is not None]
        if not any(asked) or any(part.found is None for part in needed):
            return False
        return HeaderSpace.union(asked) <= self.reachable

    def __bool__(self) -> bool:
        return bool(self.reachable)

    @property
    def title(self) -> str:
        """What is reachable, in words."""
        return f"undecided: {self.undecided}" if self.undecided and not self else self.describe(self.reachable)

    def __repr__(self) -> str:
        some = "; some is undecided" if self and self.undecided else ""
        whole = f"{self.source} -> {self.destination}: {self.title}"
        return f"<{one_line(whole, REPR_LENGTH - 2 - len(some))}{some}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: sets in words, whole."""
        return {
            "source": self.source,
            "destination": self.destination,
            "undecided": self.undecided,
            **{name: self._whole(getattr(self, name)) for name in ("reachable", "delivered", "always", "partial")},
            "nat": [{"traffic": self._whole(space), **choices.to_dict()} for choices, space in self.losses.items()],
            "stops": [{**stop.to_dict(), "stops": self._whole(stop.space)} for stop in self.stops],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """What is reachable as boxes, one flat record for each, such as ``pandas.DataFrame(...)`` takes."""
        return [{"source": self.source, "destination": self.destination, **row} for row in self.reachable.to_rows()]

    def _whole(self, space: HeaderSpace) -> str:
        return space.describe(self.sources, self.destinations, max_parts=1 << 30)

    def describe(self, space: HeaderSpace) -> str:
        """A set of packets between the two endpoints in words, without the addresses that go without saying."""
        return space.describe(known_sources=self.sources, known_destinations=self.destinations)


Progress = Callable[[int, int], None]
"""Hears how much is done, of how much."""


def reach(
    source: Endpoint,
    destination: Endpoint,
    endpoints: Endpoints,
    book: FilterBook,
    progress: Progress | None = None,
    *,
    links: bool = False,
) -> Reach:
    """The exact set of traffic from one endpoint to another, there and back. `progress`: counts pairs of ends. `links`:
    what comes by PrivateLink is delivered too."""
    parts: list[FlowAnswer] = []
    senders, width = max(1, len(source.origins)), max(1, len(destination.interfaces))
    by_sender = going_over("senders", flows_by_sender(source, destination, endpoints, links=links), senders)
    for sender, asked in enumerate(by_sender):
        for done, flow in enumerate(going_over("pairs of ends", asked), 1):
            parts += flow_answers(flow, endpoints, book)
            if progress is not None and sender < senders:
                progress(sender * width + width * done // len(asked), senders * width)
    return Reach(source, destination, _that_matter(parts), endpoints.design.nat_loss_below)


def _that_matter(parts: list[FlowAnswer]) -> list[FlowAnswer]:
    """The parts of an answer without further ways that exist or not, and bring nothing that does not come anyhow."""
    further = [part for part in parts if part.flow.perhaps and part.flow.beside]
    if not further:
        return parts
    certain = HeaderSpace.union(part.delivered() for part in parts if not part.flow.perhaps and part.flow.pick is None)
    come = certain.replace_destinations(ANYWHERE)
    idle = {id(part) for part in further if HeaderSpace.box(part.unsure, part.sources, part.destinations) <= come}
    return [part for part in parts if id(part) not in idle]
