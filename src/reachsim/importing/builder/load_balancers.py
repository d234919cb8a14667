"""Application, Network and Gateway Load Balancers with their listeners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import choose, groups_of
from reachsim.importing.builder.target_groups import PROTOCOLS, attribute, groups_named, target_group
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown

_TYPES: Final = ("application", "network", "gateway")
_PRIVATE_LINK: Final = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"


def add_load_balancers(draft: Draft) -> None:
    """Load balancers; of one of which the listeners, or targets that decide, were not read nobody knows what it does."""
    items = {item.id: item for item in draft.found.of("LoadBalancers")}
    first = [item for item in items.values() if item.either("Type") != "network"]
    for item in (*first, *(item for item in items.values() if item not in first)):  # one may be another's target
        draft.one(item, add_load_balancer)


def add_load_balancer(draft: Draft, item: Item) -> None:
    """One load balancer. Raises NotKnown."""
    vpc = draft.home(item)
    kind = item.text("Type") or "application"
    if not vpc:
        return
    if kind not in _TYPES:
        raise NotKnown(Unknown(f"it is of type {kind}"))
    zones = [each.text("SubnetId") for each in item.list("AvailabilityZones")]
    subnets = draft.subnets(vpc, zones)
    if not subnets:
        draft.note("left out", item.id, "it is in no subnet that was read", item)
        return
    body: Data = {"type": kind, "scheme": item.get("Scheme", "internet-facing"), "subnets": subnets}
    if kind == "gateway":
        body["scheme"] = None
    if "SecurityGroups" in item and item.either("SecurityGroups") != []:
        body["security_groups"] = groups_of(draft, item, "SecurityGroups", vpc)
    body |= nodes(draft, item)
    for subnet in subnets:
        if subnet not in body["private_ips"]:
            choose(draft, vpc, subnet)
    if item.text("IpAddressType").startswith("dualstack"):
        body["ip_address_type"] = item.text("IpAddressType")
    if item.get(_PRIVATE_LINK) == "off":
        body["enforce_inbound_on_private_link"] = False
    crossing = attribute(draft.found.one("LoadBalancerAttributes", item.id), "load_balancing.cross_zone.enabled")
    if crossing is not None:
        body["cross_zone"] = crossing == "true"
    body["listeners"], body["target_groups"] = listeners(draft, item, vpc, kind)
    name = draft.naming.name("targets", str(item.either("LoadBalancerName") or ""), item.id)
    draft.section(vpc, "load_balancers")[name] = {k: value for k, value in body.items() if value not in ({}, None)}
    draft.place(item, ("vpcs", draft.names[vpc], "load_balancers", name), vpc)


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
    return out


def listeners(draft: Draft, item: Item, vpc: str, kind: str) -> tuple[Data, Data]:
    """Listeners by port, and the target groups that they or their rules forward to. Raises NotKnown, also where no listener
    was read: a load balancer that exists has one."""
    listeners: Data = {}
    groups: Data = {}
    own = [each for each in draft.found.of("Listeners") if each.get("LoadBalancerArn") == item.id]
    if not own and vpc not in draft.found.created:
        raise NotKnown(Unknown("its listeners were not collected"))
    for each in own:
        if each.maybe:
            raise NotKnown(Unknown(f"whether it has a listener: {each.maybe}"))
        protocol = each.text("Protocol") or ("GENEVE" if kind == "gateway" else "")
        if protocol not in PROTOCOLS:
            raise NotKnown(Unknown(f"it has a listener of protocol {protocol}"))
        named = {arn: target_group(draft, arn, vpc, kind) for arn in _forwarded(draft, each)}
        groups |= dict(named.values())
        port = "all" if protocol == "GENEVE" else f"{PROTOCOLS[protocol]}/{each.get('Port')}"
        listeners[port] = [name for name, _ in named.values()]
    return listeners, groups


def _forwarded(draft: Draft, listener: Item) -> Iterator[str]:
    """The target groups that a listener's default actions and its rules' name. Raises NotKnown."""
    yield from groups_named(draft, listener, "DefaultActions")
    if listener.get("TargetGroupArn"):
        yield listener.text("TargetGroupArn")
    for rule in draft.found.of("Rules"):
        told = rule.either("ListenerArn")
        owner = told if isinstance(told, str) else rule.id.rpartition("/")[0].replace(":listener-rule/", ":listener/")
        if owner == listener.id:
            if rule.maybe:
                raise NotKnown(Unknown(f"whether it has a rule: {rule.maybe}"))
            yield from groups_named(draft, rule, "Actions")
