"""The packets and the addresses that a question between many interfaces is about, without asking for each pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress

from reachsim.answers.rowwise import ByRows, families_of
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet, Span
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import Rectangle
from reachsim.topology.addressed import addresses_from
from reachsim.topology.endpoints import Endpoints


def addresses_between(source: Endpoint, destination: Endpoint, ends: Endpoints) -> tuple[AddressSet, AddressSet]:
    """The addresses that the parts of an answer between interfaces are about: `Reach.sources` and `Reach.destinations` of
    all of them, without asking for one. What is meant depends on the sender's VPC and address families alone."""
    alike = _alike(source)
    sources: set[int] = set()
    destinations: set[int] = set()
    for (_, families), origins in alike.items():
        takers: dict[bool | None, list[NetworkInterface]] = {}
        for interface in destination.interfaces:
            if len(origins) == 1 and origins[0].interface is interface:
                continue
            addresses = addresses_from(origins[0], interface, ends, every=True)
            met = [address for address in addresses if (address > IPV4_LAST) in families]
            destinations.update(met or (0,))  # where no family is common, the answer is about no address
            for family in families_of(met) or (None,):
                takers.setdefault(family, []).append(interface)
        for origin in origins:
            others = {f for f, some in takers.items() if any(each is not origin.interface for each in some[:2])}
            sources.update(address for address in origin.addresses if (address > IPV4_LAST) in others)
            if None in others:
                sources.add(0)
    return set_of(sources), set_of(destinations)


def told_between(rows: ByRows, source: Endpoint, destination: Endpoint, traffic: Traffic) -> HeaderSpace:
    """The packets of some traffic of which rows surely tell, between two ends of which `rows` has some of each class; with
    what interfaces would send to themselves (`to_themselves`)."""
    of = rows.network.classes.of
    senders: dict[int, list[Origin]] = {}
    for origin in source.origins:
        assert origin.interface is not None
        senders.setdefault(of[origin.interface].index, []).append(origin)
    takers = _Takers(destination, rows.network)
    named = [of[interface].index for interface in rows.destination.interfaces]
    products: dict[tuple[tuple[Rectangle, ...], AddressSet], list[Span]] = {}
    for index, row in rows.rows.items():
        left_out = rows.ask.get(index, frozenset())
        by_family: dict[tuple[bool, tuple[Rectangle, ...]], dict[int, None]] = {}
        for place, number in zip(compress(named, row), filter(None, row), strict=True):
            if place not in left_out:
                for told in rows.sure[number] or ():
                    by_family.setdefault(told, {})[place] = None
        alike = senders[index]
        for (ipv6, rectangles), classes in by_family.items():
            there = takers.addresses(alike[0], ipv6, tuple(classes))
            products.setdefault((rectangles, there), []).extend(
                (a, a) for origin in alike for a in origin.addresses if (a > IPV4_LAST) is ipv6
            )
    boxes = (
        HeaderSpace.box(some & traffic, AddressSet.union_of(at), there, ports)
        for (rectangles, there), at in products.items()
        for some, ports in rectangles
    )
    return HeaderSpace.union(boxes)


def asked_between(
    rows: ByRows, source: Endpoint, destination: Endpoint, asked: tuple[Traffic, PortSet], itself: HeaderSpace
) -> HeaderSpace:
    """All packets of some traffic, from some ports, between the addresses that a question between interfaces means, but for
    the pairs that `rows` leaves to be asked one by one. `itself`: what is none of them (`to_themselves`)."""
    ends = rows.network.ends
    alike = _alike(source)
    boxes: list[HeaderSpace] = []
    traffic, ports = asked
    for origins in alike.values():
        met = (addresses_from(origins[0], interface, ends, every=True) for interface in destination.interfaces)
        mine = set_of(address for origin in origins for address in origin.addresses)
        boxes.append(HeaderSpace.box(traffic, mine, set_of(address for some in met for address in some), ports))
    return HeaderSpace.union(boxes) - itself - HeaderSpace.union(_left_out(rows, source, destination))


def _left_out(rows: ByRows, source: Endpoint, destination: Endpoint) -> Iterator[HeaderSpace]:
    of = rows.network.classes.of
    takers = _Takers(destination, rows.network)
    for origin in source.origins:
        assert origin.interface is not None
        classes = tuple(rows.ask.get(of[origin.interface].index, ()))
        there = AddressSet.union_of(
            span for ipv6 in families_of(origin.addresses) for span in takers.addresses(origin, ipv6, classes).spans
        )
        yield HeaderSpace.box(Traffic.everything(), set_of(origin.addresses), there)


def _alike(source: Endpoint) -> dict[tuple[object, frozenset[bool]], list[Origin]]:
    """Origins by what their addresses mean depends on: the sender's VPC and its address families."""
    alike: dict[tuple[object, frozenset[bool]], list[Origin]] = {}
    for origin in source.origins:
        assert origin.interface is not None
        alike.setdefault((origin.interface.vpc, families_of(origin.addresses)), []).append(origin)
    return alike


def to_themselves(source: Endpoint, destination: Endpoint, ends: Endpoints) -> HeaderSpace:
    """What interfaces that are at both ends would send to themselves, which never leaves them."""
    takers = frozenset(destination.interfaces)
    boxes: list[HeaderSpace] = []
    for origin in source.origins:
        if origin.interface is not None and origin.interface in takers:
            there = addresses_from(origin, origin.interface, ends, every=True)
            boxes.append(HeaderSpace.box(Traffic.everything(), set_of(origin.addresses), set_of(there)))
    return HeaderSpace.union(boxes)


class _Takers:
    """The addresses that senders of a VPC mean by the interfaces of an end, class by class."""

    def __init__(self, destination: Endpoint, network: Engine) -> None:
        self.ends = network.ends
        self.members: dict[int, list[NetworkInterface]] = {}
        for interface in destination.interfaces:
            self.members.setdefault(network.classes.of[interface].index, []).append(interface)
        self._known: dict[tuple[object, bool, tuple[int, ...]], AddressSet] = {}

    def addresses(self, origin: Origin, ipv6: bool, classes: tuple[int, ...]) -> AddressSet:
        """Those of one family of all members of some classes."""
        assert origin.interface is not None
        key = origin.interface.vpc, ipv6, classes
        known = self._known.get(key)
        if known is None:
            meant = (
                addresses_from(origin, interface, self.ends, every=True)
                for index in classes
                for interface in self.members[index]
            )
            known = self._known[key] = set_of(a for some in meant for a in some if (a > IPV4_LAST) is ipv6)
        return known


def set_of(addresses: Iterable[int]) -> AddressSet:
    """Some addresses as a set."""
    return AddressSet.union_of((address, address) for address in addresses)
