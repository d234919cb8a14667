"""Exact answers for a pair of endpoints.

Filters look at the peer's address, protocol and destination port, and never at the source port. So between two fixed
addresses the exact answer for the round trip is, for each protocol, a rectangle: the destination ports that the way
there lets through, times the client ports that the way back lets through. No solver is needed. Where one end is a set of
addresses outside the VPCs, it is cut into the runs that no route and no filter on the way can tell apart, and each run
has its rectangles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from reachsim.fabric.filters import Filter, FilterBook
from reachsim.fabric.walk import Visit, Walk
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, TCP, UDP, Traffic, reply_service, service
from reachsim.rules.clauses import KeyPath
from reachsim.rules.nat import TRANSLATED_PORTS
from reachsim.rules.verdict import Loss
from reachsim.topology.endpoints import Endpoint, Endpoints, Flow
from reachsim.topology.passage import Passage

_TCP = Traffic.protocol(TCP)
_UDP = Traffic.protocol(UDP)
_PORTED = _TCP | _UDP
_BARE = ~_PORTED
_ICMPS = Traffic.protocol(ICMP) | Traffic.protocol(ICMPV6)
OF_IPV4 = ~Traffic.protocol(ICMPV6)
OF_IPV6 = ~Traffic.protocol(ICMP)
_ECHOES = [
    (Traffic.of((service(protocol, kind << 8), service(protocol, kind << 8 | 0xFF))), answer)
    for protocol in (ICMP, ICMPV6)
    for kind in range(256)
    if (answer := reply_service(service(protocol, kind << 8), 0)) is not None
]
"""Types of ICMP that have an answer, with the service of the answer."""
_ANSWERED = Traffic.union_of(span for request, _ in _ECHOES for span in request.spans)
_SILENT = _ICMPS - _ANSWERED
_OTHERS = _BARE - _ICMPS
_NAT_TCP = Traffic(tuple((TCP << 16 | low, TCP << 16 | high) for low, high in TRANSLATED_PORTS.spans))
_NAT_UDP = Traffic(tuple((UDP << 16 | low, UDP << 16 | high) for low, high in TRANSLATED_PORTS.spans))
NAT_SPANS = {TCP: _NAT_TCP, UDP: _NAT_UDP}

Rectangle = tuple[Traffic, PortSet]
"""Traffic and the client ports with which its answer comes back."""
ALL_PORTS = PortSet.everything()


def fold(inner: Traffic, outer: Traffic) -> Traffic:
    """What comes back to the client in the end.

    `inner`: what passes on the way back between the client and the first device that translates; `outer`: what passes
    beyond it, where every port that the device may choose must (NATGW-4, NATI-7).
    """
    if outer.spans == EVERYTHING.spans:
        return inner
    back = inner & outer & _BARE
    for protocol, whole in ((TCP, _TCP), (UDP, _UDP)):
        if NAT_SPANS[protocol] <= outer:
            back |= inner & whole
    return back


def rectangles(forward: Traffic, back: Traffic) -> list[Rectangle]:
    """The round trip: what is delivered, and from which client ports its answer comes back.

    `forward`: services that are delivered. `back`: services of answers that come back (`fold`).
    """
    out: list[Rectangle] = []
    for protocol, whole in ((TCP, _TCP), (UDP, _UDP)):
        there = forward & whole
        ports = back.ports(protocol) if there else ALL_PORTS
        if there and ports:
            out.append((there, ports))
    bare = forward & _OTHERS & back | forward & _SILENT
    for request, answer in _ECHOES:
        if answer in back:
            bare |= forward & request
    if bare:
        out.append((bare, ALL_PORTS))
    return out


@dataclass(frozen=True, slots=True)
class Stop:
    """A part of the traffic that does not come through: what stops it, and where it is.

    `checkpoint`, `component`: where; `code`, `rule_id`: why, stable; `rule`: what decided, as written; `path`: where that
    is written. `leg`: "forward", or "reply" where the traffic is delivered and its answer lost.
    """

    component: str
    checkpoint: str
    code: str
    rule_id: str
    rule: str
    leg: Literal["forward", "reply"]
    path: KeyPath
    space: HeaderSpace

    def __str__(self) -> str:
        return f"{self.component} {self.checkpoint}: {self.rule} [{self.code}, {self.rule_id}]"


@dataclass(frozen=True, slots=True)
class Part:
    """The answer for one pair of addresses, or for one address and a run of far addresses treated alike.

    `sources`, `destinations`: addresses as the source sends them. `forward`, `back`: see `rectangles`.
    """

    flow: Flow
    found: Passage | None
    sources: AddressSet
    destinations: AddressSet
    forward: Traffic
    back: Traffic
    undecided: str
    book: FilterBook

    @property
    def family(self) -> Traffic:
        """All traffic of its address family."""
        return OF_IPV4 if self.destinations.first <= IPV4_LAST else OF_IPV6

    def delivered(self) -> HeaderSpace:
        """Packets that reach the destination."""
        return HeaderSpace.box(self.forward, self.sources, self.destinations, ALL_PORTS)

    def reachable(self) -> HeaderSpace:
        """Packets whose answer comes back too."""
        boxes = rectangles(self.forward, self.back)
        return HeaderSpace.union(HeaderSpace.box(t, self.sources, self.destinations, p) for t, p in boxes)

    def asked(self, traffic: Traffic, ports: PortSet) -> HeaderSpace:
        """All packets of some traffic between its addresses."""
        return HeaderSpace.box(traffic, self.sources, self.destinations, ports)


NOTHING = Traffic.nothing()
EVERYTHING = Traffic.everything()


def parts_of(flow: Flow, endpoints: Endpoints, book: FilterBook) -> Iterator[Part]:
    """Cut one flow into parts that are treated alike, and answer each."""
    one_source = AddressSet(((flow.source, flow.source),))
    one_destination = flow.alike or AddressSet(((flow.destination, flow.destination),))
    if flow.loss is not None or flow.unknown:
        yield Part(flow, None, one_source, one_destination, NOTHING, NOTHING, flow.unknown, book)
        return
    for found, region in endpoints.pieces(flow):
        if region is None:
            answer = _evaluate(found, None, 0, book)
            yield Part(flow, found, one_source, one_destination, *answer, found.unknown, book)
            continue
        far = region.first
        for run, forward, back in _by_far_address(found, far, region, book):
            ends = (run, one_destination) if flow.origin.nic is None else (one_source, run)
            yield Part(flow, found, *ends, forward, back, found.unknown, book)


def _filters(walk: Walk | None, book: FilterBook) -> Iterator[tuple[Visit, Filter]]:
    """The filters that a walk meets and that judge it, as they are now."""
    if walk is not None:
        for visit in walk.visits:
            if visit.step.filter is not None and not visit.step.tracked:
                yield visit, book[visit.step.filter]


def _evaluate(found: Passage, far: int | None, at: int, book: FilterBook) -> tuple[Traffic, Traffic]:
    """What is delivered and what comes back; with `at` in place of the far address `far`."""
    if found.unknown or found.stray is not None or found.forward.lost:
        return NOTHING, NOTHING
    family = OF_IPV4 if found.forward.visits[0].transit.destination <= IPV4_LAST else OF_IPV6
    forward = family
    for visit, filter in _filters(found.forward, book):
        step = visit.step
        peer = at if far is not None and step.peer == far else step.peer
        forward &= filter.allowed(peer, step.groups)
    if found.reply is None or found.reply.lost or found.reply_stray is not None:
        return forward, NOTHING
    inner = outer = EVERYTHING
    for visit, filter in _filters(found.reply, book):
        step = visit.step
        peer = at if far is not None and step.peer == far else step.peer
        allowed = filter.allowed(peer, step.groups)
        if visit.depth:
            outer &= allowed
        else:
            inner &= allowed
    return forward, fold(inner, outer)


def _by_far_address(
    found: Passage, far: int, region: AddressSet, book: FilterBook
) -> Iterator[tuple[AddressSet, Traffic, Traffic]]:
    """The far addresses of a region by what passes to and from them."""
    starts: set[int] = set()
    for walk in (found.forward, found.reply):
        for visit, filter in _filters(walk, book):
            if visit.step.peer == far:
                starts.update(filter.starts)
    cuts = sorted(starts)
    grouped: dict[tuple[Traffic, Traffic], list[tuple[int, int]]] = {}
    for low, high in region.spans:
        at = low
        while at <= high:
            index = bisect_right(cuts, at)
            end = min(high, cuts[index] - 1) if index < len(cuts) else high
            grouped.setdefault(_evaluate(found, far, at, book), []).append((at, end))
            at = end + 1
    for answer, spans in grouped.items():
        yield AddressSet.union_of(spans), *answer


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
        return next((part.undecided for part in self.parts if part.undecided), "")

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
        return HeaderSpace.union(part.asked(part.family, ALL_PORTS) for part in self.parts if part.found is not None)

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """What does not come through, by what stops it first; together with `reachable` these make up `asked`."""
        return tuple(stop for part in self.parts for stop in stops_of(part))

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

    def describe(self, space: HeaderSpace) -> str:
        """A set of packets between the two endpoints in words, without the addresses that go without saying."""
        return space.describe(known_sources=self.sources, known_destinations=self.destinations)


def stops_of(part: Part) -> Iterator[Stop]:
    """What stops the traffic of one part, checkpoint by checkpoint: each takes what the ones before left."""
    pieces = list(_by_blame(part))
    if len(pieces) == 1:
        yield from _stops_of(pieces[0])
        return
    merged: dict[Stop, list[HeaderSpace]] = {}
    for piece in pieces:
        for stop in _stops_of(piece):
            merged.setdefault(replace(stop, space=HeaderSpace.nothing()), []).append(stop.space)
    for stop, spaces in merged.items():
        yield replace(stop, space=HeaderSpace.union(spaces))


def _by_blame(part: Part) -> Iterator[Part]:
    """A part by far addresses for which the same clauses decide: one answer may have more than one cause."""
    region, found = _far_of(part), part.found
    if region is None or found is None:
        yield part
        return
    far = _far_address(part)
    filters = [
        (filter, visit.step.groups)
        for walk in (found.forward, found.reply)
        for visit, filter in _filters(walk, part.book)
        if visit.step.peer == far
    ]
    cuts = sorted({start for filter, _ in filters for start in filter.starts})
    grouped: dict[object, list[tuple[int, int]]] = {}
    for low, high in region.spans:
        at = low
        while at <= high:
            index = bisect_right(cuts, at)
            end = min(high, cuts[index] - 1) if index < len(cuts) else high
            blame = tuple(tuple(filter.denied(at, groups)) for filter, groups in filters)
            grouped.setdefault(blame, []).append((at, end))
            at = end + 1
    for spans in grouped.values():
        run = AddressSet.union_of(spans)
        yield replace(part, sources=run) if part.flow.origin.nic is None else replace(part, destinations=run)


def _stops_of(part: Part) -> Iterator[Stop]:
    found = part.found
    if found is None:
        return
    far = _far_of(part)
    rest = part.asked(part.family, ALL_PORTS)
    for walk, leg in ((found.forward, "forward"), (found.reply, "reply")):
        if leg == "reply":
            rest &= part.delivered()
            rest -= part.reachable()
        for visit in walk.visits if walk is not None else ():
            if not rest:
                return
            for stop in _stops_at(visit, part, far, rest, "forward" if leg == "forward" else "reply"):
                if stop.space:
                    yield stop
                    rest -= stop.space
        stray = found.stray if leg == "forward" else found.reply_stray
        if stray is not None and walk is not None and rest:
            yield _loss_stop(stray, walk.end.component, walk.end.role, walk.end.path, leg, rest)
            return


def _far_of(part: Part) -> AddressSet | None:
    if part.flow.region is None:
        return None
    return part.sources if part.flow.origin.nic is None else part.destinations


def _loss_stop(loss: Loss, component: str, role: str, path: KeyPath, leg: str, space: HeaderSpace) -> Stop:
    return Stop(
        component, role, loss.code.value, loss.rule, loss.text, "forward" if leg == "forward" else "reply", path, space
    )


def _stops_at(
    visit: Visit, part: Part, far: AddressSet | None, rest: HeaderSpace, leg: Literal["forward", "reply"]
) -> Iterator[Stop]:
    step, checkpoint = visit.step, visit.checkpoint
    if step.loss is not None:
        yield _loss_stop(step.loss, checkpoint.component, checkpoint.role, step.path, leg, rest)
    elif step.filter is not None and not step.tracked:
        peer = step.peer
        if far is not None and part.found is not None and peer == _far_address(part):
            peer = far.first
        filter = part.book[step.filter]
        for clause, traffic in filter.denied(peer, step.groups):
            space = rest & _space_of(part, traffic, leg, visit.depth)
            rule = f"no {filter.direction.value} rule matches" if clause is None else clause.text
            path = filter.path if clause is None else clause.path
            yield Stop(checkpoint.component, checkpoint.role, filter.code.value, filter.rule, rule, leg, path, space)
            rest -= space


def _far_address(part: Part) -> int | None:
    found = part.found
    if found is None:
        return None
    first = found.forward.visits[0].transit
    return first.source if part.flow.origin.nic is None else first.destination


def _space_of(part: Part, traffic: Traffic, leg: str, depth: int) -> HeaderSpace:
    """The packets, as the source sends them, that some traffic at a filter comes from."""
    if leg == "forward":
        return part.asked(traffic, ALL_PORTS)
    spaces: list[HeaderSpace] = []
    for protocol, whole in ((TCP, _TCP), (UDP, _UDP)):
        if depth:
            if not traffic.isdisjoint(NAT_SPANS[protocol]):
                spaces.append(part.asked(whole, ALL_PORTS))
        else:
            spaces.append(part.asked(whole, traffic.ports(protocol)))
    bare = traffic & _OTHERS
    for request, answer in _ECHOES:
        if answer in traffic:
            bare |= request
    spaces.append(part.asked(bare, ALL_PORTS))
    return HeaderSpace.union(spaces)


def reach(source: Endpoint, destination: Endpoint, endpoints: Endpoints, book: FilterBook) -> Reach:
    """The exact set of traffic from one endpoint to another, there and back."""
    flows = endpoints.flows(source, destination)
    return Reach(source, destination, (part for flow in flows for part in parts_of(flow, endpoints, book)))
