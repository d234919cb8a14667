"""What AWS makes with a VPC: its main route table, its default ACL and its default group (ROUTE-2, NACL-3, SG-3).

Only for a VPC that a file creates: of one that it only names, nothing beyond the file is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reachsim.importing.inventory import MAYBE, Attributes, Fields, Inventory, Item, Unknown
from reachsim.resources.network_acl import DEFAULT_RULES

DEFAULT_SUBNET: Final = "default-subnet"
"""What stands for the subnets of an account's default VPC: whatever is in them may be in any."""
_KEYS: Final = {4: "CidrBlock", 6: "Ipv6CidrBlock"}


def created_vpc(inventory: Inventory, id: str) -> None:
    """Say that a file creates a VPC, and add its defaults, each unless the inventory has one of that VPC already.

    Then what the inventory does not have in that VPC is not there: a subnet without association uses the main table, one
    without ACL the default ACL, and an interface that says nothing of groups has the default group. Call it once everything
    else of the file is there. Raises KeyError where the inventory has no such VPC.
    """
    vpc = inventory.items["Vpcs"][id]
    inventory.created.add(id)
    if not _has(inventory, "RouteTables", id, _is_main):
        _add(inventory, vpc, "RouteTables", {"Associations": [{"Main": True}], "Routes": []})
    created_filters(inventory, id)


def created_filters(inventory: Inventory, id: str) -> None:
    """Add the default ACL and the default group of a VPC that a file creates, for those who add rules to them."""
    vpc = inventory.items["Vpcs"][id]
    if not _has(inventory, "NetworkAcls", id, lambda item: item.either("IsDefault") is True):
        entries = [
            {
                "RuleNumber": number,
                "Egress": egress,
                "Protocol": "-1",
                "RuleAction": "allow",
                _KEYS[block.version]: str(block),
            }
            for egress in (False, True)
            for number, block in DEFAULT_RULES
        ]
        _add(inventory, vpc, "NetworkAcls", {"IsDefault": True, "Associations": [], "Entries": entries})
    if not _has(inventory, "SecurityGroups", id, lambda item: item.either("GroupName") == "default"):
        _add(inventory, vpc, "SecurityGroups", default_group(default_id(id, "SecurityGroups")))


def stand_in(index: int) -> str:
    """What stands for one of the IPv6 blocks that Amazon gives to VPCs: of the range for documentation, so that no block
    that is written anywhere has anything to do with it."""
    return f"2001:db8:{index >> 8:x}:{(index & 255) << 8:x}::/56"


def default_id(vpc: str, kind: str) -> str:
    """The id that `created_vpc` gives the default of a kind, for a file that refers to it (`VPC.DefaultSecurityGroup`).
    In a VPC that a file only names it is the id of something that was not read, and so not known."""
    return f"{vpc}/default {kind}"


def default_group(id: str) -> dict[str, Any]:
    """The attributes of a default group as AWS makes it: it lets its own members in, and everything out."""
    return own_members(id, "default")


def own_members(id: str, name: str) -> dict[str, Any]:
    """The attributes of a group that lets its own members in, and everything out: a VPC's default group (SG-3), and the one
    that EKS makes with a cluster."""
    everyone = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    return {
        "GroupName": name,
        "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", **everyone}],
    }


def cluster_group(id: str, name: str) -> Attributes:
    """The attributes of the group that EKS makes with a cluster, as a default group is; AWS's page has its outbound rule for
    "0.0.0.0/0 (IPv4) or ::/0 (IPv6)"."""
    body = own_members(id, f"eks-cluster-sg-{name}")
    (everyone,) = body["IpPermissionsEgress"]
    ipv6 = {"IpProtocol": "-1", "Ipv6Ranges": everyone["Ipv6Ranges"], MAYBE: "whether the rule is for IPv6"}
    return {**body, "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": everyone["IpRanges"]}, ipv6]}


def remote_access_group(name: str, sources: Any) -> Attributes:
    """The attributes of the group that EKS makes for SSH to the nodes of a group: from the groups that are named, or from
    everywhere; like any new group of a VPC it lets everything out (SG-2)."""
    peers: Attributes = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    if isinstance(sources, Unknown):
        peers = {"UserIdGroupPairs": sources}
    elif sources:
        peers = {"UserIdGroupPairs": [one if isinstance(one, Unknown) else {"GroupId": one} for one in sources]}
    return {
        "GroupName": f"eks-remoteAccess-{name}",
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **peers}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }


def _add(inventory: Inventory, vpc: Item, kind: str, attributes: dict[str, Any]) -> None:
    inventory.add(kind, Item(default_id(vpc.id, kind), {"VpcId": vpc.id, **attributes}, vpc.origin))


def _has(inventory: Inventory, kind: str, vpc: str, is_default: Callable[[Item], bool]) -> bool:
    return any(item.either("VpcId") == vpc and is_default(item) for item in inventory.of(kind))


def _is_main(item: Item) -> bool:
    """Whether it is the main table, or may be: then nobody knows which is."""
    listed = item.members("Associations").known
    return any(isinstance(each, Fields) and bool(each.either("Main")) for each in listed)
