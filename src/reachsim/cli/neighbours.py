"""What `reachsim who` and `reachsim what` share: one question, asked from either end."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from reachsim.answers.neighbours import Neighbours
    from reachsim.network import Network


def add_arguments(parser: argparse.ArgumentParser, end: str) -> None:
    """Add the arguments; `end`: what the end that is asked about is called."""
    add_file(parser)
    parser.add_argument("end", metavar=end, help=ENDPOINT_HELP)
    parser.add_argument("traffic", metavar="TRAFFIC", nargs="?", help=f"ask about this alone: {TRAFFIC_HELP}")
    add_format(parser)
    add_all(parser)


def answer(arguments: argparse.Namespace, ask: Callable[[Network], Callable[..., Neighbours]]) -> int:
    """Print what a method of the network, which `ask` gives, answers; 0, or 3 where some of it cannot be decided."""
    from reachsim.net.traffic import parse_traffic
    from reachsim.report.neighbours import neighbours_data, neighbours_text

    traffic: Any = None if arguments.traffic is None else parse_traffic(arguments.traffic)
    net = load_network(arguments)
    with ProgressLine("ends asked") as progress:
        found = ask(net)(endpoint(arguments.end), traffic, progress=progress)
    print_answer(arguments, lambda how: neighbours_text(found, net, how), lambda: neighbours_data(found, net), net)
    return 3 if found.undecided else 0
