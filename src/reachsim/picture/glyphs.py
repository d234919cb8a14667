"""How wide text is, and text that is cut to a width.

The widths are rounded up from wide sans-serif fonts, so that text fits whatever font a browser takes.
"""

from __future__ import annotations

import unicodedata

_NARROW, _MIDDLE, _USUAL, _CAPITAL, _WIDEST = 0.35, 0.44, 0.66, 0.8, 1.0
_BOLD = 1.12


def glyph(character: str) -> float:
    """The width of one character, in parts of the size of the font."""
    if character in "ijl.,:;'| I!":
        return _NARROW
    if character in "()[]/\\-frt":
        return _MIDDLE
    if character in "mwMW@%&":
        return _WIDEST
    if character.isascii():
        return _CAPITAL if character.isupper() or character in "#<>=+~_" else _USUAL
    return 1.3 if unicodedata.east_asian_width(character) in "WF" else _WIDEST


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line is at most, in the unit of the size."""
    return sum(map(glyph, text)) * size * (_BOLD if bold else 1)


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Text that fits into a room: whole, or its beginning and an ellipsis.

    >>> cut("web", 100, 10), cut("a long name", 40, 10)
    ('web', 'a lon…')
    """
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Text as lines that fit into a room, broken between words; a word that is too long is cut.

    >>> wrapped("one two three", 60, 10)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(cut(word, room, size, bold=bold))
    return lines
