"""A picture as SVG: self-contained, without a script, for light and dark, and for readers who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.errors import summary
from reachsim.markup import Html, element
from reachsim.picture.layout import LINE_HEIGHT, NOTE, PAD, TITLE, Layout, Placed, Stroke

_LIGHT = {
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
_DARK = {
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
_DASHES = {"zone": "6 4", "network": "2 3", "internet": "2 3"}
_INK, _NIGHT_INK = "#1a1a1a", "#f0f0f0"
_PAPER, _NIGHT = "#ffffff", "#0e1216"


_NAMES = 40
"""How many of the things that are folded into a box its tooltip names."""


def svg(layout: Layout) -> str:
    """A picture as one SVG document."""
    scene = layout.scene
    title = element("text", layout.title, x=PAD, y=PAD + TITLE, class_="title")
    return str(
        element(
            "svg",
            element("title", scene.title),
            element("desc", scene.description),
            element("style", Html(_style())),
            element("rect", width=layout.width, height=layout.height, class_="paper"),
            title,
            *(_line(stroke) for stroke in layout.strokes if not _to_gateway(layout, stroke)),
            *(part for box in layout.boxes for part in _box(box)),
            *(_line(stroke) for stroke in layout.strokes if _to_gateway(layout, stroke)),
            *(end for stroke in layout.strokes for end in _ends(stroke)),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {layout.width} {layout.height}",
            width=layout.width,
            height=layout.height,
            role="img",
        )
    )


def _box(placed: Placed) -> Iterator[Html]:
    """A box, its text and what is in it. Its title tells the whole text, where that was cut, and what is folded into it."""
    box = placed.box
    folded = (summary(box.names, _NAMES),) if len(box.names) > 1 else ()
    whole = "\n".join((box.title, *box.notes, *folded))
    x, y = placed.x + PAD, placed.y + PAD + TITLE - 2
    rect = element("rect", x=placed.x, y=placed.y, width=placed.width, height=placed.height, rx=4, class_=box.look)
    texts = [element("text", placed.title, x=x, y=y, class_="title")]
    texts += [
        element("text", note, x=x, y=y + LINE_HEIGHT * index, class_="note")
        for index, note in enumerate(placed.notes, 1)
    ]
    yield element("g", element("title", whole), rect, *texts)
    for inner in placed.inside:
        yield from _box(inner)


def _to_gateway(layout: Layout, stroke: Stroke) -> bool:
    """Whether a line leads from the internet into a VPC, so that it is in front; the others pass behind boxes."""
    internet = layout.scene.internet
    return internet is not None and internet.key in stroke.line


def _line(stroke: Stroke) -> Html:
    return element("line", x1=stroke.x, y1=stroke.top, x2=stroke.x, y2=stroke.bottom, class_="line")


def _ends(stroke: Stroke) -> Iterator[Html]:
    """A dot where a line is joined with a box, which tells it from one that passes behind."""
    for end in (stroke.top, stroke.bottom):
        yield element("circle", cx=stroke.x, cy=end, r=3, class_="end")


def _style() -> str:
    """Plain rules, without variables, which not every reader of SVG knows."""
    dashes = [f".{look}{{stroke-dasharray:{dash}}}" for look, dash in _DASHES.items()]
    rules = [
        "text{font-family:Helvetica,Arial,sans-serif}",
        f".title{{font-size:{TITLE}px;font-weight:bold}}.note{{font-size:{NOTE}px}}",
        ".line{stroke-width:2}",
        *dashes,
        *_colours(_LIGHT, _INK, _PAPER),
        "@media (prefers-color-scheme:dark){",
        *_colours(_DARK, _NIGHT_INK, _NIGHT),
        "}",
    ]
    return "\n".join(rules)


def _colours(looks: dict[str, tuple[str, str]], ink: str, paper: str) -> Iterator[str]:
    yield f"text{{fill:{ink}}}.paper{{fill:{paper}}}.line{{stroke:{ink}}}.end{{fill:{ink}}}"
    for look, (fill, border) in looks.items():
        yield f".{look}{{fill:{fill};stroke:{border}}}"
