"""A picture as one page of HTML: it can be moved and zoomed, and traces told over it by a click.

The page needs nothing from anywhere else. Without its script everything that it says can still be read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from reachsim.answers.expectations import RESULT_TITLES, Result
from reachsim.cards import RESULT_MOODS, STYLE, TRACE_MOODS, tag
from reachsim.errors import counted, summary
from reachsim.markup import Html, element
from reachsim.picture.layout import Layout
from reachsim.picture.runs import runs_of
from reachsim.picture.scene import LegendLine
from reachsim.picture.stations import Stations
from reachsim.picture.svg import document, ways
from reachsim.picture.traced import ends_on, with_trace
from reachsim.trace.result import Trace

_HINT = "Choose a box, then another: what is sent from the first to the second is told over the picture."


class Promised(NamedTuple):
    """A trace to choose from, with the promise of the design that it is about, decided."""

    trace: Trace
    promise: Result | None = None

    @property
    def kept(self) -> bool:
        """Whether nothing gets through, as the design promises."""
        promise = self.promise
        return (
            promise is not None and promise.holds and promise.expectation.deny is not None and not self.trace.delivered
        )


def page(layout: Layout, traces: Sequence[Promised], *, left_out: int = 0, shown: bool = False) -> str:
    """A picture as a page, with traces to choose from. `left_out`: how many there are beside; `shown`: whether the first
    one is told from the start."""
    scene = layout.scene
    stations = Stations(scene)
    scenes = (with_trace(scene, asked.trace, promised=asked.kept) for asked in traces)
    told = [element("g", *ways(runs_of(layout, each.ways)), class_="told") for each in scenes]
    own = [element("g", *ways(runs_of(layout)), class_="told on")] if scene.ways else []
    picture = element(
        "div",
        document(layout, [*told, *own]),
        id="view",
        tabindex="0",
        role="group",
        aria_label="The picture: arrows move it, + and - zoom, 0 shows all",
    )
    data = {
        "boxes": [placed.box.key for box in layout.boxes for placed in box.all()],
        "titles": {
            key: box.title if box.look == "internet" else summary(box.names[: box.own] or (box.title,))
            for key, box in stations.boxes.items()
        },
        "traces": [{"ends": ends_on(asked.trace, stations)} for asked in traces],
        "hint": _HINT,
        "shown": shown,
    }
    aside = [_list(traces, left_out)] if traces else []
    body = element(
        "body",
        element("h1", scene.title),
        element(
            "main", element("div", picture, _keys(), _legend(scene.legend)), *aside, class_=None if traces else "alone"
        ),
        element("script", _json(data), type="application/json", id="data"),
        element("script", Html(_file("page.js"))),
    )
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", scene.title),
        element("style", Html(_file("page.css"))),
        *([STYLE] if traces else []),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _list(traces: Sequence[Promised], left_out: int) -> Html:
    """What can be told over the picture."""
    more = [element("p", f"and {counted(left_out, 'more trace')} that are not on this page")] if left_out else []
    items = (element("li", _button(asked), element("article", _about(asked))) for asked in traces)
    hint = element("p", _HINT, id="said", role="status")
    return element("div", element("h2", "Traces"), hint, element("ol", *items, id="traces"), *more)


def _button(asked: Promised) -> Html:
    """The verdict of the promise, where it is about one, else of the trace, and the question."""
    trace, promise = asked
    ends = f"{trace.source} \u2192 {trace.destination}"
    question, verdict = f"{ends} {trace.traffic}", _verdict(asked)
    if promise is not None:
        verb = "allow" if promise.expectation.deny is None else "deny"
        question = f"#{promise.number} {ends}: {verb} {promise.expectation.traffic}"
        verdict = (
            verdict if promise.holds else tag(RESULT_MOODS[promise.verdict], RESULT_TITLES[promise.verdict].lower())
        )
    return element(
        "button", element("span", verdict, class_="reachsim"), f" {question}", type="button", aria_expanded="true"
    )


def _verdict(asked: Promised) -> Html:
    verdict = asked.trace.verdict
    return tag("good", f"{verdict}, as promised") if asked.kept else tag(TRACE_MOODS[verdict], verdict)


def _about(asked: Promised) -> Html:
    """The card of a trace, whose style stands once on the page."""
    verdict = asked.trace.verdict
    text = (asked.trace._repr_html_() or "").replace(STYLE, "")
    return Html(text.replace(tag(TRACE_MOODS[verdict], verdict), _verdict(asked), 1))


def _keys() -> Html:
    buttons = (
        element("button", text, type="button", data_key=key, aria_label=said)
        for text, key, said in (("+", "+", "zoom in"), ("\u2212", "-", "zoom out"), ("all", "0", "show all of it"))
    )
    return element(
        "div", *buttons, element("span", "Drag to move; Ctrl and the wheel, or two fingers, to zoom."), class_="keys"
    )


def _legend(entries: Sequence[LegendLine]) -> Html:
    """What is told under the picture, for those who do not see it there."""
    lines = (element("li", f"{entry.label} {entry.text}".strip()) for entry in entries)
    return element("ul", *lines, class_="legend") if entries else Html("")


def _json(data: object) -> Html:
    """Data in a script, where no text of a user can end it."""
    return Html(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))


def _file(name: str) -> str:
    return files("reachsim.picture").joinpath(name).read_text(encoding="utf-8")
