"""Virtual private gateways (chapter VPN): a VPC's way to VPN connections and Direct Connect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from pydantic import Field

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.relay import Picked, picked, way_of
from reachsim.dataplane.scope import Scope, intersect, to_run
from reachsim.dataplane.site import VpcSite
from reachsim.net.address import format_address
from reachsim.net.cidr import Cidr
from reachsim.net.intervals import Span
from reachsim.net.prefixes import IntervalMap, best_table, prefix_table
from reachsim.resources.fields import ReadOnly, RouteTableNames, Tags
from reachsim.resources.mending import Case, Edit, RouteOffer
from reachsim.resources.resource import At, Checks, Entrance, Resource, RouteMade, Wiring, resource
from reachsim.resources.route_table import Route, route_lookup, targets, to_target
from reachsim.resources.subnet import enter_subnet
from reachsim.resources.vpn_connection import (
    Arriving,
    Attached,
    DirectConnectGateway,
    VpnConnection,
    connection_at,
    connections_of,
    places_behind,
)
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.dns import no_resolver_there
from reachsim.rules.route import propagates
from reachsim.rules.verdict import Loss
from reachsim.rules.vpn import family_loss, inbound_loss, outbound_loss


@resource("vpn_gateways", "virtual private gateway")
class VpnGateway(Resource):
    """A virtual private gateway."""

    also_called: ClassVar[str] = r"vgws?|virtual_private_gateways?"

    propagate_to: RouteTableNames = ()
    """Route tables that take in what it knows: the same as `propagate` of each of them, as CloudFormation writes it."""
    tags: Tags = Field(default_factory=ReadOnly)

    def check(self, at: At, checks: Checks) -> None:
        """The tables that it names."""
        tables = checks.design.vpcs[at.vpc].route_tables
        for index, table in enumerate(self.propagate_to):
            path = (*at.path, "propagate_to", index)
            name = checks.route_table(path, at.vpc, table)
            if name in tables and tables[name].gateway is not None:
                text = f"route table {name} is a gateway's, and takes in no propagated routes"
                checks.report(path, text, "name the tables of subnets", "ROUTE-21")

    def build(self, at: At, wiring: Wiring) -> None:
        """Both of its directions."""
        vpc = wiring.vpc(at.vpc)
        wiring.note(at.path, VpnGatewayOut(vpc, at))
        wiring.note((*at.path, "in"), VpnGatewayIn(vpc, at))

    def join(self, at: At, wiring: Wiring) -> None:
        """Its connections, both ways: of routes of equal length the one of the better origin (**VPN-2**)."""
        outward, inward = wiring.noted(at.path), wiring.noted((*at.path, "in"))
        assert isinstance(outward, VpnGatewayOut)
        ways: list[tuple[Cidr, Attached]] = []
        for place, body in connections_of(wiring, at.vpc, at.name):
            connection = connection_at(wiring, place.path)
            arriving = Arriving(connection, inward)
            connection.arrivals.append(arriving)
            attached = Attached(connection, arriving)
            connection.ipv6 = not isinstance(body, VpnConnection)
            if isinstance(body, DirectConnectGateway) and isinstance(inward, VpnGatewayIn):
                connection.sides.append((inward, inward.vpc.blocks))
            ways += [(block, attached) for block in connection.known]
            outward.attached.append(attached)
            wiring.join_places(place.path, (at.vpc, *places_behind(wiring, place.name)))
        outward.ways = best_table(ways, lambda way: (way.connection.origin, bool(way.connection.down)))

    def routes(self, at: At, wiring: Wiring) -> Iterator[RouteMade]:
        """What its connections know, for tables that propagate it (ROUTE-6, VPN-4)."""
        vpc = wiring.design.vpcs[at.vpc]
        tables = [table for table in dict.fromkeys(self.propagate_to) if not self._taken_in(at, vpc, table)]
        for place, body in connections_of(wiring, at.vpc, at.name):
            known, origin = body.known()
            for block in known:
                yield RouteMade(None, block, origin, place.path)
                if propagates(block, vpc.cidrs):
                    yield from (RouteMade(table, block, origin, place.path) for table in tables)

    @staticmethod
    def _taken_in(at: At, vpc: Any, table: str) -> bool:
        """Whether a table says itself that it takes in what the gateway knows."""
        return table in vpc.route_tables and at.name in vpc.route_tables[table].propagate

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Out of the VPC."""
        return Entrance(wiring.noted(at.path))

    def blocks(self, at: At, case: Case) -> Iterator[Cidr]:
        """The prefixes of its connections that have the destination."""
        for _, body in connections_of(case.view, at.vpc, at.name):
            yield from (block for block in body.known()[0] if case.destination in block)

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Propagation of what it knows into the table that has no route (ROUTE-6)."""
        if case.table is None or case.table[0] != at.vpc or not any(True for _ in self.blocks(at, case)):
            return
        path: KeyPath = ("vpcs", at.vpc, "route_tables", case.table[1])
        table = case.view.design.vpcs[at.vpc].route_tables.get(case.table[1])
        text = f"let route table {case.table[1]} take in what {at.name} knows (propagation)"
        if table is not None and table.path_of(path) == path:  # the short form has no key for it
            yield Edit.setting(path, {"routes": case.view.written(path) or {}, "propagate": [at.name]}, text, 2)
        elif table is None:
            yield Edit.setting(path, {"propagate": [at.name]}, text)
        elif at.name not in table.propagate:
            yield Edit.adding((*path, "propagate"), at.name, text)

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """A static route for a prefix that it knows."""
        if vpc == at.vpc:
            for block in self.blocks(at, case):
                yield RouteOffer(str(block), at.name, f"virtual private gateway {at.name}", 2)


class VpnGatewayOut(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=True, asks=False):
    """A virtual private gateway for what leaves its VPC: to the connection that knows the longest prefix (VPN-1,
    **VPN-2**)."""

    __slots__ = ("attached", "vpc", "ways")

    def __init__(self, vpc: VpcSite, at: At) -> None:
        super().__init__(at.full_name, "virtual private gateway", at.path)
        self.vpc = vpc
        self.attached: list[Attached] = []
        self.ways: IntervalMap[tuple[Attached, ...] | None] = prefix_table([])

    def step(self, header: Header, leg: Leg) -> Step:
        """Drop what is not of an interface of the VPC (VPN-3), and what no connection knows (**VPN-1**)."""
        source, destination = header.source, header.destination
        ways, low, high = self.ways.lookup(destination)
        scope = Scope(self.vpc.unowned_around(source), (low, high))
        loss = outbound_loss(source, owned=self.vpc.may_own(source))
        if ways is None:
            text = f"no connection of {self.component} knows a prefix with {format_address(destination)}"
            return self.drop(loss or Loss(Code.NO_ROUTE_TO_DESTINATION, "VPN-1", text), header, scope)
        way, *others = picked(self, leg, way_of(leg), ways)
        if others and loss is None:
            reason = f"{self.component} may send by any of {', '.join(each.component for each in (way, *others))}"
            choices = tuple(Picked(way_of(leg), each) for each in (way, *others))
            return Undecided(reason, header, rule="VPN-2", path=self.path, scope=scope, choices=choices)
        loss = loss or family_loss(destination, carries_ipv6=way.connection.ipv6)
        step = Forward(way, Header(source, destination), "to the connection", "VPN-2", self.path, scope)
        return step if loss is None else self.drop(loss, header, scope, onward=step)

    def cuts(self) -> Iterable[int]:
        """Where its connections' prefixes begin and end."""
        return self.ways.starts

    def successors(self) -> list[Checkpoint]:
        """Its connections."""
        return list(self.attached)


