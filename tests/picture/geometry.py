"""What holds of the places of every picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from reachsim.picture.glyphs import width
from reachsim.picture.layout import INDENT, LINE_HEIGHT, NOTE, PAD, TITLE, Layout, Placed
from reachsim.picture.runs import Run, runs_of

Point = tuple[int, int]


def check_box(placed: Placed) -> None:
    """Its text fits, and the boxes in it are inside and apart from each other and from its text."""
    assert width(placed.title, TITLE, bold=True) <= placed.width - 2 * PAD
    assert all(width(note, NOTE) <= placed.width - 2 * PAD for note in placed.notes)
    assert all(width(mark, NOTE, bold=True) <= placed.width - 2 * PAD for mark in placed.marks)
    for one in placed.inside:
        assert placed.x < one.x < one.x + one.width < placed.x + placed.width
        assert placed.y < one.y < one.y + one.height < placed.y + placed.height
        left, _, right, bottom = text_of(placed)
        assert one.x >= right or one.y >= bottom or one.x + one.width <= left
        check_box(one)
    check_apart(placed.inside)


def check_apart(boxes: tuple[Placed, ...]) -> None:
    for one, other in combinations(boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def text_of(placed: Placed) -> tuple[int, int, int, int]:
    """Where the text of a box stands: left, top, right, bottom."""
    lines = [width(placed.title, TITLE, bold=True), *(width(note, NOTE) for note in placed.notes)]
    lines += [width(mark, NOTE, bold=True) for mark in placed.marks]
    left, top = placed.x + PAD, placed.y + PAD
    return left, top, left + int(max(lines)), top + len(lines) * LINE_HEIGHT - 4


def check_ways(layout: Layout) -> None:
    """Ways touch the boxes of their stations and keep off text and off all other boxes without boxes in them; what stands
    on them can be told apart; the legend has room."""
    placed = {each.box.key: each for box in layout.boxes for each in box.all()}
    runs = runs_of(layout)
    assert [run.way for run in runs] == list(layout.scene.ways)
    for run in runs:
        keys = [key for key, _ in run.way.stations]
        assert len(run.strokes) == len(keys) - 1
        for stroke, ends in zip(run.strokes, pairwise(keys), strict=True):
            assert on_border(stroke[0], placed[ends[0]])
            assert on_border(stroke[-1], placed[ends[1]])
            for one, other in pairwise(stroke):
                assert one[0] == other[0] or one[1] == other[1]
                check_clear(one, other, layout)
    places = [place for run in runs for place in signs(run)]
    for (x0, y0), (x1, y1) in combinations(places, 2):
        assert max(abs(x0 - x1), abs(y0 - y1)) >= 9, (x0, y0, x1, y1)
    for x, y in places:
        assert 8 <= x <= layout.width - 8
        assert 8 <= y <= layout.height - 8
    check_legend(layout)


def signs(run: Run) -> Iterator[Point]:
    """Where numbers and the sign of a stop stand."""
    yield from (place for place, _ in run.labels)
    if run.end is not None:
        yield run.end


def check_clear(one: Point, other: Point, layout: Layout) -> None:
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    for box in layout.boxes:
        for each in box.all():
            wall = text_of(each) if each.inside else (each.x, each.y, each.x + each.width, each.y + each.height)
            assert right <= wall[0] or left >= wall[2] or bottom <= wall[1] or top >= wall[3], (each.title, one, other)


def on_border(point: Point, placed: Placed) -> bool:
    x, y = point[0] - placed.x, point[1] - placed.y
    upright = x in (0, placed.width) and 0 <= y <= placed.height
    return upright or (y in (0, placed.height) and 0 <= x <= placed.width)


def check_legend(layout: Layout) -> None:
    """Under the boxes, line under line, inside the picture."""
    down = max((box.y + box.height for box in layout.boxes), default=0)
    for placed in layout.legend:
        assert placed.y - NOTE > down
        down = placed.y + LINE_HEIGHT * (len(placed.lines) - 1)
        for line in placed.lines:
            assert PAD + INDENT + width(line, NOTE, bold=placed.entry.strong) <= layout.width
    assert down <= layout.height
