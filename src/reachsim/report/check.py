"""A check as text: how many expectations fail and by which causes, then each of them, then the details of
those that fail."""

from __future__ import annotations

from collections.abc import Sequence

from reachsim.answers.expectations import RESULT_TITLES, Check, Result
from reachsim.report.text import PLAIN, Look, TextRow, grid, hanging, holding, number
from reachsim.report.trace import brief_hops, hop_lines, other_lines, reference
from reachsim.trace.result import Blocker

_CAUSES = 10
_LISTED = 40
_DETAILED = 10
_OTHERS = 3
_SET_LINES = 4


def check_text(check: Check, file: str, look: Look = PLAIN, warnings: int = 0) -> str:
    """Verdict and causes first, then every expectation in a line, then what fails in detail, then the
    verdict once more."""
    lines = [_summary(check, file, look), *_causes(check, look)]
    if len(check):
        lines += ["", *_list(check, look)]
    for result in check:
        for note in result.notes:
            lines += hanging(f"note: #{result.number} holds, and ", note, look.width)
    wrong = [result for result in check if not result.holds]
    for result in look.few(wrong, _DETAILED):
        lines += ["", *_details(result, look)]
    rest = look.rest(wrong, _DETAILED)
    if rest:
        lines += ["", rest]
    if warnings:
        lines += ["", look.style.yellow(f"{number(warnings, 'warning')}: reachsim show {file} warnings")]
    if wrong:
        lines += ["", _summary(check, file, look)]
    return "\n".join(lines)


def result_text(result: Result, look: Look = PLAIN) -> str:
    """One expectation by itself."""
    if not result.holds:
        return "\n".join(_details(result, look))
    lines = hanging("", result.title, look.width)
    if result.warning:
        lines += hanging("  warning: ", result.warning, look.width)
    for note in result.notes:
        lines += hanging("  note: it holds, and ", note, look.width)
    return "\n".join(lines)


def _summary(check: Check, file: str, look: Look) -> str:
    style = look.style
    total = number(len(check), "expectation")
    if not len(check):
        return f"{style.yellow('NOTHING TO CHECK')}  {style.bold(file)} has no expectations"
    if check.ok:
        words = holding(len(check))
        return f"{style.green('HOLDS')}  {style.bold(words)}  {style.dim(file)}"
    parts = []
    if check.failures:
        parts.append(f"{len(check.failures)} of {total} fail" + ("s" if len(check.failures) == 1 else ""))
    if check.undecided:
        parts.append(f"{len(check.undecided)} of {total} cannot be decided")
    expected = sum(result.as_marked for result in check.failures)
    if expected:
        parts.append(
            "as marked in the file" if expected == len(check.failures) else f"{expected} of them as marked in the file"
        )
    title = style.red("FAILS") if check.failures else style.yellow("CANNOT DECIDE")
    return f"{title}  {style.bold(', '.join(parts))}  {style.dim(file)}"


def _causes(check: Check, look: Look) -> list[str]:
    """Each cause once, with the numbers of the expectations that it makes fail, the commonest first."""
    found: dict[tuple[str, str, str], tuple[str, str, list[int]]] = {}
    for result in check:
        if result.holds:
            continue
        blocker = first_blocker(result)
        if blocker is None:
            key: tuple[str, str, str] = result.verdict, result.reason, ""
            text, where = result.reason, ""
        else:
            key = blocker.code, blocker.component, blocker.where
            text = f"{blocker.component} {blocker.checkpoint}: {blocker.text}"
            where = reference(blocker.code, blocker.rule_id, blocker.where)
        found.setdefault(key, (text, where, []))[2].append(result.number)
    causes = sorted(found.values(), key=lambda cause: (-len(cause[2]), cause[2]))
    lines: list[str] = []
    for text, where, numbers in look.few(causes, _CAUSES):
        label = f"  {_numbers(numbers):>{max(len(_numbers(c[2])) for c in causes)}}  "
        lines += hanging(label, text, look.width)
        if where:
            lines += hanging(" " * len(label), where, look.width, look.style.dim)
    rest = look.rest(causes, _CAUSES)
    return [*lines, f"  {rest}"] if rest else lines


def _numbers(numbers: Sequence[int]) -> str:
    most = 6
    text = ", ".join(f"#{n}" for n in numbers[:most])
    return text if len(numbers) <= most else f"{text} and {len(numbers) - most} more"


