"""The benchmarks, in one command: `python -m tests.benchmarks.run`.

Every measure runs in a fresh process for each size, so that peak memory is its own and nothing is warm by
accident. A measure and its yardstick run in that process, in turns where they can, and the ratio of their
best times is what to compare between machines. Nothing here is asserted: numbers are for docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import hostile
from tests.benchmarks.clock import NotYetError, Row
from tests.benchmarks.measures import MEASURES, SIZES
from tests.benchmarks.table import machine, table


def measured(measure: str, size: int) -> list[Row]:
    """One measure of one size, here. What is not there yet is one row that says so."""
    try:
        return list(MEASURES[measure](size))
    except NotYetError as error:
        return [Row(measure, size, math.nan, math.nan, note=str(error))]


def measured_apart(measure: str, size: int, limit: float) -> list[Row]:
    """One measure of one size, in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.run", "--apart", measure, str(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return [Row(measure, size, math.nan, math.nan, note=f"gave up after {limit:.0f} s")]
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [Row(measure, size, math.nan, math.nan, note=f"failed: {last[:120]}")]
    return [Row(**row) for row in json.loads(done.stdout)]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description="Measure reachsim.")
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of interfaces (default: %(default)s)")
    parser.add_argument("--only", help=f"measures to run, of {','.join(MEASURES)}")
    parser.add_argument(
        "--large", action="store_true", help="load, compile, matrix and rows with 100,000 interfaces too"
    )
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds for one measure of one size (default: %(default)s)"
    )
    parser.add_argument(
        "--hostile", action="store_true", help="designs meant to be hard, instead; 1 if one grows too fast"
    )
    parser.add_argument("--json", type=Path, help="write the figures to a file as well")
    parser.add_argument("--apart", nargs=2, metavar=("MEASURE", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.apart:
        rows = measured(given.apart[0], int(given.apart[1]))
        json.dump([asdict(row) for row in rows], sys.stdout)
        return
    if given.hostile:
        print(machine() + "\n")
        sys.exit(0 if hostile.report() else 1)
    chosen = given.only.split(",") if given.only else list(MEASURES)
    unknown = [name for name in chosen if name not in MEASURES]
    if unknown:
        parser.error(f"no measure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    about = machine()
    print(about + "\n")
    out: list[Row] = []
    for measure in chosen:
        sizes = SIZES.get(measure) or tuple(int(size) for size in given.sizes.split(","))
        if given.large and measure in ("load", "compile", "matrix", "rows"):
            sizes = (*sizes, 100_000)
        for size in sizes:
            if sys.stderr.isatty():
                print(f"\r\033[K{measure} {size:,}", end="", file=sys.stderr, flush=True)
            out += measured_apart(measure, size, given.limit)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    out.sort(key=lambda row: next((i for i, r in enumerate(out) if r.measure == row.measure), 0))
    print("\n".join(table(out)))
    if given.json:
        given.json.write_text(
            json.dumps({"machine": about, "rows": [asdict(row) | {"ratio": row.ratio} for row in out]}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
