"""VPCs with their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.subnets import subnet_blocks
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item, inner
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import block
from reachsim.net.cidr import Cidr

_WIDEST: Final = 16
PLACEHOLDER: Final = "10.0.0.0/16"
"""The block of a VPC of which nothing is known but groups, tables or ACLs: nothing can be in it."""


def add_vpcs(draft: Draft) -> None:
    """Every VPC that was read, or that something is in."""
    for vpc in draft.vpc_ids():
        draft.found.reserve(vpc, "Vpcs")
        add_vpc(draft, vpc)


def add_vpc(draft: Draft, vpc: str) -> None:
    """A VPC with its blocks; those of one that was not read are as far as its subnets tell."""
    item = draft.found.one("Vpcs", vpc)
    blocks = [] if item is None else list(_vpc_blocks(item))
    wanted = "" if item is None else item.name
    name = draft.naming.name("vpcs", wanted, vpc)
    body: Data = {"cidrs": blocks}
    account = cleaned(str(item.get("OwnerId") or "")) if item is not None else ""
    if account:
        body["account"] = account
    if not blocks:
        body["cidrs"] = list(dict.fromkeys(likely_blocks(draft, vpc)))
        draft.note("unknown", name, "it was not collected; its blocks are as far as local routes and subnets tell")
    if not body["cidrs"]:
        body["cidrs"] = [PLACEHOLDER]
        draft.note(
            "assumed", name, f"no block of it is known; {PLACEHOLDER} stands for it, and no subnet of it is there"
        )
    draft.vpcs[name] = body
    draft.names[vpc] = name
    draft.out.names[vpc] = name
    if item is not None:
        draft.out.origins["vpcs", name] = item.origin


def likely_blocks(draft: Draft, vpc: str) -> Iterator[str]:
    """The blocks of a VPC that was not read: those of its local routes and of peerings, or else of its subnets."""
    told = False
    for table in draft.found.of("RouteTables"):
        for route in table.list("Routes") if table.get("VpcId") == vpc else ():
            text = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
            if target_of(route) == "local" and text:
                told = True
                yield block(text)
    for peering in draft.found.of("VpcPeeringConnections"):
        for key in ("RequesterVpcInfo", "AccepterVpcInfo"):
            side = inner(peering, key)
            if side.get("VpcId") == vpc and side.get("CidrBlock"):
                told = True
                yield block(side["CidrBlock"])
    if not told:
        inside = [subnet_blocks(subnet) for subnet in draft.found.of("Subnets") if subnet.get("VpcId") == vpc]
        yield from covering(body["cidr"] for body in inside if "cidr" in body)


def covering(texts: Iterable[str]) -> list[str]:
    """The smallest IPv4 block that holds some blocks; those of /16 around each where that would be wider than a VPC's."""
    blocks = sorted(Cidr.parse(text) for text in texts)
    if not blocks:
        return []
    last = blocks[-1]
    length = min(block.prefix_length for block in blocks)
    while length > _WIDEST and last not in blocks[0].supernet(length):
        length -= 1
    if last in blocks[0].supernet(length):
        return [str(blocks[0].supernet(length))]
    return list(dict.fromkeys(str(block.supernet(min(_WIDEST, block.prefix_length))) for block in blocks))


def _vpc_blocks(item: Item) -> Iterator[str]:
    for key, text in (("CidrBlockAssociationSet", "CidrBlock"), ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")):
        found = False
        for each in item.list(key):
            state = inner(each, f"{text}State")
            if state.get("State", "associated") in ("associated", "associating") and each.get(text):
                found = True
                yield block(each[text])
        if key == "CidrBlockAssociationSet" and not found and item.get("CidrBlock"):
            yield block(item.get("CidrBlock"))
