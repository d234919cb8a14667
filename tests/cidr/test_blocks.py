"""Questions about blocks, against sets of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachsim.cidr import Cidr, aggregate, buddy, describe, exclude, free_blocks, range_class, smallest_around
from reachsim.net.address import IPV6_FIRST

_BASES = (
    Cidr.parse("10.0.0.0/28"),
    Cidr.parse("2001:db8::/124"),
    Cidr.parse("255.255.255.240/28"),
    Cidr(IPV6_FIRST, 124),
)


@st.composite
def blocks(draw: st.DrawFn) -> Cidr:
    around = draw(st.sampled_from(_BASES))
    bits = draw(st.integers(0, 4))
    return Cidr(around.network + (draw(st.integers(0, 15)) >> bits << bits), around.width - bits)


def members(found: list[Cidr]) -> set[int]:
    return {place for block in found for place in range(block.span[0], block.span[1] + 1)}


@given(st.lists(blocks(), max_size=8))
def test_aggregate(found: list[Cidr]) -> None:
    out = aggregate(found)
    assert members(out) == members(found)
    assert out == sorted(out)
    assert not any(one != other and (one in other or buddy(one) == other) for one in out for other in out)


@given(st.lists(blocks(), max_size=6), st.lists(blocks(), max_size=6))
def test_exclude(found: list[Cidr], without: list[Cidr]) -> None:
    assert members(exclude(found, without)) == members(found) - members(without)
    assert free_blocks(found, without) == exclude(found, without)


@given(st.lists(blocks(), min_size=1, max_size=6))
def test_smallest_around(found: list[Cidr]) -> None:
    if len({block.version for block in found}) > 1:
        with pytest.raises(ValueError, match="of two families"):
            smallest_around(found)
        return
    around = smallest_around(found)
    assert all(block in around for block in found)
    if around not in found:
        halves = around.subnets(around.prefix_length + 1)
        assert not any(all(block in half for block in found) for half in halves)


def test_smallest_around_nothing() -> None:
    with pytest.raises(ValueError, match="no blocks"):
        smallest_around([])


def test_buddies() -> None:
    assert buddy(Cidr.parse("0.0.0.0/0")) is None
    assert buddy(Cidr.parse("2001:db8:1::/48")) == Cidr.parse("2001:db8::/48")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.4.0.0/16", "private (RFC 1918)"),
        ("172.31.0.0/16", "private (RFC 1918)"),
        ("100.64.0.0/10", "shared address space (RFC 6598); a VPC may use it as private"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("198.19.0.0/16", "benchmarking (RFC 2544)"),
        ("240.0.0.0/8", "reserved (RFC 1112)"),
        ("8.8.8.0/24", "public"),
        ("0.0.0.0/0", "mixed: it holds ranges of several kinds"),
        ("10.0.0.0/7", "mixed: it holds ranges of several kinds"),
        ("fd00:ec2::/48", "services of AWS inside a VPC"),
        ("fd12::/16", "unique local (RFC 4193)"),
        ("2600:1f00::/40", "global unicast (RFC 4291)"),
        ("2001:db8::/48", "documentation (RFC 3849)"),
        ("4000::/8", "reserved (RFC 4291)"),
        ("::1/128", "loopback (RFC 4291)"),
    ],
)
def test_kinds_of_ranges(text: str, expected: str) -> None:
    assert range_class(Cidr.parse(text)) == expected


def test_facts_of_a_block() -> None:
    facts = describe(Cidr.parse("10.0.0.16/28"))
    assert (facts.usable, len(facts.reserved)) == (11, 5)
    assert str(facts.reserved[2][0]) == "10.0.0.18"
    assert (str(facts.before), str(facts.after)) == ("10.0.0.0/28", "10.0.0.32/28")
    assert (str(facts.buddy), str(facts.parent)) == ("10.0.0.0/28", "10.0.0.0/27")
    assert facts.to_dict()["usable"] == 11
    assert "11" in str(facts)
    assert "<table>" in facts._repr_html_()


def test_facts_at_the_ends_of_the_line() -> None:
    assert describe(Cidr.parse("0.0.0.0/0")).after is None
    assert describe(Cidr.parse("255.255.255.255/32")).after is None
    assert describe(Cidr.parse("::/64")).before is None
    facts = describe(Cidr.parse("172.17.0.0/16"))
    assert facts.warning is not None
    assert facts.as_vpc is None
    assert describe(Cidr.parse("10.0.0.0/8")).usable is None
