"""Rules held against rules: which never decide, and whether two rule sets are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reachsim.answers.covering import ANYBODY, ClauseBook, numbers, space_of
from reachsim.answers.listed import Answers
from reachsim.calls import made_by
from reachsim.dataplane.filters import Direction, Filter
from reachsim.engine import Engine
from reachsim.errors import UndecidedError, UsageError, shown, suggest
from reachsim.faces import Faced
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.pair import Progress
from reachsim.rules.clauses import Clause, GroupId, KeyPath
from reachsim.stages import going_over

RuleSetKind = Literal["network ACL", "security group"]
RULE_SET_KINDS: tuple[RuleSetKind, ...] = ("network ACL", "security group")


@made_by("net.idle_rules()")
@dataclass(frozen=True, repr=False)
class IdleRule(Faced):
    """A rule that could be removed without changing anything.

    `kind`: "shadowed" when rules before it take all that it matches; "redundant" when without it others would decide all
    that it decides alike. `by`: those rules, the evidence; none where what decides alike is that nothing else allows it.
    `where`: ``file:line``. `decides`: whether any packet matches it at all. `path`: the key of the rule.
    """

    owner: str
    direction: str
    rule: str
    kind: Literal["shadowed", "redundant"]
    by: tuple[str, ...]
    where: str
    decides: bool = True
    path: KeyPath = ()

    def __str__(self) -> str:
        return f"{self.owner} {self.direction}: {self.rule} is {self.why}"

    @property
    def why(self) -> str:
        """Which of the two it is, and what makes it so."""
        if self.by:
            return f"{self.kind} {'by' if self.kind == 'shadowed' else 'with'} {'; '.join(self.by)}"
        if self.decides:
            return f"{self.kind}: what it denies, no later rule allows, and what no rule matches is denied anyway"
        return f"{self.kind}: no packet matches it"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "owner": self.owner,
            "direction": self.direction,
            "rule": self.rule,
            "kind": self.kind,
            "by": list(self.by),
            "where": self.where,
            "why": self.why,
        }


@made_by("net.idle_rules()")
class IdleRules(Answers[IdleRule]):
    """Rules that decide nothing; false where there are none."""

    key = "idle_rules"

    @property
    def title(self) -> str:
        """How many of each kind there are."""
        shadowed = sum(rule.kind == "shadowed" for rule in self)
        parts = [f"{shadowed:,} shadowed"] if shadowed else []
        parts += [f"{len(self) - shadowed:,} redundant"] if shadowed < len(self) else []
        return f"rules that decide nothing: {', '.join(parts) or 'none'}"


def rule_sets(network: Engine) -> Iterator[tuple[RuleSetKind, str, Filter]]:
    """Every ACL and every security group that the design writes, used or not, in both directions: kind, ``vpc.name``."""
    policy = network.policy
    for vpc, body in network.design.vpcs.items():
        for name in body.network_acls:
            for direction in Direction:
                yield "network ACL", f"{vpc}.{name}", policy.filter(policy.acl(vpc, name, direction))
        for name in body.security_groups:
            for direction in Direction:
                yield "security group", f"{vpc}.{name}", policy.filter(policy.groups(vpc, (name,), direction))


def idle_rules(network: Engine, progress: Progress | None = None) -> IdleRules:
    """Every rule of an ACL or a security group that could go without changing anything, with the rules that make it so.

    Those of one rule set could all go together.
    """
    out: list[IdleRule] = []
    sets = list(rule_sets(network))
    work = [len(filter.clauses) ** 2 for _, _, filter in sets]  # each rule is held against the others
    done, total = 0, sum(work)
    pairs = going_over("pairs of rules compared", zip(sets, work, strict=True), weights=work)
    for (kind, full, filter), own in pairs:
        if progress is not None:
            progress(done, total)
        done += own
        vpc, name = full.split(".", 1)
        idle = _idle_in_acl if kind == "network ACL" else _idle_in_group
        for clause, word, evidence in idle(filter.clauses):
            if clause.path:
                out.append(_idle(network, f"{vpc} {kind} {name}", filter.direction.value, clause, word, evidence))
    return IdleRules(out)


def idle_clauses(kind: str, clauses: Sequence[Clause]) -> Iterator[Idle]:
    """The written clauses of one rule set that could go, all together, with those that make it so."""
    idle = _idle_in_acl if kind == "network ACL" else _idle_in_group
    return (found for found in idle(clauses) if found[0].path)


Idle = tuple[Clause, Literal["shadowed", "redundant"], list[Clause]]


def _idle_in_acl(clauses: Sequence[Clause]) -> Iterator[Idle]:
    """Rules that never decide, then those after which the later rules would decide alike."""
    book = ClauseBook(clauses)
    shadowed = known = 0
    for number, clause in enumerate(clauses):
        if not clause.known:
            continue
        evidence = book.covering(number, known)
        if evidence is not None:
            shadowed |= 1 << number
            yield clause, "shadowed", [clauses[other] for other in evidence]
        known |= 1 << number
    left = book.every
    for number in numbers(known & ~shadowed):
        later = alike_after(book, number, left, shadowed)
        if later is not None:
            left ^= 1 << number
            yield clauses[number], "redundant", [clauses[other] for other in later]


def alike_after(book: ClauseBook, number: int, left: int, shadowed: int) -> list[int] | None:
    """The later clauses that would decide as one does all that it decides; None where they would not. `left`: those that
    are still there.

    What no clause matches is denied, so a clause that denies needs none after it (NACL-2). Shadowed clauses may go too, so
    they are no evidence; but one that would come to decide otherwise, or might, were this clause gone, keeps it.
    """
    clauses = book.clauses
    meeting = book.meeting(number) & left
    before = meeting & ((1 << number) - 1)
    later = meeting >> number + 1 << number + 1
    if clauses[number].permits and not later:
        return None  # it is not shadowed, so it decides something
    rest = book.space(number)
    for earlier in numbers(before):
        if clauses[earlier].known:
            rest -= book.space(earlier)
    evidence: list[int] = []
    for other in numbers(later):
        hit = rest & book.space(other)
        if hit and (clauses[other].permits != clauses[number].permits or not clauses[other].known):
            return None
        if hit and not shadowed >> other & 1:
            evidence.append(other)
            rest -= hit
    return evidence if not rest or not clauses[number].permits else None


def _idle_in_group(clauses: Sequence[Clause]) -> Iterator[Idle]:
    """Rules whose traffic others allow."""
    book = ClauseBook(clauses)
    left = sum(1 << number for number, clause in enumerate(clauses) if clause.known)
    for number in range(len(clauses) - 1, -1, -1):
        if not left >> number & 1:
            continue
        evidence = book.covering(number, left ^ 1 << number)
        if evidence is not None:
            left ^= 1 << number
            yield clauses[number], "redundant", [clauses[other] for other in evidence]


def _idle(
    network: Engine,
    owner: str,
    direction: str,
    clause: Clause,
    kind: Literal["shadowed", "redundant"],
    by: list[Clause],
) -> IdleRule:
    evidence, decides = tuple(c.text for c in by), bool(space_of(clause)) or bool(clause.groups)
    return IdleRule(owner, direction, clause.text, kind, evidence, network.locate(clause.path), decides, clause.path)


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
                box = HeaderSpace.box(clause.traffic, ANYBODY, ANYBODY)
                groups[group] = groups.get(group, HeaderSpace.nothing()) | box
        else:
            denied |= space
    by_address = HeaderSpace.union(allowed)
    return by_address, {group: only for group, space in groups.items() if (only := space - by_address)}


@dataclass(frozen=True, repr=False)
class Equivalence(Faced):
    """Whether two filters let the same through. `only_one`, `only_other`: what just one of them lets through."""

    only_one: HeaderSpace
    only_other: HeaderSpace
    groups_differ: frozenset[GroupId]

    def __bool__(self) -> bool:
        return not self.only_one and not self.only_other and not self.groups_differ

    def __str__(self) -> str:
        if self:
            return "equivalent"
        sides = (("first", self.only_one), ("second", self.only_other))
        parts = [f"only the {which} lets through {space}" for which, space in sides if space]
        names = sorted(f"{vpc}.{group}" for vpc, group in self.groups_differ)
        parts += [f"they differ for members of {', '.join(names)}"] if names else []
        return f"not equivalent: {'; '.join(parts)}"


def equivalent(one: Filter, other: Filter) -> Equivalence:
    """Hold two ACLs, or two sets of groups, against each other, in one direction. Raises Undecided where a rule of one of
    them is not known."""
    for filter in (one, other):
        if filter.unknown is not None:
            raise UndecidedError(f"{filter}: {filter.unknown.not_known}")
    space_one, groups_one = permitted_space(one)
    space_other, groups_other = permitted_space(other)
    differ = {g for g in groups_one.keys() | groups_other.keys() if groups_one.get(g) != groups_other.get(g)}
    return Equivalence(space_one - space_other, space_other - space_one, frozenset(differ))


@dataclass(frozen=True)
class Comparison:
    """Two rule sets of one kind in one direction."""

    kind: RuleSetKind
    direction: Direction
    result: Equivalence


@dataclass(frozen=True)
class Comparisons:
    """Two rule sets of all kinds that both names have. True when they are equivalent."""

    one: str
    other: str
    parts: tuple[Comparison, ...]

    def __bool__(self) -> bool:
        return all(part.result for part in self.parts)


def hold_against(net: Engine, one: str, other: str) -> Comparisons:
    """Compare two ACLs or two groups by name; where a VPC has an ACL and a group of one name, both. Raises UsageError."""
    known = {name: dict(_filters(net, name)) for name in (one, other)}
    for name, filters in known.items():
        if not filters:
            near = suggest(name, list(_names(net)))
            hint = f"; did you mean {shown(near)}?" if near else "; write VPC.NAME"
            raise UsageError(f"{shown(name)} is neither a network ACL nor a security group{hint}")
    parts = tuple(
        Comparison(kind, direction, equivalent(known[one][kind, direction], known[other][kind, direction]))
        for kind in RULE_SET_KINDS
        for direction in (Direction.INGRESS, Direction.EGRESS)
        if (kind, direction) in known[one] and (kind, direction) in known[other]
    )
    if not parts:
        kinds = {name: next(iter(filters))[0] for name, filters in known.items()}
        raise UsageError(f"{shown(one)} is a {kinds[one]}, {shown(other)} a {kinds[other]}; name two of a kind")
    return Comparisons(one, other, parts)


def _filters(net: Engine, name: str) -> Iterator[tuple[tuple[RuleSetKind, Direction], Filter]]:
    for kind, full, filter in rule_sets(net):
        if full == name:
            yield (kind, filter.direction), filter


def _names(net: Engine) -> Iterator[str]:
    for _kind, full, _filter in rule_sets(net):
        yield full
