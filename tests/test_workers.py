"""Work on executors: the same answers in any order, and one error where a worker is lost."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from tests.designs import load
from tests.networks import expectations, laws, loaded, network, seeds

import reachsim
from reachsim.errors import ReachsimError
from reachsim.reach import stream as stream_module
from reachsim.reach.workers import LostWorker

SPAWN = multiprocessing.get_context("spawn")


class Backwards(Executor):
    """Runs everything when nothing more has come for a while, the last first."""

    def __init__(self, broken: BaseException | None = None) -> None:
        self.work: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.broken = broken
        self.timer: threading.Timer | None = None
        self.ran: list[int] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.timer is not None:
            self.timer.cancel()
        self.work.append((future, lambda: fn(*args, **kwargs)))
        self.timer = threading.Timer(0.02, self.run)
        self.timer.start()
        return future

    def run(self) -> None:
        work, self.work = self.work, []
        for number, (future, call) in reversed(list(enumerate(work))):
            if future.set_running_or_notify_cancel():
                self.ran.append(number)
                if self.broken is not None and number == 1:
                    future.set_exception(self.broken)
                else:
                    self.answer(future, call)

    @staticmethod
    def answer(future: Future[Any], call: Callable[[], Any]) -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # as an executor does
            future.set_exception(error)


def told(net: reachsim.Network, executor: Executor | None) -> tuple[Any, ...]:
    """The matrix and the check of a network, where they are computed by somebody else."""
    matrix = net.matrix(executor=executor)
    check = net.check(executor=executor)
    return matrix.to_csv(), [
        (r.number, r.verdict, r.reason, r.failing, r.failing_text, r.question, r.expectation) for r in check
    ]


def asked(seed: int) -> reachsim.Network:
    """A network with expectations."""
    rng, data, net = network(seed, crowd=True)
    data["expect"] = expectations(rng, net, 12)
    return loaded(data)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one row, so that even a small network has many."""
    monkeypatch.setattr(stream_module, "_PAIRS", 0)


@laws(2)
@given(seeds)
def test_results_merge_in_any_order(seed: int) -> None:
    with patch.object(stream_module, "_PAIRS", 0):
        executor = Backwards()
        assert told(asked(seed), executor) == told(asked(seed), None)
    assert len(executor.ran) > 1
    assert executor.ran[0] > 0


@pytest.mark.parametrize("seed", [1, 5, 11])
def test_threads(seed: int, small_blocks: None) -> None:
    with ThreadPoolExecutor(4) as executor:
        assert told(asked(seed), executor) == told(asked(seed), None)


def test_processes(small_blocks: None) -> None:
    net = asked(3)
    with ProcessPoolExecutor(2, mp_context=SPAWN) as executor:
        assert told(net, executor) == told(asked(3), None)
        copy = net.with_({"vpcs.app.security_groups.web.ingress": []})
        assert told(copy, executor) == told(copy, None)  # edits travel


def test_a_worker_that_dies_is_one_error() -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN, initializer=os._exit, initargs=(1,)) as executor:
        with pytest.raises(LostWorker) as caught:
            load().matrix(executor=executor)
        assert str(caught.value).startswith("a worker was lost: BrokenProcessPool")
    assert issubclass(LostWorker, ReachsimError)


class Unsteady(ThreadPoolExecutor):
    """Loses what it is asked, the first times that it is asked for a block."""

    def __init__(self, times: int) -> None:
        super().__init__(2)
        self.times = times
        self.asked: Counter[str] = Counter()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        block = repr(args[1])
        self.asked[block] += 1
        if self.asked[block] > self.times:
            return super().submit(fn, *args, **kwargs)
        lost: Future[Any] = Future()
        lost.set_exception(OSError("connection reset"))
        return lost


MANY = {"expect": [{"from": "probe", "to": "db", "allow": "tcp/1"}] * 40}


def test_what_is_lost_is_asked_again(small_blocks: None) -> None:
    with Unsteady(2) as executor:
        assert told(load(MANY), executor) == told(load(MANY), None)
    assert len(executor.asked) > 8
    assert set(executor.asked.values()) == {3}


@pytest.mark.parametrize("what", ["matrix", "check"])
def test_what_is_lost_again_and_again_is_one_error(what: str, small_blocks: None) -> None:
    with Unsteady(3) as executor:
        with pytest.raises(LostWorker) as caught:
            getattr(load(MANY), what)(executor=executor)
        assert str(caught.value) == "a worker was lost: OSError: connection reset; it was asked 3 times"
        assert isinstance(caught.value.__cause__, OSError)


def test_an_executor_that_takes_no_work_is_one_error() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(LostWorker, match="a worker was lost: RuntimeError"):
        load().matrix(executor=executor)


def test_errors_of_reachsim_stay_what_they_are(small_blocks: None) -> None:
    executor = Backwards(ReachsimError("as it was"))
    with pytest.raises(ReachsimError, match=r"^as it was$"):
        load().matrix(executor=executor)


def test_progress_of_shared_work(small_blocks: None) -> None:
    heard: list[tuple[int, int]] = []
    net = load({"expect": [{"from": "probe", "to": "db", "allow": "tcp/1"}] * 20})
    with ThreadPoolExecutor(2) as executor:
        net.matrix(executor=executor, progress=lambda *now: heard.append(now))
        assert len(heard) == len(net.classes.classes)
        assert heard == sorted(heard)
        assert heard[-1][0] == heard[-1][1]
        heard.clear()
        net.check(executor=executor, progress=lambda *now: heard.append(now))
        assert heard[-1] == (20, 20)
