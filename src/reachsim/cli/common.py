"""What the commands have in common: arguments, endpoints, and how a text is set."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from reachsim.cli.sources import add_options
from reachsim.deadline import A_DEADLINE, seconds
from reachsim.errors import DesignError, Problem, ReachsimError, UsageError, shown
from reachsim.stages import Stage, heard
from reachsim.stopping import bounded, in_main_thread

if TYPE_CHECKING:
    from types import FrameType

    from reachsim.network import Network
    from reachsim.report.text import Look
    from reachsim.resources.expectation import Selector

FILE_HELP = "a design in YAML; a template, plan, state or describe answers, or a folder of them; - for standard input"
ENDPOINT_HELP = (
    "a name (web, app.web, fetch:prod), an address, a block, internet, "
    "or all interfaces of a kind: vpc=NAME, subnet=NAME, tag=KEY:VALUE"
)
TRAFFIC_HELP = "tcp/443, tcp/1024-65535, udp/53, icmp, icmp/8, icmpv6, proto/50, tcp, all; commas join several"
_WIDTH = 100
_NARROWEST, _WIDEST = 60, 120
_PATIENCE = 1.0
"""Seconds before a person is told how far the work is."""
_BETWEEN = 0.1
"""Seconds from one such message to the next."""
_AT_ONCE = 1 << 20
"""Characters of a long answer that are printed at a time."""
_LONG = 10.0
"""Seconds of work from which on everybody is told beforehand, not on a terminal alone."""
_MUCH_LONGER = 2
"""How many times what was said a forecast is that is worth another line."""


def add_file(parser: argparse.ArgumentParser, *, expect: bool = False) -> None:
    """The design, with what can be said about a file that is imported; with `expect`, `--expect` too."""
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    if expect:
        add_expect(parser)
    add_options(parser)


def add_expect(parser: argparse.ArgumentParser) -> None:
    """`--expect FILE`: what a design should keep, in a file of its own."""
    parser.add_argument("--expect", metavar="FILE", help="read expectations from a file that has them alone")


def add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    """`--format text|json`, and what else there is."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="what to print (text)")


def add_all(parser: argparse.ArgumentParser) -> None:
    """`--all`: nothing is cut."""
    parser.add_argument("--all", action="store_true", help="cut no long list")


def add_deadline(parser: argparse.ArgumentParser) -> None:
    """`--deadline SECONDS`: no answer rather than a late one."""
    parser.add_argument(
        "--deadline",
        type=_seconds,
        metavar="SECONDS",
        help="stop without an answer, with exit code 3, after so many seconds",
    )


def _seconds(text: str) -> float:
    try:
        return seconds(float(text))
    except (ValueError, UsageError):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not {A_DEADLINE}") from None


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """`--jobs N`: processes that share the work."""
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="processes that share the work (1: this one alone)"
    )


_EACH_PAIR = 0.0005
"""Seconds that a pair takes that is traced hop by hop, about."""


class ProgressLine:
    """A line on standard error that says how far some work is: on a terminal only, after a second, at most ten
    times a second, and gone when the work is done.

    Work that will be long, as far as its first second tells, is announced once, wherever standard error goes, with what
    bounds it.

    `parts`: in which each thing is counted. `most`: the total is what there is at most, as a search may end before.

    >>> with ProgressLine("matrix") as progress:
    ...     progress(1, 2)
    """

    def __init__(self, label: str, *, parts: int = 1, most: bool = False) -> None:
        self.label = label
        self.parts = parts
        self.most = most
        self.enabled = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.began = time.monotonic()
        self.due = self.began + _PATIENCE
        self.first: tuple[float, int] | None = None
        self.done = 0
        self.announced = sys.stderr is None
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.first is None or done < self.done:  # the next part of the work is counted from its start
            self.first = now, done
        self.done = done
        if now < self.due:
            return
        if not self.announced:
            self._announce(done, total, now, *self.first)
        if not self.enabled:
            return
        share = 100 * done // total if total else 100
        self._write(f"\r{self._told(done, total)} ({share}%)\x1b[K")
        self.shown = True
        self.due = now + _BETWEEN

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _announce(self, done: int, total: int, now: float, began: float, before: int) -> None:
        """Say how long the whole will take, if that is long."""
        if now < began + _PATIENCE or done == before:
            return
        whole = began - self.began + (now - began) * (total - before) / (done - before)
        self._announce_whole(whole, self._told(done, total))

    def _told(self, done: int, total: int) -> str:
        most = "at most " if self.most else ""
        return f"{self.label}: {done // self.parts:,} of {most}{total // self.parts:,}"

    def comes(self, label: str, count: int, each: float) -> None:
        """What comes after the work: so many things of about so many seconds each. With all that the command did before it
        may be long."""
        if not self.announced:
            self._announce_whole(time.monotonic() - min([self.began, *_began]) + count * each, f"{label}: {count:,}")

    def _announce_whole(self, seconds: float, what: str) -> None:
        if seconds >= _LONG:
            self.announced = True
            self._clear()
            _announce(seconds, what, "up to" if self.most else "about")

    def _clear(self) -> None:
        if self.shown:
            self._write("\r\x1b[K")
            self.shown = False

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:  # the terminal went away; the answer matters more
            self.enabled, self.announced = False, True


