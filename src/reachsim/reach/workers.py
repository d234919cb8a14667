"""Work in blocks on executors: few of them at a time, the lost ones asked again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from reachsim.errors import ReachsimError, UsageError, shown
from reachsim.stopping import shielded

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

B = TypeVar("B")
T = TypeVar("T")
_AHEAD: Final = 3
"""Blocks that are asked for at a time, for each worker: one that it is at, and two that are on the way."""
_WORKERS: Final = 16
"""Workers that an executor is taken to have where neither it nor anybody else says how many."""
_TRIES: Final = 3
"""How often a block is asked for that is lost."""


class LostWorker(ReachsimError):
    """A worker of the executor died again and again, or its work could not be sent to it."""

    exit_code = 2


class Sent(Protocol):
    """What all blocks of some work need. `token`: its name, by which a process that has it already finds it."""

    @property
    def token(self) -> str:
        """Its name."""


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """What shares the work: None for one job, else processes. An error, Ctrl-C or a deadline inside ends them at once.
    Raises UsageError."""
    if a_number_of_jobs(jobs) == 1:
        yield None
        return
    from reachsim.reach.pool import Workers  # 20 ms that a run with one job need not spend

    pool = Workers(jobs)
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        with shielded():
            pool.kill()
        raise


@contextmanager
def sharing(executor: Any, jobs: int | None) -> Iterator[Executor | None]:
    """What shares the work: an executor of somebody else's, or processes of our own; None for nobody. Raises UsageError."""
    check_sharing(executor, jobs)
    if executor is None:
        with workers(1 if jobs is None else jobs) as own:
            yield own
    else:
        yield executor


def check_sharing(executor: Any, jobs: Any) -> None:
    """Raises UsageError for what is neither an executor nor a number of workers."""
    if jobs is not None:
        a_number_of_jobs(jobs)
    if executor is not None and not hasattr(executor, "submit"):
        raise UsageError(f"an executor of concurrent.futures is expected, got {shown(executor)}")


def a_number_of_jobs(jobs: Any) -> int:
    """How many workers share the work. Raises UsageError for what is no such number."""
    if type(jobs) is not int or jobs < 1:
        raise UsageError(f"jobs: {shown(jobs)} is not a whole number of 1 or more")
    return jobs


def workers_of(executor: Executor, jobs: int | None) -> int:
    """How many workers an executor has, as far as anybody knows."""
    told = jobs or getattr(executor, "_max_workers", None)
    return told if type(told) is int and told > 0 else _WORKERS


@dataclass(frozen=True, slots=True)
class _Asked(Generic[B]):
    """A block that was asked for, and how often."""

    block: B
    tries: int = 1


def spread(
    executor: Executor,
    task: Callable[[Any, B], T | None],
    sent: Sent,
    blocks: Iterable[B],
    jobs: int | None = None,
) -> Generator[tuple[B, T]]:
    """Hand out blocks, and yield them with what comes back, in any order. `jobs`: how many workers the executor has.

    `task(sent or its token, block)` is what a worker does. The token comes first; where nothing is known by it, the task
    gives None and is asked again with the whole, so that what all blocks need travels about once to each worker. At most so
    many blocks are on the way, or back and not yet taken, as keep the workers busy: memory is bounded however many there
    are. What is lost with a worker is asked again, some times. Raises LostWorker, and errors of reachsim as they are.
    """
    from concurrent.futures import (  # with what it imports, 10 ms that most questions need not spend
        FIRST_COMPLETED,
        wait,
    )

    waiting = iter(blocks)
    asked: dict[Future[T | None], _Asked[B]] = {}

    def ask(what: _Asked[B], payload: Sent | str) -> None:
        try:
            asked[executor.submit(task, payload, what.block)] = what
        except Exception as error:  # whatever an executor raises that takes no work
            raise _lost(error) from error

    def answer(future: Future[T | None], what: _Asked[B]) -> T | None:
        """What came back; None where it has to be asked again, and was."""
        try:
            found = future.result()
        except ReachsimError:
            raise
        except Exception as error:  # whatever an executor raises when a worker dies
            if what.tries == _TRIES:
                raise _lost(error, f"; it was asked {_TRIES} times") from error
            ask(_Asked(what.block, what.tries + 1), sent)
            return None
        if found is None:
            ask(what, sent)
        return found

    count = workers_of(executor, jobs)
    try:
        for block in islice(waiting, count):  # one for each, so that few more than one each find nothing by the token
            ask(_Asked(block), sent.token)
        while asked:
            for future in wait(asked, return_when=FIRST_COMPLETED).done:
                what = asked.pop(future)
                found = answer(future, what)
                if found is not None:
                    for block in islice(waiting, min(2, _AHEAD * count - len(asked))):
                        ask(_Asked(block), sent.token)
                    yield what.block, found
    finally:
        for future in asked:
            future.cancel()


def _lost(error: Exception, why: str = "") -> LostWorker:
    return LostWorker(f"a worker was lost: {type(error).__name__}: {error}{why}")
