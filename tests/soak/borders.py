"""Is reachsim ever falsely sure? Random designs with components that it may not model, against the naive evaluator.

`python -m tests.soak.borders --worlds 200 --seed 1` loads 200 designs, traces packets and checks expectations on each.
Every definite verdict must be the naive evaluator's; "cannot decide" is always allowed. Prints each contradiction with the
seed of its world, then the counts; exits with 1 on a contradiction. `--show SEED` prints the design of one world.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from tests.agreement import explanation, of_one_family
from tests.oracle.borders import edge_ports_of, naive_says, random_expectation, refutation
from tests.oracle.component_probes import random_probe
from tests.oracle.components import Design, Probe, random_design
from tests.oracle.hiding import hidden, pinned
from tests.oracle.naive.world import World

import reachsim
from reachsim.loading.schema import schema
from reachsim.net.address import format_address

PROFILES = ("accepted", "full", "further")  # in turn
LAYER_KEYS = {"switches": ("Vpc", "block_public_access"), "regional": ("NatGateway", "availability")}
"""Layers of designs that are left out while the format has no such key of that definition."""
Load = Callable[[str], Any]


@dataclass
class Counts:
    """What came out. `open`: the naive evaluator itself cannot say; `unrefuted`: a sample cannot judge it."""

    seen: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        order = ("agreed", "undecided", "open", "explained", "unrefuted", "refused")
        counts = ", ".join(f"{self.seen[name]} {name}" for name in order)
        lines = [f"{counts}, {len(self.contradictions)} contradictions"]
        lines += [f"contradictions: {count}, {kind}" for kind, count in self.kinds.most_common()]
        lines += [f"skipped: {count} designs, {why}" for why, count in self.skipped.most_common()]
        return "\n".join(lines)


def profile_of(seed: int) -> str:
    """The profile of a world by its seed."""
    return PROFILES[seed % len(PROFILES)]


@functools.cache
def left_out() -> tuple[str, ...]:
    """The layers whose keys the format does not have."""
    kinds = schema()["$defs"]
    return tuple(layer for layer, (kind, key) in LAYER_KEYS.items() if key not in kinds[kind]["properties"])


def world(seed: int, profile: str = "") -> tuple[random.Random, Design, Design]:
    """The design of a seed as it is and as it is told, with the source of chance that goes on from there. Half of them are
    not wholly told."""
    rng = random.Random(f"borders {seed}")
    design = random_design(rng, profile or profile_of(seed), left_out())
    if seed // len(PROFILES) % 2:
        return rng, design, design
    design = pinned(design)
    return rng, design, hidden(rng, design)


def taken_for_outside(net: reachsim.Network, told: World) -> set[str]:
    """Public addresses that somebody has, and nobody is said to have: they are taken for the internet's (docs/limits.md)."""
    publics = {str(each) for interface in told.interfaces for each in interface.publics if each is not None}
    return publics - {format_address(public) for each in net.topology.interfaces.values() for public in each.publics}


def other_addresses(net: reachsim.Network, told: World) -> bool:
    """Are addresses that are left to AWS others than they would be if all were told?"""
    known = {
        each.name: {str(address) for address in each.addresses} for each in told.interfaces if each.kind != "function"
    }
    found = net.topology.interfaces.values()
    return any(each.name in known and {*map(format_address, each.addresses)} != known[each.name] for each in found)


def rule_of(lost: str) -> str:
    """`reply: NACL-2` of a reason."""
    return ":".join(lost.split(":")[:2]) if lost else "reachable"


def ask(net: Any, design: World, probe: Probe, counts: Counts) -> tuple[str, str]:
    """One probe of both: the kind of outcome, and what to print of a contradiction."""
    try:
        trace = of_one_family(net.trace(*probe[:3], source_port=probe[3]))
    except reachsim.ReachsimError as error:
        return "refused", str(error)
    if trace.undecided:
        return "undecided", ""
    naive = naive_says(design, probe)
    if naive.undecided:
        return "open", naive.lost
    if (trace.delivered, trace.always) == (naive.forward, naive.reachable):
        return "agreed", ""
    if explanation(net, design.design, probe, trace, naive, []):
        return "explained", ""
    codes = "/".join(sorted({str(blocker.code) for blocker in trace.blockers}))
    counts.kinds[f"trace {trace.verdict} {codes}".rstrip() + f", naive {rule_of(naive.lost)}"] += 1
    blockers = "; ".join(str(blocker) for blocker in trace.blockers)
    said = f"{trace.verdict}{f' ({blockers})' if blockers else ''}"
    return "contradiction", f"{' '.join(map(str, probe))}\n  reachsim: {said}\n  naive:    {naive.lost or 'reachable'}"


