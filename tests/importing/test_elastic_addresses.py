"""Elastic IPs that templates, plans and AWS's answers name without telling their addresses (IGW-3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account
from tests.importing.accounts import imported as described
from tests.importing.templates_of import read
from tests.importing.terraform.files import imported, plan

TAKEN = "{Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A, AllocationId: %s}}"
OWN = "\n  Own: {Type: AWS::EC2::EIP, Properties: %s}"


@pytest.mark.rule("IGW-3")
@pytest.mark.parametrize(
    ("allocation", "own", "public"),
    [
        ("eipalloc-1", "", "existing"),
        ("!ImportValue Elastic", "", "existing"),
        ("!GetAtt Own.AllocationId", OWN % "{Domain: vpc}", None),
        ("!GetAtt Own.AllocationId", OWN % "{PublicIpv4Pool: amazon}", None),
        ("!GetAtt Own.AllocationId", OWN % "{PublicIpv4Pool: ipv4pool-ec2-1}", "existing"),
        ("!GetAtt Own.AllocationId", OWN % "{Address: 198.51.100.7}", "198.51.100.7"),
    ],
)
def test_of_a_template(allocation: str, own: str, public: str | None) -> None:
    nat = f"\n  Nat: {TAKEN % allocation}{own}"
    assert read(nat).design["vpcs"]["Vpc"]["nat_gateways"]["Nat"].get("public_ip") == public
    ends = f"{{InstanceId: !Ref HostA, AllocationId: {allocation}}}"
    given = f"{own}\n  Given: {{Type: AWS::EC2::EIPAssociation, Properties: {ends}}}"
    assert read(given).design["vpcs"]["Vpc"]["instances"]["HostA"]["public_ip"] == (public or True)
    lb = (
        "\n  Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, SubnetMappings:\n"
        f"      [{{SubnetId: !Ref A, AllocationId: {allocation}, PrivateIPv4Address: 10.0.0.9}}]}}}}{own}"
    )
    body = read(lb).design["vpcs"]["Vpc"]["load_balancers"]["Lb"]
    assert body.get("public_ips") == (None if public is None else {"A": public})


def test_an_association_may_name_the_address_itself() -> None:
    given = "\n  Given: {Type: AWS::EC2::EIPAssociation, Properties: {InstanceId: !Ref HostA, EIP: 198.51.100.7}}"
    assert read(given).design["vpcs"]["Vpc"]["instances"]["HostA"]["public_ip"] == "198.51.100.7"


@pytest.mark.rule("IGW-3")
@pytest.mark.parametrize(
    ("allocation", "elastic", "public"),
    [
        ("eipalloc-1", {}, "existing"),
        ("eipalloc-1", {"id": "eipalloc-1", "public_ip": "198.51.100.7"}, "198.51.100.7"),
        ("eipalloc-1", {"id": "eipalloc-1"}, "existing"),
        (["aws_eip.it.id", "aws_eip.it"], {"domain": "vpc"}, None),
        (["aws_eip.it.id", "aws_eip.it"], {"public_ipv4_pool": "amazon"}, None),
        (["aws_eip.it.id", "aws_eip.it"], {"public_ipv4_pool": "ipv4pool-ec2-1"}, "existing"),
    ],
)
def test_of_a_plan(tmp_path: Path, allocation: Any, elastic: dict[str, Any], public: str | None) -> None:
    known = {"allocation_id": allocation} if isinstance(allocation, str) else {}
    resources: dict[str, dict[str, Any]] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_internet_gateway.g": {},
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"}, "aws_nat_gateway.n": {"connectivity_type": "public", **known},
        **({"aws_eip.it": elastic} if elastic else {}),
    }  # fmt: skip
    of_vpc = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_internet_gateway.g": of_vpc, "aws_subnet.s": of_vpc, "aws_eip.it": {},
        "aws_nat_gateway.n": {"subnet_id": ["aws_subnet.s.id", "aws_subnet.s"], "allocation_id": allocation},
    }  # fmt: skip
    unknown = {
        "aws_internet_gateway.g": {"vpc_id": True}, "aws_subnet.s": {"vpc_id": True},
        "aws_eip.it": {"id": "id" not in elastic, "public_ip": "id" not in elastic},
        "aws_nat_gateway.n": {"subnet_id": True, "public_ip": True, "allocation_id": not known},
    }  # fmt: skip
    found = imported(tmp_path, plan(resources, blocks, unknown))
    assert found.design["vpcs"]["v"]["nat_gateways"]["n"].get("public_ip") == public


@pytest.mark.rule("IGW-3")
def test_of_aws_a_gateway_with_several() -> None:
    """Rules that tell its addresses apart leave open which of them it sends from; the rest is decided."""
    addresses = [{"PrivateIp": f"10.0.1.{n}", "PublicIp": f"198.51.100.{n}", "IsPrimary": n == 6} for n in (5, 6)]
    gateway = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-a", "State": "available",
               "NatGatewayAddresses": addresses}  # fmt: skip
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "198.51.100.6/32"}]}
    group = {"GroupId": "sg-x", "GroupName": "x", "VpcId": "vpc-1", "IpPermissions": [rule], "IpPermissionsEgress": []}

    def public(**more: Any) -> Any:
        return described(account(NatGateways=[gateway], **more)).design["vpcs"]["vpc-1"]["nat_gateways"]["nat-1"][
            "public_ip"
        ]

    assert public() == "198.51.100.6"
    assert public(SecurityGroups=[group]) == "existing"
