"""`reachsim diff`: what an edit opened and closed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from reachsim.cli.common import FILE_HELP, TRAFFIC_HELP, ProgressLine, add_all, add_format, print_answer
from reachsim.cli.sources import add_options, load_both, load_network

if TYPE_CHECKING:
    from reachsim.network import Network

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
        "--allow-opened",
        action="append",
        default=[],
        metavar="TRAFFIC",
        help=f"traffic that may be opened; may be given several times: {TRAFFIC_HELP}",
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 1 when something was opened that --allow-opened does not name, else 3 when some of it cannot be
    decided, else 0."""
    from reachsim.engine import parse_traffic
    from reachsim.network import diff
    from reachsim.report.diff import diff_data, diff_text

    allowed = [parse_traffic(text) for text in arguments.allow_opened]
    before, after = _networks(arguments)
    with ProgressLine("routing classes") as progress:
        found = diff(before, after, progress)
    print_answer(
        arguments,
        lambda how: diff_text(found, allowed, (before, after), how),
        lambda: diff_data(found, allowed),
        before,
        after,
    )
    return 1 if found.not_allowed(allowed) else 3 if found.undecided else 0


def _networks(arguments: argparse.Namespace) -> tuple[Network, Network]:
    if arguments.after is None:
        return load_both(arguments, arguments.before)
    return load_network(arguments, arguments.before), load_network(arguments, arguments.after)
