"""Edits that mend what hosts do to packets: forwarding, the check of source and destination, public addresses, loops."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.net.address import IPV4_LAST
from reachsim.resources.mending import Case, Edit, KeyChange, RouteOffer, advises, mends
from reachsim.resources.reference import bare
from reachsim.resources.subnet_edits import DEFAULT, new_public_subnet, own_table, shared_with_others
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code

_HOSTS = ("instances", "interfaces")


@mends
def check_off(case: Case) -> Iterator[Edit]:
    """The check of source and destination off, on the interface that forwards (NATI-1)."""
    if case.cause.code is Code.ENI_SOURCE_DEST_CHECK_RESTRICTION and case.at(*_HOSTS):
        yield Edit.setting(
            case.cause.path, False, f"switch source/dest check off on {_host(case)} (source_dest_check: false)"
        )


def _host(case: Case) -> str:
    """The host whose key is blamed, as a person calls it."""
    path = case.cause.path
    return f"{path[1]}.{path[3]}" if len(path) > 3 else case.cause.component


@mends
def forwarding(case: Case) -> Iterator[Edit]:
    """Forwarding and masquerade in the host's system (NATI-5)."""
    path = case.cause.path
    if not case.at(*_HOSTS) or len(path) < 4:
        return
    nat: KeyPath = (*path[:4], "nat")
    written = case.view.written(nat)
    if case.cause.code is Code.HOST_DOES_NOT_FORWARD:
        if isinstance(written, dict) and written.get("ip_forward") is False:
            text = f"switch forwarding on in {_host(case)} (net.ipv4.ip_forward=1)"
            yield Edit.setting((*nat, "ip_forward"), True, text)
        elif not written:
            text = f"set {_host(case)} up as a NAT instance (forwarding and masquerade)"
            yield Edit.setting(nat, True, text, 4)
    if path[4:] == ("nat", "masquerade") and isinstance(written, dict):
        yield Edit.setting(path, True, f"let {_host(case)} masquerade what it forwards")


@mends
def public_address(case: Case) -> Iterator[Edit]:
    """A public address for the interface that has none (IGW-4, IGW-6): a new one, or that of another of its VPC's interfaces
    of the same host."""
    path = case.cause.path
    wanted = (Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS)
    if case.cause.code not in wanted or not case.at(*_HOSTS) or path[-1] != "public_ip":
        return
    address = case.destination if case.cause.code is wanted[1] else case.source
    if address <= IPV4_LAST:
        yield Edit.setting(path, True, f"give {_host(case)} a public address", 3)


@mends
def running(case: Case) -> Iterator[Edit]:
    """A stopped instance started (ROUTE-14)."""
    if case.at("instances") and case.cause.path[-1] == "state":
        yield Edit.setting(case.cause.path, "running", f"start instance {_host(case)}", 2)


@mends
def out_of_the_circle(case: Case) -> Iterator[Edit]:
    """Another subnet for the host that its own subnet's table leads back to, or another table for that (NATI-10)."""
    if case.cause.code is not Code.FORWARDING_LOOP or case.table is None:
        return
    vpc, table = case.table
    body = case.view.design.vpcs[vpc]
    written = case.view.written(case.cause.path)
    target = bare(written) if isinstance(written, str) else ""
    for section in _HOSTS:
        host = getattr(body, section).get(target)
        if host is None or host.subnet is None:
            continue
        path: KeyPath = ("vpcs", vpc, section, target)
        others = [
            name
            for name in body.subnets
            if case.view.table_of(name, vpc) != table
            and case.view.target(vpc, case.view.table_of(name, vpc), DEFAULT) not in (None, target)
        ]
        for name in others:
            text = f"run {vpc}.{target} in subnet {name}, whose table does not lead back to it"
            yield Edit(_moved(case, path, name), text, 4)
        here = body.subnets[host.subnet]
        new = None if others else new_public_subnet(case, vpc, here.az, assigns=here.map_public_ip_on_launch)
        if new is not None:
            text = f"run {vpc}.{target} in a new public subnet of {vpc}, whose table does not lead back to it"
            yield Edit((*new[1], *_moved(case, path, new[0])), text, 4)
        if not others and body.internet_gateway and shared_with_others(case, vpc, table, [host.subnet]):
            offer = RouteOffer(DEFAULT, body.internet_gateway, "")
            text = f"give subnet {host.subnet} of {vpc}, where {target} is, a route table of its own: {DEFAULT} to "
            changes = tuple(own_table(case, vpc, table, [host.subnet], offer))
            yield Edit(changes, f"{text}internet gateway {body.internet_gateway}", 3)


def _moved(case: Case, path: KeyPath, subnet: str) -> tuple[KeyChange, ...]:
    """A host in another subnet, with any address."""
    fixed = [key for key in ("private_ip", "secondary_private_ips") if case.view.written((*path, key)) is not None]
    return KeyChange((*path, "subnet"), subnet), *(KeyChange((*path, key), action="remove") for key in fixed)


@advises
def no_address_for_functions(case: Case) -> Iterator[str]:
    """A function's interface never has a public address (LAMBDA-7)."""
    shared = case.sender is not None and case.sender.shared
    if case.cause.code is Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS and shared:
        yield (
            "a function's interface never gets a public address (LAMBDA-7): run it in a subnet whose default route leads to "
            "a NAT gateway, or reach the service by a VPC endpoint"
        )
