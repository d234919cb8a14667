"""What a fault is that is put into a working design."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

Design = dict[str, Any]
Key = tuple[str | int, ...]
Fault = tuple[str, tuple[Key, ...]]
"""What was done, and the key paths of which a blocker may blame one (or one inside)."""
Injector = Callable[[Design, random.Random], Fault | None]
"""Breaks a design in place; None, or a KeyError, where it has nothing to break."""
Part = Callable[[Design, list[Design], random.Random], None]
"""Adds something to a design, with promises of it; nothing where what it would join is not there."""

NOTHING_LOST: tuple[Key, ...] = ((),)
"""Of a fault that changes what a name means: then another way is taken, and what is in its way is to blame."""


def maybe(rng: random.Random, share: float) -> bool:
    """True in so many cases."""
    return rng.random() < share


def pick(rng: random.Random, found: Iterable[Any]) -> Any:
    """One of several; a KeyError of none."""
    items = list(found)
    if not items:
        raise KeyError
    return rng.choice(items)


def put(name: str, at: Key, value: Any, *blamed: Key) -> Injector:
    """A key gets another value. `blamed`: what may be blamed beside it."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        _holder(design, at)[at[-1]] = value
        return name, (at, *blamed)

    return fault


def drop(name: str, at: Key, *blamed: Key) -> Injector:
    """A key, or the item of a list that is `at[-1]`, is gone."""

    def fault(design: Design, rng: random.Random) -> Fault | None:
        holder = _holder(design, at)
        if isinstance(holder, list):
            holder.remove(at[-1]) if at[-1] in holder else holder[at[-1]]
        else:
            del holder[at[-1]]
        return name, (at[:-1] if isinstance(holder, list) else at, *blamed)

    return fault


def _holder(design: Design, at: Key) -> Any:
    holder: Any = design
    for step in at[:-1]:
        holder = holder[step]
    return holder
