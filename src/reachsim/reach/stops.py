"""What stops the traffic that does not come through, and which part of it.

Each checkpoint takes what the ones before it left, so the parts are disjoint and together with what is reachable make up
all of the traffic. What it stops for some choices of a NAT device alone is told with these ports. The parts are kept as
rectangles (traffic times client ports); a set of packets is made of them when somebody asks for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from reachsim.calls import made_by
from reachsim.dataplane.cause import Cause, Caused
from reachsim.dataplane.checkpoint import Drop, LegName
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Visit
from reachsim.faces import Faced, for_engines
from reachsim.flow.denial import denials, receiver_of
from reachsim.flow.ports import Toll, nat_ports
from reachsim.net.box import ALL_PORTS
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.reach.evaluation import ALL_TCP, ALL_UDP, at_far, filters_of
from reachsim.reach.flow_answer import ANSWERED, ECHOES, OTHERS, FlowAnswer, Rectangle
from reachsim.rules.clauses import KeyPath

StopPiece = tuple[tuple[Rectangle, ...], AddressSet, AddressSet]
"""Rectangles of traffic between some sources and some destinations."""


@for_engines("cause", "pieces")
@made_by("net.reach(source, destination).stops")
@dataclass(frozen=True, repr=False)
class Stop(Caused, Faced):
    """A part of the traffic that does not come through: what stops it (`cause`), and which part.

    `leg`: "forward", or "reply" where the traffic is delivered and its answer lost. `space`: the packets. `nat_ports`: the
    ports with which it stops them, of those that a NAT device may choose; None: whatever the device chooses.
    """

    cause: Cause
    leg: LegName
    pieces: tuple[StopPiece, ...]
    nat_ports: PortSet | None = None

    @property
    def rule(self) -> str:
        """What decided, as it is written."""
        return self.cause.text

    @property
    def path(self) -> KeyPath:
        """The key to edit."""
        return self.cause.path

    @cached_property
    def space(self) -> HeaderSpace:
        """The packets that are stopped, as the source sends them."""
        return HeaderSpace.union(
            HeaderSpace.box(traffic, sources, destinations, ports)
            for rectangles, sources, destinations in self.pieces
            for traffic, ports in rectangles
        )

    def __str__(self) -> str:
        only = "" if self.nat_ports is None else f" ({nat_ports(self.nat_ports)})"
        return f"{self.component} {self.checkpoint}: {self.rule}{only} [{self.code}, {self.rule_id}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "leg": self.leg,
            "component": self.component,
            "checkpoint": self.checkpoint,
            "code": self.code,
            "rule": self.rule,
            "rule_id": self.rule_id,
            "nat_ports": None if self.nat_ports is None else str(self.nat_ports),
        }


def stops_of(part: FlowAnswer) -> Iterator[Stop]:
    """What stops the traffic of one part, checkpoint by checkpoint, by what decides it."""
    if part.flow.perhaps:
        return
    if part.flow.beside:  # only what is delivered is asked of a way that nobody needs
        yield from (stop for piece in _by_blame(part) for stop in _stops_of(piece) if stop.leg == "reply")
        return
    pieces = list(_by_blame(part))
    if len(pieces) == 1:
        yield from _stops_of(pieces[0])
        return
    merged: dict[Stop, list[StopPiece]] = {}
    for piece in pieces:
        for stop in _stops_of(piece):
            merged.setdefault(replace(stop, pieces=()), []).extend(stop.pieces)
    for stop, found in merged.items():
        yield replace(stop, pieces=tuple(found))


def _by_blame(part: FlowAnswer) -> Iterator[FlowAnswer]:
    """A part by far addresses for which the same clauses decide: one answer may have more than one cause."""
    region, found = part.far, part.found
    if region is None or found is None:
        yield part
        return
    far = _far_address(part)
    filters = [
        (filter, query.groups)
        for walk in (found.forward, found.reply)
        for query, filter, depth in filters_of(walk, part.book)
        if at_far(query, depth, far, found)
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
        yield replace(part, sources=run) if part.flow.from_region else replace(part, destinations=run)


def _stops_of(part: FlowAnswer) -> Iterator[Stop]:
    found = part.found
    if found is None:
        return
    rest = part.family
    for visit in (*found.forward.visits, *found.forward.anyway):
        if not rest:
            return
        for cause, traffic in _denied(visit, part, part.flow.origin.interface, receiver_of(part.flow, found.forward)):
            hit = traffic & rest
            if hit:
                yield _stop(cause, "forward", part, ((hit, ALL_PORTS),))
                rest -= hit
    if found.stray is not None and rest:
        yield _stop(found.stray, "forward", part, ((rest, ALL_PORTS),))
        return
    if found.reply is not None:
        yield from _reply_stops(part)


class _Rest:
    """Delivered traffic whose answer is on its way back: TCP and UDP by client port, the rest by service."""

    def __init__(self, part: FlowAnswer) -> None:
        self.delivered = {TCP: part.forward & ALL_TCP, UDP: part.forward & ALL_UDP}
        self.tolls = {p: Toll(ALL_PORTS - part.back.ports(p)) for p, traffic in self.delivered.items() if traffic}
        needed = part.forward & (ANSWERED | OTHERS)
        self.bare = needed - _asked_by(part.back, needed)

    def take(self, traffic: Traffic, depth: int) -> dict[PortSet | None, list[Rectangle]]:
        """Remove what answers in `traffic` belong to, `depth` translating devices from the client: by the choices of NAT."""
        out: dict[PortSet | None, list[Rectangle]] = {}
        for protocol, toll in self.tolls.items():
            taken = toll.take(traffic.ports(protocol), depth)
            if taken is not None:
                out.setdefault(taken.nat, []).append((self.delivered[protocol], taken.client))
        bare = _asked_by(traffic, self.bare)
        if bare:
            out.setdefault(None, []).append((bare, ALL_PORTS))
            self.bare -= bare
        return out


def _asked_by(answers: Traffic, among: Traffic) -> Traffic:
    """The services without ports, among some, whose answers are in `answers`."""
    asked = answers & OTHERS & among
    for request, answer in ECHOES:
        if answer in answers:
            asked |= request & among
    return asked


def _reply_stops(part: FlowAnswer) -> Iterator[Stop]:
    found = part.found
    assert found is not None
    assert found.reply is not None
    rest = _Rest(part)
    for visit in found.reply.visits:
        for cause, traffic in _denied(visit, part, receiver_of(part.flow, found.forward), part.flow.origin.interface):
            for choices, rectangles in rest.take(traffic, visit.depth).items():
                yield _stop(cause, "reply", part, tuple(rectangles), choices)
    if found.reply_stray is not None:
        for choices, rectangles in rest.take(Traffic.everything(), 0).items():
            yield _stop(found.reply_stray, "reply", part, tuple(rectangles), choices)


def _denied(
    visit: Visit, part: FlowAnswer, sender: NetworkInterface | None, receiver: NetworkInterface | None
) -> Iterator[tuple[Cause, Traffic]]:
    """What a checkpoint does not let through, by what decides it. `sender`: the interface that sent it first;
    `receiver`: the one that it is for."""
    step = visit.step
    if isinstance(step, Drop):
        yield step.cause, Traffic.everything()
    elif step.asks is not None and not step.asks.tracked:
        query = step.asks
        region, found = part.far, part.found
        is_far = found is not None and at_far(query, visit.depth, _far_address(part), found)
        peer = region.first if region is not None and is_far else query.peer
        ends = (None, None) if query.abroad else (sender, receiver)
        yield from denials(visit, query, part.book[query.filter], peer, *ends)


def _stop(
    cause: Cause, leg: LegName, part: FlowAnswer, rectangles: tuple[Rectangle, ...], choices: PortSet | None = None
) -> Stop:
    return Stop(cause, leg, ((rectangles, part.sources, part.destinations),), choices)


def _far_address(part: FlowAnswer) -> int | None:
    found = part.found
    if found is None:
        return None
    first = found.forward.visits[0].header
    return first.source if part.flow.from_region else first.destination
