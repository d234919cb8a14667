"""Answers as plain data for JSON. The shapes are documented in docs/cli.md: keys are added, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from reachsim.errors import DesignError, EndpointError, Problem, ReachsimError, UsageError, format_path

if TYPE_CHECKING:
    from reachsim.answers.expectations import Check
    from reachsim.net.headerspace import HeaderSpace
    from reachsim.resources.unmodelled import Door
    from reachsim.trace.result import Trace


FORMAT_VERSION = 1
"""Of the shapes of all answers. Keys are added without a new one; it is raised when one changes its meaning or goes."""


def to_json(data: Mapping[str, Any]) -> str:
    """An answer as JSON, in ASCII and with the order of keys as given, so that it is the same in every terminal and never
    lies in one. The first key is the version of its shape."""
    return "".join(json_pieces(data))


def json_pieces(data: Mapping[str, Any]) -> Iterator[str]:
    """The same piece by piece, for an answer of hundreds of megabytes."""
    return _pieces({"format_version": FORMAT_VERSION, **data}, "\n")


def plain_json(data: Any) -> str:
    """The same of what is no answer, such as the schema."""
    return "".join(_pieces(data, "\n"))


def _pieces(value: Any, newline: str) -> Iterator[str]:
    """What ``json.dumps(value, indent=2)`` gives, the parts of long lists one by one. `newline`: with the indent of what
    `value` stands in. An iterator is a list that is made meanwhile."""
    inner = f"{newline}  "
    if isinstance(value, Iterator):
        yield from _elements((_text(part, inner) for part in value), newline)
    elif isinstance(value, list | tuple) and any(map(_is_nested, value)):
        kept: _Kept = {}  # these are all there already, so that none of them can change
        yield from _elements((_text(part, inner, kept) for part in value), newline)
    elif isinstance(value, dict) and any(map(_is_nested, value.values())):
        start = inner
        yield "{"
        for key, part in value.items():
            yield f"{start}{_key(key)}"
            yield from _pieces(part, inner)
            start = f",{inner}"
        yield f"{newline}}}"
    else:
        yield _text(value, newline)


def _elements(parts: Iterator[str], newline: str) -> Iterator[str]:
    """A list of parts that are text already."""
    first = next(parts, None)
    if first is None:
        yield "[]"
        return
    inner = f"{newline}  "
    yield f"[{inner}{first}"
    for part in parts:
        yield f",{inner}{part}"
    yield f"{newline}]"


_Kept = dict[int, tuple[Any, str]]
"""Texts of lists and objects within the parts of one list, by which value it is, all with the same indent: of a million
links many share theirs."""
_MOST_KEPT, _LONGEST_KEPT = 10_000, 2_000


def _text(value: Any, newline: str, kept: _Kept | None = None) -> str:
    """The same as one text. Python's fast encoder knows no indents, but it may separate the parts of a list or an object by
    any text: so what holds no more lists and objects is left to it whole."""
    if not _is_nested(value):
        return _plain(value, newline)
    if isinstance(value, Iterator):
        return "".join(_pieces(value, newline))
    inner = f"{newline}  "
    first, last = "{}" if isinstance(value, dict) else "[]"
    if not any(map(_is_nested, value.values() if isinstance(value, dict) else value)):
        return f"{first}{inner}{_encoder(inner).encode(value)[1:-1]}{newline}{last}"
    if isinstance(value, dict):
        parts = [f"{_key(key)}{_kept_text(part, inner, kept)}" for key, part in value.items()]
    else:
        parts = [_text(part, inner) for part in value]
    within = f",{inner}".join(parts)
    return f"{first}{inner}{within}{newline}{last}"


def _kept_text(value: Any, newline: str, kept: _Kept | None) -> str:
    if kept is None or not _is_nested(value):
        return _text(value, newline)
    known = kept.get(id(value))
    if known is None:
        known = value, _text(value, newline)
        if len(known[1]) <= _LONGEST_KEPT:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[id(value)] = known
    return known[1]


def _is_nested(value: Any) -> bool:
    """Whether it takes lines of its own."""
    if type(value) in _ON_ONE_LINE:
        return False
    return bool(value) if isinstance(value, dict | list | tuple) else isinstance(value, Iterator)


_ON_ONE_LINE = frozenset({str, int, bool, float, type(None)})


def _plain(value: Any, newline: str) -> str:
    """A value on one line."""
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value)
    return str(value) if kind is int else _encoder(newline).encode(value)


def _key(key: Any) -> str:
    return f"{encode_basestring_ascii(key)}: " if type(key) is str else _encoder("").encode({key: None})[1:-5]


@cache
def _encoder(newline: str) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=True, separators=(f",{newline}", ": "))


def error_data(error: ReachsimError) -> dict[str, Any]:
    """What went wrong: ``{"error": {"kind", "message", "exit_code", ...}}``."""
    kind = UsageError if isinstance(error, UsageError) else type(error)
    out: dict[str, Any] = {"kind": kind.__name__, "message": str(error), "exit_code": error.exit_code}
    if isinstance(error, DesignError):
        out["problems"] = [problem_data(problem) for problem in error.problems]
    if isinstance(error, EndpointError):
        out |= {"name": error.name, "candidates": list(error.candidates)}
    return {"error": out}


def problem_data(problem: Problem) -> dict[str, Any]:
    """One problem of a file, or a warning."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "name": problem.name,
        "path": format_path(problem.path),
        "message": problem.message,
        "hint": problem.hint,
        "code": problem.code,
    }


def not_modelled_data(doors: Sequence[Door]) -> list[dict[str, str]]:
    """What a design has and reachsim does not model."""
    return [{"component": door.name, "kind": door.noun} for door in doors]


def boxes_data(space: HeaderSpace) -> list[dict[str, str | None]]:
    """A set as disjoint boxes."""
    return [box.to_dict() for box in space.boxes()]


def trace_data(trace: Trace, file: str) -> dict[str, Any]:
    """A trace."""
    return {"file": file, **trace.to_dict()}


def check_data(check: Check, file: str, warnings: tuple[Problem, ...]) -> dict[str, Any]:
    """Every expectation, decided."""
    results = [
        {
            **result.to_dict(),
            "failing_boxes": boxes_data(result.failing),
            "as_marked": result.as_marked,
            "blockers": [b.to_dict() for b in result.blockers],
        }
        for result in check
    ]
    return {
        "file": file,
        "ok": check.ok,
        "holds": sum(result.holds for result in check),
        "fails": len(check.failures),
        "undecided": len(check.undecided),
        "expectations": results,
        "warnings": [problem_data(problem) for problem in warnings],
    }
