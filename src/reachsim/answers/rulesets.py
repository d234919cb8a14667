"""Rules held against rules: which never decide, and whether two rule sets are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reachsim.engine import Engine
from reachsim.fabric.filters import Filter
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.rules.clauses import Clause, GroupId


@dataclass(frozen=True)
class IdleRule:
    """A rule that could be removed without changing anything.

    `kind`: "shadowed" when rules before it take all that it matches and decide otherwise or alike; "redundant" when others
    allow all that it allows. `by`: those rules, the evidence. `where`: ``file:line``.
    """

    owner: str
    direction: str
    rule: str
    kind: Literal["shadowed", "redundant"]
    by: tuple[str, ...]
    where: str

    def __str__(self) -> str:
        why = f"by {'; '.join(self.by)}" if self.by else "as no packet matches it"
        return f"{self.owner} {self.direction}: {self.rule} is {self.kind} {why}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "owner": self.owner,
            "direction": self.direction,
            "rule": self.rule,
            "kind": self.kind,
            "by": list(self.by),
            "where": self.where,
        }


def space_of(clause: Clause) -> HeaderSpace:
    """What a clause matches by address, as packets from its peers."""
    return HeaderSpace.box(clause.traffic, clause.peers, AddressSet.everything())


def idle_rules(network: Engine) -> list[IdleRule]:
    """Every ACL rule that is shadowed, every security group rule that is redundant, with the rules that make it so."""
    out: list[IdleRule] = []
    for (vpc, name, direction), base in network.topology.acl_filters.items():
        clauses = network.book[base].clauses
        for index, clause in enumerate(clauses):
            evidence = covering(clause, clauses[:index])
            if evidence is not None and clause.path:
                out.append(_idle(network, f"{vpc} network ACL {name}", direction.value, clause, "shadowed", evidence))
    for (vpc, names, direction), base in network.topology.group_filters.items():
        if len(names) != 1:
            continue  # a group's rules are held against its own; sets of groups repeat them
        clauses = network.book[base].clauses
        removed: set[int] = set()
        for index in range(len(clauses) - 1, -1, -1):
            others = [c for i, c in enumerate(clauses) if i != index and i not in removed]
            evidence = covering(clauses[index], others)
            if evidence is not None and clauses[index].path:
                removed.add(index)
                owner = f"{vpc} security group {names[0]}"
                out.append(_idle(network, owner, direction.value, clauses[index], "redundant", evidence))
    return out


def _idle(
    network: Engine,
    owner: str,
    direction: str,
    clause: Clause,
    kind: Literal["shadowed", "redundant"],
    by: list[Clause],
) -> IdleRule:
    return IdleRule(owner, direction, clause.text, kind, tuple(c.text for c in by), network.locate(clause.path))


def covering(clause: Clause, others: Sequence[Clause]) -> list[Clause] | None:
    """Clauses that together match all that a clause matches, as few as a greedy pass finds; None where they do not.

    A reference to a group is covered only by a reference to the same group: who its members are is not a rule's matter.
    """
    evidence: list[Clause] = []
    rest = space_of(clause)
    for other in others:
        if not rest:
            break
        hit = rest & space_of(other)
        if hit:
            evidence.append(other)
            rest -= hit
    if rest:
        return None
    for group in clause.groups:
        left = HeaderSpace.box(clause.traffic, AddressSet.everything(), AddressSet.everything())
        for other in others:
            peers = AddressSet.everything() if group in other.groups else other.peers
            hit = left & HeaderSpace.box(other.traffic, peers, AddressSet.everything())
            if hit:
                left -= hit
                if other not in evidence:
                    evidence.append(other)
        if left:
            return None
    return evidence


def permitted_space(filter: Filter) -> tuple[HeaderSpace, dict[GroupId, HeaderSpace]]:
    """All that a filter lets through: by address, and for each group that it names what only the reference allows."""
    allowed: list[HeaderSpace] = []
    denied = HeaderSpace.nothing()
    groups: dict[GroupId, HeaderSpace] = {}
    for clause in filter.clauses:
        space = space_of(clause)
        if clause.permits:
            allowed.append(space - denied)
            for group in clause.groups:
                box = HeaderSpace.box(clause.traffic, AddressSet.everything(), AddressSet.everything())
                groups[group] = groups.get(group, HeaderSpace.nothing()) | box
        else:
            denied |= space
    by_address = HeaderSpace.union(allowed)
    return by_address, {group: only for group, space in groups.items() if (only := space - by_address)}


@dataclass(frozen=True)
class Equivalence:
    """Whether two filters let the same through. `only_one`, `only_other`: what just one of them lets through."""

    only_one: HeaderSpace
    only_other: HeaderSpace
    groups_differ: frozenset[GroupId]

    def __bool__(self) -> bool:
        return not self.only_one and not self.only_other and not self.groups_differ


def equivalent(one: Filter, other: Filter) -> Equivalence:
    """Hold two ACLs, or two sets of groups, against each other, in one direction."""
    space_one, groups_one = permitted_space(one)
    space_other, groups_other = permitted_space(other)
    differ = {g for g in groups_one.keys() | groups_other.keys() if groups_one.get(g) != groups_other.get(g)}
    return Equivalence(space_one - space_other, space_other - space_one, frozenset(differ))


def filters_named(network: Engine, name: str) -> Iterator[tuple[str, Filter]]:
    """The filters of an ACL or a security group, ``vpc.name``, by direction."""
    vpc, _, bare = name.partition(".")
    for (owner, acl, direction), base in network.topology.acl_filters.items():
        if (owner, acl) == (vpc, bare):
            yield direction.value, network.book[base]
    for (owner, names, direction), base in network.topology.group_filters.items():
        if owner == vpc and names == (bare,):
            yield direction.value, network.book[base]
