"""A finding: something in a design that a person should look at, with its evidence and a cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by
from reachsim.errors import counted, format_path
from reachsim.faces import Faced
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import SEVERITIES, Severity


@made_by("net.lint()")
@dataclass(frozen=True, repr=False)
class Finding(Faced):
    """One finding, whoever found it: `lint`, or what `findings` gathers.

    `code`: stable: of `lint` (docs/lint.md), of a blocker (docs/codes.md), of the rule behind a warning, or one of
    `reachsim.answers.findings`. `severity`: ``error`` (it does not work as it is written), ``warning`` (it is fragile, or
    not what it seems), ``advice`` (it could be tidier) or ``note`` (it is only told). `path`: the key to edit, `where`:
    ``file:line`` of it, or what it is called in a file that was imported. `component`: full name of what it is about, where
    that is one thing. `text`: what is wrong, in one sentence. `evidence`: a packet, or why it cannot be otherwise. `cure`:
    what to do, empty where nothing is wrong. `rule`: the rule of AWS behind it, by its ID.
    """

    code: str
    severity: Severity
    path: KeyPath
    text: str
    evidence: str = ""
    cure: str = ""
    component: str = ""
    where: str = ""
    rule: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong, and with what."""
        return f"{self.component}: {self.text}" if self.component else self.text

    def __str__(self) -> str:
        return f"{self.severity}: {self.sentence} [{self.code}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": format_path(self.path),
            "component": self.component,
            "text": self.text,
            "evidence": self.evidence,
            "cure": self.cure,
            "rule": self.rule,
            "where": self.where,
        }


def weighed(findings: Iterable[Finding]) -> str:
    """How many of each severity there are, the gravest first."""
    found = [finding.severity for finding in findings]
    counts = {severity: found.count(severity) for severity in SEVERITIES}
    words = [counted(n, each, "advice" if each == "advice" else "") for each, n in counts.items() if n]
    return ", ".join(words) or "nothing found"
