"""Blocks of a matrix, and how they are shared among workers."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from reachsim.dataplane.filters import FilterBook
from reachsim.errors import ReachsimError, UsageError, shown
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import BlockWorker, ClassAnswer
from reachsim.reach.classes import Classes, all_filters
from reachsim.reach.pair import Progress as Progress
from reachsim.reach.template_book import TemplateBook
from reachsim.topology.endpoints import Endpoints

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")
P = TypeVar("P")
BLOCK = 16
"""Routing classes in a block: enough to be worth sending, few enough to share out evenly."""


class LostWorker(ReachsimError):
    """A worker of the executor died, or its work could not be sent to it."""

    exit_code = 2


Block: TypeAlias = "tuple[list[int], dict[int, array[int]], list[ClassAnswer]]"
"""A part of a matrix: its routing classes, its rows, and the answers that their numbers mean."""


def on_executor(
    executor: Executor, task: Callable[[P, list[int]], Block], payload: P
) -> Callable[[BlockWorker, int], Iterator[Block]]:
    """Compute blocks on an executor: `task(payload, routing classes)` is sent to the workers."""

    def compute(worker: BlockWorker, total: int) -> Iterator[Block]:
        return spread(executor, task, payload, range(total), BLOCK)

    return compute


def block_worker(endpoints: Endpoints, book: FilterBook, templates: TemplateBook, classes: Classes) -> BlockWorker:
    """What computes the blocks of a network's matrix. `templates`: kept for the next matrix of the same topology."""
    return BlockWorker(endpoints, book, classes, Atoms(all_filters(endpoints.topology, book)), templates)


def compute_block(worker: BlockWorker, indexes: list[int]) -> Block:
    """One block of a matrix: the rows of some routing classes."""
    rows: dict[int, array[int]] = {}
    for index in indexes:
        rows |= worker.rows(worker.classes.routing[index])
    return indexes, rows, worker.answers.table()


def spread(
    executor: Executor, task: Callable[[P, list[int]], T], payload: P, items: Sequence[int], size: int
) -> Iterator[T]:
    """Hand out items in blocks of `size` and yield what comes back, in any order. Raises LostWorker."""
    from concurrent.futures import as_completed  # with what it imports, 10 ms that most questions need not spend

    if not hasattr(executor, "submit"):
        raise UsageError(f"an executor of concurrent.futures is expected, got {shown(executor)}")
    blocks = [list(items[start : start + size]) for start in range(0, len(items), size)]
    futures: dict[Future[T], list[int]] = {}
    try:
        for block in blocks:
            futures[executor.submit(task, payload, block)] = block
        for future in as_completed(futures):
            yield future.result()
    except ReachsimError:
        raise
    except Exception as error:  # whatever an executor raises when a worker dies or work cannot be sent to it
        raise LostWorker(f"a worker was lost: {type(error).__name__}: {error}") from error
    finally:
        for future in futures:
            future.cancel()
