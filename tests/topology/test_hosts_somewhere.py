"""A host of which the groups are known, and not in which of some subnets it is: what stops it wherever it is, is decided."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import as_text

import reachsim

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      a: {cidr: 10.0.0.0/24}
      b: {cidr: 10.0.1.0/24, network_acl: b}
      c: {cidr: 10.0.2.0/24}
    network_acls:
      b:
        ingress: [{rule: 10, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 10, allow: all, to: 0.0.0.0/0}]
    security_groups:
      web: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}], egress: [{allow: tcp/1-9999, to: 0.0.0.0/0}]}
      of_web: {ingress: [{allow: tcp/5432, from: web}]}
      of_lb: {ingress: [{allow: tcp/5432, from: lb}]}
      lb: {egress: [{allow: all, to: web}]}
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
    instances:
      open: {subnet: c, private_ip: 10.0.2.10, security_groups: [open]}
      db: {subnet: c, private_ip: 10.0.2.11, security_groups: [of_web]}
      other: {subnet: a, private_ip: 10.0.0.12, security_groups: [of_lb]}
      lb: {subnet: c, private_ip: 10.0.2.13, security_groups: [lb]}
    unknown_components:
      x: {subnets: [a, b], kind: host, security_groups: [web], ipv6: false, why: the plan does not tell where it is}
""")
X, INSTANCES = "vpcs app unknown_components x", "vpcs app instances"
SHUT: Changes = {"vpcs app network_acls b ingress": []}
"""Into subnet b, where it may be, comes nothing."""
TOO: Changes = {"vpcs app subnets a network_acl": "b"}
GATEWAY: Changes = {"vpcs app internet_gateway": "igw", "vpcs app route_tables": {"main": {"0.0.0.0/0": "igw"}}}
IPV6: Changes = {
    "vpcs app cidrs": ["10.0.0.0/16", "2001:db8::/56"], "vpcs app subnets c ipv6_cidr": "2001:db8:0:1::/64",
    f"{INSTANCES} open ipv6_address": "2001:db8:0:1::10",
}  # fmt: skip


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(BASE, *changes)))


def said(net: reachsim.Network, source: Any, destination: Any, traffic: str) -> str:
    """What all ways of asking say: that it is stopped, or that nobody knows."""
    verdict = net.trace(source, destination, traffic).verdict
    allow, deny = net.expect(source, destination, allow=traffic), net.expect(source, destination, deny=traffic)
    reach = net.reach(source, destination)
    possible = any(part.unsure & reachsim.Traffic.parse(traffic) or part.flow.unknown for part in reach.parts)
    assert not reach
    told = verdict, allow.verdict, deny.verdict, possible
    assert told in (("blocked", "fails", "holds", False), ("undecided", "undecided", "undecided", True))
    return verdict


@pytest.mark.rule("SG-1", "SG-22")
@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        ("open", "app.x", "tcp/443", "undecided"),  # of what passes it is not told where it is
        ("open", "app.x", "tcp/22", "blocked"),  # by its own groups
        ("x", "open", "udp/53", "blocked"),
        ("x", "open", "tcp/22", "undecided"),
        ("x", "lb", "tcp/22", "blocked"),  # by the other's
        ("x", "8.8.8.8", "tcp/443", "blocked"),  # there is no way out
        ("8.8.8.8", "x", "tcp/443", "blocked"),
        ("internet", "x", "tcp/443", "blocked"),
    ],
)
def test_what_stops_it_wherever_it_is_is_decided(source: str, destination: str, traffic: str, expected: str) -> None:
    assert said(load(), source, destination, traffic) == expected


@pytest.mark.rule("IGW-6")
def test_from_outside_a_private_address_is_nobodys() -> None:
    assert load().trace("8.8.8.8", "x", "tcp/443").blockers[0].code == "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"


@pytest.mark.rule("SG-10")
def test_rules_name_it_by_its_groups() -> None:
    assert said(load(), "x", "db", "tcp/5432") == "undecided"
    assert said(load(), "x", "other", "tcp/5432") == "blocked"
    assert said(load({f"{X} security_groups": ["web", "lb"]}), "x", "other", "tcp/5432") == "undecided"
    assert said(load({f"{X} security_groups": ["web", "unknown"]}), "x", "other", "tcp/5432") == "undecided"
    assert said(load(), "lb", "x", "tcp/443") == "undecided"


def test_of_groups_that_are_not_known_any_may_be_among_them() -> None:
    for groups in ("unknown", ["web", "unknown"], ["nobodys"], ["other.web"]):
        assert said(load({f"{X} security_groups": groups}), "open", "x", "tcp/22") == "undecided"
        assert said(load({f"{X} security_groups": groups}), "x", "lb", "tcp/22") == "blocked"


@pytest.mark.parametrize("key", ["security_groups", "kind", "subnets"])
def test_what_is_no_interface_in_known_subnets_may_be_anything(key: str) -> None:
    assert said(load({f"{X} {key}": GONE}), "open", "x", "tcp/22") == "undecided"


