"""Load balancers of the second generation: listeners, rules, target groups, targets."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, present
from reachsim.importing.terraform.snapshot import Resource

_KINDS: Final = ("aws_lb", "aws_alb")
TYPES: Final = frozenset(
    name
    for kind in _KINDS
    for name in (
        kind, f"{kind}_listener", f"{kind}_listener_rule", f"{kind}_target_group", f"{kind}_target_group_attachment",
    )
)  # fmt: skip
_OTHERS: Final = ("aws_autoscaling_attachment", "aws_autoscaling_group", "aws_ecs_service")
"""Resources that register targets whose number and addresses are not known."""


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
            "VpcId": each.get("vpc_id"),
        }
        made.put("TargetGroups", each, present(body))
        made.place("LoadBalancerTargetHealth", each.id, {"TargetHealthDescriptions": []}, each.origin)
    for each in _of(made, "_listener"):
        body = {
            "LoadBalancerArn": each.get("load_balancer_arn"),
            "Protocol": each.get("protocol"),
            "Port": each.get("port"),
            "DefaultActions": _actions(each.each("default_action")),
        }
        made.put("Listeners", each, present(body))
    for each in _of(made, "_listener_rule"):
        made.append("Listeners", each, "DefaultActions", "listener_arn", _actions(each.each("action")))
    for each in _of(made, "_target_group_attachment"):
        target = [{"Target": present({"Id": each.get("target_id"), "Port": each.get("port")})}]
        made.append("LoadBalancerTargetHealth", each, "TargetHealthDescriptions", "target_group_arn", target)
    for each in made.found.of(*_OTHERS):
        _register(made, each)


def _add_balancer(made: Assembly, each: Resource) -> None:
    internal = each.get("internal")
    subnets = each.values.get("subnets")
    zones: Any = subnets if isinstance(subnets, Unknown) else [{"SubnetId": id} for id in subnets or []]
    mapping = each.values.get("subnet_mapping")
    if isinstance(mapping, list) and mapping:
        zones = [_zone(one) for one in mapping]
    vpc = each.get("vpc_id")
    for zone in zones if isinstance(zones, list) else ():
        holder = None if isinstance(zone, Unknown) else made.one("Subnets", zone.get("SubnetId"))
        vpc = holder.get("VpcId") if holder is not None else vpc
    body = {
        "LoadBalancerName": each.get("name") or each.address.name,
        "DNSName": known(each.get("dns_name")),
        "Type": each.get("load_balancer_type") or "application",
        "Scheme": internal if isinstance(internal, Unknown) else "internal" if internal else "internet-facing",
        "VpcId": vpc,
        "AvailabilityZones": zones,
        "SecurityGroups": each.values.get("security_groups"),
        "IpAddressType": each.get("ip_address_type"),
    }
    made.put("LoadBalancers", each, present(body))
    crossing = each.get("enable_cross_zone_load_balancing")
    if isinstance(crossing, bool) and body["Type"] != "application":
        attributes = [{"Key": "load_balancing.cross_zone.enabled", "Value": str(crossing).lower()}]
        made.place("LoadBalancerAttributes", each.id, {"Attributes": attributes}, each.origin)


def _zone(one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    address = present(
        {
            "AllocationId": one.get("allocation_id"),
            "PrivateIPv4Address": one.get("private_ipv4_address"),
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
        for block in forward if isinstance(forward, list) else []:
            listed = block.get("target_group") if isinstance(block, dict) else None
            groups += [{"TargetGroupArn": one.get("arn")} for one in listed or [] if isinstance(one, dict)]
        if isinstance(forward, Unknown):
            action["ForwardConfig"] = forward
        elif groups:
            action["ForwardConfig"] = {"TargetGroups": groups}
        out.append(action)
    return out


def _register(made: Assembly, each: Resource) -> None:
    """Targets that are made later, as many as there will be."""
    arns: list[Any] = []
    if each.address.type == "aws_ecs_service":
        arns = [one.get("target_group_arn") for one in each.each("load_balancer") if isinstance(one, dict)]
    elif each.address.type == "aws_autoscaling_group":
        arns = [*each.each("target_group_arns"), *_sources(each)]
    else:
        arns = [each.get("lb_target_group_arn") or each.get("alb_target_group_arn")]
    for arn in arns:
        for holder in made.some("LoadBalancerTargetHealth", arn):
            holder["TargetHealthDescriptions"].append(Unknown(f"{each.address} registers targets of its own"))


def _sources(each: Resource) -> list[Any]:
    blocks = [one for one in each.each("traffic_source") if isinstance(one, dict)]
    return [one.get("identifier") for one in blocks if one.get("type", "elbv2") == "elbv2"]
