"""`reachsim matrix`: who gets what to whom, over all pairs of interfaces."""

from __future__ import annotations

import argparse
from itertools import islice

from reachsim.cli.common import (
    TRAFFIC_HELP,
    ProgressLine,
    add_all,
    add_file,
    add_format,
    add_jobs,
    print_answer,
)
from reachsim.cli.sources import load_network

HELP = "say which traffic gets from whom to whom, for all pairs of interfaces"
_LINES = 10_000
"""Lines of CSV that are printed at a time: there may be a million."""
_EACH_LINK = 0.000007
"""Seconds that what passes between two classes takes as JSON, about."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument(
        "traffic", metavar="TRAFFIC", nargs="?", help=f"only pairs that some of this passes between: {TRAFFIC_HELP}"
    )
    parser.add_argument(
        "--by",
        choices=("class", "subnet", "vpc"),
        help="put together interfaces that nothing tells apart, those of a subnet, or those of a VPC "
        "(text: the first of these that is short; json: class; csv: nothing put together)",
    )
    add_format(parser, "csv")
    add_jobs(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print it; 0."""
    from reachsim.net.traffic import parse_traffic
    from reachsim.reach.workers import workers
    from reachsim.report.matrix import matrix_csv, matrix_text

    traffic = None if arguments.traffic is None else parse_traffic(arguments.traffic)
    net = load_network(arguments)
    with workers(arguments.jobs) as executor, ProgressLine("matrix") as progress:
        matrix = net.matrix(executor=executor, progress=progress)
        links = matrix.by(arguments.by or "class", traffic) if arguments.format == "json" else None
        progress.comes("links", 0 if links is None else len(links.links), _EACH_LINK)
    file = net.source.file
    if arguments.format == "csv":
        lines = matrix_csv(matrix, traffic, arguments.by)
        while block := list(islice(lines, _LINES)):
            print("\n".join(block))
        return 0
    print_answer(
        arguments,
        lambda how: matrix_text(matrix, file, traffic, arguments.by, how),
        lambda: {"file": file, **(links.to_dict() if links is not None else {})},
        net,
    )
    return 0
