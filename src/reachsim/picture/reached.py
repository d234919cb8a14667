"""Who reaches whom, told over a picture: a grid of groups whose numbers stand on the boxes, and lines where they are few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reachsim.engine import Engine
from reachsim.errors import summary
from reachsim.faces import one_line
from reachsim.net.traffic import Traffic, in_part
from reachsim.picture.scene import Grid, LegendLine, Mark, Scene, Sign, Way
from reachsim.picture.stations import Stations
from reachsim.reach.cell import Cell
from reachsim.reach.grouped import GroupedMatrix, Grouping, MatrixLink, label_of
from reachsim.reach.likeness import Likeness, Likenesses
from reachsim.reach.matrix import Matrix

_MOST = 24
"""How many groups a grid has, unless even the VPCs are more."""
_LINES = 10
"""How many pairs are drawn as lines."""
_INTERNET = "internet"
_SIGNS: dict[str, Sign] = {"#": "all", "+": "some", "~": "part", "?": "unknown"}
_WORDS: dict[Sign, str] = {
    "all": "\u25cf all pairs",
    "some": "\u25d0 some pairs",
    "part": "~ in part: NAT devices' choices of a port",
    "unknown": "? cannot be decided",
    "none": "\u00b7 none",
}


@dataclass(frozen=True, slots=True)
class Reached:
    """Who reaches whom with some traffic: groups of interfaces and the internet. `members`: the names in each group;
    `signs`: of the pairs that are not nothing, with what passes in words."""

    traffic: Traffic
    by: Grouping
    members: dict[str, tuple[str, ...]]
    signs: dict[tuple[str, str], tuple[Sign, str]]


def reached(engine: Engine, traffic: Traffic, matrix: Matrix | None = None) -> Reached:
    """Ask the matrix, in the finest groups that a grid has room for, and the internet. `matrix`: if it is known already."""
    matrix = engine.matrix() if matrix is None else matrix
    groups = _fitting(matrix, traffic)
    signs = {key: (_sign(link), one_line(str(link))) for key, link in groups.links.items()}
    signs |= dict(_outside(matrix, groups.by, traffic))
    taking_part = {name for key in signs for name in key}
    members: dict[str, list[str]] = {_INTERNET: [_INTERNET]} if _INTERNET in taking_part else {}
    for each in matrix.classes.classes:
        if (label := label_of(each, groups.by)) in taking_part:
            members.setdefault(label, []).extend(interface.name for interface in each.members)
    return Reached(traffic, groups.by, {name: tuple(mine) for name, mine in members.items()}, signs)


def with_reached(scene: Scene, found: Reached, *, lines: bool = True) -> Scene:
    """A scene with who reaches whom told over it and under it; `lines`: with lines too, where they are few."""
    stations = Stations(scene)
    numbers = {label: number for number, label in enumerate(found.members, 1)}
    boxes = {label: _boxes(label, found, stations) for label in numbers}
    grouped: dict[str, list[int]] = {}
    for label, keys in boxes.items():
        for key in keys:
            grouped.setdefault(key, []).append(numbers[label])
    marks = {key: (Mark("group", _numbered(mine)),) for key, mine in grouped.items()}
    ways = tuple(_ways(found, boxes)) if lines else ()
    said = {(numbers[a] - 1, numbers[b] - 1): f"{a} \u2192 {b}: {text}" for (a, b), (_, text) in found.signs.items()}
    rows = tuple(tuple(_cell(a, b, found) for b in numbers) for a in numbers)
    grid = Grid(tuple(map(str, numbers)), rows, said)
    legend = tuple(_legend(found, rows, bool(ways)))
    return replace(scene, grid=grid if numbers else None).told(marks, ways, legend, said.values())


def pairs_of(found: Reached) -> Iterator[tuple[str, str]]:
    """One interface for each group, in ordered pairs: what a page traces."""
    first = [names[0] for names in found.members.values()]
    yield from ((one, other) for one in first for other in first if one != other)


def _fitting(matrix: Matrix, traffic: Traffic) -> GroupedMatrix:
    finer: tuple[Grouping, ...] = ("class", "subnet")
    for by in finer:
        if not _are_many(matrix, by, traffic):
            groups = matrix.by(by, traffic)
            if len(groups.taking_part) < _MOST:
                return groups
    return matrix.by("vpc", traffic)


def _are_many(matrix: Matrix, by: Grouping, traffic: Traffic) -> bool:
    """Whether more groups than a grid has room for surely take part, told long before all pairs are put together."""
    found: set[str] = set()
    for one, other, _ in matrix[traffic].class_pairs():
        if one is not other or len(one.members) > 1:
            found |= {label_of(one, by), label_of(other, by)}
            if len(found) >= _MOST:
                return True
    return False


def _sign(link: MatrixLink) -> Sign:
    return _SIGNS[link.mark]


def _outside(matrix: Matrix, by: Grouping, traffic: Traffic) -> Iterator[tuple[tuple[str, str], tuple[Sign, str]]]:
    """What the internet reaches and what reaches it, class by class, put together as the interfaces are."""
    found: dict[tuple[str, str], set[Cell]] = {}
    outer = _Outer(matrix)
    for each in matrix.classes.classes:
        label = label_of(each, by)
        found.setdefault((_INTERNET, label), set()).add(outer.cell(_INTERNET, each.first.name))
        found.setdefault((label, _INTERNET), set()).add(outer.cell(each.first.name, _INTERNET))
    for key, mine in found.items():
        passes = [bool(cell.reachable & traffic) for cell in mine]
        words = sorted({one_line(cell.words(traffic)) for cell in mine if cell.reachable & traffic})
        if any(cell.partial & traffic for cell in mine):
            yield key, ("part", summary(words) or "in part")
        elif any(passes):
            yield key, ("all" if all(passes) else "some", summary(words))
        elif any(cell.undecided for cell in mine):
            yield key, ("unknown", "cannot be decided")


class _Outer:
    """What passes between interfaces and the internet. Questions that have one answer are asked once."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.likenesses = Likenesses()
        self.known: dict[tuple[bool, Likeness], Cell] = {}

    def cell(self, source: str, destination: str) -> Cell:
        """The answer, whoever it is about."""
        ends = self.matrix.endpoints
        like = self.likenesses.of(ends.resolve(source), ends.resolve(destination), ends, self.matrix.book)
        key = None if like is None else (source == _INTERNET, like)
        if key is not None and key in self.known:
            return self.known[key]
        found = replace(self.matrix.cell(source, destination), source="", destination="")
        if key is not None:
            self.known[key] = found
        return found


