"""Edits that mend ways to services by endpoints: new ones, their acceptance, their zones (chapter EP)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.net.cidr import Cidr
from reachsim.resources.mending import FILTERS, Case, Edit, KeyChange, RouteOffer, advises, inspection_in, mends, offers
from reachsim.resources.public_service import published, region_of
from reachsim.resources.reference import DEFAULT_GROUP
from reachsim.resources.resource import At, all_blocks
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.services import GATEWAY_SERVICES, short_name
from reachsim.rules.vpc_endpoint import AVAILABLE

_HTTPS = "tcp/443"
"""On which AWS's services are called."""


def _endpoints(case: Case) -> Iterator[tuple[At, Any]]:
    """Every endpoint, and where it is written."""
    for vpc, body in case.view.design.vpcs.items():
        yield from ((At(vpc, "vpc_endpoints", name), endpoint) for name, endpoint in body.vpc_endpoints.items())


@mends
def tables_of_gateway_endpoints(case: Case) -> Iterator[Edit]:
    """The table that has no route to the service of a gateway endpoint, or that has one too many (EP-1)."""
    if case.table is None:
        return
    vpc, table = case.table
    for at, endpoint in _endpoints(case):
        if endpoint.type != "gateway" or at.vpc != vpc:
            continue
        meant = case.destination in endpoint.published(at, case.view.design).addresses
        if meant and case.cause.code not in FILTERS and table not in endpoint.route_tables:
            text = f"associate gateway endpoint {at.name} with route table {table}"
            yield Edit.adding((*at.path, "route_tables"), table, text)
        if case.cause.component == at.full_name and table in endpoint.route_tables:
            text = f"take route table {table} away from gateway endpoint {at.name}"
            path = (*at.path, "route_tables", endpoint.route_tables.index(table))
            yield Edit((KeyChange(path, action="remove"),), text, 2)


