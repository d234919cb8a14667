"""Load balancers: listeners, rules, target groups, targets; Classic ones with their instances."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import PRIVATE_LINK, Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, name_given, present
from reachsim.importing.terraform.families.hosts import allocated, vpc_of
from reachsim.importing.terraform.snapshot import Resource

_KINDS: Final = ("aws_lb", "aws_alb")
TYPES: Final = frozenset(
    f"{kind}{part}"
    for kind in _KINDS
    for part in ("", "_listener", "_listener_rule", "_target_group", "_target_group_attachment")
) | {"aws_elb", "aws_elb_attachment"}
_OTHERS: Final = ("aws_autoscaling_attachment", "aws_autoscaling_group", "aws_ecs_service")
"""Resources that register targets whose number and addresses are not known."""
_CROSS_ZONE: Final = "load_balancing.cross_zone.enabled"
_OF_TARGETS: Final = {
    "preserve_client_ip": "preserve_client_ip.enabled",
    "load_balancing_cross_zone_enabled": _CROSS_ZONE,
}
"""Arguments of a target group that are attributes of AWS's."""


def _of(made: Assembly, suffix: str) -> list[Resource]:
    return list(made.found.of(*(f"{kind}{suffix}" for kind in _KINDS)))


def add(made: Assembly) -> None:
    """Load balancers, their listeners, the groups that these forward to, and targets."""
    for each in _of(made, ""):
        _add_balancer(made, each)
    for each in _of(made, "_target_group"):
        body = {
            "TargetGroupName": each.get("name") or each.address.name,
            "Port": each.get("port"),
            "Protocol": each.get("protocol"),
            "TargetType": each.get("target_type") or "instance",
            "IpAddressType": each.get("ip_address_type"),
            "VpcId": each.get("vpc_id"),
        }
        made.put("TargetGroups", each, present(body))
        told = [
            {"Key": key, "Value": _text(each.get(name))}
            for name, key in _OF_TARGETS.items()
            if each.get(name) is not None
        ]
        made.place("TargetGroupAttributes", each.id, {"Attributes": told}, each.origin)
        made.place("LoadBalancerTargetHealth", each.id, {"TargetHealthDescriptions": []}, each.origin)
    for each in _of(made, "_listener"):
        body = {
            "LoadBalancerArn": each.get("load_balancer_arn"),
            "Protocol": each.get("protocol"),
            "Port": each.get("port"),
            "DefaultActions": _actions(each.each("default_action")),
        }
        if (made.one("LoadBalancers", body["LoadBalancerArn"]) or {}).get("Type") == "gateway":
            body |= {"Protocol": None, "Port": None}  # there is one sort (LB-9)
        made.put("Listeners", each, present(body))
    for each in _of(made, "_listener_rule"):
        made.append("Listeners", each, "DefaultActions", "listener_arn", _actions(each.each("action")))
    for each in _of(made, "_target_group_attachment"):
        target = [{"Target": present({"Id": each.get("target_id"), "Port": each.get("port")})}]
        made.append("LoadBalancerTargetHealth", each, "TargetHealthDescriptions", "target_group_arn", target)
    for each in made.found.of(*_OTHERS):
        _register(made, each)
    _add_classic(made)


