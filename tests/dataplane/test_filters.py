import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import load

from reachsim.dataplane.filters import Direction, Filter
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import Clause
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
