"""A design as a file for people: what is small stands on one line, and a comment says where it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from reachsim.importing.imported import Imported, Path
from reachsim.importing.inventory import Origin

_WIDTH = 110
_INDENT = "  "
_SIMPLE_KEY = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*|\d+\.\d+\.\d+\.\d+(/\d+)?")
_WORDS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])
"""What would mean something else without quotes."""


def written(out: Imported) -> str:
    """The text of a design that was imported, with what was left open in comments at its top."""
    lines = [f"# {_one_line(str(note))}" for note in out.notes]
    holders = {path[:length] for path in out.origins for length in range(1, len(path))}
    return "\n".join([*lines, *([""] if lines else []), *_members(out.design, (), out.origins, holders), ""])


def _members(value: Any, path: Path, origins: dict[Path, Origin], holders: set[Path]) -> Iterator[str]:
    """The lines of a mapping. `holders`: the paths inside which something has a comment of its own."""
    pad = _INDENT * len(path)
    for key, member in value.items():
        at = (*path, key)
        if at in origins:
            yield f"{pad}# {_one_line(str(origins[at]))}"
        name, short = _flow(key), _flow(member)
        fits = len(pad) + len(name) + 2 + len(short) <= _WIDTH and at not in holders
        if fits or not isinstance(member, dict | list) or not member:
            yield f"{pad}{name}: {short}"
        elif isinstance(member, dict):
            yield f"{pad}{name}:"
            yield from _members(member, at, origins, holders)
        else:
            yield f"{pad}{name}:"
            yield from (f"{pad}{_INDENT}- {_flow(each)}" for each in member)


def _flow(value: Any) -> str:
    """A value on one line, as PyYAML writes it; most of it is written without asking PyYAML, which takes its time."""
    if isinstance(value, dict) and value and all(isinstance(key, str) and len(key) < _SIMPLE_KEY for key in value):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list) and value:
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
    return _dumped(value)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    # Inside a list, so that it is written as something inside a flow is; a line break needs the quotes that can escape it.
    return _dumped([text], None if text.isprintable() else '"')[1:-1]


def _dumped(value: Any, quotes: str | None = None) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, default_style=quotes, sort_keys=False, width=10**9, allow_unicode=True
    )
    return str(text).removesuffix("\n...\n").strip()


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)