def _add_balancer(made: Assembly, each: Resource) -> None:
    internal = each.get("internal")
    subnets = each.values.get("subnets")
    zones: Any = subnets if isinstance(subnets, Unknown) else [{"SubnetId": id} for id in subnets or []]
    mapping = each.values.get("subnet_mapping")
    if isinstance(mapping, list) and mapping:
        zones = [_zone(made, one) for one in mapping]
    vpc = vpc_of(made, zones) if isinstance(zones, Unknown) else each.get("vpc_id")
    if isinstance(zones, list):
        for zone in zones:
            holder = None if isinstance(zone, Unknown) else made.one("Subnets", zone.get("SubnetId"))
            vpc = holder.get("VpcId") if holder is not None else vpc
    body = {
        "LoadBalancerName": each.get("name") or each.address.name,
        "DNSName": name_given(each, "dns_name"),
        "Type": each.get("load_balancer_type") or "application",
        "Scheme": internal if isinstance(internal, Unknown) else "internal" if internal else "internet-facing",
        "VpcId": vpc,
        "AvailabilityZones": zones,
        "SecurityGroups": each.values.get("security_groups"),
        "IpAddressType": each.get("ip_address_type"),
        PRIVATE_LINK: each.get("enforce_security_group_inbound_rules_on_private_link_traffic"),
    }
    made.put("LoadBalancers", each, present(body))
    crossing = each.get("enable_cross_zone_load_balancing")
    if isinstance(crossing, bool) and body["Type"] != "application":
        attributes = [{"Key": _CROSS_ZONE, "Value": _text(crossing)}]
        made.place("LoadBalancerAttributes", each.id, {"Attributes": attributes}, each.origin)


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _zone(made: Assembly, one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    allocation = one.get("allocation_id")
    address = present(
        {
            "AllocationId": allocation,
            "IpAddress": allocated(made, allocation) if allocation else None,
            "PrivateIPv4Address": one.get("private_ipv4_address"),
            "IPv6Address": one.get("ipv6_address"),
        }
    )
    return present({"SubnetId": one.get("subnet_id"), "LoadBalancerAddresses": [address] if address else None})


def _actions(blocks: list[Any]) -> list[Any]:
    """What a listener or a rule does, as far as it forwards."""
    out: list[Any] = []
    for each in blocks:
        if not isinstance(each, dict):
            out.append(each)
            continue
        action: Attributes = {"Type": each.get("type")}
        if each.get("target_group_arn"):
            action["TargetGroupArn"] = each["target_group_arn"]
        forward = each.get("forward")
        groups: list[Any] = []
        if isinstance(forward, list):
            for block in forward:
                listed = block.get("target_group") if isinstance(block, dict) else None
                groups += [{"TargetGroupArn": one.get("arn")} for one in listed or [] if isinstance(one, dict)]
        if isinstance(forward, Unknown):
            action["ForwardConfig"] = forward
        elif groups:
            action["ForwardConfig"] = {"TargetGroups": groups}
        out.append(action)
    return out


def _register(made: Assembly, each: Resource) -> None:
    """Targets that are made later: the interfaces of a service or a group of instances, if it has its own."""
    own, ports = each, None
    if each.address.type == "aws_ecs_service":
        blocks = [one for one in each.each("load_balancer") if isinstance(one, dict)]
        arns = [one.get("target_group_arn") for one in blocks]
        ports = [one.get("container_port") for one in blocks]
    elif each.address.type == "aws_autoscaling_group":
        arns = [*each.each("target_group_arns"), *_sources(each)]
    else:
        arns = [each.get("lb_target_group_arn") or each.get("alb_target_group_arn")]
        named = each.get("autoscaling_group_name")
        groups = made.found.of("aws_autoscaling_group")
        own = next((one for one in groups if named in (one.id, one.get("name"), str(one.address))), each)
    for arn, port in zip(arns, ports or [None] * len(arns), strict=True):
        target: Any = {"Target": present({"Id": str(own.address), "Port": port})}
        if made.one("PossibleInterfaces", str(own.address)) is None or isinstance(port, Unknown):
            target = Unknown(f"{each.address} registers targets of its own")
        for holder in made.some("LoadBalancerTargetHealth", arn):
            doubt = (
                Unknown(f"{each.address} may register targets: {arn.reason}") if isinstance(arn, Unknown) else target
            )
            holder["TargetHealthDescriptions"].append(doubt)


def _sources(each: Resource) -> list[Any]:
    blocks = [one for one in each.each("traffic_source") if isinstance(one, dict)]
    return [one.get("identifier") for one in blocks if one.get("type", "elbv2") == "elbv2"]


# -- Classic Load Balancers --------------------------------------------------------------------------------------


def _add_classic(made: Assembly) -> None:
    """Classic Load Balancers, with the instances that they or others register."""
    for each in made.found.of("aws_elb"):
        internal, groups = each.get("internal"), each.values.get("security_groups")
        name = each.get("name") or each.address.name
        crosses = each.get("cross_zone_load_balancing")
        body = {
            "LoadBalancerName": name,
            "DNSName": name_given(each, "dns_name"),
            "VPCId": vpc_of(made, next(iter(each.each("subnets")), None)),
            "Subnets": each.values.get("subnets"),
            "Scheme": internal if isinstance(internal, Unknown) else "internal" if internal else "internet-facing",
            "SecurityGroups": groups or Unknown("the file does not say which groups it has"),
            "ListenerDescriptions": [_classic_listener(one) for one in each.each("listener")],
            "HealthCheck": next((_check(one) for one in each.each("health_check")), None),
            "Instances": _instances(each.values.get("instances")),
        }
        made.put("LoadBalancerDescriptions", each, present(body))
        enabled = {"CrossZoneLoadBalancing": {"Enabled": True if crosses is None else crosses}}
        made.place("ClassicLoadBalancerAttributes", str(name), {"LoadBalancerAttributes": enabled}, each.origin)
    for each in made.found.of("aws_elb_attachment"):
        _enlist(made, each, each.get("elb"), {"InstanceId": each.get("instance")})
    for each in made.found.of("aws_autoscaling_group", "aws_autoscaling_attachment"):
        for named in filter(None, (*each.each("load_balancers"), each.get("elb"))):
            _enlist(made, each, named, Unknown(f"{each.address} registers instances of its own"))


def _enlist(made: Assembly, each: Resource, named: Any, instance: Any) -> None:
    """Register instances with a balancer, by its name; where that is not known, with each."""
    for item in made.of("LoadBalancerDescriptions"):
        if isinstance(named, Unknown):
            item.attributes["Instances"].append(Unknown(f"{each.address} may register some: {named.reason}"))
        elif named in (item.id, item.attributes["LoadBalancerName"]) and instance not in item.attributes["Instances"]:
            item.attributes["Instances"].append(instance)


def _instances(value: Any) -> list[Any]:
    if isinstance(value, Unknown):
        return [value]
    return [each if isinstance(each, Unknown) else {"InstanceId": each} for each in value or []]


def _classic_listener(one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    protocol = one.get("lb_protocol")
    told = {
        "Protocol": protocol.upper() if isinstance(protocol, str) else protocol,
        "LoadBalancerPort": one.get("lb_port"),
        "InstancePort": one.get("instance_port"),
    }
    return {"Listener": present(told)}


def _check(one: Any) -> Any:
    return one if isinstance(one, Unknown) else present({"Target": one.get("target")})
