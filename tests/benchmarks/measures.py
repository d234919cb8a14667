"""What the benchmarks measure: each a function that yields its figures at one size."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from tests.benchmarks.clock import (
    MODEL,
    PAIRS,
    NotYetError,
    Row,
    asked_afresh,
    clocked,
    compiled,
    explain_all,
    in_turns,
    one_trace,
    peak_memory,
    some_pairs,
    text_of,
    trace_all,
)
from tests.benchmarks.components import connected
from tests.benchmarks.mending import measure_fix, measure_lambda, measure_lint, measure_session_manager
from tests.benchmarks.organisation import organisation


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
    mine, peak, note = asked_afresh(text, net, lambda fresh: repr(fresh.matrix()), 20)
    note = f"{note}; {before:.0f} MB before"
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


def measure_rows(size: int) -> Iterator[Row]:
    """The same as a stream, of which pairs of VPCs are counted and nothing is kept; its peak compares with the matrix's."""
    text = text_of(size)
    net = compiled(text)
    if not hasattr(net, "rows"):
        raise NotYetError("there is no Network.rows")
    before = peak_memory()
    mine, peak, found = asked_afresh(text, net, pairs_by_vpc, 20)
    note = f"{sum(found.values()):,} pairs that something passes between; {before:.0f} MB before"
    pairs = len(net.topology.interfaces) * (len(net.topology.interfaces) - 1)
    fresh = compiled(text)
    yardstick = clocked(fresh.matrix)[0]
    yield Row("rows", size, min(mine), median(mine), pairs, "pair", "the matrix, held", yardstick, peak, note)


def pairs_by_vpc(net: Any) -> Counter[tuple[str, str]]:
    """How many pairs of interfaces have something between them, by VPC: a fold over the stream."""
    out: Counter[tuple[str, str]] = Counter()
    for rows in net.rows():
        for source, destination, _cell in rows:
            out[source.first.vpc.name, destination.first.vpc.name] += rows.pairs(source, destination)
    return out


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
    mine, peak, failing = asked_afresh(text, net, lambda fresh: sum(not result.holds for result in fresh.check()), 15)
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
    "rows": measure_rows,
    "connected": measure_connected,
    "check": measure_check,
    "edit": measure_edit,
    "diff": measure_diff,
    "fix": measure_fix,
    "lint": measure_lint,
    "lambda": measure_lambda,
    "session-manager": measure_session_manager,
    "sets": measure_sets,
}
SIZES = {"import": (0,), "sets": (5, 50, 500)}
"""Measures whose size is not a number of interfaces."""
