"""Network ACLs: entries of their own and separate ones, and which subnets they are of."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.entries import BLOCKS, lets_all_pass
from reachsim.importing.inventory import MAYBE, Attributes, Fields, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.snapshot import Resource, Snapshot

TYPES: Final = frozenset(
    {"aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule", "aws_network_acl_association"}
)


def add(made: Assembly) -> None:
    """ACLs, separate entries, associations."""
    for each in made.found.of("aws_network_acl", "aws_default_network_acl"):
        default = each.address.type == "aws_default_network_acl"
        # A default ACL has the subnets that no other one has, whatever the file lists.
        named = [] if default else _subnets(made, each)
        subnets = [
            present({"SubnetId": id, MAYBE: why}) for link in named for id, why in made.possible("Subnets", link)
        ]
        body = {"VpcId": each.get("vpc_id"), "IsDefault": default, "Associations": subnets}
        made.put("NetworkAcls", each, present(body) | {"Entries": _inline(made, each)})
    for each in made.found.of("aws_network_acl_rule"):
        _add_rule(made, each)
    for each in made.found.of("aws_network_acl_association"):
        _associate(made, each)
    _settle(made)


def _inline(made: Assembly, acl: Resource) -> Any:
    """The entries that an ACL tells, without those that separate rules gave it (`groups`)."""
    out: list[Any] = []
    old = _separate(made.found if made.before is None else made.before, acl.id)
    for direction in ("ingress", "egress"):
        egress = direction == "egress"
        value = acl.values.get(direction)
        if isinstance(value, Unknown):
            return value
        entries = [entry_of(each, egress) if isinstance(each, dict) else each for each in acl.each(direction)]
        left = [each for each in entries if isinstance(each, Unknown) or _place(each) not in old]
        out += made.perhaps_stale(left) if any(place[0] is egress for place in old) else left
    return out


def entry_of(values: dict[str, Any], egress: Any) -> Attributes:
    """One entry, inline or separate: the two differ in the words for its number and action.

    A port, a type or a code that is left out is 0, not any: the provider sends a number in any case.
    """
    protocol = values.get("protocol")
    entry: Attributes = {
        "Egress": egress,
        "RuleNumber": values.get("rule_no", values.get("rule_number")),
        "RuleAction": values.get("action", values.get("rule_action")),
        "Protocol": protocol,
        "CidrBlock": values.get("cidr_block") or None,
        "Ipv6CidrBlock": values.get("ipv6_cidr_block") or None,
    }
    if str(protocol).lower() not in ("-1", "all"):
        entry["PortRange"] = {"From": _sent(values, "from_port"), "To": _sent(values, "to_port")}
        entry["IcmpTypeCode"] = {"Type": _sent(values, "icmp_type"), "Code": _sent(values, "icmp_code")}
    return present(entry)


def entries_let_all_pass(found: Snapshot, acl: Resource) -> bool:
    """Whether an ACL lets everything pass: of IPv6 too, where there are such subnets."""
    rules = list(found.of("aws_network_acl_rule"))
    if any(isinstance(each.get(key), Unknown) for each in rules for key in ("network_acl_id", "egress")):
        return False
    own = (each for each in rules if each.get("network_acl_id") == acl.id)
    entries: list[Any] = [entry_of(each.values, each.get("egress") is True) for each in own]
    for direction in ("ingress", "egress"):
        inline = acl.each(direction)
        entries += [entry_of(one, direction == "egress") if isinstance(one, dict) else one for one in inline]
    both = any(each.get("ipv6_cidr_block") for each in found.of("aws_subnet"))
    return lets_all_pass(Fields({"Entries": entries}), BLOCKS if both else ["cidr"])


def _sent(values: dict[str, Any], key: str) -> Any:
    value = values.get(key)
    return 0 if value in (None, "") else value


def _place(entry: Attributes) -> tuple[Any, str]:
    return entry.get("Egress"), str(entry.get("RuleNumber"))


def _separate(found: Snapshot, acl: str) -> set[tuple[Any, str]]:
    rules = found.linked("aws_network_acl_rule", "network_acl_id", acl)
    return {_place(entry_of(each.values, each.get("egress") is True)) for each in rules}


def _add_rule(made: Assembly, each: Resource) -> None:
    egress = each.get("egress")
    entry = entry_of(each.values, egress if isinstance(egress, Unknown) else egress is True)
    holder = made.one("NetworkAcls", each.get("network_acl_id"))
    listed = None if holder is None else holder.get("Entries")
    if isinstance(listed, list):
        listed[:] = [one for one in listed if isinstance(one, Unknown) or _place(one) != _place(entry)]
    made.append("NetworkAcls", each, "Entries", "network_acl_id", [entry])


def _subnets(made: Assembly, acl: Resource) -> list[Any]:
    """The subnets that an ACL tells, without those that a separate association gave it and that go with it."""
    gone: set[Any] = set()
    if made.before is not None:
        gone = {
            each.get("subnet_id")
            for each in made.before.of("aws_network_acl_association")
            if each.get("network_acl_id") == acl.id
        }
    return [each for each in acl.each("subnet_ids") if isinstance(each, Unknown) or each not in gone]


def _associate(made: Assembly, each: Resource) -> None:
    """A separate association. A subnet of an unknown ACL gets one of which no entry is known."""
    acl = each.get("network_acl_id")
    holder = made.one("NetworkAcls", acl)
    for id, why in made.possible("Subnets", each.get("subnet_id")):
        of = present({"SubnetId": id, MAYBE: why})
        if holder is None:
            reason = acl.reason if isinstance(acl, Unknown) else f"{acl} is not in the file"
            _unknown_acl(made, each, of, reason)
        elif of not in holder["Associations"]:
            holder["Associations"].append(of)


def _unknown_acl(made: Assembly, each: Resource, of: Attributes, reason: str) -> None:
    """An ACL of which nothing is known, for one subnet."""
    holder = made.one("Subnets", of["SubnetId"])
    vpc = None if holder is None else holder.get("VpcId")
    if not isinstance(vpc, str):
        made.unread.append((str(each.address), f"its ACL: {reason}", each.origin))
        return
    body = {"VpcId": vpc, "IsDefault": False, "Associations": [of], "Entries": Unknown(reason)}
    made.place("NetworkAcls", f"{each.address} of {of['SubnetId']}", body, each.origin)


def _settle(made: Assembly) -> None:
    """Where two ACLs of a file tell the same subnet, which of them it has is not known."""
    of: dict[str, list[str]] = {}
    for item in made.of("NetworkAcls"):
        for each in item.attributes["Associations"]:
            if MAYBE not in each and item.id not in of.setdefault(each["SubnetId"], []):
                of[each["SubnetId"]].append(item.id)
    for subnet, acls in of.items():
        if len(acls) < 2:
            continue
        for item in made.of("NetworkAcls"):
            item.attributes["Associations"] = [
                each for each in item.attributes["Associations"] if each["SubnetId"] != subnet
            ]
        holder = made.one("Subnets", subnet) or {}
        first = made.items["NetworkAcls"][acls[0]]
        vpc = holder.get("VpcId", first.attributes.get("VpcId"))
        reason = f"{' and '.join(acls)} both name it"
        body = {"VpcId": vpc, "IsDefault": False, "Associations": [{"SubnetId": subnet}], "Entries": Unknown(reason)}
        made.place("NetworkAcls", f"{acls[0]} or {acls[1]} for {subnet}", body, first.origin)
