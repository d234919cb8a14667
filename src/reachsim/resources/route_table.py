"""Route tables (chapter ROUTE)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler  # pydantic 2.7 has it here alone

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.scope import intersect, to_run
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.errors import HintedError, shown
from reachsim.faces import Faced
from reachsim.net.address import LINE_LAST, format_address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.net.prefixes import IntervalMap, prefix_table
from reachsim.resources.fields import READ_ONLY, ReadOnly, Schema, TargetName, TargetNames, looks_like_address, written
from reachsim.resources.mending import FILTERS, Case, Edit, KeyChange, advises, inspection_in, mends
from reachsim.resources.resource import At, all_blocks
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.addresses import MULTICAST, PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.nat import NAT64
from reachsim.rules.route import RESERVED_DESTINATIONS, RouteOrigin, default_for, outranks
from reachsim.rules.verdict import Loss


def _destination(value: Any) -> Cidr | str:
    if isinstance(value, Cidr):
        return value
    if not isinstance(value, str) or not value:
        raise HintedError(f"a destination is expected, got {shown(value)}", hint="write 0.0.0.0/0: igw")
    return Cidr.parse(value) if looks_like_address(value) else value


Destination = Annotated[
    Cidr | str,
    PlainValidator(_destination),
    WithJsonSchema(written("destination", "a block or the name of a prefix list", r"[^\s,\[\]{}\"'\\]+")),
]


class RouteTable(Schema):
    """A route table: routes by destination, or in the long form `routes` with what a gateway does to it.

    Targets: the name of anything in the VPC that can take packets, or of a connection; `local`; `blackhole`. The local
    routes need not be written (ROUTE-1).
    """

    routes: Annotated[dict[Destination, TargetName], READ_ONLY] = Field(default_factory=ReadOnly)
    """Destination (a block, or the name of a prefix list) to target."""
    propagate: TargetNames = ()
    """Virtual private gateways whose known routes it takes in (ROUTE-6)."""
    gateway: TargetName | None = None
    """The internet or virtual private gateway whose arriving packets it routes (edge association, ROUTE-21)."""

    _short: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def _either_form(cls, value: Any, handler: ModelWrapValidatorHandler[RouteTable]) -> RouteTable:
        if not isinstance(value, dict) or in_long_form(value):
            return handler(value)
        table = handler({"routes": value})
        table._short = True
        return table

    def path_of(self, table: KeyPath, destination: object = None) -> KeyPath:
        """The key path of its routes, or of one of them, given the table's own."""
        routes = table if self._short else (*table, "routes")
        return routes if destination is None else (*routes, str(destination))

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        own = handler.resolve_ref_schema(handler(core))
        return {"description": own.pop("description", ""), "anyOf": [own["properties"]["routes"], own]}


def destinations_to(vpc: Any, at: At) -> Iterator[Cidr | str]:
    """Where the routes of a VPC lead that have one of its resources as target."""
    for table in vpc.route_tables.values():
        yield from (to for to, target in table.routes.items() if target in (at.name, at.full_name))


def in_long_form(table: Mapping[Any, Any]) -> bool:
    """Whether a table as written has keys of its own, and its routes in one of them; else it is its routes."""
    return bool(table.keys() & _LONG)


_LONG = frozenset({"routes", "propagate", "gateway"})


@dataclass(frozen=True, repr=False)
class Route(Faced):
    """One route of a table, for the router.

    `next`: where it leads; None for a blackhole. `toward`: the interface that is its target, if it is one. `inactive`:
    why the route is a blackhole; empty if it is active (ROUTE-11); `switch`: the key that would mend that, where it is not
    the route's own. `unknown`: why reachsim cannot follow it.
    """

    destination: Cidr
    target: str
    origin: RouteOrigin
    next: Checkpoint | None
    path: KeyPath
    toward: NetworkInterface | None = None
    local: bool = False
    inactive: str = ""
    inactive_rule: str = "ROUTE-12"
    switch: KeyPath = ()
    unknown: str = ""
    prefix_list: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def blackhole(self) -> Loss:
        """The loss of what takes it while it is inactive (ROUTE-11)."""
        text = f"{self.text} is a blackhole: {self.inactive}"
        return Loss(Code.BAD_STATE_ROUTE, self.inactive_rule, text, path=self.switch or self.path)

    @cached_property
    def text(self) -> str:
        """The route as a person writes it."""
        via = f" ({self.prefix_list})" if self.prefix_list else ""
        return f"{self.destination}{via} -> {self.target}"


