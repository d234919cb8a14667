"""What a rule says when a packet is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reachsim.faces import Faced, face
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code


@dataclass(frozen=True, slots=True, repr=False)
class Loss(Faced):
    """A packet is lost: stable code, ID of the rule, and one sentence for a person.

    `note`: the sentence said of this packet, where `text` is of all that are lost alike. `owner`, `role`, `path`: whose
    fault it is, what that is, and where it is written, where it is not found at a checkpoint.
    """

    code: Code
    rule: str
    text: str
    note: str = field(default="", compare=False)
    owner: str = ""
    role: str = ""
    path: KeyPath = ()

    def __str__(self) -> str:
        return f"{self.note or self.text} [{self.code}, {self.rule}]"


class Silence(NamedTuple):
    """Why something with an address starts no connections: stable code, ID of the rule, and what it is, in words."""

    code: Code
    rule: str
    what: str

    def __repr__(self) -> str:
        return face("Silence", f"{self.what} [{self.code}, {self.rule}]")
