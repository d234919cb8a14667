"""What is of a kind that is not read and names subnets or a VPC may have interfaces there: exactly the answers that hang on
it are undecided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, network, plan, rule, state

import reachsim

TEMPLATE = """
Resources:
  V: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  I: {Type: 'AWS::EC2::InternetGateway'}
  A: {Type: 'AWS::EC2::VPCGatewayAttachment', Properties: {VpcId: !Ref V, InternetGatewayId: !Ref I}}
  R: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref V}}
  RA: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref S, RouteTableId: !Ref R}}
  RO: {Type: 'AWS::EC2::Route', Properties: {RouteTableId: !Ref R, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref I}}
  S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}
  T: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}
  G:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref V
      GroupDescription: web
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/24}]
  W: {Type: 'AWS::EC2::Instance', Properties: {ImageId: ami-1, SubnetId: !Ref T, SecurityGroupIds: [!Ref G]}}
"""


@pytest.mark.parametrize(
    ("thing", "sends"),
    [
        ("Type: 'AWS::Shop::Till', Properties: {SubnetIds: [!Ref S]}", True),
        ("Type: 'AWS::Shop::Till', Properties: {Place: {Details: [{SubnetId: !Ref S}], VpcId: !Ref V}}", True),
        ("Type: 'AWS::Shop::Till', Properties: {VpcId: !Ref V}", True),
        ("Type: 'AWS::EC2::ClientVpnTargetNetworkAssociation', Properties: {SubnetId: !Ref S}", True),
        ("Type: 'AWS::Shop::Till', Properties: {SubnetIds: [!Ref T]}", False),  # whose addresses the rule does not name
        ("Type: 'AWS::Shop::Till', Properties: {SubnetGroupName: S, Name: S}", False),
        ("Type: 'Custom::Till', Properties: {SubnetIds: [!Ref S]}", False),
        ("Type: 'AWS::NetworkFirewall::Firewall', Properties: {SubnetMappings: [{SubnetId: !Ref S}]}", False),
    ],
)
def test_of_a_template(tmp_path: Path, thing: str, sends: bool) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(f"{TEMPLATE}  X: {{{thing}}}\n")
    net = reachsim.load(template)
    assert net.expect({"vpc": "V"}, "W", deny="tcp/80").verdict == ("undecided" if sends else "holds")
    assert net.expect({"vpc": "V"}, "W", deny="tcp/22").verdict == "holds"
    assert net.expect("internet", "W", deny="all").verdict == "holds"
    assert net.trace("W", "internet", "tcp/443").verdict == "blocked"


GROUP = group("sg-1", [rule(80, cidr_blocks=["10.0.1.0/24"])], [EVERYTHING])


@pytest.mark.parametrize(
    ("kind", "values", "sends"),
    [
        ("aws_fleet", {"subnet_ids": ["subnet-a"]}, True),  # whatever it is, it names subnets
        ("aws_fleet", {"deep": [{"own": {"subnets": ["subnet-a"]}}]}, True),
        ("aws_fleet", {"vpc_id": "vpc-1"}, False),  # what it does with a VPC, no packet depends on
        ("aws_flow_log", {"subnet_id": "subnet-a"}, False),
        ("aws_db_subnet_group", {"subnet_ids": ["subnet-a"]}, False),
        ("aws_ec2_fleet", {"launch_template_config": [{"override": [{"subnet_id": "subnet-a"}]}]}, True),
        ("aws_fsx_shop_file_system", {"subnet_ids": ["subnet-a"]}, True),
        ("aws_ec2_client_vpn_network_association", {"subnet_id": "subnet-a"}, True),
        ("aws_ec2_client_vpn_endpoint", {"vpc_id": "vpc-1"}, True),
        ("aws_emr_shop", {"ec2_attributes": [{"subnet_id": "subnet-a"}]}, True),
        ("aws_emr_shop", {"ec2_attributes": [{"subnet_id": "subnet-b"}]}, False),
        ("aws_vpc_shop_association", {"subnet_id": "subnet-a"}, False),
        ("aws_networkfirewall_firewall", {"subnet_mapping": [{"subnet_id": "subnet-a"}]}, False),
    ],
)
def test_of_a_state(tmp_path: Path, kind: str, values: dict[str, Any], sends: bool) -> None:
    made = {**VPC, "aws_security_group.g": GROUP, "aws_instance.w": host("w", "10.0.2.10", "sg-1", "subnet-b")}
    found = imported(tmp_path, state({**made, f"{kind}.x": {"id": "x-1", **values}}))
    net, web = network(found), found.names["i-w"]
    verdict = net.expect({"vpc": "main"}, web, deny="tcp/80").verdict
    assert verdict == ("undecided" if sends else "holds")
    assert net.expect({"vpc": "main"}, web, deny="tcp/22").verdict == "holds"


@pytest.mark.parametrize(("subnet", "sends"), [("a", True), ("b", False)])
def test_of_a_plan(tmp_path: Path, subnet: str, sends: bool) -> None:
    """Its subnet is not known by id, and is by what it refers to."""
    of, at = (
        {"vpc_id": ["aws_vpc.v.id"]},
        {"subnet_id": ["aws_subnet.b.id"], "vpc_security_group_ids": ["aws_security_group.g.id"]},
    )
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.a": {"cidr_block": "10.0.1.0/24"},
        "aws_subnet.b": {"cidr_block": "10.0.2.0/24"},
        "aws_security_group.g": {key: value for key, value in GROUP.items() if key not in ("id", "vpc_id")},
        "aws_instance.w": {"private_ip": "10.0.2.10"},
        "aws_fsx_shop_file_system.x": {},
    }
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.a": of, "aws_subnet.b": of, "aws_security_group.g": of, "aws_instance.w": at,
        "aws_fsx_shop_file_system.x": {"subnet_ids": [f"aws_subnet.{subnet}.id"]},
    }  # fmt: skip
    unknown: dict[str, Any] = {
        "aws_subnet.a": {"vpc_id": True}, "aws_subnet.b": {"vpc_id": True}, "aws_security_group.g": {"vpc_id": True},
        "aws_instance.w": {"subnet_id": True, "vpc_security_group_ids": True, "network_interface": True},
        "aws_fsx_shop_file_system.x": {"subnet_ids": True},
    }  # fmt: skip
    found = imported(tmp_path, plan(made, blocks, unknown))
    net = network(found)
    verdict = net.expect({"vpc": "v"}, found.names["aws_instance.w"], deny="tcp/80").verdict
    assert verdict == ("undecided" if sends else "holds")
