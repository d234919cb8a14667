"""Chapter IGW: what an internet gateway carries."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import AddressSet
from reachsim.rules.addresses import PUBLIC, RFC1918, RFC6598
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss

_RFC1918 = "is a private address (RFC 1918), which is not on the internet"
_RFC6598 = "is in 100.64.0.0/10, which is not on the internet"


AccessMode = Literal["off", "bidirectional", "ingress", "unknown"]
"""What Block Public Access stops (IGW-14); `unknown`: nobody knows which of them."""
Exclusion = Literal["allow-bidirectional", "allow-egress", "unknown"]
"""What an exclusion from it lets through; `unknown`: nobody knows, or whether it is there."""


class PublicAccess(Enum):
    """What Block Public Access leaves to a subnet (IGW-14)."""

    OPEN = "open"
    """Everything."""
    EGRESS = "egress"
    """What a NAT gateway or an egress-only gateway lets out, and the answers."""
    NONE = "none"
    """Nothing."""
    UNKNOWN = "unknown"
    """Nobody knows."""


def public_access(mode: AccessMode, exclusion: Exclusion | None) -> PublicAccess:
    """What a mode leaves to a place with an exclusion, or without one (**IGW-14**).

    An exclusion for what goes out alone lets out what the mode `ingress` would, and means nothing in that mode.
    """
    if mode == "off" or exclusion == "allow-bidirectional":
        return PublicAccess.OPEN
    if "unknown" in (mode, exclusion):
        return PublicAccess.UNKNOWN
    return PublicAccess.EGRESS if mode == "ingress" or exclusion == "allow-egress" else PublicAccess.NONE


def access_loss(access: PublicAccess, place: str, *, translated: bool, outbound: bool) -> Loss | None:
    """Why Block Public Access stops a packet at a gateway, or None (**IGW-14**). What is not known stops nothing here.

    `place`: the subnet of the interface whose address the gateway sees, in words; of what a NAT gateway sends, that is the
    NAT gateway's. `translated`: it is of a NAT gateway, or of an egress-only gateway. `outbound`: of a flow that starts
    inside.
    """
    if access in (PublicAccess.OPEN, PublicAccess.UNKNOWN) or (
        access is PublicAccess.EGRESS and translated and outbound
    ):
        return None
    text = f"Block Public Access lets nothing of {place} through"
    if access is PublicAccess.EGRESS:
        text = (
            f"Block Public Access lets through what NAT gateways and egress-only gateways of {place} send, nothing else"
        )
    return Loss(Code.VPC_BLOCK_PUBLIC_ACCESS_ENABLED, "IGW-14", text)


def is_private_ipv6(address: int, held: AddressSet) -> bool:
    """Whether an IPv6 address is not on the internet (**IGW-15**). `held`: the blocks that its VPC holds as private."""
    return address > IPV4_LAST and (address not in PUBLIC or address in held)


def egress_loss(source: int, destination: int, *, owned: bool, public: int | None, held: AddressSet) -> Loss | None:
    """Why a packet that leaves a VPC is lost at its internet gateway, or None (**IGW-4**, **IGW-5**, **IGW-7**, IGW-15).

    `owned`: its source is a private address of some interface of that VPC, not always of the one that sends: AWS's
    middleboxes forward unchanged what others sent (IGW-7). `public`: the public address that takes its source's place (the
    source itself for IPv6, IGW-8); None where it has none. `held`: the IPv6 blocks that the VPC holds as private.
    """
    if destination in RFC1918:
        return _private(
            Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS, "IGW-5", "destination", destination, _RFC1918
        )
    if destination in RFC6598:
        return _private(
            Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS, "IGW-5", "destination", destination, _RFC6598
        )
    if not owned:  # IGW-7
        text = f"no interface of the VPC has the source address {format_address(source)}"
        return Loss(Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, "IGW-7", text)
    if public is None:  # IGW-4
        text = f"the source {format_address(source)} has no public address"
        return Loss(Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "IGW-4", text)
    if is_private_ipv6(source, held):
        text = f"the source {format_address(source)} is private IPv6, which is not on the internet"
        return Loss(Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "IGW-15", text)
    return None


def ingress_loss(source: int) -> Loss | None:
    """Why a packet from the internet is lost at the gateway for its source, or None (**IGW-6**)."""
    if source in RFC1918:
        return _private(Code.IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS, "IGW-6", "source", source, _RFC1918)
    if source in RFC6598:
        return _private(Code.IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS, "IGW-6", "source", source, _RFC6598)
    return None


def _private(code: Code, rule: str, end: str, address: int, what: str) -> Loss:
    """The loss of a packet with an address that is not on the internet. `end`: "source" or "destination"."""
    return Loss(code, rule, f"the {end} {what}", f"the {end} {format_address(address)} {what}")


def scope_of_pool(told: str, *, public_alone: bool, advertised: bool | None) -> str:
    """Whether IPv6 blocks of a pool of IPAM are on the internet (IGW-15): `public` or `private`; empty where nothing tells,
    or where one is public and not to be advertised.

    `told`: what is known of its scope, or empty. `public_alone`: it has a source of public addresses, or is for a service of
    AWS's, which AWS takes for pools of the public scope alone.
    """
    scope = told or ("public" if public_alone else "")
    return "" if scope == "public" and advertised is False else scope


def from_own_pool(*pools: object) -> bool:
    """Whether an Elastic IP comes out of a pool of one's own, so that rules may name it before it is there (IGW-3). `pools`:
    what names one, None where nothing does; `amazon` is AWS's own."""
    return any(pool not in (None, "amazon") for pool in pools)
