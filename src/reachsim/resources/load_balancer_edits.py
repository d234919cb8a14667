"""Edits that mend load balancers: listeners, target groups, zones (chapter LB)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.net.traffic import PORTED, PROTOCOL_NAMES, TCP, Traffic, protocol_of
from reachsim.resources.mending import Case, Edit, KeyChange, advises, mends
from reachsim.resources.security_group import GROUP_CODES
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.load_balancer import APPLICATION, NETWORK

_LISTENERS = (Code.ELBV2_LISTENERS_MISMATCH, Code.ELB_LISTENERS_MISMATCH)
_MOST = 3
"""Listeners that one edit adds, and target groups of which each is tried."""


def _balancer(case: Case) -> tuple[KeyPath, Any] | None:
    """Where the load balancer that is blamed is written, and what it is."""
    path = case.cause.path
    if len(path) < 4 or path[0] != "vpcs" or path[2] != "load_balancers":
        return None
    return path[:4], case.view.design.vpcs[str(path[1])].load_balancers[str(path[3])]


@mends
def new_listeners(case: Case) -> Iterator[Edit]:
    """A listener for what nobody listens to, which forwards to one of the target groups (LB-1)."""
    found = _balancer(case)
    if found is None or case.cause.code not in _LISTENERS:
        return
    path, body = found
    names = [name for name in (_spoken(low, body.type) for low in _services(case.wanted)) if name]
    if names:
        for group in list(body.target_groups)[:_MOST]:
            changes = tuple(KeyChange((*path, "listeners", name), group) for name in names)
            text = f"let load balancer {path[3]} listen on {', '.join(names)} and forward to target group {group}"
            yield Edit(changes, text, 3)


def _services(wanted: Traffic) -> list[int]:
    """The services of some traffic, if they are few."""
    few = wanted.count <= _MOST
    return [service for low, high in wanted.spans for service in range(low, high + 1)] if few else []


def _spoken(service: int, kind: str) -> str:
    """The listener of a load balancer of some type for a service; empty where it can have none."""
    protocol, port = protocol_of(service), service & 0xFFFF
    if protocol not in PORTED or not port or (kind != NETWORK and protocol != TCP):
        return ""
    if kind == APPLICATION:
        return f"https/{port}" if port in (443, 8443) else f"http/{port}"
    return f"{PROTOCOL_NAMES[protocol]}/{port}"


@mends
def other_target_groups(case: Case) -> Iterator[Edit]:
    """A target group with targets for the listener whose group has none (LB-8); targets that are healthy again (LB-10)."""
    found = _balancer(case)
    if found is None or len(case.cause.path) < 6 or case.cause.path[4] != "target_groups":
        return
    path, body = found
    group = str(case.cause.path[5])
    if case.cause.code is Code.TARGETS_UNHEALTHY:
        text = f"make the targets of target group {group} of {path[3]} healthy"
        yield Edit.setting((*path, "target_groups", group, "healthy"), True, text, 6)
    if case.cause.code is not Code.ELBV2_LISTENER_HAS_NO_TG:
        return
    others = [name for name, other in body.target_groups.items() if other.targets and name != group][:_MOST]
    for listener, names in body.listeners.items():
        if group in names:
            for other in others:
                text = f"let listener {listener} of {path[3]} forward to target group {other}, not {group}"
                yield Edit.setting((*path, "listeners", str(listener)), other, text, 3)


@mends
def registered(case: Case) -> Iterator[Edit]:
    """Who has a rule that names the load balancer's group, with the target group that has nobody (LB-8): nothing else in a
    design tells whom it is for."""
    found = _balancer(case)
    if (
        found is None
        or case.cause.code is not Code.ELBV2_LISTENER_HAS_NO_TG
        or case.cause.path[4:5] != ("target_groups",)
    ):
        return
    path, body = found
    vpc, group = str(path[1]), str(case.cause.path[5])
    names = [name for name in _admitting(case, vpc, body) if name in _registrable(case, vpc)]
    if names and not body.target_groups[group].targets:
        text = f"register {', '.join(names)} with target group {group} of {path[3]}, whose group their rules name"
        yield Edit.setting((*path, "target_groups", group, "targets"), names, text, 4)


def _registrable(case: Case, vpc: str) -> set[str]:
    body = case.view.design.vpcs[vpc]
    return {*body.instances, *body.interfaces}


def _admitting(case: Case, vpc: str, balancer: Any) -> Iterator[str]:
    """Those of a VPC that carry a group with an inbound rule for a group of a load balancer."""
    mine = {(vpc, str(name)) for name in balancer.security_groups or ()}
    groups = case.view.design.vpcs[vpc].security_groups
    for interface in case.view.interfaces():
        if interface.vpc.name == vpc:
            for owner, name in interface.groups or ():
                rules = groups[name].ingress if owner == vpc and name in groups else ()
                if any((vpc, str(peer)) in mine for rule in rules for peer in rule.peers):
                    yield interface.name.partition(".")[2]
                    break


@mends
def enabled_zones(case: Case) -> Iterator[Edit]:
    """A subnet in a zone of the targets, which is not enabled (LB-8)."""
    found = _balancer(case)
    if found is None or case.cause.code is not Code.ELB_INSTALLED_AZ_RESTRICTION:
        return
    path, body = found
    vpc = case.view.design.vpcs[str(path[1])]
    enabled = {vpc.subnets[name].az for name in body.subnets}
    tables = {case.view.table_of(name, str(path[1])) for name in body.subnets}
    for name, subnet in vpc.subnets.items():
        if subnet.az not in enabled:
            alike = case.view.table_of(name, str(path[1])) in tables
            text = f"enable zone {subnet.az} for load balancer {path[3]}, with subnet {name}"
            yield Edit.adding((*path, "subnets"), name, text, 3 if alike else 4)


@mends
def internet_facing(case: Case) -> Iterator[Edit]:
    """An internal load balancer that the internet is to reach, made anew (IGW-6)."""
    found = _balancer(case)
    if found is not None and case.cause.path[4:] == ("scheme",) and found[1].scheme == "internal":
        text = f"create load balancer {found[0][3]} anew, internet-facing"
        yield Edit.setting(case.cause.path, "internet-facing", text, 6)


@mends
def clients_not_shown(case: Case) -> Iterator[Edit]:
    """Targets that see the load balancer's address, where they do not admit the clients, which they see (LB-4, LB-5)."""
    if case.reply or case.cause.code not in (*GROUP_CODES, Code.SUBNET_ACL_RESTRICTION):
        return
    path = _called(case)
    target = case.view.owner(case.destination)
    if path is None or target is None or target.owner == path:
        return
    body = case.view.design.vpcs[str(path[1])].load_balancers[str(path[3])]
    name = target.name.partition(".")[2]
    if body.type == NETWORK:
        for group, each in body.target_groups.items():
            if name in each.targets and each.preserve_client_ip is not False:
                text = f"let targets of {path[3]}/{group} see the load balancer's address (preserve_client_ip: false)"
                yield Edit.setting((*path, "target_groups", group, "preserve_client_ip"), False, text, 2)


