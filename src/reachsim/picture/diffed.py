"""A difference told over a picture of both networks: what was added, removed and changed, and the ways that were opened
and closed.

Every change has a number, which stands in the boxes of who sends and of whom it reaches. Lines are drawn where they are few
enough to be told apart: many that share the gaps between boxes say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from reachsim.answers.difference import Change, ChangeKind, Difference
from reachsim.engine import Engine
from reachsim.errors import counted
from reachsim.picture.merged import merged
from reachsim.picture.network import scene_of
from reachsim.picture.parts import Part, parts_between
from reachsim.picture.scene import LegendLine, Mark, MarkLook, Scene, Way, WayLook
from reachsim.picture.stations import Stations

_CHANGES, _LINES, _OVER, _ALONE, _PARTS = 60, 6, 40, 24, 12
"""How many changes are told, how many lines are drawn for all of them and over a page for one, how many boxes stand alone
for them, and how many parts that no box shows are named."""
_MARKS, _UNDECIDED = 4, 6
"""How many parts that differ are told on one box, and how many reasons why something cannot be decided."""
_ROW = 26
"""How many characters of numbers stand on one line of a box."""
_LOOKS: dict[ChangeKind, tuple[WayLook, MarkLook, str]] = {
    "opened": ("opened", "gained", "+"),
    "closed": ("closed", "lost", "\u2212"),
    "changed": ("altered", "changed", "~"),
}
"""The look of a change's lines and of its numbers, and their sign."""


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change on a picture. `label`: its number, empty where no box shows it; `sources`, `destinations`: the boxes of its
    ends; `ways`: lines from each of these to each of those, none where they are very many."""

    change: Change
    label: str
    look: WayLook
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """Two networks as one scene, with what differs told over it, and the changes that it tells. `left_out`: how many there
    are beside."""

    scene: Scene
    changes: tuple[ToldChange, ...]
    left_out: int = 0

    @property
    def few(self) -> bool:
        """Whether so few lines belong to its changes that they may be told apart."""
        return 0 < sum(len(told.ways) for told in self.changes) <= _LINES and all(
            told.ways or told.sources == told.destinations
            for told in self.changes
            if told.sources and told.destinations
        )

    @property
    def lined(self) -> Scene:
        """The scene with the lines of all its changes."""
        ways = tuple(way for told in self.changes for way in told.ways)
        said = LegendLine("A line leads from who sends to whom it reaches, whatever lies between.")
        return self.scene.told({}, ways, (said,))


def told_difference(before: Engine, after: Engine, found: Difference) -> ToldDifference:
    """Two networks as one scene, with what differs told over it."""
    parts = parts_between(before, after)
    outside = {name for change in found.changes for name in (*change.sources, *change.destinations)} & {"internet"}
    alone = outside.union(islice(_names(parts, found), _ALONE))
    scene = merged(*(scene_of(engine, frozenset(alone)) for engine in (before, after)))
    stations = Stations(scene)
    marks: dict[str, list[Mark]] = {}
    unseen = []
    for part in parts:
        keys = dict.fromkeys(filter(None, map(stations.shown, part.keys, part.names)))
        for key in keys:
            mark = part.mark if key in part.keys and not stations.folded(key) else part.among_others
            marks.setdefault(key, []).append(mark)
        if not keys:
            unseen.append(part)
    changes = sorted(found.changes, key=_weight)
    told = tuple(_told(number, change, stations) for number, change in enumerate(changes[:_CHANGES], 1))
    numbers = _numbers(told)
    legend = tuple(_legend(found, told, parts, unseen))
    looks = {key: (*_weightiest(marks.get(key, [])), *numbers.get(key, ())) for key in (*marks, *numbers)}
    whole = replace(scene, title=_title(before.source.file, after.source.file)).told(looks, (), legend)
    return ToldDifference(whole, told, len(changes) - len(told))


def _weightiest(marks: list[Mark]) -> tuple[Mark, ...]:
    """Marks once each; of what came or went that alone: with it came and went all that it has."""
    whole = [mark for mark in marks if mark.look in ("added", "removed")]
    once = tuple(dict.fromkeys(whole or marks))
    left_out = len(once) - _MARKS
    return (*once[:_MARKS], Mark(once[0].look, f"and {counted(left_out, 'more part')}")) if left_out > 1 else once


def _title(before: str, after: str) -> str:
    plan = before.removesuffix(" (before)")
    same = plan != before and plan == after.removesuffix(" (after)")
    return f"{plan}: before \u2192 after" if same else f"{before} \u2192 {after}"


def _names(parts: list[Part], found: Difference) -> Iterator[str]:
    """What stands alone, what matters most first."""
    yield from dict.fromkeys((*(name for part in parts for name in part.names), *found.added, *found.removed))
    yield from (change.sources[0] for change in found.changes)
    yield from (change.destinations[0] for change in found.changes)


def _weight(change: Change) -> tuple[bool, bool]:
    """What is read first: what was opened, and of that what the internet takes part in."""
    return change.kind != "opened", "internet" not in (*change.sources, *change.destinations)


# -- numbers and lines ------------------------------------------------------------------------------------------------


def _told(number: int, change: Change, stations: Stations) -> ToldChange:
    look, _, sign = _LOOKS[change.kind]
    sources = tuple(dict.fromkeys(filter(None, map(stations.named, change.sources))))
    destinations = tuple(dict.fromkeys(filter(None, map(stations.named, change.destinations))))
    label = f"{sign}{number}" if sources or destinations else ""
    pairs = [(one, other) for one in sources for other in destinations if one != other]
    ways = [Way(look, ((one, label), (other, ""))) for one, other in pairs if len(pairs) <= _OVER]
    return ToldChange(change, label, look, sources, destinations, tuple(ways))


def _numbers(changes: Sequence[ToldChange]) -> dict[str, tuple[Mark, ...]]:
    """Marks for each box: the numbers of what is sent from it, and of what is sent to it."""
    found: dict[str, dict[tuple[str, MarkLook, str], list[int]]] = {}
    for number, told in enumerate(changes, 1):
        _, look, sign = _LOOKS[told.change.kind]
        for text, keys in (("from here", told.sources), ("to here", told.destinations)):
            for key in keys:
                found.setdefault(key, {}).setdefault((text, look, sign), []).append(number)
    return {key: tuple(_marks(lists)) for key, lists in found.items()}


def _marks(lists: Mapping[tuple[str, MarkLook, str], Sequence[int]]) -> Iterator[Mark]:
    for (text, look, sign), numbers in sorted(lists.items(), key=lambda item: item[0][0]):
        line = f"{text}:"
        for each in _runs(numbers, sign):
            if len(line) + 1 + len(each) > _ROW:
                yield Mark(look, line)
                line = f"{text}:"
            line += f" {each}"
        yield Mark(look, line)


def _runs(numbers: Iterable[int], sign: str) -> Iterator[str]:
    """Numbers in order, three and more that follow each other as a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) > 2:
            yield f"{sign}{run[0]}\u2026{sign}{run[-1]}"
        else:
            yield from (f"{sign}{number}" for number in run)


