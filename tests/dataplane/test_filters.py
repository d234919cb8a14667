from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import load

from reachsim.dataplane import filters as module
from reachsim.dataplane.filters import Direction, Filter
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import SOME_GROUP, Clause, permitted
from reachsim.rules.codes import Code

spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))
peers = st.lists(spans, max_size=3).map(AddressSet.union_of)
tokens = st.sampled_from(["all", "tcp", "tcp/80", "udp/53"]).map(Traffic.parse)
filters = st.lists(st.builds(Clause, st.booleans(), peers, tokens, st.just("rule")), max_size=4).map(
    lambda clauses: Filter(
        "f",
        Direction.INGRESS,
        tuple(clauses),
        stateful=False,
        code=Code.SUBNET_ACL_RESTRICTION,
        rule="NACL-2",
    )
)


@given(filters, peers)
def test_runs_are_disjoint_cover_the_peers_and_say_what_each_peer_gets(filter, asked):
    runs = filter.runs(asked)
    assert sum(addresses.count for addresses, _ in runs) == asked.count
    assert AddressSet.union_of(span for addresses, _ in runs for span in addresses.spans) == asked
    for addresses, traffic in runs:
        for low, high in addresses.spans:
            for address in range(low, high + 1):
                assert filter.allowed(address) == traffic


@given(filters, st.integers(0, 31))
def test_what_is_denied_is_what_is_not_allowed(filter, peer):
    allowed, denied = filter.allowed(peer), filter.denied(peer)
    rest = Traffic.everything()
    for _, traffic in denied:
        assert traffic
        assert not traffic & allowed
        rest -= traffic
    assert rest == allowed
    for service in (Traffic.parse("tcp/80").first, Traffic.parse("udp/53").first):
        clause = filter.decide(peer, frozenset(), service)
        assert (clause is not None and clause.permits) == (service in allowed)


GROUPS = st.sets(st.sampled_from([("vpc", "a"), ("vpc", "b"), SOME_GROUP])).map(frozenset)
named = st.sets(st.sampled_from([("vpc", "a"), ("vpc", "b")]), max_size=1).map(frozenset)
clauses = st.builds(Clause, st.booleans(), peers, tokens, st.just("rule"), groups=named, known=st.booleans())


@given(st.lists(clauses, max_size=6), st.integers(0, 32), GROUPS, st.integers(0, 4))
def test_a_filter_of_many_clauses_asks_those_alone_that_may_speak_of_a_peer(rules, peer, groups, most):
    """And says what all of them in their order say: the fewest clauses, and runs at which one is kept, are any number."""
    with patch.multiple(module, _FEW=0, _SOME_RUNS=most):
        filter = Filter(
            "f", Direction.INGRESS, tuple(rules), stateful=False, code=Code.SUBNET_ACL_RESTRICTION, rule="NACL-2"
        )
        assert filter.allowed(peer, groups) == permitted(rules, peer, groups)
        assert filter.possible(peer, groups) == permitted(rules, peer, groups, at_best=True)
        denied = filter.denied(peer, groups)
    with patch.multiple(module, _FEW=99):
        plain = Filter(
            "f", Direction.INGRESS, tuple(rules), stateful=False, code=Code.SUBNET_ACL_RESTRICTION, rule="NACL-2"
        )
        assert denied == plain.denied(peer, groups)


@pytest.mark.rule("NACL-2")
def test_what_is_kept_by_its_run_keeps_its_place_among_the_others():
    """An ACL's first match: of a rule about one address and one about many, whichever comes first."""
    one, many = AddressSet(((7, 7),)), AddressSet.union_of((n, n) for n in range(7, 30, 2))
    tcp = Traffic.parse("tcp")
    allow, deny = Clause(True, one, tcp, "allow"), Clause(False, many, tcp, "deny")
    for rules, passes in (((allow, deny), tcp), ((deny, allow), Traffic.nothing())):
        with patch.multiple(module, _FEW=0):
            filter = Filter(
                "f", Direction.INGRESS, rules, stateful=False, code=Code.SUBNET_ACL_RESTRICTION, rule="NACL-2"
            )
            assert filter.allowed(7) == passes


def test_a_thousand_rules_of_one_address_each_are_not_all_asked_about_each():
    rules = tuple(
        Clause(True, AddressSet(((address, address),)), Traffic.parse("tcp/80"), "rule")
        for address in range(0, 2000, 2)
    )
    filter = Filter("f", Direction.INGRESS, rules, stateful=True, code=Code.ENI_SG_RULES_MISMATCH, rule="SG-1")
    with patch.object(Clause, "names_peer", autospec=True, side_effect=Clause.names_peer) as asked:
        assert sum(bool(filter.allowed(address)) for address in range(2000)) == 1000
    assert asked.call_count == 1000


@pytest.mark.rule("SG-4")
@pytest.mark.rule("NACL-5")
def test_groups_are_stateful_and_acls_are_not():
    topology = load().topology
    interface = topology.interfaces["app.probe"]
    assert (interface.egress.stateful, interface.ingress.stateful) == (True, True)
    assert not topology.vpcs["app"].subnets["private"].exit.filter.stateful


@pytest.mark.rule("SG-1")
@pytest.mark.rule("NACL-1")
def test_interfaces_with_the_same_groups_and_subnets_with_the_same_acl_share_a_filter():
    topology = load(
        {
            "vpcs app instances web security_groups": ["open", "client"],
            "vpcs app instances db security_groups": ["client", "open"],
        }
    ).topology
    assert topology.interfaces["app.web"].ingress is topology.interfaces["app.db"].ingress
    subnets = topology.vpcs["app"].subnets
    assert subnets["public"].exit.filter is subnets["private"].exit.filter
