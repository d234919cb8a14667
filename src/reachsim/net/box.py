"""Boxes: products of one set for each header field, and how a set of packets that is made of boxes reads in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import EVERYTHING, ICMP, ICMPV6, PORTED, Traffic

IPV4: Final = AddressSet.of((0, IPV4_LAST))
IPV6: Final = AddressSet.of((IPV6_FIRST, LINE_LAST))
ANYWHERE: Final = AddressSet.everything()
ALL_PORTS: Final = PortSet.everything()
OF_IPV4: Final = EVERYTHING - Traffic.protocol(ICMPV6)
"""The traffic that there is over IPv4."""
OF_IPV6: Final = EVERYTHING - Traffic.protocol(ICMP)
"""The traffic that there is over IPv6."""


@dataclass(frozen=True, slots=True)
class Box:
    """Every packet with one of these services, sources, destinations and, for TCP and UDP, source ports.

    Those that `HeaderSpace.boxes` gives are of one address family, and `source_ports` is the whole where `traffic` holds
    anything besides TCP and UDP.
    """

    traffic: Traffic
    sources: AddressSet
    destinations: AddressSet
    source_ports: PortSet = ALL_PORTS

    @property
    def count(self) -> int:
        """How many packets are in the box; for those without ports and types, each protocol counts once."""
        headers = 0
        for low, high in self.traffic.spans:
            for protocol in range(low >> 16, (high >> 16) + 1):
                first, last = max(low, protocol << 16), min(high, protocol << 16 | 0xFFFF)
                if protocol in PORTED:
                    headers += (last - first + 1) * self.source_ports.count
                else:
                    headers += last - first + 1 if protocol in (ICMP, ICMPV6) else 1
        return headers * self.sources.count * self.destinations.count


def merge(boxes: Iterable[Box]) -> list[Box]:
    """Join disjoint boxes that differ in one field only, until none are left; in the order of their fields."""
    found = list(boxes)
    joined = True
    while joined and len(found) > 1:
        before = len(found)
        found = _join(found, lambda b: (b.sources, b.destinations, b.source_ports), _join_traffic)
        found = _join(found, lambda b: (b.traffic, b.destinations, b.source_ports), _join_sources)
        found = _join(found, lambda b: (b.traffic, b.sources, b.source_ports), _join_destinations)
        joined = len(found) < before
    return sorted(found, key=_order)


def _order(box: Box) -> tuple[object, ...]:
    return box.traffic.spans, box.sources.spans, box.destinations.spans, box.source_ports.spans


def _join(boxes: list[Box], key: Callable[[Box], object], join: Callable[[list[Box]], Box]) -> list[Box]:
    groups: dict[object, list[Box]] = {}
    for box in boxes:
        groups.setdefault(key(box), []).append(box)
    return [group[0] if len(group) == 1 else join(group) for group in groups.values()]


def _join_traffic(group: list[Box]) -> Box:
    traffic = Traffic.union_of(span for box in group for span in box.traffic.spans)
    return Box(traffic, group[0].sources, group[0].destinations, group[0].source_ports)


def _join_sources(group: list[Box]) -> Box:
    sources = AddressSet.union_of(span for box in group for span in box.sources.spans)
    return Box(group[0].traffic, sources, group[0].destinations, group[0].source_ports)


def _join_destinations(group: list[Box]) -> Box:
    destinations = AddressSet.union_of(span for box in group for span in box.destinations.spans)
    return Box(group[0].traffic, group[0].sources, destinations, group[0].source_ports)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reader of a description knows: between which addresses the packets go, and what those are called.

    `sources`, `destinations`: all that the packets could have; all of them go without saying. `sources_name`,
    `destinations_name`: such as "the internet"; where empty, the addresses themselves are printed.
    """

    sources: AddressSet = ANYWHERE
    destinations: AddressSet = ANYWHERE
    sources_name: str = ""
    destinations_name: str = ""

    @property
    def families(self) -> list[AddressSet]:
        """The address families in which a packet can go from a source to a destination."""
        both = (IPV4, IPV6)
        return [f for f in both if not (f.isdisjoint(self.sources) or f.isdisjoint(self.destinations))]

    def describe(self, boxes: Sequence[Box], max_parts: int) -> str:
        """Disjoint boxes, each of one family, in words: parts separated by semicolons, at most `max_parts` of them."""
        if not boxes:
            return "nothing"
        parts = self._pair_families(boxes)
        texts = [self._part(part) for part in parts[:max_parts]]
        if len(parts) > max_parts:
            texts.append(f"and {len(parts) - max_parts} more")
        return "; ".join(texts)

    def _pair_families(self, boxes: Sequence[Box]) -> list[Box]:
        """Join a box of IPv4 and one of IPv6 that say the same of either family: no packet goes from one to the other."""
        groups: dict[tuple[object, ...], list[Box]] = {}
        for box in boxes:
            family = IPV4 if box.sources <= IPV4 else IPV6
            whole = box.sources == self.sources & family, box.destinations == self.destinations & family
            groups.setdefault((box.traffic & OF_IPV4 & OF_IPV6, box.source_ports, whole), []).append(box)
        parts: list[Box] = []
        for group in groups.values():
            four, six = group[0], group[-1]
            if len(group) == 2 and four.sources <= IPV4 and six.sources <= IPV6:
                traffic, sources = four.traffic | six.traffic, four.sources | six.sources
                parts.append(Box(traffic, sources, four.destinations | six.destinations, four.source_ports))
            else:
                parts += group
        return sorted(parts, key=_order)

    def _part(self, part: Box) -> str:
        families = [family for family in (IPV4, IPV6) if not family.isdisjoint(part.sources)]
        within = families[0] if len(families) == 1 else ANYWHERE
        possible = OF_IPV4 if within is IPV4 else OF_IPV6 if within is IPV6 else EVERYTHING
        source, plain = _addresses(part.sources, self.sources & within, self.sources_name)
        destination, plain_too = _addresses(
            part.destinations, self.destinations & within, self.destinations_name
        )
        text = _shorter("all", str(part.traffic), str(possible - part.traffic), part.traffic == possible)
        if len(families) < len(self.families) and not plain and not plain_too:
            text += " over IPv4" if within is IPV4 else " over IPv6"
        if source:
            text += f" from {source}"
        if destination:
            text += f" to {destination}"
        if part.source_ports != ALL_PORTS:
            without = f"all client ports except {~part.source_ports}"
            only = f"client ports {part.source_ports} only"
            text += f" ({without if len(without) < len(only) else only})"
        return text


def _addresses(addresses: AddressSet, universe: AddressSet, name: str) -> tuple[str, bool]:
    """Addresses in words, empty where they are the whole universe; and whether the words show the family."""
    if addresses == universe:
        return "", False
    plain = _spaced(addresses)
    if not addresses <= universe:
        return plain, True
    without = f"{name or _universe_name(universe)} except {_spaced(universe - addresses)}"
    if len(without) < len(plain):
        return without, not name and universe != ANYWHERE
    return plain, True


def _universe_name(universe: AddressSet) -> str:
    return "anywhere" if universe == ANYWHERE else _spaced(universe)


def _spaced(addresses: AddressSet) -> str:
    return "anywhere" if addresses == ANYWHERE else str(addresses).replace(",", ", ")


def _shorter(everything: str, plain: str, rest: str, is_all: bool) -> str:
    if is_all:
        return everything
    without = f"{everything} except {rest}"
    return without if len(without) < len(plain) else plain
