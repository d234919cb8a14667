"""YAML's events -> values with positions. The rules are those of `reachsim.loading.document`."""

from __future__ import annotations

import re
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

from reachsim.errors import DesignError, Path, Problem, shown
from reachsim.loading.provenance import COLUMN_BITS, Marks, pack, packed, unpack
from reachsim.loading.tree import MAX_DEPTH, MAX_NODES, MAX_SCALAR, Document

_MAX_PROBLEMS: Final = 1000
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER_STARTS: Final = frozenset("-0123456789")
_is_integer: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})").fullmatch
_STR_TAG: Final = "tag:yaml.org,2002:str"


class _Item:
    """The type of `_ITEM`, which stands in for a key while a list is read."""


_ITEM: Final = _Item()

_Key = str | tuple[str, int] | _Item | None
"""While a mapping is read: None where a key is due; (key, position) where its value is thrown away."""
_Frame = tuple[Any, list[int], _Key]


class DesignBuilder:
    """One reading of one text. `events` is the loop; all else runs where something is unusual."""

    def __init__(self, text: str, parser: Any, file: str) -> None:
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
        # Up to where the text has been turned into events.
        self.index = 0

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
            self.fail("an escape that is not a character", pack(self.parser.get_mark()))
        self.finish()
        return Document(data, Marks(data, self.file, packed(self.marks)), tuple(self.problems), frozenset(self.opaque))

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
                at = mark.line << COLUMN_BITS | mark.column
                value = event.value
                if len(value) > MAX_SCALAR or nodes > MAX_NODES:
                    self.fail_size(nodes, at)
                marks.append(at)
                if key is None:
                    # One str for all that are equal, as of values below: less memory, and faster to compare.
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
                        else:
                            value = spare.setdefault(value, value)
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
                at = mark.line << COLUMN_BITS | mark.column
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
                at = pack(event.start_mark)
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
            try:
                event = get()
            except yaml.YAMLError:
                self.stack.append((target, marks, key))
                self.index = event.end_mark.index
                raise

        get()  # the end of the document
        event = get()
        if event.__class__ is not StreamEndEvent:
            self.fail(
                "a second document starts here",
                pack(event.start_mark),
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
            self.fail(f"expected a mapping (key: value) at the top level, got {got}", pack(event.start_mark))
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
            line, _ = unpack(first[id(mapping)][key])
            problem = self.problems[place]
            self.problems[place] = Problem(
                problem.message,
                problem.path,
                problem.file,
                problem.line,
                problem.column,
                f"the first is on line {line}",
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
        line = (at >> COLUMN_BITS) + 1
        first = self.open_anchors.get(name) or (self.anchors[name][3] + 1 if name in self.anchors else None)
        if first is not None:
            path = self.path() if is_key else self.path(target, key)
            self.add(f"duplicate anchor {shown(name)}", at, path, f"the first is on line {first}")
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
        line, column = unpack(at)
        self.problems.append(Problem(message, path, self.file, line, column, hint))
        if len(self.problems) >= _MAX_PROBLEMS:
            self.fail("too many problems; the file is not read further", at)

    # What ends the reading.

    def fail(self, message: str, at: int, hint: str | None = None, path: Path = ()) -> NoReturn:
        line, column = unpack(at)
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

    def refuse_depth(self, end: int) -> None:
        """Fail where the text that a parser has looked at beyond its last event, up to `end`, is nested too deeply.

        A parser looks ahead up to a thousand characters before it gives an event, and may have a bound of its own.
        """
        depth = len(self.stack) - 1
        for token in _BRACKETS.finditer(self.text, self.index, end):
            character = token[0][-1:]
            if character in "[{" and len(token[0]) == 1:
                depth += 1
                if depth > MAX_DEPTH:
                    before = self.text.rfind("\n", 0, token.start()) + 1
                    self.fail_depth(self.text.count("\n", 0, before) << COLUMN_BITS | token.start() - before)
            elif character in "]}" and len(token[0]) == 1:
                depth -= 1

    def fail_scanner(self, error: yaml.MarkedYAMLError) -> NoReturn:
        """Say in our words what the scanner or the parser of libyaml, or PyYAML's own, stumbled over."""
        mark = error.problem_mark or error.context_mark
        self.refuse_depth(mark.index if mark is not None else len(self.text))
        at = pack(mark) if mark is not None else 0
        start = pack(error.context_mark) if error.context_mark is not None else at
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
            line, _ = unpack(start)
            self.fail(f"expected ',' or '{end}' here, in the {kind} that starts on line {line}", at)
        if re.search("parsing a block (mapping|collection)", problem) and self.text[:index].rpartition("\n")[2].strip():
            self.fail("text after the end of a value", at, "put the whole value in quotes")
        for part, at_start, message, hint in _SCANNER_MESSAGES:
            if part in problem:
                self.fail(message, start if at_start else at, hint)
        self.fail(f"not valid YAML: {problem}", at)


# In flow style: quoted texts and comments, as a whole, and brackets.
_BRACKETS: Final = re.compile(
    r"""(?<=[\s,\[{:])'(?:[^']|'')*'|(?<=[\s,\[{:])"(?:[^"\\]|\\.)*"|(?<!\S)\#[^\n]*|[\[{}\]]""", re.DOTALL
)
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
    ("mapping keys are not allowed", False, "a '?' is not expected here", _INDENTATION),
    ("parsing a block mapping", False, "expected a key that is indented like the one before", _INDENTATION),
    ("parsing a block collection", False, "expected '- ' that is indented like the one before", _INDENTATION),
    ("node content", False, "expected a value here", None),
    ("<document start>", False, "text after the end of the document", _INDENTATION),
    ("undefined tag handle", False, "tags are not supported", "write the plain value"),
)
