"""What adopts a default object of a VPC is that object, whoever names it: `aws_default_route_table.t.id`, the VPC's own
`default_route_table_id`, or a local that is one of the two. References are as Terraform 1.11 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, plan, rule, verdict

from reachsim.importing import Imported

OF_THE_VPC = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
ADOPTED = {
    "route_table": (["aws_default_route_table.t.id", "aws_default_route_table.t"], "default_route_table_id"),
    "network_acl": (["aws_default_network_acl.a.id", "aws_default_network_acl.a"], "default_network_acl_id"),
    "security_group": (
        ["aws_default_security_group.g.id", "aws_default_security_group.g"],
        "default_security_group_id",
    ),
}


def _of_the_vpc(attribute: str) -> list[str]:
    return [f"aws_vpc.v.{attribute}", "aws_vpc.v"]


def _public_host(tmp_path: Path, **named: list[str]) -> Imported:
    """A host whose table, ACL and group are the defaults, adopted, and filled by a route and rules of their own, which name
    them as `named` says, by what the adopting resource is or by what the VPC has."""
    links = {kind: named.get(kind, by) for kind, (by, _) in ADOPTED.items()}
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_internet_gateway.i": {},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": True},
        "aws_default_route_table.t": {}, "aws_default_network_acl.a": {}, "aws_default_security_group.g": {},
        "aws_route.out": {"destination_cidr_block": "0.0.0.0/0"},
        "aws_network_acl_rule.out": {
            "rule_number": 100, "egress": True, "protocol": "-1", "rule_action": "allow", "cidr_block": "0.0.0.0/0",
        },
        "aws_network_acl_rule.in": {
            "rule_number": 100, "egress": False, "protocol": "tcp", "rule_action": "allow", "cidr_block": "0.0.0.0/0",
            "from_port": 80, "to_port": 90,
        },
        "aws_security_group_rule.in": {"type": "ingress", **rule(80, cidr_blocks=["0.0.0.0/0"])},
        "aws_security_group_rule.out": {"type": "egress", **EVERYTHING},
        "aws_instance.h": {},
    }  # fmt: skip
    acl, of_group = {"network_acl_id": links["network_acl"]}, {"security_group_id": links["security_group"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_internet_gateway.i": OF_THE_VPC, "aws_subnet.s": OF_THE_VPC,
        "aws_default_route_table.t": {"default_route_table_id": _of_the_vpc("default_route_table_id")},
        "aws_default_network_acl.a": {"default_network_acl_id": _of_the_vpc("default_network_acl_id")},
        "aws_default_security_group.g": OF_THE_VPC,
        "aws_route.out": {
            "route_table_id": links["route_table"], "gateway_id": ["aws_internet_gateway.i.id", "aws_internet_gateway.i"],
        },
        "aws_network_acl_rule.in": acl, "aws_network_acl_rule.out": acl,
        "aws_security_group_rule.in": of_group, "aws_security_group_rule.out": of_group,
        "aws_instance.h": {
            "subnet_id": ["aws_subnet.s.id", "aws_subnet.s"], "vpc_security_group_ids": links["security_group"],
        },
    }  # fmt: skip
    untold = {"vpc_id": True, "ingress": True, "egress": True, "subnet_ids": True, "route": True}
    unknown: dict[str, Any] = {
        "aws_internet_gateway.i": untold, "aws_subnet.s": untold,
        "aws_default_route_table.t": untold | {"default_route_table_id": True},
        "aws_default_network_acl.a": untold | {"default_network_acl_id": True},
        "aws_default_security_group.g": untold, "aws_route.out": {"route_table_id": True, "gateway_id": True},
        "aws_network_acl_rule.in": {"network_acl_id": True}, "aws_network_acl_rule.out": {"network_acl_id": True},
        "aws_security_group_rule.in": {"security_group_id": True, "source_security_group_id": True},
        "aws_security_group_rule.out": {"security_group_id": True, "source_security_group_id": True},
        "aws_instance.h": {"subnet_id": True, "vpc_security_group_ids": True, "private_ip": True, "public_ip": True},
    }  # fmt: skip
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.parametrize("kind", ["", *ADOPTED])
@pytest.mark.parametrize(("traffic", "expected"), [("tcp/80", "holds"), ("tcp/90", "fails"), ("tcp/443", "fails")])
def test_what_adopts_a_default_is_that_by_either_name(tmp_path: Path, kind: str, traffic: str, expected: str) -> None:
    """80 passes table, ACL and group; 90 the ACL alone; 443 none. In turn each is named by the VPC's attribute."""
    named = {kind: _of_the_vpc(ADOPTED[kind][1])} if kind else {}
    found = _public_host(tmp_path, **named)
    assert verdict(found, "internet", "aws_instance.h", traffic) == expected
    assert not [note for note in found.notes if note.kind == "not read"]


def test_a_local_that_is_either_name_of_a_default_is_one_thing(tmp_path: Path) -> None:
    found = _public_host(tmp_path, route_table=["local.table"])
    assert verdict(found, "internet", "aws_instance.h", "tcp/80") == "holds"
