"""Spokes: VPCs of a transit gateway between which walks are alike, whichever two of them they join.

A walk from one spoke to another leaves the one by its attachment and enters the other by its own. On the way it comes by
checkpoints of the two, by tables of transit gateways, and perhaps by a VPC in the middle that inspects. The tables and the
middle are asked about the two addresses; what they say of an address is its *kind*, in which "into the VPC that has it" is
one word for all. What the two VPCs themselves do depends on how they are attached. So ends of equal kinds have equal walks,
but for whose ACLs and groups stand on them, which templates name by the end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.dataplane.walk import Walk
from reachsim.net.cidr import AddressSet
from reachsim.net.prefixes import IntervalMap
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.transit_checkpoint import FromVpc, ToVpc, TransitRoute, TransitTable
from reachsim.rules.clauses import KeyPath

HOME = "into the VPC that has the address"
"""In place of an attachment."""
AWAY = "to the transit gateway"
"""In place of the attachment of the VPC whose route table it is."""

_Table = IntervalMap[tuple[TransitRoute, ...] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Spoke:
    """A VPC with one attachment: its checkpoints there, both ways, and the table of the gateway that it asks."""

    vpc: VpcSite
    inward: FromVpc
    outward: ToVpc
    table: TransitTable

    def sends(self, table: Checkpoint, address: int) -> Hashable:
        """What becomes of packets to an address at a route table of the VPC."""
        sent = table.sends(address)
        return (AWAY, *sent[1:]) if isinstance(sent, tuple) and sent[0] is self.inward else sent

    @property
    def way(self) -> Hashable:
        """What walks can tell of how the VPC is attached."""
        doors: Sequence[SubnetSite] = self.vpc.doors
        zones = tuple((door.az, door.regional, door.hidden, bool(door.interfaces)) for door in doors)
        # Which subnets have one ACL or table counts, not which one: the first stands for all that have it.
        alike = tuple(
            _numbered(values)
            for values in (
                [door.egress.name for door in doors],
                [door.ingress.name for door in doors],
                [door.table for door in doors],
            )
        )
        table, into = self.table, self.outward
        asked = id(table.table), table.keeps_groups, table.broken, table.learns, table.undecided
        return zones, alike, asked, into.appliance_mode, bool(into.broken), self.vpc.region, self.vpc.access


@dataclass
class Spokes:
    """The spokes of a topology. `of`: by VPC; `transit`: what the transit gateways ask for each attachment; `tables`: every
    route table; `joined`: by VPC, what joins it to others."""

    of: dict[VpcSite, Spoke]
    transit: tuple[TransitTable, ...]
    tables: Collection[RouteTableCheckpoint]
    joined: Mapping[str, set[KeyPath]]
    _ways: dict[VpcSite, Hashable] = field(default_factory=dict)
    _sent: dict[Checkpoint, tuple[list[int], list[int]]] = field(default_factory=dict)
    _sendings: dict[Hashable, int] = field(default_factory=dict)

    def kind(self, interface: NetworkInterface) -> Hashable | None:
        """What walks between spokes can tell of an interface but its role and its route table; None where it is in none."""
        spoke = self.of.get(interface.vpc)
        if spoke is None:
            return None
        subnet = interface.subnet
        way = self._ways.get(spoke.vpc)
        if way is None:
            joined = frozenset(self.joined.get(spoke.vpc.name, ()))
            way = self._ways[spoke.vpc] = spoke.way, joined
        door = spoke.vpc.doors.index(subnet) if subnet in spoke.vpc.doors else None
        turning = subnet if subnet.turns else None
        place = subnet.az, subnet.access, door, turning
        return way, place, interface.shape, tuple(self._address(spoke, address) for address in interface.places)

    def _address(self, spoke: Spoke, address: int) -> Hashable:
        """What walks can tell of an address of a spoke, beyond the route tables of the two ends."""
        run = bisect_right(self._cuts, address)
        gateways = tuple(_told(spoke, table[address]) for table in self._gateway_tables)
        middle = tuple(table.sends(address) for table in self._tables)
        doors = tuple((address in door, spoke.sends(door.table, address)) for door in spoke.vpc.doors)
        return run, gateways, middle, doors

    def sent(self, subnet: SubnetSite, addresses: Sequence[int]) -> tuple[int, ...]:
        """What becomes of packets to some addresses at the route table of a subnet of a spoke, as numbers."""
        table = subnet.table
        known = self._sent.get(table)
        if known is None:
            starts = table.table.starts if isinstance(table, RouteTableCheckpoint) else [0]
            sent = [self.of[subnet.vpc].sends(table, start) for start in starts]
            known = self._sent[table] = starts, [self._sendings.setdefault(each, len(self._sendings)) for each in sent]
        starts, numbers = known
        return tuple([numbers[bisect_right(starts, address) - 1] for address in addresses])

    def only(self, walks: Iterable[Walk], source: NetworkInterface, destination: NetworkInterface) -> bool:
        """Whether walks between two ends come by nothing but what kinds speak of, so that they stand for those of all ends
        of these kinds."""
        ends = source, destination
        places = {address for end in ends for address in end.places}
        known = {each for end in ends for each in self._own(end)}
        tables = {end.subnet.table for end in ends}
        for walk in walks:
            for visit in walk.visits:
                at = visit.checkpoint
                if at not in known and at not in self._middle and not isinstance(at, TransitTable):
                    return False
                if at in tables and visit.header.destination not in places:
                    return False
        return True

    def _own(self, end: NetworkInterface) -> Iterator[Checkpoint]:
        """The checkpoints of an end and of its VPC on the way to the gateway and from it."""
        spoke, subnet = self.of[end.vpc], end.subnet
        yield from (end.outbound, end.inbound, end.host, subnet.exit, subnet.entry, subnet.link, subnet.table)
        yield from (spoke.inward, spoke.outward, *(door.table for door in spoke.vpc.doors))

    @cached_property
    def _gateway_tables(self) -> tuple[_Table, ...]:
        """The tables of transit gateways, each once."""
        return _distinct(self.transit)

    @cached_property
    def _middle(self) -> frozenset[Checkpoint]:
        """Whatever a transit gateway may send to that is no spoke, and what comes after that, up to where it is the
        gateway's again, or the internet's."""
        entries = {spoke.outward for spoke in self.of.values()}
        found: set[Checkpoint] = set()
        todo = [next for each in self.transit for next in each.successors()]
        while todo:
            at = todo.pop()
            ends = isinstance(at, TransitTable) or at.is_a is CheckpointType.INTERNET
            if at not in found and at not in entries and not ends:
                found.add(at)
                todo.extend(at.successors())
        return frozenset(found)

    @cached_property
    def _tables(self) -> tuple[RouteTableCheckpoint, ...]:
        """The route tables in the middle."""
        return tuple(each for each in self.tables if each in self._middle)

    @cached_property
    def _cuts(self) -> tuple[int, ...]:
        """Where the answers of what else is in the middle may change."""
        others = self._middle.difference(self._tables)
        return tuple(sorted({start for each in others for start in each.cuts()}))


def spokes_of(
    vpcs: Collection[VpcSite],
    noted: Collection[Checkpoint],
    tables: Collection[RouteTableCheckpoint],
    joined: Mapping[str, set[KeyPath]],
    perhaps_joined: Iterable[frozenset[str]],
) -> Spokes:
    """The VPCs with one attachment, to a transit gateway, by which only what is to them comes, and whose addresses no other
    VPC has."""
    inward: dict[VpcSite, list[FromVpc]] = {}
    outward: dict[VpcSite, ToVpc] = {}
    for each in noted:
        if isinstance(each, FromVpc):
            inward.setdefault(each.subnets[0].vpc, []).append(each)
        elif isinstance(each, ToVpc):
            outward[each.vpc] = each
    transit = tuple(each for each in noted if isinstance(each, TransitTable))
    middle = _led_through(_distinct(transit))
    doubtful = {name for pair in perhaps_joined for name in pair}
    overlapping = _overlapping(vpcs)
    found: dict[VpcSite, Spoke] = {}
    for vpc, attached in inward.items():
        first, table = attached[0], attached[0].next
        apart = vpc not in overlapping and vpc not in middle and vpc.name not in doubtful
        if len(attached) == 1 and apart and isinstance(table, TransitTable) and not vpc.behind:
            found[vpc] = Spoke(vpc, first, outward[vpc], table)
    return Spokes(found, transit, tables, joined)


def _told(spoke: Spoke, routes: tuple[TransitRoute, ...] | None) -> Hashable:
    """Routes of a transit gateway, as far as walks can tell."""
    return routes and tuple(
        (HOME if route.next is spoke.outward else route.next, route.broken, route.keeps_groups, route.certain)
        for route in routes
    )


def _numbered(values: Sequence[Hashable]) -> tuple[int, ...]:
    """For each value the place of the first that is equal."""
    return tuple(map(values.index, values))


def _distinct(transit: Iterable[TransitTable]) -> tuple[_Table, ...]:
    """The tables of transit gateways, each once: the attachments that are associated with one share it."""
    return tuple({id(each.table): each.table for each in transit if each.table is not None}.values())


def _led_through(tables: Iterable[_Table]) -> set[VpcSite]:
    """The VPCs to which a transit gateway sends what is to others: those that inspect, or are the way out."""
    runs = (run for table in tables for run in table.runs())
    return {
        route.next.vpc
        for low, high, routes in runs
        for route in routes or ()
        if isinstance(route.next, ToVpc) and not AddressSet(((low, high),)) <= route.next.vpc.blocks
    }


def _overlapping(vpcs: Iterable[VpcSite]) -> set[VpcSite]:
    """The VPCs that share an address with another one."""
    spans = sorted((*span, vpc.name, vpc) for vpc in vpcs for span in vpc.blocks.spans)
    found: set[VpcSite] = set()
    last, holder = -1, None
    for low, high, _, vpc in spans:
        if low <= last and holder is not None and holder is not vpc:
            found |= {vpc, holder}
        if high > last:
            last, holder = high, vpc
    return found
