"""Tracing: a round trip's walks, asked about one packet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.filters import AS_BUILT, FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import UsageError
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMPV6, PORTED, Traffic, one_of, protocol_of
from reachsim.reach.flow_answer import FlowAnswer, flow_answers
from reachsim.rules.nat import NAT_LOSS_BELOW
from reachsim.rules.verdict import Loss
from reachsim.stages import going_over
from reachsim.topology.addressed import NO_COMMON_FAMILY
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows as flows_between
from reachsim.topology.flows import receiver, to_listener
from reachsim.topology.round_trip import round_trip_of
from reachsim.trace.asker import Asker, Locate
from reachsim.trace.beyond import Beyond, beyond, by_endpoints, load_balancers
from reachsim.trace.result import Blocker, Trace, TracedWay
from reachsim.trace.ways import by_family, by_fate
from reachsim.trace.words import assigned, inspection_notes, left_open

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
    packet = _Packet(source, destination, one_service(traffic), source_port, endpoints, locate, book)
    flows, perhaps = packet.flows(traffic)
    called, beside = [flow for flow in flows if not flow.beside], [flow for flow in flows if flow.beside]
    found = [(flow, packet.way(flow)) for flow in going_over("ways traced", called)]
    if beside and not all(way.delivered for _, way in found):  # what does not come to its address may come another way
        found += [(flow, way) for flow in beside if (way := packet.way(flow)).delivered]
    found = [(flow, packet.settled(flow, way)) for flow, way in found]
    ways = [way for _, way in found]
    ways += packet.doubts(perhaps, {_meant(flow) for flow, way in found if way.delivered})
    ways = ways or [packet.way(flow) for flow in perhaps]
    listener = packet.at_listener(called)
    behind = (
        packet.behind(called) if (any(way.reachable for way in ways) if listener is None else listener) else Beyond()
    )
    aside = () if all(way.delivered for way in ways) else by_endpoints(source, destination, endpoints)
    return Trace(
        source.name,
        destination.name,
        traffic,
        tuple(ways),
        (*packet.notes(traffic, flows), *behind.notes, *aside, *left_open(ways, endpoints), *inspection_notes(ways)),
        _resolved(destination, source.origins),
        listener,
        behind.traces,
    )


@dataclass(frozen=True, slots=True)
class _Packet:
    """One packet of a service from one endpoint to another, asked about flow by flow."""

    source: Endpoint
    destination: Endpoint
    service: int
    source_port: int | None
    endpoints: Endpoints
    locate: Locate
    book: FilterBook

    def flows(self, traffic: Traffic) -> tuple[list[Flow], list[Flow]]:
        """The flows that it may be of, cut into those that fare alike, and those that exist only perhaps.

        Raises UsageError where there is none.
        """
        names = self.source.name, self.destination.name
        found = flows_between(self.source, self.destination, self.endpoints)
        fitting = [flow for flow in found if _fits(flow, self.service)]
        if found and not fitting:
            family = "IPv6" if protocol_of(self.service) == ICMPV6 else "IPv4"
            raise UsageError(f"{traffic} goes over {family}, and {names[0]} and {names[1]} have no such addresses")
        if not fitting:
            raise UsageError(f"{names[0]} and {names[1]} are the same interface: nothing crosses the network")
        certain = by_family([flow for flow in fitting if not flow.perhaps])
        alike = [
            by_fate(flow, names, self.service, self.source_port, self.endpoints, self.book)
            for flow in going_over("flows", certain)
        ]
        return [one for flows in alike for one in flows], [flow for flow in fitting if flow.perhaps]

    def way(self, flow: Flow) -> TracedWay:
        """What it meets on a flow, there and back."""
        return _way(
            flow,
            self.service,
            self.source_port,
            self.destination,
            self.locate,
            self.book,
            self.endpoints.design.nat_loss_below,
        )

    def settled(self, flow: Flow, way: TracedWay) -> TracedWay:
        """A way, decided as far as it is so whatever AWS chooses and for every address of the sender's."""
        if way.undecided:
            way = self._whatever_is_chosen(flow, way)
        if not flow.origin.certain:
            way = self._from_every_address(flow, way)
        if not way.delivered and (flow.region is None or flow.region.count == 1):
            reasons = (part.why_aside for part in self._parts(flow) if self.service in part.aside)
            reason = next(reasons, "")
            way = replace(way, blockers=(), undecided=reason) if reason else way
        return way

    def _whatever_is_chosen(self, flow: Flow, way: TracedWay) -> TracedWay:
        """Where AWS chooses and every choice comes to the same, any of them shows it."""
        part = next((part for part in self._parts(flow) if part.has(flow)), None)
        if part is None or part.undecided_for(self.service, way.asked_ports):
            return way
        return self.way(replace(flow, chosen=part.flow.chosen))

    def _from_every_address(self, flow: Flow, way: TracedWay) -> TracedWay:
        """What the packet of one address meets is the answer if it is that of every address that the sender may have."""
        unsure = [part for part in self._parts(flow) if part.undecided_for(self.service, way.asked_ports)]
        if not unsure:
            return way
        # Delivered or not; or delivered for sure, and answered or not.
        delivered = not any(self.service in part.unsure for part in unsure)
        return replace(way, delivered=delivered, reachable=False, blockers=(), undecided=unsure[0].undecided)

    def doubts(self, perhaps: Iterable[Flow], settled: set[_Meant]) -> list[TracedWay]:
        """What the flows that exist only perhaps leave open: a doubt for each end, unless the end is settled. Of one that is
        meant in any case, by whatever address, what stops all of them."""
        reasons: dict[_Meant, TracedWay] = {}
        stopped: dict[_Meant, Flow] = {}
        for flow in perhaps:
            meant = _meant(flow)
            if meant in settled or meant in reasons:
                continue
            if flow.unknown or any(self.service in part.unsure for part in self._parts(flow)):
                reasons[meant] = _undecided(flow.origin, flow.perhaps)
            elif flow.target is not None and not flow.beside and flow.origin in self.source.origins:
                stopped.setdefault(meant, flow)
        return [*reasons.values(), *(self.way(flow) for meant, flow in stopped.items() if meant not in reasons)]

    def _parts(self, flow: Flow) -> Iterable[FlowAnswer]:
        return flow_answers(flow, self.endpoints, self.book)

    def at_listener(self, flows: Iterable[Flow]) -> bool | None:
        """Whether the listener of what passes flows on takes the packet and answers; None where nothing passes them on."""
        found = {(at.source, at.destination): at for flow in flows if (at := to_listener(flow)) is not None}
        return all(self.way(at).reachable for at in found.values()) if found else None

    def behind(self, flows: Iterable[Flow]) -> Beyond:
        """What the targets of the load balancers that flows call get of it."""
        called = [interface for flow in flows if (interface := receiver(flow, self.endpoints)) is not None]
        nodes = [node for interface in called for node in load_balancers(interface)]
        if not nodes:
            return Beyond()
        return past_listeners(nodes, Traffic.of((self.service, self.service)), self.endpoints, self.locate, self.book)

    def notes(self, traffic: Traffic, flows: Iterable[Flow]) -> list[str]:
        """What one packet stands for, and which addresses were assigned by the reader of the design."""
        out: list[str] = []
        one = one_of(traffic, self.service)
        if one:
            out.append(f"one packet of {traffic} is traced: {one}; reach answers for all of it")
        for flow in flows:
            if flow.region is not None and flow.region.count > 1:
                far = flow.source if flow.from_region else flow.destination
                out.append(f"{format_address(far)} stands for all addresses that fare alike; reach tells them all")
                break
        return [*out, *assigned([self.source, self.destination], self.endpoints)]


