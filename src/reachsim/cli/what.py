"""`reachsim what`: what an endpoint reaches: interfaces, services, networks, the internet."""

from __future__ import annotations

import argparse

from reachsim.cli.neighbours import add_arguments, answer

HELP = "say what an endpoint reaches: interfaces, services, networks, the internet"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser, "FROM")


def run(arguments: argparse.Namespace) -> int:
    """List it; 0, or 3 where some of it cannot be decided."""
    return answer(arguments, lambda net: net.reaches_what)
