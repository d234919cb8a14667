"""`deadline=`: no answer rather than a late one, for every question that may be long."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from reachsim.errors import DeadlinePassed, UsageError, shown

P = ParamSpec("P")
T = TypeVar("T")
_LEAST, _MOST = 0.001, 10_000_000.0
A_DEADLINE = f"a number of seconds between {_LEAST} and {_MOST:,.0f}"


def seconds(said: Any) -> float:
    """A deadline in seconds. Raises UsageError for what is no such number."""
    if type(said) not in (int, float) or not _LEAST <= said <= _MOST:
        raise UsageError(f"{shown(said)} is not {A_DEADLINE}")
    return float(said)


def in_time(question: Callable[P, T]) -> Callable[P, T]:
    """A question with a keyword `deadline`: the seconds that it may take, None for as long as it needs.

    Too late, it raises DeadlinePassed. Raises UsageError for what is no such number, outside the main thread, where nothing
    can be stopped, and inside a question that can be stopped already.
    """

    @wraps(question)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        if kwargs.get("deadline") is None:
            return question(*args, **kwargs)
        with _in(kwargs["deadline"]):
            return question(*args, **kwargs)

    return asked


def each_in_time(stream: Generator[T], deadline: float | None) -> Generator[T]:
    """A stream that has so many seconds in all, from its first element on; None for as long as it needs. What its reader
    does between two elements counts, but is never stopped. Raises as `in_time` does, with the first element."""
    with closing(stream):
        if deadline is None:
            yield from stream
            return
        limit = seconds(deadline)
        end = time.monotonic() + limit
        while True:
            with _in(max(end - time.monotonic(), _LEAST), of=limit):
                found = next(stream, None)
            if found is None:
                return
            yield found


@contextmanager
def _in(deadline: Any, *, of: float | None = None) -> Iterator[None]:
    """Stop what runs inside after some seconds, as the deadline of so many."""
    from reachsim import stopping  # what it takes is not needed to load and ask

    limit = seconds(deadline)
    if not stopping.in_main_thread():
        raise UsageError("deadline: a question can be stopped in the main thread alone; leave it out here")
    if stopping.running():
        raise UsageError("deadline: what runs here can be stopped already; leave it out here")
    try:
        with stopping.stoppable(limit, "deadline"):
            yield
    except DeadlinePassed as error:
        if of is None:
            raise
        raise DeadlinePassed(f"no answer after {of:g} seconds (deadline)") from error
