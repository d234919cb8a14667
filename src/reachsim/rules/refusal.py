"""What AWS says when it does not accept a configuration."""

from __future__ import annotations

from dataclasses import dataclass

from reachsim.calls import made_by
from reachsim.faces import Faced


@made_by("cidr.describe(Cidr.parse('10.0.0.0/16')).as_vpc")
@dataclass(frozen=True, slots=True, repr=False)
class Refusal(Faced):
    """One request that AWS refuses.

    `rule`: the rule's ID in the rule book. `text`: one sentence without a full stop that
    says what is wrong, with the values. `hint`: what would be right, where that can be said.
    """

    rule: str
    text: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.text}{hint} ({self.rule})"
