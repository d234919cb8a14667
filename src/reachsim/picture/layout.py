"""Where everything on a picture stands: a size for each box from the inside out, then a place from the outside in.

VPCs stand side by side under the internet, in rows where they are many. What joins them are bars below, each as
wide as what it joins; a line goes straight down from a VPC to a bar, each on a lane of its own, behind the boxes that it
does not lead to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reachsim.markup import visible
from reachsim.picture.glyphs import cut, width, wrapped
from reachsim.picture.scene import Grid, LegendLine, Line, Scene, SceneBox

TITLE, NOTE = 13, 11
"""Sizes of type, in pixels."""
LINE_HEIGHT = 17
PAD = 10
INSET = 14
"""How far the text of a box stands from its sides, so that no number on the border reaches it."""
WIDEST = 300
"""How wide a line of text makes a box at most; a title that does not fit is cut, what is under it has more lines."""
_GAP, _LANE, _BETWEEN, _APART = 12, 26, 28, 9
_NARROWEST, _LEGEND, _WIDE = WIDEST + 2 * INSET + PAD, 640, 1900
"""How wide a picture is at least, and one with a legend; where a row of VPCs ends."""
_ENTRY = 3
"""How far entries of the legend are apart, so that the signs beside them are."""
INDENT = 34
"""How far the text of the legend stands from the left."""
_TITLE_WIDEST = 800
"""How far a picture grows to the right for its own title."""


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

    def all(self) -> Iterator[Placed]:
        """It and everything in it."""
        yield self
        for each in self.inside:
            yield from each.all()


class Stroke(NamedTuple):
    """A line straight down at `x`. `front`: from where it is in front of boxes, and not behind them."""

    x: int
    top: int
    bottom: int
    line: Line
    front: int


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry of the legend: its lines as they fit, the first of which stands on the line at `y`."""

    entry: LegendLine
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
    vpcs = _vpcs(scene, 0)
    wide = max((vpc.x + vpc.width for vpc in vpcs), default=0)
    right = max(wide, _LEGEND if scene.legend else _NARROWEST, PAD + _title_width(scene))
    title = _title(scene, right - PAD)
    top = PAD + LINE_HEIGHT * len(title) + PAD
    above = 0 if scene.internet is None else _place(scene.internet, PAD, top, right - PAD).height + _BETWEEN
    vpcs = _vpcs(scene, top + above)
    down = max((vpc.y + vpc.height for vpc in vpcs), default=top)
    bars, strokes, beside, down = _bars(scene, vpcs, down)
    right = max(right, beside)
    loose, right, down = _loose(scene, right, down)
    boxes = [*vpcs, *bars, *loose]
    if scene.internet is not None:
        boxes.insert(0, _place(scene.internet, PAD, top, right - PAD))
        strokes += _to_internet(scene, boxes)
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
    return PlacedGrid(grid, PAD + wide + _GAP, down + CELL, labels)


def _vpcs(scene: Scene, y: int) -> list[Placed]:
    """VPCs side by side from `y` on, in rows that are not too wide."""
    placed: list[Placed] = []
    lanes = _vpc_lanes(scene)
    x, below = PAD, y
    for vpc in scene.vpcs:
        wide = max(_size(vpc)[0], _LANE * (lanes[vpc.key] + 1))
        if x > PAD and x + wide > _WIDE:
            x, y = PAD, below + _BETWEEN
        placed.append(_place(vpc, x, y, wide))
        x, below = x + wide + _BETWEEN, max(below, y + placed[-1].height)
    return placed


def _legend(scene: Scene, right: int, down: int) -> tuple[list[PlacedEntry], int]:
    """What is told under the boxes, and how far down it reaches."""
    placed: list[PlacedEntry] = []
    y = down + _BETWEEN if scene.legend else down
    for entry in scene.legend:
        lines = tuple(wrapped(visible(entry.text), right - PAD - INDENT, NOTE, bold=entry.strong))
        placed.append(PlacedEntry(entry, y, lines))
        y += LINE_HEIGHT * len(lines) + _ENTRY
    return placed, y


def _title(scene: Scene, room: float) -> tuple[str, ...]:
    """The title of a picture in lines, two at most: a difference names two files."""
    first, *rest = wrapped(visible(scene.title), room, TITLE, bold=True) or [""]
    return (first, cut(" ".join(rest), room, TITLE, bold=True)) if rest else (first,)


def _title_width(scene: Scene) -> int:
    return min(int(width(visible(scene.title), TITLE, bold=True)) + 1, _TITLE_WIDEST)


# -- boxes ------------------------------------------------------------------------------------------------------


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


