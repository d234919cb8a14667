"""`reachsim check`: every expectation of a design, decided for all packets."""

from __future__ import annotations

import argparse

from reachsim.cli.common import ProgressLine, add_all, add_file, add_format, add_jobs, print_answer
from reachsim.cli.sources import load_network

HELP = "decide every expectation of a design for all packets, and say why one fails"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser, expect=True)
    add_format(parser)
    add_jobs(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; 0 when all hold, 1 when one fails, 3 when none fails but one cannot be decided."""
    from reachsim.cli.workers import workers
    from reachsim.report.check import check_text
    from reachsim.report.data import check_data

    net = load_network(arguments)
    with workers(arguments.jobs) as executor, ProgressLine("pairs of ends decided") as progress:
        check = net.check(executor=executor, progress=progress)
    print_answer(
        arguments,
        lambda how: check_text(check, net.source.file, how, len(net.warnings)),
        lambda: check_data(check, net.source.file, net.source.warnings),
        net,
    )
    return 0 if check.ok else 1 if check.failures else 3
