"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Item, inner
from reachsim.importing.rules import Refused, traffic
from reachsim.resources.reference import UNKNOWN


def add_groups(draft: Draft) -> None:
    """Security groups with their rules (a rule that AWS would refuse is left out)."""
    for item in draft.found.of("SecurityGroups"):
        vpc = str(item.get("VpcId") or "")
        if vpc not in draft.names:
            draft.note("left out", item.id, "it is in no VPC that was read", item)
            continue
        body: Data = {}
        for key, direction, word in (("IpPermissions", "ingress", "from"), ("IpPermissionsEgress", "egress", "to")):
            if item.attributes.get(key) is None and key not in item.attributes:
                body[direction] = UNKNOWN
                continue
            body[direction] = list(group_rules(draft, item, vpc, item.list(key), word))
        draft.section(vpc, "security_groups")[draft.names[item.id]] = body


def group_rules(draft: Draft, item: Item, vpc: str, permissions: Iterable[Any], word: str) -> Iterator[Data]:
    """The rules of one direction of a group."""
    for permission in permissions:
        try:
            token = traffic(permission.get("IpProtocol", "-1"), permission.get("FromPort"), permission.get("ToPort"))
            named = list(dict.fromkeys(peers(draft, item, vpc, permission)))
        except Refused as error:
            draft.note("left out", item.id, f"a rule that AWS would refuse: {error}", item)
            continue
        if named:
            yield {"allow": token, word: named[0] if len(named) == 1 else named}


def peers(draft: Draft, item: Item, vpc: str, permission: Data) -> Iterator[str]:
    """Who a rule names. A group, or a list, that was not read is unknown."""
    for ranges, key in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        for each in permission.get(ranges) or ():
            if each.get(key):
                yield each[key]
    for each in permission.get("PrefixListIds") or ():
        yield listed(draft, str(each.get("PrefixListId")), item)
    for pair in permission.get("UserIdGroupPairs") or ():
        id = str(pair.get("GroupId") or "")
        if draft.local(vpc, id) is not None:
            yield draft.names[id]
        elif id in draft.names and joined(draft, vpc, draft.vpc_of.get(id, "")):
            yield draft.out.names[id]
        elif id in draft.names:
            draft.note("left out", item.id, f"a reference to {id} in a VPC that is not joined matches nothing", item)
        else:
            draft.note("unknown", item.id, f"group {id}, which a rule names, was not collected", item)
            yield UNKNOWN


def listed(draft: Draft, id: str, item: Item) -> str:
    """A prefix list by its name in the design; unknown where its entries are."""
    if id not in draft.names:
        draft.note("unknown", item.id, f"the entries of prefix list {id} were not collected", item)
    return draft.names.get(id, UNKNOWN)


def joined(draft: Draft, one: str, other: str) -> bool:
    """Whether an active peering joins two VPCs."""
    for item in draft.found.of("VpcPeeringConnections"):
        ends = {inner(item, side).get("VpcId") for side in ("RequesterVpcInfo", "AccepterVpcInfo")}
        if ends == {one, other} and inner(item, "Status").get("Code") == "active":
            return True
    return False
