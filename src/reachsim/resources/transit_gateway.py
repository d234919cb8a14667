"""Transit gateways (chapter TGW): attachments, route tables, zones."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from reachsim.dataplane.checkpoint import Checkpoint, Header, Leg
from reachsim.dataplane.site import SubnetSite, VpcSite
from reachsim.dataplane.steps import ANY, Forward, Query, Scope, Step, Undecided, intersect, to_run
from reachsim.errors import HintedError
from reachsim.faces import Faced
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.intervals import Span
from reachsim.net.prefixes import IntervalMap, prefix_table
from reachsim.resources.fields import Boolean, Name, Reference, References, Schema, Tags
from reachsim.resources.public_service import region_of
from reachsim.resources.reference import bare
from reachsim.resources.resource import At, Checks, Entrance, Resource, Wiring, resource
from reachsim.resources.route_table import Destination, RouteTableCheckpoint
from reachsim.resources.vpn_connection import Arriving, Attached, ConnectionOut, places_behind
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.codes import Code
from reachsim.rules.transit_gateway import Priority, without_overlaps
from reachsim.rules.verdict import Loss

BLACKHOLE = "blackhole"


class Attachment(Schema):
    """One attachment; exactly one of `vpc`, `vpn`, `direct_connect_gateway`, `peer` and `connect`."""

    vpc: Reference | None = None
    """The VPC."""
    subnets: References = ()
    """Its subnets in the VPC, one in each zone that the gateway serves there (TGW-7)."""
    appliance_mode: Boolean = False
    """Whether both directions of a flow use one zone of the VPC (TGW-9)."""
    security_group_referencing: Boolean = True
    """Whether rules may name groups of VPCs behind the gateway, if the gateway supports it (TGW-14)."""
    vpn: Reference | None = None
    """A VPN connection that ends at the gateway."""
    direct_connect_gateway: Reference | None = None
    """A Direct Connect gateway."""
    peer: Reference | None = None
    """The other side of a peering of transit gateways: `gateway.attachment`."""
    connect: Any = None
    """A Connect attachment: what lies behind it is undecided."""
    state: Literal[
        "available", "pending", "pendingAcceptance", "modifying", "deleting", "deleted", "failed", "rejected"
    ] = "available"
    """Only `available` carries traffic."""
    tags: Tags = {}

    @model_validator(mode="after")
    def _one_kind(self) -> Attachment:
        kinds = [self.vpc, self.vpn, self.direct_connect_gateway, self.peer, self.connect]
        if sum(kind is not None for kind in kinds) != 1:
            raise HintedError("an attachment is of one kind", hint="write vpc, vpn, direct_connect_gateway or peer")
        if self.vpc is not None and not self.subnets:
            raise HintedError("an attachment of a VPC needs subnets", hint="write subnets: [NAME]", code="TGW-7")
        return self


class TransitRouteTable(Schema):
    """A route table of a transit gateway."""

    associations: References = ()
    """Attachments whose packets it routes (TGW-1)."""
    propagations: References = ()
    """Attachments whose prefixes it takes in (TGW-2)."""
    routes: dict[Destination, Reference] = Field(default_factory=dict)
    """Static routes: block, or name of a prefix list (PL-2), to attachment, or to `blackhole` (TGW-5)."""


@resource("transit_gateways", "transit gateway", "design")
class TransitGateway(Resource):
    """A transit gateway."""

    attachments: dict[Name, Attachment] = Field(default_factory=dict)
    """Attachments by name, in the order of attaching (TGW-10)."""
    route_tables: dict[Name, TransitRouteTable] | None = None
    """Left out: one table, with which everything is associated and to which everything propagates."""
    security_group_referencing: Boolean = False
    """Whether inbound rules may name groups of other attached VPCs (TGW-14)."""
    policy_tables: Any = None
    """Policy tables: what they choose is undecided (TGW-15)."""
    region: Name | None = None
    """Its Region, for the reader."""
    account: str = ""
    """Its account, for the reader."""
    tags: Tags = {}

    # -- loading ------------------------------------------------------------------------------------------------

    def check(self, at: At, checks: Checks) -> None:
        """What its attachments and tables name is there (TGW-1)."""
        for name, attachment in self.attachments.items():
            self._check_attachment((*at.path, "attachments", name), attachment, checks)
        associated: dict[str, str] = {}
        for table_name, table in (self.route_tables or {}).items():
            here = (*at.path, "route_tables", table_name)
            for key in ("associations", "propagations"):
                for index, name in enumerate(getattr(table, key)):
                    if name not in self.attachments:
                        checks.report((*here, key, index), f"there is no attachment {name!r}", self._known())
            for name in table.associations:
                if name in associated:
                    text = f"attachment {name} is associated with {associated[name]} and with {table_name}"
                    checks.report((*here, "associations"), text, "one table routes what comes from it", "TGW-1")
                associated[name] = table_name
            for block, target in table.routes.items():
                if isinstance(block, str) and block not in checks.design.prefix_lists:
                    known = ", ".join(checks.design.prefix_lists)
                    hint = f"there are the prefix lists {known}" if known else "write a block such as 10.0.0.0/16"
                    text = f"{block!r} is neither a block nor a prefix list"
                    checks.report((*here, "routes", block), text, hint, key=True)
                if target != BLACKHOLE and target not in self.attachments:
                    checks.report((*here, "routes", str(block)), f"there is no attachment {target!r}", self._known())

    def _known(self) -> str:
        return f"there are {', '.join(self.attachments)}" if self.attachments else "write it under attachments"

    def _check_attachment(self, path: tuple[str | int, ...], attachment: Attachment, checks: Checks) -> None:
        design = checks.design
        if attachment.vpc is not None:
            if attachment.vpc not in design.vpcs:
                checks.report((*path, "vpc"), f"there is no VPC {attachment.vpc!r}")
                return
            zones: dict[str | None, str] = {}
            for index, reference in enumerate(attachment.subnets):
                subnet = design.vpcs[attachment.vpc].subnets.get(bare(reference))
                if subnet is None:
                    text = f"VPC {attachment.vpc} has no subnet {reference!r}"
                    checks.report((*path, "subnets", index), text)
                elif subnet.az is not None and subnet.az in zones:
                    text = f"{zones[subnet.az]} and {reference} are in one zone, {subnet.az}"
                    checks.report((*path, "subnets", index), text, "name one subnet of each zone", "TGW-7")
                else:
                    zones[subnet.az] = reference
            device = self._inspects(attachment, design.vpcs[attachment.vpc])
            if len(zones) > 1 and device and not attachment.appliance_mode:
                text = f"its subnets in {len(zones)} zones lead to {device}, which inspects, and appliance_mode is off"
                checks.warn(path, f"{text}: the two ways of a flow may come by different zones", "TGW-9", key=True)
        for key, section in (("vpn", "vpn_connections"), ("direct_connect_gateway", "direct_connect_gateways")):
            name = getattr(attachment, key)
            if name is not None and name not in getattr(design, section, {}):
                checks.report((*path, key), f"there is no {key.replace('_', ' ')} {name!r}")
        if attachment.peer is not None:
            gateway, _, other = attachment.peer.partition(".")
            gateways = design.transit_gateways
            back = f"{path[1]}.{path[-1]}"
            if gateway not in gateways or other not in gateways[gateway].attachments:
                checks.report(
                    (*path, "peer"), f"there is no attachment {attachment.peer!r}", "write gateway.attachment"
                )
            elif gateways[gateway].attachments[other].peer != back:
                text = f"attachment {attachment.peer} is not the other side of {back}"
                checks.report((*path, "peer"), text, f"write peer: {back} there")

    @staticmethod
    def _inspects(attachment: Attachment, vpc: Any) -> str:
        """What forwards or inspects packets without putting its own address in and is a target of routes of an
        attachment's subnets; empty where nothing is."""
        for reference in attachment.subnets:
            subnet = vpc.subnets.get(bare(reference))
            table = None if subnet is None else vpc.route_tables.get(bare(subnet.route_table or "main"))
            for target in () if table is None else table.routes.values():
                name = bare(target).partition("/")[0]
                host = vpc.instances.get(name) or vpc.interfaces.get(name)
                endpoint = getattr(vpc, "vpc_endpoints", {}).get(name)
                forwards = host is not None and host.nat is not None and not host.nat.masquerade
                inspects = endpoint is not None and endpoint.type == "gateway_load_balancer"
                if forwards or inspects or name in vpc.network_firewalls:
                    return str(name)
        return ""

    def introduces(self, at: At) -> Iterator[tuple[str, str]]:
        """VPCs attached with security group referencing on both sides, where the gateway supports it (TGW-14)."""
        vpcs = [a.vpc for a in self.attachments.values() if a.vpc is not None and a.security_group_referencing]
        for one in vpcs if self.security_group_referencing else ():
            yield from ((one, other) for other in vpcs if other != one)

    def joins(self, at: At) -> Iterator[tuple[str, str]]:
        """All attached VPCs."""
        vpcs = [a.vpc for a in self.attachments.values() if a.vpc is not None]
        yield from ((one, other) for one in vpcs for other in vpcs if one != other)

    # -- topology -----------------------------------------------------------------------------------------------

    def build(self, at: At, wiring: Wiring) -> None:
        """Its attachments in both directions, still without routes."""
        self._join_groups(at, wiring)
        for name, attachment in self.attachments.items():
            path = (*at.path, "attachments", name)
            broken = "" if attachment.state == "available" else f"attachment {name} of {at.name} is {attachment.state}"
            if attachment.vpc is not None:
                vpc = wiring.vpc(attachment.vpc)
                subnets = [wiring.subnet(attachment.vpc, reference) for reference in attachment.subnets]
                for subnet in subnets:
                    subnet.attached = True
                wiring.note((*path, "in"), FromVpc(f"{at.name}.{name}", path, subnets, broken))
                keeps = self.security_group_referencing and attachment.security_group_referencing
                wiring.note(
                    (*path, "out"), ToVpc(f"{at.name}.{name}", path, vpc, subnets, attachment.appliance_mode, broken)
                )
                wiring.note((*path, "table"), TransitTable(at, name, self, keeps, ""))
            else:
                wiring.note((*path, "table"), TransitTable(at, name, self, keeps_groups=False, broken=broken))

    def _join_groups(self, at: At, wiring: Wiring) -> None:
        for one, other in self.introduces(at):
            if region_of(wiring.design, one) != region_of(wiring.design, other):
                continue  # one gateway is in one Region, so one of the two is not really attached
            wiring.vpc(one).inbound_neighbours.append(wiring.vpc(other))

    def join(self, at: At, wiring: Wiring) -> None:
        """Its route tables, and what lies behind attachments that are no VPCs."""
        places = [a.vpc for a in self.attachments.values() if a.vpc is not None]
        outward: dict[str, Checkpoint] = {}
        for name, attachment in self.attachments.items():
            path = (*at.path, "attachments", name)
            table = wiring.noted((*path, "table"))
            assert isinstance(table, TransitTable)
            if attachment.vpc is not None:
                outward[name] = wiring.noted((*path, "out"))
                inward = wiring.noted((*path, "in"))
                assert isinstance(inward, FromVpc)
                inward.next = table
            elif attachment.peer is not None:
                gateway, _, other = attachment.peer.partition(".")
                outward[name] = wiring.noted(("transit_gateways", gateway, "attachments", other, "table"))
                places += self._places_behind(wiring, gateway)
            elif attachment.connect is not None:
                beyond = outward[name] = PastTransitGateway(f"{at.name}.{name}", "Connect attachment", path)
                places.append(beyond.component)
                if self._associated(name) is not None:
                    wiring.add_sender(self._unknown_networks(wiring), beyond, beyond.component)
            else:
                outward[name] = self._connection(attachment, table, wiring)
                places += places_behind(wiring, attachment.vpn or attachment.direct_connect_gateway or "")
        wiring.join_places(at.path, places)
        made: dict[str, IntervalMap[TransitRoute | None]] = {}
        for name in self.attachments:
            table = wiring.noted((*at.path, "attachments", name, "table"))
            assert isinstance(table, TransitTable)
            written = self._associated(name)
            if written is not None and written[0] not in made:  # all attachments of a table share it
                made[written[0]] = prefix_table(self._entries(at, written, wiring, outward), _better)
                wiring.cut(made[written[0]].starts)
            table.fill(None if written is None else made[written[0]])
            table.learns = "" if written is None else self._learns(at, written[1])

    @staticmethod
    def _unknown_networks(wiring: Wiring) -> AddressSet:
        """Addresses that a network behind a Connect attachment may have: those that the design gives to nothing else."""
        blocks = [block for vpc in wiring.design.vpcs.values() for block in vpc.cidrs]
        for section in ("vpn_connections", "direct_connect_gateways"):
            blocks += [block for body in getattr(wiring.design, section, {}).values() for block in body.known()[0]]
        return AddressSet.everything() - PUBLIC - address_set(blocks)

    def _learns(self, at: At, table: TransitRouteTable) -> str:
        """Why a table may have routes that the design does not tell: a Connect attachment announces what it likes."""
        for name in table.propagations:
            if self.attachments[name].connect is not None:
                return f"{at.name}.{name} is a Connect attachment, and what it propagates is not modelled"
        return ""

    @staticmethod
    def _places_behind(wiring: Wiring, gateway: str) -> list[str]:
        found = wiring.design.transit_gateways[gateway]
        return [a.vpc for a in found.attachments.values() if a.vpc is not None]

    def _connection(self, attachment: Attachment, table: TransitTable, wiring: Wiring) -> Checkpoint:
        """A VPN connection or Direct Connect gateway, both ways."""
        name = attachment.vpn or attachment.direct_connect_gateway or ""
        section = "vpn_connections" if attachment.vpn is not None else "direct_connect_gateways"
        connection = wiring.noted((section, name))
        assert isinstance(connection, ConnectionOut)
        arriving = Arriving(connection, table, Code.TGW_BAD_STATE_VPN)
        connection.arrivals.append(arriving)
        return Attached(connection, arriving, Code.TGW_BAD_STATE_VPN)

    def _associated(self, name: str) -> tuple[str, TransitRouteTable] | None:
        """The table that routes what comes from an attachment."""
        if self.route_tables is None:
            everything = tuple(self.attachments)
            return "default", TransitRouteTable(associations=everything, propagations=everything)
        return next(((t, body) for t, body in self.route_tables.items() if name in body.associations), None)

    def _entries(
        self, at: At, table: tuple[str, TransitRouteTable], wiring: Wiring, outward: dict[str, Checkpoint]
    ) -> Iterator[tuple[Cidr, TransitRoute]]:
        """The routes of a table: static ones, then what attachments propagate, by priority (TGW-4). Peerings of transit
        gateways propagate nothing (TGW-6)."""
        table_name, body = table
        for written, target in body.routes.items():
            path = (*at.path, "route_tables", table_name, "routes", str(written))
            named = written if isinstance(written, str) else ""
            priority = Priority.PREFIX_LIST if named else Priority.STATIC
            entries = wiring.design.prefix_lists[written].entries if isinstance(written, str) else (written,)
            for block in entries:
                yield block, self._route(block, target, priority, outward.get(target), path, named)
        known: list[tuple[Cidr, str, Priority]] = []
        for name, attachment in self.attachments.items():
            if name in body.propagations and attachment.peer is None:
                known += ((block, name, priority) for block, priority in self._propagated(attachment, wiring))
        for block, name, priority in without_overlaps(known):
            yield block, self._route(block, name, priority, outward[name], (*at.path, "attachments", name))

    def _route(
        self,
        block: Cidr,
        target: str,
        priority: Priority,
        next: Checkpoint | None,
        path: tuple[str | int, ...],
        prefix_list: str = "",
    ) -> TransitRoute:
        """A route, with what its attachment says."""
        to = self.attachments.get(target)
        broken = (
            "" if to is None or to.vpc is not None or to.state == "available" else f"attachment {target} is {to.state}"
        )
        keeps = to is not None and to.vpc is not None and to.security_group_referencing
        return TransitRoute(block, target, priority, next, path, broken, keeps, prefix_list)

    @staticmethod
    def _propagated(attachment: Attachment, wiring: Wiring) -> Iterator[tuple[Cidr, Priority]]:
        """What an attachment announces."""
        if attachment.vpc is not None:
            yield from ((block, Priority.VPC) for block in wiring.design.vpcs[attachment.vpc].cidrs)
        for name, section, priority in (
            (attachment.vpn, "vpn_connections", Priority.VPN),
            (attachment.direct_connect_gateway, "direct_connect_gateways", Priority.DIRECT_CONNECT),
        ):
            if name is not None:
                connection = wiring.noted((section, name))
                assert isinstance(connection, ConnectionOut)
                yield from ((block, priority) for block in connection.known)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Into the gateway by the VPC's attachment; without one the route drops (ROUTE-12)."""
        for name, attachment in self.attachments.items():
            if attachment.vpc == vpc:
                return Entrance(wiring.noted((*at.path, "attachments", name, "in")))
        return Entrance(None, None, f"VPC {vpc} is not attached to {at.name}")


