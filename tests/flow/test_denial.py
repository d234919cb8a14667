"""Why a rule that names the other end's group does not match."""

import pytest
from tests import designs
from tests.designs import blames, group
from tests.gateways import load

import reachsim


@pytest.mark.rule("TGW-14")
def test_an_ipv6_address_of_the_other_vpc_is_its_own():
    """AWS's IPv6 blocks are of the internet's addresses, yet nothing is translated: SG-12 is not the reason."""
    ipv6 = {
        "vpcs app cidrs": ["10.1.0.0/16", "2600:1f18:1::/56"],
        "vpcs app subnets work ipv6_cidr": "2600:1f18:1::/64",
        "vpcs app instances web ipv6_address": "2600:1f18:1::10",
        "vpcs data cidrs": ["10.2.0.0/16", "2600:1f18:2::/56"],
        "vpcs data subnets work ipv6_cidr": "2600:1f18:2::/64",
        "vpcs data instances db ipv6_address": "2600:1f18:2::10",
        "vpcs app security_groups open egress": [{"allow": "all", "to": "data.open"}],
    }
    trace = load(ipv6).trace("app.web", "data.db", "tcp/443")
    assert [(way.label, way.blockers[0].rule_id) for way in trace.ways] == [("IPv4", "TGW-14"), ("IPv6", "TGW-14")]


OUT = group("client", ("all", "0.0.0.0/0"), egress=[("tcp/80", "data.open")])
STALE = ("ENI_SG_RULES_MISMATCH", "SG-16")


@pytest.mark.rule("SG-16")
@pytest.mark.parametrize("to", ["api", "10.1.1.80"])
def test_a_rule_for_what_goes_out_over_a_deleted_peering_is_stale(to: str) -> None:
    """As one for what comes in is; whether the receiver is asked for by its name or its address."""
    net = designs.load(OUT, {"peering_connections pcx status": "deleted"})
    blames(net.trace("probe", to, "tcp/80"), *STALE, "app.probe")
    (stop, *_) = net.reach("probe", to).stops
    assert (stop.code, stop.rule_id) == STALE


@pytest.mark.rule("SG-11")
@pytest.mark.parametrize("to", ["api", "10.1.1.80"])
def test_neither_names_a_group_of_another_region(to: str) -> None:
    apart = {"vpcs app region": "eu-west-1", "vpcs data region": "us-east-1", "warn": ["SG-11"]}
    net = designs.load(OUT, apart)
    blames(net.trace("probe", to, "tcp/80"), "SG_REFERENCES_NOT_PRESERVED", "SG-11", "app.probe")


APART = """
version: 1
warn: [SG-11]
vpcs:
  app:
    cidrs: [10.0.0.0/16, 2600:1f18:1::/56]
    internet_gateway: igw
    subnets: {work: {cidr: 10.0.0.0/24, ipv6_cidr: 2600:1f18:1::/64}}
    route_tables: {main: {"::/0": igw}}
    security_groups: {open: {ingress: [{allow: all, from: "::/0"}]}}
    instances: {web: {subnet: work, ipv6_address: 2600:1f18:1::10, security_groups: [open]}}
  data:
    cidrs: [10.1.0.0/16, 2600:1f18:2::/56]
    internet_gateway: igw
    route_tables: {main: {"::/0": igw}}
    subnets: {work: {cidr: 10.1.0.0/24, ipv6_cidr: 2600:1f18:2::/64}}
    security_groups: {open: {ingress: [{allow: all, from: app.open}]}}
    instances: {db: {subnet: work, ipv6_address: 2600:1f18:2::10, security_groups: [open]}}
"""


@pytest.mark.rule("SG-11")
def test_of_a_vpc_that_nothing_joins_no_peering_is_told() -> None:
    """Over IPv6 two VPCs meet on the internet; there is no peering that is not active."""
    trace = reachsim.loads(APART).trace("web", "2600:1f18:2::10", "tcp/443")
    blames(trace, "SG_REFERENCES_NOT_PRESERVED", "SG-11", "data.db")
    assert "does not match an address of a VPC that is not peered" in trace.blockers[0].text
