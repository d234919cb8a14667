"""The matrix as a stream of blocks, computed here or by the workers of an executor: nobody ever holds the whole."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from reachsim.garbage import collector_paused
from reachsim.net.traffic import Traffic
from reachsim.reach.blocks import ANSWERS_KEPT, BlockWorker, ClassAnswer, ClassAnswers
from reachsim.reach.classes import Classes, InterfaceClass
from reachsim.reach.destinations import DestinationSides
from reachsim.reach.flow_answer import Crossing
from reachsim.reach.pair import Progress
from reachsim.reach.row import Row
from reachsim.reach.rows import Rows, parts_of
from reachsim.reach.workers import Sent, sharing, spread, workers_of
from reachsim.stages import going_over

if TYPE_CHECKING:
    from concurrent.futures import Executor

Classed = Mapping[int, InterfaceClass]
"""Classes by index, each with those of its interfaces that are meant."""
Destinations = tuple[int, ...] | None
"""Classes by index; None for all."""
Block = tuple[dict[int, Row], dict[int, ClassAnswer]]
"""What comes back from a worker: rows by the index of their class, and the answers that their numbers mean."""

_WALK: Final = 30
"""What a walk there and back costs, in pairs of classes (150 µs to 5 µs)."""
_BLOCKS: Final = 64
"""Blocks that work is cut into at least, if it is not small and done here: so often progress is told."""
_BLOCKS_EACH: Final = 8
"""Blocks for each worker: so many that none waits long for the last one, and not more, since what one has walked for a
block another walks again for the next one."""
_VALUES_KEPT: Final = 8_000_000
"""What is remembered of filters while blocks go by, in places of lists: about 100 MB at the most."""
_LEAST: Final = 20_000
_MOST: Final = 2_000_000
"""Work of a block, in pairs of classes: enough to be worth sending, and not more than about 10 s."""
_PAIRS: Final = 2_000_000
"""Pairs of classes in a block of more than one row: 4 MB of numbers. What one worker has walked for a block another one
walks again for the next, so that smaller ones cost more of both."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a stream is about. `sources`, `destinations`: None for all; `traffic`: of this alone. `kept`: a number of an
    answer means the same in all blocks, and everything is remembered; for who holds the whole anyway."""

    sources: Classed | None = None
    destinations: Classed | None = None
    traffic: Traffic | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class RowTask:
    """A block that is to be computed: the rows of some classes. `cost`: in pairs of classes."""

    sources: tuple[int, ...]
    destinations: Destinations
    cost: int


class RowMaker:
    """Computes blocks of rows, and remembers what the next one may need. One for each process; threads may share it."""

    def __init__(self, worker: BlockWorker, *, kept: bool = False) -> None:
        self.worker = worker
        self.kept = kept
        self._known: tuple[Destinations, DestinationSides] | None = None

    def rows(self, task: RowTask) -> Rows:
        """One block."""
        worker = copy(self.worker)  # whose numbers mean what they mean, whatever another thread forgets
        to = self.sides(task.destinations)
        rows: dict[int, Row] = {}
        for whole, part in parts_of(worker.classes.classes[index] for index in task.sources):
            rows |= worker.rows_to(whole, part, to)
        if not self.kept:
            self.worker = worker.remembering_less()
            if to.remembered() > _VALUES_KEPT:
                self._known = None
        return Rows(worker.endpoints, worker.classes, worker.atoms, rows, to.places, worker.answers.known)

    def block(self, task: RowTask) -> Block:
        """One block, as it travels: with the answers alone that are in it."""
        with collector_paused():
            found = self.rows(task)
        met = {0}.union(*(row.numbers for row in found.rows.values()))
        return found.rows, {number: found.answers[number] for number in sorted(met)}

    def sides(self, destinations: Destinations) -> DestinationSides:
        """Destinations, put together where one walk serves them. The same object for each block: it remembers what filters
        let through, and which ways lead to whom."""
        known = self._known
        if known is None or known[0] != destinations:
            classes = self.worker.classes
            if destinations is None:
                everything = {index: index for index in range(len(classes.classes))}
                to = DestinationSides(((each, each) for each in classes.routing), everything)
            else:
                parts = parts_of(classes.classes[index] for index in destinations)
                to = DestinationSides(parts, {index: column for column, index in enumerate(destinations)})
            known = self._known = destinations, to
        return known[1]


def stream(
    maker: RowMaker,
    question: Question,
    sent: Callable[[], Sent],
    compute: Callable[[Any, RowTask], Block | None],
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Generator[Rows]:
    """The blocks of a matrix, in any order. `sent`, `compute`: what an executor's workers make a block of, and how
    (`workers.spread`). `progress(done, total)`: of the work, by what it is expected to cost.

    Closing it cancels what was not begun. Raises LostWorker.
    """
    with sharing(executor, jobs) as shared:
        tasks = tasks_of(maker.worker.classes, question, 1 if shared is None else workers_of(shared, jobs))
        done, total = 0, sum(task.cost for task in tasks)
        told = _Told(maker, question)
        found = _here(maker, tasks) if shared is None else _there(told, spread(shared, compute, sent(), tasks, jobs))
        with closing(found):
            for task, rows in found:
                done += task.cost
                if progress is not None:
                    progress(done, total)
                yield told.whole(rows)


def _here(maker: RowMaker, tasks: Sequence[RowTask]) -> Generator[tuple[RowTask, Rows]]:
    for task in going_over("parts of the matrix", tasks, weights=[task.cost for task in tasks]):
        with collector_paused():  # what is remembered stays, and none of it is a circle
            rows = maker.rows(task)
        yield task, rows


def _there(told: _Told, blocks: Generator[tuple[RowTask, Block]]) -> Generator[tuple[RowTask, Rows]]:
    with closing(blocks):
        for task, block in blocks:
            yield task, told.received(task, block)


class _Told:
    """What the blocks of a stream have in common where they are told, as far as memory allows."""

    def __init__(self, maker: RowMaker, question: Question) -> None:
        self.maker = maker
        self.question = question
        every = maker.worker.classes.classes
        self.named = (
            every if question.sources is None else question.sources,
            every if question.destinations is None else question.destinations,
        )
        self.answers = ClassAnswers()
        self.known: list[ClassAnswer] = []
        self.cells: dict[int, tuple[Crossing, ...]] = {}

    def received(self, task: RowTask, block: Block) -> Rows:
        """A block that came from a worker, by our own numbers."""
        theirs, table = block
        if len(self.answers.known) > ANSWERS_KEPT and not self.question.kept:
            self.answers = ClassAnswers()
        numbers = {number: self.answers.number(answer) for number, answer in table.items()}
        rows = theirs
        if any(number != mine for number, mine in numbers.items()):
            mine = [numbers.get(number, 0) for number in range(max(numbers) + 1)]
            greatest = max(mine)
            rows = {index: row.renumbered(mine, greatest) for index, row in theirs.items()}
        worker = self.maker.worker
        columns = self.maker.sides(task.destinations).places
        return Rows(worker.endpoints, worker.classes, worker.atoms, rows, columns, self.answers.known)

    def whole(self, rows: Rows) -> Rows:
        """A block with what was asked, and with what is known of its answers from those before it."""
        if rows.answers is not self.known:
            self.known, self.cells = rows.answers, {}
        return replace(rows, cells=self.cells, traffic=self.question.traffic, named=self.named)


def tasks_of(classes: Classes, question: Question, workers: int) -> list[RowTask]:
    """The work in tasks that cost about as much as each other. Classes that walk alike are next to each other: who walks
    for one of them has walked for all."""
    every = classes.classes
    sources = every if question.sources is None else [every[index] for index in question.sources]
    destinations = None if question.destinations is None else tuple(question.destinations)
    width = len(every) if destinations is None else len(destinations)
    named = every if destinations is None else [every[index] for index in destinations]
    walks = len({each.routing.index for each in named})
    ways: dict[Hashable, int] = {}
    order = [
        (ways.setdefault(each.routing.client.broad, len(ways)), each.routing.index, each.index) for each in sources
    ]
    costs: list[tuple[InterfaceClass, int]] = []
    before: tuple[int | None, int | None] = None, None
    for way, routing, index in sorted(order):
        looks = 0 if routing == before[1] else walks * (1 if way == before[0] else _WALK)
        costs.append((every[index], width + looks))
        before = way, routing
    share = sum(cost for _, cost in costs) // (_BLOCKS if workers == 1 else _BLOCKS_EACH * workers)
    return [
        RowTask(tuple(each.index for each, _ in part), destinations, sum(cost for _, cost in part))
        for part in _cut(costs, min(max(share, _LEAST), _MOST), _PAIRS // max(width, 1))
    ]


def _cut(costs: list[tuple[InterfaceClass, int]], share: int, rows: int) -> Iterator[list[tuple[InterfaceClass, int]]]:
    """Runs of a list that cost `share` or less and are so many rows or fewer, or that are one alone."""
    part: list[tuple[InterfaceClass, int]] = []
    whole = 0
    for each, cost in costs:
        if part and (whole + cost > share or len(part) >= rows):
            yield part
            part, whole = [], 0
        part.append((each, cost))
        whole += cost
    if part:
        yield part
