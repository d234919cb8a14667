"""What holds of the places of every picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, permutations, product
from typing import NamedTuple

from reachsim.picture.boxes import INSET, LINE_HEIGHT, NOTE, PAD, TITLE, Placed
from reachsim.picture.glyphs import width
from reachsim.picture.layout import INDENT, Layout
from reachsim.picture.runs import Run, runs_of

Point = tuple[int, int]


class Area(NamedTuple):
    """What something covers, and what that is."""

    left: float
    top: float
    right: float
    bottom: float
    what: str


def check_box(placed: Placed) -> None:
    """Its text fits, and the boxes in it are inside and apart from each other and from its text."""
    assert width(placed.title, TITLE, bold=True) <= placed.width - 2 * INSET
    assert all(width(note, NOTE) <= placed.width - 2 * INSET for note in placed.notes)
    assert all(width(mark, NOTE, bold=True) <= placed.width - 2 * INSET for mark in placed.marks)
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
    left, top = placed.x + INSET, placed.y + PAD
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
                check_clear(one, other, layout, ends)
    places = [place for run in runs for place in signs(run)]
    for (x0, y0), (x1, y1) in combinations(places, 2):
        assert max(abs(x0 - x1), abs(y0 - y1)) >= 9, (x0, y0, x1, y1)
    for x, y in places:
        assert 8 <= x <= layout.width - 8
        assert 8 <= y <= layout.height - 8
    check_legend(layout)
    check_told(layout)


def check_legible(layout: Layout) -> None:
    """No number, sign, way, head of an arrow or line is on a text, or nearer to it than a pixel."""
    texts = [text for box in layout.boxes for placed in box.all() for text in texts_of(placed)]
    over = [area for run in runs_of(layout) for area in areas_of(run)]
    over += [
        Area(min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1, "line")
        for (x0, y0), (x1, y1) in (piece for stroke in layout.strokes for piece in pairwise(stroke.points))
    ]
    for area in over:
        for text in texts:
            beside = area.right + 1 <= text.left or text.right + 1 <= area.left
            assert beside or area.bottom + 1 <= text.top or text.bottom + 1 <= area.top, (area, text)


def texts_of(placed: Placed) -> Iterator[Area]:
    """Each line of a box as it is written: from the tops of capitals, or of what is higher, to the ends of descenders."""
    left, line = placed.x + INSET, placed.y + PAD + TITLE - 2
    yield Area(left, line - 0.75 * TITLE, left + width(placed.title, TITLE, bold=True), line + 3, placed.title)
    notes = [(note, False) for note in placed.notes] + [(mark, True) for mark in placed.marks]
    for text, bold in notes:
        line += LINE_HEIGHT
        yield Area(left, line - 0.75 * NOTE, left + width(text, NOTE, bold=bold), line + 3, text)


def areas_of(run: Run) -> Iterator[Area]:
    """What a way covers, half the width of its strokes included (svg.py)."""
    for (x, y), label in run.labels:
        half = max(8, 3 + 3 * len(label)) + 0.5
        yield Area(x - half, y - 8.5, x + half, y + 8.5, label)
    if run.end is not None:
        x, y = run.end
        yield Area(x - 9.5, y - 9.5, x + 9.5, y + 9.5, "stop")
    for stroke in run.strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            yield Area(min(x0, x1) - 1.5, min(y0, y1) - 1.5, max(x0, x1) + 1.5, max(y0, y1) + 1.5, run.way.look)
    if run.end is None and run.strokes:
        (x0, y0), (x, y) = run.strokes[-1][-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)  # 9 long, 5 to each side
        wings = [(x, y), (x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx), (x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx)]
        (left, *_, right), (top, *_, bottom) = (sorted(values) for values in zip(*wings, strict=True))
        yield Area(left - 0.5, top - 0.5, right + 0.5, bottom + 0.5, "head")


def signs(run: Run) -> Iterator[Point]:
    """Where numbers and the sign of a stop stand."""
    yield from (place for place, _ in run.labels)
    if run.end is not None:
        yield run.end


def check_clear(one: Point, other: Point, layout: Layout, ends: tuple[str, str]) -> None:
    """A stretch of a way is on no text and on no box without boxes in it; of others than it leads to, not on the border."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    for box in layout.boxes:
        for each in box.all():
            wall = text_of(each) if each.inside else (each.x, each.y, each.x + each.width, each.y + each.height)
            off = 0 if each.box.key in ends else 1
            clear = (wall[0] - right, left - wall[2], wall[1] - bottom, top - wall[3])
            assert max(clear) >= off, (each.title, one, other)


def on_border(point: Point, placed: Placed) -> bool:
    x, y = point[0] - placed.x, point[1] - placed.y
    upright = x in (0, placed.width) and 0 <= y <= placed.height
    return upright or (y in (0, placed.height) and 0 <= x <= placed.width)


