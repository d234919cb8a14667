"""The pure functions about blocks and subnets: whole messages, every row of AWS's table, ranges as sets."""

from __future__ import annotations

import pytest

from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.rules.cidr import (
    block_count_refusal,
    block_warning,
    own_overlap_refusal,
    peering_refusal,
    refusals_of_blocks,
    refused_ranges,
    secondary_block_refusal,
    vpc_block_refusal,
)
from reachsim.rules.subnet import (
    reserved_address_refusal,
    reserved_addresses,
    subnet_block_refusal,
    usable_count,
)


def block(text: str) -> Cidr:
    return Cidr.parse(text)


def blocks(*texts: str) -> list[Cidr]:
    return [Cidr.parse(text) for text in texts]


@pytest.mark.rule("CIDR-1")
def test_what_is_said_of_a_size() -> None:
    assert str(vpc_block_refusal(block("10.0.0.0/15"))) == (
        "10.0.0.0/15 is larger than a /16; an IPv4 block of a VPC is /16 to /28 (CIDR-1)"
    )
    assert str(vpc_block_refusal(block("10.0.0.0/29"))) == (
        "10.0.0.0/29 is smaller than a /28; an IPv4 block of a VPC is /16 to /28 (CIDR-1)"
    )


@pytest.mark.rule("CIDR-1")
def test_the_quota_can_be_raised() -> None:
    six = [Cidr.parse(f"10.{n}.0.0/16") for n in range(2, 8)]
    assert block_count_refusal(six) is None
    assert block_count_refusal(six[:5], ipv4_quota=5) is None
    assert str(block_count_refusal(six, ipv4_quota=5)) == (
        "a VPC has at most 5 IPv4 blocks, and this one has 6 (CIDR-1)"
    )
    assert [(i, r.rule) for i, r in refusals_of_blocks(six, ipv4_quota=5)] == [(5, "CIDR-1")]


@pytest.mark.rule("CIDR-2")
def test_what_is_said_of_a_range() -> None:
    assert str(vpc_block_refusal(block("169.254.0.0/16"))) == (
        "169.254.0.0/16 is in 169.254.0.0/16, which is link-local (RFC 3927) and never a VPC's; take a block"
        " of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10 (CIDR-2)"
    )
    warning = block_warning(block("172.17.8.0/24"))
    assert warning is not None
    assert warning.rule == "CIDR-2"
    assert block_warning(block("172.18.0.0/16")) is None


ROWS = {  # a primary block of each row: what may not join, what may
    "10.8.0.0/16": (
        ["172.16.0.0/16", "192.168.0.0/16", "198.19.0.0/16"],
        ["10.9.0.0/16", "10.0.5.0/24", "8.8.0.0/16", "100.64.0.0/16"],
    ),
    "10.1.0.0/16": (["10.0.5.0/24"], ["10.2.0.0/16"]),
    "172.16.0.0/16": (
        ["10.0.0.0/16", "192.168.0.0/16", "172.31.0.0/16", "198.19.0.0/16"],
        ["172.30.0.0/16", "8.8.0.0/16", "100.64.0.0/16"],
    ),
    "192.168.0.0/24": (
        ["10.0.0.0/16", "172.16.0.0/16", "198.19.0.0/16"],
        ["192.168.1.0/24", "8.8.0.0/16", "100.64.0.0/16"],
    ),
    "198.19.0.0/24": (
        ["10.0.0.0/16", "172.16.0.0/16", "192.168.0.0/16"],
        ["198.19.1.0/24", "8.8.0.0/16", "100.64.0.0/16"],
    ),
    "8.8.0.0/16": (
        ["10.0.0.0/16", "172.31.0.0/16", "192.168.0.0/16", "198.19.0.0/16"],
        ["9.9.0.0/16", "100.64.0.0/16"],
    ),
    "100.64.0.0/16": (["10.0.0.0/16", "198.19.0.0/16"], ["100.65.0.0/16", "8.8.0.0/16"]),
}


