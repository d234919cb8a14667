"""A round trip: the walk to a destination and the walk of the answer, between two addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Drop,
    Forward,
    Header,
    Leg,
    Relays,
    Undecided,
)
from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import Query
from reachsim.dataplane.scope import ANY, EVERYWHERE
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.walk import Visit, Walk, walk
from reachsim.faces import Faced
from reachsim.net.address import format_address
from reachsim.net.intervals import Span
from reachsim.resources.unmodelled import HiddenGroups
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import ANYONE, KeyPath
from reachsim.rules.codes import Code


@dataclass(slots=True, eq=False, repr=False)
class RoundTrip(Faced):
    """There and back between two addresses, ports left open.

    `forward`, `reply`: the walks; `reply` is None where no answer would start. `stray`: why a packet that is delivered
    does not reach the one that was meant; `reply_stray`: the same of the answer. `run`: all addresses in place of the
    far one (outside the VPCs) for which both walks are the same.
    """

    forward: Walk
    reply: Walk | None
    stray: Cause | None = None
    reply_stray: Cause | None = None
    run: Span = EVERYWHERE

    @property
    def choices(self) -> Relays:
        """Where AWS chooses on the way and reachsim cannot decide for it, what it chooses from."""
        for way in (self.forward, self.reply):
            last = None if way is None or way.lost_run is not None else way.visits[-1]
            if last is not None and isinstance(last.step, Undecided) and last.step.choices:
                return tuple((last.checkpoint, choice) for choice in last.step.choices)
        return ()

    @property
    def unknown(self) -> str:
        """Why reachsim cannot decide; empty where it can."""
        for way in (self.forward, self.reply):
            if way is not None and way.lost_run is None and way.unknown:  # what is lost before is decided
                return way.unknown
        return ""

    def __str__(self) -> str:
        return f"{self.forward}; {self.reply or 'no reply'}"


def round_trip_of(flow: Flow, far: int | None = None) -> RoundTrip:
    """Walk there and back; `far`: in place of the address of the flow that is outside the VPCs."""
    origin, source, destination = flow.origin, flow.source, flow.destination
    if far is not None:
        source, destination = (far, destination) if flow.from_region else (source, far)
    target = None if flow.anybody else flow.target
    choices = (*flow.relays, *flow.chosen)
    ends = source, destination, target
    return round_trip(origin.start, origin.interface, *ends, choices, flow.realm, onward=flow.onward)


def round_trip(
    start: Checkpoint,
    interface: NetworkInterface | None,
    source: int,
    destination: int,
    target: NetworkInterface | None,
    relays: Relays = (),
    realm: object = None,
    *,
    onward: bool = False,
) -> RoundTrip:
    """Walk there and back, as `go` walks there."""
    there = go(start, interface, source, destination, target, relays, realm, onward=onward)
    return come_back(there, start, interface, onward=onward)


def go(
    start: Checkpoint,
    interface: NetworkInterface | None,
    source: int,
    destination: int,
    target: NetworkInterface | None,
    relays: Relays = (),
    realm: object = None,
    *,
    onward: bool = False,
) -> RoundTrip:
    """Walk there only.

    `start`: the first checkpoint; `interface`: the interface that sends, None for a sender outside the VPCs. `target`: the
    interface that is meant, None for whoever has the address. `relays`: which target each relay on the way chooses.
    `realm`: the network that is meant, None for any. `onward`: a sender outside is one address, to many destinations.
    """
    forward = walk(start, Header(source, destination, interface), Leg(relays=relays))
    run = forward.destination_run if interface is not None or onward else forward.source_run
    stray = None
    if target is not None and forward.arrived is not None and not _through(forward, target.host):
        by, path = _last_route(forward)
        text = f"{format_address(destination)} leads{by} to {forward.end.component}, not to {target.name}"
        stray = stray_cause(forward.end, Code.DELIVERED_ELSEWHERE, "PEER-9", text, path)
    if realm is not None and forward.arrived is not None and forward.end.realm != realm:
        by, path = _last_route(forward)
        text = f"{format_address(destination)} leads{by} to {forward.end.component}, not to the network that is meant"
        stray = stray_cause(forward.end, Code.DELIVERED_ELSEWHERE, "PEER-9", text, path)
    forward.anyway = _in_any_case(forward, target, relays)
    return RoundTrip(forward, None, stray, run=run)


def _in_any_case(forward: Walk, target: NetworkInterface | None, relays: Relays) -> tuple[Visit, ...]:
    """The groups of who is meant, where the walk does not come to them, for nobody knows what happens on the way. Whatever
    that is, a packet to an address of an interface comes in by its groups (SG-22), to the port that it is sent to: who
    passes it on may be a NAT device or another router, which leaves the destination as it is, and may put in any source.
    So a rule about anybody may let it in, and what none does is blocked. Not of a machine with several interfaces, which
    may take by one what is to another; nor behind a load balancer, whose own groups were asked before.
    """
    at: Checkpoint | None = next((choice for _, choice in relays if isinstance(choice, HiddenGroups)), None)
    if at is None and forward.unknown and target is not None and not target.machine:
        at = target.inbound if target.inbound.is_a is CheckpointType.SECURITY_GROUPS else None
    lost = forward.lost_run is not None or forward.leg.service is not None
    if at is None or lost or any(visit.checkpoint is at for visit in forward.visits):
        return ()
    header = forward.visits[-1].header
    asked = (Query(filter, header.source, carried=ANYONE) for filter in at.filters())
    return tuple(Visit(at, header, Deliver(header, asks=query), forward.visits[-1].depth) for query in asked)


def _through(walk: Walk, host: Checkpoint) -> bool:
    """Whether a walk comes by a host, or ends there."""
    return walk.end is host or any(visit.checkpoint is host for visit in walk.visits)


def come_back(
    there: RoundTrip, start: Checkpoint, interface: NetworkInterface | None, *, onward: bool = False
) -> RoundTrip:
    """Walk the answer of a walk there."""
    forward = there.forward
    arrived = forward.arrived
    if arrived is None:
        return there
    if forward.lost and forward.end.is_a is CheckpointType.INTERNET and arrived.source not in PUBLIC:
        return there  # nobody could answer to that address
    back_start, back = forward.end.answer(arrived)
    first, last = forward.visits[0].header, forward.visits[-1]
    sent = forward.leg
    leg = Leg(True, sent.sessions, sent.crossed, sent.relays, sent.service, sent.returns)
    ends = first.destination, first.source
    reply = _with_both_ways(walk(back_start, back, leg, last.depth, ends), forward)
    reply_run = reply.source_run if interface is not None or onward else reply.destination_run
    run = max(there.run[0], reply_run[0]), min(there.run[1], reply_run[1])
    stray = _reply_stray(forward, reply, start, interface, first.source, first.destination)
    return RoundTrip(forward, reply, there.stray, stray, run)


def _reply_stray(
    forward: Walk, reply: Walk, start: Checkpoint, interface: NetworkInterface | None, source: int, destination: int
) -> Cause | None:
    """An answer counts only where it comes to who asked, from the address that was asked (**WALK-13**, **PEER-9**)."""
    arrived = reply.arrived
    if arrived is None:
        return None
    home = start.home if interface is None else interface.host.realm
    if reply.end.realm != home:
        by, path = _last_route(reply)
        text = f"the answer leads{by} to {reply.end.component}, not back to the client"
        return stray_cause(reply.end, Code.DELIVERED_ELSEWHERE, "PEER-9", text, path)
    if (arrived.source, arrived.destination) != (destination, source):
        ways, path = _both_ways(forward, reply)
        text = f"the answer comes from {format_address(arrived.source)}, but the client asked {format_address(destination)}"
        return stray_cause(reply.end, Code.ASYMMETRIC_RETURN, "WALK-13", f"{text}{ways}", path)
    return None


def stray_cause(end: Checkpoint, code: Code, rule: str, text: str, path: KeyPath = ()) -> Cause:
    """The cause of a packet that is delivered where it does no good. `path`: the route that took it there, where one did."""
    return Cause(code, rule, text, end.component, end.role, path or end.path)


def _with_both_ways(reply: Walk, forward: Walk) -> Walk:
    """The answer's walk; where it passes by what the request crossed, both ways are told, and the route is to blame."""
    if reply.lost_run is None:  # nothing was dropped on it
        return reply
    for index, visit in enumerate(reply.visits):
        step = visit.step
        if isinstance(step, Drop) and step.cause.code is Code.ASYMMETRIC_RETURN:
            ways, path = _both_ways(forward, reply)
            cause = replace(step.cause, text=f"{step.cause.text}{ways}", path=path or step.cause.path)
            told = visit._replace(step=step._replace(cause=cause))
            return replace(reply, visits=(*reply.visits[:index], told, *reply.visits[index + 1 :]))
    return reply


