"""Load balancers of both families and PrivateLink: reachsim against the naive evaluator, and its answers compared."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.oracle.links import Links, random_probes
from tests.oracle.naive.judging import together, variants
from tests.oracle.naive.world import World
from tests.oracle.text import write_yaml

import reachsim

SEEDS = range(8, 20)
PROBES = 8


@pytest.mark.rule("EP-10")
@pytest.mark.rule("LB-11")
def test_every_definite_verdict_is_the_naive_evaluators() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        rng = random.Random(seed)
        design = Links(rng).design()
        net, world = reachsim.loads(write_yaml(design)), World(design)
        for source, to, traffic in random_probes(rng, design, PROBES):
            found = together([verdict for _, verdict in variants(world, source, to, traffic, 50000)])
            trace = net.trace(source, to, traffic, source_port=50000)
            where = f"seed {seed}: {source} -> {to} {traffic}: {trace.verdict} {trace.undecided}, {found}"
            if trace.undecided:  # one target that is lost settles the naive verdict
                assert found.undecided or not found.reachable, where
                seen["undecided"] += 1
                continue
            assert not found.undecided, where
            assert (trace.delivered, trace.always) == (found.forward, found.reachable), where
            passed = {hop.component.partition(".")[2].partition("/")[0] for hop in trace.forward}
            through = next((name for name in ("gwe", "mine", "lb") if name in passed), "neither")
            seen[f"{through}, {'reachable' if found.reachable else 'lost'}"] += 1
    assert {f"{name}, {what}" for name in ("gwe", "mine", "lb") for what in ("reachable", "lost")} <= seen.keys(), seen


@pytest.mark.parametrize("seed", range(0, 16, 4))
def test_reach_and_the_matrix_agree(seed: int) -> None:
    net = reachsim.loads(write_yaml(Links(random.Random(seed)).design()))
    matrix = net.matrix()
    hosts = [name for name, interface in net.topology.interfaces.items() if interface.kind == "instance"]
    for to in net.topology.interfaces:
        for source in hosts[::2]:
            if source == to:
                continue
            by_matrix, by_reach = matrix.cell(source, to), net.reach(source, to)
            if by_reach.undecided:  # of several targets one may be lost for certain
                assert by_matrix.undecided or not by_matrix.reachable, (source, to)
                continue
            assert not by_matrix.undecided, (source, to)
            assert by_matrix.delivered == by_reach.delivered.traffic(), (source, to)
            assert by_matrix.reachable == by_reach.reachable.traffic(), (source, to)
