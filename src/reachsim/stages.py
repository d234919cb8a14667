"""How far a question is: told by every loop that may be long, heard by whoever wants to say how long the rest will take.

Nothing is passed on from the one to the other, so that nobody in between can forget it. Where nobody listens, a loop costs
what it would without.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Stage:
    """One loop under way: what it goes over, and how far it is. How fast it goes is not told by the first thing, since what
    all of them need is made with it."""

    __slots__ = ("began", "done", "first", "label", "total")

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = total
        self.done, self.first = 0, -1
        self.began = 0.0

    def reached(self, done: int) -> None:
        """So many things are done."""
        if self.first < 0:
            self.began, self.first = time.monotonic(), done
        self.done = done

    def left(self, now: float) -> float:
        """The seconds that the rest will take, as far as the last ones tell; 0 as long as they tell nothing."""
        gone = self.done - self.first
        return (now - self.began) * (self.total - self.done) / gone if gone else 0.0


Hear = Callable[[Stage], None]
_hear: Hear | None = None


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """Hear of each stage of what runs inside, whenever a thing of it is done."""
    global _hear
    before, _hear = _hear, hear
    try:
        yield
    finally:
        _hear = before


def going_over(label: str, things: Iterable[T], total: int | None = None, weights: Sequence[int] = ()) -> Iterable[T]:
    """Things, one after the other, telling how many are done. `label`: what they are, in the plural; `total`: how many, of
    what has no length; `weights`: what each counts for, where they differ much."""
    return things if _hear is None else _told(label, things, total, weights, _hear)


def _told(label: str, things: Iterable[T], total: int | None, weights: Sequence[int], hear: Hear) -> Iterator[T]:
    stage = Stage(label, sum(weights) if weights else len(things) if isinstance(things, Sized) else total or 0)
    done = 0
    for number, thing in enumerate(things):
        yield thing
        done += weights[number] if weights else 1
        stage.reached(done)
        hear(stage)


def counting(label: str, total: int) -> Callable[[int], None]:
    """For a loop that goes by leaps: what to tell how many things are done, whenever it has come further."""
    if _hear is None:
        return _unheard
    stage, hear = Stage(label, total), _hear

    def reached(done: int) -> None:
        stage.reached(done)
        hear(stage)

    return reached


def _unheard(done: int) -> None:
    """Nobody listens."""