def check_told_apart(layout: Layout) -> None:
    """Ways that run beside each other do so with a gap between their strokes, which are 3 wide."""
    pieces = [piece for run in runs_of(layout) for stroke in run.strokes for piece in pairwise(stroke)]
    for (a, b), (c, d) in combinations(pieces, 2):
        for across, along in ((0, 1), (1, 0)):
            if a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < 5:
                low = max(min(a[along], b[along]), min(c[along], d[along]))
                high = min(max(a[along], b[along]), max(c[along], d[along]))
                assert high <= low, (a, b, c, d)


def check_told(layout: Layout) -> None:
    """Every number of the legend is on the picture, at ways or in boxes, and the other way round, and so is every look of a
    way that it tells."""
    ways = layout.scene.ways
    numbers = {label for way in ways for _, label in way.stations} - {""} | {*numbers_on(layout)}
    assert {entry.label for entry in layout.scene.legend} - {""} == numbers
    told = {entry.look for entry in layout.scene.legend if entry.look in ("there", "back", "ahead")}
    drawn = {way.look for way in ways if len(way.stations) > 1 or way.stations[0][1]}
    assert told <= drawn, told - drawn


def numbers_on(layout: Layout) -> Iterator[str]:
    """The numbers of changes that boxes say."""
    for box in layout.scene.boxes:
        for mark in box.marks:
            words, _, numbers = mark.text.partition(" here: ")
            if words not in ("from", "to"):
                continue
            for each in numbers.split():
                first, _, last = each.partition("\u2026")
                yield from (f"{first[0]}{n}" for n in range(int(first[1:]), int((last or first)[1:]) + 1))


def check_legend(layout: Layout) -> None:
    """Under the boxes, line under line and column beside column, inside the picture."""
    down = max((box.y + box.height for box in layout.boxes), default=0)
    left = {placed.x: down for placed in layout.legend}
    for placed in layout.legend:
        assert placed.y - NOTE > down
        assert placed.y >= left[placed.x] + 18 + 1 - LINE_HEIGHT  # as high as a sign
        left[placed.x] = placed.y + LINE_HEIGHT * len(placed.lines)
        assert left[placed.x] - LINE_HEIGHT <= layout.height
        for line in placed.lines:
            end = placed.x + INDENT + width(line, NOTE, bold=placed.entry.strong)
            assert end <= layout.width
            beside = [each.x for each in layout.legend if each.x > placed.x and abs(each.y - placed.y) < LINE_HEIGHT]
            assert all(end < x for x in beside)


def check_lines(layout: Layout) -> None:
    """Lines lead from border to border, up, down and across, and none passes a box that it does not lead to, at whose side
    it would seem to end; two run in one place only if they lead to the same."""
    placed = {each.box.key: each for box in layout.boxes for each in box.all()}
    for stroke in layout.strokes:
        ends = [placed[key] for key in stroke.line]
        assert any(
            on_border(stroke.points[0], one) and on_border(stroke.points[-1], other)
            for one, other in permutations(ends)
        )
        assert {stroke.points[0], stroke.points[-1]} <= {*stroke.dots}
        for one, other in pairwise(stroke.points):
            assert (one[0] == other[0]) != (one[1] == other[1]), stroke
            for box in layout.boxes:
                if not {*stroke.line} & {each.box.key for each in box.all()}:
                    assert apart(one, other, box) >= 4, (stroke.line, box.title)
    for first, second in combinations(layout.strokes, 2):
        if {*first.line} & {*second.line}:
            continue
        for (a, b), (c, d) in product(pairwise(first.points), pairwise(second.points)):
            for across, along in ((0, 1), (1, 0)):
                if a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < 4:
                    low = max(min(a[along], b[along]), min(c[along], d[along]))
                    assert min(max(a[along], b[along]), max(c[along], d[along])) <= low, (first, second)
    check_dots(layout)


def check_dots(layout: Layout) -> None:
    """Where a line turns into another that leads to the same, there is a dot; where lines cross, there is none."""
    for first, second in permutations(layout.strokes, 2):
        for corner in first.points[1:-1]:
            on = any(on_piece(corner, one, other) for one, other in pairwise(second.points))
            if on and corner not in second.points:
                assert {*first.line} & {*second.line}, (first, second)
                assert corner in first.dots, (first, second)
    for stroke in layout.strokes:
        assert {*stroke.dots} <= {*stroke.points}


def on_piece(point: Point, one: Point, other: Point) -> bool:
    return all(min(a, b) <= at <= max(a, b) for at, a, b in zip(point, one, other, strict=True))


def apart(one: Point, other: Point, box: Placed) -> int:
    """How far a stretch of a line is from a box; at most 0 where it is in it."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return max(box.x - right, left - box.right, box.y - bottom, top - box.bottom)


def check_off_lines(layout: Layout) -> None:
    """No way runs along a line, which it would cover."""
    ways = [piece for run in runs_of(layout) for stroke in run.strokes for piece in pairwise(stroke)]
    lines = [piece for stroke in layout.strokes for piece in pairwise(stroke.points)]
    for (a, b), (c, d) in product(ways, lines):
        for across, along in ((0, 1), (1, 0)):
            if a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < 4:
                low = max(min(a[along], b[along]), min(c[along], d[along]))
                assert min(max(a[along], b[along]), max(c[along], d[along])) <= low, (a, b, c, d)
