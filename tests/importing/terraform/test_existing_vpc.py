"""A VPC that a file names and does not make: what was not told of it may be there, an internet gateway too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, group, host, imported, plan, rule, state, verdict

from reachsim.importing import Imported

FAR = "2606:4700:4700::1111"
ALL_V6 = {"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]}
SOURCES: dict[str, Any] = {
    "data.aws_vpc.v": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "2600:1f18:1::/56"},
    "data.aws_subnet.s": {
        "id": "subnet-a", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24", "ipv6_cidr_block": "2600:1f18:1::/64",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "source", "expected"),
    [
        ({"ipv6_addresses": ["2600:1f18:1::9"]}, FAR, "undecided"),
        ({"ipv6_addresses": []}, FAR, "fails"),  # without an address of its family nobody reaches it
        ({"public_ip": "54.1.1.1"}, "internet", "undecided"),
    ],
)
def test_a_gateway_that_was_not_told_may_be_there(
    tmp_path: Path, more: dict[str, Any], source: str, expected: str
) -> None:
    """An address of IPv6 needs no public one to be reached, so no public address says that there is none (IPV6-3)."""
    web = group("sg-1", ingress=[rule(80, cidr_blocks=["0.0.0.0/0"]), ALL_V6], egress=[EVERYTHING, ALL_V6])
    found = imported(
        tmp_path,
        state({**SOURCES, "aws_security_group.g": web, "aws_instance.h": {**host("h", "10.0.1.9", "sg-1"), **more}}),
    )
    assert verdict(found, source, "aws_instance.h", "tcp/80") == expected


def _in_the_default_vpc(tmp_path: Path) -> Any:
    """`data "aws_vpc" "default" { default = true }`, and a new host in one of the subnets that it has."""
    made: dict[str, Any] = {
        "data.aws_vpc.default": {"id": "vpc-1", "cidr_block": "172.31.0.0/16", "default": True},
        "data.aws_subnets.default": {"id": "eu-west-1", "ids": ["subnet-a", "subnet-b"]},
        "aws_security_group.g": {
            "name": "g", "vpc_id": "vpc-1", "egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["0.0.0.0/0"])],
        },
        "aws_instance.h": {"subnet_id": "subnet-a"},
        "aws_instance.other": {"subnet_id": "subnet-b"},
        "aws_instance.anywhere": {},
    }  # fmt: skip
    groups = {"vpc_security_group_ids": ["aws_security_group.g.id", "aws_security_group.g"]}
    vpc = ["data.aws_vpc.default.id", "data.aws_vpc.default"]
    blocks: dict[str, Any] = {
        "data.aws_vpc.default": {}, "data.aws_subnets.default": {}, "aws_security_group.g": {"vpc_id": vpc},
        "aws_instance.h": groups, "aws_instance.other": groups, "aws_instance.anywhere": groups,
    }  # fmt: skip
    host = {"vpc_security_group_ids": True, "private_ip": True, "public_ip": True}
    read = {"id": False}
    unknown: dict[str, Any] = {"data.aws_vpc.default": read, "data.aws_subnets.default": read}
    unknown |= {
        "aws_instance.h": host,
        "aws_instance.other": host,
        "aws_instance.anywhere": {**host, "subnet_id": True},
    }
    return imported(tmp_path, plan(made, blocks, unknown))


@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        ("internet", "aws_instance.h", "tcp/80", "undecided"),  # it may have a public address, a way and a gateway
        ("internet", "aws_instance.h", "tcp/22", "fails"),  # its groups are known
        ("aws_instance.other", "aws_instance.h", "tcp/22", "fails"),
        ("aws_instance.other", "aws_instance.h", "tcp/80", "undecided"),  # the ACL of its subnet is not known
        ("aws_instance.anywhere", "aws_instance.h", "tcp/22", "fails"),
        ("aws_instance.h", "aws_instance.anywhere", "tcp/80", "undecided"),
    ],
)
def test_what_is_in_a_subnet_that_only_it_names_is_known_by_its_groups(
    tmp_path: Path, source: str, destination: str, traffic: str, expected: str
) -> None:
    assert verdict(_in_the_default_vpc(tmp_path), source, destination, traffic) == expected


def _in_a_default_subnet(tmp_path: Path, providers: tuple[str, str] = ("aws", "aws"), **subnet: Any) -> Imported:
    """`aws_default_vpc` and `aws_default_subnet` adopt what is there, of which a plan knows neither id nor block.
    `providers`: those of the two; `subnet`: what else is known of the subnet."""
    group = {"name": "g", "egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["0.0.0.0/0"])]}
    made: dict[str, Any] = {
        "aws_default_vpc.d": {"region": "eu-west-1"} if subnet else {},
        "aws_default_subnet.a": {"availability_zone": "eu-west-1a", **subnet},
        "aws_security_group.g": group, "aws_instance.h": {},
    }  # fmt: skip
    blocks: dict[str, Any] = {
        "aws_default_vpc.d": {}, "aws_default_subnet.a": {},
        "aws_security_group.g": {"vpc_id": ["aws_default_vpc.d.id", "aws_default_vpc.d"]},
        "aws_instance.h": {
            "subnet_id": ["aws_default_subnet.a.id", "aws_default_subnet.a"],
            "vpc_security_group_ids": ["aws_security_group.g.id", "aws_security_group.g"],
        },
    }  # fmt: skip
    unknown: dict[str, Any] = {
        "aws_default_vpc.d": {"cidr_block": True}, "aws_security_group.g": {"vpc_id": True},
        "aws_default_subnet.a": {"vpc_id": True, "cidr_block": True, "map_public_ip_on_launch": True},
        "aws_instance.h": {"subnet_id": True, "vpc_security_group_ids": True, "private_ip": True, "public_ip": True},
    }  # fmt: skip
    told = plan(made, blocks, unknown)
    for block in told["configuration"]["root_module"]["resources"]:
        block["provider_config_key"] = providers[block["type"] == "aws_default_subnet"]
    return imported(tmp_path, told)


@pytest.mark.parametrize(("traffic", "expected"), [("tcp/80", "undecided"), ("tcp/22", "fails")])
def test_a_default_subnet_is_in_the_default_vpc(tmp_path: Path, traffic: str, expected: str) -> None:
    found = _in_a_default_subnet(tmp_path)
    assert verdict(found, "internet", "aws_instance.h", traffic) == expected
    assert found.design["vpcs"]["d"]["subnets"]


@pytest.mark.parametrize(
    ("providers", "subnet"), [(("aws", "aws.frankfurt"), {}), (("aws", "aws"), {"region": "eu-central-1"})]
)
def test_a_default_subnet_of_another_region_is_not_in_the_only_default_vpc_of_the_plan(
    tmp_path: Path, providers: tuple[str, str], subnet: dict[str, str]
) -> None:
    found = _in_a_default_subnet(tmp_path, providers, **subnet)
    assert not found.design["vpcs"]["d"].get("subnets")
