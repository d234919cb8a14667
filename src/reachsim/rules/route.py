"""Chapter ROUTE: which route a VPC's router takes, and which routes AWS refuses to create."""

from __future__ import annotations

from collections.abc import Container, Iterable
from enum import IntEnum
from typing import Final

from reachsim.errors import with_article
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, Cidr
from reachsim.rules.refusal import Refusal


class RouteOrigin(IntEnum):
    """Where a route comes from; at equal length the lower wins (**ROUTE-6**)."""

    LOCAL = 0
    STATIC = 1
    PREFIX_LIST = 2
    DIRECT_CONNECT = 3
    VPN_STATIC = 4
    VPN_BGP = 5


DEFAULT: Final = str(EVERY_IPV4)
"""The destination of the default route of IPv4, as a table writes it."""


def default_for(address: int) -> str:
    """The destination of the default route for an address, of either family."""
    return DEFAULT if address <= IPV4_LAST else str(EVERY_IPV6)


RESERVED_DESTINATIONS: Final = (Cidr.parse("169.254.168.0/22"), Cidr.parse("fd00:ec2::/32"))
"""Ranges that no route carries (**ROUTE-17**)."""


def outranks(new: tuple[RouteOrigin, str], old: tuple[RouteOrigin, str]) -> bool:
    """Whether the new of two routes with one destination is taken (**ROUTE-6**, **ROUTE-19**).

    Each is its origin and the name of its prefix list ("" without one). Between two lists AWS picks arbitrarily; we
    take the lower name and the loader warns. The longest prefix comes before all this, also where the
    longest is a blackhole (ROUTE-13).
    """
    return new < old


def local_routes(vpc_blocks: Iterable[Cidr], replaced: Container[Cidr]) -> list[Cidr]:
    """The destinations of the local routes that every table of a VPC has: each block of the VPC, of either family
    (**ROUTE-1**), but for those of which the table has a route of its own, which takes the place of the local one
    (**ROUTE-9**)."""
    return [block for block in vpc_blocks if block not in replaced]


def route_refusal(
    destination: Cidr, target_kind: str, vpc_blocks: Iterable[Cidr], subnets: Iterable[Cidr]
) -> Refusal | None:
    """Why AWS would not create a static route, or None (**ROUTE-1**, **ROUTE-8**, **ROUTE-9**, **ROUTE-17**).

    `target_kind`: "instance", "interface", "nat gateway", "local", "unknown" or any other kind of target.
    Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
    """
    for reserved in RESERVED_DESTINATIONS:
        if destination in reserved:
            return Refusal("ROUTE-17", f"no route may lead into {reserved}, which AWS keeps for its own services", None)
    inside = [block for block in vpc_blocks if destination in block]
    if not inside:
        return (
            Refusal("ROUTE-1", f"'local' is for the VPC's own blocks, and {destination} is not one of them", None)
            if target_kind == "local"
            else None
        )
    if target_kind == "local":
        if destination in vpc_blocks:
            return None
        return Refusal(
            "ROUTE-1", f"the local route is for the whole block {inside[0]}, not a part of it", f"write {inside[0]}"
        )
    if target_kind not in (*MIDDLEBOXES, "unknown"):
        return Refusal(
            "ROUTE-8",
            f"inside the VPC's own block {inside[0]} a route may lead only to a NAT gateway, an instance, an interface or a"
            " Gateway Load Balancer endpoint",
            "remove the route; the local route carries this traffic",
        )
    if destination not in inside and destination not in set(subnets):
        return Refusal(
            "ROUTE-8",
            f"{destination} lies inside the VPC's block {inside[0]} but is not the whole block of a subnet",
            "name a subnet's whole block",
        )
    return None


def gateway_route_refusal(
    destination: Cidr, target_kind: str, vpc_blocks: Iterable[Cidr], subnets: Iterable[Cidr]
) -> Refusal | None:
    """Why AWS would not take a route in a gateway's route table, or None (**ROUTE-21**): only a whole block of the VPC or of
    a subnet, and only to `local`, an interface or a Gateway Load Balancer endpoint. One that is not known is one of these.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
    """
    if destination not in {*vpc_blocks, *subnets}:
        text = f"a gateway's route table leads only to whole blocks of the VPC or of its subnets, and {destination} is none"
        return Refusal("ROUTE-21", text, "name a subnet's whole block")
    if target_kind not in {"local", "instance", "interface", *_INSPECTION, "unknown"}:
        text = f"a gateway's route table leads to an interface or an inspection endpoint, not to {with_article(target_kind)}"
        return Refusal("ROUTE-21", text, "name the appliance")
    return None


def propagates(block: Cidr, vpc_blocks: Iterable[Cidr]) -> bool:
    """Whether a propagated route is of any use: inside the VPC's own blocks it never beats the local one (**ROUTE-7**)."""
    return not any(block in own for own in vpc_blocks)


_INSPECTION: Final = frozenset({"VPC endpoint", "Network Firewall endpoint"})
"""Gateway Load Balancer endpoints, also under another name (EP-11)."""
MIDDLEBOXES: Final = frozenset({"instance", "interface", "nat gateway", *_INSPECTION})
"""Targets that may take traffic away from the local route (**ROUTE-8**, ROUTE-9)."""
