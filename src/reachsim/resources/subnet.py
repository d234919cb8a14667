"""Subnets (chapter SUBNET) and the link inside them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Drop, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.scope import ANY, Scope, intersect, to_one, to_run
from reachsim.dataplane.site import SubnetSite, VpcSite, wired
from reachsim.errors import HintedError
from reachsim.net.address import LINE_LAST, format_address
from reachsim.net.cidr import Cidr
from reachsim.net.intervals import gap_around
from reachsim.resources.fields import (
    Boolean,
    Ipv4BlockField,
    Ipv6BlockField,
    Name,
    NetworkAclName,
    ReadOnly,
    RouteTableName,
    Schema,
    Tags,
)
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.dns import no_resolver_there
from reachsim.rules.subnet import DNS_PURPOSE, reserved_purpose
from reachsim.rules.verdict import Loss


class Subnet(Schema):
    """A subnet: in one Availability Zone, with one route table and one ACL."""

    cidr: Ipv4BlockField | None = None
    """Its IPv4 block, /16 to /28, inside a block of the VPC."""
    ipv6_cidr: Ipv6BlockField | None = None
    """Its IPv6 block, /44 to /64 in steps of 4."""
    az: Name | None = None
    """Its Availability Zone."""
    route_table: RouteTableName | None = None
    """Left out: the VPC's main table."""
    network_acl: NetworkAclName | None = None
    """Left out: the VPC's default ACL."""
    interfaces: Literal["unknown"] | None = None
    """`unknown`: interfaces may be in it that the design does not tell."""
    map_public_ip_on_launch: Boolean = False
    """Whether instances launched in it get a public IPv4 address where they do not say. One that is launched with several
    interfaces gets none, so of an instance with several it is not known whether its first has one (IGW-9)."""
    tags: Tags = Field(default_factory=ReadOnly)

    @model_validator(mode="after")
    def _some_block(self) -> Subnet:
        if self.cidr is None and self.ipv6_cidr is None:
            raise HintedError("a subnet needs a block", hint="write cidr: 10.0.1.0/24")
        return self

    @property
    def table_name(self) -> str:
        """Its one route table: the one that it is associated with, otherwise the VPC's main one (**ROUTE-2**)."""
        return self.route_table or "main"

    @property
    def acl_name(self) -> str:
        """Its one ACL: the one that it is associated with, otherwise the VPC's default one (**NACL-1**)."""
        return self.network_acl or "default"

    @property
    def blocks(self) -> tuple[Cidr, ...]:
        """Its blocks of both families."""
        if self.cidr is None or self.ipv6_cidr is None:
            only = self.cidr or self.ipv6_cidr
            return () if only is None else (only,)
        return (self.cidr, self.ipv6_cidr)


