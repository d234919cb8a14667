"""Blocks from blocks and ranges, against counting addresses."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr import Cidr, aggregate_to, blocks_of_range, choose_free, nth_subnet, ranges_of
from reachsim.net.address import Address, parse_address

V4 = Cidr.parse("10.0.0.0/28")
V6 = Cidr.parse("2001:db8::/124")
ALL = {version: [b for n in range(root.prefix_length, root.width + 1) for b in root.subnets(n)]
       for version, root in ((4, V4), (6, V6))}  # fmt: skip
small = st.sampled_from(ALL[4] + ALL[6])


def members(blocks: list[Cidr]) -> set[int]:
    return {place for block in blocks for place in range(block.span[0], block.span[1] + 1)}


@settings(deadline=None)
@given(st.sampled_from(ALL[4] + ALL[6]), st.integers(0, 4), st.integers(-20, 20))
def test_the_nth_subnet_is_the_nth_of_all(block: Cidr, more: int, number: int) -> None:
    length = block.prefix_length + more
    if length > block.width:
        with pytest.raises(ValueError, match="is not the length of a block inside"):
            nth_subnet(block, length, number)
        return
    parts = list(block.subnets(length))
    if -len(parts) <= number < len(parts):
        assert nth_subnet(block, length, number) == parts[number]
    else:
        with pytest.raises(ValueError, match="has"):
            nth_subnet(block, length, number)


@settings(deadline=None)
@given(st.sampled_from([V4, V6]), st.integers(0, 15), st.integers(0, 15))
def test_ranges_and_blocks(root: Cidr, one: int, other: int) -> None:
    first, last = Address(root.network + min(one, other)), Address(root.network + max(one, other))
    blocks = blocks_of_range(first, last)
    assert members(blocks) == set(range(first, last + 1))
    for fewer in range(1, len(blocks)):
        if fewer <= 2:  # the fewest there can be; more would take long to try
            tries = itertools.combinations(ALL[root.version], fewer)
            assert not any(members(list(some)) == members(blocks) for some in tries)
    assert ranges_of(blocks) == [(first, last)]


def test_wrong_ranges() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.2 comes after 10\.0\.0\.1"):
        blocks_of_range(parse_address("10.0.0.2"), parse_address("10.0.0.1"))
    with pytest.raises(ValueError, match="are of two families"):
        blocks_of_range(parse_address("255.255.255.255"), parse_address("::"))


def test_ranges_do_not_cross_families() -> None:
    whole = [Cidr.parse("255.255.255.255/32"), Cidr.parse("::/128")]
    assert [tuple(map(str, run)) for run in ranges_of(whole)] == [("255.255.255.255",) * 2, ("::", "::")]


@settings(max_examples=150, deadline=None)
@given(st.lists(small, min_size=1, max_size=6), st.integers(1, 4))
def test_at_most_so_many_blocks_with_the_fewest_other_addresses(blocks: list[Cidr], most: int) -> None:
    families = {block.version for block in blocks}
    if most < len(families):
        with pytest.raises(ValueError, match="is too few"):
            aggregate_to(blocks, most)
        return
    found = aggregate_to(blocks, most)
    wanted = members(blocks)
    assert len(found) <= most
    assert found == sorted(found)
    assert wanted <= members(found)
    assert sum(block.size for block in found) == len(members(found))  # apart
    candidates = [b for version in sorted(families) for b in ALL[version] if members([b]) & wanted]
    best = min(
        len(members(list(some)))
        for count in range(1, min(most, 3) + 1)
        for some in itertools.combinations(candidates, count)
        if wanted <= members(list(some))
    ) if most <= 2 else None  # fmt: skip
    if best is not None:
        assert len(members(found)) == best
    assert len(members(found)) <= len(members(aggregate_to(blocks, max(most - 1, len(families)))))


def test_three_blocks_against_all() -> None:
    blocks = [Cidr.parse(text) for text in ("10.0.0.0/32", "10.0.0.3/32", "10.0.0.6/32", "10.0.0.9/32", "10.0.0.15/32")]
    wanted = members(blocks)
    best = min(len(members(list(some))) for some in itertools.combinations(ALL[4], 3) if wanted <= members(list(some)))
    assert len(members(aggregate_to(blocks, 3))) == best


@settings(deadline=None)
@given(st.lists(small, max_size=4), st.lists(small, max_size=6), st.integers(24, 32), st.integers(1, 5))
def test_chosen_blocks_are_free_and_as_many_as_there_are(
    pools: list[Cidr], used: list[Cidr], length: int, count: int
) -> None:
    found = choose_free(pools, used, length, count)
    assert all(block.prefix_length == length for block in found)
    assert members(found) <= members(pools) - members(used)
    assert len(members(found)) == sum(block.size for block in found)
    free = members(pools) - members(used)
    there = [b for b in ALL[4] if b.prefix_length == length and members([b]) <= free]
    assert len([block for block in found if block.version == 4]) <= len(there)
    if all(pool.version == 4 for pool in pools):
        assert len(found) == min(count, len(there))


@pytest.mark.rule("CIDR-2")
def test_dockers_range_is_chosen_last() -> None:
    pool = [Cidr.parse("172.16.0.0/14")]
    found = choose_free(pool, [], 16, 4)
    assert [str(block) for block in found] == ["172.16.0.0/16", "172.18.0.0/16", "172.19.0.0/16", "172.17.0.0/16"]
    assert choose_free(pool, [], 14) == pool


def test_each_family_is_looked_at() -> None:
    pools = [Cidr.parse("10.0.0.0/24"), Cidr.parse("2001:db8::/56")]
    assert [str(block) for block in choose_free(pools, [], 64)] == ["2001:db8::/64"]
    assert [str(block) for block in choose_free(pools[::-1], [], 26)] == ["10.0.0.0/26"]
