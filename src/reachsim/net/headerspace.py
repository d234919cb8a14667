"""Exact sets of packets over all header fields that AWS's filters and routers look at.

A `HeaderSpace` is a reduced, ordered decision diagram with intervals on its edges. The fields in order:
service (protocol with destination port or ICMP type and code), source, destination, source port. A node cuts
its field into runs, each with the node of the next field that holds for it; runs next to each other never
have the same. Nodes are unique: two sets are equal exactly if they have the same root, so ``==`` costs
nothing. One merge of runs serves ``|``, ``&``, ``-`` and ``^``.

What means the same is the same set:

- Source ports are TCP's and UDP's; packets of another protocol are in a set whatever their `source_port` is.
- The low 16 bits of a service mean something for TCP, UDP, ICMP and ICMPv6; other protocols are in a set as a
  whole.
- No packet goes from one address family to the other, ICMP goes over IPv4 and ICMPv6 over IPv6 (RFC 792, RFC
  4443). So these are in no set: not in `everything`, and not in a complement.

Interval decision diagrams are due to Strehl and Thiele (1998); Christiansen and Fleury (2004) used them for
packet filters. With the service first, rules of different protocols and ports never meet in the fields below:
of the orders of fields this one was the fastest, measured.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from threading import RLock
from typing import Any, Final
from weakref import WeakValueDictionary

from reachsim.faces import Carded, one_line
from reachsim.net.address import LINE_LAST
from reachsim.net.box import ALL_PORTS, ANYWHERE, IPV4, IPV6, Box, Reader, Row, merge
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import IntSet, PortSet, Span
from reachsim.net.packet import Packet
from reachsim.net.traffic import EVERYTHING, ICMP, ICMPV6, PORTED, TCP, UDP, Traffic
from reachsim.net.witness import USUAL_CLIENT_PORTS, USUAL_DESTINATIONS, USUAL_SOURCES, usual_services

__all__ = ["Box", "HeaderSpace"]

_SERVICES: Final = Traffic.LAST
_PARTED: Final = PORTED | {ICMP, ICMPV6}
"""Protocols for which the low 16 bits of a service mean something."""
_WITH_PORTS: Final = Traffic.protocol(TCP) | Traffic.protocol(UDP)
_RUNS: Final = tuple(
    (first << 16, (following << 16) - 1, first if first in _PARTED else None)
    for first, following in pairwise(sorted({0, 256}.union(*((p, p + 1) for p in _PARTED))))
)
"""All services, cut where TCP, UDP, ICMP and ICMPv6 begin and end."""


class _Node:
    """One field's runs: run number `i` ends at `bounds[i]` and has `children[i]`. Made by `_make` only."""

    __slots__ = ("__weakref__", "bounds", "children")

    def __init__(self, bounds: tuple[int, ...], children: tuple[_Node, ...]) -> None:
        self.bounds = bounds
        self.children = children


_NONE: Final = _Node((), ())
"""Below it there is no packet. It stands in for a node of any field."""
_HIT: Final = _Node((), ())
"""Below the last field: the packet is in the set."""
_unique: WeakValueDictionary[tuple[tuple[int, ...], tuple[_Node, ...]], _Node] = WeakValueDictionary()
_making: Final = RLock()


def _make(bounds: tuple[int, ...], children: tuple[_Node, ...]) -> _Node:
    """The one node with these runs, of which no two neighbours have the same child."""
    if len(children) == 1 and children[0] is _NONE:
        return _NONE
    key = (bounds, children)
    node = _unique.get(key)
    if node is None:
        with _making:  # two threads that miss at once must not make two nodes
            node = _unique.get(key)
            if node is None:
                node = _unique[key] = _Node(bounds, children)
    return node


def _assemble(last: int, pieces: Iterable[tuple[int, int, _Node]]) -> _Node:
    """The node of a field that ends at `last`, from sorted disjoint pieces; between them there is nothing."""
    bounds: list[int] = []
    children: list[_Node] = []
    at = 0
    for low, high, child in pieces:
        if child is _NONE:
            continue
        if at < low:
            bounds.append(low - 1)
            children.append(_NONE)
        elif children and children[-1] is child:
            bounds[-1] = high
            at = high + 1
            continue
        bounds.append(high)
        children.append(child)
        at = high + 1
    if at <= last:
        bounds.append(last)
        children.append(_NONE)
    return _make(tuple(bounds), tuple(children))


