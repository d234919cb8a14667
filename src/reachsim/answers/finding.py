"""A finding: something that is wrong or fragile in a design, with its evidence and a cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reachsim.faces import Faced
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import Severity


@dataclass(frozen=True, repr=False)
class LintFinding(Faced):
    """One finding.

    `code`: stable (docs/lint.md). `severity`: ``error`` (it does not work as it is written), ``warning`` (it is fragile, or
    not what it seems) or ``advice`` (it could be tidier). `path`: the key to edit, `where`: ``file:line`` of it,
    or what it is called in a file that was imported.
    `component`: full name of what it is about. `text`: what is wrong, in one sentence. `evidence`: a packet, or why it
    cannot be otherwise. `cure`: what to do. `rule`: the rule of AWS behind it, by its ID.
    """

    code: str
    severity: Severity
    path: KeyPath
    evidence: str
    cure: str
    component: str = ""
    text: str = ""
    where: str = ""
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.component}: {self.text} [{self.code}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "component": self.component,
            "text": self.text,
            "evidence": self.evidence,
            "cure": self.cure,
            "rule": self.rule,
            "where": self.where,
        }
