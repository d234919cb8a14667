"""What is on a picture, before anything has a place: boxes in boxes, and lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Appearance = Literal["internet", "vpc", "zone", "public", "private", "component", "gateway", "connection", "network"]
"""How a box looks. `public`, `private`: subnets with and without a route to an internet gateway."""


@dataclass(frozen=True, slots=True)
class SceneBox:
    """A box. `key`: unique on its picture. `notes`: small lines under the title. `edge`: boxes beside the title, at the
    upper border. `rows`: boxes inside, row by row. `names`: the full names of what it stands for: one, or all that are
    folded into it."""

    key: str
    look: Appearance
    title: str
    notes: tuple[str, ...] = ()
    edge: tuple[SceneBox, ...] = ()
    rows: tuple[tuple[SceneBox, ...], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def inside(self) -> Iterator[SceneBox]:
        """The boxes that are directly in it."""
        yield from self.edge
        for row in self.rows:
            yield from row


class Line(NamedTuple):
    """A line between two boxes, by their keys."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture without places. `internet`: the box at the top, if anything leads to it. `vpcs`: side by side. `others`:
    what joins them and what is in none."""

    title: str
    description: str
    internet: SceneBox | None
    vpcs: tuple[SceneBox, ...]
    others: tuple[SceneBox, ...]
    lines: tuple[Line, ...]
