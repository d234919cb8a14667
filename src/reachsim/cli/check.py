"""`reachsim check`: every expectation of a design, decided for all packets."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reachsim.cli.common import ProgressLine, add_all, add_format, add_jobs
from reachsim.cli.several import CI_FORMATS, Answer, add_files, answer_files
from reachsim.cli.sources import load_network

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from reachsim.answers.expectations import Check
    from reachsim.errors import Problem
    from reachsim.report.notices import Report

HELP = "decide every expectation of a design for all packets, and say why one fails"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_files(parser)
    parser.add_argument(
        "--require-expectations", action="store_true", help="a design without expectations is an error, not a success"
    )
    add_format(parser, *CI_FORMATS)
    add_jobs(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; 0 when all hold, 1 when one fails, 3 when none fails but one cannot be decided."""
    from reachsim.reach.workers import workers

    with workers(arguments.jobs) as executor:
        return answer_files(arguments, lambda file: _answer(arguments, file, executor))


def _answer(arguments: argparse.Namespace, file: str, executor: Executor | None) -> Answer:
    from reachsim.errors import UsageError, visible
    from reachsim.report.check import check_text
    from reachsim.report.data import check_data

    net = load_network(arguments, file)
    name, warnings = net.source.file, net.source.warnings
    if arguments.require_expectations and not net.design.expect:
        raise UsageError(
            f"{visible(name)} has no expectations; write some under expect, as --require-expectations wants"
        )
    with ProgressLine("pairs of ends decided") as progress:
        check = net.check(executor=executor, progress=progress)
    return Answer(
        0 if check.ok else 1 if check.failures else 3,
        lambda how: check_text(check, name, how, len(net.warnings)),
        lambda: check_data(check, name, warnings),
        lambda: _report(check, name, warnings),
        (net,),
    )


def _report(check: Check, file: str, warnings: Sequence[Problem]) -> Report:
    from reachsim.report.notices import check_report

    return check_report(check, file, warnings)
