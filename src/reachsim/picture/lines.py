"""What joins VPCs, and the lines that lead to it: none passes behind a box.

What joins VPCs are bars under them, each as wide as what it joins. A line leads from a VPC straight down to a bar, or, where
another VPC is in its way, out at its side and down beside the column of VPCs; so does one from the internet, on the other
side. Where lines have to pass a bar on their way to lower ones, the bar is shorter, and what does not come to it any more
meets a line from its side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from reachsim.picture.boxes import GAP, PAD, Placed, place, size
from reachsim.picture.columns import BETWEEN, LANE, VpcColumns, ends_of
from reachsim.picture.routing import Point
from reachsim.picture.scene import Line, Scene, SceneBox

_NEAR, _CORNER = 8, 4
"""How far from the sides of a bar lines pass it at least, and how far from its corners they meet it."""
_APART = 9
"""How far from each other lines meet a box at least."""


class Stroke(NamedTuple):
    """A line with its corners. `dots`: where it is joined: with boxes at its ends, and with other lines between."""

    line: Line
    points: tuple[Point, ...]
    dots: tuple[Point, ...]


@dataclass(slots=True)
class Bars:
    """What joins VPCs with its place, and all lines. `right`, `bottom`: how far that reaches."""

    placed: list[Placed] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    right: int = 0
    bottom: int = 0


def to_internet(scene: Scene, world: Placed, columns: VpcColumns) -> list[Stroke]:
    """From the internet down to the gateways of VPCs: straight to those at the top, past these to the others."""
    homes = {each.box.key: (each, vpc) for vpc in columns.vpcs for each in vpc.inside}
    strokes, taken = list[Stroke](), list[int]()
    for line in scene.lines:
        if line.one == world.box.key:
            gateway, vpc = homes[line.other]
            column = columns.column(vpc)
            x = _free(gateway.x + gateway.width // 2, gateway, taken)
            points: tuple[Point, ...] = ((x, world.bottom), (x, gateway.y))
            if vpc is not columns.columns[column][0]:
                beside, track = columns.worlds[column], vpc.y - BETWEEN // 2
                points = ((beside, world.bottom), (beside, track), (x, track), (x, gateway.y))
            strokes.append(Stroke(line, points, (points[0], points[-1])))
    return _joined(strokes, [world.box.key])


def bars_under(scene: Scene, columns: VpcColumns) -> Bars:
    """What joins VPCs, in rows from top to bottom, with the lines to it."""
    order = _nearest_first(scene, columns)
    lanes = _lanes(scene, columns, order)
    order = _clear_of_lines(order, lanes)
    bars = Bars(bottom=columns.bottom)
    waiting = {box.key for box in order}
    row: list[Placed] = []
    for box in order:
        waiting.remove(box.key)
        passing = [x for line, x in lanes.items() if box.key not in line and len(waiting & {*line}) == 1]
        low, high = _span(box, lanes)
        left, right = _clear(low, high, size(box)[0], box, lanes, passing)
        taken = [_reach(each, lanes) for each in row]
        mine = min(low, left) - GAP, max(high, right) + GAP
        hangs = any(each.box.key in line and box.key in line for each in row for line in lanes)
        if not row or hangs or any(mine[0] < end and start < mine[1] for start, end in taken):
            row, bars.bottom = [], bars.bottom + BETWEEN
            y = bars.bottom
        row.append(place(box, left, y, right - left))
        bars.placed.append(row[-1])
        bars.bottom, bars.right = max(bars.bottom, row[-1].bottom), max(bars.right, *_reach(row[-1], lanes))
    bars.strokes = _joined(list(_strokes(lanes, columns, bars.placed)), [box.key for box in order])
    return bars


def _strokes(lanes: Mapping[Line, int], columns: VpcColumns, bars: Sequence[Placed]) -> Iterator[Stroke]:
    """The lines to bars, each down its lane."""
    vpcs = columns.vpcs
    found = {placed.box.key: placed for placed in (*vpcs, *bars)}
    for line, x in lanes.items():
        upper, lower = sorted((found[line.one], found[line.other]), key=lambda placed: placed.y)
        if upper not in vpcs:
            start = _meets(upper, x, upper.bottom)[::-1]
        elif upper.x <= x <= upper.right:
            start = [(x, upper.bottom)]
        else:
            port = columns.port(upper, lower.box.key)
            start = [(upper.x, port), (x, port)]
        points = (*start, *_meets(lower, x, lower.y))
        yield Stroke(line, points, (points[0], points[-1]))


def _meets(bar: Placed, x: int, border: int) -> list[Point]:
    """How a line at `x` comes to a bar: at a border, or from the side where the bar does not reach so far."""
    if bar.x + _CORNER <= x <= bar.right - _CORNER:
        return [(x, border)]
    middle = bar.y + bar.height // 2
    return [(x, middle), (bar.x if x < bar.x else bar.right, middle)]


def _joined(strokes: Sequence[Stroke], keys: Sequence[str]) -> list[Stroke]:
    """Lines with dots where one that leads to a box turns into another that leads there too."""
    found = list(strokes)
    for key in keys:
        mine = [(index, stroke) for index, stroke in enumerate(strokes) if key in stroke.line]
        for index, stroke in mine:
            others = [piece for other, each in mine if other != index for piece in pairwise(each.points)]
            joints = [point for point in stroke.points[1:-1] if any(_on(point, piece) for piece in others)]
            found[index] = found[index]._replace(dots=tuple(dict.fromkeys((*found[index].dots, *joints))))
    return found


def _on(point: Point, piece: tuple[Point, Point]) -> bool:
    """Whether a point is on a piece of a line, and not at its end."""
    (x, y), ((x0, y0), (x1, y1)) = point, piece
    if x0 == x1:
        return x == x0 and min(y0, y1) < y < max(y0, y1)
    return y == y0 and min(x0, x1) < x < max(x0, x1)


def _free(x: int, box: Placed, taken: list[int]) -> int:
    """A place for a line at a box, as near to `x` as no other line is close to; taken from then on."""
    steps = (step for distance in range(0, box.width, _APART) for step in (x + distance, x - distance))
    inside = (at for at in steps if box.x + _APART <= at <= box.right - _APART)
    found = next((at for at in inside if all(abs(at - other) >= _APART for other in taken)), x)
    taken.append(found)
    return found


# -- bars -------------------------------------------------------------------------------------------------------------


def _span(bar: SceneBox, lanes: Mapping[Line, int]) -> tuple[int, int]:
    """From where to where a bar would reach: over all its lines, and as wide as what it says."""
    mine = [x for line, x in lanes.items() if bar.key in line]
    low = min(mine) - PAD
    return low, max(low + size(bar)[0], max(mine) + PAD)


def _reach(bar: Placed, lanes: Mapping[Line, int]) -> tuple[int, int]:
    """From where to where a bar reaches with the lines from its sides."""
    mine = [x for line, x in lanes.items() if bar.box.key in line]
    return min(bar.x, *mine), max(bar.right, *mine)


def _clear(
    low: int, high: int, need: int, bar: SceneBox, lanes: Mapping[Line, int], passing: Sequence[int]
) -> tuple[int, int]:
    """From where to where a bar reaches between the lines that pass it: where most of its own come to it, or near."""
    mine = [x for line, x in lanes.items() if bar.key in line]
    walls = sorted(passing)
    stretches = [(start + _NEAR, end - _NEAR) for start, end in pairwise([PAD - _NEAR, *walls])]
    last = walls[-1] + _NEAR if walls else low
    stretches.append((last, max(high, last + need)))
    best: tuple[tuple[int, int, int], tuple[int, int]] | None = None
    for start, end in stretches:
        if end - start < need:
            continue
        left = max(start, min(low, end - need))
        right = min(end, max(high, left + need))
        away = [max(left + _CORNER - x, x - right + _CORNER, 0) for x in mine]
        rank = (away.count(0), -min(away), right - left)
        if best is None or rank > best[0]:
            best = rank, (left, right)
    assert best is not None  # right of all lines there is always room
    return best[1]


def _clear_of_lines(order: Sequence[SceneBox], lanes: Mapping[Line, int]) -> list[SceneBox]:
    """Bars from top to bottom, so that few lines pass one: next is the first of them that the fewest lines of those below
    it pass, once what it hangs from is there."""
    spans = {box.key: _span(box, lanes) for box in order}
    rank = {box.key: index for index, box in enumerate(order)}
    waiting, found = list(order), list[SceneBox]()
    while waiting:
        left = {box.key for box in waiting}

        def passed(box: SceneBox, left: set[str] = left) -> int:
            low, high = spans[box.key]
            return sum(low < x < high for line, x in lanes.items() if box.key not in line and len(left & {*line}) == 1)

        ready = [
            box for box in waiting if not any(box.key in line and _above(line, box, rank) in left for line in lanes)
        ]
        chosen = min(ready, key=passed)
        found.append(chosen)
        waiting.remove(chosen)
    return found


def _above(line: Line, box: SceneBox, rank: Mapping[str, int]) -> str:
    """The bar that a bar hangs from by a line; empty where it hangs from none by that."""
    other = line.other if line.one == box.key else line.one
    return other if rank.get(other, len(rank)) < rank[box.key] else ""


# -- lanes ------------------------------------------------------------------------------------------------------------


def _lanes(scene: Scene, columns: VpcColumns, order: Sequence[SceneBox]) -> dict[Line, int]:
    """Where each line goes down: under its VPC or beside its column, or right of all VPCs and bars where both of its ends
    are bars."""
    bars = {box.key: row for row, box in enumerate(order)}
    wanted = [line for line in scene.lines if bars.keys() & {*line}]
    lanes: dict[Line, int] = {}
    taken: list[int] = []
    for vpc in columns.vpcs:
        mine = _side_by_side(vpc, scene, columns, bars)
        beside = {line: columns.trunk(vpc, end) for line in mine for end in line if end in bars}
        straight = [line for line in mine if beside[line] is None]
        lanes |= {line: x for line, x in beside.items() if x is not None}
        for index, line in enumerate(straight):
            lanes[line] = _free(vpc.x + vpc.width * (index + 1) // (len(straight) + 1), vpc, taken)
    right = columns.right
    for box in order:
        lows = [x for line, x in lanes.items() if box.key in line]
        right = max(right, min(lows) - PAD + size(box)[0]) if lows else right
    for line in wanted:
        if line not in lanes:
            right += LANE
            lanes[line] = right - PAD
    return lanes


def _side_by_side(vpc: Placed, scene: Scene, columns: VpcColumns, bars: Mapping[str, int]) -> list[Line]:
    """The lines of a VPC, from left to right, so that few pass a bar: those to what joins it with VPCs on its left, the
    highest bar first; those to what joins both sides; those to the right, the lowest bar first."""
    key = vpc.box.key
    places = {each.box.key: index for index, column in enumerate(columns.columns) for each in column}

    def rank(line: Line) -> tuple[int, int]:
        bar = line.other if line.one == key else line.one
        others = [places[end] - places[key] for end in ends_of(bar, scene.lines) if end in places and end != key]
        if others and max(others) < 0:
            return 0, bars[bar]
        return 1 if others and min(others) < 0 else 2, -bars[bar]

    return sorted((line for line in scene.lines if key in line and bars.keys() & {*line}), key=rank)


def _nearest_first(scene: Scene, columns: VpcColumns) -> list[SceneBox]:
    """What joins VPCs, then what lies behind that, as often as there is something behind; what joins neighbours before
    what joins VPCs far apart, and what only one VPC has to do with after them."""
    places = {each.box.key: index for index, column in enumerate(columns.columns) for each in column}
    spans = {}
    for box in scene.others:
        ends = [places[end] for end in ends_of(box.key, scene.lines) if end in places]
        spans[box.key] = max(ends) - min(ends) if len(ends) > 1 else len(places)
    reached = {*places}
    joined = {end for line in scene.lines for end in line}
    waiting, found = [box for box in scene.others if box.key in joined], list[SceneBox]()
    while waiting:
        near = {end for line in scene.lines for end in line if reached.intersection(line)}
        following = sorted([box for box in waiting if box.key in near] or waiting, key=lambda box: spans[box.key])
        found += following
        reached.update(box.key for box in following)
        waiting = [box for box in waiting if box.key not in reached]
    return found
