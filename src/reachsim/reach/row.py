"""One row of the matrix: most classes have nothing to say to most others, and of these nothing is kept."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

from reachsim.errors import counted
from reachsim.faces import Faced

SMALL: Final = 0xFFFF
"""The greatest number that two bytes hold."""


@dataclass(eq=False, slots=True, repr=False)
class Row(Faced):
    """Numbers of answers by column, 0 for nothing. Going over it gives that of every column.

    `width`: how many columns there are; `columns`: those of which something is kept, ascending; `numbers`: theirs, of which
    some may be 0 too. Rows of classes that walk alike share their columns.
    """

    width: int
    columns: Sequence[int]
    numbers: array[int]

    def __len__(self) -> int:
        return self.width

    def __getitem__(self, column: int) -> int:
        columns, numbers = self.columns, self.numbers
        if len(columns) == self.width:
            return numbers[column]
        at = bisect_left(columns, column)
        return numbers[at] if at < len(columns) and columns[at] == column else 0

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers if len(self.columns) == self.width else self._whole())

    def __str__(self) -> str:
        return f"{sum(1 for _ in self.answered())} of {counted(self.width, 'column')}"

    def answered(self) -> Iterator[tuple[int, int]]:
        """The columns with a number other than 0, each with it, in order."""
        numbers = self.numbers
        return zip(compress(self.columns, numbers), filter(None, numbers), strict=True)

    def renumbered(self, numbers: Sequence[int], greatest: int) -> Row:
        """The same by other numbers, of which none is greater than `greatest`: that for each one here, by its place."""
        return Row(self.width, self.columns, _packed(list(map(numbers.__getitem__, self.numbers)), greatest))

    def _whole(self) -> array[int]:
        return _spread(self.width, self.columns, self.numbers)


NO_ROW: Final = Row(0, range(0), array("H"))
"""Where nobody is there to be sent anything."""


def rows_of(width: int, told: Mapping[int, int], numbers: Sequence[Sequence[int]], greatest: int) -> list[Row]:
    """Rows with the same columns. `told`: where among `numbers`, those of each row, the one for a column stands; none of
    them is greater than `greatest`. Where that takes no more, rows are kept whole."""
    if len(told) * (len(numbers) + 1) >= width * len(numbers):
        at = [told.get(column, -1) for column in range(width)]
        whole = [[*row, 0] for row in numbers] if len(told) < width else numbers  # the last one is at place -1
        return [Row(width, range(width), _packed([row[place] for place in at], greatest)) for row in whole]
    columns = sorted(told)
    order = [told[column] for column in columns]
    shared = _packed(columns, width)
    return [Row(width, shared, _packed([row[at] for at in order], greatest)) for row in numbers]


def _packed(numbers: Sequence[int], greatest: int) -> array[int]:
    """Two bytes for each number, as long as they are that small."""
    return array("H" if greatest <= SMALL else "I", numbers)


def _spread(width: int, columns: Sequence[int], numbers: array[int]) -> array[int]:
    """Numbers at their columns, and 0 at all others."""
    out = array(numbers.typecode, [0]) * width
    for column, number in zip(columns, numbers, strict=True):
        out[column] = number
    return out
