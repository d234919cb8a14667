"""Edits of the text of a file: what is not edited stays as it is, comments, order, quotes and line ends included.

A change is made where the marks of the YAML say that its key or value stands, one after the other. What comes out is read
again: unless it says just what the edited values say (an alias would change in two places), it is no patch.
"""

from __future__ import annotations

import codecs
import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import yaml

from reachsim.calls import made_by
from reachsim.errors import DesignError, UsageError, format_path
from reachsim.garbage import collector_paused
from reachsim.loading.atomic import write_whole
from reachsim.loading.document import read_document
from reachsim.loading.flow_style import block, flow, key
from reachsim.loading.tree import same_values, value_at
from reachsim.resources.mending import KeyChange
from reachsim.rules.clauses import KeyPath

Splice = tuple[int, int, str]
"""Where a part of a text begins and ends, and what stands there instead."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@made_by("net.fixes(source, destination, traffic).best.patch")
@dataclass(frozen=True)
class Patch:
    """A file before and after. `diff`: what differs, as ``diff -u`` and ``patch -p0`` have it."""

    file: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The unified diff; empty where nothing differs."""
        one, other = (text.splitlines(keepends=True) for text in (self.before, self.after))
        lines = difflib.unified_diff(one, other, self.file, self.file, n=2)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    @property
    def lines(self) -> tuple[int, ...]:
        """Lines of the file that are changed, or after which something is added, counted from 1."""
        matcher = difflib.SequenceMatcher(a=self.before.splitlines(), b=self.after.splitlines(), autojunk=False)
        out: list[int] = []
        for tag, start, end, _, _ in matcher.get_opcodes():
            if tag != "equal":
                out += range(start + 1, end + 1) if end > start else [start]
        return tuple(out)


def changed(data: Any, changes: Iterable[KeyChange]) -> Any:
    """The values with changes made: a copy along their paths, so that what an alias shares changes in one place. Raises
    KeyError, IndexError or TypeError where one leads nowhere."""
    for change in changes:
        data = _changed(data, change, 0)
    return data


def _changed(node: Any, change: KeyChange, depth: int) -> Any:
    step = change.path[depth]
    if not isinstance(node, dict | list):
        raise KeyError(change.path)
    copied: Any = list(node) if isinstance(node, list) else dict(node)
    key: Any = step if isinstance(copied, list) else str(step)
    if isinstance(copied, list) and not isinstance(step, int):
        raise KeyError(change.path)
    last = depth == len(change.path) - 1
    if last and change.action == "remove":
        del copied[key]
        return copied
    old = copied[key] if isinstance(copied, list) and key < len(copied) else None
    old = copied.get(key) if isinstance(copied, dict) else old
    if not last:
        if old is None and isinstance(copied, list):
            raise IndexError(change.path)
        value = _changed({} if old is None else old, change, depth + 1)
    elif change.action == "add":
        if old is not None and not isinstance(old, list):
            raise KeyError(change.path)
        value = [*(old or ()), change.value]
    else:
        value = change.value
    if isinstance(copied, list) and key == len(copied):
        copied.append(value)
    else:
        copied[key] = value
    return copied


def as_edits(data: Any, changes: Iterable[KeyChange]) -> dict[str | KeyPath, Any]:
    """The same changes as `Network.with_` takes them: key path to value, the deepest that is there."""
    out: dict[str | KeyPath, Any] = {}
    for change in changes:
        after = changed(data, [change])
        before: Any = data
        path: list[str | int] = []
        for step in change.path:
            path.append(step)
            if not isinstance(before, dict | list) or step not in _keys(before):
                break
            before = value_at(before, (step,))
            if before is None:
                break
        if change.action == "add" and isinstance(before, list) and len(path) == len(change.path):
            path.append(len(before))
        out.pop(tuple(path), None)
        out[tuple(path)] = None if change.action == "remove" else value_at(after, tuple(path))
        data = after
    return out


def _keys(node: Any) -> Any:
    return node if isinstance(node, dict) else range(len(node))


def patched(text: str, changes: Sequence[KeyChange], file: str) -> Patch:
    """The text of a file with changes made. Raises UsageError where that cannot be done without touching more."""
    return Patcher(text, file).patched(changes)


