"""Chapters NATGW and NATI: source translation."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from reachsim.net.cidr import EVERY_IPV4, AddressSet, Cidr
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import ICMP, TCP, UDP, Traffic
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss, Silence

TRANSLATED_PORTS: Final = PortSet.of((1024, 65535))
"""Ports from which a NAT gateway or instance may choose the new source port (**NATGW-4**, **NATI-7**).

Any of them, so what an answer needs is told by the share of them that come back (NAT-PORT).
Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
"""

NAT_LOSS_BELOW: Final = Fraction(1, 100)
"""While a smaller share of a NAT device's choices is lost, traffic counts as reachable, with a warning (**NAT-PORT**)."""

NAT_GATEWAY_PROTOCOLS: Final = Traffic.protocol(TCP) | Traffic.protocol(UDP) | Traffic.protocol(ICMP)
"""What a NAT gateway carries (**NATGW-5**). Source: .../nat-gateway-troubleshooting.html"""

NAT_GATEWAY_SILENCE: Final = Silence(Code.NO_POSSIBLE_SOURCE, "NATGW-7", "a NAT gateway")
"""A NAT gateway sends on what others start (NATGW-7)."""

FORWARDING_STATES: Final = frozenset({"available"})
"""States in which a NAT gateway surely forwards (**NATGW-11**; `deleting` may, so it counts as not)."""

NAT64: Final = Cidr.parse("64:ff9b::/96")
"""By these addresses a NAT gateway carries IPv6 packets to IPv4 ones (**NATGW-16**, RFC 6052)."""


def never_seen(device: str) -> Loss:
    """The loss of an answer to a packet that did not cross the device which keeps the state of the flow (**WALK-19**)."""
    return Loss(Code.ASYMMETRIC_RETURN, "WALK-19", f"{device} never saw the packet that this one answers")


def by_nat64(addresses: AddressSet) -> AddressSet:
    """The IPv6 addresses that stand for the IPv4 ones of a set (NATGW-16)."""
    ipv4 = addresses & EVERY_IPV4.addresses
    return AddressSet.union_of((NAT64.network + first, NAT64.network + last) for first, last in ipv4.spans)


def ipv6_loss(destination: int) -> Loss | None:
    """Why a NAT gateway carries no packet to an IPv6 address, None where it is for NAT64 (**NATGW-16**)."""
    return (
        None if destination in NAT64 else Loss(Code.PROTOCOL_RESTRICTION, "NATGW-16", "a NAT gateway carries no IPv6")
    )
