"""`reachsim init`: a design to start from."""

from __future__ import annotations

import argparse
import os

HELP = "write a small design with comments, to start from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="network.yaml",
        help="where to write it (network.yaml), or - for standard output; what is there already is kept",
    )


def starter() -> str:
    """The design, with its comments."""
    from importlib.resources import files

    return files("reachsim.cli").joinpath("starter.yaml").read_text(encoding="utf-8")


def run(arguments: argparse.Namespace) -> int:
    """Write it; 0. Raises UsageError where the file is there already."""
    from reachsim.cli.common import write_file
    from reachsim.errors import UsageError, shown, visible

    if arguments.file == "-":
        print(starter(), end="")
        return 0
    if os.path.lexists(arguments.file):
        raise UsageError(f"{shown(arguments.file)} is there already; name another file, as in reachsim init NAME.yaml")
    write_file(arguments.file, starter())
    name = visible(arguments.file)
    more = f"reachsim trace {name} app-a db tcp/5432; reachsim draw {name} -o network.svg"
    print(f"wrote {name}\nnext: reachsim check {name}; {more}")
    return 0
