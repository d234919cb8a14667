"""A name that means something else is a difference, though between addresses the same traffic flows (DNS-2, EP-8)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import Changes, edited
from tests.oracle.text import write_yaml
from tests.resources import services

import reachsim
from reachsim.report.diff import diff_text

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
region: eu-west-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    internet_gateway: igw
    subnets: {work: {cidr: 10.0.1.0/24, route_table: work}, edge: {cidr: 10.0.2.0/24, route_table: edge}}
    route_tables: {work: {0.0.0.0/0: nat}, edge: {0.0.0.0/0: igw}}
    nat_gateways: {nat: {subnet: edge}}
    security_groups: {web: {}, endpoint: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}, shut: {ingress: []}}
    instances: {web: {subnet: work, security_groups: [web]}}
    interfaces:
      db: {subnet: edge, security_groups: [endpoint], public_ip: 203.0.113.77, public_dns_name: db.example.com}
    vpc_endpoints:
      s3: {type: interface, service: s3, subnets: [work], security_groups: [endpoint], private_dns: false}
  other:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.0.0/24}}
    instances: {guest: {subnet: s}}
private_hosted_zones:
  corp.example: {vpcs: [app], records: {api: 10.0.1.50, "@": app.db}}
""")
ENDPOINT = "vpcs app vpc_endpoints s3"
PRIVATE_DNS: Changes = {f"{ENDPOINT} private_dns": True}


def difference(before: Changes, after: Changes) -> reachsim.Difference:
    return reachsim.diff(*(reachsim.loads(write_yaml(edited(BASE, changes))) for changes in (before, after)))


def told(found: reachsim.Difference) -> list[tuple[str, tuple[str, ...]]]:
    return [(meaning.name, meaning.vpcs) for meaning in found.meanings]


def changes(found: reachsim.Difference) -> list[str]:
    return [str(change) for change in found.changes]


@pytest.mark.rule("EP-8")
def test_private_dns_turns_the_services_name_to_the_endpoint() -> None:
    found = difference({}, PRIVATE_DNS)
    assert found
    assert told(found) == [("service:s3", ("app",))]
    assert found.meanings[0].after.startswith("10.0.1.")
    assert "public addresses" in found.meanings[0].before
    assert changes(found) == [
        "closed: icmp, tcp (except tcp/443), udp from app.web to service:s3",  # what a NAT gateway carries
        "closed: all except tcp/443 from app.db to service:s3",
    ]
    back = difference(PRIVATE_DNS, {})
    assert [(each.name, each.before, each.after) for each in back.meanings] == [
        (each.name, each.after, each.before) for each in found.meanings
    ]
    assert {change.kind for change in back.changes} == {"opened"}


@pytest.mark.rule("EP-8")
def test_an_endpoint_that_is_closed_takes_the_name_and_lets_nothing_in() -> None:
    shut: Changes = {f"{ENDPOINT} security_groups": ["shut"]}
    found = difference(shut, {**shut, **PRIVATE_DNS})
    assert {change.kind for change in found.changes} == {"closed"}
    assert {change.destinations for change in found.changes} == {("service:s3",)}


@pytest.mark.rule("DNS-2")
def test_a_record_that_is_another_is_told_with_its_vpcs() -> None:
    record = "private_hosted_zones corp.example records"
    found = difference({}, {record: {"api": "10.0.1.51", "@": "app.db"}})
    assert told(found) == [("api.corp.example", ("app",))]
    assert changes(found) == []  # nobody has either address
    assert found
    gone = difference({}, {record: {"api": "10.0.1.50"}})
    assert told(gone) == [("corp.example", ("app",))]
    assert gone.meanings[0].after.startswith("nothing: ")
    assert [change.kind for change in gone.changes] == ["closed"]
    seen = difference({}, {"private_hosted_zones corp.example vpcs": ["app", "other"]})
    assert told(seen) == []  # other has no host names


@pytest.mark.rule("DNS-3")
def test_a_public_name_is_private_where_the_attributes_are_on() -> None:
    found = difference({}, {"vpcs app enable_dns_hostnames": False})
    names = dict(told(found))
    assert names["db.example.com"] == ("app",)  # of other it is the public address before and after
    assert names["api.corp.example"] == ("app",)


def test_what_names_do_not_hang_on_is_no_difference_of_names() -> None:
    assert not difference({}, {})
    rules: Changes = {"vpcs app security_groups web egress": []}
    assert told(difference({}, rules)) == []
    renamed = difference({}, {"vpcs app instances web tags": {"a": "b"}})
    assert told(renamed) == []


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    "named", [["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/0", "15.230.128.0/24"], ["0.0.0.0/0", "15.230.128.2/32"]]
)
def test_which_address_stands_for_a_service_is_no_meaning_of_its_name(named: list[str]) -> None:
    """It is one that no rule names, so it moves when a rule names it; what the service is does not."""
    service: Changes = {f"{ENDPOINT} service": "sqs"}
    rules: Changes = {"vpcs app security_groups web egress": [{"allow": "all", "to": named}]}
    further: Changes = {"vpcs app subnets further": {"cidr": "10.0.9.0/24"}}
    assert not difference(service, {**service, **rules, **further})
    assert told(difference(service, {**service, **further, f"{ENDPOINT} private_dns": True}))
    listed: Changes = {"prefix_lists": {"sqs": ["198.51.100.0/24"]}}
    assert told(difference(service, {**service, **listed})) == [
        ("service:sqs", ("app",)),
        ("service:sqs", ("other",)),
    ]


def test_it_stands_in_every_form_of_the_answer() -> None:
    before, after = (reachsim.loads(write_yaml(edited(BASE, changes))) for changes in ({}, PRIVATE_DNS))
    found = reachsim.diff(before, after)
    assert "1 name of another meaning" in found.title
    text = diff_text(found, [], (before, after))
    assert "names that mean something else\n  service:s3 in VPC app\n    now     10.0.1." in text
    assert found.to_dict()["names"] == [found.meanings[0].to_dict()]
    record = {"private_hosted_zones corp.example records": {"api": "10.0.1.51", "@": "app.db"}}
    other = reachsim.loads(write_yaml(edited(BASE, record)))
    only = diff_text(reachsim.diff(before, other), [], (before, other))
    assert only.startswith("NOTHING OPENED  the same traffic flows, but 1 name of another meaning\n")


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("on", [True, False])
def test_the_private_name_of_a_service_of_ones_own_is_told(on: bool) -> None:
    before, after = services.load(), services.load({f"{services.ENDPOINT} private_dns": on})
    names = [meaning.name for meaning in reachsim.diff(before, after).meanings]
    assert ("api.corp.example" in names) == on  # off without the key
