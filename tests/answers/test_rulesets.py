"""Idle rules and equivalence, against brute force."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import ALL, ANY, acl_of, group, load
from tests.networks import laws

from reachsim.answers.covering import Spans, covering, numbers, space_of
from reachsim.answers.rulesets import equivalent, idle_clauses
from reachsim.dataplane.filters import Direction, Filter
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import Clause
from reachsim.rules.codes import Code

PEERS = [0, 5, 10, 15, 20, 2**32 + 7]
GROUPS = [frozenset(), frozenset({("v", "a")}), frozenset({("v", "b")}), frozenset({("v", "a"), ("v", "b")})]
SERVICES = [Traffic.parse(text).first for text in ("tcp/80", "tcp/81", "udp/53", "icmp/8", "proto/50", "tcp/22")]

blocks = st.sampled_from([(0, 9), (10, 19), (0, 19), (5, 14), (0, 2**32 - 1), (2**32, 2**32 + 2**128 - 1)])
peers = st.lists(blocks, min_size=1, max_size=2).map(AddressSet.union_of)
tokens = st.sampled_from(["tcp/80", "tcp/80-81", "tcp", "udp", "all", "tcp/81"]).map(Traffic.parse)
no_groups = st.just(frozenset())
named = st.sampled_from([frozenset(), frozenset(), frozenset({("v", "a")}), frozenset({("v", "b")})])


def clauses(permits: st.SearchStrategy[bool], groups: st.SearchStrategy[frozenset]) -> st.SearchStrategy[list[Clause]]:
    """A few clauses, numbered by their texts."""
    bodies = st.lists(st.tuples(permits, peers | st.just(AddressSet.nothing()), tokens, groups), max_size=5)
    return bodies.map(
        lambda made: [
            Clause(p, a if a or g else AddressSet.of((0, 9)), t, f"r{n}", ("r", n), g)
            for n, (p, a, t, g) in enumerate(made)
        ]
    )


def filter_of(made: list[Clause]) -> Filter:
    """A filter of clauses."""
    return Filter("f", Direction.INGRESS, tuple(made), stateful=True, code=Code.ENI_SG_RULES_MISMATCH, rule="SG-1")


def answers(made: list[Clause]) -> list[Traffic]:
    """What a filter lets through, for every kind of peer."""
    one = filter_of(made)
    possible = [~Traffic.parse("icmpv6"), ~Traffic.parse("icmp")]
    return [one.allowed(peer, groups) & possible[peer > 0xFFFFFFFF] for peer in PEERS for groups in GROUPS]


@laws(60)
@given(clauses(st.just(True), named))
def test_a_group_rule_is_covered_exactly_when_removing_it_changes_nothing(made: list[Clause]) -> None:
    for index, clause in enumerate(made):
        others = [*made[:index], *made[index + 1 :]]
        evidence = covering(clause, others)
        assert (evidence is not None) == (answers(made) == answers(others)), clause
        if evidence is not None:
            assert answers([*evidence, clause]) == answers(evidence)


@laws(60)
@given(clauses(st.booleans(), no_groups))
def test_an_acl_rule_is_shadowed_exactly_when_it_never_decides(made: list[Clause]) -> None:
    one = filter_of(made)
    for index, clause in enumerate(made):
        decides = any(one.decide(peer, frozenset(), service) is clause for peer in PEERS for service in SERVICES)
        shadowed = covering(clause, made[:index]) is not None
        assert not (shadowed and decides)
        if shadowed:
            assert answers(made) == answers([*made[:index], *made[index + 1 :]])
        else:
            turned = Clause(not clause.permits, clause.peers, clause.traffic, clause.text, clause.path)
            assert answers(made) != answers([*made[:index], turned, *made[index + 1 :]])


@laws(60)
@given(clauses(st.booleans(), no_groups), clauses(st.booleans(), no_groups))
def test_acls_are_equivalent_exactly_when_they_let_the_same_through(one: list[Clause], other: list[Clause]) -> None:
    result = equivalent(filter_of(one), filter_of(other))
    assert bool(result) == (answers(one) == answers(other))
    mirror = equivalent(filter_of(other), filter_of(one))
    assert (result.only_one, result.only_other) == (mirror.only_other, mirror.only_one)
    assert equivalent(filter_of(one), filter_of(one))


@laws(50)
@given(clauses(st.just(True), named), clauses(st.just(True), named))
def test_groups_are_equivalent_exactly_when_they_let_the_same_through(one: list[Clause], other: list[Clause]) -> None:
    result = equivalent(filter_of(one), filter_of(other))
    assert bool(result) == (answers(one) == answers(other))
    assert equivalent(filter_of(one), filter_of(one[::-1]))


def test_all_idle_rules_together_can_go() -> None:
    rules = [("tcp/443", "10.0.0.0/8"), ("tcp", "10.0.0.0/8"), ("tcp/443", "10.0.0.0/9"), ("tcp/443", "10.128.0.0/9")]
    found = load(group("open", *rules, ("all", ANY))).idle_rules()
    mine = [rule for rule in found if rule.owner == "app security group open"]
    assert [rule.rule for rule in mine] == [f"{t} from {p}" for t, p in reversed(rules)]
    assert {rule.kind for rule in mine} == {"redundant"}
    assert all(rule.where.startswith("test.yaml:") for rule in mine)
    assert mine[2].by[-1] == "all from 0.0.0.0/0"


def test_two_families_together_cover_a_reference() -> None:
    net = load(group("open", ("all", ANY), ("all", "::/0"), ("tcp/443", "client")))
    found = [rule for rule in net.idle_rules() if rule.owner == "app security group open"]
    assert [(rule.rule, rule.by) for rule in found] == [
        ("tcp/443 from client", ("all from 0.0.0.0/0", "all from ::/0"))
    ]
    alone = load(group("open", ("all", ANY), ("tcp/443", "client")))  # members may have IPv6
    assert not [rule for rule in alone.idle_rules() if rule.owner == "app security group open"]


def test_shadowed_rules_of_an_acl() -> None:
    lines = ["allow tcp/443 0.0.0.0/0", "deny tcp 10.0.0.0/8", "allow tcp/22 10.1.0.0/16", ALL]
    found = load(acl_of("isolated", lines, [ALL])).idle_rules()
    assert [(rule.rule, rule.kind, rule.by) for rule in found] == [
        ("rule 30: allow tcp/22 from 10.1.0.0/16", "shadowed", ("rule 20: deny tcp from 10.0.0.0/8",))
    ]
    assert found[0].to_dict()["direction"] == "ingress"


def test_a_rule_that_no_packet_matches_says_so() -> None:
    found = load(group("open", ("icmp", "::/0"), ("tcp", ANY))).idle_rules()
    assert [str(rule) for rule in found if "icmp" in rule.rule] == [
        "app security group open ingress: icmp from ::/0 is redundant: no packet matches it"
    ]


def test_a_rule_of_an_acl_is_redundant_when_later_ones_decide_alike() -> None:
    lines = ["allow tcp/443 0.0.0.0/0", "deny udp/53 10.0.0.0/8", ALL]
    found = load(acl_of("isolated", lines, [ALL])).idle_rules()
    assert [(rule.rule, rule.kind) for rule in found] == [("rule 10: allow tcp/443 from 0.0.0.0/0", "redundant")]


def test_a_rule_that_hides_another_decision_is_not_redundant() -> None:
    """Without the deny the shadowed allow would come to decide."""
    lines = ["deny all 10.0.0.0/8", "allow tcp/22 10.1.0.0/16"]
    found = load(acl_of("isolated", lines, [ALL])).idle_rules()
    assert [(rule.rule, rule.kind) for rule in found] == [("rule 20: allow tcp/22 from 10.1.0.0/16", "shadowed")]


def test_groups_that_no_interface_carries_are_looked_at_too() -> None:
    found = load(group("spare", ("tcp/22", "10.0.0.0/8"), ("tcp", "10.0.0.0/8"))).idle_rules()
    assert [(rule.owner, rule.kind) for rule in found] == [("app security group spare", "redundant")]


def test_a_denial_that_nothing_would_undo_is_not_one_that_no_packet_matches() -> None:
    found = load(acl_of("isolated", ["deny all 0.0.0.0/0"], [ALL])).idle_rules()
    assert [str(rule) for rule in found] == [
        "app network ACL isolated-acl ingress: rule 10: deny all from 0.0.0.0/0 is redundant: "
        "what it denies, no later rule allows, and what no rule matches is denied anyway"
    ]
    assert found[0].to_dict()["why"] == found[0].why


spans = st.tuples(st.integers(0, 12), st.integers(0, 4)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))


@laws(60)
@given(st.lists(st.none() | spans, max_size=8), spans)
def test_spans_that_meet_a_span(made: list[tuple[int, int] | None], asked: tuple[int, int]) -> None:
    low, high = asked
    meeting = {n for n, one in enumerate(made) if one is not None and one[0] <= high and low <= one[1]}
    assert set(numbers(Spans(made).meeting(low, high))) == meeting


@laws(60)
@given(clauses(st.booleans(), no_groups))
def test_idle_rules_of_an_acl_could_all_go_together(made: list[Clause]) -> None:
    written = [dataclasses.replace(clause, path=("rule", number)) for number, clause in enumerate(made)]
    idle = [clause for clause, _, _ in idle_clauses("network ACL", written)]
    assert answers(written) == answers([clause for clause in written if clause not in idle])


def test_rules_that_share_no_packet_are_not_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Clause] = []

    def counted(clause: Clause) -> HeaderSpace:
        held.append(clause)
        return space_of(clause)

    monkeypatch.setattr("reachsim.answers.covering.space_of", counted)
    apart = [
        Clause(True, Cidr(number << 8, 24).addresses, Traffic.parse("tcp/443"), f"{number}", ("rule", number))
        for number in range(2_000)
    ]
    again = dataclasses.replace(apart[7], text="again", path=("rule", 2_000))
    found = list(idle_clauses("security group", [*apart, again]))
    assert [(clause.text, word, [other.text for other in by]) for clause, word, by in found] == [
        ("again", "redundant", ["7"])
    ]
    assert len(held) == 2  # not two million
