"""The card of what an edit opened and closed."""

from __future__ import annotations

from reachsim.answers.difference import Change, ChangeKind, Difference
from reachsim.cards import Mood, card, lines, listing, note, tag
from reachsim.errors import summary
from reachsim.faces import html_of

_CHANGES = 40
_MOODS: dict[ChangeKind, Mood] = {"opened": "bad", "closed": "plain", "changed": "look"}
_SIGNS: dict[ChangeKind, str] = {"opened": "+ ", "closed": "− ", "changed": "± "}


@html_of.register
def _(difference: Difference) -> str:
    mood, verdict = _verdict(difference)
    rows = [_row(change) for change in (*difference.opened, *difference.closed, *difference.changed)]
    counts = f"{len(difference.opened)} opened, {len(difference.closed)} closed"
    counts += f", {len(difference.changed)} with another loss" if difference.changed else ""
    return card(
        mood,
        verdict,
        counts,
        listing(rows, ("", "traffic", "from", "", "to"), most=_CHANGES),
        note(difference.added and f"new: {summary(difference.added)}"),
        note(difference.removed and f"gone: {summary(difference.removed)}"),
        note(difference.renamed and f"renamed: {summary([f'{old} → {new}' for old, new in difference.renamed])}"),
        lines(difference.undecided, "cannot be decided"),
        why=f"{difference.before} → {difference.after}",
    )


def _verdict(difference: Difference) -> tuple[Mood, str]:
    if difference.opened:
        return "bad", "opened"
    if difference.undecided:
        return "unknown", "undecided"
    return "good", "nothing opened" if difference else "the same"


def _row(change: Change) -> tuple[object, ...]:
    text = change.text + (", one way" if change.one_way else "") + (f"; {change.nat}" if change.nat else "")
    among = change.sources == change.destinations
    ends = ("among", "", summary(change.destinations)) if among else (
        summary(change.sources), "→", summary(change.destinations)
    )  # fmt: skip
    return (tag(_MOODS[change.kind], change.kind, _SIGNS[change.kind]), text, *ends)
