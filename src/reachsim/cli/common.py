"""What the commands have in common: arguments, endpoints, and how a text is set."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TYPE_CHECKING

from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.kinds.expectation import Selector
    from reachsim.report.text import Look

ENDPOINT_HELP = (
    "a name (web, app.web, fetch:prod), an address, a block, internet, "
    "or all interfaces of a kind: vpc=NAME, subnet=NAME, tag=KEY:VALUE"
)
TRAFFIC_HELP = "tcp/443, tcp/1024-65535, udp/53, icmp, icmp/8, icmpv6, proto/50, tcp, all; commas join several"
_WIDTH = 100
_NARROWEST, _WIDEST = 60, 120


def add_file(parser: argparse.ArgumentParser) -> None:
    """The design."""
    parser.add_argument("file", metavar="FILE", help="a design in YAML, or - for standard input")


def add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    """`--format text|json`, and what else there is."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="what to print (text)")


def add_all(parser: argparse.ArgumentParser) -> None:
    """`--all`: nothing is cut."""
    parser.add_argument("--all", action="store_true", help="cut no long list")


def look(arguments: argparse.Namespace) -> Look:
    """How to set a text: colours on a terminal without NO_COLOR, lines as wide as the terminal, lists cut
    without --all."""
    from reachsim.markup import Style
    from reachsim.report.text import Look

    terminal = sys.stdout is not None and sys.stdout.isatty()
    colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = _WIDTH
    if terminal:
        width = min(max(shutil.get_terminal_size((_WIDTH, 24)).columns, _NARROWEST), _WIDEST)
    return Look(Style(enabled=colours), width, getattr(arguments, "all", False))


def endpoint(text: str) -> str | Selector:
    """What is asked for: a name, an address or a block as it stands, or a selector (``vpc=dev``). Raises
    UsageError."""
    key, equals, value = text.partition("=")
    if not equals or key not in ("vpc", "subnet", "tag"):
        return text
    from reachsim.kinds.expectation import Selector

    if key == "tag":
        name, colon, content = value.partition(":")
        if not (name and colon):
            raise UsageError(f"{text!r} selects nothing; write tag=KEY:VALUE")
        return Selector(tag={name: content})
    names = tuple(value.split(","))
    if not all(names):
        raise UsageError(f"{text!r} selects nothing; write {key}=NAME")
    return Selector(vpc=names) if key == "vpc" else Selector(subnet=names)
