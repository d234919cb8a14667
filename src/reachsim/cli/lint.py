"""`reachsim lint`: what is wrong or fragile before any question is asked."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network

HELP = "list what is wrong or fragile in a design, each with its evidence and a cure"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser, expect=True)
    parser.add_argument(
        "--only", metavar="CODE", action="append", default=[], help="look for this code alone; repeatable"
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look; 0 when there is nothing but advice, 1 when there is an error or a warning."""
    from reachsim.report.lint import lint_data, lint_text

    net = load_network(arguments)
    with ProgressLine("checks made") as progress:
        found = net.lint(*arguments.only, progress=progress)
    file = net.source.file
    print_answer(arguments, lambda how: lint_text(found, file, how), lambda: lint_data(found, file), net)
    return 0 if found else 1
