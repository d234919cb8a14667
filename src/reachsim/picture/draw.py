"""From a network to its picture."""

from __future__ import annotations

from dataclasses import dataclass, field

from reachsim.engine import Engine
from reachsim.faces import Faced
from reachsim.picture.layout import Layout, lay_out
from reachsim.picture.network import scene_of
from reachsim.picture.svg import svg
from reachsim.picture.traced import names_on, with_trace
from reachsim.trace.result import Trace


@dataclass(frozen=True, repr=False)
class Picture(Faced):
    """A picture of a network, which a notebook shows. `svg`: the document, the same on every run."""

    svg: str
    layout: Layout = field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return f"{self.layout.scene.title}: {self.layout.width} x {self.layout.height} pixels"


def draw(engine: Engine, trace: Trace | None = None) -> Picture:
    """A network as nested boxes, what is alike folded. `trace`: one of its traces, told over it."""
    scene = scene_of(engine) if trace is None else with_trace(scene_of(engine, names_on(trace)), trace)
    layout = lay_out(scene)
    return Picture(svg(layout), layout)
