"""Network ACLs, their entries, and which subnets they are of."""

from __future__ import annotations

from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import inner
from reachsim.importing.rules import Refused, protocol, traffic
from reachsim.resources.reference import UNKNOWN

LAST_RULE: Final = 32767


def add_acls(draft: Draft) -> None:
    """Network ACLs, and which subnets they are of."""
    for item in draft.found.of("NetworkAcls"):
        vpc = str(item.get("VpcId") or "")
        if vpc not in draft.names:
            continue
        body: Data = {"ingress": [], "egress": []}
        for entry in sorted(item.list("Entries"), key=_rule_number):
            number = _rule_number(entry)
            direction, word = ("egress", "to") if entry.get("Egress") else ("ingress", "from")
            if number == LAST_RULE or body[direction] == UNKNOWN:  # the last one denies the rest, as all ACLs do
                continue
            action = "deny" if entry.get("RuleAction", "").lower() == "deny" else "allow"
            peer = entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
            if number < 1 or peer is None:
                draft.note("unknown", item.id, f"an entry of {direction} that cannot be read", item)
                body[direction] = UNKNOWN
                continue
            try:
                body[direction].append({"rule": number, action: _entry_traffic(entry), word: peer})
            except Refused as error:
                draft.note("left out", item.id, f"an entry that AWS would refuse: {error}", item)
        draft.section(vpc, "network_acls")[draft.names[item.id]] = body
        for each in item.list("Associations"):
            subnet = str(each.get("SubnetId") or "")
            if draft.names[item.id] != "default" and draft.local(vpc, subnet) is not None:
                draft.section(vpc, "subnets")[draft.names[subnet]]["network_acl"] = draft.names[item.id]
    for vpc in draft.vpc_ids():
        own = [item for item in draft.found.of("NetworkAcls") if item.get("VpcId") == vpc]
        if draft.found.collected("NetworkAcls") and not own:
            draft.note(
                "assumed", draft.names[vpc], "none of its ACLs was collected; its default ACL is as AWS makes it"
            )
        elif not any(item.get("IsDefault") for item in own):
            for body in draft.section(vpc, "subnets").values():
                body.setdefault("network_acl", UNKNOWN)


def _rule_number(entry: Data) -> int:
    """The number of an ACL's entry; 0 where it has none that can be read."""
    number = entry.get("RuleNumber")
    return int(str(number)) if str(number).isdigit() else 0


def _entry_traffic(entry: Data) -> str:
    if protocol(entry.get("Protocol", "-1")) in ("icmp", "icmpv6"):
        icmp = inner(entry, "IcmpTypeCode")
        return traffic(entry.get("Protocol"), icmp.get("Type"), icmp.get("Code"))
    ports = inner(entry, "PortRange")
    return traffic(entry.get("Protocol", "-1"), ports.get("From"), ports.get("To"))
