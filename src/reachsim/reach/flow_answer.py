"""Exact answers for a pair of endpoints.

Filters look at the peer's address, protocol and destination port, and never at the source port. So between two fixed
addresses the exact answer for the round trip is, for each protocol, a rectangle: the destination ports that the way
there lets through, times the client ports that the way back lets through. No solver is needed. What NAT devices choose
adds a share to a rectangle, no side. Where one end is a set of
addresses outside the VPCs, it is cut into the runs that no route and no filter on the way can tell apart, and each run
has its rectangles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, reduce
from operator import and_, or_
from typing import NamedTuple

from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import FilterBook
from reachsim.faces import Faced, face
from reachsim.flow.ports import NO_LOSS, Choices, choices_of
from reachsim.net.address import IPV4_LAST
from reachsim.net.box import ALL_PORTS, OF_IPV4, OF_IPV6
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, TCP, UDP, Traffic, protocol_of, reply_service, service
from reachsim.reach.evaluation import (
    ALL_TCP,
    ALL_UDP,
    NOTHING,
    PORTED_TRAFFIC,
    FlowSets,
    by_far_address,
    evaluation,
    filters_of,
    unknown_rule,
)
from reachsim.rules.vpc_endpoint import GATEWAY_TRAFFIC
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.round_trip import RoundTrip

_BARE = ~PORTED_TRAFFIC
_ICMPS = Traffic.protocol(ICMP) | Traffic.protocol(ICMPV6)
ECHOES = [
    (Traffic.of((service(protocol, kind << 8), service(protocol, kind << 8 | 0xFF))), answer)
    for protocol in (ICMP, ICMPV6)
    for kind in range(256)
    if (answer := reply_service(service(protocol, kind << 8), 0)) is not None
]
"""Types of ICMP that have an answer, with the service of the answer."""
ANSWERED = Traffic.union_of(span for request, _ in ECHOES for span in request.spans)
SILENT = _ICMPS - ANSWERED
"""ICMP that asks nothing, and so loses no answer."""
OTHERS = _BARE - _ICMPS
Rectangle = tuple[Traffic, PortSet]
"""Traffic and the client ports with which its answer comes back."""


@lru_cache(maxsize=8192)
def rectangles(forward: Traffic, back: Traffic) -> tuple[Rectangle, ...]:
    """The round trip: what is delivered, and from which client ports its answer comes back.

    `forward`: services that are delivered. `back`: services of answers that come back, for at least one choice of the NAT
    devices on the way (`reachsim.flow.ports`). Kept, since one design lets the same sets through between many.
    """
    out: list[Rectangle] = []
    for protocol, whole in ((TCP, ALL_TCP), (UDP, ALL_UDP)):
        there = forward & whole
        ports = back.ports(protocol) if there else ALL_PORTS
        if there and ports:
            out.append((there, ports))
    bare = forward & OTHERS & back | forward & SILENT
    for request, answer in ECHOES:
        if answer in back:
            bare |= forward & request
    if bare:
        out.append((bare, ALL_PORTS))
    return tuple(out)


def perhaps(forward: Traffic, maybe: Traffic) -> tuple[Rectangle, ...]:
    """The round trips that may come back, where answers in `maybe` may: none of what needs no answer."""
    return rectangles(forward - SILENT, maybe) if maybe else ()


class Trip(NamedTuple):
    """A part of the round trip: traffic, the client ports from which its answer comes back, and with which choices of the
    NAT devices on the way."""

    traffic: Traffic
    ports: PortSet
    choices: Choices

    def __repr__(self) -> str:
        return face("Trip", f"{self.traffic} from ports {self.ports}: {self.choices}")


def trips(forward: Traffic, back: Traffic, lost: tuple[Traffic, ...]) -> list[Trip]:
    """The round trip with what NAT devices lose of it: `rectangles`, and for each the fate of their choices."""
    found = rectangles(forward, back)
    if not lost:
        return [Trip(traffic, ports, NO_LOSS) for traffic, ports in found]
    return [Trip(traffic, ports, choices_of(lost, protocol_of(traffic.first))) for traffic, ports in found]


class Crossing(NamedTuple):
    """What passes between two endpoints in one address family, whatever their addresses.

    `ipv6`: which family. `forward`: services delivered. `back`, `lost`: see `Back`.
    """

    ipv6: bool
    forward: Traffic
    back: Traffic
    lost: tuple[Traffic, ...] = ()

    def trips(self) -> list[Trip]:
        """The round trips."""
        return trips(self.forward, self.back, self.lost)

    def __repr__(self) -> str:
        return face("Crossing", f"{'IPv6' if self.ipv6 else 'IPv4'}: {self.forward} delivered, {self.back} back")


@dataclass(frozen=True, slots=True, repr=False)
class FlowAnswer(Faced):
    """The answer for one pair of addresses, or for one address and a run of far addresses treated alike.

    `sources`, `destinations`: addresses as the source sends them. `forward`: services delivered. `back`, `lost`: of
    answers, what comes back for some choice of the NAT devices, and which choices are lost (`reachsim.flow.ports.Back`).
    `undecided`: why reachsim cannot decide some of it: whether the services in `unsure` are delivered, and whether answers
    in `maybe` come back. What filters stop before the unknown is decided. `aside`: what
    does not pass, but may to some of the destinations, which have a route of their own that is not modelled; `why_aside`.
    """

    flow: Flow
    found: RoundTrip | None = field(compare=False)
    sources: AddressSet
    destinations: AddressSet
    forward: Traffic
    back: Traffic
    undecided: str
    book: FilterBook = field(compare=False)
    unsure: Traffic = NOTHING
    maybe: Traffic = NOTHING
    lost: tuple[Traffic, ...] = ()
    aside: Traffic = NOTHING
    why_aside: str = ""

    @property
    def far(self) -> AddressSet | None:
        """Its addresses at the end outside the VPCs, where its flow has a set of them there."""
        if self.flow.region is None:
            return None
        return self.sources if self.flow.origin.interface is None else self.destinations

    def cut_to(self, far: AddressSet) -> FlowAnswer:
        """The same of some of its far addresses."""
        return replace(self, sources=far) if self.flow.origin.interface is None else replace(self, destinations=far)

    def has(self, flow: Flow) -> bool:
        """Whether the addresses that a flow is traced with are among its own, and there is a way between them."""
        return self.found is not None and flow.source in self.sources and flow.destination in self.destinations

    @property
    def family(self) -> Traffic:
        """All traffic of its address family that its flow is about."""
        family = OF_IPV6 if self.ipv6 else OF_IPV4
        return family if self.flow.about is None else family & self.flow.about

    @property
    def ipv6(self) -> bool:
        """Its address family."""
        return self.destinations.first > IPV4_LAST

    @property
    def receiver(self) -> str:
        """Who gets it: the interface that is meant, or whoever else has the address that is; empty for who has no name."""
        target = self.flow.target
        if target is None:
            return ""
        visits = () if self.found is None or not self.flow.anybody else self.found.forward.visits
        return (
            target.name
            if not visits or any(v.checkpoint is target.host for v in visits)
            else visits[-1].checkpoint.component
        )

    @property
    def arriving(self) -> Traffic:
        """What its traffic is at its end, where whoever passes it on puts another port in (LB-1); else nothing."""
        service = None if self.found is None else self.found.forward.visits[-1].service
        return NOTHING if service is None else Traffic.of((service, service))

    def delivered(self) -> HeaderSpace:
        """Packets that reach the destination."""
        return HeaderSpace.box(self.forward, self.sources, self.destinations, ALL_PORTS)

    def trips(self) -> Iterator[tuple[HeaderSpace, Choices]]:
        """Packets whose answer comes back for some choice of the NAT devices on the way, with the fate of these choices."""
        for traffic, ports, choices in trips(self.forward, self.back, self.lost):
            yield HeaderSpace.box(traffic, self.sources, self.destinations, ports), choices

    def reachable(self, below: Fraction) -> HeaderSpace:
        """Packets whose answer comes back too, for all choices but less than a share of them (NAT-PORT)."""
        return HeaderSpace.union(space for space, choices in self.trips() if choices.counts(below))

    def unsure_of(self, *, one_way: bool) -> HeaderSpace:
        """Packets of which it is undecided whether they are delivered (`one_way`), or answered."""
        boxes = [(self.unsure, ALL_PORTS)]
        if not one_way:
            boxes += perhaps(self.forward, self.maybe)
        return HeaderSpace.union(HeaderSpace.box(t, self.sources, self.destinations, p) for t, p in boxes if t)

    def undecided_for(self, service: int, ports: PortSet) -> bool:
        """Whether it is undecided that one service is delivered, or that its answer comes back to some of the ports."""
        if service in self.unsure:
            return True
        one = Traffic.of((service, service)) & self.forward
        return any(answer & ports for _, answer in perhaps(one, self.maybe))

    def unsure_about(self, traffic: Traffic) -> bool:
        """Whether it is undecided of some packet of some traffic whether it gets there and back."""
        if self.found is None:
            return bool(self.undecided and traffic)
        return bool(self.unsure_of(one_way=False) & self.asked(traffic, ALL_PORTS))

    def unsure_of_packet(self, packet: Packet) -> bool:
        """Whether it is undecided of one packet whether it gets there and back."""
        if self.found is None:
            return bool(self.undecided) and packet in self.asked(self.family, ALL_PORTS)
        return packet in self.unsure_of(one_way=False) or packet in self.asked(self.aside, ALL_PORTS)

    def asked(self, traffic: Traffic, ports: PortSet) -> HeaderSpace:
        """All packets of some traffic between its addresses."""
        return HeaderSpace.box(traffic, self.sources, self.destinations, ports)

    def __str__(self) -> str:
        what = f"undecided: {self.undecided}" if self.undecided else f"{self.forward} delivered"
        return f"{self.sources} -> {self.destinations}: {what}"


def flow_answers(flow: Flow, endpoints: Endpoints, book: FilterBook) -> Iterator[FlowAnswer]:
    """Cut one flow into parts that are treated alike, and answer each."""
    parts = _parts_of(flow, endpoints, book)
    if flow.origin.certain:
        return (answer for part in parts for answer in _decided(part, endpoints, book))
    return iter(_whichever(list(parts), PICKED))


def _decided(part: FlowAnswer, endpoints: Endpoints, book: FilterBook) -> Iterator[FlowAnswer]:
    """A part; where AWS chooses on its way, cut into those that fare alike with each choice, and what holds for every
    choice is decided."""
    choices = every_choice(replace(part.flow, region=part.far), part.found)
    if not choices:
        yield part
        return
    for every in _laid_over([list(flow_answers(choice, endpoints, book)) for choice in choices]):
        whole = [replace(one, flow=replace(one.flow, region=part.flow.region)) for one in every]
        yield _whichever(whole, part.undecided or every[0].undecided)[0]


def _laid_over(found: list[list[FlowAnswer]]) -> Iterator[tuple[FlowAnswer, ...]]:
    """Of several answers for the same addresses, each cut into parts: the parts in common, each with all answers."""
    first, *others = found
    if not others:
        yield from ((part,) for part in first)
        return
    for rest in _laid_over(others):
        for part in first:
            if part.far is None or rest[0].far is None:
                yield part, *rest
            elif both := part.far & rest[0].far:
                yield tuple(one.cut_to(both) for one in (part, *rest))


def every_choice(flow: Flow, found: RoundTrip | None) -> list[Flow]:
    """A flow with each thing that AWS may choose on its way; none where it chooses nothing, or too often."""
    if found is None or len(flow.chosen) >= CHOICES_MOST:
        return []
    return [replace(flow, chosen=(*flow.chosen, choice)) for choice in found.choices]


def round_trips_of(flow: Flow, endpoints: Endpoints) -> Iterator[RoundTrip]:
    """Every round trip that the parts of a flow are made of, before any filter on it is asked."""
    if flow.loss is not None or flow.unknown:
        return
    for found, region in endpoints.pieces.of(flow):
        yield found
        if flow.origin.certain:
            for choice in every_choice(replace(flow, region=region), found):
                yield from round_trips_of(choice, endpoints)


CHOICES_MOST = 4
"""Choices of AWS on one way that are followed one by one."""


PICKED = "the Lambda service picks the source address, and not every one of them is treated alike"


def _whichever(parts: list[FlowAnswer], why: str) -> list[FlowAnswer]:
    """Parts of which somebody else picks one: what holds for every one is decided, what holds for some is not (`why`)."""
    if not parts or parts[0].found is None:
        return parts
    every = reduce(and_, (part.forward for part in parts))
    ever = reduce(or_, (part.forward | part.unsure for part in parts))
    back = reduce(and_, (part.back for part in parts))
    ever_back = reduce(or_, (part.back | part.maybe for part in parts))
    if any(part.lost != parts[0].lost for part in parts):
        back -= PORTED_TRAFFIC
    unsure, maybe = ever - every, ever_back - back
    aside = reduce(or_, (part.aside for part in parts)) - ever
    why_aside = next((part.why_aside for part in parts if part.aside & aside), "")
    out: list[FlowAnswer] = []
    for part in parts:
        reason = (part.undecided or why) if unsure or perhaps(every, maybe) else ""
        decided = replace(part, forward=every, back=back, unsure=unsure, maybe=maybe, undecided=reason)
        out.append(replace(decided, aside=aside, why_aside=why_aside))
    return out


def _parts_of(flow: Flow, endpoints: Endpoints, book: FilterBook) -> Iterator[FlowAnswer]:
    for one in _by_destination(flow, endpoints, book):
        yield from _parts_to(one, endpoints, book)


def _parts_to(flow: Flow, endpoints: Endpoints, book: FilterBook) -> Iterator[FlowAnswer]:
    one_source = AddressSet(((flow.source, flow.source),))
    one_destination = flow.alike or AddressSet(((flow.destination, flow.destination),))
    if flow.loss is not None or flow.unknown:
        yield FlowAnswer(flow, None, one_source, one_destination, NOTHING, NOTHING, flow.unknown, book)
        return
    evaluate = evaluation(flow)
    for found, region in endpoints.pieces.of(flow):
        if region is None:
            answer = evaluate(found, None, 0, book)
            yield _part(flow, found, one_source, one_destination, answer, book)
            continue
        far = region.first
        for run, answer in by_far_address(found, far, region, book, evaluate):
            ends = (run, one_destination) if flow.origin.interface is None else (one_source, run)
            yield _part(flow, found, *ends, answer, book)


def _by_destination(flow: Flow, endpoints: Endpoints, book: FilterBook) -> Iterator[Flow]:
    """A flow to hidden destinations, or from hidden sources, that are walked to alike, cut into those that filters treat
    alike."""
    if flow.alike is None or not flow.perhaps or flow.unknown:
        yield flow
        return
    walks = (walk for found, _ in endpoints.pieces.of(flow) for walk in (found.forward, found.reply))
    cuts = sorted({start for walk in walks for _, filter, _ in filters_of(walk, book) for start in filter.starts})
    for low, high in flow.alike.spans:
        inside = cuts[bisect_right(cuts, low) : bisect_right(cuts, high)]
        for first, last in zip((low, *inside), (*(cut - 1 for cut in inside), high), strict=True):
            yield replace(flow, destination=first, alike=AddressSet(((first, last),)))


def _part(
    flow: Flow, found: RoundTrip, sources: AddressSet, destinations: AddressSet, answer: FlowSets, book: FilterBook
) -> FlowAnswer:
    forward, back, unsure, maybe, lost = answer
    if flow.about is not None:
        forward, unsure = forward & flow.about, unsure & flow.about
    undecided = ""
    if unsure or perhaps(forward, maybe):
        undecided = flow.perhaps or found.unknown or unknown_rule(found, book)
    aside, why = _aside(found, book) if flow.target is None and not flow.perhaps else (NOTHING, "")
    aside -= forward | unsure
    return FlowAnswer(
        flow,
        found,
        sources,
        destinations,
        forward,
        back,
        undecided,
        book,
        unsure,
        maybe,
        lost,
        aside,
        why if aside else "",
    )


def _aside(found: RoundTrip, book: FilterBook) -> tuple[Traffic, str]:
    """What may leave by a gateway endpoint's route on the way, as far as the filters before it let it through."""
    for index, visit in enumerate(found.forward.visits):
        reason = visit.checkpoint.aside(visit.header.destination)
        if reason:
            possible = GATEWAY_TRAFFIC
            for before in found.forward.visits[:index]:
                query = before.step.asks
                if query is not None and not query.tracked:
                    possible &= book[query.filter].possible(query.peer, query.groups)
            return possible, reason
    return NOTHING, ""
