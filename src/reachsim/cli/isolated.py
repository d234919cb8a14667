"""`reachsim isolated`: whether two endpoints, or two sets of them, are apart."""

from __future__ import annotations

import argparse

from reachsim.cli.common import (
    ENDPOINT_HELP,
    ProgressLine,
    add_all,
    add_file,
    add_format,
    endpoint,
    print_answer,
)
from reachsim.cli.sources import load_network

HELP = "prove that nothing is delivered between two endpoints or sets of them, or show what is"

_EACH = 0.00003
"""Seconds that a leak takes as JSON, about."""
_EACH_IN_WORDS = 0.000005
"""The same in text, where leaks of the same traffic are told together."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("one", metavar="A", help=ENDPOINT_HELP)
    parser.add_argument("other", metavar="B", help="the same")
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask; 0 when they are isolated, 1 when something is delivered, 3 when nothing is as far as can be decided."""
    from reachsim.report.isolated import isolated_data, isolated_text

    net = load_network(arguments)
    with ProgressLine("pairs of ends asked") as progress:
        found = net.isolated(endpoint(arguments.one), endpoint(arguments.other), progress=progress)
        progress.comes("leaks", len(found.leaks), _EACH if arguments.format == "json" else _EACH_IN_WORDS)
    print_answer(arguments, lambda how: isolated_text(found, net, how), lambda: isolated_data(found, net), net)
    return 1 if found.leaks else 3 if found.undecided else 0
