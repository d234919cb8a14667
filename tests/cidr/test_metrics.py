"""Measures of an allocation, against their definitions."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr.metrics import Growths, pool_use, summary_of
from reachsim.net.cidr import Cidr, address_set

POOL = Cidr.parse("10.0.0.0/28")


@st.composite
def apart_blocks(draw: st.DrawFn) -> list[Cidr]:
    """Some blocks of a small pool that do not overlap."""
    out: list[Cidr] = []
    for _ in range(draw(st.integers(0, 5))):
        bits = draw(st.integers(0, 2))
        block = Cidr(POOL.network + (draw(st.integers(0, 15)) >> bits << bits), 32 - bits)
        if not any(block.overlaps(other) for other in out):
            out.append(block)
    return out


@given(apart_blocks())
def test_growth_is_the_largest_block_without_others(blocks: list[Cidr]) -> None:
    for block in blocks:
        others = address_set(other for other in blocks if other != block)
        owned = [("x" if other == block else "y", other) for other in blocks]
        around = [block.supernet(length) for length in range(28, block.prefix_length + 1)]
        expected = max((one for one in around if not one.addresses & others), key=lambda one: one.size)
        growth = Growths(owned, [], [POOL]).of("x", block)
        assert growth.to == expected
        assert growth.factor == expected.size // block.size


@settings(deadline=None)
@given(apart_blocks(), st.integers(0, 31))
def test_a_summary_has_as_few_routes_as_can_be(blocks: list[Cidr], choice: int) -> None:
    mine = [block for index, block in enumerate(blocks) if choice >> index & 1]
    foreign = [("y", block) for block in blocks if block not in mine]
    others = address_set(block for _, block in foreign)
    summary = summary_of("g", mine, foreign)
    if not mine:
        assert summary is None
        return
    assert summary is not None
    covered = address_set(summary.routes)
    assert address_set(mine) <= covered
    assert not covered & others
    assert summary.fill == address_set(mine).count / covered.count
    candidates = [one for length in range(28, 33) for one in POOL.subnets(length) if not one.addresses & others]
    for fewer in range(1, len(summary.routes)):
        for some in itertools.combinations(candidates, fewer):
            assert not address_set(mine) <= address_set(some)


@given(apart_blocks(), st.integers(0, 2))
def test_the_use_of_a_pool(blocks: list[Cidr], split: int) -> None:
    use = pool_use("p", [POOL], blocks[split:], blocks[:split], [])
    owned = sum(block.size for block in blocks[split:])
    held = sum(block.size for block in blocks[:split])
    assert (use.size, use.allotted, use.held, use.free_count) == (16, owned, held, 16 - owned - held)
    assert address_set(use.free) == POOL.addresses - address_set(blocks)
    if use.free:
        best = max(one for one in (1, 2, 4, 8, 16) if one <= use.free_count)
        assert use.fragmentation == 1 - max(block.size for block in use.free) / best
    else:
        assert use.fragmentation == 0


def test_what_lies_over_each_other_counts_once() -> None:
    use = pool_use("p", [POOL], [Cidr.parse("10.0.0.0/30")], [Cidr.parse("10.0.0.0/29")], [Cidr.parse("10.0.0.0/31")])
    assert (use.allotted, use.held, use.reserved, use.free_count) == (4, 4, 0, 8)
