"""How files are named in messages."""

from __future__ import annotations

from pathlib import Path


def seen_from_here(path: Path) -> Path:
    """A path as a person would type it: short where it is inside the folder that pytest runs in."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
