"""Options of transit gateways and load balancers that packets depend on, in each format that has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.templates_of import read
from tests.importing.terraform.files import VPC, imported, state

TEMPLATE = """
  Hub: {{Type: AWS::EC2::TransitGateway, Properties: {{Description: x}}}}
  Here: {{Type: AWS::EC2::TransitGatewayVpcAttachment, Properties: {{TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc,
    SubnetIds: [!Ref A]{0}}}}}
"""

FAMILY = """
  Family: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
"""


@pytest.mark.rule("TGW-16")
@pytest.mark.parametrize(
    ("more", "expected"),
    [("", False), (", Options: {Ipv6Support: enable}", None), (", Options: {Ipv6Support: disable}", False)],
)
def test_ipv6_support_of_an_attachment_of_a_template(more: str, expected: bool | None) -> None:
    """It is off unless enabled; of a VPC without IPv6 nothing is said."""
    (gateway,) = read(TEMPLATE.format(more)).design["transit_gateways"].values()
    assert "ipv6_support" not in gateway["attachments"]["Here"]
    (gateway,) = read(TEMPLATE.format(more) + FAMILY).design["transit_gateways"].values()
    assert gateway["attachments"]["Here"].get("ipv6_support") is expected


@pytest.mark.rule("TGW-14")
@pytest.mark.rule("TGW-16")
def test_the_options_of_a_state(tmp_path: Path) -> None:
    gateway = {"id": "tgw-1", "default_route_table_association": "enable", "default_route_table_propagation": "enable",
               "security_group_referencing_support": "enable"}  # fmt: skip
    attachment = {"id": "att-1", "transit_gateway_id": "tgw-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-a"],
                  "ipv6_support": "enable", "security_group_referencing_support": "disable"}  # fmt: skip
    vpc = {**VPC["aws_vpc.main"], "ipv6_cidr_block": "2600:1f18:1::/56"}
    for support, expected in (("enable", None), ("disable", False)):
        attached = {**attachment, "ipv6_support": support}
        made = {**VPC, "aws_vpc.main": vpc, "aws_ec2_transit_gateway.g": gateway,
                "aws_ec2_transit_gateway_vpc_attachment.a": attached}  # fmt: skip
        design = imported(tmp_path, state(made)).design["transit_gateways"]["g"]
        assert design["security_group_referencing"] is True
        (body,) = [each for each in design["attachments"].values() if each.get("vpc") == "main"]
        assert (body.get("ipv6_support"), body["security_group_referencing"]) == (expected, False)


SIX = """
  Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
  D: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24,
    Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 4, 64]]}}
  Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer,
    Properties: {Type: network, Scheme: internal, Subnets: [!Ref D], IpAddressType: dualstack}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup,
    Properties: {Port: 443, Protocol: TCP, VpcId: !Ref Vpc, IpAddressType: ipv6}}
  Listens: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Nlb, Port: 443, Protocol: TCP,
    DefaultActions: [{Type: forward, TargetGroupArn: !Ref Group}]}}
"""


@pytest.mark.rule("LB-11")
def test_the_family_of_a_target_group(tmp_path: Path) -> None:
    balancer = read(SIX).design["vpcs"]["Vpc"]["load_balancers"]["Nlb"]
    assert balancer["target_groups"]["Group"]["ip_address_type"] == "ipv6"
    made: dict[str, Any] = {
        **VPC,
        "aws_vpc.main": {**VPC["aws_vpc.main"], "ipv6_cidr_block": "2600:1f18:1::/56"},
        "aws_subnet.a": {**VPC["aws_subnet.a"], "ipv6_cidr_block": "2600:1f18:1::/64"},
        "aws_lb.n": {"id": "lb-1", "arn": "lb-1", "name": "n", "load_balancer_type": "network", "internal": True,
                     "subnets": ["subnet-a"], "vpc_id": "vpc-1", "ip_address_type": "dualstack"},
        "aws_lb_target_group.t": {"id": "tg-1", "arn": "tg-1", "name": "t", "port": 443, "protocol": "TCP",
                                  "vpc_id": "vpc-1", "target_type": "instance", "ip_address_type": "ipv6"},
        "aws_lb_listener.l": {"id": "l-1", "load_balancer_arn": "lb-1", "port": 443, "protocol": "TCP",
                              "default_action": [{"type": "forward", "target_group_arn": "tg-1"}]},
    }  # fmt: skip
    groups = imported(tmp_path, state(made)).design["vpcs"]["main"]["load_balancers"]["n"]["target_groups"]
    assert groups["t"]["ip_address_type"] == "ipv6"


OWN_TABLE = """
  Hub: {Type: AWS::EC2::TransitGateway, Properties: {AssociationDefaultRouteTableId: !Ref Own,
    PropagationDefaultRouteTableId: !Ref Own}}
  Own: {Type: AWS::EC2::TransitGatewayRouteTable, Properties: {TransitGatewayId: !Ref Hub}}
  Here: {Type: AWS::EC2::TransitGatewayVpcAttachment, Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc,
    SubnetIds: [!Ref A]}}
"""


@pytest.mark.rule("TGW-1")
def test_attachments_go_to_the_table_that_a_gateway_is_told() -> None:
    (gateway,) = read(OWN_TABLE).design["transit_gateways"].values()
    tables = [name for name, body in gateway["route_tables"].items() if "Here" in body.get("associations", ())]
    assert tables == ["Own"]
    assert gateway["route_tables"]["Own"]["propagations"] == ["Here"]


def test_an_ipv6_block_of_a_subnet_may_come_from_a_pool() -> None:
    subnet = "{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, Ipv6IpamPoolId: pool-1, Ipv6NetmaskLength: 64}"
    notes = read(f"\n  D: {{Type: AWS::EC2::Subnet, Properties: {subnet}}}").notes
    assert any("IPv6 block" in str(each) for each in notes if each.kind == "unknown")
