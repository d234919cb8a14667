"""Edits of rules and routes that open and close nothing: a reviewer who sees a rule go asks what it was there for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from reachsim.answers.diff import diff
from reachsim.answers.diff_cause import Behind, causes_of
from reachsim.answers.difference import Difference
from reachsim.answers.editable import Editable
from reachsim.answers.rulesets import RuleSetKind, idle_clauses
from reachsim.dataplane.filters import Direction, Filter
from reachsim.errors import ReachsimError
from reachsim.faces import Faced
from reachsim.rules.clauses import KeyPath

MOST: Final = 12
"""Edits beside others that have an effect, each of which is taken back to see; a difference each."""
_RULE_SETS: Final[dict[str, RuleSetKind]] = {"security_groups": "security group", "network_acls": "network ACL"}


@dataclass(frozen=True, repr=False)
class IdleEdit(Faced):
    """An edit of one rule or route without which the same traffic would flow.

    `owner`: whose rule it is. `before`, `after`: what it says, empty where it is not there; `before_where`, `after_where`:
    ``file:line``. `by`: the rules that decide alike, where that is the reason.
    """

    owner: str
    before: str
    before_where: str
    after: str
    after_where: str
    by: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """What was done."""
        return "changed" if self.before and self.after else "removed" if self.before else "added"

    def __str__(self) -> str:
        what = f"{self.before} -> {self.after}" if self.kind == "changed" else self.after or self.before
        by = f"; {'; '.join(self.by)} {'decides' if len(self.by) == 1 else 'decide'} alike" if self.by else ""
        return f"{self.kind}: {self.owner}: {what} [{self.after_where or self.before_where}]{by}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        names = ("kind", "owner", "before", "before_where", "after", "after_where")
        return {**{name: getattr(self, name) for name in names}, "by": list(self.by)}


def idle_edits(
    found: Difference, before: Editable, after: Editable, causes: Mapping[int, Behind] | None = None
) -> tuple[IdleEdit, ...]:
    """The edits of rules and routes that have no effect, as far as that can be told; other words for the same are no edit.

    Where nothing differs that is all of them. Beside changes, one that is not behind any is taken back, and has none if
    nothing differs then: the first `MOST` of these. `causes`: what is behind the changes, where that is known already.
    """
    edits = tuple(_edits(before, after))
    if edits and (found.changes or found.undecided):
        causes = causes_of(found, before, after) if causes is None else causes
        behind = {where for cause in causes.values() for where in (cause.before_where, cause.after_where)}
        asked = [edit for edit in edits if behind.isdisjoint({*edit.places(before, after)} - {""})]
        edits = tuple(edit for edit in asked[:MOST] if _is_idle(edit, after))
    told = (edit.told(before, after) for edit in edits)
    return tuple(edit for edit in told if edit.before != edit.after)


@dataclass(frozen=True)
class _Edit:
    """An edit of a rule or a route. `was`, `now`: where it stands in each design, None where it does not; `back`: the edits
    of the second design that take it back."""

    vpc: str
    section: str
    name: str
    direction: str
    was: KeyPath | None
    now: KeyPath | None
    back: dict[str | KeyPath, Any]

    @property
    def owner(self) -> str:
        noun = _RULE_SETS.get(self.section, "route table")
        return " ".join(filter(None, (self.vpc, noun, self.name, self.direction)))

    def places(self, before: Editable, after: Editable) -> tuple[str, str]:
        """The lines, empty where it is not there."""
        return (before.locate(self.was) if self.was else "", after.locate(self.now) if self.now else "")

    def told(self, before: Editable, after: Editable) -> IdleEdit:
        """It in words."""
        was, now = (self.text(*each) for each in ((before, self.was), (after, self.now)))
        places = self.places(before, after)
        return IdleEdit(self.owner, was, places[0], now, places[1], tuple(self.alike(after)))

    def text(self, network: Editable, path: KeyPath | None) -> str:
        """What the rule says in one of the designs."""
        if path is None:
            return ""
        if self.section not in _RULE_SETS:
            return f"{path[-1]} -> {network.source.document.value(path)}"
        texts = (clause.text for clause in self.filter(network).clauses if clause.path == path)
        return next(texts, "a rule about nobody")

    def alike(self, after: Editable) -> Iterator[str]:
        """Rules that decide alike: of one that was added, or with one that was removed."""
        if self.section not in _RULE_SETS or (self.was and self.now):
            return
        try:
            network = after if self.now else after.with_(self.back)
        except ReachsimError:
            return
        path = self.now or next(iter(self.back))
        for clause, _, others in idle_clauses(_RULE_SETS[self.section], self.filter(network).clauses):
            if clause.path == path:
                yield from (other.text for other in others)
                return

    def filter(self, network: Editable) -> Filter:
        """The rule set."""
        policy, direction = network.policy, Direction(self.direction)
        acl = self.section == "network_acls"
        key = policy.acl(self.vpc, self.name, direction) if acl else policy.groups(self.vpc, (self.name,), direction)
        return policy.filter(key)


def _is_idle(edit: _Edit, after: Editable) -> bool:
    try:
        without = after.with_(edit.back)
    except ReachsimError:  # what it names is gone
        return False
    difference = diff(without, after)
    return not difference.changes and not difference.undecided


def _edits(before: Editable, after: Editable) -> Iterator[_Edit]:
    """Rules and routes that differ, of what both designs have."""
    for vpc in after.design.vpcs:
        for section in (*_RULE_SETS, "route_tables"):
            one, other = (network.source.document.value(("vpcs", vpc, section)) for network in (before, after))
            if not isinstance(one, dict) or not isinstance(other, dict):
                continue
            for name in other:
                if name in one and one[name] != other[name]:
                    path = ("vpcs", vpc, section, name)
                    if section == "route_tables":
                        yield from _routes(path, before, after)
                    else:
                        for direction in Direction:
                            yield from _rules((*path, direction.value), before, after)


def _rules(path: KeyPath, before: Editable, after: Editable) -> Iterator[_Edit]:
    """Rules of one direction. Those of one number are one rule, changed; as many that went as came are so too, in order."""
    one, other = (network.source.document.value(path) for network in (before, after))
    if not isinstance(one, list) or not isinstance(other, list):
        return
    gone = [index for index, rule in enumerate(one) if rule not in other]
    came = [index for index, rule in enumerate(other) if rule not in one]
    numbers = {rule.get("rule"): index for index, rule in enumerate(other) if index in came and "rule" in rule}
    pairs: list[tuple[int | None, int | None]]
    if numbers:
        pairs = [(was, numbers.pop(one[was].get("rule"), None)) for was in gone]
        pairs += [(None, now) for now in numbers.values()]
    elif len(gone) == len(came):
        pairs = [*zip(gone, came, strict=True)]
    else:
        pairs = [*((was, None) for was in gone), *((None, now) for now in came)]
    _, vpc, section, name, direction = map(str, path)
    for was, now in pairs:
        at = len(other) if now is None else now
        back: dict[str | KeyPath, Any] = {(*path, at): None if was is None else one[was]}
        yield _Edit(
            vpc, section, name, direction,
            None if was is None else (*path, was), None if now is None else (*path, now), back,
        )  # fmt: skip


def _routes(path: KeyPath, before: Editable, after: Editable) -> Iterator[_Edit]:
    """Routes of one table, by destination."""
    _, vpc, section, name = map(str, path)
    tables = [network.design.vpcs[vpc].route_tables[name] for network in (before, after)]
    one, other = (table.path_of(path) for table in tables)
    was, now = before.source.document.value(one), after.source.document.value(other)
    if not isinstance(was, dict) or not isinstance(now, dict):
        return
    for destination in {**was, **now}:
        if was.get(destination) != now.get(destination):
            back: dict[str | KeyPath, Any] = {(*other, destination): was.get(destination)}
            here = (*one, destination) if destination in was else None
            yield _Edit(vpc, section, name, "", here, (*other, destination) if destination in now else None, back)
