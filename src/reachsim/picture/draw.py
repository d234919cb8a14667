"""From a network to its picture."""

from __future__ import annotations

from dataclasses import dataclass, field

from reachsim.engine import Engine
from reachsim.faces import Faced
from reachsim.picture.layout import Layout, lay_out
from reachsim.picture.network import scene_of
from reachsim.picture.svg import svg


@dataclass(frozen=True, repr=False)
class Picture(Faced):
    """A picture of a network, which a notebook shows. `svg`: the document, the same on every run."""

    svg: str
    layout: Layout = field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return f"{self.layout.scene.title}: {self.layout.width} x {self.layout.height} pixels"


def draw(engine: Engine) -> Picture:
    """A network as nested boxes, what is alike folded."""
    layout = lay_out(scene_of(engine))
    return Picture(svg(layout), layout)
