"""`reachsim`: the command line.

Each command is a module with `HELP`, `configure(parser)` and `run(arguments) -> int`; a new one is such a
module and a line in `COMMANDS`. The modules import what they need when they run, so that `reachsim --help`
costs next to nothing. `main` alone turns errors into text and exit codes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from reachsim.errors import DesignError, ReachsimError, visible

COMMANDS = {
    "check": "reachsim.cli.check",
    "trace": "reachsim.cli.trace",
    "reach": "reachsim.cli.reach",
    "matrix": "reachsim.cli.matrix",
    "exposure": "reachsim.cli.exposure",
    "isolated": "reachsim.cli.isolated",
    "deadends": "reachsim.cli.deadends",
    "rules": "reachsim.cli.rules",
    "diff": "reachsim.cli.diff",
    "show": "reachsim.cli.show",
    "graph": "reachsim.cli.graph",
    "cidr": "reachsim.cli.cidr",
    "schema": "reachsim.cli.schema",
}
"""Command to module, in the order of the help."""

INTERRUPTED = 130
"""128 + SIGINT: what a shell reports of a program that Ctrl-C ended."""
BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell reports of a program whose reader went away."""

_DESCRIPTION = "Knows, before anything is deployed, whether a packet flows in an AWS network, and why not."
_EPILOG = """\
exit codes: 0 all holds; 1 a verdict fails; 2 bad input or usage; 3 cannot decide.
start with: reachsim check FILE; then reachsim trace FILE FROM TO TRAFFIC for one packet."""


def make_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="reachsim",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, home in COMMANDS.items():
        module = import_module(home)
        description = getattr(module, "DESCRIPTION", module.HELP[0].upper() + module.HELP[1:] + ".")
        command = commands.add_parser(
            name, help=module.HELP, description=description, formatter_class=_Formatter, allow_abbrev=False
        )
        module.configure(command)
        command.set_defaults(run=module.run)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions as they are written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    `argv`: arguments without the program's name; left out, those of the process. Returns the exit code: 0
    all holds, 1 a verdict fails, 2 bad input or usage, 3 cannot decide; 130 after Ctrl-C, 141 when the
    reader of a pipe has gone.
    """
    # A name may have letters that the terminal's encoding lacks: better their escapes than no answer.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        status = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        # Reading has errors of its own, so this is the output: a full disk, a terminal that went away.
        _discard_output()
        _complain(f"reachsim: cannot write: {visible(error.strerror or str(error))}")
        return ReachsimError.exit_code


def _run(argv: Sequence[str] | None) -> int:
    arguments: argparse.Namespace | None = None
    try:
        parser = make_parser()
        arguments = parser.parse_args(argv)
        if arguments.version:
            from reachsim import __version__

            print(f"reachsim {__version__}")
            return 0
        if arguments.command is None:
            parser.error("a command is missing; reachsim --help lists them")
        return int(arguments.run(arguments))
    except SystemExit as stop:  # argparse's, after a usage error or --help
        return stop.code if isinstance(stop.code, int) else 0
    except ReachsimError as error:
        if getattr(arguments, "format", None) == "json":
            from reachsim.report.data import error_data, to_json

            print(to_json(error_data(error)))
        # A problem of a file begins with its place, so that editors can jump there.
        _complain(str(error) if isinstance(error, DesignError) else f"reachsim: {error}")
        return error.exit_code


def _complain(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr)


def _discard_output() -> None:
    """Let nothing more be written, not even by the interpreter when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # a stream without a file behind it
        return
