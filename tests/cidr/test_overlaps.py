"""Overlaps, against comparing every pair, and how they are ranked."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr import Cidr, CidrConnection, Entry, Rank, find_overlaps, overlapping_pairs
from reachsim.errors import UsageError

V4 = Cidr.parse("10.0.0.0/28")
V6 = Cidr.parse("2001:db8::/124")


@st.composite
def small_blocks(draw: st.DrawFn) -> Cidr:
    around = draw(st.sampled_from([V4, V6]))
    bits = draw(st.integers(0, 4))
    return Cidr(around.network + (draw(st.integers(0, 15)) >> bits << bits), around.width - bits)


@settings(deadline=None)
@given(st.lists(small_blocks(), max_size=12))
def test_pairs_are_exact(cidrs: list[Cidr]) -> None:
    members = [set(range(cidr.span[0], cidr.span[1] + 1)) for cidr in cidrs]
    expected = {frozenset((i, j)) for i, j in itertools.combinations(range(len(cidrs)), 2) if members[i] & members[j]}
    found = list(overlapping_pairs(cidrs))
    assert len(found) == len(expected)
    assert {frozenset(pair) for pair in found} == expected
    for outer, inner in found:
        assert members[inner] <= members[outer]
        assert members[inner] != members[outer] or outer < inner


@settings(deadline=None)
@given(st.lists(small_blocks(), max_size=8), st.randoms())
def test_the_order_of_the_input_does_not_matter(cidrs: list[Cidr], random: object) -> None:
    named = [Entry(cidr, f"n{index}") for index, cidr in enumerate(cidrs)]
    mixed = list(named)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one = {frozenset((o.outer.owner, o.inner.owner)) for o in find_overlaps(named).overlaps}
    other = {frozenset((o.outer.owner, o.inner.owner)) for o in find_overlaps(mixed).overlaps}
    assert one == other


def entries(**blocks: str) -> list[Entry]:
    return [Entry(Cidr.parse(block), name.replace("_", "-")) for name, block in blocks.items()]


def rank(found: list[Entry], connections: list[CidrConnection], *wishes: tuple[str, ...]) -> Rank:
    (overlap,) = find_overlaps(found, connections, wishes).overlaps
    return overlap.rank


TWO = entries(a="10.0.0.0/16", b="10.0.4.0/24")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", Rank.ERROR),
        ("pending-acceptance", Rank.ERROR),
        ("provisioning", Rank.ERROR),
        ("initiating-request", Rank.ERROR),
        ("failed", Rank.WISH),
        ("deleted", Rank.NOTE),
        ("deleting", Rank.NOTE),
        ("rejected", Rank.NOTE),
        ("expired", Rank.NOTE),
    ],
)
@pytest.mark.rule("PEER-1")
def test_states_of_a_peering(status: str, expected: Rank) -> None:
    assert rank(TWO, [CidrConnection("p", "b", "a", status)]) is expected


@pytest.mark.rule("PEER-7")
def test_connected_wished_and_neither() -> None:
    assert rank(TWO, []) is Rank.NOTE
    assert rank(TWO, [], ("a", "b")) is Rank.WISH
    assert rank(TWO, [CidrConnection("p", "a", "b")], ("a", "b")) is Rank.ERROR


@pytest.mark.rule("PEER-6")
def test_peering_is_not_transitive() -> None:
    three = [*TWO, *entries(hub="192.168.0.0/16")]
    report = find_overlaps(three, [CidrConnection("p", "a", "hub"), CidrConnection("q", "hub", "b")])
    (overlap,) = report.overlaps
    assert overlap.rank is Rank.WARNING
    assert overlap.reason == "not connected, but hub is with both, and can send an address to one only"
    assert not report.matters
    # One of the two would be connected by a wish: the same.
    assert rank(three, [CidrConnection("p", "a", "hub")], ("hub", "b")) is Rank.WARNING


def test_the_worst_comes_first_and_counts() -> None:
    found = find_overlaps(
        entries(a="10.0.0.0/16", b="10.0.4.0/24", c="10.0.4.128/25", d="10.0.4.128/26"),
        [CidrConnection("p", "c", "a")],
        [("b", "c")],
    )
    ranks = [overlap.rank for overlap in found.overlaps]
    assert ranks == [Rank.ERROR, Rank.WISH, Rank.WARNING, Rank.NOTE, Rank.NOTE, Rank.NOTE]
    assert found.matters
    assert found.to_dict()["counts"] == {"error": 1, "wish": 1, "warning": 1, "note": 3}
    assert [(rank.value, outer.owner, len(inner)) for rank, outer, inner in found.groups()] == [
        ("error", "a", 1),
        ("wish", "b", 1),
        ("warning", "a", 1),
        ("note", "a", 1),
        ("note", "b", 1),
        ("note", "c", 1),
    ]


def test_nobody_and_the_same_network() -> None:
    nameless = [Entry(Cidr.parse("10.0.0.0/16")), Entry(Cidr.parse("10.0.0.0/24"), "a")]
    assert find_overlaps(nameless).overlaps[0].reason == "nobody says that they meet"
    same = [Entry(Cidr.parse("10.0.0.0/16"), "a"), Entry(Cidr.parse("10.0.0.0/16"), "a")]
    assert find_overlaps(same).overlaps[0].reason == "one network"


def test_a_wish_for_nobody() -> None:
    with pytest.raises(UsageError, match=r"cannot connect 'other': no such network; there are a, b$"):
        find_overlaps(TWO, [], [("a", "other")])
    with pytest.raises(UsageError, match="did you mean 'legacy'"):
        find_overlaps(entries(legacy="10.0.0.0/8"), [], [("legasy", "legacy")])
    with pytest.raises(UsageError, match="no block has a name"):
        find_overlaps([Entry(Cidr.parse("10.0.0.0/8"))], [], [("a", "b")])


def test_values_print_well() -> None:
    report = find_overlaps(TWO, [], [("a", "b")])
    assert str(report.overlaps[0]) == "10.0.0.0/16 a contains 10.0.4.0/24 b: to be connected: a, b"
    assert "to be connected: a, b" in str(report)
    assert repr(report) == "<OverlapReport 1 overlap among 2 blocks>"
    assert "1 overlap among 2 blocks" in report._repr_html_()
    assert str(find_overlaps([])) == "No overlaps among 0 blocks."
    evil = find_overlaps([Entry(Cidr.parse("10.0.0.0/8"), "<b>"), Entry(Cidr.parse("10.0.0.0/8"), "\x1b[2J")])
    assert "<b>" not in evil._repr_html_()
    assert "\x1b" not in str(evil)


# -- counted, and found in part, without looking at each


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Entry], list[CidrConnection], list[tuple[str, str]]]:
    owners = st.sampled_from(["", "a", "b", "c", "hub"])
    found = [Entry(draw(small_blocks()), draw(owners)) for _ in range(draw(st.integers(0, 12)))]
    there = sorted({entry.owner for entry in found if entry.owner})
    pairs = st.lists(st.tuples(st.sampled_from(there), st.sampled_from(there)), max_size=2) if there else st.just([])
    status = st.sampled_from(["active", "failed", "deleted"])
    connections = [CidrConnection("p", one, other, draw(status)) for one, other in draw(pairs)]
    return found, connections, draw(pairs)


@settings(deadline=None)
@given(networks(), st.booleans(), st.booleans())
def test_counts_and_groups_are_those_of_all_overlaps(
    found: tuple[list[Entry], list[CidrConnection], list[tuple[str, str]]], everybody: bool, strict: bool
) -> None:
    report = find_overlaps(*found, connect_all=everybody, strict=strict)
    for rank in Rank:
        assert report.counts[rank] == len(report.of_rank(rank)) == sum(o.rank is rank for o in report.overlaps)
    assert report.total == len(report.overlaps)
    grouped = [(rank, outer, overlap) for rank, outer, overlaps in report.groups() for overlap in overlaps]
    assert all(overlap.rank is rank and overlap.outer == outer for rank, outer, overlap in grouped)
    key = lambda o: (o.rank.value, str(o.outer), str(o.inner), o.reason)  # noqa: E731
    assert sorted(key(overlap) for _, _, overlap in grouped) == sorted(map(key, report.overlaps))
    assert report.matters == any(strict or overlap.rank.matters for overlap in report.overlaps)
    if everybody:
        for overlap in report.overlaps:
            apart = overlap.outer.owner != overlap.inner.owner or not overlap.outer.owner
            assert overlap.rank.matters is apart


def test_thousands_of_equal_blocks_are_counted_at_once() -> None:
    block = Cidr.parse("10.0.0.0/16")
    many = [Entry(block, f"v{index}") for index in range(20_000)]
    report = find_overlaps(many, [CidrConnection("p", "v0", "v19999")])
    assert report.counts == {Rank.ERROR: 1, Rank.WISH: 0, Rank.WARNING: 0, Rank.NOTE: 20_000 * 19_999 // 2 - 1}
    rank, outer, inside = next(report.each_group())
    assert (rank, outer.owner, [overlap.inner.owner for overlap in inside]) == (Rank.ERROR, "v0", ["v19999"])
    assert str(report).count("    equals  10.0.0.0/16") == 200
    assert "199,989,800 further overlaps are not shown" in str(report)


def test_nothing_may_overlap() -> None:
    nameless = [Entry(Cidr.parse("10.0.0.0/8")), Entry(Cidr.parse("10.0.0.0/16"))]
    assert not find_overlaps(nameless).matters
    assert find_overlaps(nameless, strict=True).matters
    assert not find_overlaps(nameless[:1], strict=True).matters
    assert find_overlaps(nameless, connect_all=True).overlaps[0].reason == "all are to be connected"