def _size(box: SceneBox) -> tuple[int, int]:
    """How much room a box takes."""
    text = _text(box)
    wide, high = text.wide, text.high
    edge = [_size(each) for each in box.edge]
    rows = [[_size(each) for each in row] for row in box.rows]
    beside = sum(w + _GAP for w, _ in edge) + PAD if edge else INSET
    inside = (sum(w for w, _ in row) + _GAP * (len(row) - 1) + 2 * PAD for row in rows)
    head = max([high, *(h for _, h in edge)])
    return max([INSET + wide + beside, *inside]), head + sum(max(h for _, h in row) + _GAP for row in rows) + 2 * PAD


def _place(box: SceneBox, x: int, y: int, wide: int) -> Placed:
    """A box and all that is in it; each row fills the box's width, and so does its text, where nothing is beside that."""
    text = _text(box, WIDEST if box.edge else max(WIDEST, wide - 2 * INSET))
    inside: list[Placed] = []
    left = x + INSET + text.wide + _GAP
    for each in box.edge:
        inside.append(_place(each, left, y + PAD, _size(each)[0]))
        left += inside[-1].width + _GAP
    down = y + PAD + max([text.high, *(each.height for each in inside)])
    for row in box.rows:
        left = x + PAD
        spare = wide - 2 * PAD - sum(_size(each)[0] for each in row) - _GAP * (len(row) - 1)
        placed = []
        for index, each in enumerate(row):
            more = spare * (index + 1) // len(row) - spare * index // len(row)
            placed.append(_place(each, left, down + _GAP, _size(each)[0] + more))
            left += placed[-1].width + _GAP
        inside += placed
        down += _GAP + max(each.height for each in placed)
    return Placed(box, x, y, wide, down + PAD - y, *text, tuple(inside))


# -- lines ------------------------------------------------------------------------------------------------------


def _vpc_lanes(scene: Scene) -> Mapping[str, int]:
    """How many lines come out of each VPC at the bottom."""
    return {vpc.key: sum(vpc.key in line for line in scene.lines) for vpc in scene.vpcs}


