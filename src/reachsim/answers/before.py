"""What is asked of one network, kept for comparing it with several."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from reachsim.answers.collected import Content
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.reach.likeness import Likenesses
from reachsim.reach.matrix import Matrix, Progress
from reachsim.reach.pair import Reach
from reachsim.reach.rows import Rows


class Before:
    """What is asked of one network, kept for comparing it with several."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reaches: dict[tuple[str, str], Reach] = {}
        self.likenesses = Likenesses()
        self.contents: dict[Hashable, list[Content]] = {}
        """How answers of two likenesses differ, of this network and of others."""
        self._matrix: Matrix | None = None
        self._rows: dict[tuple[tuple[NetworkInterface, ...], ...], Rows] = {}

    def matrix(self, progress: Progress | None = None) -> Matrix:
        """Its matrix."""
        if self._matrix is None:
            self._matrix = self.engine.matrix(progress=progress)
        return self._matrix

    def reach(self, source: str, destination: str) -> Reach:
        """What gets from one end to another."""
        known = self.reaches.get((source, destination))
        if known is None:
            known = self.reaches[source, destination] = self.engine.reach(source, destination)
        return known

    def rows(
        self,
        sources: Iterable[NetworkInterface],
        destinations: Iterable[NetworkInterface],
        progress: Progress | None = None,
    ) -> Rows:
        """The answers from some interfaces to others, by class."""
        asked = tuple(sources), tuple(destinations)
        known = self._rows.get(asked)
        if known is None:
            known = self._rows[asked] = self.engine.rows_between(*asked, progress)
        return known
