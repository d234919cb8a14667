"""Load balancers with listeners and target groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.families.hosts import allocated
from reachsim.importing.cloudformation.made import Made, entries, flag, id_of, ids_of, tags_of, whole, without_none
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import PRIVATE_LINK, Unknown


def balancer(made: Made, resource: Resource) -> None:
    mappings = entries(resource.get("SubnetMappings") or [])
    mapped = [each if isinstance(each, Unknown) else id_of(each.get("SubnetId")) for each in mappings]
    subnets = [*ids_of(resource.get("Subnets")), *(each for each in mapped if each is not None)]
    vpc = made.vpc_of([each for each in subnets if isinstance(each, str)] or subnets)
    kind = resource.get("Type")
    kind = "application" if kind is None else kind
    groups = resource.get("SecurityGroups")
    attributes = {
        "LoadBalancerName": _name(resource, "Name"),
        "Type": kind,
        "Scheme": "internet-facing" if resource.get("Scheme") is None else resource.get("Scheme"),
        "IpAddressType": resource.get("IpAddressType"),
        "VpcId": vpc,
        "AvailabilityZones": [
            *({"SubnetId": each} for each in ids_of(resource.get("Subnets"))),
            *(_zone(made, each) for each in mappings if isinstance(each, Unknown) or each.get("SubnetId") is not None),
        ],
        "State": {"Code": "active"},
        PRIVATE_LINK: resource.get(PRIVATE_LINK),
        "Tags": tags_of(resource.get("Tags")),
    }
    if groups is not None or kind == "application":
        found = made.groups_of(groups, vpc)
        attributes["SecurityGroups"] = (
            found
            if isinstance(found, Unknown)
            else [each if isinstance(each, Unknown) else each["GroupId"] for each in found]
        )
    made.add(
        "LoadBalancers", resource, attributes, within=next((each for each in subnets if isinstance(each, str)), "")
    )
    made.add("LoadBalancerAttributes", resource, {"Attributes": _attributes(resource.get("LoadBalancerAttributes"))})


def _zone(made: Made, mapping: Any) -> Any:
    if isinstance(mapping, Unknown):
        return mapping
    allocation = mapping.get("AllocationId")
    address = {} if allocation is None else {"IpAddress": allocated(made, allocation)}
    given = {key: mapping.get(key) for key in ("PrivateIPv4Address", "IPv6Address")}
    address |= {key: told for key, told in given.items() if isinstance(told, str)}
    return {"SubnetId": id_of(mapping.get("SubnetId")), **({"LoadBalancerAddresses": [address]} if address else {})}


def _attributes(told: Any) -> list[Any]:
    """The attributes that AWS tells by a call of their own."""
    return [
        each if isinstance(each, Unknown) else without_none({"Key": each.get("Key"), "Value": _text(each.get("Value"))})
        for each in entries(told or [])
    ]


def _name(resource: Resource, key: str) -> str:
    name = resource.get(key)
    return name if isinstance(name, str) and name else resource.logical_id


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value


def target_group(made: Made, resource: Resource) -> None:
    attributes = {
        "TargetGroupName": _name(resource, "Name"),
        "Protocol": resource.get("Protocol"),
        "Port": whole(resource.get("Port")),
        "TargetType": "instance" if resource.get("TargetType") is None else resource.get("TargetType"),
        "IpAddressType": resource.get("IpAddressType"),
        "VpcId": id_of(resource.get("VpcId")),
    }
    made.add("TargetGroups", resource, attributes)
    made.add("TargetGroupAttributes", resource, {"Attributes": _attributes(resource.get("TargetGroupAttributes"))})
    targets = resource.get("Targets")
    made.add("LoadBalancerTargetHealth", resource, {"TargetHealthDescriptions": _targets(targets)})


def _targets(value: Any) -> list[Any]:
    found: list[Any] = []
    for each in entries(value or []):
        id = each if isinstance(each, Unknown) else id_of(each.get("Id"))
        if id is not None:
            known = {} if isinstance(each, Unknown) else {"Id": id, "Port": whole(each.get("Port"))}
            found.append(Unknown(id.reason) if isinstance(id, Unknown) else {"Target": without_none(known)})
    return found


def listener(made: Made, resource: Resource) -> None:
    attributes = {
        "LoadBalancerArn": id_of(resource.get("LoadBalancerArn")),
        "Port": whole(resource.get("Port")),
        "Protocol": resource.get("Protocol"),
        "DefaultActions": _actions(resource.get("DefaultActions")),
    }
    balancer = attributes["LoadBalancerArn"]
    made.add("Listeners", resource, attributes, within=balancer if isinstance(balancer, str) else "")


def _actions(value: Any) -> list[Any]:
    return [each if isinstance(each, Unknown) else _action(each) for each in entries(value or [])]


def _action(written: Mapping[str, Any]) -> dict[str, Any]:
    forward = written.get("ForwardConfig")
    listed = forward.get("TargetGroups") if isinstance(forward, dict) else None
    groups = [
        each if isinstance(each, Unknown) else {"TargetGroupArn": id_of(each.get("TargetGroupArn"))}
        for each in entries(listed or [])
    ]
    config = Unknown(forward.reason) if isinstance(forward, Unknown) else {"TargetGroups": groups} if groups else None
    found = {
        "Type": written.get("Type"),
        "TargetGroupArn": id_of(written.get("TargetGroupArn")),
        "ForwardConfig": config,
    }
    return without_none(found)


def listener_rule(made: Made, resource: Resource) -> None:
    """What a rule of a listener forwards to may be picked as what the listener itself forwards to."""
    listener = id_of(resource.get("ListenerArn"))
    attributes = {"ListenerArn": listener, "Actions": _actions(resource.get("Actions"))}
    made.add("Rules", resource, attributes, within=listener if isinstance(listener, str) else "")


def classic(made: Made, resource: Resource) -> None:
    """A Classic Load Balancer; its cross-zone balancing is off unless it says so."""
    subnets = ids_of(resource.get("Subnets"))
    vpc = made.vpc_of([each for each in subnets if isinstance(each, str)] or subnets)
    listed = [
        each if isinstance(each, Unknown) else {"Listener": _classic_listener(each)}
        for each in entries(resource.get("Listeners") or [])
    ]
    groups = made.groups_of(resource.get("SecurityGroups"), vpc)
    attributes = {
        "LoadBalancerName": _name(resource, "LoadBalancerName"),
        "VPCId": vpc,
        "Subnets": subnets,
        "Scheme": resource.get("Scheme"),
        "SecurityGroups": groups if isinstance(groups, Unknown) else [_id_in(each) for each in groups],
        "ListenerDescriptions": listed,
        "Instances": [
            each if isinstance(each, Unknown) else {"InstanceId": each} for each in ids_of(resource.get("Instances"))
        ],
    }
    made.add("LoadBalancerDescriptions", resource, attributes, within=next(filter(_is_text, subnets), ""))
    crosses = flag(resource.get("CrossZone"))
    enabled = {"CrossZoneLoadBalancing": {"Enabled": False if crosses is None else crosses}}
    id = attributes["LoadBalancerName"]
    made.add("ClassicLoadBalancerAttributes", resource, {"LoadBalancerAttributes": enabled}, id=str(id))


def _classic_listener(written: Mapping[str, Any]) -> dict[str, Any]:
    protocol = written.get("Protocol")
    found = {
        "Protocol": protocol.upper() if isinstance(protocol, str) else protocol,
        "LoadBalancerPort": whole(written.get("LoadBalancerPort")),
        "InstancePort": whole(written.get("InstancePort")),
    }
    return without_none(found)


def _id_in(group: Any) -> Any:
    return group if isinstance(group, Unknown) else group["GroupId"]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": listener_rule,
    "AWS::ElasticLoadBalancing::LoadBalancer": classic,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {}
