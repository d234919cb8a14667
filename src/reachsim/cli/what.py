"""`reachsim what`: what an endpoint reaches: interfaces, services, networks, the internet."""

from __future__ import annotations

import argparse

from reachsim.cli.common import (
    ENDPOINT_HELP,
    TRAFFIC_HELP,
    ProgressLine,
    add_all,
    add_file,
    add_format,
    endpoint,
    print_answer,
)

HELP = "say what an endpoint reaches: interfaces, services, networks, the internet"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("end", metavar="FROM", help=ENDPOINT_HELP)
    parser.add_argument("traffic", metavar="TRAFFIC", nargs="?", help=f"ask about this alone: {TRAFFIC_HELP}")
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """List it; 0, or 3 where some of it cannot be decided."""
    from reachsim.engine import parse_traffic
    from reachsim.network import load
    from reachsim.report.neighbours import neighbours_data, neighbours_text

    traffic = None if arguments.traffic is None else parse_traffic(arguments.traffic)
    net = load(arguments.file)
    with ProgressLine("ends asked") as progress:
        found = net.reaches_what(endpoint(arguments.end), traffic, progress=progress)
    print_answer(arguments, lambda how: neighbours_text(found, net, how), lambda: neighbours_data(found, net), net)
    return 3 if found.undecided else 0
