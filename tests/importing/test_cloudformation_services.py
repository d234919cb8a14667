"""What services that make interfaces of their own take from clusters, launch templates, subnets and the default VPC, each
with the answer that AWS's rules give, derived by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importing.templates_of import BASE, read

import reachsim
from reachsim.cli.main import main
from reachsim.importing import Imported
from reachsim.importing.cloudformation.template import recognises
from reachsim.importing.sources import decoded
from reachsim.importing.writing import written

R, B, U = "reachable", "blocked", "undecided"
GROUPS = """
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc}
  Admin:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc}
  Sql:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432,
        ToPort: 5432, CidrIp: 0.0.0.0/0}]}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref B, RouteTableId: !Ref Table}}
  Both: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref A, !Ref B]}}
"""
KUBERNETES = """
  K8s: {Type: AWS::EKS::Cluster, Properties: {Name: shop, ResourcesVpcConfig: {SubnetIds: [!Ref A, !Ref B]}}}
"""


def verdict(found: Imported, source: str, target: str, traffic: str) -> str:
    """How the network that was imported answers one question."""
    return reachsim.loads(written(found)).trace(source, target, traffic).verdict


CASES: dict[str, tuple[str, list[tuple[str, str, str, str]]]] = {
    # Nodes without a launch template have the group that EKS makes with the cluster, and so do its own interfaces.
    "nodes and their cluster": (
        KUBERNETES + "\n  Nodes: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: !Ref K8s, Subnets: [!Ref B]}}",
        [("Nodes", "K8s", "tcp/443", R), ("K8s", "Nodes", "tcp/10250", R), ("HostA", "Nodes", "tcp/10250", B)],
    ),
    "a rule for the cluster's group": (
        KUBERNETES
        + """
  Pods: {Type: AWS::EKS::FargateProfile, Properties: {ClusterName: shop, Subnets: [!Ref B]}}
  Api: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt K8s.ClusterSecurityGroupId,
      IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref Open}}
""",
        [("HostA", "K8s", "tcp/443", R), ("HostA", "K8s", "tcp/80", B), ("HostA", "Pods", "tcp/443", R)],
    ),
    "nodes whose launch template names groups have those alone": (
        GROUPS
        + KUBERNETES
        + """
  Launched: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {NetworkInterfaces: [{DeviceIndex: 0,
      Groups: [!Ref Web]}]}}}
  Nodes: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: !Ref K8s, Subnets: [!Ref B], LaunchTemplate: {Id: !Ref
      Launched}}}
""",
        [("Nodes", "K8s", "tcp/443", B), ("K8s", "Nodes", "tcp/10250", B), ("Nodes", "HostA", "tcp/443", R)],
    ),
    "nodes that are opened for SSH": (
        GROUPS
        + KUBERNETES
        + """
  Nodes: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: !Ref K8s, Subnets: [!Ref B], RemoteAccess: {Ec2SshKey: k,
      SourceSecurityGroups: [!Ref Web]}}}
  From: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Web]}}
""",
        [("From", "Nodes", "tcp/22", R), ("HostA", "Nodes", "tcp/22", B), ("From", "Nodes", "tcp/80", B)],
    ),
    # A node gets a public address where its subnet gives one, and reaches the internet only with one.
    "nodes in public subnets": (
        KUBERNETES
        + """
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, MapPublicIpOnLaunch: true}}
  OfC: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref C, RouteTableId: !Ref Table}}
  Public: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: !Ref K8s, Subnets: [!Ref C]}}
  Private: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: !Ref K8s, Subnets: [!Ref A]}}
""",
        [("Public", "8.8.8.8", "tcp/443", R), ("Private", "8.8.8.8", "tcp/443", B)],
    ),
    "a cluster that was not read": (
        "\n  Nodes: {Type: AWS::EKS::Nodegroup, Properties: {ClusterName: other, Subnets: [!Ref B]}}",
        [("HostA", "Nodes", "tcp/443", U)],
    ),
    # A database of a cluster has the cluster's subnets and groups; whether it is public, it says itself.
    "a cluster with a public instance": (
        GROUPS
        + """
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora, DBSubnetGroupName: !Ref Both,
      VpcSecurityGroupIds: [!Ref Sql]}}
  One: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref Cluster, PubliclyAccessible: true}}
""",
        [("internet", "Cluster", "tcp/5432", R), ("internet", "One", "tcp/5432", R), ("internet", "One", "tcp/22", B)],
    ),
    "a cluster with a private instance": (
        GROUPS
        + """
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora, DBSubnetGroupName: !Ref Both,
      VpcSecurityGroupIds: [!Ref Sql]}}
  One: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref Cluster, PubliclyAccessible: "false"}}
