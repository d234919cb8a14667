"""What is on a picture, before anything has a place: boxes in boxes, and lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Look = Literal["internet", "vpc", "zone", "public", "private", "component", "gateway", "connection", "network"]
"""How a box looks. `public`, `private`: subnets with and without a route to an internet gateway."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box. `key`: unique on its picture. `notes`: small lines under the title. `edge`: boxes beside the title, at the
    upper border. `rows`: boxes inside, row by row. `names`: the full names of what it stands for: one, or all that are
    folded into it."""

    key: str
    look: Look
    title: str
    notes: tuple[str, ...] = ()
    edge: tuple[Box, ...] = ()
    rows: tuple[tuple[Box, ...], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def inside(self) -> Iterator[Box]:
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
    internet: Box | None
    vpcs: tuple[Box, ...]
    others: tuple[Box, ...]
    lines: tuple[Line, ...]
