"""Network ACLs, their entries, and which subnets they are of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft, in_place_of
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.importing.rules import Refused, block, protocol, traffic
from reachsim.resources.reference import UNKNOWN

LAST_RULE: Final = 32767
BLOCKS: Final = {"cidr": ("CidrBlock", "0.0.0.0/0"), "ipv6_cidr": ("Ipv6CidrBlock", "::/0")}
"""By the block of a subnet: how an entry of an ACL names one of its family, and every one."""
_DIRECTIONS: Final = ("ingress", "egress")


def add_acls(draft: Draft) -> None:
    """Network ACLs, and which subnets they are of."""
    draft.each(
        "NetworkAcls",
        add_acl,
        in_place_of("network_acls", "what it lets pass", {"ingress": UNKNOWN, "egress": UNKNOWN}),
        maybe=True,
    )
    for vpc in draft.vpc_ids:
        own = draft.inside("NetworkAcls", vpc)
        # Every VPC has a default ACL, so one of which none was read was not asked about.
        told = not own and vpc in draft.found.created
        if not told and not any(item.either("IsDefault") is True for item in own):
            for body in draft.section(vpc, "subnets").values():
                body.setdefault("network_acl", UNKNOWN)


def add_acl(draft: Draft, item: Item) -> None:
    """One ACL with its entries. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc:
        return
    body: Data = {"ingress": [], "egress": []}
    if item.either("Entries") is None:
        raise NotKnown(Unknown("its entries were not collected"))
    listed = item.members("Entries")
    for entry in sorted(listed.known, key=rule_number):
        add_entry(draft, item, body, entry)
    if listed.unknown:
        draft.unknown(item, "whether it has other entries", listed.reason)
        body = dict.fromkeys(_DIRECTIONS, UNKNOWN)
    draft.section(vpc, "network_acls")[draft.names[item.id]] = body


def add_entry(draft: Draft, item: Item, body: Data, entry: Fields) -> None:
    """One entry, in its direction; a direction of which an entry cannot be read is not known (NACL-2)."""
    egress = entry.either("Egress")
    for direction in _DIRECTIONS if isinstance(egress, Unknown) else (_DIRECTIONS[bool(egress)],):
        number = rule_number(entry)
        if number == LAST_RULE or body[direction] == UNKNOWN:  # the last one denies the rest, as all ACLs do
            continue
        taken = any(each["rule"] == number and ("perhaps" in each or entry.maybe) for each in body[direction])
        peer = entry.either("CidrBlock") or entry.either("Ipv6CidrBlock")
        vague = [
            each for each in (egress, *map(entry.either, ("RuleAction", "RuleNumber"))) if isinstance(each, Unknown)
        ]
        if number < 1 or peer is None or vague or taken:
            reason = vague[0].reason if vague else entry.maybe
            draft.unknown(item, f"an entry of {direction}", reason or "it cannot be read")
            body[direction] = UNKNOWN
            continue
        try:
            body[direction].append({"rule": number, **_written(draft, item, entry, peer, direction)})
            path = (*draft.path_of[item.id], direction, len(body[direction]) - 1)
            draft.place_entry(path, entry)
        except Refused as error:
            draft.note("left out", item.id, f"an entry that AWS would refuse: {error}", item)


def _written(draft: Draft, item: Item, entry: Fields, peer: Any, direction: str) -> Data:
    action = "deny" if entry.text("RuleAction").lower() == "deny" else "allow"
    token, reason = entry_traffic(entry)
    if isinstance(peer, Unknown):
        reason, peer = peer.reason, UNKNOWN
    else:
        peer = block(peer)
    if reason or entry.maybe:
        draft.unknown(item, f"an entry of {direction}", reason or entry.maybe)
    body = {action: token, "to" if direction == "egress" else "from": peer}
    perhaps = (reason or entry.maybe) and UNKNOWN not in (token, peer)
    return {**body, "perhaps": True} if perhaps else body


def rule_number(entry: Fields) -> int:
    """The number of an ACL's entry; 0 where it has none that can be read."""
    number = entry.either("RuleNumber")
    return int(str(number)) if str(number).isdigit() else 0


def entry_traffic(entry: Fields) -> tuple[str, str]:
    """The traffic of an ACL's entry, and why that may be too much. Raises Refused."""
    told = entry.either("Protocol")
    if isinstance(told, Unknown):
        return UNKNOWN, told.reason
    told = "-1" if told is None else told
    icmp = protocol(told) in ("icmp", "icmpv6")
    holder = entry.either("IcmpTypeCode" if icmp else "PortRange")
    if isinstance(holder, Unknown):
        return traffic(told, None, None), holder.reason
    ports = [holder.either(key) for key in (("Type", "Code") if icmp else ("From", "To"))] if holder else [None, None]
    unknown = next((each for each in ports if isinstance(each, Unknown)), None)
    return (traffic(told, *ports), "") if unknown is None else (traffic(told, None, None), unknown.reason)


def filters_nothing(draft: Draft, vpc: str, name: str | None, families: Iterable[str]) -> bool:
    """Whether the ACL of a name, or the default one, lets everything pass of some families (`cidr`, `ipv6_cidr`)."""
    own = [
        item
        for item in draft.inside("NetworkAcls", vpc)
        if (item.either("IsDefault") is True if name is None else draft.names.get(item.id) == name)
    ]
    if not own and name is None:
        return vpc in draft.found.created
    return len(own) == 1 and lets_all_pass(own[0], families)


def lets_all_pass(acl: Item, families: Iterable[str]) -> bool:
    """Whether an ACL lets everything pass of some families, in both directions."""
    listed = acl.certain("Entries")
    if listed.unknown:
        return False
    for key, everything in (BLOCKS[family] for family in families):
        first: dict[object, tuple[str, ...]] = {}
        for entry in sorted((each for each in listed.known if each.either(key) is not None), key=rule_number):
            told = (_protocol(entry), *(str(entry.either(part)) for part in (key, "RuleAction")))
            first.setdefault(entry.either("Egress"), told)
        if first != dict.fromkeys((True, False), ("all", everything, "allow")):
            return False
    return True


def _protocol(entry: Fields) -> str:
    try:
        return protocol(entry.either("Protocol"))
    except Refused:
        return ""
