"""Edits that names need (chapter DNS)."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.resources.mending import Case, Edit, advises, mends

_SUPPORT = "enable_dns_support"


@mends
def resolver_on(case: Case) -> Iterator[Edit]:
    """The resolver of the VPC that asks, where it is off (DNS-2)."""
    if case.cause.path[:1] == ("vpcs",) and case.cause.path[2:] == (_SUPPORT,):
        yield Edit.setting(
            case.cause.path, True, f"let the resolver of VPC {case.cause.path[1]} answer ({_SUPPORT}: true)"
        )


@advises
def inbound_endpoint(case: Case) -> Iterator[str]:
    """What answers for the resolver of a VPC to those outside it (DNS-4)."""
    if case.cause.rule == "DNS-4":
        yield (
            "ask an inbound endpoint of Route 53 Resolver instead (DNS-4): interfaces in subnets of the VPC, with a group "
            "that lets in udp/53 and tcp/53; another VPC sees a private zone by being associated with it"
        )
