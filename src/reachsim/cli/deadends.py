"""`reachsim deadends`: forwarding loops and blackholes."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network

HELP = "find forwarding loops and blackholes, over all destinations"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look for them; 0 when there is none, 1 when there is one."""
    from reachsim.report.deadends import deadends_data, deadends_text

    net = load_network(arguments)
    with ProgressLine("route tables looked at") as progress:
        found = net.dead_ends(progress=progress)
    print_answer(
        arguments,
        lambda how: deadends_text(found, net.source.file, how),
        lambda: deadends_data(found, net.source.file),
        net,
    )
    return 1 if found else 0
