"""One stack: a template with the values of its parameters, and its resources with their properties evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

from reachsim.errors import shown
from reachsim.importing.cloudformation.evaluate import (
    ABSENT,
    Composite,
    External,
    Reference,
    Scope,
    condition,
    evaluate,
)
from reachsim.importing.cloudformation.ports import is_port, port_of
from reachsim.importing.cloudformation.template import Template
from reachsim.importing.inventory import Origin, Unknown

NESTED: Final = "AWS::CloudFormation::Stack"
_CHAIN: Final = 24
"""How many attributes may hang on one another before they count as unknown."""

_IDS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "AWS::EC2::EIP": "AllocationId",
        "AWS::EC2::EgressOnlyInternetGateway": "Id",
        "AWS::EC2::IPAMPool": "IpamPoolId",
        "AWS::EC2::IPAMScope": "IpamScopeId",
        "AWS::EC2::Instance": "InstanceId",
        "AWS::EC2::InternetGateway": "InternetGatewayId",
        "AWS::EC2::LaunchTemplate": "LaunchTemplateId",
        "AWS::EC2::NatGateway": "NatGatewayId",
        "AWS::EC2::NetworkAcl": "Id NetworkAclId",
        "AWS::EC2::NetworkInterface": "Id",
        "AWS::EC2::PrefixList": "PrefixListId",
        "AWS::EC2::RouteTable": "RouteTableId",
        "AWS::EC2::SecurityGroup": "GroupId Id",
        "AWS::EC2::Subnet": "SubnetId",
        "AWS::EC2::TransitGateway": "Id",
        "AWS::EC2::TransitGatewayAttachment": "Id",
        "AWS::EC2::TransitGatewayVpcAttachment": "Id",
        "AWS::EC2::TransitGatewayRouteTable": "TransitGatewayRouteTableId",
        "AWS::EC2::VPC": "VpcId",
        "AWS::EC2::VPCEndpoint": "Id",
        "AWS::EC2::VPCEndpointService": "ServiceId",
        "AWS::EC2::VPCPeeringConnection": "Id",
        "AWS::EC2::VPNConnection": "VpnConnectionId",
        "AWS::EC2::VPNGateway": "VPNGatewayId",
        "AWS::EC2::CustomerGateway": "CustomerGatewayId",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancerArn",
        "AWS::ElasticLoadBalancingV2::Listener": "ListenerArn",
        "AWS::ElasticLoadBalancingV2::TargetGroup": "TargetGroupArn",
        "AWS::Lambda::Function": "Arn",
        "AWS::Lambda::Version": "Version FunctionArn",
        "AWS::Serverless::Function": "Arn",
    }.items()
}
"""Attributes that are the resource's own id, by type; what `Ref` gives is one for every type but those of `_NOT_BY_REF`."""
_PASSED: Final = frozenset(
    {
        *("CidrBlock", "AvailabilityZone", "VpcId", "SubnetId", "PrivateIpAddress", "PrivateIp", "TransitGatewayId"),
        *("PrimaryPrivateIpAddress", "Port", "Scheme"),
    }
)
"""Attributes that are what the property of the same name says, where it says it."""
_MADE_WITH: Final = frozenset(
    {
        ("AWS::EC2::VPC", "DefaultSecurityGroup"),
        ("AWS::EC2::VPC", "DefaultNetworkAcl"),
        ("AWS::EC2::IPAM", "PrivateDefaultScopeId"),
        ("AWS::EC2::IPAM", "PublicDefaultScopeId"),
        ("AWS::EKS::Cluster", "ClusterSecurityGroupId"),
    }
)
"""Attributes that are what AWS makes with a resource, by type."""
_PROPERTY: Final = {"PrivateIp": "PrivateIpAddress", "PrimaryPrivateIpAddress": "PrivateIpAddress"}


@dataclass(frozen=True)
class Resource:
    """A resource of a stack. `id`: its name among all stacks. `maybe`: why it may not be made, empty where it is for sure.
    `condition`: the one that it is made under, empty for none. `outer`: why its whole stack may not be made."""

    id: str
    logical_id: str
    type: str
    properties: dict[str, Any] = field(repr=False)
    metadata: dict[str, Any] = field(repr=False)
    origin: Origin
    maybe: str = ""
    condition: str = ""
    outer: str = ""

    def get(self, key: str) -> Any:
        """A property, None where it is absent."""
        return self.properties.get(key)


