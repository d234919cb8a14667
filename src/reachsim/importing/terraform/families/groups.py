"""Security groups: rules of their own and separate ones, and prefix lists."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.snapshot import Resource, Snapshot

TYPES: Final = frozenset(
    {
        "aws_security_group", "aws_default_security_group", "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule",
        "aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry",
        "aws_vpc_security_group_vpc_association",
    }
)  # fmt: skip
_DIRECTIONS: Final = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
_ONE: Final = {
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
_NOT_TOLD: Final = "the file does not tell it"


def add(made: Assembly) -> None:
    """Groups, then the rules that are resources of their own, then prefix lists."""
    for each in made.found.of("aws_security_group", "aws_default_security_group"):
        name = "default" if each.address.type == "aws_default_security_group" else each.get("name")
        body = {"VpcId": each.get("vpc_id"), "GroupName": name}
        made.put(
            "SecurityGroups",
            each,
            present(body) | {key: _inline(made, each, word) for word, key in _DIRECTIONS.items()},
        )
    for item in made.of("SecurityGroups"):
        vpc = item.attributes.get("VpcId")
        if item.attributes.get("GroupName") == "default" and isinstance(vpc, str):
            made.default_groups[vpc] = item.id
    for each in made.found.of("aws_security_group_rule", *_ONE):
        for key in _keys(each):
            made.append("SecurityGroups", each, key, "security_group_id", [rule_of(each)])
    for each in made.found.of("aws_vpc_security_group_vpc_association"):
        body = {"GroupId": each.get("security_group_id"), "VpcId": each.get("vpc_id")}
        made.place("SecurityGroupVpcAssociations", str(each.address), present(body), each.origin)
    for each in made.found.of("aws_ec2_managed_prefix_list"):
        entries = [_entry(one) for one in each.each("entry")]
        body = {"PrefixListName": each.get("name"), "Entries": entries}
        made.put("ManagedPrefixLists", each, present(body))
    for each in made.found.of("aws_ec2_managed_prefix_list_entry"):
        _add_entry(made, each)


def _keys(each: Resource) -> list[str]:
    """Where a rule belongs; where its direction is not told, in both."""
    direction = _ONE.get(each.address.type) or each.get("type")
    found = _DIRECTIONS.get(direction) if isinstance(direction, str) else None
    return list(_DIRECTIONS.values()) if found is None else [found]


def rule_of(each: Resource) -> Attributes:
    """A rule that is a resource of its own."""
    if each.address.type in _ONE:
        return _modern(each)
    values = {**each.values, "security_groups": _one(each.values.get("source_security_group_id"))}
    rule = permission(values, each.get("security_group_id"))
    if not isinstance(each.get("type"), str):
        rule["UserIdGroupPairs"] = Unknown("its direction is not told")
    return rule


def _modern(each: Resource) -> Attributes:
    """One peer each."""
    peers = {
        "cidr_blocks": _one(each.values.get("cidr_ipv4")),
        "ipv6_cidr_blocks": _one(each.values.get("cidr_ipv6")),
        "prefix_list_ids": _one(each.values.get("prefix_list_id")),
        "security_groups": _one(each.values.get("referenced_security_group_id")),
    }
    ports = {key: each.values.get(key) for key in ("from_port", "to_port")}
    protocol = each.values.get("ip_protocol", Unknown(_NOT_TOLD))
    return permission({"protocol": protocol, **ports, **peers}, each.get("security_group_id"))


def _one(value: Any) -> Any:
    return value if isinstance(value, Unknown) else [] if value in (None, "") else [value]


def permission(values: dict[str, Any], group: Any) -> Attributes:
    """A rule in the shape of `IpPermissions`, with every peer that it names."""
    protocol = values.get("protocol", Unknown(_NOT_TOLD))
    out: Attributes = {"IpProtocol": protocol}
    if str(protocol).lower() not in ("-1", "all"):
        out |= present({"FromPort": values.get("from_port"), "ToPort": values.get("to_port")})
    out["IpRanges"] = _each(values.get("cidr_blocks"), "CidrIp")
    out["Ipv6Ranges"] = _each(values.get("ipv6_cidr_blocks"), "CidrIpv6")
    out["PrefixListIds"] = _each(values.get("prefix_list_ids"), "PrefixListId")
    pairs = _each(values.get("security_groups"), "GroupId")
    own = values.get("self")
    if isinstance(pairs, list):
        pairs = [{"GroupId": _without_account(each["GroupId"])} for each in pairs]
        if own is True and not any(each["GroupId"] == group for each in pairs):
            pairs.append({"GroupId": group})
        elif isinstance(own, Unknown):
            pairs.append({"GroupId": own})
    out["UserIdGroupPairs"] = pairs
    return {key: value for key, value in out.items() if value != []}


def _each(value: Any, key: str) -> Any:
    if isinstance(value, Unknown):
        return value
    members = value if isinstance(value, list) else []
    return [{key: each} for each in members if isinstance(each, str | Unknown) and each != ""]


def _without_account(id: Any) -> Any:
    """The id alone of `ACCOUNT/sg-...`."""
    return id.rpartition("/")[2] if isinstance(id, str) else id


# -- rules inside a group ----------------------------------------------------------------------------------------


def _inline(made: Assembly, group: Resource, word: str) -> Any:
    """The rules that a group tells, without the peers that separate rules gave it: a state lists these too, as it was when
    it was last refreshed. A plan says whose the others are. A state does not: beside separate rules they are the group's
    own, or were one's that the last apply took away."""
    value = group.values.get(word)
    if isinstance(value, Unknown):
        return value
    members = value if isinstance(value, list) else []
    rules = [permission(each, group.id) if isinstance(each, dict) else each for each in members]
    old = _separate(made.found if made.before is None else made.before, group.id, word)
    left = [each for each in (_without(rule, old) for rule in rules) if each is not None]
    return made.perhaps_stale(left) if old else left


