"""What is unknown in an inventory. The oracle: the same with several values in its place, of which AWS could have any.

Whatever one of these values changes must be undecided; and what none of them can change should not be.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from tests.importing import complete_services
from tests.importing.complete import KINDS, QUESTIONS, Kinds, inventory, rule

import reachsim
from reachsim.errors import ReachsimError
from reachsim.importing.builder import build
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import MAYBE, Inventory, Item, NotKnown, Unknown
from reachsim.importing.refusals import leave_out_refused

GONE = object()
"""In place of a value: it is not there."""
WHY = "computed when it is applied"
Path = tuple[str | int, ...]


def at(path: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in path.split("/"))


def changed(path: Path, value: Any, of: Kinds = KINDS) -> Kinds:
    kinds: Kinds = dict(of)
    holder: Any = kinds
    for step in path[:-1]:  # `inventory` copies the rest
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return kinds


def loaded(found: Inventory) -> tuple[Imported, reachsim.Network]:
    out = build(found)
    leave_out_refused(out)
    return out, reachsim.loads(json.dumps(out.design))


@dataclass(frozen=True, eq=False)
class Account:
    """What there is, and what is asked about it."""

    kinds: Kinds
    questions: list[tuple[str, str, str]]

    def verdicts(self, net: reachsim.Network) -> list[str]:
        out = []
        for asked in self.questions:
            try:
                out.append(net.trace(*asked).verdict)
            except ReachsimError:  # what was asked about is not there
                out.append("")
        return out

    @cached_property
    def settled(self) -> list[str]:
        return self.verdicts(loaded(inventory(self.kinds))[1])

    def judge(self, found: Inventory, others: list[Kinds]) -> tuple[int, int]:
        """How many answers are undecided, and how many of these need not be."""
        out, net = loaded(found)
        assert any(WHY in note.text for note in out.notes if note.kind == "unknown")
        told = self.verdicts(net)
        possible = [self.settled, *(self.verdicts(loaded(inventory(kinds))[1]) for kinds in others)]
        lost = 0
        for asked, each, *values in zip(self.questions, told, *possible, strict=True):
            known = set(values) - {"", "undecided"}
            assert each == "undecided" or known <= {each}, asked
            lost += each == "undecided" and len(known) == 1 and "undecided" not in values
        return told.count("undecided"), lost


FIRST = Account(
    KINDS, [asked for n, asked in enumerate(QUESTIONS) if n % 4 == 0 or asked[1].startswith(("172.16", "192.168"))]
)
SERVICES = Account(complete_services.KINDS, complete_services.QUESTIONS)


CASES: list[tuple[str, list[Any], int]] = [
    ("RouteTables/rtb-b/Routes/0/NatGatewayId", ["igw-1"], 0),
    ("RouteTables/rtb-b/Routes/1/DestinationCidrBlock", ["10.2.0.0/16", "9.9.9.0/24"], 8),
    ("RouteTables/rtb-b/Associations/0/SubnetId", ["subnet-a"], 9),
    ("SecurityGroups/sg-web/IpPermissions/0/IpRanges/0/CidrIp", ["10.0.2.0/24", "192.0.2.0/24"], 0),
    ("SecurityGroups/sg-db/IpPermissions/0/UserIdGroupPairs/0/GroupId", ["sg-db"], 2),
    ("SecurityGroups/sg-web/IpPermissions/0/FromPort", [22, 440], 10),
    ("NetworkAcls/acl-b/Entries/1/CidrBlock", ["10.0.0.0/16", "192.0.2.0/24"], 2),
    ("NetworkInterfaces/eni-db/Groups", [[{"GroupId": "sg-web"}]], 3),
    ("NetworkInterfaces/eni-web/Association", [GONE], 2),
    ("NetworkInterfaces/eni-router/SourceDestCheck", [True], 1),
    ("NatGateways/nat-1/SubnetId", ["subnet-b"], 1),
    ("VpcPeeringConnections/pcx-1/Status", [{"Code": "deleted"}, {"Code": "pending-acceptance"}], 5),
    ("TransitGatewayStaticRoutes/tgw-rtb/Routes/0/State", ["blackhole"], 5),
    ("VpnConnections/vpn-1/Routes", [[]], 0),
    ("LoadBalancers/lb-1/Scheme", ["internal"], 6),
    ("Instances/i-app/SubnetId", ["subnet-a"], 12),
    ("NetworkInterfaces/eni-router/Attachment", [{"InstanceId": "i-web", "DeviceIndex": 1}, GONE], 19),
    ("VpcPeeringConnections/pcx-1/RequesterVpcInfo", [{"VpcId": "vpc-hub", "CidrBlock": "10.2.0.0/16"}], 5),
    ("VpcPeeringConnections/pcx-1/AccepterVpcInfo/VpcId", ["vpc-hub"], 5),
    ("VpnGateways/vgw-1/VpcAttachments", [[], [{"VpcId": "vpc-far", "State": "attached"}]], 0),
    ("VpnGateways/vgw-1/VpcAttachments/0/VpcId", ["vpc-far"], 0),
    ("VpnConnections/vpn-1/VpnGatewayId", [GONE], 9),
]


@pytest.mark.parametrize(("path", "values", "lost"), CASES, ids=[case[0] for case in CASES])
def test_what_is_unknown_leaves_undecided_what_hangs_on_it(path: str, values: list[Any], lost: int) -> None:
    found = inventory(changed(at(path), Unknown(WHY)))
    undecided, more = FIRST.judge(found, [changed(at(path), value) for value in values])
    assert undecided > 0
    assert more <= lost  # what the design has no words for; a higher figure is a loss


OF_SERVICES: list[tuple[str, list[Any], int]] = [
    ("Subnets/subnet-own/AvailabilityZone", ["eu-west-1b"], 0),
    ("VpcEndpoints/vpce-s3/RouteTableIds", [["rtb-b"]], 6),
    ("VpcEndpoints/vpce-kms/Groups/0/GroupId", ["sg-lb"], 0),
    ("VpcEndpoints/vpce-own/SubnetIds", [["subnet-b"]], 0),
    ("VpcEndpoints/vpce-own/State", ["pendingAcceptance"], 0),
    ("Listeners/ln-own/Port", [80], 0),
    ("TargetGroups/tg-own/Port", [80], 4),
    ("SecurityGroups/sg-own/IpPermissions/0/FromPort", [8444], 0),
    ("LoadBalancerTargetHealth/tg-own/TargetHealthDescriptions", [[]], 0),
    ("LoadBalancerDescriptions/front-1.elb/SecurityGroups", [["sg-open"]], 5),
    (f"Functions/{complete_services.ARN}/VpcConfig/SecurityGroupIds", [["sg-lb"]], 4),
    (f"Aliases/{complete_services.ARN}:live/FunctionVersion", ["$LATEST"], 3),
    ("TransitGatewayAttachments/att-vpn/ResourceType", ["connect"], 0),
    ("TransitGatewayStaticRoutes/tgw-rtb/Routes/0/DestinationCidrBlock", ["192.0.2.0/24"], 0),
    ("TransitGatewayPropagations/tgw-rtb/TransitGatewayRouteTablePropagations", [[]], 0),
]


@pytest.mark.parametrize(("path", "values", "lost"), OF_SERVICES, ids=[case[0] for case in OF_SERVICES])
def test_what_is_unknown_of_a_service_leaves_undecided_what_hangs_on_it(
    path: str, values: list[Any], lost: int
) -> None:
    kinds = SERVICES.kinds
    found = inventory(changed(at(path), Unknown(WHY), kinds))
    undecided, more = SERVICES.judge(found, [changed(at(path), value, kinds) for value in values])
    assert undecided > 0
    assert more <= lost


MAYBES = [
    ("SecurityGroups/sg-web/IpPermissions/0", 0),
    ("NetworkAcls/acl-b/Entries/1", 0),
    ("RouteTables/rtb-b/Routes/1", 1),
    ("RouteTables/rtb-b/Associations/0", 8),
]


@pytest.mark.parametrize(("path", "lost"), MAYBES, ids=[case[0] for case in MAYBES])
def test_what_may_not_be_there_leaves_undecided_what_hangs_on_it(path: str, lost: int) -> None:
    undecided, more = FIRST.judge(inventory(changed((*at(path), MAYBE), WHY)), [changed(at(path), GONE)])
    assert undecided > 0
    assert more <= lost


@pytest.mark.parametrize(
    ("kind", "id"), [("NatGateways", "nat-1"), ("VpcPeeringConnections", "pcx-1"), ("Instances", "i-app")]
)
def test_an_object_that_may_not_be_there(kind: str, id: str) -> None:
    found = inventory(KINDS)
    item = found.items[kind][id]
    found.items[kind][id] = Item(item.id, item.attributes, item.origin, WHY)
    assert FIRST.judge(found, [changed((kind, id), GONE)])[0] > 0


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if len(path) > 2:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths(member, (*path, key))


def silent(kinds: Kinds) -> set[tuple[str, ...]]:
    """The attributes, one of each way, that the import has no word for when they are unknown; decoration aside."""
    out = set()
    ways = {tuple(step for step in (path[0], *path[2:]) if isinstance(step, str)): path for path in paths(kinds)}
    for way, path in ways.items():
        notes = build(inventory(changed(path, Unknown(WHY), kinds))).notes
        if "Tags" not in way and not any(WHY in note.text for note in notes):
            out.add(way)
    return out


def test_nothing_that_is_unknown_stops_an_import_or_is_passed_over() -> None:
    """Every attribute there is, one after the other: the import has a word for each that it reads."""
    assert silent(KINDS) == SILENT


def test_nothing_that_is_unknown_of_services_stops_an_import_or_is_passed_over() -> None:
    assert silent(SERVICES.kinds) - SILENT == SILENT_OF_SERVICES


SILENT_OF_SERVICES = {
    # names, and ids that others have too
    *(("Functions", "FunctionName"), ("Functions", "Version"), ("Aliases", "Name")),
    ("TransitGatewayAttachments", "TransitGatewayAttachmentId"),
    # what follows from something else that is known: the subnets, the interfaces, the state of the endpoint
    *(("Functions", "VpcConfig", "VpcId"), ("Instances", "SubnetId")),
    *(("ServiceConfigurations", key) for key in ("AcceptanceRequired", "ServiceState")),
    ("Vpcs", "OwnerId"),  # decides where Block Public Access is told
}


SILENT = {
    # names
    *(("LoadBalancers", "LoadBalancerName"), ("PrefixLists", "PrefixListName"), ("SecurityGroups", "GroupName")),
    # addresses that the design may choose
    *(
        ("Instances", "PrivateIpAddress"),
        ("NetworkInterfaces", "PrivateIpAddress"),
        ("VpcEndpoints", "NetworkInterfaceIds"),
    ),
    *(("NatGateways", "NatGatewayAddresses"), ("NatGateways", "NatGatewayAddresses", "PrivateIp")),
    *(("NatGateways", "NatGatewayAddresses", "PublicIp"), ("NetworkInterfaces", "Association", "PublicIp")),
    # what follows from something else that is known: the subnet, the interface, the other side
    *(("Instances", "VpcId"), ("NatGateways", "VpcId"), ("NetworkInterfaces", "VpcId")),
    *(("VpcPeeringConnections", side, "CidrBlock") for side in ("AccepterVpcInfo", "RequesterVpcInfo")),
    # states of what is there all the same
    *(("Vpcs", "State"), ("VpnConnections", "Routes", "State")),
    *(("TargetGroups", "VpcId"), ("NetworkInterfaces", "Attachment", "DeviceIndex")),
}
"""Attributes that decide nothing here, by kind and way."""


def test_reading_what_is_unknown_raises() -> None:
    here = inventory(KINDS).items["Vpcs"]["vpc-app"].origin
    item = Item("x", {"A": Unknown(WHY), "B": [1, Unknown(WHY)], "C": {"D": Unknown(WHY)}, "E": None}, here)
    for read in (
        lambda: item.get("A"),
        lambda: item.text("A"),
        lambda: item.list("B"),
        lambda: item["A"],
        lambda: item.inner("A"),
        lambda: item.inner("C").get("D"),
    ):
        with pytest.raises(NotKnown, match=WHY):
            read()
    assert item.get("E") is None
    assert "E" not in item
    assert "A" in item
    assert item.members("B").known == (1,)
    assert item.members("B").reason == WHY
    assert item.certain("A").reason == WHY


def test_what_only_may_be_there_is_not_certain() -> None:
    here = inventory(KINDS).items["Vpcs"]["vpc-app"].origin
    item = Item("x", {"A": [rule(1), {**rule(2), MAYBE: WHY}]}, here)
    assert len(item.members("A").known) == 2
    assert len(item.certain("A").known) == 1
    assert item.certain("A").reason == WHY


def test_a_subnet_in_a_block_of_its_vpc_that_is_not_known_is_there() -> None:
    kinds = changed(("Subnets", "subnet-b", "CidrBlock"), "100.64.2.0/24")
    for id, address in (("eni-db", "100.64.2.10"),):
        kinds["NetworkInterfaces"][id]["PrivateIpAddress"] = address
    kinds["Instances"]["i-app"]["PrivateIpAddress"] = "100.64.2.11"
    own = {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}
    kinds["Vpcs"]["vpc-app"]["CidrBlockAssociationSet"] = [own, {"CidrBlock": Unknown(WHY)}]
    out, net = loaded(inventory(kinds))
    assert out.design["vpcs"]["app"]["cidrs"] == ["10.0.0.0/16", "100.64.2.0/24"]
    assert not any("db" in note.what for note in out.notes)
    assert net.trace("web", "db", "tcp/443").verdict == "blocked"  # its group, which is known


def test_block_public_access_of_a_vpc_of_nobody_knows_whose_account() -> None:
    kinds = changed(("Vpcs", "vpc-app", "OwnerId"), Unknown(WHY))
    kinds["VpcBlockPublicAccessOptions"] = {"1:eu-west-1": {"InternetGatewayBlockMode": "block-bidirectional"}}
    assert loaded(inventory(kinds))[1].trace("internet", "web", "tcp/443").verdict == "undecided"


@pytest.mark.parametrize(("number", "expected"), [("20", "holds"), ("60", "undecided"), ("!Ref Number", "undecided")])
def test_an_acl_lets_everything_pass_if_its_lowest_rule_does(number: str, expected: str) -> None:
    """Of a subnet of which it is not known whether it has the ACL or the default one."""
    network = reachsim.loads(f"""
