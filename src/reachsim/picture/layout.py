"""Where everything on a picture stands: VPCs under the internet, under them what joins them and what is joined with nothing,
and what is told under all that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from reachsim.markup import visible
from reachsim.picture.boxes import GAP, INSET, LINE_HEIGHT, NOTE, PAD, TITLE, WIDEST, Placed, place, size
from reachsim.picture.columns import BETWEEN, columns_of
from reachsim.picture.glyphs import cut, width, wrapped
from reachsim.picture.lines import Stroke, bars_under, to_internet
from reachsim.picture.scene import Grid, LegendLine, Scene

_NARROWEST, _LEGEND = WIDEST + 2 * INSET + PAD, 640
"""How wide a picture is at least, and one with a legend."""
_ENTRY = 3
"""How far entries of the legend are apart, so that the signs beside them are."""
_ONE_COLUMN = 9
"""How many numbered entries of the legend stand under each other before they are put into columns."""
INDENT = 34
"""How far the text of the legend stands from the left."""
_TITLE_WIDEST = 800
"""How far a picture grows to the right for its own title."""


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry of the legend: its lines as they fit, the first of which stands on the line at `y`; it begins at `x`."""

    entry: LegendLine
    x: int
    y: int
    lines: tuple[str, ...]


CELL = 22
"""How wide and how high a cell of a grid is."""


@dataclass(frozen=True, slots=True)
class PlacedGrid:
    """A grid: its first row of cells begins at `x` and `y`, under a row of numbers and right of the labels as they fit."""

    grid: Grid
    x: int
    y: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture with places. `title`: in lines as they fit; `bottom`: where the boxes end and the legend begins."""

    scene: Scene
    title: tuple[str, ...]
    width: int
    height: int
    bottom: int
    boxes: tuple[Placed, ...]
    strokes: tuple[Stroke, ...]
    legend: tuple[PlacedEntry, ...] = ()
    grid: PlacedGrid | None = None


def lay_out(scene: Scene) -> Layout:
    """Give everything on a scene its place."""
    wide = columns_of(scene, 0).right
    right = max(wide, _LEGEND if scene.legend else _NARROWEST, PAD + _title_width(scene))
    title = _title(scene, right - PAD)
    top = PAD + LINE_HEIGHT * len(title) + PAD
    above = 0 if scene.internet is None else place(scene.internet, PAD, top, right - PAD).height + BETWEEN
    columns = columns_of(scene, top + above)
    bars = bars_under(scene, columns)
    right = max(right, bars.right)
    loose, right, down = _loose(scene, right, max(bars.bottom, top))
    boxes = [*columns.vpcs, *bars.placed, *loose]
    strokes = list(bars.strokes)
    if scene.internet is not None:
        boxes.insert(0, place(scene.internet, PAD, top, right - PAD))
        strokes += to_internet(scene, boxes[0], columns)
    legend, end = _legend(scene, right, down)
    grid = None
    if scene.grid is not None:
        grid = _grid(scene.grid, end)
        count = len(grid.labels)
        right, end = max(right, grid.x + CELL * count), grid.y + CELL * count
    return Layout(scene, title, right + PAD, end + PAD, down, tuple(boxes), tuple(strokes), tuple(legend), grid)


def _grid(grid: Grid, down: int) -> PlacedGrid:
    """A grid under everything else, its labels numbered."""
    labels = tuple(cut(visible(f"{n}  {label}"), WIDEST, NOTE) for n, label in enumerate(grid.labels, 1))
    wide = max((int(width(label, NOTE)) + 1 for label in labels), default=0)
    return PlacedGrid(grid, PAD + wide + GAP, down + CELL, labels)


def _legend(scene: Scene, right: int, down: int) -> tuple[list[PlacedEntry], int]:
    """What is told under the boxes, and how far down it reaches. Many numbered entries stand in columns."""
    placed: list[PlacedEntry] = []
    y = down + BETWEEN if scene.legend else down
    for numbered, group in groupby(scene.legend, key=lambda entry: entry.label != ""):
        entries = list(group)
        wide = max(int(width(visible(entry.text), NOTE)) + 1 for entry in entries) + INDENT + BETWEEN
        columns = max((right - PAD) // wide, 1) if numbered and len(entries) > _ONE_COLUMN else 1
        rows, top, at = -(-len(entries) // columns), y, y
        for index, entry in enumerate(entries):
            column, row = divmod(index, rows)
            at = top if row == 0 else at
            lines = tuple(wrapped(visible(entry.text), right - PAD - INDENT, NOTE, bold=entry.strong))
            placed.append(PlacedEntry(entry, PAD + wide * column, at, lines))
            at += LINE_HEIGHT * len(lines) + _ENTRY
            y = max(y, at)
    return placed, y


def _title(scene: Scene, room: float) -> tuple[str, ...]:
    """The title of a picture in lines, two at most: a difference names two files."""
    first, *rest = wrapped(visible(scene.title), room, TITLE, bold=True) or [""]
    return (first, cut(" ".join(rest), room, TITLE, bold=True)) if rest else (first,)


def _title_width(scene: Scene) -> int:
    return min(int(width(visible(scene.title), TITLE, bold=True)) + 1, _TITLE_WIDEST)


def _loose(scene: Scene, right: int, down: int) -> tuple[list[Placed], int, int]:
    """What no line leads to, side by side as far as the picture is wide; and how far the picture reaches then."""
    joined = {end for line in scene.lines for end in line}
    placed: list[Placed] = []
    x, y = PAD, down + BETWEEN
    for box in scene.others:
        if box.key in joined:
            continue
        wide, high = size(box)
        if x > PAD and x + wide > right:
            x, y = PAD, down + GAP
        placed.append(place(box, x, y, wide))
        x += wide + GAP
        right, down = max(right, PAD + wide), max(down, y + high)
    return placed, right, down
