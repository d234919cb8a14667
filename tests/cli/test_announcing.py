"""Work of several parts, of which none is long and the whole is: it is announced all the same."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reachsim.cli.common import ProgressLine, announce_as_long_again, announced_in_time, sets_asked
from reachsim.cli.main import COMMANDS, main

pytestmark = pytest.mark.usefixtures("forecasts")

setitimer = signal.setitimer
UNFORESEEN = "takes longer than 5 seconds ({}); --deadline SECONDS bounds it\n"
ENDS = ("dev.app", "hub.directory")
HUB = str(Path(__file__).parents[2] / "models" / "hub-and-spoke.yaml")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("reachsim.cli.common.time.monotonic", lambda: now[0])
    return now


def part(progress: ProgressLine, clock: list[float], seconds: float) -> None:
    """Ten steps of work."""
    for done in range(11):
        progress(done, 10)
        clock[0] += seconds / 10 if done < 10 else 0.0


def test_a_second_part_is_long_with_the_first(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine("pairs") as progress:
        part(progress, clock, 7.0)
        assert capsys.readouterr().err == ""
        part(progress, clock, 6.0)
    assert capsys.readouterr().err == "takes about 13 seconds (pairs: 2 of 10); --deadline SECONDS bounds it\n"


@pytest.mark.parametrize(("count", "expected"), [(2, ""), (3, "10 seconds"), (5, "12 seconds")])
def test_what_comes_after_is_long_with_the_work(
    count: int, expected: str, clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressLine("pairs") as progress:
        part(progress, clock, 7.0)
        progress.comes("leaks", count, 1.0)
        progress.comes("leaks", count, 1.0)  # once is enough
    line = f"takes about {expected} (leaks: {count}); --deadline SECONDS bounds it\n"
    assert capsys.readouterr().err == (line if expected else "")


def test_leaks_as_json_are_announced_where_they_are_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["isolated", HUB, "vpc=dev", "vpc=hub", "--format", "json"]
    main(asked)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("reachsim.cli.isolated._EACH", 20.0)
    main(asked)
    line = r"takes about \d+ \w+ \(leaks: \d+\); --deadline SECONDS bounds it\n"
    assert re.fullmatch(line, capsys.readouterr().err)
    main(asked[:-2])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("reachsim.cli.isolated._EACH_IN_WORDS", 20.0)
    main(asked[:-2])
    assert re.fullmatch(line, capsys.readouterr().err)


def test_links_as_json_are_announced_where_they_are_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reachsim.cli.matrix._EACH_LINK", 20.0)
    main(["matrix", HUB])
    assert capsys.readouterr().err == ""
    main(["matrix", HUB, "--format", "json"])
    line = r"takes about \d+ \w+ \(links: \d+\); --deadline SECONDS bounds it\n"
    assert re.fullmatch(line, capsys.readouterr().err)


def test_a_search_is_announced_with_what_it_takes_at_most(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with sets_asked() as progress:
        for done in (0, 500, 1_000, 2_500):
            progress(done, 151_000)
            clock[0] += 1.0
    line = "takes up to 5 minutes (sets of edits asked: 0 of at most 151); --deadline SECONDS bounds it\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize("asked", [["dev.app", "hub.monitor", "tcp/9"], []])
def test_a_fix_hears_of_its_sets(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(ProgressLine, "__call__", lambda self, *of: heard.append(of) if self.most else None)
    file = HUB if asked else "models/vpc-lambda-as-found.yaml"
    main(["fix", file, *asked])
    assert (2_000, 151_000) in heard
    assert all(done <= total for done, total in heard)


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        (["--matrix", "tcp/443"], "matrix"),
        (["--diff", "models/17-peering-is-not-transitive-repaired.yaml"], "routing classes"),
        (["-o", "page.html"], "pairs of ends decided"),
    ],
)
def test_what_a_picture_asks_is_announced(
    asked: list[str], label: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(ProgressLine, "__call__", lambda self, *of: heard.append(self.label))
    assert main(["draw", HUB, *[str(tmp_path / each) if each == "page.html" else each for each in asked]]) == 0
    assert label in heard


def works(seconds: float) -> Callable[[object], int]:
    """A command that says nothing while it works."""

    def run(arguments: object) -> int:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return 0

    return run


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a tenth of a second were long."""

    def sooner(clock: int, left: float, *again: float) -> object:
        return setitimer(clock, left / 50 if clock == signal.ITIMER_VIRTUAL else left, *again)

    monkeypatch.setattr("signal.setitimer", sooner)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("command", ["fix", "draw", "session-manager", "graph", "lambda"])
