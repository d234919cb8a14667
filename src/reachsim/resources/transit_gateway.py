"""Transit gateways (chapter TGW): attachments, route tables, zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.errors import HintedError
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.prefixes import IntervalMap, best_table
from reachsim.resources.fields import (
    READ_ONLY,
    Boolean,
    Name,
    ReadOnly,
    Reference,
    References,
    Schema,
    SubnetNames,
    Tags,
)
from reachsim.resources.public_service import region_of
from reachsim.resources.reference import BLACKHOLE
from reachsim.resources.resource import At, Checks, Entrance, Resource, Wiring, resource
from reachsim.resources.route_table import Destination
from reachsim.resources.transit_checkpoint import (
    Doubtful,
    FromVpc,
    PastTransitGateway,
    ToVpc,
    TransitRoute,
    TransitTable,
)
from reachsim.resources.vpn_connection import (
    Arriving,
    Attached,
    DirectConnectGateway,
    VpnConnection,
    connection_at,
    connections_in,
    places_behind,
)
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.transit_gateway import Priority, without_overlaps


class Attachment(Schema):
    """One attachment; exactly one of `vpc`, `vpn`, `direct_connect_gateway`, `peer` and `connect`."""

    home: ClassVar[str] = "vpc"

    vpc: Reference | None = None
    """The VPC."""
    subnets: SubnetNames = ()
    """Its subnets in the VPC, one in each zone that the gateway serves there (TGW-7)."""
    appliance_mode: Boolean = False
    """Whether both directions of a flow use one zone of the VPC (TGW-9)."""
    security_group_referencing: Boolean = True
    """Whether rules may name groups of VPCs behind the gateway, if the gateway supports it (TGW-14)."""
    ipv6_support: Boolean = True
    """Whether it propagates the IPv6 blocks of the VPC (TGW-16)."""
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
    tags: Tags = Field(default_factory=ReadOnly)

    @property
    def available(self) -> bool:
        """Whether it carries traffic."""
        return self.state == "available"

    @property
    def connection(self) -> tuple[str, str] | None:
        """The path of the connection that it attaches; None where it attaches something else."""
        if self.vpn is not None:
            return VpnConnection.section, self.vpn
        if self.direct_connect_gateway is not None:
            return DirectConnectGateway.section, self.direct_connect_gateway
        return None

    def inspected_by(self, vpc: Any) -> str:
        """What forwards or inspects packets without putting its own address in and is a target of routes of its subnets,
        in the VPC, to more than what is behind it; empty where nothing is."""
        for reference in self.subnets:
            subnet = vpc.subnets.get(reference)
            table = None if subnet is None else vpc.route_tables.get(subnet.table_name)
            for block, target in () if table is None else table.routes.items():
                name = target.partition("/")[0]
                host = vpc.instances.get(name) or vpc.interfaces.get(name)
                if host is not None and any(isinstance(block, Cidr) and block in b for b in host.behind().blocks):
                    continue
                endpoint = getattr(vpc, "vpc_endpoints", {}).get(name)
                forwards = host is not None and (how := host.forwarding()) is not None and not how.masquerade
                inspects = endpoint is not None and endpoint.type == "gateway_load_balancer"
                if forwards or inspects or name in vpc.network_firewalls:
                    return str(name)
        return ""

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
    routes: Annotated[dict[Destination, Reference], READ_ONLY] = Field(default_factory=ReadOnly)
    """Static routes: block, or name of a prefix list (PL-2), to attachment, or to `blackhole` (TGW-5)."""


def _blocks(attachment: Attachment, wiring: Wiring) -> list[Cidr]:
    """The blocks of its VPC that an attachment propagates: those of IPv6 if it supports IPv6. What it carries does not hang
    on that (**TGW-16**)."""
    if attachment.vpc is None:
        return []
    return [
        block for block in wiring.design.vpcs[attachment.vpc].cidrs if block.version == 4 or attachment.ipv6_support
    ]


@resource("transit_gateways", "transit gateway", "design")
class TransitGateway(Resource):
    """A transit gateway."""

    also_called: ClassVar[str] = r"tgws?"

    attachments: Annotated[dict[Name, Attachment], READ_ONLY] = Field(default_factory=ReadOnly)
    """Attachments by name, in the order of attaching (TGW-10)."""
    route_tables: Annotated[dict[Name, TransitRouteTable], READ_ONLY] | None = None
    """Left out: one table, with which everything is associated and to which everything propagates."""
    security_group_referencing: Boolean = False
    """Whether inbound rules may name groups of other attached VPCs (TGW-14)."""
    policy_tables: Any = None
    """Policy tables: what they choose is undecided (TGW-15)."""
    region: Name | None = None
    """Its Region, for the reader."""
    account: Name | None = None
    """Its account, for the reader."""
    tags: Tags = Field(default_factory=ReadOnly)

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
                subnet = design.vpcs[attachment.vpc].subnets.get(reference)
                if subnet is None:
                    text = f"VPC {attachment.vpc} has no subnet {reference!r}"
                    checks.report((*path, "subnets", index), text)
                elif subnet.az is not None and subnet.az in zones:
                    text = f"{zones[subnet.az]} and {reference} are in one zone, {subnet.az}"
                    checks.report((*path, "subnets", index), text, "name one subnet of each zone", "TGW-7")
                else:
                    zones[subnet.az] = reference
            device = attachment.inspected_by(design.vpcs[attachment.vpc])
            if len(zones) > 1 and device and not attachment.appliance_mode:
                text = f"its subnets in {len(zones)} zones lead to {device}, which inspects, and appliance_mode is off"
                checks.warn(path, f"{text}: the two ways of a flow may come by different zones", "TGW-9", key=True)
        if attachment.connection is not None:
            section, name = attachment.connection
            if name not in getattr(design, section, {}):
                key = "vpn" if attachment.vpn is not None else "direct_connect_gateway"
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

    def introduces(self, at: At) -> Iterator[tuple[str, str]]:
        """VPCs attached with security group referencing on both sides, where the gateway supports it (**TGW-14**)."""
        vpcs = [a.vpc for a in self.attachments.values() if a.vpc is not None and a.security_group_referencing]
        if self.security_group_referencing:
            for one in vpcs:
                yield from ((one, other) for other in vpcs if other != one)

    def joins(self, at: At) -> Iterator[tuple[str, str]]:
        """All attached VPCs."""
        vpcs = [a.vpc for a in self.attachments.values() if a.vpc is not None]
        yield from ((one, other) for one in vpcs for other in vpcs if one != other)

    @classmethod
    def overlap(cls, *, both_vpcs: bool) -> tuple[str, str]:
        """Of two VPCs the later one is not propagated; any other is as elsewhere."""
        if both_vpcs:
            return "TGW-10", "the routes of the one that is attached later are not propagated"
        return super().overlap(both_vpcs=both_vpcs)

    def linked(self, at: At) -> Iterator[KeyPath]:
        """What its attachments attach."""
        for attachment in self.attachments.values():
            if attachment.vpc is not None:
                yield "vpcs", attachment.vpc
            if attachment.connection is not None:
                yield attachment.connection
            if attachment.peer is not None:
                yield at.section, attachment.peer.partition(".")[0]

    def parts_down(self) -> Iterator[str]:
        """Its attachments that are not available (TGW-10)."""
        yield from (f"attachment {name} {each.state}" for name, each in self.attachments.items() if not each.available)

    # -- topology -----------------------------------------------------------------------------------------------

    def build(self, at: At, wiring: Wiring) -> None:
        """Its attachments in both directions, still without routes."""
        self._join_groups(at, wiring)
        undecided = f"{at.name} has policy tables, which are not modelled" if self.policy_tables else ""
        for name, attachment in self.attachments.items():
            path = (*at.path, "attachments", name)
            broken = "" if attachment.available else f"attachment {name} of {at.name} is {attachment.state}"
            if attachment.vpc is not None:
                vpc = wiring.vpc(attachment.vpc)
                subnets = [wiring.subnet(attachment.vpc, reference) for reference in attachment.subnets]
                vpc.doors.extend(subnets)
                wiring.note((*path, "in"), FromVpc(f"{at.name}.{name}", path, subnets, broken))
                keeps = self.security_group_referencing and attachment.security_group_referencing
                wiring.note(
                    (*path, "out"), ToVpc(f"{at.name}.{name}", path, vpc, subnets, attachment.appliance_mode, broken)
                )
                wiring.note((*path, "table"), TransitTable(at, name, keeps, "", undecided))
            else:
                wiring.note((*path, "table"), TransitTable(at, name, False, broken, undecided))

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
        made: dict[str, IntervalMap[tuple[TransitRoute, ...] | None]] = {}
        earlier = self._attached_earlier(wiring)
        for name in self.attachments:
            table = wiring.noted((*at.path, "attachments", name, "table"))
            assert isinstance(table, TransitTable)
            written = self._associated(name)
            if written is not None and written[0] not in made:  # all attachments of a table share it
                made[written[0]] = best_table(
                    self._entries(at, written, wiring, outward, earlier), lambda route: route.rank
                )
            if written is not None:
                key = () if self.route_tables is None else (*at.path, "route_tables", written[0])
                table.fill(made[written[0]], key)
            else:
                table.fill(None)
            table.learns = "" if written is None else self._learns(at, written[1])

    @staticmethod
    def _unknown_networks(wiring: Wiring) -> AddressSet:
        """Addresses that a network behind a Connect attachment may have: those that the design gives to nothing else."""
        blocks = [block for vpc in wiring.design.vpcs.values() for block in vpc.cidrs]
        blocks += [block for _, body in connections_in(wiring.design) for block in body.behind().blocks]
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
        assert attachment.connection is not None
        connection = connection_at(wiring, attachment.connection)
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
        self,
        at: At,
        table: tuple[str, TransitRouteTable],
        wiring: Wiring,
        outward: dict[str, Checkpoint],
        earlier: Mapping[tuple[str, Cidr], Sequence[str]],
    ) -> Iterator[tuple[Cidr, TransitRoute]]:
        """The routes of a table: static ones, of a prefix list one for each of its blocks (**PL-2**), then what attachments
        propagate, by priority (TGW-4). Peerings of transit gateways propagate nothing (**TGW-6**)."""
        table_name, body = table
        for written, target in body.routes.items():
            path = (*at.path, "route_tables", table_name, "routes", str(written))
            named = written if isinstance(written, str) else ""
            priority = Priority.PREFIX_LIST if named else Priority.STATIC
            entries = wiring.design.prefix_lists[written].entries if isinstance(written, str) else (written,)
            for block in entries:
                yield block, self._route(block, target, priority, outward.get(target), path, named)
        known: list[tuple[Cidr, str, Priority]] = []
        propagating = frozenset(body.propagations)
        for name, attachment in self.attachments.items():
            if name in propagating and attachment.peer is None:
                known += ((block, name, priority) for block, priority in self._propagated(attachment, wiring))
        for block, name, priority in without_overlaps(known):
            path = (*at.path, "attachments", name)
            before = earlier.get((name, block), ()) if priority is Priority.VPC else ()
            other = next((each for each in before if each not in propagating), "")
            onward = Doubtful(at.name, name, block, other, path) if other else outward[name]
            yield block, self._route(block, name, priority, onward, path)

    def _attached_earlier(self, wiring: Wiring) -> dict[tuple[str, Cidr], list[str]]:
        """Of each block of a VPC that is attached, the attachments before it, of other VPCs, that have an address of it."""
        blocks = [
            (block.span[0], -block.span[1], order, name, each.vpc or "", block)
            for order, (name, each) in enumerate(self.attachments.items())
            for block in _blocks(each, wiring)
        ]
        out: dict[tuple[str, Cidr], dict[int, str]] = {}
        around: list[tuple[int, int, str, str, Cidr]] = []  # those that the next may be inside of, the widest first
        for low, last, order, name, vpc, block in sorted(blocks):
            while around and around[-1][0] < low:
                around.pop()
            for _, place, other, owner, wide in around:
                if vpc != owner and order != place:
                    late, early = ((name, block), (place, other)) if place < order else ((other, wide), (order, name))
                    out.setdefault(late, {})[early[0]] = early[1]
            around.append((-last, order, name, vpc, block))
        return {late: [name for _, name in sorted(each.items())] for late, each in out.items()}

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
        broken = "" if to is None or to.vpc is not None or to.available else f"attachment {target} is {to.state}"
        keeps = to is not None and to.vpc is not None and to.security_group_referencing
        return TransitRoute(block, target, priority, next, path, broken, keeps, prefix_list)

    @staticmethod
    def _propagated(attachment: Attachment, wiring: Wiring) -> Iterator[tuple[Cidr, Priority]]:
        """What an attachment announces."""
        yield from ((block, Priority.VPC) for block in _blocks(attachment, wiring))
        if attachment.connection is not None:
            priority = Priority.VPN if attachment.vpn is not None else Priority.DIRECT_CONNECT
            yield from ((block, priority) for block in connection_at(wiring, attachment.connection).known)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Into the gateway by the VPC's attachment; without one the route drops (**ROUTE-12**)."""
        for name, attachment in self.attachments.items():
            if attachment.vpc == vpc:
                return Entrance(wiring.noted((*at.path, "attachments", name, "in")))
        return Entrance(None, None, f"VPC {vpc} is not attached to {at.name}")