""",
        [("internet", "Cluster", "tcp/5432", B), ("internet", "One", "tcp/5432", B), ("HostA", "One", "tcp/5432", R)],
    ),
    "a cluster without instances of its own": (
        GROUPS
        + """
  Cluster: {Type: AWS::RDS::DBCluster, Properties: {EngineMode: serverless, DBSubnetGroupName: !Ref Both,
      VpcSecurityGroupIds: [!Ref Sql]}}
""",
        [("internet", "Cluster", "tcp/5432", B), ("HostA", "Cluster", "tcp/5432", R)],
    ),
    # AWS's pages differ about what a database gets that does not say whether it is public.
    "a database that does not say whether it is public": (
        GROUPS
        + """
  Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Both, VPCSecurityGroups: [!Ref Sql]}}
  Shut: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Both, VPCSecurityGroups: [!Ref Web]}}
""",
        [("internet", "Db", "tcp/5432", U), ("HostA", "Db", "tcp/5432", R), ("internet", "Shut", "tcp/5432", B)],
    ),
    "a replica has the subnets of its source": (
        GROUPS
        + """
  Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Both, PubliclyAccessible: false,
      VPCSecurityGroups: [!Ref Sql]}}
  Copy: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Db, PubliclyAccessible: false,
      VPCSecurityGroups: [!Ref Sql]}}
""",
        [("HostA", "Copy", "tcp/5432", R), ("HostA", "Copy", "tcp/22", B), ("internet", "Copy", "tcp/5432", B)],
    ),
    "a replication instance is public unless it says otherwise": (
        GROUPS
        + """
  Group: {Type: AWS::DMS::ReplicationSubnetGroup, Properties: {SubnetIds: [!Ref A, !Ref B]}}
  Moves: {Type: AWS::DMS::ReplicationInstance, Properties: {ReplicationSubnetGroupIdentifier: !Ref Group,
      VpcSecurityGroupIds: [!Ref Open]}}
""",
        [("internet", "Moves", "tcp/443", R), ("Moves", "8.8.8.8", "tcp/443", R)],
    ),
    "groups of a serverless cluster of Kafka": (
        GROUPS
        + """
  Kafka: {Type: AWS::MSK::ServerlessCluster, Properties: {VpcConfigs: [{SubnetIds: [!Ref A, !Ref B], SecurityGroups:
      [!Ref Sql]}]}}
""",
        [("HostA", "Kafka", "tcp/5432", R), ("HostA", "Kafka", "tcp/9098", B)],
    ),
    "groups that a service makes itself": (
        """
  Directory: {Type: AWS::DirectoryService::MicrosoftAD, Properties: {VpcSettings: {VpcId: !Ref Vpc, SubnetIds: [!Ref A,
      !Ref B]}}}
""",
        [("HostA", "Directory", "tcp/389", U), ("HostA", "HostB", "tcp/389", R)],
    ),
    # What names no subnet is in the default VPC of the account, which is none that a template makes.
    "in the default VPC": (
        """
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql}}
  Host: {Type: AWS::EC2::Instance, Properties: {ImageId: x}}
  Fleet: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {AvailabilityZones: [a], LaunchConfigurationName: x}}
  Elb: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {AvailabilityZones: [a], Listeners: []}}
""",
        [("HostA", "HostB", "tcp/22", R), ("HostA", "default-vpc.Db", "tcp/22", U), ("internet", "Host", "tcp/22", U)],
    ),
    "groups of the interface in a launch template": (
        GROUPS
        + """
  Launched: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {NetworkInterfaces: [{DeviceIndex: 0,
      SubnetId: !Ref A, Groups: [!Ref Sql]}]}}}
  Host: {Type: AWS::EC2::Instance, Properties: {LaunchTemplate: {LaunchTemplateId: !Ref Launched, Version: "1"}}}
""",
        [("HostA", "Host", "tcp/5432", R), ("HostA", "Host", "tcp/22", B)],
    ),
    # A rule for the port of a database that says none is for the port of its engine.
    "the port of a database": (
        GROUPS
        + """
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, DBSubnetGroupName: !Ref Both, PubliclyAccessible: false,
      VPCSecurityGroups: [!Ref Web]}}
  To: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Web, IpProtocol: tcp, CidrIp: 10.0.0.0/16,
      FromPort: !GetAtt Db.Endpoint.Port, ToPort: !GetAtt Db.Endpoint.Port}}
