"""Waiting for files to change."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence

_BETWEEN = 0.3
"""Seconds from one look at the files to the next."""
_Stamp = tuple[int, int, int] | None


def changes(files: Sequence[str]) -> Iterator[None]:
    """At once, and then each time that one of the files has become another one, was taken away or came back."""
    while True:
        seen = [_state(file) for file in files]
        yield
        while seen == [_state(file) for file in files]:
            time.sleep(_BETWEEN)


def _state(file: str) -> _Stamp:
    """What tells a file from the one that was there before; None where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
