"""The checkpoints of a transit gateway: attachments both ways, and the route table of each (chapter TGW)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Filter, Query
from reachsim.dataplane.relay import Picked, picked, way_of
from reachsim.dataplane.scope import ANY, Scope, edges, intersect, to_run
from reachsim.dataplane.site import SubnetSite, VpcSite
from reachsim.faces import Faced
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import Span
from reachsim.net.prefixes import IntervalMap
from reachsim.resources.resource import At
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.vpn_connection import Attached
from reachsim.rules.codes import Code
from reachsim.rules.transit_gateway import Priority
from reachsim.rules.verdict import Loss


@dataclass(frozen=True, eq=False, repr=False)
class TransitRoute(Faced):
    """One route of a transit gateway's table. `broken`: why its attachment carries nothing, where that is no VPC's, which
    tells it itself; `keeps_groups`: its attachment supports references to groups (TGW-14)."""

    destination: Cidr
    target: str
    priority: Priority
    next: Checkpoint | None
    path: tuple[str | int, ...]
    broken: str = ""
    keeps_groups: bool = False
    prefix_list: str = ""

    @property
    def text(self) -> str:
        """The route as a person writes it."""
        return f"{self.destination}{f' ({self.prefix_list})' if self.prefix_list else ''} -> {self.target}"

    @property
    def certain(self) -> bool:
        """Whether no route that a Connect attachment propagates goes before it (TGW-4)."""
        longest = self.destination.prefix_length == self.destination.width
        return longest and self.priority < Priority.CONNECT

    def __str__(self) -> str:
        return self.text

    @property
    def rank(self) -> tuple[Priority, bool]:
        """What goes before others of the same length: the lower (TGW-4), and of these what carries something (VPN-2)."""
        down = isinstance(self.next, Attached) and bool(self.next.connection.down)
        return self.priority, down or bool(self.broken)


class PastTransitGateway(Checkpoint, is_a=CheckpointType.UNMODELLED, cuts=False, asks=False):
    """What lies behind an attachment that is not modelled."""

    __slots__ = ()

    def step(self, header: Header, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(f"what lies behind {self.component} is not modelled", header, path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Unknown."""
        return ()


