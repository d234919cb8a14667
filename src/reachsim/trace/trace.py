"""Tracing: a round trip's walks, asked about one packet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.filters import AS_BUILT, FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import UsageError
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMPV6, PORTED, Traffic, protocol_of
from reachsim.reach.flow_answer import flow_answers
from reachsim.rules.nat import NAT_LOSS_BELOW
from reachsim.rules.verdict import Loss
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows as flows_between
from reachsim.topology.flows import receiver, to_listener
from reachsim.topology.round_trip import round_trip_of
from reachsim.trace.asker import Asker, Locate
from reachsim.trace.beyond import Beyond, beyond, by_endpoints, load_balancers
from reachsim.trace.result import Blocker, Trace, TracedWay
from reachsim.trace.ways import by_family, by_fate
from reachsim.trace.words import assigned

USUAL_TRAFFIC = [
    Traffic.parse(token).first for token in ("tcp/443", "tcp/80", "tcp/22", "udp/53", "icmp/8", "icmpv6/128")
]
"""Services that stand for wider traffic in a trace, the first that fits."""


def one_service(traffic: Traffic) -> int:
    """The one service of a token that names one; of a wider one, a usual one, which a trace then stands for."""
    if not traffic:
        raise UsageError("there is no traffic to trace")
    return next((service for service in USUAL_TRAFFIC if service in traffic), traffic.first)


def trace(
    source: Endpoint,
    destination: Endpoint,
    traffic: Traffic,
    source_port: int | None,
    *,
    endpoints: Endpoints,
    locate: Locate,
    book: FilterBook = AS_BUILT,
) -> Trace:
    """Send one packet of `traffic` from one endpoint to another, and its answer back.

    Without `source_port` the verdict is for every source port that the client may use (WALK-18, NACL-12), and always for
    the ports that NAT devices may choose: reachable while less of them is lost than the design lets be (NAT-PORT).
    """
    below = endpoints.design.nat_loss_below
    service = one_service(traffic)
    notes: list[str] = []
    if traffic.count > 1 and traffic != _same_service(service):
        notes.append(f"one packet of {traffic} is traced: {Traffic.of((service, service))}; `reach` answers for all")
    found = flows_between(source, destination, endpoints)
    names = source.name, destination.name
    flows = by_family([flow for flow in found if _fits(flow, service) and not flow.perhaps])
    flows = [one for flow in flows for one in by_fate(flow, names, service, source_port, endpoints, book)]
    perhaps = [flow for flow in found if _fits(flow, service) and flow.perhaps]
    if found and not flows and not perhaps:
        family = "IPv6" if protocol_of(service) == ICMPV6 else "IPv4"
        raise UsageError(
            f"{traffic} goes over {family}, and {source.name} and {destination.name} have no such addresses"
        )
    if not flows and not perhaps:
        raise UsageError(f"{source.name} and {destination.name} are the same interface: nothing crosses the network")
    for flow in flows:
        if flow.region is not None and flow.region.count > 1:
            far = flow.source if flow.origin.interface is None else flow.destination
            notes.append(f"{format_address(far)} stands for all addresses that fare alike; `reach` tells them all")
            break
    notes += assigned([source, destination], endpoints)
    beside = [flow for flow in flows if flow.beside]
    flows = [flow for flow in flows if not flow.beside]
    ways = [_way(flow, service, source_port, destination, locate, book, below) for flow in flows]
    if beside and not all(way.delivered for way in ways):  # what does not come to its address may come another way
        further = [_way(flow, service, source_port, destination, locate, book, below) for flow in beside]
        ways += [way for way in further if way.delivered]
        flows += [flow for flow, way in zip(beside, further, strict=True) if way.delivered]
    for index, flow in enumerate(flows):
        if ways[index].undecided:  # where AWS chooses, any choice shows what all have in common
            part = next((part for part in flow_answers(flow, endpoints, book) if part.has(flow)), None)
            if part is not None and not part.undecided_for(service, ways[index].asked_ports):
                decided = replace(flow, chosen=part.flow.chosen)
                ways[index] = _way(decided, service, source_port, destination, locate, book, below)
        if not flow.origin.certain:  # what the packet of one address meets is the answer if it is that of every address
            ports = ways[index].asked_ports
            unsure = [part for part in flow_answers(flow, endpoints, book) if part.undecided_for(service, ports)]
            if unsure:  # delivered or not, or delivered for sure and answered or not
                delivered = not any(service in part.unsure for part in unsure)
                ways[index] = replace(
                    ways[index],
                    delivered=delivered,
                    reachable=False,
                    blockers=(),
                    undecided=unsure[0].undecided,
                )
    for index, flow in enumerate(flows):
        if not ways[index].delivered and (flow.region is None or flow.region.count == 1):
            reasons = (part.why_aside for part in flow_answers(flow, endpoints, book) if service in part.aside)
            reason = next(reasons, "")
            ways[index] = replace(ways[index], blockers=(), undecided=reason) if reason else ways[index]
    settled = {_meant(flow) for flow, way in zip(flows, ways, strict=True) if way.delivered}
    for flow in perhaps:
        if _meant(flow) not in settled and any(service in part.unsure for part in flow_answers(flow, endpoints, book)):
            ways.append(_undecided(flow.origin, flow.perhaps))
            settled.add(_meant(flow))
    if not ways:
        ways = [_way(flow, service, source_port, destination, locate, book, below) for flow in perhaps]
    asked = [flow for flow in flows if not flow.beside]
    listener = _at_listener(asked, service, source_port, destination, endpoints, locate, book, below)
    behind = Beyond()
    called = [interface for flow in asked if (interface := receiver(flow, endpoints)) is not None]
    nodes = [node for interface in called for node in load_balancers(interface)]
    if nodes and (listener if listener is not None else any(way.reachable for way in ways)):
        behind = past_listeners(nodes, Traffic.of((service, service)), endpoints, locate, book)
    aside = () if all(way.delivered for way in ways) else by_endpoints(source, destination, endpoints)
    return Trace(
        source.name,
        destination.name,
        traffic,
        tuple(ways),
        (*notes, *behind.notes, *aside),
        _resolved(destination, source.origins),
        listener,
        behind.traces,
    )


def past_listeners(
    nodes: Iterable[NetworkInterface], traffic: Traffic, endpoints: Endpoints, locate: Locate, book: FilterBook
) -> Beyond:
    """What the targets of load balancers get of some traffic to their listeners."""

    def ask(source: Endpoint, destination: Endpoint, one: Traffic) -> Trace:
        return trace(source, destination, one, None, endpoints=endpoints, locate=locate, book=book)

    return beyond(dict.fromkeys(nodes), traffic, endpoints, ask)


def _at_listener(
    flows: list[Flow],
    service: int,
    source_port: int | None,
    destination: Endpoint,
    endpoints: Endpoints,
    locate: Locate,
    book: FilterBook,
    below: Fraction,
) -> bool | None:
    """Whether the listener of what passes flows on takes the packet and answers; None where nothing passes them on."""
    found = {(at.source, at.destination): at for flow in flows if (at := to_listener(flow)) is not None}
    ways = [_way(at, service, source_port, destination, locate, book, below) for at in found.values()]
    return all(way.reachable for way in ways) if ways else None


def _resolved(destination: Endpoint, origins: Iterable[Origin]) -> str:
    """What the destination's name was resolved to for those who ask, and why; empty where it means one thing everywhere."""
    if destination.resolve is None:
        return destination.note
    return "; ".join(dict.fromkeys(note for origin in origins if (note := destination.resolve(origin).note)))