@dataclass(frozen=True, eq=False, repr=False)
class TransitRoute(Faced):
    """One route of a transit gateway's table. `broken`: why its attachment carries nothing, where that is no VPC's, which
    tells it itself; `keeps_groups`: its attachment supports references to groups (TGW-14)."""

    destination: Cidr
    target: str
    priority: Priority
    next: Checkpoint | None
    path: tuple[str | int, ...]
    broken: str = ""
    keeps_groups: bool = False
    prefix_list: str = ""

    @property
    def text(self) -> str:
        """The route as a person writes it."""
        return f"{self.destination}{f' ({self.prefix_list})' if self.prefix_list else ''} -> {self.target}"

    @property
    def certain(self) -> bool:
        """Whether no route that a Connect attachment propagates goes before it (TGW-4)."""
        longest = self.destination.prefix_length == self.destination.width
        return longest and self.priority < Priority.CONNECT

    def __str__(self) -> str:
        return self.text


def _better(new: TransitRoute, old: TransitRoute) -> bool:
    return new.priority < old.priority


class PastTransitGateway(Checkpoint):
    """What lies behind an attachment that is not modelled."""

    __slots__ = ()

    def step(self, header: Header, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(f"what lies behind {self.component} is not modelled", header, path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Unknown."""
        return ()


class FromVpc(Checkpoint):
    """An attachment for what a VPC sends to the gateway: from zones that it serves (TGW-7), past the inbound rules of the
    ACL of its subnet there, by source (TGW-11, TGW-12)."""

    __slots__ = ("broken", "next", "subnets")

    def __init__(self, name: str, path: tuple[str | int, ...], subnets: list[SubnetSite], broken: str) -> None:
        super().__init__(name, "attachment, from the VPC", path)
        self.subnets = subnets
        self.broken = broken
        self.next: Checkpoint = self

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the gateway, by the zone of the interface that sends."""
        zone = None if header.sender is None else header.sender.subnet.az
        serving = next((s for s in self.subnets if s.az == zone), None)
        if serving is None and (zone is None or any(s.az is None for s in self.subnets)):
            serving = self.subnets[0]  # zones are not written: they do not matter
        if self.broken:
            return self.drop(
                Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken), header, ANY, path=(*self.path, "state")
            )
        if serving is None:
            text = f"{self.component} has no subnet in zone {zone}, from where the packet comes"
            return self.drop(
                Loss(Code.TGW_ROUTE_AZ_RESTRICTION, "TGW-7", text), header, ANY, path=(*self.path, "subnets")
            )
        regional = header.sender is not None and header.sender.subnet.regional  # it sends from any zone (NATGW-17)
        if regional and len({subnet.ingress.name for subnet in self.subnets}) > 1:
            reason = f"{self.component} may take it by any of its subnets, whose ACLs differ"
            return Undecided(reason, header, rule="NATGW-17", path=self.path, scope=ANY)
        onward = Header(header.source, header.destination, None, header.direct, None, serving.az)
        query = Query(serving.ingress, header.source)
        text = f"by subnet {serving.full_name}"
        return Forward(self.next, onward, text, "TGW-11", self.path, ANY, query)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The table that it is associated with."""
        return (self.next,)


class TransitTable(Checkpoint):
    """The route table of a transit gateway for what comes from one attachment (TGW-2, TGW-4, TGW-5): questions and answers
    alike, so an answer needs a route of its own (TGW-3)."""

    __slots__ = ("broken", "gateway", "keeps_groups", "learns", "table", "undecided")

    def __init__(self, at: At, name: str, gateway: TransitGateway, keeps_groups: bool, broken: str) -> None:
        super().__init__(at.name, f"transit gateway, from {name}", (*at.path, "attachments", name))
        self.gateway = gateway
        self.keeps_groups = keeps_groups
        self.broken = broken
        self.table: IntervalMap[TransitRoute | None] | None = None
        self.learns = ""
        self.undecided = f"{at.name} has policy tables, which are not modelled" if gateway.policy_tables else ""

    def fill(self, table: IntervalMap[TransitRoute | None] | None) -> None:
        """Set the routes; None where the attachment is associated with no table."""
        self.table = table

    def step(self, header: Header, leg: Leg) -> Step:
        """Look up the destination, and send on by the attachment that the route names. An attachment that is not available
        carries nothing either way (TGW-10)."""
        if self.broken:
            loss = Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken)
            return self.drop(loss, header, ANY, path=(*self.path, "state"))
        if self.undecided:
            return Undecided(self.undecided, header, rule="TGW-15", path=self.path, scope=ANY)
        if self.table is None:
            text = f"{self.component} routes nothing from this attachment: it is associated with no table"
            return self.drop(Loss(Code.TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION, "TGW-1", text), header, ANY)
        route, low, high = self.table.lookup(header.destination)
        scope = to_run((low, high))
        if self.learns and (route is None or not route.certain):
            return Undecided(self.learns, header, rule="TGW-4", path=self.path, scope=scope)
        if route is None:
            text = f"{self.component} has no route to {format_address(header.destination)} from this attachment"
            loss = Loss(Code.TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "TGW-5", text)
            return self.drop(loss, header, scope, decided="no route")
        if route.next is None:
            loss = Loss(Code.TGW_RTB_BAD_STATE_ROUTE, "TGW-5", f"{route.text} drops")
            return self.drop(loss, header, scope, path=route.path, decided=route.text)
        crosses = isinstance(route.next, TransitTable)
        direct = header.direct and self.keeps_groups and route.keeps_groups
        zone = None if crosses else header.zone
        onward = Header(header.source, header.destination, None, direct, None, zone)
        step = Forward(route.next, onward, route.text, "TGW-2", route.path, scope)
        if route.broken:
            loss = Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", f"{route.text} drops: {route.broken}")
            path = (*self.path[:-1], route.target, "state")
            return self.drop(loss, header, scope, path=path, decided=route.text, onward=step)
        return step

    def leads_to(self, destination: int) -> bool:
        """Whether it routes what comes in here for an address."""
        route = None if self.table is None else self.table[destination]
        return route is not None and route.next is not None

    def successors(self) -> list[Checkpoint]:
        """Whatever its routes lead to."""
        values = () if self.table is None else self.table.values
        return list(dict.fromkeys(route.next for route in values if route is not None and route.next is not None))


@dataclass(frozen=True, eq=True)
class Chosen:
    """The subnet of an attachment by which packets enter a VPC, of one way of a flow or of both."""

    way: str
    subnet: SubnetSite


class ToVpc(Checkpoint):
    """An attachment for what the gateway sends into a VPC: by its subnet in the zone that the packet comes from, or in
    another zone of it (TGW-8); past the outbound rules of that subnet's ACL, by destination, and by its route table (TGW-2,
    TGW-11), wherever that leads: to NAT gateways, internet gateways and endpoints too (TGW-13)."""

    __slots__ = ("appliance_mode", "broken", "subnets", "vpc")

    def __init__(
        self,
        name: str,
        path: tuple[str | int, ...],
        vpc: VpcSite,
        subnets: list[SubnetSite],
        appliance_mode: bool,
        broken: str,
    ) -> None:
        super().__init__(name, "attachment, into the VPC", path)
        self.vpc = vpc
        self.subnets = subnets
        self.appliance_mode = appliance_mode
        self.broken = broken

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the subnet itself past every ACL (TGW-12), or on by its route table."""
        if self.broken:
            return self.drop(
                Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken), header, ANY, path=(*self.path, "state")
            )
        same = [s for s in self.subnets if s.az == header.zone and header.zone is not None]
        candidates = same if same and not self.appliance_mode else self.subnets
        # Without appliance mode the two ways of a flow are chosen for one by one (TGW-9).
        way = "both ways" if self.appliance_mode else "reply" if leg.reply else "forward"
        for checkpoint, choice in leg.relays:
            if checkpoint is self and isinstance(choice, Chosen) and choice.way == way:
                candidates = [choice.subnet]
        if len({self._treats(subnet, header.destination) for subnet in candidates}) > 1:
            places = ", ".join(subnet.name for subnet in candidates)
            reason = f"{self.component} may use any of the subnets {places}, whose route tables or ACLs differ"
            choices = tuple(Chosen(way, subnet) for subnet in candidates)
            scope = Scope(ANY.sources, self._run(header.destination, candidates))
            rule = "TGW-9" if self.appliance_mode else "TGW-8"
            return Undecided(reason, header, rule=rule, path=self.path, scope=scope, choices=choices)
        subnet = candidates[0]
        inside = next((s for s in candidates if header.destination in s), None)
        packet = Header(header.source, header.destination, None, header.direct, zone=subnet.az)
        scope = Scope(ANY.sources, self._run(header.destination, candidates))
        if inside is not None:
            return Forward(inside.link, packet, f"into subnet {inside.full_name}", "TGW-12", self.path, scope)
        table = subnet.table
        route = table.table[header.destination] if isinstance(table, RouteTableCheckpoint) else None
        if route is not None and route.toward is not None and route.toward.subnet is subnet and not route.inactive:
            toward = packet._replace(toward=route.toward)
            text = f"{route.text} in subnet {subnet.full_name}"
            return Forward(subnet.link, toward, text, "TGW-12", route.path, scope)
        query = Query(subnet.egress, header.destination)
        return Forward(table, packet, f"by subnet {subnet.full_name}", "TGW-11", self.path, scope, query)

    @staticmethod
    def _treats(subnet: SubnetSite, destination: int) -> Hashable:
        """What becomes of a packet to a destination in one of the subnets, as far as they may differ."""
        if destination in subnet:
            return "inside"
        route = subnet.table.table[destination] if isinstance(subnet.table, RouteTableCheckpoint) else None
        way = None if route is None else (route.next, route.toward, route.local, route.inactive)
        if route is not None and route.toward is not None and route.toward.by_zone:  # NATGW-20
            return way, subnet.egress.name, subnet.az
        return way, subnet.egress.name  # which ACL, not what it says: a walk asks for no rules

    def _run(self, destination: int, subnets: list[SubnetSite]) -> Span:
        """Destinations around one that are in the same of the subnets, or in none, and take the same route there."""
        run = ANY.destinations
        for subnet in subnets:
            run = intersect(run, subnet.run_around(destination))
            if isinstance(subnet.table, RouteTableCheckpoint):
                _, low, high = subnet.table.table.lookup(destination)
                run = intersect(run, (low, high))
        return run

    def successors(self) -> list[Checkpoint]:
        """The links and the route tables of its subnets."""
        return [each for subnet in self.subnets for each in (subnet.link, subnet.table)]


def zones_matter(checkpoints: Iterable[Checkpoint]) -> bool:
    """Whether packets of one VPC from two zones that the same attachments serve may fare differently at some attachment: its
    subnets differ in their route table or ACL, have interfaces of their own, or are in no zone that is written (TGW-8,
    TGW-11, TGW-12)."""
    for each in checkpoints:
        if isinstance(each, FromVpc | ToVpc):
            alike = {(subnet.table, subnet.egress, subnet.ingress) for subnet in each.subnets}
            if len(alike) > 1 or any(s.interfaces or s.hidden or s.az is None for s in each.subnets):
                return True
    return False


def serving(checkpoints: Iterable[Checkpoint]) -> dict[tuple[VpcSite, str | None], frozenset[str]]:
    """The attachments that serve each zone of a VPC (TGW-7)."""
    found: dict[tuple[VpcSite, str | None], set[str]] = {}
    for each in checkpoints:
        if isinstance(each, FromVpc):
            for subnet in each.subnets:
                found.setdefault((subnet.vpc, subnet.az), set()).add(each.component)
    return {place: frozenset(names) for place, names in found.items()}
