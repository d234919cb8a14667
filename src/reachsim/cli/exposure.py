"""`reachsim exposure`: what the internet reaches."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, print_answer
from reachsim.cli.sources import load_network

HELP = "list what the internet reaches, and from where"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """List it; 0, or 3 where some of it cannot be decided."""
    from reachsim.report.exposure import exposure_data, exposure_text

    net = load_network(arguments)
    with ProgressLine("classes of interfaces asked") as progress:
        found = net.exposure(progress=progress)
    print_answer(arguments, lambda how: exposure_text(found, net, how), lambda: exposure_data(found, net), net)
    return 3 if any(group.undecided for group in found) else 0
