"""How a run ends before its answer: Ctrl-C, a deadline, a killed parent, no memory, nobody who listens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reachsim.cli import main as module
from reachsim.cli.main import INTERRUPTED, main
from reachsim.errors import DeadlinePassed
from reachsim.stopping import stoppable

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "three-tier.yaml"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
ENDLESS = """\
import signal, sys, time
from reachsim.stopping import stoppable
from reachsim.reach.workers import workers
from reachsim.errors import DeadlinePassed

def busy(number):
    while True:
        number += 1

def go(deadline):
    try:
        with stoppable(deadline), workers(2) as pool:
            futures = [pool.submit(busy, number) for number in range(8)]
            print("ready", flush=True)
            futures[0].result()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # as the command line: its further ones change nothing
        sys.exit(130)
    except DeadlinePassed:
        sys.exit(3)

if __name__ == "__main__":
    go(float(sys.argv[1]) if len(sys.argv) > 1 else None)
"""


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A program whose two workers never end by themselves."""
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS, encoding="utf-8")
    return path


def started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def alive(session: int) -> list[int]:
    """The processes of a session that are more than a name."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if entry.name.isdigit() and int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(entry.name))
    return found


def gone(session: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while alive(session) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(session)


@pytest.fixture
def running(endless: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = started(str(endless))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(0.3)
    yield process
    for left in alive(process.pid):
        os.kill(left, signal.SIGKILL)
    process.communicate()


@linux
@pytest.mark.parametrize("times", [1, 3])
def test_ctrl_c_ends_workers_that_are_busy(running: subprocess.Popen[bytes], times: int) -> None:
    for _ in range(times):
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does it: to the workers too
    _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (130, b"")
    assert gone(running.pid, 2)


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_parent_that_is_killed(running: subprocess.Popen[bytes], number: int) -> None:
    assert len(alive(running.pid)) >= 3
    os.kill(running.pid, number)
    assert gone(running.pid, 20)


@linux
def test_a_deadline_ends_workers_that_are_busy(endless: Path) -> None:
    process = started(str(endless), "1.5")
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (3, b"")
    assert gone(process.pid, 2)


def test_a_deadline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("reachsim.cli.check.run", lambda arguments: time.sleep(60))
    began = time.monotonic()
    assert main(["check", str(MODEL), "--deadline", "0.2", "--format", "json"]) == 3
    assert time.monotonic() - began < 30
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {
        "format_version": 1,
        "error": {"kind": "DeadlinePassed", "message": "no answer after 0.2 seconds (--deadline)", "exit_code": 3},
    }
    assert printed.err == "reachsim: no answer after 0.2 seconds (--deadline)\n"


def test_a_deadline_that_is_kept_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(MODEL)]) == 0
    alone = capsys.readouterr()
    handlers = signal.getsignal(signal.SIGINT), sys.unraisablehook
    assert main(["check", str(MODEL), "--deadline", "1000"]) == 0
    assert capsys.readouterr() == alone
    assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == handlers
    if hasattr(signal, "getitimer"):
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "x", "", "9" * 5000])
def test_deadlines_that_are_none(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(MODEL), f"--deadline={seconds}"]) == 2
    printed = capsys.readouterr()
    assert "is not a number of seconds between 0.001 and 10,000,000" in printed.err
    assert len(printed.err) < 1000


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals do not come again here")
def test_a_signal_that_was_lost_comes_again() -> None:
    class Swallows:
        def __del__(self) -> None:
            time.sleep(0.3)  # the deadline passes here, where exceptions are dropped

    def slow() -> None:
        with stoppable(0.1):
            Swallows()
            time.sleep(60)

    with pytest.raises(DeadlinePassed):
        slow()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "reachsim: out of memory: the question is too large for this machine\n"),
        (RecursionError("deep"), "reachsim: a fault of reachsim, please report it: RecursionError: deep at "),
        (KeyError("x" * 5000), "reachsim: a fault of reachsim, please report it: KeyError: "),
        (AssertionError("\x1b[2J"), "reachsim: a fault of reachsim, please report it: AssertionError: \\x1b[2J at "),
    ],
)
def test_an_error_is_no_verdict(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: Any) -> int:
        raise error

    monkeypatch.setattr("reachsim.cli.check.run", fail)
    assert main(["check", str(MODEL), "--format=json"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(told)
    assert len(printed.err) < 400
    assert json.loads(printed.out)["error"]["exit_code"] == 2


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("reachsim.cli.check.run", lambda arguments: signal.raise_signal(signal.SIGINT))
    assert main(["check", str(MODEL)]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "json"],
        ["exposure", "a", "b", "--format", "json"],
        ["check", "a", "--jobs", "x", "--format=json"],
        ["check", "a", "--nonsense\x1b[2J", "--format", "json"],
        ["nonsense", "--format", "json"],
        ["matrix", "a", "--by", "zz", "--format", "text", "--format", "json"],
        ["cidr", "overlaps", "--format", "json"],
        ["cidr", "--format", "json"],
        ["--format", "json"],
        ["check", "a", "--deadline", "x", "--format", "json"],
        ["check", "a", "--jobs", "0", "--format", "json"],
    ],
)
def test_errors_of_usage_are_json_where_json_is_asked_for(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_text("version: 1\n", encoding="utf-8")
    assert main(arguments) == 2
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert (error["kind"], error["exit_code"]) == ("UsageError", 2)
    assert error["message"].isprintable()
    assert error["message"] in printed.err
    assert "\x1b" not in printed.err
    json_words = [word for word in arguments if word != "--format=json"]
    plain = [w for i, w in enumerate(json_words) if w != "--format" and (i == 0 or json_words[i - 1] != "--format")]
    assert main(plain) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["check", "nowhere.yaml"], ["nonsense"], ["check", str(MODEL), "--jobs", "0"]])
def test_nobody_hears_the_error(arguments: list[str]) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([sys.executable, "-m", "reachsim", *arguments], env=env, stderr=full, timeout=60)
    assert done.returncode == 2
    closed = [sys.executable, "-c", "import os, sys; os.close(2); os.execv(sys.argv[1], sys.argv[1:])"]
    command = [*closed, sys.executable, "-m", "reachsim", *arguments]
    assert subprocess.run(command, env=env, stdout=subprocess.DEVNULL, timeout=60).returncode == 2


def test_the_exit_codes_are_those_of_the_documentation() -> None:
    assert (module.INTERRUPTED, module.BROKEN_PIPE) == (130, 141)
