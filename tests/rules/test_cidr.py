"""Blocks of VPCs, each rule by itself (chapters CIDR, PEER and IPV6 of docs/rules.md)."""

from __future__ import annotations

import pytest

from reachsim.net.cidr import Cidr
from reachsim.rules.cidr import (
    block_count_refusal,
    block_warning,
    own_overlap_refusal,
    peering_refusal,
    refusals_of_blocks,
    refused_ranges,
    route_covers_block_refusal,
    secondary_block_refusal,
    vpc_block_refusal,
)


def block(text: str) -> Cidr:
    return Cidr.parse(text)


def blocks(*texts: str) -> list[Cidr]:
    return [Cidr.parse(text) for text in texts]


@pytest.mark.rule("CIDR-1")
@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("10.0.0.0/15", "larger than a /16"),
        ("10.0.0.0/16", None),
        ("10.0.0.0/28", None),
        ("10.0.0.0/29", "smaller than a /28"),
        ("10.0.0.0/32", "smaller than a /28"),
        ("0.0.0.0/0", "larger than a /16"),
    ],
)
def test_an_ipv4_block_is_16_to_28(text: str, refused: str | None) -> None:
    refusal = vpc_block_refusal(block(text))
    if refused is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.rule == "CIDR-1"
        assert refusal.text == f"{text} is {refused}; an IPv4 block of a VPC is /16 to /28"


@pytest.mark.rule("CIDR-1")
def test_the_quota_of_blocks() -> None:
    five = [Cidr.parse(f"10.{n}.0.0/16") for n in range(5)]
    six = [*five, block("10.5.0.0/16")]
    assert block_count_refusal(five, ipv4_quota=5) is None
    refusal = block_count_refusal(six, ipv4_quota=5)
    assert refusal is not None
    assert str(refusal) == "a VPC has at most 5 IPv4 blocks, and here are 6 (CIDR-1)"
    assert block_count_refusal(six) is None  # the quota can be raised to 50
    assert block_count_refusal([Cidr.parse(f"10.0.{n}.0/24") for n in range(51)]) is not None


@pytest.mark.rule("CIDR-2")
@pytest.mark.parametrize("text", ["0.1.0.0/16", "127.0.0.0/24", "169.254.0.0/16", "169.254.9.0/28", "239.1.0.0/16"])
def test_ranges_that_no_vpc_may_have(text: str) -> None:
    refusal = vpc_block_refusal(block(text))
    assert refusal is not None
    assert refusal.rule == "CIDR-2"
    assert refusal.text.startswith(f"{text} is in ")


@pytest.mark.rule("CIDR-2")
def test_dockers_range_is_legal_and_warned_of() -> None:
    assert vpc_block_refusal(block("172.17.0.0/16")) is None
    warning = block_warning(block("172.17.8.0/24"))
    assert warning is not None
    assert warning.rule == "CIDR-2"
    assert block_warning(block("172.18.0.0/16")) is None


@pytest.mark.rule("CIDR-3")
@pytest.mark.parametrize("text", ["8.8.0.0/16", "100.64.0.0/16", "192.168.3.0/24", "198.19.0.0/16"])
def test_public_and_shared_ranges_are_legal(text: str) -> None:
    assert vpc_block_refusal(block(text)) is None


CIDR_4 = [  # the table of the rule, row by row: primary, existing, new block, refused
    ("10.8.0.0/16", [], "172.16.0.0/16", True),
    ("10.8.0.0/16", [], "192.168.0.0/16", True),
    ("10.8.0.0/16", [], "198.19.0.0/16", True),
    ("10.8.0.0/16", [], "10.9.0.0/16", False),
    ("10.8.0.0/16", [], "10.0.5.0/24", False),
    ("10.8.0.0/16", [], "8.8.0.0/16", False),
    ("10.8.0.0/16", [], "100.64.0.0/16", False),
    ("10.8.0.0/16", ["10.1.0.0/24"], "10.0.5.0/24", True),
    ("10.0.0.0/24", [], "10.0.1.0/24", True),
    ("172.16.0.0/16", [], "10.0.0.0/16", True),
    ("172.16.0.0/16", [], "192.168.0.0/16", True),
    ("172.16.0.0/16", [], "172.31.0.0/16", True),
    ("172.16.0.0/16", [], "198.19.0.0/16", True),
    ("172.16.0.0/16", [], "172.30.0.0/16", False),
    ("172.16.0.0/16", [], "100.64.0.0/16", False),
    ("172.31.0.0/16", [], "172.30.0.0/16", False),
    ("192.168.0.0/24", [], "10.0.0.0/16", True),
    ("192.168.0.0/24", [], "172.16.0.0/16", True),
    ("192.168.0.0/24", [], "198.19.0.0/16", True),
    ("192.168.0.0/24", [], "192.168.1.0/24", False),
    ("192.168.0.0/24", [], "8.8.0.0/16", False),
    ("198.19.0.0/24", [], "10.0.0.0/16", True),
    ("198.19.0.0/24", [], "172.16.0.0/16", True),
    ("198.19.0.0/24", [], "192.168.0.0/16", True),
    ("198.19.0.0/24", [], "198.19.1.0/24", False),
    ("198.19.0.0/24", [], "100.64.0.0/16", False),
    ("8.8.0.0/16", [], "10.0.0.0/16", True),
    ("8.8.0.0/16", [], "172.31.0.0/16", True),
    ("8.8.0.0/16", [], "192.168.0.0/16", True),
    ("8.8.0.0/16", [], "198.19.0.0/16", True),
    ("8.8.0.0/16", [], "9.9.0.0/16", False),
    ("100.64.0.0/16", [], "100.65.0.0/16", False),
    ("198.18.0.0/16", [], "198.19.0.0/16", True),
]


