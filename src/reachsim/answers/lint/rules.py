"""Rules of groups and ACLs: those that decide nothing, can match nobody, leave no room, or leave a door open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.answers.rulesets import idle_clauses, rule_sets
from reachsim.answers.session_manager import session_manager
from reachsim.dataplane.filters import Direction
from reachsim.net.address import format_address
from reachsim.net.cidr import EVERY_IPV4
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import traffic_of
from reachsim.resources.reference import DEFAULT_GROUP
from reachsim.resources.vpc_endpoint import VpcEndpoint
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.lint import LintCode
from reachsim.topology.addressed import representative

_ADMINISTRATION: Final = {"SSH": Traffic.parse("tcp/22"), "RDP": Traffic.parse("tcp/3389")}
WORLD_FROM: Final = 1 << 24
"""Addresses of the internet from which on a door is open to the world: as many as a /8 has."""


@finds(LintCode.RULE_SHADOWED, LintCode.RULE_REDUNDANT)
def idle(subject: Subject) -> Iterator[Found]:
    """Rules that could go without changing anything, by sets of packets (NACL-2, SG-1)."""
    for kind, full, filter in rule_sets(subject.network):
        vpc, name = full.split(".", 1)
        for clause, word, others in idle_clauses(kind, filter.clauses):
            shadowed = word == "shadowed"
            by = "; ".join(other.text for other in others)
            if by:
                evidence = f"{'rules before it take' if shadowed else 'others decide alike'} all that it matches: {by}"
            elif clause.groups or clause.peers:
                evidence = "what it denies, no later rule allows, and what no rule matches is denied anyway"
            else:
                evidence = "it names nobody"
            yield Found(
                LintCode.RULE_SHADOWED if shadowed else LintCode.RULE_REDUNDANT,
                f"{vpc} {kind} {name} {filter.direction.value}",
                clause.path,
                f"{clause.text} {'never decides' if shadowed else 'changes nothing'}",
                evidence,
                "remove it, or give it a lower number" if shadowed else "remove it",
                "NACL-2" if kind == "network ACL" else "SG-1",
            )


@finds(LintCode.ACL_NO_ROOM)
def numbering_without_room(subject: Subject) -> Iterator[Found]:
    """ACLs between two of whose rules no other can be put (NACL-2), except where AWS itself left no room (NACL-3)."""
    for vpc, body in subject.design.vpcs.items():
        for name, acl in body.network_acls.items():
            for direction in Direction:
                rules = getattr(acl, direction.value) or ()
                in_order = sorted(rules, key=lambda rule: rule.rule)
                close = [
                    (a.rule, b.rule)
                    for a, b in pairwise(in_order)
                    if b.rule == a.rule + 1 and not (name == "default" and a.is_default and b.is_default)
                ]
                if close:
                    pairs = ", ".join(f"{a} and {b}" for a, b in close[:3]) + (" and others" if len(close) > 3 else "")
                    yield Found(
                        LintCode.ACL_NO_ROOM,
                        f"{vpc} network ACL {name} {direction.value}",
                        ("vpcs", vpc, "network_acls", name, direction.value),
                        f"no rule fits between {pairs}",
                        "numbers are whole, and the lowest that matches decides",
                        "number the rules in steps of 10 or 100",
                        "NACL-2",
                    )


@finds(LintCode.REFERENCE_NEVER_MATCHES)
def references_that_never_match(subject: Subject) -> Iterator[Found]:
    """Rules that name a group of which no interface can be at the other end (SG-10, LAMBDA-8, EP-6)."""
    for kind, full, filter in rule_sets(subject.network):
        vpc, name = full.split(".", 1)
        if kind != "security group" or (vpc, name) not in subject.members:
            continue
        for clause in filter.clauses:
            for group in sorted(clause.groups):
                reason = _never(subject, group, filter.direction)
                if reason:
                    preposition = "from" if filter.direction is Direction.INGRESS else "to"
                    yield Found(
                        LintCode.REFERENCE_NEVER_MATCHES,
                        f"{full} {filter.direction.value}",
                        clause.path,
                        f"{clause.traffic} {preposition} {'.'.join(group)} can match nothing",
                        reason,
                        "put the group on the interfaces that are meant, or name what they have",
                        "SG-10",
                    )


def _never(subject: Subject, group: GroupId, direction: Direction) -> str:
    """Why no packet can have a member of a group at the other end of a rule; empty where one may."""
    members = subject.members.get(group, [])
    hidden = any(group[0] == vpc and group[1] in groups for vpc, groups in _groups_of_providers(subject))
    if hidden or group[0] in subject.untold:
        return ""
    if not members:
        return "no interface carries the group"
    if direction is Direction.EGRESS and all(interface.kind == "function" for interface in members):
        return "only functions carry the group, and nobody opens a connection to one"
    if direction is Direction.INGRESS and all(interface.kind == VpcEndpoint.noun for interface in members):
        return "only interface endpoints carry the group, and they open no connections"
    return ""


def _groups_of_providers(subject: Subject) -> Iterator[tuple[str, set[str]]]:
    for vpc, body in subject.design.vpcs.items():
        for provider in body.capacity_providers.values():
            yield vpc, {*(provider.security_groups or DEFAULT_GROUP)}


@finds(LintCode.ADMIN_PORT_OPEN)
def open_administration(subject: Subject) -> Iterator[Found]:
    """SSH and RDP that the internet reaches, from as many addresses as a /8 has or more, by the exact set (SG-18)."""
    seen: set[tuple[KeyPath, str]] = set()
    for exposed in subject.exposed:
        for word, traffic in _ADMINISTRATION.items():
            sources = exposed.space.restrict(traffic=traffic).sources() & EVERY_IPV4.addresses
            if not sources or sources.count < WORLD_FROM:
                continue
            source = format_address(representative(sources))
            first = subject.network.trace(source, exposed.interfaces[0], traffic)
            if not first.delivered:  # what may be delivered, and cannot be decided
                continue
            for name in exposed.interfaces:
                path = subject.topology.interfaces[name].owner
                if (path, word) in seen:
                    continue
                seen.add((path, word))
                alike = "" if name == exposed.interfaces[0] else f", which is treated like {name}"
                yield Found(
                    LintCode.ADMIN_PORT_OPEN,
                    name,
                    path,
                    f"the internet reaches {word} of it",
                    f"{first.packet} ({exposed.interfaces[0]}) is delivered{alike}, as from {sources.count:,} addresses",
                    "allow it from where administrators are, or open sessions by Session Manager",
                    "SG-18",
                )


@finds(LintCode.SESSION_MANAGER_SUFFICES)
def superfluous(subject: Subject) -> Iterator[Found]:
    """Rules for SSH and RDP, and bastions, that Session Manager makes superfluous (SSM-1)."""
    if not any(body.instance_profile for vpc in subject.design.vpcs.values() for body in vpc.instances.values()):
        return
    if not any(
        rule.known and not traffic_of(rule.allow) - traffic
        for vpc in subject.design.vpcs.values()
        for group in vpc.security_groups.values()
        for rule in group.ingress
        for traffic in (_ADMINISTRATION["SSH"] | _ADMINISTRATION["RDP"],)
    ):
        return
    found = session_manager(subject.network).superfluous
    evidence = (
        "all members of the group are ready for sessions; on a copy without it nothing opens and only SSH and RDP close"
    )
    for rule in found.rules:
        yield Found(
            LintCode.SESSION_MANAGER_SUFFICES, rule.group, rule.path, f"nobody needs {rule.rule}", evidence,
            "remove it, and open sessions by Session Manager", "SSM-1",
        )  # fmt: skip
    for bastion in found.bastions:
        yield Found(
            LintCode.SESSION_MANAGER_SUFFICES, bastion.name, bastion.path, "nobody needs this bastion",
            "it takes nothing but SSH and RDP, and without the rules that name it nothing of the design is about it",
            "remove it", "SSM-1",
        )  # fmt: skip
