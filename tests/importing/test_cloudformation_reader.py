"""Templates end to end: what each family of resources becomes, with verdicts that follow from AWS's rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.importing.templates_of import BASE, FAR, read, told, verdict

import reachsim
from reachsim.errors import UsageError
from reachsim.importing import import_files
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import decoded


def test_zones_by_place_and_by_name_are_not_told_apart() -> None:
    """Whether the first zone is eu-west-1b, nobody knows: some accounts have no eu-west-1a."""
    properties = "{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: eu-west-1b}"
    named = f"  C: {{Type: AWS::EC2::Subnet, Properties: {properties}}}\n"
    zones = [
        [each.get("az") for each in read(more, region="eu-west-1").design["vpcs"]["Vpc"]["subnets"].values()]
        for more in ("", named)
    ]
    assert zones == [["eu-west-1-zone-a", "eu-west-1-zone-b"], [None, None, "eu-west-1b"]]


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize("where", [{}, {"region": "eu-west-1"}, {"region": "eu-west-1", "account": "111122223333"}])
def test_block_public_access_is_of_all_vpcs_of_the_account(where: dict[str, str]) -> None:
    address = "  Eip: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref HostA}}\n"
    block = """
  Block: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-bidirectional}}
"""
    exclude = """
  But:
    Type: AWS::EC2::VPCBlockPublicAccessExclusion
    Properties: {InternetGatewayExclusionMode: allow-bidirectional, SubnetId: !Ref A}
"""
    assert verdict(read(address, **where), "internet", "HostA") == "yes"
    assert verdict(read(address + block, **where), "internet", "HostA") == "no"
    assert verdict(read(address + block + exclude, **where), "internet", "HostA") == "yes"


def test_endpoints() -> None:
    """A gateway endpoint is of the tables that it names, an interface endpoint of its subnets and groups."""
    more = """
  S3:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3', RouteTableIds: [!Ref Table]}
  Kms:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      ServiceName: !Join ['', ['com.amazonaws.', !Ref 'AWS::Region', '.kms']]
      VpcEndpointType: Interface
      SubnetIds: [!Ref B]
      SecurityGroupIds: [!Ref Open]
      PrivateDnsEnabled: true
"""
    found = read(more)
    assert verdict(found, "HostA", "service:s3") == "yes"
    assert verdict(found, "HostB", "service:s3") == "no"
    assert verdict(found, "HostB", "service:kms") == "yes"
    assert verdict(read(more, region="eu-west-1"), "HostB", "service:kms") == "yes"


PRIVATE_LINK = (
    FAR
    + """\
  Nlb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: network, Scheme: internal, Subnets: [!Ref FarSubnet]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Nlb
      Port: 443
      Protocol: TCP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Tg}]
  Tg:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 8443, Protocol: TCP, VpcId: !Ref Far, Targets: [{Id: !Ref FarHost}]}
  Service:
    Type: AWS::EC2::VPCEndpointService
    Properties: {NetworkLoadBalancerArns: [!Ref Nlb], AcceptanceRequired: ACCEPT}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      VpcEndpointType: Interface
      ServiceName: !Sub 'com.amazonaws.vpce.${AWS::Region}.${Service}'
      SubnetIds: [!Ref A]
      SecurityGroupIds: [!Ref Open]
"""
)


@pytest.mark.parametrize("region", ["", "eu-west-1"])
@pytest.mark.parametrize(("accept", "expected"), [("false", "yes"), ("true", "undecided")])
def test_a_service_of_ones_own(region: str, accept: str, expected: str) -> None:
    assert verdict(read(PRIVATE_LINK.replace("ACCEPT", accept), region=region), "HostB", "Endpoint") == expected


@pytest.mark.parametrize(
    ("preserves", "expected"),
    [("false", "yes"), ("true", "undecided"), ("!Ref Asked", "undecided"), (None, "undecided")],
)
def test_an_instance_connect_endpoint_is_an_interface_unless_it_sends_from_its_clients(
    preserves: str | None, expected: str
) -> None:
    told = "" if preserves is None else f", PreserveClientIp: {preserves}"
    more = f"""
  Jump: {{Type: AWS::EC2::InstanceConnectEndpoint, Properties: {{SubnetId: !Ref A, SecurityGroupIds: [!Ref Open]{told}}}}}