def sets_asked() -> ProgressLine:
    """The line of a search for edits, which may end before it has tried as many as it may."""
    from reachsim.answers.fix import PARTS

    return ProgressLine("sets of edits asked", parts=PARTS, most=True)


def _announce(seconds: float, what: str, about: str = "about") -> None:
    """Say that something takes long, and what bounds it; nothing where something does."""
    if not bounded():
        _tell_bound(f"takes {about} {duration(seconds)} ({what})", seconds)


def announce_pairs(net: Network, source: str | Selector, destination: str | Selector) -> None:
    """Say beforehand that a question that goes from pair to pair of two ends takes long, where it does. What is wrong with
    the ends is for the question to say."""
    try:
        ends = net.endpoint(source), net.endpoint(destination)
    except ReachsimError:
        return
    announce_many("pairs of ends", len(ends[0].origins) * len(ends[1].interfaces), _EACH_PAIR)


def announce_many(label: str, count: int, each: float) -> None:
    """Say beforehand that so many things of about so many seconds each take long, where they do."""
    if count * each > _LONG:
        _announce(count * each, f"{label}: {count:,}")


def announce_as_long_again(what: str) -> None:
    """Say beforehand that the command takes long, if what comes takes as long as all that it did."""
    seconds = 2 * (time.monotonic() - min(_began, default=time.monotonic()))
    if seconds >= _LONG:
        _announce(seconds, what, "at least about")


@contextmanager
def announced_in_time(command: str) -> Iterator[None]:
    """Say of every loop of a command that will be long how long, and what bounds it (`_Forecast`). Of work that nobody
    announced, say once it has taken half of what is long that it goes on. There the processor's time counts, so nothing is
    said of work that waits for somebody: a pipe, or processes that share it and have a line of their own."""
    clock = _by_signal if _HAS_CLOCK else _by_thread
    if bounded() or (_HAS_CLOCK and not in_main_thread()):
        yield
        return

    def say() -> None:
        if not _said:
            _tell_bound(f"takes longer than {_LONG / 2:.0f} seconds ({command})", 0.0)

    _said.clear()
    now = time.monotonic()
    _began[:] = [now]
    try:
        with heard(_Forecast(now)), clock(_LONG / 2, say):
            yield
    finally:
        _began.clear()


