"""What comes of expectations that are decided for all packets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from reachsim.answers.listed import Listing
from reachsim.calls import made_by
from reachsim.errors import counted
from reachsim.faces import Told, face, record
from reachsim.net.headerspace import HeaderSpace
from reachsim.resources.expectation import Expectation
from reachsim.trace.result import Blocker, Trace

ResultVerdict = Literal["holds", "fails", "undecided"]
RESULT_TITLES: dict[ResultVerdict, str] = {"holds": "holds", "fails": "FAILS", "undecided": "CANNOT DECIDE"}
"""Verdict of an expectation to the word that a person sees."""


@made_by("net.expect(source, destination, allow='tcp/443')")
@dataclass(frozen=True, repr=False)
class Result(Told):
    """One expectation, decided.

    `number`: counted from 1 in the file; 0 for one that was asked in Python. `where`: ``file:line``. `failing`: exactly the
    packets for which it fails; empty where it holds. `witness`: one of them, traced; None where it holds or there is no
    packet. `reason`: one sentence.
    `warning`: of what holds, what fails now and then all the same, for a NAT device's choice of port (NAT-PORT).
    `notes`: what it does not promise, such as that a load balancer's targets get what its listener takes.
    """

    number: int
    expectation: Expectation = field(hash=False)
    source: str
    destination: str
    verdict: ResultVerdict
    reason: str
    where: str
    failing: HeaderSpace
    failing_text: str
    witness: Trace | None
    warning: str = ""
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it holds for every packet."""
        return self.verdict == "holds"

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """What stops the witness of a failing `allow`."""
        return () if self.witness is None else self.witness.blockers

    @property
    def loss(self) -> str:
        """What NAT devices lose, in words: of what holds, or of the failing witness; empty for nothing."""
        return self.warning if self.witness is None or self.expectation.allow is None else self.witness.loss

    @property
    def as_marked(self) -> bool:
        """Whether it holds, or fails by the code that the file says it fails by."""
        mark = self.expectation.fails
        if mark is None:
            return self.holds
        return self.verdict == "fails" and bool(self.blockers) and self.blockers[0].code == mark

    @property
    def question(self) -> str:
        """The expectation in one line."""
        one_way = " one way" if self.expectation.one_way else ""
        verb = "allow" if self.expectation.allow is not None else "deny"
        return f"{self.source} -> {self.destination}: {verb} {self.expectation.traffic}{one_way}"

    def __bool__(self) -> bool:
        return self.holds

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "number": self.number,
            "where": self.where,
            "source": self.source,
            "destination": self.destination,
            "allow": None if self.expectation.allow is None else str(self.expectation.allow),
            "deny": None if self.expectation.deny is None else str(self.expectation.deny),
            "one_way": self.expectation.one_way,
            "why": self.expectation.why,
            "marked_as_failing": self.expectation.fails,
            "verdict": self.verdict,
            "reason": self.reason,
            "warning": self.warning,
            "nat": self.loss,
            "failing": self.failing_text,
            "witness": None if self.witness is None else self.witness.to_dict(),
            "notes": list(self.notes),
        }

    @property
    def label(self) -> str:
        """Its number, if it is one of a file's, and the verdict."""
        number = f"#{self.number} " if self.number else ""
        return f"{number}{RESULT_TITLES[self.verdict]}"

    @property
    def title(self) -> str:
        """Verdict and question in one line."""
        return f"{self.label}  {self.question}"


@made_by("net.check()")
class Check(Listing[Result]):
    """Every expectation of a design, decided. True when all hold."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = tuple(results)

    @property
    def _listed(self) -> tuple[Result, ...]:
        return self.results

    @property
    def ok(self) -> bool:
        """Whether every expectation holds."""
        return all(result.holds for result in self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        """Those that fail."""
        return tuple(result for result in self.results if result.verdict == "fails")

    @property
    def undecided(self) -> tuple[Result, ...]:
        """Those that reachsim cannot decide."""
        return tuple(result for result in self.results if result.verdict == "undecided")

    def __bool__(self) -> bool:
        return self.ok

    def __eq__(self, other: object) -> bool:
        return self.results == other.results if isinstance(other, Check) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.results)

    @property
    def title(self) -> str:
        """How many hold, in one line."""
        held = sum(result.holds for result in self.results)
        return f"{held} of {counted(len(self), 'expectation')} hold"

    def __repr__(self) -> str:
        return face("Check:", self.title)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {"ok": self.ok, "expectations": [result.to_dict() for result in self.results]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each expectation, such as ``pandas.DataFrame(...)`` takes."""
        return [record(result.to_dict(), witness=_packet_of(result.witness)) for result in self.results]


def _packet_of(witness: Trace | None) -> str:
    """The packet of a witness, in words; empty where there is none. A witness that is stopped is no less one."""
    return "" if witness is None else str(witness.packet or "")
