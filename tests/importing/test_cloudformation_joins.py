"""Templates: what joins networks (transit gateways, VPN), and functions with versions and aliases."""

from __future__ import annotations

import pytest
from tests.importing.templates_of import FAR, read, verdict

TGW = (
    FAR
    + """\
  FarTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Far}}
  OfFar:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref FarSubnet, RouteTableId: !Ref FarTable}
  Hub: {Type: AWS::EC2::TransitGateway, Properties: {DefaultRouteTablePropagation: PROPAGATE}}
  Near: {Type: KIND, Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc, SubnetIds: [!Ref A]}}
  Distant: {Type: KIND, Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref Far, SubnetIds: [!Ref FarSubnet]}}
  There:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 10.9.0.0/16, TransitGatewayId: !Ref Hub}
  Back:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref FarTable, DestinationCidrBlock: 10.0.0.0/16, TransitGatewayId: !Ref Hub}
"""
)


@pytest.mark.parametrize("kind", ["AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"])
@pytest.mark.parametrize(("propagates", "expected"), [("enable", "yes"), ("disable", "no")])
def test_a_transit_gateway_propagates_by_default(kind: str, propagates: str, expected: str) -> None:
    found = read(TGW.replace("KIND", kind).replace("PROPAGATE", propagates))
    assert verdict(found, "HostA", "FarHost") == expected


def test_a_transit_gateway_with_a_table_and_routes_of_its_own() -> None:
    own = """
  Own: {Type: AWS::EC2::TransitGatewayRouteTable, Properties: {TransitGatewayId: !Ref Hub}}
  NearOf:
    Type: AWS::EC2::TransitGatewayRouteTableAssociation
    Properties: {TransitGatewayAttachmentId: !Ref Near, TransitGatewayRouteTableId: !Ref Own}
  FarOf:
    Type: AWS::EC2::TransitGatewayRouteTableAssociation
    Properties: {TransitGatewayAttachmentId: !Ref Distant, TransitGatewayRouteTableId: !Ref Own}
  Learn:
    Type: AWS::EC2::TransitGatewayRouteTablePropagation
    Properties: {TransitGatewayAttachmentId: !Ref Near, TransitGatewayRouteTableId: !Ref Own}
  Static:
    Type: AWS::EC2::TransitGatewayRoute
    Properties:
      DestinationCidrBlock: 10.9.0.0/16
      TransitGatewayAttachmentId: !Ref Distant
      TransitGatewayRouteTableId: !Ref Own
"""
    text = TGW.replace("KIND", "AWS::EC2::TransitGatewayAttachment").replace(
        "DefaultRouteTablePropagation: PROPAGATE",
        "DefaultRouteTablePropagation: disable, DefaultRouteTableAssociation: disable",
    )
    assert verdict(read(text + own), "HostA", "FarHost") == "yes"
    assert verdict(read(text + own.split("  Static")[0]), "HostA", "FarHost") == "no"


@pytest.mark.rule("TGW-1")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["yes", "no"]),
        ("VPNConnection, Properties: {TransitGatewayId: !Ref Hub, Type: ipsec.1}", ["undecided", "undecided"]),
        # It announces nothing, and no route leads to it.
        ("VPNConnection, Properties: {TransitGatewayId: !Ref Hub, StaticRoutesOnly: true}", ["yes", "no"]),
        ("TransitGatewayConnect, Properties: {TransitGatewayId: !Ref Hub}", ["undecided", "undecided"]),
        ("TransitGatewayPeeringAttachment, Properties: {TransitGatewayId: !Ref Hub}", ["yes", "no"]),
    ],
)
def test_whatever_else_is_attached_to_a_gateway_may_take_what_it_announces(more: str, expected: list[str]) -> None:
    text = TGW.replace("KIND", "AWS::EC2::TransitGatewayAttachment").replace("PROPAGATE", "enable")
    text += """  On:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 172.16.0.0/12, TransitGatewayId: !Ref Hub}
"""
    found = read(text + (f"  Other: {{Type: AWS::EC2::{more}}}\n" if more else ""))
    assert [verdict(found, "HostA", end) for end in ("FarHost", "172.16.0.1")] == expected


