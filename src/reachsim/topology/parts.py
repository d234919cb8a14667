"""Two topologies, compared part by part: which checkpoints and places of one do just what their twins in the other do.

A part is a checkpoint or a place. What a part does follows from what it holds: plain values, filters, and other parts. So
two parts are the same where their values are equal and their parts are twins, and twins are told one to one, from what has
a name (VPCs, interfaces, route tables, the internet) along what these hold. Nothing is known here of what a kind of
checkpoint does, and a new kind needs nothing: whatever it holds is compared, and what cannot be compared differs.

A table that is asked for the destination alone is compared run by run: it may differ for some destinations only, and holds
each of its targets for those that it leads there.

Who has an address is no part of this: an index of addresses (the owners of a VPC's, what an internet gateway translates)
holds what interfaces and subnets say themselves. `Compared.addresses` has those of all that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.dataplane.place import InterfacePlace, SubnetPlace, VpcPlace
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.net.address import LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span
from reachsim.net.prefixes import IntervalMap
from reachsim.resources.inspection import InspectionEndpoint
from reachsim.resources.internet import InternetCheckpoint
from reachsim.resources.internet_gateway import InternetGatewayIn
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.transit_checkpoint import TransitTable
from reachsim.topology.topology import Topology

Element = Checkpoint | VpcPlace | SubnetPlace | InterfacePlace
"""What a walk comes to, or what a checkpoint asks about it. Those of a topology are all wired."""

Held = tuple[Element, AddressSet]
"""A part that another holds, and the destinations of packets that may come from the one to the other."""
_PARTS: Final = (Checkpoint, VpcPlace, SubnetPlace, InterfacePlace)
_LEFT_OUT: Final[dict[type, frozenset[str]]] = {
    VpcSite: frozenset(
        {"owners", "_owned", "subnets", "subnet_runs", "doors", "neighbours", "inbound_neighbours", "stale"}
    ),
    SubnetSite: frozenset({"interfaces"}),
    InternetGatewayIn: frozenset({"public"}),
    InternetCheckpoint: frozenset({"table"}),
    InspectionEndpoint: frozenset({"_entrance"}),
    RouteTableCheckpoint: frozenset({"table", "routes"}),
    TransitTable: frozenset({"table"}),
}
"""Of the parts that have them: indexes of addresses and of attachments, and what is made of the rest when it is asked for.
The subnets of a VPC, whose groups its rules may name, and tables that are asked for the destination alone are compared
by themselves (`Compared`)."""
EVERYWHERE: Final = AddressSet.everything()
_VALUES: Final = ("builtins", "fractions", "reachsim.net", "reachsim.rules")
"""Modules whose objects are values: they know of no part."""


class Compared:
    """Two topologies as they compare, or one with two states of its filters. `before`, `after`: with what their filters say.

    `differ`: parts of the first one that are others in the second, or are not there, each with the destinations for which
    it is; `holds`: what each part holds that is the same, with the destinations for which it does; `spans`: addresses of all
    that differs in either, and of what is in the second one alone.
    """

    def __init__(self, before: Topology, after: Topology, books: tuple[FilterBook, FilterBook]) -> None:
        self.before, self.after = before, after
        self.differ: dict[Element, AddressSet] = {}
        self.holds: dict[Element, list[Held]] = {}
        self.spans: list[Span] = []
        self._books = books
        self._twins: dict[Element, Element] = {}
        self._taken: set[Element] = set()
        self._todo: list[Element] = []
        self._holding: list[Held] = []
        self._held_for = EVERYWHERE
        self._tables: dict[tuple[int, int], tuple[AddressSet, list[Held]]] = {}
        self._filters: dict[tuple[Filter, Filter], bool] = {}
        self._comparisons: dict[type, Callable[[Any, Any], bool]] = {}
        self._by_name()
        while self._todo:
            part = self._todo.pop()
            twin = self._twins[part]
            self._holding = []
            at = self._where_parts_differ(part, twin)
            if at != EVERYWHERE:
                self.holds[part] = self._holding
            if at:
                self._differs(part, twin, at)
        self._hosts()

    @property
    def addresses(self) -> AddressSet:
        """The addresses of all that differs."""
        return AddressSet.union_of(self.spans)

    # -- twins --------------------------------------------------------------------------------------------------

    def _by_name(self) -> None:
        """What has a name in both is the same, or differs; what has one in the first alone differs."""
        one, other = self.before, self.after
        self._named(one.vpcs, other.vpcs)
        self._named(one.interfaces, other.interfaces)
        self._named(one.tables, other.tables)
        self._named({"": one.internet}, {"": other.internet})
        for vpc in one.vpcs.keys() & other.vpcs.keys():
            self._named(one.vpcs[vpc].subnets, other.vpcs[vpc].subnets)
            self._order_of_owners(one.vpcs[vpc], other.vpcs[vpc])
            self._whose_groups(one.vpcs[vpc], other.vpcs[vpc])

    def _named(self, one: Mapping[Any, Element], other: Mapping[Any, Element]) -> None:
        for name, part in one.items():
            twin = other.get(name)
            if twin is None or not self._are_twins(part, twin):
                self._differs(part, twin)
        for name in other.keys() - one.keys():
            self.spans += addresses_of(other[name])

    def _are_twins(self, one: Element, other: Element) -> bool:
        """Whether two parts stand for each other; parts of one name that are met for the first time do from then on."""
        self._holding.append((one, self._held_for))
        known = self._twins.get(one)
        if known is not None:
            return known is other
        if type(one) is not type(other) or other in self._taken or _name(one) != _name(other):
            return False
        self._twins[one] = other
        self._taken.add(other)
        self._todo.append(one)
        return True

    def _differs(self, part: Element, twin: Element | None, at: AddressSet = EVERYWHERE) -> None:
        self.differ[part] = at
        for each in (part, twin) if twin is not None else (part,):
            self.spans += addresses_of(each)

    def _order_of_owners(self, one: VpcSite, other: VpcSite) -> None:
        """A host's first interface is the first of the VPC's, so their order counts too."""
        mine, theirs = (list(dict.fromkeys(each.name for each in vpc.owners.values())) for vpc in (one, other))
        both = set(mine) & set(theirs)
        if [name for name in mine if name in both] != [name for name in theirs if name in both]:
            self._differs(one, other)

    def _whose_groups(self, one: VpcSite, other: VpcSite) -> None:
        """A rule that may name the groups of another VPC than before says something else about addresses there (SG-11). One
        end is in either VPC then, or what the packet passes is: the interfaces of the smaller one differ."""
        for now, then in ((one.neighbours, other.neighbours), (one.inbound_neighbours, other.inbound_neighbours)):
            for name in {vpc.name for vpc in now} ^ {vpc.name for vpc in then}:
                vpcs = [
                    topology.vpcs[vpc]
                    for topology in (self.before, self.after)
                    for vpc in (one.name, name)
                    if vpc in topology.vpcs
                ]
                smaller = min(vpcs, key=lambda vpc: (len(vpc.owners), vpc.name)).name
                for topology in (self.before, self.after):
                    if smaller in topology.vpcs:
                        for interface in topology.vpcs[smaller].owners.values():
                            self.spans += addresses_of(interface)
                            if topology is self.before:
                                self.differ[interface] = EVERYWHERE

    def _hosts(self) -> None:
        """What one interface of a host is counts for all of them: it may send by its first one (WALK-26)."""
        hosts = {part.machine for part in self.differ if isinstance(part, NetworkInterface) and part.machine}
        for topology in (self.before, self.after):
            other = self.after if topology is self.before else self.before
            hosts |= {
                i.machine for name, i in topology.interfaces.items() if i.machine and name not in other.interfaces
            }
        if hosts:
            for topology in (self.before, self.after):
                for interface in topology.interfaces.values():
                    if interface.machine in hosts:
                        self.spans += addresses_of(interface)
                        if topology is self.before:
                            self.differ[interface] = EVERYWHERE

    # -- content ------------------------------------------------------------------------------------------------

    def _where_parts_differ(self, one: Element, other: Element) -> AddressSet:
        """The destinations for which two parts are not the same."""
        same = self._same_members(one, other)
        if isinstance(one, VpcPlace):  # who asks a VPC holds it; what is in it is met by its address
            self._holding = []
        if not same:
            return EVERYWHERE
        if isinstance(one, RouteTableCheckpoint | TransitTable):
            assert isinstance(other, RouteTableCheckpoint | TransitTable)
            return self._where_tables_differ(one.table, other.table)
        return AddressSet.nothing()

    def _where_tables_differ(self, one: IntervalMap[Any] | None, other: IntervalMap[Any] | None) -> AddressSet:
        """The same of the tables that they ask; many attachments of a transit gateway ask one."""
        if one is None or other is None:
            return AddressSet.nothing() if one is other else EVERYWHERE
        known = self._tables.get((id(one), id(other)))
        if known is None:
            before, self._holding = self._holding, []
            differ: list[Span] = []
            starts = sorted({*one.starts, *other.starts})
            for low, high in zip(starts, (*(start - 1 for start in starts[1:]), LINE_LAST), strict=True):
                self._held_for = AddressSet(((low, high),))
                if not self._same(one[low], other[low]):
                    differ.append((low, high))
            known = self._tables[id(one), id(other)] = AddressSet.union_of(differ), self._holding
            self._holding, self._held_for = before, EVERYWHERE
        self._holding += known[1]
        return known[0]

    def _same(self, one: Any, other: Any) -> bool:
        """Whether two values are the same: in parts, twins."""
        if isinstance(one, _PARTS):
            return isinstance(other, _PARTS) and self._are_twins(one, other)
        return type(one) is type(other) and self._comparison(type(one))(one, other)

    def _comparison(self, kind: type) -> Callable[[Any, Any], bool]:
        """How values of a type are compared."""
        found = self._comparisons.get(kind)
        if found is None:
            found = self._comparisons[kind] = self._comparison_of(kind)
        return found

    def _comparison_of(self, kind: type) -> Callable[[Any, Any], bool]:
        if issubclass(kind, Filter):
            return self._same_filters
        if issubclass(kind, IntervalMap):
            return self._same_members
        if issubclass(kind, tuple | list):
            return self._same_sequences
        if issubclass(kind, Mapping):
            return self._same_mappings
        plain = issubclass(kind, str | int | set | frozenset | Enum) or kind.__module__.startswith(_VALUES)
        return self._same_members if not plain and kind.__module__.startswith("reachsim.") else self._same_values

    def _same_values(self, one: Any, other: Any) -> bool:
        return bool(one == other)

    def _same_members(self, one: Any, other: Any) -> bool:
        kind: type = type(one)
        for name in _names(kind):
            if not self._same(getattr(one, name, None), getattr(other, name, None)):
                return False
        return not hasattr(one, "__dict__") or is_dataclass(one) or self._same_mappings(vars(one), vars(other))

    def _same_sequences(self, one: Sequence[Any], other: Sequence[Any]) -> bool:
        if one == other and self.before is not self.after:  # no part is in two topologies
            return True
        return len(one) == len(other) and all(self._same(a, b) for a, b in zip(one, other, strict=True))

    def _same_mappings(self, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
        return self._same_sequences([*one], [*other]) and self._same_sequences([*one.values()], [*other.values()])

    def _same_filters(self, one: Filter, other: Filter) -> bool:
        known = self._filters.get((one, other))
        if known is None:
            a, b = self._books[0][one], self._books[1][other]
            known = self._filters[one, other] = a is b or _content(a) == _content(b)
        return known


def decide_by_more(topology: Topology) -> bool:
    """Whether a part decides by more than what it holds: an inspection endpoint that sends through appliances walks there
    itself (LB-9)."""
    hosts = (interface.host for interface in topology.interfaces.values())
    return any(isinstance(host, InspectionEndpoint) and bool(host.nodes) for host in hosts)


def _content(filter: Filter) -> Hashable:
    """All that a filter says."""
    of = filter.name, filter.code, filter.rule, filter.path
    return (filter.direction, filter.stateful, filter.clauses, *of)


def _name(part: Element) -> Hashable:
    """What a part is called, as far as that goes."""
    if isinstance(part, Checkpoint):
        return part.component, part.role, part.heading
    return part.full_name if isinstance(part, SubnetPlace) else part.name


def addresses_of(part: Element) -> Iterator[Span]:
    """The addresses by which a part is found: an interface by its own; a subnet by all of its blocks, since what is sent to
    an address that no interface there has comes to it too, and what is in it may be unknown."""
    if isinstance(part, InterfacePlace):
        yield from ((address, address) for address in part.places)
    elif isinstance(part, SubnetPlace):
        yield from (block.span for block in part.blocks)
    elif isinstance(part, VpcPlace):
        yield from part.blocks.spans


@lru_cache(maxsize=512)
def _names(kind: type) -> tuple[str, ...]:
    """What objects of a type hold, by name, but for what they make of the rest and what is in their `__dict__`."""
    own = fields(kind) if is_dataclass(kind) else ()
    slots = {name for base in kind.__mro__ for name in vars(base).get("__slots__", ())}
    names = {each.name for each in own} | slots - {"__weakref__", "__dict__"}
    out = frozenset[str]().union(*(_LEFT_OUT.get(base, frozenset()) for base in kind.__mro__))
    return tuple(sorted(names - {each.name for each in own if not each.init} - out))
