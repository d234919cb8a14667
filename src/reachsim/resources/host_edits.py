"""Edits that mend what hosts do to packets: forwarding, the check of source and destination, public addresses, loops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import Cidr
from reachsim.resources.mending import FILTERS, Case, Edit, KeyChange, RouteOffer, advises, mends, offers
from reachsim.resources.reference import NEVER, bare
from reachsim.resources.resource import all_blocks
from reachsim.resources.subnet_edits import new_public_subnet, own_way_out
from reachsim.rules.addresses import PUBLIC_POOLS
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import DEFAULT
from reachsim.rules.subnet import reserved_addresses

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


def _behind(case: Case, vpc: str, address: int) -> Iterator[tuple[str, Any, Cidr]]:
    """The instances of a VPC that have an address behind them, each with the block that has it (`client_networks`)."""
    for name, instance in case.view.design.vpcs[vpc].instances.items():
        yield from ((name, instance, block) for block in instance.client_networks if address in block)


@offers
def routes_to_those_behind(case: Case, vpc: str) -> Iterator[RouteOffer]:
    """The block of the clients behind a host, to the host: those of a VPN that does not masquerade, say (NATI-5)."""
    for name, instance, block in _behind(case, vpc, case.destination):
        target = f"{name}/{next(iter(instance.network_interfaces))}" if instance.network_interfaces else name
        yield RouteOffer(str(block), target, f"instance {name}, behind which it is")


@mends
def clients_masqueraded(case: Case) -> Iterator[Edit]:
    """Masquerade in the host whose clients' answers find no way back, or whose clients are somebody from elsewhere to what
    drops their packets (NATI-5)."""
    if case.cause.code in FILTERS:
        return
    for vpc in case.view.design.vpcs:
        for name, _, _ in _behind(case, vpc, case.destination if case.reply else case.source):
            nat: KeyPath = ("vpcs", vpc, "instances", name, "nat")
            path, value = ((*nat, "masquerade"), True) if isinstance(case.view.written(nat), dict) else (nat, True)
            yield Edit.setting(path, value, f"let {vpc}.{name} masquerade what it forwards", 2)


@mends
def another_local_network(case: Case) -> Iterator[Edit]:
    """Other addresses for a network inside a host that has those of somebody outside it (WALK-26): a container bridge."""
    path = case.cause.path
    if not case.at("instances") or path[-1] != "local_networks":
        return
    for index, block in enumerate(case.view.written(path) or ()):
        local = Cidr.parse(str(block))
        free = _free(case, local) if local.version == 4 and case.destination in local else None
        if free is not None:
            text = f"give the local network {local} of {_host(case)} other addresses, such as {free}"
            yield Edit.setting((*path, index), str(free), text, 2)


_BRIDGES = tuple(map(Cidr.parse, ("172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8")))
"""Where bridges have their addresses, as Docker's do."""


def _free(case: Case, local: Cidr) -> Cidr | None:
    """A private IPv4 block of the same size that nothing in the design has."""
    design = case.view.design
    taken = [
        *all_blocks(design),
        *(b for vpc in design.vpcs.values() for i in vpc.instances.values() for b in i.local_networks),
    ]
    for whole in _BRIDGES:
        if whole.prefix_length <= local.prefix_length:
            for block in whole.subnets(local.prefix_length):
                if not any(other.version == 4 and block.overlaps(other) for other in taken):
                    return block
    return None


@mends
def public_address(case: Case) -> Iterator[Edit]:
    """A public address for the interface that has none (IGW-4, IGW-6), or that a gateway's table leads to (ROUTE-22);
    where it can have one (IGW-16)."""
    path = case.cause.path
    inward = (Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS, Code.INGRESS_RTB_NO_PUBLIC_IP)
    wanted = (Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, *inward)
    if case.cause.code not in wanted or not case.at(*_HOSTS) or path[-1] != "public_ip":
        return
    if _its_service_gives_none(case, path[:-1]):
        return
    address = case.destination if case.cause.code in inward else case.source
    if address <= IPV4_LAST:
        yield Edit.setting(path, True, f"give {_host(case)} a public address", 3)


def _its_service_gives_none(case: Case, interface: KeyPath) -> bool:
    """Whether a service made the interface, and gives it no further address (IGW-16)."""
    return bool(case.view.written((*interface, "public_ip")) == NEVER)


