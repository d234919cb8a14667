"""Forwarding loops and blackholes, as text: each cause once, with the route tables that have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reachsim.answers.policy import DeadEnd
from reachsim.places import line_of
from reachsim.report.text import PLAIN, Look, TextRow, grid, hanging, number

_CAUSES = 15
_TABLES = 10


def deadends_text(found: Sequence[DeadEnd], file: str, look: Look = PLAIN) -> str:
    """How many routes lead nowhere, then each cause with its route tables, the commonest first."""
    style = look.style
    if not found:
        return f"{style.green('NO DEAD ENDS')}  {style.bold('no loop, no blackhole')}  {style.dim(file)}"
    loops = sum(end.code == "FORWARDING_LOOP" for end in found)
    parts = [
        number(loops, "loop") if loops else "",
        number(len(found) - loops, "blackhole") if loops < len(found) else "",
    ]
    title = ", ".join(part for part in parts if part)
    lines = [f"{style.red('DEAD ENDS')}  {style.bold(title)}  {style.dim(file)}"]
    causes: dict[tuple[str, str, str], list[DeadEnd]] = {}
    for end in found:
        causes.setdefault((end.code, end.route, end.text), []).append(end)
    ordered = sorted(causes.values(), key=lambda ends: -len(ends))
    for ends in look.few(ordered, _CAUSES):
        first = ends[0]
        lines += ["", *hanging("  ", f"{first.text}  {first.code}", look.width)]
        rows: list[TextRow] = [
            [end.table, str(end.destinations).replace(",", ", "), line_of(end.where)] for end in look.few(ends, _TABLES)
        ]
        lines += grid(rows, look.width, indent=4)
        rest = look.rest(ends, _TABLES)
        lines += [f"    {rest}"] if rest else []
    rest = look.rest(ordered, _CAUSES)
    return "\n".join([*lines, f"  {rest}"] if rest else lines)


def deadends_data(found: Sequence[DeadEnd], file: str) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": file, "dead_ends": [end.to_dict() for end in found]}
