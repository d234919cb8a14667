"""Routes that lead nowhere, on one side only, or are never taken; NAT devices without a way out, or in one zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.dataplane.cause import Cause
from reachsim.dataplane.checkpoint import Drop, Header
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.dataplane.walk import Walk, walk
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span
from reachsim.net.traffic import TCP, Traffic
from reachsim.reach.flow_answer import trips
from reachsim.resources.host import Host
from reachsim.resources.route_table import Route, RouteTableCheckpoint
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.lint import LintCode
from reachsim.topology.addressed import representative
from reachsim.topology.flows import flows
from reachsim.topology.round_trip import round_trip_of

_NO_FAULT_OF_THE_ROUTE = frozenset(
    {Code.NO_POSSIBLE_DESTINATION, Code.DELIVERED_ELSEWHERE, Code.NGW_UNSOLICITED_INBOUND}
)
"""Losses at an address that nobody has, or that takes nothing: the route led there all the same."""
_FAULT_OF_THE_SENDER = frozenset(
    {
        Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC,
        Code.VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS,
    }
)  # fmt: skip
"""Losses of a packet for the sake of its source, which nobody may have, or which has no public address."""
_ROUTING = frozenset(
    {
        Code.NO_ROUTE_TO_DESTINATION, Code.BAD_STATE_ROUTE, Code.FORWARDING_LOOP,
        Code.TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, Code.TGW_RTB_BAD_STATE_ROUTE, Code.PCX_REQUIRES_ADDRESS_IN_VPC_CIDR,
        Code.TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION,
    }
)  # fmt: skip
_TCP = Traffic.protocol(TCP)
_BACK = frozenset(
    {Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS, Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS}
)
"""Losses of an answer that takes the default route for want of one of its own."""
_CLOSED = frozenset({Code.ENI_SG_RULES_MISMATCH, Code.SG_HAS_NO_RULES})
_CODES = {
    Code.BAD_STATE_ROUTE: LintCode.ROUTE_BLACKHOLE,
    Code.FORWARDING_LOOP: LintCode.ROUTE_LOOP,
    Code.ENI_SOURCE_DEST_CHECK_RESTRICTION: LintCode.NAT_CHECK_ON,
    Code.TGW_ROUTE_AZ_RESTRICTION: LintCode.ZONE_WITHOUT_ATTACHMENT,
    Code.REGIONAL_NGW_ROUTE_AZ_RESTRICTION: LintCode.NAT_WITHOUT_WAY_OUT,
}
_OF_A_ZONE = (Code.TGW_ROUTE_AZ_RESTRICTION, Code.REGIONAL_NGW_ROUTE_AZ_RESTRICTION)
"""Losses of what comes from one zone."""
_CURES = {
    LintCode.ROUTE_BLACKHOLE: "mend the target, or remove the route",
    LintCode.ROUTE_LOOP: "give the device a subnet and a route table of its own",
    LintCode.NAT_CHECK_ON: "write source_dest_check: false on the interface that the route leads to",
    LintCode.ZONE_WITHOUT_ATTACHMENT: "add a subnet of the zone to the attachment",
    LintCode.NAT_WITHOUT_WAY_OUT: "give the device a public address, and its subnet a route to an internet gateway",
    LintCode.ROUTE_LEADS_NOWHERE: "mend what drops the packets, or remove the route",
}
_CURES_OF_CAUSES = {
    Code.REGIONAL_NGW_ROUTE_AZ_RESTRICTION: "give the NAT gateway an address in that zone",
    Code.INGRESS_RTB_TRAFFIC_REDIRECTION: "lead the route to the middlebox that the gateway's table names",
    Code.VPC_BLOCK_PUBLIC_ACCESS_ENABLED: "exclude the subnet or its VPC from Block Public Access, or remove the route",
}
"""Where the cause tells more than the kind of finding."""


class Sender(NamedTuple):
    """Who stands for all that use a table in a zone: a subnet, an interface in it if there is one, and its addresses by
    family (True: IPv6)."""

    subnet: SubnetSite
    interface: NetworkInterface | None
    sources: dict[bool, int]

    @property
    def name(self) -> str:
        """In words."""
        return f"subnet {self.subnet.full_name}" if self.interface is None else self.interface.name


def senders(subject: Subject) -> Iterator[tuple[RouteTableCheckpoint, Sender]]:
    """For each route table and zone of a subnet that uses it, one sender: a host that is no router, where there is one."""
    for vpc in subject.topology.vpcs.values():
        places: dict[tuple[RouteTableCheckpoint, str | None], list[SubnetSite]] = {}
        for subnet in vpc.subnets.values():
            if isinstance(subnet.table, RouteTableCheckpoint):
                places.setdefault((subnet.table, subnet.az), []).append(subnet)
        for (table, _), subnets in places.items():
            yield table, _sender(table, subnets)


def _sender(table: RouteTableCheckpoint, subnets: list[SubnetSite]) -> Sender:
    targets = {route.toward for route in table.routes}
    interfaces = [interface for subnet in subnets for interface in subnet.interfaces if interface not in targets]
    interfaces.sort(key=lambda interface: interface.silent is not None)  # a NAT gateway sends for others
    for interface in interfaces:
        stopped = isinstance(interface.host, Host) and interface.host.stopped
        if not stopped and (interface.silent is None or interface.kind == "nat gateway"):
            sources = {address > IPV4_LAST: address for address in reversed(interface.addresses)}
            return Sender(interface.subnet, interface, sources)
    subnet = subnets[0]
    return Sender(subnet, None, {block.version == 6: block.network + 4 for block in subnet.blocks})


class Lost(NamedTuple):
    """A route all of whose packets are lost: the first cause, and a packet that meets it."""

    route: Route
    sender: Sender
    source: int
    destination: int
    cause: Cause
    translated: bool


def lost_routes(subject: Subject) -> Iterator[Lost]:
    """Routes that AWS uses and behind which every packet is lost, whatever its ports, by table and zone."""
    for table, sender in senders(subject):
        runs: dict[int, list[Span]] = {}
        routes = {id(route): route for route in table.routes if not route.local}
        for low, high, route in table.table.runs():
            if route is not None and id(route) in routes:
                runs.setdefault(id(route), []).append((low, high))
        for key, spans in runs.items():
            found = _lost(table, sender, routes[key], spans)
            if found is not None:
                yield found


def _lost(table: RouteTableCheckpoint, sender: Sender, route: Route, spans: list[Span]) -> Lost | None:
    """The loss of every packet that takes a route; None where one gets through, or nobody can tell."""
    source = sender.sources.get(route.destination.version == 6)
    if source is None and not route.inactive:
        return None
    origin = next(iter(sender.sources.values())) if source is None else source
    first: Lost | None = None
    for low, high in _meant(route, spans):
        at = low
        while at <= high:
            there = walk(table, Header(origin, at, sender.interface))
            cause, translated = _loss(there, origin, through_device=route.toward is not None)
            last = min(high, (there.lost_run or there.destination_run)[1])
            if cause is None and route.toward is not None and at in route.toward.places:
                at = last + 1  # what is to the device itself says nothing of what it forwards
                continue
            if cause is None:
                return None
            shown = representative(AddressSet.of((at, last)))
            first = first or Lost(route, sender, origin, shown, cause, translated)
            at = last + 1
    return first


def _meant(route: Route, spans: list[Span]) -> list[Span]:
    """The destinations that a route is for: of a default route to a NAT device with a public address the internet's."""
    device = route.toward
    nat = device is not None and (device.kind == "nat gateway" or _masquerades(device))
    if (
        device is None
        or not nat
        or not device.publics
        or route.destination.prefix_length
        or route.destination.version == 6
    ):
        return spans
    return [(max(low, a), min(high, b)) for low, high in spans for a, b in PUBLIC.spans if a <= high and low <= b]


