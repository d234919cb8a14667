"""Flows: which pairs of addresses a question about two ends means, and by which ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.relay import LISTENER, Relay, relay_of
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import EndpointError
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.rules.codes import Code
from reachsim.rules.load_balancer import same_family
from reachsim.rules.nat import by_nat64
from reachsim.rules.verdict import Loss
from reachsim.topology.addressed import (
    NO_COMMON_FAMILY,
    addresses_from,
    listening,
    means_private,
    representative,
    to_addresses,
    to_outside,
)
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.hidden import (
    by_address,
    by_unknown_balancers,
    by_unknown_endpoints,
    either_address,
    from_doors,
    to_doors,
)
from reachsim.topology.outsides import in_one_place, within_its_place


def flows(source: Endpoint, destination: Endpoint, ends: Endpoints, *, links: bool = False) -> list[Flow]:
    """Every pair of addresses that a question about two endpoints means, an interface with itself left out. `links`: what
    comes by PrivateLink to what is meant, too: it is to none of its addresses, and for who asks whether anything comes."""
    return [flow for found in flows_by_sender(source, destination, ends, links=links) for flow in found]


def flows_by_sender(
    source: Endpoint, destination: Endpoint, ends: Endpoints, *, links: bool = False
) -> Iterator[list[Flow]]:
    """The same, sender by sender: those of each of the source's origins, then those from what is not modelled, if any."""
    if source.candidates:
        raise EndpointError.ambiguous(source.name, source.candidates)
    source, destination = by_address(source, destination, ends), by_address(destination, source, ends)
    for origin in source.origins:
        yield _each_target(_from_origin(origin, destination, ends, links=links), ends)
    hidden = list(from_doors(source, destination, ends))
    if not source.origins and not hidden:
        nobody = ends.outside("", AddressSet.nothing())
        # What is not modelled may have the source behind it, also where it is what is asked itself.
        unknown = source.unknown or (destination.unknown if source.hidden else "")
        yield [Flow(nobody, 0, 0, None, loss=None if unknown else _no_sender(source), unknown=unknown)]
    elif hidden:
        yield _each_target(hidden, ends)


def _from_origin(origin: Origin, destination: Endpoint, ends: Endpoints, *, links: bool) -> list[Flow]:
    meant = destination if destination.resolve is None else destination.resolve(origin)
    if in_one_place(origin, meant, ends):
        return [within_its_place(origin)]
    found = list(_flows(origin, meant, ends))
    if ends.topology.nat64:
        found = _with_nat64(origin, meant, ends, found, links=links)
    out = found if meant.realm is None else [replace(flow, realm=meant.realm) for flow in found]
    out += to_doors(origin, meant, ends)
    if meant.either:  # one doubt: whichever it is, the others are not meant
        out = [replace(flow, perhaps=meant.either, among=meant.name) for flow in out]
    out += by_unknown_balancers(origin, meant, ends)
    if ends.relays:
        out += _beside(origin, meant, ends)
        out += (*_by_links(origin, meant, ends), *by_unknown_endpoints(origin, meant, ends)) if links else ()
    return out


def _each_target(found: list[Flow], ends: Endpoints) -> list[Flow]:
    return [each for flow in found for each in _by_target(flow, ends)] if ends.nodes else found


def _no_sender(source: Endpoint) -> Loss:
    """Why nothing is sent from an end: what it is starts nothing, or nothing has its addresses (WALK-24)."""
    interface = next(iter(source.interfaces), None)
    path = () if interface is None else interface.path
    if interface is not None and interface.silent is not None and interface.kind == source.kind:
        code, rule, what = interface.silent
        text = f"{source.name} is {what}, which starts no connections"
    else:
        code, rule, text = Code.NO_POSSIBLE_SOURCE, "WALK-24", f"nothing in the design sends from {source.name}"
    return Loss(code, rule, text, owner=source.name, role="source", path=path)


