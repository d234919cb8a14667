"""The graph holds every step that a packet may take."""

from itertools import pairwise
from pathlib import Path

import networkx
import pytest
from tests.designs import DUAL, MIDDLEBOX, load
from tests.models import shared

from reachsim.dataplane.checkpoint import Drop
from reachsim.topology.flows import flows
from reachsim.topology.graph import graph_of, node_name
from reachsim.topology.round_trip import round_trip_of

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.yaml"))


def test_nodes_have_names_of_their_own_and_say_what_they_are():
    net = load(DUAL, MIDDLEBOX, {"lambda_functions f latest": {"vpc": "app", "subnets": ["private"]}})
    graph = net.graph()
    assert isinstance(graph, networkx.DiGraph)
    for name, data in graph.nodes(data=True):
        assert name == node_name(graph, data["checkpoint"])
        assert name.startswith(f"{data['component']} {data['role']}")
    assert networkx.has_path(graph, "app.probe security group client egress", "internet internet")
    assert graph.has_edge("app route table private", "app.private network ACL default ingress")
    assert not graph.has_edge("app route table private", "app.igw internet gateway")
    assert {"app.igw internet gateway", "app.igw internet gateway, inward"} <= set(graph)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_interface_is_in_the_graph(path):
    net = shared(path)
    graph = graph_of(net.topology)
    components = {data["component"] for _, data in graph.nodes(data=True)}
    assert set(net.topology.interfaces) <= components


DESIGNS = [*MODELS, *sorted((Path(__file__).parents[1] / "kernel2").glob("*.yaml"))[::3]]


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.stem)
def test_nodes_are_checkpoints_one_to_one_and_every_walk_is_a_way_of_the_graph(path):
    """What is lost goes on only in thought, so a walk counts up to there, and its answer not at all."""
    net = shared(path)
    graph = net.graph()
    assert graph.number_of_nodes() == len({data["checkpoint"] for _, data in graph.nodes(data=True)})
    assert graph.number_of_nodes() == len(net.topology.checkpoints)
    steps = {(one, other) for one in net.topology.checkpoints for other in one.successors()}
    assert graph.number_of_edges() == len(steps)
    names = [name for name in net.ends.names() if ":" not in name][:12]
    walked = set()
    for source in names:
        for destination in names:
            for flow in flows(net.endpoint(source), net.endpoint(destination), net.ends):
                if flow.loss is None and not flow.unknown and flow.origin.start in net.topology.checkpoints:
                    found = round_trip_of(flow)
                    walked |= set(taken(found.forward))
                    if found.reply is not None and not found.forward.lost:
                        walked |= set(taken(found.reply))
    assert walked <= steps
    assert walked or len(names) < 2


def taken(walk):
    """The steps of a walk, as far as it is not lost."""
    for one, other in pairwise(walk.visits):
        if isinstance(one.step, Drop):
            return
        yield one.checkpoint, other.checkpoint
