"""Surrogate pairs of JSON: two escapes for one character, which YAML's parsers do not know.

JSON writes a character beyond U+FFFF as two escapes (RFC 8259, section 7), so a design in JSON may have them, and JSON
is YAML. Half of a pair is no character. libyaml refuses both, PyYAML's own parser takes both apart. So each pair is
written as YAML's own escape before a parser sees it, and marks are moved to where things stand in the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import yaml
from yaml.events import ScalarEvent

_PAIR: Final = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
# Escapes one after the other, so that a backslash that is escaped itself begins nothing.
_ESCAPES: Final = re.compile(_PAIR.pattern + r"|\\.", re.DOTALL)
_LONG: Final = re.compile(r"\\U[0-9a-fA-F]{8}")
_SHORTER: Final = len(r"\uD83D\uDE00") - len(r"\U0001F600")
HALF: Final = re.compile(r"\\(?:u([dD][89a-fA-F][0-9a-fA-F]{2})|U(0000[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)
"""Escapes one after the other; those with a group are half of a surrogate pair."""


def pairs_joined(text: str, parser: Callable[[str], Any]) -> tuple[str, Any]:
    """A text in which each pair is one escape, and a parser of it whose events stand where they do in `text`."""
    if _PAIR.search(text) is None:
        return text, parser(text)
    joined = _Joined(text)
    return joined.text, _JoinedParser(joined, parser(joined.text))


class _Joined:
    """`text`: with pairs joined. `places`: where, in it; `columns`: the same by line."""

    def __init__(self, text: str) -> None:
        self.places: list[int] = []
        self.originals: list[str] = []
        self.text = _ESCAPES.sub(self._join, text)
        self.columns: dict[int, list[int]] = {}
        line = at = 0
        for place in self.places:
            line += self.text.count("\n", at, place)
            at = place
            self.columns.setdefault(line, []).append(place - self.text.rfind("\n", 0, place) - 1)

    def _join(self, escape: re.Match[str]) -> str:
        if escape[1] is None:
            return escape[0]
        self.places.append(escape.start() - _SHORTER * len(self.places))
        self.originals.append(escape[0])
        return f"\\U{(int(escape[1], 16) - 0xD800 << 10) + int(escape[2], 16) - 0xDC00 + 0x10000:08X}"

    def original(self, start: int, end: int, value: str) -> str:
        """A value that is no double-quoted text, so that its backslashes are backslashes, as it was written."""
        first = bisect_left(self.places, start)
        originals = dict(zip(self.places[first:], self.originals[first:], strict=True))
        written = [originals.get(found.start()) for found in _LONG.finditer(self.text, start, end)]
        if not any(written):
            return value
        # Counted from the end: what stands before the text of a block (a comment behind its |) is no part of it.
        count = len(_LONG.findall(value))
        words = iter(written[len(written) - count :])
        return _LONG.sub(lambda found: next(words, None) or found[0], value)

    def mark(self, mark: Any) -> Any:
        """Where a place of the joined text is in the original. `index` stays one of the joined text."""
        moved = bisect_left(self.columns.get(mark.line, ()), mark.column) * _SHORTER
        return SimpleNamespace(line=mark.line, column=mark.column + moved, index=mark.index)


class _JoinedParser:
    """A parser of a joined text."""

    def __init__(self, joined: _Joined, parser: Any) -> None:
        self.joined = joined
        self.parser = parser

    def get_event(self) -> Any:
        """The next event."""
        try:
            event = self.parser.get_event()
        except yaml.MarkedYAMLError as error:
            for name in ("context_mark", "problem_mark"):
                mark = getattr(error, name)
                if mark is not None:
                    setattr(error, name, self.joined.mark(mark))
            raise
        if event is not None:
            start, end = event.start_mark, event.end_mark
            if event.__class__ is ScalarEvent and event.style != '"':
                event.value = self.joined.original(start.index, end.index, event.value)
            event.start_mark, event.end_mark = self.joined.mark(start), self.joined.mark(end)
        return event

    def get_mark(self) -> Any:
        """Where the parser is."""
        return self.joined.mark(self.parser.get_mark())
