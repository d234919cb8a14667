"""Traffic as bits: there and back, and the same algebra as on sets."""

from __future__ import annotations

import functools
from bisect import bisect_right
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks import laws, network, seeds

from reachsim.dataplane.filters import Direction, Filter
from reachsim.flow.ports import OF_TRAFFIC
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.traffic import Traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import all_filters
from reachsim.rules.clauses import SOME_GROUP, Clause
from reachsim.rules.codes import Code


@functools.cache
def atoms_of(seed: int) -> tuple[Atoms, list]:
    """The atoms of a generated network, and its filters."""
    _, _, net = network(seed)
    filters = all_filters(net.topology, net.book)
    return Atoms(filters), filters


few_seeds = st.integers(0, 12)
masks = st.integers(0, 2**200)


@laws(60)
@given(few_seeds, masks, masks)
def test_masks_are_sets(seed: int, one: int, other: int) -> None:
    atoms, _ = atoms_of(seed)
    one, other = one & atoms.everything, other & atoms.everything
    a, b = atoms.traffic(one), atoms.traffic(other)
    assert (atoms.mask(a), atoms.mask(b)) == (one, other)
    assert atoms.traffic(one | other) == a | b
    assert atoms.traffic(one & other) == a & b
    assert atoms.traffic(atoms.everything & ~one) == ~a
    assert atoms.traffic(atoms.mask(a & b)) == a & b


@laws(60)
@given(few_seeds, masks, masks, masks)
@pytest.mark.rule("NAT-PORT")
def test_what_comes_back_as_bits_is_what_comes_back_as_sets(seed: int, one: int, other: int, third: int) -> None:
    atoms, _ = atoms_of(seed)
    everything = atoms.everything
    ((tcp, nat_tcp), (_, nat_udp)) = atoms.way_back.ported
    inner, other, third = one & everything, other & everything, third & everything
    wide = everything & ~(1 << everything.bit_length() - 1)
    for beyond in (
        [],
        [other],
        [other, third],
        [everything, other],
        [nat_tcp, everything],
        [tcp | nat_udp, wide],
        [everything & ~nat_tcp],
    ):
        bits = atoms.way_back.back(inner, beyond)
        sets = OF_TRAFFIC.back(atoms.traffic(inner), [atoms.traffic(outer) for outer in beyond])
        assert atoms.traffic(bits.ever) == sets.ever
        assert tuple(map(atoms.traffic, bits.lost)) == sets.lost


@laws(60)
@given(seeds.map(lambda seed: seed % 13), seeds)
def test_a_row_is_what_the_filter_lets_through(seed: int, at: int) -> None:
    atoms, filters = atoms_of(seed)
    for filter in filters:
        peer = filter.starts[at % len(filter.starts)]
        for groups in (frozenset(), filter.named_groups, frozenset(list(filter.named_groups)[:1])):
            assert atoms.traffic(atoms.row(filter, peer, groups)) == filter.allowed(peer, groups)
            assert atoms.traffic(atoms.row(filter, max(0, peer - 1), groups)) == filter.allowed(
                max(0, peer - 1), groups
            )


GROUPS = [("app", "web"), ("app", "db"), SOME_GROUP]
CLAUSES = st.builds(
    lambda permits, block, token, groups, known: Clause(
        permits, address_set([block]), Traffic.parse(token), token, groups=frozenset(groups), known=known
    ),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([Cidr.parse(text) for text in ("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "10.9.0.0/32")]),
    st.sampled_from(["tcp/22", "tcp/1-100", "udp", "all"]),
    st.sets(st.sampled_from(GROUPS[:2])),
    st.sampled_from([True, True, True, True, False]),
)


MEMBERS = [frozenset(some) for count in range(4) for some in combinations(GROUPS, count)]


@laws(60)
@given(st.lists(CLAUSES, min_size=1, max_size=3))
@pytest.mark.rule("SG-1")
def test_a_row_to_members_of_groups_is_what_the_filter_lets_through(clauses: list[Clause]) -> None:
    """Known or not, of rules that permit and that deny, to members of some groups, and of groups that are not known."""
    path = ("vpcs", "app")
    filter = Filter(
        "x", Direction.INGRESS, tuple(clauses), stateful=True, code=Code.ENI_SG_RULES_MISMATCH, rule="SG-1", path=path
    )
    atoms = Atoms([filter])
    for peer, groups in product({at for start in filter.starts for at in (max(0, start - 1), start)}, MEMBERS):
        assert atoms.traffic(atoms.row(filter, peer, groups)) == filter.allowed(peer, groups)
        assert atoms.traffic(atoms.row(filter, peer, groups, at_best=True)) == filter.possible(peer, groups)


def test_only_declared_filters_have_rows() -> None:
    """The borders of others are no cuts."""
    _, (declared, other, *_) = atoms_of(0)
    with pytest.raises(ValueError, match="no checkpoint declares"):
        Atoms([declared]).row(other, 0)


def test_no_rules_at_all() -> None:
    atoms = Atoms([])
    assert atoms.traffic(atoms.everything) == Traffic.everything()
    assert atoms.traffic(0) == Traffic.nothing()
    assert atoms.traffic(atoms.tcp) == Traffic.parse("tcp")
    assert atoms.traffic(atoms.families[False]) == ~Traffic.parse("icmpv6")
    assert atoms.traffic(atoms.families[True]) == ~Traffic.parse("icmp")
    assert AddressSet.everything()


@laws(60)
@given(seeds.map(lambda seed: seed % 13), st.booleans())
def test_what_passes_by_run_is_what_the_filter_lets_through(seed: int, at_best: bool) -> None:
    atoms, filters = atoms_of(seed)
    for filter in filters:
        by_run = atoms.by_run(filter, at_best=at_best)
        for peer in {at for start in filter.starts for at in (max(0, start - 1), start, start + 1)}:
            asked = filter.possible if at_best else filter.allowed
            assert atoms.traffic(by_run[bisect_right(filter.starts, peer)]) == asked(peer)
