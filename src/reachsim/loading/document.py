"""YAML text -> plain values with positions, and nothing that changes a meaning silently.

The values are str, int, bool, None, list and dict with str keys. Only the plain scalars `true`, `false`,
`null`, `~`, nothing at all, and decimal integers as a person writes them (`-?(0|[1-9][0-9]*)`, at most 18
digits) are anything but text: `no`, `22:22`, `0x10`, `1_000`, `010`, `1.0` and dates stay the text that
stands in the file, and a schema that expects something else says so. A key is text even where it looks like a
number, so `1` and `"1"` are one key.

What YAML has beyond that is refused with a message (tags but `!!str`, merge keys, several documents, keys
that are not scalars) or bounded (anchors and aliases, depth, size), since a design may come from anyone.

The reader works on the stream of parse events: libyaml makes them in C, nothing recurses in Python or in C,
and the bounds hold while the file is read rather than after. Where PyYAML has no libyaml, its pure parser
is used.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from reachsim.errors import DesignError, Path, Problem, shown

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "MAX_SCALAR", "Document", "read_document", "read_file"]

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_NODES: Final = 2_000_000
"""Scalars, keys, lists and mappings together; an alias counts as often as it is used."""
MAX_DEPTH: Final = 64
MAX_SCALAR: Final = 64 * 1024
_MAX_PROBLEMS: Final = 1000

# A position is one int, line << _COLUMN_BITS | column (both from 0): half the memory of a pair, and it sorts.
_COLUMN_BITS: Final = 27
_COLUMN_MASK: Final = (1 << _COLUMN_BITS) - 1

_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER_STARTS: Final = frozenset("-0123456789")
_is_integer: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})").fullmatch
_STR_TAG: Final = "tag:yaml.org,2002:str"

# Line breaks that only YAML 1.1 knows (and a lone carriage return) would make our line numbers differ from
# an editor's.
_FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
# libyaml compares each tag directive with all before it, so a file of nothing else would take hours.
_TAG_DIRECTIVE: Final = re.compile(r"^%TAG\b", re.MULTILINE)


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for where libyaml is missing: the same events, many times slower."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


_FastParser: Callable[[str], Any]
try:
    from yaml._yaml import CParser

    _FastParser = CParser
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    _FastParser = _PureParser


class _Item:
    """The type of `_ITEM`, which stands in for a key while a list is read."""


_ITEM: Final = _Item()

_Key = str | tuple[str, int] | _Item | None
"""While a mapping is read: None where a key is due; (key, position) where its value is thrown away."""
_Frame = tuple[Any, list[int], _Key]


class Document:
    """A file that was read: its values, and where each of them stands.

    `data`: the tree. An alias shares the value of its anchor, so treat the tree as read-only. `file`: the
    name for messages.  `problems`: what is wrong with the YAML although it could be read (a duplicate key, a
    tag, ...). They make the file unusable; they are kept rather than raised so that they can be told
    together with what a schema finds. `opaque`: paths of values that are not what the author meant, because
    of one of these problems; what a schema says about them would only confuse.
    """

    __slots__ = ("_index", "_keep", "_marks", "data", "file", "opaque", "problems")

    def __init__(
        self,
        data: dict[str, Any],
        file: str,
        marks: dict[int, list[int]],
        problems: tuple[Problem, ...] = (),
        opaque: frozenset[Path] = frozenset(),
    ) -> None:
        self.data = data
        self.file = file
        self.problems = problems
        self.opaque = opaque
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
        return _unpack(name if key else mark)

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


def _marks_at(root: Any, at: int) -> dict[int, list[int]]:
    """Marks for every container of a value, all at one place."""
    return {id(node): [at] * ((2 if isinstance(node, dict) else 1) * len(node) + 1) for node in _containers(root)}


def plain(value: Any) -> Any:
    """A Python value as reading YAML would give it: keys are text, tuples are lists."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def edited_document(document: Document, path: Path, value: Any) -> Document:
    """A copy with the value at `path` replaced; None removes it, an index one past the end of a list adds to it.

    Everything that the edit does not touch is shared, and stands where it stood. What is new stands where its nearest
    ancestor does. Raises KeyError with the path where there is no place for the value.
    """
    value = plain(value)
    marks = dict(document._marks)
    edited = Document(_replace(document.data, path, 0, value, marks), document.file, marks)
    edited._keep = (document, value)
    return edited