class SubnetLink(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """The link of a subnet: carries a packet to the interface that has its address, or that a route named.

    Hosts of one subnet reach each other here, past every ACL and route table (WALK-5, ROUTE-20).
    """

    __slots__ = ("hosts", "subnet")

    def __init__(self, subnet: SubnetSite) -> None:
        super().__init__(subnet.full_name, "link", subnet.path)
        self.subnet = subnet
        self.hosts: list[Checkpoint] = []
        """Where packets go to hosts that may be in it, and of which the groups are known."""

    def step(self, header: Header, leg: Leg) -> Step:
        """Find the interface; an address that no interface has answers nothing (**WALK-24**), nor does the resolver of a VPC
        to what comes from elsewhere (**DNS-4**)."""
        if header.toward is not None:
            onward = Header(header.source, header.destination, header.sender, header.direct, zone=header.zone)
            return Forward(wired(header.toward).inbound, onward, "to the route's target", "ROUTE-10", scope=ANY)
        interface = self.subnet.vpc.owners.get(header.destination)
        scope = to_one(header.destination)
        if interface is None:
            gap = self.subnet.vpc.gap_around(header.destination)
            kept = gap_around(self.subnet.kept, header.destination, LINE_LAST)
            scope = to_run(intersect(intersect(gap, kept), self.subnet.run_around(header.destination)))
        if interface is None and self.subnet.hidden and header.destination in self.subnet:
            meant = next((host for host in self.hosts if (self, host) in leg.relays), None)
            if meant is not None:
                return Forward(meant, header, "to the host, if it is here", "WALK-5", scope=scope)
            return Undecided(self.subnet.hidden, header, path=self.path, scope=scope)
        if interface is None and header.destination in self.subnet.vpc.services:
            return self.drop(no_resolver_there(self.subnet.vpc.name), header, scope)
        if interface is None:
            loss = nobody_at(self.subnet, header.destination)
            alone = loss.rule != "WALK-24"  # what AWS keeps for itself is told address by address
            return self.drop(loss, header, to_one(header.destination) if alone else scope)
        return Forward(interface.inbound, header, "to the interface with the address", "WALK-5", scope=scope)

    def successors(self) -> list[Checkpoint]:
        """Every interface of the subnet."""
        return [*(interface.inbound for interface in self.subnet.interfaces), *self.hosts]


def nobody_at(subnet: SubnetSite, destination: int) -> Loss:
    """The loss of a packet to an address that no interface has (**WALK-24**), with what AWS keeps the address for (SUBNET-2,
    DNS-1). A resolver answers in its own VPC alone, and only at base + 2 of the primary block."""
    vpc = subnet.vpc
    address = format_address(destination)
    block = next((block for block in subnet.blocks if destination in block), None)
    purpose = None if block is None else reserved_purpose(block, destination)
    text, rule = f"no interface has the address {address}", "WALK-24"
    if destination != vpc.resolver and block is not None and purpose == DNS_PURPOSE and block.version == 4:
        return no_resolver(vpc, destination)
    if purpose is not None and block is not None:
        text = f"{text}: AWS keeps it for itself in subnet {subnet.name} ({purpose})"
        rule = "SUBNET-2" if block.version == 4 else "IPV6-2"
        return Loss(Code.NO_POSSIBLE_DESTINATION, rule, text)
    return Loss(Code.NO_POSSIBLE_DESTINATION, rule, "no interface has the destination's address", text)


def no_resolver(vpc: VpcSite, destination: int) -> Loss:
    """The loss of a question to an address that AWS keeps for DNS, and where no resolver answers (**DNS-1**), or none to who
    asks from elsewhere (DNS-4)."""
    if destination == vpc.resolver:
        return no_resolver_there(vpc.name)
    text = f"no resolver answers at {format_address(destination)}, which AWS only keeps for it"
    if vpc.resolver is not None:
        text += f"; that of VPC {vpc.name} is at {format_address(vpc.resolver)}, base + 2 of its primary block"
    return Loss(Code.NO_POSSIBLE_DESTINATION, "DNS-1", text)


def enter_subnet(
    at: Checkpoint, vpc: VpcSite, header: Header, text: str, rule: str, path: KeyPath, scope: Scope = ANY
) -> Forward | Drop:
    """Deliver into a VPC: through the ACL of the subnet that has the destination (**WALK-3**, WALK-9, ROUTE-1).

    `at`: the checkpoint that does; `scope`: how far it speaks itself. Nothing is looked up on the way in but the subnet: a
    route table is read where a packet leaves, not where it enters.
    """
    subnet, low, high = vpc.subnet_runs.lookup(header.destination)
    scope = Scope(scope.sources, intersect(scope.destinations, (low, high)))
    if subnet is not None:
        return Forward(subnet.entry, header, text, rule, path, scope)
    kept = vpc.kept_for_dns if vpc.resolver is None else sorted((*vpc.kept_for_dns, vpc.resolver))
    gap = gap_around(kept, header.destination, LINE_LAST)
    scope = Scope(scope.sources, intersect(scope.destinations, gap))
    loss = no_resolver(vpc, header.destination)
    if header.destination not in kept:
        nowhere = f"is in no subnet of VPC {vpc.name}"
        note = f"{format_address(header.destination)} {nowhere}"
        loss = Loss(Code.NO_POSSIBLE_DESTINATION, "WALK-24", f"the destination {nowhere}", note)
        path = path or ("vpcs", vpc.name, "subnets")
    return at.drop(loss, header, scope, path=path or ("vpcs", vpc.name, "cidrs"), decided=text)
