"""How a question ends before its answer is there: Ctrl-C and a deadline, at once, and with nothing left behind.

An exception that a signal raises can get lost: Python runs handlers between any two steps, also inside a callback of the
garbage collector, where exceptions are reported and dropped. So the signal comes again until somebody has listened.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from reachsim.errors import DeadlinePassed

_AGAIN = 0.05
"""Seconds until a signal that was lost comes again."""
_CAN_TIME = hasattr(signal, "setitimer")  # not on Windows


class _Run:
    """One run that may be stopped. `asked`: the words in which its deadline was set. `why`: makes the exception, once there
    is a reason to stop. `shielded`: not now. `others`: the clock that ran before, as `setitimer` gives it."""

    def __init__(self, deadline: float | None, asked: str) -> None:
        self.deadline = deadline
        self.asked = asked
        self.why: Callable[[], BaseException] | None = None
        self.shielded = False
        self.timer: threading.Timer | None = None
        self.began = time.monotonic()
        self.others = (0.0, 0.0)

    def start_clock(self) -> None:
        """Begin to count the seconds."""
        if self.deadline is None:
            return
        if _CAN_TIME:
            self.others = signal.setitimer(signal.ITIMER_REAL, self.deadline, _AGAIN)
        else:
            self.timer = threading.Timer(self.deadline, self.time_is_over)
            self.timer.daemon = True
            self.timer.start()

    def stop_clock(self) -> None:
        """No more signals."""
        if _CAN_TIME:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if self.timer is not None:
            self.timer.cancel()

    def give_back(self) -> None:
        """Let the clock go on that ran before, with what is left of its time."""
        left, interval = self.others
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - self.began), 0.000_001), interval)

    def time_is_over(self) -> None:
        """In the thread of the timer."""
        import _thread

        self.why = self.why or self.too_late
        _thread.interrupt_main()

    def too_late(self) -> BaseException:
        """The error of a deadline."""
        return DeadlinePassed(f"no answer after {self.deadline:g} seconds ({self.asked})")

    def on_interrupt(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C."""
        self.why = self.why or KeyboardInterrupt
        if _CAN_TIME:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)
        self.stop()

    def on_alarm(self, number: int, frame: FrameType | None) -> None:
        """The deadline, or a signal that may have been lost."""
        self.why = self.why or self.too_late
        self.stop()

    def stop(self) -> None:
        """Raise what ends the run, unless something has to be tidied up first."""
        if self.why is not None and not self.shielded:
            raise self.why()


_current: _Run | None = None


def in_main_thread() -> bool:
    """Whether signals can be heard here."""
    return threading.current_thread() is threading.main_thread()


def running() -> bool:
    """Whether something runs that can be stopped."""
    return _current is not None


def bounded() -> bool:
    """Whether what runs has a deadline."""
    return _current is not None and _current.deadline is not None


@contextmanager
def stoppable(deadline: float | None, asked: str = "--deadline") -> Iterator[None]:
    """Let Ctrl-C, and the end of `deadline` seconds, stop what runs inside. Raises KeyboardInterrupt, DeadlinePassed.

    Signals belong to the main thread: in another one this does nothing, nor inside another one of these.
    """
    global _current
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not in_main_thread() or _current is not None:
        yield
        return
    run = _current = _Run(deadline, asked)
    handlers: dict[int, Any] = {}
    hook = sys.unraisablehook

    def quietly(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, KeyboardInterrupt | DeadlinePassed):
            hook(unraisable)

    sys.unraisablehook = quietly
    try:
        if usual:  # not where whoever started us has Ctrl-C ignored
            handlers[signal.SIGINT] = signal.signal(signal.SIGINT, run.on_interrupt)
        if _CAN_TIME:
            handlers[signal.SIGALRM] = signal.signal(signal.SIGALRM, run.on_alarm)
        run.start_clock()
        yield
    finally:
        run.shielded = True
        run.stop_clock()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        run.give_back()
        sys.unraisablehook = hook
        _current = None


@contextmanager
def shielded() -> Iterator[None]:
    """Tidy up without being stopped."""
    run = _current
    if run is None:
        yield
        return
    run.shielded = True
    try:
        yield
    finally:
        run.shielded = False