def _replace(node: Any, path: Path, depth: int, value: Any, marks: dict[int, list[int]]) -> Any:
    """Copy the containers along a path, with their marks."""
    step = path[depth]
    last = depth == len(path) - 1
    old = marks[id(node)]
    if isinstance(node, dict):
        keys = list(node)
        place = keys.index(str(step)) if step in node else None
        if place is None and (not last or value is None):
            raise KeyError(path[: depth + 1])
        copy: Any = dict(node)
        kept = list(old)
        if last and value is None and place is not None:
            del copy[str(step)]
            del kept[2 * place + 1 : 2 * place + 3]
        else:
            if place is None:
                kept += [old[0], old[0]]
            copy[str(step)] = value if last else _replace(node[str(step)], path, depth + 1, value, marks)
    elif isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node) + last:
        copy, kept = list(node), list(old)
        if last and value is None:
            if step == len(node):
                raise KeyError(path[: depth + 1])
            del copy[step]
            del kept[step + 1]
        elif step == len(node):
            copy.append(value)
            kept.append(old[0])
        else:
            copy[step] = value if last else _replace(node[step], path, depth + 1, value, marks)
    else:
        raise KeyError(path[: depth + 1])
    marks[id(copy)] = kept
    if last and value is not None:
        marks |= _marks_at(value, old[0])
    return copy


def read_file(path: str | os.PathLike[str]) -> Document:
    """Read a file; `-` is the standard input (`./-` a file of that name).

    Raises DesignError as `read_document` does, and where the file cannot be read.
    """
    name = os.fspath(path)
    file = "<stdin>" if name == "-" else name
    try:
        if name == "-":
            stream = getattr(sys.stdin, "buffer", sys.stdin)
            data = b"" if stream is None else stream.read(MAX_BYTES + 1)
        else:
            with open(name, "rb") as source:
                data = source.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(file, "no such file")
    except IsADirectoryError:
        _refuse(file, "this is a directory", hint="name a YAML file in it")
    except PermissionError:
        _refuse(file, "no permission to read this file")
    except OSError as error:
        _refuse(file, f"cannot be read: {error.strerror or error}")
    except ValueError:
        # open() refuses a NUL, and a standard input in text mode what it cannot decode.
        _refuse(file, "not the name of a file" if name != "-" else "not UTF-8 text")
    return read_document(data, file=file)


def read_document(source: str | bytes, *, file: str) -> Document:
    """Read one YAML document whose top level is a mapping.

    `source`: text, or bytes in UTF-8 (a byte order mark is skipped).  `file`: the name for messages. Raises
    DesignError, with a position, for what is not such a document or is larger than the MAX_* of this
    module. Problems that leave the rest readable are in the Document's `problems`.
    """
    return _read(_decode(source, file), file, _FastParser)


def _read(text: str, file: str, parser: Callable[[str], Any]) -> Document:
    match = _FORBIDDEN.search(text)
    if match is not None:
        _refuse_character(text, match.start(), file)
    match = _TAG_DIRECTIVE.search(text)
    if match is not None:
        _refuse(file, "%TAG directives are not supported", text=text, at=match.start(), hint="remove the line")
    return _Builder(text, file, parser(text)).build()


