"""Chapter TGW: which route a transit gateway takes, and what is propagated to it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from reachsim.net.cidr import Cidr


class Priority(IntEnum):
    """Where a route of a transit gateway comes from; for one destination the lower wins (TGW-4).

    Source: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """

    STATIC = 0
    PREFIX_LIST = 1
    VPC = 2
    DIRECT_CONNECT = 3
    CONNECT = 4
    VPN = 6


def without_overlaps(propagated: Iterable[tuple[Cidr, str, Priority]]) -> list[tuple[Cidr, str, Priority]]:
    """What attachments propagate, in the order of attaching: a VPC's block that overlaps one of a VPC attached before is not
    propagated (TGW-10, CIDR-8)."""
    out: list[tuple[Cidr, str, Priority]] = []
    taken: list[tuple[Cidr, str]] = []
    for block, name, priority in propagated:
        if priority is Priority.VPC:
            if any(owner != name and (block in other or other in block) for other, owner in taken):
                continue
            taken.append((block, name))
        out.append((block, name, priority))
    return out
