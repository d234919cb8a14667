"""Version 6 of AWS's provider tells some things otherwise: the Region of every resource, an instance's first interface, NAT
gateways of all zones. The shapes are those of its documentation (attributes and blocks), written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, plan, rule, state, verdict

GROUP = group("sg-1", [rule(22, cidr_blocks=["10.0.0.0/8"])], [EVERYTHING])


def _of_region(values: dict[str, Any], region: str = "eu-west-1") -> dict[str, Any]:
    return {**values, "region": region}


def test_each_resource_tells_its_region(tmp_path: Path) -> None:
    made = {
        "aws_vpc.here": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "region": "eu-west-1"},
        "aws_vpc.there": {"id": "vpc-2", "cidr_block": "10.1.0.0/16", "region": "us-east-1"},
        "aws_vpc.old": {"id": "vpc-3", "cidr_block": "10.2.0.0/16", "arn": "arn:aws:ec2:eu-north-1:1:vpc/vpc-3"},
        "aws_vpc.older": {"id": "vpc-4", "cidr_block": "10.3.0.0/16"},
    }
    found = imported(tmp_path, state(made))
    regions = {name: body.get("region") for name, body in found.design["vpcs"].items()}
    assert regions == {"here": "eu-west-1", "there": "us-east-1", "old": "eu-north-1", "older": None}


@pytest.mark.parametrize("own", [True, False])
def test_the_first_interface_of_an_instance_is_a_block(tmp_path: Path, own: bool) -> None:
    """Of one that made it itself, too; the instance then shows the interface's groups and addresses."""
    one = host("one", "10.0.1.10", "sg-1")
    one["primary_network_interface"] = [{"network_interface_id": "eni-one", "delete_on_termination": own}]
    made = {
        **{address: _of_region(values) for address, values in VPC.items()},
        "aws_security_group.g": _of_region(GROUP),
        "aws_instance.one": _of_region(one),
        "aws_instance.two": _of_region(host("two", "10.0.1.11", "sg-1")),
    }
    if not own:
        made["aws_network_interface.n"] = {
            "id": "eni-one", "subnet_id": "subnet-a", "private_ips": ["10.0.1.10"], "security_groups": ["sg-1"],
        }  # fmt: skip
    found = imported(tmp_path, state(made))
    assert verdict(found, "i-two", "i-one", "tcp/22") == "holds"
    assert verdict(found, "i-two", "i-one", "tcp/80") == "fails"
    assert found.names["eni-one"] == found.names["i-one"]


def test_a_plan_links_the_first_interface_of_an_instance(tmp_path: Path) -> None:
    made: dict[str, Any] = {
        "aws_vpc.v": _of_region({"cidr_block": "10.0.0.0/16"}),
        "aws_subnet.s": _of_region({"cidr_block": "10.0.0.0/24"}),
        "aws_security_group.g": _of_region({key: value for key, value in GROUP.items() if key not in ("id", "vpc_id")}),
        "aws_network_interface.n": _of_region({"private_ips": ["10.0.0.9"]}),
        "aws_instance.n": _of_region({"primary_network_interface": [{}]}),
        "aws_instance.h": _of_region({"private_ip": "10.0.0.8"}),
    }  # fmt: skip
    of, groups = {"vpc_id": ["aws_vpc.v.id"]}, ["aws_security_group.g.id"]
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": of, "aws_security_group.g": of,
        "aws_network_interface.n": {"subnet_id": ["aws_subnet.s.id"], "security_groups": groups},
        "aws_instance.n": {"primary_network_interface": ({"network_interface_id": ["aws_network_interface.n.id"]},)},
        "aws_instance.h": {"subnet_id": ["aws_subnet.s.id"], "vpc_security_group_ids": groups},
    }  # fmt: skip
    unknown: dict[str, Any] = {
        "aws_subnet.s": {"vpc_id": True}, "aws_security_group.g": {"vpc_id": True},
        "aws_network_interface.n": {"subnet_id": True, "security_groups": True},
        "aws_instance.n": {
            "primary_network_interface": [{"network_interface_id": True}], "network_interface": True, "subnet_id": True,
            "vpc_security_group_ids": True, "primary_network_interface_id": True,
        },
        "aws_instance.h": {
            "primary_network_interface": True, "network_interface": True, "subnet_id": True,
            "vpc_security_group_ids": True,
        },
    }  # fmt: skip
    found = imported(tmp_path, plan(made, blocks, unknown))
    assert verdict(found, "aws_instance.h", "aws_instance.n", "tcp/22") == "holds"
    assert verdict(found, "aws_instance.h", "aws_instance.n", "tcp/80") == "fails"


@pytest.mark.rule("NATGW-17", "NATGW-20")
@pytest.mark.parametrize(
    ("zones", "expected"), [((), ("holds", "holds")), (("a",), ("holds", "fails")), (("a", "b"), ("holds", "holds"))]
)
def test_a_regional_nat_gateway_is_of_a_vpc(tmp_path: Path, zones: tuple[str, ...], expected: tuple[str, str]) -> None:
    gateway = {
        "id": "nat-1", "vpc_id": "vpc-1", "subnet_id": None, "connectivity_type": "public", "availability_mode": "regional",
        "availability_zone_address": [
            {"availability_zone": f"eu-west-1{zone}", "allocation_ids": [f"eip-{zone}"]} for zone in zones
        ],
    }  # fmt: skip
    default = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
    made = {
        **VPC,
        "aws_subnet.a": {**VPC["aws_subnet.a"], "availability_zone": "eu-west-1a"},
        "aws_subnet.b": {**VPC["aws_subnet.b"], "availability_zone": "eu-west-1b"},
        **{f"aws_eip.{zone}": {"id": f"eip-{zone}", "public_ip": f"52.0.0.{ord(zone)}"} for zone in zones},
        "aws_internet_gateway.i": {"id": "igw-1", "vpc_id": "vpc-1"},
        "aws_default_route_table.d": {
            "id": "rtb-0", "default_route_table_id": "rtb-0", "vpc_id": "vpc-1", "route": [default],
        },
        "aws_nat_gateway.n": gateway,
        "aws_security_group.g": GROUP,
        "aws_instance.a": host("a", "10.0.1.10", "sg-1"),
        "aws_instance.b": host("b", "10.0.2.10", "sg-1", "subnet-b"),
    }  # fmt: skip
    found = imported(tmp_path, state(made))
    assert tuple(verdict(found, f"i-{name}", "8.8.8.8", "tcp/443") for name in "ab") == expected
