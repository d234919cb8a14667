"""`reachsim exposure`: what the internet reaches."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, look

HELP = "list what the internet reaches, and from where"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """List it; 0."""
    from reachsim.network import load
    from reachsim.report.data import to_json
    from reachsim.report.exposure import exposure_data, exposure_text

    net = load(arguments.file)
    with ProgressLine("classes of interfaces asked") as progress:
        found = net.exposure(progress=progress)
    if arguments.format == "json":
        print(to_json(exposure_data(found, net)))
    else:
        print(exposure_text(found, net, look(arguments)))
    return 0
