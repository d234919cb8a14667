"""Law: what is answered of a template with parameters left open holds for every value that they may have."""

from __future__ import annotations

import json
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reachsim
from reachsim.errors import DesignError, EndpointError
from reachsim.importing import Imported
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import Source

CONDITIONS: Final[dict[str, Any]] = {
    "A": {"Fn::Equals": [{"Ref": "P"}, "yes"]},
    "NotA": {"Fn::Not": [{"Condition": "A"}]},
    "B": {"Fn::Equals": [{"Ref": "Q"}, "yes"]},
    "AandB": {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]},
    "AorB": {"Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]},
}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def host(subnet: str, group: str) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Instance", "Properties": {"SubnetId": ref(subnet), "SecurityGroupIds": [ref(group)]}}


def made(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties}


def rule(port: int, **peer: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


NETWORK: Final[dict[str, Any]] = {
    "Vpc": made("VPC", CidrBlock="10.0.0.0/16"),
    "Other": made("VPC", CidrBlock="10.1.0.0/16"),
    "Igw": made("InternetGateway"),
    "Attached": made("VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Igw")),
    "Front": made("Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24", MapPublicIpOnLaunch=True),
    "Back": made("Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.1.0/24"),
    "Far": made("Subnet", VpcId=ref("Other"), CidrBlock="10.1.0.0/24"),
    "Public": made("RouteTable", VpcId=ref("Vpc")),
    "Private": made("RouteTable", VpcId=ref("Vpc")),
    "FarTable": made("RouteTable", VpcId=ref("Other")),
    "PublicOfFront": made("SubnetRouteTableAssociation", SubnetId=ref("Front"), RouteTableId=ref("Public")),
    "PrivateOfBack": made("SubnetRouteTableAssociation", SubnetId=ref("Back"), RouteTableId=ref("Private")),
    "TableOfFar": made("SubnetRouteTableAssociation", SubnetId=ref("Far"), RouteTableId=ref("FarTable")),
    "Out": made("Route", RouteTableId=ref("Public"), DestinationCidrBlock="0.0.0.0/0", GatewayId=ref("Igw")),
    "Nat": made("NatGateway", SubnetId=ref("Front")),
    "ByNat": made("Route", RouteTableId=ref("Private"), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=ref("Nat")),
    "Peering": made("VPCPeeringConnection", VpcId=ref("Vpc"), PeerVpcId=ref("Other")),
    "There": made("Route", RouteTableId=ref("Private"), DestinationCidrBlock="10.1.0.0/16",
                  VpcPeeringConnectionId=ref("Peering")),
    "Home": made("Route", RouteTableId=ref("FarTable"), DestinationCidrBlock="10.0.0.0/16",
                 VpcPeeringConnectionId=ref("Peering")),
    "Web": made("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupIngress=[rule(443, CidrIp="0.0.0.0/0")]),
    "Db": made("SecurityGroup", VpcId=ref("Vpc"),
               SecurityGroupEgress=[rule(443, CidrIp="0.0.0.0/0"), rule(9, CidrIp="10.1.0.0/16")]),
    "WebToDb": made("SecurityGroupIngress", GroupId=ref("Db"), **rule(5432, SourceSecurityGroupId=ref("Web"))),
    "FarGroup": made("SecurityGroup", VpcId=ref("Other"), SecurityGroupIngress=[rule(9, CidrIp="10.0.0.0/16")]),
    "Acl": made("NetworkAcl", VpcId=ref("Vpc")),
    "AclOfBack": made("SubnetNetworkAclAssociation", SubnetId=ref("Back"), NetworkAclId=ref("Acl")),
    "AclIn": made("NetworkAclEntry", NetworkAclId=ref("Acl"), RuleNumber=100, Protocol=-1, RuleAction="allow",
                  CidrBlock="0.0.0.0/0"),
    "AclDeny": made("NetworkAclEntry", NetworkAclId=ref("Acl"), RuleNumber=50, Protocol=6, RuleAction="deny",
                    CidrBlock="10.0.0.0/24", PortRange={"From": 5432, "To": 5432}),
    "AclOut": made("NetworkAclEntry", NetworkAclId=ref("Acl"), RuleNumber=100, Egress=True, Protocol=-1, RuleAction="allow",
                   CidrBlock="0.0.0.0/0"),
    "WebHost": host("Front", "Web"),
    "DbHost": host("Back", "Db"),
    "FarHost": host("Far", "FarGroup"),
}  # fmt: skip
_FREE_TYPES: Final = (
    *("VPCGatewayAttachment", "SubnetRouteTableAssociation", "Route", "SecurityGroupIngress"),
    *("SubnetNetworkAclAssociation", "NetworkAclEntry"),
)
FREE: Final = tuple(name for name, body in NETWORK.items() if body["Type"].rpartition("::")[2] in _FREE_TYPES)
"""What nothing else refers to, so that it may be left out alone."""
QUESTIONS: Final = (
    ("internet", "WebHost", "tcp/443"),
    ("internet", "WebHost", "tcp/22"),
    ("internet", "DbHost", "tcp/5432"),
    ("WebHost", "DbHost", "tcp/5432"),
    ("WebHost", "8.8.8.8", "tcp/443"),
    ("DbHost", "8.8.8.8", "tcp/443"),
    ("DbHost", "FarHost", "tcp/9"),
    ("FarHost", "DbHost", "tcp/5432"),
)


def imported(resources: dict[str, Any], **parameters: str) -> Imported:
    declared = {name: {"Type": "String", "AllowedValues": ["yes", "no"]} for name in ("P", "Q")}
    data = {"Parameters": declared, "Conditions": CONDITIONS, "Resources": resources}
    return import_sources([(Source("t.json", json.dumps(data), data), True)], Options(parameters=parameters), "t.json")


def answers(found: Imported) -> dict[tuple[str, str, str], str]:
    net = reachsim.loads(json.dumps(found.design))
    out = {}
    for source, destination, traffic in QUESTIONS:
        ends = [found.names.get(each, each) for each in (source, destination)]
        try:
            verdict = net.expect(*ends, allow=traffic).verdict
            out[source, destination, traffic] = {"holds": "yes", "fails": "no"}.get(verdict, "undecided")
        except EndpointError:
            out[source, destination, traffic] = "absent"
    return out


def judge(resources: dict[str, Any]) -> tuple[int, int]:
    """How many answers the open template leaves undecided, and how many of these are the same for every value."""
    told = answers(imported(resources))
    worlds = []
    for p, q in product(("yes", "no"), repeat=2):
        try:
            worlds.append(answers(imported(resources, P=p, Q=q)))
        except DesignError:  # this one AWS refuses
            continue
    undecided = needless = 0
    for question, answer in told.items():
        possible = {world[question] for world in worlds} - {"absent", "undecided"}
        if answer == "undecided":
            undecided += 1
            needless += len(possible) == 1
        elif answer != "absent":
            assert possible <= {answer}, f"{question}: {answer}, and with the values {possible}"
    return undecided, needless


TOGETHER: Final = (
    ("Nat", "ByNat"),
    ("Peering", "There", "Home"),
    ("DbHost",),
    ("WebHost",),
    ("Acl", "AclOfBack", "AclIn", "AclDeny", "AclOut"),
)
"""What refers to each other, and so is made under one condition."""


@st.composite
def conditioned(draw: st.DrawFn) -> dict[str, Any]:
    """The network with conditions on some of its parts, and a property that depends on one."""
    chosen = draw(st.dictionaries(st.sampled_from(FREE), st.sampled_from(sorted(CONDITIONS)), max_size=4))
    for names in draw(st.lists(st.sampled_from(TOGETHER), max_size=2, unique=True)):
        chosen |= dict.fromkeys(names, draw(st.sampled_from(sorted(CONDITIONS))))
    resources = {
        name: {**body, **({"Condition": chosen[name]} if name in chosen else {})} for name, body in NETWORK.items()
    }
    id, key, others = draw(st.sampled_from(CHANGES))
    choice = {
        "Fn::If": [
            draw(st.sampled_from(sorted(CONDITIONS))),
            resources[id]["Properties"].get(key, ref("AWS::NoValue")),
            others,
        ]
    }
    resources[id] = {**resources[id], "Properties": {**resources[id]["Properties"], key: choice}}
    return resources


CHANGES: Final[tuple[tuple[str, str, Any], ...]] = (
    ("Front", "MapPublicIpOnLaunch", False),
    ("WebHost", "SecurityGroupIds", [ref("Db")]),
    ("WebHost", "SubnetId", ref("Back")),
    ("DbHost", "SecurityGroupIds", ref("AWS::NoValue")),
    ("Db", "SecurityGroupEgress", ref("AWS::NoValue")),
    ("Web", "SecurityGroupIngress", []),
    ("WebToDb", "FromPort", 5000),
    ("WebToDb", "SourceSecurityGroupId", ref("Db")),
    ("PrivateOfBack", "RouteTableId", ref("Public")),
    ("Out", "DestinationCidrBlock", "8.0.0.0/8"),
    ("There", "DestinationCidrBlock", "10.1.0.0/17"),
    ("ByNat", "RouteTableId", ref("Public")),
    ("AclDeny", "RuleNumber", 200),
    ("AclDeny", "Egress", True),
    ("AclDeny", "CidrBlock", "10.0.9.0/24"),
    ("AclDeny", "RuleAction", "allow"),
    ("Nat", "ConnectivityType", "private"),
    ("Back", "CidrBlock", "10.0.7.0/24"),
    ("WebHost", "PrivateIpAddress", "10.0.0.77"),
)  # fmt: skip


@settings(max_examples=3, deadline=None)
@given(conditioned())
def test_an_answer_holds_for_every_value(resources: dict[str, Any]) -> None:
    judge(resources)


@pytest.mark.parametrize("change", CHANGES[::4], ids=[f"{id}.{key}" for id, key, _ in CHANGES[::4]])
def test_a_property_under_an_open_condition(change: tuple[str, str, Any]) -> None:
    id, key, other = change
    body = NETWORK[id]
    choice = {"Fn::If": ["A", body["Properties"].get(key, ref("AWS::NoValue")), other]}
    judge({**NETWORK, id: {**body, "Properties": {**body["Properties"], key: choice}}})