def _meant(flow: Flow) -> NetworkInterface | int:
    """What a flow is for: an interface, or an address."""
    return flow.destination if flow.target is None else flow.target


def _undecided(origin: Origin, reason: str) -> TracedWay:
    return TracedWay(origin.label, origin.share, None, False, False, (), (), (), undecided=reason)


def replay(
    source: Endpoint,
    destination: Endpoint,
    packet: Packet,
    flow: Flow,
    traffic: Traffic,
    *,
    locate: Locate,
    book: FilterBook = AS_BUILT,
    below: Fraction = NAT_LOSS_BELOW,
) -> Trace:
    """Trace one given packet of one flow: the witness of an answer about all packets."""
    if flow.loss is None and not flow.unknown:
        flow = replace(flow, source=packet.source, destination=packet.destination, region=None)
    port = packet.source_port if packet.protocol in PORTED else None
    way = _way(flow, packet.service, port, destination, locate, book, below)
    return Trace(source.name, destination.name, traffic, (way,), resolved=_resolved(destination, (flow.origin,)))


def _same_service(service: int) -> Traffic:
    """What one packet of a protocol stands for wholly: a type of ICMP whatever its code, a protocol without ports."""
    protocol = protocol_of(service)
    if protocol in PORTED:
        return Traffic.of((service, service))
    if protocol in (1, ICMPV6):
        return Traffic.of((service & ~0xFF, service | 0xFF))
    return Traffic.protocol(protocol)


def _fits(flow: Flow, service: int) -> bool:
    """ICMPv6 goes over IPv6 alone, ICMP over IPv4 alone."""
    if flow.loss or flow.unknown:
        return True
    if flow.about is not None and service not in flow.about:
        return False
    ipv6 = flow.destination > IPV4_LAST
    return not ((protocol_of(service) == ICMPV6 and not ipv6) or (protocol_of(service) == 1 and ipv6))


def _way(
    flow: Flow,
    service: int,
    source_port: int | None,
    destination: Endpoint,
    locate: Locate,
    book: FilterBook,
    below: Fraction,
) -> TracedWay:
    origin = flow.origin
    if flow.unknown or flow.loss is not None:
        blockers = () if flow.loss is None else (_nowhere(flow.loss, destination, locate, flow.label),)
        return TracedWay(flow.label, origin.share, None, False, False, (), (), blockers, undecided=flow.unknown)
    found = round_trip_of(flow)
    asked = PortSet.of((source_port, source_port)) if source_port is not None else origin.client_ports
    return Asker(found, flow, service, asked, locate, book, below).way(destination)


def _nowhere(loss: Loss, destination: Endpoint, locate: Locate, variant: str) -> Blocker:
    """There is no packet to follow."""
    place = loss.owner or destination.name, loss.role or destination.kind
    cause = Cause(loss.code, loss.rule, loss.text, *place, loss.path)
    return Blocker(cause, "forward", loss.text, locate(loss.path), variant=variant)
