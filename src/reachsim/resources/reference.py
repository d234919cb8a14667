"""References: names of something that is written elsewhere, bare or as ``vpc.name``."""

from __future__ import annotations

BLACKHOLE = "blackhole"
"""In place of a name: a route that drops what it matches."""
UNKNOWN = "unknown"
"""In place of a name, of traffic or of rules: what is not known. Answers that depend on it are undecided."""
NOT_KNOWN = "written as unknown"
"""Why they are."""


def bare(reference: str) -> str:
    """The name behind ``vpc.name``, of what can only be in one VPC."""
    return reference.rpartition(".")[2]
