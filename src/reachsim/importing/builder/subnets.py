"""Subnets, also those that only their interfaces tell of."""

from __future__ import annotations

import re
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.ipv6 import block_of_subnet
from reachsim.importing.builder.zones import stand_in, zone_of, zones_matter
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import Refused, block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.cidr import holds_block

_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_USUAL: Final = range(24, 29)
"""The sizes of which a subnet gets the first that is free, where its block is not known."""


def add_subnets(draft: Draft) -> None:
    """The subnets that were read, first those with a known block, then those that only interfaces tell of."""
    later: list[Item] = []

    def add(draft: Draft, item: Item) -> None:
        if isinstance(subnet_blocks(item).get("cidr"), Unknown):
            later.append(item)
        else:
            add_subnet(draft, item, subnet_blocks(item))

    draft.each("Subnets", add, _doubt, maybe=True)
    for item in later:
        choose_block(draft, item)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "where it is", reason)


def choose_block(draft: Draft, item: Item) -> None:
    """A subnet of which the block is not known: any free one of its VPC will do, where no rule tells such blocks apart."""
    blocks = subnet_blocks(item)
    reason = blocks["cidr"].reason
    vpc = item.either("VpcId")
    chosen = None if vpc not in draft.names else free_block(draft, str(vpc))
    if chosen is None:
        _doubt(draft, item, reason)
        return
    draft.note("assumed", item.id, f"its block is not known ({reason}); {chosen} stands for it", item)
    add_subnet(draft, item, {**blocks, "cidr": chosen})


def free_block(draft: Draft, vpc: str) -> str | None:
    """A block of a VPC for a subnet of which the block is not known; None where it would matter which."""
    taken = [Cidr.parse(body["cidr"]) for body in draft.section(vpc, "subnets").values() if "cidr" in body]
    own = draft.found.one("Vpcs", vpc)
    for text in draft.body(vpc)["cidrs"]:
        whole = Cidr.parse(text)
        told = own is not None and not own.members("CidrBlockAssociationSet").unknown
        told = told and not isinstance(own and own.either("CidrBlock"), Unknown)
        if whole.version == 4 and (draft.choices.indifferent(whole) if told else draft.choices.private):
            for length in _USUAL:
                if length >= whole.prefix_length:
                    for each in whole.subnets(length):
                        if not any(each.overlaps(other) for other in taken):
                            return str(each)
    return None


def add_subnet(draft: Draft, item: Item, blocks: dict[str, Any]) -> None:
    """A subnet with its blocks and zone; its table and its ACL come with those. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc or not blocks:
        draft.note("left out", item.id, "it tells no VPC or no block", item)
        return
    name = draft.naming.name(f"{vpc} subnets", item.name, item.id)
    body: Data = {key: text for key, text in blocks.items() if not isinstance(text, Unknown)}
    if isinstance(blocks.get("ipv6_cidr"), Unknown):
        chosen = block_of_subnet(draft, vpc)
        if chosen is None:
            draft.unknown(item, "its IPv6 block", blocks["ipv6_cidr"].reason)
        else:
            body["ipv6_cidr"] = chosen
    zone = zone_of(draft, item)
    if isinstance(zone, str) and zone and cleaned(zone) == zone:
        body["az"] = zone
        region = _REGION.match(zone)
        if region is not None:
            draft.body(vpc).setdefault("region", region[0])
    elif isinstance(zone, Unknown):
        if zones_matter(draft):
            draft.unknown(item, "its zone", zone.reason)
        standing = stand_in(draft, vpc, name)
        if standing is not None:
            body["az"] = standing
    found = draft.found
    if not found.collected("NetworkInterfaces", vpc) and not found.collected("Instances", vpc):
        body["interfaces"] = UNKNOWN
    elif is_seen_by_participants(draft, vpc):
        body["interfaces"] = UNKNOWN
        draft.unknown(item, "what else is in it", "its owner's account was not collected")
    draft.section(vpc, "subnets")[name] = body
    draft.place(item, ("vpcs", draft.names[vpc], "subnets", name), vpc)


def is_seen_by_participants(draft: Draft, vpc: str) -> bool:
    """Whether only accounts were collected that share the VPC's subnets, and see interfaces and groups of their own alone.

    Its owner has a group in it at least, the default one.
    """
    described = draft.found.one("Vpcs", vpc)
    owner = described.either("OwnerId") if described is not None else None
    owners = {each.either("OwnerId") for each in draft.inside("SecurityGroups", vpc)} - {None}
    return isinstance(owner, str) and bool(owners) and owner not in owners


def subnet_blocks(item: Item) -> dict[str, Any]:
    """The blocks of a subnet as a design writes them; `Unknown` in place of one that is not known."""
    out: dict[str, Any] = {}
    if item.either("CidrBlock"):
        out["cidr"] = _read(item.either("CidrBlock"))
    listed = item.certain("Ipv6CidrBlockAssociationSet")
    for each in listed.known:
        state, told = state_of(each, "Ipv6CidrBlockState"), each.either("Ipv6CidrBlock")
        if told and (isinstance(state, Unknown) or holds_block(state)):
            out["ipv6_cidr"] = state if isinstance(state, Unknown) else _read(told)
    return {"ipv6_cidr": listed.unknown[0], **out} if listed.unknown else out


def state_of(association: Fields, key: str) -> Any:
    """The state of the association of a block; None where it is not told."""
    holder = association.either(key)
    return holder.either("State") if isinstance(holder, Fields) else holder


def _read(value: Any) -> Any:
    try:
        return value if isinstance(value, Unknown) else block(value)
    except Refused as error:
        return Unknown(str(error))
