"""What a design writes as `unknown`: an answer is decided exactly where it is the same whatever the unknown turns out to be.

The oracle is the engine on two designs without anything unknown: in one the rule lets through the least that it may, in
the other the most. Since filters are monotone in their rules, these are the ends of all that the design may mean.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from tests.networks import (
    Design,
    Path,
    acl_rules,
    applied,
    border,
    group_rules,
    laws,
    loaded,
    network,
    seeds,
    some_pairs,
    traces,
)

import reachsim
from reachsim.answers.rulesets import equivalent
from reachsim.dataplane.filters import Direction
from reachsim.errors import UndecidedError
from reachsim.loading.tree import value_at
from reachsim.net.headerspace import HeaderSpace

EVERYONE = ["0.0.0.0/0", "::/0"]


def with_unknown(rng: random.Random, design: Design) -> tuple[Design, Design, Design, Path] | None:
    """A design with something of one rule unknown, and what it means at least and at most."""
    path = rng.choice([*group_rules(design), *acl_rules(design), None])
    if path is None:
        return None
    *owner, index = path
    rule, rules = value_at(design, path), value_at(design, tuple(owner))
    peer = "from" if path[4] == "ingress" else "to"
    action = "deny" if "deny" in rule else "allow"
    part = rng.choice(["traffic", "peer", "both", "all rules"])
    if part == "all rules":
        numbers = [{"rule": 1}, {"rule": 2}] if path[2] == "network_acls" else [{}, {}]
        most = [{**number, "allow": "all", peer: everyone} for number, everyone in zip(numbers, EVERYONE, strict=True)]
        written, none, all_ = (applied(design, [(tuple(owner), value)]) for value in ("unknown", [], most))
        return written, none, all_, path
    unknown = {**rule}
    for key in {"traffic": [action], "peer": [peer], "both": [action, peer]}[part]:
        unknown[key] = "unknown"
    if path[2] == "network_acls":
        taken = {each["rule"] for each in rules}
        free = next((n for n in range(rule["rule"] + 1, 32767) if n not in taken), None)
        if free is None or any(rule["rule"] < each["rule"] < free for each in rules):
            return None  # no room beside it for the rule of the other family
        widest = [rule, {**rule, "rule": free}] if part != "traffic" else [rule]
    else:
        widest = [rule]
    blocks = [rule[peer]] if part == "traffic" else EVERYONE if len(widest) == 2 else [EVERYONE]
    made = [
        {**each, peer: block, action: "all" if part != "peer" else each[action]}
        for each, block in zip(widest, blocks, strict=True)
    ]
    before, after = rules[:index], rules[index + 1 :]
    without, with_all = [*before, *after], [*before, *made, *after]
    least, most = (with_all, without) if action == "deny" else (without, with_all)
    written = applied(design, [(path, unknown)])
    return written, applied(design, [(tuple(owner), least)]), applied(design, [(tuple(owner), most)]), path


def unsure(answer: reachsim.Reach, *, one_way: bool) -> HeaderSpace:
    """The packets of which it is undecided whether they are delivered, or answered."""
    both = [part.unsure_of(one_way=one_way) for part in answer.parts]
    return HeaderSpace.union([*both, *(part.unsure_of(one_way=True) for part in answer.parts)])


@laws(14)
@given(seeds)
def test_decided_is_what_is_the_same_at_least_and_at_most(seed: int) -> None:
    rng, design, _ = network(seed, crowd=True)
    made = with_unknown(rng, design)
    if made is None:
        return
    net, least, most = (loaded(each) for each in made[:3])
    for source, destination in some_pairs(rng, net, 12, design=design):
        answer, low, high = (each.reach(source, destination) for each in (net, least, most))
        assert answer.delivered <= low.delivered, (made[3], source, destination)
        assert high.delivered <= answer.delivered | unsure(answer, one_way=True)
        assert answer.reachable <= low.reachable
        assert high.reachable <= answer.reachable | unsure(answer, one_way=False)
        if not low.undecided and not high.undecided:
            assert answer.delivered == low.delivered
            assert unsure(answer, one_way=True) == high.delivered - low.delivered
            if not any(part.lost for part in (*low.parts, *high.parts)):
                assert answer.reachable == low.reachable
            ends = [(each.delivered, each.reachable, each.losses) for each in (low, high)]
            assert bool(answer.undecided) == (ends[0] != ends[1])


@laws(10)
@given(seeds)
def test_a_trace_decides_what_is_the_same_at_least_and_at_most(seed: int) -> None:
    rng, design, _ = network(seed)
    made = with_unknown(rng, design)
    if made is None:
        return
    net, least, most = (loaded(each) for each in made[:3])
    for source, destination in some_pairs(rng, net, 10, design=design):
        answer, low, high = (each.reach(source, destination) for each in (net, least, most))
        if low.undecided or high.undecided:
            continue
        spaces = [answer.delivered, unsure(answer, one_way=False), high.delivered, low.reachable]
        for packet in [packet for space in spaces for packet in border(rng, space, 3)]:
            for told in traces(net, source, destination, packet):
                (way,) = told.ways
                if way.undecided:
                    assert packet in unsure(answer, one_way=False), (made[3], source, destination, packet)
                else:
                    assert way.delivered == (packet in low.delivered) == (packet in high.delivered)
                    assert way.reachable == (packet in low.reachable) == (packet in high.reachable)


@laws(10)
@given(seeds)
def test_the_matrix_decides_what_reach_decides(seed: int) -> None:
    rng, design, _ = network(seed, crowd=True)
    made = with_unknown(rng, design)
    if made is None:
        return
    net = loaded(made[0])
    matrix = net.matrix()
    for source, destination in some_pairs(rng, net, 40, inside=True, design=design):
        answer, cell = net.reach(source, destination), matrix.cell(source, destination)
        assert bool(cell.undecided) == bool(answer.undecided), (made[3], source, destination)
        assert cell.delivered == answer.delivered.traffic()
        if not any(part.lost for part in answer.parts):
            assert cell.reachable == answer.reachable.traffic()


VPC: dict[str, Any] = {
    "cidrs": ["10.0.0.0/16"],
    "internet_gateway": "igw",
    "subnets": {"a": {"cidr": "10.0.1.0/24"}, "b": {"cidr": "10.0.2.0/24"}},
    "route_tables": {"main": {"0.0.0.0/0": "igw"}},
    "security_groups": {
        "open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]},
        "web": {"ingress": [{"allow": "tcp/443", "from": "unknown"}, {"allow": "tcp/22", "from": "10.0.2.0/24"}]},
        "dark": {"ingress": "unknown"},
        "db": {"ingress": [{"allow": "tcp/5432", "from": "web"}]},
    },
    "instances": {
        "web": {"subnet": "a", "security_groups": ["web"], "public_ip": True},
        "one": {"subnet": "b", "security_groups": ["open"], "public_ip": True},
        "dark": {"subnet": "a", "security_groups": ["dark"]},
        "some": {"subnet": "a", "security_groups": "unknown"},
        "db": {"subnet": "a", "security_groups": ["db"]},
    },
}


def changed(**vpc: Any) -> reachsim.Network:
    """The VPC of these tests with some sections replaced."""
    return reachsim.loads(json.dumps({"version": 1, "vpcs": {"app": {**VPC, **vpc}}}))


@pytest.mark.parametrize(
    ("source", "destination", "traffic", "verdict"),
    [
        ("one", "web", "tcp/443", "undecided"),
        ("one", "web", "tcp/22", "reachable"),
        ("one", "web", "tcp/80", "blocked"),
        ("internet", "web", "tcp/443", "undecided"),
        ("internet", "web", "tcp/22", "blocked"),
        ("one", "dark", "tcp/80", "undecided"),
        ("dark", "one", "tcp/80", "reachable"),  # its egress is AWS's own, and the answer is tracked
        ("some", "one", "tcp/80", "undecided"),
        ("one", "some", "tcp/80", "undecided"),
        ("web", "db", "tcp/5432", "reachable"),
        ("some", "db", "tcp/5432", "undecided"),  # it may be a member of web
        ("some", "db", "tcp/80", "blocked"),
        ("one", "db", "tcp/5432", "blocked"),
    ],
)
def test_only_what_hangs_on_the_unknown_is_undecided(source: str, destination: str, traffic: str, verdict: str) -> None:
    net = changed()
    found = net.trace(source, destination, traffic)
    assert found.verdict == verdict, found
    if verdict == "undecided":
        assert "known" in found.undecided


def test_a_target_that_is_unknown_takes_packets_nobody_knows_where() -> None:
    net = changed(route_tables={"main": {"0.0.0.0/0": "unknown", "203.0.113.0/24": "igw"}})
    assert net.trace("one", "198.51.100.1", "tcp/443").verdict == "undecided"
    assert net.trace("one", "web", "tcp/22").verdict == "reachable"
    assert net.trace("one", "203.0.113.200", "tcp/443").verdict == "reachable"


def test_a_destination_that_is_unknown_may_be_any_but_the_vpcs_own() -> None:
    net = changed(route_tables={"main": {"0.0.0.0/0": "igw", "unknown": "one"}})
    assert net.trace("one", "198.51.100.1", "tcp/443").verdict == "undecided"
    assert net.trace("one", "web", "tcp/22").verdict == "reachable"


def test_a_subnet_may_have_a_table_and_an_acl_that_are_unknown() -> None:
    subnets = {
        "a": {"cidr": "10.0.1.0/24", "route_table": "unknown"},
        "b": {"cidr": "10.0.2.0/24", "network_acl": "unknown"},
    }
    net = changed(subnets=subnets)
    assert net.trace("web", "198.51.100.1", "tcp/443").verdict == "undecided"
    assert net.trace("db", "web", "tcp/22").verdict == "blocked"
    assert net.trace("one", "web", "tcp/22").verdict == "undecided"


@pytest.mark.parametrize("section", ["security_groups", "network_acls", "route_tables"])
def test_unknown_is_no_name(section: str) -> None:
    with pytest.raises(reachsim.DesignError, match="'unknown' is a reserved word"):
        changed(**{section: {**VPC.get(section, {}), "unknown": {}}})


def test_rules_beside_the_unknown_are_judged_without_it() -> None:
    rules: list[dict[str, Any]] = [
        {"rule": 1, "deny": "tcp/22", "from": "unknown"},
        {"rule": 2, "allow": "tcp/22", "from": "10.0.0.0/8"},
        {"rule": 3, "allow": "tcp/22", "from": "10.0.0.0/9"},
        {"rule": 4, "deny": "unknown", "from": "0.0.0.0/0"},
        {"rule": 5, "deny": "tcp/25", "from": "0.0.0.0/0"},
    ]
    acl = {"ingress": rules}
    net = changed(network_acls={"tight": acl, "other": acl})
    idle = [(rule.rule, rule.kind) for rule in net.idle_rules()]
    assert ("rule 3: allow tcp/22 from 10.0.0.0/9", "shadowed") in idle
    assert not any(text.startswith(("rule 1", "rule 4")) for text, _ in idle)
    one, other = (net.policy.filter(net.policy.acl("app", name, Direction.INGRESS)) for name in ("tight", "other"))
    with pytest.raises(UndecidedError, match="not known"):
        equivalent(one, other)


@pytest.mark.parametrize(("traffic", "number"), [("tcp/22", 1), ("tcp/443", 2)])
def test_the_rule_that_leaves_it_open_is_the_one_about_the_service(traffic: str, number: int) -> None:
    """Of several rules that are not known, the one is named that could decide it: that one is to be looked up."""
    rules = [
        {"rule": 1, "allow": "tcp/22", "from": "unknown"},
        {"rule": 2, "allow": "tcp/443", "from": "unknown"},
    ]
    subnets = {**VPC["subnets"], "b": {"cidr": "10.0.2.0/24", "network_acl": "open"}}
    every = [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}]
    net = changed(subnets=subnets, network_acls={"open": {"ingress": rules, "egress": every}})
    found = net.trace("internet", "one", traffic)
    assert found.verdict == "undecided"
    assert f"rule {number}" in found.undecided
    assert f"rule {3 - number}" not in found.undecided


def test_what_gets_across_for_certain_is_told_beside_what_may() -> None:
    rules = [{"allow": "tcp/22", "from": "0.0.0.0/0"}, {"allow": "tcp/443", "from": "unknown"}]
    groups = {**VPC["security_groups"], "both": {"ingress": rules, "egress": []}}
    instances = {**VPC["instances"], "both": {"subnet": "a", "security_groups": ["both"]}}
    net = changed(security_groups=groups, instances=instances)
    found = net.isolated("one", "both")
    assert found.leaks
    assert found.undecided


def test_an_answer_may_come_back_though_every_filter_on_its_way_is_unsure() -> None:
    """Both ACLs that the answer meets have a rule that is not known, and no filter on its way lets it pass for certain."""

    def rules(direction: str, peer: str) -> list[dict[str, Any]]:
        return [{"rule": 1, "allow": "all", direction: peer}]

    acls = {
        "client": {"ingress": rules("from", "unknown"), "egress": rules("to", "0.0.0.0/0")},
        "server": {"ingress": rules("from", "0.0.0.0/0"), "egress": rules("to", "unknown")},
    }
    subnets = {
        "a": {"cidr": "10.0.1.0/24", "network_acl": "client"},
        "b": {"cidr": "10.0.2.0/24", "network_acl": "server"},
    }
    net = changed(subnets=subnets, network_acls=acls)
    assert net.trace("web", "one", "tcp/22").verdict == "undecided"
    assert net.reach("web", "one").undecided
    cell = net.matrix().cell("web", "one")
    assert cell.undecided
    assert "tcp/22" in cell.delivered
    assert "tcp/22" not in cell.reachable
