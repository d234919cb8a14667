"""Addresses of resources as Terraform writes them: `module.x["a.b"].data.aws_subnet.y[0]`.

The grammar is that of Terraform's documentation, "Resource Addressing". A key of for_each is any string: dots,
brackets and escaped quotes in it are no steps of the address, so an address is never split at its dots.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TypeAlias

from reachsim.errors import shown

_NAME = re.compile(r"[^\W\d][\w-]*")
_COUNT = re.compile(r"\[(0|[1-9][0-9]{0,17})\]", re.ASCII)
_KEY = re.compile(r'\[("(?:[^"\\]|\\.)*")\]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_WRITTEN = {value: "\\" + letter for letter, value in _ESCAPES.items()}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f]')

Key: TypeAlias = int | str | None
"""An index of count, a key of for_each, or None where there is but one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One name of an address and the key behind it."""

    name: str
    key: Key = None

    def __str__(self) -> str:
        return self.name + _bracketed(self.key)


@dataclass(frozen=True, slots=True)
class Address:
    """One resource: the modules that it is in from the root, its type, its name, its key."""

    modules: tuple[Step, ...]
    type: str
    name: str
    key: Key = None
    data: bool = False

    def __str__(self) -> str:
        modules = [f"module.{step}" for step in self.modules]
        return ".".join((*modules, *(("data",) if self.data else ()), self.type, str(Step(self.name, self.key))))

    @property
    def configured(self) -> Address:
        """The address of the block of the configuration that it was made of: the same without keys."""
        return Address(tuple(Step(step.name) for step in self.modules), self.type, self.name, data=self.data)


def parse(text: str) -> Address:
    """The address that a text is. Raises ValueError, with the place, for what is none."""
    names = steps(text)
    at = 0
    modules: list[Step] = []
    while at + 1 < len(names) and names[at] == Step("module"):
        modules.append(names[at + 1])
        at += 2
    data = len(names) - at == 3 and names[at] == Step("data")
    rest = names[at + data :]
    if len(rest) != 2 or rest[0].key is not None or rest[0].name in ("module", "data"):
        raise ValueError(f"{shown(text)} is no address of a resource, such as module.x.aws_subnet.y[0]")
    return Address(tuple(modules), rest[0].name, rest[1].name, rest[1].key, data)


def steps(text: str) -> list[Step]:
    """The names between the dots, each with its key."""
    found: list[Step] = []
    at = 0
    while True:
        name = _NAME.match(text, at)
        if name is None:
            raise ValueError(f"{shown(text)} is no address: a name is missing at character {at + 1}")
        at = name.end()
        key: Key = None
        if count := _COUNT.match(text, at):
            key, at = int(count[1]), count.end()
        elif quoted := _KEY.match(text, at):
            key, at = _unquoted(quoted[1], text), quoted.end()
        found.append(Step(name[0], key))
        if at == len(text):
            return found
        if text[at] != ".":
            raise ValueError(f"{shown(text)} is no address: a dot or a key is missing at character {at + 1}")
        at += 1


def _unquoted(quoted: str, text: str) -> str:
    """The string in quotes: HCL's escapes that an address has, and `$${` and `%%{` for what would be a
    template."""

    def plain(escape: re.Match[str]) -> str:
        if digits := escape[1] or escape[2]:
            if int(digits, 16) <= sys.maxunicode:
                return chr(int(digits, 16))
        elif escape[3] in _ESCAPES:
            return _ESCAPES[escape[3]]
        raise ValueError(f"{shown(text)} is no address: {shown(escape[0])} is no escape of a string")

    return _ESCAPE.sub(plain, quoted[1:-1]).replace("$${", "${").replace("%%{", "%{")


def _bracketed(key: Key) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    quoted = _TO_ESCAPE.sub(_escaped, key).replace("${", "$${").replace("%{", "%%{")
    return f'["{quoted}"]'


def _escaped(found: re.Match[str]) -> str:
    return _WRITTEN.get(found[0]) or f"\\u{ord(found[0]):04x}"
