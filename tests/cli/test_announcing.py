"""Work of several parts, of which none is long and the whole is: it is announced all the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reachsim.cli.common import ProgressLine
from reachsim.cli.main import main

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
