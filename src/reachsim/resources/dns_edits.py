"""Edits that names need (chapter DNS)."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.resources.mending import Case, Edit, mends

_SUPPORT = "enable_dns_support"


@mends
def resolver_on(case: Case) -> Iterator[Edit]:
    """The resolver of the VPC that asks, where it is off (DNS-2)."""
    if case.cause.path[:1] == ("vpcs",) and case.cause.path[2:] == (_SUPPORT,):
        yield Edit.setting(
            case.cause.path, True, f"let the resolver of VPC {case.cause.path[1]} answer ({_SUPPORT}: true)"
        )
