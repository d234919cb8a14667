"""The suite in several processes: every file is in exactly one, and what they say is summed up."""

from __future__ import annotations

import os
import sys
from collections import deque
from pathlib import Path

import pytest
from tests.__main__ import DIED, HERE, NOTHING_COLLECTED, bytecode_kept, main, parts, run, summary


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


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ([0, 0], 0),
        ([0, 1], 1),
        ([2, 1], 2),
        ([NOTHING_COLLECTED, 0], 0),
        ([5, 5], NOTHING_COLLECTED),
        ([0, DIED], DIED),
    ],
)
def test_the_exit_code_is_the_worst(
    codes: list[int], worst: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = list(codes)
    monkeypatch.setattr("tests.__main__.cores", lambda: 2)
    monkeypatch.setattr("tests.__main__.run", lambda _lots, _arguments, _ends, into: into.append(left.pop()))
    assert main([]) == worst
    assert capsys.readouterr().out.startswith("no tests ran")


def apart(folder: Path) -> list[str]:
    """Arguments with which pytest knows nothing of this suite."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return ["-c", str(folder / "pytest.ini"), "-q", "-p", "no:hypothesispytest", "-p", "no:cacheprovider"]


def test_a_process_takes_one_lot_after_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"one": "assert True", "two": "print('said')\n    assert False", "three": "assert True"}
    lots = deque([[tmp_path / f"test_{name}.py"] for name in texts])
    for name, text in texts.items():
        (tmp_path / f"test_{name}.py").write_text(f"def test_it():\n    {text}\n", encoding="utf-8")
    ends: list[str] = []
    codes: list[int] = []
    run(lots, apart(tmp_path), ends, codes)
    assert codes == [0, 1, 0]
    assert [end.partition(" in ")[0].strip("= ") for end in ends] == ["1 passed", "1 failed", "1 passed"]
    assert "said" in capsys.readouterr().out


def test_a_process_that_dies_amid_a_lot_is_told(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text("import os\n\n\ndef test_it():\n    os._exit(0)\n", encoding="utf-8")
    codes: list[int] = []
    lots = deque([[file], [file]])
    run(lots, apart(tmp_path), [], codes)
    assert codes == [DIED]
    assert len(lots) == 1


def test_bytecode_is_kept_for_the_run_where_none_may_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = dict(os.environ)
    with bytecode_kept():
        assert "PYTHONDONTWRITEBYTECODE" not in os.environ
        folder = Path(os.environ["PYTHONPYCACHEPREFIX"])
        assert folder.is_dir()
    assert not folder.exists()
    assert dict(os.environ) == before
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with bytecode_kept():
        assert dict(os.environ) == before
