"""Sides of blocks: what classes' own filters let through, together, is what each lets through."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import load
from tests.networks import laws
from tests.reach.test_atoms import CLAUSES, MEMBERS

from reachsim.dataplane.filters import Direction, Filter
from reachsim.dataplane.site import VpcSite
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import Traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.side import OwnFilters, OwnPlaces, Side
from reachsim.reach.template import Term
from reachsim.rules.clauses import ANYONE, NO_GROUPS, Clause
from reachsim.rules.codes import Code

ADDRESSES = (0, 0x09FFFFFF, 0x0A000000, 0x0A010001, 0x0A090000, 0x0A090001, 0x0B000000)
SSH = Traffic.parse("tcp/22").spans[0][0]


def filter_of(clauses: list[Clause]) -> Filter:
    return Filter(
        "x", Direction.INGRESS, tuple(clauses), stateful=True, code=Code.ENI_SG_RULES_MISMATCH, rule="SG-1", path=("a",)
    )


def two_vpcs() -> list[VpcSite]:
    return list(load().topology.vpcs.values())[:2]


@laws(40)
@given(
    st.lists(st.tuples(st.lists(CLAUSES, min_size=1, max_size=3), st.integers(0, 1)), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=1, max_size=5),
    st.booleans(),
)
@pytest.mark.rule("SG-1")
def test_together_they_let_through_what_each_does(
    written: list[tuple[list[Clause], int]], of: list[int], at_best: bool
) -> None:
    """Read in one VPC or in several, which see different groups at one address; of rules that permit and that deny, known or
    not; asked about the packet, and about one service of it."""
    vpcs = two_vpcs()
    filters = [(filter_of(clauses), vpcs[number]) for clauses, number in written]
    index = [number % len(filters) for number in of]
    atoms = Atoms([filter for filter, _ in filters])
    own = OwnFilters(filters, index, atoms, at_best, OwnPlaces())
    assert own.open is all(filter.open for filter, _ in filters)
    for address, one, other in product(ADDRESSES, MEMBERS, MEMBERS[::3]):
        seen = dict(zip(vpcs, (one, other), strict=True))
        groups = tuple(seen[vpc] for vpc in own.viewers)
        for service in (None, SSH):
            row = own.row(address, groups, service)
            assert len(row) == len(index)
            for mask, number in zip(row, index, strict=True):
                filter, vpc = filters[number]
                ask = filter.possible if at_best else filter.allowed
                passing = ask(address, seen[vpc] if vpc in own.viewers else NO_GROUPS)
                if service is None:
                    assert atoms.traffic(mask) == passing
                else:
                    assert mask == (atoms.everything if service in passing else 0)
    for address in ADDRESSES:  # in whichever groups it is
        for mask, number in zip(own.of_anyone(address), index, strict=True):
            ask = filters[number][0].possible if at_best else filters[number][0].allowed
            assert atoms.traffic(mask) == ask(address, ANYONE)


def test_a_group_counts_where_it_is_seen_alone() -> None:
    """Two VPCs read one group's name: what one of them sees says nothing of the other."""
    vpcs = two_vpcs()
    web = frozenset({("app", "web")})
    clause = Clause(True, AddressSet.nothing(), Traffic.parse("tcp/22"), "tcp/22", groups=web)
    filters = [(filter_of([clause]), vpcs[0]), (filter_of([clause]), vpcs[1])]
    own = OwnFilters(filters, [0, 1], Atoms([filter for filter, _ in filters]), False, OwnPlaces())
    assert [bool(mask) for mask in own.row(1, (web, NO_GROUPS))] == [True, False]
    assert [bool(mask) for mask in own.row(1, (NO_GROUPS, web))] == [False, True]


def test_a_book_that_records_is_told_of_every_filter_though_it_is_known() -> None:
    net = load()
    worker = net.new_worker()
    side = Side([each for each in worker.classes.classes if each.first.ingress is not None])
    term = Term(None, "b", False, Direction.INGRESS, "a", 0, 0, NO_GROUPS, None)
    known = side.own(term, net.book, worker.atoms, at_best=False)
    recording = net.book.recording()
    assert side.own(term, recording, worker.atoms, at_best=False) is known
    assert recording.asked == {filter for filter, _ in known.filters}
    edited = net.book.with_({known.filters[0][0]: filter_of([])})
    assert side.own(term, edited, worker.atoms, at_best=False).filters[0][0] is edited[known.filters[0][0]]
