"""Placing blocks, against brute force on small pools."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr.allocate import (
    Apart,
    Demand,
    Family,
    Placement,
    SearchGaveUp,
    TakenSpace,
    _Search,
    allocate,
)
from reachsim.cidr.freelist import FreeList
from reachsim.net.cidr import Cidr, address_set, blocks_of

POOL = Cidr.parse("10.0.0.0/27")  # 32 addresses: small enough to try everything
REGION = POOL.addresses

places = st.builds(
    lambda bits, index: Cidr(POOL.network + (index % (32 >> bits) << bits), 32 - bits),
    st.integers(0, 4),
    st.integers(0, 31),
)
free_space = st.lists(places, max_size=6)


@st.composite
def demand_lists(draw: st.DrawFn, *, most: int = 6, rooms: bool = True) -> list[Demand]:
    out = []
    for index in range(draw(st.integers(1, most))):
        length = draw(st.integers(28, 32))
        room = draw(st.sampled_from([length, length - 1])) if rooms else length
        families = draw(
            st.sampled_from([(), (Family("red"),), (Family("blue"), Family("red", 28)), (Family("blue", 29),)])
        )
        out.append(Demand(f"d{index}", f"d{index}", length, REGION, room, families))
    return out


@st.composite
def standing(draw: st.DrawFn) -> list[TakenSpace]:
    blocks: list[Cidr] = []
    for block in draw(free_space):
        if not any(block.overlaps(other) for other in blocks):
            blocks.append(block)
    return [TakenSpace(block, f"s{index}") for index, block in enumerate(blocks)]


@st.composite
def groups(draw: st.DrawFn, names: Sequence[str]) -> Apart:
    some = st.lists(st.sampled_from(names), min_size=2, max_size=4, unique=True)
    return Apart(draw(st.lists(some, max_size=1)), draw(st.lists(some, max_size=2)))


def brute_force(demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> bool:
    """Try every place of every demand."""
    if not demands:
        return True
    first, *rest = demands
    for block in POOL.subnets(first.prefix_length):
        free = block.addresses <= first.region and not any(
            apart(item.owner, first.owner) and block.overlaps(item.block) for item in taken
        )
        if free and brute_force(rest, [*taken, TakenSpace(block, first.owner)], apart):
            return True
    return False


def check(demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart, placement: Placement) -> None:
    """A placement is valid: every demand has its size, in its region, apart from whom it must be apart."""
    placed = [*taken, *(TakenSpace(placement.blocks[demand.name], demand.owner) for demand in demands)]
    for demand in demands:
        block = placement.blocks[demand.name]
        assert block.prefix_length == demand.prefix_length
        assert block.addresses <= demand.region
    for one, other in itertools.combinations(placed[len(taken) :], 2):
        assert not apart(one.owner, other.owner) or not one.block.overlaps(other.block)
    for one, other in itertools.product(taken, placed[len(taken) :]):
        assert not apart(one.owner, other.owner) or not one.block.overlaps(other.block)
    for demand in demands:
        room = placement.rooms.get(demand.name)
        if room is not None:
            assert room.prefix_length == demand.room
            assert placement.blocks[demand.name] in room
            assert not any(item.block.overlaps(room) for item in placed if item.owner != demand.owner)


@settings(max_examples=30, deadline=None)
@given(demand_lists(), standing())
def test_valid_and_complete(demands: list[Demand], taken: list[TakenSpace]) -> None:
    apart = Apart()
    placement = allocate(demands, taken, apart)
    assert (placement is not None) == brute_force(demands, taken, apart)
    if placement is not None:
        check(demands, taken, apart, placement)


@settings(max_examples=30, deadline=None)
@given(st.data(), demand_lists(most=4, rooms=False), standing())
def test_valid_and_complete_with_groups_that_may_overlap(
    data: st.DataObject, demands: list[Demand], taken: list[TakenSpace]
) -> None:
    names = [item.owner for item in (*demands, *taken)]
    apart = data.draw(groups(names)) if len(names) > 1 else Apart()
    placement = allocate(demands, taken, apart)  # never undecided at this size
    assert (placement is not None) == brute_force(demands, taken, apart)
    if placement is not None:
        check(demands, taken, apart, placement)


@settings(max_examples=30, deadline=None)
@given(st.data(), demand_lists(most=4), standing())
def test_valid_and_complete_with_regions(data: st.DataObject, demands: list[Demand], taken: list[TakenSpace]) -> None:
    cut = [
        Demand(d.name, d.owner, d.prefix_length, REGION - address_set(data.draw(free_space)), d.room, d.families)
        for d in demands
    ]
    placement = allocate(cut, taken, Apart())
    assert (placement is not None) == brute_force(cut, taken, Apart())
    if placement is not None:
        check(cut, taken, Apart(), placement)


@settings(max_examples=40, deadline=None)
@given(demand_lists(), standing(), st.integers(0, 6))
def test_more_demands_at_the_end_move_nothing(demands: list[Demand], taken: list[TakenSpace], first: int) -> None:
    """Without a record of what stands: always without room, and with room until some has to be given up."""
    whole, part = (allocate(some, taken, Apart(), generous=False) for some in (demands, demands[:first]))
    if whole is not None:
        assert part is not None
        assert all(whole.blocks[name] == block for name, block in part.blocks.items())
    whole, part = allocate(demands, taken, Apart()), allocate(demands[:first], taken, Apart())
    if whole is not None and not whole.relaxed:
        assert part is not None
        assert all(whole.blocks[name] == block for name, block in part.blocks.items())


@settings(max_examples=40, deadline=None)
@given(st.data(), demand_lists(most=4, rooms=False), standing())
def test_the_search_alone_is_complete(data: st.DataObject, demands: list[Demand], taken: list[TakenSpace]) -> None:
    names = [item.owner for item in (*demands, *taken)]
    apart = data.draw(groups(names)) if len(names) > 1 else Apart()
    cut = [
        Demand(d.name, d.owner, d.prefix_length, REGION - address_set(data.draw(free_space)), d.room) for d in demands
    ]
    blocks = _Search(cut, taken, apart).run()
    assert (blocks is not None) == brute_force(cut, taken, apart)
    if blocks is not None:
        check(cut, taken, apart, Placement(blocks))


def test_never_wins_over_may() -> None:
    apart = Apart(never=[("a", "b")], may=[("a", "b", "c")])
    assert apart("a", "b")
    assert not apart("a", "c")
    assert apart("a", "a")  # two blocks of one owner
    assert apart("a", "d")
    assert apart.sharing == {"a", "b", "c"}
    assert Apart(never=[("a", "b")], may=[("a", "b")]).sharing == frozenset()


@settings(max_examples=40, deadline=None)
@given(demand_lists(), standing())
def test_the_same_every_time(demands: list[Demand], taken: list[TakenSpace]) -> None:
    one, other = allocate(demands, taken, Apart()), allocate(demands, list(reversed(taken)), Apart())
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.blocks, one.rooms) == (other.blocks, other.rooms)


@given(free_space, st.lists(places, max_size=6))
def test_a_free_list_is_the_difference(blocks: list[Cidr], used: list[Cidr]) -> None:
    free = FreeList(blocks_of(address_set(blocks)))
    for block in used:
        free.take(block)
    assert address_set(free.blocks()) == address_set(blocks) - address_set(used)
    assert free.blocks() == blocks_of(address_set(blocks) - address_set(used))


@given(free_space, st.integers(27, 32), places)
def test_best_fit_is_the_smallest_that_holds_it(blocks: list[Cidr], length: int, within: Cidr) -> None:
    free = FreeList(blocks_of(address_set(blocks)))
    found = free.best_fit(32, length)
    fitting = [block for block in free.blocks() if block.prefix_length <= length]
    assert found == min(fitting, key=lambda block: (block.size, block.network), default=None)
    if within.prefix_length <= length:
        inside = free.best_fit(32, length, within)
        parts = [b for b in blocks_of(address_set(blocks) & within.addresses) if b.prefix_length <= length]
        assert (inside is not None) == bool(parts)
        if inside is not None:
            assert inside in parts


def test_the_search_gives_up_rather_than_guess() -> None:
    """Colouring a graph with blocks: too many owners that may partly overlap, in too little space."""
    names = [f"v{index}" for index in range(40)]
    may = [(names[i], names[j]) for i in range(40) for j in range(i) if (i * j + i + 3 * j) % 3 == 0]
    region = Cidr.parse("10.0.0.0/28").addresses
    demands = [Demand(name, name, 32, region, 32) for name in names]
    try:
        placement = allocate(demands, [], Apart((), may))
    except SearchGaveUp:
        return
    if placement is not None:
        check(demands, [], Apart((), may), placement)
