import itertools

from hypothesis import example, given
from hypothesis import strategies as st
from tests.net.generators import BORDER_PLACES, cidrs, places

from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST
from reachsim.net.cidr import Cidr
from reachsim.net.prefixes import IntervalMap, best_table, prefix_table

values = st.integers(0, 3)
entry_lists = st.lists(st.tuples(cidrs(), values), max_size=8)
nested = st.lists(st.tuples(st.integers(20, 32).map(Cidr.single(0x0A0000FF).supernet), values), max_size=8)
FAMILIES = [(Cidr.parse("0.0.0.0/0"), 1), (Cidr.parse("::/0"), 1)]


def scan(entries, place, better):
    """Longest-prefix match, read off its definition."""
    around = [(block, value) for block, value in entries if place in block]
    longest = max((block.prefix_length for block, _ in around), default=None)
    best = None
    for block, value in around:
        if block.prefix_length == longest and (best is None or better is None or better(value, best)):
            best = value
    return best


def borders(entries):
    """First and last places of all blocks and those beside them."""
    ends = {end + step for block, _ in entries for end in block.span for step in (-1, 0, 1)}
    return [place for place in ends | set(BORDER_PLACES) if 0 <= place <= LINE_LAST]


@given(entry_lists | nested, places, st.sampled_from([None, int.__lt__, int.__gt__]))
@example(FAMILIES, 0, None)
@example(FAMILIES[:1], 0, None)
@example(FAMILIES[1:], 0, None)
@example([], 0, None)
def test_against_a_linear_scan(entries, place, better):
    table = prefix_table(entries, better)
    for asked in [place, *borders(entries)]:
        value, first, last = table.lookup(asked)
        assert value == table[asked] == scan(entries, asked, better)
        assert first <= asked <= last
        assert scan(entries, first, better) == scan(entries, last, better) == value
        assert (first <= IPV4_LAST) == (last <= IPV4_LAST), "no run over both families"


@given(entry_lists | nested)
@example(FAMILIES)
def test_the_runs_tile_the_line(entries):
    table = prefix_table(entries)
    runs = list(table.runs())
    assert (runs[0][0], runs[-1][1]) == (0, LINE_LAST)
    assert all(first <= last for first, last, _ in runs)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(runs))
    assert [(value, first, last) for first, last, value in runs] == [table.lookup(first) for first, _, _ in runs]


@given(entry_lists | nested, st.randoms(use_true_random=False))
def test_the_order_of_entries_matters_only_among_equal_blocks(entries, random):
    once = list(dict(entries).items())
    shuffled = random.sample(once, len(once))
    assert list(prefix_table(shuffled).runs()) == list(prefix_table(once).runs()) == list(prefix_table(entries).runs())


def test_an_interval_map():
    table = IntervalMap([0, 10, IPV6_FIRST], ["a", "b", "c"])
    assert [table[0], table[9], table[10], table[IPV4_LAST], table[LINE_LAST]] == ["a", "a", "b", "b", "c"]
    assert table.lookup(9) == ("a", 0, 9)
    assert table.lookup(10) == ("b", 10, IPV4_LAST)
    assert table.lookup(LINE_LAST) == ("c", IPV6_FIRST, LINE_LAST)


@given(entry_lists | nested, places)
def test_all_that_are_the_best_of_a_block(entries, place):
    table = best_table(entries, lambda value: value // 2)  # 0 and 1 are equals, and go before 2 and 3
    around = [(block, value) for block, value in entries if place in block]
    longest = max((block.prefix_length for block, _ in around), default=None)
    there = [value for block, value in around if block.prefix_length == longest]
    assert table[place] == (tuple(v for v in there if v // 2 == min(there) // 2) or None)
