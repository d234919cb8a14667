"""Flows that exist or not: what may come from, and get to, what the design does not tell or reachsim does not model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.checkpoint import Drop, Header
from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.dataplane.walk import walk
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.resources.endpoint_service import EndpointService
from reachsim.resources.resource import resources
from reachsim.resources.unmodelled import Door
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.topology.addressed import (
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


def to_doors(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may get to addresses that something which is not modelled may have, and the design does not tell."""
    if destination.literal is not None:  # the address itself is asked for already
        return
    for door in destination.hidden:
        if door.host and not door.subnets and door.vpc:
            yield _in_no_subnet(origin, door)
        for _, region in _hidden_places(door, destination, ends):
            for flow in _to_hidden(origin, region, ends):
                if flow.loss is None:
                    yield replace(flow, perhaps=door.reason)
        # A name or a selector means public addresses too.
        if destination.within is None and ends.perhaps_public(door):
            yield from _to_its_public_address(origin, door, destination, ends)


def _to_its_public_address(origin: Origin, door: Door, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """To the public IPv4 address that something may have: the internet comes in at its subnet, past the gateway's
    translation; an interface of a VPC that nothing joins sends to some address that is nobody's."""
    if origin.interface is not None and not means_private(origin, ends.topology.vpcs[door.vpc], ends):
        for flow in to_outside(origin, ends.world & EVERY_IPV4.addresses, ends):
            if flow.loss is None:
                yield replace(flow, perhaps=door.reason)
    if origin.interface is None and not origin.place:
        for site, region in _hidden_places(door, destination, ends):
            for flow in to_each(replace(origin, start=site.entry), region & EVERY_IPV4.addresses, ends):
                yield replace(flow, perhaps=door.reason)


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


def _to_hidden(origin: Origin, region: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    """To private addresses, which the internet has no way to but over IPv6."""
    if origin.interface is not None:
        yield from to_outside(origin, region, ends)
        return
    yield from to_each(origin, region if origin.place else region & EVERY_IPV6.addresses, ends)


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
            sender = Origin(
                door.name, site.exit, None, (), region, UNKNOWN_CLIENT, path=door.path, place=site.full_name
            )
            for flow in _from_hidden(sender, site, destination, ends):
                sent = _perhaps_translated(flow, ends) if ends.perhaps_public(door) else flow
                yield replace(sent, perhaps=door.reason)


def _behind_it(door: Door, source: Endpoint, ends: Endpoints) -> Iterator[tuple[SubnetSite, AddressSet]]:
    """The subnets in which something may be a router, with the addresses that may be of a network behind it."""
    region = _strange(source, ends) if door.anything else AddressSet.nothing()
    if region:
        for vpc, subnet in sorted(door.subnets):
            yield ends.topology.vpcs[vpc].subnets[subnet], region


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


def _from_hidden(sender: Origin, site: SubnetSite, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """From addresses of a subnet: by its link to those that are in it, past its ACL to all others; past both to AWS's own
    services (WALK-20)."""
    neighbour = replace(sender, start=site.link)
    meant = destination if destination.resolve is None else destination.resolve(sender)
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
    if meant.literal is None:
        for door in meant.hidden:
            if door.host and not door.subnets and door.vpc:
                yield _in_no_subnet(sender, door)
            for there, region in _hidden_places(door, meant, ends):
                yield from to_each(neighbour if there is site else sender, region, ends)
            if meant.within is None and ends.perhaps_public(door):
                yield from to_each(sender, ends.world & EVERY_IPV4.addresses, ends)


def _perhaps_translated(flow: Flow, ends: Endpoints) -> Flow:
    """A flow, where it lacks nothing but the public address that its sender may have: to an interface, from the internet;
    else undecided."""
    if flow.loss is not None or flow.unknown or not _lacks_a_public_address(flow):
        return flow
    if flow.target is None and flow.destination not in ends.by_public:
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
