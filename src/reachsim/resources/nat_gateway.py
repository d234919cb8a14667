"""NAT gateways (chapter NATGW)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Filter, Query, protocol_limit
from reachsim.dataplane.place import InterfacePlace
from reachsim.dataplane.scope import intersect, to_run
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, family_run
from reachsim.net.cidr import EVERY_IPV4, Cidr
from reachsim.resources.fields import Ipv4Field, Reference, Tags
from reachsim.resources.host import leave, masquerade, own, restore
from reachsim.resources.mending import Case, Change, Edit, RouteOffer, offers
from reachsim.resources.network_interface import nic_of
from reachsim.resources.reference import bare
from reachsim.resources.resource import At, Checks, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.nat import FORWARDING_STATES, NAT_GATEWAY_PROTOCOLS, NAT_GATEWAY_SILENCE
from reachsim.rules.verdict import Loss

PUBLIC_IPV4 = PUBLIC & EVERY_IPV4.addresses
NAT64 = Cidr.parse("64:ff9b::/96")


@resource("nat_gateways", "nat gateway")
class NatGateway(Resource):
    """A zonal NAT gateway. It has no security group (NATGW-6); its subnet's ACL and route table apply (NATGW-12)."""

    subnet: Reference
    """The subnet it is in; a public one needs a route to an internet gateway there (NATGW-1)."""
    private_ip: Ipv4Field | None = None
    """Left out: the lowest free address of its subnet."""
    public_ip: Ipv4Field | None = None
    """Its Elastic IP; left out: one that AWS will choose. A private gateway has none (NATGW-2)."""
    connectivity: Literal["public", "private"] = "public"
    """`private`: one without a public address."""
    state: Literal["available", "pending", "failed", "deleting", "deleted"] = "available"
    """Only `available` surely forwards (NATGW-11)."""
    tags: Tags = {}

    order: ClassVar[int] = 2

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """Its one interface; a public gateway has an Elastic IP, chosen by AWS where none is written (NATGW-1)."""
        implied = self.public_ip is None and self.connectivity == "public"
        public = implied or self.public_ip
        yield InterfaceNeed(at.name, at.path, self.subnet, (), self.private_ip, None, public, implied)

    def check(self, at: At, checks: Checks) -> None:
        """A public gateway needs an internet gateway (NATGW-1), a private one has no public address (NATGW-2)."""
        blocks = checks.blocks_of(at.vpc, self.subnet)
        if blocks and not any(block.version == 4 for block in blocks):
            checks.report((*at.path, "subnet"), "a NAT gateway needs a subnet with an IPv4 block", None, "NATGW-1")
        if self.connectivity == "private" and self.public_ip is not None:
            text = "a private NAT gateway has no public address"
            checks.report((*at.path, "public_ip"), text, "remove public_ip", "NATGW-2")
        if self.connectivity == "public" and checks.design.vpcs[at.vpc].internet_gateway is None:
            hint = "write internet_gateway: igw in the VPC, or connectivity: private"
            text = "a public NAT gateway needs an internet gateway in its VPC"
            checks.report(at.path, text, hint, "NATGW-1", key=True)

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interface, which has no groups (NATGW-6)."""
        for need in self.interfaces(at):
            interface = nic_of(
                need, type(self).noun, self.tags, at, wiring,
                source_dest_check=False, client_ports=UNKNOWN_CLIENT, takes=False, silent=NAT_GATEWAY_SILENCE,
            )  # fmt: skip
            interface.host = interface.inbound = NatGatewayCheckpoint(interface, self.state)
            interface.outbound = interface.subnet.exit
            wiring.place(interface)

    def remarks(self, interface: InterfacePlace) -> Iterator[str]:
        """Whether it is private, and its state."""
        if self.connectivity == "private":
            yield "private"
        if self.state != "available":
            yield self.state

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Its interface; a route to one that is gone is a blackhole (ROUTE-12)."""
        inactive = f"NAT gateway {at.name} is {self.state}" if self.state in ("deleted", "failed") else ""
        return super().entrance(at, wiring, vpc)._replace(inactive=inactive, switch=(*at.path, "state"))

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Its state (NATGW-11), or another subnet: one whose table leads to an internet gateway (NATGW-1)."""
        if case.cause.path == (*at.path, "state"):
            yield Edit.setting(
                case.cause.path, "available", f"replace NAT gateway {at.name} by one that is available", 6
            )
        gateway = case.view.design.vpcs[at.vpc].internet_gateway
        if not case.through(at.name, at.full_name) or gateway is None or self.connectivity != "public":
            return
        for name, subnet in case.view.design.vpcs[at.vpc].subnets.items():
            leads = case.view.target(at.vpc, case.view.table_of(name, at.vpc), "0.0.0.0/0")
            if leads == gateway and name != bare(self.subnet) and subnet.cidr is not None:
                changes = [Change((*at.path, "subnet"), name)]
                if self.private_ip is not None:
                    changes.append(Change((*at.path, "private_ip"), action="remove"))
                yield Edit(tuple(changes), f"create NAT gateway {at.name} in subnet {name}, which is public", 3)

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The default route of another subnet of its VPC (NATGW-1)."""
        if vpc == at.vpc and self.connectivity == "public" and case.destination in PUBLIC_IPV4:
            yield RouteOffer("0.0.0.0/0", at.name, f"NAT gateway {at.name}")