def _both_ways(forward: Walk, reply: Walk) -> tuple[str, KeyPath]:
    """By what the request came to the one that answers, and the first route that the answer takes; the path of that one."""
    came = next((v.checkpoint.component for v in reversed(forward.visits) if _joins(v)), "")
    route = next(_routes(reply.visits), None)
    if not came or route is None:
        return "", () if route is None else route.path
    return f"; the request came in by {came}, the answer follows {route.text}", route.path


def _joins(visit: Visit) -> bool:
    """Whether a checkpoint joins networks, or puts an address of its own into what it forwards."""
    translates = isinstance(visit.step, Forward) and visit.step.translated > 0
    return translates or visit.checkpoint.is_a in (CheckpointType.INTERNET_GATEWAY, CheckpointType.PEERING)


def _routes(visits: Iterable[Visit]) -> Iterator[Forward]:
    """The routes that a packet takes, in order."""
    for visit in visits:
        if isinstance(visit.step, Forward) and visit.checkpoint.is_a is CheckpointType.ROUTE_TABLE:
            yield visit.step


def _last_route(walk: Walk) -> tuple[str, KeyPath]:
    """The last route that a packet takes, in words, and its path."""
    route = next(_routes(reversed(walk.visits)), None)
    return ("", ()) if route is None else (f" by {route.text}", route.path)


TOO_MANY_KINDS = "the addresses are of too many kinds to tell each apart; ask about fewer"


def too_many_choices(found: RoundTrip) -> RoundTrip:
    """A round trip that stands for addresses of which there are too many kinds to tell apart."""
    last = found.forward.visits[0]
    step = Undecided(TOO_MANY_KINDS, last.header, scope=ANY)
    forward = replace(found.forward, visits=(last._replace(step=step),), arrived=None, lost_run=None)
    return RoundTrip(forward, None, run=EVERYWHERE)
