"""Site-to-Site VPN connections and Direct Connect gateways: ways to networks outside AWS (chapter VPN)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any, ClassVar, Literal, TypeVar
from weakref import WeakKeyDictionary

from pydantic import Field

from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Drop,
    Forward,
    Header,
    Leg,
    Step,
    Undecided,
)
from reachsim.dataplane.filters import Direction, Filter, Query, in_doubt
from reachsim.dataplane.scope import ANY, edges, intersect, to_one, to_run
from reachsim.net.address import family_run, format_address
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.resources.fields import BlockField, ReadOnly, Reference, References, Tags
from reachsim.resources.mending import View
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.resource import At, BlocksBehind, Checks, Resource, Wiring, resource, sections
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import RouteOrigin
from reachsim.rules.verdict import Loss
from reachsim.rules.vpn import family_loss

F = TypeVar("F", Forward, Deliver)
UNNAMED = "networks without a name"
"""Stands for whatever is behind connections and in no network of the design."""


class ConnectionOut(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=True, asks=True):
    """A connection towards a network outside AWS: what it carries is delivered, whatever happens in that network.

    `known`: the prefixes that it carries; `origin`: how they are known, for routes of equal length (VPN-2). `ipv6`: whether
    it carries IPv6. `network`: what stands for the network behind it, shared by its connections. `own`: the addresses of
    networks that it leads to; `foreign`: other networks, each with its addresses. `allowed`: the only addresses of AWS that
    are announced there, None for all (VPN-5). `arrivals`: where its packets come in. `doubt`: asked where it is not known
    whether it is up. `sides`: the ways into the VPCs on it that may reach each other, with their blocks (VPN-6).
    """

    __slots__ = (
        "allowed",
        "arrivals",
        "doubt",
        "down",
        "foreign",
        "ipv6",
        "known",
        "network",
        "origin",
        "own",
        "sides",
    )

    def __init__(
        self, name: str, role: str, path: KeyPath, known: tuple[Cidr, ...], origin: RouteOrigin, down: str
    ) -> None:
        super().__init__(name, role, path)
        self.known = known
        self.origin = origin
        self.down = down
        self.ipv6 = True
        self.network: object = UNNAMED
        self.foreign: list[tuple[str, AddressSet]] = []
        self.own = AddressSet.nothing()
        self.allowed: AddressSet | None = None
        self.arrivals: list[Arriving] = []
        self.sides: list[tuple[Checkpoint, AddressSet]] = []
        self.doubt: Filter | None = None

    def perhaps(self, step: F, peer: int) -> F:
        """A step, where the connection is up."""
        return step if self.doubt is None else step._replace(asks=Query(self.doubt, peer))

    def filters(self) -> Iterable[Filter]:
        """What is in doubt."""
        return () if self.doubt is None else (self.doubt,)

    def lost(self, header: Header, code: Code, onward: Forward | Deliver) -> Drop | None:
        """The drop of what a connection that is down would carry (**VPN-4**)."""
        if not self.down:
            return None
        loss = Loss(code, "VPN-4", f"{self.component} is {self.down}")
        return self.drop(loss, header, ANY, path=(*self.path, "state"), onward=onward)

    def out(self, header: Header, code: Code) -> Step:
        """Deliver to the network, if the connection is up."""
        destination = header.destination
        run = reduce(intersect, (each.run_around(destination) for each in self._regions()))
        step = Deliver(header, "delivered to the network behind the connection", "VPN-1", scope=to_run(run))
        other = next((name for name, addresses in self.foreign if destination in addresses), None)
        if other is not None and destination not in self.own and not self.down:
            text = f"{format_address(destination)} is in network {other}, to which {self.component} does not lead"
            loss = Loss(Code.DELIVERED_ELSEWHERE, "VPN-1", text)
            return self.drop(loss, header, to_run(run), path=("networks", other, "via"))
        return self.lost(header, code, step) or self.perhaps(step, header.destination)

    def _regions(self) -> Iterator[AddressSet]:
        """Sets of destinations that fare differently: what it carries, the networks, and the VPCs on it."""
        yield from (address_set(self.known), self.own)
        yield from (addresses for _, addresses in (*self.foreign, *self.sides))

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver to the network."""
        return self.out(header, Code.BAD_STATE_VPN)

    def across(self, header: Header, gateway_in: Checkpoint) -> Undecided | None:
        """What may go from one VPC of a Direct Connect gateway to another: as the network announces its blocks
        (**VPN-6**)."""
        destination = header.destination
        for there, blocks in self.sides:
            if there is not gateway_in and destination in blocks:
                what = f"whether {self.component} carries {format_address(destination)} to {there.component}"
                reason = f"{what} hangs on the virtual interfaces by which the network announces its blocks"
                scope = to_run(blocks.run_around(destination))
                return Undecided(reason, header, rule="VPN-6", path=self.path, scope=scope)
        return None

    def cuts(self) -> Iterable[int]:
        """At the borders of destinations that fare differently, and of what is announced."""
        return edges(*self._regions(), self.allowed or AddressSet.nothing())

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: the answer comes in another way."""
        return ()


class Attached(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=True, asks=True):
    """A connection as one gateway sees it, outward: the end of what goes there, whose answers come back to that gateway.

    `code`: of its loss where it is down."""

    __slots__ = ("code", "connection", "gateway_in")

    def __init__(self, connection: ConnectionOut, gateway_in: Checkpoint, code: Code = Code.BAD_STATE_VPN) -> None:
        super().__init__(connection.component, connection.role, connection.path)
        self.connection = connection
        self.gateway_in = gateway_in
        self.code = code

    @property
    def realm(self) -> object:
        """The network behind it."""
        return self.connection.network

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver to the network, if the connection is up."""
        return self.connection.across(header, self.gateway_in) or self.connection.out(header, self.code)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The network answers by the connection that brought the question."""
        return self.gateway_in, Header(arrived.destination, arrived.source)

    def cuts(self) -> Iterable[int]:
        """As its connection."""
        return self.connection.cuts()

    def filters(self) -> Iterable[Filter]:
        """As its connection."""
        return self.connection.filters()

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: the answer comes in another way."""
        return ()


