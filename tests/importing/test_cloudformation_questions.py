"""What people ask of a template, each with the answer that AWS's rules give, derived by hand: what is known is decided, and
what hangs on a parameter without a value, on another stack or on what AWS gives is not."""

from __future__ import annotations

import pytest

import reachsim

BASE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env: {Type: String, Default: prod}
  Open: {Type: String}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  IsOpen: !Equals [!Ref Open, "yes"]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Pub: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a,
      MapPublicIpOnLaunch: true}}
  Priv: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Att: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  PubT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PubR: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PubT, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref
      Igw}}
  PubA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PubT, SubnetId: !Ref Pub}}
  WebSg: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: x, SecurityGroupIngress:
      [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}
  DbSg: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: x, SecurityGroupIngress:
      [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !GetAtt WebSg.GroupId}]}}
  Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Pub, SecurityGroupIds: [!Ref WebSg], PrivateIpAddress:
      10.0.0.10}}
  Db: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Priv, SecurityGroupIds: [!Ref DbSg], PrivateIpAddress:
      10.0.1.10}}
"""
R, B, U = "reachable", "blocked", "undecided"
Question = tuple[str, str, str, str]
CASES: dict[str, tuple[str, list[Question]]] = {}


def ask(name: str, more: str, *questions: Question) -> None:
    """Note a case: what a template has beside the base, and from whom to whom which traffic is answered how."""
    CASES[name] = more, list(questions)


ask(
    "base",
    "",
    ("internet", "Web", "tcp/443", R),
    ("Web", "Db", "tcp/5432", R),
    ("Db", "8.8.8.8", "tcp/443", B),
    ("internet", "Db", "tcp/5432", B),
    ("Web", "8.8.8.8", "tcp/443", R),
)
ask(
    "cond-rule",
    """
  R: {Type: AWS::EC2::SecurityGroupIngress, Condition: IsOpen, Properties: {GroupId: !Ref DbSg, IpProtocol: tcp,
      FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/16}}
  R2: {Type: AWS::EC2::SecurityGroupIngress, Condition: Prod, Properties: {GroupId: !Ref DbSg, IpProtocol: tcp,
      FromPort: 23, ToPort: 23, CidrIp: 10.0.0.0/16}}
""",
    ("Web", "Db", "tcp/22", U),
    ("Web", "Db", "tcp/23", R),
    ("Web", "Db", "tcp/24", B),
)
ask(
    "novalue",
    """
  X: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: x, SecurityGroupIngress: [!If
      [Prod, {IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/16}, !Ref AWS::NoValue], !If [IsOpen,
      {IpProtocol: tcp, FromPort: 2, ToPort: 2, CidrIp: 10.0.0.0/16}, !Ref AWS::NoValue]], SecurityGroupEgress: !If
      [Prod, [{IpProtocol: tcp, FromPort: 9, ToPort: 9, CidrIp: 10.0.0.0/16}], !Ref AWS::NoValue]}}
  XI: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Priv, SecurityGroupIds: [!Ref X], PrivateIpAddress:
      10.0.1.20}}
""",
    ("Web", "XI", "tcp/1", R),
    ("Web", "XI", "tcp/2", U),
    ("Web", "XI", "tcp/3", B),
    ("XI", "Web", "tcp/443", B),
)
ask(
    "nat",
    """
  Eip: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Pub, AllocationId: !GetAtt Eip.AllocationId}}
  PrivT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PrivR: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PrivT, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId:
      !Ref Nat}}
  PrivA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PrivT, SubnetId: !Ref Priv}}
""",
    ("Db", "8.8.8.8", "tcp/443", R),
    ("internet", "Db", "tcp/5432", B),
)
ask(
    "nat-cond-open",
    """
  Eip: {Type: AWS::EC2::EIP, Condition: IsOpen, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Condition: IsOpen, Properties: {SubnetId: !Ref Pub, AllocationId: !GetAtt
      Eip.AllocationId}}
  PrivT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PrivR: {Type: AWS::EC2::Route, Condition: IsOpen, Properties: {RouteTableId: !Ref PrivT, DestinationCidrBlock:
      0.0.0.0/0, NatGatewayId: !Ref Nat}}
  PrivA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PrivT, SubnetId: !Ref Priv}}
""",
    ("Db", "8.8.8.8", "tcp/443", U),
    ("Web", "Db", "tcp/5432", R),
)
ask(
    "lambda-s3",
    """
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref Priv], SecurityGroupIds: [!Ref WebSg]},
      Code: {ZipFile: x}, Role: x, Runtime: x, Handler: x}}
  PrivT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PrivA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PrivT, SubnetId: !Ref Priv}}
  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub "com.amazonaws.${AWS::Region}.s3",
      RouteTableIds: [!Ref PrivT]}}
""",
    ("Fn", "service:s3", "tcp/443", R),
    ("Fn", "8.8.8.8", "tcp/443", B),
    ("Fn", "Db", "tcp/5432", R),
)
ask(
    "lambda-no-ep",
    """
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref Priv], SecurityGroupIds: [!Ref WebSg]},
      Code: {ZipFile: x}, Role: x, Runtime: x, Handler: x}}
""",
    ("Fn", "8.8.8.8", "tcp/443", B),
    ("Fn", "service:s3", "tcp/443", B),
)
ask(
    "r53",
    """
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: corp.example, VPCs: [{VPCId: !Ref Vpc, VPCRegion:
      eu-west-1}]}}
  Rec: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: !Ref Zone, Name: db.corp.example., Type: A, TTL: 60,
      ResourceRecords: [10.0.1.10]}}