def past_listeners(
    nodes: Iterable[NetworkInterface], traffic: Traffic, endpoints: Endpoints, locate: Locate, book: FilterBook
) -> Beyond:
    """What the targets of load balancers get of some traffic to their listeners."""

    def ask(source: Endpoint, destination: Endpoint, one: Traffic) -> Trace:
        return trace(source, destination, one, None, endpoints=endpoints, locate=locate, book=book)

    return beyond(dict.fromkeys(nodes), traffic, endpoints, ask)


def _resolved(destination: Endpoint, origins: Iterable[Origin]) -> str:
    """What the destination's name was resolved to for those who ask, and why; empty where it means one thing everywhere."""
    if destination.resolve is None:
        return destination.note
    return "; ".join(dict.fromkeys(note for origin in origins if (note := destination.resolve(origin).note)))


_Meant = tuple[NetworkInterface | int, bool]


def _meant(flow: Flow) -> _Meant:
    """What a flow is for: an interface, or an address; and whether by IPv6."""
    return (flow.destination if flow.target is None else flow.target), flow.destination > IPV4_LAST


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
    ends, service = (source, destination), packet.service
    return trace_flow(*ends, flow, service, traffic, port, locate=locate, book=book, below=below)


def trace_flow(
    source: Endpoint,
    destination: Endpoint,
    flow: Flow,
    service: int,
    traffic: Traffic,
    source_port: int | None = None,
    *,
    locate: Locate,
    book: FilterBook = AS_BUILT,
    below: Fraction = NAT_LOSS_BELOW,
) -> Trace:
    """Trace one service of one flow, from a source port or from every one that the client may use."""
    way = _way(flow, service, source_port, destination, locate, book, below)
    return Trace(source.name, destination.name, traffic, (way,), resolved=_resolved(destination, (flow.origin,)))


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
        blockers = () if flow.loss is None else (_nowhere(flow, flow.loss, destination, locate),)
        return TracedWay(flow.label, origin.share, None, False, False, (), (), blockers, undecided=flow.unknown)
    found = round_trip_of(flow)
    asked = PortSet.of((source_port, source_port)) if source_port is not None else origin.client_ports
    return Asker(found, flow, service, asked, locate, book, below).way(destination)


def _nowhere(flow: Flow, loss: Loss, destination: Endpoint, locate: Locate) -> Blocker:
    """There is no packet to follow. Of a family that the sender lacks, its interface is the place to edit."""
    place = loss.owner or destination.name, loss.role or destination.kind
    sender = flow.origin.interface if loss is NO_COMMON_FAMILY else None
    path = loss.path if sender is None else sender.path
    cause = Cause(loss.code, loss.rule, loss.text, *place, path)
    return Blocker(cause, "forward", loss.text, locate(path), variant=flow.label)
