"""What an edit opened and closed, as text: few lines for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.answers.diff import Change, Difference
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.report.groups import Crowd
from reachsim.report.text import PLAIN, Look, Row, grid, hanging, number

_LINES = 12
_REASONS = 5


@dataclass(frozen=True)
class _Line:
    """Changes that a reviewer reads as one: alike but for the ports of clients."""

    changes: tuple[Change, ...]
    sources: tuple[str, ...]

    @property
    def first(self) -> Change:
        return self.changes[0]

    @property
    def weight(self) -> tuple[bool, int]:
        """What is read first: what the internet takes part in, then what concerns many."""
        return "internet" not in (*self.sources, *self.first.destinations), -len(self.sources) * len(
            self.first.destinations
        )


def diff_text(
    found: Difference, allowed: Sequence[Traffic], networks: tuple[Network, Network], look: Look = PLAIN
) -> str:
    """The verdict, then what was opened, what was closed, and which interfaces came and went."""
    style = look.style
    wrong = found.not_allowed(allowed)
    files = style.dim(f"{found.before} -> {found.after}")
    crowd = Crowd(networks)
    lines = [f"{_title(found, len(wrong), bool(allowed), look)}  {files}"]
    fine = tuple(change for change in found.opened if change not in wrong)
    for title, changes in (
        (style.red("opened"), wrong),
        (style.green("opened, as allowed"), fine),
        (style.yellow("closed"), found.closed),
    ):
        if changes:
            lines += ["", title, *_block(changes, crowd, look)]
    if found.added or found.removed:
        lines.append("")
    for word, names in (("added  ", found.added), ("removed", found.removed)):
        if names:
            lines += hanging(
                f"{word}  ", f"{number(len(names), 'interface')}: {crowd.describe(names, look)}", look.width
            )
    if found.undecided:
        lines += ["", style.yellow("cannot decide")]
        for reason in look.few(found.undecided, _REASONS):
            lines += hanging("  ", reason, look.width)
        rest = look.rest(found.undecided, _REASONS)
        lines += [f"  {rest}"] if rest else []
    return "\n".join(lines)


def _title(found: Difference, wrong: int, asked: bool, look: Look) -> str:
    style = look.style
    opened, closed = len(found.opened), len(found.closed)
    if wrong:
        words = f"{number(wrong, 'group')} of pairs opened" + (" beyond what is allowed" if asked else "")
        return f"{style.red('OPENED')}  {style.bold(words + (f', {closed} closed' if closed else ''))}"
    if found.undecided:
        return f"{style.yellow('CANNOT DECIDE')}  {style.bold('nothing was opened as far as it can be decided')}"
    if opened:
        words = "only what is allowed was opened" + (f", {number(closed, 'group')} of pairs closed" if closed else "")
        return f"{style.green('AS ALLOWED')}  {style.bold(words)}"
    if closed:
        return f"{style.green('NOTHING OPENED')}  {style.bold(f'{number(closed, "group")} of pairs closed')}"
    return f"{style.green('THE SAME')}  {style.bold('the same traffic flows between all that both have')}"


def _block(changes: Sequence[Change], crowd: Crowd, look: Look) -> list[str]:
    lines = sorted(_lines(changes, look), key=lambda line: line.weight)
    rows: list[Row] = []
    for line in look.few(lines, _LINES):
        text = line.first.text if len(line.changes) == 1 else f"{line.first.traffic} (some client ports)"
        text += ", one way" if line.first.one_way else ""
        rows.append([text, crowd.describe(line.sources, look), f"-> {crowd.describe(line.first.destinations, look)}"])
    out = grid(rows, look.width, indent=2)
    rest = look.rest(lines, _LINES)
    return [*out, f"  {rest}"] if rest else out


def _lines(changes: Iterable[Change], look: Look) -> list[_Line]:
    """Changes put together that differ in client ports alone, unless nothing is to be left out."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        plain = not look.whole and "client port" in change.text and " from " not in change.text
        key = (change.traffic if plain else change.text, change.one_way, change.destinations)
        found.setdefault(key, []).append(change)
    return [
        _Line(tuple(group), tuple(dict.fromkeys(name for change in group for name in change.sources)))
        for group in found.values()
    ]


def diff_data(found: Difference, allowed: Sequence[Traffic]) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    data = found.to_dict()
    wrong = found.not_allowed(allowed)
    changes = [
        {**change.to_dict(), "allowed": change.kind == "closed" or change not in wrong} for change in found.changes
    ]
    return {
        "before": data["before"],
        "after": data["after"],
        "ok": not wrong and not found.undecided,
        "allow_opened": [str(traffic) for traffic in allowed],
        **{key: data[key] for key in ("added", "removed", "undecided")},
        "changes": changes,
    }
