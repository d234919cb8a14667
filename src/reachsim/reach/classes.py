"""Classes of interfaces: those that no route and no rule of the design can tell apart share every answer.

Two levels. A *routing class* is what walks can tell apart: subnet, kind of host, which routes can name its addresses,
whether it has a public address. A *class* is what filters can tell apart inside a routing class: the set of security
groups, and the addresses' atoms under every block that a rule names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.faces import Faced
from reachsim.rules.clauses import GroupId
from reachsim.topology.topology import Topology


@dataclass(slots=True, eq=False, repr=False)
class InterfaceClass(Faced):
    """Interfaces with one answer to every question. `seen`: the groups that rules of a VPC see at their addresses, where
    that is not simply their own (two peers of the VPC have overlapping blocks)."""

    index: int
    routing: RoutingClass
    members: list[NetworkInterface] = field(default_factory=list)
    seen: tuple[tuple[str, frozenset[GroupId]], ...] = ()

    @property
    def first(self) -> NetworkInterface:
        """Its representative."""
        return self.members[0]

    def only(self, members: list[NetworkInterface]) -> InterfaceClass:
        """The same with some of its members alone."""
        if len(members) == len(self.members):
            return self
        return InterfaceClass(self.index, self.routing, members, self.seen)

    def __str__(self) -> str:
        interface = self.first
        groups = (
            ", ".join(sorted(name for _vpc, name in interface.groups)) if interface.groups is not None else "no groups"
        )
        public = ", public address" if interface.publics else ""
        count = f"{len(self.members)} interfaces" if len(self.members) > 1 else interface.name
        return f"{count} in {interface.subnet.full_name} ({interface.kind}; {groups}{public})"


@dataclass(slots=True, eq=False, repr=False)
class RoutingClass(Faced):
    """Classes between which walks are the same.

    `key`: what walks can tell of it; `alike`: the same without the subnet, but with its route table. Walks from sources that
    are alike differ in the source's own subnet alone. `broad`: without the table too; where two tables have the same route
    for a destination, walks differ in no more.
    """

    index: int
    key: Hashable
    alike: Hashable
    broad: Hashable
    classes: list[InterfaceClass] = field(default_factory=list)

    @property
    def first(self) -> NetworkInterface:
        """Its representative."""
        return self.classes[0].first

    def second(self) -> NetworkInterface | None:
        """Another member than the representative, for walks inside the class."""
        for interface_class in self.classes:
            for interface in interface_class.members[:2]:
                if interface is not self.first:
                    return interface
        return None

    def __str__(self) -> str:
        return f"{self.index}: {len(self.classes)} classes, such as {self.classes[0]}"


@dataclass(slots=True, repr=False)
class Classes(Faced):
    """All classes of a network, in the order of the file."""

    routing: list[RoutingClass]
    classes: list[InterfaceClass]
    of: dict[NetworkInterface, InterfaceClass]

    def __str__(self) -> str:
        return f"{len(self.classes)} of {len(self.of)} interfaces"


def all_filters(topology: Topology, book: FilterBook) -> list[Filter]:
    """Every filter of a network as it is now."""
    return [book[filter] for filter in topology.filters]


def rule_cuts_of(filters: Iterable[Filter]) -> tuple[int, ...]:
    """Where along the address line the answer of a filter may change, ascending: all that classes depend on of rules."""
    return tuple(sorted({start for filter in filters for start in filter.starts}))


def classify(topology: Topology, rule_cuts: Sequence[int]) -> Classes:
    """Sort the interfaces of a network into classes: one pass, cost n log n in interfaces and rules."""
    route_cuts = topology.cuts
    onlookers = overlapping_onlookers(topology)
    targets = {route.toward for table in topology.tables.values() for route in table.routes}
    relays = [relay for interface in topology.interfaces.values() if (relay := relay_of(interface)) is not None]
    targets |= {choice.target for relay in relays for choice in relay.choices}
    # Only a transit gateway, or a regional NAT gateway with addresses by zone, asks for the zone of the interface that
    # sends (TGW-7, TGW-8, NATGW-20).
    zoned = {vpc for vpc in topology.vpcs.values() if any(subnet.attached for subnet in vpc.subnets.values())}
    by_zone = {interface.vpc for interface in topology.interfaces.values() if interface.by_zone}
    zoned |= by_zone
    served = None if by_zone else topology.served
    routing: dict[Hashable, RoutingClass] = {}
    classes: dict[Hashable, InterfaceClass] = {}
    out = Classes([], [], {})
    for interface in topology.interfaces.values():
        addresses = interface.places
        routes = tuple(bisect_right(route_cuts, address) for address in addresses)
        common = role(interface) if interface not in targets else interface.name, interface.shape, routes
        key = interface.subnet, *common
        outer = routing.get(key)
        if outer is None:
            zone: Hashable = interface.subnet.az if interface.vpc in zoned else None
            if served is not None:  # which zone it is does not matter, only who serves it
                zone = served.get((interface.vpc, interface.subnet.az))
            turning = interface.subnet if interface.subnet.turns else None
            broad = interface.vpc, zone, interface.subnet.attached, interface.subnet.access, turning, *common
            outer = routing[key] = RoutingClass(len(out.routing), key, (interface.subnet.table, *broad), broad)
            out.routing.append(outer)
        seen = seen_groups(interface, onlookers)
        inner_key = key, interface.groups, tuple(bisect_right(rule_cuts, address) for address in addresses), seen
        inner = classes.get(inner_key)
        if inner is None:
            inner = classes[inner_key] = InterfaceClass(len(out.classes), outer, seen=seen)
            out.classes.append(inner)
            outer.classes.append(inner)
        inner.members.append(interface)
        out.of[interface] = inner
    return out


def role(interface: NetworkInterface) -> Hashable:
    """What walks can tell of an interface and of what stands behind it: of one that is like no other, its name."""
    told = interface.host.alike, interface.outbound.alike, interface.inbound.alike
    return interface.name if None in told else told


def overlapping_onlookers(topology: Topology) -> list[VpcSite]:
    """VPCs whose rules may see the groups of two interfaces at one address: some of their peers' blocks overlap."""
    out: list[VpcSite] = []
    for vpc in topology.vpcs.values():
        blocks = vpc.blocks
        for other in (*vpc.neighbours, *vpc.inbound_neighbours):
            if not blocks.isdisjoint(other.blocks):
                out.append(vpc)
                break
            blocks |= other.blocks
    return out


def seen_groups(interface: NetworkInterface, onlookers: list[VpcSite]) -> tuple[tuple[str, frozenset[GroupId]], ...]:
    """For each such VPC what its rules see at the interface's addresses, where it is more than the interface's groups."""
    out: list[tuple[str, frozenset[GroupId]]] = []
    for vpc in onlookers:
        for address in interface.addresses:
            groups = vpc.groups_at(address)
            if groups != (interface.groups or frozenset()):
                out.append((vpc.name, groups))
    return tuple(out)
