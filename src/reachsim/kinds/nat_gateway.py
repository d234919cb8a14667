"""NAT gateways (chapter NATGW)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.filters import protocol_limit
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import Forward, Query, Step, Undecided, intersect, to_run
from reachsim.kinds.kind import Ipv4Field, Reference, Tags
from reachsim.kinds.network_interface import leave, masquerade, nic_of, own, restore
from reachsim.kinds.resource import At, Checks, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.net.address import IPV4_LAST, family_run
from reachsim.net.cidr import Cidr
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN
from reachsim.rules.nat import FORWARDING_STATES, NAT_GATEWAY_PROTOCOLS, NAT_GATEWAY_SILENCE
from reachsim.rules.verdict import Loss

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
            nic = nic_of(need, type(self).noun, self.tags, at, wiring)
            nic.source_dest_check = False
            nic.takes, nic.silent = False, NAT_GATEWAY_SILENCE
            nic.client_ports = UNKNOWN
            nic.host = nic.inbound = NatGatewayCheckpoint(nic, self.state)
            nic.outbound = nic.subnet.exit
            wiring.place(nic)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Its interface; a route to one that is gone is a blackhole (ROUTE-12)."""
        inactive = f"NAT gateway {at.name} is {self.state}" if self.state in ("deleted", "failed") else ""
        return super().entrance(at, wiring, vpc)._replace(inactive=inactive, switch=(*at.path, "state"))


PROTOCOLS = protocol_limit(
    "NAT gateway protocols", NAT_GATEWAY_PROTOCOLS, "a NAT gateway carries TCP, UDP and ICMP", "NATGW-5"
)


class NatGatewayCheckpoint(Checkpoint):
    """A NAT gateway: puts its private address into what leaves, and the client's back into the answers (WALK-14)."""

    __slots__ = ("nic", "state")

    def __init__(self, nic: Nic, state: str) -> None:
        super().__init__(nic.name, "NAT gateway", nic.path)
        self.nic = nic
        self.state = state

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Translate, or drop: what nobody inside asked for (NATGW-7), and answers of flows it never saw (WALK-19)."""
        destination = transit.destination
        if destination > IPV4_LAST:
            return self._ipv6(transit)
        scope = to_run(intersect(self.nic.run_around(destination), family_run(destination)))
        restored = restore(self, self.nic, transit, leg)
        if restored is not None:
            text = "the client's address is put back"
            query = Query(PROTOCOLS, 0)
            return Forward(leave(self.nic, restored), restored, text, "NATGW-12", (), scope, query, -1)
        if own(self.nic, destination):
            text = "a NAT gateway takes no connections: nobody behind it asked for this packet"
            return self.drop(Loss(Code.NGW_UNSOLICITED_INBOUND, "NATGW-7", text), transit, scope)
        if leg.reply:
            text = f"{self.nic.name} never saw the packet that this one answers"
            return self.drop(Loss(Code.ASYMMETRIC_RETURN, "WALK-19", text), transit, scope)
        onward = masquerade(self, self.nic, transit, leg)
        text = "its port becomes one of 1024-65535"
        scope = to_run(intersect(scope.destinations, self.nic.subnet.run_around(destination)))
        query = Query(PROTOCOLS, 0)
        step = Forward(leave(self.nic, onward), onward, text, "NATGW-3", self.path, scope, query, 1)
        if self.state in FORWARDING_STATES:
            return step
        loss = Loss(Code.BAD_STATE, "NATGW-11", f"NAT gateway {self.nic.name} is {self.state}")
        return self.drop(loss, transit, scope, path=(*self.path, "state"), onward=step)

    def _ipv6(self, transit: Transit) -> Step:
        """IPv6 is not carried, but for NAT64, which reachsim does not model (NATGW-16)."""
        scope = to_run(intersect(NAT64.addresses.run_around(transit.destination), family_run(transit.destination)))
        if transit.destination in NAT64:
            return Undecided("NAT64 is not modelled", transit, rule="NATGW-16", path=self.path, scope=scope)
        text = "a NAT gateway carries no IPv6"
        return self.drop(Loss(Code.PROTOCOL_RESTRICTION, "NATGW-16", text), transit, scope)

    def successors(self) -> list[Checkpoint]:
        """The way out of its subnet, or its link."""
        return [self.nic.subnet.exit, self.nic.subnet.link]
