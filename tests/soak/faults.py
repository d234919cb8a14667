"""Faults injected into working designs, and how many of them `fix` mends: `python -m tests.soak.faults --count 1000`.

Each case is a random design of everything that people join (NAT gateways and instances, peerings, transit gateways, VPN,
endpoints, functions, load balancers, ACLs) of which all promises hold. One or more random faults break at least one of them.
Then it is asked: is the fault among the blockers, and the first; does `fix` make every promise hold again, proven on the
written file; and does anything flow afterwards, of packets chosen at random, that the fix did not say?
"""

from __future__ import annotations

import argparse
import copy
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from tests.soak.fault import Design, Fault, Key
from tests.soak.injected import FAULTS
from tests.soak.working import SERVICES, working

import reachsim
from reachsim.answers.fixes import FixPlan
from reachsim.loading.patch import write_patch
from reachsim.net.traffic import Traffic

# -- one case ---------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of many cases."""

    cases: int = 0
    mended: int = 0
    blamed: int = 0
    first: int = 0
    failed: list[str] = field(default_factory=list)
    unmended: Counter[str] = field(default_factory=Counter)
    unblamed: Counter[str] = field(default_factory=Counter)
    not_first: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        share = [f"{100 * n / max(1, self.cases):.1f} %" for n in (self.mended, self.blamed, self.first)]
        lines = [
            f"{self.cases} cases in {self.seconds:.0f} s: {share[0]} mended; the fault among the blockers in {share[1]}, "
            f"the first in {share[2]}; {len(self.failed)} fixes that are none",
        ]
        for word, counter in (
            ("not mended", self.unmended),
            ("not blamed", self.unblamed),
            ("not first", self.not_first),
        ):
            lines += [f"  {word}: {what} ({count})" for what, count in counter.most_common()]
        lines.append(f"  {len(self.kinds)} kinds of faults; first blockers: {', '.join(sorted(self.codes))}")
        return "\n".join([*lines, *self.failed])


def broken(rng: random.Random, faults: int) -> tuple[Design, list[Fault], reachsim.Network]:
    """A working design with faults of which each breaks something by itself."""
    while True:
        design = working(rng)
        assert loaded(design, rng).check().ok, "a design that does not work before it is broken"
        done: list[Fault] = []
        for _ in range(60):
            changed = copy.deepcopy(design)
            try:
                fault = rng.choice(FAULTS)(changed, rng)
            except (KeyError, ValueError, TypeError, IndexError):  # what it takes away is gone already
                continue
            if fault is None or any(fault[0] == other[0] for other in done):
                continue
            try:
                net = loaded(changed, rng)
            except reachsim.ReachsimError:
                continue
            failing = len(net.check().failures)
            known = len(done) and len(loaded(design, rng).check().failures)
            if failing > known:
                design = changed
                done.append(fault)
            if len(done) == faults:
                return design, done, net


def loaded(design: Design, rng: random.Random) -> reachsim.Network:
    """A design by way of its text, in one style or another."""
    style = rng.choice([False, None])
    return reachsim.loads(yaml.safe_dump(design, sort_keys=False, default_flow_style=style), file="case.yaml")


def blames(paths: tuple[Key, ...], blamed: Key) -> bool:
    """Whether a blocker's key is one of some, or inside of one."""
    return any(blamed[: len(path)] == path for path in paths)


def named(net: reachsim.Network, number: int) -> list[tuple[Key, ...]]:
    """For each blocker that `explain` tells of a promise, the keys that it names: to edit, and of the route before it."""
    expectation = net.design.expect[number - 1]
    if expectation.allow is None:
        return []
    found = net.explain(expectation.from_, expectation.to, expectation.allow)
    return [(obstacle.blocker.cause.path, *obstacle.led_by) for obstacle in found.obstacles]


