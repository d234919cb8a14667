"""All checks of a network: what they found, and what the file silences, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.answers.editable import Editable
from reachsim.answers.finding import Finding, weighed
from reachsim.answers.lint import (
    answers,
    balancers,
    blocks,
    functions,
    inspection,
    places,
    quotas,
    routes,
    rules,
    unused,
)
from reachsim.answers.lint.registry import CHECKS, Found, Subject
from reachsim.answers.listed import Listing
from reachsim.answers.share import Work
from reachsim.calls import made_by
from reachsim.errors import UsageError, shown, suggest
from reachsim.faces import Faced, record
from reachsim.loading.load import Source
from reachsim.reach.pair import Progress
from reachsim.resources.lint import IgnoredFindings
from reachsim.rules.lint import SEVERITIES, LintCode, severity_of

_MODULES = (routes, inspection, rules, answers, blocks, unused, balancers, places, functions, quotas)
"""Importing one registers its checks."""
_OF_A_CHECK = 100
"""Steps of work that a check counts as: some ask hundreds of questions, and tell how far they are."""


@made_by("net.lint().silenced")
@dataclass(frozen=True, repr=False)
class Silenced(Faced):
    """A finding that the file silences, and why."""

    finding: Finding
    why: str

    def __str__(self) -> str:
        return f"{self.finding} (silenced: {self.why})"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**self.finding.to_dict(), "why": self.why}


@made_by("net.lint()")
@dataclass(frozen=True, repr=False)
class Lint(Listing[Finding]):
    """What was found, the gravest first, then in the order of the file. True when there is neither error nor warning."""

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...] = ()

    def __bool__(self) -> bool:
        return all(finding.severity == "advice" for finding in self.findings)

    @property
    def _listed(self) -> tuple[Finding, ...]:
        return self.findings

    @property
    def title(self) -> str:
        """How many of each severity there are."""
        return weighed(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "ok": bool(self),
            "findings": [finding.to_dict() for finding in self.findings],
            "silenced": [silenced.to_dict() for silenced in self.silenced],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each finding that is not silenced, such as ``pandas.DataFrame(...)`` takes."""
        return [record(finding.to_dict()) for finding in self.findings]


def lint(network: Editable, only: Sequence[str] = (), progress: Progress | None = None) -> Lint:
    """Everything that is wrong or fragile in a design. `only`: codes to look for; all of them where none is named.

    Raises UsageError for a code that there is not. `progress`: counts hundredths of a check.
    """
    wanted = {_code(each) for each in only} or set(LintCode)
    subject = Subject(network)
    found: list[Found] = []
    checks = [check for check, codes in CHECKS.items() if wanted.intersection(codes)]
    work = Work([_OF_A_CHECK] * len(checks), progress)
    for number, check in enumerate(checks, 1):
        subject.progress = work.part(number)
        if subject.progress is not None:
            subject.progress(0, 1)
        found += (each for each in check(subject) if each.code in wanted)
        work.finished((number,))
    silences = network.design.lint.ignore
    used: set[int] = set()
    kept: list[Finding] = []
    silenced: list[Silenced] = []
    for each in found:
        mine = [index for index, silence in enumerate(silences) if silence.is_about(each.code, each.component)]
        finding = _finding(network, each)
        used.update(mine)
        if mine:
            silenced.append(Silenced(finding, silences[mine[0]].why))
        else:
            kept.append(finding)
    if LintCode.SILENCE_UNUSED in wanted:
        kept += [_finding(network, each) for each in _unused(silences, used, wanted, kept)]
    return Lint(tuple(_in_order(kept, network.source)), tuple(silenced))


def _code(text: str) -> LintCode:
    try:
        return LintCode(text)
    except ValueError:
        near = suggest(str(text), list(LintCode))
        hint = f"; did you mean {shown(str(near))}?" if near else "; docs/lint.md has the codes"
        raise UsageError(f"there is no finding {shown(text)}{hint}") from None


def _finding(network: Editable, found: Found) -> Finding:
    return Finding(
        found.code.value, severity_of(found.code), found.path, found.text, found.evidence, found.cure, found.component,
        network.locate(found.path), found.rule,
    )  # fmt: skip


def _unused(
    silences: Sequence[IgnoredFindings], used: set[int], wanted: set[LintCode], kept: Sequence[Finding]
) -> Iterator[Found]:
    for index, silence in enumerate(silences):
        if index not in used and LintCode(silence.code) in wanted:
            near = _near(silence, kept)
            yield Found(
                LintCode.SILENCE_UNUSED,
                silence.at or silence.code,
                ("lint", "ignore", index),
                f"there is no {silence.code}{f' at {silence.at}' if silence.at else ''} to silence",
                f"there is {near.code} at {near.component}" if near else "no finding has this code and place",
                f"{_corrected(silence, near)} if that is meant, or remove it" if near else "remove it",
                "",
            )


def _near(silence: IgnoredFindings, kept: Sequence[Finding]) -> Finding | None:
    """The finding that a silence was probably about: of its code elsewhere, or of another code at its place."""
    if silence.at is None:
        return None
    of_code = {finding.component: finding for finding in kept if finding.code == silence.code}
    name = suggest(silence.at, of_code) or next((each for each in of_code if _words(silence.at) <= _words(each)), None)
    at_place = {finding.code: finding for finding in kept if finding.component == silence.at}
    return of_code[name] if name else at_place.get(suggest(silence.code, at_place) or next(iter(at_place), ""))


def _words(component: str) -> set[str]:
    return {*component.replace(".", " ").casefold().split()}


def _corrected(silence: IgnoredFindings, near: Finding) -> str:
    return f"write code: {near.code}" if near.component == silence.at else f"write at: {near.component}"


def _in_order(findings: Iterable[Finding], source: Source) -> list[Finding]:
    def line(finding: Finding) -> int:
        place = source.place(finding.path)
        return 0 if place is None or place.line is None else place.line

    return sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), line(finding)))
