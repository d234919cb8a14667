"""References: names of something that is written elsewhere, bare or as ``vpc.name``."""

from __future__ import annotations

BLACKHOLE = "blackhole"
"""In place of a name: a route that drops what it matches."""
UNKNOWN = "unknown"
"""In place of a name, of traffic or of rules: what is not known. Answers that depend on it are undecided."""
NEVER = "never"
"""In place of a public address: one that AWS gives to nothing of that kind, such as the interfaces of CodeBuild."""
EXISTING = "existing"
"""In place of a public address: one that exists already, and that the file does not tell."""
NOT_KNOWN = "written as unknown"
"""Why they are."""


DEFAULT_GROUP = ("default",)
"""The groups of what names none: its VPC's default group (SG-3)."""


def bare(reference: str) -> str:
    """The name behind ``vpc.name``, as a file may write it; what a loaded design holds is bare already."""
    return reference.rpartition(".")[2]