def _called(case: Case) -> KeyPath | None:
    """Where the load balancer is written that the packet was sent to."""
    interface = case.view.owner(case.first_destination)
    owner = () if interface is None else interface.owner
    return owner if len(owner) == 4 and owner[2] == "load_balancers" else None


@mends
def private_link_not_judged(case: Case) -> Iterator[Edit]:
    """Inbound rules of a load balancer's groups that judge what comes by PrivateLink, of which its owner does not know the
    clients' addresses (LB-3)."""
    node = case.view.interface(case.cause.component)
    if case.reply or node is None or case.cause.code not in GROUP_CODES or node.owner[2:3] != ("load_balancers",):
        return
    services = case.view.design.endpoint_services.values()
    if any(service.load_balancer == f"{node.owner[1]}.{node.owner[3]}" for service in services):
        text = f"do not let the groups of {node.owner[3]} judge what comes by PrivateLink (enforce_inbound_on_private_link)"
        yield Edit.setting((*node.owner, "enforce_inbound_on_private_link"), False, text, 2)


@advises
def nobody_registered(case: Case) -> Iterator[str]:
    """What a target group without targets needs is for a person to say (LB-8)."""
    if case.cause.code is Code.ELBV2_LISTENER_HAS_NO_TG and _balancer(case) is not None:
        yield f"{case.cause.text}: register those that serve it, which nothing in the design tells (LB-8)"