# -- the legend -------------------------------------------------------------------------------------------------------


def _legend(
    found: Difference, changes: Sequence[ToldChange], parts: list[Part], unseen: list[Part]
) -> Iterator[LegendLine]:
    """What is told under the picture. A change that no box shows has no number."""
    if not (changes or parts or found.undecided):
        yield LegendLine("Nothing differs", strong=True)
        return
    yield LegendLine(
        f"{len(found.opened)} opened, {len(found.closed)} closed, {len(found.changed)} changed; "
        f"{counted(len(parts), 'part')} of the design {'differs' if len(parts) == 1 else 'differ'}",
        strong=True,
    )
    for told in changes:
        yield LegendLine(str(told.change), told.look, told.label) if told.label else LegendLine(str(told.change))
    left_out = len(found.changes) - len(changes)
    if left_out:
        yield LegendLine(f"and {counted(left_out, 'more change')}; diff tells them all")
    if any(told.label for told in changes):
        yield LegendLine(
            "The numbers stand on the boxes: \u201cfrom here\u201d on who sends, \u201cto here\u201d on whom it reaches."
        )
    for reason in found.undecided[:_UNDECIDED]:
        yield LegendLine(f"cannot decide: {reason}", "unknown")
    if len(found.undecided) > _UNDECIDED:
        yield LegendLine(
            f"and {len(found.undecided) - _UNDECIDED:,} more that cannot be decided; diff tells them all", "unknown"
        )
    for part in unseen[:_PARTS]:
        yield LegendLine(f"on no box: {part}")
    if len(unseen) > _PARTS:
        yield LegendLine(f"and {counted(len(unseen) - _PARTS, 'more part')} on no box")
