"""Tables, groups, ACLs, endpoints and connections that nothing uses or nothing gets to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.traffic import Traffic
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.resource import At
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.vpc_endpoint import VpcEndpoint
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lint import LintCode
from reachsim.rules.services import is_amazons

_HTTPS = Traffic.parse("tcp/443")


@finds(LintCode.ROUTE_TABLE_UNUSED, LintCode.ACL_UNUSED, LintCode.GROUP_UNUSED)
def unused(subject: Subject) -> Iterator[Found]:
    """Tables and ACLs of no subnet, groups of no interface that no rule names (ROUTE-2, NACL-1); none that something which
    is not known may use."""
    named = _named_groups(subject)
    any_is_named = any(group == UNKNOWN for _, group in named)
    for vpc, body in subject.design.vpcs.items():
        tables = {subnet.table_name for subnet in body.subnets.values()}
        acls = {subnet.acl_name for subnet in body.subnets.values()}
        for name, table in body.route_tables.items():
            if not tables & {name, UNKNOWN} and table.gateway is None and (name != "main" or table.routes):
                yield _unused(LintCode.ROUTE_TABLE_UNUSED, vpc, "route_tables", name, "no subnet uses it", "ROUTE-2")
        for name, acl in body.network_acls.items():
            edited = not all(rule.is_default for rules in (acl.ingress, acl.egress) for rule in rules or ())
            if not acls & {name, UNKNOWN} and (name != "default" or edited):
                yield _unused(LintCode.ACL_UNUSED, vpc, "network_acls", name, "no subnet uses it", "NACL-1")
        if any_is_named or vpc in subject.untold:
            continue
        for name in body.security_groups:
            if name != "default" and (vpc, name) not in subject.members and (vpc, name) not in named:
                text = "no interface carries it, and no rule names it"
                yield _unused(LintCode.GROUP_UNUSED, vpc, "security_groups", name, text, "SG-10")


def _unused(code: LintCode, vpc: str, section: str, name: str, text: str, rule: str) -> Found:
    noun = {"route_tables": "route table", "network_acls": "network ACL", "security_groups": "security group"}[section]
    path: KeyPath = ("vpcs", vpc, section, name)
    stays = {"route_tables": ("main", "its routes"), "network_acls": ("default", "its rules")}.get(section, ("", ""))
    cure = f"remove {stays[1] if name == stays[0] else 'it'}, or use it"
    return Found(code, f"{vpc} {noun} {name}", path, text, "looked for in the whole design", cure, rule)


def _named_groups(subject: Subject) -> set[tuple[str, str]]:
    """Groups that rules name, or that something carries which has no interface in the design."""
    policy, named = subject.network.policy, set[tuple[str, str]]()
    for vpc, body in subject.design.vpcs.items():
        for group, rules in body.security_groups.items():
            peers = [peer for rule in rules.ingress for peer in rule.peers]
            peers += [peer for rule in rules.egress or () for peer in rule.peers]
            for peer in peers:
                if peer == UNKNOWN:
                    named.add(("", UNKNOWN))  # any group
                elif isinstance(peer, str):
                    named |= {g for g in policy.source.names.peer(vpc, peer)[1] if g != (vpc, group)}
        for provider in body.capacity_providers.values():
            named |= {(vpc, group) for group in provider.security_groups or ()}
    return named


@finds(LintCode.ENDPOINT_UNUSED)
def endpoints_that_nothing_leads_to(subject: Subject) -> Iterator[Found]:
    """Gateway endpoints in no table of a subnet (EP-1), interface endpoints that no name means (EP-8). Those of services
    that are not AWS's are called by names of their own, unless private DNS is asked for."""
    records = {
        value
        for zone in getattr(subject.design, "private_hosted_zones", {}).values()
        for r in zone.records.values()
        for value in r
    }
    records |= {str(end) for e in subject.design.expect for end in (e.from_, e.to)}
    for vpc, body in subject.design.vpcs.items():
        used = {subnet.table_name for subnet in body.subnets.values()}
        for name, endpoint in getattr(body, "vpc_endpoints", {}).items():
            at = At(vpc, "vpc_endpoints", name)
            if endpoint.type == "gateway":
                written = {
                    table
                    for table, routes in body.route_tables.items()
                    for target in routes.routes.values()
                    if target == name
                }
                tables = written | {*endpoint.route_tables}
                if not tables & used and _tables_are_told(vpc, subject):
                    yield Found(
                        LintCode.ENDPOINT_UNUSED, at.full_name, at.path, "no subnet has a route to it",
                        f"its tables are {', '.join(sorted(tables)) or 'none'}, which no subnet uses",
                        "add the tables of the subnets that need it to its route_tables", "EP-1",
                    )  # fmt: skip
            elif endpoint.type == "interface":
                off = endpoint.private_dns_off(at, subject.design)
                named = bool({name, at.full_name} & records)
                if off is not None and (endpoint.private_dns or (not named and _amazons(endpoint, subject))):
                    unnamed = "" if named else ", and no record of a private zone and no expectation names it"
                    yield Found(
                        LintCode.ENDPOINT_UNUSED, at.full_name, off.path,
                        "the name of its service does not lead to it" if named else "no name leads to it",
                        f"{off.text}{unnamed}", "switch private DNS on, with both DNS attributes of the VPC", "EP-8",
                    )  # fmt: skip