class World(Protocol):
    """What a stack asks about the others."""

    def child(self, stack: Stack, logical_id: str) -> Stack | None:
        """A nested stack, None where its template was not given."""

    def imported(self, name: str) -> Any:
        """What an export of another stack is."""

    def stand_in(self, vpc: str) -> str:
        """What stands for the IPv6 block that Amazon gives a VPC."""

    @property
    def pseudo(self) -> Mapping[str, Any]:
        """The pseudo parameters that are the same for all stacks."""


def parameter_values(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """What each parameter of a template is: what is given for it, else its default."""
    declared = template.section("Parameters").items()
    return {name: _parameter(name, body if isinstance(body, dict) else {}, given) for name, body in declared}


class Stack:
    """A template and what its names mean. `name`: the stack's name. `prefix`: before the ids of its resources, empty where
    there is only one stack. `depth`: in how many stacks it is nested. `children`: its nested stacks, by logical id.
    `outer`: why it may not be made itself; empty where it is."""

    def __init__(self, template: Template, name: str, prefix: str, depth: int, world: World) -> None:
        self.template = template
        self.name = name
        self.prefix = prefix
        self.depth = depth
        self.world = world
        self.outer = ""
        self.children: dict[str, Stack] = {}
        self.declared: dict[str, dict[str, Any]] = {
            id: body
            for id, body in template.section("Resources").items()
            if isinstance(body, dict) and isinstance(body.get("Type"), str)
        }
        self.scope = Scope()
        self._attributes: dict[Reference, Any] = {}
        self._asked: list[Reference] = []

    def give(self, parameters: Mapping[str, Any]) -> None:
        """Set the values of its parameters."""
        values = {
            "AWS::StackName": self.name,
            "AWS::StackId": Unknown("the id of a stack is known once it is deployed"),
            "AWS::NotificationARNs": Unknown("not told by a template"),
            **self.world.pseudo,
        }
        values |= parameter_values(self.template, parameters)
        self.scope = Scope(
            values=values,
            conditions=self.template.section("Conditions"),
            mappings=self.template.section("Mappings"),
            resources={id: _condition_of(body) for id, body in self.declared.items()},
            stack=self.prefix,
            attribute=self.attribute,
            imported=self.world.imported,
        )

    def resources(self) -> Iterator[Resource]:
        """Its resources that are made, or may be, in the order of the file; those of nested stacks are theirs."""
        for logical_id, body in self.declared.items():
            needed = _condition_of(body)
            truth = True if needed is None else condition(needed, self.scope)
            if truth is False:
                continue
            maybe = truth.reason if isinstance(truth, Unknown) else ""
            scope = self.scope.assuming(needed) if maybe and needed is not None else self.scope
            properties = evaluate(self.properties(logical_id), scope)
            metadata = body.get("Metadata")
            yield Resource(
                id=Reference(logical_id, "", self.prefix).id,
                logical_id=logical_id,
                type=body["Type"],
                properties=properties if isinstance(properties, dict) else {},
                metadata=metadata if isinstance(metadata, dict) else {},
                origin=self.origin(logical_id),
                maybe=f"whether {needed} holds: {maybe}" if maybe else "",
                condition=needed or "",
                outer=self.outer,
            )

    def properties(self, logical_id: str) -> dict[str, Any]:
        """The properties of a resource as they are written."""
        found = self.declared[logical_id].get("Properties")
        return found if isinstance(found, dict) else {}

    def origin(self, logical_id: str) -> Origin:
        """Where a resource is declared."""
        return Origin(self.template.file, logical_id, self.template.lines.get(logical_id))

    def attribute(self, reference: Reference) -> Any:
        """What an attribute of a resource is: a value that the template tells, or the attribute itself."""
        if reference in self._attributes:
            return self._attributes[reference]
        if reference in self._asked or len(self._asked) >= _CHAIN:
            return Unknown(f"{reference.logical_id}.{reference.attribute} hangs on itself, or on too much")
        self._asked.append(reference)
        try:
            found = self._attribute(reference)
        finally:
            self._asked.pop()
        self._attributes[reference] = found
        return found

    def _attribute(self, reference: Reference) -> Any:
        id, name = reference.logical_id, reference.attribute
        kind = self.declared[id]["Type"]
        words = f"{id}.{name}"
        if kind == NESTED:
            child = self.world.child(self, id)
            output = name.removeprefix("Outputs.")
            return External(f"the nested stack {id} was not given", words) if child is None else child.output(output)
        if name in _IDS.get(kind, ()):
            return Reference(id, "", self.prefix)
        if kind == "AWS::EC2::VPC" and name == "Ipv6CidrBlocks" and self.given_ipv6(id):
            return [self.world.stand_in(Reference(id, "", self.prefix).id)]
        if is_port(kind, name):
            port, engine = (evaluate(self.properties(id).get(key), self.scope) for key in ("Port", "Engine"))
            return port_of(kind, None if port is ABSENT else port, engine)
        if name in _PASSED:
            written = evaluate(self.properties(id).get(_PROPERTY.get(name, name)), self.scope)
            if isinstance(written, str | int | Reference | External):
                return written
        if (kind, name) in _MADE_WITH:
            return reference
        return Unknown(f"{words} is known once it is deployed")

    def given_ipv6(self, vpc: str) -> bool:
        """Whether Amazon gives the VPC an IPv6 block, and nobody else does."""
        blocks = [self.properties(id) for id, body in self.declared.items() if body["Type"] == "AWS::EC2::VPCCidrBlock"]
        named = {"Ref": vpc}, {"Fn::GetAtt": [vpc, "VpcId"]}, {"Fn::GetAtt": f"{vpc}.VpcId"}
        own = [each for each in blocks if each.get("VpcId") in named]
        asked = [each for each in own if "AmazonProvidedIpv6CidrBlock" in each]
        return bool(asked) and not any("Ipv6CidrBlock" in each or "Ipv6IpamPoolId" in each for each in own)

    def output(self, name: str) -> Any:
        """The value of an output."""
        declared = self.template.section("Outputs").get(name)
        if not isinstance(declared, dict):
            return Unknown(f"the stack {self.name} has no output {shown(name)}")
        needed = _condition_of(declared)
        truth = True if needed is None else condition(needed, self.scope)
        if isinstance(truth, Unknown):
            return truth
        return evaluate(declared.get("Value"), self.scope) if truth else Unknown(f"the output {name} is not made")

    def doubt(self, logical_id: str) -> str:
        """Why a resource may not be made; empty where it is for sure."""
        needed = _condition_of(self.declared[logical_id])
        truth = True if needed is None else condition(needed, self.scope)
        return f"whether {needed} holds: {truth.reason}" if isinstance(truth, Unknown) else ""

    def nested(self) -> list[str]:
        """The logical ids of its nested stacks that are made, or may be."""
        return [
            id
            for id, body in self.declared.items()
            if body["Type"] == NESTED
            and not (_condition_of(body) and condition(str(_condition_of(body)), self.scope) is False)
        ]

    @cached_property
    def exports(self) -> dict[str, str]:
        """The outputs that it exports, by the name of the export."""
        found: dict[str, str] = {}
        for output, declared in self.template.section("Outputs").items():
            export = declared.get("Export") if isinstance(declared, dict) else None
            name = evaluate(export.get("Name"), self.scope) if isinstance(export, dict) else None
            needed = _condition_of(declared) if isinstance(declared, dict) else None
            made = needed is None or condition(needed, self.scope) is not False
            if isinstance(name, str) and made:
                found.setdefault(name, output)
        return found


def _condition_of(body: dict[str, Any]) -> str | None:
    found = body.get("Condition")
    return found if isinstance(found, str) else None


def _parameter(name: str, declared: dict[str, Any], given: Mapping[str, Any]) -> Any:
    """The value of a parameter: the one given, its default, or something that the file only names."""
    kind = declared.get("Type") if isinstance(declared.get("Type"), str) else "String"
    if str(declared.get("NoEcho", "false")).lower() == "true":
        return Unknown(f"the parameter {name} is a secret")
    value = given.get(name, declared.get("Default"))
    if str(kind).startswith("AWS::SSM::Parameter::Value"):
        return External(f"parameter {name} is read from the Parameter Store", name)
    if value is None or (isinstance(value, dict | list) and name not in given):
        return External(
            f"parameter {name} has no value (--parameter {name}=VALUE)", name, str(kind).startswith("AWS::EC2::")
        )
    if kind == "CommaDelimitedList" or str(kind).startswith("List<"):
        return _listed(value)
    if isinstance(value, list):  # a list that a parent hands down becomes text with commas
        texts = [each for each in value if isinstance(each, str | int | Reference)]
        return evaluate({"Fn::Join": [",", texts]}, Scope()) if len(texts) == len(value) else Unknown("a list")
    return value


def _listed(value: Any) -> Any:
    """A text with commas as a list."""
    if isinstance(value, list):
        return value
    if isinstance(value, Composite | Reference | str):
        parts = evaluate({"Fn::Split": [",", value]}, Scope())
        return [part.strip() if isinstance(part, str) else part for part in parts] if isinstance(parts, list) else parts
    return [value] if isinstance(value, int | float) else value
