"""A file that was read: its values, and where each of them stands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from reachsim.errors import Path, Problem

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_NODES: Final = 2_000_000
"""Scalars, keys, lists and mappings together; an alias counts as often as it is used."""
MAX_DEPTH: Final = 64
MAX_SCALAR: Final = 64 * 1024

# A position is one int, line << COLUMN_BITS | column (both from 0): half the memory of a pair, and it sorts.
COLUMN_BITS: Final = 27
COLUMN_MASK: Final = (1 << COLUMN_BITS) - 1


class Document:
    """A file that was read: its values, and where each of them stands.

    `data`: the tree. An alias shares the value of its anchor, so treat the tree as read-only. `file`: the
    name for messages.  `problems`: what is wrong with the YAML although it could be read (a duplicate key, a
    tag, ...). They make the file unusable; they are kept rather than raised so that they can be told
    together with what a schema finds. `opaque`: paths of values that are not what the author meant, because
    of one of these problems; what a schema says about them would only confuse. `text`: what was read; None after an
    edit, and where it travelled to another process.
    """

    __slots__ = ("_index", "_keep", "_marks", "data", "file", "opaque", "problems", "text")

    def __init__(
        self,
        data: dict[str, Any],
        file: str,
        marks: dict[int, list[int]],
        problems: tuple[Problem, ...] = (),
        opaque: frozenset[Path] = frozenset(),
        text: str | None = None,
    ) -> None:
        self.data = data
        self.file = file
        self.problems = problems
        self.opaque = opaque
        self.text = text
        # By identity of the container, which `data` keeps alive: its own position, then for each entry of a
        # mapping the key's and the value's, for each item of a list the item's.
        self._marks = marks
        self._index: dict[int, dict[str, int]] = {}
        self._keep: tuple[Any, ...] = ()  # keeps alive what marks of an edited document speak of

    def position(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value at `path`, or with `key` of its key.

        A path that leads nowhere (a missing key) has the position of its nearest ancestor. The value of an
        alias stands where the alias does, what is inside it where it is written, at the anchor.
        """
        node: Any = self.data
        mark = name = self._marks[id(node)][0]
        for step in path:
            if isinstance(node, dict):
                if step not in node:
                    break
                marks = self._marks[id(node)]
                place = self._places(node)[str(step)]
                name, mark = marks[place], marks[place + 1]
            elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
                name = mark = self._marks[id(node)][step + 1]
            else:
                break
            node = node[step]
        return unpack(name if key else mark)

    def place(self, path: Path) -> tuple[int, ...]:
        """Where a path stands among others, whatever the lines: the place of each step among its siblings. A path that leads
        nowhere stands with its nearest ancestor."""
        node: Any = self.data
        out: list[int] = []
        for step in path:
            if isinstance(node, dict) and step in node:
                out.append(self._places(node)[str(step)])
            elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
                out.append(step)
            else:
                break
            node = node[step]
        return tuple(out)

    def problem(
        self,
        message: str,
        path: Path = (),
        *,
        key: bool = False,
        hint: str | None = None,
        code: str | None = None,
    ) -> Problem:
        """A Problem about the value at `path` (with `key`: about its key), its position filled in."""
        line, column = self.position(path, key)
        return Problem(message, path, self.file, line, column, hint, code)

    def __reduce__(self) -> tuple[Any, ...]:
        # Identities do not travel: marks go along in the order of the containers.
        return _restored, (self.data, self.file, [self._marks[id(node)] for node in _containers(self.data)])

    def _places(self, mapping: dict[str, Any]) -> dict[str, int]:
        """For each key, where its mark is. Made when first asked: most mappings never are."""
        places = self._index.get(id(mapping))
        if places is None:
            places = dict(zip(mapping, itertools.count(1, 2), strict=False))
            self._index[id(mapping)] = places
        return places


def _restored(data: dict[str, Any], file: str, marks: list[list[int]]) -> Document:
    """A document from what `Document.__reduce__` packed."""
    return Document(data, file, {id(node): mark for node, mark in zip(_containers(data), marks, strict=True)})


def _containers(root: Any) -> Iterator[Any]:
    """Every mapping and every list of a value, each once, always in the same order."""
    seen: set[int] = set()
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict | list) and id(node) not in seen:
            seen.add(id(node))
            yield node
            todo += node.values() if isinstance(node, dict) else node


def marks_at(root: Any, at: int) -> dict[int, list[int]]:
    """Marks for every container of a value, all at one place."""
    return {id(node): [at] * ((2 if isinstance(node, dict) else 1) * len(node) + 1) for node in _containers(root)}


def pack(mark: Any) -> int:
    at: int = mark.line << COLUMN_BITS | mark.column
    return at


def unpack(at: int) -> tuple[int, int]:
    return (at >> COLUMN_BITS) + 1, (at & COLUMN_MASK) + 1
