"""A scene as Mermaid and as DOT, for those who want to edit it: the same boxes, lines, marks and ways, and no places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reachsim.markup import visible
from reachsim.picture.scene import Scene, SceneBox, Way, WayLook
from reachsim.picture.svg import LIGHT

_STYLES: dict[WayLook, str] = {"back": "dashed", "closed": "dashed", "ahead": "dotted"}
_PLAIN = frozenset(" .,:/()+-_=")
"""What stands in a label of Mermaid as it is, beside letters and digits."""


def mermaid(scene: Scene) -> str:
    """A flowchart of Mermaid."""
    ids = _ids(scene)
    lines = [*(f"%% {_comment(text)}" for text in (scene.title, *_said(scene))), "flowchart TB"]
    for box in _outermost(scene):
        lines += _mermaid_box(box, ids, "  ")
    lines += [f"  {ids[line.one]} --- {ids[line.other]}" for line in scene.lines]
    for way in scene.ways:
        for one, other, label, last in _steps(way):
            lines.append(f"  {ids[one]} {_mermaid_arrow(way, label, last)} {ids[other]}")
    for look, (fill, border) in LIGHT.items():
        names = ",".join(ids[box.key] for box in scene.boxes if box.look == look)
        if names:
            lines += [f"  classDef {look} fill:{fill},stroke:{border},color:#1a1a1a", f"  class {names} {look}"]
    return "\n".join(lines) + "\n"


def _mermaid_box(box: SceneBox, ids: dict[str, str], indent: str) -> Iterator[str]:
    inside = list(box.inside)
    label = (", " if inside else "<br/>").join(map(_entities, _text(box)))  # the title of a subgraph is one line
    if not inside:
        yield f'{indent}{ids[box.key]}["{label}"]'
        return
    yield f'{indent}subgraph {ids[box.key]}["{label}"]'
    for each in inside:
        yield from _mermaid_box(each, ids, indent + "  ")
    yield f"{indent}end"


def _mermaid_arrow(way: Way, label: str, last: bool) -> str:
    stopped = last and way.end is not None
    arrow = "--x" if stopped else "-.->" if way.look in _STYLES else "==>"
    return f'{arrow}|"{_entities(label)}"|' if label else arrow


def _entities(text: str) -> str:
    """Text as Mermaid's entities, which end neither a label nor a line and are no HTML."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in visible(text))


def _comment(text: str) -> str:
    """Text on a line of a comment, which is no directive of Mermaid."""
    return visible(text).replace("{", "(").replace("}", ")")


def dot(scene: Scene) -> str:
    """A graph in the language of Graphviz. VPCs, zones and subnets with something in them are clusters."""
    ids = _ids(scene)
    clusters = {box.key for box in scene.boxes if any(box.inside)}
    lines = [*(f"// {visible(text)}" for text in _said(scene)), f"digraph {_quoted(scene.title)} {{"]
    lines += [
        '  graph [compound=true, fontname="Helvetica", fontsize=11, labeljust=l]',
        '  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=10]',
        '  edge [fontname="Helvetica", fontsize=10]',
    ]
    for box in _outermost(scene):
        lines += _dot_box(box, ids, "  ")
    for line in scene.lines:
        lines.append(f"  {_dot_edge(line.one, line.other, ids, clusters, ['dir=none'])}")
    for way in scene.ways:
        for one, other, label, last in _steps(way):
            said = [f"style={_STYLES.get(way.look, 'bold')}", "constraint=false"]
            said += [f"xlabel={_quoted(label)}"] if label else []
            said += ["arrowhead=tee", 'color="#b3261e"'] if last and way.end else ['color="#0b57a4"']
            lines.append(f"  {_dot_edge(one, other, ids, clusters, said)}")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_box(box: SceneBox, ids: dict[str, str], indent: str) -> Iterator[str]:
    fill, border = LIGHT[box.look]
    said = f'label={_quoted(*_text(box))}, fillcolor="{fill}", color="{border}"'
    inside = list(box.inside)
    if not inside:
        yield f"{indent}{ids[box.key]} [{said}]"
        return
    yield f"{indent}subgraph cluster_{ids[box.key]} {{"
    yield f"{indent}  graph [{said}, style=filled]"
    yield f"{indent}  {ids[box.key]} [shape=point, style=invis, width=0]"
    for each in inside:
        yield from _dot_box(each, ids, indent + "  ")
    yield f"{indent}}}"


def _dot_edge(one: str, other: str, ids: dict[str, str], clusters: set[str], said: list[str]) -> str:
    """An edge; one to a cluster leads to the point in it and ends at its border."""
    ends = [f"{name}=cluster_{ids[key]}" for name, key in (("ltail", one), ("lhead", other)) if key in clusters]
    return f"{ids[one]} -> {ids[other]} [{', '.join([*said, *ends])}]"


def _quoted(*lines: str) -> str:
    """Lines of text as one string of DOT, to the left."""
    escaped = [visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return f'"{escaped[0]}"' if len(escaped) == 1 else '"' + "".join(f"{line}\\l" for line in escaped) + '"'


def _said(scene: Scene) -> Iterator[str]:
    """What stands under the picture."""
    yield from (f"{entry.label} {entry.text}".strip() for entry in scene.legend)
    if scene.grid is not None:
        yield from scene.grid.said.values()


def _outermost(scene: Scene) -> Iterator[SceneBox]:
    if scene.internet is not None:
        yield scene.internet
    yield from (*scene.vpcs, *scene.others)


def _ids(scene: Scene) -> dict[str, str]:
    return {box.key: f"n{number}" for number, box in enumerate(scene.boxes)}


def _text(box: SceneBox) -> tuple[str, ...]:
    return (box.title, *box.notes, *(mark.text for mark in box.marks))


def _steps(way: Way) -> Iterator[tuple[str, str, str, bool]]:
    """From station to station, each with what stands at the second, and whether the way ends there. Of two stations, what
    stands at either."""
    count = len(way.stations) - 1
    for number, ((one, first), (other, label)) in enumerate(pairwise(way.stations), 1):
        yield one, other, label or (first if count == 1 else ""), number == count
