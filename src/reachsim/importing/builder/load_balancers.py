"""Load balancers with their listeners and targets."""

from __future__ import annotations

import re
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Item, inner
from reachsim.resources.reference import UNKNOWN

_LISTENERS: Final = {"TCP": "tcp", "UDP": "udp", "TLS": "tls", "HTTP": "http", "HTTPS": "https", "TCP_UDP": "tcp_udp"}


def add_load_balancers(draft: Draft) -> None:
    """Application and Network Load Balancers with their listeners and targets."""
    for item in draft.found.of("LoadBalancers"):
        vpc = str(item.get("VpcId") or "")
        kind = str(item.get("Type") or "application")
        if vpc not in draft.names or kind not in ("application", "network"):
            continue
        zones = [str(each.get("SubnetId")) for each in item.list("AvailabilityZones")]
        subnets = [draft.names[id] for id in zones if draft.local(vpc, id) is not None]
        if not subnets:
            draft.note("left out", item.id, "it is in no subnet that was read", item)
            continue
        name = draft.naming.name("targets", str(item.get("LoadBalancerName") or ""), item.id)
        body: Data = {"type": kind, "scheme": item.get("Scheme", "internet-facing"), "subnets": subnets}
        groups = [draft.names[id] for id in item.list("SecurityGroups") if id in draft.names]
        if item.list("SecurityGroups"):
            body["security_groups"] = groups if len(groups) == len(item.list("SecurityGroups")) else UNKNOWN
        body |= nodes(draft, item)
        crossing = attribute(draft, item.id, "load_balancing.cross_zone.enabled")
        if crossing is not None:
            body["cross_zone"] = crossing == "true"
        body["listeners"], body["target_groups"] = listeners(draft, item, vpc)
        draft.section(vpc, "load_balancers")[name] = {key: value for key, value in body.items() if value != {}}
        draft.place(item, ("vpcs", draft.names[vpc], "load_balancers", name), vpc)


def attribute(draft: Draft, arn: str, key: str) -> str | None:
    """One attribute of a load balancer."""
    item = draft.found.one("LoadBalancerAttributes", arn)
    return (
        next((each.get("Value") for each in item.list("Attributes") if each.get("Key") == key), None) if item else None
    )


def nodes(draft: Draft, item: Item) -> Data:
    """The addresses of its nodes, which its interfaces have."""
    tail = item.id.partition(":loadbalancer/")[2]
    out: Data = {"private_ips": {}, "public_ips": {}}
    for each in draft.found.of("NetworkInterfaces"):
        if tail and str(each.get("Description") or "") == f"ELB {tail}" and each.get("SubnetId") in draft.names:
            subnet = draft.names[str(each.get("SubnetId"))]
            out["private_ips"][subnet] = each.get("PrivateIpAddress")
            public = inner(each, "Association").get("PublicIp")
            if public:
                out["public_ips"][subnet] = public
            draft.out.names[each.id] = f"{draft.names[str(each.get('VpcId'))]}.{each.get('PrivateIpAddress')}"
    return out


def listeners(draft: Draft, item: Item, vpc: str) -> tuple[Data, Data]:
    """Listeners by port, and the target groups that they forward to."""
    listeners: Data = {}
    groups: Data = {}
    for each in draft.found.of("Listeners"):
        if each.get("LoadBalancerArn") != item.id or each.get("Protocol") not in _LISTENERS:
            continue
        names = []
        for action in each.list("DefaultActions"):
            forward = inner(action, "ForwardConfig").get("TargetGroups") or []
            for arn in [action.get("TargetGroupArn"), *(each.get("TargetGroupArn") for each in forward)]:
                if arn:
                    name, body = target_group(draft, str(arn), vpc)
                    groups[name] = body
                    names.append(name)
        if names:
            listeners[f"{_LISTENERS[each.get('Protocol')]}/{each.get('Port')}"] = list(dict.fromkeys(names))
    return listeners, groups


def target_group(draft: Draft, arn: str, vpc: str) -> tuple[str, Data]:
    """A target group with the targets that are registered."""
    item = draft.found.one("TargetGroups", arn)
    health = draft.found.one("LoadBalancerTargetHealth", arn)
    targets, ports = [], set()
    for each in health.list("TargetHealthDescriptions") if health is not None else ():
        target = inner(each, "Target")
        id = str(target.get("Id") or "")
        targets.append(draft.names.get(id, id))
        ports.add(target.get("Port"))
    name = str(item.get("TargetGroupName")) if item is not None else re.split(r"[/:]", arn)[-2]
    body: Data = {"targets": list(dict.fromkeys(targets))}
    port = next(iter(ports)) if len(ports) == 1 else item.get("Port") if item is not None else None
    if item is not None and port:
        body["port"] = f"{_LISTENERS.get(str(item.get('Protocol')), 'tcp')}/{port}"
        if item.get("TargetType"):
            body["target_type"] = item.get("TargetType")
    return name, body
