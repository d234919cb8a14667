"""What commands that take files of AWS's tools have in common: what a person can say about such files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reachsim.importing.options import Options


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a template or a plan does not say itself."""
    group = parser.add_argument_group("files that are imported")
    group.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a template's parameter; repeatable"
    )
    group.add_argument(
        "--parameter-file",
        action="append",
        default=[],
        metavar="FILE",
        help="JSON of parameters, as the AWS CLI takes it",
    )
    group.add_argument(
        "--stack", action="append", default=[], metavar="NAME=FILE", help="the template of another stack; repeatable"
    )
    group.add_argument("--region", default="", metavar="REGION", help="where it is deployed")
    group.add_argument("--account", default="", metavar="ID", help="the account that it is deployed in")
    group.add_argument("--strict", action="store_true", help="infer nothing: what a file does not say is unknown")


def import_options(arguments: argparse.Namespace) -> Options:
    """What was said. Raises UsageError."""
    from reachsim.importing.options import pairs_of, read_options

    return read_options(
        pairs_of(arguments.parameter, "--parameter"),
        arguments.parameter_file,
        pairs_of(arguments.stack, "--stack"),
        arguments.region,
        arguments.account,
        arguments.strict,
    )
