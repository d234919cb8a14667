"""`reachsim import`: a design out of files that people already have."""

from __future__ import annotations

import argparse

from reachsim.cli.common import write_file
from reachsim.cli.sources import add_options, said

HELP = "make a design of what AWS's describe calls answer"
DESCRIPTION = (
    "Make a design of what AWS's describe calls answer: files of JSON, or folders of them. What was not collected is "
    "written as unknown, and exactly the answers that hang on it are undecided."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="JSON of describe calls, or a folder of it")
    add_options(parser)
    parser.add_argument("-o", "--output", metavar="DESIGN", help="write the design to a file (left out: print it)")
    parser.add_argument(
        "--report", action="store_true", help="say what was read, left out, assumed and left open instead"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print the report (text)")


def run(arguments: argparse.Namespace) -> int:
    """Import; 0."""
    from reachsim.importing import import_files, read_options
    from reachsim.importing.writing import written
    from reachsim.report.data import to_json
    from reachsim.report.importing import report_data, report_text

    found = import_files(arguments.files, read_options(**said(arguments)))
    if arguments.report:
        print(to_json(report_data(found)) if arguments.format == "json" else report_text(found))
        return 0
    text = written(found)
    if arguments.output is None:
        print(text, end="")
    else:
        write_file(arguments.output, text)
    return 0
