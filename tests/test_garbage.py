"""The collector of cyclic garbage, in a process of its own: a look at all that a suite keeps takes half a second each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_collector_alone() -> None:
    lean = ["--noconftest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", *lean, "tests/alone/collector.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr  # 5 where there is no test
