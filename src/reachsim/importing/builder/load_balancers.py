"""Application, Network and Gateway Load Balancers with their listeners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import choose, choose_ipv6, groups_of
from reachsim.importing.builder.places import places
from reachsim.importing.builder.target_groups import PROTOCOLS, attribute, groups_named, target_group
from reachsim.importing.builder.zones import tell_apart
from reachsim.importing.inventory import PRIVATE_LINK, Fields, Item, NotKnown, Unknown

_TYPES: Final = ("application", "network", "gateway")
_GIVEN: Final = {"PrivateIPv4Address": "private_ips", "IpAddress": "public_ips", "IPv6Address": "ipv6_addresses"}


def add_load_balancers(draft: Draft) -> None:
    """Load balancers; of one of which the listeners, or targets that decide, were not read nobody knows what it does."""
    listeners = _held(draft.found.of("Listeners"), _balancer_of)
    rules = _held(draft.found.of("Rules"), _listener_of)
    lost = _lost(draft)
    # An Application Load Balancer may be the target of a Network one, which comes after it.
    for item in sorted(draft.found.of("LoadBalancers"), key=lambda each: each.either("Type") == "network"):
        own = listeners.get(item.id, [])
        told = [(each, rules.get(each.id, [])) for each in own]
        draft.one(item, partial(add_load_balancer, own=told, lost=lost))


def _lost(draft: Draft) -> Unknown | None:
    """Why any load balancer may have a listener or a rule that is not known to be another's; None where none may."""
    ends = [("Listeners", "LoadBalancerArn"), ("Rules", "ListenerArn")]
    found = (item.either(key) for kind, key in ends for item in draft.found.of(kind))
    return next((each for each in found if isinstance(each, Unknown)), None)


def _held(items: Iterable[Item], holder: Callable[[Item], str]) -> dict[str, list[Item]]:
    out: dict[str, list[Item]] = {}
    for item in items:
        out.setdefault(holder(item), []).append(item)
    return out


def _balancer_of(listener: Item) -> str:
    return str(listener.either("LoadBalancerArn"))


def _listener_of(rule: Item) -> str:
    """The listener that a rule is of, which its ARN tells too."""
    told = rule.either("ListenerArn")
    return told if isinstance(told, str) else rule.id.rpartition("/")[0].replace(":listener-rule/", ":listener/")


def add_load_balancer(
    draft: Draft, item: Item, own: Sequence[tuple[Item, list[Item]]], lost: Unknown | None = None
) -> None:
    """One load balancer. `own`: its listeners with their rules; `lost`: why it may have others. Raises NotKnown."""
    vpc = draft.home(item)
    kind = item.text("Type") or "application"
    if not vpc:
        return
    if lost is not None:
        raise NotKnown(lost)
    if kind not in _TYPES:
        raise NotKnown(Unknown(f"it is of type {kind}"))
    if kind == "application" and isinstance(item.either("AvailabilityZones"), Unknown):
        zones = places(draft, item, "AvailabilityZones")
    else:
        zones = [each.text("SubnetId") for each in item.list("AvailabilityZones")]
    subnets = draft.subnets(vpc, zones)
    if not subnets:
        draft.nowhere(item)
        return
    body: Data = {"type": kind, "scheme": item.get("Scheme", "internet-facing"), "subnets": subnets}
    if kind == "gateway":
        body["scheme"] = None
    if "SecurityGroups" in item and item.either("SecurityGroups") != []:
        body["security_groups"] = groups_of(draft, item, "SecurityGroups", vpc)
    body |= nodes(draft, item)
    for zone in item.members("AvailabilityZones").known:
        _write_given(draft, zone, vpc, body)
    _choose_others(draft, item, vpc, body)
    if item.get(PRIVATE_LINK) == "off":
        body["enforce_inbound_on_private_link"] = False
    crossing = attribute(draft.found.one("LoadBalancerAttributes", item.id), "load_balancing.cross_zone.enabled")
    if crossing is not None:
        body["cross_zone"] = crossing == "true"
    body["listeners"], body["target_groups"] = listeners(draft, own, vpc, kind)
    tell_apart(draft, vpc, body)
    name = draft.naming.name("targets", str(item.either("LoadBalancerName") or ""), item.id)
    draft.section(vpc, "load_balancers")[name] = {k: value for k, value in body.items() if value not in ({}, None)}
    draft.place(item, ("vpcs", draft.names[vpc], "load_balancers", name), vpc)


