"""Lines of CSV that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from reachsim.errors import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings of a cell that a spreadsheet runs as a formula, in wide letters too."""


def csv_line(cells: Iterable[object]) -> str:
    """Cells as one line of CSV (RFC 4180), without its end. What a spreadsheet would run is text for it: after a `'`.

    >>> print(csv_line(["=1+1", "a,b", 443]))
    '=1+1,"a,b",443
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(map(_csv_cell, cells))
    return out.getvalue()


def _csv_cell(value: object) -> str:
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    mark = "'" if text.lstrip(" ").startswith(_FORMULA) else ""
    return mark + visible(text)