class _Forecast:
    """Hears of every loop of a command, and says how long the one under way will take, where that is long. What comes after
    it is not known here: so long at least. Said again where a later one takes much longer than was said."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.process = os.getpid()

    def __call__(self, stage: Stage) -> None:
        now = time.monotonic()
        if now < stage.began + _PATIENCE:
            return
        left = stage.left(now)
        seconds = now - self.began + left
        told = seconds < max([_LONG, *(_MUCH_LONGER * said for said in _said)])
        if left > 0 and not told and os.getpid() == self.process:
            _announce(seconds, f"{stage.label}: {stage.done:,} of {stage.total:,}", "at least about")


@contextmanager
def _by_signal(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call once this process has worked for some seconds."""

    def heard(number: int, frame: FrameType | None) -> None:
        call()

    before = signal.signal(signal.SIGVTALRM, heard)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _by_thread(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """The same where there is no such clock. Elsewhere it would not do: processes that are forked want no threads."""
    end, over = time.process_time() + seconds, threading.Event()

    def wait() -> None:
        while (left := end - time.process_time()) > 0:
            if over.wait(max(left, _BETWEEN)):
                return
        call()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_HAS_CLOCK = hasattr(signal, "setitimer")  # not on Windows
_began: list[float] = []
"""When the command of this run began; nothing outside one."""
_said: list[float] = []
"""The forecasts of this run, in seconds."""


def _tell_bound(what: str, seconds: float) -> None:
    _said.append(seconds)
    if sys.stderr is None:
        return
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""  # a line of progress may stand there
    with suppress(OSError):  # the terminal went away; the answer matters more
        sys.stderr.write(f"{clear}{what}; --deadline SECONDS bounds it\n")
        sys.stderr.flush()


def duration(seconds: float) -> str:
    """A time in words, as exact as a forecast is.

    >>> duration(14.2), duration(200), duration(10000)
    ('14 seconds', '3 minutes', '3 hours')
    """
    for unit, length in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds"


def print_answer(
    arguments: argparse.Namespace, text: Callable[[Look], str], data: Callable[[], dict[str, Any]], *networks: Network
) -> None:
    """Print an answer in the format that was asked for, and what of its networks is not modelled: no command forgets it."""
    from reachsim.report.data import json_pieces, not_modelled_data
    from reachsim.report.text import doors_of, with_doors

    if arguments.format == "json":
        answer = bytearray()  # whole before any of it is printed: a deadline leaves no half of an answer
        for piece in json_pieces({**data(), "not_modelled": not_modelled_data(doors_of(networks))}):
            answer += piece.encode("ascii")
        for at in range(0, len(answer), _AT_ONCE):
            sys.stdout.write(answer[at : at + _AT_ONCE].decode("ascii"))
        print()
        return
    how = look(arguments)
    print(with_doors(text(how), networks, how))


def look(arguments: argparse.Namespace) -> Look:
    """How to set a text: colours as `coloured` says, lines as wide as the terminal, lists cut
    without --all."""
    from reachsim.markup import Style
    from reachsim.report.text import Look

    terminal = sys.stdout is not None and sys.stdout.isatty()
    colours = coloured(getattr(arguments, "color", "auto"), terminal)
    width = _WIDTH
    if terminal:
        import shutil

        width = min(max(shutil.get_terminal_size((_WIDTH, 24)).columns, _NARROWEST), _WIDEST)
    return Look(Style(enabled=colours), width, getattr(arguments, "all", False))


def coloured(asked: str, terminal: bool) -> bool:
    """Whether to use colours: as `--color` asks; else not with NO_COLOR, surely with FORCE_COLOR, else on a terminal."""
    if asked != "auto":
        return asked == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    return forced not in ("", "0") or (terminal and os.environ.get("TERM") != "dumb")


def endpoint(text: str) -> str | Selector:
    """What is asked for: a name, an address or a block as it stands, or a selector (``vpc=dev``). Raises
    UsageError."""
    key, equals, value = text.partition("=")
    if not equals or key not in ("vpc", "subnet", "tag"):
        return text
    from reachsim.resources.expectation import Selector

    if key == "tag":
        name, colon, content = value.partition(":")
        if not (name and colon):
            raise UsageError(f"{shown(text)} selects nothing; write tag=KEY:VALUE")
        return Selector(tag={name: content})
    names = tuple(value.split(","))
    if not all(names):
        raise UsageError(f"{shown(text)} selects nothing; write {key}=NAME")
    return Selector(vpc=names) if key == "vpc" else Selector(subnet=names)


def write_file(path: str, text: str) -> None:
    """Write a file whole or not at all. One that is there keeps its mode; of a link, what it leads to is written."""
    from reachsim.loading.atomic import write_whole

    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise DesignError(Problem(f"cannot be written: {error.strerror or error}", (), path)) from None
