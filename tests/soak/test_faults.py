"""Faults injected into working designs: a few, always the same; `python -m tests.soak.faults` runs a thousand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.soak.faults import Tally, case, loaded, main, working


@pytest.mark.parametrize("seed", range(2))
def test_the_designs_work_before_they_are_broken(seed: int) -> None:
    rng = random.Random(seed)
    assert loaded(working(rng), rng).check().ok


@pytest.mark.parametrize("faults", [1, 2])
def test_a_fault_is_blamed_and_mended(faults: int, tmp_path: Path) -> None:
    tally = Tally()
    for seed in range(count := 3 - faults):
        case(seed, faults, tally, tmp_path)
    assert tally.cases == count
    assert tally.mended == count, str(tally)
    assert not tally.failed
    assert faults > 1 or tally.blamed == tally.first == count


def test_the_command_sums_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "1", "--seed", "7"]) == 0
    assert capsys.readouterr().out.startswith("1 cases in ")
