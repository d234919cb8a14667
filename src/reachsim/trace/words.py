"""What a trace says of one packet beside the cause: whose its addresses are, and which rule came closest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.ends import Endpoint, Flow
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.relay import Relay
from reachsim.dataplane.site import NetworkInterface
from reachsim.flow.denial import has_rules, nearest_miss
from reachsim.net.address import format_address, parse_address
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import KeyPath
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.round_trip import RoundTrip
from reachsim.trace.result import Hop, TracedWay


def owners(found: RoundTrip, flow: Flow) -> dict[int, str]:
    """Names of the interfaces and hosts that the addresses on a round trip belong to, by address."""
    forward = found.forward
    names: dict[int, str] = {}
    first = forward.visits[0].header
    if flow.origin.interface is not None:
        names[first.source] = flow.origin.interface.name
    elif flow.origin.path[:2] == ("internet", "hosts"):
        names[first.source] = str(flow.origin.path[2])
    if flow.target is not None and not (flow.anybody and forward.arrived is not None):
        names[first.destination] = flow.target.name
    if forward.arrived is not None and forward.end.component != "internet":
        names.setdefault(forward.arrived.destination, forward.end.component)
        called = (relay.component for relay, _ in flow.relays if isinstance(relay, Relay))  # it passes the packet on
        names.setdefault(first.destination, next(called, forward.end.component))
    for session in forward.leg.sessions:
        if session.translated == first.source:  # a load balancer that keeps the client's address
            continue
        names.setdefault(session.translated, session.device.component)
    for one, other in zip(forward.visits, forward.visits[1:], strict=False):
        if one.header.source in names:  # a gateway's translation leaves the owner as it is
            names.setdefault(other.header.source, names[one.header.source])
    return names


def assigned(ends: Iterable[Endpoint], endpoints: Endpoints) -> Iterator[str]:
    """What to say of an address that was asked for and that the file does not write: loading gave it to an interface."""
    for end in ends:
        if end.literal is not None:
            owners = [*endpoints.by_private.get(end.literal, ()), endpoints.by_public.get(end.literal)]
            for interface in owners:
                if interface is not None and not writes(interface, end.literal, endpoints):
                    address = whose(end.literal, {end.literal: interface.name})
                    yield f"{address} was assigned by reachsim: the file does not write it"


def inspecting(hops: Iterable[Hop]) -> list[str]:
    """The inspection endpoints that a packet passes, in that order."""
    return list(dict.fromkeys(hop.component for hop in hops if hop.inspects))


def inspected_one_way(way: TracedWay) -> str:
    """What to say of a packet that an inspection endpoint sees on one of its two ways, where none sees it on the other: an
    appliance that keeps state may drop it (WALK-19), which is taken as transparent (EP-11). Empty where there is nothing."""
    there, back = inspecting(way.forward), inspecting(way.reply)
    if not way.reply or bool(there) == bool(back):
        return ""
    seen, unseen = ("the request", "its answer") if there else ("the answer", "the request")
    return f"{seen} passes {' and '.join(there or back)}, which inspects, and {unseen} passes no inspection endpoint"


def inspection_notes(ways: Iterable[TracedWay]) -> Iterator[str]:
    """The same of all ways that both directions get through, each once."""
    for text in dict.fromkeys(inspected_one_way(way) for way in ways if way.reachable):
        if text:
            yield f"{text}: an appliance that keeps state drops such flows (WALK-19)"


def left_open(ways: Iterable[TracedWay], endpoints: Endpoints) -> Iterator[str]:
    """What the reader of a file found that is not known of that on which an answer hangs, and no reason has said."""
    provenance = endpoints.topology.source.document.provenance
    hops = (hop for way in ways for hop in (*way.forward, *way.reply) if hop.action == "unknown")
    told = ((hop.rule, text) for hop in hops for path in _asked(hop, endpoints) for text in provenance.open(path))
    yield from dict.fromkeys(text for said, text in told if text not in said)


def _asked(hop: Hop, endpoints: Endpoints) -> Iterator[KeyPath]:
    """The keys of what is not known at a hop: of the rule or the route, and of who has groups that are not known."""
    yield hop.rule_path or hop.path
    interface = endpoints.topology.interfaces.get(hop.component)
    if interface is not None:
        yield interface.path


def writes(interface: NetworkInterface, address: int, endpoints: Endpoints) -> bool:
    """Whether the file gives an interface this address. The addresses of functions are never written."""
    if interface.shared:
        return False
    node: Any = endpoints.topology.source.document.data
    for key in interface.path:
        node = node[key]
    todo, text = [node], format_address(address)
    while todo:
        value = todo.pop()
        if isinstance(value, dict | list):
            todo += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str) and (value == text or _same(value, address)):
            return True
    return False


def _same(text: str, address: int) -> bool:
    """Whether a text is another way of writing an address."""
    try:
        return ":" in text and parse_address(text) == address
    except ValueError:
        return False


def whose(address: int, names: dict[int, str]) -> str:
    """An address with the name of its owner beside it, where it has one."""
    text = format_address(address)
    return f"{text} ({names[address]})" if address in names else text


def denied(cause: Cause, filter: Filter, query: Query, packet: Packet, names: dict[int, str]) -> str:
    """Why a filter stops one packet: the cause, the packet, whose address the peer's is, and the closest rule."""
    service = packet.service if query.service is None else query.service
    sends = query.peer == packet.source or (query.service is not None and filter.direction is Direction.INGRESS)
    who = whose(query.peer, names)
    clause = filter.decide(query.peer, query.groups, service)
    verb = "stops" if clause is not None else "matches" if filter.clauses else "for"
    question = f"{Traffic.of((service, service))} {'from' if sends else 'to'} {who}"
    if not has_rules(filter):
        about = question if query.peer else Traffic.of((service, service))  # a limit of protocols knows no peer
        return f"{cause.text}, not {about}"
    text = f"{cause.decided.removesuffix(' matches')} {verb} {question}"
    if cause.text != cause.decided:  # it tells itself which rule comes closest
        return text + cause.text.removeprefix(cause.decided)
    miss = nearest_miss(filter, query.peer, query.groups, service, who, sends=sends)
    return f"{text}; {miss}" if miss else text
