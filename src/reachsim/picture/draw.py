"""From a network to its picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from reachsim.answers.diff import diff as compare
from reachsim.answers.difference import Difference
from reachsim.answers.editable import Editable
from reachsim.calls import made_by
from reachsim.cards import picture
from reachsim.engine import Asked, Engine, loaded
from reachsim.errors import ReachsimError, UsageError, shown
from reachsim.faces import Faced, for_engines
from reachsim.net.traffic import Traffic
from reachsim.picture import FORMS
from reachsim.picture.diffed import told_difference
from reachsim.picture.graphs import dot, mermaid
from reachsim.picture.layout import Layout, lay_out
from reachsim.picture.network import scene_of
from reachsim.picture.page import Promised, changes_over, page, traces_over
from reachsim.picture.reached import pairs_of, reached, with_reached
from reachsim.picture.runs import runs_of, told_apart
from reachsim.picture.scene import Scene
from reachsim.picture.svg import svg
from reachsim.picture.traced import names_on, with_trace
from reachsim.reach.matrix import Matrix
from reachsim.resources.expectation import Expectation
from reachsim.trace.result import Trace

PROMISED, _PAIRS, _WAYS = 60, 90, 1_000
"""How many expectations of a design are traced on its page, how many pairs of who reaches whom, and how many ways of one
expectation; nobody reads more."""


@for_engines("layout")
@made_by("net.draw()")
@dataclass(frozen=True, repr=False)
class Picture(Faced):
    """A picture of a network, which a notebook shows. `svg`: the document, the same on every run; `html`: a page on which it
    can be moved and zoomed, and what the design promises is traced by a click; `mermaid`, `dot`: text for those who want to
    edit it."""

    layout: Layout
    _page: Callable[[], str] = field(repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.svg)

    @cached_property
    def svg(self) -> str:
        """The picture as one SVG document."""
        return svg(self.layout)

    @cached_property
    def html(self) -> str:
        """The picture as one page of HTML."""
        return self._page()

    @property
    def mermaid(self) -> str:
        """It as a flowchart of Mermaid, to be edited."""
        return mermaid(self.layout.scene)

    @property
    def dot(self) -> str:
        """It as a graph of Graphviz, to be edited."""
        return dot(self.layout.scene)

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write it to a file, in the form that its name ends in: .svg, .html, .mmd (Mermaid) or .dot. Raises UsageError."""
        form = FORMS.get(os.path.splitext(file)[1].lower())
        if form is None:
            raise UsageError(f"cannot draw {shown(os.fspath(file))}; write a name that ends in {', '.join(FORMS)}")
        try:
            with open(file, "w", encoding="utf-8", newline="\n") as out:
                out.write(getattr(self, form))
        except OSError as error:
            raise UsageError(f"cannot write {shown(os.fspath(file))}: {error.strerror or error}") from None

    def _repr_html_(self) -> str:
        """For notebooks: an image that keeps its text legible and scrolls. (SVG as such is shown in trusted ones alone.)"""
        scene = self.layout.scene
        return picture(self.svg, f"{scene.title}. {scene.description}", least=self.layout.width * 3 // 4)

    def __str__(self) -> str:
        return f"{self.layout.scene.title}: {self.layout.width} x {self.layout.height} pixels"


def drawn(engine: Editable, trace: Trace | None, after: Engine | None, traffic: Traffic | None) -> Picture:
    """A network, with what is told over it: at most one of a trace, what is to become of it, and who reaches whom with some
    traffic. Raises UsageError for more, and for what is none of them."""
    if sum(asked is not None for asked in (trace, after, traffic)) > 1:
        raise UsageError("a picture tells a trace, a difference or a matrix; draw one for each")
    if trace is not None and not isinstance(trace, Trace):
        raise UsageError(f"a trace is expected, got {shown(trace)}; write one, or ('web', 'db', 'tcp/443')")
    if after is not None:
        loaded(after)
    if traffic is not None:
        return draw_reached(engine, traffic)
    return draw(engine, trace) if after is None else draw_difference(engine, after)


def draw(engine: Editable, trace: Trace | None = None) -> Picture:
    """A network as nested boxes, what is alike folded. `trace`: one of its traces, told over it."""
    if trace is None:
        layout = lay_out(scene_of(engine))
        return Picture(layout, lambda: _page(layout, engine))
    scene = scene_of(engine, names_on(trace))
    return Picture(lay_out(with_trace(scene, trace)), lambda: _page(lay_out(scene), engine, trace))


def draw_reached(engine: Engine, traffic: Traffic, matrix: Matrix | None = None) -> Picture:
    """A network with who reaches whom with some traffic told over it. `matrix`: its matrix, if it is known already."""
    found = reached(engine, traffic, matrix)
    plain = scene_of(engine)
    layout = _with_lines(with_reached(plain, found), with_reached(plain, found, lines=False))
    scene = layout.scene

    def traces() -> Iterator[Trace]:
        for one, other in pairs_of(found):
            try:
                yield engine.trace(one, other, traffic)
            except ReachsimError:  # no packet of it can be sent between these two
                continue

    pairs = sum(1 for _ in pairs_of(found))

    def whole() -> str:
        asked = [*map(Promised, islice(traces(), _PAIRS))]
        return page(layout, traces_over(scene, asked, left_out=max(pairs - _PAIRS, 0)))

    return Picture(layout, whole)


def draw_difference(before: Engine, after: Engine, found: Difference | None = None) -> Picture:
    """Two networks as one picture, with what differs told over it. `found`: their difference, if it is known already."""
    told = told_difference(before, after, compare(before, after) if found is None else found)
    plain = told.scene
    layout = _with_lines(told.lined, plain) if told.few else lay_out(plain)
    return Picture(layout, lambda: page(layout, changes_over(told)))


def _with_lines(lined: Scene, plain: Scene) -> Layout:
    """A scene with lines over it if each can be followed; else without."""
    layout = lay_out(lined)
    return layout if told_apart(runs_of(layout)) else lay_out(plain)


def _page(layout: Layout, engine: Editable, *first: Trace) -> str:
    """A page with a trace, which is told from the start, and those of what the design promises: of what does not hold, of a
    packet that fails."""
    expectations = engine.design.expect[:PROMISED]
    asked = [Promised(trace) for trace in first]
    for number, expectation in enumerate(expectations, 1):
        traffic = expectation.allow or expectation.deny or "all"
        try:
            promise = engine.decide(number)
            trace = promise.witness
            if trace is None:
                trace = engine.trace(*_told_between(engine, expectation), traffic)
        except ReachsimError:  # no packet of it can be sent, which is for `check` to tell
            continue
        asked.append(Promised(trace, promise))
    left_out = len(engine.design.expect) - len(expectations)
    return page(layout, traces_over(layout.scene, asked, left_out=left_out, shown=bool(first)))


def _told_between(engine: Editable, expectation: Expectation) -> tuple[Asked, Asked]:
    """Between whom a promise that holds is traced: its ends, or of many interfaces at both, one at each."""
    source, destination = engine.endpoint(expectation.from_), engine.endpoint(expectation.to)
    senders = [each.interface for each in source.origins if each.interface is not None]
    if len(senders) * len(destination.interfaces) <= _WAYS:
        return source, destination
    receiver = next((each for each in destination.interfaces if each is not senders[0]), destination.interfaces[0])
    return senders[0].name, receiver.name
