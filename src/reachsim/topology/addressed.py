"""The flows to some addresses: which a name means from where, and how those outside the VPCs are sent to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.net.address import IPV4_LAST, parse_address
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.outsides import place_of, within_its_place
from reachsim.topology.round_trip import TOO_MANY_KINDS

REPRESENTATIVES = tuple(
    parse_address(text) for text in ("8.8.8.8", "203.0.113.1", "198.51.100.1", "192.0.2.1", "2001:4860:4860::8888")
)
"""Addresses that stand for "the internet" in a trace of one packet, the first that fits."""

NO_COMMON_FAMILY = Loss(Code.NO_POSSIBLE_DESTINATION, "ROUTE-5", "the two ends have no address of the same family")
_NONE: frozenset[KeyPath] = frozenset()


def addresses_from(
    origin: Origin, interface: NetworkInterface, ends: Endpoints, *, every: bool = False
) -> tuple[int, ...]:
    """The addresses that a name means from an origin (format.md): private ones within the VPC and where a peering of
    the two VPCs is written, the public one from elsewhere, both where it is not known; IPv6 addresses are the same
    everywhere. `every`: secondary addresses too."""
    if means_private(origin, interface.vpc, ends):
        return interface.addresses if every else interface.primary
    ipv6 = tuple(address for address in interface.primary if address > IPV4_LAST)
    if interface.publics:
        publics = interface.publics if every else interface.publics[:1]
        if perhaps_joined(origin, interface.vpc.name, ends):
            return (*(interface.addresses if every else interface.primary), *publics)
        return (*publics, *ipv6)
    return interface.addresses if every else interface.primary


def publics_left_out(source: Endpoint, destination: Endpoint, ends: Endpoints) -> Iterator[NetworkInterface]:
    """The interfaces of a destination with a public address that a question does not mean, since from some of its senders
    a name means private ones (`addresses_from`)."""
    if destination.resolve is not None or destination.literal is not None or destination.within is not None:
        return
    senders = {origin.interface.vpc: origin for origin in source.origins if origin.interface is not None}
    some = (*senders.values(), *(origin for origin in source.origins if origin.interface is None))
    private: dict[VpcSite, bool] = {}
    if some:
        for interface in destination.interfaces:
            vpc = interface.vpc
            if vpc not in private:
                private[vpc] = any(means_private(each, vpc, ends) for each in some)
            if interface.publics and private[vpc]:
                yield interface


def means_private(origin: Origin, vpc: VpcSite, ends: Endpoints) -> bool:
    """Whether the name of what is in a VPC means its private addresses from an origin: within the VPC, and where the two are
    joined."""
    inside = origin.interface is not None and origin.interface.vpc is vpc
    return inside or _joined(origin, vpc.name, ends)


def _joined(origin: Origin, vpc: str, ends: Endpoints) -> bool:
    """Whether a peering, a transit gateway or a connection joins the place of an origin with a VPC. What is behind a host is
    joined with all that the host's VPC is joined with: the host forwards for it."""
    interface = origin.interface or ends.topology.interfaces.get(origin.place)
    places = {origin.place} if interface is None else {origin.place, interface.vpc.name}
    return any(ends.topology.are_joined(place, vpc) for place in places)


def perhaps_joined(origin: Origin, vpc: str, ends: Endpoints) -> bool:
    """Whether nobody knows if something joins the VPC of an origin with another."""
    if origin.interface is None:
        return False
    return any(vpcs <= {origin.interface.vpc.name, vpc} for vpcs in ends.topology.perhaps_joined)


def to_addresses(
    origin: Origin, addresses: tuple[int, ...], target: NetworkInterface | None, *, empty: bool = False
) -> Iterator[Flow]:
    """To some addresses; `empty`: there may be none."""
    found = empty
    for address in addresses:
        ipv6 = address > IPV4_LAST
        if origin.interface is not None:
            for source in origin.addresses:
                if (source > IPV4_LAST) == ipv6:
                    found = True
                    yield Flow(origin, source, address, target)
            continue
        region = origin.outside & (EVERY_IPV6 if ipv6 else EVERY_IPV4).addresses
        if region:
            found = True
            yield Flow(origin, representative(region), address, target, region)
    if not found:
        yield Flow(origin, 0, 0, target, loss=NO_COMMON_FAMILY)


