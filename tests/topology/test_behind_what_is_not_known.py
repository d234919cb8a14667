"""Where nobody knows what happens on the way, the groups of who is meant are asked all the same: what they let in from
nobody is blocked. Anybody may be the source that they see, since what is on the way may be a NAT device."""

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
    subnets: {a: {cidr: 10.0.0.0/24, route_table: a}}
    route_tables: {a: {10.1.0.0/16: unknown}}
    instances: {probe: {subnet: a, private_ip: 10.0.0.10}}
  data:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.0.0/24, route_table: a}, b: {cidr: 10.1.1.0/24}}
    route_tables: {a: {10.0.0.0/16: pcx}}
    security_groups: {api: {ingress: [{allow: tcp/443, from: 192.168.0.0/16}]}}
    instances: {api: {subnet: a, private_ip: 10.1.0.10, security_groups: [api]}}
peering_connections: {pcx: {requester: app, accepter: data}}
""")
API, RULES = "vpcs data instances api", "vpcs data security_groups api ingress"
MANY: Changes = {RULES: [{"allow": f"tcp/{1000 + n}", "from": f"192.168.{n}.0/24"} for n in range(40)]}
"""So many rules that those of other addresses are not looked at, as a rule."""
TWO_INTERFACES: Changes = {
    API: {"network_interfaces": {
        "eth0": {"subnet": "a", "private_ip": "10.1.0.10", "security_groups": ["api"]},
        "eth1": {"subnet": "b", "private_ip": "10.1.1.10", "source_dest_check": False},
    }}
}  # fmt: skip
FIREWALL: Changes = {
    "vpcs app route_tables a 10.1.0.0/16": "fw", "vpcs app network_firewalls": {"fw": {"subnet": "a"}},
}  # fmt: skip


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(BASE, *changes)))


def said(net: reachsim.Network, traffic: str, destination: str = "data.api") -> str:
    """What all ways of asking say: that it is stopped, or that nobody knows."""
    verdict = net.trace("probe", destination, traffic).verdict
    allow, deny = (net.expect("probe", destination, **{word: traffic}).verdict for word in ("allow", "deny"))
    who = {name for row in net.who_reaches(destination, traffic) if row.undecided for name in row.names}
    found = verdict, allow, deny, "app.probe" in who
    assert found in (("blocked", "fails", "holds", False), ("undecided", "undecided", "undecided", True))
    return verdict


@pytest.mark.rule("SG-1", "SG-22")
@pytest.mark.parametrize("way", [{}, FIREWALL])
def test_what_nobody_may_send_to_it_is_blocked(way: Changes) -> None:
    net = load(way)
    assert said(net, "tcp/22") == "blocked"
    assert said(net, "tcp/443") == "undecided"  # a NAT device may put an address of 192.168.0.0/16 in
    blocker = net.trace("probe", "data.api", "tcp/22").blockers[0]
    assert (blocker.code, blocker.component) == ("ENI_SG_RULES_MISMATCH", "data.api")
    answer = net.reach("probe", "data.api")
    assert str(answer.parts[0].unsure) == "tcp/443"
    (stop,) = answer.stops
    assert (stop.component, "tcp/22" in str(stop.space), stop.space.witness() is not None) == ("data.api", False, True)


def test_the_matrix_says_the_same() -> None:
    assert load().matrix().cell("app.probe", "data.api").undecided
    shut = load({RULES: []})
    cell = shut.matrix().cell("app.probe", "data.api")
    assert not cell.undecided
    assert not cell.delivered
    assert not shut.reach("probe", "data.api").undecided
    assert shut.isolated("probe", "data.api")
    assert not load().isolated("probe", "data.api")
    assert shut.trace("probe", "data.api", "tcp/443").blockers[0].code == "SG_HAS_NO_RULES"


def test_each_of_many_rules_may_be_about_who_comes() -> None:
    assert said(load(MANY), "tcp/1039") == "undecided"
    assert said(load(MANY), "tcp/1000") == "undecided"
    assert said(load(MANY), "tcp/1040") == "blocked"
    assert load(MANY).matrix().cell("app.probe", "data.api").undecided


@pytest.mark.rule("SG-10")
@pytest.mark.parametrize("rule", [{"allow": "tcp/22", "from": "api"}, {"allow": "unknown", "from": "10.9.0.0/16"},
                                  {"allow": "tcp/22", "from": "unknown"},
                                  {"allow": "tcp/22", "from": "10.9.0.0/16", "perhaps": True}])  # fmt: skip
def test_so_may_a_rule_that_names_a_group_or_is_not_known(rule: dict[str, Any]) -> None:
    assert said(load({RULES: [rule]}), "tcp/22") == "undecided"


@pytest.mark.rule("WALK-23", "WALK-26")
def test_a_machine_may_take_by_one_interface_what_is_to_another() -> None:
    """Who routes to the interface without the check comes past the groups of the one that has the address."""
    assert load(TWO_INTERFACES).trace("probe", "data.api/eth0", "tcp/22").undecided


def test_an_edit_of_the_groups_is_asked() -> None:
    """An edited copy has the walks of the design, and other rules."""
    net = load()
    opened = net.with_({"vpcs.data.security_groups.api.ingress": [{"allow": "tcp/22", "from": "0.0.0.0/0"}]})
    assert said(net, "tcp/22") == "blocked"
    assert (said(opened, "tcp/22"), said(opened, "tcp/443")) == ("undecided", "blocked")
    shut = opened.with_({"vpcs.data.security_groups.api.ingress": []})
    assert not shut.matrix().cell("app.probe", "data.api").undecided
    assert opened.matrix().cell("app.probe", "data.api").undecided
    assert reachsim.diff(net, opened).undecided


def test_acls_at_its_end_are_not_taken_for_certain() -> None:
    """What is on the way may be in its own subnet, behind its ACL."""
    acl: Changes = {
        "vpcs data subnets a network_acl": "shut",
        "vpcs data network_acls": {"shut": {"ingress": [], "egress": []}},
    }
    assert said(load(acl), "tcp/443") == "undecided"


def test_without_groups_nothing_is_certain() -> None:
    lb: Changes = {API: GONE, "vpcs data load_balancers": {"api": {
        "type": "network", "subnets": ["a"], "private_ips": {"a": "10.1.0.10"}, "listeners": {}}}}  # fmt: skip
    assert load(lb).trace("probe", "10.1.0.10", "tcp/22").undecided
