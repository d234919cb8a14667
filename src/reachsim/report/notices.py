"""Answers as notices: what the machines of a review show beside a line (GitHub, code scanning, a list of tests)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reachsim.answers.diff_cause import Behind, causes_of
from reachsim.answers.diff_idle import IdleEdit, idle_edits
from reachsim.answers.difference import Change, Difference
from reachsim.answers.expectations import Check, Result
from reachsim.answers.lint.run import Lint
from reachsim.answers.rulesets import Comparisons, IdleRule
from reachsim.errors import DesignError, Problem, ReachsimError, format_path, summary
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.places import file_of, number_of
from reachsim.report.check import first_blocker
from reachsim.report.text import holding, number
from reachsim.report.trace import reference
from reachsim.resources.unmodelled import Door
from reachsim.trace.result import Trace

Level = Literal["passes", "note", "warning", "error"]
"""How grave a notice is. An error is what makes the command end with exit code 1 or 2."""


@dataclass(frozen=True)
class Notice:
    """One thing to be told beside a line. `name`: of what was asked, the same in every run. `code`: stable, of its kind.
    `text`: in one sentence, or where it passes nothing. `file`, `line`: where."""

    level: Level
    name: str
    code: str
    text: str = ""
    file: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Report:
    """The notices of one answer. `title`: the verdict in one line. `remarks`: what goes for all of it."""

    command: str
    file: str
    title: str
    notices: tuple[Notice, ...]
    remarks: tuple[str, ...] = field(default=())

    def with_doors(self, doors: Sequence[Door]) -> Report:
        """With what is not modelled, which no answer forgets."""
        told = [f"not modelled here: {door.name} ({door.noun})" for door in doors]
        return replace(self, remarks=(*self.remarks, *told))


def place(where: str) -> tuple[str, int | None]:
    """File and line of ``file:line``.

    >>> place("net.yaml:7"), place("net.yaml"), place("")
    (('net.yaml', 7), ('net.yaml', None), ('', None))
    """
    return file_of(where), number_of(where)


# --- check ----------------------------------------------------------------------------------------------------------

FAILS = "EXPECTATION_FAILS"
"""The code of an expectation that no one blocker makes fail, such as a `deny`."""
UNDECIDED = "CANNOT_DECIDE"


def check_report(check: Check, file: str, warnings: Sequence[Problem] = ()) -> Report:
    """A notice for each expectation, and for each warning about the file."""
    fail = "fails" if len(check.failures) == 1 else "fail"
    wrong = (len(check.failures), fail), (len(check.undecided), "cannot be decided")
    total = number(len(check), "expectation")
    title = ", ".join(f"{count} of {total} {text}" for count, text in wrong if count)
    notices = [_expectation(result) for result in check]
    return Report("check", file, title or holding(len(check)), (*notices, *map(_warning, warnings)))


def _expectation(result: Result) -> Notice:
    file, line = place(result.where)
    name = f"#{result.number} {result.question}"
    if result.holds:
        return Notice("passes", name, "", result.warning, file, line)
    blocker = first_blocker(result)
    code, text = FAILS, result.reason
    if blocker is not None:
        code = blocker.code
        about = reference(blocker.code, blocker.rule_id, blocker.where).replace("  ", ", ")
        text = f"{blocker.component} {blocker.checkpoint}: {blocker.text} ({about})"
    elif result.verdict == "undecided":
        code = UNDECIDED
    elif result.expectation.deny is not None and result.witness is not None:
        text += _let_by(result.witness)
    why = f"; why it was asked: {result.expectation.why}" if result.expectation.why else ""
    marked = "; it fails as marked" if result.as_marked else ""
    return Notice("error" if result.verdict == "fails" else "warning", name, code, f"{text}{why}{marked}", file, line)


def _let_by(trace: Trace) -> str:
    """What lets a packet of a `deny` through, the last first, with the lines."""
    passed = [f"{hop.component} {hop.checkpoint}: {hop.rule} ({hop.where})" for hop in reversed(trace.let_by)]
    return f"; {trace.packet} is let through by {', '.join(passed)}" if passed else ""


def _warning(problem: Problem) -> Notice:
    """A warning of the file, which makes no check fail."""
    return _problem(problem, "note", "WARNING")


def _problem(problem: Problem, level: Level, code: str, file: str = "") -> Notice:
    text = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
    name = format_path(problem.path) or problem.message
    return Notice(level, name, problem.code or code, text, problem.file or file, problem.line)


# --- lint -----------------------------------------------------------------------------------------------------------


def lint_report(found: Lint, file: str) -> Report:
    """A notice for each finding; what the file silences is none."""
    notices = []
    for finding in found.findings:
        level: Level = "note" if finding.severity == "advice" else finding.severity
        text = f"{finding.component}: {finding.text}; {finding.evidence}; to do: {finding.cure}"
        at, line = place(finding.where)
        notices.append(Notice(level, f"{finding.code} {finding.component}", finding.code, text, at or file, line))
    return Report("lint", file, found.title, tuple(notices))


# --- rules ----------------------------------------------------------------------------------------------------------


def rules_report(idle: Sequence[IdleRule], file: str) -> Report:
    """A note for each rule that decides nothing: it does no harm."""
    notices = []
    for rule in idle:
        at, line = place(rule.where)
        name = f"{rule.owner} {rule.direction}: {rule.rule}"
        notices.append(Notice("note", name, f"{rule.kind.upper()}_RULE", str(rule), at or file, line))
    return Report(
        "rules",
        file,
        f"{number(len(idle), 'rule')} that {'decides' if len(idle) == 1 else 'decide'} nothing",
        tuple(notices),
    )


def comparison_report(found: Comparisons, file: str, text: str) -> Report:
    """One notice: whether two rule sets say the same. `text`: the comparison in words."""
    name = f"{found.one} and {found.other} say the same"
    title = text.partition("\n")[0]
    if found:
        return Report("rules", file, title, (Notice("passes", name, "", "", file),))
    return Report("rules", file, title, (Notice("error", name, "RULES_DIFFER", text, file),))


# --- diff -----------------------------------------------------------------------------------------------------------


def diff_report(found: Difference, allowed: Sequence[Traffic], networks: tuple[Network, Network]) -> Report:
    """A notice for each change, beside the rule that made it; what was opened and is not allowed is an error."""
    wrong = found.not_allowed(allowed)
    causes = causes_of(found, *networks)
    opened, closed = number(len(found.opened), "change"), number(len(found.closed), "change")
    notices = [_change(change, change in wrong, causes.get(index)) for index, change in enumerate(found.changes)]
    for index, notice in enumerate(notices):
        if not notice.file:
            notices[index] = replace(notice, file=found.after)
    idle = [_idle(edit, found.after) for edit in idle_edits(found, *networks, causes)]
    undecided = [Notice("warning", f"undecided: {text}", UNDECIDED, text, found.after) for text in found.undecided]
    remarks = [
        f"{word}: {summary(names)}" for word, names in (("added", found.added), ("removed", found.removed)) if names
    ]
    remarks += [f"renamed: {old} to {new}" for old, new in found.renamed]
    remarks += [f"means something else: {meaning}" for meaning in found.meanings]
    title = f"{opened} opened, {closed} closed"
    return Report("diff", found.after, title, (*notices, *undecided, *idle), tuple(remarks))


def _idle(edit: IdleEdit, after: str) -> Notice:
    """A rule that was edited though nothing flows otherwise."""
    file, line = place(edit.after_where)
    text = f"nothing opens or closes; {edit}"
    return Notice("note", f"{edit.kind} without effect: {edit.owner}", "EDIT_WITHOUT_EFFECT", text, file or after, line)


def _change(change: Change, wrong: bool, behind: Behind | None) -> Notice:
    level: Level = "error" if wrong else "note"
    text = str(change) + (f"; {behind}" if behind is not None else "")
    file, line = place(behind.after_where if behind is not None else "")
    return Notice(level, str(change), change.kind.upper(), text, file, line)


# --- errors ---------------------------------------------------------------------------------------------------------


def error_report(error: ReachsimError, command: str = "", file: str = "") -> Report:
    """What went wrong: a notice for each problem of a file, or one."""
    if not file and isinstance(error, DesignError):
        named = {problem.file for problem in error.problems}
        file = str(*named) if len(named) == 1 else ""
    return Report(command, file, "it cannot be read" if file else "error", tuple(_problems(error, file)))


def _problems(error: ReachsimError, file: str) -> Iterator[Notice]:
    if not isinstance(error, DesignError):
        yield Notice("error", str(error), type(error).__name__, str(error), file)
        return
    for problem in error.problems:
        yield _problem(problem, "error", "DESIGN_ERROR", file)
