"""Times and memory of what is measured, and what the measures ask about."""

from __future__ import annotations

import gc
import math
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.organisation import organisation

MODEL = 10_000
"""Organisations beyond this size have the classes of one of this size."""
PAIRS = 300
"""Random pairs of interfaces that are asked."""


@dataclass
class Row:
    """One figure. Times are in seconds, memory in MB.

    `peak`: of the process, before the yardstick ran. `parts`: what `seconds` is divided by for "each".
    """

    measure: str
    size: int
    seconds: float
    median: float
    parts: int = 1
    part: str = ""
    yardstick: str = ""
    yardstick_seconds: float = 0.0
    peak: float = 0.0
    note: str = ""

    @property
    def ratio(self) -> float:
        """Times the yardstick."""
        return self.seconds / self.yardstick_seconds if self.yardstick_seconds else math.nan


class NotYetError(Exception):
    """What a measure asks for is not there."""


def peak_memory() -> float:
    """The most memory that this process has had, in MB."""
    try:  # ru_maxrss may be inherited from the process that started this one
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, IndexError):
        scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def in_turns(*actions: Callable[[], Any], budget: float = 5.0, most: int = 9) -> list[list[float]]:
    """Times of the actions, run in turns until `budget` seconds are spent or each ran `most` times."""
    times: list[list[float]] = [[] for _ in actions]
    end = time.perf_counter() + budget
    while len(times[0]) < most and (not times[0] or time.perf_counter() < end):
        for action, mine in zip(actions, times, strict=True):
            gc.collect()
            start = time.perf_counter()
            result = action()
            mine.append(time.perf_counter() - start)
            del result
    return times


def clocked(action: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes, and what comes out."""
    gc.collect()
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def text_of(size: int) -> str:
    """The design of a size."""
    return organisation(size, classes_of=min(size, MODEL))


def compiled(text: str) -> Any:
    """A network that is ready to be asked."""
    import reachsim

    net = reachsim.loads(text)
    _ = net.topology, net.ends
    return net


def asked_afresh(text: str, net: Any, ask: Callable[[Any], Any], seconds: float) -> tuple[list[float], float, Any]:
    """A question asked of a network and of fresh ones like it, five times or for so many seconds: the times, the peak of the
    memory after the first, and the last answer."""
    times: list[float] = []
    peak = 0.0
    end = time.perf_counter() + seconds
    while True:
        fresh = compiled(text) if times else net
        took, answer = clocked(lambda fresh=fresh: ask(fresh))  # type: ignore[misc]
        times.append(took)
        peak = peak or peak_memory()
        if len(times) == 5 or time.perf_counter() >= end:
            return times, peak, answer


def some_pairs(net: Any, count: int, seed: int = 1, *, near: bool = False) -> list[tuple[str, str]]:
    """Random ordered pairs of instances and interfaces; `near`: in one VPC, or in two that are peered.

    In a large organisation most random pairs are in VPCs that no route joins, and soon answered.
    """
    interfaces = [
        interface for interface in net.topology.interfaces.values() if interface.kind in ("instance", "interface")
    ]
    by_vpc: dict[str, list[Any]] = {}
    for interface in interfaces:
        by_vpc.setdefault(interface.vpc.name, []).append(interface)
    rng = random.Random(seed)
    out: list[tuple[str, str]] = []
    while len(out) < count:
        one = rng.choice(interfaces)
        vpc = rng.choice([one.vpc, *one.vpc.neighbours]).name if near else ""
        other = rng.choice(by_vpc[vpc] if near else interfaces)
        if one is not other:
            out.append((one.name, other.name))
    return out


def trace_all(net: Any, pairs: Iterable[tuple[str, str]]) -> None:
    """One packet for each pair."""
    for source, destination in pairs:
        _ = net.trace(source, destination, "tcp/443").reachable


def explain_all(net: Any, pairs: Iterable[tuple[str, str]]) -> None:
    """Everything between each pair, as text, and what stops the rest."""
    for source, destination in pairs:
        answer = net.reach(source, destination)
        _ = repr(answer.reachable), answer.stops


def one_trace(net: Any) -> float:
    """Seconds for one trace between a random pair, asked before."""
    pairs = some_pairs(net, PAIRS)
    trace_all(net, pairs)
    return min(in_turns(lambda: trace_all(net, pairs), budget=2, most=5)[0]) / len(pairs)
