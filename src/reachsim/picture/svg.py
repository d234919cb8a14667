"""A picture as SVG: self-contained, without a script, for light and dark, and for readers who cannot see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reachsim.errors import summary
from reachsim.markup import Html, element, escape
from reachsim.picture.boxes import INSET, LINE_HEIGHT, NOTE, PAD, TITLE, Placed
from reachsim.picture.layout import CELL, INDENT, Layout, PlacedEntry, PlacedGrid
from reachsim.picture.lines import Stroke
from reachsim.picture.routing import Point
from reachsim.picture.runs import Run, runs_of
from reachsim.picture.scene import Appearance, Scene, Sign
from reachsim.stages import going_over

LIGHT: dict[Appearance, tuple[str, str]] = {
    "internet": ("#eef3f8", "#44546a"),
    "vpc": ("#ffffff", "#6b3fa0"),
    "zone": ("#f7f9fb", "#5a6b7b"),
    "public": ("#eaf5e6", "#2f6614"),
    "private": ("#e6f1f8", "#1f6f9f"),
    "component": ("#ffffff", "#5a6b7b"),
    "gateway": ("#f3ecfa", "#6b3fa0"),
    "connection": ("#fdf1e3", "#9a5b00"),
    "network": ("#f0f0f0", "#444444"),
}
_DARK: dict[Appearance, tuple[str, str]] = {
    "internet": ("#1c2733", "#9fb3c8"),
    "vpc": ("#14181d", "#b99be0"),
    "zone": ("#1a2027", "#93a4b5"),
    "public": ("#1b2a15", "#8cc66b"),
    "private": ("#14283a", "#7fbbe3"),
    "component": ("#14181d", "#93a4b5"),
    "gateway": ("#271c36", "#b99be0"),
    "connection": ("#33240f", "#e0a850"),
    "network": ("#262626", "#bbbbbb"),
}
"""Fill and border of each look."""
MARKS: dict[str, tuple[str, str]] = {
    "stop": ("#b3261e", "#ff9a90"),
    "kept": ("#1b6b3a", "#86d9a0"),
    "unknown": ("#6941c6", "#c9b3ff"),
    "removed": ("#b3261e", "#ff9a90"),
    "added": ("#1b6b3a", "#86d9a0"),
    "changed": ("#8a5a00", "#f0c060"),
    "gained": ("#b3261e", "#ff9a90"),
    "lost": ("#5a6b7b", "#93a4b5"),
    "end": ("#0b57a4", "#8ec5ff"),
    "group": ("#0b57a4", "#8ec5ff"),
}
"""Colours of each look of a mark, light and dark, the weightiest first."""
_WAYS = {
    "there": ("#0b57a4", "#8ec5ff"),
    "back": ("#1b6b3a", "#86d9a0"),
    "ahead": ("#5a6b7b", "#93a4b5"),
    "opened": ("#b3261e", "#ff9a90"),
    "closed": ("#5a6b7b", "#93a4b5"),
    "altered": ("#8a5a00", "#f0c060"),
    "reaches": ("#0b57a4", "#8ec5ff"),
}
SIGNS: dict[Sign, str] = {"all": "\u25cf", "some": "\u25d0", "part": "~", "unknown": "?", "none": "\u00b7", "same": ""}
_SHADES = {
    "all": ("#9cc3ea", "#1d4f80"),
    "some": ("#d8e8f7", "#17324d"),
    "part": ("#f6e3b8", "#4a3606"),
    "unknown": ("#e2d8f8", "#3a2a63"),
    "none": ("#ffffff", "#0e1216"),
    "same": ("#e8ebee", "#262c33"),
}
"""The sign and the shade of each cell of a grid, light and dark."""
_WAY_DASHES = {"back": "7 4", "ahead": "2 5", "closed": "7 4"}
_DASHES = {"zone": "6 4", "network": "2 3", "internet": "2 3"}
_INK, _NIGHT_INK = "#1a1a1a", "#f0f0f0"
_PAPER, _NIGHT = "#ffffff", "#0e1216"


_NAMES = 40
"""How many of the things that are folded into a box its tooltip names."""


def svg(layout: Layout) -> str:
    """A picture as one SVG document."""
    return str(document(layout, ways(runs_of(layout))))


def ways(runs: Iterable[Run]) -> list[Html]:
    """Ways as parts of a document."""
    return [_run(run) for run in runs]


def document(layout: Layout, over: Sequence[Html]) -> Html:
    """A picture with parts over it."""
    scene = layout.scene
    title = [
        element("text", line, x=PAD, y=PAD + TITLE + LINE_HEIGHT * index, class_="title")
        for index, line in enumerate(layout.title)
    ]
    return element(
        "svg",
        element("title", scene.title),
        element("desc", scene.description),
        element("style", Html(_style(told=bool(over or scene.legend)))),
        element("rect", width=layout.width, height=layout.height, class_="paper"),
        *title,
        *(part for box in layout.boxes for part in _box(box)),
        *(_line(stroke, scene) for stroke in sorted(layout.strokes, key=lambda each: each.line not in scene.differing)),
        *(_dot(x, y) for x, y in dict.fromkeys(dot for stroke in layout.strokes for dot in stroke.dots)),
        *over,
        *(part for entry in layout.legend for part in _entry(entry)),
        *(_grid(layout.grid) if layout.grid is not None else ()),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {layout.width} {layout.height}",
        width=layout.width,
        height=layout.height,
        role="img",
    )


def _box(placed: Placed) -> Iterator[Html]:
    """A box, its text and what is in it. Its title tells the whole text, where that was cut, and what is folded into it."""
    box = placed.box
    folded = (summary(box.names, _NAMES),) if len(box.names) > 1 else ()
    whole = "\n".join((box.title, *box.notes, *(mark.text for mark in box.marks), *folded))
    x, y = placed.x + INSET, placed.y + PAD + TITLE - 2
    rect = element("rect", x=placed.x, y=placed.y, width=placed.width, height=placed.height, rx=4, class_=_look(placed))
    texts = [element("text", placed.title, x=x, y=y, class_="title")]
    texts += [
        element("text", note, x=x, y=y + LINE_HEIGHT * index, class_="note")
        for index, note in enumerate(placed.notes, 1)
    ]
    texts += [
        element("text", text, x=x, y=y + LINE_HEIGHT * index, class_=f"mark {mark.look}")
        for index, (text, mark) in enumerate(zip(placed.marks, box.marks, strict=True), 1 + len(placed.notes))
    ]
    yield element("g", element("title", whole), rect, *texts)
    for inner in placed.inside:
        yield from _box(inner)


def _look(placed: Placed) -> str:
    """The look of a box, and that of the weightiest mark on it."""
    looks = {mark.look for mark in placed.box.marks}
    marked = next((f" marked-{look}" for look in MARKS if look in looks), "")
    return f"{placed.box.look}{marked}"


def _run(run: Run) -> Html:
    """A way: its strokes, what stands at its stations, and where it is stopped."""
    parts = [element("path", d=_path(stroke), class_=run.way.look) for stroke in run.strokes]
    parts += [_arrow(stroke, run.way.look) for stroke in run.strokes[-1:] if run.end is None]
    parts += [part for place, label in run.labels for part in _label(place, label, run.way.look)]
    if run.end is not None and run.way.end is not None:
        parts += _stop(run.end, run.way.end)
    return element("g", *parts, class_="way")


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _arrow(points: Sequence[Point], look: str) -> Html:
    """The head of an arrow at the last point."""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    wings = [(x, y), (x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx), (x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx)]
    return element("path", d=_path(wings) + "Z", class_=f"head {look}")


def _label(place: Point, label: str, look: str) -> Iterator[Html]:
    """A number on a round ground; of an answer, and of what is closed, on a square one."""
    x, y = place
    half = max(8, 3 + 3 * len(label))
    corner = 1 if look in ("back", "closed") else 5 if look == "altered" else 8
    yield element("rect", x=x - half, y=y - 8, width=2 * half, height=16, rx=corner, class_=f"station {look}")
    yield element("text", label, x=x, y=y + 4, class_="number", text_anchor="middle")


def _stop(place: Point, look: str) -> Iterator[Html]:
    """A sign where a way ends."""
    x, y = place
    yield element("circle", cx=x, cy=y, r=9, class_=f"sign {look}")
    if look == "stop":
        yield element("path", d=f"M{x - 4} {y - 4}L{x + 4} {y + 4}M{x - 4} {y + 4}L{x + 4} {y - 4}", class_="cross")
    elif look == "kept":
        yield element("path", d=f"M{x - 4} {y}L{x - 1} {y + 4}L{x + 5} {y - 4}", class_="cross")
    else:
        yield element("text", "?", x=x, y=y + 4, class_="number", text_anchor="middle")


def _entry(placed: PlacedEntry) -> Iterator[Html]:
    """A line of the legend, with a piece of the way or the sign that it explains."""
    entry, left, y = placed.entry, placed.x, placed.y
    middle = (left + 12, y - 4)
    if entry.label:
        yield from _label(middle, entry.label, entry.look or "there")
    elif entry.look in ("stop", "kept", "unknown"):
        yield from _stop(middle, entry.look)
    elif entry.look in _WAYS:
        yield element("path", d=f"M{left} {y - 4}L{left + 24} {y - 4}", class_=entry.look)
    x = left if entry.look is None else left + INDENT
    for index, line in enumerate(placed.lines):
        yield element("text", line, x=x, y=y + LINE_HEIGHT * index, class_="mark" if entry.strong else "note")


def _grid(placed: PlacedGrid) -> Iterator[Html]:
    """A grid: a sign and a shade in every cell, which tells the whole in its title."""
    grid, x, y = placed.grid, placed.x, placed.y
    for index, label in enumerate(placed.labels):
        middle = CELL * index + CELL // 2
        yield element("text", label, x=PAD, y=y + middle + 4, class_="note")
        yield element("text", index + 1, x=x + middle, y=y - 6, class_="note", text_anchor="middle")
    for row, signs in enumerate(going_over("rows of the grid", grid.rows)):
        top = y + CELL * row
        told = (grid.said.get((row, column), "") for column in range(len(signs)))
        cells = (_cell(x + CELL * column, top, *each) for column, each in enumerate(zip(signs, told, strict=True)))
        yield Html("".join(cells))


def _cell(left: int, top: int, sign: Sign, said: str) -> str:
    """A cell of a grid. There may be a million of them, so it is written here and not put together of elements."""
    title = f"<title>{escape(said)}</title>" if said else ""
    return (
        f'<g class="grid">{title}<rect x="{left}" y="{top}" width="{CELL}" height="{CELL}" class="cell {sign}"/>'
        f'<text x="{left + CELL // 2}" y="{top + 15}">{SIGNS[sign]}</text></g>'
    )


def _line(stroke: Stroke, scene: Scene) -> Html:
    look = scene.differing.get(stroke.line)
    title = [element("title", look)] if look else []
    return element("path", *title, d=_path(stroke.points), class_=f"line {look}" if look else "line")


def _dot(x: int, y: int) -> Html:
    """Where a line is joined, which tells it from one that it crosses."""
    return element("circle", cx=x, cy=y, r=3, class_="end")


def _style(*, told: bool) -> str:
    """Plain rules, without variables, which not every reader of SVG knows. `told`: whether something is told over it."""
    dashes = [f".{look}{{stroke-dasharray:{dash}}}" for look, dash in _DASHES.items()]
    rules = [
        "text{font-family:Helvetica,Arial,sans-serif}",
        f".title{{font-size:{TITLE}px;font-weight:bold}}.note{{font-size:{NOTE}px}}",
        ".line{stroke-width:2;fill:none}",
        *dashes,
        *(_shapes_told() if told else ()),
        *_colours(LIGHT, _INK, _PAPER),
        *(_told(0, _PAPER) if told else ()),
        "@media (prefers-color-scheme:dark){",
        *_colours(_DARK, _NIGHT_INK, _NIGHT),
        *(_told(1, _NIGHT) if told else ()),
        "}",
    ]
    return "\n".join(rules)


def _colours(looks: dict[Appearance, tuple[str, str]], ink: str, paper: str) -> Iterator[str]:
    yield f"text{{fill:{ink}}}.paper{{fill:{paper}}}.line{{stroke:{ink}}}.end{{fill:{ink}}}"
    for look, (fill, border) in looks.items():
        yield f".{look}{{fill:{fill};stroke:{border}}}"


def _shapes_told() -> Iterator[str]:
    """Sizes and dashes of marks and ways."""
    yield f".mark{{font-size:{NOTE}px;font-weight:bold}}.number{{font-size:10px;font-weight:bold}}"
    ways = ",".join(f"path.{look}" for look in _WAYS)
    yield f"path{{fill:none}}{ways}{{stroke-width:3;stroke-linejoin:round}}path.head{{stroke-width:1}}"
    yield from (f"path.{look}{{stroke-dasharray:{dash}}}" for look, dash in _WAY_DASHES.items())
    yield "path.head{stroke-dasharray:none}.cross{stroke-width:2.5}"
    yield from (f".marked-{look}{{stroke-width:3}}" for look in MARKS)
    yield ".marked-group,.marked-gained,.marked-lost{stroke-width:1.5}.cell{stroke-width:1}"
    yield ".marked-removed,.line.removed{stroke-dasharray:9 5}.line.added{stroke-width:4}"
    yield f".grid text{{font-size:{NOTE}px;text-anchor:middle}}"


def _told(scheme: int, paper: str) -> Iterator[str]:
    """Colours of what is told over a picture: of marks and ways."""
    yield f".number{{fill:{paper}}}.cross{{stroke:{paper}}}"
    for look, colours in MARKS.items():
        yield f".mark.{look}{{fill:{colours[scheme]}}}.marked-{look}{{stroke:{colours[scheme]}}}"
        yield f".sign.{look}{{fill:{colours[scheme]}}}.line.{look}{{stroke:{colours[scheme]}}}"
    border = (LIGHT, _DARK)[scheme]["zone"][1]
    for sign, colours in _SHADES.items():
        yield f".cell.{sign}{{fill:{colours[scheme]};stroke:{border}}}"
    for look, colours in _WAYS.items():
        yield f".{look}{{stroke:{colours[scheme]}}}.head.{look},.station.{look}{{fill:{colours[scheme]}}}"
