"""Processes of this machine that share work, end with the one that started them, however it ends, and are started anew
where one of them dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, ParamSpec, Self, TypeVar

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
        self._inside: _Inside | None = None

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._max_workers, initializer=_begin)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand out work; this is where processes are started. They start with Ctrl-C blocked, which goes to a whole group of
        processes: the one that started them hears it, and ends them."""
        with _interrupts_blocked():
            try:
                return self._submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool, self._inside = self._started(), None
                return self._submit(fn, *args, **kwargs)

    def _submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = self._pool.submit(fn, *args, **kwargs)
        if self._inside is None:
            self._inside = _Inside.of(self._pool)
            threading.Thread(target=self._inside.watch, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes finish and go."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        """End the processes: what they are at is of no use to anybody."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._inside is not None:
            self._inside.kill()


@dataclass(frozen=True, eq=False)
class _Inside:
    """What a pool keeps to itself, and forgets when it shuts down: its processes, what they were asked, the thread that
    reads what they send, and those ends of its two pipes that are the processes' business. While the latter are open,
    nothing tells the thread that the processes are gone: it waits without end for the rest of a result that a killed one had
    begun to send and, before Python 3.11.8, for room for work that nobody will read."""

    processes: Mapping[int, BaseProcess]
    asked: dict[int, Any]
    manager: threading.Thread
    ends: tuple[Connection, ...]

    @classmethod
    def of(cls, pool: Any) -> Self:
        """Of a pool that has been given work."""
        ends = (pool._call_queue._reader, pool._result_queue._writer)
        return cls(pool._processes, pool._pending_work_items, pool._executor_manager_thread, ends)

    def kill(self) -> None:
        """End the processes, and see to it that the pool knows."""
        for process in (processes := list(self.processes.values())):
            process.kill()
        for process in processes:
            process.join(_GRACE)
        self.manager.join(_SOON)  # it closes what Python writes to at its own end
        if self.manager.is_alive():
            for number, work in list(self.asked.items()):
                if work.future.cancelled():  # the thread would set it an error, and fail at that
                    self.asked.pop(number, None)
            for end in self.ends:
                with suppress(OSError):
                    end.close()
            self.manager.join(_GRACE)

    def watch(self) -> None:
        """Kill all where one was killed and the pool did not notice: it may hold what the others need to go on."""
        while self.manager.is_alive():
            gone = wait([each.sentinel for each in list(self.processes.values())], _LOOKS)
            self.manager.join(_GRACE if gone else _LOOKS)
            if gone and self.manager.is_alive() and any(each.exitcode for each in list(self.processes.values())):
                self.kill()


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
    parent = multiprocessing.parent_process()
    sentinels: list[Any] = [] if parent is None else [parent.sentinel]
    while not wait(sentinels, _LOOKS) and _parent_id() == first:
        pass
    os._exit(1)
