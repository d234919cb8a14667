"""Security groups, network ACLs and prefix lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.evaluate import Either
from reachsim.importing.cloudformation.made import (
    DEFAULT_VPC,
    Made,
    additions,
    entries,
    flag,
    id_of,
    tags_of,
    whole,
    without_none,
)
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import MAYBE, WHERE, Unknown

_EVERYTHING: Final = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
_NOTHING: Final = {
    "IpProtocol": "icmp",
    "FromPort": 252,
    "ToPort": 86,
    "IpRanges": [{"CidrIp": "255.255.255.255/32"}],
}
"""A rule that lets nothing out, by which CDK keeps AWS from adding one that lets out everything."""
_ACL_ICMP: Final = ("1", "58", "icmp", "icmpv6")


def group(made: Made, resource: Resource) -> None:
    """A group with its own rules. One without egress rules of its own lets out everything."""
    name = resource.get("GroupName")
    attributes: dict[str, Any] = {
        "GroupName": name if isinstance(name, str) and name != "default" else resource.logical_id,
        "VpcId": id_of(resource.get("VpcId")) or DEFAULT_VPC,
        "IpPermissions": _rules(made, resource, "SecurityGroupIngress", "Source"),
        "IpPermissionsEgress": _rules(made, resource, "SecurityGroupEgress", "Destination"),
        "Tags": tags_of(resource.get("Tags")),
    }
    egress = attributes["IpPermissionsEgress"]
    if not any(isinstance(each, dict) and MAYBE not in each for each in egress):
        everything: dict[str, Any] = {"IpProtocol": "-1", **_EVERYTHING}
        egress.append(everything if egress == [] else {**everything, MAYBE: "whether it has other rules"})
    attributes["IpPermissionsEgress"] = [each for each in egress if not _is_nothing(each)]
    made.add("SecurityGroups", resource, attributes)


def _is_nothing(rule: Any) -> bool:
    return isinstance(rule, dict) and {key: value for key, value in rule.items() if key != WHERE} == _NOTHING


def _rules(made: Made, resource: Resource, key: str, side: str) -> list[Any]:
    listed = additions(resource.get(key))
    found: list[Any] = []
    for each, where in zip(listed, made.places(resource, key, len(listed)), strict=True):
        rules = [each] if isinstance(each, Unknown) else [rule(made, resource, one, side) for one in _by_port(each)]
        found += [{**one, WHERE: where} if where and isinstance(one, dict) else one for one in rules if one]
    return found


def _by_port(written: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A rule; of one whose only port is one of some, each that may be there."""
    low, high = written.get("FromPort"), written.get("ToPort")
    if not isinstance(low, Either) or not isinstance(high, Either) or low.values != high.values:
        return [written]
    if not all(isinstance(each, str | int) for each in low.values):
        return [written]
    return [{**written, "FromPort": each, "ToPort": each, MAYBE: low.reason} for each in low.values]


def rule(made: Made, resource: Resource, written: Mapping[str, Any], side: str) -> Any:
    """One rule as the API has it; None for one that names nobody. `side`: ``Source`` or ``Destination``."""
    v4, v6 = (made.block(resource, written.get(key)) for key in ("CidrIp", "CidrIpv6"))
    listed = id_of(written.get(f"{side}PrefixListId"))
    peer = id_of(written.get(f"{side}SecurityGroupId"))
    if peer is None and written.get(f"{side}SecurityGroupName") is not None:
        peer = made.group_called(written.get(f"{side}SecurityGroupName"))
    protocol = written.get("IpProtocol", "-1")
    entry = {
        "IpProtocol": str(protocol) if isinstance(protocol, str | int) else protocol or "-1",
        "FromPort": whole(written.get("FromPort")),
        "ToPort": whole(written.get("ToPort")),
        "IpRanges": _one(v4, "CidrIp"),
        "Ipv6Ranges": _one(v6, "CidrIpv6"),
        "PrefixListIds": _one(listed, "PrefixListId"),
        "UserIdGroupPairs": _one(peer, "GroupId"),
        MAYBE: written.get(MAYBE),
    }
    return without_none(entry) if any(each is not None for each in (v4, v6, listed, peer)) else None


