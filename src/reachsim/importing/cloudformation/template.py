"""CloudFormation templates as plain data: YAML with its short tags, or JSON, and the line of every logical id.

A short tag (`!Sub`) becomes the object that it is short for (`{"Fn::Sub": ...}`). Only plain `true`, `false`, `null`, `~`
and decimal integers are anything but text: `2010-09-09`, `0644` and `012345678901` stay as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reachsim.errors import DesignError, Problem, shown
from reachsim.importing.sources import Source
from reachsim.loading.tree import MAX_DEPTH, MAX_NODES

_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_is_integer: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})").fullmatch
_WHOLE: Final = frozenset({"Ref", "Condition", "Transform"})
"""Tags whose functions have no `Fn::` before their name."""
_MERGE: Final = "<<"
LOOP: Final = "Fn::ForEach::"
"""What the key of a loop begins with, in place of a logical id too."""
_RULES: Final = frozenset({"SecurityGroupIngress", "SecurityGroupEgress"})
"""Properties that are lists of rules."""
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]\n]')
# libyaml compares each tag directive with all before it, so a file of nothing else would take hours.
_TAG_DIRECTIVE: Final = re.compile(r"^%TAG\b", re.MULTILINE)
_TOP: Final = re.compile(r"^(?!---|%)( *)[^\s#]", re.MULTILINE)
"""The first key of a text, with what it is indented by: some people indent the whole."""
_SECTION: Final = r"^{}(?:Resources|\"Resources\"|'Resources')\s*:"
_DESIGN: Final = re.compile(r"^vpcs\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """One template. `data`: its sections as plain values. `lines`: by logical id, the line (from 1) where it is declared;
    by ``LogicalId.Property[index]`` that of a rule in a list of it."""

    file: str
    data: dict[str, Any] = field(repr=False)
    lines: dict[str, int] = field(repr=False)

    def section(self, name: str) -> dict[str, Any]:
        """A section by its name, empty where it is not there."""
        value = self.data.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def transforms(self) -> tuple[str, ...]:
        """The macros that process the template, as `Transform` names them."""
        value = self.data.get("Transform")
        listed = value if isinstance(value, list) else [value]
        names = (each.get("Name") if isinstance(each, dict) else each for each in listed)
        return tuple(name for name in names if isinstance(name, str))


def recognises(source: Source) -> bool:
    """Whether a file is a template: it has a section of resources, each of which has a type."""
    if source.data is None:
        top = _TOP.search(source.text)
        section = re.compile(_SECTION.format(top[1] if top else ""), re.MULTILINE)
        return bool(section.search(source.text)) and not _DESIGN.search(source.text)
    if not isinstance(source.data, dict):
        return False
    resources = source.data.get("Resources")
    if not isinstance(resources, dict):
        return False
    typed = any(isinstance(each, dict) and isinstance(each.get("Type"), str) for each in resources.values())
    looped = any(key.startswith(LOOP) for key in resources)
    return typed or looped or "AWSTemplateFormatVersion" in source.data


def template_of(source: Source) -> Template:
    """The template in a file. Raises DesignError, with a position, for YAML that cannot be read or has a key twice."""
    if source.data is not None:
        return Template(source.file, source.data, _lines_of_json(source.text))
    return _YamlReading(source.text, source.file).template()


def _lines_of_json(text: str) -> dict[str, int]:
    """The lines of the keys in the section of resources, and of the rules in lists of them."""
    lines: dict[str, int] = {}
    line, depth, index = 1, 0, 0
    keys = [""] * 5
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token == "\n":
            line += 1
        elif token in "{[":
            depth += 1
            if depth == 5:
                index = 0
            elif depth == 6 and (keys[1], keys[3]) == ("Resources", "Properties") and keys[4] in _RULES:
                lines[f"{keys[2]}.{keys[4]}[{index}]"] = line
                index += 1
        elif token in "}]":
            depth -= 1
        elif depth < 5 and _is_key(text, found.end()):
            keys[depth] = token[1:-1]
            if depth == 2 and keys[1] == "Resources":
                lines[keys[2]] = line
    return lines


def _is_key(text: str, end: int) -> bool:
    while text[end : end + 1].isspace():
        end += 1
    return text[end : end + 1] == ":"


class _YamlReading:
    """One reading of one text, event by event: nothing recurses, and the bounds hold while it is read."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.nodes = 0
        self.lines: dict[str, int] = {}
        self.anchors: dict[str, tuple[Any, int]] = {}

    def template(self) -> Template:
        """The template. Raises DesignError."""
        if _TAG_DIRECTIVE.search(self.text):
            self.fail("%TAG directives are not supported", None)
        try:
            data = self.document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fail(f"not YAML: {error.problem or error.context}", mark)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self.fail(f"not YAML: {error}", None)
        if not isinstance(data, dict):
            self.fail("a template is a mapping of sections", None)
        return Template(self.file, data, self.lines)

    def fail(self, message: str, mark: Any) -> NoReturn:
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise DesignError(Problem(message, (), self.file, line, column))

    def document(self) -> Any:
        """The values of the only document."""
        frames: list[_Frame] = [_Frame([], None, 0)]
        for event in yaml.parse(self.text, Loader=_LOADER):
            if isinstance(event, ScalarEvent):
                self.count(1, event)
                self.put(frames, self.scalar(frames, event), event, 1)
            elif isinstance(event, AliasEvent):
                if event.anchor not in self.anchors:
                    self.fail(f"there is no anchor {shown(event.anchor)} before", event.start_mark)
                value, nodes = self.anchors[event.anchor]
                self.count(nodes, event)
                self.put(frames, value, event, nodes)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self.count(1, event)
                if len(frames) > MAX_DEPTH:
                    self.fail(f"nested more than {MAX_DEPTH} deep", event.start_mark)
                mapping = isinstance(event, MappingStartEvent)
                frames.append(_Frame({} if mapping else [], event, self.nodes))
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                done = frames.pop()
                value = _tagged(done.finished(), done.event.tag)
                self.put(frames, value, done.event, self.nodes - done.before + 1)
            elif isinstance(event, DocumentStartEvent) and frames[0].value:
                self.fail("more than one document in a file", event.start_mark)
        if len(frames[0].value) != 1:
            self.fail("one document is expected", None)
        return frames[0].value[0]

    def count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.fail(f"more than {MAX_NODES} values", event.start_mark)

    def scalar(self, frames: list[_Frame], event: Any) -> Any:
        """A scalar as a template means it; a key is always text."""
        text: str = event.value
        if frames[-1].expects_key or (event.tag is None and not event.implicit[0]):
            return text
        if event.tag is None:
            if text in _WORDS:
                return _WORDS[text]
            return int(text) if _is_integer(text) else text
        return _tagged(text, event.tag)

    def put(self, frames: list[_Frame], value: Any, event: Any, nodes: int) -> None:
        """A finished value into what holds it."""
        if getattr(event, "anchor", None) and not isinstance(event, AliasEvent):
            self.anchors[event.anchor] = (value, nodes)
        frame = frames[-1]
        if not frame.expects_key:
            if len(frames) == 6 and isinstance(frame.value, list):
                self.mark_rule(frames, event)
            frame.take(value)
            return
        if not isinstance(value, str):
            self.fail("a key that is not text", event.start_mark)
        if value in frame.value or (value == _MERGE and frame.merged is not None):
            self.fail(f"the key {shown(value)} appears twice; only one of the two can count", event.start_mark)
        frame.key = value
        if len(frames) == 3 and frames[1].key == "Resources":
            self.lines[value] = event.start_mark.line + 1

    def mark_rule(self, frames: list[_Frame], event: Any) -> None:
        """Note the line of a rule in a list of a resource."""
        section, id, part, key = (str(frame.key) for frame in frames[1:5])
        if section == "Resources" and part == "Properties" and key in _RULES:
            self.lines[f"{id}.{key}[{len(frames[5].value)}]"] = event.start_mark.line + 1


class _Frame:
    """A list or a mapping that is being read. `before`: how many nodes were there when it began."""

    __slots__ = ("before", "event", "key", "merged", "value")

    def __init__(self, value: Any, event: Any, before: int) -> None:
        self.value = value
        self.event = event
        self.before = before
        self.key: str | None = None
        self.merged: Any = None

    @property
    def expects_key(self) -> bool:
        """Whether what comes next is a key."""
        return isinstance(self.value, dict) and self.key is None

    def take(self, value: Any) -> None:
        """A value: of the key before it, or the next of the list."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key == _MERGE:
            self.merged = value
            self.key = None
        else:
            self.value[self.key] = value
            self.key = None

    def finished(self) -> Any:
        """The whole, with what a merge key adds (tools that upload templates carry it out)."""
        for other in self.merged if isinstance(self.merged, list) else [self.merged]:
            if isinstance(other, dict):
                self.value = {**other, **self.value}
        return self.value


def _tagged(value: Any, tag: str | None) -> Any:
    """A value with its short tag carried out; YAML's own tags say nothing that a template means."""
    if tag is None or not tag.startswith("!") or tag == "!":
        return value
    name = tag[1:]
    return {name if name in _WHOLE else f"Fn::{name}": value}


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
