"""Both ways of asking clauses, one packet and all packets, against a reading without shortcuts."""

from hypothesis import given
from hypothesis import strategies as st

from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import Clause, first_match, peer_starts, permitted

TOKENS = ("all", "tcp", "tcp/80", "tcp/80-90", "tcp/85-443", "udp/53", "icmp/8", "proto/50")
GROUPS = (("v", "a"), ("v", "b"))
PROBES = [
    Traffic.parse(token).first for token in ("tcp/79", "tcp/80", "tcp/86", "tcp/443", "udp/53", "icmp/8", "proto/50")
]

spans = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: (min(pair), max(pair)))
clauses = st.builds(
    Clause,
    st.booleans(),
    st.lists(spans, max_size=3).map(AddressSet.union_of),
    st.sampled_from(TOKENS).map(Traffic.parse),
    st.just("rule"),
    st.just(()),
    st.frozensets(st.sampled_from(GROUPS), max_size=1),
)


@given(st.lists(clauses, max_size=5), st.integers(0, 21), st.frozensets(st.sampled_from(GROUPS)))
def test_all_packets_at_once_says_what_packet_by_packet_says(made, peer, groups):
    allowed = permitted(made, peer, groups)
    for service in PROBES:
        decided = first_match(made, peer, groups, service)
        assert (service in allowed) == (decided is not None and decided.permits)
        matching = [c for c in made if service in c.traffic and (peer in c.peers or c.groups & groups)]
        assert decided is (matching[0] if matching else None)


@given(st.lists(clauses, max_size=5), st.integers(1, 25))
def test_between_two_starts_nothing_changes(made, peer):
    if peer not in peer_starts(made):
        assert permitted(made, peer, frozenset()) == permitted(made, peer - 1, frozenset())
