"""What a reader returns: plain values, and where each of them stands. YAML is one reader (`reachsim.loading.document`)."""

from __future__ import annotations

from typing import Any, Final

from reachsim.errors import Path, Problem, shown
from reachsim.loading.provenance import Provenance

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_NODES: Final = 2_000_000
"""Scalars, keys, lists and mappings together; an alias counts as often as it is used."""
MAX_DEPTH: Final = 64
MAX_SCALAR: Final = 64 * 1024


class RepeatedKeyError(ValueError):
    """A key that stands twice in one object of JSON, of which only one can count."""


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of some pairs, for JSON's decoder (`object_pairs_hook`). Raises RepeatedKeyError."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise RepeatedKeyError(f"the key {shown(key)} appears twice in one object")
            seen.add(key)
    return made


def value_at(node: Any, path: Path) -> Any:
    """What a tree has at a path; None where it has nothing."""
    for step in path:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
            node = node[step]
        else:
            return None
    return node


class Document:
    """What was read: its values, and where each of them stands.

    `data`: the tree: str, int, bool, None, list, and dict with str keys. Parts of it may be shared, so treat it as
    read-only. `provenance`: where things stand. `problems`: what is wrong although it could be read (a duplicate key, a
    tag, ...). They make it unusable; they are kept rather than raised so that they can be told together with what a schema
    finds. `opaque`: paths of values that are not what the author meant, because of one of these problems; what a schema
    says about them would only confuse. `text`: what was read; None after an edit, and where it travelled to another process.
    """

    __slots__ = ("_index", "data", "opaque", "problems", "provenance", "text")

    def __init__(
        self,
        data: dict[str, Any],
        provenance: Provenance,
        problems: tuple[Problem, ...] = (),
        opaque: frozenset[Path] = frozenset(),
        text: str | None = None,
    ) -> None:
        self.data = data
        self.provenance = provenance
        self.problems = problems
        self.opaque = opaque
        self.text = text
        self._index: dict[int, dict[str, int]] = {}

    @property
    def file(self) -> str:
        """Its name, for messages."""
        return self.provenance.file

    def position(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value at `path`, or with `key` of its key (`Provenance.where`)."""
        return self.provenance.where(path, key)

    def spot(self, path: Path, key: bool = False) -> str:
        """A place in words, for a message about something else: ``line 12``, or what it is called in the file it is from."""
        place = self.provenance.place(path, key)
        return str(place) if place.name or place.line is None else f"line {place.line}"

    def value(self, path: Path) -> Any:
        """What is written at a path; None where nothing is."""
        return value_at(self.data, path)

    def has(self, path: Path) -> bool:
        """Whether the tree has something at a path, be it None."""
        *above, last = path
        holder = self.value(tuple(above))
        if isinstance(holder, list):
            return isinstance(last, int) and 0 <= last < len(holder)
        return isinstance(holder, dict) and last in holder

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
        """A Problem about the value at `path` (with `key`: about its key), its place filled in."""
        place = self.provenance.place(path, key)
        return Problem(message, path, place.file, place.line, place.column, hint, code, place.name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Document, (self.data, self.provenance)

    def _places(self, mapping: dict[str, Any]) -> dict[str, int]:
        """For each key, its place among its siblings. Made when first asked: most mappings never are."""
        places = self._index.get(id(mapping))
        if places is None:
            places = self._index[id(mapping)] = {key: place for place, key in enumerate(mapping)}
        return places


def same_values(one: Any, other: Any) -> bool:
    """Whether two values are equal in order and in types (true is not 1): plain ones, or of what shows all its fields."""
    return one is other or repr(one) == repr(other)  # at the speed of C; of plain values it tells all apart
