"""What joins networks: transit gateways, peerings, instances that route."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, state, verdict

_TGW = "aws_ec2_transit_gateway"


def _two_vpcs(target: dict[str, str]) -> dict[str, Any]:
    """Two VPCs with an open host each, whose main tables lead to each other by one target."""
    open = group("sg-open", [EVERYTHING], [EVERYTHING])
    return {
        **VPC,
        "aws_vpc.far": {
            "id": "vpc-2", "cidr_block": "10.1.0.0/16", "default_security_group_id": "sg-2",
            "default_network_acl_id": "acl-2", "default_route_table_id": "rtb-2", "main_route_table_id": "rtb-2",
        },
        "aws_subnet.far": {"id": "subnet-far", "vpc_id": "vpc-2", "cidr_block": "10.1.1.0/24"},
        "aws_security_group.near": open,
        "aws_security_group.far": {**open, "id": "sg-far", "vpc_id": "vpc-2"},
        "aws_instance.a": host("a", "10.0.1.10", "sg-open"),
        "aws_instance.b": host("b", "10.1.1.10", "sg-far", "subnet-far"),
        "aws_route.there": {"id": "r-1", "route_table_id": "rtb-0", "destination_cidr_block": "10.1.0.0/16", **target},
        "aws_route.back": {"id": "r-2", "route_table_id": "rtb-2", "destination_cidr_block": "10.0.0.0/16", **target},
    }  # fmt: skip


def _attachments(default: bool) -> dict[str, Any]:
    out = {}
    for name, vpc, subnet in (("near", "vpc-1", "subnet-a"), ("far", "vpc-2", "subnet-far")):
        out[f"{_TGW}_vpc_attachment.{name}"] = {
            "id": f"tgw-attach-{name}", "transit_gateway_id": "tgw-1", "vpc_id": vpc, "subnet_ids": [subnet],
            "transit_gateway_default_route_table_association": default,
            "transit_gateway_default_route_table_propagation": default,
        }  # fmt: skip
    return out


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(("switch", "expected"), [("enable", "holds"), ("disable", "fails")])
def test_a_gateway_whose_default_table_is_turned_off_has_none(tmp_path: Path, switch: str, expected: str) -> None:
    gateway = {
        "id": "tgw-1", "default_route_table_association": switch, "default_route_table_propagation": switch,
    }  # fmt: skip
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(switch == "enable")
    found = imported(tmp_path, state(resources | {f"{_TGW}.it": gateway}))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.rule("TGW-1")
def test_the_tables_of_somebody_elses_gateway_are_not_known(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=True)
    found = imported(tmp_path, state(resources))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"


@pytest.mark.rule("TGW-1")
def test_a_table_of_somebody_elses_gateway_says_what_its_own_attachments_reach(tmp_path: Path) -> None:
    resources = _two_vpcs({"transit_gateway_id": "tgw-1"}) | _attachments(default=False)
    table = {f"{_TGW}_route_table.it": {"id": "tgw-rtb-1", "transit_gateway_id": "tgw-1"}}
    joins = {
        f"{_TGW}_route_table_{word}.{name}": {
            "id": f"{word}-{name}", "transit_gateway_attachment_id": f"tgw-attach-{name}",
            "transit_gateway_route_table_id": "tgw-rtb-1",
        }
        for word in ("association", "propagation")
        for name in ("near", "far")
    }  # fmt: skip
    found = imported(tmp_path, state(resources | table | joins))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
    del joins[f"{_TGW}_route_table_association.far"]
    found = imported(tmp_path, state(resources | table | joins))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "undecided"
