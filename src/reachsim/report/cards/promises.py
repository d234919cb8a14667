"""Cards of what a design promises, and of what would make it keep that: a check, one result, fixes with their proof."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.answers.difference import Change
from reachsim.answers.expectations import Check, Result, ResultVerdict
from reachsim.answers.fixes import Fix, Fixes, FixPlan
from reachsim.cards import RESULT_MOODS, Mood, card, folded, joined, lines, listing, note, patch, place, tag
from reachsim.errors import counted, format_path
from reachsim.faces import html_of
from reachsim.markup import Html, element, escape
from reachsim.report.cards.packets import blocker_text, leg
from reachsim.resources.mending import Edit
from reachsim.trace.result import reached

_RESULTS = 40
_ORDER: tuple[ResultVerdict, ...] = ("fails", "undecided", "holds")


@html_of.register
def _(check: Check) -> str:
    held = sum(result.holds for result in check)
    if not len(check):
        return card("unknown", "nothing to check", "the design has no expectations")
    mood, verdict = ("good", "holds") if check.ok else ("bad", "fails") if check.failures else ("unknown", "undecided")
    first = sorted(check.results, key=lambda result: _ORDER.index(result.verdict))
    rows = [
        (f"#{r.number}", tag(RESULT_MOODS[r.verdict], r.verdict), r.question, _why(r), place(r.where)) for r in first
    ]
    header = ("", "verdict", "expectation", "why", "where")
    title = f"{held} of {counted(len(check), 'expectation')} hold"
    return card(_mood(mood), verdict, title, listing(rows, header, most=max(_RESULTS, len(check) - held)))


def _mood(mood: str) -> Mood:
    return "good" if mood == "good" else "bad" if mood == "bad" else "unknown"


def _why(result: Result) -> str:
    """Why it does not hold, or a person wrote it."""
    if not result.holds:
        return result.reason
    return "; ".join(filter(None, (result.expectation.why or "", result.warning and f"warning: {result.warning}")))


@html_of.register
def _(result: Result) -> str:
    label = f"#{result.number} {result.question}" if result.number else result.question
    denied = result.expectation.deny is not None
    return card(
        RESULT_MOODS[result.verdict],
        result.verdict,
        label,
        note(place(result.where)),
        note(result.expectation.why),
        note(result.failing_text and f"{'delivered' if denied else 'failing'}: {result.failing_text}"),
        note(result.warning and f"warning: {result.warning}"),
        lines(result.notes, "notes"),
        *_witness(result, denied=denied),
        why="" if result.holds or (result.failing_text and denied) else result.reason,
    )


def _witness(result: Result, *, denied: bool) -> list[Html | None]:
    """One packet for which it fails."""
    trace = result.witness
    if trace is None:
        return []
    back = () if denied or result.expectation.one_way or not trace.shown.delivered else trace.reply
    others = () if denied else trace.blockers[1:]
    undecided = trace.shown.undecided
    return [
        leg("such as", reached(trace.forward, undecided)),
        leg("and its answer", reached(back, undecided)),
        folded(f"also in the way ({len(others)})", lines(map(blocker_text, others))),
    ]


@html_of.register
def _(found: Fixes) -> str:
    result = found.result
    if result.holds:
        return card("good", "holds", result.question, why="nothing to fix")
    if not found:
        mood: Mood = "unknown" if result.verdict == "undecided" else "bad"
        word = "undecided" if result.verdict == "undecided" else "no fix"
        reasons = lines(found.reasons, "why no edit helps")
        return card(mood, word, result.question, reasons, why=result.reason)
    parts = [_fix(fix, f"fix {place}: {fix}", open_=place == 1) for place, fix in enumerate(found, 1)]
    more = lines(found.reasons, "think also of this")
    title = f"for {result.question}"
    return card("good", counted(len(found), "fix", "fixes"), title, *parts, more, why=result.reason)


def _fix(fix: Fix, title: str, *, open_: bool) -> Html:
    return element("details", element("summary", title), *_of(fix), open=open_)


def _of(fix: Fix) -> list[Html]:
    """What a fix changes, what is proven of it, what it opens, and its patch."""
    how = "asking an edited copy" if fix.patch is None else "reading the patched file again"
    parts = [
        lines(map(_edit, fix.edits)),
        lines(_proof(fix), f"proven, by {how}"),
        None if fix.patch is None else folded("patch", patch(fix.patch.diff)),
    ]
    return [part for part in parts if part is not None]


def _edit(edit: Edit) -> Html:
    keys = [element("code", format_path(change.path)) for change in edit.changes]
    return joined(escape(f"{edit.text}: "), *(joined(Html(" "), key) for key in keys))


def _proof(fix: Fix) -> list[Html]:
    """What `fix` promises of its value (docs/explain.md)."""
    holds = ", ".join(f"#{n}" for n in fix.holds)
    said: list[tuple[Mood, str, str]] = [("good", "holds", fix.question or f"{holds} hold")]
    if fix.question and holds:
        said.append(("good", "holds", f"{holds} too"))
    said.append(("good", "unbroken", "no other expectation breaks, and no warning is new"))
    said += [("look", "opens", _change(change)) for change in fix.opens]
    said += [("look", "closes", _change(change)) for change in fix.closes]
    said += [("unknown", "undecided", reason) for reason in fix.undecided]
    if not fix.opens and not fix.undecided:
        said.append(("good", "opens nothing", "beyond what was asked for"))
    return [joined(tag(mood, word), escape(f" {text}")) for mood, word, text in said]


def _change(change: Change) -> str:
    return str(change).partition(": ")[2]


@html_of.register
def _(fix: Fix) -> str:
    return card("good", "fix", str(fix), *_of(fix), why=fix.question and f"for {fix.question}")


@html_of.register
def _(plan: FixPlan) -> str:
    left = [joined(_tagged(found), escape(f" {_numbered(found.result)}: {_left(found)}")) for found in plan.left]
    left += [
        joined(tag("unknown", "undecided"), escape(f" {_numbered(result)}: {result.reason}"))
        for result in plan.undecided
    ]
    mood: Mood = "good" if plan.ok else "bad" if plan.left else "unknown"
    word = "fixed" if plan.ok and plan.whole else "nothing to fix" if plan.ok else "not all fixed"
    whole = [] if plan.whole is None else _of(plan.whole)
    title = plan.title if plan.whole is not None or not plan.ok else f"of {counted(plan.total, 'expectation')}"
    return card(mood, word, title, *whole, _ways(plan.parts), lines(left, "not fixed"))


def _tagged(found: Fixes) -> Html:
    return tag("unknown", "undecided") if found.result.verdict == "undecided" else tag("bad", "no fix")


def _numbered(result: Result) -> str:
    return f"#{result.number} {result.question}"


def _left(found: Fixes) -> str:
    return "; ".join(found.reasons) or found.result.reason


def _ways(parts: Sequence[Fixes]) -> Html | None:
    rows = [
        (f"#{part.result.number}", part.result.question, str(part.best), counted(len(part) - 1, "other"))
        for part in parts
        if part.best is not None
    ]
    return folded("what each edit is for", listing(rows, ("", "expectation", "edit", "ways besides")))