def _choose_others(draft: Draft, item: Item, vpc: str, body: Data) -> None:
    """Leave the addresses that are not told to the design. Raises NotKnown."""
    for subnet in body["subnets"]:
        if subnet not in body["private_ips"]:
            choose(draft, vpc, subnet)
    if not item.text("IpAddressType").startswith("dualstack"):
        del body["ipv6_addresses"]
        return
    body["ip_address_type"] = item.text("IpAddressType")
    for subnet in body["subnets"]:
        if subnet not in body["ipv6_addresses"]:
            choose_ipv6(draft, vpc, subnet)


def _write_given(draft: Draft, zone: Fields, vpc: str, body: Data) -> None:
    """The addresses that a load balancer is given in one of its subnets, where its interfaces do not tell them."""
    subnet = zone.either("SubnetId")
    if draft.vpc_of.get(str(subnet)) != vpc:
        return
    for each in zone.members("LoadBalancerAddresses").known:
        for key, word in _GIVEN.items():
            address = each.either(key)
            if isinstance(address, str) and (word != "public_ips" or body["scheme"] == "internet-facing"):
                body[word].setdefault(draft.names[str(subnet)], address)


def nodes(draft: Draft, item: Item) -> Data:
    """The addresses of its nodes, which its interfaces have."""
    tail = item.id.partition(":loadbalancer/")[2]
    out: Data = {"private_ips": {}, "public_ips": {}, "ipv6_addresses": {}}
    if tail:
        for each in draft.described.get(f"ELB {tail}", ()):
            subnet, address, association = (each.either(key) for key in ("SubnetId", "PrivateIpAddress", "Association"))
            vpc = draft.vpc_of.get(str(subnet))
            if not vpc or not isinstance(address, str):
                continue
            out["private_ips"][draft.names[str(subnet)]] = address
            listed = each.members("Ipv6Addresses").known
            ipv6 = listed[0].either("Ipv6Address") if listed else None
            if isinstance(ipv6, str):
                out["ipv6_addresses"][draft.names[str(subnet)]] = ipv6
            public = association.either("PublicIp") if isinstance(association, Fields) else None
            if isinstance(public, str):
                out["public_ips"][draft.names[str(subnet)]] = public
    return out


def listeners(draft: Draft, own: Sequence[tuple[Item, list[Item]]], vpc: str, kind: str) -> tuple[Data, Data]:
    """Listeners by port, and the target groups that they or their rules forward to. Raises NotKnown, also where no listener
    was read: a load balancer that exists has one."""
    listeners: Data = {}
    groups: Data = {}
    if not own and vpc not in draft.found.created:
        raise NotKnown(Unknown("its listeners were not collected"))
    for each, rules in own:
        if each.maybe:
            raise NotKnown(Unknown(f"whether it has a listener: {each.maybe}"))
        protocol = each.text("Protocol") or ("GENEVE" if kind == "gateway" else "")
        if protocol not in PROTOCOLS:
            raise NotKnown(Unknown(f"it has a listener of protocol {protocol}"))
        named = {arn: target_group(draft, arn, vpc, kind) for arn in _forwarded(draft, each, rules)}
        groups |= dict(named.values())
        port = "all" if protocol == "GENEVE" else f"{PROTOCOLS[protocol]}/{each.get('Port')}"
        listeners[port] = [name for name, _ in named.values()]
    return listeners, groups


def _forwarded(draft: Draft, listener: Item, rules: Iterable[Item]) -> Iterator[str]:
    """The target groups that a listener's default actions and its rules' name. Raises NotKnown."""
    yield from groups_named(draft, listener, "DefaultActions")
    if listener.get("TargetGroupArn"):
        yield listener.text("TargetGroupArn")
    for rule in rules:
        if rule.maybe:
            raise NotKnown(Unknown(f"whether it has a rule: {rule.maybe}"))
        yield from groups_named(draft, rule, "Actions")