class Patcher:
    """Makes patches of one text, which is read once for all of them."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.data = read_document(text, file=file).data

    @cached_property
    def _nodes(self) -> _Text:
        with collector_paused():
            return _Text(self.text)

    def patched(self, changes: Sequence[KeyChange]) -> Patch:
        """The text with changes made. Raises UsageError where that cannot be done without touching more."""
        try:
            wanted = changed(self.data, changes)
        except (KeyError, IndexError, TypeError) as error:
            raise UsageError(f"{self.file}: there is nothing at {format_path(changes[0].path)} to edit") from error
        for make in (self._at_once, self._in_turn):
            try:
                with collector_paused():
                    after = make(changes)
                    read = read_document(after, file=self.file)
                    if same_values(read.data, wanted) and not read.problems:
                        return Patch(self.file, self.text, after)
            except (yaml.YAMLError, LookupError, ValueError, DesignError):
                continue
        places = ", ".join(format_path(change.path) for change in changes)
        raise UsageError(f"{self.file} is written in a way that cannot be patched at {places}; edit it by hand")

    def _in_turn(self, changes: Sequence[KeyChange]) -> str:
        """The text with one change after the other made; it is parsed again for each after the first."""
        after = self.text
        for change in changes:
            nodes = self._nodes if after is self.text else _Text(after)
            after = _spliced(after, [nodes.changed(change)])
        return after

    def _at_once(self, changes: Sequence[KeyChange]) -> str:
        """The text with each change found in it as it was: most have nothing to do with each other."""
        return _spliced(self.text, [self._nodes.changed(change) for change in changes])


def _spliced(text: str, splices: Iterable[Splice]) -> str:
    """A text with parts replaced. Raises ValueError where two of them touch."""
    before = len(text) + 1
    for start, end, new in sorted(splices, reverse=True):
        if end >= before:
            raise ValueError(start)
        text, before = text[:start] + new + text[end:], start
    return text


class _Text:
    """A text and where its nodes stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.starts = [0]
        for line in text.split("\n")[:-1]:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.root: Any = yaml.compose(text, Loader=_LOADER)

    # -- where things stand -------------------------------------------------------------------------------------

    def offset(self, mark: Any) -> int:
        """The index of a mark in the text."""
        return (
            min(self.starts[mark.line] + int(mark.column), len(self.text))
            if mark.line < len(self.starts)
            else len(self.text)
        )

    def start(self, node: Any) -> int:
        """Where a node begins."""
        return self.offset(node.start_mark)

    def end(self, node: Any) -> int:
        """Where a node ends: of a block collection, where its last child does."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style:
            end = self.offset(node.end_mark)
            while isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and self.text[end - 1] in "\r\n":
                end -= 1
            return end
        return self.end(_last(node))

    def line_end(self, at: int) -> int:
        """The end of the line of an index, before its line break."""
        found = self.text.find("\n", at)
        found = len(self.text) if found < 0 else found
        return found - 1 if found > at and self.text[found - 1] == "\r" else found

    def line_start(self, at: int) -> int:
        """The start of the line of an index."""
        return self.text.rfind("\n", 0, at) + 1

    def column(self, node: Any) -> int:
        """The column of a node, from 0."""
        return int(node.start_mark.column)

    # -- one change ---------------------------------------------------------------------------------------------

    def changed(self, change: KeyChange) -> Splice:
        """Where one change is made, and what is written there."""
        parent: Any = None
        node = self.root
        for depth, step in enumerate(change.path):
            child = _child(node, step)
            if child is None or (_null(child) and depth < len(change.path) - 1):
                if change.action == "remove":
                    raise LookupError(change.path)
                value: Any = [change.value] if change.action == "add" else change.value
                for outer in reversed(change.path[depth + 1 :]):
                    value = {str(outer): value}
                return self.set(node, step, child, value)
            parent, node = node, child
        if change.action == "remove":
            return self.remove(parent, change.path[-1], change.path)
        if change.action == "add" and not _null(node):
            return self.append(node, change.value, change.path)
        return self.set(parent, change.path[-1], node, [change.value] if change.action == "add" else change.value)

    def set(self, parent: Any, step: str | int, old: Any, value: Any) -> Splice:
        """A new value of a key that is there or not."""
        if isinstance(parent, yaml.SequenceNode):
            if old is None:
                return self.append(parent, value, ())
            return self.start(old), self.end(old), flow(value)
        if old is None:
            return self.insert(parent, str(step), value)
        if parent.flow_style:
            new = self.like(old, value)
            return self.start(old), self.end(old), f" {new}" if _empty(old) else new
        name = next(name for name, child in parent.value if child is old)
        colon = self.text.index(":", self.end(name)) + 1
        written = block(value, self.column(name), self.newline)
        if isinstance(old, yaml.ScalarNode) and not _empty(old) and not written.startswith((self.newline, "\n")):
            return self.start(old), self.end(old), self.like(old, value)
        return colon, max(colon, self.end(old)), written

    @staticmethod
    def like(old: Any, value: Any) -> str:
        """A value in the quotes of the one that it replaces."""
        new = flow(value)
        if isinstance(old, yaml.ScalarNode) and old.style == "'" and isinstance(value, str) and "'" not in value:
            return f"'{value}'"
        if isinstance(old, yaml.ScalarNode) and old.style == '"' and isinstance(value, str) and new[:1] != '"':
            return f'"{value}"'
        return new

    def insert(self, mapping: Any, name: str, value: Any) -> Splice:
        """A new key at the end of a mapping."""
        if mapping.flow_style:
            return self._into_flow(mapping, f"{key(name)}: {flow(value)}")
        indent = self.column(mapping.value[0][0])
        at = self.line_end(self.end(mapping))
        written = f"{key(name)}:{block(value, indent, self.newline)}"
        return at, at, f"{self.newline}{' ' * indent}{written}"

    def append(self, sequence: Any, value: Any, path: KeyPath) -> Splice:
        """A new item at the end of a list."""
        if not isinstance(sequence, yaml.SequenceNode):
            raise LookupError(path)
        if sequence.flow_style:
            return self._into_flow(sequence, flow(value))
        first = sequence.value[0]
        dash = self.text.rindex("-", self.line_start(self.start(first)), self.start(first) + 1)
        indent = dash - self.line_start(dash)
        lead = self.text[self.line_start(dash) : dash]
        if lead.strip():
            raise LookupError(path)
        at = self.line_end(self.end(sequence))
        return at, at, f"{self.newline}{' ' * indent}- {flow(value)}"

    def _into_flow(self, node: Any, entry: str) -> Splice:
        if not node.value:
            return self.start(node) + 1, self.end(node) - 1, entry
        first = node.value[0][0] if isinstance(node, yaml.MappingNode) else node.value[0]
        at = self.end(_last(node))
        apart = len(node.value) > 1 and all(
            a.start_mark.line < b.start_mark.line for a, b in zip(_heads(node), _heads(node)[1:], strict=False)
        )
        gap = f"{self.newline}{' ' * self.column(first)}" if apart else " "
        return at, at, f",{gap}{entry}"

    def remove(self, parent: Any, step: str | int, path: KeyPath) -> Splice:
        """A key or an item taken away, with its line if it has one of its own."""
        heads, tails = _heads(parent), _tails(parent)
        index = step if isinstance(step, int) else next(i for i, head in enumerate(heads) if head.value == str(step))
        if len(heads) == 1 and not parent.flow_style:
            if len(path) < 2:
                raise LookupError(path)
            grand = self.root
            for each in path[:-2]:
                grand = _child(grand, each)
            return self.set(grand, path[-2], parent, {} if isinstance(parent, yaml.MappingNode) else [])
        start, end = self.start(heads[index]), self.end(tails[index])
        if parent.flow_style:
            if index + 1 < len(heads):
                return start, self.start(heads[index + 1]), ""
            if index:
                return self.end(tails[index - 1]), end, ""
            return start, end, ""
        begin = self.line_start(start)
        if self.text[begin:start].strip(" -"):
            raise LookupError(path)
        if isinstance(parent, yaml.MappingNode) and self.text[begin:start].strip():
            raise LookupError(path)
        after = self.line_end(end)
        after = after + len(self.newline) if self.text.startswith(self.newline, after) else after
        return begin, after, ""


def _heads(node: Any) -> list[Any]:
    return [name for name, _ in node.value] if isinstance(node, yaml.MappingNode) else list(node.value)


def _tails(node: Any) -> list[Any]:
    return [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else list(node.value)


def _last(node: Any) -> Any:
    return _tails(node)[-1]


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    raise LookupError(step)


def _null(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")


def _empty(node: Any) -> bool:
    """Whether nothing at all is written."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value == ""


def write_patch(patch: Patch, path: str | os.PathLike[str]) -> None:
    """Put the text after a patch in place of a file's, whole or not at all: through a file beside it that takes its name.

    A symbolic link stays one, the mode and a byte order mark stay too. Raises UsageError where the file is no longer what
    the patch was made of, or cannot be written.
    """
    try:
        with open(path, "rb") as source:
            data = source.read()
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        if data[len(mark) :] != patch.before.encode("utf-8"):
            raise UsageError(f"{patch.file} was changed in the meantime; nothing was written")
        write_whole(path, mark + patch.after.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{patch.file} cannot be written: {error.strerror or error}; it is as it was") from error