def to_outside(origin: Origin, outside: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    if origin.interface is None:
        if origin.certain and outside <= place_of(origin, ends):
            yield within_its_place(origin)
            return
        if origin.certain and origin.place and outside.count == 1:
            yield from to_addresses(origin, (outside.first,), None)
            return
        if origin.certain and origin.place and origin.outside.count == 1:
            yield from _onward(origin, outside, ends)
            return
        if origin.certain:
            yield from _between_outsides(origin, outside, ends)
            return
        for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):  # a function outside any VPC (LAMBDA-1)
            region = origin.outside & family
            for alike in (outside & ends.world & family, outside & family - ends.world):
                if alike and region:
                    yield Flow(origin, representative(region), representative(alike), None, region, alike)
        return
    found = False
    for source in origin.addresses:
        region = outside & (EVERY_IPV6 if source > IPV4_LAST else EVERY_IPV4).addresses
        if region:
            found = True
            yield Flow(origin, source, representative(region), None, region)
    if not found:
        yield Flow(origin, 0, 0, None, loss=NO_COMMON_FAMILY)


def _onward(origin: Origin, outside: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    """From one address outside AWS to many others; what is in its own network need not come here at all."""
    source = origin.outside.first
    asked = outside - place_of(origin, ends)
    region = asked & (EVERY_IPV6 if source > IPV4_LAST else EVERY_IPV4).addresses
    if region:
        yield Flow(origin, source, representative(region), None, region, onward=True)
    if asked != outside:
        yield within_its_place(origin)
    elif not region:
        yield Flow(origin, 0, 0, None, loss=NO_COMMON_FAMILY)


_TOO_MANY = "both ends are many addresses outside every VPC of the design; ask about one of them as the destination"
_RUNS = 64
"""Runs of destinations outside that are looked at."""


def _between_outsides(origin: Origin, outside: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    """From many addresses outside AWS to many others. What is lost on the way from all of them, whatever its ports, is told;
    the rest is undecided, and so is what passes within a network or between public addresses, which need not come here at
    all."""
    asked = outside - (place_of(origin, ends) if origin.place else PUBLIC)
    left, found = asked != outside, 0
    for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):
        region, there = origin.outside & family, asked & family
        while region and there and found < _RUNS:
            found += 1
            flow = Flow(origin, representative(region), there.first, None, region)
            run, lost = _lost_run(flow, ends)
            left |= not lost
            if lost:
                yield replace(flow, destination=representative(run & there), alike=run & there)
            there -= run
        left |= bool(region and there)
    if left:
        yield Flow(origin, 0, 0, None, unknown=_TOO_MANY)
    elif not found:
        yield Flow(origin, 0, 0, None, loss=NO_COMMON_FAMILY)


def to_each(origin: Origin, there: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    """From addresses that are no interface's to others: one flow to all that are walked to alike."""
    for family in (EVERY_IPV4.addresses, EVERY_IPV6.addresses):
        region, rest, found = origin.outside & family, there & family, 0
        while region and rest:
            if found == _RUNS:
                yield Flow(origin, 0, 0, None, unknown=TOO_MANY_KINDS)
                break
            found += 1
            flow = Flow(origin, representative(region), rest.first, None, region)
            alike = _lost_run(flow, ends)[0] & rest
            yield replace(flow, destination=representative(alike), alike=alike)
            rest -= alike


def _lost_run(flow: Flow, ends: Endpoints) -> tuple[AddressSet, bool]:
    """Destinations that fare like that of a flow from all of its sources, and whether every packet to them is lost."""
    walks = [found.forward for found, _ in ends.pieces.of(flow)]
    runs = [each.destination_run if each.lost_run is None else each.lost_run for each in walks]
    run = max(low for low, _ in runs), min(high for _, high in runs)
    return AddressSet((run,)), all(each.lost_run is not None for each in walks)


def representative(region: AddressSet) -> int:
    """One address that stands for a region in a trace."""
    return next((int(address) for address in REPRESENTATIVES if address in region), region.first)


def listening(destination: Endpoint, ends: Endpoints) -> tuple[NetworkInterface, ...]:
    if destination.literal is None:
        return destination.interfaces
    owners = [ends.by_public.get(destination.literal), *ends.by_private.get(destination.literal, ())]
    return tuple(interface for interface in owners if interface is not None and interface.takes)
