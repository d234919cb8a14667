"""What has addresses and is in a subnet that nobody knows may be reached: undecided, and not passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim
from reachsim.cli.main import main

GROUP = """\
  Sg:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: {vpc}
      SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}}]
"""
PARAMETERS = "Parameters: {Subnet: {Type: 'AWS::EC2::Subnet::Id'}, Vpc: {Type: 'AWS::EC2::VPC::Id'}}\n"
INSTANCE = "  Web: {{Type: 'AWS::EC2::Instance', Properties: {{SubnetId: {subnet}, SecurityGroupIds: [!Ref Sg]}}}}\n"
BALANCER = (
    "  Web: {{Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', "
    "Properties: {{Subnets: [{subnet}], SecurityGroups: [!Ref Sg]}}}}\n"
)
INTERFACE = "  Web: {{Type: 'AWS::EC2::NetworkInterface', Properties: {{SubnetId: {subnet}, GroupSet: [!Ref Sg]}}}}\n"


@pytest.mark.parametrize("thing", [INSTANCE, BALANCER, INTERFACE], ids=["instance", "load balancer", "interface"])
@pytest.mark.parametrize(
    ("vpc", "subnet"),
    [("!Ref Vpc", "!Ref Subnet"), ("vpc-1", "subnet-1"), ("!ImportValue Vpc", "!ImportValue Subnet")],
    ids=["parameters", "ids", "another stack"],
)
def test_what_is_in_a_subnet_that_nobody_knows_may_be_exposed(
    tmp_path: Path, thing: str, vpc: str, subnet: str
) -> None:
    """A group that admits the world, and who carries it may be in a public subnet."""
    template = tmp_path / "template.yaml"
    template.write_text(f"{PARAMETERS}Resources:\n{GROUP.format(vpc=vpc)}{thing.format(subnet=subnet)}")
    net = reachsim.load(template)
    exposed = net.exposure()  # beside it, what else may be in the subnet
    assert exposed
    assert all(each.undecided and not each.space for each in exposed)
    assert net.expect("internet", {"vpc": next(iter(net.design.vpcs))}, deny="tcp/22").verdict == "undecided"
    assert net.isolated("internet", {"vpc": next(iter(net.design.vpcs))}).undecided
    assert main(["exposure", str(template)]) == 3


def test_an_edit_of_its_group_may_open_something(tmp_path: Path) -> None:
    """From one address to the world: who carries the group may be in a public subnet."""
    files = []
    for name, peer in (("before", "81.2.69.160/32"), ("after", "0.0.0.0/0")):
        file = tmp_path / f"{name}.yaml"
        group = GROUP.format(vpc="!Ref Vpc").replace("0.0.0.0/0", peer)
        file.write_text(f"{PARAMETERS}Resources:\n{group}{INSTANCE.format(subnet='!Ref Subnet')}")
        files.append(str(file))
    assert main(["diff", *files]) == 3
    assert main(["diff", files[0], files[0]]) == 0


VPC = "  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}\n"
NETWORK = VPC + "  Net: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}\n"


@pytest.mark.parametrize("subnet", ["!Ref Subnet", "!Ref Net"], ids=["not known", "known"])
def test_a_function_has_one_name_wherever_it_is(tmp_path: Path, subnet: str) -> None:
    """Its own, and not that of the template, which only names what has none."""
    template = tmp_path / "template.yaml"
    group = GROUP.format(vpc="!Ref Vpc").replace("Sg:", "FunctionGroup:")
    function = (
        "  Fn: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: worker, "
        f"VpcConfig: {{SubnetIds: [{subnet}], SecurityGroupIds: [!Ref FunctionGroup]}}}}}}\n"
    )
    template.write_text(f"{PARAMETERS.splitlines()[0]}\nResources:\n{NETWORK}{group}{function}")
    answer = reachsim.load(template).trace("worker", "10.0.0.77", "tcp/443")
    assert (answer.verdict == "undecided") == (subnet == "!Ref Subnet")
    if answer.verdict == "undecided":
        assert "(--parameter Subnet=VALUE)" in " ".join(str(answer).split())


def test_what_a_reference_without_a_value_leads_to_is_named_in_every_answer(tmp_path: Path) -> None:
    """A route's target and a group of a rule: each a parameter without a value; and an address that nothing in the template
    tells."""
    more = """\
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
  Out: {Type: 'AWS::EC2::Route', Properties: {
      RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  Of: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {RouteTableId: !Ref Table, SubnetId: !Ref Net}}
  Ruled: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {IpProtocol: tcp, FromPort: 1, ToPort: 1, SourceSecurityGroupId: !Ref Friends}]}}
  Plain: {Type: 'AWS::EC2::Instance', Properties: {SubnetId: !Ref Net}}
  OfRule: {Type: 'AWS::EC2::Instance', Properties: {SubnetId: !Ref Net, SecurityGroupIds: [!Ref Ruled]}}
  Dangling: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [
      {IpProtocol: tcp, FromPort: 2, ToPort: 2, CidrIp: !Ref Nope}]}}
  OfDangling: {Type: 'AWS::EC2::Instance', Properties: {SubnetId: !Ref Net, SecurityGroupIds: [!Ref Dangling]}}
