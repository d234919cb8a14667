"""Classes of interfaces: those that no route and no rule of the design can tell apart share every answer.

Two levels. A *routing class* is what walks can tell apart: subnet, kind of host, which routes can name its addresses,
whether it has a public address. A *class* is what filters can tell apart inside a routing class: the set of security
groups, and the addresses' atoms under every block that a rule names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reachsim.calls import made_by
from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, VpcSite
from reachsim.faces import Faced, for_engines
from reachsim.rules.clauses import GroupId
from reachsim.stages import going_over
from reachsim.topology.topology import Topology


@for_engines("first", "members", "only", "routing", "seen")
@made_by("net.rows().class_pairs()")
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

    @property
    def names(self) -> list[str]:
        """The full names of its interfaces."""
        return [member.name for member in self.members]

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


class WalkedKind(NamedTuple):
    """What walks can tell of one of their ends but its subnet, as numbers. Walks between ends of one `alike` differ in the
    ends' own subnets alone. `broad`: the same without the route table: where two tables have one route for the other end,
    walks differ in no more. `spoke`: the same without the VPC, for walks to another VPC of a transit gateway
    (`topology.spokes`); None where it is in no such VPC. `public`: of one that is asked, the same for walks from other VPCs
    by the internet (`topology.public_sides`)."""

    alike: int
    broad: int
    spoke: int | None = None
    public: int | None = None


@dataclass(slots=True, eq=False, repr=False)
class RoutingClass(Faced):
    """Classes between which walks are the same: those of interfaces of which they can tell the same.

    `client`, `server`: what walks can tell of them without their subnet, where they ask and where they are asked. No rule
    has a part in these, nor in `index`: they are the same in all classes of one topology.
    """

    index: int
    client: WalkedKind
    server: WalkedKind
    first: NetworkInterface
    """Its representative."""
    classes: list[InterfaceClass] = field(default_factory=list)

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
    led_to = {route.toward for table in topology.tables.values() for route in table.routes}
    relays = [relay for interface in topology.interfaces.values() if (relay := relay_of(interface)) is not None]
    passed_on = {choice.target for relay in relays for choice in relay.choices if choice.target is not None}
    # What a host sends to itself by a load balancer is lost, by whichever of its interfaces (LB-5).
    hosts = {target.machine for target in passed_on if target.machine}
    siblings = {each for each in topology.interfaces.values() if each.machine in hosts} - passed_on
    targets = led_to | passed_on | siblings
    # Only a transit gateway, or a regional NAT gateway with addresses by zone, asks for the zone of the interface that
    # sends (TGW-7, TGW-8, NATGW-20).
    zoned = {vpc for vpc in topology.vpcs.values() if any(subnet.attached for subnet in vpc.subnets.values())}
    by_zone = {interface.vpc for interface in topology.interfaces.values() if interface.by_zone}
    zoned |= by_zone
    served = None if by_zone else topology.served
    routing: dict[Hashable, RoutingClass] = {}
    kinds: dict[Hashable, int] = {}
    classes: dict[Hashable, InterfaceClass] = {}
    out = Classes([], [], {})
    for interface in going_over("interfaces sorted into classes", topology.interfaces.values()):
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
            place = interface.subnet
            told = interface.vpc, zone, place.attached, place.access, turning, interface.shape, routes
            # A template knows by itself what packets come by on its way (`Template.passed`). What routes lead to may send
            # packets round to itself; what it is asked it answers like others.
            spoke = topology.spokes.kind(interface)
            client, server = (
                _kind(interface.name if interface in named else role_of(interface), told, spoke, place.table, kinds)
                for role_of, named in ((client_role, led_to | siblings), (server_role, siblings))
            )
            public = None if interface in siblings else topology.public_sides.kind(interface)
            if public is not None:
                public_role = "public", server_role(interface), public
                server = server._replace(public=kinds.setdefault(public_role, len(kinds)))
            outer = routing[key] = RoutingClass(len(out.routing), client, server, interface)
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
    _forget_lonely_spokes(out.routing)
    return out


def _forget_lonely_spokes(routing: Iterable[RoutingClass]) -> None:
    """Where one VPC alone has ends of a kind, there is nothing to share with another."""
    vpcs: dict[int | None, set[VpcSite]] = {}
    for each in routing:
        for kind in (each.client, each.server):
            vpcs.setdefault(kind.spoke, set()).add(each.first.vpc)
    for each in routing:
        each.client, each.server = (
            kind if len(vpcs[kind.spoke]) > 1 else kind._replace(spoke=None) for kind in (each.client, each.server)
        )


def role(interface: NetworkInterface) -> Hashable:
    """What walks can tell of an interface and of what stands behind it: of one that is like no other, its name."""
    return _role(interface, interface.host.alike)


def client_role(interface: NetworkInterface) -> Hashable:
    """The same, of walks of what it asks, and of the answers."""
    return "client", _role(interface, interface.host.alike_as_client)


def server_role(interface: NetworkInterface) -> Hashable:
    """The same, of walks of what it is asked, and of its answers."""
    return "server", _role(interface, interface.host.alike_as_server)


def _role(interface: NetworkInterface, host: Hashable) -> Hashable:
    told = host, interface.outbound.alike, interface.inbound.alike
    return interface.name if None in told else told


def _kind(role: Hashable, told: Hashable, spoke: Hashable, table: Checkpoint, kinds: dict[Hashable, int]) -> WalkedKind:
    broad = kinds.setdefault((role, told), len(kinds))
    alike = kinds.setdefault((table, broad), len(kinds))
    return WalkedKind(alike, broad, None if spoke is None else kinds.setdefault(("spoke", role, spoke), len(kinds)))


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
