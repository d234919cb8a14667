"""The ways from one endpoint to another: those that packets go, and those that the graph of checkpoints has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import networkx

from reachsim.dataplane.checkpoint import Checkpoint, Drop
from reachsim.dataplane.ends import Endpoint, Flow
from reachsim.dataplane.walk import Walk
from reachsim.engine import Engine
from reachsim.net.address import format_address
from reachsim.stages import going_over
from reachsim.topology.flows import flows
from reachsim.topology.graph import add_node, node_name
from reachsim.topology.round_trip import round_trip_of

if TYPE_CHECKING:
    from reachsim.topology.graph import Graph

MOST_WAYS = 10
Edge = tuple[str, str]


@dataclass(frozen=True)
class GraphWay:
    """The way that a packet goes from one address to another, whatever its ports: names of checkpoints in
    order.

    `lost`: why it is lost at the last of them by its addresses alone; empty where it gets through. `undecided`: why
    reachsim cannot tell how it goes on from there; empty where it can.
    """

    source: str
    destination: str
    names: tuple[str, ...]
    lost: str = ""
    undecided: str = ""


@dataclass(frozen=True)
class GraphWays:
    """Between two endpoints: the ways that packets go, and the ways that the graph has.

    `possible`: some of the graph's ways without a circle, shortest first, at most `MOST_WAYS` for each pair
    of ends; `more`: whether there are others. `between`: every checkpoint on some way.
    """

    source: str
    destination: str
    goes: tuple[GraphWay, ...]
    possible: tuple[tuple[str, ...], ...]
    more: bool
    between: frozenset[str] = field(repr=False)


def find_ways(
    net: Engine, graph: Graph, source: Endpoint, destination: Endpoint, foreseen: Callable[[int], None] | None = None
) -> GraphWays:
    """The ways between two endpoints. A start outside the graph, such as a function outside any VPC, is
    added to it. `foreseen`: hears beforehand how many edges may be looked along: each further way is looked for from every
    step of the one before (Yen's algorithm)."""
    asked = flows(source, destination, net.ends)
    goes: list[GraphWay] = []
    pairs: dict[Edge, None] = {}
    for flow in going_over("ways asked", asked):
        start = add_node(graph, flow.origin.start)
        ends = [node_name(graph, end) for end in _ends(net, flow)]
        if flow.loss is not None or flow.unknown:
            reason = "" if flow.loss is None else flow.loss.text
            goes.append(GraphWay(flow.origin.label or source.name, destination.name, (start,), reason, flow.unknown))
        else:
            goes.append(_way(graph, flow, round_trip_of(flow).forward))
        pairs |= dict.fromkeys((start, end) for end in ends)
    possible: dict[tuple[str, ...], None] = {}
    between: set[str] = set()
    more = False
    for start, end in going_over("pairs of checkpoints", pairs):
        if end not in graph or not networkx.has_path(graph, start, end):
            continue
        inside = (networkx.descendants(graph, start) | {start}) & (networkx.ancestors(graph, end) | {end})
        if foreseen is not None and len(pairs) == 1:  # how long many of them take is told by the first ones
            steps = int(networkx.shortest_path_length(graph, start, end))
            foreseen(MOST_WAYS * steps * graph.subgraph(inside).number_of_edges())
        between |= inside
        found_ways = [tuple(way) for way in itertools.islice(_paths(graph, start, end), MOST_WAYS + 1)]
        more = more or len(found_ways) > MOST_WAYS
        possible |= dict.fromkeys(found_ways[:MOST_WAYS])
    ordered = sorted(possible, key=len)
    return GraphWays(
        source.name, destination.name, tuple(dict.fromkeys(goes)), tuple(ordered), more, frozenset(between)
    )


def _paths(graph: Graph, start: str, end: str) -> Iterator[list[str]]:
    if start == end:
        return iter([[start]])
    found: Iterator[list[str]] = networkx.shortest_simple_paths(graph, start, end)
    return found


def _ends(net: Engine, flow: Flow) -> list[Checkpoint]:
    """Checkpoints at which a packet of a flow may end: its target's host, or the internet."""
    if flow.target is not None:
        return [flow.target.host]
    if flow.region is not None:
        return [net.topology.internet]
    owners = [interface for interface in net.topology.interfaces.values() if flow.destination in interface.places]
    return [interface.host for interface in owners] or [net.topology.internet]


def _way(graph: Graph, flow: Flow, walk: Walk) -> GraphWay:
    names: list[str] = []
    lost = ""
    for visit in walk.visits:
        names.append(node_name(graph, visit.checkpoint))
        if isinstance(visit.step, Drop):
            lost = visit.step.cause.text
            break
    undecided = "" if lost else walk.unknown
    return GraphWay(format_address(flow.source), format_address(flow.destination), tuple(names), lost, undecided)
