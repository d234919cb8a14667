"""What AWS may decide either way: every way is walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
MOST = 64  # ways of one question; a design with more is too large for this file


class Choices:
    """One way through all the points at which AWS chooses."""

    def __init__(self, planned: list[int]) -> None:
        self.planned = planned
        self.taken: list[tuple[int, int]] = []

    def pick(self, options: Sequence[T]) -> T:
        """The option of this way; the first one beyond what was planned."""
        if len(options) == 1:
            return options[0]
        number = self.planned[len(self.taken)] if len(self.taken) < len(self.planned) else 0
        number = min(number, len(options) - 1)  # a plan of another walk may have more to choose from
        self.taken.append((number, len(options)))
        return options[number]


def every_way(walk: Callable[[Choices], T]) -> Iterator[T]:
    """The results of all ways, one after the other."""
    planned: list[int] = []
    for _ in range(MOST):
        choices = Choices(planned)
        yield walk(choices)
        taken = choices.taken
        while taken and taken[-1][0] + 1 >= taken[-1][1]:
            taken.pop()
        if not taken:
            return
        planned = [number for number, _ in taken[:-1]] + [taken[-1][0] + 1]
