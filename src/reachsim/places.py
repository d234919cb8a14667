"""Where something stands in a file, as a value and as the text that answers have for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reachsim.errors import summary, visible


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. `line`, `column`: from 1; None where nobody knows. `name`: what it is called there, where that
    is not a key of the design: an address of Terraform, the logical id of a template, the way through some JSON.

    >>> str(Place("design.yaml", 7, 3)), str(Place("a.yaml", 31, name="DbGroup")), str(Place("plan.json", name="aws_vpc.a"))
    ('design.yaml:7', 'a.yaml:31 DbGroup', 'plan.json: aws_vpc.a')
    """

    file: str
    line: int | None = None
    column: int | None = None
    name: str = ""

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.file}: {self.name}" if self.name else self.file
        return f"{self.file}:{self.line}" + (f" {self.name}" if self.name else "")


_PLAIN = re.compile(r"(.*):(\d+)", re.DOTALL)
_NAMED = re.compile(r"(.+?):(?: |(?=\d+ ))(.+)", re.DOTALL)
"""A place with what it is called in a file that was imported, with its line or without (`Place`)."""


def line_of(where: str) -> str:
    """A place without its file: ``:23`` of ``file:23``; of a file that was imported, its name there (``:31 DbGroup``,
    ``aws_vpc.a``). Empty where nothing is written."""
    if found := _PLAIN.fullmatch(where):
        return f":{found[2]}"
    if found := _NAMED.fullmatch(where):
        return f":{found[2]}" if where[found.start(2) - 1] == ":" else found[2]
    return where


def file_of(where: str) -> str:
    """The file of a place."""
    found = _PLAIN.fullmatch(where) or _NAMED.fullmatch(where)
    return where if found is None else found[1]


def number_of(where: str) -> int | None:
    """The number of the line of a place, where it has one."""
    found = _PLAIN.fullmatch(where)
    number = found[2] if found is not None else line_of(where).removeprefix(":").partition(" ")[0]
    return int(number) if number.isascii() and number.isdigit() else None


def legend_of(wheres: Iterable[str]) -> str:
    """What says in which file some places are; empty where nothing is written."""
    written = [where for where in wheres if where]
    numbers = all(map(_PLAIN.fullmatch, written))
    files = summary(list(dict.fromkeys(map(file_of, written))))
    return visible(f"(:N in {files})" if numbers else f"(in {files})") if files else ""
