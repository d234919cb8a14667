"""Private hosted zones, Block Public Access, and rules without ports in Terraform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import imported, plan

import reachsim

Values = dict[str, Any]
RESOURCES: dict[str, Values] = {
    "aws_vpc.v": {
        "id": "vpc-1", "cidr_block": "10.0.0.0/16", "owner_id": "111122223333",
        "enable_dns_support": True, "enable_dns_hostnames": True,
    },
    "aws_subnet.a": {"id": "subnet-a", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a"},
    "aws_internet_gateway.g": {"id": "igw-1", "vpc_id": "vpc-1"},
    "aws_route_table.r": {"id": "rtb-1", "vpc_id": "vpc-1", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]},
    "aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-1"},
    "aws_security_group.web": {
        "id": "sg-1", "vpc_id": "vpc-1", "name": "web",
        "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
        "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    },
    **{
        f"aws_instance.{name}": {
            "id": f"i-{name}", "subnet_id": "subnet-a", "vpc_security_group_ids": ["sg-1"], "private_ip": ip,
            "public_ip": "3.0.0.1", "tags": {"Name": name},
        }
        for name, ip in (("web", "10.0.1.10"), ("job", "10.0.1.11"))
    },
}  # fmt: skip
ZONE = {"aws_route53_zone.z": {"id": "Z1", "zone_id": "Z1", "name": "corp.example", "vpc": [{"vpc_id": "vpc-1"}]}}
WEB = {"aws_route53_record.web": {"zone_id": "Z1", "name": "web.corp.example", "type": "A", "records": ["10.0.1.10"]}}
SWITCH = "aws_vpc_block_public_access_options.all"
ON = {
    SWITCH: {
        "id": "x", "aws_account_id": "111122223333", "aws_region": "eu-west-1",
        "internet_gateway_block_mode": "block-bidirectional",
    }
}  # fmt: skip


def state(*more: dict[str, Values]) -> reachsim.Network:
    """The network of a state."""
    resources = {key: value for each in (RESOURCES, *more) for key, value in each.items()}
    listed = [
        {"address": key, "mode": "managed", "type": key.split(".")[0], "name": key.split(".")[1], "values": values}
        for key, values in resources.items()
    ]
    return reachsim.load(
        {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": listed}}}
    )


def named(name: str, *more: dict[str, Values]) -> str:
    return state(ZONE, *more).trace("job", f"{name}.corp.example", "tcp/443").verdict


@pytest.mark.rule("DNS-2")
def test_records_of_a_private_zone() -> None:
    assert [named(name, WEB) for name in ("web", "x")] == ["reachable", "blocked"]
    balancer = {
        "aws_route53_record.lb": {"zone_id": "Z1", "name": "lb", "type": "A", "alias": [{"name": "lb-1.example"}]}
    }
    assert named("x", WEB, balancer) == "blocked"
    other = {"aws_route53_zone.z": {**ZONE["aws_route53_zone.z"], "vpc": []}}
    with pytest.raises(reachsim.EndpointError):  # a public zone is nobody's business
        state(other, WEB).trace("job", "web.corp.example", "tcp/443")
    associated = {"aws_route53_zone_association.z": {"id": "a", "zone_id": "Z1", "vpc_id": "vpc-1"}}
    assert state(other, WEB, associated).trace("job", "web.corp.example", "tcp/443").verdict == "reachable"


@pytest.mark.rule("IGW-14")
def test_block_public_access_of_the_account() -> None:
    def verdict(*more: dict[str, Values]) -> str:
        return state(*more).trace("internet", "web", "tcp/443").verdict

    spared = {
        "aws_vpc_block_public_access_exclusion.a": {
            "id": "e", "subnet_id": "subnet-a", "internet_gateway_exclusion_mode": "allow-bidirectional",
        }
    }  # fmt: skip
    assert [verdict(), verdict(ON), verdict(ON, spared)] == ["reachable", "blocked", "reachable"]
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": "us-east-1"}}) == "reachable"
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": None}}) == "undecided"
    assert verdict({SWITCH: {**ON[SWITCH], "aws_region": None, "internet_gateway_block_mode": "off"}}) == "reachable"


@pytest.mark.rule("SG-19")
@pytest.mark.parametrize(("protocol", "verdict"), [("tcp", "blocked"), ("6", "blocked"), ("-1", "reachable")])
def test_a_rule_without_ports_is_one_that_aws_refuses(protocol: str, verdict: str) -> None:
    rule = {"id": "sgr-1", "security_group_id": "sg-1", "ip_protocol": protocol, "cidr_ipv4": "10.0.0.0/8"}
    net = state({"aws_vpc_security_group_ingress_rule.all": rule})
    assert net.trace("job", "10.0.1.10", "tcp/80").verdict == verdict


@pytest.mark.rule("DNS-2")
def test_the_dns_attributes_of_a_vpc() -> None:
    def verdict(**values: Any) -> str:
        vpc = {key: value for key, value in RESOURCES["aws_vpc.v"].items() if not key.startswith("enable_dns")}
        return named("web", WEB, {"aws_vpc.v": vpc | values})

    assert verdict(enable_dns_hostnames=True) == "reachable"
    assert verdict(enable_dns_hostnames=True, enable_dns_support=False) == "blocked"
    assert verdict() == verdict(enable_dns_hostnames=False) == "blocked"


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("db", "db.shop.internal"),
        ("db.shop.internal", "db.shop.internal"),
        ("myshop.internal", "myshop.internal.shop.internal"),
        ("*", "*.shop.internal"),
        ("", "@"),
    ],
)
def test_a_plan_tells_a_record_by_its_name_in_its_zone_which_has_its_id_twice(
    tmp_path: Path, name: str, means: str
) -> None:
    """`zone_id = aws_route53_zone.z.zone_id`; the provider adds the zone's name where the record's lacks it."""
    made: dict[str, Values] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_route53_zone.z": {"name": "shop.internal", "vpc": [{}]},
        "aws_route53_record.r": {"name": name, "type": "A", "records": ["10.0.1.10"]},
    }
    blocks: dict[str, Values] = {
        "aws_vpc.v": {},
        "aws_route53_zone.z": {"vpc": ({"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]},)},
        "aws_route53_record.r": {"zone_id": ["aws_route53_zone.z.zone_id", "aws_route53_zone.z"]},
    }
    unknown: dict[str, Values] = {
        "aws_route53_zone.z": {"zone_id": True, "vpc": [{"vpc_id": True}]},
        "aws_route53_record.r": {"zone_id": True, "fqdn": True},
    }
    zones = imported(tmp_path, plan(made, blocks, unknown)).design["private_hosted_zones"]
    assert zones == {"shop.internal": {"vpcs": ["v"], "records": {means: ["10.0.1.10"]}}}
