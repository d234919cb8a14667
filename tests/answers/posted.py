"""What a posted design is (`posted_ways`, `posted_doors`, `posted_balancers`)."""

from __future__ import annotations

from typing import NamedTuple

Question = tuple[str, str, str, str, str, str]
"""Source, destination, traffic (`deny ...` for a promise that nothing passes), verdict, code of what stops it (after the
cause that `explain` tells first, where that is another: `CAUSE, STOP`), cure."""


class Posted(NamedTuple):
    """A design that somebody posted (`source`: where), and what was asked of it."""

    source: str
    text: str
    questions: tuple[Question, ...]


def posted(source: str, text: str, *questions: Question) -> Posted:
    """A posted design with its questions."""
    return Posted(source, text, questions)
