"""Counts near or over what an account is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from reachsim.answers.lambda_planning import lambda_addresses
from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.net.cidr import Cidr
from reachsim.resources.fields import traffic_of
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import LintCode
from reachsim.rules.quotas import (
    ACLS_OF_VPC,
    CIDRS_OF_VPC,
    GROUPS_OF_INTERFACE,
    INTERFACES_OF_FUNCTIONS,
    NAT_GATEWAYS_OF_ZONE,
    PEERINGS_OF_VPC,
    ROUTE_TABLES_OF_VPC,
    ROUTES_OF_TABLE,
    RULES_OF_ACL,
    RULES_OF_GROUP,
    SUBNETS_OF_VPC,
    Quota,
    near,
    over,
)


@finds(LintCode.QUOTA_EXCEEDED, LintCode.QUOTA_NEAR)
def quotas(subject: Subject) -> Iterator[Found]:
    """Counts that are over, or near, the quota that an account has unless it was raised (SG-25, NACL-18, ROUTE-26)."""
    for component, path, count, quota in _counts(subject):
        if not (over(count, quota) or near(count, quota)):
            continue
        exceeded = over(count, quota)
        yield Found(
            LintCode.QUOTA_EXCEEDED if exceeded else LintCode.QUOTA_NEAR,
            component,
            path,
            f"{count:,} {quota.what}; {quota.most:,} are allowed",
            "counted as AWS counts: each peer of a rule is one, a prefix list as many as it may have",
            "have the quota raised, or do with fewer" if exceeded else "have the quota raised in time",
            quota.rule,
        )


_Count: TypeAlias = tuple[str, KeyPath, int, Quota]
"""What is counted, where it is written, how many there are, and the quota."""


def _counts(subject: Subject) -> Iterator[_Count]:
    peerings = Counter(
        vpc
        for peering in subject.design.peering_connections.values()
        if peering.active
        for vpc in (peering.requester, peering.accepter)
    )
    for vpc in subject.design.vpcs:
        yield vpc, ("vpcs", vpc), peerings[vpc], PEERINGS_OF_VPC
        yield from _of_vpc(subject, vpc)
        yield from _of_rules(subject, vpc)
    for interface in subject.topology.interfaces.values():
        yield interface.name, interface.owner, len(interface.groups or ()), GROUPS_OF_INTERFACE
    if subject.topology.functions:
        for needed in lambda_addresses(subject.network).vpcs:
            yield needed.name, ("lambda_functions",), needed.interfaces, INTERFACES_OF_FUNCTIONS


def _of_vpc(subject: Subject, vpc: str) -> Iterator[_Count]:
    """What a VPC has of each kind."""
    body = subject.design.vpcs[vpc]
    here: KeyPath = ("vpcs", vpc)
    yield vpc, (*here, "cidrs"), sum(block.version == 4 for block in body.cidrs), CIDRS_OF_VPC
    yield vpc, (*here, "subnets"), len(body.subnets), SUBNETS_OF_VPC
    yield vpc, (*here, "route_tables"), len({"main", *body.route_tables}), ROUTE_TABLES_OF_VPC
    yield vpc, (*here, "network_acls"), len({"default", *body.network_acls}), ACLS_OF_VPC
    placed = [gateway.subnet for gateway in body.nat_gateways.values() if gateway.subnet is not None]
    zones = Counter(zone for subnet in placed if (zone := body.subnets[subnet].az) is not None)
    for zone, count in zones.items():
        yield f"{vpc} zone {zone}", (*here, "nat_gateways"), count, NAT_GATEWAYS_OF_ZONE


def _of_rules(subject: Subject, vpc: str) -> Iterator[_Count]:
    """The routes and rules of a VPC's tables, ACLs and groups, each family apart."""
    body = subject.design.vpcs[vpc]
    for name, table in body.route_tables.items():
        path: KeyPath = ("vpcs", vpc, "route_tables", name)
        for version, count in _by_family(subject, table.routes).items():
            yield f"{vpc} route table {name} IPv{version}", path, count, ROUTES_OF_TABLE
    for name, acl in body.network_acls.items():
        for direction, entries in (("ingress", acl.ingress), ("egress", acl.egress)):
            path = ("vpcs", vpc, "network_acls", name, direction)
            blocks = [rule.block for rule in entries or () if isinstance(rule.block, Cidr)]
            for version, count in Counter(block.version for block in blocks).items():
                yield f"{vpc} network ACL {name} {direction} IPv{version}", path, count, RULES_OF_ACL
    for name, group in body.security_groups.items():
        for direction, rules in (("ingress", group.ingress), ("egress", group.egress)):
            path = ("vpcs", vpc, "security_groups", name, direction)
            peers = [peer for rule in rules or () for peer in rule.peers for _ in traffic_of(rule.allow).spans]
            for version, count in _by_family(subject, peers).items():
                yield f"{vpc} security group {name} {direction} IPv{version}", path, count, RULES_OF_GROUP


def _by_family(subject: Subject, peers: Iterable[Cidr | str]) -> dict[int, int]:
    """How many rules or routes these are of each family: a group is one of both, a prefix list its most entries (**SG-26**).

    IPv6 is counted apart only where something of it is named.
    """
    own, groups = {4: 0, 6: 0}, 0
    for peer in peers:
        listed = None if isinstance(peer, Cidr) else subject.design.prefix_lists.get(peer)
        if isinstance(peer, Cidr):
            own[peer.version] += 1
        elif listed is None:
            groups += 1
        else:
            own[listed.entries[0].version if listed.entries else 4] += listed.max_entries or len(listed.entries)
    return {version: count + groups for version, count in own.items() if count or version == 4}
