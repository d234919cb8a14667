"""The public addresses of AWS's services, as a design tells them, or the table, or else a stand-in (EP-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from weakref import ref

from reachsim.dataplane.ends import Endpoint
from reachsim.net.address import IPV4_LAST, Address, format_address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.resources.fields import Schema
from reachsim.resources.resource import Ends
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.dns import private_names
from reachsim.rules.services import (
    GATEWAY_SERVICES,
    PREFIXES_OF,
    anywhere,
    may_be_name,
    prefixes,
    public_name_region,
    stand_in,
)


@dataclass(frozen=True)
class Published:
    """The public addresses of a service in a VPC's Region.

    `blocks`: those that are its for certain. `name`: of the list that they are from. `note`: which one, in words. `maybe`:
    addresses of which nobody can tell whether they are its too. `unwritten`: what of the blocks stands for addresses that
    are written nowhere, perhaps nothing; None where all are known.
    """

    blocks: tuple[Cidr, ...]
    name: str
    note: str
    maybe: AddressSet = AddressSet.nothing()
    unwritten: AddressSet | None = None

    @property
    def addresses(self) -> AddressSet:
        """All that are its for certain."""
        return address_set(self.blocks)


def unless_private(otherwise: Endpoint, vpc: str, ends: Ends) -> Endpoint:
    """What a service's name means in a VPC ("": outside all) without an endpoint that has it: what it means otherwise, or
    the addresses of an endpoint that the design does not tell (EP-8)."""
    body = ends.design.vpcs.get(vpc)
    on = body is not None and private_names(body.enable_dns_support, body.enable_dns_hostnames)
    doors = ends.perhaps_endpoints(vpc) if on else ()
    if not doors:
        return otherwise
    why = f"{doors[0].reason}, and it may be an endpoint with private DNS for {otherwise.name}"
    return replace(otherwise, hidden=doors, either=why)


def region_of(design: Any, vpc: str) -> str:
    """The Region of a VPC, or of the design; empty where neither says."""
    own = design.vpcs[vpc].region if vpc in design.vpcs else None
    return own or design.region or ""


def published(design: Any, vpc: str, service: str, lists: tuple[str, ...] = ()) -> Published:
    """The addresses of a service, by its short name: a list of the design (one of `lists`, or the one named like the
    service), else the table's for the Region, else a stand-in and the hosts that the design names like the service."""
    for name in (*lists, service):
        if name in design.prefix_lists:
            return Published(design.prefix_lists[name].entries, name, f"prefix list {name}")
    region = region_of(design, vpc)
    known = prefixes(service, region)
    if known:
        note = f"AWS's prefixes of {service} in {region}, published {PREFIXES_OF}"
        return Published((*known, *hosts_of(design, service, region)), f"AWS, {PREFIXES_OF}", note)
    named = named_addresses(design)
    own: tuple[Cidr, ...] = ()
    hosts = (Cidr.single(int(h.ip)) for name, h in design.internet.hosts.items() if not may_be_name(service, name))
    try:
        address = stand_in(service, named)
        own = (Cidr.single(address),)
        note = f"which are not written; {format_address(address)} stands for one that no rule names"
    except ValueError as error:
        note = f"the public addresses of {service} are not written, and {error}"
    maybe = AddressSet.nothing()
    if service in GATEWAY_SERVICES:  # a host with a name of its own has an address of its own
        others = (h.ip for name, h in design.internet.hosts.items() if may_be_name(service, name))
        unsure = anywhere(service) | AddressSet.union_of((int(ip), int(ip)) for ip in others)
        maybe = (PUBLIC if region else unsure) - address_set(hosts)
        maybe &= AddressSet.of((0, IPV4_LAST))
    return Published((*own, *hosts_of(design, service, region)), service, note, maybe, address_set(own))


def hosts_of(design: Any, service: str, region: str) -> tuple[Cidr, ...]:
    """Hosts under `internet.hosts` that have a public name of the service, in a Region where one is known."""
    return tuple(
        Cidr.single(int(host.ip))
        for name, host in design.internet.hosts.items()
        if (found := public_name_region(service, name)) is not None and region in ("", found)
    )


def named_addresses(design: Any) -> AddressSet:
    """Every address that the design names anywhere, default routes and rules about everybody left out. Those of the design
    that was asked about last are kept: every VPC asks for each service."""
    for last, known in _LAST:
        if last() is design:
            return known
    named = AddressSet.union_of(spans_of(design))
    _LAST[:] = [(ref(design), named)]
    return named


_LAST: Final[list[tuple[ref[Any], AddressSet]]] = []


def spans_of(value: Any) -> Iterator[tuple[int, int]]:
    """Every address and block that a part of a design names, blocks that are everybody left out."""
    if isinstance(value, Cidr):
        if value.prefix_length:
            yield value.span
    elif isinstance(value, Address):
        yield int(value), int(value)
    elif isinstance(value, Schema):
        for each in value.__dict__.values():
            yield from spans_of(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from spans_of(key)
            yield from spans_of(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from spans_of(each)