@pytest.mark.rule("CIDR-4")
@pytest.mark.parametrize("primary", ROWS)
def test_every_row_of_the_table(primary: str) -> None:
    refused, accepted = ROWS[primary]
    ranges = refused_ranges(block(primary), [])
    for text in refused:
        refusal = secondary_block_refusal(block(primary), [], block(text))
        assert refusal is not None
        assert refusal.rule == "CIDR-4"
        assert any(block(text).overlaps(range_) for range_ in ranges)
    for text in accepted:
        assert secondary_block_refusal(block(primary), [], block(text)) is None
        assert not any(block(text).overlaps(range_) for range_ in ranges)


@pytest.mark.rule("CIDR-4")
def test_ten_zero_is_closed_by_any_block_below_ten_two() -> None:
    assert str(secondary_block_refusal(block("10.8.0.0/16"), blocks("10.1.0.0/24"), block("10.0.5.0/24"))) == (
        "10.0.5.0/24 is in 10.0.0.0/16, which cannot join a VPC that has 10.1.0.0/24 in 10.0.0.0/15;"
        " take another block of 10.0.0.0/8 (CIDR-4)"
    )
    assert secondary_block_refusal(block("2001:db8::/56"), [], block("10.0.5.0/24")) is None


@pytest.mark.rule("CIDR-6")
def test_own_blocks_and_routes() -> None:
    assert str(own_overlap_refusal(blocks("10.0.0.0/16", "10.2.0.0/16"), block("10.2.3.0/24"))) == (
        "10.2.3.0/24 overlaps 10.2.0.0/16, which the VPC has already (CIDR-6)"
    )


@pytest.mark.rule("PEER-7")
def test_what_is_said_of_a_peering() -> None:
    one, other = blocks("10.0.0.0/16", "100.64.0.0/24"), blocks("10.1.0.0/16", "100.64.0.0/16")
    assert str(peering_refusal(one, other)) == (
        "100.64.0.0/24 and 100.64.0.0/16 overlap, so the two VPCs cannot be peered (PEER-7)"
    )


def test_everything_about_the_blocks_of_a_vpc() -> None:
    listed = blocks("2600:1f00::/56", "10.8.0.0/16", "10.8.4.0/24", "192.168.0.0/24", "10.9.0.0/16", "2600:1::/57")
    found = [(index, refusal.rule) for index, refusal in refusals_of_blocks(listed)]
    assert found == [(2, "CIDR-6"), (3, "CIDR-4"), (5, "IPV6-1")]


@pytest.mark.rule("SUBNET-1")
def test_a_subnet_lies_wholly_in_one_block() -> None:
    vpc = blocks("10.0.0.0/16", "100.64.0.0/24")
    assert subnet_block_refusal(block("100.64.0.0/25"), vpc) is None
    assert str(subnet_block_refusal(block("100.64.0.0/23"), vpc)) == (
        "100.64.0.0/23 is not inside any block of its VPC; its IPv4 blocks are 10.0.0.0/16, 100.64.0.0/24 (SUBNET-1)"
    )
    assert str(subnet_block_refusal(block("2001:db8::/64"), vpc)) == (
        "2001:db8::/64 is not inside any block of its VPC; it has no IPv6 block (SUBNET-1)"
    )


@pytest.mark.rule("SUBNET-2")
def test_what_is_said_of_a_reserved_address() -> None:
    subnet = block("10.0.0.0/28")
    assert [place - subnet.network for place in reserved_addresses(subnet)] == [0, 1, 2, 3, 15]
    assert str(reserved_address_refusal(subnet, parse_address("10.0.0.3"))) == (
        "10.0.0.3 is reserved by AWS for later of 10.0.0.0/28; the first address that can be used is 10.0.0.4"
        " (SUBNET-2)"
    )
    assert reserved_address_refusal(subnet, parse_address("10.0.0.4")) is None
    assert usable_count(block("10.0.0.0/30")) == 0


@pytest.mark.rule("IPV6-2")
def test_reserved_addresses_of_ipv6() -> None:
    subnet = block("2600:1f00::/64")
    assert [place - subnet.network for place in reserved_addresses(subnet)] == [0, 1, 2, 3, 2**64 - 1]
    refusal = reserved_address_refusal(subnet, subnet.network + 1)
    assert refusal is not None
    assert (refusal.rule, refusal.hint) == ("IPV6-2", "the first address that can be used is 2600:1f00::4")
