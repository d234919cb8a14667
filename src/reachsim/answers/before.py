"""What is asked of one network, kept for comparing it with several."""

from __future__ import annotations

from functools import cached_property

from reachsim.engine import Engine
from reachsim.reach.matrix import Matrix
from reachsim.reach.pair import Reach


class Before:
    """What is asked of one network, kept for comparing it with several."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reaches: dict[tuple[str, str], Reach] = {}

    @cached_property
    def matrix(self) -> Matrix:
        """Its matrix."""
        return self.engine.matrix()

    def reach(self, source: str, destination: str) -> Reach:
        """What gets from one end to another."""
        known = self.reaches.get((source, destination))
        if known is None:
            known = self.reaches[source, destination] = self.engine.reach(source, destination)
        return known