def _to_internet(scene: Scene, boxes: Sequence[Placed]) -> Iterator[Stroke]:
    """From the internet down to the gateways of VPCs."""
    found = {placed.box.key: (placed, box) for box in boxes for placed in box.all()}
    taken: list[int] = []
    first = min((box.y for box in boxes if box.box.look == "vpc"), default=0)
    for line in scene.lines:
        if scene.internet is not None and line.one == scene.internet.key:
            (gateway, vpc), (world, _) = found[line.other], found[line.one]
            top, x = world.y + world.height, _free(gateway.x + gateway.width // 2, gateway, taken)
            yield Stroke(x, top, gateway.y, line, top if vpc.y == first else vpc.y)


def _free(x: int, box: Placed, taken: list[int]) -> int:
    """A place for a line at a box, as near to `x` as no other line is close to; taken from then on."""
    steps = (step for distance in range(0, box.width, _APART) for step in (x + distance, x - distance))
    inside = (at for at in steps if box.x + _APART <= at <= box.x + box.width - _APART)
    found = next((at for at in inside if all(abs(at - other) >= _APART for other in taken)), x)
    taken.append(found)
    return found


def _bars(scene: Scene, vpcs: Sequence[Placed], down: int) -> tuple[list[Placed], list[Stroke], int, int]:
    """What joins VPCs, one bar under the other, with its lines; and how far they reach to the right and down."""
    order = _nearest_first(scene)
    lanes = _lanes(scene, vpcs, order)
    order = _clear_of_lines(order, lanes)
    right = 0
    bars: list[Placed] = []
    for box in order:
        low, high = _span(box, lanes)
        bars.append(_place(box, low, down + _BETWEEN, high - low))
        down += _BETWEEN + bars[-1].height
        right = max(right, high)
    found = {placed.box.key: placed for placed in (*vpcs, *bars)}
    strokes = []
    for line, x in lanes.items():
        upper, lower = sorted((found[line.one], found[line.other]), key=lambda placed: placed.y)
        strokes.append(Stroke(x, upper.y + upper.height, lower.y, line, lower.y))
    return bars, strokes, right, down


def _span(bar: SceneBox, lanes: Mapping[Line, int]) -> tuple[int, int]:
    """From where to where a bar reaches: over all its lines, and as wide as what it says."""
    mine = [x for line, x in lanes.items() if bar.key in line]
    low = min(mine) - PAD
    return low, max(low + _size(bar)[0], max(mine) + PAD)


def _clear_of_lines(order: Sequence[SceneBox], lanes: Mapping[Line, int]) -> list[SceneBox]:
    """Bars from top to bottom, so that few lines pass behind one: next is the first of them that hides the fewest lines of
    those below it, once what it hangs from is there."""
    spans = {box.key: _span(box, lanes) for box in order}
    rank = {box.key: index for index, box in enumerate(order)}
    waiting, found = list(order), list[SceneBox]()
    while waiting:
        left = {box.key for box in waiting}

        def hidden(box: SceneBox, left: set[str] = left) -> int:
            low, high = spans[box.key]
            return sum(low < x < high for line, x in lanes.items() if box.key not in line and len(left & {*line}) == 1)

        ready = [
            box for box in waiting if not any(box.key in line and _above(line, box, rank) in left for line in lanes)
        ]
        chosen = min(ready, key=hidden)
        found.append(chosen)
        waiting.remove(chosen)
    return found


def _above(line: Line, box: SceneBox, rank: Mapping[str, int]) -> str:
    """The bar that a bar hangs from by a line; empty where it hangs from none by that."""
    other = line.other if line.one == box.key else line.one
    return other if rank.get(other, len(rank)) < rank[box.key] else ""


def _loose(scene: Scene, right: int, down: int) -> tuple[list[Placed], int, int]:
    """What no line leads to, side by side as far as the picture is wide; and how far the picture reaches then."""
    joined = {end for line in scene.lines for end in line}
    placed: list[Placed] = []
    x, y = PAD, down + _BETWEEN
    for box in scene.others:
        if box.key in joined:
            continue
        wide, high = _size(box)
        if x > PAD and x + wide > right:
            x, y = PAD, down + _GAP
        placed.append(_place(box, x, y, wide))
        x += wide + _GAP
        right, down = max(right, PAD + wide), max(down, y + high)
    return placed, right, down


def _lanes(scene: Scene, vpcs: Sequence[Placed], order: Sequence[SceneBox]) -> dict[Line, int]:
    """Where each line goes down: under its VPC, or right of all VPCs and bars where both of its ends are bars."""
    bars = {box.key: row for row, box in enumerate(order)}
    wanted = [line for line in scene.lines if bars.keys() & {*line}]
    lanes: dict[Line, int] = {}
    taken: list[int] = []
    for vpc in vpcs:
        mine = _side_by_side(scene, vpc.box.key, bars)
        for index, line in enumerate(mine):
            lanes[line] = _free(vpc.x + vpc.width * (index + 1) // (len(mine) + 1), vpc, taken)
    right = max([vpc.x + vpc.width for vpc in vpcs], default=0)
    for box in order:
        lows = [x for line, x in lanes.items() if box.key in line]
        right = max(right, min(lows) - PAD + _size(box)[0]) if lows else right
    for line in wanted:
        if line not in lanes:
            right += _LANE
            lanes[line] = right - PAD
    return lanes


def _side_by_side(scene: Scene, vpc: str, bars: Mapping[str, int]) -> list[Line]:
    """The lines down from a VPC, from left to right, so that few pass behind a bar: those to what joins it with VPCs on
    its left, the highest bar first; those to what joins both sides; those to the right, the lowest bar first."""
    places = {box.key: index for index, box in enumerate(scene.vpcs)}

    def place(line: Line) -> tuple[int, int]:
        bar = line.other if line.one == vpc else line.one
        others = [places[end] - places[vpc] for end in _ends_of(bar, scene) if end in places and end != vpc]
        if others and max(others) < 0:
            return 0, bars[bar]
        return 1 if others and min(others) < 0 else 2, -bars[bar]

    return sorted((line for line in scene.lines if vpc in line and bars.keys() & {*line}), key=place)


def _ends_of(box: str, scene: Scene) -> set[str]:
    """What a box is joined with."""
    return {end for line in scene.lines if box in line for end in line if end != box}


def _nearest_first(scene: Scene) -> list[SceneBox]:
    """What joins VPCs, then what lies behind that, as often as there is something behind; what joins neighbours before
    what joins VPCs far apart, and what only one VPC has to do with after them."""
    places = {vpc.key: index for index, vpc in enumerate(scene.vpcs)}
    spans = {}
    for box in scene.others:
        ends = [places[end] for end in _ends_of(box.key, scene) if end in places]
        spans[box.key] = max(ends) - min(ends) if len(ends) > 1 else len(places)
    reached = {vpc.key for vpc in scene.vpcs}
    joined = {end for line in scene.lines for end in line}
    waiting, found = [box for box in scene.others if box.key in joined], list[SceneBox]()
    while waiting:
        near = {end for line in scene.lines for end in line if reached.intersection(line)}
        following = sorted([box for box in waiting if box.key in near] or waiting, key=lambda box: spans[box.key])
        found += following
        reached.update(box.key for box in following)
        waiting = [box for box in waiting if box.key not in reached]
    return found
