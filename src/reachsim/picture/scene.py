"""What is on a picture, before anything has a place: boxes in boxes, lines between them, and what is told over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Appearance = Literal["internet", "vpc", "zone", "public", "private", "component", "gateway", "connection", "network"]
"""How a box looks. `public`, `private`: subnets with and without a route to an internet gateway."""

MarkLook = Literal["end", "stop", "kept", "unknown", "added", "removed", "changed", "gained", "lost", "group"]
"""What a mark says: where something begins or ends; what is stopped here, and what is so as promised; what cannot be decided
here; what differs; what can be sent from or to here now, and could be before; which rows of a grid it stands for."""
WayLook = Literal["there", "back", "ahead", "opened", "closed", "altered", "reaches"]
"""A packet's way, its answer's, and what is not reached; who can talk with whom now, who could before, and who can now as
before, with something else about it; who reaches whom."""


class Mark(NamedTuple):
    """Something that is told of a box on this picture: a line of text in it, and the look of its border."""

    look: MarkLook
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way from box to box. `stations`: their keys, in order, each with what stands where the way comes to it; `end`:
    the mark at its end, at the border of the last one, where it does not go on."""

    look: WayLook
    stations: tuple[tuple[str, str], ...]
    end: MarkLook | None = None


class LegendLine(NamedTuple):
    """A line of the legend. `look`: the way that it explains, or the mark; `label`: of a station."""

    text: str
    look: WayLook | MarkLook | None = None
    label: str = ""
    strong: bool = False


Sign = Literal["all", "some", "part", "unknown", "none", "same"]
"""Of the pairs of two groups: something passes between all of them, between some, in part alone; that cannot be told;
nothing passes; or there is no pair."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Who reaches whom: for each label a row of what it reaches. `said`: the whole of each cell that is not empty."""

    labels: tuple[str, ...]
    rows: tuple[tuple[Sign, ...], ...]
    said: Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class SceneBox:
    """A box. `key`: unique on its picture. `notes`: small lines under the title. `edge`: boxes beside the title, at the
    upper border. `rows`: boxes inside, row by row. `names`: the full names of what it stands for: one, or all that are
    folded into it. `own`: how many of these are its own, where the others are of what is in it. `marks`: what is told of it,
    under the notes."""

    key: str
    look: Appearance
    title: str
    notes: tuple[str, ...] = ()
    edge: tuple[SceneBox, ...] = ()
    rows: tuple[tuple[SceneBox, ...], ...] = ()
    names: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    own: int | None = None

    @property
    def inside(self) -> Iterator[SceneBox]:
        """The boxes that are directly in it."""
        yield from self.edge
        for row in self.rows:
            yield from row

    def all(self) -> Iterator[SceneBox]:
        """It and everything in it."""
        yield self
        for each in self.inside:
            yield from each.all()

    def marked(self, marks: Mapping[str, tuple[Mark, ...]]) -> SceneBox:
        """The same box with marks, given by key, on it and on what is in it."""
        edge = tuple(each.marked(marks) for each in self.edge)
        rows = tuple(tuple(each.marked(marks) for each in row) for row in self.rows)
        return replace(self, edge=edge, rows=rows, marks=(*self.marks, *marks.get(self.key, ())))


def key_of(*parts: object) -> str:
    """A key for a path; a part that has a slash cannot be taken for two."""
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Line(NamedTuple):
    """A line between two boxes, by their keys."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture without places. `internet`: the box at the top, if anything leads to it. `vpcs`: side by side. `others`:
    what joins them and what is in none. `ways`: drawn over all that; `legend`: told under it. `differing`: lines
    that were added or removed. `grid`: under the legend."""

    title: str
    description: str
    internet: SceneBox | None
    vpcs: tuple[SceneBox, ...]
    others: tuple[SceneBox, ...]
    lines: tuple[Line, ...]
    ways: tuple[Way, ...] = ()
    legend: tuple[LegendLine, ...] = ()
    differing: Mapping[Line, MarkLook] = field(default_factory=dict)
    grid: Grid | None = None

    @property
    def boxes(self) -> Iterator[SceneBox]:
        """Every box, those in other boxes too, from the top."""
        for box in (*(() if self.internet is None else (self.internet,)), *self.vpcs, *self.others):
            yield from box.all()

    def told(
        self,
        marks: Mapping[str, tuple[Mark, ...]],
        ways: tuple[Way, ...],
        legend: tuple[LegendLine, ...],
        more: Iterable[str] = (),
    ) -> Scene:
        """The same scene with something told over it. `more`: what readers hear beside the legend who cannot see it."""
        said = [*(f"{entry.label} {entry.text}".strip() for entry in legend), *more]
        return replace(
            self,
            description=" ".join([self.description, *(f"{text.removesuffix('.')}." for text in said)]),
            internet=None if self.internet is None else self.internet.marked(marks),
            vpcs=tuple(box.marked(marks) for box in self.vpcs),
            others=tuple(box.marked(marks) for box in self.others),
            ways=(*self.ways, *ways),
            legend=(*self.legend, *legend),
        )
