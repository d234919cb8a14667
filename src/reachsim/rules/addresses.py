"""Which addresses are private, shared, public or AWS's own services."""

from __future__ import annotations

from typing import Final

from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr, address_set
from reachsim.net.traffic import Traffic

RFC1918: Final = address_set(map(Cidr.parse, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
RFC6598: Final = Cidr.parse("100.64.0.0/10").addresses
"""Shared address space of carrier-grade NAT (RFC 6598)."""

_NOT_PUBLIC: Final = (
    RFC1918
    | RFC6598
    | address_set(
        map(Cidr.parse, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")),
    )
)  # RFC 6890; documentation ranges count as public, because designs use them for public addresses
PUBLIC: Final = (Cidr.parse("0.0.0.0/0").addresses - _NOT_PUBLIC) | Cidr.parse("2000::/3").addresses
"""Every address that the internet routes: IPv4 unicast but RFC 6890's special blocks, and IPv6 2000::/3 (RFC 4291)."""

NETWORKS: Final = RFC1918 | RFC6598 | Cidr.parse("fc00::/7").addresses
"""The addresses of networks that are not on the internet (RFC 1918, RFC 6598, RFC 4193)."""

PUBLIC_POOLS: Final = tuple(map(Cidr.parse, ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15")))
"""Where the public addresses of designs that are not deployed come from (RFC 5737, RFC 2544)."""

MULTICAST: Final = address_set(map(Cidr.parse, ("224.0.0.0/4", "ff00::/8")))
"""Groups of hosts (RFC 5771, RFC 4291), which no route table of a VPC leads to."""

RESOLVER_OFFSET: Final = 2
LINK_LOCAL_SERVICES: Final = {
    parse_address("169.254.169.253"): ("Amazon DNS", Traffic.parse("udp/53, tcp/53")),
    parse_address("fd00:ec2::253"): ("Amazon DNS", Traffic.parse("udp/53, tcp/53")),
    parse_address("169.254.169.254"): ("instance metadata", Traffic.parse("tcp/80")),
    parse_address("fd00:ec2::254"): ("instance metadata", Traffic.parse("tcp/80")),
    parse_address("169.254.170.2"): ("ECS task metadata", Traffic.parse("tcp/80")),
    parse_address("169.254.169.123"): ("Amazon Time Sync", Traffic.parse("udp/123")),
    parse_address("fd00:ec2::123"): ("Amazon Time Sync", Traffic.parse("udp/123")),
    parse_address("169.254.169.249"): ("Windows activation", Traffic.parse("tcp/1688")),
    parse_address("169.254.169.250"): ("Windows activation", Traffic.parse("tcp/1688")),
    parse_address("169.254.169.251"): ("Windows activation", Traffic.parse("tcp/1688")),
}
"""Services that an interface reaches past its groups and ACLs, by address: name and traffic (**WALK-20**, SG-24, NACL-19).

Source: https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html
"""


def resolver_service() -> tuple[str, Traffic]:
    """The service at base + 2 of a VPC's primary block (SUBNET-3, WALK-20)."""
    return LINK_LOCAL_SERVICES[parse_address("169.254.169.253")]