def _masquerades(interface: NetworkInterface) -> bool:
    return isinstance(interface.host, Host) and interface.host.masquerade


def _loss(there: Walk, source: int, *, through_device: bool) -> tuple[Cause | None, bool]:
    """Why a walk is lost by the fault of a route or of what it leads to, and whether a device had put in its address."""
    for visit in there.visits:
        if isinstance(visit.step, Drop):
            translated = visit.header.source != source
            code = visit.step.cause.code
            own = code in _FAULT_OF_THE_SENDER and not translated and not through_device
            return (None if own or code in _NO_FAULT_OF_THE_ROUTE else visit.step.cause), translated
    return None, False


@finds(
    LintCode.ROUTE_BLACKHOLE,
    LintCode.ROUTE_LOOP,
    LintCode.NAT_CHECK_ON,
    LintCode.NAT_WITHOUT_WAY_OUT,
    LintCode.ZONE_WITHOUT_ATTACHMENT,
    LintCode.ROUTE_LEADS_NOWHERE,
)
def routes_that_lead_nowhere(subject: Subject) -> Iterator[Found]:
    """Routes behind which every packet is lost, by a walk over all their destinations (ROUTE-12, NATI-1, NATGW-1, TGW-7)."""
    seen: dict[tuple[object, ...], None] = {}
    for lost in lost_routes(subject):
        cause, route = lost.cause, lost.route
        code = _CODES.get(cause.code, LintCode.ROUTE_LEADS_NOWHERE)
        if lost.translated and code is LintCode.ROUTE_LEADS_NOWHERE:
            code = LintCode.NAT_WITHOUT_WAY_OUT
        subnet = lost.sender.subnet
        zone = subnet.az if cause.code in _OF_A_ZONE else None
        key = code, route.path, cause.path, zone
        if key in seen:
            continue
        seen[key] = None
        packet = f"{lost.sender.name} {format_address(lost.source)} -> {format_address(lost.destination)}"
        table = f"{subnet.vpc.name} {subnet.table.role}"
        where = f" from zone {zone}" if zone else ""
        yield Found(
            code,
            table,
            cause.path or route.path,
            cause.text if code is LintCode.ROUTE_BLACKHOLE else f"{route} leads nowhere{where}: {cause.text}",
            f"{packet} is lost at {cause.component}, {cause.checkpoint}, and so is all that takes the route",
            _CURES_OF_CAUSES.get(cause.code, _CURES[code]),
            cause.rule,
        )