@dataclass(frozen=True, repr=False)
class Unwritten(Faced):
    """Routes that something which is not modelled may have written into a table.

    `destinations`: of these routes. `always`: they win over any wider route, not only where there is none. `target`: what
    they lead to, if that is known.
    """

    reason: str
    destinations: AddressSet
    always: bool
    target: str

    def decides(self, route: Route | None) -> bool:
        """Whether the packet may take one of them instead of the route that is written (ROUTE-4, ROUTE-6)."""
        if route is None:
            return True
        return (
            not route.local
            and route.destination.prefix_length < route.destination.width
            and (self.always or bool(route.inactive))
        )

    def __str__(self) -> str:
        return f"{self.destinations}: {self.reason}"


def route_lookup(routes: list[Route]) -> IntervalMap[Route | None]:
    """The table as a map from addresses to routes: longest prefix first (**ROUTE-4**), then rank (ROUTE-6, ROUTE-19); a
    route of one family covers no address of the other (**ROUTE-5**).

    A blackhole competes like the others: nothing falls back to a shorter route (**ROUTE-13**). The ranges that AWS keeps
    for its services have no route, whatever wider route is there (**ROUTE-17**).
    """
    entries: list[tuple[Cidr, Route | None]] = [(block, None) for block in RESERVED_DESTINATIONS]
    entries += [(route.destination, route) for route in routes]
    return prefix_table(entries, _outranks)


def _outranks(new: Route | None, old: Route | None) -> bool:
    if new is None or old is None:
        return new is None
    return outranks((new.origin, new.prefix_list), (old.origin, old.prefix_list))


_EMPTY = route_lookup([])
_RESERVED = address_set(RESERVED_DESTINATIONS)


def no_route(destination: int) -> Loss:
    """The loss of a packet for which a table has no route: dropped silently (**ROUTE-16**)."""
    for reserved in RESERVED_DESTINATIONS:
        if destination in reserved:
            what = f"is in {reserved}, which no route carries"
            text, note = f"the destination {what}", f"{format_address(destination)} {what}"
            return Loss(Code.NO_ROUTE_TO_DESTINATION, "ROUTE-17", text, note)
    note = f"no route to {format_address(destination)}"
    return Loss(Code.NO_ROUTE_TO_DESTINATION, "ROUTE-16", "no route to the destination", note)


def to_target(route: Route, inside: Header, step: Forward) -> Forward:
    """On to the target of a gateway's route table in place of the destination's subnet (WALK-3, **ROUTE-21**)."""
    next = step.next if route.next is None else route.next
    return Forward(next, inside._replace(toward=route.toward), route.text, "ROUTE-21", route.path, step.scope)


def targets(table: IntervalMap[Route | None]) -> list[Checkpoint]:
    """Every target of a gateway's route table."""
    return [route.next for route in table.values if route is not None and route.next is not None]


