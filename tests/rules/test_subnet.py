"""Blocks of subnets and their reserved addresses (chapters SUBNET and IPV6 of docs/rules.md)."""

from __future__ import annotations

import pytest

from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.rules.subnet import (
    reserved_address_refusal,
    reserved_addresses,
    reserved_purpose,
    subnet_block_refusal,
    usable_count,
)

VPC = [Cidr.parse("10.0.0.0/16"), Cidr.parse("100.64.0.0/24"), Cidr.parse("2600:1f00::/56")]


def refusal(text: str, *others: str) -> str | None:
    found = subnet_block_refusal(Cidr.parse(text), VPC, [Cidr.parse(other) for other in others])
    return None if found is None else f"{found}"


@pytest.mark.rule("SUBNET-1")
def test_a_subnet_is_16_to_28() -> None:
    assert refusal("10.0.0.0/16") is None
    assert refusal("10.0.0.0/28") is None
    assert refusal("10.0.0.0/29") == (
        "10.0.0.0/29 is smaller than a /28; an IPv4 block of a subnet is /16 to /28 (SUBNET-1)"
    )
    assert refusal("10.0.0.0/15") is not None


@pytest.mark.rule("SUBNET-1")
def test_a_subnet_lies_in_one_block_of_its_vpc() -> None:
    assert refusal("100.64.0.0/25") is None
    assert refusal("10.1.0.0/24") == (
        "10.1.0.0/24 lies in no block of its VPC; its IPv4 blocks are 10.0.0.0/16, 100.64.0.0/24 (SUBNET-1)"
    )
    assert refusal("100.64.0.0/23") is not None  # half in a block is not in it


@pytest.mark.rule("SUBNET-1")
def test_subnets_do_not_overlap() -> None:
    assert refusal("10.0.0.128/25", "10.0.0.0/24") == (
        "10.0.0.128/25 overlaps 10.0.0.0/24, another subnet of its VPC (SUBNET-1)"
    )
    assert refusal("10.0.1.0/24", "10.0.0.0/24") is None


@pytest.mark.rule("IPV6-1")
@pytest.mark.parametrize(("length", "fine"), [(56, True), (60, True), (64, True), (62, False), (65, False)])
def test_sizes_of_ipv6_subnets(length: int, fine: bool) -> None:
    found = subnet_block_refusal(Cidr.parse(f"2600:1f00::/{length}"), VPC)
    assert (found is None) == fine
    if found is not None:
        assert found.rule == "IPV6-1"


@pytest.mark.rule("SUBNET-2")
def test_five_addresses_are_reserved() -> None:
    subnet = Cidr.parse("10.0.0.0/28")
    assert [str(Cidr.single(place).first) for place in reserved_addresses(subnet)] == [
        "10.0.0.0",
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.3",
        "10.0.0.15",
    ]
    assert usable_count(subnet) == 11
    assert usable_count(Cidr.parse("10.0.0.0/24")) == 251
    found = reserved_address_refusal(subnet, parse_address("10.0.0.3"))
    assert found is not None
    assert str(found) == (
        "10.0.0.3 is reserved by AWS for later of 10.0.0.0/28; the first address that can be used is 10.0.0.4 (SUBNET-2)"
    )
    assert reserved_address_refusal(subnet, parse_address("10.0.0.4")) is None
    assert reserved_purpose(subnet, parse_address("10.0.0.15")) == "the last address"


@pytest.mark.rule("IPV6-2")
def test_five_addresses_are_reserved_in_ipv6() -> None:
    subnet = Cidr.parse("2600:1f00::/64")
    places = reserved_addresses(subnet)
    assert [place - subnet.network for place in places] == [0, 1, 2, 3, 2**64 - 1]
    found = reserved_address_refusal(subnet, subnet.network + 1)
    assert found is not None
    assert found.rule == "IPV6-2"
    assert "the router" in found.text


def test_tiny_blocks_have_nothing_to_use() -> None:
    assert usable_count(Cidr.parse("10.0.0.0/30")) == 0
    assert len(reserved_addresses(Cidr.parse("10.0.0.0/31"))) == 2
