"""What has addresses and was put nowhere: its subnet is not known, or none that was read. It may be in any VPC that it is
not known to be outside of, so each of these has a component of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Draft, called
from reachsim.importing.builder.interfaces import every_interface, owner_of
from reachsim.importing.builder.nature import nature
from reachsim.importing.builder.remainder import is_gone
from reachsim.importing.builder.vpcs import add_vpc
from reachsim.importing.inventory import NOT_READ, Fields, Item

_KINDS: Final = (
    "Instances", "PossibleInterfaces", "LoadBalancers", "LoadBalancerDescriptions", "VpcEndpoints", "Functions", NOT_READ,
)  # fmt: skip
_GROUPS: Final = ("SecurityGroups", "SecurityGroupIds", "Groups", "VpcSecurityGroups")
_PARTS: Final = ("NetworkInterfaces", "VpcConfig")
"""What tells groups in place of the object itself."""
_SUBNETS: Final = ("SubnetId", "SubnetIds", "Subnets")
_SOMEWHERE: Final = "somewhere"
"""A VPC for what may be in any, where none was read."""


def add_not_read(draft: Draft) -> None:
    """What is of a kind that is not read and has a place in subnets, or in a VPC: a component of which nothing is known. The
    endpoints of a Network Firewall start nothing and have no public address."""
    for item in draft.found.of(NOT_READ):
        kind = str(item.attributes["Kind"])
        firewall = "networkfirewall" in kind.replace("_", "").lower()
        draft.stand_in(item, f"{kind} is not read", "network_firewalls" if firewall else "unknown_components")


def add_unplaced(draft: Draft) -> None:
    """Components of which nothing is known, for what was put nowhere."""
    told: set[str] = set()
    every = list(draft.vpc_ids)
    for item in _lost(draft):
        if item.id in told or is_gone(item):
            continue
        told.add(item.id)
        reason = draft.doubted.get(item.id) or _why_nowhere(draft, item)
        for vpc in _candidates(draft, item, every):
            _assume_a_gateway(draft, vpc, item)
            name = draft.naming.name("targets", called(item), item.id)
            path = ("vpcs", draft.names[vpc], "unknown_components", name)
            draft.section(vpc, "unknown_components")[name] = {
                **nature(draft.found, item, draft.attached.get(item.id, ())),
                "why": reason,
            }
            draft.out.origins[path] = item.origin
            draft.out.names.setdefault(item.id, f"{draft.names[vpc]}.{name}")


def _why_nowhere(draft: Draft, item: Item) -> str:
    """Why it is not known in which subnet something is."""
    config = item.either("VpcConfig")
    zones = [each for each in item.members("AvailabilityZones").known if isinstance(each, Fields)]
    holders = (item, *zones, *([config] if isinstance(config, Fields) else []))
    ids = [id for each in holders for key in _SUBNETS for id in _items(each.either(key))]
    why = draft.found.why_missing(*ids)
    return f"in which subnet it is is not known: {why}" if why else "it is in a subnet that was not read"


def _assume_a_gateway(draft: Draft, vpc: str, item: Item) -> None:
    """Of a VPC that was not read, and of which no subnet is known, it is not known either that the internet cannot enter."""
    body = draft.body(vpc)
    if draft.found.one("Vpcs", vpc) is None and not body.get("subnets") and "internet_gateway" not in body:
        body["internet_gateway"] = draft.naming.name("targets", "", f"igw of {vpc}")
        draft.note("assumed", draft.names[vpc], "it may have an internet gateway: it was not read", item)


def _lost(draft: Draft) -> Iterator[Item]:
    for kind in _KINDS:
        for item in draft.found.of(kind):
            if item.id not in draft.path_of and (item.id in draft.unplaced or item.id in draft.doubted):
                yield item
    for item in every_interface(draft.found):
        if (
            item.id in draft.unplaced and draft.found.one("Instances", owner_of(item)) is None
        ):  # which is told of itself
            yield item


def _candidates(draft: Draft, item: Item, every: list[str]) -> list[str]:
    """The VPCs that something may be in: its own, or that of its groups, where these are known; else any."""
    for vpc in (item.either("VpcId"), item.either("VPCId")):
        if isinstance(vpc, str) and vpc:
            if vpc not in draft.names:
                add_vpc(draft, vpc)
            return [vpc]
    for id in _groups(item):
        group = draft.found.one("SecurityGroups", id)
        home = None if group is None else group.either("VpcId")
        if isinstance(home, str) and home in draft.names:
            return [home]
    if not every:
        add_vpc(draft, _SOMEWHERE)
        every.append(_SOMEWHERE)
    return every


def _groups(fields: Item | Fields) -> Iterator[str]:
    """The ids of groups that something tells of, itself or by its interfaces."""
    for key in _GROUPS:
        for each in _items(fields.either(key)):
            id = each.either("GroupId") or each.either("VpcSecurityGroupId") if isinstance(each, Fields) else each
            if isinstance(id, str):
                yield id
    for key in _PARTS:
        for part in _items(fields.either(key)):
            if isinstance(part, Fields):
                yield from _groups(part)


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
