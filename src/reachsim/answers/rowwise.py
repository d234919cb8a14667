"""Questions between many interfaces, decided on rows of the matrix where these say all that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import compress
from typing import Final, NamedTuple

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.filters import FilterBook
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.engine import Engine
from reachsim.faces import Faced
from reachsim.flow.ports import NO_LOSS, Choices
from reachsim.net.address import IPV4_LAST
from reachsim.net.box import ALL_PORTS
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.reach.flow_answer import Crossing, FlowAnswer, Rectangle
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.reach.rows import Rows
from reachsim.topology.addressed import addresses_from

WORTH: Final = 64
"""Pairs of interfaces from which on rows are asked first."""
_AT_ONCE: Final = 256
"""Classes whose rows are held at a time."""


Pairs = dict[int, frozenset[int]]
"""By the index of a source's class, the indexes of classes of destinations."""
Sure = tuple[tuple[bool, tuple[Rectangle, ...]], ...]
"""What is surely so of an answer, and of no more of it: services with client ports, by address family, IPv6 or not."""
Tell = Callable[[Rows, int], Sure | None]
"""What a question wants to know of an answer, by its number in some rows; None where that is undecided."""
NOTHING: Final = -1
"""In place of 0, the number of the answer that nothing is delivered, where a question wants to know of that."""


class Delivery(NamedTuple):
    """What is delivered from one interface to another, between two addresses."""

    source: NetworkInterface
    destination: NetworkInterface
    sources: AddressSet
    destinations: AddressSet
    traffic: Traffic


def delivers(traffic: Traffic) -> Tell:
    """What an answer delivers, where it delivers some of some traffic."""

    def tell(rows: Rows, number: int) -> Sure | None:
        if rows.nothing_of(number, traffic):
            return ()
        if rows.unknown(number):
            return None
        found = [(ipv6, ((rows.atoms.traffic(there), ALL_PORTS),)) for ipv6, there, _, _ in rows.answers[number]]
        return tuple(found) if len({ipv6 for ipv6, _ in found}) == len(found) else None

    return tell


class _Asked(NamedTuple):
    """Some traffic, sent from some client ports. `below`: the share of choices of NAT devices of which less may be lost."""

    traffic: Traffic
    ports: PortSet
    below: Fraction
    one_way: bool


class Failures:
    """What fails of an `allow`, by answers: what of what is asked does not get there, or gets no answer back. `loss`: the
    greatest that NAT devices have among all answers."""

    def __init__(self, traffic: Traffic, ports: PortSet, below: Fraction, *, one_way: bool) -> None:
        self.ports = ports
        self.loss = NO_LOSS
        self._asked = _Asked(traffic, ports, below, one_way)

    def __call__(self, rows: Rows, number: int) -> Sure | None:
        """What fails of an answer."""
        if rows.unknown(number):
            return None
        ways = rows.cell_of(number).ways
        by_family = {way.ipv6: way for way in ways}
        if len(by_family) < len(ways):
            return None
        out: list[tuple[bool, tuple[Rectangle, ...]]] = []
        for ipv6 in (False, True):
            failing, loss = _failing(self._asked, ipv6, by_family.get(ipv6))
            self.loss = max(self.loss, loss, key=lambda each: each.loss)
            if failing:
                out.append((ipv6, failing))
        return tuple(out)


@lru_cache(maxsize=8192)
def _failing(asked: _Asked, ipv6: bool, way: Crossing | None) -> tuple[tuple[Rectangle, ...], Choices]:
    """What fails in one address family, and the greatest loss there: the same of equal answers, in whichever network."""
    line, loss = (EVERY_IPV6 if ipv6 else EVERY_IPV4).addresses, NO_LOSS
    left = HeaderSpace.box(asked.traffic, line, line, asked.ports)
    if way is not None and asked.one_way:
        left -= HeaderSpace.box(way.forward, line, line)
    elif way is not None:
        for traffic, ports, choices in way.trips():
            if traffic & asked.traffic and ports & asked.ports:
                loss = max(loss, choices, key=lambda each: each.loss)
            if choices.counts(asked.below):
                left -= HeaderSpace.box(traffic, line, line, ports)
    return tuple((box.traffic, box.source_ports) for box in left.boxes()), loss