"""
    template = tmp_path / "template.yaml"
    parameters = "Parameters: {Nat: {Type: String}, Friends: {Type: String}}\n"
    template.write_text(f"{parameters}Resources:\n{NETWORK}{more}")
    net = reachsim.load(template)
    asked = [
        ("Plain", "8.8.8.8", "tcp/443", "where a route leads is not known: parameter Nat has no value (--parameter Nat="),
        ("Plain", "OfRule", "tcp/1", "which group a rule names is not known: parameter Friends has no value"),
        ("Plain", "OfDangling", "tcp/2", "there is no parameter or resource Nope"),
    ]  # fmt: skip
    for source, destination, traffic, reason in asked:
        answers = (
            net.trace(source, destination, traffic),
            net.reach(source, destination),
            net.expect(source, destination, deny=traffic),
        )
        for answer in answers:
            assert "undecided" in repr(answer) or "CANNOT DECIDE" in str(answer)
            assert reason in " ".join(str(answer).split())


GROUPS = """\
  WebGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443,
        CidrIp: 0.0.0.0/0}]}
  DbGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 3306, ToPort: 3306,
        SourceSecurityGroupId: !Ref WebGroup}]}
"""
HOSTS = """\
  Web: {Type: AWS::EC2::Instance, Properties: {ImageId: x, SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref WebGroup]}}
  Twin: {Type: AWS::EC2::Instance, Properties: {ImageId: x, SubnetId: !Ref Subnet, SecurityGroupIds: [!Ref WebGroup]}}
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref WebGroup]}}}
  Some: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: !Ref Subnets}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, DBSubnetGroupName: !Ref Some, PubliclyAccessible: false,
      VPCSecurityGroups: [!Ref DbGroup]}}
"""


@pytest.mark.parametrize(
    ("source", "destination", "traffic", "expected"),
    [
        ("internet", "Web", "tcp/443", "undecided"),
        ("internet", "Web", "tcp/22", "fails"),  # whatever the subnet is, its group lets nobody in there
        ("Web", "Twin", "tcp/443", "holds"),  # within one subnet nothing but groups is asked
        ("Web", "Db", "tcp/3306", "undecided"),  # the ACL between two subnets is not known
        ("Fn", "Db", "tcp/3306", "undecided"),
        ("Web", "Db", "tcp/22", "fails"),
        ("Db", "Web", "tcp/3306", "fails"),
        ("internet", "Db", "tcp/3306", "fails"),
    ],
)
def test_in_a_network_of_parameters_groups_are_what_is_known(
    tmp_path: Path, source: str, destination: str, traffic: str, expected: str
) -> None:
    """The usual template of an application: its network is somebody else's, its groups are its own."""
    template = tmp_path / "template.yaml"
    several = "Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}"
    template.write_text(f"{PARAMETERS.rstrip()[:-1]}, {several}\nResources:\n{GROUPS}{HOSTS}")
    assert reachsim.load(template).expect(source, destination, allow=traffic).verdict == expected


OWN = "  A: {Type: AWS::EC2::Instance, Properties: {ImageId: x, SubnetId: !Ref Net, SecurityGroupIds: [!Ref Sg]}}\n"


@pytest.mark.parametrize("ends", [("A", "10.0.0.77"), ("10.0.0.77", "A")])
def test_groups_without_a_value_are_named_by_the_parameter(tmp_path: Path, ends: tuple[str, str]) -> None:
    """An answer that hangs on the groups of an instance says what would tell them."""
    template = tmp_path / "template.yaml"
    other = (
        "  B: {Type: AWS::EC2::Instance, Properties: {ImageId: x, SubnetId: !Ref Net, PrivateIpAddress: 10.0.0.77}}\n"
    )
    template.write_text(
        f"Parameters: {{Sg: {{Type: 'AWS::EC2::SecurityGroup::Id'}}}}\nResources:\n{NETWORK}{OWN}{other}"
    )
    answer = reachsim.load(template).trace(*ends, "tcp/443")
    assert answer.verdict == "undecided"
    assert "parameter Sg has no value (--parameter Sg=VALUE)" in " ".join(str(answer).split())
