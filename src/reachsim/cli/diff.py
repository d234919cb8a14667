"""`reachsim diff`: what an edit opened and closed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from reachsim.cli.common import TRAFFIC_HELP, ProgressLine, add_all, add_format
from reachsim.cli.several import CI_FORMATS, Answer, print_answer_of
from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.network import Network

HELP = "say exactly which traffic between whom an edit opened and closed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("before", metavar="BEFORE", help="a design in YAML; with --git the one as it is now")
    parser.add_argument(
        "after", metavar="AFTER", nargs="?", help="the design after the edit; one of both may be - (stdin)"
    )
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
    from reachsim.engine import parse_traffic
    from reachsim.network import diff
    from reachsim.report.diff import diff_data, diff_text
    from reachsim.report.notices import diff_report

    allowed = [parse_traffic(text) for text in arguments.allow_opened]
    before, after = networks = _networks(arguments.before, arguments.after, arguments.git)
    with ProgressLine("routing classes") as progress:
        found = diff(before, after, progress)
    answer = Answer(
        1 if found.not_allowed(allowed) else 3 if found.undecided else 0,
        lambda how: diff_text(found, allowed, networks, how),
        lambda: diff_data(found, allowed, networks),
        lambda: diff_report(found, allowed, networks),
        networks,
    )
    return print_answer_of(arguments, after.source.file, answer)


def _networks(before: str, after: str | None, revision: str | None) -> tuple[Network, Network]:
    from reachsim.cli.git import load_at
    from reachsim.network import load

    if revision is None:
        if after is None:
            raise UsageError("a second design is missing; write reachsim diff BEFORE AFTER, or diff --git REV FILE")
        return load(before), load(after)
    if after is not None:
        raise UsageError("--git compares one file with itself; write reachsim diff --git REV FILE")
    if before == "-":
        raise UsageError("standard input has no history; write reachsim diff --git REV FILE")
    now = load(before)
    return load_at(revision, before), now
