"""What was found to change, as values: fixes of one question, and of a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.answers.difference import Change as Opened
from reachsim.answers.expectations import Result
from reachsim.answers.listed import Listing
from reachsim.calls import made_by
from reachsim.errors import counted
from reachsim.faces import Carded, Faced, ToldOf, face
from reachsim.loading.patch import Patch
from reachsim.net.cidr import EVERY_IPV4, AddressSet
from reachsim.net.traffic import EVERYTHING
from reachsim.resources.mending import Edit
from reachsim.rules.addresses import PUBLIC

_FAMILIES = (PUBLIC & EVERY_IPV4.addresses, PUBLIC - EVERY_IPV4.addresses)


@made_by("net.fixes(source, destination, traffic).best")
@dataclass(frozen=True, repr=False)
class Fix(Faced, Carded):
    """A set of edits that is proven to make one expectation hold, and to break no other.

    `patch`: the file before and after; None where the design has no text: it was made of other files, or edited. `opens`:
    what else flows afterwards, exactly: what `diff` finds beyond what was asked for. `closes`: what flowed before and does
    not any more. `undecided`: what of that cannot be decided. `holds`: numbers of other expectations that failed before and
    hold now. `loses`: where a `deny` was asked for, what it closes that the `deny` does not forbid.
    """

    question: str
    edits: tuple[Edit, ...]
    patch: Patch | None
    opens: tuple[Opened, ...] = ()
    closes: tuple[Opened, ...] = ()
    undecided: tuple[str, ...] = ()
    holds: tuple[int, ...] = ()
    loses: tuple[Opened, ...] = ()

    @property
    def cost(self) -> int:
        """How intrusive it is: the sum over its edits."""
        return sum(edit.cost for edit in self.edits)

    @property
    def rank(self) -> tuple[int, int, float]:
        """Fixes of a lower rank come first: those that are less intrusive, open and lose less, and those that mend more."""
        beyond = bool(self.opens) + bool(self.loses)
        return self.cost + beyond - len(self.holds), beyond, sum(map(_width, (*self.opens, *self.loses)))

    def __str__(self) -> str:
        return "; ".join(edit.text for edit in self.edits)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "edits": [edit_data(edit) for edit in self.edits],
            "cost": self.cost,
            "opens": [change.to_dict() for change in self.opens],
            "closes": [change.to_dict() for change in self.closes],
            "undecided": list(self.undecided),
            "also_holds": list(self.holds),
            "patch": "" if self.patch is None else self.patch.diff,
        }

    def to_row(self) -> dict[str, Any]:
        """The same in words, as one flat record."""
        return {
            "question": self.question,
            "edits": str(self),
            "cost": self.cost,
            "opens": "; ".join(map(str, self.opens)),
            "closes": "; ".join(map(str, self.closes)),
            "undecided": "; ".join(self.undecided),
            "also_holds": ", ".join(map(str, self.holds)),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record, such as ``pandas.DataFrame(...)`` takes."""
        return [self.to_row()]


def edit_data(edit: Edit) -> dict[str, Any]:
    """An edit for JSON."""
    changes = [{"path": list(c.path), "action": c.action, "value": c.value} for c in edit.changes]
    return {"text": edit.text, "cost": edit.cost, "changes": changes}


def _width(change: Opened) -> float:
    """How much is opened: pairs of ends, times the share of all traffic, times that of the internet's addresses."""
    share = change.traffic.count / EVERYTHING.count
    for names, addresses in (
        (change.sources, change.space.sources()),
        (change.destinations, change.space.destinations()),
    ):
        share *= len(names) * (_internet(addresses) if "internet" in names else 1)
    return share


def _internet(addresses: AddressSet) -> float:
    """The share of the internet that addresses are, of the family of which they are more: IPv6 would outweigh IPv4."""
    return max((addresses & family).count / family.count for family in _FAMILIES)


@made_by("net.fixes(source, destination, traffic)")
class Fixes(Listing[Fix]):
    """Proven fixes of one question, the best first. `result`: the question as it stands. `reasons`: where there is none,
    why, and which redesign would help. `tried`: how many sets of edits were."""

    def __init__(self, result: Result, found: Sequence[Fix], reasons: Sequence[str], tried: int) -> None:
        self.result = result
        self.found = tuple(found)
        self.reasons = tuple(reasons)
        self.tried = tried

    @property
    def best(self) -> Fix | None:
        """The first; None where there is none."""
        return self.found[0] if self.found else None

    @property
    def needed(self) -> bool:
        """Whether there is anything to fix."""
        return not self.result.holds

    @property
    def _listed(self) -> tuple[Fix, ...]:
        return self.found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fixes):
            return NotImplemented
        return (self.result, self.found, self.reasons) == (other.result, other.found, other.reasons)

    def __hash__(self) -> int:
        return hash((self.result, self.reasons))

    @property
    def title(self) -> str:
        """The question, and how many were found."""
        return f"{self.result.question}: {len(self)} found"

    def __repr__(self) -> str:
        return face("Fixes:", self.title)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "number": self.result.number,
            "question": self.result.question,
            "verdict": self.result.verdict,
            "reason": self.result.reason,
            "fixes": [fix.to_dict() for fix in self],
            "why_not": list(self.reasons),
            "tried": self.tried,
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each fix, the best first, such as ``pandas.DataFrame(...)`` takes."""
        return [fix.to_row() for fix in self]


@made_by("net.fix_all()")
@dataclass(frozen=True, repr=False)
class FixPlan(ToldOf):
    """What makes all failing expectations of a file hold together.

    `parts`: for each one that fails, what was found for it in turn, the edits of those before it made; none for those that
    then hold already. `whole`: all edits together, proven together; None where nothing was found. `left`: those that still
    fail.
    """

    parts: tuple[Fixes, ...]
    whole: Fix | None
    left: tuple[Fixes, ...] = ()
    undecided: tuple[Result, ...] = ()
    total: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is left to be fixed."""
        return not self.left and not self.undecided

    @property
    def title(self) -> str:
        """What is fixed, and what is not, in one line."""
        if self.whole is None and self.ok:
            return "nothing to fix"
        edits = 0 if self.whole is None else len(self.whole.edits)
        holds = () if self.whole is None else self.whole.holds
        left = len(self.left) + len(self.undecided)
        parts = [f"{counted(edits, 'edit')} for {', '.join(f'#{n}' for n in holds)}"] if edits else []
        return "; ".join([*parts, *([f"{counted(left, 'expectation')} left"] if left else [])])

    def __bool__(self) -> bool:
        return self.ok

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "ok": self.ok,
            "whole": None if self.whole is None else self.whole.to_dict(),
            "questions": [part.to_dict() for part in self.parts],
            "left": [part.to_dict() for part in self.left],
            "undecided": [result.to_dict() for result in self.undecided],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each expectation that edits were sought for, such as ``pandas.DataFrame(...)`` takes."""
        fixed = [(part.result, str(part.best or ""), "") for part in self.parts if part not in self.left]
        left = [(part.result, "", "; ".join(part.reasons) or part.result.reason) for part in self.left]
        every = [*fixed, *left, *((result, "", result.reason) for result in self.undecided)]
        return [
            {"number": result.number, "question": result.question, "edits": edits, "why_not": why}
            for result, edits, why in sorted(every, key=lambda row: row[0].number)
        ]


@dataclass(frozen=True, repr=False)
class SessionPlan(FixPlan):
    """What gives agents the ways to Session Manager that they lack; its expectations are in no file."""