VPN = """
  Vgw: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
  VgwAttached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw}}
  Office: {Type: AWS::EC2::CustomerGateway, Properties: {Type: ipsec.1, BgpAsn: 65000, IpAddress: 192.0.2.1}}
  Tunnel:
    Type: AWS::EC2::VPNConnection
    Properties: {Type: ipsec.1, StaticRoutesOnly: STATIC, CustomerGatewayId: !Ref Office, VpnGatewayId: !Ref Vgw}
  Known:
    Type: AWS::EC2::VPNConnectionRoute
    Properties: {DestinationCidrBlock: 192.168.0.0/16, VpnConnectionId: !Ref Tunnel}
  Learn:
    Type: AWS::EC2::VPNGatewayRoutePropagation
    DependsOn: VgwAttached
    Properties: {RouteTableIds: [!Ref Table], VpnGatewayId: !Ref Vgw}
"""


def test_a_vpn_with_static_routes_and_one_whose_other_side_announces_them() -> None:
    static = read(VPN.replace("STATIC", "true"))
    assert verdict(static, "HostA", "192.168.1.1") == "yes"
    assert verdict(static, "HostB", "192.168.1.1") == "no"
    assert verdict(static, "HostA", "172.20.1.1") == "no"
    assert verdict(read(VPN.replace("STATIC", "false")), "HostA", "172.20.1.1") == "undecided"


SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {VpcConfig: {SubnetIds: [!Ref B]}}}
"""


def test_functions_of_sam_and_of_lambda() -> None:
    """A function of a VPC reaches its hosts, and no public address, though its subnet is a public one (LAMBDA-2)."""
    more = """
  Sam: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SecurityGroupIds: [!Ref Open]}}}
  Plain:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!GetAtt Vpc.DefaultSecurityGroup]}}
  Outside: {Type: AWS::Lambda::Function, Properties: {Code: {}}}
"""
    found = read(more, SAM)
    assert verdict(found, "Sam", "HostA") == "yes"
    assert verdict(found, "Plain", "HostB") == "yes"
    assert verdict(found, "Plain", "8.8.8.8") == "no"
    assert verdict(found, "Outside", "8.8.8.8") == "yes"
    assert verdict(found, "Outside", "HostA") == "no"


FUNCTION = """
  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Open]}}}
  V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
"""


@pytest.mark.parametrize(
    ("leads_to", "expected"),
    [
        ("!GetAtt V.Version", "yes"),
        ("'1'", "yes"),
        ("$LATEST", "yes"),
        ("'7'", "undecided"),  # one that the template does not make
        (
            "'1', RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: '7', FunctionWeight: 0.1}]}",
            "undecided",
        ),
    ],
)
def test_versions_and_aliases(leads_to: str, expected: str) -> None:
    alias = f"{{FunctionName: !Ref F, Name: prod, FunctionVersion: {leads_to}}}"
    found = read(FUNCTION + f"  Prod: {{Type: AWS::Lambda::Alias, Properties: {alias}}}\n")
    assert verdict(found, "F:prod", "HostB") == expected
    assert verdict(found, "F", "HostB") == "yes"


def test_an_alias_splits_over_two_versions() -> None:
    more = """
  W: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
  Prod:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref F
      FunctionVersion: !GetAtt V.Version
      Name: prod
      RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: !GetAtt W.Version, FunctionWeight: 0.25}]}
"""
    assert read(FUNCTION + more).design["lambda_functions"]["F"]["aliases"] == {"prod": {"1": 75, "2": 25}}


@pytest.mark.rule("SG-17")
@pytest.mark.parametrize(("associated", "expected"), [(True, "yes"), (False, "undecided")])
def test_a_group_may_be_had_in_a_vpc_that_it_is_associated_with(associated: bool, expected: str) -> None:
    more = "  Guest: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B, SecurityGroupIds: [!Ref FarGroup]}}\n"
    if associated:
        more += """  Lent:
    Type: AWS::EC2::SecurityGroupVpcAssociation
    Properties: {GroupId: !Ref FarGroup, VpcId: !Ref Vpc}
"""
    assert verdict(read(FAR + more, region="eu-west-1"), "HostA", "Guest") == expected
