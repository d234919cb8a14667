"""Hostile templates: each ends soon, as a design in which what is known stays known, or as one clear error, and tells no
secret."""

from __future__ import annotations

import json
import time
from typing import Any, Final

import pytest

from reachsim.errors import ReachsimError
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import decoded
from reachsim.importing.writing import written

SECRET: Final = "hunter2-and-more"
VPC: Final = "Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}"
HEAD: Final = f"Transform: AWS::LanguageExtensions\nResources:\n  {VPC}\n"


def block(value: str) -> str:
    """A template with a VPC, and another one that has a value for its block."""
    return f"Resources:\n  {VPC}\n  Bad: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: {value}}}}}\n"


def beside(more: str) -> str:
    """A template with a VPC and something else."""
    return f"Resources:\n  {VPC}\n  {more}\n"


def resource(kind: str, properties: Any) -> str:
    """A template with a VPC and a resource whose properties are what they should not be."""
    data = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}
    return json.dumps({"Resources": {**data, "Bad": {"Type": kind, "Properties": properties}}})


BOMB: Final = "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9)
)
CHAIN: Final = "\n  ".join(f"P{n}: {{Type: String, Default: !Ref P{n + 1}}}" for n in range(50))
RULES: Final = ", ".join(["{IpProtocol: tcp, FromPort: 1, ToPort: 2, CidrIp: 10.0.0.0/8}"] * 500)
STRANGE: Final[tuple[Any, ...]] = ([], {}, "x", -1, None, [[]], {"Ref": []}, {"Fn::Sub": 7})
DESIGNS: Final[dict[str, str]] = {
    # Values that no function gives.
    "a block that is a list": block("[10.0.0.0/16, 10.1.0.0/16]"),
    "a block that is a mapping": block("{a: {b: c}}"),
    "a block out of range": block("999.0.0.0/16"),
    "a block as wide as the world": block("0.0.0.0/0"),
    "a long Join": block(f"!Join ['', [{', '.join(['x'] * 20_000)}]]"),
    "a Join that multiplies": block(f"!Join [{'x' * 60_000}, [a, b, c, d]]"),
    "a Split into very many": block(f"!Select [1, !Split [a, {'a' * 50_000}]]"),
    "a Sub of very many names": block(f"!Sub '{'${Vpc}' * 5_000}'"),
    "a Sub without an end": block("!Sub '${${${Vpc'"),
    "a Select from nowhere": block("!Select [999999999999, !Split [',', 'a,b']]"),
    "a negative Select": block("!Select [-1, [a, b]]"),
    "blocks beyond counting": block("!Select [0, !Cidr [10.0.0.0/8, 1000000000, 8]]"),
    "blocks of more bits than there are": block("!Select [0, !Cidr [10.0.0.0/16, 2, 64]]"),
    "blocks of a text": block("!Select [0, !Cidr [internet, 2, 8]]"),
    "blocks of all of IPv6": block("!Select [0, !Cidr ['::/0', 256, 1]]"),
    "a map that is not there": block("!FindInMap [Nope, a, b]"),
    "Base64 of itself": block("!Base64 {Fn::Base64: {Fn::Base64: x}}"),
    "a function that is none": block("{Fn::Exec: [rm, -rf, /]}"),
    "a reference to nothing": block("!Ref Nothing"),
    "an attribute of nothing": block("!GetAtt Nothing.At.All"),
    "an attribute of itself": block("!GetAtt Bad.CidrBlock"),
    "an If without a condition": block("!If [Nope, 10.1.0.0/16, 10.2.0.0/16]"),
    "an import of an import": block("!ImportValue {Fn::ImportValue: {Fn::ImportValue: x}}"),
    # What goes in a circle.
    "conditions that name each other": "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n"
    + block("!If [A, x, y]"),
    "parameters that name each other": f"Parameters:\n  {CHAIN}\n{block('!Ref P0')}",
    "groups that name each other": beside(
        "A: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, SecurityGroupIngress: {IpProtocol: -1,\n"
        "    SourceSecurityGroupId: !Ref B}}}\n"
        "  B: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, SecurityGroupIngress: {IpProtocol: -1,\n"
        "    SourceSecurityGroupId: !Ref A}}}"
    ),
    "a stack that is nested in itself": beside(
        "T: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./t.yaml}}"
    ),
    "a cluster that is a member of itself": beside(
        "D: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref D, SourceDBInstanceIdentifier: !Ref D}}"
    ),
    "replicas of each other": beside(
        "D: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref E}}\n"
        "  E: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref D}}"
    ),
    # Very many, and of other sorts.
    "very many rules": beside(
        f"G: {{Type: AWS::EC2::SecurityGroup, Properties: {{VpcId: !Ref Vpc, SecurityGroupIngress: [{RULES}]}}}}"
    ),
    "rules that are none": resource(
        "AWS::EC2::SecurityGroup", {"VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": STRANGE}
    ),
    "interfaces that are none": resource("AWS::EC2::Instance", {"NetworkInterfaces": STRANGE, "SubnetId": STRANGE}),
    "listeners that are none": resource(
        "AWS::ElasticLoadBalancing::LoadBalancer", {"Listeners": STRANGE, "Subnets": STRANGE}
    ),
    "properties that are a text": resource("AWS::EC2::Subnet", "all of them"),
    "a template of a template": resource(
        "AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"LaunchTemplateData": STRANGE}}
    ),
    "nodes of nothing": resource(
        "AWS::EKS::Nodegroup", {"ClusterName": STRANGE, "Subnets": STRANGE, "RemoteAccess": STRANGE}
    ),
    # Secrets where nobody should put them.
    "secrets in properties": beside(
        f"D: {{Type: AWS::RDS::DBInstance, Properties: {{MasterUserPassword: {SECRET}, DBName: {SECRET}}}}}\n"
        f"  F: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{KEY: {SECRET}}}}}}}}}\n"
        f"  I: {{Type: AWS::EC2::Instance, Properties: {{UserData: !Base64 {SECRET}}}}}"
    ),
    "a secret for a block": f"Parameters: {{P: {{Type: String, NoEcho: true, Default: {SECRET}}}}}\n{block('!Ref P')}",
}
ERRORS: Final[dict[str, tuple[str, str]]] = {
    "aliases that multiply": (f"{BOMB}Resources: {{{VPC}}}\n", "values"),
    "nested too deep in YAML": (f"Resources:\n  {VPC}\nMetadata: {'[' * 200}{']' * 200}\n", "deep"),
    "nested too deep in JSON": ('{"Resources": ' + '{"a":' * 5_000 + "1" + "}" * 5_001, "deep"),
    "a key twice": (f"Resources:\n  {VPC}\n  {VPC}\n", "twice"),
    "tags that are declared": (f"%TAG ! tag:x,2000:\n---\nResources:\n  {VPC}\n", "TAG"),
    "two documents": (f"Resources:\n  {VPC}\n---\nResources:\n  {VPC}\n", "document"),
    "an anchor of nothing": (f"Resources:\n  {VPC}\n  Bad: *nothing\n", "anchor"),
    "a loop of loops": (
        HEAD
        + "  Fn::ForEach::A: [X, [a, b, c, d, e, f, g, h, i, j], {'Fn::ForEach::B': [Y, [a], {'Z': {Type: T}}]}]\n",
        "twice",
    ),
    "a loop through what is not known": (
        HEAD + "  Fn::ForEach::A: [X, !Ref Nothing, {'V${X}': {Type: T}}]\n",
        "not known",
    ),
    "a macro of somebody's own": (f"Transform: Mine\nResources:\n  {VPC}\n", "Mine"),
}


def carried_out(text: str) -> str:
    """The design of a template, within three seconds."""
    began = time.process_time()
    found = import_sources([(decoded(text, "t.yaml"), True)], Options(), "t.yaml")
    design = written(found) + "".join(f"{note.what} {note.text}" for note in found.notes)
    assert time.process_time() - began < 3
    return design


@pytest.mark.parametrize("name", DESIGNS)
def test_a_hostile_template_is_a_design(name: str) -> None:
    design = carried_out(DESIGNS[name])
    assert "10.0.0.0/16" in design, "what is known of it stays known"
    assert SECRET not in design


@pytest.mark.parametrize("name", ERRORS)
def test_a_hostile_template_is_one_error(name: str) -> None:
    text, words = ERRORS[name]
    with pytest.raises(ReachsimError, match=words) as told:
        carried_out(text)
    assert "t.yaml" in str(told.value)