class _Builder:
    """One reading of one text. `events` is the loop; all else runs where something is unusual."""

    def __init__(self, text: str, file: str, parser: Any) -> None:
        self.text = text
        self.file = file
        self.parser = parser
        self.marks: dict[int, list[int]] = {}
        self.problems: list[Problem] = []
        self.opaque: set[Path] = set()
        # Mappings with an entry to throw away, and what to say of each duplicate once its first is found.
        self.spoiled: dict[int, dict[Any, Any]] = {}
        self.duplicates: list[tuple[int, dict[Any, Any], str]] = []
        self.stack: list[_Frame] = []
        # Finished anchors: value, nodes, height, line.
        self.anchors: dict[str, tuple[Any, int, int, int]] = {}
        self.open_anchors: dict[str, int] = {}

    def build(self) -> Document:
        try:
            data = self.events()
        except yaml.MarkedYAMLError as error:
            self.fail_scanner(error)
        except yaml.YAMLError as error:
            self.fail(str(error), 0)
        except (ValueError, OverflowError):
            # PyYAML's own parser on an escape beyond Unicode, such as "\UFFFFFFFF"; libyaml has a message
            # of its own.
            self.fail("an escape that is not a character", _pack(self.parser.get_mark()))
        self.finish()
        return Document(data, self.file, self.marks, tuple(self.problems), frozenset(self.opaque))

    def events(self) -> dict[str, Any]:
        """Turn the events into values. Long, since calling a function for each node would double its time."""
        get = self.parser.get_event
        marks_of = self.marks
        stack = self.stack
        spare: dict[str, str] = {}
        # Anchored containers that are not finished: depth, name, nodes before, deepest before, line.
        unfinished: list[tuple[int, str, int, int, int]] = []
        deepest = 0
        nodes = 0

        event = self.first_event()
        root: list[Any] = []
        target: Any = root
        marks: list[int] = []
        key: _Key = _ITEM
        while True:
            kind = event.__class__
            if kind is ScalarEvent:
                nodes += 1
                mark = event.start_mark
                at = mark.line << _COLUMN_BITS | mark.column
                value = event.value
                if len(value) > MAX_SCALAR or nodes > MAX_NODES:
                    self.fail_size(nodes, at)
                marks.append(at)
                if key is None:
                    # One str for all the keys that are equal: less memory, and faster to compare.
                    key = spare.setdefault(value, value)
                    if value in target or (value == "<<" and not event.style):
                        key = self.refuse_key(value, event, target, at)
                    if event.anchor is not None or event.tag is not None:
                        self.properties(event, target, key, value, at, is_key=True)
                else:
                    if not event.style:
                        if value in _WORDS:
                            value = _WORDS[value]
                        elif value[0] in _INTEGER_STARTS and _is_integer(value):
                            value = int(value)
                        if value.__class__ is not str and (
                            event.tag is not None or self.text[mark.index : mark.index + 1] == "!"
                        ):
                            value = event.value
                    if event.anchor is not None or event.tag is not None:
                        self.properties(event, target, key, value, at)
                    if key is _ITEM:
                        target.append(value)
                    else:
                        target[key] = value
                        key = None
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                nodes += 1
                mark = event.start_mark
                at = mark.line << _COLUMN_BITS | mark.column
                depth = len(stack) + 1
                if depth > deepest:
                    if depth > MAX_DEPTH:
                        self.fail_depth(at)
                    deepest = depth
                if nodes > MAX_NODES:
                    self.fail_size(nodes, at)
                if key is None:
                    self.fail_key(at)
                if event.anchor is not None or event.tag is not None:
                    self.properties(event, target, key, None, at)
                    if event.anchor is not None:
                        unfinished.append((depth, event.anchor, nodes - 1, deepest, mark.line))
                        deepest = depth
                made: Any = {} if kind is MappingStartEvent else []
                marks.append(at)
                if key is _ITEM:
                    target.append(made)
                else:
                    target[key] = made
                stack.append((target, marks, key))
                target = made
                marks = [at]
                marks_of[id(made)] = marks
                key = None if kind is MappingStartEvent else _ITEM
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if unfinished and unfinished[-1][0] == len(stack):
                    depth, name, before, deepest_before, line = unfinished.pop()
                    self.anchors[name] = (target, nodes - before, deepest - depth + 1, line)
                    self.open_anchors.pop(name, None)
                    deepest = max(deepest, deepest_before)
                target, marks, key = stack.pop()
                if not stack:
                    break
                if key is not _ITEM:
                    key = None
            elif kind is AliasEvent:
                at = _pack(event.start_mark)
                if key is None:
                    self.fail_key(at)
                value, size, height = self.alias(event.anchor, target, key, at)
                nodes += size
                if nodes > MAX_NODES:
                    self.fail_size(nodes, at)
                depth = len(stack) + height
                if depth > deepest:
                    if depth > MAX_DEPTH:
                        self.fail_depth(at)
                    deepest = depth
                marks.append(at)
                if key is _ITEM:
                    target.append(value)
                else:
                    target[key] = value
                    key = None
            event = get()

        get()  # the end of the document
        event = get()
        if event.__class__ is not StreamEndEvent:
            self.fail(
                "a second document starts here",
                _pack(event.start_mark),
                "write one document in a file, without '---'",
            )
        data: dict[str, Any] = root[0]
        return data

    def first_event(self) -> Any:
        """The event that starts the top-level mapping; fails where there is none."""
        get = self.parser.get_event
        get()  # the start of the stream
        if get().__class__ is StreamEndEvent:
            self.fail("the file is empty", 0, "expected a mapping (key: value)")
        event = get()
        if event.__class__ is not MappingStartEvent:
            got = "an alias"
            if event.__class__ is SequenceStartEvent:
                got = "a list"
            elif event.__class__ is ScalarEvent:
                if not event.value and not event.style:
                    self.fail("the file is empty", 0, "expected a mapping (key: value)")
                got = shown(event.value)
            self.fail(f"expected a mapping (key: value) at the top level, got {got}", _pack(event.start_mark))
        return event

    def finish(self) -> None:
        """Drop what was only read to get past it, and say of each duplicate where the first one is."""
        first: dict[int, dict[str, int]] = {}
        for identity, mapping in self.spoiled.items():
            marks = self.marks[identity]
            kept = [place for place, key in enumerate(mapping) if isinstance(key, str)]
            for key in [key for key in mapping if not isinstance(key, str)]:
                del mapping[key]
            marks[1:] = [mark for place in kept for mark in marks[2 * place + 1 : 2 * place + 3]]
            first[identity] = dict(zip(mapping, marks[1::2], strict=False))
        for place, mapping, key in self.duplicates:
            line, _ = _unpack(first[id(mapping)][key])
            problem = self.problems[place]
            self.problems[place] = Problem(
                problem.message,
                problem.path,
                problem.file,
                problem.line,
                problem.column,
                f"the first is in line {line}",
            )
        self.spoiled.clear()
        self.duplicates.clear()

    # What is unusual, but leaves the rest readable.

    def refuse_key(self, key: str, event: Any, target: dict[Any, Any], at: int) -> _Key:
        """A duplicate or a merge key: its value is read, and thrown away by `finish`."""
        self.spoiled[id(target)] = target
        if key == "<<" and not event.style:
            path = (*self.path(), key)
            self.opaque.add(path)
            self.add("merge keys ('<<') are not supported", at, path, "write the keys out in each place")
        else:
            self.duplicates.append((len(self.problems), target, key))
            self.add(f"duplicate key {shown(key)}", at, self.path())
        return (key, at)

    def properties(self, event: Any, target: Any, key: _Key, value: Any, at: int, is_key: bool = False) -> None:
        """The anchor and the tag of a node (`value`: None for a container, which is not finished)."""
        if event.tag is not None and not (event.tag == _STR_TAG and event.__class__ is ScalarEvent):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            path = self.path() if is_key else self.path(target, key)
            self.opaque.add(path)
            self.add(f"the tag {shown(tag)} is not supported", at, path, "write the plain value")
        name = event.anchor
        if name is None:
            return
        line = (at >> _COLUMN_BITS) + 1
        first = self.open_anchors.get(name) or (self.anchors[name][3] + 1 if name in self.anchors else None)
        if first is not None:
            path = self.path() if is_key else self.path(target, key)
            self.add(f"duplicate anchor {shown(name)}", at, path, f"the first is in line {first}")
        elif event.__class__ is ScalarEvent:
            self.anchors[name] = (value, 1, 0, line - 1)
        else:
            self.open_anchors[name] = line

    def alias(self, name: str, target: Any, key: _Key, at: int) -> tuple[Any, int, int]:
        """What an alias stands for: value, nodes, height."""
        if name in self.anchors:
            return self.anchors[name][:3]
        path = self.path(target, key)
        self.opaque.add(path)
        if name in self.open_anchors:
            self.add(
                f"the alias {shown('*' + name)} stands inside its own anchor",
                at,
                path,
                "a value cannot contain itself",
            )
        else:
            self.add(
                f"the alias {shown('*' + name)} has no anchor before it",
                at,
                path,
                f"write {shown('&' + name)} at the value that it repeats",
            )
        return None, 1, 0

    def path(self, target: Any = None, key: _Key = None) -> Path:
        """The path of the container that is being read, or of the next value in it."""
        steps: list[str | int] = []
        frames: list[tuple[Any, _Key, int]] = [(frame[0], frame[2], 1) for frame in self.stack[1:]]
        if target is not None:
            frames.append((target, key, 0))
        for container, step, in_it in frames:
            if isinstance(step, _Item):
                steps.append(len(container) - in_it)
            elif step is not None:
                steps.append(step if isinstance(step, str) else step[0])
        return tuple(steps)

    def add(self, message: str, at: int, path: Path = (), hint: str | None = None) -> None:
        line, column = _unpack(at)
        self.problems.append(Problem(message, path, self.file, line, column, hint))
        if len(self.problems) >= _MAX_PROBLEMS:
            self.fail("too many problems; the file is not read further", at)

    # What ends the reading.

    def fail(self, message: str, at: int, hint: str | None = None, path: Path = ()) -> NoReturn:
        line, column = _unpack(at)
        self.finish()
        raise DesignError([*self.problems, Problem(message, path, self.file, line, column, hint)])

    def fail_key(self, at: int) -> NoReturn:
        self.fail(
            "a key must be plain text, not a list, a mapping or an alias",
            at,
            "put text that starts with '{', '[' or '*' in quotes",
            self.path(),
        )

    def fail_depth(self, at: int) -> NoReturn:
        self.fail(f"nested deeper than {MAX_DEPTH} levels", at)

    def fail_size(self, nodes: int, at: int) -> NoReturn:
        if nodes > MAX_NODES:
            self.fail(f"more than {MAX_NODES:,} values (aliases counted as often as they are used)", at)
        self.fail(f"a text longer than {MAX_SCALAR:,} characters", at)

    def fail_scanner(self, error: yaml.MarkedYAMLError) -> NoReturn:
        """Say in our words what the scanner or the parser of libyaml, or PyYAML's own, stumbled over."""
        mark = error.problem_mark or error.context_mark
        at = _pack(mark) if mark is not None else 0
        start = _pack(error.context_mark) if error.context_mark is not None else at
        index = mark.index if mark is not None else 0
        problem = f"{error.context}: {error.problem}" if error.context else str(error.problem)
        character = self.text[index : index + 1]
        if character == "\t" and ("start any token" in problem or "tab character" in problem):
            self.fail("a tab is used as indentation", at, "indent with spaces")
        if "start any token" in problem:
            self.fail(f"a value cannot start with {shown(character)}", at, "put it in quotes")
        opened = re.search("parsing a flow (sequence|mapping):", problem)
        if opened is not None:
            kind, end = ("list", "]") if opened[1] == "sequence" else ("mapping", "}")
            if not self.text[index:].strip():
                self.fail(f"the {kind} that starts here is not closed", start, f"expected '{end}'")
            line, _ = _unpack(start)
            self.fail(f"expected ',' or '{end}' here, in the {kind} that starts in line {line}", at)
        if re.search("parsing a block (mapping|collection)", problem) and self.text[:index].rpartition("\n")[2].strip():
            self.fail("text after the end of a value", at, "put the whole value in quotes")
        for part, at_start, message, hint in _SCANNER_MESSAGES:
            if part in problem:
                self.fail(message, start if at_start else at, hint)
        self.fail(f"not valid YAML: {problem}", at)