def _one(value: Any, key: str) -> Any:
    """A list of one peer; None where there is none."""
    if value is None:
        return None
    return [value if isinstance(value, Unknown) else {key: value}]


def ingress(made: Made, resource: Resource) -> None:
    _standalone(made, resource, "IpPermissions", "Source")


def egress(made: Made, resource: Resource) -> None:
    """A rule beside its group. AWS's pages leave open whether it removes the rule that lets out everything from a group
    without rules of its own."""
    group = id_of(resource.get("GroupId"))
    own = made.resources.get(group) if isinstance(group, str) else None
    if own is not None and not resource.maybe and not own.get("SecurityGroupEgress"):
        made.open_egress(own.id)
    _standalone(made, resource, "IpPermissionsEgress", "Destination")


def _standalone(made: Made, resource: Resource, key: str, side: str) -> None:
    group = resource.get("GroupId")
    if group is None and resource.get("GroupName") is not None:
        group = made.group_called(resource.get("GroupName"))
    for written in _by_port(resource.properties):
        entry = rule(made, resource, written, side)
        if entry is not None:
            made.append("SecurityGroups", group, key, entry, resource)


def acl(made: Made, resource: Resource) -> None:
    attributes = {"VpcId": id_of(resource.get("VpcId")), "IsDefault": False, "Entries": [], "Associations": []}
    made.add("NetworkAcls", resource, {**attributes, "Tags": tags_of(resource.get("Tags"))})


def acl_entry(made: Made, resource: Resource) -> None:
    """An entry; left out, `Egress` is false. Its ports count for TCP and UDP alone."""
    protocol, ports, icmp = resource.get("Protocol"), resource.get("PortRange"), resource.get("Icmp")
    action = resource.get("RuleAction")
    entry = {
        "RuleNumber": whole(resource.get("RuleNumber")),
        "Egress": _egress(resource.get("Egress")),
        "Protocol": str(protocol) if isinstance(protocol, str | int) else protocol,
        "RuleAction": action.lower() if isinstance(action, str) else action,
        "CidrBlock": made.block(resource, resource.get("CidrBlock")),
        "Ipv6CidrBlock": made.block(resource, resource.get("Ipv6CidrBlock")),
        "PortRange": _pair(ports, "From", "To"),
        "IcmpTypeCode": _pair(icmp, "Type", "Code") if str(protocol).lower() in _ACL_ICMP else None,
    }
    made.append("NetworkAcls", resource.get("NetworkAclId"), "Entries", without_none(entry), resource)


def _egress(value: Any) -> Any:
    found = flag(value)
    return False if found is None else found


def _pair(value: Any, one: str, other: str) -> Any:
    if not isinstance(value, dict):
        return value if isinstance(value, Unknown) else None
    return without_none({one: whole(value.get(one)), other: whole(value.get(other))})


def prefix_list(made: Made, resource: Resource) -> None:
    listed = resource.get("Entries")
    found: Any = []
    for each in entries(listed or []):
        block = each if isinstance(each, Unknown) else made.block(resource, each.get("Cidr"))
        if block is not None:
            found.append(block if isinstance(block, Unknown) else {"Cidr": block})
    if isinstance(listed, Unknown):
        found = Unknown(listed.reason)
    name = resource.get("PrefixListName")
    attributes = {"PrefixListName": name if isinstance(name, str) else resource.logical_id, "Entries": found}
    made.add("ManagedPrefixLists", resource, attributes)


def vpc_association(made: Made, resource: Resource) -> None:
    """Another VPC in which a group may be had."""
    attributes = {"GroupId": id_of(resource.get("GroupId")), "VpcId": id_of(resource.get("VpcId"))}
    made.add("SecurityGroupVpcAssociations", resource, attributes)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::SecurityGroup": group,
    "AWS::EC2::SecurityGroupVpcAssociation": vpc_association,
    "AWS::EC2::NetworkAcl": acl,
    "AWS::EC2::PrefixList": prefix_list,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::SecurityGroupIngress": ingress,
    "AWS::EC2::SecurityGroupEgress": egress,
    "AWS::EC2::NetworkAclEntry": acl_entry,
}
