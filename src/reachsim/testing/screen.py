"""The first screen of a failed test: the reason stands above the traceback, and the traceback begins in the test.

What pytest shows of a test is its own: arguments, the code up to the failing line, what Hypothesis says. Nothing of it
is left out, but for the frame in which Hypothesis calls the test, and for a text that would stand there twice.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from reachsim.testing.collect import Failed
from reachsim.testing.laws import Broken
from reachsim.testing.reasons import reason_of

_MOST = 3
"""Failures of one test (Hypothesis looks for several) that are told."""


def error_of(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.ExceptionInfo[BaseException] | None:
    """What a test raised. pytest keeps that of a unittest.TestCase apart until it makes the report."""
    kept = getattr(item, "_excinfo", None)
    return kept[0] if call.excinfo is None and kept else call.excinfo


def reasons(excinfo: pytest.ExceptionInfo[BaseException], fixes: bool) -> list[str]:
    """Why a test failed, as far as it is about a network: for each assertion that was raised a text of some lines.

    The reason of one assertion is a note of it too, for what shows no traceback (JUnit's message, an editor).
    """
    value = excinfo.value
    if isinstance(value, BaseExceptionGroup):
        return [text for error in _leaves(value) if (text := _reason(error, fixes))][:_MOST]
    text = _reason(value, fixes)
    if text and not isinstance(value, Broken):
        value.add_note(text)
        notes = value.__notes__
        notes.insert(0, notes.pop())  # before what Hypothesis has to say, which is long
    return [text] if text else []


def _leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _reason(error: BaseException, fixes: bool) -> str:
    if isinstance(error, Broken):
        return error.told(fixes)
    if not isinstance(error, AssertionError) or isinstance(error, Failed) or error.__traceback__ is None:
        return ""
    entries = list(pytest.ExceptionInfo.from_exception(error).traceback)
    arguments: list[Any] = []
    # `assertTrue`, by the mark that unittest itself goes by
    while entries and "__unittest" in entries[-1].frame.f_globals:
        arguments += entries.pop().frame.f_locals.values()
    return reason_of(entries[-1].frame.raw, str(entries[-1].statement), fixes, arguments) if entries else ""


def begin_in_the_test(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Leave out the frame in which Hypothesis calls a test: pytest would show the test's head twice."""
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    inner = getattr(handle, "inner_test", None)
    if inner is None or item.config.getoption("fulltrace", False):
        return
    code = getattr(inspect.unwrap(inner), "__code__", None)
    for at, entry in enumerate(excinfo.traceback):
        if entry.frame.code.raw is code:
            excinfo.traceback = excinfo.traceback[at:]
            return


def put_first(report: pytest.TestReport, style: str, texts: Sequence[str], error: BaseException) -> None:
    """Show the reasons of an error above the traceback, and not again below it. `style`: that of `--tb`."""
    # pytest has no public names for the parts of a report: what has no such parts is left as it is
    chain = getattr(report.longrepr, "chain", None)
    if style in ("line", "no") or not chain:
        return
    last = chain[-1][0].reprentries[-1]
    if last.style != "native":
        # Of a broken law the first line stays, which says which exception it is.
        again = str(error).splitlines()[1:] if isinstance(error, Broken) else texts[0].splitlines()
        last.lines = _without(last.lines, again)
    elif len(texts) == 1 and texts[0].splitlines()[-1] in "".join(last.lines):
        return  # --tb=native: Python's own traceback, which has the note
    shown = chain[0][0]
    shown.reprentries = [_above(shown.reprentries[0], "\n\n".join(texts)), *shown.reprentries]


def _without(lines: Sequence[str], told: Sequence[str]) -> list[str]:
    """The lines of an entry without those of a reason. pytest marks what an exception says by an E."""
    left = list(lines)
    bare = [line[1:].strip() if line.startswith("E") else None for line in left]
    wanted = [line.strip() for line in told]
    if not wanted:
        return left
    for start in range(len(left)):
        if bare[start : start + len(wanted)] == wanted:
            return left[:start] + left[start + len(wanted) :]
    return left


def _above(entry: Any, text: str) -> Any:
    """A text as an entry of a traceback, of the class of the entry below it, so that pytest-xdist can send it."""
    if entry.style == "native":
        return dataclasses.replace(entry, lines=[f"{text}\n\n"])
    gap = [] if entry.style == "long" else [""]
    bare = {"reprfuncargs": None, "reprlocals": None, "reprfileloc": None}
    return dataclasses.replace(entry, lines=[*text.splitlines(), *gap], style="value", **bare)