class VpnGatewayIn(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=True, asks=False):
    """A virtual private gateway for what enters its VPC: only to private addresses of interfaces (VPN-3).

    `redirected`: the routes of a gateway's route table (ROUTE-21).
    """

    __slots__ = ("redirected", "vpc")

    def __init__(self, vpc: VpcSite, at: At) -> None:
        super().__init__(at.full_name, "virtual private gateway, inward", at.path)
        self.vpc = vpc
        self.redirected: IntervalMap[Route | None] = route_lookup([])

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver into the subnet of the destination, or to the appliance that a gateway's route table names;
        to no Gateway Load Balancer endpoint (**ROUTE-22**)."""
        destination = header.destination
        scope = to_run(self._alike(destination))
        inside = Header(header.source, destination)
        step = enter_subnet(self, self.vpc, inside, "into the VPC", "VPN-3", self.path)._replace(scope=scope)
        loss = inbound_loss(destination, owned=self.vpc.may_own(destination))
        loss = no_resolver_there(self.vpc.name) if destination == self.vpc.resolver else loss
        route = self.redirected[destination]
        if route is not None and route.unknown and loss is None and isinstance(step, Forward):
            return Undecided(route.unknown, header, rule="ROUTE-21", path=route.path, scope=scope)
        if route is not None and not route.local and not route.unknown and isinstance(step, Forward):
            step = to_target(route, inside, step)
            if route.inactive:
                loss = loss or route.blackhole
            elif route.toward is not None and route.toward.groups is None:
                text = f"a virtual private gateway sends nothing to {route.toward.name}, an inspection endpoint"
                loss = loss or Loss(Code.BAD_STATE_ROUTE, "ROUTE-22", text, path=route.path)
        if loss is None:
            return step
        onward = step if isinstance(step, Forward) else None
        return self.drop(loss, header, scope, onward=onward, path=loss.path or None)

    def _alike(self, destination: int) -> Span:
        """The destinations around one that fare like it: outside the VPC one is as far from an interface as the next; in a
        subnet where something may have any address that is nobody's, these are alike."""
        if destination not in self.vpc.blocks:
            return self.vpc.blocks.run_around(destination)
        if destination in self.vpc.owners or not self.vpc.may_own(destination):
            return destination, destination
        _, low, high = self.redirected.lookup(destination)
        return intersect(self.vpc.unowned_around(destination), (low, high))

    def leads_to(self, destination: int) -> bool:
        """Whether an address is one of its VPC's blocks."""
        return destination in self.vpc.blocks

    def cuts(self) -> Iterable[int]:
        """Where the gateway's route table changes."""
        return self.redirected.starts

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet, and the targets of the gateway's route table."""
        return [*(subnet.entry for subnet in self.vpc.subnets.values()), *targets(self.redirected)]
