"""The defaults of a VPC that a file creates are those that a design has where it leaves them out: one rule, told twice."""

from __future__ import annotations

import json
from typing import Any

import reachsim
from reachsim.importing.builder import build
from reachsim.importing.defaults import created_vpc
from reachsim.importing.inventory import Inventory, Item, Origin

HERE = Origin("template.yaml", "x")
HOSTS: dict[str, Any] = {name: {"subnet": "s", "ipv6_address": f"2001:db8::{n}"} for n, name in enumerate("ab", 10)}


def asked(vpc: dict[str, Any]) -> list[str]:
    """Everything that hangs on the default group and the default ACL, in both directions and families."""
    subnets = {
        "s": {"cidr": "10.0.0.0/24", "ipv6_cidr": "2001:db8::/64"},
        "t": {"cidr": "10.0.1.0/24", "ipv6_cidr": "2001:db8:0:1::/64"},
    }
    hosts = {**HOSTS, "c": {"subnet": "t", "security_groups": ["open"], "ipv6_address": "2001:db8:0:1::10"}}
    groups = {**vpc.get("security_groups", {}), "open": {"ingress": [{"allow": "all", "from": ["0.0.0.0/0", "::/0"]}]}}
    whole = {**vpc, "cidrs": ["10.0.0.0/16", "2001:db8::/56"], "subnets": subnets, "instances": hosts}
    net = reachsim.loads(json.dumps({"version": 1, "vpcs": {"v": {**whole, "security_groups": groups}}}))
    return [str(net.reach(one, other)) for one in hosts for other in hosts if one != other]


def test_a_vpc_that_a_file_creates_has_the_defaults_of_a_design() -> None:
    found = Inventory()
    found.add("Vpcs", Item("v", {"CidrBlock": "10.0.0.0/16"}, HERE))
    created_vpc(found, "v")
    vpc = build(found).design["vpcs"]["v"]
    assert vpc["security_groups"]["default"]
    assert vpc["network_acls"]["default"]
    assert asked(vpc) == asked({})
    denied = {**vpc, "network_acls": {"default": {"ingress": [], "egress": []}}}
    assert asked(denied) != asked({})
