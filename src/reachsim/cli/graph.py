"""`reachsim graph`: the checkpoints and the steps between them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from reachsim.cli.common import (
    ENDPOINT_HELP,
    add_all,
    add_file,
    add_format,
    announce_many,
    announce_pairs,
    endpoint,
    print_answer,
)
from reachsim.cli.sources import load_network
from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.report.text import Look

_EACH_EDGE = 8e-7
"""Seconds that a look along an edge takes."""
HELP = "print the graph of checkpoints, or the ways from one endpoint to another"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("--from", dest="source", metavar="A", help=ENDPOINT_HELP)
    parser.add_argument("--to", dest="destination", metavar="B", help="the same")
    add_format(parser, "dot")
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print; 0."""
    if (arguments.source is None) != (arguments.destination is None):
        raise UsageError("--from and --to go together")
    from reachsim.answers.ways import find_ways
    from reachsim.report.graph import graph_data, graph_dot, graph_text, ways_text

    net = load_network(arguments)
    graph = net.graph()
    ways = None
    if arguments.source is not None:
        announce_pairs(net, endpoint(arguments.source), endpoint(arguments.destination))
        ends = net.endpoint(endpoint(arguments.source)), net.endpoint(endpoint(arguments.destination))
        ways = find_ways(net, graph, *ends, lambda count: announce_many("edges to look along", count, _EACH_EDGE))
    if arguments.format == "dot":
        print(graph_dot(graph, ways))
        return 0
    file = net.source.file

    def text(how: Look) -> str:
        return graph_text(graph, file, how) if ways is None else ways_text(graph, ways, how)

    print_answer(arguments, text, lambda: graph_data(graph, file, ways), net)
    return 0
