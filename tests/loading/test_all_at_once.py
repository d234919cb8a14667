"""What the schema refuses does not hide names that mean nothing."""

import pytest

import reachsim

DESIGN = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      a: {cidr: 10.0.1.7/24}
      b: {cidr: 10.0.2.0/24, route_table: nope}
    security_groups:
      web: {ingress: [{allow: tcp/99999, from: 10.0.0.0/8}]}
      db: {ingress: [{allow: tcp/1, from: wbe}]}
    instances:
      x: {subnet: a, security_groups: [web]}
      y: {subnet: c, security_groups: [dd]}
"""


def test_all_errors_of_a_file_are_told_in_one_go():
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(DESIGN, file="d.yaml")
    assert str(caught.value).splitlines() == [
        "d.yaml:7:17: vpcs.app.subnets.a.cidr: '10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'?",
        "d.yaml:8:43: vpcs.app.subnets.b.route_table: VPC app has no route table 'nope'",
        "d.yaml:10:31: vpcs.app.security_groups.web.ingress[0].allow: 'tcp/99999' is not traffic: "
        "99999 is over 65535, the last for a port",
        "d.yaml:11:43: vpcs.app.security_groups.db.ingress[0].from: "
        "'wbe' is neither a security group of VPC app nor a prefix list",
        "d.yaml:14:19: vpcs.app.instances.y.subnet: VPC app has no subnet 'c'",
        "d.yaml:14:40: vpcs.app.instances.y.security_groups[0]: VPC app has no security group 'dd'",
    ]


def test_what_was_taken_out_is_not_told_as_missing():
    """`a` and `web` are there, only wrong."""
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(DESIGN, file="d.yaml")
    assert not [p for p in caught.value.problems if p.path[:5] == ("vpcs", "app", "instances", "x", "subnet")]
    assert not [p for p in caught.value.problems if "security group 'web'" in p.message]
