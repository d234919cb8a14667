"""The longer run itself: it prints its seed, asks, and ends with a summary."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def soak(*arguments: str) -> tuple[int, list[str]]:
    """The exit status and the lines of a soak of no time, which asks each law once."""
    command = [sys.executable, "-m", "tests.soak", "--minutes", "0", "--factor", "0.05", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_a_soak_asks_the_laws_and_sums_up() -> None:
    status, lines = soak("--seed", "7", "--only", "test_a_block_in_two_halves")
    assert status == 0, lines
    assert lines[0] == "seed 7"
    assert lines[1] == "round 1: 3 asked, 0 failed"
    assert lines[-1].startswith("soak: seed 7, 3 laws asked 3 times in ")
    assert lines[-1].endswith("; all hold")
