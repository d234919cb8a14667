"""Small decisions of one chapter each: addresses, ports, gateways, peerings, routes."""

import pytest

from reachsim.net.address import parse_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import PortSet
from reachsim.rules.addresses import LINK_LOCAL_SERVICES, PUBLIC, resolver_service
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import LINUX, UNKNOWN_CLIENT, WINDOWS, client_ports
from reachsim.rules.internet_gateway import egress_loss
from reachsim.rules.nat import NAT_GATEWAY_PROTOCOLS, TRANSLATED_PORTS
from reachsim.rules.peering import carrying_loss
from reachsim.rules.route import RouteOrigin, outranks, route_refusal


def address(text):
    return parse_address(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "203.0.113.9", "198.51.100.7", "100.63.255.255", "2001:4860:4860::8888"])
def test_public(text):
    assert address(text) in PUBLIC


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "0.1.2.3",
        "fd00::1",
        "::1",
    ],
)
def test_not_public(text):
    assert address(text) not in PUBLIC


@pytest.mark.rule("WALK-20")
def test_the_resolver_answers_udp_and_tcp_53_and_nothing_else():
    name, traffic = resolver_service()
    assert (name, str(traffic)) == ("Amazon DNS", "tcp/53, udp/53")
    assert LINK_LOCAL_SERVICES[address("fd00:ec2::253")] == (name, traffic)


@pytest.mark.rule("NACL-12")
@pytest.mark.parametrize(
    ("ami", "ports"),
    [
        ("Windows_Server-2022-English-Full", WINDOWS),
        ("amzn2-ami-hvm-2.0", LINUX),
        ("al2023-ami", LINUX),
        ("debian-12", LINUX),
        ("my-image", UNKNOWN_CLIENT),
        ("", UNKNOWN_CLIENT),
        (None, UNKNOWN_CLIENT),
    ],
)
def test_client_ports(ami, ports):
    assert client_ports(ami) == ports
    assert PortSet.of((1024, 65535)) == UNKNOWN_CLIENT
    assert PortSet.of((49152, 65535)) == WINDOWS
    assert PortSet.of((32768, 60999)) == LINUX


@pytest.mark.rule("IGW-5")
def test_a_private_destination_is_named_before_the_missing_public_address():
    loss = egress_loss(address("10.0.0.1"), address("10.9.9.9"), owned=True, public=None, held=AddressSet.nothing())
    assert loss is not None
    assert loss.code is Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS


@pytest.mark.rule("NATGW-4")
@pytest.mark.rule("NATGW-5")
def test_what_nat_gateways_carry():
    assert PortSet.of((1024, 65535)) == TRANSLATED_PORTS
    assert str(NAT_GATEWAY_PROTOCOLS) == "icmp, tcp, udp"


@pytest.mark.rule("PEER-4")
@pytest.mark.rule("PEER-6")
@pytest.mark.parametrize(
    ("source", "destination", "rule"),
    [
        ("10.0.0.9", "10.1.0.9", None),
        ("10.0.0.9", "10.2.0.9", "PEER-4"),
        ("10.2.0.9", "10.1.0.9", "PEER-6"),
        ("10.2.0.9", "8.8.8.8", "PEER-4"),
    ],
)
def test_a_peering_carries_from_the_one_vpc_to_the_other(source, destination, rule):
    near, far = Cidr.parse("10.0.0.0/16").addresses, Cidr.parse("10.1.0.0/16").addresses
    loss = carrying_loss(address(source), address(destination), near, far)
    assert (None if loss is None else loss.rule) == rule


@pytest.mark.rule("ROUTE-6")
@pytest.mark.rule("ROUTE-19")
def test_rank_of_routes_of_one_length():
    ranked = [
        (RouteOrigin.LOCAL, ""),
        (RouteOrigin.STATIC, ""),
        (RouteOrigin.PREFIX_LIST, "pl-a"),
        (RouteOrigin.PREFIX_LIST, "pl-b"),
    ]
    for index, better in enumerate(ranked):
        for worse in ranked[index + 1 :]:
            assert outranks(better, worse)
            assert not outranks(worse, better)


@pytest.mark.rule("ROUTE-8")
@pytest.mark.rule("ROUTE-9")
@pytest.mark.rule("ROUTE-17")
@pytest.mark.parametrize(
    ("destination", "kind", "rule"),
    [
        ("10.0.2.0/24", "instance", None),
        ("10.0.2.0/24", "nat gateway", None),
        ("10.0.2.0/25", "interface", "ROUTE-8"),
        ("10.0.2.0/24", "peering connection", "ROUTE-8"),
        ("10.0.2.0/24", "VPC endpoint", None),
        ("10.0.2.0/24", "Network Firewall endpoint", None),
        ("10.0.0.0/16", "interface", None),
        ("10.0.0.0/16", "internet gateway", "ROUTE-8"),
        ("10.0.0.0/16", "local", None),
        ("10.0.2.0/24", "local", "ROUTE-1"),
        ("10.1.0.0/16", "local", "ROUTE-1"),
        ("10.0.0.0/15", "peering connection", None),
        ("169.254.168.0/22", "interface", "ROUTE-17"),
        ("169.254.170.2/32", "interface", "ROUTE-17"),
        ("169.254.0.0/16", "interface", None),
        ("fd00:ec2::/64", "interface", "ROUTE-17"),
    ],
)
def test_routes_that_aws_refuses(destination, kind, rule):
    refusal = route_refusal(Cidr.parse(destination), kind, [Cidr.parse("10.0.0.0/16")], [Cidr.parse("10.0.2.0/24")])
    assert (None if refusal is None else refusal.rule) == rule


@pytest.mark.rule("ROUTE-18")
@pytest.mark.rule("NACL-18")
def test_aws_stores_blocks_without_host_bits_and_a_design_writes_them_so():
    assert str(Cidr.parse_lenient("100.68.0.18/18")) == "100.68.0.0/18"
    with pytest.raises(ValueError, match=r"did you mean '100\.68\.0\.0/18'"):
        Cidr.parse("100.68.0.18/18")


@pytest.mark.rule("LAMBDA-4")
def test_an_interface_of_lambda_carries_65000_connections():
    from reachsim.rules.lambda_ import CONNECTIONS_PER_INTERFACE

    assert CONNECTIONS_PER_INTERFACE == 65_000
