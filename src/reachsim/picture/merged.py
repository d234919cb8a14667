"""Two scenes of one network in one: what the later one has, and in its place what only the earlier one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reachsim.picture.scene import Line, MarkLook, Scene, SceneBox

_Rows = tuple[tuple[SceneBox, ...], ...]


def merged(before: Scene, after: Scene) -> Scene:
    """The later scene with everything of the earlier one that it has not."""
    there = {name for box in after.boxes for name in box.names}
    keys = {box.key for box in after.boxes}

    def gone(box: SceneBox) -> bool:
        """Whether a box of the earlier scene stands for something that the later one has nowhere."""
        return box.key not in keys and (not box.names or any(name not in there for name in box.names))

    def both(old: SceneBox, new: SceneBox) -> SceneBox:
        return replace(new, edge=side_by_side(old.edge, new.edge), rows=rows(old.rows, new.rows))

    def side_by_side(old: Sequence[SceneBox], new: Sequence[SceneBox]) -> tuple[SceneBox, ...]:
        earlier = {box.key: box for box in old}
        kept = [both(earlier[box.key], box) if box.key in earlier else box for box in new]
        return (*kept, *(box for box in old if gone(box)))

    def rows(old: _Rows, new: _Rows) -> _Rows:
        earlier = {box.key: box for row in old for box in row}
        out = [[both(earlier[box.key], box) if box.key in earlier else box for box in row] for row in new]
        for row in old:
            lost = [box for box in row if gone(box)]
            like = next((each for each in out if each[0].look == "zone" == row[0].look), None)
            if lost and like is not None:
                like += lost
            elif lost:
                out.append(lost)
        return tuple(map(tuple, out))

    internet = after.internet if before.internet is None or after.internet is not None else before.internet
    vpcs, others = side_by_side(before.vpcs, after.vpcs), side_by_side(before.others, after.others)
    whole = replace(after, internet=internet, vpcs=vpcs, others=others)
    shown = {box.key for box in whole.boxes}
    earlier, later = ({frozenset(line) for line in scene.lines} for scene in (before, after))
    lines = [*after.lines, *(line for line in before.lines if frozenset(line) not in later and shown.issuperset(line))]
    differing: dict[Line, MarkLook] = {}
    for line in lines:
        if frozenset(line) not in later:
            differing[line] = "removed"
        elif frozenset(line) not in earlier:
            differing[line] = "added"
    return replace(whole, lines=tuple(lines), differing=differing)
