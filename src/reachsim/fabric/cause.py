"""Why a packet is lost, made once, where it is lost. Traces, exact answers, dead ends and reports all read it."""

from __future__ import annotations

from dataclasses import dataclass

from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code


@dataclass(frozen=True, slots=True)
class Cause:
    """One loss.

    `code`: stable, Reachability Analyzer's where one fits (docs/codes.md). `rule`: the rule of docs/rules.md. `text`: one
    sentence. `component`, `checkpoint`: where: full name, and what it is there. `path`: the key to edit. `decided`: the
    route or the rule that decided, as it is written; empty where none did. `note`: what else helps to understand it.
    """

    code: Code
    rule: str
    text: str
    component: str
    checkpoint: str
    path: KeyPath = ()
    decided: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.component} {self.checkpoint}: {self.text} [{self.code}, {self.rule}]"
