"""What commands that take files of AWS's tools have in common: what a person can say about such files, and loading them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reachsim.errors import UsageError, shown

if TYPE_CHECKING:
    from reachsim.network import Network
    from reachsim.opening import Said


def add_parameters(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """What a template does not say itself of its blocks."""
    group = parser.add_argument_group("a file that is imported", "what it does not say itself")
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
    return group


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a template or a plan does not say itself."""
    group = add_parameters(parser)
    group.add_argument("--region", default="", metavar="REGION", help="where it is deployed")
    group.add_argument("--account", default="", metavar="ID", help="the account that it is deployed in")
    group.add_argument("--strict", action="store_true", help="infer nothing: what a file does not say is unknown")


def said(arguments: argparse.Namespace) -> Said:
    """What was said about a file that is imported. Raises UsageError."""
    return {
        **parameters_of(arguments),
        "region": arguments.region,
        "account": arguments.account,
        "strict": arguments.strict,
    }


def parameters_of(arguments: argparse.Namespace) -> Said:
    """What was said by `add_parameters`. Raises UsageError."""
    return {
        "parameters": pairs_of(arguments.parameter, "--parameter", "NAME=VALUE"),
        "parameter_files": arguments.parameter_file,
        "stacks": pairs_of(arguments.stack, "--stack", "NAME=FILE"),
    }


def load_network(arguments: argparse.Namespace, file: str | None = None) -> Network:
    """The network of the command's file, or of another one. Raises ReachsimError."""
    from reachsim.network import load

    name = arguments.file if file is None else file
    return load(name, expect=getattr(arguments, "expect", None), **said(arguments))


def load_both(arguments: argparse.Namespace, file: str) -> tuple[Network, Network]:
    """The networks before and after of a plan. Raises ReachsimError."""
    from reachsim.network import load_sides

    return load_sides(file, **said(arguments))


def pairs_of(texts: Iterable[str], option: str, form: str) -> dict[str, str]:
    """``NAME=VALUE`` as it is typed, by name. `option`: what it was given with; `form`: its form. Raises UsageError,
    also for a name that is given twice; no value is in its message."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise UsageError(f"{option} names nothing before its '='; write it as {form}")
        if name in found:
            raise UsageError(f"{option} {shown(name)} is given twice")
        found[name] = value
    return found
