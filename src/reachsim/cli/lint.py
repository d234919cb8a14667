"""`reachsim lint`: what is wrong or fragile before any question is asked."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_format
from reachsim.cli.several import CI_FORMATS, Answer, add_files, answer_files
from reachsim.cli.sources import load_network

HELP = "list what is wrong or fragile in a design, each with its evidence and a cure"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_files(parser)
    parser.add_argument(
        "--only", metavar="CODE", action="append", default=[], help="look for this code alone; repeatable"
    )
    add_format(parser, *CI_FORMATS)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look; 0 when there is nothing but advice, 1 when there is an error or a warning."""
    return answer_files(arguments, lambda file: _answer(arguments, file))


def _answer(arguments: argparse.Namespace, file: str) -> Answer:
    from reachsim.report.lint import lint_data, lint_text
    from reachsim.report.notices import lint_report

    net = load_network(arguments, file)
    with ProgressLine("lint") as progress:
        found = net.lint(*arguments.only, progress=progress)
    name = net.source.file
    return Answer(
        0 if found else 1,
        lambda how: lint_text(found, name, how),
        lambda: lint_data(found, name),
        lambda: lint_report(found, name),
        (net,),
    )
