"""Networks of files in the repository, each read once for each process: a network never changes, so tests can share it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import reachsim


@cache
def shared(file: str | Path) -> reachsim.Network:
    """The network of a file, with what was computed of it before."""
    return reachsim.load(file)
