"""`reachsim`: the command line.

Each command is a module with `HELP`, `configure(parser)` and `run(arguments) -> int`; a new one is such a
module and a line in `COMMANDS`. The modules import what they need when they run, so that `reachsim --help`
costs next to nothing. `main` alone turns errors into text and exit codes.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any, NoReturn, TextIO

from reachsim.cli.common import add_deadline, announced_in_time
from reachsim.cli.several import CI_FORMATS, told
from reachsim.errors import ReachsimError, UsageError, cut, shown, visible
from reachsim.stopping import stoppable

COMMANDS = {
    "check": "reachsim.cli.check",
    "trace": "reachsim.cli.trace",
    "explain": "reachsim.cli.explain",
    "fix": "reachsim.cli.fix",
    "reach": "reachsim.cli.reach",
    "matrix": "reachsim.cli.matrix",
    "who": "reachsim.cli.who",
    "what": "reachsim.cli.what",
    "exposure": "reachsim.cli.exposure",
    "isolated": "reachsim.cli.isolated",
    "deadends": "reachsim.cli.deadends",
    "rules": "reachsim.cli.rules",
    "diff": "reachsim.cli.diff",
    "lambda": "reachsim.cli.lambda_",
    "session-manager": "reachsim.cli.session_manager",
    "lint": "reachsim.cli.lint",
    "show": "reachsim.cli.show",
    "graph": "reachsim.cli.graph",
    "draw": "reachsim.cli.draw",
    "import": "reachsim.cli.import_",
    "cidr": "reachsim.cli.cidr",
    "schema": "reachsim.cli.schema",
    "init": "reachsim.cli.init",
    "completion": "reachsim.cli.completion",
}
"""Command to module, in the order of the help."""

_SHORT = {"schema", "init", "completion"}
"""Commands that never take long."""

INTERRUPTED = 130
"""128 + SIGINT: what a shell reports of a program that Ctrl-C ended."""
BROKEN_PIPE = 141
"""128 + SIGPIPE: what a shell reports of a program whose reader went away."""

_DESCRIPTION = "Knows, before anything is deployed, whether a packet flows in an AWS network, and why not."
_EPILOG = """\
exit codes: 0 all holds; 1 a verdict fails; 2 bad input or usage; 3 cannot decide.
start with: reachsim check FILE; then reachsim trace FILE FROM TO TRAFFIC for one packet."""


def make_parser(commands: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser with these commands."""
    parser = _Parser(
        prog="reachsim",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="whether to use colours: on a terminal (auto)",
    )
    known = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", prog=parser.prog)
    for name in commands:
        module = import_module(COMMANDS[name])
        description = getattr(module, "DESCRIPTION", module.HELP[0].upper() + module.HELP[1:] + ".")
        command = known.add_parser(
            name, help=module.HELP, description=description, formatter_class=_Formatter, allow_abbrev=False
        )
        module.configure(command)
        if name not in _SHORT:
            add_deadline(command)
        command.set_defaults(run=module.run)
    return parser


class CommandLineError(UsageError):
    """Arguments that make no sense. `usage`: how the command is called."""

    def __init__(self, message: str, usage: str = "") -> None:
        super().__init__(message)
        self.usage = usage


class _Parser(argparse.ArgumentParser):
    """Raises its errors, so that they can be told as any other: as JSON, and without what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        if len(message) > _LONGEST_MESSAGE:
            message = message[:_LONGEST_MESSAGE] + "..."
        raise CommandLineError(f"{self.prog}: error: {message}", self.format_usage())

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """argparse's own lists every choice; the one that was meant is enough where there is one."""
        if action.choices is not None and value not in action.choices:
            near = _near(str(value), [str(choice) for choice in action.choices])
            if near is not None:
                what = "command" if isinstance(action, argparse._SubParsersAction) else "choice"
                raise argparse.ArgumentError(action, f"unknown {what} {shown(value)}; did you mean {shown(near)}?")
        super()._check_value(action, value)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """argparse's own says of an option that there is not only that it is not recognised."""
        found, left = self.parse_known_args(args, namespace)
        if left:
            options = sorted(option for parser in self._parsers(found) for option in parser._option_string_actions)
            near = next((each for word in left if word.startswith("--") and (each := _near(word, options))), None)
            hint = f"; did you mean {near}?" if near else ""
            if near in left:
                hint = f"; {near} stands before the command"
            for parser in self._parsers(found):
                hint = next((each for word in left if (each := _by_its_place(word, parser))), hint)
            self.error(f"unrecognized arguments: {' '.join(left)}{hint}")
        return found

    def _parsers(self, found: Any) -> Iterator[argparse.ArgumentParser]:
        """This parser and those of the commands that were asked for."""
        yield self
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and getattr(found, action.dest, None) in action.choices:
                yield from action.choices[getattr(found, action.dest)]._parsers(found)

    def _print_message(self, message: str, file: Any = None) -> None:
        """argparse's own goes on in silence where nothing can be written."""
        print(message, end="", file=file or sys.stderr)


_LONGEST_MESSAGE = 500


def _by_its_place(word: str, parser: argparse.ArgumentParser) -> str:
    """What to say of ``--traffic`` where a command takes TRAFFIC, by its place; empty for any other word."""
    named = word.removeprefix("--").partition("=")[0].upper()
    taken = [action.metavar for action in parser._actions if not action.option_strings]
    if not word.startswith("--") or named not in taken:
        return ""
    return f"; {named} has no option, only its place: {parser.prog} {' '.join(map(str, taken))}"


