"""Expectations of a design as tests of pytest.

pytest makes a collector of every design beside the tests that it runs, and only then looks which of them were asked for.
So the engines are imported where a design is read, not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reachsim.errors import DesignError, ReachsimError, visible

if TYPE_CHECKING:
    from reachsim.answers.expectations import Result
    from reachsim.network import Network


class DesignFile(pytest.File):
    """A design: each of its expectations is a test."""

    def collect(self) -> Iterable[pytest.Item]:
        """A test for each expectation, in the order of the file."""
        from reachsim.testing.models import network_of

        try:
            network = network_of(self.path)
        except ReachsimError as error:
            raise self.CollectError(str(error)) from None
        for number, expectation in enumerate(network.design.expect, 1):
            asked = expectation.from_, expectation.to
            ends = (end if isinstance(end, str) else network.endpoint(end).name for end in asked)
            verb = "deny" if expectation.allow is None else "allow"
            name = visible(f"#{number} {' -> '.join(ends)}: {verb} {expectation.traffic}")
            # pytest takes a double colon for the end of a name, and IPv6 is full of them
            yield ExpectationItem.from_parent(self, name=name.replace("::", ": :"), network=network, number=number)


class Failed(AssertionError):
    """An expectation that does not hold. `result`: how it was decided."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.question)
        self.result = result


class ExpectationItem(pytest.Item):
    """One expectation: passes when it holds for every packet, is an expected failure when it fails as the file marks."""

    def __init__(self, *, network: Network, number: int, name: str, parent: pytest.Collector) -> None:
        super().__init__(name=name, parent=parent)
        self.network = network
        self.number = number
        self.add_marker("reachsim")

    def runtest(self) -> None:
        """Decide it. What cannot be decided is a failure: nobody knows that it holds."""
        result = self.network.decide(self.number)
        if result.holds:
            return
        if result.as_marked:
            pytest.xfail(f"fails as marked: {result.expectation.fails}")
        raise Failed(result)

    def repr_failure(  # type: ignore[override]
        self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None
    ) -> object:
        """The reason of a failure, without a traceback through the program."""
        from reachsim.testing.reasons import result_reason

        if isinstance(excinfo.value, Failed):
            return result_reason(excinfo.value.result, self.network, self.config.getini("reachsim_fixes"))
        if isinstance(excinfo.value, ReachsimError):
            error = excinfo.value
            return str(error) if isinstance(error, DesignError) else f"reachsim: {error}"
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line where it stands, counted from 0 as pytest does."""
        line = self.network.source.line(("expect", self.number - 1)) or 1
        return self.path, line - 1, self.name
