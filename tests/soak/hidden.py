"""What is not told never turns an answer: random designs, and the same with something hidden (tests/oracle/hiding.py).

`python -m tests.soak.hidden --worlds 200 --seed 1` asks both the same questions. What is said for certain of the
design that tells less must be so of the one that tells all: of packets and promises by the naive evaluator's word, of sets,
isolation, exposure, neighbours and differences by reachsim's own. Prints each contradiction with the seed of its world,
then the counts; exits with 1 on a contradiction. `--show SEED` prints the design of one world that is asked.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import yaml
from tests.networks import any_edit, applied
from tests.oracle.borders import edge_ports_of, random_expectation
from tests.oracle.component_probes import random_probe
from tests.oracle.hiding import Design, hidden, pinned, widened
from tests.oracle.naive.world import World
from tests.soak import borders
from tests.soak.borders import Counts

import reachsim
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace

Outcome = tuple[str, str]
"""The kind of outcome, and what to print of a contradiction."""


def world(seed: int, most: int) -> tuple[random.Random, Design, Design]:
    """A design, the same with something hidden, and the source of chance that goes on from there."""
    rng, design, _ = borders.world(seed)
    told = pinned(widened(rng, design))
    return rng, told, hidden(rng, told, most)


def between(sure: Any, truth: Any, possible: Any) -> bool:
    """Is what is so for certain part of what is so, and that part of what may be so?"""
    return bool(sure <= truth and truth <= possible)


def nobodys(given: reachsim.Network, told: reachsim.Network) -> AddressSet:
    """All addresses but the public ones that only one of both says somebody has, or some service that calls nobody."""
    return ~((given.ends.world ^ told.ends.world) | (given.ends.callers ^ told.ends.callers))


def assigned_otherwise(given: reachsim.Network, told: reachsim.Network) -> bool:
    """Has an interface of both other addresses, since AWS assigns the lowest that is free?"""
    one, other = given.topology.interfaces, told.topology.interfaces
    return any(one[name].addresses != other[name].addresses for name in one.keys() & other.keys())


def perhaps(answer: reachsim.Reach, *, one_way: bool) -> HeaderSpace:
    """The packets of which it is undecided whether they are delivered, or answered."""
    return HeaderSpace.union(
        space for part in answer.parts for space in (part.unsure_of(one_way=one_way), part.unsure_of(one_way=True))
    )


def sets(given: reachsim.Network, told: reachsim.Network, source: str, destination: str) -> Outcome:
    """All packets between two ends."""
    less, more = given.reach(source, destination), told.reach(source, destination)
    if more.undecided:
        return "open", ""
    same = nobodys(given, told)
    somewhere = any(part.flow.unknown for part in less.parts)  # undecided for addresses that are not even known
    for name, one_way in (("delivered", True), ("always", False)):
        sure, truth = getattr(less, name), getattr(more, name)
        possible = truth if somewhere else sure | perhaps(less, one_way=one_way)
        if not between(sure, truth, possible):
            wrong = ((sure - truth) | (truth - possible)).restrict(sources=same, destinations=same)
            if not wrong:
                continue
            return "contradiction", f"reach {source} {destination}: {name}: {str(wrong)[:200]}"
    return ("undecided" if less.undecided else "agreed"), ""


def isolation(given: reachsim.Network, told: reachsim.Network, one: Any, other: Any) -> Outcome:
    """Whether two sides are apart."""
    less, more = given.isolated(one, other), told.isolated(one, other)
    if more.undecided and not more.leaks:
        return "open", ""
    if less.undecided and not less.leaks:
        return "undecided", ""
    if bool(less.leaks) != bool(more.leaks):
        leak = next(iter((*more.leaks, *less.leaks)))
        return "contradiction", f"isolated {one} {other}: {less.title}; in truth {more.title} ({leak})"
    return "agreed", ""


def exposure(given: reachsim.Network, told: reachsim.Network) -> Iterator[Outcome]:
    """What the internet reaches, interface for interface."""
    world = nobodys(given, told)
    less, more = (
        {
            name: replace(each, space=each.space.restrict(sources=world))
            for each in net.exposure()
            for name in each.interfaces
            if name in net.topology.interfaces
        }
        for net in (given, told)
    )
    nothing = HeaderSpace.nothing()
    for name in given.topology.interfaces.keys() & told.topology.interfaces.keys():
        one, other = less.get(name), more.get(name)
        if other is not None and other.undecided:
            yield "open", ""
        elif one is not None and one.undecided:
            wrong = one.space - (nothing if other is None else other.space)
            yield ("contradiction", f"exposure of {name}: {str(wrong)[:200]}") if wrong else ("undecided", "")
        elif (nothing if one is None else one.space) != (nothing if other is None else other.space):
            differ = nothing if one is None else one.space
            differ ^= nothing if other is None else other.space
            yield "contradiction", f"exposure of {name}: {one}; in truth {other}; {str(differ)[:200]}"
        else:
            yield "agreed", ""


def neighbours(given: reachsim.Network, told: reachsim.Network, end: str) -> Iterator[Outcome]:
    """Who reaches an end, and what it reaches."""
    for asking in ("who_reaches", "reaches_what"):
        less, more = ({name: row for row in getattr(net, asking)(end) for name in row.names} for net in (given, told))
        for name in told.endpoints:
            one, other = less.get(name), more.get(name)
            if name not in given.endpoints or name == end:
                continue
            if other is not None and other.undecided:
                yield "open", ""
            elif one is not None and one.undecided:
                yield "undecided", ""
            elif (one is None) != (other is None) or (one is not None and one.verdict != other.verdict):
                yield "contradiction", f"{asking} {end}: {one or f'not {name}'}; in truth {other or f'not {name}'}"
            else:
                yield "agreed", ""


def somewhere(
    rng: random.Random, given: reachsim.Network, told: Design, naive: World, counts: Counts, many: int
) -> Iterator[Outcome]:
    """Packets and promises of a host of which it is not known in which of some subnets it is, by its name. Of an `allow`
    that fails the design that tells all says so, too."""
    names = [door.name for door in given.topology.doors.values() if door.groups is not None]
    strange, ports = borders.taken_for_outside(given, naive), edge_ports_of(rng, told)
    for _ in range(many if names else 0):
        probe, at, name = list(random_probe(rng, told, naive)), rng.randint(0, 1), rng.choice(names)
        probe[at] = name
        if probe[1 - at] != name and probe[1 - at] not in strange:
            yield borders.ask(given, naive, (probe[0], probe[1], probe[2], probe[3]), counts)
    whole = reachsim.loads(json.dumps(told)) if names else given
    for _ in range(many // 2 if names else 0):
        promise, end, name = random_expectation(rng, told), rng.choice(("from", "to")), rng.choice(names)
        promise[end] = name
        action = {key: promise[key] for key in ("allow", "deny") if key in promise}
        if promise["from"] == promise["to"]:
            continue
        try:
            result = given.expect(promise["from"], promise["to"], **action)
            truth = whole.expect(promise["from"], promise["to"], **action).verdict
        except reachsim.ReachsimError:
            yield "refused", ""
            continue
        if result.verdict == "fails" and truth == "holds":
            yield "contradiction", f"{result.question}: fails, in truth it holds: {result.reason}"
        else:
            yield borders.promise(naive, promise, result, ports, counts)


def edits(rng: random.Random, told: Design, given: Design) -> tuple[reachsim.Network, ...] | None:
    """Both designs with the same edit; None where it is none of both."""
    edit = any_edit(rng, told)
    try:
        return tuple(reachsim.loads(json.dumps(applied(design, [edit]))) for design in (given, told))
    except (reachsim.ReachsimError, KeyError, IndexError, TypeError, AttributeError):
        return None


def difference(nets: tuple[reachsim.Network, reachsim.Network], after: tuple[reachsim.Network, ...]) -> Outcome:
    """What an edit opens and closes."""
    less, more = (reachsim.diff(one, other) for one, other in zip(nets, after, strict=True))
    if more.undecided:
        return "open", ""
    if less.undecided:
        return "undecided", ""
    known = set(nets[0].endpoints) & set(nets[1].endpoints)
    untold = set(nets[1].topology.interfaces) - set(nets[0].topology.interfaces)
    for change in more.changes:
        if not untold.isdisjoint((*change.sources, *change.destinations)):
            return "contradiction", f"diff: nothing is undecided; in truth {change}"
    pairs = [
        {
            (change.kind, one, other, change.one_way)
            for change in each.changes
            for one in change.sources
            for other in change.destinations
            if one in known and other in known
        }
        for each in (less, more)
    ]
    if pairs[0] != pairs[1]:
        return "contradiction", f"diff: {sorted(pairs[0] - pairs[1])[:3]}; in truth {sorted(pairs[1] - pairs[0])[:3]}"
    return "agreed", ""


def outcomes(seed: int, probes: int, most: int, counts: Counts) -> Iterator[tuple[str, Outcome]]:
    """The outcome of each question of one world, with the kind of question."""
    rng, told, given = world(seed, most)
    naive = World(told)
    try:
        nets = reachsim.loads(json.dumps(given)), reachsim.loads(json.dumps(told))
    except reachsim.ReachsimError as error:
        counts.skipped[borders.reason(error)] += 1
        return
    less, more = nets
    common = sorted(less.topology.interfaces.keys() & more.topology.interfaces.keys())
    if borders.other_addresses(less, naive) or assigned_otherwise(less, more):
        counts.skipped["other addresses are assigned"] += 1
        return
    strange = borders.taken_for_outside(less, naive)
    for _ in range(probes):
        probe = random_probe(rng, told, naive)
        if not strange.isdisjoint(probe[:2]):
            yield "trace", ("open", "")
            continue
        yield "trace", borders.ask(less, naive, probe, counts)
    ports = edge_ports_of(rng, told)
    for _ in range(probes // 2):
        promise = random_expectation(rng, told)
        try:
            action = {key: promise[key] for key in ("allow", "deny") if key in promise}
            result = less.expect(promise["from"], promise["to"], **action)
        except reachsim.ReachsimError:
            yield "promise", ("refused", "")
            continue
        yield "promise", borders.promise(naive, promise, result, ports, counts)
    names = sorted(name for name in less.endpoints if name in more.endpoints)
    for _ in range(probes // 2):
        source, destination = rng.sample(names, 2)
        try:
            yield "reach", sets(less, more, source, destination)
        except reachsim.ReachsimError:
            yield "reach", ("refused", "")
    spots: list[Any] = [*common, *({"vpc": vpc} for vpc in told["vpcs"]), "internet", "10.200.0.0/16"]
    for _ in range(3):
        yield "isolated", isolation(less, more, *rng.sample(spots, 2))
    for found in exposure(less, more):
        yield "exposure", found
    if common:
        for found in neighbours(less, more, rng.choice(sorted(common))):
            yield "neighbours", found
    after = edits(rng, told, given)
    found = [("diff", difference(nets, after))] if after else []
    yield from (*found, *(("somewhere", each) for each in somewhere(rng, less, told, naive, counts, probes)))


def main(arguments: list[str] | None = None) -> int:
    """Ask many, print the counts; 1 where something was said for certain that is not so."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.hidden", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    parser.add_argument("--probes", type=int, default=12, help="packets for each world")
    parser.add_argument("--most", type=int, default=3, help="the most that is hidden in a world")
    parser.add_argument("--show", type=int, metavar="SEED", help="print the design of a world and stop")
    options = parser.parse_args(arguments)
    if options.show is not None:
        print(yaml.safe_dump(world(options.show, options.most)[2], sort_keys=False), end="")
        return 0
    started, counts = time.perf_counter(), Counts()
    by_kind: dict[str, Counts] = {}
    print(f"seed {options.seed}", flush=True)
    for seed in range(options.seed, options.seed + options.worlds):
        try:
            for kind, (outcome, text) in outcomes(seed, options.probes, options.most, counts):
                by_kind.setdefault(kind, Counts()).seen[outcome] += 1
                counts.seen[outcome] += 1
                if outcome == "contradiction":
                    counts.contradictions.append(text)
                    print(f"seed {seed}: {text}", flush=True)
        except Exception:  # a scratch aid
            import traceback

            print("TRACEBACK", seed, traceback.format_exc()[-1500:])
    print(f"{options.worlds} worlds in {time.perf_counter() - started:.0f} s")
    for kind, each in by_kind.items():
        print(f"{kind}: {', '.join(f'{count} {name}' for name, count in sorted(each.seen.items()))}")
    print(counts)
    return 1 if counts.contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
