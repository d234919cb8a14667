"""What stands for the IPv6 blocks that Amazon will give, which no file knows before: any will do, where no rule or route is
about a part of them (IPV6-1)."""

from __future__ import annotations

from itertools import count

from reachsim.importing.builder.draft import Draft
from reachsim.importing.defaults import stand_in
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.net.cidr import Cidr

_OF_A_SUBNET = 64


def blocks_of_vpc(draft: Draft, item: Item) -> dict[Unknown, str]:
    """By what a file says of a block that is not known: what stands for it; empty where it would matter which."""
    told = (each.either("Ipv6CidrBlock") for each in item.certain("Ipv6CidrBlockAssociationSet").known)
    unknown = [each for each in told if isinstance(each, Unknown)]
    if not draft.choices.assigned:
        return {}
    given = _given(draft)
    free = (block for block in map(stand_in, count()) if block not in given)
    chosen = {why: next(free) for why in unknown}
    for block in chosen.values():
        draft.note("assumed", item.id, f"Amazon gives it an IPv6 block; {block} stands for it", item)
    return chosen


def _given(draft: Draft) -> set[str]:
    """The blocks of the VPCs that are there, and of those that are still to be read."""
    written = {text for body in draft.vpcs.values() for text in body["cidrs"]}
    for item in draft.found.of("Vpcs"):
        listed = item.members("Ipv6CidrBlockAssociationSet").known
        written |= {str(each.either("Ipv6CidrBlock")) for each in listed if isinstance(each, Fields)}
    return written


def block_of_subnet(draft: Draft, vpc: str) -> str | None:
    """A block of a VPC for a subnet of which the IPv6 block is not known; None where it would matter which."""
    taken = [Cidr.parse(body["ipv6_cidr"]) for body in draft.section(vpc, "subnets").values() if "ipv6_cidr" in body]
    for item in draft.inside("Subnets", vpc):
        listed = (each.either("Ipv6CidrBlock") for each in item.members("Ipv6CidrBlockAssociationSet").known)
        taken += [Cidr.parse_lenient(text) for text in listed if isinstance(text, str)]
    for whole in map(Cidr.parse, draft.body(vpc)["cidrs"]):
        if whole.version == 6 and draft.choices.indifferent(whole) and whole.prefix_length <= _OF_A_SUBNET:
            for each in whole.subnets(_OF_A_SUBNET):
                if not any(each.overlaps(other) for other in taken):
                    return str(each)
    return None
