"""What a rule says when a packet is lost."""

from __future__ import annotations

from dataclasses import dataclass

from reachsim.rules.codes import Code


@dataclass(frozen=True, slots=True)
class Loss:
    """A packet is lost: stable code, ID of the rule, and one sentence for a person."""

    code: Code
    rule: str
    text: str
