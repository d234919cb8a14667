"""VPCs: everything that lives in one is written under it (chapter CIDR)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from reachsim.net.cidr import Cidr
from reachsim.resources.block_public_access import Switch
from reachsim.resources.capacity_provider import NOUN as CAPACITY_PROVIDER
from reachsim.resources.capacity_provider import CapacityProvider
from reachsim.resources.fields import (
    EMPTY_BODIES,
    READ_ONLY,
    BlockField,
    Boolean,
    HostNameField,
    Ipv6BlockField,
    Name,
    ReadOnly,
    Schema,
    Tags,
)
from reachsim.resources.instance import Instance
from reachsim.resources.nat_gateway import NatGateway
from reachsim.resources.network_acl import NetworkAcl
from reachsim.resources.network_interface import ElasticInterface
from reachsim.resources.route_table import RouteTable
from reachsim.resources.security_group import SecurityGroup
from reachsim.resources.subnet import Subnet
from reachsim.resources.unmodelled import Unmodelled


def _empty_for_none(value: object) -> object:
    """`lambda:` with nothing behind it is a group, a table or an ACL without rules, as it would be with `{}`."""
    return {name: {} if body is None else body for name, body in value.items()} if isinstance(value, dict) else value


Bodies = BeforeValidator(_empty_for_none)


class Vpc(Schema):
    """A VPC."""

    cidrs: Annotated[tuple[BlockField, ...], Field(min_length=1)]
    """Its blocks: the primary IPv4 block first, then secondary and IPv6 blocks."""
    private_ipv6: tuple[Ipv6BlockField, ...] | Literal["unknown"] = ()
    """Those of its IPv6 blocks that AWS holds as private, of IPAM's private scope: they are not on the internet (IGW-15).
    Unique local ones (fd00::/8) always are. `unknown`: any of them may be."""
    internet_gateway: Name | None = None
    """The name of its internet gateway, if it has one; one at most (**IGW-1**)."""
    gateway_attachment: Literal["unknown"] | None = None
    """`unknown`: it is not known whether the internet gateway is attached."""
    egress_only_internet_gateway: Name | None = None
    """The name of its egress-only internet gateway, if it has one; one at most (**IPV6-5**)."""
    subnets: Annotated[dict[Name, Subnet], READ_ONLY] = Field(default_factory=ReadOnly)
    """Subnets by name."""
    route_tables: Annotated[dict[Name, RouteTable], Bodies, EMPTY_BODIES, READ_ONLY] = Field(default_factory=ReadOnly)
    """`main`, where written, is the main table."""
    network_acls: Annotated[dict[Name, NetworkAcl], Bodies, EMPTY_BODIES, READ_ONLY] = Field(default_factory=ReadOnly)
    """`default`, where written, is the default ACL."""
    security_groups: Annotated[dict[Name, SecurityGroup], Bodies, EMPTY_BODIES, READ_ONLY] = Field(
        default_factory=ReadOnly
    )
    """`default`, where written, is the default group."""
    instances: Annotated[dict[Name, Instance], READ_ONLY] = Field(default_factory=ReadOnly)
    """Instances by name."""
    interfaces: Annotated[dict[Name, ElasticInterface], READ_ONLY] = Field(default_factory=ReadOnly)
    """Network interfaces by name: a database, a container task, anything with an address."""
    nat_gateways: Annotated[dict[Name, NatGateway], READ_ONLY] = Field(default_factory=ReadOnly)
    """NAT gateways by name."""
    enable_dns_support: Boolean = True
    """Whether the Amazon resolver answers in the VPC (DNS-2)."""
    enable_dns_hostnames: Boolean = False
    """Whether public host names, private zones and private DNS work in it; they need `enable_dns_support` too (DNS-2)."""
    other_name_servers: tuple[HostNameField, ...] = ()
    """Domains whose names other servers answer in it than Amazon's: by rules of Route 53 Resolver, or of all names (`.`) by
    DHCP options. What they mean is not known (DNS-5)."""
    region: Name | None = None
    """Its AWS Region; left out: that of the design."""
    account: Name | None = None
    """Its AWS account, where endpoint services accept accounts."""
    block_public_access: Switch = None
    """Block Public Access of this VPC; left out: that of the design (IGW-14)."""
    tags: Tags = Field(default_factory=ReadOnly)

    capacity_providers: Annotated[dict[Name, CapacityProvider], READ_ONLY] = Field(default_factory=ReadOnly)
    """Capacity providers of Lambda Managed Instances by name; what they send and take is undecided (LAMBDA-33)."""
    network_firewalls: Annotated[dict[Name, Unmodelled], READ_ONLY] = Field(default_factory=ReadOnly)
    """Not modelled yet: traffic to one is undecided."""
    unknown_components: Annotated[dict[Name, Unmodelled], READ_ONLY] = Field(default_factory=ReadOnly)
    """Components of which too little is known: what goes to one, or comes from it, is undecided. `subnets`: where it may
    have addresses; `why`: what is not known."""

    @property
    def known_private_ipv6(self) -> tuple[Cidr, ...]:
        """The IPv6 blocks that are known to be private."""
        return () if isinstance(self.private_ipv6, str) else self.private_ipv6

    @property
    def perhaps_private_ipv6(self) -> tuple[Cidr, ...]:
        """The IPv6 blocks that may be private or not."""
        known = not isinstance(self.private_ipv6, str)
        return () if known else tuple(block for block in self.cidrs if block.version == 6)

    def unmodelled(self) -> Iterator[tuple[str, str]]:
        """What it has that reachsim does not model: section and name."""
        for section in UNMODELLED_IN_VPC:
            for name in getattr(self, section):
                yield section, name


UNMODELLED_IN_VPC = {
    "capacity_providers": CAPACITY_PROVIDER,
    "network_firewalls": "Network Firewall endpoint",
    "unknown_components": "component that is not known",
}
"""Sections of a VPC that reachsim does not model, with the word for one of them."""
