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
    """One loop under way: what it goes over, since when, and how far it is."""

    __slots__ = ("began", "done", "label", "total")

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self.began = time.monotonic()


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
    for number, thing in enumerate(things):
        yield thing
        stage.done += weights[number] if weights else 1
        hear(stage)
