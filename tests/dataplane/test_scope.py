"""Where sets of addresses begin and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reachsim.dataplane.scope import edges
from reachsim.net.cidr import AddressSet

few = st.sets(st.integers(0, 20)).map(lambda places: AddressSet.union_of((place, place) for place in places))


@given(few, few)
def test_edges_are_where_membership_changes(one: AddressSet, other: AddressSet) -> None:
    def members(place: int) -> tuple[bool, bool]:
        return place in one, place in other

    changes = {place for place in range(1, 30) if members(place) != members(place - 1)}
    assert {*edges(one, other)} - {0} == changes
