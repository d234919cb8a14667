"""Chapter TGW: which route a transit gateway takes, and what is propagated to it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from enum import IntEnum

from reachsim.net.cidr import Cidr


class Priority(IntEnum):
    """Where a route of a transit gateway comes from; for one destination the lower wins (**TGW-4**).

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
    propagated (**TGW-10**, **CIDR-8**)."""
    out: list[tuple[Cidr, str, Priority]] = []
    taken: list[
        tuple[int, int, str]
    ] = []  # blocks of VPCs that are propagated, in order of address, each apart from others
    for block, name, priority in propagated:
        if priority is Priority.VPC:
            low, high = block.span
            first = bisect_left(taken, (low,))
            first -= bool(first and taken[first - 1][1] >= low)
            last = first
            while last < len(taken) and taken[last][0] <= high:
                last += 1
            around = taken[first:last]
            if any(owner != name for _, _, owner in around):
                continue
            taken[first:last] = [
                (min([low, *(a for a, _, _ in around)]), max([high, *(b for _, b, _ in around)]), name)
            ]
        out.append((block, name, priority))
    return out
