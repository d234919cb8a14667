"""`deadline=`: a question ends in time, or has the answer that it has without; and the network is as good as before."""

from __future__ import annotations

import inspect
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.designs import load

import reachsim
from reachsim.answers import diff, fix, listed, session_manager  # noqa: F401  no import is stopped half-way, with a file open
from reachsim.answers.lint import run  # noqa: F401
from reachsim.engine import Engine
from reachsim.errors import DeadlinePassed, UsageError
from reachsim.network import Network

Ask = Callable[..., Any]
QUESTIONS: dict[str, Ask] = {
    "check": lambda net, **more: net.check(**more),
    "matrix": lambda net, **more: net.matrix(**more),
    "reach": lambda net, **more: net.reach("probe", "db", **more),
    "exposure": lambda net, **more: net.exposure(**more),
    "isolated": lambda net, **more: net.isolated("probe", "db", **more),
    "who_reaches": lambda net, **more: net.who_reaches("db", **more),
    "reaches_what": lambda net, **more: net.reaches_what("probe", **more),
    "dead_ends": lambda net, **more: net.dead_ends(**more),
    "idle_rules": lambda net, **more: net.idle_rules(**more),
    "findings": lambda net, **more: net.findings(**more),
    "lint": lambda net, **more: net.lint(**more),
    "session_manager": lambda net, **more: net.session_manager(**more),
    "fixes": lambda net, **more: net.fixes("www", "probe", "tcp/443", **more),
    "fix_sessions": lambda net, **more: net.fix_sessions(**more),
    "fix_all": lambda net, **more: net.fix_all(**more),
    "diff": lambda net, **more: reachsim.diff(net, net, **more),
}
EXPECT = {
    "expect": [
        {"from": "probe", "to": "db", "allow": "tcp/5432"},
        {"from": "internet", "to": "db", "deny": "all"},
        {"from": "www", "to": "probe", "allow": "tcp/443"},
    ]
}


def network() -> Network:
    return load(EXPECT)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_that_is_too_long_ends(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    _ = net.ends
    with monkeypatch.context() as patched:
        for slow in ("ends", "topology", "policy", "classes", "check"):
            holder = Network if slow == "check" else Engine
            patched.setattr(holder, slow, property(lambda self: time.sleep(60)))
        if name == "check":
            patched.undo()
            patched.setattr(Network, "_decide", lambda *arguments: time.sleep(60))
        began = time.monotonic()
        with pytest.raises(DeadlinePassed, match=r"no answer after 0.05 seconds \(deadline\)"):
            QUESTIONS[name](net, deadline=0.05)
        assert time.monotonic() - began < 30
    assert net.trace("probe", "db", "tcp/5432").reachable


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - {"fix_all", "fix_sessions"}))  # which ask for fixes
def test_a_deadline_that_is_kept_changes_nothing(name: str) -> None:
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    one, other = QUESTIONS[name](network(), deadline=1000), QUESTIONS[name](network())
    assert one.to_dict() == other.to_dict()
    assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == before


def test_every_question_that_tells_its_progress_has_a_deadline() -> None:
    for name, method in inspect.getmembers(Network, inspect.isfunction):
        words = inspect.signature(method).parameters
        if not name.startswith("_") and ("progress" in words or "deadline" in words) and name != "rows_between":
            assert "deadline" in words, name
            assert name in QUESTIONS or name == "rows", name  # a stream: tests/reach/test_stream.py
    assert "deadline" in inspect.signature(reachsim.diff).parameters


@pytest.mark.parametrize("said", [0, -1, float("nan"), float("inf"), 1e9, "2", True, 10**400])
def test_deadlines_that_are_none(said: Any) -> None:
    with pytest.raises(UsageError, match=r"is not a number of seconds between 0\.001 and 10,000,000"):
        network().check(deadline=said)


def test_a_deadline_elsewhere_than_in_the_main_thread_is_refused() -> None:
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(network().check(deadline=5))
        except UsageError as error:
            found.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == ["deadline: a question can be stopped in the main thread alone; leave it out here"]


def test_a_deadline_inside_another_one_is_refused() -> None:
    net = network()
    with pytest.raises(UsageError, match="what runs here can be stopped already"):
        net.check(deadline=1000, progress=lambda done, total: net.matrix(deadline=1) and None)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs the timer that is shared")
def test_somebody_elses_clock_goes_on() -> None:
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        network().check(deadline=1000)
        end = time.monotonic() + 30
        while not rung and time.monotonic() < end:
            time.sleep(0.01)
        assert rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def interrupted(ask: Callable[[], object], at: int) -> bool:
    """Ask, and raise where the program begins the line that is so many lines of its own further on."""
    left, source = at, str(Path(reachsim.__file__).parent)

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(source):
            return None
        left -= event == "line"
        if left <= 0:
            sys.settrace(None)
            raise DeadlinePassed("now")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        ask()
    except DeadlinePassed:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("at", [300, 2_000, 5_000, 11_000, 17_000])
def test_a_network_that_was_interrupted_answers_as_one_that_was_not(at: int) -> None:
    net, fresh = network(), network()
    assert interrupted(lambda: (net.check(), net.matrix(), net.exposure()), at)
    assert net.check().to_dict() == fresh.check().to_dict()
    assert net.matrix().to_dict() == fresh.matrix().to_dict()
    assert net.exposure().to_dict() == fresh.exposure().to_dict()