def _flows(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    for part in destination.several:
        yield from _flows(origin, part, ends)
    if destination.several:
        return
    if destination.unknown or destination.loss:
        yield Flow(origin, 0, 0, None, loss=destination.loss, unknown=destination.unknown)
        return
    if destination.literal is not None and not _own(origin, destination.literal):
        yield from to_addresses(origin, (destination.literal,), None)
    for interface in destination.interfaces:
        if interface is not origin.interface or interface.shared:  # what a host sends to itself never leaves it
            addresses = addresses_from(origin, interface, ends, every=destination.kind == "selection")
            if destination.within is not None:
                addresses = tuple(a for a in interface.places if a in destination.within)
            anybody = destination.kind == "block"
            either = "" if destination.within is not None else either_address(origin, interface, ends)
            others = tuple(a for a in addresses if not (anybody and _own(origin, a)))
            for flow in to_addresses(origin, others, interface, empty=others != addresses):
                perhaps = either if flow.loss is None and flow.destination <= IPV4_LAST else ""
                among = interface.name if perhaps else None
                yield replace(flow, anybody=anybody, perhaps=perhaps, among=among) if anybody or perhaps else flow
    if destination.outside:
        yield from to_outside(origin, destination.outside, ends)
    if destination.within is not None and origin.interface is not None:  # AWS's own services are there too (WALK-20)
        families = {address > IPV4_LAST for address in origin.addresses}
        places = (
            a for a in origin.interface.vpc.service_places if a in destination.within and (a > IPV4_LAST) in families
        )
        yield from to_addresses(origin, tuple(places), None, empty=True)


def _own(origin: Origin, address: int) -> bool:
    """Whether an address is one of the sender's own: what a host sends to itself never leaves it. A function has no
    interface of its own (LAMBDA-3)."""
    return origin.interface is not None and not origin.interface.shared and address in origin.interface.addresses


def _with_nat64(
    origin: Origin, destination: Endpoint, ends: Endpoints, found: list[Flow], *, links: bool
) -> list[Flow]:
    """The flows of an origin with those that a NAT gateway may carry from its IPv6 addresses to IPv4 ones (NATGW-16): a
    further way, or the only one where what is meant outside has no IPv6. An interface has addresses of its own to be asked
    for; to these it is a further way, for who asks whether anything comes."""
    sources = [address for address in origin.addresses if address > IPV4_LAST]
    region = by_nat64(_addresses_meant(origin, destination, ends, interfaces=links))
    if origin.interface is None or not sources or not region:
        return found
    others = [flow for flow in found if flow.loss is not NO_COMMON_FAMILY or flow.target is not None]
    ways = (Flow(origin, a, representative(region), None, region, via="by NAT64", beside=bool(others)) for a in sources)
    return [*others, *ways]


def _addresses_meant(origin: Origin, destination: Endpoint, ends: Endpoints, *, interfaces: bool) -> AddressSet:
    """The addresses that a destination means from an origin; `interfaces`: those of interfaces too, other than its own."""
    found = [destination.outside]
    if destination.literal is not None and (interfaces or not listening(destination, ends)):
        found.append(AddressSet.of((destination.literal, destination.literal)))
    if interfaces:
        for interface in destination.interfaces:
            if interface is not origin.interface:
                meant = addresses_from(origin, interface, ends, every=True)
                found.append(AddressSet.union_of((a, a) for a in meant))
    found += (_addresses_meant(origin, part, ends, interfaces=interfaces) for part in destination.several)
    return AddressSet.union_of(span for each in found for span in each.spans)


def _by_target(flow: Flow, ends: Endpoints) -> Iterator[Flow]:
    """A flow to something that passes it on, in one flow for each target that may get it, and one for the traffic that
    it passes on to nobody."""
    interface = receiver(flow, ends)
    at = (
        interface.name if interface is not None and len(ends.nodes.get(interface.path, ())) > 1 else ""
    )  # which of several interfaces
    relay = None if interface is None or flow.perhaps or flow.relays else relay_of(interface)
    if relay is None or not any(relay.ways(flow.destination)):
        yield replace(flow, via=at) if at and not flow.via else flow
        return
    for relays, choice in relay.ways(flow.destination):
        via = ", ".join(text for text in (at, choice.label) if text)
        yield replace(flow, relays=relays, via=via, about=choice.about)
    if relay.untaken:
        for relays in relay.to_itself():
            yield replace(flow, relays=relays, via=at, about=relay.untaken)


def receiver(flow: Flow, ends: Endpoints) -> NetworkInterface | None:
    """The interface that a flow is addressed to, as far as that is one."""
    if flow.loss or flow.beside:
        return None
    interface = flow.target or ends.by_public.get(flow.destination)
    if interface is None:
        owners = ends.by_private.get(flow.destination, [])
        near = [
            owner for owner in owners if flow.origin.interface is not None and owner.vpc is flow.origin.interface.vpc
        ]
        interface = next(iter(near or owners), None) if len(near or owners) == 1 else None
    return interface


def to_listener(flow: Flow) -> Flow | None:
    """The flow to the listener alone of what passes a flow on; None where nothing does."""
    last = next(
        (index for index in reversed(range(len(flow.relays))) if isinstance(flow.relays[index][0], Relay)), None
    )
    if last is None or flow.beside:
        return None
    return replace(flow, relays=(*flow.relays[:last], (flow.relays[last][0], LISTENER)), via="listener")


def _beside(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What comes from outside to an interface through a public address of something that passes it on with the client's
    address (LB-5)."""
    meant = listening(destination, ends)
    if origin.interface is None and meant:
        for node in ends.relays:
            relay = relay_of(node)
            if relay is None:
                continue
            for choice in relay.choices:
                if choice.keeps and choice.target in meant and node not in meant:
                    ends_at = (*node.publics, *(a for a in node.addresses if a > IPV4_LAST and node.from_internet))
                    kept = tuple(a for a in ends_at if same_family(a, choice.address) and choice.is_for(a))
                    for flow in to_addresses(origin, kept, choice.target, empty=True):
                        via = f"through {node.name}"
                        yield replace(flow, relays=((relay, choice),), via=via, about=choice.about, beside=True)


def _by_links(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What comes by PrivateLink: sent to an endpoint's interface, and on from the load balancer's address (LB-5)."""
    for target, interface, _ in _linked((origin,), destination, ends):
        relay = relay_of(interface)
        assert relay is not None
        for address in addresses_from(origin, interface, ends):
            for relays, choice in relay.ways(address):
                if choice.target is target:
                    for flow in to_addresses(origin, (address,), target, empty=True):
                        via = f"by {interface.name}"
                        yield replace(flow, relays=relays, via=via, about=choice.about, beside=True)


def behind_endpoints(
    source: Endpoint, destination: Endpoint, ends: Endpoints
) -> Iterator[tuple[NetworkInterface, NetworkInterface, NetworkInterface]]:
    """Interfaces that are meant and that somebody comes to by PrivateLink, each with the endpoint's interface and the load
    balancer's. They see the load balancer's address (LB-5), so this is no question to their own addresses."""
    return _linked(source.origins, destination, ends)


def _linked(
    origins: tuple[Origin, ...], destination: Endpoint, ends: Endpoints
) -> Iterator[tuple[NetworkInterface, NetworkInterface, NetworkInterface]]:
    meant = frozenset(listening(destination, ends))
    if meant:
        for interface in ends.relays:
            near = any(means_private(origin, interface.vpc, ends) for origin in origins)
            relay = relay_of(interface)
            if relay is None or not near or interface in meant:
                continue
            seen: set[NetworkInterface] = set()
            for node in relay.nodes():
                behind = None if node is interface else relay_of(node)
                for choice in () if behind is None else behind.choices:
                    target = choice.target
                    if target is not None and target in meant and target not in seen:
                        seen.add(target)
                        yield target, interface, node


def may_be_called_from_outside(interface: NetworkInterface, ends: Endpoints) -> bool:
    """Whether something may bring an interface packets from the internet that are not to its own public address: a
    load balancer that passes them on with the client's address (LB-5)."""
    relays = (relay for node in ends.relays if _faces(node) and (relay := relay_of(node)) is not None)
    passed_on = (choice for relay in relays for choice in relay.choices)
    if any(choice.target is interface and choice.keeps for choice in passed_on):
        return True
    unknown = (door for door in ends.topology.doors.values() if door.vpc == interface.vpc.name and door.anything)
    return interface.takes and any(map(ends.perhaps_public, unknown))


def _faces(node: NetworkInterface) -> bool:
    """Whether the internet may call a load balancer's interface."""
    return bool(node.publics) or (node.from_internet and any(address > IPV4_LAST for address in node.addresses))
