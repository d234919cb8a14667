"""A template with a VPC and two hosts, to which tests add resources."""

from __future__ import annotations

import json
from typing import Any

import reachsim
from reachsim.importing import Imported
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import decoded

BASE = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table}}
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}]}
  HostA: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Open]}}
  HostB: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B, SecurityGroupIds: [!Ref Open]}}
"""


def read(more: str = "", head: str = "", **options: Any) -> Imported:
    """A design out of the base, with more resources and with other sections."""
    return import_sources([(decoded(head + BASE + more, "t.yaml"), True)], Options(**options), "t.yaml")


def verdict(found: Imported, source: str, destination: str, traffic: str = "tcp/443") -> str:
    net = reachsim.loads(json.dumps(found.design))
    ends = (found.names.get(each, each) for each in (source, destination))
    return {"holds": "yes", "fails": "no"}.get(net.expect(*ends, allow=traffic).verdict, "undecided")


def told(found: Imported, kind: str) -> str:
    return "\n".join(str(note) for note in found.notes if note.kind == kind)


FAR = """
  Far: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}
  FarSubnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Far, CidrBlock: 10.9.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}
  FarGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Far, SecurityGroupIngress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}]}
  FarHost: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref FarSubnet, SecurityGroupIds: [!Ref FarGroup]}}
"""