def case(seed: int, faults: int, tally: Tally, folder: Path) -> None:
    """One design, broken and mended."""
    rng = random.Random(seed)
    _, done, net = broken(rng, faults)
    name = f"seed {seed}: {' and '.join(fault for fault, _ in done)}"
    what = " and ".join(sorted(fault for fault, _ in done))
    tally.cases += 1
    failures = net.check().failures
    tally.kinds.update(fault for fault, _ in done)
    tally.codes.update({result.blockers[0].code for result in failures if result.blockers})
    causes = [named(net, result.number) for result in failures]
    everywhere = [path for found in causes for keys in found for path in keys]
    if all(any(blames(paths, path) for path in everywhere) for _, paths in done):
        tally.blamed += 1
    else:
        tally.unblamed[what] += 1
    if all(any(found and any(blames(paths, key) for key in found[0]) for found in causes) for _, paths in done):
        tally.first += 1
    else:
        tally.not_first[what] += 1
    start = time.perf_counter()
    plan = net.fix_all()
    tally.seconds += time.perf_counter() - start
    if plan.whole is None or not plan.ok:
        tally.unmended[what] += 1
        return
    text = net.source.document.text
    assert text is not None
    file = folder / "case.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    write_patch(plan.whole.patch, file)
    after = reachsim.load(file)
    if not after.check().ok:
        tally.failed.append(f"{name}: promises fail in the written file: {plan.whole}")
        return
    tally.mended += 1
    tally.failed += [f"{name}: {text}" for text in unsaid(rng, net, after, plan)]


def unsaid(rng: random.Random, before: reachsim.Network, after: reachsim.Network, plan: FixPlan) -> Iterator[str]:
    """Packets, chosen at random, that flow after a fix and not before, and of which it did not speak."""
    assert plan.whole is not None
    names = [name for name, interface in after.topology.interfaces.items() if not interface.shared] + [
        "internet",
        "fetch:prod",
    ]
    said = [(change.sources, change.destinations, change.traffic) for change in plan.whole.opens]
    for number in plan.whole.holds:
        expectation = after.design.expect[number - 1]
        sender, called = after.endpoint(expectation.from_), after.endpoint(expectation.to)
        meant = [called.resolve(origin) for origin in sender.origins] if called.resolve else [called]
        answering = {interface.name for end in meant for interface in end.interfaces}  # for a service: its endpoint's
        said.append(((str(expectation.from_),), (str(expectation.to), *answering), expectation.traffic))
    for _ in range(8):
        source, destination = rng.sample(names, 2)
        service = rng.choice(SERVICES)
        try:
            flows = after.trace(source, destination, service).reachable
            if not flows or any(way.reachable for way in before.trace(source, destination, service).ways):
                continue
        except reachsim.ReachsimError:
            continue
        asked = Traffic.parse(service)
        ends = [(ends_of(after, source), ends_of(after, destination))]
        if not any(
            one & set(sources) and other & set(destinations) and not asked - traffic
            for sources, destinations, traffic in said
            for one, other in ends
        ):
            yield f"{source} -> {destination} {service} is open, and no word of it: {plan.whole}"


def ends_of(net: reachsim.Network, name: str) -> set[str]:
    """The names that an answer may use for an end."""
    end = net.endpoint(name)
    short = name.partition(".")[2]
    return {
        name,
        short,
        *(interface.name for interface in end.interfaces),
        *(o.interface.name for o in end.origins if o.interface is not None),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 when as many are mended and blamed as has to be, and no fix is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.faults", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="cases (1000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--faults", type=int, default=1, help="faults of each design (1)")
    asked = parser.parse_args(arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.count):
            case(seed, asked.faults, tally, Path(folder))
            if tally.cases % 25 == 0 and tally.cases < asked.count:
                print(f"... {tally}", flush=True)
    print(tally)
    least = 0.97 if asked.faults == 1 else 0.9
    enough = tally.mended >= least * tally.cases and tally.blamed == tally.cases and tally.first >= 0.95 * tally.cases
    return 0 if not tally.failed and (enough or (asked.faults > 1 and tally.mended >= least * tally.cases)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