@finds(LintCode.ROUTE_ONE_SIDED)
def routes_on_one_side(subject: Subject) -> Iterator[Found]:
    """Packets that arrive in another VPC, whose answers have no route back (PEER-3, WALK-10, TGW-3)."""
    by_vpc: dict[str, list[NetworkInterface]] = {}
    tables: dict[str, RouteTableCheckpoint] = {}
    for table, sender in senders(subject):
        if sender.interface is not None:
            by_vpc.setdefault(sender.subnet.vpc.name, []).append(sender.interface)
            tables[sender.interface.name] = table
    seen: set[tuple[object, ...]] = set()
    for one, own in by_vpc.items():
        others = [vpc for vpc in by_vpc if vpc != one and subject.topology.are_joined(one, vpc)]
        for interface in own:
            for other in (each for vpc in others for each in by_vpc[vpc] if each.takes):
                if _answers_come_back(subject, interface, other):
                    continue
                found = _one_sided(subject, tables[interface.name], interface, other)
                if found is not None and (key := (found.path, found.component, one)) not in seen:
                    seen.add(key)
                    yield found


def _answers_come_back(subject: Subject, interface: NetworkInterface, other: NetworkInterface) -> bool:
    """Whether no route loses an answer between two, as one walk says of all that are alike: VPCs of a transit gateway are
    as many pairs as there are."""
    network = subject.network
    source, destination = (network.classes.of[each].routing for each in (interface, other))
    ways = network.templates.of_pair(source, destination, network.ends)
    return all(way.answered or way.never or way.undecided for way in ways.templates)


def _one_sided(
    subject: Subject, table: RouteTableCheckpoint, interface: NetworkInterface, other: NetworkInterface
) -> Found | None:
    ends = subject.network.ends
    for flow in flows(ends.of_interface(interface), ends.of_interface(other), ends):
        if flow.loss or flow.unknown or flow.destination not in other.addresses:
            continue
        route, _, _ = table.table.lookup(flow.destination)
        if route is None or route.local or route.inactive:
            continue
        round_trip = round_trip_of(flow)
        if round_trip.unknown or round_trip.forward.lost or round_trip.stray or round_trip.reply is None:
            continue
        cause = next((v.step.cause for v in round_trip.reply.visits if isinstance(v.step, Drop)), None)
        if cause is None or cause.code not in _ROUTING:
            continue
        answer = subject.network.reach(interface.name, other.name)
        back = answer.reachable | answer.partial
        if answer.undecided or not answer.delivered.restrict(traffic=_TCP) or back.restrict(traffic=_TCP):
            continue  # rules stop it anyway, or another way is open
        block = next((cidr for cidr in subject.design.vpcs[interface.vpc.name].cidrs if flow.source in cidr), None)
        source = format_address(flow.source) if block is None else str(block)
        packet = f"{answer.delivered.restrict(traffic=_TCP).witness()} ({interface.name} -> {other.name})"
        return Found(
            LintCode.ROUTE_ONE_SIDED,
            f"{cause.component} {cause.checkpoint}",
            cause.path,
            f"VPC {interface.vpc.name} has a route to {other.vpc.name}, and answers have none: {cause.text}",
            f"{packet} arrives, and its answer is lost at {cause.component}, {cause.checkpoint}",
            f"write a route for {source} to the same connection, or remove the other one",
            "WALK-10",
        )
    return None


