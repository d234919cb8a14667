"""The suite in several processes: every file is in exactly one, and what they say is summed up."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.__main__ import HERE, NOTHING_COLLECTED, main, parts, summary


def test_every_file_is_in_one_process() -> None:
    files = sorted(HERE.rglob("test_*.py"))
    dealt = parts(files, 3)
    assert sorted(file for part in dealt for file in part) == files
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1
    assert parts([Path("one")], 8) == [[Path("one")]]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["3 passed, 1 skipped in 2.50s", "4 passed in 61.20s (0:01:01)"], "7 passed, 1 skipped in 9.00s"),
        (
            ["1 failed, 2 passed in 1.00s", "1 error, 1 warning in 1.00s"],
            "1 failed, 2 passed, 1 warning, 1 error in 9.00s",
        ),
        (["2 errors in 1.00s", "no tests ran in 0.10s"], "2 errors in 9.00s"),
        ([], "no tests ran in 9.00s"),
    ],
)
def test_the_last_lines_are_one(lines: list[str], told: str) -> None:
    assert summary(lines, 9.0) == told


def test_the_exit_code_is_the_worst(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for codes, worst in (
        ([0, 0], 0),
        ([0, 1], 1),
        ([2, 1], 2),
        ([NOTHING_COLLECTED, 0], 0),
        ([5, 5], NOTHING_COLLECTED),
    ):
        left = iter(codes)
        monkeypatch.setattr("tests.__main__.cores", lambda: 2)
        monkeypatch.setattr("tests.__main__.run", lambda part, arguments, ends, left=left: next(left))
        assert main([]) == worst
    assert capsys.readouterr().out.count("no tests ran") == 5
