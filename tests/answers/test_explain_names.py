"""Names that mean public addresses where they could mean private ones: the name stands before what stops the packet then."""

from __future__ import annotations

import pytest

import reachsim
from reachsim.errors import DesignError

ENDPOINT = """
version: 1
region: eu-west-1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: {hostnames}
    subnets:
      work: {{cidr: 10.0.1.0/24, az: a}}
    security_groups:
      node: {{{node}}}
      door: {{ingress: [{{allow: tcp/443, from: 10.0.0.0/16}}]}}
    instances:
      node: {{subnet: work, security_groups: [node]}}
    vpc_endpoints:
      ssm: {{type: interface, service: ssm, subnets: [work], security_groups: [door], private_dns: {private}}}
"""
ZONE = """
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: {hostnames}
    subnets:
      work: {{cidr: 10.0.1.0/24, az: a}}
    security_groups:
      open: {{ingress: [{{allow: all, from: 10.0.0.0/16}}]}}
    instances:
      app: {{subnet: work, security_groups: [open]}}
      db: {{subnet: work, private_ip: 10.0.1.30, security_groups: [open]}}
private_hosted_zones:
  corp.example.com:
    vpcs: [{vpcs}]
    records: {{db: db}}
internet:
  hosts:
    db.corp.example.com: {{ip: 203.0.113.7}}
"""


def causes(text: str, *question: str) -> list[tuple[str, str, str]]:
    """The obstacles of a question: code, rule and the key to edit."""
    found = reachsim.loads(text).explain(*question)
    return [(each.blocker.code, each.blocker.rule_id, each.key) for each in found.obstacles]


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("name", ["service:ssm", "ssm.eu-west-1.amazonaws.com"])
@pytest.mark.parametrize(
    ("hostnames", "private", "key"),
    [("false", "true", "vpcs.a.enable_dns_hostnames"), ("true", "false", "vpcs.a.vpc_endpoints.ssm.private_dns")],
)
def test_private_dns_that_is_off_comes_before_the_route(name: str, hostnames: str, private: str, key: str) -> None:
    text = ENDPOINT.format(hostnames=hostnames, private=private, node="")
    assert causes(text, "node", name, "tcp/443") == [
        ("NAME_MEANS_PUBLIC_ADDRESS", "EP-8", key),
        ("NO_ROUTE_TO_DESTINATION", "ROUTE-16", "vpcs.a.route_tables.main"),
    ]


@pytest.mark.rule("EP-8")
def test_a_name_is_no_cause_where_its_private_address_is_stopped_by_the_same() -> None:
    text = ENDPOINT.format(hostnames="false", private="true", node="egress: []")
    text = text.replace(
        "    subnets:", "    internet_gateway: igw\n    route_tables: {main: {0.0.0.0/0: igw}}\n    subnets:"
    )
    text = text.replace(
        "{subnet: work, security_groups: [node]}", "{subnet: work, security_groups: [node], public_ip: 198.51.100.9}"
    )
    assert causes(text, "node", "service:ssm", "tcp/443")
    assert "NAME_MEANS_PUBLIC_ADDRESS" not in {code for code, _, _ in causes(text, "node", "service:ssm", "tcp/443")}


@pytest.mark.rule("DNS-2")
def test_a_private_zone_that_is_not_seen_comes_before_the_route_to_its_public_twin() -> None:
    text = ZONE.format(hostnames="false", vpcs="a")
    assert causes(text, "app", "db.corp.example.com", "tcp/5432") == [
        ("NAME_MEANS_PUBLIC_ADDRESS", "DNS-2", "vpcs.a.enable_dns_hostnames"),
        ("NO_ROUTE_TO_DESTINATION", "ROUTE-16", "vpcs.a.route_tables.main"),
    ]
    assert not causes(ZONE.format(hostnames="true", vpcs="a"), "app", "db.corp.example.com", "tcp/5432")


def test_no_expectation_is_marked_by_what_stops_no_packet() -> None:
    promise = "expect: [{from: node, to: 'service:ssm', allow: tcp/443, fails: NAME_MEANS_PUBLIC_ADDRESS}]\n"
    with pytest.raises(DesignError, match="is not the code of a blocker"):
        reachsim.loads(ENDPOINT.format(hostnames="false", private="true", node="") + promise)


CLOSED_ZONE = ZONE.format(hostnames="true", vpcs="a").split("internet:")[0]


@pytest.mark.rule("DNS-2")
def test_what_stops_a_packet_once_its_name_resolves_is_in_the_way_too() -> None:
    off = CLOSED_ZONE.replace("enable_dns_hostnames", "enable_dns_support: false\n    enable_dns_hostnames")
    question = ("app", "db.corp.example.com", "tcp/5432")
    name = ("NAME_NOT_RESOLVED", "DNS-2", "vpcs.a.enable_dns_support")
    assert causes(off, *question) == [name]
    shut = off.replace("private_ip: 10.0.1.30, security_groups: [open]", "private_ip: 10.0.1.30, state: stopped")
    stopped = causes(shut.replace("enable_dns_support: false", "enable_dns_support: true"), *question)
    assert [key for *_, key in stopped] == ["vpcs.a.security_groups.default.ingress", "vpcs.a.instances.db.state"]
    assert causes(shut, *question) == [name, *stopped]
    missing = shut.replace("{db: db}", "{other: db}")
    assert causes(missing, *question)[0][0] == "NAME_NOT_RESOLVED"
