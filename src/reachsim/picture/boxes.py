"""A size for each box from the inside out, then a place from the outside in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from reachsim.markup import visible
from reachsim.picture.glyphs import cut, width, wrapped
from reachsim.picture.scene import SceneBox

TITLE, NOTE = 13, 11
"""Sizes of type, in pixels."""
LINE_HEIGHT = 17
PAD = 10
INSET = 14
"""How far the text of a box stands from its sides, so that no number on the border reaches it."""
WIDEST = 300
"""How wide a line of text makes a box at most; a title that does not fit is cut, what is under it has more lines."""
GAP = 12
"""How far boxes that are in one box are apart."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its place, in pixels from the top left, its text as it fits, and the boxes inside it."""

    box: SceneBox
    x: int
    y: int
    width: int
    height: int
    title: str
    notes: tuple[str, ...]
    marks: tuple[str, ...] = ()
    inside: tuple[Placed, ...] = ()

    @property
    def right(self) -> int:
        """Where it ends on the right."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Where it ends below."""
        return self.y + self.height

    def all(self) -> Iterator[Placed]:
        """It and everything in it."""
        yield self
        for each in self.inside:
            yield from each.all()


class _Text(NamedTuple):
    """Title, notes and marks of a box as they fit, and the room that they take."""

    title: str
    notes: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def wide(self) -> int:
        lines = [width(note, NOTE) for note in self.notes] + [width(mark, NOTE, bold=True) for mark in self.marks]
        return int(max([width(self.title, TITLE, bold=True), *lines])) + 1

    @property
    def high(self) -> int:
        return LINE_HEIGHT * (1 + len(self.notes) + len(self.marks))


def _text(box: SceneBox, room: int = WIDEST) -> _Text:
    return _Text(
        cut(visible(box.title), room, TITLE, bold=True),
        tuple(line for note in box.notes for line in wrapped(visible(note), room, NOTE)),
        tuple(cut(visible(mark.text), room, NOTE, bold=True) for mark in box.marks),
    )


def text_width(placed: Placed) -> int:
    """How far the text of a box reaches from where it begins."""
    return _Text(placed.title, placed.notes, placed.marks).wide


def size(box: SceneBox, tiers: Sequence[int] = ()) -> tuple[int, int]:
    """How much room a box takes. `tiers`: how high its rows are at least."""
    text = _text(box)
    edge = [size(each) for each in box.edge]
    beside = sum(wide + GAP for wide, _ in edge) + PAD if edge else INSET
    head = max([text.high, *(high for _, high in edge)])
    wide, high = INSET + text.wide + beside, head + 2 * PAD
    for row, tier in _rows(box, tiers):
        shared = _tiers(row)
        rooms = [size(each, shared) for each in row]
        wide = max(wide, sum(room[0] for room in rooms) + GAP * (len(row) - 1) + 2 * PAD)
        high += max(tier, *(room[1] for room in rooms)) + GAP
    return wide, high


def place(box: SceneBox, x: int, y: int, wide: int, high: int = 0, tiers: Sequence[int] = ()) -> Placed:
    """A box and all that is in it; each row fills the box's width, and so does its text, where nothing is beside that.

    `high`: how high it is at least; `tiers`: how high its rows are.
    """
    text = _text(box, WIDEST if box.edge else max(WIDEST, wide - 2 * INSET))
    inside: list[Placed] = []
    left = x + INSET + text.wide + GAP
    for each in box.edge:
        inside.append(place(each, left, y + PAD, size(each)[0]))
        left = inside[-1].right + GAP
    down = y + PAD + max([text.high, *(each.height for each in inside)])
    for row, tier in _rows(box, tiers):
        inside += _row(row, x + PAD, down + GAP, wide - 2 * PAD, tier)
        down = max(inside[-1].bottom, down + GAP + tier, *(each.bottom for each in inside[-len(row) :]))
    return Placed(box, x, y, wide, max(down + PAD - y, high), *text, tuple(inside))


def _rows(box: SceneBox, tiers: Sequence[int]) -> Iterator[tuple[Sequence[SceneBox], int]]:
    """Its rows, each with how high that is at least."""
    for index, row in enumerate(box.rows):
        yield row, tiers[index] if index < len(tiers) else 0


def _row(row: Sequence[SceneBox], x: int, y: int, wide: int, tier: int) -> Iterator[Placed]:
    """Boxes beside each other; zones, and subnets of one tier, are equally high."""
    shared = _tiers(row)
    rooms = [size(each, shared) for each in row]
    spare = wide - sum(room for room, _ in rooms) - GAP * (len(row) - 1)
    tallest = max(tier, *(high for _, high in rooms)) if row[0].look == "zone" else tier
    for index, (each, (room, _)) in enumerate(zip(row, rooms, strict=True)):
        more = spare * (index + 1) // len(row) - spare * index // len(row)
        yield place(each, x, y, room + more, tallest, shared)
        x += room + more + GAP


def _tiers(row: Sequence[SceneBox]) -> tuple[int, ...]:
    """How high the rows of zones beside each other are, where these have subnets of the same sorts in the same order; none
    where they do not, or where the boxes are no zones."""
    if len(row) < 2 or any(box.look != "zone" for box in row):
        return ()
    sorts = [[inner[0].look for inner in box.rows] for box in row]
    longest = max(sorts, key=len)
    if any(mine != longest[: len(mine)] for mine in sorts):
        return ()
    heights = [[max(size(each)[1] for each in inner) for inner in box.rows] for box in row]
    return tuple(max(tier) for tier in zip_longest(*heights, fillvalue=0))
