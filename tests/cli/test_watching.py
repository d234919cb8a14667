"""`--watch`, and colours as they are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reachsim.cli.common import coloured
from reachsim.cli.main import INTERRUPTED, main

GOOD = "version: 1\n"
BAD = "version: 2\n"


def after_looks(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], object]) -> None:
    """Do one step at each look at the files, then Ctrl-C."""
    left: Iterator[Callable[[], object]] = iter(steps)

    def sleep(_seconds: float) -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(time, "sleep", sleep)


def test_it_answers_again_when_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(GOOD, encoding="utf-8")
    after_looks(
        monkeypatch,
        lambda: None,  # nothing changed: nothing is said
        lambda: file.write_text(BAD + "# longer\n", encoding="utf-8"),
        file.unlink,
        lambda: file.write_text(GOOD, encoding="utf-8"),
    )
    assert main(["check", "--watch", str(file)]) == INTERRUPTED
    out = capsys.readouterr().out
    told = [part.strip().splitlines()[-1] for part in out.split("watching; Ctrl-C ends it")[:-1]]
    assert len(told) == 4
    assert told[0] == told[3]
    assert told[0].startswith("NOTHING TO CHECK")
    assert "net.yaml:1:10: version" in told[1]
    assert told[2].endswith("no such file")


@pytest.mark.parametrize("arguments", [["-"], ["a.yaml", "--format", "json"]])
def test_what_cannot_be_watched(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", *arguments]) == 2
    assert "--watch is for files that are read again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "environment", "terminal", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colours(
    asked: str, environment: dict[str, str], terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert coloured(asked, terminal) is wanted


def test_colours_that_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert main(["--color", "always", "check", str(file)]) == 0
    assert "\x1b[" in capsys.readouterr().out
    assert main(["--color=never", "check", str(file)]) == 0
    assert "\x1b[" not in capsys.readouterr().out