def _near(word: str, candidates: Sequence[str]) -> str | None:
    """What was probably meant, or None: `who` is the first word of `who-reaches`, as Python calls it."""
    from difflib import get_close_matches

    first = word.replace("_", "-").partition("-")[0]
    if first != word and first in candidates:
        return first
    return next(iter(get_close_matches(word[:40], candidates, 1)), None)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions as they are written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    `argv`: arguments without the program's name; left out, those of the process. Returns the exit code: 0
    all holds, 1 a verdict fails, 2 bad input or usage, 3 cannot decide; 130 after Ctrl-C, 141 when the
    reader of a pipe has gone.
    """
    # Looking for plugins of pydantic reads the metadata of every package that is installed; no command has a use for one,
    # nor for the module that reads them, which costs more than all of them.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _metadata_when_used()
    # A name may have letters that the terminal's encoding lacks: better their escapes than no answer.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        status = _guarded(argv)
    except KeyboardInterrupt:  # another one, while the first was seen to
        status = INTERRUPTED
    if status == INTERRUPTED and argv is None:  # the process is at its end: a further one would be told as a traceback
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not _flushed(sys.stderr):
        _discard("stderr")
        return ReachsimError.exit_code
    return status


def _metadata_when_used() -> None:
    """Let `importlib.metadata` be read when something of it is used, though pydantic imports `entry_points` by name at once
    (a `LazyLoader` loads it then)."""
    name = "importlib.metadata"
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = spec.loader
    module = module_from_spec(spec)

    def used(attribute: str) -> Any:
        if vars(module).pop("__getattr__", None) is not None:  # once: a second time would make its classes anew
            loader.exec_module(module)
        return getattr(module, attribute)

    vars(module).update(__getattr__=used, entry_points=lambda **wanted: used("entry_points")(**wanted))
    sys.modules[name] = importlib.metadata = module


def _guarded(argv: Sequence[str] | None) -> int:
    """Run, and turn what is nobody's verdict into an exit code that is none."""
    try:
        try:
            status = _run(argv)
            if sys.stdout is not None:
                sys.stdout.flush()
            return status
        except (KeyboardInterrupt, BrokenPipeError, OSError):
            raise
        except MemoryError:
            return _tell(OutOfMemory("out of memory: the question is too large for this machine"), argv)
        except Exception as error:  # a fault of ours: never exit code 1, which says that a verdict fails
            if os.environ.get("REACHSIM_TRACEBACK"):
                import traceback

                traceback.print_exc()
            return _tell(InternalError(_where(error)), argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard("stdout")
        return BROKEN_PIPE
    except OSError as error:
        # Files have errors of their own that name them, so this is the output: a full disk, a terminal that went away.
        _discard("stdout")
        what = "cannot write" if error.filename is None else error.filename
        _complain(visible(f"reachsim: {what}: {error.strerror or error}"))
        return ReachsimError.exit_code


class OutOfMemory(ReachsimError):
    """The machine has too little memory for a question."""


class InternalError(ReachsimError):
    """A fault of reachsim."""


def _where(error: Exception) -> str:
    """An unforeseen error in one line, with its place."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = "" if at is None else f" at {os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}"
    text = f"{type(error).__name__}: {cut(str(error))}{place}"
    return f"a fault of reachsim, please report it: {text}; REACHSIM_TRACEBACK=1 shows more"


def _run(argv: Sequence[str] | None) -> int:
    words = sys.argv[1:] if argv is None else argv
    first = next(iter(words), "")
    try:
        # The parsers of all commands cost more than parsing; where the first word is none, errors and help know of all (also
        # `--help check`, which is the help of all).
        parser = make_parser([first] if first in COMMANDS else COMMANDS)
        arguments = parser.parse_args(words)
        if arguments.version:
            from reachsim import __version__

            print(f"reachsim {__version__}")
            return 0
        if arguments.command is None:
            parser.error("a command is missing; reachsim --help lists them")
        with stoppable(getattr(arguments, "deadline", None)), announced_in_time(arguments.command):
            return int(arguments.run(arguments))
    except SystemExit as stop:  # argparse's, after --help
        return stop.code if isinstance(stop.code, int) else 0
    except ReachsimError as error:
        return _tell(error, argv)


def _tell(error: ReachsimError, argv: Sequence[str] | None) -> int:
    """Tell an error to people on standard error, and where another format was asked for, in that too. Returns the exit
    code."""
    words = sys.argv[1:] if argv is None else argv
    asked = _asked_format(words)
    if asked in CI_FORMATS and words[0] in ("check", "lint", "rules", "diff"):
        from reachsim import __version__
        from reachsim.report.ci import render
        from reachsim.report.notices import error_report

        print(render(asked, [error_report(error, words[0])], __version__), flush=True)
    if asked == "json":
        from reachsim.report.data import error_data, to_json

        print(to_json(error_data(error)), flush=True)
    _complain(f"{error.usage}{error}" if isinstance(error, CommandLineError) else told(error))
    return error.exit_code


def _asked_format(argv: Sequence[str]) -> str:
    """What the last `--format` says, also where the rest of the arguments makes no sense; empty where there is none."""
    asked = ""
    for index, word in enumerate(argv):
        if word == "--":
            break
        if word == "--format" and index + 1 < len(argv):
            asked = argv[index + 1]
        elif word.startswith("--format="):
            asked = word.partition("=")[2]
    return asked


def _complain(text: str) -> None:
    try:
        if sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)
    except OSError:  # nobody hears it; the exit code is all there is
        _discard("stderr")


def _flushed(stream: TextIO | None) -> bool:
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        return False
    return True


def _discard(name: str) -> None:
    """Let nothing more be written to a stream, not even by the interpreter when it ends."""
    try:
        stream = getattr(sys, name)
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError, AttributeError):  # a stream without a file behind it
        return
