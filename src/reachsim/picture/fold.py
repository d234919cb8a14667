"""Folding: what is alike becomes one box, so that a picture of a large network can still be read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


_Likeness = tuple[Callable[[T], Hashable], str]
"""A key that is equal for things that are alike, and the words for it."""
Group = tuple[tuple[T, ...], str]
"""Things that share a box, in their order, and how they are alike; empty for one by itself."""


def fold(
    things: Sequence[T],
    limit: int,
    likenesses: Sequence[_Likeness[T]],
    alone: Callable[[T], bool] = lambda _: False,
) -> list[Group[T]]:
    """Things as groups, `limit` at most unless the coarsest likeness leaves more or so many stand alone.

    `likenesses`: the finest first. The first that leaves few enough groups is taken; few enough things are not folded.
    `alone`: what is folded with nothing, whatever it is like.

    >>> fold(["a1", "a2", "b1"], 2, [(lambda name: name[0], "same letter")])
    [(('a1', 'a2'), 'same letter'), (('b1',), '')]
    >>> fold(["a1", "a2"], 2, [(lambda name: name[0], "same letter")])
    [(('a1',), ''), (('a2',), '')]
    """
    single = [alone(thing) for thing in things]
    groups: list[Group[T]] = [((thing,), "") for thing in things]
    for key, text in likenesses:
        if len(groups) - sum(single) <= max(limit - sum(single), 1):
            break
        found: dict[tuple[int, Hashable], list[T]] = {}
        for index, thing in enumerate(things):
            by_itself = single[index]
            found.setdefault((index if by_itself else -1, None if by_itself else key(thing)), []).append(thing)
        groups = [(tuple(members), text if len(members) > 1 else "") for members in found.values()]
    return groups
