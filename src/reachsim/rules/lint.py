"""What `reachsim lint` looks for: stable codes, how much each weighs, and what it means."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Severity = Literal["error", "warning", "advice", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice", "note")
"""The gravest first; a note is no finding of lint."""


class LintCode(StrEnum):
    """Codes of findings; docs/lint.md explains each."""

    ROUTE_BLACKHOLE = "ROUTE_BLACKHOLE"
    ROUTE_LOOP = "ROUTE_LOOP"
    ROUTE_LEADS_NOWHERE = "ROUTE_LEADS_NOWHERE"
    ROUTE_ONE_SIDED = "ROUTE_ONE_SIDED"
    ROUTE_NEVER_USED = "ROUTE_NEVER_USED"
    ZONE_WITHOUT_ATTACHMENT = "ZONE_WITHOUT_ATTACHMENT"
    INSPECTION_SPLIT = "INSPECTION_SPLIT"
    CIDR_OVERLAP = "CIDR_OVERLAP"
    NAT_CHECK_ON = "NAT_CHECK_ON"
    NAT_WITHOUT_WAY_OUT = "NAT_WITHOUT_WAY_OUT"
    NAT_CLOSED = "NAT_CLOSED"
    NAT_ONE_ZONE = "NAT_ONE_ZONE"
    NAT_PORTS_CLOSED = "NAT_PORTS_CLOSED"
    ANSWERS_CLOSED = "ANSWERS_CLOSED"
    INSPECTION_BYPASSED = "INSPECTION_BYPASSED"
    ACL_NO_ROOM = "ACL_NO_ROOM"
    RULE_SHADOWED = "RULE_SHADOWED"
    RULE_REDUNDANT = "RULE_REDUNDANT"
    REFERENCE_NEVER_MATCHES = "REFERENCE_NEVER_MATCHES"
    ADMIN_PORT_OPEN = "ADMIN_PORT_OPEN"
    SESSION_MANAGER_SUFFICES = "SESSION_MANAGER_SUFFICES"
    ROUTE_TABLE_UNUSED = "ROUTE_TABLE_UNUSED"
    ACL_UNUSED = "ACL_UNUSED"
    GROUP_UNUSED = "GROUP_UNUSED"
    ENDPOINT_UNUSED = "ENDPOINT_UNUSED"
    ENDPOINT_CLOSED = "ENDPOINT_CLOSED"
    TARGET_CLOSED = "TARGET_CLOSED"
    HOSTED_ZONE_UNSEEN = "HOSTED_ZONE_UNSEEN"
    CONNECTION_UNUSED = "CONNECTION_UNUSED"
    ALIAS_OUTSIDE_VPC = "ALIAS_OUTSIDE_VPC"
    ALIAS_OTHER_ATTACHMENT = "ALIAS_OTHER_ATTACHMENT"
    FUNCTION_IN_PUBLIC_SUBNET = "FUNCTION_IN_PUBLIC_SUBNET"
    HOSTS_IN_PUBLIC_SUBNET = "HOSTS_IN_PUBLIC_SUBNET"
    FUNCTION_ADDRESSES = "FUNCTION_ADDRESSES"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    QUOTA_NEAR = "QUOTA_NEAR"
    SILENCE_UNUSED = "SILENCE_UNUSED"


_ERRORS: Final = frozenset(
    {
        LintCode.ROUTE_BLACKHOLE, LintCode.ROUTE_LOOP, LintCode.ROUTE_LEADS_NOWHERE, LintCode.ROUTE_ONE_SIDED,
        LintCode.ZONE_WITHOUT_ATTACHMENT, LintCode.NAT_CHECK_ON, LintCode.NAT_WITHOUT_WAY_OUT, LintCode.NAT_CLOSED,
        LintCode.ALIAS_OUTSIDE_VPC, LintCode.FUNCTION_ADDRESSES, LintCode.TARGET_CLOSED, LintCode.HOSTED_ZONE_UNSEEN,
    }
)  # fmt: skip
_ADVICE: Final = frozenset(
    {
        LintCode.ROUTE_NEVER_USED, LintCode.ACL_NO_ROOM, LintCode.RULE_REDUNDANT, LintCode.SESSION_MANAGER_SUFFICES,
        LintCode.ROUTE_TABLE_UNUSED, LintCode.ACL_UNUSED, LintCode.GROUP_UNUSED, LintCode.QUOTA_NEAR,
        LintCode.SILENCE_UNUSED,
    }
)  # fmt: skip


def severity_of(code: LintCode) -> Severity:
    """How much a finding weighs."""
    return "error" if code in _ERRORS else "advice" if code in _ADVICE else "warning"