def _boxes(label: str, found: Reached, stations: Stations) -> list[str]:
    """The boxes of a group: its VPC, its subnet, or those of its interfaces."""
    names = found.members[label] if found.by == "class" or label == _INTERNET else (label,)
    return list(dict.fromkeys(filter(None, (stations.placed(name, found.by) for name in names))))


def _numbered(numbers: list[int]) -> str:
    return (
        f"in row and column {numbers[0]}"
        if len(numbers) == 1
        else f"in rows and columns {summary(list(map(str, numbers)))}"
    )


def _ways(found: Reached, boxes: dict[str, list[str]]) -> Iterator[Way]:
    """A line for each pair of boxes, where they are few."""
    pairs = [
        (one, other)
        for (a, b), (sign, _) in found.signs.items()
        for one in boxes.get(a, ())
        for other in boxes.get(b, ())
        if one != other and sign in ("all", "some")
    ]
    if len(pairs) <= _LINES:
        yield from (Way("reaches", ((one, ""), (other, ""))) for one, other in dict.fromkeys(pairs))


def _cell(source: str, destination: str, found: Reached) -> Sign:
    if (source, destination) in found.signs:
        return found.signs[source, destination][0]
    return "same" if source == destination and len(found.members[source]) == 1 else "none"


def _legend(found: Reached, rows: tuple[tuple[Sign, ...], ...], drawn: bool) -> Iterator[LegendLine]:
    there = [sign for row in rows for sign in row]
    if not found.signs:
        yield LegendLine(f"Nobody reaches anybody with {found.traffic}", strong=True)
        return
    groups = {"class": "class", "subnet": "subnet", "vpc": "VPC"}[found.by]
    yield LegendLine(
        f"Who reaches whom with {in_part(found.traffic)}, by {groups}: rows send, columns are reached", strong=True
    )
    yield LegendLine("; ".join(words for sign, words in _WORDS.items() if sign in there))
    if drawn:
        yield LegendLine("who reaches whom", "reaches")
    yield LegendLine("Interfaces that are in no row neither reach anybody here with it nor are reached.")