def _over(members: IntSet, child: _Node) -> _Node:
    """The node that has `child` for the members of a set."""
    return _assemble(members.LAST, ((low, high, child) for low, high in members.spans))


def _runs(node: _Node) -> Iterator[tuple[int, int, _Node]]:
    """The runs of a node that have packets below them."""
    at = 0
    for bound, child in zip(node.bounds, node.children, strict=True):
        if child is not _NONE:
            yield at, bound, child
        at = bound + 1


def _grouped(node: _Node) -> dict[_Node, tuple[Span, ...]]:
    """The runs of a node by what is below them. Runs of one child never touch, so they are a set's spans."""
    groups: dict[_Node, list[Span]] = {}
    for low, high, child in _runs(node):
        groups.setdefault(child, []).append((low, high))
    return {child: tuple(spans) for child, spans in groups.items()}


_Memo = dict[tuple[_Node, _Node], _Node]


def _combine(a: _Node, b: _Node, left: bool, right: bool, both: bool, memo: _Memo) -> _Node:
    """Any Boolean operation on two nodes of one field. What is in neither is never in the result.

    `left`, `right`, `both`: whether what is only in `a`, only in `b`, in both is in the result. `memo`: for
    one operation.
    """
    if a is b:
        return a if both else _NONE
    if a is _NONE:
        return b if right else _NONE
    if b is _NONE:
        return a if left else _NONE
    known = memo.get((a, b))
    if known is not None:
        return known
    a_bounds, a_children, b_bounds, b_children = a.bounds, a.children, b.bounds, b.children
    bounds: list[int] = []
    children: list[_Node] = []
    i = j = 0
    end = len(a_bounds)
    previous: _Node | None = None
    while i < end:  # both end with the last of the field, so in the same round
        x, y = a_children[i], b_children[j]
        # The same four cases as above, without the call: most pairs end here.
        if x is y:
            child = x if both else _NONE
        elif x is _NONE:
            child = y if right else _NONE
        elif y is _NONE:
            child = x if left else _NONE
        else:
            child = _combine(x, y, left, right, both, memo)
        bound, other = a_bounds[i], b_bounds[j]
        if bound < other:
            i += 1
        else:
            if bound == other:
                i += 1
            j += 1
            bound = other
        if child is previous:
            bounds[-1] = bound
        else:
            bounds.append(bound)
            children.append(child)
            previous = child
    result = memo[a, b] = _make(tuple(bounds), tuple(children))
    return result


def _union(nodes: Iterable[_Node]) -> _Node:
    """The union of nodes of one field: in pairs, then pairs of pairs, so that both sides are of like size."""
    level = sorted({node for node in nodes if node is not _NONE}, key=lambda node: node.bounds)  # alike ones first
    memo: _Memo = {}
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [_combine(a, b, True, True, True, memo) for a, b in pairs] + level[len(level) & ~1 :]
    return level[0] if level else _NONE


_ANY_PORT: Final = _over(ALL_PORTS, _HIT)
_TO_IPV4: Final = _over(IPV4, _ANY_PORT)
_TO_IPV6: Final = _over(IPV6, _ANY_PORT)


def _from(sources: AddressSet, to_ipv4: _Node, to_ipv6: _Node) -> _Node:
    """The node of the source field, from the nodes of the destination field for either family."""
    pieces = [(low, high, to_ipv4) for low, high in (sources & IPV4).spans]
    pieces += [(low, high, to_ipv6) for low, high in (sources & IPV6).spans]
    return _assemble(LINE_LAST, pieces)


