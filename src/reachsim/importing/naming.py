"""Names for what has ids: readable, each once, and the same on every import."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reachsim.loading.names import RESERVED

_NO_NAME = re.compile(r"[\s./:,\[\]{}\"'\\\x00-\x1f\x7f]+")
_TAIL = 8


def cleaned(text: str) -> str:
    """A text as a design may have it for a name; empty where nothing is left of it."""
    return _NO_NAME.sub("-", text).strip("-")[:200]


class Naming:
    """The names of one design. What is named for a route or a question shares one space, whatever VPC it is in, so that a
    bare name is enough for each.

    `yielding`: the ids of those that leave their name to another one, whatever comes first.
    """

    def __init__(self, yielding: Iterable[str] = ()) -> None:
        self.yielding = frozenset(yielding)
        self.taken: dict[str, set[str]] = {}
        self.given: dict[tuple[str, str], str] = {}

    def name(self, space: str, wanted: str, id: str, reserved: Iterable[str] = ()) -> str:
        """A name in a space: the one wanted if it is free, else with the end of the id. An id has one name in a space."""
        if (space, id) in self.given:
            return self.given[space, id]
        taken = self.taken.setdefault(space, set())
        own = cleaned(wanted) or cleaned(id) or "nameless"
        for candidate in (own, f"{own}-{cleaned(id)[-_TAIL:]}", f"{own}-{cleaned(id)}"):
            left = candidate == own and id in self.yielding
            if not left and candidate not in taken and candidate not in RESERVED and candidate not in reserved:
                break
        else:
            numbers = (f"{own}-{number}" for number in range(2, len(taken) + 3))
            candidate = next(each for each in numbers if each not in taken)
        taken.add(candidate)
        self.given[space, id] = candidate
        return candidate
