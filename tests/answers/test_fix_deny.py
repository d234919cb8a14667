"""Fixes of a `deny`: what is forbidden stops, and as little else as can be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.answers.test_fix import values

import reachsim
from reachsim.answers.fixes import Fix

DESIGN = """\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      priv: {cidr: 10.0.1.0/24, az: a}
    route_tables:
      pub: {0.0.0.0/0: igw}
    security_groups:
      web:
        ingress:
          - {allow: [tcp/22, tcp/443], from: [0.0.0.0/0, client]}
      db:
        ingress:
          - {allow: tcp/5432, from: RULE}
      client: {}
    instances:
      www: {subnet: pub, public_ip: true, private_ip: 10.0.0.10, security_groups: [web]}
      db: {subnet: priv, private_ip: 10.0.1.10, security_groups: [db]}
      probe: {subnet: pub, private_ip: 10.0.0.20, public_ip: true, security_groups: [client]}
prefix_lists:
  offices: [10.0.0.16/28, 192.0.2.0/24]
"""
DB = ("vpcs", "app", "security_groups", "db", "ingress", 0)
WEB = ("vpcs", "app", "security_groups", "web", "ingress")


def written(peers: str = "[web, client]", expect: str = "") -> reachsim.Network:
    return reachsim.loads(DESIGN.replace("RULE", peers) + expect)


def changes(fix: Fix | None) -> dict[Any, Any]:
    """What each key becomes, once the patched text is read again and the promise holds there."""
    assert fix is not None
    assert fix.patch is not None
    reachsim.loads(fix.patch.after)
    return values(fix)


@pytest.mark.rule("SG-1")
@pytest.mark.parametrize(
    ("peers", "left"),
    [
        ("[web, client]", "web"),
        ("[web, app.client, 192.0.2.1]", ["web", "192.0.2.1/32"]),
        ("[10.0.0.10, 10.0.0.20]", "10.0.0.10/32"),
        ("[web, 10.0.0.20/31]", ["web", "10.0.0.21/32"]),
        ("10.0.0.16/29", ["10.0.0.16/30", "10.0.0.21/32", "10.0.0.22/31"]),
        ("[offices, web]", "web"),
    ],
)
def test_a_rule_is_left_for_its_other_peers(peers: str, left: str | list[str]) -> None:
    net = written(peers)
    found = net.fixes("probe", "db", deny="tcp/5432")
    assert changes(found.best) == {(*DB, "from"): left}
    assert found.best is not None
    assert found.best.loses == ()
    assert [change.sources for change in found.best.closes] == [("app.probe",)]
    after = reachsim.loads(found.best.patch.after) if found.best.patch else net
    assert not after.trace("probe", "db", "tcp/5432").delivered
    assert after.trace("www", "db", "tcp/5432").delivered == net.trace("www", "db", "tcp/5432").delivered


@pytest.mark.rule("SG-1")
def test_other_traffic_of_the_peer_gets_a_rule_of_its_own() -> None:
    """The client keeps port 22; the internet keeps port 443."""
    found = written().fixes("internet", "www", deny="tcp/22")
    assert changes(found.best) == {
        (*WEB, 0, "from"): "client",
        WEB: {"allow": "tcp/443", "from": "0.0.0.0/0"},
    }
    assert found.best is not None
    after = reachsim.loads(found.best.patch.after) if found.best.patch else written()
    assert not after.trace("internet", "www", "tcp/22").delivered
    assert after.trace("internet", "www", "tcp/443").reachable
    assert after.trace("probe", "10.0.0.10", "tcp/22").reachable


def test_what_loses_least_comes_first() -> None:
    """A rule for one peer alone, for all of its peers without the port, and none at all; the last two lose the client's."""
    found = written().fixes("internet", "www", deny="tcp/22")
    assert [len(fix.edits[0].changes) for fix in found] == [2, 1, 1]
    assert [bool(fix.loses) for fix in found] == [True, True, True]  # db is no client, and loses port 22
    assert [change.action for fix in found for change in fix.edits[0].changes] == ["set", "add", "set", "remove"]
    least = found[0]
    assert replace(least, loses=()).rank < least.rank < replace(least, loses=(*least.loses, *least.loses)).rank


def test_one_peer_and_one_port_leave_no_rule() -> None:
    assert changes(written("client").fixes("probe", "db", deny="tcp/5432").best) == {DB: None}


def test_a_block_is_not_cut_into_more_pieces_than_a_person_would_write() -> None:
    """10.0.0.0/8 without one address is 24 blocks."""
    assert changes(written("10.0.0.0/8").fixes("probe", "db", deny="tcp/5432").best) == {DB: None}
    assert changes(written("[10.0.0.0/8, 10.9.0.0/16]").fixes("probe", "db", deny="tcp/5432").best) == {
        (*DB, "from"): "10.9.0.0/16"
    }


def test_a_rule_by_which_something_is_sent() -> None:
    net = reachsim.loads(
        DESIGN.replace("RULE", "client").replace(
            "client: {}", "client: {egress: [{allow: [tcp/443, tcp/5432], to: [db, web]}]}"
        )
    )
    path = ("vpcs", "app", "security_groups", "client", "egress")
    found = [changes(fix) for fix in net.fixes("probe", "db", deny="tcp/5432")]
    assert {(*path, 0, "to"): "web", path: {"allow": "tcp/443", "to": "db"}} in found


def test_a_promise_that_would_break_keeps_its_rule() -> None:
    expect = "expect:\n  - {from: internet, to: www, allow: tcp/443}\n  - {from: internet, to: www, deny: tcp/22}\n"
    plan = written(expect=expect).fix_all()
    assert plan.ok
    assert changes(plan.whole)[WEB] == {"allow": "tcp/443", "from": "0.0.0.0/0"}


def test_a_deny_that_holds_needs_no_fix() -> None:
    found = written("web").fixes("probe", "db", deny="tcp/5432")
    assert not found.needed
    assert not found
    with pytest.raises(reachsim.UsageError, match="empty"):
        written().fixes("probe", "db", deny=reachsim.Traffic.nothing())
