"""Public addresses that exist and are not told: a rule or a route for public addresses may be about them, or not (IGW-3)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.oracle.text import as_text

import reachsim

DESIGN = """
version: 1
vpcs:
  ours:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {front: {subnet: public, public_ip: existing, security_groups: [open]}, job: {subnet: private}}
    nat_gateways: {nat: {subnet: public, public_ip: existing}}
  theirs:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets: {web: {cidr: 10.1.0.0/24, az: a, route_table: web, network_acl: web}}
    route_tables: {web: {0.0.0.0/0: igw}}
    network_acls: {web: {ingress: [{rule: 9, allow: all, from: 0.0.0.0/0}], egress: [{rule: 9, allow: all, to: 0.0.0.0/0}]}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 198.51.100.7/32}]}}
    instances: {web: {subnet: web, public_ip: 198.51.100.20, security_groups: [web]}}
internet: {hosts: {www: {ip: 192.0.2.80}}}
"""
GROUP = "vpcs.theirs.security_groups.web.ingress"
TABLE = "vpcs.theirs.route_tables.web"


def load(changes: dict[str, Any]) -> reachsim.Network:
    design = yaml.safe_load(DESIGN)
    for path, value in changes.items():
        *steps, last = path.split(".")
        at = design
        for step in steps:
            at = at[step]
        at[last] = value
    return reachsim.loads(as_text(design))


def lets(peer: str) -> dict[str, Any]:
    return {GROUP: [{"allow": "tcp/443", "from": peer}]}


@pytest.mark.rule("IGW-3")
@pytest.mark.parametrize("source", ["job", "front"])
@pytest.mark.parametrize(
    ("peer", "verdict"),
    [
        ("198.51.100.7/32", "undecided"),  # it may be theirs
        ("0.0.0.0/1", "undecided"),
        ("0.0.0.0/0", "reachable"),
        ("10.0.0.0/8", "blocked"),  # no public address
        ("198.51.100.20/32", "blocked"),  # somebody else's
        ("192.0.2.80/32", "blocked"),
    ],
)
def test_a_rule_for_public_addresses(source: str, peer: str, verdict: str) -> None:
    net = load(lets(peer))
    assert net.trace(source, "web", "tcp/443").verdict == verdict
    cell = net.matrix().cell(f"ours.{source}", "theirs.web")
    assert bool(cell.reachable) is (verdict == "reachable")
    assert bool(cell.undecided) is (verdict == "undecided")
    assert bool(net.isolated(source, "web").undecided) is (verdict == "undecided")


@pytest.mark.rule("IGW-3")
def test_an_acl_and_a_rule_for_what_goes_out() -> None:
    open_to_all = lets("0.0.0.0/0")
    deny = {"rule": 1, "deny": "all", "from": "203.0.113.0/24"}
    acl = {"vpcs.theirs.network_acls.web.ingress": [deny, {"rule": 9, "allow": "all", "from": "0.0.0.0/0"}]}
    assert load({**open_to_all, **acl}).trace("job", "web", "tcp/443").verdict == "undecided"
    out = {"vpcs.theirs.security_groups.web.egress": [{"allow": "all", "to": "198.51.100.0/25"}]}
    assert load({**open_to_all, **out}).trace("web", "front", "tcp/443").verdict == "undecided"
    assert load(open_to_all).trace("web", "front", "tcp/443").verdict == "reachable"


@pytest.mark.rule("IGW-3")
@pytest.mark.parametrize("where", ["198.51.100.0/24", "0.0.0.0/1"])
def test_a_route_for_public_addresses(where: str) -> None:
    net = load({**lets("0.0.0.0/0"), TABLE: {where: "igw"}})
    assert "which route of web is its" in net.trace("job", "web", "tcp/443").undecided
    assert net.trace("web", "front", "tcp/443").verdict == "undecided"
    private = load({**lets("0.0.0.0/0"), TABLE: {"0.0.0.0/0": "igw", "192.168.0.0/16": "blackhole"}})
    assert private.trace("job", "web", "tcp/443").verdict == "reachable"


@pytest.mark.rule("IGW-3")
def test_what_aws_will_choose_is_nobody_whom_a_rule_means() -> None:
    chosen = {"vpcs.ours.instances.front.public_ip": True, "vpcs.ours.nat_gateways.nat.public_ip": None}
    assert load(chosen).trace("job", "web", "tcp/443").verdict == "blocked"
    perhaps = load({"vpcs.ours.instances.front.public_ip": "unknown"})
    assert perhaps.trace("front", "web", "tcp/443").verdict == "undecided"


@pytest.mark.rule("EP-2")
def test_an_elastic_address_is_none_of_a_service_with_a_gateway_endpoint() -> None:
    service = {"prefix_lists": {"s3": ["52.218.0.0/17"]},
               "vpcs.theirs.vpc_endpoints": {"s3": {"service": "s3", "route_tables": ["web"]}}}  # fmt: skip
    assert load({**service, **lets("s3")}).trace("job", "web", "tcp/443").verdict == "blocked"
    assert load({**service, **lets("0.0.0.0/0")}).trace("job", "web", "tcp/443").verdict == "reachable"


def test_a_load_balancer_and_a_regional_nat_gateway_have_one_too() -> None:
    balancer = {"type": "network", "subnets": ["public"], "public_ips": {"public": "existing"}}
    manual = {"availability": "regional", "public_ips": {"a": "existing"}}
    net = load({"vpcs.ours.load_balancers": {"lb": balancer}, "vpcs.ours.nat_gateways": {"nat": manual},
                "vpcs.theirs.route_tables.web": {"198.51.100.0/24": "igw"}})  # fmt: skip
    assert net.trace("job", "web", "tcp/443").verdict == "undecided"
    assert net.trace("web", "lb", "tcp/443").verdict == "undecided"


def test_edits_of_rules_and_of_addresses() -> None:
    net = load({})
    assert net.with_({f"{GROUP}[0].from": "0.0.0.0/0"}).trace("job", "web", "tcp/443").verdict == "reachable"
    known = net.with_({"vpcs.ours.nat_gateways.nat.public_ip": "198.51.100.7"})
    assert known.trace("job", "web", "tcp/443").verdict == "reachable"
    assert known.trace("front", "web", "tcp/443").verdict == "blocked"