class RouteTableCheckpoint(Checkpoint, is_a=CheckpointType.ROUTE_TABLE, cuts=True, asks=False):
    """A route table, asked for every packet that leaves a subnet of it (WALK-16), by destination alone."""

    __slots__ = ("routes", "table", "unwritten", "vpc")

    def __init__(self, vpc: VpcSite, name: str, path: KeyPath) -> None:
        super().__init__(vpc.name, f"route table {name}", path)
        self.vpc = vpc
        self.routes: list[Route] = []
        self.table: IntervalMap[Route | None] = _EMPTY
        self.unwritten: list[Unwritten] = []

    def fill(self, routes: list[Route]) -> None:
        """Set the routes, local ones included."""
        self.routes = routes
        self.table = route_lookup(routes)

    def step(self, header: Header, leg: Leg) -> Step:
        """Take the route for the destination. Without one the packet is dropped silently (**ROUTE-16**), and so it is where
        the route is inactive (**ROUTE-11**)."""
        destination = header.destination
        route, low, high = self.table.lookup(destination)
        scope = to_run((low, high))
        for unwritten in self.unwritten:
            first, last = unwritten.destinations.run_around(destination)
            scope = to_run((max(scope.destinations[0], first), min(scope.destinations[1], last)))
            if destination in unwritten.destinations and unwritten.decides(route):
                return Undecided(unwritten.reason, header, path=self.path, scope=scope)
        if route is None:
            scope = to_run(intersect(scope.destinations, _RESERVED.run_around(destination)))
            here = self.path or (*self.vpc.path, "route_tables", "main")
            return self.drop(no_route(destination), header, scope, path=here, decided="no route")
        text = route.text
        if route.unknown:
            return Undecided(route.unknown, header, text, "ROUTE-10", route.path, scope)
        if route.local:
            return enter_subnet(self, self.vpc, header, text, "ROUTE-4", route.path, scope)
        onward = None
        if route.next is not None:
            toward = Header(header.source, destination, header.sender, header.direct, route.toward, header.zone)
            onward = Forward(route.next, toward, text, "ROUTE-4", route.path, scope)
            if not route.inactive:
                return onward
        loss = route.blackhole
        return self.drop(loss, header, scope, path=loss.path, decided=text, onward=onward)

    def sends(self, destination: int) -> Hashable:
        """The route's target, and whether it is usable. A table that may have routes that nobody wrote is like no other."""
        if self.unwritten:
            return self
        route = self.table[destination]
        return None if route is None else (route.next, route.toward, route.local, route.inactive, route.unknown)

    def destinations_toward(self, subnet: SubnetSite) -> AddressSet:
        """The destinations that it leads to interfaces of one subnet."""
        ends = (*(start - 1 for start in self.table.starts[1:]), LINE_LAST)
        runs = zip(self.table.starts, ends, self.table.values, strict=True)
        return AddressSet.union_of(
            (low, high)
            for low, high, route in runs
            if route is not None and route.toward is not None and route.toward.subnet is subnet
        )

    def aside(self, destination: int) -> str:
        """Why a packet that has a route may take another one all the same: a gateway endpoint's, which wins over wider ones
        for its service's addresses, and nobody says which these are (EP-2); empty where none may."""
        route, _, _ = self.table.lookup(destination)
        for unwritten in self.unwritten:
            wider = route is not None and not route.local and route.destination.prefix_length < route.destination.width
            if wider and not unwritten.always and destination in unwritten.destinations:
                return unwritten.reason
        return ""

    def cuts(self) -> Iterable[int]:
        """Where another route begins."""
        return self.table.starts

    def successors(self) -> list[Checkpoint]:
        """Every target, and the ACL of every subnet for the local routes."""
        nexts: dict[Checkpoint, None] = {}
        for route in self.routes:
            if route.local:
                nexts |= dict.fromkeys(subnet.entry for subnet in self.vpc.subnets.values())
            elif route.next is not None:
                nexts[route.next] = None
        return list(nexts)


_PAST_INSPECTION = 2
"""What it costs more that an answer passes no inspection endpoint that the request passed (WALK-19)."""
_NOT_BY_ROUTES = FILTERS | {Code.ENI_SOURCE_DEST_CHECK_RESTRICTION, Code.LAMBDA_OUTBOUND_ONLY, Code.NAME_NOT_RESOLVED}


@mends
def routes_of_tables(case: Case) -> Iterator[Edit]:
    """A route to what could take the packet, in the table that lost it or that sent it to where it was lost (ROUTE-4); in
    one that it met before, after those of the table that is blamed."""
    if case.cause.code not in _NOT_BY_ROUTES:
        for place, (vpc, table) in enumerate(case.tables):
            yield from _routes_of(case, vpc, table, min(place, 1))


