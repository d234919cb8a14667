"""The topology as a networkx graph: its nodes are the checkpoints, one to one, its edges every step that a packet may take.

What decides is each checkpoint's `step`; its `successors` are all that a step may choose from, so a walk never leaves
this graph (a property of the tests). The graph is built when somebody looks at it: a question does not need it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.topology.topology import Topology

if TYPE_CHECKING:
    import networkx

    Graph = networkx.DiGraph[str]


class NodeNames(dict[Checkpoint, str]):
    """The name of each node: component and role, and which way it looks; a number, too, where that is not enough."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: set[str] = set()

    def __missing__(self, checkpoint: Checkpoint) -> str:
        plain = ", ".join(text for text in (str(checkpoint), checkpoint.heading) if text)
        names = itertools.chain((plain,), (f"{plain} ({number})" for number in itertools.count(2)))
        name = self[checkpoint] = next(name for name in names if name not in self._taken)
        self._taken.add(name)
        return name


def node_name(graph: Graph, checkpoint: Checkpoint) -> str:
    """The name of a checkpoint's node."""
    names: NodeNames = graph.graph["names"]
    return names[checkpoint]


def add_node(graph: Graph, checkpoint: Checkpoint) -> str:
    """Add a checkpoint with the steps from it, where it is not there yet; its name."""
    name = node_name(graph, checkpoint)
    if "checkpoint" not in graph.nodes.get(name, {}):
        graph.add_node(name, component=checkpoint.component, role=checkpoint.role, checkpoint=checkpoint)
        graph.add_edges_from((name, node_name(graph, successor)) for successor in checkpoint.successors())
    return name


def graph_of(topology: Topology) -> Graph:
    """The directed graph of all checkpoints.

    Nodes are names (`node_name`), with `component`, `role` and `checkpoint` as attributes.
    """
    import networkx

    graph: Graph = networkx.DiGraph(names=NodeNames())
    for checkpoint in topology.checkpoints:
        add_node(graph, checkpoint)
    return graph
