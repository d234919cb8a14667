"""`reachsim diff`: what an edit opened and closed."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reachsim.cli.common import FILE_HELP, TRAFFIC_HELP, ProgressLine, add_all, add_format, announce_as_long_again
from reachsim.cli.several import CI_FORMATS, Answer, print_answer_of
from reachsim.cli.sources import add_options, load_both, load_network, said
from reachsim.errors import UsageError, shown

if TYPE_CHECKING:
    from reachsim.answers.difference import Difference
    from reachsim.net.traffic import Traffic
    from reachsim.network import Network
    from reachsim.report.notices import Report

HELP = "say exactly which traffic between whom an edit opened and closed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("before", metavar="BEFORE", help=FILE_HELP)
    parser.add_argument(
        "after",
        metavar="AFTER",
        nargs="?",
        help="the same after the edit; one of both may be -; left out where BEFORE is a plan, which tells both",
    )
    add_options(parser)
    parser.add_argument(
        "--git", metavar="REV", help="compare the one file with what it was at a revision of git: main, HEAD~1"
    )
    parser.add_argument(
        "--allow-opened",
        action="append",
        default=[],
        metavar="TRAFFIC",
        help=f"traffic that may be opened; may be given several times: {TRAFFIC_HELP}",
    )
    add_format(parser, *CI_FORMATS)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 1 when something was opened that --allow-opened does not name, else 3 when some of it cannot be
    decided, else 0."""
    from reachsim.net.traffic import parse_traffic
    from reachsim.network import diff
    from reachsim.report.diff import diff_data, diff_text

    allowed = [parse_traffic(text) for text in arguments.allow_opened]
    before, after = networks = _networks(arguments)
    announce_as_long_again("two networks compared")
    with ProgressLine("routing classes") as progress:
        found = diff(before, after, progress)
    answer = Answer(
        1 if found.not_allowed(allowed) else 3 if found.undecided else 0,
        lambda how: diff_text(found, allowed, networks, how),
        lambda: diff_data(found, allowed, networks),
        lambda: _report(found, allowed, networks),
        networks,
    )
    return print_answer_of(arguments, after.source.file, answer)


def _report(found: Difference, allowed: Sequence[Traffic], networks: tuple[Network, Network]) -> Report:
    from reachsim.report.notices import diff_report

    return diff_report(found, allowed, networks)


def _networks(arguments: argparse.Namespace) -> tuple[Network, Network]:
    before, after = arguments.before, arguments.after
    if arguments.git is None:
        return load_both(arguments, before) if after is None else _each(arguments, before, after)
    if after is not None:
        raise UsageError("--git compares one file with itself; write reachsim diff --git REV FILE")
    if before == "-":
        raise UsageError("standard input has no history; write reachsim diff --git REV FILE")
    if os.path.isdir(before):
        raise UsageError(f"{shown(before)} is a folder; --git compares one file with what it was")
    from reachsim.cli.git import load_at

    now = load_network(arguments, before)
    return load_at(arguments.git, before, said(arguments)), now


def _each(arguments: argparse.Namespace, before: str, after: str) -> tuple[Network, Network]:
    return load_network(arguments, before), load_network(arguments, after)