def _box(traffic: Traffic, sources: AddressSet, destinations: AddressSet, source_ports: PortSet) -> _Node:
    """The node of the service field for a product."""
    four, six = destinations & IPV4, destinations & IPV6
    made: dict[int | None, _Node] = {}

    def below(protocol: int | None) -> _Node:
        ports = _over(source_ports, _HIT) if protocol in PORTED else _ANY_PORT
        to_ipv4 = _NONE if protocol == ICMPV6 else _over(four, ports)
        to_ipv6 = _NONE if protocol == ICMP else _over(six, ports)
        return _from(sources, to_ipv4, to_ipv6)

    pieces: list[tuple[int, int, _Node]] = []
    for low, high in whole_protocols(traffic).spans:
        for first, last, protocol in _RUNS:
            if first <= high and low <= last:
                if protocol not in made:
                    made[protocol] = below(protocol)
                pieces.append((max(low, first), min(high, last), made[protocol]))
    return _assemble(_SERVICES, pieces)


def whole_protocols(traffic: Traffic) -> Traffic:
    """Traffic with each protocol that has neither ports nor types in it wholly, where a part of it is."""
    spans: list[Span] = []
    for low, high in traffic.spans:
        first = low if low >> 16 in _PARTED else low & ~0xFFFF
        last = high if high >> 16 in _PARTED else high | 0xFFFF
        spans.append((first, last))
    return traffic if tuple(spans) == traffic.spans else Traffic.union_of(spans)


