"""What AWS makes with a VPC: its main route table, its default ACL and its default group.

Only for a VPC that a file creates: of one that it only names, nothing beyond the file is known.
"""

from __future__ import annotations

from typing import Any

from reachsim.importing.inventory import Inventory, Item, Unknown

_EVERYONE = (("CidrBlock", "0.0.0.0/0"), ("Ipv6CidrBlock", "::/0"))


def created_vpc(inventory: Inventory, id: str) -> None:
    """Add the defaults of a VPC that is created, each unless the inventory has one of that VPC already.

    Call it once everything else of the file is there. Raises KeyError where the inventory has no such VPC.
    """
    vpc = inventory.items["Vpcs"][id]
    if not _has(inventory, "RouteTables", id, _is_main):
        table = {"Associations": [{"Main": True}], "Routes": []}
        _add(inventory, vpc, "RouteTables", "RouteTableId", table)
    if not _has(inventory, "NetworkAcls", id, lambda item: item.get("IsDefault") is True):
        entries = [
            {"RuleNumber": 100 + index, "Egress": egress, "Protocol": "-1", "RuleAction": "allow", key: everyone}
            for egress in (False, True)
            for index, (key, everyone) in enumerate(_EVERYONE)
        ]
        _add(inventory, vpc, "NetworkAcls", "NetworkAclId", {"IsDefault": True, "Associations": [], "Entries": entries})
    if not _has(inventory, "SecurityGroups", id, lambda item: item.get("GroupName") == "default"):
        _add(inventory, vpc, "SecurityGroups", "GroupId", _default_group(f"{id}/default SecurityGroups"))


def _default_group(id: str) -> dict[str, Any]:
    """It lets its own members in, and everything out."""
    everyone = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    return {
        "GroupName": "default",
        "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", **everyone}],
    }


def _add(inventory: Inventory, vpc: Item, kind: str, key: str, attributes: dict[str, Any]) -> None:
    id = f"{vpc.id}/default {kind}"
    inventory.add(kind, Item(id, {key: id, "VpcId": vpc.id, **attributes}, vpc.origin))


def _has(inventory: Inventory, kind: str, vpc: str, is_default: Any) -> bool:
    return any(item.get("VpcId") == vpc and is_default(item) for item in inventory.of(kind))


def _is_main(item: Item) -> bool:
    associations = item.get("Associations")
    listed = associations if isinstance(associations, list) else []
    return any(not isinstance(each, Unknown) and each.get("Main") is True for each in listed)
