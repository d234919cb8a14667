import pytest
from tests.designs import DUAL, load, problems


@pytest.mark.rule("IGW-1")
def test_a_vpc_has_one_internet_gateway_at_most_and_a_route_needs_it():
    assert [str(problem.path[-1]) for problem in problems({"vpcs app internet_gateway": ["igw", "igw2"]})] == [
        "internet_gateway"
    ]
    found = problems({"vpcs data route_tables api 0.0.0.0/0": "igw"})
    assert [problem.message for problem in found] == ["'igw' is not a route target in VPC data"]


@pytest.mark.rule("IPV6-5")
def test_a_vpc_has_one_egress_only_gateway_at_most():
    found = problems(DUAL, {"vpcs app egress_only_internet_gateway": ["a", "b"]})
    assert [str(problem.path[-1]) for problem in found] == ["egress_only_internet_gateway"]
    found = problems(DUAL, {"vpcs data route_tables api ::/0": "eigw"})
    assert [problem.message for problem in found] == ["'eigw' is not a route target in VPC data"]


@pytest.mark.rule("DNS-2")
def test_without_dns_support_the_resolver_does_not_answer():
    assert load().trace("probe", "10.0.0.2", "udp/53").reachable
    off = load({"vpcs app enable_dns_support": False})
    for resolver in ("10.0.0.2", "169.254.169.253"):
        assert not off.trace("probe", resolver, "udp/53").delivered
    assert off.trace("probe", "169.254.169.254", "tcp/80").reachable


def test_a_section_without_a_body_is_an_empty_one():
    net = load(
        {
            "vpcs app security_groups open": None,
            "vpcs app route_tables private": None,
            "vpcs app network_acls spare": None,
        }
    )
    assert not net.trace("probe", "db", "tcp/80").delivered
    assert not net.trace("probe", "www", "tcp/443").delivered


@pytest.mark.parametrize("section", ["network_firewalls"])
def test_what_is_not_modelled_is_undecided(section):
    net = load(
        {
            f"vpcs app {section} thing": {"whatever": [1, 2]},
            "vpcs app route_tables private 192.168.0.0/16": "thing",
        }
    )
    trace = net.trace("probe", "192.168.0.1", "tcp/80")
    assert "which is not modelled" in trace.undecided
    assert trace.verdict == "undecided"
    assert load({f"vpcs app {section} thing": None}).trace("probe", "db", "tcp/80").reachable
