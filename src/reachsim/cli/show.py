"""`reachsim show`: what was understood of a design."""

from __future__ import annotations

import argparse

from reachsim.cli.common import add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network
from reachsim.errors import UsageError, shown

HELP = "show what was understood of a design: blocks, free addresses, interfaces, functions, warnings"
_WHAT = (
    "vpcs, interfaces, functions, peerings, hosts, prefix-lists, expectations, warnings, routes, acls, "
    "groups; left out: all but the last three"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser, expect=True)
    parser.add_argument("what", metavar="WHAT", nargs="*", help=_WHAT)
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show; 0."""
    from reachsim.errors import suggest
    from reachsim.report.show import WHAT, show_data, show_text

    what = list(dict.fromkeys(arguments.what))
    for word in what:
        if word not in WHAT:
            near = suggest(word, WHAT)
            hint = f"did you mean {shown(near)}?" if near else f"there are {', '.join(WHAT)}"
            raise UsageError(f"unknown section {shown(word)}; {hint}")
    net = load_network(arguments)
    print_answer(arguments, lambda how: show_text(net, what, how), lambda: show_data(net, what), net)
    return 0
