"""Chapter DNS: which resolver answers, and with what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from reachsim.net.address import format_address
from reachsim.net.cidr import Cidr
from reachsim.rules.addresses import RESOLVER_OFFSET
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


def resolver_off(vpc: str, name: str) -> Loss:
    """The loss of a name that is asked in a VPC whose resolver does not answer (**DNS-2**)."""
    text = f"{name} does not resolve: enable_dns_support of VPC {vpc} is false"
    return Loss(Code.NAME_NOT_RESOLVED, "DNS-2", text, path=attribute_key(vpc, False))


ALL_NAMES: Final = "."
"""The domain that all names are in."""
_AMAZONS: Final = ("amazonprovideddns", "169.254.169.253", "fd00:ec2::253")


def is_amazons_server(server: str, blocks: Iterable[Cidr]) -> bool:
    """Whether a name server of DHCP options is Amazon's resolver, by its name or an address of it in a VPC of some blocks
    (DNS-1)."""
    resolvers = (format_address(block.network + RESOLVER_OFFSET) for block in blocks if block.version == 4)
    return server.lower() in _AMAZONS or server in resolvers


def answered_elsewhere(name: str, domains: Iterable[str]) -> bool:
    """Whether other name servers than Amazon's answer for a name, by DHCP options or by a rule of Route 53 Resolver that
    forwards a domain that it is in; `.` is the domain of all names (**DNS-5**).

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network.html
    """
    labels = name.lower().rstrip(".")
    return any(domain == ALL_NAMES or f".{labels}".endswith(f".{domain.lower().rstrip('.')}") for domain in domains)


def private_names(support: bool, hostnames: bool) -> bool:
    """Whether private zones, private DNS of endpoints and DNS over peerings work in a VPC: with both attributes (**DNS-2**).

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
    """
    return support and hostnames


def attribute_missing(vpc: str, support: bool) -> str:
    """Which of the two attributes a VPC lacks, in words (DNS-2)."""
    return f"{'enable_dns_hostnames' if support else 'enable_dns_support'} of VPC {vpc} is false"


def attribute_key(vpc: str, support: bool) -> KeyPath:
    """The key of the attribute that a VPC lacks (DNS-2)."""
    return "vpcs", vpc, "enable_dns_hostnames" if support else "enable_dns_support"


def public_instead(off: Loss) -> Loss:
    """The loss of a name that means public addresses, as what would give it private ones is off (DNS-2, EP-8, PEER-11)."""
    return replace(off, code=Code.NAME_MEANS_PUBLIC_ADDRESS)


def no_resolver_there(vpc: str) -> Loss:
    """The loss of a question to the resolver of a VPC from elsewhere (DNS-4)."""
    text = f"the resolver of VPC {vpc} answers nobody outside the VPC"
    return Loss(Code.NO_POSSIBLE_DESTINATION, "DNS-4", text)


def support_off(vpc: str) -> Loss:
    """The loss of a question to the resolver of a VPC where it is off (**DNS-2**)."""
    text = f"the resolver does not answer: enable_dns_support of VPC {vpc} is false"
    return Loss(Code.DNS_SUPPORT_OFF, "DNS-2", text)