class HeaderSpace(Carded):
    """An immutable set of packets. Operators: ``| & - ^ ~ == <= hash bool in``, and a repr one can read.

    >>> ipv4 = AddressSet.of((0, 2**32 - 1))
    >>> web = HeaderSpace.box(Traffic.parse("tcp/443"), ipv4, ipv4)
    >>> web - web.restrict(source_ports=PortSet.of((0, 1023)))
    HeaderSpace('tcp/443 over IPv4 (client ports 1024-65535 only)')
    """

    __slots__ = ("_root",)

    def __init__(self, root: _Node = _NONE) -> None:
        """Not for callers: see `nothing`, `everything`, `box` and `union`."""
        self._root = root

    @classmethod
    def nothing(cls) -> HeaderSpace:
        """No packet."""
        return cls()

    @classmethod
    def everything(cls) -> HeaderSpace:
        """Every packet that there can be."""
        return cls(_EVERYTHING)

    @classmethod
    def box(
        cls,
        traffic: Traffic,
        sources: AddressSet,
        destinations: AddressSet,
        source_ports: PortSet = ALL_PORTS,
    ) -> HeaderSpace:
        """Packets with one of these services, sources, destinations and, for TCP and UDP, source ports."""
        return cls(_box(traffic, sources, destinations, source_ports))

    @classmethod
    def union(cls, spaces: Iterable[HeaderSpace]) -> HeaderSpace:
        """The union of any number of sets; faster than ``|`` in a loop."""
        return cls(_union(space._root for space in spaces))

    def __or__(self, other: HeaderSpace) -> HeaderSpace:
        return HeaderSpace(_combine(self._root, other._root, True, True, True, {}))

    def __and__(self, other: HeaderSpace) -> HeaderSpace:
        return HeaderSpace(_combine(self._root, other._root, False, False, True, {}))

    def __sub__(self, other: HeaderSpace) -> HeaderSpace:
        return HeaderSpace(_combine(self._root, other._root, True, False, False, {}))

    def __xor__(self, other: HeaderSpace) -> HeaderSpace:
        return HeaderSpace(_combine(self._root, other._root, True, True, False, {}))

    def __invert__(self) -> HeaderSpace:
        return HeaderSpace(_combine(_EVERYTHING, self._root, True, False, False, {}))

    def __eq__(self, other: object) -> bool:
        return self._root is other._root if isinstance(other, HeaderSpace) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._root)

    def __bool__(self) -> bool:
        return self._root is not _NONE

    def __le__(self, other: HeaderSpace) -> bool:
        return not self - other

    def isdisjoint(self, other: HeaderSpace) -> bool:
        """Whether no packet is in both."""
        return not self & other

    def __contains__(self, packet: object) -> bool:
        if not isinstance(packet, Packet):
            raise TypeError(
                f"packets are in a set of packets, not {type(packet).__name__}; `traffic()` has its services"
            )
        node = self._root
        for value in (packet.service, packet.source, packet.destination, packet.source_port):
            if node is _NONE:
                return False
            node = node.children[bisect_left(node.bounds, value)]
        return node is _HIT

    @property
    def count(self) -> int:
        """How many packets; a protocol without ports and types counts once for a pair of addresses."""
        return sum(Box(Traffic(a), AddressSet(b), AddressSet(c), PortSet(d)).count for a, b, c, d in self._rows())

    def _rows(self) -> Iterator[Row]:
        """The spans of disjoint boxes, as they lie in the diagram."""
        for source_node, services in _grouped(self._root).items():
            for destination_node, sources in _grouped(source_node).items():
                for port_node, destinations in _grouped(destination_node).items():
                    yield services, sources, destinations, _grouped(port_node)[_HIT]

    def __iter__(self) -> Iterator[Box]:
        return self.boxes()

    def boxes(self) -> Iterator[Box]:
        """Disjoint boxes that make up the set, each of one address family; few, in order, always the same."""
        return iter(merge(self._rows()))

    def traffic(self) -> Traffic:
        """Every service that some packet has."""
        return Traffic.union_of((low, high) for low, high, _ in _runs(self._root))

    def sources(self) -> AddressSet:
        """Every source address that some packet has."""
        return AddressSet.union_of((low, high) for node in _grouped(self._root) for low, high, _ in _runs(node))

    def destinations(self) -> AddressSet:
        """Every destination address that some packet has."""
        nodes = {below for node in _grouped(self._root) for below in _grouped(node)}
        return AddressSet.union_of((low, high) for node in nodes for low, high, _ in _runs(node))

    def source_ports(self) -> PortSet:
        """Every source port that some TCP or UDP packet has."""
        ported = {node for low, high, node in _runs(self._root) if not _WITH_PORTS.isdisjoint(Traffic(((low, high),)))}
        nodes = {
            below for node in ported for destination_node in _grouped(node) for below in _grouped(destination_node)
        }
        return PortSet.union_of((low, high) for node in nodes for low, high, _ in _runs(node))

    def restrict(
        self,
        traffic: Traffic = EVERYTHING,
        sources: AddressSet = ANYWHERE,
        destinations: AddressSet = ANYWHERE,
        source_ports: PortSet = ALL_PORTS,
    ) -> HeaderSpace:
        """The packets of the set that are in a box."""
        return self & HeaderSpace.box(traffic, sources, destinations, source_ports)

    def replace_sources(self, sources: AddressSet) -> HeaderSpace:
        """Every packet with a source among `sources` that is in the set with some source.

        This is what a device makes of the set that writes any of these addresses over the source. A source of
        the other family than the destination makes no packet.
        """
        replaced: dict[_Node, _Node] = {_NONE: _NONE}
        for node in _grouped(self._root):
            below = _union(_grouped(node))
            to_ipv4 = _combine(below, _TO_IPV4, False, False, True, {})
            to_ipv6 = _combine(below, _TO_IPV6, False, False, True, {})
            replaced[node] = _from(sources, to_ipv4, to_ipv6)
        return HeaderSpace(_map(self._root, replaced))

    def replace_destinations(self, destinations: AddressSet) -> HeaderSpace:
        """Every packet with a destination among `destinations` that is in the set with some destination."""
        four, six = destinations & IPV4, destinations & IPV6
        replaced: dict[_Node, _Node] = {_NONE: _NONE}
        for node in _grouped(self._root):
            pieces = [
                (low, high, _over(four if high in IPV4 else six, _union(_grouped(below))))
                for low, high, below in _runs(node)
            ]
            replaced[node] = _assemble(LINE_LAST, pieces)
        return HeaderSpace(_map(self._root, replaced))

    def witness(self, prefer: Packet | None = None) -> Packet | None:
        """A packet of the set that a person would try; None where the set is empty.

        `prefer` where it is in the set; otherwise a packet that keeps of it, field by field, what can be
        kept. Then TCP over UDP over ICMP echo requests over the rest, well-known ports, client port 50000,
        and addresses known to all.
        """
        if self._root is _NONE or (prefer is not None and prefer in self):
            return prefer if self._root is not _NONE else None
        services, below = _spread(self._root, usual_services(self.traffic(), prefer))
        source, below = _spread(below, ((prefer.source,) if prefer else ()) + USUAL_SOURCES)
        destination, below = _spread(below, ((prefer.destination,) if prefer else ()) + USUAL_DESTINATIONS)
        if services >> 16 not in PORTED:
            return Packet(source, destination, services)
        port, _ = _spread(below, ((prefer.source_port,) if prefer else ()) + USUAL_CLIENT_PORTS)
        return Packet(source, destination, services, port)

    def describe(
        self,
        known_sources: AddressSet = ANYWHERE,
        known_destinations: AddressSet = ANYWHERE,
        *,
        sources_name: str = "",
        destinations_name: str = "",
        max_parts: int = 12,
    ) -> str:
        """The set in words, the same for equal sets: disjoint parts, ``;`` between them, after `max_parts`
        the number left.

        `known_sources`, `known_destinations`: addresses between which the reader knows the packets to go; a
        part that has all of them does not name them. `sources_name`, `destinations_name`: what to call them
        where a part has all but a few, such as "the internet".

        >>> internet, host = AddressSet.of((0, 2**32 - 1)), AddressSet.of((0x0A000005, 0x0A000005))
        >>> office = AddressSet.of((0xCB007100, 0xCB0071FF))
        >>> ssh = HeaderSpace.box(Traffic.parse("tcp/22"), internet - office, host)
        >>> ssh.describe(internet, host, sources_name="the internet")
        'tcp/22 from the internet except 203.0.113.0/24'
        """
        reader = Reader(known_sources, known_destinations, sources_name, destinations_name)
        return reader.describe(list(self.boxes()), max_parts)

    def to_rows(self) -> list[dict[str, str]]:
        """Disjoint boxes that are the whole set, one flat record for each, such as ``pandas.DataFrame(...)`` takes.

        >>> office, host = AddressSet.of((0xCB007100, 0xCB0071FF)), AddressSet.of((0x0A000005, 0x0A000005))
        >>> HeaderSpace.box(Traffic.parse("tcp/22"), office, host).to_rows()
        [{'traffic': 'tcp/22', 'from': '203.0.113.0/24', 'to': '10.0.0.5/32', 'client_ports': 'all'}]
        """
        return [box.to_row() for box in self.boxes()]

    def __str__(self) -> str:
        return self.describe()

    def __repr__(self) -> str:
        return f"HeaderSpace({one_line(self.describe(), 100)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (_dump(self._root),)


