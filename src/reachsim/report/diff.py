"""What an edit opened and closed, as text: few lines for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.answers.diff_cause import Causes, causes_of
from reachsim.answers.diff_idle import IdleEdit, idle_edits
from reachsim.answers.difference import Change, Difference
from reachsim.errors import summary
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.reach.cell import say
from reachsim.report.data import boxes_data
from reachsim.report.groups import Crowd
from reachsim.report.text import PLAIN, Look, TextRow, grid, hanging, number

_LINES = 12
_CAUSED = 12
"""Lines of which the rule behind them is looked for; each takes two traces."""
_RULES = 4
_REASONS = 5
_IDLE = 6
_Sides = tuple[tuple[Network, Network], Mapping[str, str]]
"""The two networks, and what was renamed, before to after."""


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
    called_now = dict(found.renamed)
    crowd = Crowd(networks, called_now)
    one, other = (network.ends for network in networks)
    internet = one.callers & other.callers, one.world & other.world
    idle = idle_edits(found, *networks)
    lines = [_title(found, len(wrong), bool(allowed), look)]
    lines += hanging("  ", f"{found.before} -> {found.after}", look.width, style.dim)
    fine = tuple(change for change in found.opened if change not in wrong)
    for title, changes in (
        (style.red("opened"), wrong),
        (style.green("opened, as allowed"), fine),
        (style.yellow("closed"), found.closed),
        (style.yellow("as before, but for the ports that NAT devices choose"), found.changed),
    ):
        if changes:
            lines += ["", title, *_block(changes, crowd, internet, (networks, called_now), look)]
    if idle:
        lines += ["", style.dim("edited without effect"), *_idle(idle, look)]
    if found.added or found.removed or found.renamed:
        lines.append("")
    for word, names in (("added  ", found.added), ("removed", found.removed)):
        if names:
            lines += hanging(
                f"{word}  ", f"{number(len(names), 'interface')}: {crowd.describe(names, look)}", look.width
            )
    shown = look.few(found.renamed, _LINES)
    for old, new in shown:
        lines += hanging("renamed  ", f"{old} -> {new}", look.width)
    rest = look.rest(found.renamed, _LINES)
    lines += [f"         {rest}"] if rest else []
    if found.meanings:
        lines += ["", style.yellow("names that mean something else")]
        for meaning in look.few(found.meanings, _LINES):
            lines += hanging("  ", f"{meaning.name} in VPC {summary(meaning.vpcs)}", look.width)
            lines += hanging("    now     ", meaning.after, look.width, style.dim)
            lines += hanging("    before  ", meaning.before, look.width, style.dim)
        rest = look.rest(found.meanings, _LINES)
        lines += [f"  {rest}"] if rest else []
    if found.undecided:
        lines += ["", style.yellow("cannot decide")]
        for reason in look.few(found.undecided, _REASONS):
            lines += hanging("  ", reason, look.width)
        rest = look.rest(found.undecided, _REASONS)
        lines += [f"  {rest}"] if rest else []
    return "\n".join(lines)


def _idle(idle: Sequence[IdleEdit], look: Look) -> list[str]:
    """Rules and routes that were edited though nothing flows otherwise, with their lines."""
    out: list[str] = []
    for edit in look.few(idle, _IDLE):
        out += hanging(f"  {edit.kind:7}  ", edit.owner, look.width)
        for word, text, where in (("now", edit.after, edit.after_where), ("before", edit.before, edit.before_where)):
            if text:
                out += hanging(f"    {word:6}  ", f"{text}, {where}", look.width, look.style.dim)
        if edit.by:
            out += hanging("    alike   ", "; ".join(edit.by), look.width, look.style.dim)
    rest = look.rest(idle, _IDLE)
    return [*out, f"  {rest}"] if rest else out


def _title(found: Difference, wrong: int, asked: bool, look: Look) -> str:
    style = look.style
    opened, closed = len(found.opened), len(found.closed)
    if wrong:
        words = f"{number(wrong, 'change')} {'opens' if wrong == 1 else 'open'} traffic"
        words += " that is not allowed" if asked else ""
        words += f", {_closed(closed)}" if closed else ""
        return f"{style.red('OPENED')}  {style.bold(words)}"
    if found.undecided:
        return f"{style.yellow('CANNOT DECIDE')}  {style.bold('nothing was opened as far as it can be decided')}"
    if opened:
        words = "only what is allowed was opened" + (f", {_closed(closed)}" if closed else "")
        return f"{style.green('AS ALLOWED')}  {style.bold(words)}"
    if closed:
        return f"{style.green('NOTHING OPENED')}  {style.bold(_closed(closed))}"
    if found.changed:
        words = (
            f"the same traffic flows; of it, NAT devices lose another share in {number(len(found.changed), 'change')}"
        )
        return f"{style.green('NOTHING OPENED')}  {style.bold(words)}"
    if found.meanings:
        words = f"the same traffic flows, but {number(len(found.meanings), 'name')} of another meaning"
        return f"{style.green('NOTHING OPENED')}  {style.bold(words)}"
    return f"{style.green('THE SAME')}  {style.bold('the same traffic flows between all that both have')}"


def _closed(count: int) -> str:
    return f"{number(count, 'change')} {'closes' if count == 1 else 'close'} some"


def _text(change: Change, internet: tuple[AddressSet, AddressSet], look: Look) -> str:
    """The packets of a change in words. `internet`: that of both networks, as a source and as a destination."""

    def known(addresses: AddressSet, names: tuple[str, ...], world: AddressSet) -> AddressSet:
        family = next((f.addresses for f in (EVERY_IPV4, EVERY_IPV6) if addresses <= f.addresses), None)
        everything = AddressSet.everything() if family is None else family
        return everything & world if "internet" in names else everything

    return change.space.describe(
        known(change.space.sources(), change.sources, internet[0]),
        known(change.space.destinations(), change.destinations, internet[1]),
        sources_name="the internet",
        destinations_name="the internet",
        max_parts=1 << 30 if look.whole else 6,
    )


def _block(
    changes: Sequence[Change], crowd: Crowd, internet: tuple[AddressSet, AddressSet], sides: _Sides, look: Look
) -> list[str]:
    lines = sorted(_lines(changes, look), key=lambda line: line.weight)
    rows: list[TextRow] = []
    shown = look.few(lines, _LINES)
    for line in shown:
        unlike = {(change.text, "internet" in change.sources): change for change in line.changes}
        texts = {_text(change, internet, look) for change in unlike.values()}
        text = min(texts) if len(texts) == 1 else f"{say(line.first.traffic)} (some client ports)"
        text += ", one way" if line.first.one_way else ""
        text += f"; {line.first.nat}" if line.first.nat else ""
        rows.append([text, crowd.describe(line.sources, look), "->", crowd.describe(line.first.destinations, look)])
    out = grid(rows, look.width, indent=2)
    rest = look.rest(lines, _LINES)
    return [*out, *([f"  {rest}"] if rest else []), *_reasons(shown, sides, look)]


def _reasons(lines: Sequence[_Line], sides: _Sides, look: Look) -> list[str]:
    """Each rule that is behind some of the changes once: what it says now, what it said before, and the lines."""
    networks, names = sides
    causes_between = Causes(*networks, names)
    causes = map(causes_between.behind, (line.first for line in lines[:_CAUSED]))
    found = {str(cause): cause for cause in causes if cause is not None}
    out: list[str] = []
    for cause in list(found.values())[:_RULES]:
        out += hanging("  because  ", f"{cause.component} {cause.checkpoint}", look.width)
        for word, text, where in (
            ("now   ", cause.after, cause.after_where),
            ("before", cause.before, cause.before_where),
        ):
            place = f", {where}" if where else ""
            out += hanging(f"    {word}  ", f"{text or 'not on the way'}{place}", look.width, look.style.dim)
        if cause.elsewhere:
            out += hanging("    edited  ", f"{cause.edited}, {cause.edited_where}", look.width, look.style.dim)
    left = len(found) - _RULES
    return [*out, f"  and {left} more rules"] if left > 0 else out


def _lines(changes: Iterable[Change], look: Look) -> list[_Line]:
    """Changes put together that differ in client ports alone, unless nothing is to be left out; the internet's stand
    alone."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        plain = (
            not look.whole
            and "client port" in change.text
            and " from " not in change.text
            and "internet" not in change.sources
        )
        key = (change.traffic if plain else change.text, change.one_way, change.nat, change.destinations)
        found.setdefault(key, []).append(change)
    return [
        _Line(tuple(group), tuple(dict.fromkeys(name for change in group for name in change.sources)))
        for group in found.values()
    ]


def diff_data(found: Difference, allowed: Sequence[Traffic], networks: tuple[Network, Network]) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    data = found.to_dict()
    wrong = found.not_allowed(allowed)
    causes = causes_of(found, *networks)
    changes = [
        {
            **change.to_dict(),
            "boxes": boxes_data(change.space),
            "allowed": change.kind != "opened" or change not in wrong,
            "behind": causes[index].to_dict() if index in causes else None,
        }
        for index, change in enumerate(found.changes)
    ]
    return {
        "before": data["before"],
        "after": data["after"],
        "ok": not wrong and not found.undecided,
        "allow_opened": [str(traffic) for traffic in allowed],
        **{key: data[key] for key in ("added", "removed", "renamed", "names", "undecided")},
        "changes": changes,
        "without_effect": [edit.to_dict() for edit in idle_edits(found, *networks, causes)],
    }
