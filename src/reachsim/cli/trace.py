"""`reachsim trace`: one packet there and its answer back."""

from __future__ import annotations

import argparse

from reachsim.cli.common import (
    ENDPOINT_HELP,
    TRAFFIC_HELP,
    add_all,
    add_file,
    add_format,
    announce_pairs,
    endpoint,
    print_answer,
)
from reachsim.cli.sources import load_network

HELP = "send one packet, and say hop by hop what happens to it and to its answer"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("source", metavar="FROM", help=ENDPOINT_HELP)
    parser.add_argument("destination", metavar="TO", help="the same")
    parser.add_argument("traffic", metavar="TRAFFIC", help=TRAFFIC_HELP)
    parser.add_argument(
        "--source-port", type=int, metavar="N", help="the client's port; left out: every port that it may use"
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Trace; 0 when the answer comes back, 1 when not, 3 when that cannot be decided."""
    from reachsim.report.data import trace_data
    from reachsim.report.trace import trace_text

    net = load_network(arguments)
    ends = endpoint(arguments.source), endpoint(arguments.destination)
    announce_pairs(net, *ends)
    found = net.trace(*ends, arguments.traffic, arguments.source_port)
    print_answer(arguments, lambda how: trace_text(found, how), lambda: trace_data(found, net.source.file), net)
    return 0 if found.reachable else 3 if found.verdict == "undecided" else 1
