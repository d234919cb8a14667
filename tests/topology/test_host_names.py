"""Host names that mean different things from different places (chapter DNS)."""

from __future__ import annotations

import json

import pytest
from tests.designs import ANY, DUAL, GONE, Changes, blames, group, load, passes, refuses

import reachsim
from reachsim.report.trace import trace_text

NAMED: Changes = {
    "vpcs app enable_dns_hostnames": True,
    "vpcs data enable_dns_hostnames": True,
    "vpcs app instances web public_dns_name": "web.example.com",
    "vpcs app route_tables public 10.1.0.0/16": "pcx",
}
WEB = ("web.example.com", "tcp/443")


@pytest.mark.rule("DNS-3")
def test_a_public_name_means_the_private_address_inside_and_the_public_one_outside() -> None:
    net = load(NAMED)
    inside = net.trace("probe", *WEB)
    assert str(inside.packet).endswith("10.0.0.20:443")
    assert inside.resolved == "web.example.com is 10.0.0.20, the private address, inside its VPC (DNS-3)"
    assert str(net.trace("www", *WEB).packet).endswith("198.51.100.20:443")
    named = load(NAMED, group("web", ("tcp/443", "client")), {"vpcs app instances web security_groups": ["web"]})
    passes(named.trace("probe", *WEB))
    off = load(NAMED, {"vpcs app enable_dns_hostnames": False}).trace("probe", *WEB)
    assert str(off.packet).endswith("198.51.100.20:443")
    assert net.reach("web.example.com", "www") == net.reach("web", "www")


@pytest.mark.rule("DNS-3")
def test_a_public_name_without_a_public_address_does_not_resolve_outside() -> None:
    net = load(NAMED, {"vpcs app instances web public_ip": GONE})
    blames(net.trace("www", *WEB), "NAME_NOT_RESOLVED", "DNS-3", "web.example.com")
    passes(net.trace("probe", *WEB))


@pytest.mark.rule("DNS-3")
def test_a_public_name_of_an_instance_means_no_ipv6_address_while_it_means_an_ipv4_one() -> None:
    found = load(NAMED, DUAL).trace("probe", *WEB)
    assert found.resolved == "web.example.com is 10.0.0.20, the private address, inside its VPC (DNS-3)"


@pytest.mark.rule("PEER-11")
@pytest.mark.parametrize(
    ("changes", "address", "why"),
    [
        ({}, "198.51.100.20", "requester_dns of peering pcx is false"),
        ({"peering_connections pcx accepter_dns": True}, "198.51.100.20", "requester_dns of peering pcx is false"),
        ({"peering_connections pcx requester_dns": True}, "10.0.0.20", "over the peering's DNS option"),
        (
            {"peering_connections pcx requester_dns": True, "vpcs data enable_dns_hostnames": False},
            "198.51.100.20",
            "enable_dns_hostnames of VPC data is false",
        ),
        (
            {"peering_connections pcx requester_dns": True, "peering_connections pcx status": "deleted"},
            "198.51.100.20",
            "the client is in VPC data",
        ),
    ],
)
def test_over_a_peering_the_private_address_needs_the_option(changes: Changes, address: str, why: str) -> None:
    trace = load(NAMED, changes).trace("api", *WEB)
    assert str(trace.packet).endswith(f"{address}:443")
    assert why in trace.resolved
    assert trace.reachable == (address == "10.0.0.20")


@pytest.mark.rule("DNS-2")
def test_without_a_resolver_no_name_means_anything_and_addresses_work() -> None:
    off = load(NAMED, {"vpcs app enable_dns_support": False, "internet hosts www.example.org": {"ip": "203.0.113.77"}})
    for name in ("web.example.com", "www.example.org", "service:kms"):
        blames(off.trace("probe", name, "tcp/443"), "NAME_NOT_RESOLVED", "DNS-2", name)
    passes(off.trace("probe", "203.0.113.77", "tcp/443"))
    passes(off.trace("probe", "www", "tcp/443"))  # a word of the design is no host name
    passes(off.trace("www.example.org", "web.example.com", "tcp/443"))  # who is outside asks another resolver


@pytest.mark.rule("OBS-12")
def test_the_client_sees_a_name_error_at_once() -> None:
    off = load({"vpcs app enable_dns_support": False})
    trace = off.trace("probe", "service:kms", "tcp/443")
    assert (trace.client_sees, trace.verdict) == ("name error", "blocked")
    assert load().trace("probe", "db", "tcp/443").client_sees != "name error"