_INDENTATION: Final = "check the indentation of this line and of those before it"
_QUOTES: Final = "put text that contains ': ' in quotes"
# A part of what libyaml or PyYAML says; whether to point to where the thing starts; our message and hint.
_SCANNER_MESSAGES: Final = (
    ("mapping values are not allowed", False, "a ':' is not expected here", f"{_INDENTATION}, or {_QUOTES}"),
    ("could not find expected ':'", True, "expected ':' after this key", "write 'key: value'"),
    (
        "quoted scalar: found unexpected",
        True,
        "a quoted text starts here and does not end",
        "close the quotes",
    ),
    (
        "unknown escape",
        False,
        "unknown escape in double quotes",
        "write '\\\\' for a backslash, or use single quotes",
    ),
    ("invalid Unicode", False, "an escape that is not a character", None),
    (
        "sequence entries are not allowed",
        False,
        "a list item is not expected here",
        "start the list in its own line",
    ),
    ("parsing a block mapping", False, "expected a key that is indented like the one before", _INDENTATION),
    ("parsing a block collection", False, "expected '- ' that is indented like the one before", _INDENTATION),
    ("node content", False, "expected a value here", None),
    ("<document start>", False, "text after the end of the document", _INDENTATION),
    ("undefined tag handle", False, "tags are not supported", "write the plain value"),
)


