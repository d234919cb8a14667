"""NAT gateways (chapter NATGW)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.place import AddressPair, InterfacePlace
from reachsim.dataplane.scope import Scope, edges, intersect, to_run
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.net.address import IPV4_LAST, family_run
from reachsim.net.cidr import EVERY_IPV4
from reachsim.net.traffic import EVERYTHING
from reachsim.resources.fields import READ_ONLY, Ipv4Field, Name, ReadOnly, RouteTableName, SubnetName, Tags
from reachsim.resources.host import leave, masquerade, own, restore
from reachsim.resources.internet_gateway import InternetGatewayOut
from reachsim.resources.mending import Case, Edit, KeyChange, RouteOffer, offers
from reachsim.resources.network_interface import interface_for, public_and_untold
from reachsim.resources.resource import At, Checks, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.subnet import SubnetLink
from reachsim.resources.subnet_edits import new_public_subnet, own_way_out, public_subnets
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.nat import (
    FORWARDING_STATES,
    NAT64,
    NAT_GATEWAY_PROTOCOLS,
    NAT_GATEWAY_SILENCE,
    ipv6_loss,
    never_seen,
)
from reachsim.rules.route import DEFAULT
from reachsim.rules.verdict import Loss

PUBLIC_IPV4 = PUBLIC & EVERY_IPV4.addresses
PAST_ACLS = protocol_limit("no ACL", EVERYTHING, "a regional NAT gateway is in no subnet", "NATGW-19")
"""In place of an ACL, where there is none."""


@resource("nat_gateways", "nat gateway")
class NatGateway(Resource):
    """A NAT gateway. It has no security group (NATGW-6). Of a zonal one, the ACL and the route table of its subnet apply. A
    regional one is in the VPC and in no subnet, and has a route table of its own (NATGW-17)."""

    availability: Literal["zonal", "regional"] = "zonal"
    """`regional`: one for all zones of the VPC (NATGW-17)."""
    subnet: SubnetName | None = None
    """The subnet that a zonal one is in; a public one needs a route to an internet gateway there (NATGW-1)."""
    private_ip: Ipv4Field | None = None
    """Left out: the lowest free address of its subnet."""
    public_ip: Ipv4Field | Literal["existing"] | None = None
    """Its Elastic IP; `existing`: one that exists and is not told; left out: one that AWS will choose. A private gateway has
    none (NATGW-2)."""
    public_ips: Annotated[dict[Name, Ipv4Field | Literal[True, "existing"]], READ_ONLY] = Field(
        default_factory=ReadOnly
    )
    """Of a regional one in manual mode: its address in each zone that it serves (NATGW-20), or as above; `true`: one
    that AWS will choose."""
    route_table: RouteTableName | None = None
    """Of a regional one: its route table; left out: one that leads to the internet gateway (NATGW-17)."""
    connectivity: Literal["public", "private"] = "public"
    """`private`: one without a public address."""
    state: Literal["available", "pending", "failed", "deleting", "deleted"] = "available"
    """Only `available` surely forwards (NATGW-11)."""
    tags: Tags = Field(default_factory=ReadOnly)

    order: ClassVar[int] = 2

    @property
    def regional(self) -> bool:
        """Whether it serves all zones."""
        return self.availability == "regional"

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """Its one interface; a public gateway has an Elastic IP, chosen by AWS where none is written (**NATGW-1**). A
        regional one needs public addresses alone."""
        if self.public_ips and self.regional:
            for zone, address in self.public_ips.items():
                public, untold = public_and_untold(address)
                path = (*at.path, "public_ips", zone)
                yield InterfaceNeed(f"{at.name}/{zone}", path, "", (), public_ip=public, untold=untold)
            return
        implied = self.public_ip is None and self.connectivity == "public"
        public, untold = public_and_untold(implied or self.public_ip)
        subnet = "" if self.regional else self.subnet or ""
        yield InterfaceNeed(at.name, at.path, subnet, (), self.private_ip, None, public, implied, untold=untold)

    def check(self, at: At, checks: Checks) -> None:
        """A public gateway needs an internet gateway (**NATGW-1**), a private one has no public address (**NATGW-2**)."""
        if self.regional:
            self._check_regional(at, checks)
        elif self.subnet is None:
            hint = "write subnet: NAME, or availability: regional"
            checks.report(at.path, "missing key 'subnet'", hint, key=True)
        else:
            blocks = checks.blocks_of(at.vpc, self.subnet)
            if blocks and not any(block.version == 4 for block in blocks):
                checks.report((*at.path, "subnet"), "a NAT gateway needs a subnet with an IPv4 block", None, "NATGW-1")
            for key in ("public_ips", "route_table"):
                if getattr(self, key):
                    checks.report((*at.path, key), f"{key} is a key of a regional NAT gateway", "remove it", "NATGW-17")
        if self.connectivity == "private" and self.public_ip is not None:
            text = "a private NAT gateway has no public address"
            checks.report((*at.path, "public_ip"), text, "remove public_ip", "NATGW-2")
        if self.connectivity == "public" and checks.design.vpcs[at.vpc].internet_gateway is None:
            hint = "write internet_gateway: igw in the VPC, or connectivity: private"
            text = "a public NAT gateway needs an internet gateway in its VPC"
            checks.report(at.path, text, hint, "NATGW-1", key=True)

    def _check_regional(self, at: At, checks: Checks) -> None:
        """A regional one is public (**NATGW-18**), in no subnet (**NATGW-17**), and has an address in zones of its VPC
        alone."""
        vpc = checks.design.vpcs[at.vpc]
        if self.connectivity == "private":
            text = "a regional NAT gateway is public"
            checks.report((*at.path, "connectivity"), text, "use a zonal one for private connectivity", "NATGW-18")
        for key in ("subnet", "private_ip"):
            if getattr(self, key) is not None:
                text = f"a regional NAT gateway is in no subnet, so {key} says nothing"
                checks.report((*at.path, key), text, f"remove {key}", "NATGW-17")
        if self.public_ips and self.public_ip is not None:
            text = "'public_ips' stands in place of 'public_ip'"
            checks.report((*at.path, "public_ips"), text, "write one of the two", "NATGW-18")
        zones = [*dict.fromkeys(subnet.az for subnet in vpc.subnets.values() if subnet.az is not None)]
        for zone in self.public_ips:
            if zone not in zones:
                hint = f"its subnets are in {', '.join(zones)}" if zones else "write az in its subnets"
                text = f"VPC {at.vpc} has no subnet in zone {zone!r}"
                checks.report((*at.path, "public_ips", zone), text, hint, "NATGW-18", key=True)
        if self.route_table is not None:
            checks.route_table((*at.path, "route_table"), at.vpc, self.route_table)

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interface, which has no groups (**NATGW-6**)."""
        needs = list(self.interfaces(at))
        interface = self._regional(at, needs, wiring) if self.regional else self._zonal(at, needs[0], wiring)
        interface.host = interface.inbound = NatGatewayCheckpoint(interface, self.state)
        interface.outbound = interface.subnet.exit
        wiring.place(interface)

    def _zonal(self, at: At, need: InterfaceNeed, wiring: Wiring) -> NetworkInterface:
        return interface_for(
            need, type(self).noun, self.tags, at, wiring,
            source_dest_check=False, client_ports=UNKNOWN_CLIENT, takes=False, silent=NAT_GATEWAY_SILENCE,
        )  # fmt: skip

    def _regional(self, at: At, needs: list[InterfaceNeed], wiring: Wiring) -> NetworkInterface:
        """In no subnet, so past every ACL (**NATGW-19**), and with public addresses in place of private ones, which nobody
        is told."""
        vpc = wiring.vpc(at.vpc)
        subnet = SubnetSite(
            f"{at.name} (regional)", vpc, (), None, at.path,
            PAST_ACLS, PAST_ACLS, regional=True, access=vpc.access,
        )  # fmt: skip
        written = self.route_table
        gateway = wiring.design.vpcs[at.vpc].internet_gateway
        implied = {} if gateway is None else {EVERY_IPV4: gateway}
        table = wiring.table(at.vpc, written or f"of {at.name}", None if written else implied)
        assert isinstance(table, RouteTableCheckpoint)
        subnet.table, subnet.exit = table, RegionalExit(f"{at.vpc}.{at.name}", table, at.path)
        subnet.link = subnet.entry = SubnetLink(subnet)
        publics = [wiring.public(at.vpc, need) for need in needs]
        pairs = tuple(AddressPair(public, public) for public in publics if public is not None)
        return NetworkInterface(
            f"{at.vpc}.{at.name}", type(self).noun, subnet, pairs, at.path,
            source_dest_check=False, client_ports=UNKNOWN_CLIENT, takes=False, silent=NAT_GATEWAY_SILENCE,
            tags=tuple(sorted(self.tags.items())),
            by_zone=dict(zip(self.public_ips, (pair.private for pair in pairs), strict=False)),
        )  # fmt: skip

    def remarks(self, interface: InterfacePlace) -> Iterator[str]:
        """Whether it is private or regional, and its state."""
        if self.regional:
            yield f"regional, in zones {', '.join(interface.by_zone)}" if interface.by_zone else "regional"
        elif self.connectivity == "private":
            yield "private"
        if self.down():
            yield self.down()

    def down(self) -> str:
        """Its state, where it does not surely forward (NATGW-11)."""
        return "" if self.state in FORWARDING_STATES else self.state

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Its interface; a route to one that is gone is a blackhole (**ROUTE-12**)."""
        inactive = f"NAT gateway {at.name} is {self.state}" if self.state in ("deleted", "failed") else ""
        interface = wiring.interface(at.vpc, at.name)
        next = interface.inbound if self.regional else interface.subnet.entry
        return Entrance(next, interface, inactive, switch=(*at.path, "state"))

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Its state (NATGW-11), or another subnet: one whose table leads to an internet gateway (NATGW-1)."""
        if case.cause.path == (*at.path, "state"):
            yield Edit.setting(
                case.cause.path, "available", f"replace NAT gateway {at.name} by one that is available", 6
            )
        yield from self._in_another_zone(at, case)
        if case.through(at.name, at.full_name) and self.connectivity == "public" and self.subnet is not None:
            yield from self._in_a_public_subnet(at, case)

    def _in_a_public_subnet(self, at: At, case: Case) -> Iterator[Edit]:
        """Another subnet: a public one, or a new one where there is none; or a table for its own that leads to the internet
        gateway (NATGW-1, NATGW-13)."""
        vpc, here = case.view.design.vpcs[at.vpc], self.subnet
        public = public_subnets(case, at.vpc)
        for name in public:
            if name != here:
                yield Edit(self._moved(at, name), f"create NAT gateway {at.name} in subnet {name}, which is public", 3)
        if here is None or here in public:
            return
        changes = own_way_out(case, at.vpc, here)
        if changes:
            text = f"give subnet {here} of {at.vpc}, where NAT gateway {at.name} is, a route table of its own: {DEFAULT} to "
            yield Edit(changes, f"{text}internet gateway {vpc.internet_gateway}", 3)
        new = None if public else new_public_subnet(case, at.vpc, vpc.subnets[here].az)
        if new is not None:
            text = f"create NAT gateway {at.name} in a new public subnet of {at.vpc}"
            yield Edit((*new[1], *self._moved(at, new[0])), text, 4)

    def _moved(self, at: At, subnet: str) -> tuple[KeyChange, ...]:
        """It in another subnet, with any address."""
        moved = KeyChange((*at.path, "subnet"), subnet)
        return (moved,) if self.private_ip is None else (moved, KeyChange((*at.path, "private_ip"), action="remove"))

    def _in_another_zone(self, at: At, case: Case) -> Iterator[Edit]:
        """An address of a regional one in manual mode in the zone that has none (NATGW-20)."""
        restricted = case.cause.code is Code.REGIONAL_NGW_ROUTE_AZ_RESTRICTION
        if not restricted or case.cause.path != (*at.path, "public_ips"):
            return
        for zone in self._zones_of(at, case):
            text = f"give regional NAT gateway {at.name} a public address in zone {zone}"
            yield Edit.setting((*at.path, "public_ips", zone), True, text, 2)

    def _zones_of(self, at: At, case: Case) -> list[str]:
        """The zones of its VPC without an address, that of the sender first."""
        sender = case.sender
        mine = [sender.subnet.az] if sender is not None and sender.vpc.name == at.vpc else []
        every = [*mine, *(subnet.az for subnet in case.view.design.vpcs[at.vpc].subnets.values())]
        return [zone for zone in dict.fromkeys(every) if zone is not None and zone not in self.public_ips]

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The default route of another subnet of its VPC (NATGW-1)."""
        if vpc == at.vpc and self.connectivity == "public" and case.destination in PUBLIC_IPV4:
            yield RouteOffer(DEFAULT, at.name, f"NAT gateway {at.name}")


class RegionalExit(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """What a regional NAT gateway sends, by a route table of its own (NATGW-17), past no ACL (NATGW-19)."""

    __slots__ = ("table",)

    def __init__(self, component: str, table: RouteTableCheckpoint, path: KeyPath) -> None:
        super().__init__(component, "way out", path)
        self.table = table

    def step(self, header: Header, leg: Leg) -> Step:
        """To its table. What it translated and sends elsewhere than to the internet has a private address that AWS
        chooses (**NATGW-17**)."""
        route, low, high = self.table.table.lookup(header.destination)
        scope = to_run((low, high))
        sends = not leg.reply and route is not None and route.next is not None
        if sends and route is not None and not isinstance(route.next, InternetGatewayOut):
            reason = f"{self.component} sends by {route.text} from a private address that AWS chooses"
            return Undecided(reason, header, rule="NATGW-17", path=route.path or self.path, scope=scope)
        if not leg.reply and route is not None and route.local:
            reason = f"{self.component} sends into its own VPC from a private address that AWS chooses"
            return Undecided(reason, header, rule="NATGW-17", path=self.path, scope=scope)
        return Forward(self.table, header, "by its own route table", "NATGW-19", self.path, scope)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Its table."""
        return (self.table,)


