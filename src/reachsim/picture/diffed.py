"""A difference told over a picture of both networks: what was added, removed and changed, and the ways that were opened
and closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from reachsim.answers.difference import Change, Difference
from reachsim.engine import Engine
from reachsim.errors import counted
from reachsim.picture.merged import merged
from reachsim.picture.network import scene_of
from reachsim.picture.parts import Part, parts_between
from reachsim.picture.scene import LegendLine, Mark, Scene, Way, WayLook
from reachsim.picture.stations import Stations

_CHANGES, _WAYS, _ALONE, _PARTS = 9, 16, 24, 12
"""How many changes are told, how many ways are drawn for them, how many boxes stand alone for them, and how many parts
that no box shows are named."""


def scene_of_difference(before: Engine, after: Engine, found: Difference) -> Scene:
    """Both networks as one scene, with what differs told over it."""
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
            mark = part.mark if key in part.keys and not stations.folded(key) else Mark("changed", str(part))
            marks.setdefault(key, []).append(mark)
        if not keys:
            unseen.append(part)
    changes = sorted(found.changes, key=_weight)
    ways = tuple(islice(_ways(changes[:_CHANGES], stations), _WAYS))
    numbers = {label for way in ways for _, label in way.stations}
    legend = tuple(_legend(found, changes, numbers, parts, unseen))
    told = {key: _weightiest(mine) for key, mine in marks.items()}
    return replace(scene, title=_title(before.source.file, after.source.file)).told(told, ways, legend)


def _weightiest(marks: list[Mark]) -> tuple[Mark, ...]:
    """Marks once each; of what came or went that alone: with it came and went all that it has."""
    whole = [mark for mark in marks if mark.look in ("added", "removed")]
    return tuple(dict.fromkeys(whole or marks))


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


def _ways(changes: list[Change], stations: Stations) -> Iterator[Way]:
    """A way for each pair of boxes of a change: from one end to the other, whatever lies between."""
    for number, change in enumerate(changes, 1):
        if change.kind == "changed":
            continue
        look: WayLook = "opened" if change.kind == "opened" else "closed"
        sources = list(dict.fromkeys(filter(None, map(stations.named, change.sources))))
        destinations = list(dict.fromkeys(filter(None, map(stations.named, change.destinations))))
        pairs = [(one, other) for one in sources for other in destinations if one != other]
        yield from (Way(look, ((one, _label(number, look)), (other, ""))) for one, other in pairs)


def _label(number: int, look: WayLook) -> str:
    return f"+{number}" if look == "opened" else f"\u2212{number}"


def _legend(
    found: Difference, changes: list[Change], numbers: set[str], parts: list[Part], unseen: list[Part]
) -> Iterator[LegendLine]:
    """What is told under the picture. `numbers`: those of ways that are drawn; a change without one has no number."""
    if not (changes or parts or found.undecided):
        yield LegendLine("Nothing differs", strong=True)
        return
    yield LegendLine(
        f"{len(found.opened)} opened, {len(found.closed)} closed, {len(found.changed)} changed; "
        f"{counted(len(parts), 'part')} of the design {'differs' if len(parts) == 1 else 'differ'}",
        strong=True,
    )
    for number, change in enumerate(changes[:_CHANGES], 1):
        if change.kind == "changed":
            yield LegendLine(str(change), "changed")
        else:
            look: WayLook = "opened" if change.kind == "opened" else "closed"
            label = _label(number, look)
            yield LegendLine(str(change), look, label) if label in numbers else LegendLine(str(change))
    if len(changes) > _CHANGES:
        yield LegendLine(f"and {counted(len(changes) - _CHANGES, 'more change')}; diff tells them all")
    if numbers:
        yield LegendLine("A line leads from who sends to whom it reaches, whatever lies between.")
    for reason in found.undecided[:_PARTS]:
        yield LegendLine(f"cannot decide: {reason}", "unknown")
    for part in unseen[:_PARTS]:
        yield LegendLine(f"on no box: {part}")
    if len(unseen) > _PARTS:
        yield LegendLine(f"and {counted(len(unseen) - _PARTS, 'more part')} on no box")
