"""Drawing from small choices, quickly: a strategy that is made anew at every draw costs more than the draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from hypothesis import strategies as st

Drawn = TypeVar("Drawn")


@lru_cache(maxsize=1024)
def up_to(most: int) -> st.SearchStrategy[int]:
    """Numbers from 0."""
    return st.integers(0, most)


def pick(draw: st.DrawFn, choices: Sequence[Drawn]) -> Drawn:
    """One of some; the first where it shrinks."""
    return choices[draw(up_to(len(choices) - 1))]


def chance(draw: st.DrawFn, one_in: int = 2) -> bool:
    """Yes, once in so many times; no where it shrinks."""
    return draw(up_to(one_in - 1)) == one_in - 1


def some(draw: st.DrawFn, choices: Sequence[Drawn], least: int = 0) -> list[Drawn]:
    """Some of some, in their order; the fewest where it shrinks.

    One number, a bit for each: were each drawn by itself, a choice that goes away when it shrinks would shift all that is
    drawn after it, and stays.
    """
    bits = draw(up_to(2 ** len(choices) - 1))
    drawn = [choice for n, choice in enumerate(choices) if bits >> n & 1]
    return drawn if len(drawn) >= least else list(choices[:least])
