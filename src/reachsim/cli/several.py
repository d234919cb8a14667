"""Commands about several files: each is answered by itself, and one that is wrong keeps the others from nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reachsim.cli.common import FILE_HELP, add_expect, look
from reachsim.cli.sources import add_options
from reachsim.errors import DeadlinePassed, DesignError, ReachsimError, UsageError

if TYPE_CHECKING:
    from reachsim.network import Network
    from reachsim.report.notices import Report
    from reachsim.report.text import Look

CI_FORMATS = ("github", "junit", "sarif", "markdown")
"""What commands with a verdict print beside text and JSON (`reachsim.report.ci`)."""
_GRAVITY = (0, 3, 1, 2)
"""Exit codes, the least grave first."""


@dataclass(frozen=True)
class Answer:
    """What a command says of one file. `status`: its exit code. `networks`: whose not modelled parts it names."""

    status: int
    text: Callable[[Look], str]
    data: Callable[[], dict[str, Any]]
    report: Callable[[], Report]
    networks: tuple[Network, ...]


def add_files(parser: argparse.ArgumentParser) -> None:
    """The designs, with what can be said about files that are imported."""
    parser.add_argument("files", metavar="FILE", nargs="+", help=FILE_HELP)
    add_expect(parser)
    add_options(parser)
    parser.add_argument("--watch", action="store_true", help="answer again whenever a file changes, until Ctrl-C")


def answer_files(arguments: argparse.Namespace, answer: Callable[[str], Answer]) -> int:
    """Answer for each of `arguments.files`, and print it; with `--watch` again whenever one of them changes. Returns the
    gravest exit code of all: 2, 1, 3, 0.

    Of one file an error is raised; of several, and of one that is watched, it is told in its place, and the others are
    answered.
    """
    files: list[str] = arguments.files
    if files.count("-") > 1:
        raise UsageError("standard input can be read once; write - once")
    if arguments.watch and ("-" in files or arguments.format != "text"):
        raise UsageError("--watch is for files that are read again and for people; write names, and no --format")
    if not arguments.watch:
        return _answered(arguments, files, answer)
    from reachsim.cli.watching import changes

    for _ in changes(files):
        _answered(arguments, files, answer)
        print("\nwatching; Ctrl-C ends it", flush=True)
    raise AssertionError("a watch ends by Ctrl-C alone")


def _answered(arguments: argparse.Namespace, files: list[str], answer: Callable[[str], Answer]) -> int:
    if len(files) == 1 and not arguments.watch:
        found: list[Answer | ReachsimError] = [answer(files[0])]
    else:
        found = [_tried(answer, file) for file in files]
    _print(arguments, files, found)
    return max((each.status if isinstance(each, Answer) else each.exit_code for each in found), key=_GRAVITY.index)


def _tried(answer: Callable[[str], Answer], file: str) -> Answer | ReachsimError:
    try:
        return answer(file)
    except DeadlinePassed:  # is for all of them
        raise
    except ReachsimError as error:
        return error


def print_answer_of(arguments: argparse.Namespace, file: str, found: Answer) -> int:
    """Print the answer of one file; its exit code."""
    _print(arguments, [file], [found])
    return found.status


def _print(arguments: argparse.Namespace, files: Sequence[str], found: Sequence[Answer | ReachsimError]) -> None:
    if arguments.format in CI_FORMATS:
        _print_report(arguments, files, found)
    elif arguments.format == "json":
        _print_json(files, found)
    else:
        _print_text(arguments, found)


def _print_text(arguments: argparse.Namespace, found: Sequence[Answer | ReachsimError]) -> None:
    from reachsim.report.text import with_doors

    how = look(arguments)
    for number, each in enumerate(found):
        if number:
            print()
        if isinstance(each, ReachsimError):
            print(told(each))
            continue
        print(with_doors(each.text(how), each.networks, how))


def told(error: ReachsimError) -> str:
    """An error for people. A problem of a file begins with its place, so that editors can jump there."""
    return str(error) if isinstance(error, DesignError) else f"reachsim: {error}"


def _print_json(files: Sequence[str], found: Sequence[Answer | ReachsimError]) -> None:
    from reachsim.report.data import error_data, not_modelled_data, to_json
    from reachsim.report.text import doors_of

    parts: list[dict[str, Any]] = []
    for file, each in zip(files, found, strict=True):
        if isinstance(each, Answer):
            parts.append({**each.data(), "not_modelled": not_modelled_data(doors_of(each.networks))})
        else:
            parts.append({"file": file, "ok": False, **error_data(each)})
    print(to_json(parts[0] if len(parts) == 1 else {"ok": all(part["ok"] for part in parts), "files": parts}))


def _print_report(arguments: argparse.Namespace, files: Sequence[str], found: Sequence[Answer | ReachsimError]) -> None:
    from reachsim import __version__
    from reachsim.report.ci import render
    from reachsim.report.notices import error_report
    from reachsim.report.text import doors_of

    reports = [
        each.report().with_doors(doors_of(each.networks))
        if isinstance(each, Answer)
        else error_report(each, arguments.command, file)
        for file, each in zip(files, found, strict=True)
    ]
    print(render(arguments.format, reports, __version__))