NAT_GATEWAY_FILTER = protocol_limit(
    "NAT gateway protocols", NAT_GATEWAY_PROTOCOLS, "a NAT gateway carries TCP, UDP and ICMP", "NATGW-5"
)


def zone_at(interface: NetworkInterface, header: Header) -> str | None:
    """The zone from which a packet comes to a NAT gateway: of the interface of its VPC that sends, or of the subnet by which
    a transit gateway brought it."""
    sender = header.sender
    return sender.subnet.az if sender is not None and sender.subnet.vpc is interface.vpc else header.zone


class NatGatewayCheckpoint(Checkpoint, is_a=CheckpointType.HOST, cuts=True, asks=True):
    """A NAT gateway: puts its private address into what leaves, and the client's back into the answers (**WALK-14**)."""

    __slots__ = ("interface", "state")

    loop_rule: ClassVar[str] = "NATGW-13"
    nat64: ClassVar[bool] = True

    def __init__(self, interface: NetworkInterface, state: str) -> None:
        super().__init__(interface.name, "NAT gateway", interface.path)
        self.interface = interface
        self.state = state

    def step(self, header: Header, leg: Leg) -> Step:
        """Translate (**NATGW-3**), or drop: what nobody inside asked for (**NATGW-7**), and answers of flows it never saw
        (WALK-19). What it sends, answers too, goes on by the ACL and the route table of its own subnet (**NATGW-12**). Of
        what a host forwards from outside the VPC it is not known (**NATGW-10**)."""
        destination = header.destination
        if destination > IPV4_LAST:
            return self._ipv6(header)
        scope = to_run(intersect(self.interface.run_around(destination), family_run(destination)))
        restored = restore(self, self.interface, header, leg)
        if restored is not None:
            text = "the client's address is put back"
            query = Query(NAT_GATEWAY_FILTER, 0)
            return Forward(leave(self.interface, restored), restored, text, "NATGW-12", (), scope, query, -1)
        if own(self.interface, destination):
            text = "a NAT gateway takes no connections: nobody behind it asked for this packet"
            return self.drop(Loss(Code.NGW_UNSOLICITED_INBOUND, "NATGW-7", text), header, scope)
        if leg.reply:
            return self.drop(never_seen(self.interface.name), header, scope)
        behind = self.interface.vpc.behind
        scope = Scope(behind.run_around(header.source), scope.destinations)
        if header.source in behind:
            reason = f"whether {self.interface.name} takes what a host forwards from outside its VPC, AWS does not say"
            return Undecided(reason, header, rule="NATGW-10", path=self.path, scope=scope)
        sent = self._sends_from(header)
        if isinstance(sent, Undecided):
            return sent._replace(scope=scope)
        onward = masquerade(self, self.interface, header, leg, sent)
        text = "its port becomes one of 1024-65535"
        scope = Scope(scope.sources, intersect(scope.destinations, self.interface.subnet.run_around(destination)))
        query = Query(NAT_GATEWAY_FILTER, 0)
        step = Forward(leave(self.interface, onward), onward, text, "NATGW-3", self.path, scope, query, 1)
        if sent is None:
            zone = zone_at(self.interface, header)
            text = f"{self.interface.name} has no address in zone {zone}, from where the packet comes"
            loss = Loss(Code.REGIONAL_NGW_ROUTE_AZ_RESTRICTION, "NATGW-20", text)
            return self.drop(loss, header, scope, path=(*self.path, "public_ips"), onward=step)
        if self.state in FORWARDING_STATES:
            return step
        loss = Loss(Code.BAD_STATE, "NATGW-11", f"NAT gateway {self.interface.name} is {self.state}")
        return self.drop(loss, header, scope, path=(*self.path, "state"), onward=step)

    def _sends_from(self, header: Header) -> int | Undecided | None:
        """The address that it puts in: of a regional one in manual mode that of the client's zone, None where it has none
        there (**NATGW-20**)."""
        if not self.interface.by_zone:
            return next((a for a in self.interface.primary if a <= IPV4_LAST), self.interface.primary[0])
        zone = zone_at(self.interface, header)
        if zone is None:
            reason = (
                f"{self.interface.name} has addresses by zone, and the zone that the packet comes from is not written"
            )
            return Undecided(reason, header, rule="NATGW-20", path=(*self.path, "public_ips"))
        return self.interface.by_zone.get(zone)

    def _ipv6(self, header: Header) -> Step:
        """IPv6 is not carried, but for NAT64, which reachsim does not model (NATGW-16)."""
        scope = to_run(intersect(NAT64.addresses.run_around(header.destination), family_run(header.destination)))
        loss = ipv6_loss(header.destination)
        if loss is None:
            return Undecided("NAT64 is not modelled", header, rule="NATGW-16", path=self.path, scope=scope)
        return self.drop(loss, header, scope)

    def cuts(self) -> Iterable[int]:
        """Where addresses begin and end that are behind hosts of its VPC."""
        return edges(self.interface.vpc.behind)

    def filters(self) -> Iterable[Filter]:
        """The protocols that it carries."""
        return (NAT_GATEWAY_FILTER,)

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.interface.subnet.exit, self.interface.subnet.link]


