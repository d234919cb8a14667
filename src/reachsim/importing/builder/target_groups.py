"""Target groups of load balancers, with the targets that are registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Fields, Item, Members, NotKnown, Unknown
from reachsim.net.address import format_address, parse_address

PROTOCOLS: Final = {
    "TCP": "tcp", "UDP": "udp", "TLS": "tls", "HTTP": "http", "HTTPS": "https", "TCP_UDP": "tcp_udp", "GENEVE": "all",
}  # fmt: skip
"""Protocols of listeners and target groups, in the words of a design."""
_FLAGS: Final = {"preserve_client_ip.enabled": "preserve_client_ip", "load_balancing.cross_zone.enabled": "cross_zone"}


def attribute(found: Item | None, key: str) -> str | None:
    """One of the attributes that a call of its own tells. Raises NotKnown."""
    told = found.list("Attributes") if found is not None else []
    return next((each.get("Value") for each in told if each.get("Key") == key), None)


def target_group(draft: Draft, arn: str, vpc: str, kind: str) -> tuple[str, Data]:
    """A target group of a load balancer of a type. Raises NotKnown."""
    item = draft.found.one("TargetGroups", arn)
    if item is None and draft.found.one("LoadBalancerTargetHealth", arn) is None:
        raise NotKnown(Unknown(f"target group {arn} was not collected"))
    own = item.get("Port") if item is not None else None
    body: Data = {"targets": []}
    ports = set()
    for target in _registered(draft, arn, vpc, kind):
        name = _target(draft, vpc, target.text("Id"))
        if name is None and kind == "network":
            raise NotKnown(Unknown(f"target {target.text('Id')} was not read"))
        if name is None:
            draft.note("unknown", arn, f"target {target.text('Id')} was not read", item)
            continue
        body["targets"].append(name)
        ports.add(target.get("Port") or own)
    body["targets"] = list(dict.fromkeys(body["targets"]))
    if item is None:
        return ["", arn, *re.split(r"[/:]", arn)][-2], body
    if len(ports) > 1:
        raise NotKnown(Unknown(f"the targets of {item.text('TargetGroupName')} have several ports"))
    port = next(iter(ports), own)
    protocol = item.text("Protocol")
    if port and protocol in PROTOCOLS and protocol != "GENEVE":
        body["port"] = f"{PROTOCOLS[protocol]}/{port}"
    if item.text("IpAddressType") == "ipv6":
        body["ip_address_type"] = "ipv6"
    if item.get("TargetType"):
        body["target_type"] = item.get("TargetType")
    check = str(item.get("HealthCheckPort") or "")
    if check.isdigit():
        body["health_check"] = f"tcp/{check}"
    told = draft.found.one("TargetGroupAttributes", arn)
    for key, word in _FLAGS.items():
        value = attribute(told, key)
        if value in ("true", "false") and (kind == "network" or word == "cross_zone"):
            body[word] = value == "true"
    return item.text("TargetGroupName"), body


def _registered(draft: Draft, arn: str, vpc: str, kind: str) -> Iterator[Fields]:
    """The targets of a group. Raises NotKnown, where they were not collected and decide what is reached."""
    health = draft.found.one("LoadBalancerTargetHealth", arn)
    if health is None and vpc not in draft.found.created:
        if kind != "application":
            raise NotKnown(Unknown(f"the targets of {arn.rpartition('targetgroup/')[2]} were not collected"))
        draft.note("unknown", arn, "its targets were not collected")
    told = Members() if health is None else health.certain("TargetHealthDescriptions")
    if told.unknown and kind != "application":
        raise NotKnown(told.unknown[0])
    if told.unknown:  # it answers itself, whoever is behind it
        draft.note("unknown", arn, f"it may have other targets: {told.reason}", health)
    yield from (each.inner("Target") for each in told.known)


def _target(draft: Draft, vpc: str, id: str) -> str | None:
    """What a target is called in the design; an address means itself."""
    if "unknown_components" in draft.path_of.get(id, ()):
        return None
    if id in draft.names:
        own = draft.vpc_of.get(id)
        return draft.names[id] if own in (vpc, "", None) else draft.out.names[id]
    if id.startswith("arn:"):
        return draft.out.names.get(id)
    try:
        return format_address(parse_address(id))
    except ValueError:
        return None


def groups_named(draft: Draft, holder: Item | Fields, key: str) -> Iterator[Any]:
    """The target groups to which the actions of a listener or of one of its rules forward. Raises NotKnown."""
    for action in holder.list(key):
        if action.maybe:
            raise NotKnown(Unknown(action.maybe))
        forward = action.inner("ForwardConfig").list("TargetGroups")
        for arn in [action.get("TargetGroupArn"), *(each.get("TargetGroupArn") for each in forward)]:
            if arn:
                yield str(arn)
