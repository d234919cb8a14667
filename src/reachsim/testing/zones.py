"""The loss of an Availability Zone, as an edit of a design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import format_address
from reachsim.network import Network
from reachsim.resources.expectation import Expectation, Selector
from reachsim.resources.reference import bare
from reachsim.rules.clauses import KeyPath

_LOST: Final = "zone-is-lost"
"""The ACL, which lets nothing through, of the subnets of a lost zone."""
_BY_SUBNET: Final = ("private_ips", "public_ips", "ipv6_addresses")
_ELSEWHERE: Final = ("load_balancers", "vpc_endpoints")
"""What AWS takes out of DNS in a zone that is lost, so that its name means the rest."""
End = str | dict[str, Any]


def zones(network: Network) -> list[str]:
    """The Availability Zones that subnets of a design are in, in their order."""
    sites = (subnet for vpc in network.topology.vpcs.values() for subnet in vpc.subnets.values())
    return sorted({subnet.az for subnet in sites if subnet.az is not None})


def without(network: Network, zone: str) -> Network:
    """The network after the loss of a zone.

    Nothing enters or leaves its subnets. Load balancers, interface endpoints, attachments of transit gateways and functions
    that are in other zones too, and target groups with targets in other zones, are left with those, for AWS goes on there.
    """
    lost = {
        (vpc.name, subnet.name)
        for vpc in network.topology.vpcs.values()
        for subnet in vpc.subnets.values()
        if subnet.az == zone
    }
    return network.with_(dict(_edits(network, lost)))


def _edits(network: Network, lost: set[tuple[str, str]]) -> Iterator[tuple[KeyPath, Any]]:
    data = network.source.document.data
    for vpc in sorted({vpc for vpc, _ in lost}):
        acls = data["vpcs"][vpc].get("network_acls") or {}
        yield ("vpcs", vpc, "network_acls"), {**acls, _LOST: {"ingress": [], "egress": []}}
    for vpc, subnet in sorted(lost):
        yield ("vpcs", vpc, "subnets", subnet, "network_acl"), _LOST
    for path, vpc, body in _spread(data):
        left = [subnet for subnet in _listed(body["subnets"]) if (vpc, bare(subnet)) not in lost]
        if left and len(left) < len(_listed(body["subnets"])):
            yield (*path, "subnets"), left
            for key in _BY_SUBNET:
                for subnet in body.get(key) or {}:
                    if (vpc, bare(subnet)) in lost:
                        yield (*path, key, subnet), None
    yield from _targets(network, lost)


def _spread(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str, dict[str, Any]]]:
    """What may be in several subnets: its path, its VPC, and itself."""
    for vpc, body in data.get("vpcs", {}).items():
        for section in _ELSEWHERE:
            for name, owner in (body.get(section) or {}).items():
                if "subnets" in owner:
                    yield ("vpcs", vpc, section, name), vpc, owner
    for gateway, body in data.get("transit_gateways", {}).items():
        for name, attachment in (body.get("attachments") or {}).items():
            if "vpc" in attachment and "subnets" in attachment:
                yield ("transit_gateways", gateway, "attachments", name), attachment["vpc"], attachment
    for name, function in data.get("lambda_functions", {}).items():
        places: dict[KeyPath, Any] = {("latest",): function.get("latest")}
        places |= {("versions", number): body for number, body in (function.get("versions") or {}).items()}
        for at, place in places.items():
            if isinstance(place, dict) and "vpc" in place and "subnets" in place:
                yield ("lambda_functions", name, *at), place["vpc"], place


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _targets(network: Network, lost: set[tuple[str, str]]) -> Iterator[tuple[KeyPath, Any]]:
    """Target groups without their targets in the lost zone, which fail their health checks."""
    gone: set[str] = set()
    for interface in network.topology.interfaces.values():
        if (interface.subnet.vpc.name, interface.subnet.name) in lost:
            gone |= {interface.name, *map(format_address, interface.addresses)}
    for vpc, body in network.source.document.data.get("vpcs", {}).items():
        for name, balancer in (body.get("load_balancers") or {}).items():
            for group, settings in (balancer.get("target_groups") or {}).items():
                targets = _listed(settings.get("targets") or [])
                left = [target for target in targets if f"{vpc}.{target}" not in gone and target not in gone]
                if left and len(left) < len(targets):
                    yield ("vpcs", vpc, "load_balancers", name, "target_groups", group, "targets"), left


def ends_outside(network: Network, end: str | Selector, zone: str) -> list[End]:
    """What is left of an end of a question when a zone is lost, as ends to ask about.

    A host that was in the zone is not. What is not bound to one (a load balancer, an endpoint, a function) is, also where it
    was in that zone alone: it ought to have been in another one.
    """
    there = _interfaces(network.endpoint(end))
    left = [interface for interface in there if interface.subnet.az != zone or not is_host(interface)]
    if len(left) == len(there):
        return [end if isinstance(end, str) else selection(end)]
    return [interface.name for interface in left]


def is_host(interface: NetworkInterface) -> bool:
    """Whether it lives and dies with its zone."""
    return interface.path[2:3] in (("instances",), ("interfaces",), ("nat_gateways",))


def _interfaces(meant: Endpoint) -> list[NetworkInterface]:
    """The interfaces that a name stands for, at either end."""
    senders = [origin.interface for origin in meant.origins if origin.interface is not None]
    return list({interface.name: interface for interface in (*meant.interfaces, *senders)}.values())


def selection(selector: Selector) -> dict[str, Any]:
    """A selector as a file has it."""
    parts: dict[str, Any] = {"vpc": list(selector.vpc), "subnet": list(selector.subnet), "tag": dict(selector.tag)}
    return {key: value for key, value in parts.items() if value}


def survivors(network: Network, zone: str) -> Iterator[tuple[Expectation, End, End]]:
    """The expectations that allow something, between every two ends that are left when a zone is lost."""
    for expectation in network.design.expect:
        if expectation.allow is not None:
            for source in ends_outside(network, expectation.from_, zone):
                for destination in ends_outside(network, expectation.to, zone):
                    if source != destination:
                        yield expectation, source, destination