@pytest.mark.rule("CIDR-4")
@pytest.mark.parametrize(("primary", "existing", "new", "refused"), CIDR_4)
def test_which_range_may_join_which(primary: str, existing: list[str], new: str, refused: bool) -> None:
    refusal = secondary_block_refusal(block(primary), blocks(*existing), block(new))
    assert (refusal is not None) == refused
    if refusal is not None:
        assert refusal.rule == "CIDR-4"
        assert new in refusal.text
    # The same as a set of ranges, for who looks for a block that may join.
    assert any(block(new).overlaps(no) for no in refused_ranges(block(primary), blocks(*existing))) == refused


@pytest.mark.rule("CIDR-5")
def test_the_row_of_the_primary_block_holds() -> None:
    assert secondary_block_refusal(block("10.1.0.0/16"), [], block("10.0.5.0/24")) is not None
    assert secondary_block_refusal(block("10.0.0.0/16"), blocks("10.0.0.0/16"), block("10.1.0.0/16")) is None
    assert secondary_block_refusal(block("100.64.0.0/16"), [], block("10.0.0.0/16")) is not None
    # A public block that came later changes nothing: the primary's row still lets 10.0.0.0/8 in.
    assert secondary_block_refusal(block("10.8.0.0/16"), blocks("8.8.0.0/16"), block("10.9.0.0/16")) is None


@pytest.mark.rule("CIDR-6")
def test_a_new_block_overlaps_no_block_of_the_vpc() -> None:
    refusal = own_overlap_refusal(blocks("10.0.0.0/16", "10.2.0.0/16"), block("10.2.3.0/24"))
    assert refusal is not None
    assert str(refusal) == "10.2.3.0/24 overlaps 10.2.0.0/16, which the VPC has already (CIDR-6)"
    assert own_overlap_refusal(blocks("10.0.0.0/16"), block("10.1.0.0/16")) is None


@pytest.mark.rule("CIDR-6")
@pytest.mark.parametrize(
    ("new", "refused"), [("10.0.0.0/24", True), ("10.0.0.0/23", True), ("10.0.0.0/25", False), ("10.0.1.0/24", False)]
)
def test_a_new_block_is_smaller_than_routes(new: str, refused: bool) -> None:
    refusal = route_covers_block_refusal(blocks("10.0.0.0/24", "0.0.0.0/0"), block(new))
    assert (refusal is not None) == refused
    if refusal is not None:
        assert refusal.rule == "CIDR-6"


@pytest.mark.rule("IPV6-1")
@pytest.mark.parametrize(
    ("length", "refused"), [(40, True), (44, False), (48, False), (50, True), (56, False), (60, False), (64, True)]
)
def test_sizes_of_ipv6_blocks(length: int, refused: bool) -> None:
    refusal = vpc_block_refusal(block(f"2600:1f00::/{length}"))
    assert (refusal is not None) == refused
    if refusal is not None:
        assert refusal.rule == "IPV6-1"
        assert refusal.text.endswith("an IPv6 block of a VPC is /44, /48, /52, /56 or /60")


@pytest.mark.rule("IPV6-1")
def test_five_ipv6_blocks() -> None:
    six = [Cidr.parse(f"2600:1f00:{n}::/56") for n in range(6)]
    assert block_count_refusal(six[:5]) is None
    refusal = block_count_refusal(six)
    assert refusal is not None
    assert refusal.rule == "IPV6-1"


@pytest.mark.rule("PEER-7")
def test_vpcs_that_overlap_cannot_be_peered() -> None:
    refusal = peering_refusal(blocks("10.0.0.0/16", "100.64.0.0/24"), blocks("10.1.0.0/16", "100.64.0.0/16"))
    assert refusal is not None
    assert refusal.rule == "PEER-7"
    assert refusal.text == "100.64.0.0/24 and 100.64.0.0/16 overlap, so the two VPCs cannot be peered"
    assert peering_refusal(blocks("10.0.0.0/16"), blocks("10.1.0.0/16")) is None


def test_everything_about_the_blocks_of_a_vpc() -> None:
    listed = blocks("2600:1f00::/56", "10.8.0.0/16", "10.8.4.0/24", "192.168.0.0/24", "10.9.0.0/16", "2600:1f00:1::/57")
    found = [(index, refusal.rule) for index, refusal in refusals_of_blocks(listed)]
    assert found == [(2, "CIDR-6"), (3, "CIDR-4"), (5, "IPV6-1")]
    seven = [Cidr.parse(f"10.{n}.0.0/16") for n in range(2, 9)]
    assert [(i, r.rule) for i, r in refusals_of_blocks(seven, ipv4_quota=5)] == [(5, "CIDR-1")]