def _map(root: _Node, replaced: dict[_Node, _Node]) -> _Node:
    return _assemble(_SERVICES, ((low, high, replaced[child]) for low, high, child in _runs(root)))


def _spread(node: _Node, wanted: Iterable[int]) -> tuple[int, _Node]:
    """The first wanted value that has packets below it, else the lowest that has; and what is below it."""
    for value in wanted:
        child = node.children[bisect_left(node.bounds, value)]
        if child is not _NONE:
            return value, child
    low, _, child = next(_runs(node))
    return low, child


_Dump = list[tuple[tuple[int, ...], tuple[int, ...]]]
"""Nodes, lower ones first: bounds, and the numbers of the children. 0 and 1 are `_NONE` and `_HIT`."""


def _dump(root: _Node) -> _Dump:
    numbers = {_NONE: 0, _HIT: 1}
    rows: _Dump = []

    def number(node: _Node) -> int:
        if node not in numbers:
            row = node.bounds, tuple(number(child) for child in node.children)
            rows.append(row)
            numbers[node] = len(rows) + 1
        return numbers[node]

    number(root)
    return rows


def _load(rows: _Dump) -> HeaderSpace:
    nodes = [_NONE, _HIT]
    for bounds, children in rows:
        nodes.append(_make(bounds, tuple(nodes[number] for number in children)))
    return HeaderSpace(nodes[-1] if rows else _NONE)


_EVERYTHING: Final = _box(EVERYTHING, ANYWHERE, ANYWHERE, ALL_PORTS)