class Doubtful(Checkpoint, is_a=CheckpointType.UNMODELLED, cuts=False, asks=False):
    """An attachment whose block AWS may not propagate: it overlaps with that of a VPC that was attached before, into other
    tables (TGW-10)."""

    __slots__ = ("reason",)

    def __init__(self, gateway: str, name: str, block: Cidr, other: str, path: tuple[str | int, ...]) -> None:
        super().__init__(f"{gateway}.{name}", "attachment, perhaps not propagated", path)
        overlap = (
            f"{block} overlaps with attachment {other}, which was there before and is propagated into other tables"
        )
        self.reason = f"{overlap}; AWS does not say whether {name} is propagated into this one"

    def step(self, header: Header, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(self.reason, header, rule="TGW-10", path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Unknown."""
        return ()


class FromVpc(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=False, asks=True):
    """An attachment for what a VPC sends to the gateway: from zones that it serves (**TGW-7**), past the inbound rules of
    the ACL of its subnet there, by source (**TGW-11**, **TGW-12**)."""

    __slots__ = ("broken", "next", "subnets")

    def __init__(self, name: str, path: tuple[str | int, ...], subnets: list[SubnetSite], broken: str) -> None:
        super().__init__(name, "attachment, from the VPC", path)
        self.subnets = subnets
        self.broken = broken
        self.next: Checkpoint = self

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the gateway, by the zone of the interface that sends."""
        zone = None if header.sender is None else header.sender.subnet.az
        serving = next((s for s in self.subnets if s.az == zone), None)
        if serving is None and (zone is None or any(s.az is None for s in self.subnets)):
            serving = self.subnets[0]  # zones are not written: they do not matter
        if self.broken:
            return self.drop(
                Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken), header, ANY, path=(*self.path, "state")
            )
        if serving is None:
            text = f"{self.component} has no subnet in zone {zone}, from where the packet comes"
            return self.drop(
                Loss(Code.TGW_ROUTE_AZ_RESTRICTION, "TGW-7", text), header, ANY, path=(*self.path, "subnets")
            )
        regional = header.sender is not None and header.sender.subnet.regional  # it sends from any zone (NATGW-17)
        if regional and len({subnet.ingress.name for subnet in self.subnets}) > 1:
            reason = f"{self.component} may take it by any of its subnets, whose ACLs differ"
            return Undecided(reason, header, rule="NATGW-17", path=self.path, scope=ANY)
        onward = Header(header.source, header.destination, None, header.direct, None, serving.az)
        query = Query(serving.ingress, header.source)
        text = f"by subnet {serving.full_name}"
        return Forward(self.next, onward, text, "TGW-11", self.path, ANY, query)

    def filters(self) -> Iterable[Filter]:
        """The ACLs of its subnets, inbound."""
        return [subnet.ingress for subnet in self.subnets]

    @property
    def doors(self) -> Sequence[SubnetSite]:
        """Its subnets."""
        return self.subnets

    def successors(self) -> tuple[Checkpoint, ...]:
        """The table that it is associated with."""
        return (self.next,)


class TransitTable(Checkpoint, is_a=CheckpointType.TRANSIT_ROUTE_TABLE, cuts=True, asks=False):
    """The route table of a transit gateway for what comes from one attachment (**TGW-2**, TGW-4, **TGW-5**): questions and
    answers alike, so an answer needs a route of its own (**TGW-3**)."""

    __slots__ = ("broken", "keeps_groups", "learns", "table", "undecided")

    def __init__(self, at: At, name: str, keeps_groups: bool, broken: str, undecided: str) -> None:
        super().__init__(at.name, f"transit gateway, from {name}", (*at.path, "attachments", name))
        self.keeps_groups = keeps_groups
        self.broken = broken
        self.table: IntervalMap[tuple[TransitRoute, ...] | None] | None = None
        self.learns = ""
        self.undecided = undecided

    def fill(self, table: IntervalMap[tuple[TransitRoute, ...] | None] | None) -> None:
        """Set the routes; None where the attachment is associated with no table."""
        self.table = table

    def step(self, header: Header, leg: Leg) -> Step:
        """Look up the destination, and send on by the attachment that the route names. An attachment that is not available
        carries nothing either way (**TGW-10**), nor does one that is associated with no table (**TGW-1**). Of policy tables
        it is not known where they lead (**TGW-15**)."""
        if self.broken:
            loss = Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken)
            return self.drop(loss, header, ANY, path=(*self.path, "state"))
        if self.undecided:
            return Undecided(self.undecided, header, rule="TGW-15", path=self.path, scope=ANY)
        if self.table is None:
            text = f"{self.component} routes nothing from this attachment: it is associated with no table"
            return self.drop(Loss(Code.TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION, "TGW-1", text), header, ANY)
        routes, low, high = self.table.lookup(header.destination)
        scope = to_run((low, high))
        if self.learns and (routes is None or not routes[0].certain):
            return Undecided(self.learns, header, rule="TGW-4", path=self.path, scope=scope)
        if routes is None:
            text = f"{self.component} has no route to {format_address(header.destination)} from this attachment"
            loss = Loss(Code.TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "TGW-5", text)
            return self.drop(loss, header, scope, decided="no route")
        route, *others = picked(self, leg, way_of(leg), routes)
        if others:
            reason = f"{self.component} may take any of its routes {', '.join(each.text for each in (route, *others))}"
            choices = tuple(Picked(way_of(leg), each) for each in (route, *others))
            return Undecided(reason, header, rule="TGW-4", path=route.path, scope=scope, choices=choices)
        if route.next is None:
            loss = Loss(Code.TGW_RTB_BAD_STATE_ROUTE, "TGW-5", f"{route.text} drops")
            return self.drop(loss, header, scope, path=route.path, decided=route.text)
        crosses = isinstance(route.next, TransitTable)
        direct = header.direct and self.keeps_groups and route.keeps_groups
        zone = None if crosses else header.zone
        onward = Header(header.source, header.destination, None, direct, None, zone)
        step = Forward(route.next, onward, route.text, "TGW-2", route.path, scope)
        if route.broken:
            loss = Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", f"{route.text} drops: {route.broken}")
            path = (*self.path[:-1], route.target, "state")
            return self.drop(loss, header, scope, path=path, decided=route.text, onward=step)
        return step

    def leads_to(self, destination: int) -> bool:
        """Whether it routes what comes in here for an address."""
        routes = None if self.table is None else self.table[destination]
        return routes is not None and any(route.next is not None for route in routes)

    def cuts(self) -> Iterable[int]:
        """Where another route begins."""
        return () if self.table is None else self.table.starts

    def successors(self) -> list[Checkpoint]:
        """Whatever its routes lead to."""
        values = () if self.table is None else self.table.values
        routes = (route for equal in values for route in equal or ())
        return list(dict.fromkeys(route.next for route in routes if route.next is not None))