@pytest.mark.rule("DNS-1")
@pytest.mark.rule("DNS-2")
def test_a_resolver_that_is_off_says_so() -> None:
    passes(load().trace("probe", "10.0.0.2", "udp/53"))
    off = load({"vpcs app enable_dns_support": False})
    for resolver in ("10.0.0.2", "169.254.169.253"):
        trace = off.trace("probe", resolver, "udp/53")
        blames(trace, "DNS_SUPPORT_OFF", "DNS-2", "app")
        assert trace.blockers[0].where.startswith("test.yaml:")


@pytest.mark.rule("DNS-4")
def test_the_resolver_of_a_peer_answers_nobody_else() -> None:
    room = {"vpcs app subnets low": {"cidr": "10.0.3.0/24"}, "vpcs data subnets low": {"cidr": "10.1.0.0/24"}}
    trace = load(room).trace("probe", "10.1.0.2", "udp/53")
    assert not trace.delivered
    assert (trace.blockers[0].code, trace.blockers[0].rule_id) == ("NO_POSSIBLE_DESTINATION", "DNS-4")
    passes(load(room).trace("api", "10.1.0.2", "udp/53"))


@pytest.mark.rule("DNS-4")
@pytest.mark.parametrize("low", [{}, {"vpcs data subnets low": {"cidr": "10.1.0.0/28"}}], ids=["no subnet", "subnet"])
@pytest.mark.parametrize("gateway", ["data.vgw", "tgw"])
def test_a_resolver_answers_no_network_outside(gateway: str, low: Changes) -> None:
    """Whether a virtual private gateway or a transit gateway leads there, and whether a subnet has its address."""
    line: Changes = {
        "vpcs data vpn_gateways": {"vgw": {}},
        "vpcs data route_tables api": {
            "routes": {"192.168.0.0/16": "tgw"} if gateway == "tgw" else {},
            "propagate": ["vgw"],
        },
        "transit_gateways": {"tgw": {"attachments": {"data": {"vpc": "data", "subnets": ["api"]}}}},
        "vpn_connections": {"line": {"gateway": gateway, "static_routes": ["192.168.0.0/16"]}},
        "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
    }
    if gateway == "tgw":
        line["transit_gateways"]["tgw"]["attachments"]["line"] = {"vpn": "line"}
    net = load(line, low)
    blocker = net.trace("192.168.0.9", "10.1.0.2", "udp/53").blockers[0]
    assert (blocker.code, blocker.rule_id) == ("NO_POSSIBLE_DESTINATION", "DNS-4")
    assert "inbound endpoint" in " ".join(net.fixes("192.168.0.9", "10.1.0.2", "udp/53").reasons)
    assert net.trace("192.168.0.9", "api", "tcp/443").delivered  # the way itself is there


@pytest.mark.rule("SG-11")
@pytest.mark.rule("PEER-10")
def test_a_group_of_another_region_cannot_be_named() -> None:
    named = group("open", ("tcp/80", "app.client"), vpc="data")
    passes(load(named, {"region": "eu-west-1"}).trace("probe", "api", "tcp/80"))
    path = "vpcs data security_groups open ingress 0 from"
    problem = refuses("SG-11", path, named, {"region": "eu-west-1", "vpcs data region": "us-east-1"})
    assert problem.message == "'app.client' is a group of VPC app, which is in another Region than data"
    waived = load(named, {"vpcs data region": "us-east-1", "vpcs app region": "eu-west-1", "warn": ["SG-11"]})
    assert not waived.trace("probe", "api", "tcp/80").delivered


def test_the_first_lines_and_json_say_what_a_name_was_resolved_to() -> None:
    trace = load(NAMED).trace("probe", *WEB)
    lines = trace_text(trace).split("\n")
    assert lines[1].strip() == trace.resolved
    assert json.loads(json.dumps(trace.to_dict()))["resolved"] == trace.resolved
    assert load().trace("probe", "db", "tcp/443").resolved == ""


def test_a_name_that_is_nobodys_is_an_error_of_the_question() -> None:
    with pytest.raises(reachsim.errors.EndpointError):
        load(NAMED, {f"vpcs app route_tables private {ANY}": GONE}).trace("probe", "wep.example.com", "tcp/443")