Peer = tuple[str, str, str, str, str]


def _separate(found: Snapshot, group: str, word: str) -> set[Peer]:
    """The peers that separate rules of a group have."""
    own = (
        each for type in ("aws_security_group_rule", *_ONE) for each in found.linked(type, "security_group_id", group)
    )
    rules = [rule_of(each) for each in own if _DIRECTIONS[word] in _keys(each)]
    return {peer for rule in rules for peer in _peers(rule)}


_RANGES: Final = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}


def _peers(rule: Attributes) -> list[Peer]:
    traffic = tuple(str(rule.get(key, "")) for key in ("IpProtocol", "FromPort", "ToPort"))
    return [
        (*traffic, key, each[name])
        for key, name in _RANGES.items()
        if isinstance(rule.get(key), list)
        for each in rule[key]
        if isinstance(each[name], str)
    ]


def _without(rule: Any, old: set[Peer]) -> Any:
    """A rule without some of its peers; None where none is left."""
    if isinstance(rule, Unknown) or not old:
        return rule
    traffic = tuple(str(rule.get(key, "")) for key in ("IpProtocol", "FromPort", "ToPort"))
    out, gone = dict(rule), False
    for key, name in _RANGES.items():
        if isinstance(rule.get(key), list):
            out[key] = [each for each in rule[key] if (*traffic, key, each[name]) not in old]
            gone = gone or len(out[key]) < len(rule[key])
    left = {key: value for key, value in out.items() if value != []}
    return None if gone and not any(key in left for key in _RANGES) else left


# -- prefix lists ------------------------------------------------------------------------------------------------


def _entry(value: Any) -> Any:
    return {"Cidr": value.get("cidr")} if isinstance(value, dict) else value


def _add_entry(made: Assembly, each: Resource) -> None:
    holder = made.one("ManagedPrefixLists", each.get("prefix_list_id"))
    entry = {"Cidr": each.get("cidr")}
    if holder is None or entry not in holder["Entries"]:
        made.append("ManagedPrefixLists", each, "Entries", "prefix_list_id", [entry])
