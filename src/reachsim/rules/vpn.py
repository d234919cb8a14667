"""Chapter VPN: what virtual private gateways and connections carry."""

from __future__ import annotations

from reachsim.net.address import IPV4_LAST, format_address
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


def outbound_loss(source: int, *, owned: bool) -> Loss | None:
    """Why a virtual private gateway does not take a packet from its VPC, or None: its source must be a private address of an
    interface there, so nothing passes in transit (**VPN-3**).

    Source: https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
    """
    if owned:
        return None
    text = f"the source {format_address(source)} is not a private address of an interface in the gateway's VPC"
    return Loss(Code.VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS, "VPN-3", text)


def inbound_loss(destination: int, *, owned: bool) -> Loss | None:
    """Why a virtual private gateway does not deliver a packet into its VPC, or None (**VPN-3**)."""
    if owned:
        return None
    text = f"{format_address(destination)} is not a private address of an interface in the gateway's VPC"
    return Loss(Code.VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, "VPN-3", text)


def family_loss(address: int, *, carries_ipv6: bool) -> Loss | None:
    """Why a connection does not carry an address family, or None: a VPN on a virtual private gateway carries no IPv6
    (**IPV6-6**)."""
    if address <= IPV4_LAST or carries_ipv6:
        return None
    return Loss(Code.PROTOCOL_RESTRICTION, "IPV6-6", "a VPN on a virtual private gateway carries no IPv6")
