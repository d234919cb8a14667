"""Where the values of a tree stand, as its reader knows: a reader returns plain data and its provenance."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from reachsim.errors import Path
from reachsim.places import Place

# A position is one int, line << COLUMN_BITS | column (both from 0): half the memory of a pair, and it sorts.
COLUMN_BITS: Final = 27
COLUMN_MASK: Final = (1 << COLUMN_BITS) - 1


@dataclass(frozen=True, slots=True)
class Copied:
    """A container of an edited tree and the one that it was copied from. `step`: its entry on the way to what was edited;
    `change`: what became of that entry ("inside": something deeper was edited)."""

    old: Any
    new: Any
    step: str | int
    change: Literal["inside", "replaced", "added", "removed"]


class Provenance(ABC):
    """Where the values of one tree stand. `file`: its name, for messages."""

    file: str

    @abstractmethod
    def where(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value at `path`, or with `key` of its key.

        A path that leads nowhere (a missing key) has the position of its nearest ancestor.
        """

    def place(self, path: Path, key: bool = False) -> Place:
        """The place of the value at `path`, or with `key` of its key, or of the nearest ancestor."""
        return Place(self.file, *self.where(path, key))

    def open(self, path: Path) -> tuple[str, ...]:
        """What a reader found that is not known of the value at `path`, or of what that is in."""
        return ()

    @abstractmethod
    def edited(self, data: Any, copied: tuple[Copied, ...], value: Any) -> Provenance:
        """Of an edited copy of the tree: what the edit does not touch stands where it stood, what is new (`value`) where its
        nearest ancestor does. `copied`: the containers on the way to it, from the top."""


_Packed = tuple[dict[int, int], "array[int]"]
"""Where in a row of positions those of each container begin, by its identity, and the positions."""


class Marks(Provenance):
    """Positions of every container and entry of a tree, as a reader of text knows them.

    `data`: the tree; an alias shares the value of its anchor. `packed`: of each container its own position, then for each
    entry of a mapping the key's and the value's, for each item of a list the item's; these one after the other, since there
    may be millions, and where they begin by identity of the container, which `data` keeps alive. The value of an alias
    stands where the alias does, what is inside it where it is written, at the anchor.
    """

    __slots__ = ("_data", "_index", "_keep", "_marks", "_starts", "file")

    def __init__(self, data: Any, file: str, packed: _Packed, keep: tuple[Any, ...] = ()) -> None:
        self.file = file
        self._data = data
        self._starts, self._marks = packed
        self._index: dict[int, dict[str, int]] = {}
        self._keep = keep  # what marks of an edited tree still speak of

    def where(self, path: Path, key: bool = False) -> tuple[int, int]:
        """As the base says."""
        node: Any = self._data
        starts, marks = self._starts, self._marks
        mark = name = marks[starts[id(node)]]
        for step in path:
            if isinstance(node, dict):
                if step not in node:
                    break
                place = starts[id(node)] + self._places(node)[str(step)]
                name, mark = marks[place], marks[place + 1]
            elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
                name = mark = marks[starts[id(node)] + step + 1]
            else:
                break
            node = node[step]
        return unpack(name if key else mark)

    def edited(self, data: Any, copied: tuple[Copied, ...], value: Any) -> Marks:
        """As the base says."""
        starts, marks = dict(self._starts), self._marks[:]
        at = marks[starts[id(self._data)]]
        for each in copied:
            start = starts[id(each.old)]
            kept, at = list(marks[start : start + _count(each.old)]), marks[start]
            pair = isinstance(each.old, dict)
            if each.change == "removed":
                first = 2 * list(each.old).index(str(each.step)) + 1 if pair else int(each.step) + 1
                del kept[first : first + 1 + pair]
            elif each.change == "added":
                kept += [at, at] if pair else [at]
            starts[id(each.new)] = len(marks)
            marks.extend(kept)
        if value is not None:
            for node in _containers(value):
                starts[id(node)] = len(marks)
                marks.extend([at] * _count(node))
        return Marks(data, self.file, (starts, marks), (self, value))

    def __reduce__(self) -> tuple[Any, ...]:
        # Identities do not travel: marks go along in the order of the containers.
        marks = array("q")
        for node in _containers(self._data):
            start = self._starts[id(node)]
            marks += self._marks[start : start + _count(node)]
        return _restored, (self._data, self.file, marks)

    def _places(self, mapping: dict[str, Any]) -> dict[str, int]:
        """For each key, where its mark is. Made when first asked: most mappings never are."""
        places = self._index.get(id(mapping))
        if places is None:
            places = dict(zip(mapping, itertools.count(1, 2), strict=False))
            self._index[id(mapping)] = places
        return places


