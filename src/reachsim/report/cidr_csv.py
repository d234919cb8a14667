"""Rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reachsim.csvfile import csv_line


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV as RFC 4180 has it, but with plain line feeds; nothing in it runs as a formula or reaches a terminal raw."""
    lines = [csv_line(header), *(csv_line("" if cell is None else cell for cell in row) for row in rows)]
    return "\n".join(lines)