Parameters: {{Number: {{Type: Number}}, Env: {{Type: String}}}}
Conditions: {{Filtered: !Equals [!Ref Env, prod]}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  Acl: {{Type: AWS::EC2::NetworkAcl, Properties: {{VpcId: !Ref Vpc}}}}
  AclOfB:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Condition: Filtered
    Properties: {{NetworkAclId: !Ref Acl, SubnetId: !Ref B}}
  In:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {{NetworkAclId: !Ref Acl, RuleNumber: {number}, RuleAction: allow, Protocol: -1, CidrBlock: 0.0.0.0/0}}
  Deny:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {{NetworkAclId: !Ref Acl, RuleNumber: 50, RuleAction: deny, Protocol: -1, CidrBlock: 0.0.0.0/0}}
  Out:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      {{NetworkAclId: !Ref Acl, RuleNumber: 100, RuleAction: allow, Protocol: -1, CidrBlock: 0.0.0.0/0, Egress: true}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      {{VpcId: !Ref Vpc, GroupDescription: all, SecurityGroupIngress: [{{IpProtocol: -1, CidrIp: 0.0.0.0/0}}]}}
  Client: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref A, SecurityGroupIds: [!Ref Group]}}}}
  Host: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B, SecurityGroupIds: [!Ref Group]}}}}
""")
    assert network.expect("Client", "Host", allow="tcp/80").verdict == expected
