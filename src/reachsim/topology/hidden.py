"""Flows that exist or not: what may come from, and get to, what the design does not tell or reachsim does not model.

**What is decided of a host of which it is not known where it is.** It is an interface with groups, in one of some subnets: a
question that names it is asked of every address that it may have there, and of a public one if it may have that. What stops
all of these packets is certain, whichever is its own: its groups, and those of the other end; the ACLs, routes and gateways
that each of the packets meets, as far as its walk is known. A rule of the other end's that names a group matches the host by
its groups; one of its own matches the other end by that one's, or may where these are not known. Whatever passes everything
for one of the addresses is undecided, never allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.checkpoint import Checkpoint, Drop, Header
from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.dataplane.walk import walk
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.resources.endpoint_service import EndpointService
from reachsim.resources.resource import resources
from reachsim.resources.unmodelled import Door
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.topology.addressed import (
    NO_COMMON_FAMILY,
    listening,
    means_private,
    perhaps_joined,
    representative,
    to_addresses,
    to_each,
    to_outside,
)
from reachsim.topology.endpoints import Endpoints

_PERHAPS_PUBLIC = "what is not modelled may have a public address"


def either_address(origin: Origin, interface: NetworkInterface, ends: Endpoints) -> str:
    """Why it is not known which address a name means from an origin; empty where it is, or where there is one alone."""
    vpc = interface.vpc
    doubt = interface.publics and not means_private(origin, vpc, ends) and perhaps_joined(origin, vpc.name, ends)
    return f"whether a name in VPC {vpc.name} means a private address from here is not known" if doubt else ""


def told_where(door: Door, other: Endpoint, ends: Endpoints) -> bool:
    """Whether the subnets of something that is not modelled tell all addresses by which it and another end can speak: not
    where they have no block of a family that the other end has, for what is not told may be a block."""
    subnets = (ends.topology.vpcs[vpc].subnets[name] for vpc, name in door.subnets)
    told = [{block.version for block in subnet.blocks} | (set() if door.ipv6 else {6}) for subnet in subnets]
    return bool(told) and all(_families(other) <= versions for versions in told)


def _families(end: Endpoint) -> set[int]:
    """The families of the addresses that an end may have; both where it may be anything."""
    if end.component is not None and not end.component.ipv6:
        return {4}
    interfaces = (*end.interfaces, *(origin.interface for origin in end.origins if origin.interface is not None))
    addresses = [address for interface in interfaces for address in interface.addresses]
    if end.literal is not None:
        addresses.append(end.literal)
    outside = any((end.outside, end.within, end.resolve, end.several)) or any(origin.outside for origin in end.origins)
    return {4, 6} if outside or not addresses else {4 if address <= IPV4_LAST else 6 for address in addresses}


def by_address(end: Endpoint, other: Endpoint, ends: Endpoints) -> Endpoint:
    """An end of which it is known that it has one of some addresses, where these are told, and none is what it is asked
    with: what a host says to itself never leaves it. Else it is not known at all."""
    door = end.component
    if door is None:
        return end
    places = [region for _, region in _hidden_places(door, end, ends)]
    itself = door is other.component or any(other.literal in region for region in places if other.literal is not None)
    known = places and not itself and told_where(door, other, ends)
    return replace(end, unknown="") if known else replace(end, hidden=(), component=None)


def _as_named(door: Door, site: SubnetSite | None, end: Endpoint, ends: Endpoints, flow: Flow) -> Flow:
    """A flow to what is not modelled; where that is named, past its groups, and to one of such flows at least. `site`: the
    subnet that it leads into, None where it is to a public address."""
    if end.component is None or end.component.name != door.name:
        return flow
    inward = ends.topology.inward.get(door.name)
    if inward is None:
        return replace(flow, among=door.name)
    return replace(flow, among=door.name, chosen=((inward if site is None else site.link, inward),))


def to_doors(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may get to addresses that something which is not modelled may have, and the design does not tell."""
    if destination.literal is not None:  # the address itself is asked for already
        return
    found = False
    for door in destination.hidden:
        if door.host and not door.subnets and door.vpc:
            yield _in_no_subnet(origin, door)
        for site, region in _hidden_places(door, destination, ends):
            for flow in _to_hidden(origin, region, ends, every=destination.component is not None):
                if flow.loss is None:
                    found = True
                    yield _as_named(door, site, destination, ends, replace(flow, perhaps=door.reason))
        # A name or a selector means public addresses too.
        if destination.within is None and ends.perhaps_public(door):
            for flow in _to_its_public_address(origin, door, destination, ends):
                found = True
                yield flow
    if destination.component is not None and not found:
        yield Flow(origin, 0, 0, None, loss=NO_COMMON_FAMILY)


