"""`reachsim lambda`: the addresses that Lambda functions need."""

from __future__ import annotations

import argparse

from reachsim.cli.common import add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network

HELP = "say how many interfaces and addresses the functions need, and whether their subnets have room"
_STATUS = {"fits": 0, "does not fit": 1, "undecided": 3}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument(
        "--growth", type=int, default=0, metavar="PERCENT", help="so many percent more executions than are written (0)"
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plan; 0 when everything fits, 1 when not, 3 when what is not modelled may need the addresses."""
    from reachsim.report.lambda_planning import lambda_data, lambda_text

    net = load_network(arguments)
    plan = net.lambda_addresses(arguments.growth)
    file = net.source.file
    print_answer(arguments, lambda how: lambda_text(plan, file, how), lambda: lambda_data(plan, file), net)
    return _STATUS[plan.verdict]
