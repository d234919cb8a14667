"""What joins a VPC with something that no file tells of may bring packets into it, whatever its routes say (PEER-4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.templates_of import read
from tests.importing.terraform.files import imported, state

import reachsim

NETWORK = "172.16.0.5"
ARN = "arn:aws:ec2:eu-west-1:111122223333:vpc/"


def kept(design: Any, end: str) -> str:
    """Whether a network outside is kept from a host."""
    return reachsim.loads(json.dumps(design)).expect(NETWORK, end, deny="all").verdict


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("EC2::VPCPeeringConnection", "{VpcId: !Ref Vpc, PeerVpcId: vpc-1234}"),
        ("EC2::VPCPeeringConnection", "{VpcId: vpc-1234, PeerVpcId: !Ref Vpc}"),
        ("NetworkManager::VpcAttachment", f"{{CoreNetworkId: c, VpcArn: !Sub '{ARN}${{Vpc}}'}}"),
        ("NetworkManager::VpcAttachment", "{CoreNetworkId: c, VpcArn: !ImportValue Arn}"),
        ("EC2::TransitGatewayAttachment", "{TransitGatewayId: tgw-1, VpcId: !Ref Vpc, SubnetIds: [!Ref B]}"),
        ("EC2::VPCGatewayAttachment", "{VpnGatewayId: vgw-1, VpcId: !Ref Vpc}"),
        ("EC2::LocalGatewayRouteTableVPCAssociation", "{LocalGatewayRouteTableId: lgw-rtb-1, VpcId: !Ref Vpc}"),
        ("DirectConnect::DirectConnectGatewayAssociation", "{AssociatedGatewayId: vgw-1}"),
    ],
)
def test_a_connection_of_a_template(kind: str, body: str) -> None:
    assert kept(read().design, "HostB") == "holds"
    found = read(f"\n  It: {{Type: AWS::{kind}, Properties: {body}}}")
    assert kept(found.design, "HostB") == "undecided"


GATEWAYS = """
  Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
  VgwAttached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpnGatewayId: !Ref Vgw, VpcId: !Ref Vpc}}
  Tgw: {Type: AWS::EC2::TransitGateway}
  At: {Type: AWS::EC2::TransitGatewayAttachment,
       Properties: {TransitGatewayId: !Ref Tgw, VpcId: !Ref Vpc, SubnetIds: [!Ref B]}}
"""


@pytest.mark.parametrize("gateway", ["Vgw", "Tgw"])
def test_direct_connect_of_a_template(gateway: str) -> None:
    assert kept(read(GATEWAYS).design, "HostB") == "holds"
    body = f"{{AssociatedGatewayId: !Ref {gateway}, DirectConnectGatewayId: d}}"
    line = f"  It: {{Type: AWS::DirectConnect::DirectConnectGatewayAssociation, Properties: {body}}}"
    assert kept(read(GATEWAYS + line).design, "HostB") == "undecided"


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ("TransitGatewayId: tgw-1", "undecided"),
        ("TransitGatewayId: !ImportValue Hub", "undecided"),
        ("VpcPeeringConnectionId: pcx-1", "undecided"),
        ("GatewayId: vgw-1", "undecided"),
        ("CoreNetworkArn: arn:x", "undecided"),
        ("NatGatewayId: nat-1", "holds"),  # lets nothing in that was not asked for
        ("NetworkInterfaceId: eni-1", "holds"),
    ],
)
def test_a_route_to_a_connection_that_no_file_makes(target: str, verdict: str) -> None:
    route = f"{{RouteTableId: !Ref Table, DestinationCidrBlock: 172.16.0.0/12, {target}}}"
    assert kept(read(f"\n  It: {{Type: AWS::EC2::Route, Properties: {route}}}").design, "HostB") == verdict


def test_a_peering_that_was_refused_brings_nothing(tmp_path: Path) -> None:
    peering = {"id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-9", "accept_status": "rejected"}
    found = imported(tmp_path, state(RESOURCES | {"aws_vpc_peering_connection.p": peering}))
    assert kept(found.design, "i") == "holds"


RESOURCES: dict[str, dict[str, Any]] = {
    "aws_vpc.v": {"id": "vpc-1", "arn": f"{ARN}vpc-1", "cidr_block": "10.0.0.0/16"},
    "aws_subnet.s": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"},
    "aws_security_group.o": {"id": "sg-1", "vpc_id": "vpc-1", "name": "o", "egress": [], "ingress": [
        {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]},
    "aws_instance.i": {"id": "i-1", "subnet_id": "subnet-1", "private_ip": "10.0.0.9", "public_ip": "",
                       "vpc_security_group_ids": ["sg-1"], "primary_network_interface_id": "eni-1"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("aws_vpc_peering_connection.p",
         {"id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-9", "accept_status": "active"}),
        ("aws_networkmanager_vpc_attachment.a", {"id": "attachment-1", "vpc_arn": f"{ARN}vpc-1"}),
        ("aws_ec2_local_gateway_route_table_vpc_association.a", {"id": "lgw-vpc-assoc-1", "vpc_id": "vpc-1"}),
        ("aws_vpn_gateway_attachment.a", {"id": "vpn-attachment-1", "vpc_id": "vpc-1", "vpn_gateway_id": "vgw-1"}),
        ("aws_ec2_transit_gateway_vpc_attachment.a",
         {"id": "tgw-attach-1", "vpc_id": "vpc-1", "transit_gateway_id": "tgw-1", "subnet_ids": ["subnet-1"]}),
    ],
)  # fmt: skip
def test_a_connection_of_a_state(tmp_path: Path, address: str, body: dict[str, Any]) -> None:
    assert kept(imported(tmp_path, state(RESOURCES)).design, "i") == "holds"
    assert kept(imported(tmp_path, state(RESOURCES | {address: body})).design, "i") == "undecided"


def test_a_route_server_of_a_template_writes_routes() -> None:
    found = read(
        "\n  It: {Type: AWS::EC2::RouteServerPropagation, Properties: {RouteServerId: r, RouteTableId: !Ref Table}}"
    )
    assert found.design["vpcs"]["Vpc"]["route_tables"]["Table"]["unknown"] == "unknown"
