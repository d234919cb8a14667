"""Fixes as text: what to change, where, what it opens, and the patch."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.fixes import Fix, Fixes, FixPlan
from reachsim.errors import format_path
from reachsim.markup import visible
from reachsim.report.text import PLAIN, Look, hanging, number
from reachsim.resources.mending import Edit
from reachsim.trace.asker import Locate

"""From key path to ``file:line``."""
_OPENED = 6
_NO_PATCH = "no patch: the design was made of other files; make the change in what they were made of"


def fixes_text(found: Fixes, locate: Locate, look: Look = PLAIN) -> str:
    """The fixes of one question, the best first, with the patch of the best."""
    style = look.style
    result = found.result
    if result.holds:
        return f"{style.green('HOLDS')}  {style.bold(visible(result.question))}\n  nothing to fix"
    lines = [f"{_title(found, look)}  {style.bold(visible(result.question))}"]
    lines += hanging("  ", result.reason, look.width)
    for place, fix in enumerate(found, 1):
        lines += ["", *_fix_lines(f"{place}. ", fix, locate, look)]
    lines += _reasons(found, look)
    if found.best is not None:
        lines += ["", *_patch(found.best, "patch of fix 1:" if len(found) > 1 else "patch:", look)]
    return "\n".join(lines)


def _title(found: Fixes, look: Look) -> str:
    if found.result.verdict == "undecided":
        return str(look.style.yellow("CANNOT DECIDE"))
    if not found:
        return str(look.style.red("NO FIX"))
    return str(look.style.green(number(len(found), "FIX", "FIXES")))


def _reasons(found: Fixes, look: Look) -> Iterator[str]:
    if found.result.verdict == "undecided" or not (found.reasons or not found):
        return
    reasons = found.reasons or (_tried(found),)
    yield ""
    yield "why no edit helps:" if not found else "think also of this:"
    for reason in reasons:
        yield from hanging("  ", reason, look.width)


def _tried(found: Fixes) -> str:
    if not found.tried:
        return "no component of the design has an edit to propose for what stops it"
    if found.tried == 1:
        return "one set of edits was tried, and does not make it hold"
    return f"{number(found.tried, 'set')} of edits were tried, and none makes it hold"


def plan_text(plan: FixPlan, locate: Locate, look: Look = PLAIN) -> str:
    """What makes all failing expectations hold, what is left, and one patch."""
    style = look.style
    lines: list[str] = []
    if plan.whole is None and not plan.left and not plan.undecided:
        return f"{style.green('HOLDS')}  {_all(plan.total)}; nothing to fix"
    if plan.whole is not None:
        title = number(len(plan.whole.edits), "EDIT", "EDITS")
        numbers = ", ".join(f"#{n}" for n in plan.whole.holds)
        verb = "makes" if len(plan.whole.edits) == 1 else "make"
        of = number(plan.total, "expectation")
        lines.append(f"{style.green(title)}  {verb} {numbers} hold (of {of}), and no other one fails")
        for place, edit in enumerate(plan.whole.edits, 1):
            lines += ["", *hanging(f"{place}. ", edit.text, look.width, style.bold)]
            lines += _places(edit, locate, look)
            lines += _for(plan, edit, look)
        lines += ["", *_opens(plan.whole, look, "")]
    for found in plan.left:
        lines += [
            "",
            f"{_title(found, look)}  {style.bold(visible(f'#{found.result.number} {found.result.question}'))}",
        ]
        lines += hanging("  ", found.result.reason, look.width)
        lines += _reasons(found, look)
    for result in plan.undecided:
        lines += ["", f"{style.yellow('CANNOT DECIDE')}  {style.bold(visible(f'#{result.number} {result.question}'))}"]
        lines += hanging("  ", result.reason, look.width)
    if plan.whole is not None:
        lines += ["", *_patch(plan.whole, "patch:", look)]
    return "\n".join(lines).lstrip("\n")


def sessions_text(plan: FixPlan, locate: Locate, look: Look = PLAIN) -> str:
    """What makes agents reach what Session Manager needs, what is left, and one patch; nothing where nothing is missing."""
    lines: list[str] = []
    if plan.whole is not None:
        title = number(len(plan.whole.edits), "EDIT", "EDITS")
        ways = number(plan.total - len(plan.left) - len(plan.undecided), "missing way")
        lines.append(f"{look.style.green(title)}  for {ways} to Session Manager, and no expectation fails")
        for place, edit in enumerate(plan.whole.edits, 1):
            lines += ["", *hanging(f"{place}. ", edit.text, look.width, look.style.bold), *_places(edit, locate, look)]
            asked = (part.result for part in plan.parts if part.best is not None and edit in part.best.edits)
            for result in asked:
                lines += hanging("   ", f"for {result.question}", look.width)
        lines += ["", *_opens(plan.whole, look, "")]
    for found in plan.left:
        lines += ["", f"{_title(found, look)}  {look.style.bold(visible(found.result.question))}"]
        lines += hanging("  ", found.result.reason, look.width)
        lines += _reasons(found, look)
    if plan.whole is not None:
        lines += ["", *_patch(plan.whole, "patch:", look)]
    return "\n".join(lines).lstrip("\n")


def _all(total: int) -> str:
    return f"all {number(total, 'expectation')} hold" if total else "the design has no expectations"


def _for(plan: FixPlan, edit: Edit, look: Look) -> Iterator[str]:
    """The expectations that an edit is for, and what else could be done for them."""
    for part in plan.parts:
        if part.best is not None and any(each.key == edit.key for each in part.best.edits):
            also = "".join(f", #{n}" for n in part.best.holds)
            yield from hanging(
                "   ", f"for #{part.result.number} {part.result.question}{also and ', and for ' + also[2:]}", look.width
            )
            if len(part) > 1:
                text = f"or {part[1]}" + (f", or {number(len(part) - 2, 'other way')}" if len(part) > 2 else "")
                yield from hanging("   ", text, look.width, look.style.dim)


def _fix_lines(mark: str, fix: Fix, locate: Locate, look: Look) -> Iterator[str]:
    for place, edit in enumerate(fix.edits):
        yield from hanging(mark if not place else "   and ", edit.text, look.width, look.style.bold)
        yield from _places(edit, locate, look)
    if fix.holds:
        yield f"   also for {', '.join(f'#{n}' for n in fix.holds)}"
    yield from _opens(fix, look, "   ")


def _places(edit: Edit, locate: Locate, look: Look) -> Iterator[str]:
    for change in edit.changes:
        where = locate(change.path)
        yield from hanging(
            "   ", f"{where + '  ' if where else ''}{format_path(change.path)}", look.width, look.style.dim
        )


def _opens(fix: Fix, look: Look, indent: str) -> Iterator[str]:
    """What flows afterwards beyond what was asked for."""
    if not fix.opens:
        yield f"{indent}opens nothing else"
    shown = look.few(fix.opens, _OPENED)
    for change in shown:
        yield from hanging(
            indent, f"also {change}".replace("also opened:", "also opens:"), look.width, look.style.yellow
        )
    if len(shown) < len(fix.opens):
        yield indent + look.rest(fix.opens, _OPENED)
    for change in fix.closes:
        yield from hanging(indent, str(change).replace("closed:", "closes:"), look.width, look.style.yellow)
    for reason in fix.undecided:
        yield from hanging(indent, f"cannot decide what opens here: {reason}", look.width, look.style.yellow)


def _patch(fix: Fix, title: str, look: Look) -> Iterator[str]:
    if fix.patch is None:
        yield from hanging("", _NO_PATCH, look.width, look.style.dim)
        return
    yield title
    for line in fix.patch.diff.splitlines():
        safe = visible(line)
        if line.startswith("+") and not line.startswith("+++"):
            yield str(look.style.green(safe))
        elif line.startswith("-") and not line.startswith("---"):
            yield str(look.style.red(safe))
        else:
            yield safe
