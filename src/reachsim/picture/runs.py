"""Where the ways of a picture run, once its boxes have their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from reachsim.picture.boxes import INSET, LINE_HEIGHT, PAD, Placed, text_width
from reachsim.picture.layout import Layout
from reachsim.picture.routing import Point, Rect, Router, ports
from reachsim.picture.scene import Way

_MARGIN = 4
"""How far ways stay from the edge of the picture."""


@dataclass(frozen=True, slots=True)
class Run:
    """A way with its places. `strokes`: the corners from each station to the next; `labels`: what stands where it begins
    and where it comes to a station; `end`: where it is stopped."""

    way: Way
    strokes: tuple[tuple[Point, ...], ...]
    labels: tuple[tuple[Point, str], ...]
    end: Point | None


def runs_of(layout: Layout, ways: Sequence[Way] | None = None) -> tuple[Run, ...]:
    """Ways over a picture with their places, in their order; left out: its own."""
    ways = layout.scene.ways if ways is None else ways
    if not ways:
        return ()
    placed = {each.box.key: each for box in layout.boxes for each in box.all()}
    boxes = {key: _rect(each) for key, each in placed.items()}
    used = dict.fromkeys(key for way in ways for key, _ in way.stations)
    top = PAD + LINE_HEIGHT * len(layout.title)
    area = Rect(_MARGIN, top + _MARGIN, layout.width - _MARGIN, layout.bottom + PAD - _MARGIN)
    rooms = [_rect(box) for box in layout.boxes]
    router = Router(area, list(_walls(placed.values())), boxes.values(), [boxes[key] for key in used], rooms)
    for stroke in layout.strokes:  # or a way would cover the line
        router.keep_off(stroke.points)
    return tuple(_run(way, boxes, router) for way in ways)


def _run(way: Way, boxes: Mapping[str, Rect], router: Router) -> Run:
    keys = [key for key, _ in way.stations]
    strokes = [tuple(router.way(boxes[one], boxes[other])) for one, other in pairwise(keys)]
    places = [strokes[0][0], *(stroke[-1] for stroke in strokes)] if strokes else [_beside(boxes[keys[0]], router)]
    labels = [(place, label) for place, (_, label) in zip(places, way.stations, strict=True) if label]
    end = None
    if way.end is not None:  # a station and the end of the way at one place: the end stands beside it
        there = strokes and not way.stations[-1][1]
        end = places[-1] if there else _beside(boxes[keys[-1]], router, places[-1])
    return Run(way, tuple(strokes), tuple(labels), end)


def _beside(box: Rect, router: Router, other: Point | None = None) -> Point:
    """A place on the border of a box where nothing is yet; the nearest to another place there."""
    places = [(x, y) for x in (box.right, box.left) for y in ports(box.top, box.bottom)]
    places += [(x, y) for y in (box.top, box.bottom) for x in ports(box.left, box.right)]
    free = [place for place in places if router.is_free(place)] or places
    near = (box.right, box.top) if other is None else other
    found = min(free, key=lambda place: abs(place[0] - near[0]) + abs(place[1] - near[1]))
    router.take(found)
    return found


def _walls(placed: Iterable[Placed]) -> Iterator[Rect]:
    """What no way runs through: boxes without boxes inside, and the text of the others."""
    for each in placed:
        if each.inside:
            lines = 1 + len(each.notes) + len(each.marks)
            left, top = each.x + INSET, each.y + PAD
            yield Rect(left - 3, top - 3, left + text_width(each) + 3, top + lines * LINE_HEIGHT)
        else:
            yield _rect(each)


def _rect(placed: Placed) -> Rect:
    return Rect(placed.x, placed.y, placed.x + placed.width, placed.y + placed.height)


# -- whether they can be told apart -----------------------------------------------------------------------------------

_STROKES, _NUMBER, _HEAD = 5, 9, 6
"""How far the strokes of two ways are apart at least where they run side by side; how far a number and the head of an arrow
reach from where they stand."""


def told_apart(runs: Sequence[Run]) -> bool:
    """Whether each way can be followed: none runs along another with another number, through that number or into its end."""
    for one, other in combinations(runs, 2):
        if one.way.stations[0][1] == other.way.stations[0][1] != "":  # of one thing: they may join
            continue
        mine, theirs = list(_pieces(one)), list(_pieces(other))
        if any(_along(piece, each) for piece in mine for each in theirs):
            return False
        own, others = list(_places(one)), list(_places(other))
        if any(_touches(place, each) for place in own for each in theirs):
            return False
        if any(_touches(place, each) for place in others for each in mine):
            return False
        if any(max(abs(x - u), abs(y - v)) < size + room for (x, y), size in own for (u, v), room in others):
            return False
    return True


def _pieces(run: Run) -> Iterator[tuple[Point, Point]]:
    return (piece for stroke in run.strokes for piece in pairwise(stroke))


def _places(run: Run) -> Iterator[tuple[Point, int]]:
    """Where it begins, ends and has numbers, and how far what stands there reaches."""
    numbered = {place for place, _ in run.labels}
    for place in dict.fromkeys((*(stroke[0] for stroke in run.strokes), *(stroke[-1] for stroke in run.strokes[-1:]))):
        yield place, _NUMBER if place in numbered else _HEAD


def _along(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two pieces run side by side too near to each other."""
    for across, along in ((0, 1), (1, 0)):
        straight = one[0][across] == one[1][across] and other[0][across] == other[1][across]
        if straight and abs(one[0][across] - other[0][across]) < _STROKES:
            low = max(min(one[0][along], one[1][along]), min(other[0][along], other[1][along]))
            high = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along]))
            if low < high:
                return True
    return False


def _touches(place: tuple[Point, int], piece: tuple[Point, Point]) -> bool:
    """Whether a piece of a way comes to where another one begins or ends."""
    ((x, y), size), ((x0, y0), (x1, y1)) = place, piece
    near = size + 2
    return min(x0, x1) - near < x < max(x0, x1) + near and min(y0, y1) - near < y < max(y0, y1) + near