class ToVpc(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=True, asks=True):
    """An attachment for what the gateway sends into a VPC: by its subnet in the zone that the packet comes from, or in
    another zone of it (**TGW-8**); past the outbound rules of that subnet's ACL, by destination, and by its route table
    (**TGW-2**, **TGW-11**), wherever that leads: to NAT gateways, internet gateways and endpoints too (**TGW-13**)."""

    __slots__ = ("appliance_mode", "broken", "subnets", "vpc")

    def __init__(
        self,
        name: str,
        path: tuple[str | int, ...],
        vpc: VpcSite,
        subnets: list[SubnetSite],
        appliance_mode: bool,
        broken: str,
    ) -> None:
        super().__init__(name, "attachment, into the VPC", path)
        self.vpc = vpc
        self.subnets = subnets
        self.appliance_mode = appliance_mode
        self.broken = broken

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the subnet itself past every ACL (**TGW-12**), or on by its route table. Without appliance mode the two ways
        of a flow are chosen for one by one (**TGW-9**)."""
        if self.broken:
            return self.drop(
                Loss(Code.BAD_STATE_ATTACHMENT, "TGW-10", self.broken), header, ANY, path=(*self.path, "state")
            )
        same = [s for s in self.subnets if s.az == header.zone and header.zone is not None]
        way = "both ways" if self.appliance_mode else way_of(leg)
        candidates = picked(self, leg, way, same if same and not self.appliance_mode else self.subnets)
        if len({self._treats(subnet, header.destination) for subnet in candidates}) > 1:
            places = ", ".join(subnet.name for subnet in candidates)
            reason = f"{self.component} may use any of the subnets {places}, whose route tables or ACLs differ"
            choices = tuple(Picked(way, subnet) for subnet in candidates)
            scope = Scope(ANY.sources, self._run(header.destination, candidates))
            rule = "TGW-9" if self.appliance_mode else "TGW-8"
            return Undecided(reason, header, rule=rule, path=self.path, scope=scope, choices=choices)
        subnet = candidates[0]
        inside = next((s for s in candidates if header.destination in s), None)
        packet = Header(header.source, header.destination, None, header.direct, zone=subnet.az)
        scope = Scope(ANY.sources, self._run(header.destination, candidates))
        if inside is not None:
            return Forward(inside.link, packet, f"into subnet {inside.full_name}", "TGW-12", self.path, scope)
        table = subnet.table
        route = table.table[header.destination] if isinstance(table, RouteTableCheckpoint) else None
        if route is not None and route.toward is not None and route.toward.subnet is subnet and not route.inactive:
            toward = packet._replace(toward=route.toward)
            text = f"{route.text} in subnet {subnet.full_name}"
            return Forward(subnet.link, toward, text, "TGW-12", route.path, scope)
        query = Query(subnet.egress, header.destination)
        return Forward(table, packet, f"by subnet {subnet.full_name}", "TGW-11", self.path, scope, query)

    @staticmethod
    def _treats(subnet: SubnetSite, destination: int) -> Hashable:
        """What becomes of a packet to a destination in one of the subnets, as far as they may differ."""
        if destination in subnet:
            return "inside"
        route = subnet.table.table[destination] if isinstance(subnet.table, RouteTableCheckpoint) else None
        way = None if route is None else (route.next, route.toward, route.local, route.inactive)
        if route is not None and route.toward is not None and route.toward.by_zone:  # NATGW-20
            return way, subnet.egress.name, subnet.az
        return way, subnet.egress.name  # which ACL, not what it says: a walk asks for no rules

    def _run(self, destination: int, subnets: Sequence[SubnetSite]) -> Span:
        """Destinations around one that are in the same of the subnets, or in none, and take the same route there."""
        run = ANY.destinations
        for subnet in subnets:
            run = intersect(run, subnet.run_around(destination))
            if isinstance(subnet.table, RouteTableCheckpoint):
                _, low, high = subnet.table.table.lookup(destination)
                run = intersect(run, (low, high))
        return run

    def cuts(self) -> Iterable[int]:
        """At the borders of its subnets; their route tables tell where theirs change."""
        return edges(*(AddressSet.union_of(block.span for block in subnet.blocks) for subnet in self.subnets))

    def filters(self) -> Iterable[Filter]:
        """The ACLs of its subnets, outbound."""
        return [subnet.egress for subnet in self.subnets]

    @property
    def doors(self) -> Sequence[SubnetSite]:
        """Its subnets."""
        return self.subnets

    def successors(self) -> list[Checkpoint]:
        """The links and the route tables of its subnets."""
        return [each for subnet in self.subnets for each in (subnet.link, subnet.table)]


def zones_matter(checkpoints: Iterable[Checkpoint]) -> bool:
    """Whether packets of one VPC from two zones that the same attachments serve may fare differently at some attachment: its
    subnets differ in their route table or ACL, have interfaces of their own, or are in no zone that is written (TGW-8,
    TGW-11, TGW-12)."""
    for each in checkpoints:
        if isinstance(each, FromVpc | ToVpc):
            alike = {(subnet.table, subnet.egress, subnet.ingress) for subnet in each.subnets}
            if len(alike) > 1 or any(s.interfaces or s.hidden or s.az is None for s in each.subnets):
                return True
    return False


def serving(checkpoints: Iterable[Checkpoint]) -> dict[tuple[VpcSite, str | None], frozenset[str]]:
    """The attachments that serve each zone of a VPC (TGW-7)."""
    found: dict[tuple[VpcSite, str | None], set[str]] = {}
    for each in checkpoints:
        if isinstance(each, FromVpc):
            for subnet in each.subnets:
                found.setdefault((subnet.vpc, subnet.az), set()).add(each.component)
    return {place: frozenset(names) for place, names in found.items()}
