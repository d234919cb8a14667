"""Load balancers: what a trace shows of their own connections, their public names, and what their ports lose."""

from __future__ import annotations

from typing import Any

import pytest
from tests.resources.balancers import ENDS, GROUP, LB, PUBLIC, load

from reachsim.report.trace import trace_text


@pytest.mark.rule("LB-1")
def test_a_trace_shows_both_connections() -> None:
    trace = load({**ENDS, f"{GROUP}.health_check": "http/8081"}).trace("client", "lb", "tcp/443")
    assert [(each.purpose, str(each.traffic), each.verdict) for each in trace.beyond] == [
        ("connection", "tcp/8443", "reachable"),
        ("health check", "tcp/8081", "blocked"),
    ]
    text = trace_text(trace)
    assert "there  tcp 10.0.3.10:50000 -> 10.0.0.50:443" in text
    assert "on     tcp 10.0.0.50:50000 -> 10.0.1.20:8443" in text
    assert "app.lb/front -> app.web tcp/8081  health check  blocked" in text
    data = trace.to_dict()["beyond"][0]
    assert (data["purpose"], data["forward"][-1]["component"]) == ("connection", "app.web")
    assert "own connections" not in trace_text(load({}).trace("client", "lb", "tcp/443"))


NAMED = {f"{LB}.public_dns_name": "www.corp.example", "vpcs.app.enable_dns_hostnames": True}


@pytest.mark.rule("DNS-3")
def test_its_public_name_means_what_is_nearer() -> None:
    inside = load({**PUBLIC, **NAMED}).trace("client", "www.corp.example", "tcp/443")
    assert (inside.reachable, inside.resolved.split(",")[0]) == (True, "www.corp.example is 10.0.0.50")
    outside = load({**PUBLIC, **NAMED}).trace("www", "www.corp.example", "tcp/443")
    assert (outside.reachable, outside.resolved.split(",")[0]) == (True, "www.corp.example is 198.51.100.50")
    off = load({**PUBLIC, **NAMED, "vpcs.app.enable_dns_hostnames": False})
    assert off.trace("client", "www.corp.example", "tcp/443").resolved.split(",")[0].endswith("198.51.100.50")
    # That of an internal one is its private addresses, everywhere.
    away = load(NAMED).trace("x", "www.corp.example", "tcp/443")
    assert away.resolved.split(",")[0] == "www.corp.example is 10.0.0.50"
    assert load(NAMED).trace("client", "www.corp.example", "tcp/443").reachable


@pytest.mark.rule("DNS-3")
def test_its_public_name_means_every_zone() -> None:
    two = {f"{LB}.subnets": ["front", "far"], f"{LB}.cross_zone": True, **NAMED}
    trace = load(two).trace("client", "www.corp.example", "tcp/443")
    assert len(trace.ways) == 2
    assert trace.reachable


@pytest.mark.rule("NAT-PORT")
@pytest.mark.parametrize("targets", [["web", "more"], ["more", "web"]])
def test_of_several_targets_that_lose_ports_the_worse_counts(targets: list[str]) -> None:
    """The load balancer's own ports: the way back from `web` loses one of them, that from `more` more than half."""

    def loses(traffic: str) -> list[dict[str, Any]]:
        return [{"rule": 10, "deny": traffic, "to": "10.0.0.0/24"}, {"rule": 100, "allow": "all", "to": "0.0.0.0/0"}]

    open_in = [{"rule": 100, "allow": "all", "from": "0.0.0.0/0"}]
    net = load(
        {
            "vpcs.app.subnets.more": {"cidr": "10.0.4.0/24", "az": "a", "network_acl": "more"},
            "vpcs.app.instances.more": {"subnet": "more", "private_ip": "10.0.4.20", "security_groups": ["web"]},
            "vpcs.app.network_acls.more": {"ingress": open_in, "egress": loses("tcp/1024-40000")},
            "vpcs.app.network_acls.back.egress": loses("tcp/3389"),
            f"{GROUP}.preserve_client_ip": False,
            f"{GROUP}.targets": targets,
        }
    )
    cell, answer = net.matrix().cell("app.client", "app.lb/front"), net.reach("app.client", "app.lb/front")
    assert not cell.undecided
    assert (str(cell.partial), bool(cell.reachable)) == ("tcp/443", False)
    assert cell.partial == answer.partial.traffic()
    assert not answer.reachable
    assert net.trace("client", "lb", "tcp/443").verdict == "partial"
