"""Warnings, idle rules, dead ends and exposures have one shape."""

import reachsim

DESIGN = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, route_table: t, network_acl: acl}
    route_tables:
      t: {0.0.0.0/0: igw, 10.9.0.0/16: blackhole}
    network_acls:
      acl:
        ingress:
          - {rule: 100, allow: all, from: 0.0.0.0/0}
          - {rule: 200, deny: tcp/22, from: 10.0.0.0/8}
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {web: {subnet: a, security_groups: [web], public_ip: 203.0.113.9}}
"""


def test_findings_stand_in_the_order_of_the_file_with_the_key_to_edit() -> None:
    found = reachsim.loads(DESIGN, file="d.yaml").findings()
    assert [(each.code, each.severity, each.where) for each in found] == [
        ("BAD_STATE_ROUTE", "error", "d.yaml:10"),
        ("SHADOWED_RULE", "warning", "d.yaml:15"),
        ("EXPOSED_TO_INTERNET", "note", "d.yaml:18"),
    ]
    assert [each.path[:4] for each in found] == [
        ("vpcs", "app", "route_tables", "t"), ("vpcs", "app", "network_acls", "acl"), ("vpcs", "app", "instances", "web"),
    ]  # fmt: skip
    assert found[1].evidence == "rule 100: allow all from 0.0.0.0/0"
    assert found[1].component == "app network ACL acl ingress"
    assert found[0].to_dict()["path"] == "vpcs.app.route_tables.t.'10.9.0.0/16'"
    assert all(each.cure for each in found if each.severity != "note")


def test_the_key_of_a_finding_is_the_one_to_edit() -> None:
    net = reachsim.loads(DESIGN)
    dead, idle, _ = net.findings()
    assert [each.code for each in net.with_({dead.path: None, idle.path: None}).findings()] == ["EXPOSED_TO_INTERNET"]


def test_a_warning_is_one_too() -> None:
    design = DESIGN.replace("version: 1", "version: 1\nwarn: [SUBNET-1]").replace("10.0.0.0/24", "10.1.0.0/24")
    (warning, *_) = reachsim.loads(design).findings()
    assert (warning.code, warning.severity, warning.path[:4]) == (
        "SUBNET-1",
        "warning",
        ("vpcs", "app", "subnets", "a"),
    )