""",
        [("HostA", "Db", "tcp/3306", R), ("HostA", "Db", "tcp/5432", B)],
    ),
    "the port of a cache": (
        GROUPS
        + """
  Cache: {Type: AWS::ElastiCache::SubnetGroup, Properties: {SubnetIds: [!Ref A, !Ref B]}}
  Redis: {Type: AWS::ElastiCache::ReplicationGroup, Properties: {Port: 7000, CacheSubnetGroupName: !Ref Cache,
      SecurityGroupIds: [!Ref Web]}}
  To: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Web, IpProtocol: tcp, CidrIp: 10.0.0.0/16,
      FromPort: !GetAtt Redis.PrimaryEndPoint.Port, ToPort: !GetAtt Redis.PrimaryEndPoint.Port}}
""",
        [("HostA", "Redis", "tcp/7000", R), ("HostA", "Redis", "tcp/6379", B)],
    ),
    # Of Aurora PostgreSQL, one page says 5432 and another 3306.
    "the port of Aurora PostgreSQL": (
        GROUPS
        + """
  Db: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-postgresql, DBSubnetGroupName: !Ref Both,
      VpcSecurityGroupIds: [!Ref Web]}}
  To: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Web, IpProtocol: tcp, CidrIp: 10.0.0.0/16,
      FromPort: !GetAtt Db.Endpoint.Port, ToPort: !GetAtt Db.Endpoint.Port}}
""",
        [("HostA", "Db", "tcp/5432", U), ("HostA", "Db", "tcp/3306", U), ("HostA", "Db", "tcp/22", B)],
    ),
    # A subnet that assigns IPv6 addresses gives one to every interface that does not say otherwise.
    "addresses of IPv6 that a subnet gives": (
        """
  V6: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
  Six:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.3.0/24
      AssignIpv6AddressOnCreation: true
      Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 4, 64]]
  OfSix: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Six, RouteTableId: !Ref Table}}
  Out6: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationIpv6CidrBlock: "::/0", GatewayId: !Ref
      Igw}}
  All: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Has: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Six, SecurityGroupIds: [!Ref All]}}
  Also: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Six, SecurityGroupIds: [!Ref All]}}
  None: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Six, Ipv6AddressCount: 0, SecurityGroupIds: [!Ref All]}}
""",
        [("Has", "2606:4700::1", "tcp/443", R), ("Also", "2606:4700::1", "tcp/443", R), ("Has", "Also", "tcp/443", B)],
    ),
    "a launch template that was not given": (
        "\n  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, LaunchTemplate: {LaunchTemplateId: lt-1}}}",
        [("HostA", "Host", "tcp/22", U), ("HostA", "HostB", "tcp/22", R)],
    ),
}


@pytest.mark.parametrize(("more", "asked"), [(more, each) for more, questions in CASES.values() for each in questions])
def test_what_is_asked_of_services(more: str, asked: tuple[str, str, str, str]) -> None:
    source, target, traffic, expected = asked
    assert verdict(read(more), source, target, traffic) == expected


def test_who_has_an_address_of_ipv6_that_its_subnet_gives() -> None:
    hosts = read(CASES["addresses of IPv6 that a subnet gives"][0]).design["vpcs"]["Vpc"]["instances"]
    assert len({hosts[name]["ipv6_address"] for name in ("Has", "Also")}) == 2
    assert "ipv6_address" not in hosts["None"]


def test_a_function_may_use_ipv6_where_it_says_so() -> None:
    more = (
        CASES["addresses of IPv6 that a subnet gives"][0]
        + """
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref Six], SecurityGroupIds: [!Ref Open],
      Ipv6AllowedForDualStack: true}}}
