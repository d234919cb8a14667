"""Blocks that overlap between what a peering or a gateway joins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.net.cidr import Cidr
from reachsim.resources.resource import Resource, resources, sections
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import LintCode


@finds(LintCode.CIDR_OVERLAP)
def overlapping_blocks(subject: Subject) -> Iterator[Found]:
    """Blocks that overlap between two VPCs, or a VPC and a network, that a peering or a gateway joins (PEER-7, TGW-10)."""
    places: dict[str, tuple[Cidr, ...]] = {name: vpc.cidrs for name, vpc in subject.design.vpcs.items()}
    for at, body in resources("design", subject.design):
        behind = body.behind()
        if behind.asked_by_name:
            places[at.name] = behind.blocks
    by_connection: dict[KeyPath, list[str]] = {}
    for place, paths in subject.topology.joined.items():
        for path in paths:
            if place in places:
                by_connection.setdefault(path, []).append(place)
    for path, joined in by_connection.items():
        for one, other in combinations(joined, 2):
            both = [(a, b) for a in places[one] for b in places[other] if a.overlaps(b)]
            if both:
                pairs = ", ".join(f"{a} of {one} and {b} of {other}" for a, b in both[:3])
                joining = sections("design").get(str(path[0]), Resource)
                rule, evidence = joining.overlap(both_vpcs={one, other} <= subject.design.vpcs.keys())
                yield Found(
                    LintCode.CIDR_OVERLAP,
                    str(path[-1]),
                    path,
                    f"{one} and {other} overlap: {pairs}",
                    evidence,
                    "give one of the two another block (reachsim cidr plan)",
                    rule,
                )
