"""`reachsim import`: a design out of files that people already have."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from reachsim.cli.common import write_file
from reachsim.cli.sources import add_options, said
from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.importing import Imported

HELP = "make a design of describe answers, templates, or Terraform's plans and states"
DESCRIPTION = (
    "Make a design of what AWS's describe calls answer, of templates of CloudFormation, SAM or CDK, or of Terraform's plans "
    "and states: files, or folders of them. What these do not tell is written as unknown, and exactly the answers that hang "
    "on it are undecided."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="describe answers, a template, a plan or a state, or a folder of them; - for standard input",
    )
    add_options(parser)
    parser.add_argument("-o", "--output", metavar="DESIGN", help="write the design to a file (left out: print it)")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep what is promised and waived in DESIGN as it is: expect, lint, warn, nat_loss_below, name",
    )
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

    if arguments.keep and arguments.output is None:
        raise UsageError("--keep keeps what a file has; name it with -o DESIGN")
    found = import_files(arguments.files, read_options(**said(arguments)))
    if arguments.report:
        print(to_json(report_data(found)) if arguments.format == "json" else report_text(found))
        return 0
    if arguments.output is None:
        print(written(found), end="")
    else:
        write_file(arguments.output, _kept(found, arguments.output) if arguments.keep else written(found))
    return 0


def _kept(found: Imported, path: str) -> str:
    """The text of the design with what the file has that no import writes. Raises DesignError where that does not fit: a
    promise about something that is no more."""
    from reachsim.answers.promised import checked
    from reachsim.importing.keeping import kept_document, written_with
    from reachsim.loading.document import read_file
    from reachsim.loading.load import check
    from reachsim.network import Network

    if not os.path.exists(path):
        from reachsim.importing.writing import written

        return written(found)
    earlier = read_file(path)
    checked(Network(check(kept_document(found, earlier))))
    return written_with(found, earlier)
