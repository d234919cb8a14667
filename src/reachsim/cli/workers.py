"""Processes that share the work of `--jobs`, and end with the one that started them, however it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from reachsim.errors import UsageError
from reachsim.stopping import shielded

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")
_MOST = 61
"""Processes that Windows can wait for at once; no machine that runs this has use for more."""
_LOOKS = 0.5
"""Seconds between two looks of a worker at whether its parent lives."""
_GRACE = 5.0
"""Seconds that a killed process has to go."""


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """What shares the work: None for one job, else a pool of processes. An error, Ctrl-C or a deadline inside ends them
    at once. Raises UsageError."""
    if jobs < 1:
        raise UsageError(f"--jobs {jobs}: it must be 1 or more")
    if jobs == 1:
        yield None
        return
    pool = _pool(min(jobs, _MOST))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        with shielded():
            _end(pool)
        raise


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Starts its processes with Ctrl-C blocked, which goes to a whole group of processes: the one that started them
    hears it, and ends them."""
    from concurrent.futures import ProcessPoolExecutor  # 20 ms that a run with one job need not spend

    class Pool(ProcessPoolExecutor):
        def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
            """Hand out work; this is where processes are started."""
            with _interrupts_blocked():
                return super().submit(fn, *args, **kwargs)

    return Pool(jobs, initializer=_begin)


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


def _end(pool: ProcessPoolExecutor) -> None:
    """Kill the processes of a pool: what they are at is of no use to anybody."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join(_GRACE)
