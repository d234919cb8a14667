"""What the entries of a network ACL let pass, for readers and the builder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reachsim.importing.inventory import Fields, Reading, Unknown
from reachsim.importing.rules import Refused, protocol

BLOCKS: Final = {"cidr": ("CidrBlock", "0.0.0.0/0"), "ipv6_cidr": ("Ipv6CidrBlock", "::/0")}
"""By the block of a subnet: how an entry of an ACL names one of its family, and every one."""


def rule_number(entry: Fields) -> int:
    """The number of an ACL's entry; 0 where it has none that can be read."""
    number = entry.either("RuleNumber")
    return int(str(number)) if str(number).isdigit() else 0


def lets_all_pass(acl: Reading, families: Iterable[str]) -> bool:
    """Whether an ACL lets everything pass of some families, in both directions."""
    listed = acl.certain("Entries")
    if listed.unknown or any(isinstance(each.either("RuleNumber"), Unknown) for each in listed.known):
        return False  # the lowest that matches decides (NACL-2)
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
