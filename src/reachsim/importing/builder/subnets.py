"""Subnets, also those that only their interfaces tell of."""

from __future__ import annotations

import re
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import every_interface
from reachsim.importing.inventory import Item, inner
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import block
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


def add_subnets(draft: Draft) -> None:
    """The subnets that were read, then those that only interfaces tell of."""
    for subnet in draft.found.of("Subnets"):
        if subnet.get("VpcId") in draft.names and subnet_blocks(subnet):
            add_subnet(draft, subnet)
        else:
            draft.note("left out", subnet.id, "it tells no VPC or no block", subnet)
    add_strange_subnets(draft)


def add_subnet(draft: Draft, item: Item) -> None:
    """A subnet with its blocks, zone, table and ACL."""
    vpc = str(item.get("VpcId"))
    name = draft.naming.name(f"{vpc} subnets", item.name, item.id)
    body: Data = dict(subnet_blocks(item))
    zone = item.get("AvailabilityZone")
    if zone and cleaned(zone) == zone:
        body["az"] = zone
        region = _REGION.match(zone)
        if region is not None:
            draft.body(vpc).setdefault("region", region[0])
    if not draft.found.collected("NetworkInterfaces") and not draft.found.collected("Instances"):
        body["interfaces"] = UNKNOWN
    draft.section(vpc, "subnets")[name] = body
    draft.place(item, ("vpcs", draft.names[vpc], "subnets", name), vpc)


def add_strange_subnets(draft: Draft) -> None:
    """Subnets of interfaces that were not read themselves: blocks of 16 addresses around those that are known."""
    held: dict[str, list[Item]] = {}
    for interface in every_interface(draft.found):
        subnet = interface.get("SubnetId")
        if subnet and subnet not in draft.names and interface.get("VpcId") in draft.names:
            held.setdefault(subnet, []).append(interface)
    for id, members in held.items():
        vpc = str(members[0].get("VpcId"))
        texts = [text for each in members for text in _private_ips(each)]
        if not texts:
            continue
        values = [int(parse_address(text)) for text in texts]
        length = next(n for n in range(28, 15, -1) if values[0] >> (32 - n) == values[-1] >> (32 - n) or n == 16)
        covering = Cidr.parse_lenient(f"{texts[0]}/{length}")
        name = draft.naming.name(f"{vpc} subnets", "", id)
        draft.section(vpc, "subnets")[name] = {
            "cidr": str(covering), "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
        }  # fmt: skip
        draft.names[id], draft.vpc_of[id] = name, vpc
        draft.out.names[id] = f"{draft.names[vpc]}.{name}"
        draft.note(
            "unknown", name, f"subnet {id} was not collected: its block, table, ACL and interfaces are not known"
        )
        known = draft.body(vpc)["cidrs"]
        if not any(covering in Cidr.parse(text) for text in known):
            known.append(str(covering))


def subnet_blocks(item: Item) -> dict[str, str]:
    out: dict[str, str] = {}
    if item.get("CidrBlock"):
        out["cidr"] = block(item.get("CidrBlock"))
    for each in item.list("Ipv6CidrBlockAssociationSet"):
        if inner(each, "Ipv6CidrBlockState").get("State", "associated") == "associated" and each.get("Ipv6CidrBlock"):
            out["ipv6_cidr"] = block(each["Ipv6CidrBlock"])
    return out


def _private_ips(item: Item) -> list[str]:
    listed = [each.get("PrivateIpAddress") for each in item.list("PrivateIpAddresses")]
    return [str(text) for text in (listed or [item.get("PrivateIpAddress")]) if text]