class Arriving(Checkpoint, is_a=CheckpointType.GATEWAY, cuts=True, asks=True):
    """A connection as one gateway sees it, inward: where packets of the network start."""

    __slots__ = ("code", "connection", "next")

    def __init__(self, connection: ConnectionOut, next: Checkpoint, code: Code = Code.BAD_STATE_VPN) -> None:
        super().__init__(connection.component, f"{connection.role}, inward", connection.path)
        self.connection = connection
        self.next = next
        self.code = code

    @property
    def home(self) -> object:
        """Answers must come back to the network."""
        return self.connection.network

    def announces(self, destination: int) -> bool:
        """Whether the network hears of an address by it: it is up, and allowed to tell it (VPN-5)."""
        allowed = self.connection.allowed
        gateway: Any = self.next
        return (allowed is None or destination in allowed) and bool(gateway.leads_to(destination))

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the gateway, if the connection is up (**VPN-4**) and the destination is allowed (**VPN-5**)."""
        allowed, destination = self.connection.allowed, header.destination
        scope = to_run(family_run(destination))
        if allowed is not None:
            scope = to_run(intersect(scope.destinations, allowed.run_around(destination)))
        step = Forward(self.next, Header(header.source, destination), "into AWS", "VPN-1", self.path, scope)
        down = self.connection.lost(header, self.code, step)
        if down is not None:
            return down
        family = family_loss(destination, carries_ipv6=self.connection.ipv6)
        if family is not None:
            return self.drop(family, header, to_run(family_run(destination)), onward=step)
        if allowed is not None and destination not in allowed:
            text = f"{self.component} announces only its allowed_prefixes, and {format_address(destination)} is in none"
            loss = Loss(Code.NO_ROUTE_TO_DESTINATION, "VPN-5", text)
            return self.drop(loss, header, scope, path=(*self.path, "allowed_prefixes"), onward=step)
        return self.connection.perhaps(step, header.source)

    def cuts(self) -> Iterable[int]:
        """As its connection."""
        return self.connection.cuts()

    def filters(self) -> Iterable[Filter]:
        """As its connection."""
        return self.connection.filters()

    def successors(self) -> tuple[Checkpoint, ...]:
        """The gateway."""
        return (self.next,)


class Departing(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=False, asks=False):
    """What a network outside AWS sends: by one of its connections that are up and tell it of the destination (VPN-1, VPN-4);
    where several do, the network chooses. `none`: why it has no connection to send by."""

    __slots__ = ("network", "none", "ways")

    def __init__(self, name: str, path: KeyPath, network: object) -> None:
        super().__init__(name, "network", path)
        self.network = network
        self.none = Loss(Code.NO_POSSIBLE_SOURCE, "VPN-4", f"{name} has no connection", path=path)
        self.ways: list[Arriving] = []

    @property
    def home(self) -> object:
        """Answers must come back to the network."""
        return self.network

    def step(self, header: Header, leg: Leg) -> Step:
        """Into one of its connections."""
        destination = header.destination
        up = [way for way in self.ways if not way.connection.down]
        scope = (
            to_one(destination) if len(up) > 1 else ANY
        )  # which is told of the destination counts among several alone
        able = [way for way in up if way.announces(destination)] or up or self.ways[:1]
        if not able:
            return self.drop(self.none, header, ANY, path=self.none.path)
        chosen = next((choice for checkpoint, choice in leg.relays if checkpoint is self), None)
        way = next((each for each in able if each is chosen), able[0])
        if len(able) > 1 and chosen is None:
            names = ", ".join(dict.fromkeys(each.component for each in able))
            reason = f"{self.component} may send by any of its connections {names}"
            return Undecided(reason, header, path=self.path, scope=scope, choices=tuple(able))
        return Forward(way, header, f"by {way.component}", "VPN-1", self.path, scope)

    def successors(self) -> list[Checkpoint]:
        """Its connections."""
        return list(self.ways)


class Connection(Resource):
    """What VPN connections and Direct Connect gateways have in common."""

    order: ClassVar[int] = 20
    attached_by: ClassVar[str]
    """The key of the gateways that it ends at."""
    announced_in: ClassVar[tuple[str, ...]] = ()
    """The keys that say which prefixes it knows; one that is new goes to the first that is used, else to the last."""

    def ends_at(self) -> tuple[str, ...]:
        """The gateways that it ends at, as they are written."""
        raise NotImplementedError

    def known(self) -> tuple[tuple[Cidr, ...], RouteOrigin]:
        """The prefixes behind it, and how they are known."""
        raise NotImplementedError

    def behind(self) -> BlocksBehind:
        """Its prefixes."""
        return BlocksBehind(self.known()[0])

    def allowed(self) -> AddressSet | None:
        """The only addresses of AWS that are announced to the network; None for all (VPN-5)."""
        return None

    def perhaps(self) -> bool:
        """Whether it is not known if it carries anything."""
        return False

    def build(self, at: At, wiring: Wiring) -> None:
        """Note the connection; its gateways connect it."""
        known, origin = self.known()
        out = ConnectionOut(at.name, type(self).noun, at.path, known, origin, self.down())
        out.allowed = self.allowed()
        if self.perhaps():
            text = f"whether {type(self).noun} {at.name} is up is not known"
            out.doubt = in_doubt(at.name, Direction.EGRESS, text, Code.BAD_STATE_VPN, "VPN-4")
        wiring.note(at.path, out)

    def join(self, at: At, wiring: Wiring) -> None:
        """Addresses that it carries and that no network of the design has are senders too: those that no connection before
        it carries, by whichever of those that do."""
        every = carried(wiring)
        here = every.places[at.path]
        rest = every.known[here] - every.networks
        for earlier in every.known[:here]:
            rest -= earlier
        if not rest:
            return
        pieces: list[tuple[AddressSet, list[ConnectionOut]]] = [(rest, [every.connections[here]])]
        for later, known in zip(every.connections[here + 1 :], every.known[here + 1 :], strict=True):
            if known.isdisjoint(rest):
                continue
            pieces = [
                piece for own, by in pieces for piece in ((own & known, [*by, later]), (own - known, by)) if piece[0]
            ]
        for own, by in pieces:
            ways = [way for connection in by for way in connection.arrivals]
            if len(ways) == 1:
                wiring.add_sender(own, ways[0], at.name)
            else:
                departing = Departing(" or ".join(each.component for each in by), at.path, UNNAMED)
                departing.ways = ways
                wiring.add_sender(own, departing, at.name)


@resource("vpn_connections", "VPN connection", "design")
class VpnConnection(Connection):
    """A Site-to-Site VPN connection."""

    also_called: ClassVar[str] = r"vpns?|(site_to_site|s2s)_vpns?"

    attached_by: ClassVar[str] = "gateway"
    announced_in: ClassVar[tuple[str, ...]] = ("static_routes", "bgp_routes")

    gateway: Reference
    """The virtual private gateway (`vpc.name`) or transit gateway that it ends at."""
    static_routes: tuple[BlockField, ...] = ()
    """Prefixes behind it, as static routes."""
    bgp_routes: tuple[BlockField, ...] = ()
    """Prefixes behind it, as announced over BGP."""
    state: Literal["up", "down", "unknown"] = "up"
    """A connection that is down keeps its routes, and they drop (VPN-4); `unknown`: it may be up or down."""
    tags: Tags = Field(default_factory=ReadOnly)

    def ends_at(self) -> tuple[str, ...]:
        """Its gateway."""
        return (self.gateway,)

    def known(self) -> tuple[tuple[Cidr, ...], RouteOrigin]:
        """Static prefixes go before those of BGP (VPN-2)."""
        origin = RouteOrigin.VPN_STATIC if self.static_routes else RouteOrigin.VPN_BGP
        return (*self.static_routes, *self.bgp_routes), origin

    def down(self) -> str:
        """Its state, where it carries nothing."""
        return self.state if self.state == "down" else ""

    def perhaps(self) -> bool:
        """Whether its state is not known."""
        return self.state == UNKNOWN

    def linked(self, at: At) -> Iterator[KeyPath]:
        """The gateway that it ends at."""
        yield gateway_path(self.gateway)

    def check(self, at: At, checks: Checks) -> None:
        """Its gateway is in the design."""
        if not any(self.gateway in names for names in gateways_of(checks)):
            text = f"there is no virtual private gateway and no transit gateway {self.gateway!r}"
            checks.report(
                (*at.path, "gateway"), text, "write vpc.name of a virtual private gateway, or a transit gateway"
            )


@resource("direct_connect_gateways", "Direct Connect gateway", "design")
class DirectConnectGateway(Connection):
    """A Direct Connect gateway: the way to networks outside AWS over a private line."""

    also_called: ClassVar[str] = r"direct_connects?|dx(_gateways?)?|dxgws?"

    attached_by: ClassVar[str] = "gateways"
    announced_in: ClassVar[tuple[str, ...]] = ("prefixes",)

    gateways: References = ()
    """The virtual private gateways (`vpc.name`) that it is associated with."""
    allowed_prefixes: tuple[BlockField, ...] | None = None
    """Prefixes of AWS that it announces to the network; left out: all."""
    prefixes: tuple[BlockField, ...] = ()
    """Prefixes of the network behind it."""
    tags: Tags = Field(default_factory=ReadOnly)

    def ends_at(self) -> tuple[str, ...]:
        """Its gateways."""
        return self.gateways

    def known(self) -> tuple[tuple[Cidr, ...], RouteOrigin]:
        """Routes over Direct Connect go before those of VPNs (ROUTE-6, VPN-2)."""
        return self.prefixes, RouteOrigin.DIRECT_CONNECT

    def linked(self, at: At) -> Iterator[KeyPath]:
        """Its gateways."""
        yield from map(gateway_path, self.gateways)

    def allowed(self) -> AddressSet | None:
        """Its allowed prefixes, where it has any (VPN-5)."""
        return None if self.allowed_prefixes is None else address_set(self.allowed_prefixes)

    def check(self, at: At, checks: Checks) -> None:
        """Its gateways are in the design."""
        for index, gateway in enumerate(self.gateways):
            if not any(gateway in names for names in gateways_of(checks)):
                checks.report((*at.path, "gateways", index), f"there is no virtual private gateway {gateway!r}")


def gateway_path(gateway: str) -> KeyPath:
    """The path of a transit gateway, or of the VPC of a virtual private gateway."""
    vpc, dot, _ = gateway.partition(".")
    return ("vpcs", vpc) if dot else ("transit_gateways", gateway)


def connecting() -> list[str]:
    """The sections of a design that have connections."""
    return [section for section, kind in sections("design").items() if issubclass(kind, Connection)]


def connections_in(design: Any) -> Iterator[tuple[At, Connection]]:
    """Every connection of a design."""
    for section in connecting():
        yield from ((At("", section, name), body) for name, body in getattr(design, section, {}).items())


def connections_named(design: Any, name: str) -> Iterator[tuple[At, Connection]]:
    """The connections of a name."""
    for section in connecting():
        if name in getattr(design, section, {}):
            yield At("", section, name), getattr(design, section)[name]


def connection_at(wiring: Wiring, path: KeyPath) -> ConnectionOut:
    """The checkpoint of a connection."""
    found = wiring.noted(path)
    assert isinstance(found, ConnectionOut)
    return found


class _Carried:
    """What the connections of a design carry, and its networks have. Made once: each connection looks at all others."""

    def __init__(self, wiring: Wiring) -> None:
        self.connections = [connection_at(wiring, at.path) for at, _ in connections_in(wiring.design)]
        self.places = {each.path: index for index, each in enumerate(self.connections)}
        self.known = [address_set(each.known) for each in self.connections]
        networks = getattr(wiring.design, "networks", {}).values()
        self.networks = address_set(block for network in networks for block in network.cidrs)


_CARRIED: WeakKeyDictionary[Wiring, _Carried] = WeakKeyDictionary()


def carried(wiring: Wiring) -> _Carried:
    """What the connections of the design carry."""
    return _CARRIED.get(wiring) or _CARRIED.setdefault(wiring, _Carried(wiring))


def places_behind(wiring: Wiring, connection: str) -> list[str]:
    """What names mean private addresses for behind a connection: itself and the networks that it leads to."""
    networks = getattr(wiring.design, "networks", {})
    return [connection, *(name for name, body in networks.items() if connection in body.via)]


def gateways_of(checks: Checks) -> Iterator[set[str]]:
    """Names of gateways that a connection may end at."""
    yield {f"{vpc}.{name}" for vpc, body in checks.design.vpcs.items() for name in getattr(body, "vpn_gateways", {})}
    yield {name for body in checks.design.vpcs.values() for name in getattr(body, "vpn_gateways", {})}
    yield set(getattr(checks.design, "transit_gateways", {}))


def ends_at(gateway: str, vpc: str, name: str) -> bool:
    """Whether a reference names a virtual private gateway."""
    return gateway in (name, f"{vpc}.{name}")


def connections_of(wiring: Wiring | View, vpc: str, name: str) -> Iterator[tuple[At, Connection]]:
    """The connections that end at a virtual private gateway."""
    for at, body in connections_in(wiring.design):
        if any(ends_at(gateway, vpc, name) for gateway in body.ends_at()):
            yield at, body
