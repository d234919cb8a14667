"""The matrix as a stream of blocks: it says what the matrix says, holds little, and ends cleanly however it ends."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import time
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from tests.benchmarks.organisation import organisation
from tests.designs import load
from tests.networks import laws, network, seeds

import reachsim
from reachsim.engine import Engine, block_of
from reachsim.errors import DeadlinePassed, EndpointError, UsageError
from reachsim.net.traffic import Traffic
from reachsim.reach import blocks as blocks_module
from reachsim.reach import pool as pool_module
from reachsim.reach import stream as stream_module
from reachsim.reach.cell import Cell
from reachsim.reach.pool import Workers
from reachsim.reach.rows import Rows
from reachsim.reach.stream import Question, RowTask, tasks_of
from reachsim.reach.workers import LostWorker

SPAWN = multiprocessing.get_context("spawn")
Pairs = dict[tuple[str, str], Cell]


def pairs_of(blocks: Iterable[Rows]) -> Pairs:
    """What a stream says of each pair of interfaces; no pair comes twice."""
    out: Pairs = {}
    for rows in blocks:
        for source, destination, cell in rows:
            found = {(a.name, b.name): cell for a in source.members for b in destination.members if a is not b}
            assert len(found) == rows.pairs(source, destination) > 0
            assert not out.keys() & found.keys()
            out |= found
    return out


def of_matrix(net: reachsim.Network) -> Pairs:
    """The same of the matrix."""
    matrix = net.matrix()
    cells = {number: matrix.cell_of(number) for _, _, number in matrix.class_pairs()}
    return {
        (a.name, b.name): cells[number]
        for source, destination, number in matrix.class_pairs()
        for a in source.members
        for b in destination.members
        if a is not b
    }


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one row, so that even a small network has many."""
    monkeypatch.setattr(stream_module, "_PAIRS", 0)