"""
    found = read(more, "Parameters: {Asked: {Type: String}}\n")
    assert verdict(found, "Jump", "HostB", "tcp/22") == expected


def test_services_have_interfaces_in_their_subnets() -> None:
    more = """
  Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Where, VPCSecurityGroups: [!Ref DbGroup]}}
  Where: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref A, !Ref B]}}
  DbGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Open}]
  Launch: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {SecurityGroupIds: [!Ref DbGroup]}}}
  Fleet:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {VPCZoneIdentifier: [!Ref B], LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: '1'}}
"""
    found = read(more)
    for service in ("Db", "Fleet"):
        assert verdict(found, "HostA", service, "tcp/5432") == "yes"
        assert verdict(found, "HostA", service, "tcp/22") == "no"
        assert verdict(found, "internet", service, "tcp/5432") == "no"


def test_rules_beside_the_default_group_and_the_default_acl_count() -> None:
    more = """
  One: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}
  Two: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B, SecurityGroupIds: [!Ref Strange]}}
  Strange: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      {GroupId: !GetAtt Vpc.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
"""
    deny = """
  Deny:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      {NetworkAclId: !GetAtt Vpc.DefaultNetworkAcl, RuleNumber: 1, Protocol: 6, RuleAction: deny, CidrBlock: 0.0.0.0/0,
       PortRange: {From: 443, To: 443}}
"""
    assert verdict(read(more), "Two", "One") == "yes"
    assert verdict(read(more), "Two", "One", "tcp/22") == "no"
    assert verdict(read(more + deny), "Two", "One") == "no"


def test_cdk_takes_the_rules_out_of_the_default_group() -> None:
    more = """
  One: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}
  Two: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B}}
"""
    restrict = """
  Restrict:
    Type: Custom::VpcRestrictDefaultSG
    Properties: {ServiceToken: x, DefaultSecurityGroupId: !GetAtt Vpc.DefaultSecurityGroup, Account: '1'}
"""
    assert verdict(read(more), "One", "Two") == "yes"
    assert verdict(read(more + restrict), "One", "Two") == "no"


def test_a_rule_beside_a_group_leaves_open_whether_all_may_leave() -> None:
    beside = """
  Other: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc EGRESS}}
  Egress:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: !Ref Other, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Other]}}
"""
    found = read(beside.replace("EGRESS", ""))
    assert verdict(found, "Host", "HostB", "tcp/443") == "yes"
    assert verdict(found, "Host", "HostB", "tcp/22") == "undecided"
    mark = ", SecurityGroupEgress: [{IpProtocol: icmp, FromPort: 252, ToPort: 86, CidrIp: 255.255.255.255/32}]"
    assert verdict(read(beside.replace("EGRESS", mark)), "Host", "HostB", "tcp/22") == "no"


ROUTER = """
  Router:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Open], SourceDestCheck: CHECK, UserData: USERDATA}
  Address: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref Router}}
  Inner: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref B, RouteTableId: !Ref Inner}}
  ByRouter:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Inner, DestinationCidrBlock: 0.0.0.0/0, InstanceId: !Ref Router}
