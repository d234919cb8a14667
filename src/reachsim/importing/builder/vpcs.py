"""VPCs with their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.ipv6 import blocks_of_vpc
from reachsim.importing.builder.subnets import state_of, subnet_blocks
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item, Members, Unknown
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import Refused, block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.cidr import holds_block

_WIDEST: Final = 16
PLACEHOLDER: Final = "10.0.0.0/16"
"""The block of a VPC of which no block is known."""


def add_vpcs(draft: Draft) -> None:
    """Every VPC that was read, or that something is in."""
    for vpc in draft.vpc_ids:
        draft.found.reserve(vpc, "Vpcs")
        add_vpc(draft, vpc)


def add_vpc(draft: Draft, vpc: str) -> None:
    """A VPC with its blocks; those of one that was not read are as far as its subnets tell."""
    item = draft.found.one("Vpcs", vpc)
    blocks = Members() if item is None else vpc_blocks(item)
    given = {} if item is None else blocks_of_vpc(draft, item)
    blocks = Members((*blocks.known, *given.values()), tuple(each for each in blocks.unknown if each not in given))
    name = draft.naming.name("vpcs", "" if item is None else item.name, vpc)
    body: Data = {"cidrs": list(dict.fromkeys(blocks.known))}
    if item is not None:
        _scopes(draft, item, body, given)
    account = None if item is None else item.either("OwnerId")
    if isinstance(account, str) and cleaned(account):
        body["account"] = cleaned(account)
    region = None if item is None else item.either("Region")
    if isinstance(region, str) and region:
        body["region"] = region
    if not blocks.known:
        body["cidrs"] = list(dict.fromkeys(likely_blocks(draft, vpc)))
        if item is None or not blocks.unknown:
            draft.note("unknown", name, "it was not collected; its blocks are as far as local routes and subnets tell")
    elif blocks.unknown:
        body["cidrs"] += outside(draft, vpc, body["cidrs"])
    if item is not None and blocks.unknown:
        draft.unknown(item, "a block of it" if blocks.known else "its block", blocks.reason)
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
    for table in draft.inside("RouteTables", vpc):
        for route in table.members("Routes").known:
            text = route.either("DestinationCidrBlock") or route.either("DestinationIpv6CidrBlock")
            if target_of(route) == "local" and isinstance(text, str):
                told = True
                yield block(text)
    for peering in draft.found.of("VpcPeeringConnections"):
        for key in ("RequesterVpcInfo", "AccepterVpcInfo"):
            side = peering.either(key)
            if side is None or isinstance(side, Unknown) or side.either("VpcId") != vpc:
                continue
            if isinstance(side.either("CidrBlock"), str):
                told = True
                yield block(side.either("CidrBlock"))
    if not told:
        inside = [subnet_blocks(subnet) for subnet in draft.inside("Subnets", vpc)]
        yield from covering(body["cidr"] for body in inside if isinstance(body.get("cidr"), str))


def outside(draft: Draft, vpc: str, known: list[str]) -> list[str]:
    """Where subnets of a VPC are outside its known blocks: in one that is not known."""
    blocks = [Cidr.parse(text) for text in known]
    inside = (subnet_blocks(subnet).get("cidr") for subnet in draft.inside("Subnets", vpc))
    told = [text for text in inside if isinstance(text, str)]
    return covering(text for text in told if not any(Cidr.parse(text) in each for each in blocks))


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


def vpc_blocks(item: Item) -> Members:
    """The blocks of a VPC, the primary one first, and why there may be others."""
    known: list[str] = []
    unknown: list[Unknown] = []
    for key, text in (("CidrBlockAssociationSet", "CidrBlock"), ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")):
        listed = item.certain(key)
        unknown += listed.unknown
        found = bool(listed.unknown)
        for each in listed.known:
            state = state_of(each, f"{text}State")
            told = each.either(text)
            if told is None or (isinstance(state, str) and not holds_block(state)):
                continue
            found = True
            _sort(state if isinstance(state, Unknown) else told, known, unknown)
        if key == "CidrBlockAssociationSet" and not found and item.either("CidrBlock") is not None:
            _sort(item.either("CidrBlock"), known, unknown)
    return Members(tuple(known), tuple(unknown))


def _scopes(draft: Draft, item: Item, body: Data, given: Mapping[Unknown, str]) -> None:
    """The IPv6 blocks of a VPC that AWS holds as private (IGW-15); `unknown` where nothing tells it of one that looks
    public. `given`: what stands for blocks that are not known."""
    held: list[str] = []
    for each in item.certain("Ipv6CidrBlockAssociationSet").known:
        told, scope = each.either("Ipv6CidrBlock"), each.either("Ipv6AddressAttribute")
        text = given.get(told) if isinstance(told, Unknown) else _block(told)
        if text is None or text not in body["cidrs"]:
            continue
        if isinstance(scope, Unknown) and Cidr.parse(text).span[0] in PUBLIC:
            draft.unknown(item, f"whether {text} is of IPAM's private scope", scope.reason)
            body["private_ipv6"] = UNKNOWN
            return
        if scope == "private" or each.either("IpSource") == "none":
            held.append(text)
    if held:
        body["private_ipv6"] = held


def _block(value: str | None) -> str | None:
    try:
        return None if value is None else block(value)
    except Refused:
        return None


def _sort(value: str | Unknown, known: list[str], unknown: list[Unknown]) -> None:
    if isinstance(value, Unknown):
        unknown.append(value)
        return
    try:
        known.append(block(value))
    except Refused as error:
        unknown.append(Unknown(str(error)))
