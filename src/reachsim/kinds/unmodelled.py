"""Components that a design may have and reachsim does not model yet: named, so that routes may lead to them.

A packet that reaches one is not judged: the verdict is "cannot decide", with this reason. docs/limits.md lists them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from reachsim.fabric.checkpoint import Checkpoint, Leg, Step, Transit
from reachsim.kinds.kind import Written
from reachsim.rules.clauses import KeyPath


def _anything(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


Unmodelled = Annotated[dict[str, Any], BeforeValidator(_anything), Written(lambda own: {})]
"""Any mapping; nothing in it is looked at."""


class UnmodelledCheckpoint(Checkpoint):
    """A component that reachsim does not model: whatever reaches it is undecided."""

    __slots__ = ()

    def __init__(self, name: str, role: str, path: KeyPath) -> None:
        super().__init__(name, role, path)

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        article = "an" if self.role[0] in "aeiou" else "a"
        return Step(
            None,
            transit,
            "",
            path=self.path,
            unknown=f"{self.component} is {article} {self.role}, which is not modelled",
        )

    def successors(self) -> tuple[Checkpoint, ...]:
        """Unknown."""
        return ()
