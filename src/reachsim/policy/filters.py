"""Rules to filters, in one place: building, edits, idle rules, equivalence and `show` all read a design's rules here.

So an edited copy says what the edited file would say, and an answer about rules speaks of the rules that packets meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from reachsim.dataplane.filters import Direction, Filter
from reachsim.faces import Faced
from reachsim.loading.load import Source
from reachsim.loading.names import group_of
from reachsim.policy.untold import Untold
from reachsim.resources.network_acl import acl_clauses, acl_filter, unknown_acl, within_subnet
from reachsim.resources.reference import DEFAULT_GROUP, UNKNOWN
from reachsim.resources.security_group import default_group, group_clauses, group_filter, unknown_group
from reachsim.rules.clauses import Clause, GroupId, KeyPath

Section = Literal["network_acls", "security_groups"]


@dataclass(frozen=True, slots=True, repr=False)
class RuleSet(Faced):
    """Whose rules a filter holds: those of one ACL, or of a set of security groups, in one direction.

    `names`: bare, or ``vpc.name`` of a group of another VPC (SG-17), each once, in the order in which answers name them.
    `within`: of an ACL, for what is routed within its subnet (NACL-6).
    """

    section: Section
    vpc: str
    names: tuple[str, ...]
    direction: Direction
    within: bool = False

    def concerns(self, components: Iterable[KeyPath]) -> bool:
        """Whether one of the ACLs or groups at these paths is among its own."""
        members = (group_of(self.vpc, name) for name in self.names)
        own = {("vpcs", vpc, self.section, name) for vpc, name in members}
        return not own.isdisjoint(components)

    def __str__(self) -> str:
        noun = "network ACL" if self.section == "network_acls" else "security groups"
        return f"{self.vpc} {noun} {', '.join(self.names) or 'none'} {self.direction.value}"


class Policy:
    """The filters of one loaded design; each is made when first asked for, and there is one of each."""

    def __init__(self, source: Source, orders: dict[tuple[str, frozenset[str]], tuple[str, ...]] | None = None) -> None:
        self.source = source
        self._filters: dict[RuleSet, Filter] = {}
        self._clauses: dict[tuple[GroupId, Direction], list[Clause]] = {}
        self._orders = {} if orders is None else orders
        self.untold = Untold(source)

    def edited(self, source: Source) -> Policy:
        """The policy of an edited design whose interfaces have the same groups."""
        return Policy(source, self._orders)

    def rebuilt(self, source: Source) -> Policy:
        """The policy of an edited design; with the filters of this one where no rule is edited."""
        policy = Policy(source)
        if _rules_written(source) == _rules_written(self.source) and policy.untold.alike(self.untold):
            policy._filters, policy._clauses = self._filters, self._clauses
        return policy

    def groups(self, vpc: str, references: tuple[str, ...] | None, direction: Direction) -> RuleSet:
        """A set of security groups, as an interface names it (None: the default group, SG-3).

        The order of the set does not matter (SG-1): answers name its groups as the first interface with that set does.
        """
        names = tuple(dict.fromkeys(DEFAULT_GROUP if references is None else references))
        return RuleSet("security_groups", vpc, self._orders.setdefault((vpc, frozenset(names)), names), direction)

    def acl(self, vpc: str, name: str, direction: Direction) -> RuleSet:
        """An ACL of a VPC."""
        return RuleSet("network_acls", vpc, (name,), direction)

    def path(self, section: Section, vpc: str, name: str) -> KeyPath:
        """Where an ACL or a group is written; empty for AWS's own."""
        written: Iterable[str] = getattr(self.source.design.vpcs[vpc], section)
        return ("vpcs", vpc, section, name) if name in written else ()

    def filter(self, rules: RuleSet) -> Filter:
        """The filter of an ACL or of a set of groups in one direction."""
        found = self._filters.get(rules)
        if found is None:
            made = self._acl_filter(rules) if rules.section == "network_acls" else self._group_filter(rules)
            found = self._filters[rules] = made
        return found

    def _acl_filter(self, rules: RuleSet) -> Filter:
        (name,) = rules.names
        written = self.source.design.vpcs[rules.vpc].network_acls.get(name)
        if name == UNKNOWN:
            written = unknown_acl()
        path = self.path("network_acls", rules.vpc, name)
        clauses = tuple(self._told(acl_clauses(written, rules.direction, path, default=name == "default")))
        if rules.within:
            clauses = within_subnet(clauses, path)
        return acl_filter(name, rules.direction, clauses, path)

    def _group_filter(self, rules: RuleSet) -> Filter:
        names, direction = rules.names, rules.direction
        groups = [group_of(rules.vpc, name) for name in names]
        clauses = [clause for group in groups for clause in self._clauses_of(group, direction)]
        path: KeyPath = ("vpcs", groups[0][0], "security_groups", groups[0][1]) if groups else ()
        return group_filter(names, direction, tuple(clauses), path)

    def _clauses_of(self, group: GroupId, direction: Direction) -> list[Clause]:
        """The clauses of one group in one direction, which all sets with that group share."""
        key = group, direction
        if key not in self._clauses:
            vpc, name = group
            written = self.source.design.vpcs[vpc].security_groups.get(name)
            body = written if written is not None else unknown_group() if name == UNKNOWN else default_group()
            path = self.path("security_groups", vpc, name)
            names = self.source.names
            clauses = group_clauses(body, group, direction, path, names.peer, names.perhaps_named)
            self._clauses[key] = list(self._told(clauses))
        return self._clauses[key]

    def _told(self, clauses: Iterable[Clause]) -> Iterator[Clause]:
        """Clauses; those that are not known with what the reader of the file has to say of that."""
        for clause in self.untold.told(clauses) if self.untold else clauses:
            yield clause if clause.known else replace(clause, because=self.source.left_open(clause.path))


_NO_RULES: Final = frozenset({"expect", "lambda_functions", "name", "peering_connections", "transit_gateways", "vpcs"})
"""Sections of a file that say nothing of what a rule lets through; of the VPCs, their groups and ACLs do, and
their blocks and Regions where rules name groups of VPCs that are peered perhaps."""


def _rules_written(source: Source) -> list[tuple[str, int]]:
    """All that rules may hang on, by the values of the file: an edited copy shares those that are not edited."""
    data = source.document.data
    rest = [(key, id(value)) for key, value in data.items() if key not in _NO_RULES]
    sections = ("network_acls", "security_groups", "cidrs", "region")
    bodies = data.get("vpcs") or {}
    return [*rest, *((f"{vpc} {each}", id(body.get(each))) for vpc, body in bodies.items() for each in sections)]
