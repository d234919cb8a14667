"""Where VPCs stand: side by side, or in columns where that would be too wide, with room beside these for lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reachsim.picture.boxes import PAD, Placed, place, size
from reachsim.picture.scene import Line, Scene, SceneBox

WIDE = 1900
"""How wide VPCs that stand side by side are at most."""
BETWEEN = 28
"""How far VPCs are apart, and rows of what joins them."""
LANE = 26
"""How much of a VPC's width a line takes."""
_ASIDE, _APART = 16, 12
"""How far lines in a gap between columns are from the VPCs, and from each other."""
_BAR = 82
"""How much room a row of what joins VPCs takes."""
_SHAPE = 1.5
"""How much wider than high a picture is at best."""


@dataclass(slots=True)
class VpcColumns:
    """VPCs with their places, column by column from left to right. `trunks`: for each column, where the lines to something
    go down left of it; `worlds`: where those from the internet come down right of it."""

    columns: list[list[Placed]] = field(default_factory=list)
    trunks: list[dict[str, int]] = field(default_factory=list)
    worlds: list[int] = field(default_factory=list)
    right: int = 0

    @property
    def vpcs(self) -> list[Placed]:
        """All of them."""
        return [vpc for column in self.columns for vpc in column]

    @property
    def bottom(self) -> int:
        """How far down they reach; 0 where there is none."""
        return max((column[-1].bottom for column in self.columns), default=0)

    def column(self, vpc: Placed) -> int:
        """In which column a VPC is."""
        return next(index for index, column in enumerate(self.columns) if vpc in column)

    def trunk(self, vpc: Placed, end: str) -> int | None:
        """Where the line from a VPC to something goes down beside its column; None where it goes straight down."""
        return self.trunks[self.column(vpc)].get(end)

    def port(self, vpc: Placed, end: str) -> int:
        """At what height such a line leaves the VPC."""
        ends = list(self.trunks[self.column(vpc)])
        step = min(_APART, (vpc.height - 2 * _ASIDE) // len(ends))
        return vpc.bottom - _ASIDE - step * ends.index(end)


def columns_of(scene: Scene, top: int) -> VpcColumns:
    """VPCs from `top` on."""
    rooms = {vpc.key: _room(vpc, scene) for vpc in scene.vpcs}
    found = VpcColumns()
    x = PAD
    below = _BAR * len({end for line in scene.lines for end in line} & {box.key for box in scene.others})
    for column in _arranged(scene.vpcs, [rooms[vpc.key] for vpc in scene.vpcs], below):
        ends = dict.fromkeys(end for vpc in column[:-1] for end in ends_of(vpc.key, scene.lines))
        x += _ASIDE + _APART * len(ends) - BETWEEN * bool(found.columns) if ends else 0
        found.trunks.append({end: x - _ASIDE - _APART * index for index, end in enumerate(ends)})
        wide, y = max(rooms[vpc.key][0] for vpc in column), top
        placed: list[Placed] = []
        for vpc in column:
            placed.append(place(vpc, x, y, wide))
            y = placed[-1].bottom + BETWEEN
        found.columns.append(placed)
        found.right = x + wide
        gateways = {gateway.key for vpc in column[1:] for gateway in vpc.edge}
        if any(gateways & {*line} for line in scene.lines):
            found.right += _ASIDE
        found.worlds.append(found.right)
        x = found.right + BETWEEN
    return found


def ends_of(key: str, lines: Sequence[Line]) -> list[str]:
    """What a box is joined with."""
    return list(dict.fromkeys(end for line in lines if key in line for end in line if end != key))


def _room(vpc: SceneBox, scene: Scene) -> tuple[int, int]:
    """How much room a VPC takes with the lines that go down from it."""
    wide, high = size(vpc)
    return max(wide, LANE * (len(ends_of(vpc.key, scene.lines)) + 1)), high


def _arranged(vpcs: Sequence[SceneBox], rooms: Sequence[tuple[int, int]], below: int) -> list[list[SceneBox]]:
    """VPCs in columns: one for each where they fit side by side, else as many as suit a screen best. `below`: how much room
    what is under them takes."""
    if sum(wide for wide, _ in rooms) + BETWEEN * (len(rooms) - 1) <= WIDE:
        return [[vpc] for vpc in vpcs]
    found = (_in_columns(vpcs, rooms, below, count) for count in range(1, len(vpcs) + 1))
    return min(found, key=lambda each: each[0])[1]


def _in_columns(
    vpcs: Sequence[SceneBox], rooms: Sequence[tuple[int, int]], below: int, count: int
) -> tuple[float, list[list[SceneBox]]]:
    """VPCs in so many columns, each in the one that ends first; and how wide a screen is that has room for that."""
    columns: list[list[SceneBox]] = [[] for _ in range(count)]
    heights, widths = [0] * count, [0] * count
    for vpc, (wide, high) in zip(vpcs, rooms, strict=True):
        index = heights.index(min(heights))
        columns[index].append(vpc)
        heights[index] += high + BETWEEN
        widths[index] = max(widths[index], wide)
    return max(sum(widths) + 2 * BETWEEN * (count - 1), _SHAPE * (max(heights) + below)), columns