def _routes_of(case: Case, vpc: str, table: str, more: int) -> Iterator[Edit]:
    body = case.view.design.vpcs[vpc].route_tables.get(table)
    path: KeyPath = ("vpcs", vpc, "route_tables", table)
    inspection = inspection_in(case, vpc)
    for offer in case.view.offers(case, vpc):
        there = case.view.target(vpc, table, offer.destination)
        if there == offer.target:
            continue
        key = (*path, offer.destination) if body is None else body.path_of(path, offer.destination)
        text = f"route {offer.destination} of table {table} of {vpc} to {offer.text}"
        text += "" if there is None else f", not to {there}"
        past = bool(inspection) and offer.target not in inspection
        text += f", past {' and '.join(inspection)}, which inspects the way there" if past else ""
        cost = offer.cost + (there is not None) + _PAST_INSPECTION * past + more
        yield Edit((*offer.also, KeyChange(key, offer.target)), text, cost)


@mends
def ways_back_through_the_middlebox(case: Case) -> Iterator[Edit]:
    """The default route of a subnet, to what its gateway's table leads through (ROUTE-21, ROUTE-23)."""
    if case.cause.code is not Code.INGRESS_RTB_TRAFFIC_REDIRECTION or case.table is None:
        return
    vpc, table = case.table
    tables = case.view.design.vpcs[vpc].route_tables
    default = default_for(case.source)
    there = case.view.target(vpc, table, default)
    if table in tables and there is not None:
        for body in tables.values():
            if body.gateway is not None:
                for block, target in body.routes.items():
                    if isinstance(block, Cidr) and case.source in block and target not in ("local", there):
                        path = tables[table].path_of(("vpcs", vpc, "route_tables", table), default)
                        text = (
                            f"route {default} of table {table} of {vpc} to {target}, as what comes in, not to {there}"
                        )
                        yield Edit.setting(path, target, text, 2)


@mends
def tables_of_subnets(case: Case) -> Iterator[Edit]:
    """Another table for the subnet that the packet left (ROUTE-2)."""
    if case.table is None or case.cause.code in _NOT_BY_ROUTES:
        return
    vpc, table = case.table
    body = case.view.design.vpcs[vpc]
    names = [name for name in body.subnets if case.view.table_of(name, vpc) == table]
    own = [
        name
        for name in names
        if any(a in b for a in (case.source, case.first_source) for b in body.subnets[name].blocks)
    ]
    for name in own or names[:_SUBNETS]:
        for other, routes in body.route_tables.items():
            if other != table and routes.routes and routes.gateway is None:
                text = f"associate subnet {name} of {vpc} with route table {other}, not {table}"
                public = body.internet_gateway in routes.routes.values()
                yield Edit.setting(("vpcs", vpc, "subnets", name, "route_table"), other, text, 4 if public else 2)


_NOWHERE = (
    Code.NO_ROUTE_TO_DESTINATION,
    Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS,
    Code.IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS,
)


@advises
def nowhere(case: Case) -> Iterator[str]:
    """No route helps to an address that nothing in the design has."""
    lost = case.cause.code in _NOWHERE and case.destination not in PUBLIC | MULTICAST
    if lost and not any(case.destination in block for block in all_blocks(case.view.design)):
        address = format_address(case.destination)
        yield f"no VPC, no network and no connection of the design has {address}: write what has it, then the way there"


@advises
def not_modelled(case: Case) -> Iterator[str]:
    """What would carry packets to addresses that are no host's, and is not modelled."""
    if case.cause.code not in FILTERS and case.destination in MULTICAST:
        yield "multicast goes by a multicast domain of a transit gateway alone, which is not modelled"
    if case.cause.code not in FILTERS and case.destination in NAT64:
        text = f"{NAT64} stands for IPv4 addresses (NATGW-16): packets to them need a route to a NAT gateway"
        yield f"{text}; what it makes of them is not modelled, so no such edit is proven"


_SUBNETS = 3
"""Subnets of one table for which another is tried."""