def test_no_command_works_long_and_says_nothing(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = COMMANDS[command]
    monkeypatch.setattr(f"{module}.run", works(0.01))
    assert main([command, HUB]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(f"{module}.run", works(0.3))
    assert main([command, HUB]) == 0
    assert capsys.readouterr().err == UNFORESEEN.format(command)
    assert main([command, HUB, "--deadline", "60"]) == 0  # it is bounded
    assert capsys.readouterr().err == ""


def test_it_is_said_too_where_no_clock_counts_the_time_of_the_processor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows has no `setitimer`."""
    monkeypatch.setattr("reachsim.cli.common._HAS_CLOCK", False)
    monkeypatch.setattr("reachsim.cli.common._LONG", 0.4)
    monkeypatch.setattr("reachsim.cli.fix.run", works(0.01))
    assert main(["fix", HUB]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("reachsim.cli.fix.run", works(0.6))
    assert main(["fix", HUB]) == 0
    assert capsys.readouterr().err == UNFORESEEN.format("fix").replace("5", "0")
    assert main(["fix", HUB, "--deadline", "60"]) == 0  # it is bounded
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("short")
def test_what_was_announced_is_not_announced_again(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(arguments: object) -> int:
        with ProgressLine("pairs") as progress:
            part(progress, clock, 20.0)
        return works(0.3)(arguments)

    monkeypatch.setattr("reachsim.cli.fix.run", run)
    assert main(["fix", HUB]) == 0
    assert capsys.readouterr().err == "takes about 20 seconds (pairs: 1 of 10); --deadline SECONDS bounds it\n"


def test_a_search_for_ways_is_foretold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Of one pair of ends: by how many edges each further way may look along."""
    command = ["graph", HUB, "--from", ENDS[0], "--to", ENDS[1]]
    assert main(command) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("reachsim.cli.graph._EACH_EDGE", 1.0)
    assert main(command) == 0
    line = r"takes about [\d,]+ \w+ \(edges to look along: [\d,]+\); --deadline SECONDS bounds it\n"
    assert re.fullmatch(line, capsys.readouterr().err)


def test_what_came_before_the_question_counts(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    """A load of 4 seconds, a question of 4, and a text of 3: each is short, and the command is not."""
    with announced_in_time("isolated"):
        clock[0] += 4.0
        with ProgressLine("pairs") as progress:
            clock[0] += 4.0
            progress.comes("leaks", 3, 1.0)
    assert capsys.readouterr().err == "takes about 11 seconds (leaks: 3); --deadline SECONDS bounds it\n"
    with ProgressLine("pairs") as progress:  # outside a command its own time counts
        clock[0] += 4.0
        progress.comes("leaks", 3, 1.0)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("loads", "line"), [(4.0, ""), (5.5, "takes at least about 11 seconds (two networks compared)")]
)
def test_a_comparison_takes_as_long_as_two_loads(
    loads: float, line: str, clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with announced_in_time("diff"):
        clock[0] += loads
        announce_as_long_again("two networks compared")
    assert capsys.readouterr().err == (f"{line}; --deadline SECONDS bounds it\n" if line else "")
    announce_as_long_again("two networks compared")  # nobody knows outside a command
    assert capsys.readouterr().err == ""


def test_a_comparison_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("reachsim.cli.common._LONG", 0.0)
    main(["diff", HUB, HUB])
    assert "(two networks compared)" in capsys.readouterr().err
