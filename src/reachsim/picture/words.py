"""What boxes say, in few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reachsim.errors import counted, summary


def with_state(noun: str, state: str) -> str:
    """What something is, and the state in which it does not work, if it is in one."""
    return ", ".join(filter(None, (noun, state)))


def summed(texts: Iterable[object]) -> tuple[str, ...]:
    """One line of texts, if there are any."""
    there = [str(text) for text in texts]
    return (summary(there),) if there else ()


def counts(kinds: Counter[str]) -> tuple[str, ...]:
    """How many interfaces there are of each kind, and of several kinds in all."""
    texts = [counted(count, kind) for kind, count in sorted(kinds.items())]
    total = sum(kinds.values())
    return (*([f"{total} interfaces:"] if len(texts) > 1 else []), *texts)


def listed(names: Sequence[str], noun: str) -> tuple[str, ...]:
    """Names after what they are, if there are any."""
    return (f"{noun}s: {summary(names)}" if len(names) > 1 else f"{noun}: {names[0]}",) if names else ()
