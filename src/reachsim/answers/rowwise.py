"""Questions between many interfaces, decided on rows of the matrix where these say all that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.filters import FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.net.address import IPV4_LAST
from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.traffic import Traffic
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.reach.rows import Rows
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import addresses_from

WORTH: Final = 64
"""Pairs of interfaces from which on rows are asked first."""
_AT_ONCE: Final = 256
"""Classes whose rows are held at a time."""


Pairs = dict[int, frozenset[int]]
"""By the index of a source's class, the indexes of classes of destinations."""


def pairs_to_ask(
    network: Engine, source: Endpoint, destination: Endpoint, traffic: Traffic, book: FilterBook, *, links: bool
) -> Pairs | None:
    """The pairs of classes between which some traffic may be delivered, or is undecided, by rows of the matrix: between all
    others surely nothing of it is. None where the ends mean more than rows tell, and where there are so few pairs that they
    are asked as soon.

    `book`: records the filters that this depends on. `links`: as for `topology.flows.flows`.

    Rows speak of the same flows as a question about every pair: each has the walks between primary addresses, and the ends
    are asked for no others (`_told_by_rows`). One class of interfaces has one answer, so that the pairs of classes are all
    pairs. Filters are asked the same way, by atoms that no rule of the design cuts.
    """
    if len(source.origins) * len(destination.interfaces) < WORTH:
        return None
    if not _told_by_rows(network, source, destination, links=links):
        return None
    senders = [origin.interface for origin in source.origins if origin.interface is not None]
    nothing: dict[int, bool] = {0: True}
    out: Pairs = {}
    for rows in _rows(network, senders, destination.interfaces, book):
        classes = [*rows.columns]  # in the order of the columns
        for index, row in rows.rows.items():
            numbers = set(row)
            for number in numbers - nothing.keys():
                nothing[number] = rows.nothing_of(number, traffic)
            if not all(nothing[number] for number in numbers):
                out[index] = frozenset(c for c, number in zip(classes, row, strict=True) if not nothing[number])
    return out


def reach_between(
    network: Engine,
    source: Endpoint,
    destination: Endpoint,
    pairs: Pairs | None,
    book: FilterBook,
    progress: Progress | None = None,
) -> Reach:
    """What gets from one end to another, PrivateLink included: the parts of an answer that `pairs` names alone, in the same
    order; all of them for None."""
    if pairs is None:
        return reach(source, destination, network.ends, book, progress, links=True)
    of = network.classes.of

    def wanted(origin: Origin) -> frozenset[int]:
        return frozenset() if origin.interface is None else pairs.get(of[origin.interface].index, frozenset())

    def meant(origin: Origin) -> Endpoint:
        classes = wanted(origin)
        return replace(destination, interfaces=tuple(i for i in destination.interfaces if of[i].index in classes))

    origins = tuple(origin for origin in source.origins if wanted(origin))
    if not origins:
        return Reach(source, destination, (), network.design.nat_loss_below)
    some = replace(source, origins=origins), replace(destination, resolve=meant)
    return reach(*some, network.ends, book, progress, links=True)


def asked_besides(network: Engine, source: Endpoint, destination: Endpoint, traffic: Traffic, pairs: Pairs) -> bool:
    """Whether a question about two ends asks for a packet of some traffic between others than the pairs of classes."""
    of, families = network.classes.of, _families_of(traffic)
    for origin in source.origins:
        assert origin.interface is not None
        named = pairs.get(of[origin.interface].index, frozenset())
        possible = families & _families(origin.addresses)
        others = (i for i in destination.interfaces if of[i].index not in named and i is not origin.interface)
        if any(possible & _families(addresses_from(origin, i, network.ends, every=True)) for i in others):
            return True
    return False


def addresses_between(
    source: Endpoint, destination: Endpoint, ends: Endpoints, traffic: Traffic | None = None
) -> tuple[AddressSet, AddressSet]:
    """The addresses that the parts of an answer between interfaces are about: `Reach.sources` and `Reach.destinations` of
    all of them, without asking for one. `traffic`: only those of packets of it. What is meant depends on the sender's VPC
    and address families alone."""
    sources, destinations = _addresses_between(source, destination, ends)
    if traffic is None:
        return sources, destinations
    families = _families_of(traffic)
    lines = ((False, EVERY_IPV4), (True, EVERY_IPV6))
    possible = AddressSet.union_of(line.span for ipv6, line in lines if ipv6 in families) - _set_of((0,))
    return sources & possible, destinations & possible


def _addresses_between(source: Endpoint, destination: Endpoint, ends: Endpoints) -> tuple[AddressSet, AddressSet]:
    alike: dict[tuple[object, frozenset[bool]], list[Origin]] = {}
    for origin in source.origins:
        assert origin.interface is not None
        alike.setdefault((origin.interface.vpc, _families(origin.addresses)), []).append(origin)
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
            for family in _families(met) or (None,):
                takers.setdefault(family, []).append(interface)
        for origin in origins:
            others = {f for f, some in takers.items() if any(each is not origin.interface for each in some[:2])}
            sources.update(address for address in origin.addresses if (address > IPV4_LAST) in others)
            if None in others:
                sources.add(0)
    return _set_of(sources), _set_of(destinations)


def _families(addresses: Iterable[int]) -> frozenset[bool]:
    return frozenset(address > IPV4_LAST for address in addresses)


def _families_of(traffic: Traffic) -> frozenset[bool]:
    return frozenset(ipv6 for ipv6, line in ((False, OF_IPV4), (True, OF_IPV6)) if traffic & line)


def _set_of(addresses: Iterable[int]) -> AddressSet:
    return AddressSet.union_of((address, address) for address in addresses)


def _rows(
    network: Engine, sources: Sequence[NetworkInterface], destinations: Sequence[NetworkInterface], book: FilterBook
) -> Iterator[Rows]:
    """Rows, some classes at a time: classes of one routing class next to each other, since they share their walks."""
    of = network.classes.of
    firsts = {of[interface].index: interface for interface in sources}
    some = sorted(firsts.values(), key=lambda interface: (of[interface].routing.index, of[interface].index))
    for at in range(0, len(some), _AT_ONCE):
        yield network.rows_between(some[at : at + _AT_ONCE], destinations, book=book)


def _told_by_rows(network: Engine, source: Endpoint, destination: Endpoint, *, links: bool) -> bool:
    """Whether what is asked between two ends is what rows tell: from interfaces to interfaces, by the primary addresses of
    each. Whatever else an end may mean (secondary addresses, something outside, something that is not modelled, what comes
    by PrivateLink or NAT64) has to be asked pair by pair."""
    only_interfaces = destination == Endpoint(
        destination.name, "selection", destination.origins, destination.interfaces, listens=destination.listens
    )
    return (
        only_interfaces
        and destination.resolve is None
        and not source.candidates
        and not source.hidden
        and bool(source.origins)
        and not (links and (network.ends.relays or network.topology.nat64))
        and all(
            origin.interface is not None
            and origin.certain
            and not origin.interface.shared
            and origin.addresses == origin.interface.primary
            for origin in source.origins
        )
        and all(
            interface.takes
            and not interface.shared
            and interface.addresses == interface.primary
            and len(interface.publics) <= 1
            for interface in destination.interfaces
        )
    )