"""
    )
    assert read(more).design["lambda_functions"]["Fn"]["latest"]["ipv6"] is True


def test_what_is_in_the_default_vpc_is_in_no_other() -> None:
    found = read(CASES["in the default VPC"][0])
    assert {found.names[id] for id in ("Db", "Host", "Fleet", "Elb")} == {
        f"default-vpc.{id}" for id in ("Db", "Host", "Fleet", "Elb")
    }
    assert "unknown_components" not in found.design["vpcs"]["Vpc"]
    assert not any("None" in note.text for note in found.notes)


@pytest.mark.parametrize("kind", ["AWS::CloudFormation::Stack", "AWS::Serverless::Application", "Custom::Thing"])
def test_what_is_nested_or_custom_is_told(kind: str) -> None:
    found = read(f"\n  Inner: {{Type: {kind}, Properties: {{TemplateURL: https://b.s3.amazonaws.com/x.yaml}}}}")
    assert [note.what for note in found.notes if note.kind == "not read"] == ["Inner"]


def test_the_custom_resource_of_cloudformation_is_told() -> None:
    found = read("\n  Mine: {Type: AWS::CloudFormation::CustomResource, Properties: {ServiceToken: x}}")
    assert [note.what for note in found.notes if note.kind == "not read"] == ["Mine"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\n\n  # indented as a whole\n  AWSTemplateFormatVersion: x\n  Resources:\n    A: {Type: B}\n", True),
        ("  Resources:\n    A: {Type: B}\n", True),
        (
            "service: x\nresources:\n  Resources:\n    A: {Type: B}\n",
            False,
        ),  # of another tool, which makes a template of it
    ],
)
def test_a_template_may_be_indented_as_a_whole(text: str, expected: bool) -> None:
    assert recognises(decoded(text, "f")) is expected


OPEN_RULES = """
Parameters:
  Office: {Type: String}
  Mode: {Type: String}
Conditions:
  Opened: !Equals [!Ref Mode, open]
"""


@pytest.mark.parametrize(
    ("traffic", "words"), [("tcp/22", "tcp/22 from unknown"), ("tcp/80", "tcp/80 from 10.0.0.0/8, perhaps")]
)
def test_an_undecided_answer_names_the_rule_that_it_hangs_on(traffic: str, words: str) -> None:
    more = """
  Shut: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Office}]}}
  More: {Type: AWS::EC2::SecurityGroupIngress, Condition: Opened, Properties: {GroupId: !Ref Shut, IpProtocol: tcp,
      FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Shut]}}
"""
    answer = reachsim.loads(written(read(more, OPEN_RULES))).trace("HostA", "Host", traffic)
    assert answer.verdict == U
    assert words in str(answer)


def test_an_undecided_answer_about_a_file_says_which_parameter_it_hangs_on() -> None:
    more = """
  Shut: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Office}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Shut]}}
"""
    net = reachsim.loads(OPEN_RULES + BASE + more)
    said = "Shut: whom a rule names is not known: parameter Office has no value (--parameter Office=VALUE)"
    trace = net.trace("HostA", "Host", "tcp/22")
    answers = (trace, net.reach("HostA", "Host"), net.expect("HostA", "Host", deny="tcp/22"))
    for answer in (*answers, net.isolated("HostA", "Host")):
        assert said in " ".join(str(answer).split())
    assert not any("Office" in note for note in trace.notes)  # it is said once
    assert "Office" not in str(net.trace("HostA", "Host", "tcp/443"))


@pytest.mark.parametrize("command", [["exposure"], ["who", "Host"]])
def test_an_undecided_list_of_a_file_says_which_parameter_it_hangs_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    more = """
  Shut: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Office}]}}
  Host: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [
      {DeviceIndex: 0, SubnetId: !Ref A, AssociatePublicIpAddress: true, GroupSet: [!Ref Shut]}]}}
"""
    file = tmp_path / "template.yaml"
    file.write_text(OPEN_RULES + BASE + more)
    first, *ends = command
    assert main([first, str(file), *ends]) == 3
    assert "(--parameter Office=VALUE)" in " ".join(capsys.readouterr().out.split())


def test_a_report_says_how_a_parameter_gets_its_value() -> None:
    found = read("\n  More: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Office}}", OPEN_RULES)
    assert any("parameter Office has no value (--parameter Office=VALUE)" in note.text for note in found.notes)


def test_a_template_that_is_indented_as_a_whole_is_opened_by_every_command() -> None:
    text = "\n".join(f"  {line}" for line in BASE.splitlines())
    assert reachsim.loads(text).trace("HostA", "HostB", "tcp/22").verdict == R


IN_A: dict[str, tuple[str, str | None]] = {
    "AWS::CodeBuild::Project": ("VpcConfig: {Subnets: [!Ref A]}", "never"),
    "AWS::RDS::DBProxy": ("VpcSubnetIds: [!Ref A]", "never"),
    "AWS::EKS::FargateProfile": ("Subnets: [!Ref A]", "never"),
    "AWS::ECS::Service": ("NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}", None),
    "AWS::RedshiftServerless::Workgroup": ("SubnetIds: [!Ref A], PubliclyAccessible: false", None),
}


@pytest.mark.rule("IGW-16")
@pytest.mark.parametrize("type", IN_A)
def test_which_services_can_have_public_addresses(type: str) -> None:
    placed, public_ip = IN_A[type]
    found = read(f"  Asked: {{Type: {type}, Properties: {{{placed}}}}}\n")
    (made,) = [vpc["interfaces"]["Asked"] for vpc in found.design["vpcs"].values() if "interfaces" in vpc]
    assert made.get("public_ip") == public_ip


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(("told", "expected"), [("'false'", R), ("true", B), (None, B)])
def test_a_target_sees_the_client_unless_its_group_says_otherwise(told: str | None, expected: str) -> None:
    attributes = f", TargetGroupAttributes: [{{Key: preserve_client_ip.enabled, Value: {told}}}]" if told else ""
    text = f"""
  C: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.3.0/24,
      AvailabilityZone: !Select [1, !GetAZs '']}}}}
  Behind: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.3.0/24}}]}}}}
  Target: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B, SecurityGroupIds: [!Ref Behind]}}}}
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Type: network, Scheme: internal, Subnets: [!Ref C],
      LoadBalancerAttributes: [{{Key: load_balancing.cross_zone.enabled, Value: true}}]}}}}
  Tg: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {{Port: 8080, Protocol: TCP, VpcId: !Ref Vpc,
      Targets: [{{Id: !Ref Target}}]{attributes}}}}}
  Listener: {{Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {{LoadBalancerArn: !Ref Nlb, Port: 80, Protocol: TCP,
      DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Tg}}]}}}}