def _amazons(endpoint: VpcEndpoint, subject: Subject) -> bool:
    """Whether an endpoint is of a service of AWS's own."""
    design: Any = subject.design
    return endpoint.service not in design.endpoint_services and is_amazons(endpoint.service)


def _called_on(interface: NetworkInterface, subject: Subject) -> Traffic:
    """What an interface endpoint is called on: HTTPS for a service of AWS's, the listeners of one of one's own, and what
    nobody knows for somebody else's."""
    design: Any = subject.design
    endpoint = design.vpcs[str(interface.owner[1])].vpc_endpoints[str(interface.owner[3])]
    if _amazons(endpoint, subject):
        return _HTTPS
    service = design.endpoint_services.get(endpoint.service)
    balancer = None if service is None else service.balancer(design)
    spoken = () if balancer is None else design.vpcs[balancer.vpc].load_balancers[balancer.name].spoken()
    return Traffic.union_of(span for _, traffic in spoken for span in traffic.spans) or Traffic.everything()


@finds(LintCode.ENDPOINT_CLOSED)
def endpoints_that_nobody_reaches(subject: Subject) -> Iterator[Found]:
    """Interface endpoints to which no interface of their VPC gets through with what they are called on (EP-6, SSM-4)."""
    interfaces = subject.topology.interfaces.values()
    for interface in interfaces:
        if interface.kind != VpcEndpoint.noun or interface.vpc.name in subject.untold:
            continue
        clients = [
            other for other in interfaces if other.vpc is interface.vpc and other.silent is None and not other.shared
        ]
        rows = subject.network.rows_between(clients, (interface,))
        cells = map(rows.cell_of, {rows.number(other, interface) for other in clients})
        called = _called_on(interface, subject)
        if not clients or any(cell.undecided or cell.reachable & called for cell in cells):
            continue
        if any(other.shared and other.vpc is interface.vpc for other in interfaces):
            continue  # functions are asked by name, and may be its only clients
        trace = subject.network.trace(clients[0].name, interface.name, called)
        why = str(trace.blockers[0]) if trace.blockers else trace.verdict
        path = trace.blockers[0].cause.path if trace.blockers else interface.owner
        yield Found(
            LintCode.ENDPOINT_CLOSED,
            interface.name,
            path,
            f"nothing in its VPC reaches it {'on port 443' if called == _HTTPS else f'with {called}'}",
            f"of {len(clients)} interface{'s' * (len(clients) > 1)} none does; {clients[0].name} -> {interface.name}: {why}",
            f"let its group admit {called} from its clients"
            if trace.blockers and trace.blockers[0].component == interface.name
            else "mend what stops it there",
            "EP-6",
        )


@finds(LintCode.CONNECTION_UNUSED)
def connections_that_no_route_leads_to(subject: Subject) -> Iterator[Found]:
    """Peerings, virtual private gateways and NAT gateways that are up and to which no table of a subnet has a route (PEER-3,
    VPN-4, ROUTE-16)."""
    design = subject.design
    used: set[tuple[str, str]] = set()
    for site in subject.topology.vpcs.values():
        for subnet in site.subnets.values():
            if isinstance(subnet.table, RouteTableCheckpoint):
                used |= {(site.name, route.target) for route in subnet.table.routes if not route.local}
    for name, peering in design.peering_connections.items():
        sides = [side for side in (peering.requester, peering.accepter) if (side, name) not in used]
        if peering.active and len(sides) == 2 and all(_tables_are_told(side, subject) for side in sides):
            yield _unrouted(name, ("peering_connections", name), f"VPC {sides[0]} or {sides[1]}", "PEER-3")
    for vpc, body in design.vpcs.items():
        if not _tables_are_told(vpc, subject):
            continue
        for name in getattr(body, "vpn_gateways", {}):
            if (vpc, name) not in used:
                yield _unrouted(f"{vpc}.{name}", ("vpcs", vpc, "vpn_gateways", name), f"VPC {vpc}", "VPN-4")
        for name in body.nat_gateways:
            if (vpc, name) not in used:
                yield Found(
                    LintCode.CONNECTION_UNUSED, f"{vpc}.{name}", ("vpcs", vpc, "nat_gateways", name),
                    "no route leads to it",
                    f"no table that a subnet of VPC {vpc} uses has a route to it",
                    "write a default route to it in the tables of the subnets that need it, or remove it", "ROUTE-16",
                )  # fmt: skip


def _tables_are_told(vpc: str, subject: Subject) -> bool:
    """Whether it is known which tables the subnets of a VPC have, and what is in these."""
    site = subject.topology.vpcs.get(vpc)
    if site is None or any(subnet.table_name == UNKNOWN for subnet in subject.design.vpcs[vpc].subnets.values()):
        return False
    tables = [subnet.table for subnet in site.subnets.values()]
    return all(isinstance(table, RouteTableCheckpoint) and not any(r.unknown for r in table.routes) for table in tables)


def _unrouted(component: str, path: KeyPath, where: str, rule: str) -> Found:
    return Found(
        LintCode.CONNECTION_UNUSED, component, path, "no route leads to it",
        f"no table that a subnet of {where} uses has a route to it, written or propagated",
        "write routes to it in the tables of the subnets that need it, or propagate them", rule,
    )  # fmt: skip
