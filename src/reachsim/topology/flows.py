"""Flows: which pairs of addresses a question about two ends means, and by which ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachsim.dataplane.checkpoint import Drop, Header
from reachsim.dataplane.ends import Endpoint, Flow, Origin
from reachsim.dataplane.relay import LISTENER, Relay, relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.dataplane.walk import walk
from reachsim.errors import EndpointError
from reachsim.net.address import IPV4_LAST, parse_address
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.resources.unmodelled import Door
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.load_balancer import same_family
from reachsim.rules.nat import by_nat64
from reachsim.rules.verdict import Loss
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.outsides import in_one_place, place_of, within_its_place

REPRESENTATIVES = tuple(
    parse_address(text) for text in ("8.8.8.8", "203.0.113.1", "198.51.100.1", "192.0.2.1", "2001:4860:4860::8888")
)
"""Addresses that stand for "the internet" in a trace of one packet, the first that fits."""

NO_COMMON_FAMILY = Loss(Code.NO_POSSIBLE_DESTINATION, "ROUTE-5", "the two ends have no address of the same family")
_NONE: frozenset[KeyPath] = frozenset()
_PERHAPS_PUBLIC = "what is not modelled may have a public address"


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
    for origin in source.origins:
        yield _each_target(_from_origin(origin, destination, ends, links=links), ends)
    hidden = list(_from_doors(source, destination, ends))
    if not source.origins and not hidden:
        nobody = ends.outside("", AddressSet.nothing())
        loss = None if source.unknown else _no_sender(source)
        yield [Flow(nobody, 0, 0, None, loss=loss, unknown=source.unknown)]
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
    out += _to_doors(origin, meant, ends)
    if ends.relays:
        out += _beside(origin, meant, ends)
        out += _by_links(origin, meant, ends) if links else ()
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
        yield from _to_addresses(origin, (destination.literal,), None)
    for interface in destination.interfaces:
        if interface is not origin.interface or interface.shared:  # what a host sends to itself never leaves it
            addresses = addresses_from(origin, interface, ends, every=destination.kind == "selection")
            if destination.within is not None:
                addresses = tuple(a for a in interface.places if a in destination.within)
            anybody = destination.kind == "block"
            others = tuple(a for a in addresses if not (anybody and _own(origin, a)))
            for flow in _to_addresses(origin, others, interface, empty=others != addresses):
                yield replace(flow, anybody=True) if anybody else flow
    if destination.outside:
        yield from _to_outside(origin, destination.outside, ends)
    if destination.within is not None and origin.interface is not None:  # AWS's own services are there too (WALK-20)
        families = {address > IPV4_LAST for address in origin.addresses}
        places = (
            a for a in origin.interface.vpc.service_places if a in destination.within and (a > IPV4_LAST) in families
        )
        yield from _to_addresses(origin, tuple(places), None, empty=True)


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
    if destination.literal is not None and (interfaces or not _listening(destination, ends)):
        found.append(AddressSet.of((destination.literal, destination.literal)))
    for interface in destination.interfaces if interfaces else ():
        if interface is not origin.interface:
            meant = addresses_from(origin, interface, ends, every=True)
            found.append(AddressSet.union_of((a, a) for a in meant))
    found += (_addresses_meant(origin, part, ends, interfaces=interfaces) for part in destination.several)
    return AddressSet.union_of(span for each in found for span in each.spans)


def _to_doors(origin: Origin, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may get to addresses that something which is not modelled may have, and the design does not tell."""
    for door in destination.hidden if destination.literal is None else ():  # the address itself is asked for already
        for _, region in _hidden_places(door, destination, ends):
            for flow in _to_hidden(origin, region, ends):
                if flow.loss is None:
                    yield replace(flow, perhaps=door.reason)
        # A name or a selector means public addresses too.
        if origin.interface is None and not origin.place and destination.within is None and ends.perhaps_public(door):
            yield Flow(origin, 0, 0, None, unknown=_PERHAPS_PUBLIC, perhaps=door.reason)


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
        yield from _to_outside(origin, region, ends)
        return
    for family in (EVERY_IPV4, EVERY_IPV6) if origin.place else (EVERY_IPV6,):
        if part := region & family.addresses:
            yield from _to_addresses(origin, (representative(part),), None)


