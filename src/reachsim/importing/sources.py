"""Files to documents: bytes are decoded once, bounded as designs are, since a file may come from anyone.

JSON is read here. A text that is not JSON has no data: whether it is a template in YAML is its reader's business.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reachsim.errors import UsageError, shown
from reachsim.loading.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES, RepeatedKeyError, unique_keys

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Source:
    """One file, decoded. `data`: what its JSON says; None where it is not JSON, and `not_json` says why."""

    file: str
    text: str = field(repr=False)
    data: Any = field(repr=False)
    not_json: str = ""


def sources(path: str | os.PathLike[str]) -> Iterator[Source]:
    """A file, or every file of JSON in a folder, in the order of their names. Raises UsageError as `read_source` does."""
    found = Path(path)
    if not found.is_dir():
        yield read_source(found)
        return
    for inner in sorted(found.rglob("*.json")):
        if inner.is_file():
            yield read_source(inner)


def read_source(path: Path) -> Source:
    """Read one file. Raises UsageError for what cannot be read, is no text, is too large or too deep, is a binary plan, or
    has a key twice."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {shown(str(path))}: {error.strerror or error}") from None
    except ValueError:  # a NUL in the name
        raise UsageError(f"{shown(str(path))} is not the name of a file") from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MiB")
    if raw[:2] == b"PK":
        raise UsageError(f"{path} is a binary plan; write `terraform show -json PLAN > plan.json`")
    try:
        text = raw.decode("utf-16" if raw[:2] in _UTF_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no JSON: {error}") from None
    return decoded(text, str(path))


def decoded(text: str, file: str) -> Source:
    """A document of a text. Raises UsageError for JSON that is too deep or too large, or has a key twice."""
    try:
        data = json.loads(text, object_pairs_hook=unique_keys)
    except RecursionError:
        raise UsageError(f"{file} is no JSON that can be read: it is nested more than {MAX_DEPTH} deep") from None
    except RepeatedKeyError as error:
        raise UsageError(f"{file} is refused: {error}; only one of the two can count") from None
    except ValueError as error:  # also a number of thousands of digits
        return Source(file, text, None, str(error))
    _bound(data, file)
    return Source(file, text, data)


def _bound(data: Any, file: str) -> None:
    """Refuse what is nested too deep or has too many objects and lists."""
    level, depth, nodes = [data], 0, 0
    while level:
        level = [each for each in level if isinstance(each, dict | list)]
        nodes += len(level)
        if nodes > MAX_NODES:
            raise UsageError(f"{file} has more than {MAX_NODES} objects and lists")
        if level:
            depth += 1
        if depth > MAX_DEPTH:
            raise UsageError(f"{file} is nested more than {MAX_DEPTH} deep")
        # Breadth first: no recursion, however deep it is.
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