NAT_GATEWAY_FILTER = protocol_limit(
    "NAT gateway protocols", NAT_GATEWAY_PROTOCOLS, "a NAT gateway carries TCP, UDP and ICMP", "NATGW-5"
)


class NatGatewayCheckpoint(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=True):
    """A NAT gateway: puts its private address into what leaves, and the client's back into the answers (WALK-14)."""

    __slots__ = ("interface", "state")

    loop_rule: ClassVar[str] = "NATGW-13"

    def __init__(self, interface: NetworkInterface, state: str) -> None:
        super().__init__(interface.name, "NAT gateway", interface.path)
        self.interface = interface
        self.state = state

    def step(self, header: Header, leg: Leg) -> Step:
        """Translate, or drop: what nobody inside asked for (NATGW-7), and answers of flows it never saw (WALK-19)."""
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
            text = f"{self.interface.name} never saw the packet that this one answers"
            return self.drop(Loss(Code.ASYMMETRIC_RETURN, "WALK-19", text), header, scope)
        onward = masquerade(self, self.interface, header, leg)
        text = "its port becomes one of 1024-65535"
        scope = to_run(intersect(scope.destinations, self.interface.subnet.run_around(destination)))
        query = Query(NAT_GATEWAY_FILTER, 0)
        step = Forward(leave(self.interface, onward), onward, text, "NATGW-3", self.path, scope, query, 1)
        if self.state in FORWARDING_STATES:
            return step
        loss = Loss(Code.BAD_STATE, "NATGW-11", f"NAT gateway {self.interface.name} is {self.state}")
        return self.drop(loss, header, scope, path=(*self.path, "state"), onward=step)

    def _ipv6(self, header: Header) -> Step:
        """IPv6 is not carried, but for NAT64, which reachsim does not model (NATGW-16)."""
        scope = to_run(intersect(NAT64.addresses.run_around(header.destination), family_run(header.destination)))
        if header.destination in NAT64:
            return Undecided("NAT64 is not modelled", header, rule="NATGW-16", path=self.path, scope=scope)
        text = "a NAT gateway carries no IPv6"
        return self.drop(Loss(Code.PROTOCOL_RESTRICTION, "NATGW-16", text), header, scope)

    def filters(self) -> Iterable[Filter]:
        """The protocols that it carries."""
        return (NAT_GATEWAY_FILTER,)

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.interface.subnet.exit, self.interface.subnet.link]


@offers
def new_nat_gateway(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """A NAT gateway of a VPC that has none, in a subnet that leads to its internet gateway; where there is no such subnet,
    in a new one (NATGW-1)."""
    body = case.view.design.vpcs[vpc]
    if body.nat_gateways or case.reply or case.destination not in PUBLIC_IPV4 or "nat" in case.view.names(vpc):
        return
    path: KeyPath = ("vpcs", vpc)
    gateway = body.internet_gateway
    public = [
        name
        for name in body.subnets
        if gateway is not None and case.view.target(vpc, case.view.table_of(name, vpc), "0.0.0.0/0") == gateway
    ]
    changes: list[Change] = []
    if not public:
        block = case.view.free(vpc, 28)
        if block is None or "public" in body.subnets or "public" in body.route_tables:
            return
        if gateway is None:
            gateway = "igw"
            changes.append(Change((*path, "internet_gateway"), gateway))
        changes.append(Change((*path, "route_tables", "public"), {"0.0.0.0/0": gateway}))
        zone = None if case.sender is None or case.sender.vpc.name != vpc else case.sender.subnet.az
        subnet = {"cidr": str(block), **({} if zone is None else {"az": zone}), "route_table": "public"}
        changes.append(Change((*path, "subnets", "public"), subnet))
    changes.append(Change((*path, "nat_gateways", "nat"), {"subnet": public[0] if public else "public"}))
    text = f"a new NAT gateway nat in {'subnet ' + public[0] if public else 'a new public subnet'} of {vpc}"
    yield RouteOffer("0.0.0.0/0", "nat", text, 4 if public else 6, tuple(changes))
