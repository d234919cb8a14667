import pytest
from tests.designs import ANY, DUAL, GONE, blames, load, passes


@pytest.mark.rule("WALK-25")
def test_public_addresses_of_one_vpc_meet_at_its_gateway():
    trace = load().trace("web", "198.51.100.10", "tcp/80", source_port=40000)
    passes(trace)
    assert [hop.component for hop in trace.forward].count("app.igw") == 2
    assert str(trace.forward[-1].after) == "tcp 198.51.100.20:40000 -> 10.0.0.10:80"
    hidden = load({"vpcs app instances web public_ip": GONE})
    blames(
        hidden.trace("web", "198.51.100.10", "tcp/80"),
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
        "IGW-4",
        "app.igw",
    )


@pytest.mark.rule("WALK-25")
def test_vpcs_without_a_peering_meet_over_the_internet():
    public = {
        "vpcs data internet_gateway": "igw",
        "vpcs data instances api public_ip": "198.51.100.80",
        "vpcs data route_tables api": {ANY: "igw"},
        "peering_connections": {},
        "vpcs app route_tables private 10.1.0.0/16": GONE,
    }
    trace = load(public).trace("web", "api", "tcp/80")
    passes(trace)
    assert {"app.igw", "internet", "data.igw"} <= {hop.component for hop in trace.forward}


def test_ipv6_of_a_vpc_without_a_gateway_is_not_reached_from_outside():
    net = load(
        DUAL,
        {
            "vpcs data cidrs": ["10.1.0.0/16", "2001:db8:1::/56"],
            "vpcs data subnets api ipv6_cidr": "2001:db8:1:1::/64",
            "vpcs data instances api ipv6_address": "2001:db8:1:1::80",
        },
    )
    blames(
        net.trace("six", "2001:db8:1:1::80", "tcp/80"),
        "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
        "IGW-6",
        "internet",
    )


@pytest.mark.parametrize(
    ("source", "destination", "verdict"),
    [
        ("internet", "web", "reachable"),
        ("web", "internet", "reachable"),
        ("internet", "probe", "blocked"),
        ("198.51.100.99", "web", "reachable"),
    ],
)
def test_the_internet_as_an_endpoint(source, destination, verdict):
    assert load().trace(source, destination, "tcp/443").verdict == verdict
