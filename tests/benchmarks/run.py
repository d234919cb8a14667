"""The benchmarks, in one command: `python -m tests.benchmarks.run`.

Every measure runs in a fresh process for each size, so that peak memory is its own and nothing is warm by
accident. A measure and its yardstick run in that process, in turns where they can, and the ratio of their
best times is what to compare between machines. Nothing here is asserted: numbers are for docs/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import hostile
from tests.benchmarks.components import connected
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


# -- measures -------------------------------------------------------------------------------------------


def measure_load(size: int) -> Iterator[Row]:
    """Text to a checked design, beside PyYAML's C loader on the same text."""
    import yaml

    import reachsim

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reachsim.loads(organisation(40))
    text = text_of(size)
    before = peak_memory()
    reachsim.loads(text)
    peak = peak_memory()
    for name, collecting in (("load", True), ("load, gc off for both", False)):
        if not collecting:
            gc.disable()
        mine, yours = in_turns(lambda: reachsim.loads(text), lambda: yaml.load(text, Loader=loader), budget=12)
        note = f"{len(text) / 1e6:.1f} MB of YAML; {before:.0f} MB before" if collecting else ""
        yield Row(
            name,
            size,
            min(mine),
            median(mine),
            size,
            "interface",
            "bare PyYAML parse",
            min(yours),
            peak,
            note,
        )
    gc.enable()