"""
NAT_SCRIPT = "!Base64 'echo 1 > /proc/sys/net/ipv4/ip_forward; iptables -t nat -A POSTROUTING -j MASQUERADE'"


@pytest.mark.parametrize(
    ("check", "script", "strict", "expected"),
    [
        ("false", NAT_SCRIPT, False, "yes"),
        ("false", NAT_SCRIPT, True, "undecided"),
        ("false", "!Base64 hello", False, "undecided"),
        ("true", NAT_SCRIPT, False, "no"),
    ],
)
def test_an_instance_as_a_router(check: str, script: str, strict: bool, expected: str) -> None:
    found = read(ROUTER.replace("CHECK", check).replace("USERDATA", script), strict=strict)
    assert verdict(found, "HostB", "8.8.8.8") == expected


def test_what_is_not_read_is_named_with_its_line() -> None:
    found = read(
        "  Wall: {Type: AWS::NetworkFirewall::Firewall}\n  Own: {Type: Custom::Thing}\n  Role: {Type: AWS::IAM::Role}\n"
    )
    assert "t.yaml:22 Wall" in told(found, "not read")
    assert "Custom::Thing runs code of its own" in told(found, "not read")
    assert "Role" not in told(found, "not read")


def test_a_macro_of_somebodys_own_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"the macro 'Mine' makes the template.*--template-stage Processed"):
        read(head="Transform: [AWS::LanguageExtensions, Mine]\n")


def test_secrets_reach_neither_a_design_nor_a_note() -> None:
    secret = "hunter2-hunter2"
    head = f"Parameters: {{P: {{Type: String, NoEcho: true, Default: {secret}}}}}\n"
    head += f"Conditions: {{C: !Equals [!Ref P, {secret}]}}\n"
    more = f"""
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{MasterUserPassword: {secret}, DBSubnetGroupName: !Ref P}}}}
  Host:
    Type: AWS::EC2::Instance
    Condition: C
    Properties: {{SubnetId: !Ref A, UserData: !Base64 'x create-route {secret}', KeyName: !Ref P}}
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: !Ref P, Environment: {{Variables: {{K: {secret}}}}}}}}}
  G:
    Type: AWS::EC2::SecurityGroup
    Properties: {{GroupDescription: !Ref P, VpcId: !Ref Vpc, SecurityGroupIngress: [{{CidrIp: !Ref P}}]}}
"""
    found = read(more, head)
    assert secret not in json.dumps(found.design) + "".join(map(str, found.notes)) + repr(found.names)


def test_stacks_that_import_and_nest_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack exports its VPC; another one, with a nested stack, puts a host into it."""
    from reachsim.cli.main import main

    outputs = "Outputs:\n  X: {Value: !Ref A, Export: {Name: !Sub '${AWS::StackName}-Subnet'}}\n"
    (tmp_path / "network.yaml").write_text(BASE + outputs)
    (tmp_path / "app.yaml").write_text(
        "Parameters: {Net: {Type: String}}\nResources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties:\n      TemplateURL: ./host.yaml\n"
        "      Parameters: {Subnet: {'Fn::ImportValue': !Sub '${Net}-Subnet'}}\n"
    )
    (tmp_path / "host.yaml").write_text(
        "Parameters: {Subnet: {Type: 'AWS::EC2::Subnet::Id'}}\n"
        "Resources: {Host: {Type: 'AWS::EC2::Instance', Properties: {SubnetId: !Ref Subnet}}}\n"
    )
    files = [str(tmp_path / name) for name in ("app.yaml", "host.yaml")]
    options = ["--stack", f"prod={tmp_path / 'network.yaml'}", "--parameter", "Net=prod"]
    assert main(["import", *files, *options, "--report"]) == 0
    report = capsys.readouterr().out
    assert "app.Inner.Host" in report
    assert "left out" not in report


@pytest.mark.parametrize(("given", "expected"), [({}, "undecided"), ({"P": "yes"}, "yes"), ({"P": "no"}, "no")])
def test_what_a_nested_stack_adds_hangs_on_whether_it_is_made(given: dict[str, str], expected: str) -> None:
    head = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, 'yes']}\n"
    more = """
  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Closed]}}
  Inner:
    Type: AWS::CloudFormation::Stack
    Condition: C
    Properties: {TemplateURL: inner.yaml, Parameters: {G: !Ref Closed}}
"""
    inner = """
Parameters: {G: {Type: String}}
Resources:
  In:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref G, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}
"""
    files = [(decoded(head + BASE + more, "t.yaml"), True), (decoded(inner, "inner.yaml"), True)]
    assert verdict(import_sources(files, Options(parameters=given), "t.yaml"), "HostB", "Host") == expected


@pytest.mark.parametrize("name", ["two-tier.yaml", "all-text.json"])
def test_a_template_is_a_network_for_every_command(name: str) -> None:
    file = Path(__file__).parent / "templates" / name
    found = import_files([file])
    assert reachsim.load(file) == reachsim.loads(json.dumps(found.design))