""",
    ("Web", "db.corp.example", "tcp/5432", R),
    ("Web", "x.corp.example", "tcp/1", B),
)
ask(
    "rds",
    """
  Grp: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Priv, !Ref Pub]}}
  Rds: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Grp, VPCSecurityGroups: [!GetAtt
      DbSg.GroupId], Engine: postgres, DBInstanceClass: x}}
""",
    ("Web", "Rds", "tcp/5432", R),
    ("internet", "Rds", "tcp/5432", B),
)
ask(
    "foreach",
    """
  Fn::ForEach::Ports:
    - P
    - ["80", "81"]
    - R${P}: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref DbSg, IpProtocol: tcp, FromPort: !Ref
        P, ToPort: !Ref P, CidrIp: 10.0.0.0/16}}
Transform: AWS::LanguageExtensions
""",
    ("Web", "Db", "tcp/80", R),
    ("Web", "Db", "tcp/82", B),
)
ask(
    "acl",
    """
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AclA: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {NetworkAclId: !Ref Acl, SubnetId: !Ref Priv}}
  In: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: 6, RuleAction:
      allow, CidrBlock: 10.0.0.0/16, PortRange: {From: 5432, To: 5432}}}
""",
    ("Web", "Db", "tcp/5432", "no reply"),
)
ask(
    "bpa",
    """
  Bpa: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Condition: IsOpen, Properties: {InternetGatewayBlockMode:
      block-bidirectional}}
""",
    ("internet", "Web", "tcp/443", U),
    ("Web", "Db", "tcp/5432", R),
)
ask(
    "bpa2",
    """
  Bpa: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-ingress}}
""",
    ("internet", "Web", "tcp/443", B),
)
ask(
    "eice",
    """
  E: {Type: AWS::EC2::InstanceConnectEndpoint, Properties: {SubnetId: !Ref Priv, SecurityGroupIds: [!Ref WebSg]}}
""",
    ("Web", "Db", "tcp/5432", R),
)
ask(
    "alb",
    """
  AlbSg: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: x, SecurityGroupIngress:
      [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]}}
  Pub2: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.5.0/24, AvailabilityZone: eu-west-1b}}
  Pub2A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PubT, SubnetId: !Ref Pub2}}
  Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref Pub, !Ref Pub2], SecurityGroups:
      [!Ref AlbSg]}}
  Tg: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Port: 5432, Protocol: HTTP,
      Targets: [{Id: !Ref Db}]}}
  L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Alb, Port: 80, Protocol: HTTP,
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Tg}]}}
""",
    ("internet", "Alb", "tcp/80", R),
    ("internet", "Alb", "tcp/81", B),
)
ask(
    "tcp-noports",
    """
  R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref DbSg, IpProtocol: tcp, CidrIp: 10.0.0.0/16}}
""",
    ("Web", "Db", "tcp/22", B),
)
ask(
    "peer-unknown",
    """
  Peer: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Open}}
  PR: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref PubT, DestinationCidrBlock: 10.9.0.0/16,
      VpcPeeringConnectionId: !Ref Peer}}
""",
    ("Web", "10.9.0.1", "tcp/443", U),
    ("internet", "Web", "tcp/443", R),
)
ask(
    "import",
    """
  Sg2: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref DbSg, IpProtocol: tcp, FromPort: 22, ToPort:
      22, SourceSecurityGroupId: !ImportValue other-bastion}}
""",
    ("Web", "Db", "tcp/22", U),
    ("internet", "Db", "tcp/22", B),
)
ask(
    "fargate",
    """
  Svc: {Type: AWS::ECS::Service, Properties: {LaunchType: FARGATE, DesiredCount: 2, NetworkConfiguration:
      {AwsvpcConfiguration: {Subnets: [!Ref Pub], SecurityGroups: [!Ref WebSg], AssignPublicIp: ENABLED}},
      TaskDefinition: x}}
""",
    ("internet", "Svc/1", "tcp/443", R),
    ("Svc/1", "Db", "tcp/5432", R),
)

ask(
    "zones",
    """
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: corp.example, VPCs: [{VPCId: !Ref Vpc, VPCRegion:
      eu-west-1}]}}
  Recs:
    Type: AWS::Route53::RecordSetGroup
    Properties:
      HostedZoneName: corp.example.
      RecordSets:
        - {Name: db.corp.example, Type: A, TTL: "60", ResourceRecords: [10.0.1.10]}
        - {Name: far.corp.example, Type: CNAME, TTL: "60", ResourceRecords: [elsewhere.example]}
  Perhaps:
    Type: AWS::Route53::RecordSet
    Condition: IsOpen
    Properties: {HostedZoneId: !Ref Zone, Name: perhaps.corp.example, Type: A, TTL: "60", ResourceRecords: [10.0.1.10]}
""",
    ("Web", "db.corp.example", "tcp/5432", R),
    ("Web", "far.corp.example", "tcp/5432", U),
    ("Web", "perhaps.corp.example", "tcp/5432", U),
)


@pytest.mark.parametrize("name", CASES)
def test_the_questions_of_a_template(name: str) -> None:
    more, questions = CASES[name]
    net = reachsim.loads(BASE + more, file="net.yaml")
    for source, destination, traffic, expected in questions:
        assert net.trace(source, destination, traffic).verdict == expected, (source, destination, traffic)
