"""A picture as one page of HTML: it can be moved and zoomed, and traces told over it by a click.

The page needs nothing from anywhere else. Without its script everything that it says can still be read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from reachsim.answers.expectations import RESULT_TITLES, Result
from reachsim.cards import RESULT_MOODS, STYLE, TRACE_MOODS, joined, tag
from reachsim.errors import counted, summary
from reachsim.markup import Html, element
from reachsim.picture.diffed import ToldDifference
from reachsim.picture.layout import Layout
from reachsim.picture.runs import runs_of
from reachsim.picture.scene import LegendLine, Scene, Way
from reachsim.picture.stations import Stations
from reachsim.picture.svg import document, ways
from reachsim.picture.traced import ends_on, with_trace
from reachsim.trace.result import Trace

_NAMES = 40
"""How many ends of a change are named."""


class Telling(NamedTuple):
    """Something that is told over the picture once it is chosen from a list. `ways`: its lines; `title`: its button;
    `about`: what is told of it there; `sources`, `destinations`: the boxes that choose it."""

    ways: Sequence[Way]
    title: tuple[object, ...]
    about: Html
    sources: Sequence[str]
    destinations: Sequence[str]


class Tellings(NamedTuple):
    """What a page tells by a click. `noun`, `hint`: what one is, and what is said before one is chosen; `otherwise`: what is
    said where there is none between two boxes; `left_out`: how many there are beside; `shown`: whether the first is told
    from the start."""

    all: Sequence[Telling] = ()
    noun: str = "trace"
    hint: str = ""
    otherwise: str = ""
    left_out: int = 0
    shown: bool = False


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


def page(layout: Layout, choices: Tellings | None = None) -> str:
    """A picture as a page, with what can be told over it."""
    scene, choices = layout.scene, choices or Tellings()
    stations = Stations(scene)
    told = [element("g", *ways(runs_of(layout, each.ways)), class_="told") for each in choices.all]
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
        "choices": [{"ends": [each.sources, each.destinations]} for each in choices.all],
        "noun": choices.noun,
        "hint": choices.hint,
        "otherwise": choices.otherwise,
        "shown": choices.shown,
    }
    aside = [_list(choices)] if choices.all else []
    legend = [entry for entry in scene.legend if not (aside and entry.label)]  # the list tells these
    body = element(
        "body",
        element("h1", scene.title),
        element("main", element("div", picture, _keys(), _legend(legend)), *aside, class_=None if aside else "alone"),
        element("script", _json(data), type="application/json", id="data"),
        element("script", Html(_file("page.js"))),
    )
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", scene.title),
        element("style", Html(_file("page.css"))),
        *([STYLE] if aside else []),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _list(choices: Tellings) -> Html:
    """What can be told over the picture."""
    left = choices.left_out
    more = [
        element(
            "p", f"and {counted(left, f'more {choices.noun}')} that {'is' if left == 1 else 'are'} not on this page"
        )
    ]
    items = (
        element(
            "li",
            element("button", *each.title, type="button", aria_expanded="true"),
            element("article", each.about),
        )
        for each in choices.all
    )
    hint = element("p", choices.hint, id="said", role="status")
    heading = element("h2", f"{choices.noun.capitalize()}s")
    return element("div", heading, hint, element("ol", *items, id="choices"), *(more if left else ()))


# -- changes ----------------------------------------------------------------------------------------------------------


def changes_over(told: ToldDifference) -> Tellings:
    """The changes of a difference to choose from: those that boxes show."""
    shown = [each for each in told.changes if each.label]
    found = []
    for each in shown:
        change = each.change
        ends = (("from", change.sources), ("to", change.destinations))
        about = [element("p", f"{word} {summary(names, _NAMES)}") for word, names in ends]
        if not each.ways:
            about.append(element("p", "Its ends are marked alone."))
        title = element("strong", each.label), f" {change}"
        found.append(Telling(each.ways, title, joined(*about), each.sources, each.destinations))
    hint = "Choose a change: it alone is told over the picture. Or choose a box, for the changes from or to it."
    return Tellings(found, "change", hint, left_out=told.left_out)


# -- traces -----------------------------------------------------------------------------------------------------------


def traces_over(scene: Scene, traces: Sequence[Promised], *, left_out: int = 0, shown: bool = False) -> Tellings:
    """Traces to choose from."""
    stations = Stations(scene)
    found = []
    for asked in traces:
        told = with_trace(scene, asked.trace, promised=asked.kept)
        one, other = ([end] if end else [] for end in ends_on(asked.trace, stations))
        found.append(Telling(told.ways[len(scene.ways) :], _question(asked), _about(asked), one, other))
    hint = "Choose a box, then another: what is sent from the first to the second is told over the picture."
    return Tellings(found, "trace", hint, "draw it with --trace", left_out, shown)


def _question(asked: Promised) -> tuple[object, ...]:
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
    return element("span", verdict, class_="reachsim"), f" {question}"


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
