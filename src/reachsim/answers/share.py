"""The work of several expectations: how far it is, and how it is shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from reachsim.answers.editable import Editable
from reachsim.answers.expectations import Result
from reachsim.engine import Payload, payload_of
from reachsim.reach.matrix import Progress
from reachsim.reach.workers import sharing, spread

if TYPE_CHECKING:
    from concurrent.futures import Executor

_AT_ONCE: Final = 8
"""Expectations that a worker is asked for at a time."""


class Work:
    """How much of some expectations is done, told to `progress`. `shares`: the work of each, in their order."""

    def __init__(self, shares: list[int], progress: Progress | None) -> None:
        self.shares = shares
        self.progress = progress
        self.total = sum(shares)
        self.done = 0

    def finished(self, numbers: Iterable[int]) -> None:
        """Some expectations are decided."""
        if self.progress is not None:
            self.done += sum(self.shares[number - 1] for number in numbers)
            self.progress(self.done, self.total)

    def part(self, number: int) -> Progress | None:
        """What hears how much of one expectation is done."""
        tell = self.progress
        if tell is None:
            return None
        share = self.shares[number - 1]
        return lambda done, of: tell(self.done + share * done // max(of, 1), self.total)


def decided_elsewhere(
    network: Editable, numbers: Sequence[int], executor: Executor | None, jobs: int | None
) -> Iterator[list[Result]]:
    """Some expectations, decided by the workers of an executor or by processes; nothing where there are neither. Raises
    LostWorker, UsageError."""
    with sharing(executor, jobs) as shared:
        if shared is not None:
            blocks = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
            for _, results in spread(shared, decide_block, network.payload, blocks, jobs):
                yield results


def decide_block(sent: Payload | str, numbers: Sequence[int]) -> list[Result] | None:
    """Some expectations, decided in a worker; `numbers` count from 1. None where the network has to be sent first."""
    payload = payload_of(sent)
    if payload is None:
        return None
    network = payload.network
    assert isinstance(network, Editable)
    return [network.decide(number) for number in numbers]