def _pack(mark: Any) -> int:
    at: int = mark.line << _COLUMN_BITS | mark.column
    return at


def _unpack(at: int) -> tuple[int, int]:
    return (at >> _COLUMN_BITS) + 1, (at & _COLUMN_MASK) + 1


def _refuse(file: str, message: str, *, hint: str | None = None, text: str | None = None, at: int = 0) -> NoReturn:
    """End with one problem; with `text`, at index `at` of it."""
    if text is None:
        raise DesignError(Problem(message, (), file, hint=hint))
    start = text.rfind("\n", 0, at) + 1
    raise DesignError(Problem(message, (), file, text.count("\n", 0, at) + 1, at - start + 1, hint))


def _decode(source: str | bytes, file: str) -> str:
    """UTF-8 without its byte order mark; fails on what is another encoding, or too long."""
    if len(source) > MAX_BYTES:
        _refuse(file, f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    # Without a byte order mark, one of the first two bytes of ASCII text in UTF-16 is a NUL.
    if source.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or source[1:2].count(0) != source[:1].count(0):
        _refuse(file, "the text is in UTF-16 or UTF-32", text="", hint="save it as UTF-8")
    try:
        return source.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8").removeprefix("\ufeff")
        _refuse(
            file,
            f"the byte 0x{source[error.start]:02x} is not UTF-8",
            text=before,
            at=len(before),
            hint="save the file as UTF-8",
        )


def _refuse_character(text: str, at: int, file: str) -> NoReturn:
    character = text[at]
    hint = "remove it, or write it as an escape in double quotes"
    if character == "\r":
        _refuse(file, "a carriage return without a line feed", text=text, at=at, hint="end lines with a line feed")
    name = "a NUL" if character == "\0" else f"the character U+{ord(character):04X}"
    _refuse(file, f"{name} is not allowed in YAML text", text=text, at=at, hint=hint)
