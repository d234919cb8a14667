"""Chapter IGW: what an internet gateway carries."""

from __future__ import annotations

from reachsim.net.address import format_address
from reachsim.rules.addresses import RFC1918, RFC6598
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


def egress_loss(source: int, destination: int, *, mapped: bool, spoofed: bool) -> Loss | None:
    """Why a packet that leaves a VPC is lost at its internet gateway, or None.

    `mapped`: its source has a public address (IPv4), or is an address of an interface (IPv6, IGW-8), in that VPC.
    `spoofed`: it was forwarded by another interface, which did not put its own address in (IGW-7).
    """
    if destination in RFC1918:  # IGW-5
        return Loss(
            Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS,
            "IGW-5",
            f"{format_address(destination)} is a private address (RFC 1918), and no private address is on the internet",
        )
    if destination in RFC6598:  # IGW-5
        return Loss(
            Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS,
            "IGW-5",
            f"{format_address(destination)} is in 100.64.0.0/10, which is not on the internet",
        )
    if spoofed:  # IGW-7
        return Loss(
            Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC,
            "IGW-7",
            f"the source {format_address(source)} was not replaced by the forwarding instance (no masquerade),"
            " and it is not an address of the interface that sends",
        )
    if mapped:
        return None
    return Loss(  # IGW-4
        Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS,
        "IGW-4",
        f"the source {format_address(source)} has no public address",
    )


def ingress_loss(source: int) -> Loss | None:
    """Why a packet from the internet is lost at the gateway for its source, or None (IGW-6)."""
    if source in RFC1918:
        return Loss(
            Code.IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS,
            "IGW-6",
            f"the source {format_address(source)} is a private address (RFC 1918)",
        )
    if source in RFC6598:
        return Loss(
            Code.IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS,
            "IGW-6",
            f"the source {format_address(source)} is in 100.64.0.0/10",
        )
    return None
