"""What is not told never turns an answer: a few designs with each thing hidden (`tests/soak/hidden.py` asks many)."""

from __future__ import annotations

import copy
import random
from collections import Counter

import pytest
from tests.oracle.component_probes import random_probe
from tests.oracle.components import random_design
from tests.oracle.hiding import WAYS, Design, Hide, hosts, pinned
from tests.oracle.naive.world import World
from tests.oracle.text import write_yaml
from tests.soak import borders, hidden

import reachsim

PROBES = 8


def with_something_hidden(hide: Hide, number: int) -> tuple[random.Random, Design, Design, reachsim.Network]:
    """A design as it is, the same with something hidden, and that one loaded."""
    for seed in range(number * 1000, number * 1000 + 200):
        rng = random.Random(f"hiding {seed}")
        told = pinned(random_design(rng))
        given = copy.deepcopy(told)
        hide(rng, given)
        if given == told:
            continue
        try:
            net = reachsim.loads(write_yaml(given))
        except reachsim.DesignError:  # something else hangs on what is hidden
            continue
        if not borders.other_addresses(net, World(told)):
            return rng, told, given, net
    raise AssertionError(f"{hide.__name__} hides nothing in any design")


@pytest.mark.parametrize("hide", dict.fromkeys(WAYS), ids=lambda hide: hide.__name__)
def test_what_is_decided_is_so_whatever_is_hidden(hide: Hide) -> None:
    counts = borders.Counts()
    seen: Counter[str] = Counter()
    rng, told, given, net = with_something_hidden(hide, 1)
    naive, whole = World(told), reachsim.loads(write_yaml(told))
    outside = borders.taken_for_outside(net, naive)
    probes = [random_probe(rng, told, naive) for _ in range(PROBES)]
    found = [borders.ask(net, naive, probe, counts) for probe in probes if outside.isdisjoint(probe[:2])]
    names = sorted(set(net.endpoints) & set(whole.endpoints))
    found += [hidden.sets(net, whole, *rng.sample(names, 2)) for _ in range(2)]
    found += hidden.exposure(net, whole)
    inside = [name for name in names if name in net.topology.interfaces]
    found.append(hidden.isolation(net, whole, *rng.sample(inside, 2)))
    found += hidden.neighbours(net, whole, rng.choice(inside))
    if after := hidden.edits(rng, told, given):
        found.append(hidden.difference((net, whole), after))
    for outcome, text in found:
        assert outcome != "contradiction", text
        seen[outcome] += 1
    assert seen["agreed"] > seen["undecided"], seen


@pytest.mark.parametrize("number", range(3))
def test_a_host_that_may_be_in_several_subnets_is_asked_by_its_name(number: int) -> None:
    """What is decided of it is so of the host where it is."""
    counts = borders.Counts()
    rng, told, _, net = with_something_hidden(hosts, 10 + number)
    seen: Counter[str] = Counter()
    for outcome, text in hidden.somewhere(rng, net, told, World(told), counts, 20):
        assert outcome != "contradiction", text
        seen[outcome] += 1
    assert seen["agreed"]
