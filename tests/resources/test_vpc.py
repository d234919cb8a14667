import pytest
from tests.designs import DUAL, load, problems
from tests.oracle.naive import judge
from tests.oracle.text import read_yaml

import reachsim
from reachsim.errors import DesignError


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


# a and b are in a block of IPAM's private scope, c in one of Amazon's; b's way out is the egress-only gateway.
PRIVATE = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f18::/56", "2600:1f19::/56"]
    private_ipv6: ["2600:1f18::/56"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets:
      s: {ipv6_cidr: "2600:1f18::/64", route_table: r}
      t: {ipv6_cidr: "2600:1f18:0:1::/64", route_table: q}
      p: {ipv6_cidr: "2600:1f19::/64", route_table: r}
    route_tables: {r: {"::/0": igw}, q: {"::/0": eigw}}
    security_groups: {any: {ingress: [{allow: all, from: "::/0"}], egress: [{allow: all, to: "::/0"}]}}
    instances:
      a: {subnet: s, security_groups: [any], ipv6_address: "2600:1f18::10"}
      b: {subnet: t, security_groups: [any], ipv6_address: "2600:1f18:0:1::10"}
      c: {subnet: p, security_groups: [any], ipv6_address: "2600:1f19::10"}
"""
OUTSIDE = "2606:4700::1111"
UNTOLD = PRIVATE.replace('["2600:1f18::/56"]', "unknown")


@pytest.mark.rule("IGW-15")
@pytest.mark.rule("IPV6-3")
@pytest.mark.parametrize(
    ("source", "destination", "passes"),
    [
        ("a", OUTSIDE, False),
        ("b", OUTSIDE, False),
        ("c", OUTSIDE, True),
        (OUTSIDE, "2600:1f18::10", False),
        (OUTSIDE, "2600:1f18:0:1::10", False),
        (OUTSIDE, "2600:1f19::10", True),
        ("a", "2600:1f18:0:1::10", True),
        ("a", "2600:1f19::10", True),
        ("c", "2600:1f18::10", True),
    ],
)
def test_a_block_of_the_private_scope_is_not_on_the_internet(source, destination, passes):
    net = reachsim.loads(PRIVATE)
    found = net.trace(source, destination, "tcp/443")
    assert found.reachable == passes
    assert passes or found.blockers[0].cause.rule == "IGW-15"
    assert bool(net.reach(source, destination).reachable) == passes
    assert judge(read_yaml(PRIVATE), source, destination, "tcp/443", 50000).reachable == passes


@pytest.mark.rule("IGW-15")
def test_nobody_in_such_a_block_is_exposed():
    net = reachsim.loads(PRIVATE)
    assert [exposed.interfaces for exposed in net.exposure()] == [("v.c",)]
    assert net.isolated("internet", "2600:1f18::/56")
    public = reachsim.loads(PRIVATE.replace('private_ipv6: ["2600:1f18::/56"]', ""))
    assert not public.isolated("internet", "2600:1f18::/56")
    assert reachsim.diff(net, public).opened
    assert not reachsim.diff(net, public).closed


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize(
    ("source", "destination", "verdict"),
    [
        ("a", OUTSIDE, "undecided"),
        ("b", OUTSIDE, "undecided"),  # by the egress-only gateway
        (OUTSIDE, "2600:1f18::10", "undecided"),
        ("internet", "c", "undecided"),
        ("a", "2600:1f18:0:1::10", "reachable"),  # inside nothing hangs on it
        ("c", "2600:1f18::10", "reachable"),
    ],
)
def test_blocks_of_which_the_scope_is_not_known_may_be_on_the_internet(source, destination, verdict):
    net = reachsim.loads(UNTOLD)
    found = net.trace(source, destination, "tcp/443")
    assert found.verdict == verdict
    for held in ("[]", '["2600:1f18::/56"]', '["2600:1f18::/56", "2600:1f19::/56"]'):
        told = reachsim.loads(UNTOLD.replace("unknown", held))
        assert verdict == "undecided" or told.trace(source, destination, "tcp/443").verdict == verdict
    if verdict == "undecided":
        assert found.undecided == "whether the IPv6 blocks of VPC v are private is not known"
        assert net.expect(source, destination, deny="tcp/443").verdict == "undecided"
        assert not net.reach(source, destination).reachable


@pytest.mark.rule("IGW-15")
def test_unique_local_addresses_are_private_whatever_is_known():
    net = reachsim.loads(UNTOLD.replace("2600:1f18:", "fd00:1f18:"))
    assert [net.trace("a", OUTSIDE, "tcp/443").verdict, net.trace("c", OUTSIDE, "tcp/443").verdict] == [
        "blocked",
        "undecided",
    ]
    assert [each.interfaces for each in net.exposure()] == [("v.c",)]


def test_only_blocks_of_the_vpc_are_private():
    with pytest.raises(DesignError) as error:
        reachsim.loads(PRIVATE.replace('private_ipv6: ["2600:1f18', 'private_ipv6: ["2600:1f1a'))
    assert "private_ipv6[0]: 2600:1f1a::/56 is no IPv6 block of VPC v; write it under cidrs too" in str(error.value)
