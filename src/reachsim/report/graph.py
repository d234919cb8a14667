"""The graph of checkpoints, and the ways through it, as text, DOT and plain data."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reachsim.answers.ways import Edge, GraphWays
from reachsim.markup import visible
from reachsim.report.text import PLAIN, Look, hanging, number

_NODES = 60
_ENDS = 20
_LISTED_WAYS = 5


def graph_text(graph: Any, file: str, look: Look = PLAIN) -> str:
    """Every checkpoint with those that a packet may come to next."""
    names = sorted(graph)
    title = f"{number(len(names), 'checkpoint')}, {number(graph.number_of_edges(), 'step')} between them"
    lines = [f"{look.style.bold(title)}  {look.style.dim(file)}"]
    for name in look.few(names, _NODES):
        lines += hanging("", name, look.width)
        lines += [line for following in sorted(graph[name]) for line in hanging("  -> ", following, look.width)]
    rest = look.rest(names, _NODES)
    return "\n".join([*lines, rest] if rest else lines)


def ways_text(graph: Any, ways: GraphWays, look: Look = PLAIN) -> str:
    """The way that a packet goes, then the ways that there are."""
    style = look.style
    lines = [str(style.bold(f"{ways.source} -> {ways.destination}"))]
    for way in look.few(ways.goes, _ENDS):
        word = style.green("gets there, if filters pass its ports")
        if way.lost or way.undecided:
            word = style.red("is lost, whatever its ports") if way.lost else style.yellow("cannot be decided")
        lines.append(f"  {visible(way.source)} -> {visible(way.destination)} {word}")
        lines += _numbered(way.names, look)
        lines += hanging("    x  ", way.lost, look.width, style.red) if way.lost else []
        lines += hanging("    ?  ", way.undecided, look.width, style.yellow) if way.undecided else []
    rest = look.rest(ways.goes, _ENDS)
    lines += [f"  {rest}"] if rest else []
    count = f"more than {len(ways.possible)}" if ways.more else str(len(ways.possible))
    lines += ["", f"ways in the graph: {count}" + (", the shortest first" if len(ways.possible) > 1 else "")]
    gone = {way.names for way in ways.goes}
    if look.whole:
        for index, possible in enumerate(ways.possible, 1):
            mark = "  (the way it goes)" if possible in gone else ""
            lines.append(f"  way {index}, {number(len(possible), 'checkpoint')}{mark}")
            lines += [] if mark else _numbered(possible, look)
        return "\n".join(lines)
    chains = list(dict.fromkeys(_components(graph, names) for names in ways.possible))
    for chain in look.few(chains, _LISTED_WAYS):
        lines += hanging("  - ", " > ".join(chain), look.width)
    rest = look.rest(chains, _LISTED_WAYS)
    lines += [f"  {rest}"] if rest else []
    return "\n".join(lines)


def _components(graph: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The components that a way passes, each once where several of its checkpoints follow each other."""
    return tuple(component for component, _ in itertools.groupby(graph.nodes[name]["component"] for name in names))


def _numbered(names: Sequence[str], look: Look) -> list[str]:
    return [line for index, name in enumerate(names, 1) for line in hanging(f"    {index:2}  ", name, look.width)]


def graph_data(graph: Any, file: str, ways: GraphWays | None) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    out: dict[str, Any] = {
        "file": file,
        "nodes": [
            {"name": name, "component": graph.nodes[name]["component"], "role": graph.nodes[name]["role"]}
            for name in sorted(graph)
        ],
        "edges": [{"from": one, "to": other} for one, other in sorted(graph.edges)],
    }
    if ways is not None:
        out["from"] = ways.source
        out["to"] = ways.destination
        out["goes"] = [
            {
                "source": w.source,
                "destination": w.destination,
                "checkpoints": list(w.names),
                "lost": w.lost,
                "undecided": w.undecided,
            }
            for w in ways.goes
        ]
        out["possible"] = [list(names) for names in ways.possible]
        out["more"] = ways.more
    return out


def graph_dot(graph: Any, ways: GraphWays | None) -> str:
    """The graph in the DOT language; with ways, only what lies on one, and the way that a packet goes in
    bold."""
    names = sorted(graph) if ways is None else sorted(ways.between | {name for way in ways.goes for name in way.names})
    kept = set(names)
    bold = set() if ways is None else {edge for way in ways.goes for edge in itertools.pairwise(way.names)}
    lines = ["digraph reachsim {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for name in names:
        data = graph.nodes[name]
        lines.append(f"  {_quoted(name)} [label={_quoted(data['component'], data['role'])}];")
    lines += list(_dot_edges(sorted(graph.edges), kept, bold))
    return "\n".join([*lines, "}"])


def _dot_edges(edges: Iterable[Edge], kept: set[str], bold: set[Edge]) -> Iterator[str]:
    drawn = set()
    for one, other in edges:
        if one in kept and other in kept:
            drawn.add((one, other))
            yield f"  {_quoted(one)} -> {_quoted(other)}{' [penwidth=3]' if (one, other) in bold else ''};"
    for one, other in sorted(bold - drawn):
        yield f"  {_quoted(one)} -> {_quoted(other)} [penwidth=3];"


def _quoted(*parts: str) -> str:
    """Lines of text as one string of the DOT language."""
    return '"' + "\\n".join(visible(part).replace("\\", "\\\\").replace('"', '\\"') for part in parts) + '"'