def promise(
    design: World, expectation: dict[str, Any], result: Any, ports: list[int], counts: Counts
) -> tuple[str, str]:
    """One expectation of both."""
    if result.verdict == "undecided":
        return "undecided", ""
    if result.verdict != "holds":
        return "unrefuted", ""
    packet = refutation(design, expectation, result.verdict, ports)
    if packet is None:
        return "agreed", ""
    if getattr(result, "warning", "") and "(NAT port " in packet.verdict.lost:
        return "explained", ""  # NAT-PORT: so few of a NAT device's choices are lost that it holds with a warning
    verb = "deny" if "deny" in expectation else "allow"
    counts.kinds[f"{verb} {result.verdict}, naive {rule_of(packet.verdict.lost)}"] += 1
    return "contradiction", f"{result.question}\n  reachsim: {result.verdict}\n  naive:    {packet}"


def judge_world(seed: int, probes: int, counts: Counts, load: Load, profile: str = "") -> None:
    """All questions of one world."""
    for outcome, text in outcomes(seed, probes, counts, load, profile):
        counts.seen[outcome] += 1
        if outcome == "contradiction":
            counts.contradictions.append(f"seed {seed}: {text}")


def outcomes(seed: int, probes: int, counts: Counts, load: Load, profile: str) -> Iterator[tuple[str, str]]:
    """The outcome of each question of one world."""
    rng, design, given = world(seed, profile)
    naive = World(design)
    asked = [random_probe(rng, design, naive) for _ in range(probes)]
    promises = [random_expectation(rng, design) for _ in range(max(1, probes // 3))]
    ports = edge_ports_of(rng, design)
    try:
        net = load(json.dumps(given | {"expect": promises}))  # JSON is YAML, and faster
        found = net if given is design or isinstance(net, reachsim.Network) else reachsim.loads(json.dumps(given))
    except reachsim.ReachsimError as error:
        counts.skipped[reason(error)] += 1
        return
    outside: set[str] = set()
    if given is not design:
        if other_addresses(found, naive):
            counts.skipped["other addresses are assigned"] += 1
            return
        outside = taken_for_outside(found, naive)
    for probe in asked:
        yield ("open", "") if not outside.isdisjoint(probe[:2]) else ask(net, naive, probe, counts)
    for expectation, result in zip(promises, net.check(), strict=True):
        yield promise(naive, expectation, result, ports, counts)


def reason(error: Exception) -> str:
    """Why a design was refused, without what is particular to it: the first problem, names of one design left out."""
    first = next(iter(getattr(error, "problems", [])), None)
    text = str(getattr(first, "message", error)).splitlines()[0]
    return " ".join("..." if any(char in word for char in "0123456789/'") else word for word in text.split())


def main(arguments: list[str] | None = None, load: Load = reachsim.loads) -> int:
    """Ask many, print the counts; 1 where reachsim was falsely sure."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.borders", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    parser.add_argument("--probes", type=int, default=12, help="packets for each world")
    parser.add_argument("--profile", choices=sorted(set(PROFILES)), default="", help="of all worlds (default: in turn)")
    parser.add_argument("--show", type=int, metavar="SEED", help="print the design of a world and stop")
    options = parser.parse_args(arguments)
    if options.show is not None:
        print(yaml.safe_dump(world(options.show, options.profile)[2], sort_keys=False), end="")
        return 0
    started, counts = time.perf_counter(), Counts()
    print(f"seed {options.seed}", flush=True)
    for seed in range(options.seed, options.seed + options.worlds):
        before = len(counts.contradictions)
        judge_world(seed, options.probes, counts, load, options.profile)
        for text in counts.contradictions[before:]:
            print(text, flush=True)
    print(f"{options.worlds} worlds in {time.perf_counter() - started:.0f} s")
    print(counts)
    return 1 if counts.contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