def first_blocker(result: Result) -> Blocker | None:
    """What stops a failing `allow`; None for a `deny`, which fails because nothing does."""
    return result.blockers[0] if result.blockers and result.expectation.allow is not None else None


def _list(check: Check, look: Look) -> list[str]:
    rows: list[TextRow] = []
    width = len(f"#{len(check)}") + 2
    shown = list(look.few(check.results, _LISTED))
    if len(shown) < len(check):  # what fails is never cut
        shown += [result for result in check.results[_LISTED:] if not result.holds]
    for result in shown:
        paint = {"holds": look.style.green, "fails": look.style.red}.get(result.verdict, look.style.yellow)
        rows.append(
            [
                f"#{result.number}".rjust(width),
                (RESULT_TITLES[result.verdict], paint),
                result.question,
                _note(result),
            ]
        )
    lines = grid(rows, look.width)
    left = len(check) - len(shown)
    return [*lines, f"      ... and {left} more that hold (--all shows them)"] if left else lines


def _note(result: Result) -> str:
    """Why a person wrote it, and whether it fails as marked."""
    mark = result.expectation.fails
    parts = [result.expectation.why] if result.expectation.why else []
    if result.warning:
        parts.append(f"(warning: {result.warning})")
    if mark is not None and result.as_marked:
        parts.append("(fails as marked)")
    elif mark is not None:
        parts.append(f"(marked as failing by {mark})")
    return " ".join(parts)


def _details(result: Result, look: Look) -> list[str]:
    """One expectation that does not hold: question, reason, failing set, witness, hops until the blocker,
    other blockers."""
    style = look.style
    paint = style.red if result.verdict == "fails" else style.yellow
    lines = hanging(f"{paint(result.label)}  ", result.question, look.width, style.bold)
    lines[-1] += f"  {style.dim(result.where)}" if result.where else ""
    blocker = first_blocker(result)
    rows: list[tuple[str, str]] = []
    if result.expectation.why:
        rows.append(("why", result.expectation.why))
    if blocker is not None:
        rows.append(("because", f"{blocker.component} {blocker.checkpoint}: {blocker.text}"))
        rows.append(("", reference(blocker.code, blocker.rule_id, blocker.where)))
        if result.loss:
            rows.append(("in part", result.loss))
    elif result.verdict == "undecided" or not result.failing_text:
        rows.append(("because", result.reason))
    else:
        rows.append(("because", "some packet is delivered" if result.expectation.deny is not None else result.reason))
    mark = result.expectation.fails
    if mark is not None:
        rows.append(("marked", f"fails: {mark}" + ("" if result.as_marked else ", but it does so otherwise")))
    for label, text in rows:
        lines += hanging(f"  {label:8} ", text, look.width)
    if result.failing_text:
        word = "passes" if result.expectation.deny is not None else "failing"
        failing = hanging(f"  {word:8} ", result.failing_text, look.width)
        lines += look.few(failing, _SET_LINES)
        rest = look.rest(failing, _SET_LINES)
        lines += [f"  {'':8} {rest.replace(' more', ' more lines')}"] if rest else []
    lines += _witness(result, look)
    return lines


def _witness(result: Result, look: Look) -> list[str]:
    trace = result.witness
    if trace is None:
        return []
    lines: list[str] = []
    if trace.packet is not None:
        lines += hanging(f"  {'packet':8} ", str(trace.packet), look.width)
    undecided = trace.shown.undecided
    there = brief_hops(trace.forward, undecided)
    dropped_there = any(hop.action == "drop" or (undecided and hop.action == "unknown") for hop in trace.forward)
    lines += hop_lines(there, look, 2)
    if not dropped_there and trace.reply and result.expectation.deny is None and not result.expectation.one_way:
        lines += [f"  {'answer':8} {trace.reply[0].before}", *hop_lines(brief_hops(trace.reply, undecided), look, 2)]
    others = trace.blockers[1:]
    if others and result.expectation.deny is None:
        lines.append("  also in the way:")
        for blocker in look.few(others, _OTHERS):
            lines += other_lines(blocker, look, "    ")
        rest = look.rest(others, _OTHERS)
        lines += [f"    {rest}"] if rest else []
    return lines
