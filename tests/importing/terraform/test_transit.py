"""Two VPCs on a transit gateway in a plan: which gateway it is, where that comes by an attribute of something else, and
whether its owner takes what another account attaches. References are as Terraform 1.11 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, plan, rule, state, verdict

TGW, ATTACHMENT = "aws_ec2_transit_gateway", "aws_ec2_transit_gateway_vpc_attachment"
PASSED = [f"{ATTACHMENT}.a.transit_gateway_id", f"{ATTACHMENT}.a"]
OTHER = [f"{TGW}.other.id", f"{TGW}.other"]


def _joined(gateway: list[str]) -> dict[str, Any]:
    """Hosts in two VPCs that are attached to one gateway. `gateway`: what the route of the first one leads to."""
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
    return plan(made, blocks, unknown)


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
    """Of `attachment.transit_gateway_id`, which the importer may have settled before."""
    assert verdict(imported(tmp_path, _joined(gateway)), "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.parametrize(
    ("provider", "accepts", "accepter", "expected"),
    [
        ("aws", "disable", False, "holds"),  # of one account: nobody has to accept it
        ("aws.other", "disable", False, "undecided"),
        ("aws.other", "enable", False, "holds"),
        ("aws.other", "disable", True, "holds"),
    ],
)
def test_what_another_account_attaches_has_to_be_accepted(
    tmp_path: Path, provider: str, accepts: str, accepter: bool, expected: str
) -> None:
    told = _joined(PASSED)
    for each in told["planned_values"]["root_module"]["resources"]:
        if each["address"] == f"{TGW}.main":
            each["values"]["auto_accept_shared_attachments"] = accepts
    for block in told["configuration"]["root_module"]["resources"]:
        far = (block["type"], block["name"]) == (ATTACHMENT, "b")
        block["provider_config_key"] = provider if far else "aws"
    if accepter:
        address = f"{ATTACHMENT}_accepter.b"
        more = plan(
            {address: {}},
            {address: {"transit_gateway_attachment_id": [f"{ATTACHMENT}.b.id", f"{ATTACHMENT}.b"]}},
            {address: {"transit_gateway_attachment_id": True, "vpc_id": True, "subnet_ids": True}},
        )
        told["resource_changes"] += more["resource_changes"]
        for part in ("planned_values", "configuration"):
            told[part]["root_module"]["resources"] += more[part]["root_module"]["resources"]
    assert verdict(imported(tmp_path, told), "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.parametrize(
    ("owner", "expected"), [("111122223333", "holds"), ("444455556666", "undecided"), ("", "holds")]
)
def test_a_state_tells_whose_an_attachment_is(tmp_path: Path, owner: str, expected: str) -> None:
    hosts: dict[str, Any] = {f"{TGW}.main": {"id": "tgw-1", "owner_id": "111122223333"}}
    for name, own, far in (("a", "10.1", "10.2"), ("b", "10.2", "10.1")):
        tgw = {"transit_gateway_id": "tgw-1"}
        hosts |= {
            f"aws_vpc.{name}": {"id": f"vpc-{name}", "cidr_block": f"{own}.0.0/16", "main_route_table_id": f"rtb-{name}"},
            f"aws_subnet.{name}": {"id": f"subnet-{name}", "vpc_id": f"vpc-{name}", "cidr_block": f"{own}.0.0/24"},
            f"{ATTACHMENT}.{name}": {
                **tgw, "id": f"tgw-attach-{name}", "vpc_id": f"vpc-{name}", "subnet_ids": [f"subnet-{name}"],
                "vpc_owner_id": owner if name == "b" else "111122223333",
            },
            f"aws_route.{name}": {
                **tgw, "id": f"r-{name}", "route_table_id": f"rtb-{name}", "destination_cidr_block": f"{far}.0.0/16",
            },
            f"aws_security_group.{name}": {
                "id": f"sg-{name}", "name": name, "vpc_id": f"vpc-{name}", "egress": [EVERYTHING],
                "ingress": [rule(80, cidr_blocks=["10.0.0.0/8"])],
            },
            f"aws_instance.{name}": {
                "id": f"i-{name}", "subnet_id": f"subnet-{name}", "private_ip": f"{own}.0.10",
                "vpc_security_group_ids": [f"sg-{name}"],
            },
        }  # fmt: skip
    assert verdict(imported(tmp_path, state(hosts)), "aws_instance.a", "aws_instance.b", "tcp/80") == expected
