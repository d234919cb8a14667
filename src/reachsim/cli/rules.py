"""`reachsim rules`: rules that decide nothing, and rule sets held against each other."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network
from reachsim.errors import UsageError

HELP = "list rules that decide nothing, or say whether two ACLs or two security groups are equivalent"
_NAME = "an ACL or a security group, VPC.NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("one", metavar="A", nargs="?", help=_NAME)
    parser.add_argument("other", metavar="B", nargs="?", help="the one to hold against it")
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """List idle rules; 0. With two names: 0 when they are equivalent, 1 when not."""
    if arguments.one is not None and arguments.other is None:
        raise UsageError("name two ACLs or two security groups, or none")
    from reachsim.answers.rulesets import hold_against
    from reachsim.report.rules import (
        comparison_data,
        comparison_text,
        rules_data,
        rules_text,
    )

    net = load_network(arguments)
    if arguments.one is None:
        with ProgressLine("pairs of rules compared") as progress:
            idle = net.idle_rules(progress=progress)
        file = net.source.file
        print_answer(arguments, lambda how: rules_text(idle, file, how), lambda: rules_data(idle, file), net)
        return 0
    found = hold_against(net, arguments.one, arguments.other)
    print_answer(
        arguments, lambda how: comparison_text(found, how), lambda: comparison_data(found, net.source.file), net
    )
    return 0 if found else 1
