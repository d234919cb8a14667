"""What AWS makes with a VPC that a file creates."""

from __future__ import annotations

import json

import reachsim
from reachsim.importing.builder import build
from reachsim.importing.defaults import created_vpc
from reachsim.importing.inventory import Inventory, Item, Origin

ORIGIN = Origin("plan.json", "aws_vpc.a")


def network(created: bool) -> reachsim.Network:
    found = Inventory()
    found.add("Vpcs", Item("vpc-1", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, ORIGIN))
    found.add("Subnets", Item("s-1", {"SubnetId": "s-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}, ORIGIN))
    group = "vpc-1/default SecurityGroups" if created else "sg-1"
    for name, ip in (("one", "10.0.1.10"), ("two", "10.0.1.11")):
        body = {"VpcId": "vpc-1", "SubnetId": "s-1", "PrivateIpAddress": ip, "Groups": [{"GroupId": group}]}
        found.add("NetworkInterfaces", Item(name, body, ORIGIN))
    if created:
        created_vpc(found, "vpc-1")
        before = {kind: dict(items) for kind, items in found.items.items()}
        created_vpc(found, "vpc-1")
        assert found.items == before
    return reachsim.loads(json.dumps(build(found).design))


def test_members_of_the_default_group_reach_each_other_and_nothing_leaves_a_vpc_of_local_routes() -> None:
    net = network(created=True)
    assert str(net.trace("vpc-1.one", "vpc-1.two", "tcp/22").verdict) == "reachable"
    assert str(net.trace("vpc-1.one", "8.8.8.8", "tcp/443").verdict) == "blocked"


def test_of_a_vpc_that_is_only_named_nothing_is_assumed() -> None:
    net = network(created=False)
    assert str(net.trace("vpc-1.one", "vpc-1.two", "tcp/22").verdict) not in ("reachable", "blocked")