class Places(Provenance):
    """The places that a reader knows, by path: perhaps of resources alone, perhaps none, perhaps in several files.

    `left_open`: by path, what is not known there.
    """

    __slots__ = ("_left_open", "_places", "file")

    def __init__(
        self,
        file: str,
        places: Mapping[Path, Place] | None = None,
        left_open: Mapping[Path, tuple[str, ...]] | None = None,
    ) -> None:
        self.file = file
        self._places = dict(places or {})
        self._left_open = dict(left_open or {})

    def open(self, path: Path) -> tuple[str, ...]:
        """As the base says."""
        known = (self._left_open.get(path[:length]) for length in range(len(path), 0, -1))
        return next((each for each in known if each is not None), ())

    def where(self, path: Path, key: bool = False) -> tuple[int, int]:
        """As the base says; the first line where none is known."""
        place = self.place(path, key)
        return place.line or 1, place.column or 1

    def place(self, path: Path, key: bool = False) -> Place:
        """As the base says; the file alone where no ancestor's is known."""
        known = (self._places.get(path[:length]) for length in range(len(path), -1, -1))
        return next((place for place in known if place is not None), Place(self.file))

    def edited(self, data: Any, copied: tuple[Copied, ...], value: Any) -> Places:
        """As the base says."""
        last = copied[-1]
        above = tuple(each.step for each in copied[:-1])
        shifts = last.change == "removed" and isinstance(last.step, int)
        kept: dict[Path, Place] = {}
        for path, place in self._places.items():
            inside = path[: len(above)] == above and len(path) > len(above)
            step = path[len(above)] if inside else None
            if inside and step == last.step:
                continue
            if inside and shifts and isinstance(step, int) and step > int(last.step):
                kept[(*above, step - 1, *path[len(above) + 1 :])] = place
            else:
                kept[path] = place
        return Places(self.file, kept, self._left_open)


class Joined(Provenance):
    """Of a tree of which one entry stands in another file. `key`: the entry; `other`: where it stands, of a tree that has it
    alone."""

    __slots__ = ("base", "file", "key", "other", "tree")

    def __init__(self, base: Provenance, key: str, other: Provenance, tree: dict[str, Any]) -> None:
        self.file = base.file
        self.base = base
        self.key = key
        self.other = other
        self.tree = tree

    def where(self, path: Path, key: bool = False) -> tuple[int, int]:
        """As the base says, in the file of the entry."""
        return self._of(path).where(path, key)

    def place(self, path: Path, key: bool = False) -> Place:
        """As the base says."""
        return self._of(path).place(path, key)

    def open(self, path: Path) -> tuple[str, ...]:
        """As the base says."""
        return self._of(path).open(path)

    def edited(self, data: Any, copied: tuple[Copied, ...], value: Any) -> Provenance:
        """As the base says."""
        base = self.base.edited(data, copied, value)
        if self.key not in data:
            return base
        if copied[0].step != self.key:
            return Joined(base, self.key, self.other, self.tree)
        tree = {**self.tree, self.key: data[self.key]}
        top = Copied(self.tree, tree, self.key, copied[0].change)
        return Joined(base, self.key, self.other.edited(tree, (top, *copied[1:]), value), tree)

    def _of(self, path: Path) -> Provenance:
        return self.other if path[:1] == (self.key,) else self.base

    def __reduce__(self) -> tuple[Any, ...]:
        return Joined, (self.base, self.key, self.other, self.tree)


def packed(marks: Mapping[int, list[int]]) -> _Packed:
    """Positions of containers, as `Marks` takes them."""
    starts: dict[int, int] = {}
    out = array("q")
    for container, positions in marks.items():
        starts[container] = len(out)
        out.fromlist(positions)
    return starts, out


def _restored(data: Any, file: str, marks: array[int]) -> Marks:
    """Marks from what `Marks.__reduce__` packed."""
    starts: dict[int, int] = {}
    start = 0
    for node in _containers(data):
        starts[id(node)] = start
        start += _count(node)
    return Marks(data, file, (starts, marks))


def _count(container: Any) -> int:
    """How many positions a container has: its own, and those of its entries."""
    return 1 + len(container) * (2 if isinstance(container, dict) else 1)


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


def pack(mark: Any) -> int:
    """The position of a mark of a YAML reader."""
    at: int = mark.line << COLUMN_BITS | mark.column
    return at


def unpack(at: int) -> tuple[int, int]:
    """Line and column, from 1."""
    return (at >> COLUMN_BITS) + 1, (at & COLUMN_MASK) + 1