@laws(4)
@given(seeds)
def test_the_stream_says_what_reach_says_of_each_pair(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    with patch.object(stream_module, "_PAIRS", rng.choice([0, 3, 1000])):
        found = pairs_of(net.rows())
    assert found == of_matrix(net)
    for a in (names := list(net.topology.interfaces)):
        for b in rng.sample(names, min(4, len(names))):
            if a != b:
                whole = [part for part in net.reach(a, b).parts if part.flow.pick is None]
                cell = found.get((a, b))
                delivered = cell.delivered if cell is not None else Traffic.nothing()
                if len(whole) == len(net.reach(a, b).parts) and (cell is None or not cell.undecided):
                    assert delivered == Traffic.union_of(span for part in whole for span in part.forward.spans)


@laws(4)
@given(seeds)
def test_a_part_of_the_stream_says_the_same(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    matrix, names = of_matrix(net), list(net.topology.interfaces)
    vpc, one, traffic = (rng.choice(each) for each in ([*net.design.vpcs], names, ["tcp/443", "icmp"]))
    from_vpc = {name for name in names if name.startswith(f"{vpc}.")}
    to_vpc = {interface.name for interface in net.endpoint({"vpc": vpc}).interfaces}  # of which none is a function's
    with patch.object(stream_module, "_PAIRS", 0):
        assert pairs_of(net.rows(sources={"vpc": vpc})) == {k: v for k, v in matrix.items() if k[0] in from_vpc}
        both = pairs_of(net.rows(traffic, sources={"vpc": vpc}, destinations={"vpc": vpc}))
        if net.endpoint(one).interfaces:
            assert pairs_of(net.rows(destinations=one)) == {k: v for k, v in matrix.items() if k[1] == one}
    some = {k: v for k, v in matrix.items() if k[0] in from_vpc and k[1] in to_vpc}
    assert both == {k: v for k, v in some.items() if v.undecided or v.delivered & Traffic.parse(traffic)}


@laws(2)
@given(seeds)
def test_a_stream_that_forgets_says_the_same(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    with (
        patch.multiple(blocks_module, ANSWERS_KEPT=0, _TEMPLATES_KEPT=0, _CELLS_KEPT=0),
        patch.multiple(stream_module, ANSWERS_KEPT=0, _VALUES_KEPT=0, _PAIRS=0),
        ThreadPoolExecutor(3) as executor,
    ):
        assert pairs_of(net.rows()) == pairs_of(net.rows(executor=executor)) == of_matrix(net)


def test_what_is_remembered_is_bounded(small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    net = reachsim.loads(organisation(60))
    kept: list[tuple[int, int, int, int]] = []
    for name in ("ANSWERS_KEPT", "_TEMPLATES_KEPT", "_CELLS_KEPT"):
        monkeypatch.setattr(blocks_module, name, 10)
    monkeypatch.setattr(stream_module, "_VALUES_KEPT", 10)
    with patch.object(stream_module.RowMaker, "rows", autospec=True, side_effect=stream_module.RowMaker.rows) as rows:
        for _ in net.rows():
            maker = rows.call_args.args[0]
            answers, templates, cells = maker.worker.answers.known, maker.worker.templates, maker.worker.cells
            values = 0 if maker._known is None else maker._known[1].remembered()
            kept.append((len(answers), len(templates), sum(map(len, cells.values())), values))
    assert len(kept) > 20
    assert all(max(each) <= 10 for each in kept)


def test_processes_say_the_same(small_blocks: None) -> None:
    net = network(3, crowd=True)[2]
    assert pairs_of(net.rows(jobs=2)) == of_matrix(net)
    assert net.matrix(jobs=2).to_csv() == net.matrix().to_csv()


class Counting(ThreadPoolExecutor):
    """Counts what it is asked, and what is on the way."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.submitted: list[Future[Any]] = []
        self.most = 0
        self.taken = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(fn, *args, **kwargs)
        self.submitted.append(future)
        self.most = max(self.most, len(self.submitted) - self.taken)
        return future


def test_only_some_blocks_are_on_the_way(small_blocks: None) -> None:
    net = reachsim.loads(organisation(60))
    with Counting(2) as executor:
        for _ in net.rows(executor=executor):
            time.sleep(0.002)  # a slow reader: what came back and is not taken counts
            executor.taken += 1
    assert executor.taken == len(net.classes.classes) > 20
    assert executor.most <= 7  # three for each worker, and the one that is being taken


def test_jobs_says_how_many_workers_an_executor_has(small_blocks: None) -> None:
    """Before anything came back, each is asked for one block."""

    class Silent(Executor):
        asked = 0

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.asked += 1
            return Future()

    for jobs, first in ((5, 5), (None, 16)):
        executor = Silent()
        with pytest.raises(DeadlinePassed):
            next(reachsim.loads(organisation(60)).rows(executor=executor, jobs=jobs, deadline=0.2))
        assert executor.asked == first


class Sending(ProcessPoolExecutor):
    """Counts how often the whole network was sent."""

    whole = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.whole += not isinstance(args[0], str)
        return super().submit(fn, *args, **kwargs)


def test_a_network_travels_about_once_to_each_process(small_blocks: None) -> None:
    net = network(3, crowd=True)[2]
    with Sending(2, mp_context=SPAWN) as executor:
        assert pairs_of(net.rows(executor=executor)) == of_matrix(net)
        assert 1 <= executor.whole <= 6  # those that found nothing by the token
    with Sending(1, mp_context=SPAWN) as executor:
        assert pairs_of(net.rows(executor=executor)) == of_matrix(net)
        before = executor.whole
        assert executor.submit(block_of, net.payload.token, RowTask((0,), None, 1)).result() is not None
        assert pairs_of(net.rows("tcp/443", executor=executor)) == pairs_of(net.rows("tcp/443"))
        assert executor.whole == before
        copy = net.with_({f"vpcs.{next(iter(net.design.vpcs))}.route_tables.main": {}})
        assert pairs_of(copy.rows(executor=executor)) == of_matrix(copy)  # edits travel


# -- how it ends --------------------------------------------------------------------------------------------


def test_a_reader_that_stops_cancels_the_rest(small_blocks: None) -> None:
    net = reachsim.loads(organisation(60))
    with Counting(1) as executor:
        for _ in net.rows(executor=executor):
            break
        assert len(executor.submitted) <= 4
        assert all(future.cancelled() or future.done() or future.running() for future in executor.submitted)


def children() -> int:
    return len(multiprocessing.active_children())


def only(count: int) -> bool:
    """Whether no more processes than these are left, in a while: one that was killed may take a moment to be told so."""
    end = time.monotonic() + 10
    while children() > count and time.monotonic() < end:
        time.sleep(0.02)
    return children() == count


def test_a_reader_that_stops_ends_the_processes(small_blocks: None) -> None:
    net = reachsim.loads(organisation(60))
    before = children()
    stream = net.rows(jobs=2)
    next(stream)
    assert children() == before + 2
    stream.close()
    assert only(before)


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_what_a_killed_process_was_asked_is_asked_again(small_blocks: None) -> None:
    net = reachsim.loads(organisation(60))
    before = set(multiprocessing.active_children())
    blocks: list[Rows] = []
    for rows in net.rows(jobs=2):
        if len(blocks) in (2, 9):
            victim = next(each for each in multiprocessing.active_children() if each not in before)
            assert victim.pid is not None
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
        blocks.append(rows)
    assert pairs_of(blocks) == of_matrix(net)
    assert set(multiprocessing.active_children()) == before


def test_work_that_kills_every_process_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def start(self: Workers) -> ProcessPoolExecutor:
        started.append(1)
        return ProcessPoolExecutor(1, mp_context=SPAWN, initializer=os._exit, initargs=(1,))

    monkeypatch.setattr(pool_module.Workers, "_started", start)
    with pytest.raises(LostWorker, match=r"^a worker was lost: BrokenProcessPool: .*; it was asked 3 times$"):
        list(load().rows(jobs=2))
    assert len(started) == 3


def test_a_deadline_is_of_the_whole_stream(small_blocks: None) -> None:
    net = reachsim.loads(organisation(100))
    next(iter(net.rows()))  # what is prepared once does not count, however busy the machine
    seen: list[Rows] = []

    def read() -> None:
        for rows in net.rows(deadline=1):
            seen.append(rows)
            time.sleep(0.2)  # never stopped, but counted

    with pytest.raises(DeadlinePassed, match=r"^no answer after 1 seconds? \(deadline\)$"):
        read()
    assert 1 <= len(seen) <= 6
    assert len(list(net.rows(deadline=60))) == len(net.classes.classes)


def test_the_deadline_counts_what_is_made_for_the_first_question() -> None:
    net = load()
    _ = net.ends
    with patch.object(Engine, "classes", property(lambda self: time.sleep(60))):
        for stream in (lambda: net.rows(deadline=0.05), lambda: net.rows(sources="app.web", deadline=0.05)):
            began = time.monotonic()
            with pytest.raises(DeadlinePassed, match=r"no answer after 0\.05 seconds"):
                list(stream())
            assert time.monotonic() - began < 30


def test_a_deadline_ends_processes_that_are_busy() -> None:
    net = load()
    before = children()
    with patch("reachsim.engine.block_of", busy), pytest.raises(DeadlinePassed):
        list(net.rows(jobs=2, deadline=0.7))
    assert only(before)


def busy(sent: object, task: RowTask) -> None:
    time.sleep(60)


def half_a_result(_: object) -> bytes:
    """In a worker: begin to send what this returns, and stand still."""

    def send(self: Any, buffer: bytes) -> None:
        os.write(self.fileno(), buffer[: len(buffer) // 2])
        time.sleep(60)

    patch.object(multiprocessing.connection.Connection, "_send", send).start()
    return bytes(1 << 20)


@pytest.mark.skipif(sys.platform == "win32", reason="writes half of a message to a pipe of Unix")
@pytest.mark.parametrize("killer", ["we", "somebody"])
def test_a_process_killed_while_it_sends_holds_up_nobody(killer: str) -> None:
    before = children()
    workers = Workers(2)
    future = workers.submit(half_a_result, None)
    time.sleep(0.5)
    began = time.monotonic()
    if killer == "we":
        workers.kill()
    else:
        [os.kill(process.pid or 0, signal.SIGKILL) for process in multiprocessing.active_children()[:2]]
    with pytest.raises((BrokenExecutor, CancelledError)):
        future.result(timeout=40)
    assert time.monotonic() - began < 30
    assert only(before)


def test_an_error_of_the_reader_ends_the_processes(small_blocks: None) -> None:
    before = children()

    def read() -> None:
        for _ in reachsim.loads(organisation(60)).rows(jobs=2):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        read()
    assert only(before)


def test_progress_is_of_the_work(small_blocks: None) -> None:
    heard: list[tuple[int, int]] = []
    net = reachsim.loads(organisation(60))
    blocks = len(list(net.rows(progress=lambda *now: heard.append(now))))
    assert len(heard) == blocks
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1]
    assert heard[-1][1] >= len(net.classes.classes) ** 2


# -- what cannot be asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"traffic": "tcp/99999"}, UsageError, "99999"),
        ({"traffic": Traffic.nothing()}, UsageError, "the traffic is empty"),
        ({"sources": "internet"}, UsageError, "'internet' is no interface of the design"),
        ({"destinations": "10.0.1.20"}, UsageError, "is no interface of the design"),
        ({"sources": "nobody"}, EndpointError, "nobody"),
        ({"destinations": {"colour": "red"}}, UsageError, "is not a selector"),
        ({"jobs": 0}, UsageError, "jobs: 0 is not a whole number of 1 or more"),
        ({"jobs": True}, UsageError, "jobs: true is not a whole number"),
        ({"executor": 4}, UsageError, "an executor of concurrent.futures is expected, got 4"),
        ({"deadline": 0}, UsageError, "0 is not a number of seconds"),
    ],
)
def test_what_makes_no_sense_is_told_at_once(asked: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says.replace(".", r"\.")):
        load().rows(**asked)


# -- the cut ------------------------------------------------------------------------------------------------


@laws(5)
@given(seeds)
def test_pieces_are_the_whole_work(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    classes = net.classes
    workers, least, pairs = rng.randint(1, 9), rng.choice([1, 50, 10**6]), rng.choice([1, 40, 10**6])
    with patch.multiple(stream_module, _LEAST=least, _PAIRS=pairs):
        tasks = tasks_of(classes, Question(), workers)
    rows = [index for task in tasks for index in task.sources]
    assert sorted(rows) == list(range(len(classes.classes)))
    assert all(len(task.sources) == 1 or len(task.sources) * len(classes.classes) <= pairs for task in tasks)
    share = max(least, sum(task.cost for task in tasks) // (64 if workers == 1 else 8 * workers))
    assert all(len(task.sources) == 1 or task.cost <= share for task in tasks)
    assert all(task.cost >= len(task.sources) * len(classes.classes) for task in tasks)


def test_an_executor_is_asked_for_nothing_before_somebody_reads() -> None:
    class Never(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise AssertionError

    load().rows(executor=Never())