@finds(LintCode.ROUTE_ONE_SIDED)
def ways_to_the_internet_without_a_way_back(subject: Subject) -> Iterator[Found]:
    """Packets that leave for the internet, whose answers find no route to whoever sent them (WALK-13, NATGW-12)."""
    seen: set[KeyPath] = set()
    for interface, answer in subject.outward:
        sent = any(part.forward & _TCP for part in answer.parts)
        back = any(trip.traffic & _TCP for part in answer.parts for trip in trips(part.forward, part.back, part.lost))
        if answer.undecided or not sent or back:
            continue
        for stop in answer.stops:
            if stop.leg != "reply" or stop.cause.code not in _ROUTING | _BACK or stop.path in seen:
                continue
            seen.add(stop.path)
            yield Found(
                LintCode.ROUTE_ONE_SIDED,
                f"{stop.component} {stop.checkpoint}",
                stop.path,
                f"packets leave for the internet, and no answer comes back: {stop.rule}",
                f"{stop.space.witness()} ({interface.name}) is delivered, and its answer is lost at {stop.component}, "
                f"{stop.checkpoint}",
                f"write a route back to {interface.subnet.vpc.name}",
                "NATGW-12",
            )


@finds(LintCode.NAT_CLOSED)
def nat_instances_that_let_nothing_through(subject: Subject) -> Iterator[Found]:
    """NAT instances that clients are routed to, and whose groups let none of their packets pass (**NATI-2**)."""
    for table, sender in senders(subject):
        nat = {route.toward for route in table.routes if not route.destination.prefix_length and not route.inactive}
        if (
            sender.interface is None
            or sender.interface.silent is not None
            or not any(n is not None and _masquerades(n) for n in nat)
        ):
            continue
        answer = subject.to_internet(sender.interface)
        names = {n.name for n in nat if n is not None}
        stops = [stop for stop in answer.stops if stop.leg == "forward" and stop.component in names]
        if answer.undecided or answer.delivered or not stops or stops[0].code not in _CLOSED:
            continue
        stop = stops[0]
        yield Found(
            LintCode.NAT_CLOSED,
            stop.component,
            stop.path,
            f"it lets nothing through from {sender.name}: {stop.checkpoint}: {stop.rule}",
            f"{stop.space.witness()} ({sender.name}) is lost there, and nothing of it reaches the internet",
            "admit the clients' block, or their group, in the group of the NAT instance",
            "NATI-2",
        )


@finds(LintCode.ROUTE_NEVER_USED)
def routes_that_are_never_taken(subject: Subject) -> Iterator[Found]:
    """Written routes of which no packet takes one: others are more specific, or go before them (ROUTE-4, ROUTE-6)."""
    for (vpc, name), table in subject.topology.tables.items():
        taken = {id(route) for _, _, route in table.table.runs()}
        written: dict[object, list[Route]] = {}
        for route in table.routes:
            if "route_tables" in route.path[:3] and not route.local:
                written.setdefault(route.path, []).append(route)
        for path, routes in written.items():
            if any(id(route) in taken for route in routes):
                continue
            first = routes[0].destination
            others = {r for low, high, r in table.table.runs() if r is not None and r.destination.overlaps(first)}
            yield Found(
                LintCode.ROUTE_NEVER_USED,
                f"{vpc} route table {name}",
                routes[0].path if path else (),
                f"no packet takes {routes[0]}",
                f"every address of it has another route: {'; '.join(sorted(map(str, others))) or 'none is carried'}",
                "remove it, or make it more specific than the others",
                "ROUTE-4",
            )


@finds(LintCode.NAT_ONE_ZONE)
def nat_in_another_zone(subject: Subject) -> Iterator[Found]:
    """Subnets whose way out goes through a NAT device of another zone, which fails with that zone (**NATGW-15**,
    WALK-22)."""
    for vpc in subject.topology.vpcs.values():
        users: dict[NetworkInterface, list[SubnetSite]] = {}
        for subnet in vpc.subnets.values():
            if isinstance(subnet.table, RouteTableCheckpoint):
                for route in subnet.table.routes:
                    interface = route.toward
                    nat = interface is not None and (interface.kind == "nat gateway" or _masquerades(interface))
                    if (
                        nat
                        and interface is not None
                        and not route.inactive
                        and not route.destination.prefix_length
                        and subnet.interfaces
                    ):
                        users.setdefault(interface, []).append(subnet)
        for interface, subnets in users.items():
            far = [
                subnet
                for subnet in subnets
                if None not in (subnet.az, interface.subnet.az) and subnet.az != interface.subnet.az
            ]
            if far:
                names = ", ".join(f"{subnet.name} (zone {subnet.az})" for subnet in far)
                yield Found(
                    LintCode.NAT_ONE_ZONE,
                    interface.name,
                    interface.owner,
                    f"{names}: the way out fails when zone {interface.subnet.az} fails",
                    f"the default route of each leads to {interface.name} in subnet {interface.subnet.name}, "
                    f"zone {interface.subnet.az}",
                    "a NAT gateway in each zone, and a route table for each",
                    "NATGW-15",
                )
