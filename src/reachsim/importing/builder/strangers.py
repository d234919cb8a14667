"""Subnets that only what is in them tells of: their table, their ACL and what else is in them are not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reachsim.importing.builder.draft import Draft
from reachsim.importing.builder.interfaces import every_interface
from reachsim.importing.builder.subnets import free_block
from reachsim.importing.defaults import DEFAULT_SUBNET
from reachsim.importing.inventory import Fields, Item, Reading, Unknown
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

_GROUPS: Final = ("Groups", "SecurityGroupIds")
_FUNCTION: Final = "VpcConfig"


def add_strange_subnets(draft: Draft) -> None:
    """Subnets of interfaces, services and functions that were not read themselves: blocks around the addresses that are
    known, or any that are free where AWS will choose."""
    interfaces: dict[str, list[Item]] = {}
    others: dict[str, list[Item]] = {}
    for item in draft.found.of("NetworkInterfaces"):
        _give_subnets(draft, item, "SubnetId", f"{item.id}/subnet")
    for item in draft.found.of("PossibleInterfaces"):
        _give_subnets(draft, item, "SubnetIds", [f"{item.id}/subnet {number}" for number in (1, 2)])
    for interface in every_interface(draft.found):
        subnet = interface.either("SubnetId")
        if isinstance(subnet, str):
            interfaces.setdefault(subnet, []).append(interface)
    for item in draft.found.of("PossibleInterfaces"):
        for id in item.members("SubnetIds").known:
            if isinstance(id, str):
                others.setdefault(id, []).append(item)
    for item in draft.found.of("Functions"):
        config = item.either(_FUNCTION)
        if isinstance(config, Fields):
            for id in config.members("SubnetIds").known:
                if isinstance(id, str):
                    others.setdefault(id, []).append(Item(item.id, config.attributes, item.origin))
    for id in dict.fromkeys((*interfaces, *others)):
        if id not in draft.names and id != DEFAULT_SUBNET and draft.found.one("Subnets", id) is None:
            add_strange_subnet(draft, id, interfaces.get(id, []), others.get(id, []))


def _give_subnets(draft: Draft, item: Item, key: str, ids: str | list[str]) -> None:
    """Put subnets of which nothing is known in place of any that a VPC has of which none was read."""
    told = item.members(key)
    vague = told.unknown and not told.known and not getattr(told.unknown[0], "candidates", ())
    vpc = _home(draft, item) if vague else ""
    if vpc and vpc not in draft.found.created and not draft.inside("Subnets", vpc):
        kind = draft.found.items["NetworkInterfaces" if key == "SubnetId" else "PossibleInterfaces"]
        kind[item.id] = replace(item, attributes={**item.attributes, key: ids})


def _home(draft: Draft, item: Item) -> str:
    """The VPC that something says it is in, or its groups do; empty where neither tells one that the design has."""
    told = item.either("VpcId")
    if isinstance(told, str):
        return told if told in draft.names else ""
    groups = [draft.found.one("SecurityGroups", id) for id in _groups(item)]
    homes = {group.either("VpcId") for group in groups if group is not None}
    home = homes.pop() if len(homes) == 1 else None
    return home if isinstance(home, str) and home in draft.names else ""


def _groups(item: Item) -> Iterator[str]:
    for key in _GROUPS:
        for each in item.members(key).known:
            id = each.either("GroupId") if isinstance(each, Reading) else each
            if isinstance(id, str):
                yield id


def add_strange_subnet(draft: Draft, id: str, interfaces: list[Item], others: list[Item]) -> None:
    """One subnet that only what is in it tells of: interfaces, and what AWS will give interfaces there."""
    members = [*interfaces, *others]
    vpc = next(filter(None, (_home(draft, each) for each in members)), "")
    values = sorted(int(parse_address(text)) for each in members for text in _private_ips(each))
    given_later = not interfaces or any(isinstance(each.either("PrivateIpAddress"), Unknown) for each in members)
    made = vpc in draft.found.created  # of a VPC that the file makes it tells all subnets
    free = free_block(draft, vpc) if vpc and not made and given_later and not values else None
    if not vpc or not (values or free):
        return
    covering = Cidr.parse(free) if free is not None else _around(values)
    name = draft.naming.name(f"{vpc} subnets", "", id)
    draft.section(vpc, "subnets")[name] = {
        "cidr": str(covering), "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
    }  # fmt: skip
    draft.names[id], draft.vpc_of[id] = name, vpc
    draft.out.names[id] = f"{draft.names[vpc]}.{name}"
    draft.note("unknown", name, f"subnet {id} was not collected: its block, table, ACL and interfaces are not known")
    known = draft.body(vpc)["cidrs"]
    if not any(covering in Cidr.parse(text) for text in known):
        known.append(str(covering))


def _around(values: list[int]) -> Cidr:
    """The smallest usual block of a subnet that holds some addresses, in order."""
    length = next(n for n in range(28, 15, -1) if values[0] >> (32 - n) == values[-1] >> (32 - n) or n == 16)
    return Cidr.single(values[0]).supernet(length)


def _private_ips(item: Item) -> Iterator[str]:
    listed = [each.either("PrivateIpAddress") for each in item.members("PrivateIpAddresses").known]
    yield from (each for each in (listed or [item.either("PrivateIpAddress")]) if isinstance(each, str) and each)