def _from_doors(source: Endpoint, destination: Endpoint, ends: Endpoints) -> Iterator[Flow]:
    """What may come from addresses that something which is not modelled may have: it sends what it likes."""
    for door in source.hidden:
        if not door.host:
            continue
        if not door.subnets:  # of its VPC no subnet is known, and so no way out
            yield Flow(
                ends.outside(door.name, AddressSet.nothing()), 0, 0, None, unknown=door.reason, perhaps=door.reason
            )
        for site, region in _hidden_places(door, source, ends):
            sender = Origin(
                door.name, site.exit, None, (), region, UNKNOWN_CLIENT, path=door.path, place=site.full_name
            )
            for flow in _from_hidden(sender, site, destination, ends.perhaps_public(door)):
                yield replace(flow, perhaps=door.reason)


def _from_hidden(sender: Origin, site: SubnetSite, destination: Endpoint, perhaps_public: bool) -> Iterator[Flow]:
    """From addresses of a subnet: by its link to those that are in it, past its ACL to all others."""
    neighbour = replace(sender, start=site.link)
    meant = destination if destination.resolve is None else destination.resolve(sender)
    for interface in meant.interfaces:
        origin = neighbour if interface.subnet is site else sender
        places = tuple(a for a in interface.places if meant.within is None or a in meant.within)
        yield from _to_addresses(origin, places, interface, empty=True)
    if meant.literal is not None:
        for flow in _to_addresses(neighbour if meant.literal in site else sender, (meant.literal,), None, empty=True):
            yield _perhaps_translated(flow, perhaps_public)
    for family in (EVERY_IPV4, EVERY_IPV6):
        if there := meant.outside & family.addresses:
            for flow in _to_addresses(sender, (representative(there),), None, empty=True):
                yield _perhaps_translated(flow, perhaps_public)


def _perhaps_translated(flow: Flow, perhaps_public: bool) -> Flow:
    """A flow, undecided where it lacks nothing but the public address that its sender may have."""
    unsure = perhaps_public and _lacks_a_public_address(flow)
    return replace(flow, unknown=_PERHAPS_PUBLIC) if unsure else flow


def _lacks_a_public_address(flow: Flow) -> bool:
    """Whether what stops a packet first is an internet gateway, for want of a public address (IGW-4, IGW-7)."""
    found = walk(flow.origin.start, Header(flow.source, flow.destination, None))
    drop = next((visit.step for visit in found.visits if isinstance(visit.step, Drop)), None)
    return drop is not None and drop.cause.code in _WITHOUT_A_PUBLIC_ADDRESS


_WITHOUT_A_PUBLIC_ADDRESS = {Code.GATEWAY_REJECTS_SPOOFED_TRAFFIC, Code.IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS}


def addresses_from(
    origin: Origin, interface: NetworkInterface, ends: Endpoints, *, every: bool = False
) -> tuple[int, ...]:
    """The addresses that a name means from an origin (format.md): private ones within the VPC and where a peering of
    the two VPCs is written, the public one from elsewhere, both where it is not known; IPv6 addresses are the same
    everywhere. `every`: secondary addresses too."""
    if _means_private(origin, interface.vpc, ends):
        return interface.addresses if every else interface.primary
    ipv6 = tuple(address for address in interface.primary if address > IPV4_LAST)
    if interface.publics:
        publics = interface.publics if every else interface.publics[:1]
        if _perhaps_joined(origin, interface.vpc.name, ends):
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
    for interface in destination.interfaces if some else ():
        vpc = interface.vpc
        if vpc not in private:
            private[vpc] = any(_means_private(each, vpc, ends) for each in some)
        if interface.publics and private[vpc]:
            yield interface