@pytest.mark.rule("NACL-2")
def test_an_acl_stops_it_where_it_stands_before_every_subnet() -> None:
    assert said(load(SHUT), "open", "x", "tcp/443") == "undecided"
    assert said(load(SHUT, TOO), "open", "x", "tcp/443") == "blocked"


@pytest.mark.rule("NACL-6")
def test_a_neighbour_is_behind_no_acl() -> None:
    """`other` may be in its subnet."""
    assert (
        said(load(SHUT, TOO, {f"{INSTANCES} other security_groups": ["open"]}), "other", "x", "tcp/443") == "undecided"
    )


@pytest.mark.rule("IGW-4", "IGW-9")
def test_it_may_have_a_public_address() -> None:
    anybody: Changes = {"vpcs app security_groups web ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}
    assert said(load(GATEWAY, anybody), "internet", "x", "tcp/443") == "undecided"
    assert said(load(GATEWAY, anybody), "internet", "x", "tcp/22") == "blocked"
    assert said(load(GATEWAY, anybody), "x", "internet", "tcp/443") == "undecided"
    without: Changes = {f"{X} public": False}
    assert said(load(GATEWAY, anybody, without), "internet", "x", "tcp/443") == "blocked"
    assert said(load(GATEWAY, anybody, without), "x", "internet", "tcp/443") == "blocked"


def test_a_block_of_its_subnets_that_is_not_told_leaves_it_open() -> None:
    assert said(load(IPV6), "open", "x", "tcp/22") == "blocked"
    assert said(load(IPV6, {f"{X} ipv6": GONE}), "open", "x", "tcp/22") == "undecided"
    assert said(load(IPV6, {f"{X} ipv6": GONE}), "db", "x", "tcp/22") == "blocked"


def test_what_may_be_its_own_address_is_asked_by_nobody() -> None:
    assert load().trace("10.0.1.9", "x", "tcp/22").undecided
    assert load().trace("x", "10.0.1.9", "tcp/22").undecided
    assert load().expect("x", "10.0.3.9", deny="all").verdict == "holds"


def test_two_of_them() -> None:
    net = load(
        {"vpcs app unknown_components y": {**BASE["vpcs"]["app"]["unknown_components"]["x"], "subnets": ["b", "c"]}}
    )
    assert said(net, "x", "y", "tcp/22") == "blocked"
    assert said(net, "x", "y", "tcp/443") == "undecided"
    assert said(net, "x", "x", "tcp/22") == "undecided"


def test_what_else_is_asked_for_does_not_fail_for_what_may_not_be_there() -> None:
    """Of the subnet, `lb` lets nothing in; without it nobody knows, since what passes to the others is not told."""
    assert load().expect("x", {"subnet": "app.c"}, allow="tcp/443").verdict == "fails"
    others: Changes = {f"{INSTANCES} {name}": GONE for name in ("db", "lb")}
    maybe: Changes = {"vpcs app subnets c interfaces": "unknown"}
    assert load(others, maybe).expect("x", {"subnet": "app.c"}, allow="tcp/443").verdict == "undecided"
    # Nor where nothing gets to them: what is asked for may be `open` alone.
    alone: Changes = {"vpcs app network_acls b egress": [{"rule": 10, "allow": "all", "to": "10.0.2.10/32"}]}
    net = load(others, maybe, alone, TOO)
    assert net.expect("x", {"subnet": "app.c"}, allow="tcp/443").verdict == "undecided"


def test_who_reaches_it_says_the_same() -> None:
    net = load()
    found = {name: row for row in net.who_reaches("x", "tcp/443") for name in row.names}
    assert found["app.open"].undecided
    assert "app.db" in found
    assert not net.who_reaches("x", "tcp/22").rows
    assert not net.reaches_what("x", "udp/53").rows
    assert not net.who_reaches("lb", "tcp/443").rows


def test_an_edit_of_its_groups_is_one_of_what_it_takes() -> None:
    opened = load({"vpcs app security_groups web ingress": [{"allow": "tcp/22", "from": "10.0.0.0/16"}]})
    assert said(opened, "open", "x", "tcp/22") == "undecided"
    assert reachsim.diff(load(), opened).undecided


@pytest.mark.rule("DNS-2")
def test_a_sender_that_is_not_told_asks_the_zones_of_its_vpc() -> None:
    zone: Changes = {"private_hosted_zones": {"corp.example": {"vpcs": ["app"], "records": {"db": "10.0.2.10"}}}}
    dark: Changes = {"vpcs app subnets a interfaces": "unknown", "vpcs app enable_dns_hostnames": True}
    net = load(zone, dark, {f"{INSTANCES} other": GONE})
    for source in ("x", {"subnet": "app.a"}):
        assert net.expect(source, "db.corp.example", deny="tcp/443").verdict == "undecided"
        assert net.expect(source, "other.corp.example", deny="tcp/443").verdict == "holds"
