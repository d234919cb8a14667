"""How texts are set: lines of a given width, columns whose cells wrap, long lists cut.

Everything that is shown may hold a name from a file that somebody else wrote, so every cell goes through
`visible`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from reachsim.markup import Style, Styled, visible
from reachsim.resources.unmodelled import Door

if TYPE_CHECKING:
    from reachsim.engine import Engine

T = TypeVar("T")
Paint = Callable[[str], Styled]
"""A colour: a method of `Style`."""
TextCell = str | tuple[str, Paint]
"""Text of one column, or text with its colour."""
TextRow = Sequence[TextCell] | str
"""Cells, or one text over all columns."""

_NO_STYLE = Style(enabled=False)
_GAP = 2
_WEIGHED_ROWS = 40
"""Rows of a long table that decide which of its columns give way."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to set a text. `width`: columns that a line may fill. `whole`: long lists are not cut."""

    style: Style = _NO_STYLE
    width: int = 100
    whole: bool = False

    def few(self, items: Sequence[T], most: int) -> Sequence[T]:
        """The first `most` items, or all of them."""
        return items if self.whole or len(items) <= most else items[:most]

    def rest(self, items: Sequence[object], most: int) -> str:
        """``... and 3 more`` for what `few` left out; empty where that is nothing."""
        left = len(items) - len(self.few(items, most))
        return f"... and {left} more (--all shows them)" if left else ""


PLAIN = Look()


def columns_of(text: str) -> int:
    """Columns of a terminal that a text fills, as `reachsim.markup` counts them."""
    return _NO_STYLE.bold(text).width


def number(count: int, word: str, plural: str = "") -> str:
    """A count with its word.

    >>> number(1, "hop"), number(2, "way"), number(0, "match", "matches")
    ('1 hop', '2 ways', '0 matches')
    """
    return f"{count:,} {word if count == 1 else plural or word + 's'}"


def holding(count: int) -> str:
    """That so many expectations hold.

    >>> holding(7), holding(1), holding(0)
    ('all of 7 expectations hold', 'the one expectation holds', 'there are no expectations')
    """
    if not count:
        return "there are no expectations"
    return "the one expectation holds" if count == 1 else f"all of {number(count, 'expectation')} hold"


def wrap(text: str, width: int) -> list[str]:
    """Safe lines of at most `width` columns, broken between words; a word is never broken. At least one
    line."""
    text = visible(text)
    if columns_of(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and columns_of(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def hanging(label: str, text: str, width: int, paint: Paint | None = None) -> list[str]:
    """`text` after `label`, its further lines under its first. `label` is already set; `paint` colours the
    text."""
    indent = columns_of(label)
    lines = wrap(text, max(width - indent, 30))
    painted = lines if paint is None else [str(paint(line)) for line in lines]
    return [label + painted[0], *(" " * indent + line for line in painted[1:])]


def grid(rows: Iterable[TextRow], width: int, *, header: Sequence[str] = (), indent: int = 0) -> list[str]:
    """Lines of rows whose columns are aligned, two spaces apart, and no wider than `width` together if
    words allow it.

    The widest columns give way first: their cells wrap. A row that is one text runs over all columns.
    `header`: a first row, underlined.
    """
    body = list(rows)
    cells = [[_plain(cell) for cell in row] for row in body if not isinstance(row, str)]
    if header:
        cells.append(list(header))
    widths = _widths(cells, width - indent)
    out: list[str] = []
    if header:
        out += _row(header, widths, indent)
        out.append(" " * indent + (" " * _GAP).join("-" * w for w in widths))
    for row in body:
        if isinstance(row, str):
            out += [" " * indent + line for line in wrap(row, width - indent)] if row else [""]
        else:
            out += _row(row, widths, indent)
    return out


def _plain(cell: TextCell) -> str:
    return visible(cell if isinstance(cell, str) else cell[0])


def _widths(cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Width of each column: what its widest cell needs, or less where that does not fit.

    The column gives way whose narrowing makes the fewest further lines, of those the widest.
    """
    count = max(map(len, cells), default=0)
    widths = [0] * count
    least = [0] * count
    for row in cells:
        for column, text in enumerate(row):
            filled = columns_of(text)
            widths[column] = max(widths[column], filled)
            if filled > least[column]:
                words = text.split()
                longest = filled if len(words) == 1 else max(map(columns_of, words), default=0)
                least[column] = max(least[column], longest)
    excess = sum(widths) + _GAP * (count - 1) - room
    sample = cells[:_WEIGHED_ROWS]
    known: dict[tuple[str, int], int] = {}
    while excess > 0:
        wide = [column for column in range(count) if widths[column] > least[column]]
        if not wide:
            break
        costs = {column: _height(sample, widths, column, known) for column in wide}
        column = min(wide, key=lambda column: (costs[column], -widths[column]))
        step = min(max(1, excess // 16), widths[column] - least[column])
        widths[column] -= step
        excess -= step
    return widths


def _height(
    rows: Sequence[Sequence[str]], widths: Sequence[int], narrower: int, known: dict[tuple[str, int], int]
) -> int:
    """Lines of rows when one column is one narrower. `known`: lines of a text at a width, once counted."""

    def lines(text: str, width: int) -> int:
        if (text, width) not in known:
            known[text, width] = len(wrap(text, width))
        return known[text, width]

    return sum(
        max(lines(text, widths[column] - (column == narrower)) for column, text in enumerate(row))
        for row in rows
        if row
    )


def _row(row: Sequence[TextCell], widths: Sequence[int], indent: int) -> list[str]:
    columns = [wrap(_plain(cell), width) for cell, width in zip(row, widths, strict=False)]
    paints = [None if isinstance(cell, str) else cell[1] for cell in row]
    lines: list[str] = []
    for index in range(max(map(len, columns), default=1)):
        parts: list[str] = []
        blank = indent
        for column, paint, width in zip(columns, paints, widths, strict=False):
            text = column[index] if index < len(column) else ""
            if text:
                parts.append(" " * blank + (text if paint is None else str(paint(text))))
                blank = width - columns_of(text) + _GAP
            else:
                blank += width + _GAP
        lines.append("".join(parts))
    return lines


_DOORS = 8


def doors_of(networks: Iterable[Engine]) -> list[Door]:
    """What some networks have that is not modelled, each once."""
    return list({door.name: door for network in networks for door in network.not_modelled}.values())


def with_doors(text: str, networks: Iterable[Engine], look: Look = PLAIN) -> str:
    """The text of an answer, and under it what is not modelled of its networks: no answer forgets that."""
    doors = doors_of(networks)
    return f"{text}\n{not_modelled_text(doors, look)}" if doors else text


def not_modelled_text(doors: Sequence[Door], look: Look = PLAIN) -> str:
    """The line under every answer about a design with something that is not modelled."""
    named = ", ".join(f"{door.name} ({door.noun})" for door in look.few(doors, _DOORS))
    if len(doors) > len(look.few(doors, _DOORS)):
        named += f" and {len(doors) - len(look.few(doors, _DOORS))} more"
    return "\n".join(["", *hanging("not modelled here: ", named, look.width, look.style.yellow)])
