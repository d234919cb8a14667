"""Processes of this machine that share work, end with the one that started them, however it ends, and are started anew
where one of them dies."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_MOST: Final = 61
"""Processes that Windows can wait for at once; no machine that runs this has use for more."""
_LOOKS: Final = 0.5
"""Seconds between two looks of a worker at whether its parent lives."""
_SOON: Final = 0.5
"""Seconds in which a pool has noticed that its processes are gone, unless something holds it."""
_GRACE: Final = 5.0
"""Seconds that a killed process has to go."""


class Workers(Executor):
    """A pool of processes. One that dies breaks a `ProcessPoolExecutor` for good and loses what it was asked; here the next
    work starts another."""

    def __init__(self, jobs: int) -> None:
        self._max_workers = min(jobs, _MOST)
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._max_workers, initializer=_begin)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand out work; this is where processes are started. They start with Ctrl-C blocked, which goes to a whole group of
        processes: the one that started them hears it, and ends them."""
        with _interrupts_blocked():
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._started()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes finish and go."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        """End the processes: what they are at is of no use to anybody."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        manager = getattr(self._pool, "_executor_manager_thread", None)
        queue = getattr(self._pool, "_call_queue", None)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join(_GRACE)
        if manager is None:
            return
        manager.join(_SOON)  # it closes what Python writes to at its own end
        if manager.is_alive() and queue is not None:
            # Before Python 3.11.8 it waits without end for what is being written to processes that read no more.
            with suppress(OSError):
                queue._reader.close()
            manager.join(_GRACE)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A Ctrl-C waits until the end of the block; processes and threads that are started inside never hear one."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: `_begin` does what can be done
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In a new worker: leave Ctrl-C to the parent, and die with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):  # of a deadline, where the process was forked
        signal.setitimer(signal.ITIMER_REAL, 0)
    threading.Thread(target=_end_with_the_parent, args=(_parent_id(),), daemon=True).start()


def _parent_id() -> int:
    return os.getppid() if hasattr(os, "getppid") else 0


def _end_with_the_parent(first: int) -> None:
    """Wait until the parent is gone, even one that was killed and could tell nobody."""
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    sentinels: list[Any] = [] if parent is None else [parent.sentinel]
    while not wait(sentinels, _LOOKS) and _parent_id() == first:
        pass
    os._exit(1)
