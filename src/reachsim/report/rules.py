"""Rules that decide nothing, and rule sets held against each other, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reachsim.answers.rulesets import Comparisons, IdleRule
from reachsim.dataplane.filters import Direction
from reachsim.errors import visible
from reachsim.net.headerspace import HeaderSpace
from reachsim.places import line_of
from reachsim.report.text import PLAIN, Look, TextRow, grid, hanging, number

_OWNERS = 20
_RULES = 12
_EVERY_PART = 1 << 30


def rules_text(found: Sequence[IdleRule], file: str, look: Look = PLAIN) -> str:
    """How many rules are idle, then each with the rules that make it so, under the ACL or group that has it."""
    style = look.style
    if not found:
        return f"{style.green('NO IDLE RULES')}  {style.bold('every rule decides something')}  {style.dim(file)}"
    kinds = [
        f"{count} {kind}" for kind in ("shadowed", "redundant") if (count := sum(rule.kind == kind for rule in found))
    ]
    title = f"{number(len(found), 'rule')} could go: {', '.join(kinds)}"
    lines = [f"{style.yellow('IDLE RULES')}  {style.bold(title)}  {style.dim(file)}"]
    owners: dict[tuple[str, str], list[IdleRule]] = {}
    for rule in found:
        owners.setdefault((rule.owner, rule.direction), []).append(rule)
    groups = list(owners.items())
    for (owner, direction), rules in look.few(groups, _OWNERS):
        lines += ["", *hanging("  ", f"{owner} {direction}", look.width, style.bold)]
        rows: list[TextRow] = [[line_of(rule.where), rule.rule, rule.why] for rule in look.few(rules, _RULES)]
        lines += grid(rows, look.width, indent=4)
        rest = look.rest(rules, _RULES)
        lines += [f"    {rest}"] if rest else []
    rest = look.rest(groups, _OWNERS)
    return "\n".join([*lines, "", f"  {rest}"] if rest else lines)


def rules_data(found: Sequence[IdleRule], file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": file, "idle_rules": [rule.to_dict() for rule in found]}


def comparison_text(found: Comparisons, look: Look = PLAIN) -> str:
    """The verdict, then by kind and direction what only one of the two lets through."""
    style = look.style
    title = style.green("EQUIVALENT") if found else style.red("NOT EQUIVALENT")
    lines = [f"{title}  {style.bold(f'{found.one}, {found.other}')}"]
    for part in found.parts:
        label = f"{part.kind} {part.direction.value}"
        result = part.result
        if result:
            lines += hanging("  ", f"{label}: the same", look.width)
            continue
        lines += hanging("  ", f"{label}:", look.width)
        for name, space in ((found.one, result.only_one), (found.other, result.only_other)):
            if space:
                lines += hanging(f"    only {visible(name)}  ", describe_peers(space, part.direction, look), look.width)
        groups = ", ".join(sorted(f"{vpc}.{group}" for vpc, group in result.groups_differ))
        if groups:
            preposition = "to" if part.direction is Direction.EGRESS else "from"
            lines += hanging("    not alike  ", f"what is allowed {preposition} members of {groups}", look.width)
    return "\n".join(lines)


def describe_peers(space: HeaderSpace, direction: Direction, look: Look = PLAIN) -> str:
    """What rules let through: traffic with the peers' addresses, ``from`` or ``to`` them."""
    if direction is Direction.EGRESS:
        boxes = (HeaderSpace.box(box.traffic, box.destinations, box.sources) for box in space.boxes())
        space = HeaderSpace.union(boxes)
    return space.describe(max_parts=_EVERY_PART if look.whole else 12)


def comparison_data(found: Comparisons, file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    whole = Look(whole=True)
    return {
        "file": file,
        "one": found.one,
        "other": found.other,
        "equivalent": bool(found),
        "parts": [
            {
                "kind": part.kind,
                "direction": part.direction.value,
                "equivalent": bool(part.result),
                "only_one": describe_peers(part.result.only_one, part.direction, whole),
                "only_other": describe_peers(part.result.only_other, part.direction, whole),
                "groups": sorted(f"{vpc}.{group}" for vpc, group in part.result.groups_differ),
            }
            for part in found.parts
        ],
    }
