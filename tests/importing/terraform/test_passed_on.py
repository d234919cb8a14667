"""Ids that come by an attribute of something that was given them itself (`attachment.transit_gateway_id`), which the
importer may have settled before. References are as Terraform 1.11 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, plan, rule, verdict

TGW, ATTACHMENT = "aws_ec2_transit_gateway", "aws_ec2_transit_gateway_vpc_attachment"
PASSED = [f"{ATTACHMENT}.a.transit_gateway_id", f"{ATTACHMENT}.a"]
OTHER = [f"{TGW}.other.id", f"{TGW}.other"]


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        (PASSED, "holds"),
        (["var.new", *PASSED, *OTHER], "undecided"),  # the other gateway has no attachment
        (["var.new", *OTHER, *PASSED], "undecided"),
        (OTHER, "fails"),
    ],
)
def test_what_was_given_on_can_be_that_which_it_was_given(tmp_path: Path, gateway: list[str], expected: str) -> None:
    made: dict[str, Any] = {f"{TGW}.main": {}, f"{TGW}.other": {}}
    blocks: dict[str, Any] = {f"{TGW}.main": {}, f"{TGW}.other": {}}
    unknown: dict[str, Any] = {}
    for name, own, far in (("a", "10.1", "10.2"), ("b", "10.2", "10.1")):
        vpc = {"vpc_id": [f"aws_vpc.{name}.id", f"aws_vpc.{name}"]}
        subnet, group = f"aws_subnet.{name}", f"aws_security_group.{name}"
        made |= {
            f"aws_vpc.{name}": {"cidr_block": f"{own}.0.0/16"}, subnet: {"cidr_block": f"{own}.0.0/24"},
            f"{ATTACHMENT}.{name}": {}, f"aws_route.{name}": {"destination_cidr_block": f"{far}.0.0/16"},
            group: {"name": name, "egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["10.0.0.0/8"])]},
            f"aws_instance.{name}": {},
        }  # fmt: skip
        blocks |= {
            f"aws_vpc.{name}": {}, subnet: vpc, group: vpc,
            f"{ATTACHMENT}.{name}": {
                **vpc, "subnet_ids": [f"{subnet}.id", subnet], "transit_gateway_id": [f"{TGW}.main.id", f"{TGW}.main"],
            },
            f"aws_route.{name}": {
                "route_table_id": [f"aws_vpc.{name}.main_route_table_id", f"aws_vpc.{name}"],
                "transit_gateway_id": gateway if name == "a" else PASSED,
            },
            f"aws_instance.{name}": {
                "subnet_id": [f"{subnet}.id", subnet], "vpc_security_group_ids": [f"{group}.id", group],
            },
        }  # fmt: skip
        unknown |= {
            subnet: {"vpc_id": True}, group: {"vpc_id": True},
            f"{ATTACHMENT}.{name}": {"vpc_id": True, "subnet_ids": True, "transit_gateway_id": True},
            f"aws_route.{name}": {"route_table_id": True, "transit_gateway_id": True, "network_interface_id": True},
            f"aws_instance.{name}": {"subnet_id": True, "vpc_security_group_ids": True, "private_ip": True},
        }  # fmt: skip
    found = imported(tmp_path, plan(made, blocks, unknown))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected
