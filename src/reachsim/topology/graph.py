"""The topology as a networkx graph: its nodes are checkpoints, its edges every step that a packet may take.

What decides is each checkpoint's `step`; its `successors` are all that a step may choose from, so a walk never leaves
this graph (a property of the tests). The graph is built when somebody looks at it: a question does not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.topology.build import Topology

if TYPE_CHECKING:
    import networkx


def node_name(checkpoint: Checkpoint) -> str:
    """The unique name of a checkpoint: component and role."""
    return str(checkpoint)


def graph_of(topology: Topology) -> networkx.DiGraph[str]:
    """The directed graph of all checkpoints.

    Nodes are names, with `component`, `role` and `checkpoint` as attributes.
    """
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    todo = list(topology.starts())
    seen: set[Checkpoint] = set(todo)
    while todo:
        checkpoint = todo.pop()
        name = node_name(checkpoint)
        graph.add_node(name, component=checkpoint.component, role=checkpoint.role, checkpoint=checkpoint)
        for successor in checkpoint.successors():
            graph.add_edge(name, node_name(successor))
            if successor not in seen:
                seen.add(successor)
                todo.append(successor)
    return graph