@offers
def new_nat_gateway(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """A NAT gateway of a VPC that has none, in a subnet that leads to its internet gateway; in a new one where there is no
    such subnet, or where the route that is to lead to the gateway is that of the subnet itself (NATGW-1, NATGW-13)."""
    body = case.view.design.vpcs[vpc]
    if body.nat_gateways or case.reply or case.destination not in PUBLIC_IPV4 or "nat" in case.view.names(vpc):
        return
    gateway: KeyPath = ("vpcs", vpc, "nat_gateways", "nat")
    public = public_subnets(case, vpc)
    for subnet in public[:1]:
        text = f"a new NAT gateway nat in subnet {subnet} of {vpc}"
        yield RouteOffer(DEFAULT, "nat", text, 4, (KeyChange(gateway, {"subnet": subnet}),))
    if public and (vpc, case.view.table_of(public[0], vpc)) not in case.tables:
        return
    zone = None if case.sender is None or case.sender.vpc.name != vpc else case.sender.subnet.az
    new = new_public_subnet(case, vpc, zone)
    if new is not None:
        text = f"a new NAT gateway nat in a new public subnet of {vpc}"
        yield RouteOffer(DEFAULT, "nat", text, 6, (*new[1], KeyChange(gateway, {"subnet": new[0]})))