"""
    assert verdict(read(text), "HostA", "Nlb", "tcp/80") == expected


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("{AddressFamily: ipv6, IpamScopeId: !GetAtt Ipam.PrivateDefaultScopeId}", ["2600:1f18::/56"]),
        ("{AddressFamily: ipv6, IpamScopeId: !GetAtt Ipam.PublicDefaultScopeId}", None),
        ("{AddressFamily: ipv6, IpamScopeId: !Ref Scope}", ["2600:1f18::/56"]),  # what is added to the two is private
        ("{AddressFamily: ipv6, IpamScopeId: !GetAtt Scope.IpamScopeId}", ["2600:1f18::/56"]),
        ("{AddressFamily: ipv6, IpamScopeId: ipam-scope-1}", "unknown"),
        ("{AddressFamily: ipv6, IpamScopeId: !ImportValue scope}", "unknown"),
        ("{AddressFamily: ipv6, IpamScopeId: ipam-scope-1, PublicIpSource: byoip}", None),  # the public scope's alone
        ("{AddressFamily: ipv6, IpamScopeId: ipam-scope-1, AwsService: ec2}", None),
        ("{AddressFamily: ipv6, IpamScopeId: ipam-scope-1, AwsService: ec2, PubliclyAdvertisable: false}", "unknown"),
        ("", "unknown"),  # the pool is in another template
    ],
)
def test_a_block_of_a_pool_of_ipam_is_on_the_internet_by_the_scope_of_the_pool(pool: str, expected: object) -> None:
    made = f"  Pool: {{Type: AWS::EC2::IPAMPool, Properties: {pool}}}\n" if pool else ""
    id = "!Ref Pool" if pool else "!ImportValue pool"
    asked = f"{{VpcId: !Ref Vpc, Ipv6CidrBlock: '2600:1f18::/56', Ipv6IpamPoolId: {id}}}"
    more = f"""
  Ipam: {{Type: AWS::EC2::IPAM}}
  Scope: {{Type: AWS::EC2::IPAMScope, Properties: {{IpamId: !Ref Ipam}}}}
  V6: {{Type: AWS::EC2::VPCCidrBlock, Properties: {asked}}}
"""
    assert read(more + made).design["vpcs"]["Vpc"].get("private_ipv6") == expected


@pytest.mark.parametrize("vpc", ["!Ref Vpc", "!GetAtt Vpc.VpcId", "{'Fn::GetAtt': [Vpc, VpcId]}"])
def test_the_vpc_that_amazon_gives_a_block_is_named_either_way(vpc: str) -> None:
    rule = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIpv6: !Select [0, !GetAtt Vpc.Ipv6CidrBlocks]}"
    more = f"""
  V6: {{Type: AWS::EC2::VPCCidrBlock, Properties: {{VpcId: {vpc}, AmazonProvidedIpv6CidrBlock: true}}}}
  Own:
    Type: AWS::EC2::SecurityGroup
    Properties: {{GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{rule}]}}
"""
    body = read(more).design["vpcs"]["Vpc"]
    assert [each["from"] for each in body["security_groups"]["Own"]["ingress"]] == [body["cidrs"][1]]
