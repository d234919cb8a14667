"""What AWS's describe calls answer: as the command line or boto3 gives it, in whatever a collector wrapped around it.

Objects are known by their keys, and an empty list by its own key; so it matters neither what a file is called nor how deep
an answer lies in it.
"""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import IDS, Inventory, Item, Origin
from reachsim.importing.options import Options
from reachsim.importing.shapes import shaped
from reachsim.importing.sources import Source

_MARKS: Final = (
    ("SubnetId", "CidrBlock", "Subnets"),
    ("RouteTableId", "Routes", "RouteTables"),
    ("NetworkAclId", "Entries", "NetworkAcls"),
    ("SecurityGroupRuleId", "IsEgress", "SecurityGroupRules"),
    ("GroupId", "IpPermissions", "SecurityGroups"),
    ("NetworkInterfaceId", "PrivateIpAddress", "NetworkInterfaces"),
    ("NetworkInterfaceId", "PrivateIpAddresses", "NetworkInterfaces"),
    ("InstanceId", "State", "Instances"),
    ("InstanceId", "NetworkInterfaces", "Instances"),
    ("InternetGatewayId", "Attachments", "InternetGateways"),
    ("EgressOnlyInternetGatewayId", "Attachments", "EgressOnlyInternetGateways"),
    ("NatGatewayId", "NatGatewayAddresses", "NatGateways"),
    ("NatGatewayId", "ConnectivityType", "NatGateways"),
    ("VpcPeeringConnectionId", "RequesterVpcInfo", "VpcPeeringConnections"),
    ("VpcEndpointId", "ServiceName", "VpcEndpoints"),
    ("PrefixListId", "PrefixListName", "PrefixLists"),
    ("TransitGatewayRouteTableId", "TransitGatewayId", "TransitGatewayRouteTables"),
    ("TransitGatewayAttachmentId", "SubnetIds", "TransitGatewayVpcAttachments"),
    ("TransitGatewayAttachmentId", "ResourceType", "TransitGatewayAttachments"),
    ("TransitGatewayRouteTableId", "TransitGatewayRouteTablePropagations", "TransitGatewayPropagations"),
    ("TransitGatewayRouteTableId", "Routes", "TransitGatewayStaticRoutes"),
    ("TransitGatewayId", "TransitGatewayArn", "TransitGateways"),
    ("TransitGatewayId", "Options", "TransitGateways"),
    ("VpnGatewayId", "VpcAttachments", "VpnGateways"),
    ("VpnConnectionId", "CustomerGatewayId", "VpnConnections"),
    ("LoadBalancerArn", "Attributes", "LoadBalancerAttributes"),
    ("LoadBalancerArn", "Scheme", "LoadBalancers"),
    ("ListenerArn", "DefaultActions", "Listeners"),
    ("TargetGroupArn", "TargetHealthDescriptions", "LoadBalancerTargetHealth"),
    ("TargetGroupArn", "TargetGroupName", "TargetGroups"),
    ("FunctionArn", "FunctionName", "Functions"),
    ("AllocationId", "PublicIp", "Addresses"),
    ("CustomerGatewayId", "BgpAsn", "CustomerGateways"),
    ("VpcId", "CidrBlock", "Vpcs"),
)
"""Two keys that tell what an object is, the first that fits; the first of them is its id."""
_EMPTY: Final = {kind.lower(): kind for kind in IDS} | {
    "loadbalancerlisteners": "Listeners",
    "reservations": "Instances",
}
_DEEPEST: Final = 12


def recognises(source: Source) -> bool:
    """Whether it is JSON: a describe call's answer may lie anywhere in it."""
    return not source.not_json


def read_source(inventory: Inventory, source: Source, options: Options) -> None:
    """Take in a file; it says all itself, so it has no use for options."""
    read(inventory, source.data, source.file)


def read(inventory: Inventory, data: Any, file: str) -> None:
    """Take in everything in one document that a describe call may have answered."""
    if isinstance(data, dict) and "collector_version" in data and "route_tables" not in data:
        inventory.without_routes = True  # np-guard's cloud resource collector
    _visit(inventory, data, file, "", "", 0)


def kind_of(value: dict[str, Any]) -> tuple[str, str] | None:
    """What an object is, and the key of its id; None for what is none."""
    for key, other, kind in _MARKS:
        if isinstance(value.get(key), str) and value[key] and other in value:
            return kind, key
    return None


def _visit(inventory: Inventory, data: Any, file: str, path: str, key: str, depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(data, dict):
        found = kind_of(data)
        if found is not None:
            kind, id_key = found
            origin = Origin(file, path)
            attributes = shaped(data, lambda text: inventory.refused.append((data[id_key], text, origin)))
            inventory.ask(kind)
            inventory.add(kind, Item(data[id_key], attributes, origin))
            return
        for name, value in data.items():
            _visit(inventory, value, file, f"{path}.{name}" if path else str(name), str(name), depth + 1)
    elif isinstance(data, list):
        kind_known = _EMPTY.get(key.replace("_", "").lower())
        if kind_known is not None:
            inventory.ask(kind_known)
        for index, value in enumerate(data):
            _visit(inventory, value, file, f"{path}[{index}]", key, depth + 1)
