"""Figures as a table of Markdown, with the growth of each."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.clock import Row


def growth(points: Sequence[tuple[int, float]]) -> float:
    """The exponent of growth: the slope of the logarithms, by least squares. NaN for less than two points."""
    logs = [(math.log(size), math.log(value)) for size, value in points if size > 0 and value > 0]
    if len(logs) < 2:
        return math.nan
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread


def duration(seconds: float) -> str:
    """A time as a person reads it, on one line wherever it stands."""
    if math.isnan(seconds):
        return "-"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{_digits(seconds / scale)}\N{NO-BREAK SPACE}{unit}"
    return f"{_digits(seconds / 1e-9)}\N{NO-BREAK SPACE}ns"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def number(value: float) -> str:
    """A ratio as a person reads it."""
    if math.isnan(value):
        return "-"
    return f"{value:.2g}" if value >= 0.001 else f"1/{1 / value:,.0f}" if value > 0 else "0"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """All rows, in Markdown, with the exponent of growth at the largest size of each measure."""
    head = ("measure", "size", "best", "median", "each", "peak MB", "yardstick", "ratio", "growth", "notes")
    lines: list[tuple[str, ...]] = [head]
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.measure, []).append(row)
    for name, mine in by_name.items():
        slope = growth([(row.size, row.seconds) for row in mine if not math.isnan(row.seconds)])
        for row in mine:
            each = f"{duration(row.seconds / row.parts)} per {row.part}" if row.part else ""
            stick = f"{row.yardstick}: {duration(row.yardstick_seconds)}" if row.yardstick else ""
            last = f"n^{slope:.2f}" if row is mine[-1] and not math.isnan(slope) else ""
            size = f"{row.size:,}" if row.size else ""
            peak = f"{row.peak:,.0f}" if row.peak else ""
            ratio = number(row.ratio) if row.yardstick else ""
            lines.append(
                (
                    name,
                    size,
                    duration(row.seconds),
                    duration(row.median),
                    each,
                    peak,
                    stick,
                    ratio,
                    last,
                    row.note,
                )
            )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for place, line in enumerate(lines):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        if place == 0:
            yield "| " + " | ".join("-" * width for width in widths) + " |"


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {python}{load}"