def measure_import(size: int) -> Iterator[Row]:
    """What starting costs: imports in fresh processes, beside an import of pydantic."""

    def start(code: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    actions = [
        start(code) for code in ("pass", "import reachsim", "from reachsim import loads", "import pydantic.main")
    ]
    bare, name, ready, pydantic = in_turns(*actions, budget=15, most=9)
    floor = min(bare)
    for measure, times in (("import reachsim", name), ("import, ready to load", ready)):
        best = max(min(times) - floor, 0.0)
        mid = max(median(times) - floor, 0.0)
        yardstick = max(min(pydantic) - floor, 1e-9)
        yield Row(
            measure,
            0,
            best,
            mid,
            yardstick="import pydantic",
            yardstick_seconds=yardstick,
            note="less a bare start of Python",
        )


def measure_compile(size: int) -> Iterator[Row]:
    """A checked design to checkpoints and endpoints, beside the load before it."""
    import reachsim

    text = text_of(size)
    compiled(organisation(40))
    loads: list[float] = []
    mine: list[float] = []
    end = time.perf_counter() + 8
    peak = 0.0
    while not mine or (len(mine) < 7 and time.perf_counter() < end):
        seconds, net = clocked(lambda: reachsim.loads(text))
        loads.append(seconds)
        seconds, _ = clocked(lambda net=net: (net.topology, net.ends))  # type: ignore[misc]
        mine.append(seconds)
        peak = peak or peak_memory()
    yield Row("compile", size, min(mine), median(mine), size, "interface", "load", min(loads), peak)


def measure_trace(size: int) -> Iterator[Row]:
    """One packet and its answer between random pairs in one VPC or in two that are peered."""
    net = compiled(text_of(size))
    pairs = some_pairs(net, PAIRS, near=True)
    trace_all(net, some_pairs(net, 20, seed=2, near=True))
    first, _ = clocked(lambda: trace_all(net, pairs))
    again = in_turns(lambda: trace_all(net, pairs), budget=3)[0]
    peak = peak_memory()
    yield Row("trace, new pair", size, first, first, len(pairs), "packet", peak=peak)
    yield Row("trace, pair asked before", size, min(again), median(again), len(pairs), "packet", peak=peak)


def measure_pair(size: int) -> Iterator[Row]:
    """All packets between such pairs, there and back, as text, with what stops the rest."""
    net = compiled(text_of(size))
    pairs = some_pairs(net, PAIRS, near=True)
    explain_all(net, some_pairs(net, 20, seed=2, near=True))
    first, _ = clocked(lambda: explain_all(net, pairs))
    peak = peak_memory()
    mine, yours = in_turns(lambda: explain_all(net, pairs), lambda: trace_all(net, pairs))
    fresh = compiled(text_of(size))
    trace_all(fresh, some_pairs(fresh, 20, seed=2, near=True))
    trace_first, _ = clocked(lambda: trace_all(fresh, pairs))
    count = len(pairs)
    yield Row("pair, new", size, first, first, count, "pair", "a trace of each, new", trace_first, peak)
    yield Row(
        "pair, asked before",
        size,
        min(mine),
        median(mine),
        count,
        "pair",
        "a trace of each",
        min(yours),
        peak,
    )


def measure_matrix(size: int) -> Iterator[Row]:
    """All ordered pairs of interfaces."""
    text = text_of(size)
    net = compiled(text)
    if not hasattr(net, "matrix"):
        raise NotYetError("there is no Network.matrix")
    before = peak_memory()
    mine: list[float] = []
    peak = 0.0
    note = ""
    end = time.perf_counter() + 20
    while not mine or (len(mine) < 5 and time.perf_counter() < end):
        fresh = compiled(text) if mine else net
        seconds, matrix = clocked(fresh.matrix)
        mine.append(seconds)
        peak = peak or peak_memory()
        note = f"{matrix!r}; {before:.0f} MB before"
        del matrix, fresh
    pairs = len(net.topology.interfaces) * (len(net.topology.interfaces) - 1)
    yield Row(
        "matrix",
        size,
        min(mine),
        median(mine),
        pairs,
        "pair",
        "a trace of each",
        one_trace(net) * pairs,
        peak,
        note,
    )


def measure_connected(size: int) -> Iterator[Row]:
    """The matrix of the same organisation with a transit gateway, endpoints and load balancers, by pairs of classes."""
    net = compiled(connected(size, classes_of=min(size, MODEL)))
    seconds, matrix = clocked(net.matrix)
    plain = compiled(text_of(size))
    plain_seconds, plain_matrix = clocked(plain.matrix)
    pairs = len(matrix.classes.classes) ** 2
    same = plain_seconds / len(plain_matrix.classes.classes) ** 2 * pairs
    name = "as much for each pair without them"
    yield Row("connected", size, seconds, seconds, pairs, "pair of classes", name, same, peak_memory(), f"{matrix!r}")


def measure_check(size: int) -> Iterator[Row]:
    """Every expectation, for all packets."""
    text = text_of(size)
    net = compiled(text)
    mine: list[float] = []
    peak = 0.0
    note = ""
    end = time.perf_counter() + 15
    while not mine or (len(mine) < 5 and time.perf_counter() < end):
        fresh = compiled(text) if mine else net
        seconds, results = clocked(fresh.check)
        mine.append(seconds)
        peak = peak or peak_memory()
        failing = sum(1 for result in results if str(result.verdict) != "holds")
        note = f"{len(net.design.expect)} expectations, {failing} do not hold"
    asked = [(net.endpoint(expectation.from_), net.endpoint(expectation.to)) for expectation in net.design.expect]
    pairs = sum(max(1, len(a.origins)) * max(1, len(b.interfaces) + bool(b.outside)) for a, b in asked)
    yield Row(
        "check",
        size,
        min(mine),
        median(mine),
        pairs,
        "pair",
        "a trace of each",
        one_trace(net) * pairs,
        peak,
        note,
    )


def some_edit(net: Any) -> dict[tuple[str | int, ...], Any]:
    """An edit of one rule of one security group of an application."""
    vpc_name, vpc = next(iter(net.design.vpcs.items()))
    group = next(name for name in vpc.security_groups if name.startswith("app-"))
    return {("vpcs", vpc_name, "security_groups", group, "ingress", 0, "allow"): "tcp/8000-8443"}


def measure_edit(size: int) -> Iterator[Row]:
    """One rule of one group edited, and the question asked again; beside a fresh load and the question."""
    text = text_of(size)
    net = compiled(text)
    if not hasattr(net, "with_"):
        raise NotYetError("there is no Network.with_")
    edit = some_edit(net)
    pair = some_pairs(net, 1, near=True)

    def fresh(ask: Callable[[Any], Any]) -> float:
        return min(in_turns(lambda: ask(compiled(text)), budget=6, most=3)[0])

    questions: list[tuple[str, Callable[[Any], Any]]] = [
        ("edit alone", lambda net: net),
        ("edit, ask a pair again", lambda net: explain_all(net, pair)),
        ("edit, check again", lambda net: net.check()),
    ]
    for name, ask in questions:
        ask(net)
        mine = in_turns(lambda ask=ask: ask(net.with_(edit)), budget=4, most=25)[0]  # type: ignore[misc]
        peak = peak_memory()
        yield Row(
            name,
            size,
            min(mine),
            median(mine),
            yardstick="fresh load and the same",
            yardstick_seconds=fresh(ask),
            peak=peak,
        )
    if hasattr(net, "matrix") and size <= MODEL:
        net.matrix()
        mine = in_turns(lambda: net.with_(edit).matrix(), budget=8, most=5)[0]
        yours = fresh(lambda net: net.matrix())
        yield Row(
            "edit, matrix again",
            size,
            min(mine),
            median(mine),
            yardstick="fresh load and the same",
            yardstick_seconds=yours,
        )


def measure_diff(size: int) -> Iterator[Row]:
    """What an edit of one rule opened and closed, over all pairs; beside both matrices."""
    import reachsim

    if not hasattr(reachsim, "diff"):
        raise NotYetError("there is no reachsim.diff")
    text = text_of(size)
    net = compiled(text)
    ((path, value),) = some_edit(net).items()
    if hasattr(net, "with_"):
        shared = net.with_({path: value})
        seconds, out = clocked(lambda: str(reachsim.diff(net, shared)))
        peak = peak_memory()
        pairs = len(net.topology.interfaces) * (len(net.topology.interfaces) - 1)
        yardstick = 2 * pairs * one_trace(net)
        note = f"{len(out.splitlines())} lines"
        yield Row(
            "diff with an edited copy",
            size,
            seconds,
            seconds,
            pairs,
            "pair",
            "two traces of each",
            yardstick,
            peak,
            note,
        )
    other = compiled(text.replace("{allow: tcp/8000-8099,", "{allow: tcp/8000-8443,", 1))
    pairs = len(net.topology.interfaces) * (len(net.topology.interfaces) - 1)
    net = compiled(text)
    seconds, out = clocked(lambda: str(reachsim.diff(net, other)))
    peak = peak_memory()
    yardstick = 2 * pairs * one_trace(net)
    note = f"{len(out.splitlines())} lines"
    yield Row(
        "diff of two files",
        size,
        seconds,
        seconds,
        pairs,
        "pair",
        "two traces of each",
        yardstick,
        peak,
        note,
    )


def measure_sets(size: int) -> Iterator[Row]:
    """Union, intersection and difference of sets of ports, beside Python's own. `size`: spans in each."""
    from reachsim.net.intervals import PortSet

    rng = random.Random(1)

    def spans() -> list[tuple[int, int]]:
        cuts = sorted(rng.sample(range(65536), 2 * size))
        return list(zip(cuts[::2], cuts[1::2], strict=True))

    couples = [(PortSet.of(*spans()), PortSet.of(*spans())) for _ in range(8)]
    naive = [(frozenset(one), frozenset(other)) for one, other in couples]
    for word, operate in (
        ("union", lambda a, b: a | b),
        ("intersection", lambda a, b: a & b),
        ("difference", lambda a, b: a - b),
    ):
        mine, yours = in_turns(
            lambda operate=operate: [operate(*couple) for couple in couples],  # type: ignore[misc]
            lambda operate=operate: [operate(*couple) for couple in naive],  # type: ignore[misc]
            budget=2,
        )
        yield Row(
            f"sets, {word}",
            size,
            min(mine),
            median(mine),
            len(couples),
            "operation",
            "Python's frozenset",
            min(yours),
            note="size: spans",
        )


MEASURES: dict[str, Callable[[int], Iterator[Row]]] = {
    "import": measure_import,
    "load": measure_load,
    "compile": measure_compile,
    "trace": measure_trace,
    "pair": measure_pair,
    "matrix": measure_matrix,
    "connected": measure_connected,
    "check": measure_check,
    "edit": measure_edit,
    "diff": measure_diff,
    "sets": measure_sets,
}
SIZES = {"import": (0,), "sets": (5, 50, 500)}
"""Measures whose size is not a number of interfaces."""


# -- running and printing -------------------------------------------------------------------------------


def measured(measure: str, size: int) -> list[Row]:
    """One measure of one size, here. What is not there yet is one row that says so."""
    try:
        return list(MEASURES[measure](size))
    except NotYetError as error:
        return [Row(measure, size, math.nan, math.nan, note=str(error))]


def measured_apart(measure: str, size: int, limit: float) -> list[Row]:
    """One measure of one size, in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.run", "--apart", measure, str(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return [Row(measure, size, math.nan, math.nan, note=f"gave up after {limit:.0f} s")]
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [Row(measure, size, math.nan, math.nan, note=f"failed: {last[:120]}")]
    return [Row(**row) for row in json.loads(done.stdout)]


def growth(points: Sequence[tuple[int, float]]) -> float:
    """The exponent of growth: the slope of the logarithms, by least squares. NaN for less than two points."""
    logs = [(math.log(size), math.log(value)) for size, value in points if size > 0 and value > 0]
    if len(logs) < 2:
        return math.nan
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread


def duration(seconds: float) -> str:
    """A time as a person reads it."""
    if math.isnan(seconds):
        return "-"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:,.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def number(value: float) -> str:
    """A ratio as a person reads it."""
    if math.isnan(value):
        return "-"
    return f"{value:.2g}" if value >= 0.001 else f"1/{1 / value:,.0f}" if value > 0 else "0"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """All rows, in Markdown, with the exponent of growth at the largest size of each measure."""
    head = ("measure", "size", "best", "median", "each", "peak MB", "yardstick", "ratio", "growth", "notes")
    lines: list[tuple[str, ...]] = [head]
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.measure, []).append(row)
    for name, mine in by_name.items():
        slope = growth([(row.size, row.seconds) for row in mine if not math.isnan(row.seconds)])
        for row in mine:
            each = f"{duration(row.seconds / row.parts)} per {row.part}" if row.part else ""
            stick = f"{row.yardstick}: {duration(row.yardstick_seconds)}" if row.yardstick else ""
            last = f"n^{slope:.2f}" if row is mine[-1] and not math.isnan(slope) else ""
            size = f"{row.size:,}" if row.size else ""
            peak = f"{row.peak:,.0f}" if row.peak else ""
            ratio = number(row.ratio) if row.yardstick else ""
            lines.append(
                (
                    name,
                    size,
                    duration(row.seconds),
                    duration(row.median),
                    each,
                    peak,
                    stick,
                    ratio,
                    last,
                    row.note,
                )
            )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for place, line in enumerate(lines):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        if place == 0:
            yield "| " + " | ".join("-" * width for width in widths) + " |"


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {python}{load}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description="Measure reachsim.")
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of interfaces (default: %(default)s)")
    parser.add_argument("--only", help=f"measures to run, of {','.join(MEASURES)}")
    parser.add_argument("--large", action="store_true", help="load, compile and matrix with 100,000 interfaces too")
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds for one measure of one size (default: %(default)s)"
    )
    parser.add_argument(
        "--hostile", action="store_true", help="designs meant to be hard, instead; 1 if one grows too fast"
    )
    parser.add_argument("--json", type=Path, help="write the figures to a file as well")
    parser.add_argument("--apart", nargs=2, metavar=("MEASURE", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.apart:
        rows = measured(given.apart[0], int(given.apart[1]))
        json.dump([asdict(row) for row in rows], sys.stdout)
        return
    if given.hostile:
        print(machine() + "\n")
        sys.exit(0 if hostile.report() else 1)
    chosen = given.only.split(",") if given.only else list(MEASURES)
    unknown = [name for name in chosen if name not in MEASURES]
    if unknown:
        parser.error(f"no measure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    about = machine()
    print(about + "\n")
    out: list[Row] = []
    for measure in chosen:
        sizes = SIZES.get(measure) or tuple(int(size) for size in given.sizes.split(","))
        if given.large and measure in ("load", "compile", "matrix"):
            sizes = (*sizes, 100_000)
        for size in sizes:
            if sys.stderr.isatty():
                print(f"\r\033[K{measure} {size:,}", end="", file=sys.stderr, flush=True)
            out += measured_apart(measure, size, given.limit)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    out.sort(key=lambda row: next((i for i, r in enumerate(out) if r.measure == row.measure), 0))
    print("\n".join(table(out)))
    if given.json:
        given.json.write_text(
            json.dumps({"machine": about, "rows": [asdict(row) | {"ratio": row.ratio} for row in out]}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