@mends
def secondary_made_public(case: Case) -> Iterator[Edit]:
    """For a secondary address without a public one: the primary address in its place, as nodes do for their pods (WALK-26),
    or a public address of its own (IGW-9)."""
    path = case.cause.path
    if not case.at(*_HOSTS) or path[-2:-1] != ("secondary_private_ips",):
        return
    inward = case.cause.code is Code.IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS
    address = case.destination if inward else case.source
    owner = case.view.owner(address)
    if case.at("instances") and owner is not None and owner.pairs[0].public is not None and not inward:
        text = f"let what secondary addresses of {_host(case)} send out of the VPC leave with the primary one"
        yield Edit.setting((*path[:4], "external_snat"), False, f"{text} (external_snat: false)", 2)
    taken = {public for each in case.view.interfaces() for public in each.publics}
    free = next((a for a in range(*PUBLIC_POOLS[0].span) if a not in taken), None)
    if free is not None and not _its_service_gives_none(case, path[:-2]):
        body = {"private_ip": format_address(address), "public_ip": format_address(free)}
        yield Edit.setting(
            path, body, f"give {format_address(address)} of {_host(case)} a public address of its own", 3
        )


@mends
def address_of_the_other_family(case: Case) -> Iterator[Edit]:
    """An IPv6 address for an end that has none, in a subnet that has them (ROUTE-5); where it can have one (IGW-16)."""
    ends = (case.sender, case.view.interface(case.cause.component)) if case.cause.rule == "ROUTE-5" else ()
    for end in ends:
        free = None if end is None or end.path[2:3] not in (("instances",), ("interfaces",)) else _free_ipv6(case, end)
        if end is not None and free is not None and not _its_service_gives_none(case, end.path):
            text = f"give {end.name} the IPv6 address {format_address(free)}"
            yield Edit.setting((*end.path, "ipv6_address"), format_address(free), text, 2)


def _free_ipv6(case: Case, interface: NetworkInterface) -> int | None:
    """The lowest free IPv6 address of the subnet of an interface that has none; None where there is none."""
    if any(address > IPV4_LAST for address in interface.addresses):
        return None
    taken = {address for each in case.view.interfaces() for address in each.addresses}
    for block in interface.subnet.blocks:
        if block.version == 6:
            kept = reserved_addresses(block)
            return next((a for a in range(*block.span) if a not in taken and a not in kept), None)
    return None


@advises
def no_family_in_common(case: Case) -> Iterator[str]:
    """What is left where a subnet has one family alone."""
    if case.cause.rule != "ROUTE-5":
        return
    yield "the two ends have no address of one family (ROUTE-5): one of them needs the other's, in a subnet that has it"
    outside = case.view.interface(case.cause.component) is None
    if outside and case.sender is not None and min(case.sender.addresses) > IPV4_LAST:
        yield "NAT64 (NATGW-16), a route for 64:ff9b::/96 to a NAT gateway and DNS64, is another way; it is not modelled"


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
        changes = () if others else own_way_out(case, vpc, host.subnet)
        if changes:
            text = f"give subnet {host.subnet} of {vpc}, where {target} is, a route table of its own: {DEFAULT} to "
            yield Edit(changes, f"{text}internet gateway {body.internet_gateway}", 3)


def _moved(case: Case, path: KeyPath, subnet: str) -> tuple[KeyChange, ...]:
    """A host in another subnet, with any address."""
    fixed = [key for key in ("private_ip", "secondary_private_ips") if case.view.written((*path, key)) is not None]
    return KeyChange((*path, "subnet"), subnet), *(KeyChange((*path, key), action="remove") for key in fixed)


@advises
def never_an_address(case: Case) -> Iterator[str]:
    """Interfaces of functions never have a public address (LAMBDA-7), nor have those of some services (**IGW-16**)."""
    if case.cause.code is not Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS:
        return
    whose = "a function's interface never gets a public address (LAMBDA-7)"
    if case.sender is None or not case.sender.shared:
        if not _its_service_gives_none(case, case.cause.path[:-1]):
            return
        whose = f"{_host(case)} never gets a public address (IGW-16)"
    yield (
        f"{whose}: run it in a subnet whose default route leads to a NAT gateway, or reach the service by a VPC endpoint"
    )


@advises
def other_protocols_by_nat(case: Case) -> Iterator[str]:
    """What a NAT gateway does not carry (NATGW-5)."""
    if case.cause.rule == "NATGW-5":
        yield (
            "a NAT gateway carries no other protocol (NATGW-5): let IPsec put its packets into UDP (NAT traversal, "
            "udp/4500), or give the host a public address in a subnet whose default route leads to the internet gateway"
        )
