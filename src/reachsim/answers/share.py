"""How far the work of several expectations is."""

from __future__ import annotations

from collections.abc import Iterable

from reachsim.reach.matrix import Progress


class Work:
    """How much of some expectations is done, told to `progress`. `shares`: the work of each, in their order."""

    def __init__(self, shares: list[int], progress: Progress | None) -> None:
        self.shares = shares
        self.progress = progress
        self.total = sum(shares)
        self.done = 0

    def finished(self, numbers: Iterable[int]) -> None:
        """Some expectations are decided."""
        if self.progress is not None:
            self.done += sum(self.shares[number - 1] for number in numbers)
            self.progress(self.done, self.total)

    def part(self, number: int) -> Progress | None:
        """What hears how much of one expectation is done."""
        tell = self.progress
        if tell is None:
            return None
        share = self.shares[number - 1]
        return lambda done, of: tell(self.done + share * done // max(of, 1), self.total)