def _to_its_public_address(origin: Origin, door: Door, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """To the public IPv4 address that something may have: the internet comes in at its subnet, past the gateway's
    translation; an interface of a VPC that nothing joins sends to some address that is nobody's."""
    if origin.interface is not None and not means_private(origin, ends.topology.vpcs[door.vpc], ends):
        for flow in to_outside(origin, ends.world & EVERY_IPV4.addresses, ends):
            if flow.loss is None:
                yield _as_named(door, None, destination, ends, replace(flow, perhaps=door.reason))
    if origin.interface is None and not origin.place:
        for site, region in _hidden_places(door, destination, ends):
            for flow in to_each(replace(origin, start=site.entry), region & EVERY_IPV4.addresses, ends):
                yield _as_named(door, site, destination, ends, replace(flow, perhaps=door.reason))


def by_unknown_balancers(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may come from the internet to an interface through a load balancer that the design does not tell, which may keep
    the client's address (LB-5)."""
    if origin.interface is not None or origin.place:
        return
    doors = [door for door in ends.topology.doors.values() if door.anything and ends.perhaps_public(door)]
    if doors:
        for interface in listening(destination, ends):
            vpc = interface.vpc
            for door in doors:
                subnets = [site for name, site in vpc.subnets.items() if (vpc.name, name) in door.subnets]
                # In the same subnet no ACL is asked, so that this way has all that comes from any other.
                starts = [interface.subnet.link] if interface.subnet in subnets else [each.exit for each in subnets]
                for start in starts:
                    sender = replace(origin, start=start)
                    for flow in to_addresses(sender, interface.primary, interface, empty=True):
                        yield replace(flow, perhaps=door.reason, any_port=True, beside=True)


def by_unknown_endpoints(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may come by PrivateLink through an endpoint that the design does not tell: on from the address of the load
    balancer of a service of one's own (EP-10, LB-5)."""
    doors = () if origin.interface is None else ends.perhaps_endpoints(origin.interface.vpc.name)
    meant = listening(destination, ends) if doors else ()
    services = [body for _, body in resources("design", ends.design) if isinstance(body, EndpointService)]
    if meant:
        for service in services:
            at = service.balancer(ends.design)
            for node in () if at is None else ends.nodes.get(at.path, ()):
                relay = relay_of(node)
                for choice in () if relay is None else relay.choices:
                    if choice.target is not None and choice.target in meant:
                        sender = Origin.of_interface(node, node.name, node.primary)
                        for flow in to_addresses(sender, (choice.address,), choice.target, empty=True):
                            yield replace(flow, perhaps=doors[0].reason, any_port=True, beside=True)


def _in_no_subnet(origin: Origin, door: Door) -> Flow:
    """To or from something in a VPC of which no subnet is known, and so no way in or out."""
    return Flow(origin, 0, 0, None, unknown=door.reason, perhaps=door.reason)


def _hidden_places(door: Door, end: Endpoint, ends: Endpoints) -> Iterator[tuple[SubnetSite, AddressSet]]:
    """The subnets in which something that is not modelled may be, with the addresses that it may have there."""
    for vpc, subnet in sorted(door.subnets):
        region = ends.unowned(vpc, subnet)
        if end.within is not None:
            region &= end.within
        if end.literal is not None:
            region &= AddressSet.of((end.literal, end.literal))
        if region:
            yield ends.topology.vpcs[vpc].subnets[subnet], region


def _to_hidden(origin: Origin, region: AddressSet, ends: Endpoints, *, every: bool) -> Iterator[Flow]:
    """To private addresses, which the internet has no way to but over IPv6; `every`: in vain, too."""
    if origin.interface is not None:
        yield from to_outside(origin, region, ends)
        return
    yield from to_each(origin, region if origin.place or every else region & EVERY_IPV6.addresses, ends)


def from_doors(source: Endpoint, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may come from addresses that something which is not modelled may have: it sends what it likes."""
    for door in source.hidden:
        if door.enters:
            yield from _of_a_stranger(door, source, destination, ends)
            continue
        if not door.host:
            continue
        if not door.subnets:
            yield _in_no_subnet(ends.outside(door.name, AddressSet.nothing()), door)
        for site, region in (*_hidden_places(door, source, ends), *_behind_it(door, source, ends)):
            start = _outward(door, site.exit, source, ends)
            inside = site.vpc.name if region.first in site else ""
            sender = Origin(
                door.name, start, None, (), region, UNKNOWN_CLIENT, path=door.path, place=site.full_name, inside=inside
            )
            near = _outward(door, site.link, source, ends)
            for flow in _from_hidden(sender, near, site, destination, ends, source.component is not None):
                sent = _perhaps_translated(flow, ends) if ends.perhaps_public(door) else flow
                yield replace(sent, perhaps=door.reason)


def _behind_it(door: Door, source: Endpoint, ends: Endpoints) -> Iterator[tuple[SubnetSite, AddressSet]]:
    """The subnets in which something may be a router, with the addresses that may be of a network behind it, and those of
    its own with which it may send on what comes from there (NATI-5)."""
    region = _strange(source, ends) if door.anything else AddressSet.nothing()
    if region:
        for vpc, subnet in sorted(door.subnets):
            for addresses in (region, ends.unowned(vpc, subnet)):
                if addresses:
                    yield ends.topology.vpcs[vpc].subnets[subnet], addresses


def _strange(source: Endpoint, ends: Endpoints) -> AddressSet:
    """The addresses of a source that may be of networks that the design does not tell."""
    asked = source.within if source.literal is None else AddressSet.of((source.literal, source.literal))
    return AddressSet.nothing() if asked is None else asked & ends.unplaced


def _of_a_stranger(door: Door, source: Endpoint, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What a connection may bring from networks that the design does not tell."""
    region = _strange(source, ends)
    for interface in listening(destination, ends):
        if interface.vpc.name in door.enters:
            start = interface.subnet.entry
            sender = Origin(door.name, start, None, (), region, UNKNOWN_CLIENT, path=door.path, place=door.name)
            places = [each for each in interface.places if destination.within is None or each in destination.within]
            for flow in to_addresses(sender, tuple(places), interface, empty=True):
                yield replace(flow, perhaps=door.reason)
    if destination.literal is None:
        for hidden in destination.hidden:
            for site, there in _hidden_places(hidden, destination, ends):
                if site.vpc.name in door.enters:
                    sender = Origin(
                        door.name, site.entry, None, (), region, UNKNOWN_CLIENT, path=door.path, place=door.name
                    )
                    for flow in to_each(sender, there, ends):
                        yield replace(flow, perhaps=door.reason)


def _outward(door: Door, start: Checkpoint, source: Endpoint, ends: Endpoints) -> Checkpoint:
    """Where what it sends comes to first: to its groups, where it is named and they are known."""
    return start if source.component is None else ends.topology.outward.get((door.name, start), start)


def _from_hidden(
    sender: Origin, near: Checkpoint, site: SubnetSite, destination: Endpoint, ends: Endpoints, named: bool
) -> Iterator[Flow]:
    """From addresses of a subnet: by its link (`near`) to those that are in it, past its ACL to all others; past both to
    AWS's own services (WALK-20). `named`: it is there for certain, so that each end that is there, too, is asked from it."""
    meant = destination if destination.resolve is None else destination.resolve(sender)
    among = sender.label if named else None
    for flow in _to_what_is_told(sender, near, site, meant, ends):
        yield replace(flow, among=among)
    if meant.literal is None:
        neighbour = replace(sender, start=near)
        for door in meant.hidden:
            if door.host and not door.subnets and door.vpc:
                yield _in_no_subnet(sender, door)
            for there, region in _hidden_places(door, meant, ends):
                for flow in to_each(neighbour if there is site else sender, region, ends):
                    yield _as_named(door, there, meant, ends, flow)
            if meant.within is None and ends.perhaps_public(door):
                for flow in to_each(sender, ends.world & EVERY_IPV4.addresses, ends):
                    yield _as_named(door, None, meant, ends, flow)


def _to_what_is_told(
    sender: Origin, near: Checkpoint, site: SubnetSite, meant: Endpoint, ends: Endpoints
) -> Iterator[Flow]:
    """To interfaces, to a service, an address, and to what is outside."""
    for part in meant.several:
        yield from _to_what_is_told(sender, near, site, part, ends)
    if meant.unknown or meant.loss:
        yield Flow(sender, 0, 0, None, loss=meant.loss, unknown=meant.unknown)
        return
    neighbour = replace(sender, start=near)
    for interface in meant.interfaces:
        origin = neighbour if interface.subnet is site else sender
        places = tuple(a for a in interface.places if meant.within is None or a in meant.within)
        yield from to_addresses(origin, places, interface, empty=True)
    asked = AddressSet.nothing() if meant.within is None else meant.within
    if meant.literal is not None:
        asked = AddressSet.of((meant.literal, meant.literal))
    inside = sender.outside.first in site  # what is behind a router has no services of the VPC's
    services = [place for place in site.vpc.service_places if inside and place in asked]
    for place in services:
        yield from to_addresses(replace(sender, start=site.vpc.services[place]), (place,), None, empty=True)
    if meant.literal is not None and not services:
        start = neighbour if meant.literal in site else sender
        yield from to_addresses(start, (meant.literal,), None, empty=True)
    yield from to_each(sender, meant.outside, ends)


def _perhaps_translated(flow: Flow, ends: Endpoints) -> Flow:
    """A flow, where it lacks nothing but the public address that its sender may have: to an interface, or a host by its
    groups, from the internet; else undecided."""
    if flow.loss is not None or flow.unknown or not _lacks_a_public_address(flow):
        return flow
    if flow.target is None and flow.destination not in ends.by_public and not flow.chosen:
        return replace(flow, unknown=_PERHAPS_PUBLIC)
    world = ends.world & EVERY_IPV4.addresses
    origin = replace(flow.origin, start=ends.topology.internet, outside=world, place="")
    return replace(flow, origin=origin, source=representative(world), region=world)


def _lacks_a_public_address(flow: Flow) -> bool:
    """Whether what stops a packet first is an internet gateway, for want of a public address (IGW-4, IGW-7)."""
    found = walk(flow.origin.start, Header(flow.source, flow.destination, None))
    drop = next((visit.step for visit in found.visits if isinstance(visit.step, Drop)), None)
    return drop is not None and drop.cause.code in _WITHOUT_A_PUBLIC_ADDRESS


_WITHOUT_A_PUBLIC_ADDRESS = {Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS}
