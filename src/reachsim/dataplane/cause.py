"""Why a packet is lost, made once, where it is lost. Traces, exact answers, dead ends and reports all read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from reachsim.faces import Faced
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code


@dataclass(frozen=True, slots=True, repr=False)
class Cause(Faced):
    """One loss.

    `code`: stable, Reachability Analyzer's where one fits (docs/codes.md). `rule`: the rule of docs/rules.md. `text`: one
    sentence that holds for every packet that is lost here for this reason. `component`, `checkpoint`: where: full name, and
    what it is there. `path`: the key to edit. `decided`: the route or the rule that decided, as it is written; empty where
    none did. `note`: the same sentence said of one packet, with its address; no part of the cause, which packets share.
    """

    code: Code
    rule: str
    text: str
    component: str
    checkpoint: str
    path: KeyPath = ()
    decided: str = ""
    note: str = field(default="", compare=False)

    @property
    def sentence(self) -> str:
        """The sentence about the packet, or about all."""
        return self.note or self.text

    def __str__(self) -> str:
        return f"{self.component} {self.checkpoint}: {self.text} [{self.code}, {self.rule}]"


class Caused:
    """What has a cause, and is asked for its parts."""

    __slots__ = ()
    cause: Cause

    @property
    def code(self) -> str:
        """Why, stable: Reachability Analyzer's where one fits (docs/codes.md)."""
        return self.cause.code.value

    @property
    def component(self) -> str:
        """Full name of what stops it."""
        return self.cause.component

    @property
    def checkpoint(self) -> str:
        """What that is there."""
        return self.cause.checkpoint

    @property
    def rule_id(self) -> str:
        """The rule of docs/rules.md."""
        return self.cause.rule
