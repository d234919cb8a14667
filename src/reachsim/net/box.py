"""Boxes: products of one set for each header field, and how a set of packets made of boxes reads in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reachsim.calls import made_by
from reachsim.faces import Faced
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import IntSet, PortSet, Span
from reachsim.net.traffic import EVERYTHING, ICMP, ICMPV6, PORTED, PROTOCOL_NAMES, Traffic

IPV4: Final = AddressSet.of((0, IPV4_LAST))
IPV6: Final = AddressSet.of((IPV6_FIRST, LINE_LAST))
ANYWHERE: Final = AddressSet.everything()
ALL_PORTS: Final = PortSet.everything()
OF_IPV4: Final = EVERYTHING - Traffic.protocol(ICMPV6)
"""The traffic that there is over IPv4."""
OF_IPV6: Final = EVERYTHING - Traffic.protocol(ICMP)
"""The traffic that there is over IPv6."""


@made_by("net.reach(source, destination).reachable.boxes()")
@dataclass(frozen=True, slots=True, repr=False)
class Box(Faced):
    """Every packet with one of these services, sources, destinations and, for TCP and UDP, source ports.

    Those that `HeaderSpace.boxes` gives are of one address family, and `source_ports` is the whole where
    `traffic` holds anything besides TCP and UDP.
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

    def to_dict(self) -> dict[str, str | None]:
        """Plain data for JSON; `client_ports` is None where the traffic has no ports or all count."""
        return {
            "traffic": str(self.traffic),
            "sources": str(self.sources),
            "destinations": str(self.destinations),
            "client_ports": None if self.source_ports == ALL_PORTS else str(self.source_ports),
        }

    def to_row(self) -> dict[str, str]:
        """One flat record."""
        return {
            "traffic": str(self.traffic),
            "from": str(self.sources),
            "to": str(self.destinations),
            "client_ports": str(self.source_ports),
        }

    def __str__(self) -> str:
        return Reader().describe([self], 1)


_Row = tuple[tuple[Span, ...], tuple[Span, ...], tuple[Span, ...], tuple[Span, ...]]
"""The spans of a box's fields."""


def merge(rows: Iterable[_Row]) -> list[Box]:
    """Join disjoint boxes that differ in one field only until there are none; sorted by their fields."""
    found = list(rows)
    before = 0
    while len(found) not in (before, 1):
        before = len(found)
        for field in range(4):
            found = _join(found, field)
    return [Box(Traffic(a), AddressSet(b), AddressSet(c), PortSet(d)) for a, b, c, d in sorted(found)]


def _join(rows: list[_Row], field: int) -> list[_Row]:
    """One row for those that differ in this field only. Plain tuples: hashing them is what merging costs."""
    groups: dict[tuple[tuple[Span, ...], ...], list[_Row]] = {}
    for row in rows:
        groups.setdefault(row[:field] + row[field + 1 :], []).append(row)
    out: list[_Row] = []
    for group in groups.values():
        if len(group) > 1:
            parts = list(group[0])
            parts[field] = IntSet.union_of(span for row in group for span in row[field]).spans
            out.append((parts[0], parts[1], parts[2], parts[3]))
        else:
            out.append(group[0])
    return out


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reader of a description knows: between which addresses packets go, and what to call those.

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
        """Disjoint boxes, each of one family, in words: at most `max_parts` parts, ``;`` between them."""
        if not boxes:
            return "nothing"
        parts = self._pair_families(boxes)
        texts = [self._part(part) for part in parts[:max_parts]]
        if len(parts) > max_parts:
            texts.append(f"and {len(parts) - max_parts} more")
        return "; ".join(texts)

    def _pair_families(self, boxes: Sequence[Box]) -> list[Box]:
        """Join a box of IPv4 and one of IPv6 that say the same; exact, as no packet goes between the two."""
        groups: dict[tuple[object, ...], list[Box]] = {}
        for box in sorted(boxes, key=_reading_order):
            family = IPV4 if box.sources <= IPV4 else IPV6
            whole = box.sources == self.sources & family, box.destinations == self.destinations & family
            groups.setdefault((_common(box.traffic), box.source_ports, whole), []).append(box)
        parts: list[Box] = []
        for group in groups.values():
            four, six = group[0], group[-1]  # addresses of IPv4 sort first
            if len(group) == 2 and four.sources <= IPV4 and six.sources <= IPV6:
                traffic, sources = four.traffic | six.traffic, four.sources | six.sources
                parts.append(Box(traffic, sources, four.destinations | six.destinations, four.source_ports))
            else:
                parts += group
        return sorted(parts, key=_reading_order)

    def _part(self, part: Box) -> str:
        families = [family for family in (IPV4, IPV6) if not family.isdisjoint(part.sources)]
        within = families[0] if len(families) == 1 else ANYWHERE
        possible = OF_IPV4 if within is IPV4 else OF_IPV6 if within is IPV6 else EVERYTHING
        source, plain = _addresses(part.sources, self.sources & within, self.sources_name)
        destination, plain_too = _addresses(part.destinations, self.destinations & within, self.destinations_name)
        text = _traffic(part.traffic, possible)
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


def _common(traffic: Traffic) -> Traffic:
    """What of some traffic there is over both families."""
    return traffic & OF_IPV4 & OF_IPV6


def _reading_order(box: Box) -> tuple[object, ...]:
    common = _common(box.traffic)
    return common.spans, box.sources.spans, box.destinations.spans, box.source_ports.spans, box.traffic.spans


def _addresses(addresses: AddressSet, universe: AddressSet, name: str) -> tuple[str, bool]:
    """Addresses in words, empty where they are the whole universe; and whether the words show the family."""
    if addresses == universe:
        return "", False
    plain = _spaced(addresses)
    if not addresses <= universe:
        return plain, True
    if not name and len(plain) <= 6 * len(universe.spans) + 10:  # "::/0, ::/0 except ::/0": no shorter way to say it
        return plain, True
    whole = universe if name else _touched(universe, addresses)
    rest = _spaced(whole - addresses)
    without = f"{name or _spaced(whole)} except {rest}"
    if whole != addresses and len(rest if name else without) < len(plain):
        return without, not name and whole != ANYWHERE
    return plain, True


def _touched(universe: AddressSet, addresses: AddressSet) -> AddressSet:
    """The runs of the universe that hold some of the addresses: one that is left out whole is not worth a word."""
    return AddressSet.of(*(run for run in universe.spans if AddressSet.of(run) & addresses))


def _spaced(addresses: AddressSet) -> str:
    return "anywhere" if addresses == ANYWHERE else str(addresses).replace(",", ", ")


@lru_cache(maxsize=8192)
def _traffic(traffic: Traffic, possible: Traffic) -> str:
    """Traffic in words, by what is left out of `possible` where that is shorter."""
    if traffic == possible:
        return "all"
    plain, without = _tokens(traffic), f"all except {_tokens(possible - traffic)}"
    return without if len(without) < len(plain) else plain


@lru_cache(maxsize=8192)
def _tokens(traffic: Traffic) -> str:
    """Its tokens; ``icmp (except icmp/8)`` where all but a little of a protocol with a name is in it."""
    texts: list[str] = []
    for protocol, name in PROTOCOL_NAMES.items():
        whole = Traffic.protocol(protocol)
        part = traffic & whole
        if part:
            plain, without = str(part), f"{name} (except {whole - part})"
            texts.append(without if len(without) < len(plain) else plain)
            traffic -= whole
    if traffic:
        texts.append(str(traffic))
    return ", ".join(texts)