@offers
def answers_to_inspection(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """The block of the client, to the inspection endpoint that saw the request: an appliance that keeps state drops what
    it sees one way of (WALK-19)."""
    names = inspection_in(case, vpc)
    blocks = [block for block in all_blocks(case.view.design) if case.destination in block]
    if names and blocks:
        block = max(blocks, key=lambda each: each.prefix_length)
        for name in names:
            yield RouteOffer(str(block), name, f"{name}, which inspects the way there too")


@mends
def private_dns(case: Case) -> Iterator[Edit]:
    """What the private DNS of an interface endpoint of the sender's VPC wants (EP-8)."""
    design = case.view.design
    for at, endpoint in _endpoints(case):
        mine = case.sender is not None and case.sender.vpc.name == at.vpc and endpoint.type == "interface"
        off = endpoint.private_dns_off(at, design) if mine and _meant(case, at, endpoint) else None
        if off is None:
            continue
        if off.path == (*at.path, "private_dns"):
            yield Edit.setting((*at.path, "private_dns"), True, f"switch the private DNS of endpoint {at.name} on")
        for key in ("enable_dns_support", "enable_dns_hostnames"):
            if not getattr(design.vpcs[at.vpc], key):
                text = f"set {key} of VPC {at.vpc}, which private DNS needs"
                yield Edit.setting(("vpcs", at.vpc, key), True, text)
        if endpoint.state != AVAILABLE:
            yield _anew((*at.path, "state"), at.name)


def _meant(case: Case, at: At, endpoint: Any) -> bool:
    """Whether the question asks for the service of an endpoint, by one of its names."""
    asked = case.asked_to.removeprefix(SERVICE)
    named = asked != case.asked_to and short_name(asked) == endpoint.short
    return named or bool(endpoint.speaks_for(at, case.asked_to, case.view.design))


def _anew(path: KeyPath, name: str) -> Edit:
    return Edit.setting(path, AVAILABLE, f"wait for endpoint {name}, or create it anew", 4)


@mends
def new_gateway_endpoint(case: Case) -> Iterator[Edit]:
    """A gateway endpoint of S3 or DynamoDB where a VPC has none, with the table that has no route to the service (EP-1)."""
    if case.table is None or case.reply or case.cause.code in FILTERS:
        return
    vpc, table = case.table
    design = case.view.design
    for short in GATEWAY_SERVICES:
        known = any(body.type == "gateway" and body.short == short for body in design.vpcs[vpc].vpc_endpoints.values())
        if known or short in case.view.names(vpc) or case.destination not in published(design, vpc, short).addresses:
            continue
        text = f"create a gateway endpoint {short} in {vpc} and associate it with route table {table}"
        body = {"type": "gateway", "service": short, "route_tables": [table]}
        yield Edit.setting(("vpcs", vpc, "vpc_endpoints", short), body, text, 2)


@mends
def new_interface_endpoint(case: Case) -> Iterator[Edit]:
    """An interface endpoint with private DNS in the sender's subnet, if that has IPv4, for the service that is asked for by
    its name, with a group that admits the sender (EP-6, EP-8)."""
    sender = case.sender
    short = short_name(case.asked_to.removeprefix(SERVICE))
    # What lets nothing out to the public addresses may let it out to an address of the VPC.
    stopped = case.cause.code in FILTERS and case.view.owner(case.destination) is not None
    if sender is None or not case.asked_to.startswith(SERVICE) or case.reply or stopped:
        return
    vpc, design = sender.vpc.name, case.view.design
    body = design.vpcs[vpc]
    known = any(each.type == "interface" and each.short == short for each in body.vpc_endpoints.values())
    mine = design.endpoint_services.get(short)
    if mine is None and case.cause.code is Code.NAME_NOT_RESOLVED:  # with a resolver, names of AWS's services always do
        return
    name = short.replace(".", "-")
    name = f"{name}-endpoint" if name in case.view.names(vpc) else name  # a service of one's own has its name already
    group = f"{short.replace('.', '-')}-endpoint"
    subnet = body.subnets.get(sender.subnet.name)
    if known or subnet is None or subnet.cidr is None or name in case.view.names(vpc) or group in body.security_groups:
        return
    path: KeyPath = ("vpcs", vpc)
    rule = {"allow": _HTTPS if mine is None else str(case.wanted), "from": _senders(case, vpc, subnet.cidr)}
    endpoint: dict[str, Any] = {
        "type": "interface", "service": short, "subnets": [sender.subnet.name], "security_groups": [group],
        **({} if mine is None else {"private_dns": True}),
    }  # fmt: skip
    changes = [KeyChange((*path, "security_groups", group), {"ingress": [rule]})]
    changes.append(KeyChange((*path, "vpc_endpoints", name), endpoint))
    for key in ("enable_dns_support", "enable_dns_hostnames"):
        changes += [] if getattr(body, key) else [KeyChange((*path, key), True)]
    text = f"create an interface endpoint {name} of {short} with private DNS in subnet {sender.subnet.name} of {vpc}"
    yield Edit(tuple(changes), text, 4)


def _senders(case: Case, vpc: str, block: Cidr) -> str:
    """How the group of an endpoint names the sender: by its group that the fewest carry, or its subnet's block."""
    assert case.sender is not None
    own = [group for group in case.sender.groups or () if group[0] == vpc and group[1] != DEFAULT_GROUP[0]]
    if own:
        return min(own, key=lambda group: (case.view.carriers(group), group))[1]
    return str(block)


@mends
def accepted(case: Case) -> Iterator[Edit]:
    """An endpoint accepted by the owner of its service (EP-10)."""
    design = case.view.design
    for at, endpoint in _endpoints(case):
        mine = design.endpoint_services.get(endpoint.service)
        if mine is None or mine.accepts(at.vpc, design) or endpoint.state != AVAILABLE:
            continue
        path: KeyPath = ("endpoint_services", endpoint.service, "accepted")
        if case.cause.path == path or case.through(at.name, at.full_name) or _meant(case, at, endpoint):
            who = design.vpcs[at.vpc].account or at.vpc
            text = f"let the owner of endpoint service {endpoint.service} accept the endpoints of {who}"
            yield Edit.adding(path, who, text, 2)


@mends
def available_again(case: Case) -> Iterator[Edit]:
    """An endpoint that carries nothing in its state (EP-10)."""
    path = case.cause.path
    if path[2:3] == ("vpc_endpoints",) and path[-1] == "state":
        yield _anew(path, str(path[3]))


@mends
def in_its_zone(case: Case) -> Iterator[Edit]:
    """An interface of an endpoint, or of the load balancer behind its service, in the zone where it has none (EP-10)."""
    path = case.cause.path
    if case.cause.code is not Code.VPCE_SERVICE_NOT_INSTALLED_IN_AZ or len(path) < 4 or path[2] != "vpc_endpoints":
        return
    vpc, design = str(path[1]), case.view.design
    endpoint = design.vpcs[vpc].vpc_endpoints[str(path[3])]
    balancer = design.endpoint_services[endpoint.service].balancer(design)
    if balancer is None or region_of(design, vpc) != region_of(design, balancer.vpc):
        return
    there = design.vpcs[balancer.vpc]
    zones = {design.vpcs[vpc].subnets[name].az for name in endpoint.subnets}
    served = {there.subnets[name].az for name in there.load_balancers[balancer.name].subnets}
    for name, subnet in there.subnets.items():
        if subnet.az in zones - served:
            text = f"enable zone {subnet.az} for load balancer {balancer.full_name}, with subnet {name}"
            yield Edit.adding((*balancer.path, "subnets"), name, text, 3)
    for name, subnet in design.vpcs[vpc].subnets.items():
        if subnet.az in served - zones:
            text = f"run endpoint {path[3]} in subnet {name}, in zone {subnet.az}, where its service is"
            changes = [KeyChange((*path[:4], "subnets"), [name])]
            changes += [KeyChange((*path[:4], "private_ips"), action="remove")] if endpoint.private_ips else []
            yield Edit(tuple(changes), text, 4)


@advises
def zones_in_common(case: Case) -> Iterator[str]:
    """What is left where the service has no subnet in the endpoint's zone (EP-10)."""
    if case.cause.code is Code.VPCE_SERVICE_NOT_INSTALLED_IN_AZ:
        yield (
            "an endpoint has interfaces in zones of its service's load balancer alone (EP-10): clients of other zones call "
            "one of these, or the owner of the service enables their zone, with a subnet there"
        )
