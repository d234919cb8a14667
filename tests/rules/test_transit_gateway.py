"""Chapters TGW, VPN and the rest of ROUTE as values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.rules.route import RouteOrigin, gateway_route_refusal, outranks, propagates
from reachsim.rules.transit_gateway import Priority, without_overlaps
from reachsim.rules.vpn import family_loss, inbound_loss, outbound_loss

VPC = [Cidr.parse("10.0.0.0/16")]
SUBNETS = [Cidr.parse("10.0.1.0/24")]


@pytest.mark.rule("TGW-4")
def test_the_order_of_routes_of_a_transit_gateway():
    order = ["STATIC", "PREFIX_LIST", "VPC", "DIRECT_CONNECT", "CONNECT", "VPN"]
    assert [priority.name for priority in sorted(Priority)] == order


@pytest.mark.rule("TGW-10")
@pytest.mark.rule("CIDR-8")
def test_a_block_that_overlaps_an_earlier_vpcs_is_not_propagated():
    one, other, inside = Cidr.parse("10.1.0.0/16"), Cidr.parse("10.2.0.0/16"), Cidr.parse("10.1.4.0/24")
    known = [(one, "a", Priority.VPC), (inside, "b", Priority.VPC), (other, "b", Priority.VPC)]
    assert without_overlaps(known) == [known[0], known[2]]
    assert without_overlaps([known[1], known[0]]) == [known[1]]
    own = [(one, "a", Priority.VPC), (inside, "a", Priority.VPC)]
    assert without_overlaps(own) == own
    vpn = [(one, "a", Priority.VPC), (inside, "line", Priority.VPN)]
    assert without_overlaps(vpn) == vpn


@pytest.mark.rule("ROUTE-6")
@pytest.mark.rule("VPN-2")
def test_the_order_of_routes_of_one_length():
    order = ["LOCAL", "STATIC", "PREFIX_LIST", "DIRECT_CONNECT", "VPN_STATIC", "VPN_BGP"]
    assert [origin.name for origin in sorted(RouteOrigin)] == order
    assert outranks((RouteOrigin.DIRECT_CONNECT, ""), (RouteOrigin.VPN_STATIC, ""))
    assert not outranks((RouteOrigin.VPN_BGP, ""), (RouteOrigin.VPN_STATIC, ""))


@pytest.mark.rule("ROUTE-7")
@pytest.mark.parametrize(("block", "used"), [("10.0.2.0/24", False), ("10.0.0.0/16", False), ("10.0.0.0/8", True)])
def test_what_is_propagated_inside_the_vpc_is_of_no_use(block, used):
    assert propagates(Cidr.parse(block), VPC) is used


@pytest.mark.rule("ROUTE-21")
@pytest.mark.parametrize(
    "target",
    ["local", "instance", "interface", "VPC endpoint", "Network Firewall endpoint"],
)
def test_a_gateways_table_has_whole_blocks_and_appliances(target):
    assert gateway_route_refusal(SUBNETS[0], target, VPC, SUBNETS) is None
    assert gateway_route_refusal(VPC[0], target, VPC, SUBNETS) is None
    for block in ("10.0.1.0/25", "10.9.0.0/16"):
        assert gateway_route_refusal(Cidr.parse(block), target, VPC, SUBNETS) is not None
    assert gateway_route_refusal(SUBNETS[0], "nat gateway", VPC, SUBNETS) is not None


@pytest.mark.rule("VPN-3")
def test_a_virtual_private_gateway_is_for_interfaces_of_its_vpc():
    address = int(parse_address("10.0.1.9"))
    assert outbound_loss(address, owned=True) is None
    assert inbound_loss(address, owned=True) is None
    out, into = outbound_loss(address, owned=False), inbound_loss(address, owned=False)
    assert out is not None
    assert into is not None
    assert (out.code, into.code) == (
        "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS",
        "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    )


@pytest.mark.rule("IPV6-6")
def test_ipv6_over_a_connection():
    six, four = int(parse_address("2001:db8::1")), int(parse_address("10.0.0.1"))
    assert family_loss(six, carries_ipv6=True) is None
    assert family_loss(four, carries_ipv6=False) is None
    lost = family_loss(six, carries_ipv6=False)
    assert lost is not None
    assert (lost.code, lost.rule) == ("PROTOCOL_RESTRICTION", "IPV6-6")


@pytest.mark.rule("TGW-10")
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(26, 32), st.sampled_from("abc")), max_size=12))
@settings(max_examples=200, deadline=None)
def test_overlaps_are_those_that_comparing_every_two_blocks_finds(drawn):
    """Blocks of three VPCs in one /26, in the order of attaching."""
    blocks = [Cidr((10 << 24) + (place * 4 & -(1 << (32 - length))), length) for place, length, _ in drawn]
    known = [(block, owner, Priority.VPC) for block, (_, _, owner) in zip(blocks, drawn, strict=True)]
    kept = []
    for entry in known:
        if not any(o != entry[1] and (b in entry[0] or entry[0] in b) for b, o, _ in kept):
            kept.append(entry)
    assert without_overlaps(known) == kept
