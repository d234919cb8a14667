"""Edits of a document that was read: values from Python in place of those of the file."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from reachsim.errors import Path, UsageError, shown
from reachsim.loading.provenance import Copied, Joined
from reachsim.loading.tree import MAX_DEPTH, MAX_NODES, MAX_SCALAR, Document
from reachsim.net.address import Address
from reachsim.net.cidr import Cidr
from reachsim.net.intervals import IntSet

# In a value an escape may say what may not stand in the text, but half of a surrogate pair is no character at all.
_FORBIDDEN_IN_VALUES: Final = re.compile("[\ud800-\udfff]")


def plain(value: Any) -> Any:
    """A Python value as reading YAML would give it: keys are text, tuples are lists, a fraction is text, and so are
    addresses, blocks and traffic. Raises UsageError for what no file could say."""
    return _Plain().of(value, 1)


class _Plain:
    """One value made plain; `nodes` counts what was seen of it, so that one that is shared over and over ends."""

    def __init__(self) -> None:
        self.nodes = 0

    def of(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise UsageError(f"a value is nested deeper than {MAX_DEPTH} levels, or contains itself")
        if self.nodes > MAX_NODES:
            raise UsageError(f"a value has more than {MAX_NODES:,} parts")
        if isinstance(value, dict):
            return self.mapping(value, depth)
        if isinstance(value, list | tuple):
            return [self.of(item, depth + 1) for item in value]
        return self.scalar(value)

    def mapping(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, item in value.items():
            text = self.scalar(key)
            if type(text) not in (str, int):
                raise UsageError(f"a key is text, not {shown(key)}")
            if str(text) in out:
                raise UsageError(f"a value has the key {shown(str(text))} twice")
            out[str(text)] = self.of(item, depth + 1)
        return out

    def scalar(self, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Address | Cidr | IntSet | float) or (type(value) is int and abs(value) >= 10**18):
            try:
                value = str(value)
            except ValueError:
                raise UsageError("a value is a number of more digits than Python writes") from None
        if isinstance(value, str):
            found = _FORBIDDEN_IN_VALUES.search(value)
            if found is not None:
                raise UsageError(f"a value has the character U+{ord(found[0]):04X}, which no text can have")
            if len(value) > MAX_SCALAR:
                raise UsageError(f"a value is a text longer than {MAX_SCALAR:,} characters")
            return str(value)
        if type(value) is int:
            return value
        raise UsageError(f"a value is text, a number, true, false, None, a list or a mapping, not {type_of(value)}")


def type_of(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def edited_document(document: Document, path: Path, value: Any) -> Document:
    """A copy with the value at `path` replaced; None removes it, an index one past the end of a list adds to it.

    Everything that the edit does not touch is shared, and stands where it stood. What is new stands where its nearest
    ancestor does. Raises KeyError with the path where there is no place for the value.
    """
    value = plain(value)
    copied: list[Copied] = []
    data = _replace(document.data, path, 0, value, copied)
    return Document(data, document.provenance.edited(data, tuple(reversed(copied)), value))


def joined_document(document: Document, key: str, other: Document) -> Document:
    """A copy with the entry `key` of another document, each part of which stands where it stood."""
    data = {**document.data, key: other.data[key]}
    top = Copied(document.data, data, key, "replaced" if key in document.data else "added")
    base = document.provenance.edited(data, (top,), other.data[key])
    problems = dict.fromkeys((*document.problems, *other.problems))
    provenance = Joined(base, key, other.provenance, other.data)
    return Document(data, provenance, tuple(problems), document.opaque | other.opaque, document.text)


def _replace(node: Any, path: Path, depth: int, value: Any, copied: list[Copied]) -> Any:
    """Copy the containers along a path, the deepest first."""
    step = path[depth]
    last = depth == len(path) - 1
    change: Literal["inside", "replaced", "added", "removed"] = "replaced" if last else "inside"
    copy: Any
    if isinstance(node, dict):
        if step not in node and (not last or value is None):
            raise KeyError(path[: depth + 1])
        copy = dict(node)
        if last and value is None:
            change = "removed"
            del copy[str(step)]
        else:
            change = change if step in node else "added"
            copy[str(step)] = value if last else _replace(node[str(step)], path, depth + 1, value, copied)
    elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node) + last:
        copy = list(node)
        if last and value is None:
            if step == len(node):
                raise KeyError(path[: depth + 1])
            change = "removed"
            del copy[step]
        elif step == len(node):
            change = "added"
            copy.append(value)
        else:
            copy[step] = value if last else _replace(node[step], path, depth + 1, value, copied)
    else:
        raise KeyError(path[: depth + 1])
    copied.append(Copied(node, copy, step, change))
    return copy
