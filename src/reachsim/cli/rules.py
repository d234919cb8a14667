"""`reachsim rules`: rules that decide nothing, and rule sets held against each other."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format
from reachsim.cli.several import CI_FORMATS, Answer, print_answer_of
from reachsim.cli.sources import load_network
from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.network import Network

HELP = "list rules that decide nothing, or say whether two ACLs or two security groups are equivalent"
_NAME = "an ACL or a security group, VPC.NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument("one", metavar="A", nargs="?", help=_NAME)
    parser.add_argument("other", metavar="B", nargs="?", help="the one to hold against it")
    add_format(parser, *CI_FORMATS)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """List idle rules; 0. With two names: 0 when they are equivalent, 1 when not."""
    if arguments.one is not None and arguments.other is None:
        raise UsageError("name two ACLs or two security groups, or none")
    net = load_network(arguments)
    answer = _idle(net) if arguments.one is None else _compared(net, arguments.one, arguments.other)
    return print_answer_of(arguments, net.source.file, answer)


def _idle(net: Network) -> Answer:
    from reachsim.report.notices import rules_report
    from reachsim.report.rules import rules_data, rules_text

    with ProgressLine("pairs of rules compared") as progress:
        idle = net.idle_rules(progress=progress)
    file = net.source.file
    return Answer(
        0,
        lambda how: rules_text(idle, file, how),
        lambda: rules_data(idle, file),
        lambda: rules_report(idle, file),
        (net,),
    )


def _compared(net: Network, one: str, other: str) -> Answer:
    from reachsim.answers.rulesets import hold_against
    from reachsim.report.notices import comparison_report
    from reachsim.report.rules import comparison_data, comparison_text

    found = hold_against(net, one, other)
    file = net.source.file
    return Answer(
        0 if found else 1,
        lambda how: comparison_text(found, how),
        lambda: comparison_data(found, file),
        lambda: comparison_report(found, file, comparison_text(found)),
        (net,),
    )