def _means_private(origin: Origin, vpc: VpcSite, ends: Endpoints) -> bool:
    """Whether the name of what is in a VPC means its private addresses from an origin: within the VPC, and where the two are
    joined."""
    inside = origin.interface is not None and origin.interface.vpc is vpc
    return inside or _joined(origin, vpc.name, ends)


def _joined(origin: Origin, vpc: str, ends: Endpoints) -> bool:
    """Whether a peering, a transit gateway or a connection joins the place of an origin with a VPC. What is behind a host is
    joined with all that the host's VPC is joined with: the host forwards for it."""
    interface = origin.interface or ends.topology.interfaces.get(origin.place)
    joined = ends.topology.joined
    places = {origin.place} if interface is None else {origin.place, interface.vpc.name}
    return any(not joined.get(place, _NONE).isdisjoint(joined.get(vpc, _NONE)) for place in places)


def _perhaps_joined(origin: Origin, vpc: str, ends: Endpoints) -> bool:
    """Whether nobody knows if something joins the VPC of an origin with another."""
    if origin.interface is None:
        return False
    return any(vpcs <= {origin.interface.vpc.name, vpc} for vpcs in ends.topology.perhaps_joined)


def _to_addresses(
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


def _to_outside(origin: Origin, outside: AddressSet, ends: Endpoints) -> Iterator[Flow]:
    if origin.interface is None:
        if origin.certain and outside <= place_of(origin, ends):
            yield within_its_place(origin)
            return
        if origin.certain and origin.place and outside.count == 1:
            yield from _to_addresses(origin, (outside.first,), None)
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


def _lost_run(flow: Flow, ends: Endpoints) -> tuple[AddressSet, bool]:
    """Destinations that fare like that of a flow from all of its sources, and whether every packet to them is lost."""
    walks = [found.forward for found, _ in ends.pieces.of(flow)]
    runs = [each.destination_run if each.lost_run is None else each.lost_run for each in walks]
    run = max(low for low, _ in runs), min(high for _, high in runs)
    return AddressSet((run,)), all(each.lost_run is not None for each in walks)


def representative(region: AddressSet) -> int:
    """One address that stands for a region in a trace."""
    return next((int(address) for address in REPRESENTATIVES if address in region), region.first)


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
    for relays in relay.to_itself() if relay.untaken else ():
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
    meant = _listening(destination, ends)
    for node in ends.relays if origin.interface is None and meant else ():
        relay = relay_of(node)
        if relay is None:
            continue
        for choice in relay.choices:
            if choice.keeps and choice.target in meant and node not in meant:
                ends_at = (*node.publics, *(a for a in node.addresses if a > IPV4_LAST and node.from_internet))
                kept = tuple(a for a in ends_at if same_family(a, choice.address) and choice.is_for(a))
                for flow in _to_addresses(origin, kept, choice.target, empty=True):
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
                    for flow in _to_addresses(origin, (address,), target, empty=True):
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
    meant = frozenset(_listening(destination, ends))
    for interface in ends.relays if meant else ():
        near = any(_means_private(origin, interface.vpc, ends) for origin in origins)
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
    return any(choice.target is interface and choice.keeps for choice in passed_on)


def _faces(node: NetworkInterface) -> bool:
    """Whether the internet may call a load balancer's interface."""
    return bool(node.publics) or (node.from_internet and any(address > IPV4_LAST for address in node.addresses))


def _listening(destination: Endpoint, ends: Endpoints) -> tuple[NetworkInterface, ...]:
    if destination.literal is None:
        return destination.interfaces
    owners = [ends.by_public.get(destination.literal), *ends.by_private.get(destination.literal, ())]
    return tuple(interface for interface in owners if interface is not None and interface.takes)
