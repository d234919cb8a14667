"""The graph holds every step that a packet may take."""

from pathlib import Path

import networkx
import pytest
from tests.designs import DUAL, MIDDLEBOX, load

import reachsim
from reachsim.topology.graph import graph_of, node_name

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.yaml"))


def test_nodes_have_names_of_their_own_and_say_what_they_are():
    net = load(DUAL, MIDDLEBOX, {"lambda_functions f latest": {"vpc": "app", "subnets": ["private"]}})
    graph = net.graph()
    assert isinstance(graph, networkx.DiGraph)
    for name, data in graph.nodes(data=True):
        assert name == node_name(data["checkpoint"]) == f"{data['component']} {data['role']}"
    assert networkx.has_path(graph, "app.probe security group client egress", "internet internet")
    assert graph.has_edge("app route table private", "app.private network ACL default ingress")
    assert not graph.has_edge("app route table private", "app.igw internet gateway")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_interface_is_in_the_graph(path):
    net = reachsim.load(path)
    graph = graph_of(net.topology)
    components = {data["component"] for _, data in graph.nodes(data=True)}
    assert set(net.topology.interfaces) <= components
