import pytest
from tests.designs import DUAL, load, problems, refuses

from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.rules.subnet import reserved_addresses, reserved_purpose, usable_count


@pytest.mark.rule("SUBNET-1")
@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("10.0.9.0/29", "10.0.9.0/29 is smaller than a /28"),
        ("10.0.0.0/15", "10.0.0.0/15 is larger than a /16"),
        ("10.9.0.0/24", "10.9.0.0/24 is not inside any block of its VPC"),
        ("10.0.2.128/25", "10.0.2.128/25 overlaps 10.0.2.0/24, another subnet of its VPC"),
        ("10.0.0.0/16", "10.0.0.0/16 overlaps 10.0.0.0/24, another subnet of its VPC"),
    ],
)
def test_blocks_of_subnets(cidr, words):
    problem = refuses("SUBNET-1", "vpcs app subnets more cidr", {"vpcs app subnets more": {"cidr": cidr}})
    assert problem.message.startswith(words)


@pytest.mark.rule("SUBNET-1")
@pytest.mark.parametrize(
    ("key", "block", "hint"),
    [
        ("cidr", "10.9.0.0/24", "its IPv4 blocks are 10.0.0.0/16"),
        ("ipv6_cidr", "2001:db8:1::/64", "its IPv6 blocks are 2001:db8::/56"),
    ],
)
def test_the_hint_names_the_blocks_of_that_family(key, block, hint):
    more = {"vpcs app subnets more": {"cidr": "10.0.9.0/24", key: block}}
    assert refuses("SUBNET-1", f"vpcs app subnets more {key}", DUAL, more).hint == hint


@pytest.mark.rule("SUBNET-2")
@pytest.mark.parametrize("last", [0, 1, 2, 3, 255])
def test_reserved_addresses(last):
    refuses("SUBNET-2", "vpcs app instances db private_ip", {"vpcs app instances db private_ip": f"10.0.2.{last}"})


@pytest.mark.rule("SUBNET-2")
def test_how_many_are_left():
    assert [usable_count(Cidr.parse(text)) for text in ("10.0.0.0/28", "10.0.0.0/24")] == [11, 251]
    assert problems({"vpcs app instances db private_ip": "10.0.2.4"}) == ()
    assert reserved_purpose(Cidr.parse("10.0.2.0/24"), parse_address("10.0.2.1")) == "the router"


@pytest.mark.rule("SUBNET-3")
def test_the_resolver_is_at_base_plus_two_of_the_primary_block():
    net = load(
        {
            "vpcs app cidrs": ["10.0.0.0/16", "100.64.0.0/24"],
            "vpcs app subnets more": {"cidr": "100.64.0.0/28"},
        }
    )
    assert net.trace("probe", "10.0.0.2", "udp/53").reachable
    for other in ("10.0.2.2", "100.64.0.2"):
        assert not net.trace("probe", other, "udp/53").delivered
    refuses("SUBNET-2", "vpcs app instances db private_ip", {"vpcs app instances db private_ip": "10.0.2.2"})


@pytest.mark.rule("IPV6-2")
@pytest.mark.parametrize("address", ["2001:db8:0:1::", "2001:db8:0:1::3", "2001:db8:0:1:ffff:ffff:ffff:ffff"])
def test_reserved_ipv6_addresses(address):
    refuses(
        "IPV6-2",
        "vpcs app instances twin ipv6_address",
        DUAL,
        {"vpcs app instances twin ipv6_address": address},
    )
    block = Cidr.parse("2001:db8:0:1::/64")
    assert parse_address(address) in reserved_addresses(block)
    assert usable_count(block) == 2**64 - 5
