"""`reachsim reach`: everything that gets from one endpoint to another."""

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
from reachsim.cli.sources import load_network

HELP = "say exactly which traffic gets from one endpoint to another and back, and what stops the rest"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("source", metavar="FROM", help=ENDPOINT_HELP)
    parser.add_argument("destination", metavar="TO", help="the same")
    parser.add_argument(
        "traffic",
        metavar="TRAFFIC",
        nargs="?",
        help=f"ask about this alone, and whether all of it passes: {TRAFFIC_HELP}",
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask; 0 when all of TRAFFIC passes (without TRAFFIC: when anything does), 1 when not, 3 when that is
    undecided."""
    from reachsim.answers.reach import reach_answer
    from reachsim.net.traffic import parse_traffic
    from reachsim.report.reach import reach_data, reach_text

    net = load_network(arguments)
    traffic = None if arguments.traffic is None else parse_traffic(arguments.traffic)
    ends = endpoint(arguments.source), endpoint(arguments.destination)
    with ProgressLine("pairs of ends asked") as progress:
        found = reach_answer(net.reach(*ends, progress=progress), traffic)
    print_answer(
        arguments,
        lambda how: reach_text(found, net.locate, how),
        lambda: reach_data(found, net.locate, net.source.file),
        net,
    )
    return {"all": 0, "undecided": 3}.get(found.verdict, 1)
