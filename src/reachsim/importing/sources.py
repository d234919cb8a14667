"""Files to documents: bytes are decoded once, bounded as designs are, since a file may come from anyone.

JSON is read here. A text that is not JSON has no data: whether it is a template in YAML is its reader's business.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reachsim.calls import made_by
from reachsim.errors import UsageError
from reachsim.loading.document import read_bytes
from reachsim.loading.tree import MAX_DEPTH, MAX_NODES, RepeatedKeyError, unique_keys

MAX_BYTES: Final = 256 * 1024 * 1024
"""A state of a whole account is larger than any design."""
SUFFIXES: Final = frozenset({".json", ".yaml", ".yml", ".template", ".tfstate"})
"""Of a folder's files, those that are looked into."""
STDIN: Final = "<stdin>"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


@made_by("importing.read_options(stacks={NAME: FILE}).stacks")
@dataclass(frozen=True)
class Source:
    """One file, decoded. `data`: what its JSON says; None where it is not JSON, and `not_json` says why."""

    file: str
    text: str = field(repr=False)
    data: Any = field(repr=False)
    not_json: str = ""


def sources(path: str | os.PathLike[str]) -> Iterator[Source]:
    """A file (``-``: standard input), or every file of a folder that may be one of ours, in the order of their names.

    Of a folder, what is hidden (``.terraform``) and what links lead to outside it is not read. Raises UsageError as
    `read_source` does.
    """
    found = Path(path)
    if os.fspath(path) == "-" or not found.is_dir():
        yield read_source(path)
        return
    try:
        inner = [one for one in sorted(found.rglob("*")) if _of_folder(one, found)]
    except OSError as error:  # what is in it goes away under our eyes, or a disk fails
        raise UsageError(f"{error.filename or found} cannot be read: {error.strerror or error}") from None
    yield from map(read_source, inner)


def _of_folder(inner: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") or part == "node_modules" for part in inner.relative_to(folder).parts)
    return (
        inner.suffix in SUFFIXES and not hidden and inner.is_file() and inner.resolve().is_relative_to(folder.resolve())
    )


def read_source(path: str | os.PathLike[str]) -> Source:
    """Read one file, or standard input for ``-``. Raises ReachsimError for what cannot be read, is no text, is too large or
    too deep, is a binary plan, or has a key twice."""
    return of_content(*read_bytes(path, MAX_BYTES))


def of_content(raw: str | bytes, file: str) -> Source:
    """A document of what a file holds. Raises UsageError as `read_source` does."""
    if isinstance(raw, str):
        return decoded(raw, file)
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB")
    if raw[:2] == b"PK":
        raise UsageError(f"{file} is a binary plan; write `terraform show -json PLAN > plan.json`")
    try:
        text = raw.decode("utf-16" if raw[:2] in _UTF_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text in UTF-8 or UTF-16: {error.reason} at byte {error.start}") from None
    return decoded(text, file)


def decoded(text: str, file: str) -> Source:
    """A document of a text. Raises UsageError for JSON that is too deep or too large, has a key twice, or what is no
    character (no design could be written of that)."""
    try:
        data = json.loads(text, object_pairs_hook=unique_keys)
    except RecursionError:
        raise UsageError(f"{file} is no JSON that can be read: it is nested more than {MAX_DEPTH} deep") from None
    except RepeatedKeyError as error:
        raise UsageError(f"{file} is refused: {error}; only one of the two can count") from None
    except ValueError as error:  # also a number of thousands of digits
        return Source(file, text, None, str(error))
    _bound(data, file)
    if _HALF.search(text):
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = ascii(error.object[error.start])
            raise UsageError(f"{file} is refused: {half} is half of a surrogate pair, and no character") from None
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