@dataclass(eq=False, repr=False)
class ByRows(Faced):
    """What rows of the matrix say of a question between many interfaces about some traffic.

    `rows`: by the index of a source's class, a number for each destination, as the question names them; 0 where surely
    nothing is told. `sure`: what each number means; None where that is undecided. `ask`: pairs of classes to ask one by one,
    for what is undecided, and where no address is meant, or several of one family.
    """

    network: Engine
    source: Endpoint
    destination: Endpoint
    book: FilterBook
    rows: dict[int, tuple[int, ...]]
    sure: dict[int, Sure | None]
    ask: Pairs = field(default_factory=dict)
    _met: dict[tuple[VpcSite, frozenset[bool]], list[Meant | None]] = field(default_factory=dict)
    _sets: dict[int, AddressSet] = field(default_factory=dict)

    def of(self, origin: Origin) -> Iterator[Delivery]:
        """What is delivered from one of the origins, in the order of a question about every pair; what `ask` names is
        left out."""
        sender = origin.interface
        assert sender is not None
        index = self.network.classes.of[sender].index
        row, left_out = self.rows[index], self.ask.get(index)
        mine = {address > IPV4_LAST: self._set(address) for address in origin.addresses}
        of, interfaces = self.network.classes.of, self.destination.interfaces
        found = zip(compress(interfaces, row), compress(self.met_by(origin), row), filter(None, row), strict=True)
        for interface, met, number in found:
            if interface is sender or (left_out is not None and of[interface].index in left_out):
                continue
            sure = self.sure[number]
            assert sure is not None
            assert met is not None
            for ipv6, there in met.items():
                for family, rectangles in sure:
                    if family is ipv6:
                        for traffic, _ in rectangles:  # of what is delivered there is one
                            yield Delivery(sender, interface, mine[ipv6], there, traffic)

    def ask_with_first(self) -> Pairs:
        """What `ask` names, and the first pair of classes of which something is surely told."""
        of = self.network.classes.of
        for origin in self.source.origins:
            assert origin.interface is not None
            first = next(self.of(origin), None)
            if first is not None:
                index = of[origin.interface].index
                classes = self.ask.get(index, frozenset()) | {of[first.destination].index}
                return {**self.ask, index: classes}
        return self.ask

    def asked_from(self, origin: Origin) -> tuple[FlowAnswer, ...]:
        """The parts of an answer from one of the origins that `ask` names, asked one by one."""
        assert origin.interface is not None
        if self.network.classes.of[origin.interface].index not in self.ask:
            return ()
        some = replace(self.source, origins=(origin,))
        return reach_between(self.network, some, self.destination, self.ask, self.book, links=True).parts

    def met_by(self, origin: Origin) -> list[Meant | None]:
        """For each destination the address that an origin means by it, for each family; None where that is several."""
        assert origin.interface is not None
        families = families_of(origin.addresses)
        key = origin.interface.vpc, families
        known = self._met.get(key)
        if known is None:
            known = self._met[key] = [
                self._addresses(addresses_from(origin, interface, self.network.ends, every=True), families)
                for interface in self.destination.interfaces
            ]
        return known

    def _addresses(self, addresses: Sequence[int], families: frozenset[bool]) -> Meant | None:
        met = [address for address in addresses if (address > IPV4_LAST) in families]
        found = {address > IPV4_LAST: self._set(address) for address in met}
        return found if len(found) == len(met) else None

    def _set(self, address: int) -> AddressSet:
        known = self._sets.get(address)
        if known is None:
            known = self._sets[address] = AddressSet(((address, address),))
        return known


Meant = dict[bool, AddressSet]
"""By address family, IPv6 or not, the address that is meant."""


def by_rows(
    network: Engine,
    source: Endpoint,
    destination: Endpoint,
    tell: Tell,
    book: FilterBook,
    progress: Progress | None = None,
    *,
    links: bool,
) -> ByRows | None:
    """What rows of the matrix tell of what passes between two ends. None where the ends mean more than rows tell, and where
    there are so few pairs that they are asked as soon.

    `book`: records the filters that this depends on. `progress`: counts pairs. `links`: as for `topology.flows.flows`.

    Rows speak of the same flows as a question about every pair: each has the walks between primary addresses, and the ends
    are asked for no others (`_told_by_rows`). One class of interfaces has one answer, so that the pairs of classes are all
    pairs. Filters are asked the same way, by atoms that no rule of the design cuts.
    """
    if len(source.origins) * len(destination.interfaces) < WORTH:
        return None
    if not _told_by_rows(network, source, destination, links=links):
        return None
    of = network.classes.of
    senders = {of[o.interface].index: o for o in reversed(source.origins) if o.interface is not None}
    named = [of[interface].index for interface in destination.interfaces]
    out = ByRows(network, source, destination, book, {}, {})
    firsts = [origin.interface for origin in senders.values() if origin.interface is not None]
    for rows in _rows(network, firsts, destination.interfaces, book, progress):
        places = [rows.columns[index] for index in named]
        for index, row in rows.rows.items():
            whole = (*row,)
            numbers = set(whole)
            for number in numbers - out.sure.keys():
                out.sure[number] = tell(rows, number)
            out.sure[NOTHING] = out.sure.get(0, ())
            kept = [0 if out.sure[whole[place]] == () else whole[place] or NOTHING for place in places]
            unsure = {number for number in numbers if out.sure[number] is None}
            met = out.met_by(senders[index])
            if unsure or not all(met):
                there = zip(named, kept, met, strict=True)
                ask = frozenset(c for c, number, at in there if number and (number in unsure or not at))
                if ask:
                    out.ask[index] = ask
            out.rows[index] = tuple(kept)
    return out


def reach_between(
    network: Engine,
    source: Endpoint,
    destination: Endpoint,
    pairs: Pairs | None,
    book: FilterBook,
    progress: Progress | None = None,
    *,
    links: bool,
) -> Reach:
    """What gets from one end to another: the parts of an answer that `pairs` names alone, in the same
    order; all of them for None. `links`: as for `topology.flows.flows`."""
    if pairs is None:
        return reach(source, destination, network.ends, book, progress, links=links)
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
    return reach(*some, network.ends, book, progress, links=links)


def families_of(addresses: Iterable[int]) -> frozenset[bool]:
    """The families of some addresses, IPv6 or not."""
    return frozenset(address > IPV4_LAST for address in addresses)


def _rows(
    network: Engine,
    sources: Sequence[NetworkInterface],
    destinations: Sequence[NetworkInterface],
    book: FilterBook,
    progress: Progress | None,
) -> Iterator[Rows]:
    """Rows, some classes at a time: classes of one routing class next to each other, since they share their walks."""
    of = network.classes.of
    firsts = {of[interface].index: interface for interface in sources}
    some = sorted(firsts.values(), key=lambda interface: (of[interface].routing.index, of[interface].index))
    width = len(destinations)
    for at in range(0, len(some), _AT_ONCE):
        block = some[at : at + _AT_ONCE]

        def told(done: int, total: int, at: int = at, count: int = len(block)) -> None:
            if progress is not None:
                progress(width * (at + count * done // total), width * len(some))

        yield network.rows_between(block, destinations, told, book=book)


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
