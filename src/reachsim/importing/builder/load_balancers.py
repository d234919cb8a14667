"""Load balancers with their listeners and targets."""

from __future__ import annotations

import re
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import choose, groups_of
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown

_LISTENERS: Final = {"TCP": "tcp", "UDP": "udp", "TLS": "tls", "HTTP": "http", "HTTPS": "https", "TCP_UDP": "tcp_udp"}


def add_load_balancers(draft: Draft) -> None:
    """Application and Network Load Balancers with their listeners and targets."""
    draft.each("LoadBalancers", add_load_balancer)


def add_load_balancer(draft: Draft, item: Item) -> None:
    """One load balancer. Raises NotKnown."""
    vpc = draft.home(item)
    kind = item.text("Type") or "application"
    if not vpc or kind not in ("application", "network"):
        return
    zones = [each.text("SubnetId") for each in item.list("AvailabilityZones")]
    subnets = [draft.names[id] for id in zones if draft.local(vpc, id) is not None]
    if not subnets:
        draft.note("left out", item.id, "it is in no subnet that was read", item)
        return
    body: Data = {"type": kind, "scheme": item.get("Scheme", "internet-facing"), "subnets": subnets}
    if "SecurityGroups" in item and item.either("SecurityGroups") != []:
        body["security_groups"] = groups_of(draft, item, "SecurityGroups", vpc)
    body |= nodes(draft, item)
    for subnet in subnets:
        if subnet not in body["private_ips"]:
            choose(draft, vpc, subnet)
    crossing = attribute(draft, item.id, "load_balancing.cross_zone.enabled")
    if crossing is not None:
        body["cross_zone"] = crossing == "true"
    body["listeners"], body["target_groups"] = listeners(draft, item, vpc)
    name = draft.naming.name("targets", str(item.either("LoadBalancerName") or ""), item.id)
    draft.section(vpc, "load_balancers")[name] = {k: value for k, value in body.items() if value not in ({}, None)}
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
    for each in draft.described.get(f"ELB {tail}", ()) if tail else ():
        subnet, address, association = (each.either(key) for key in ("SubnetId", "PrivateIpAddress", "Association"))
        vpc = draft.vpc_of.get(str(subnet))
        if not vpc or not isinstance(address, str):
            continue
        out["private_ips"][draft.names[str(subnet)]] = address
        public = association.either("PublicIp") if isinstance(association, Fields) else None
        if isinstance(public, str):
            out["public_ips"][draft.names[str(subnet)]] = public
        draft.out.names[each.id] = f"{draft.names[vpc]}.{address}"
    return out


def listeners(draft: Draft, item: Item, vpc: str) -> tuple[Data, Data]:
    """Listeners by port, and the target groups that they forward to."""
    listeners: Data = {}
    groups: Data = {}
    for each in draft.found.of("Listeners"):
        if each.get("LoadBalancerArn") != item.id or each.get("Protocol") not in _LISTENERS:
            continue
        if each.maybe:
            raise NotKnown(Unknown(f"whether it has a listener: {each.maybe}"))
        names = []
        for action in each.list("DefaultActions"):
            forward = action.inner("ForwardConfig").list("TargetGroups")
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
        target = each.inner("Target")
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
