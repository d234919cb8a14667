"""`deadline=`: no answer rather than a late one, for every question that may be long."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from reachsim.errors import UsageError, shown

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
        from reachsim import stopping  # what it takes is not needed to load and ask

        limit = seconds(kwargs["deadline"])
        if not stopping.in_main_thread():
            raise UsageError("deadline: a question can be stopped in the main thread alone; leave it out here")
        if stopping.running():
            raise UsageError("deadline: what runs here can be stopped already; leave it out here")
        with stopping.stoppable(limit, "deadline"):
            return question(*args, **kwargs)

    return asked
