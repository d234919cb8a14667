"""Site-to-Site VPN connections and Direct Connect gateways: ways to networks outside AWS (chapter VPN)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.steps import ANY, Deliver, Drop, Forward, Step, to_run
from reachsim.kinds.kind import BlockField, Reference, References, Tags
from reachsim.kinds.resource import At, Checks, Resource, Wiring, resource
from reachsim.net.cidr import Cidr, address_set
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import Origin
from reachsim.rules.verdict import Loss


class ConnectionOut(Checkpoint):
    """A connection towards a network outside AWS: what it carries is delivered, whatever happens in that network.

    `known`: the prefixes that it carries; `origin`: how they are known, for routes of equal length (VPN-2). `ipv6`: whether
    it carries IPv6. `network`: what stands for the network behind it, shared by its connections.
    """

    __slots__ = ("down", "ipv6", "known", "network", "origin")

    def __init__(self, name: str, role: str, path: KeyPath, known: tuple[Cidr, ...], origin: Origin, down: str) -> None:
        super().__init__(name, role, path)
        self.known = known
        self.origin = origin
        self.down = down
        self.ipv6 = True
        self.network: object = self

    def lost(self, transit: Transit, code: Code) -> Drop | None:
        """The drop of what a connection that is down would carry (VPN-4)."""
        if not self.down:
            return None
        return self.drop(
            Loss(code, "VPN-4", f"{self.component} is {self.down}"), transit, ANY, path=(*self.path, "state")
        )

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Deliver to the network."""
        down = self.lost(transit, Code.BAD_STATE_VPN)
        if down is not None:
            return down
        run = address_set(self.known).run_around(transit.destination)
        return Deliver(transit, "delivered to the network behind the connection", "VPN-1", scope=to_run(run))

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: the answer comes in another way."""
        return ()


class Attached(Checkpoint):
    """A connection as one gateway sees it, outward: the end of what goes there, whose answers come back to that gateway."""

    __slots__ = ("connection", "gateway_in")

    def __init__(self, connection: ConnectionOut, gateway_in: Checkpoint) -> None:
        super().__init__(connection.component, connection.role, connection.path)
        self.connection = connection
        self.gateway_in = gateway_in

    @property
    def realm(self) -> object:
        """The network behind it."""
        return self.connection.network

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Deliver to the network, if the connection is up."""
        return self.connection.step(transit, leg)

    def answer(self, arrived: Transit) -> tuple[Checkpoint, Transit]:
        """The network answers by the connection that brought the question."""
        return self.gateway_in, Transit(arrived.destination, arrived.source)

    def successors(self) -> tuple[Checkpoint, ...]:
        """None: the answer comes in another way."""
        return ()


class Arriving(Checkpoint):
    """A connection as one gateway sees it, inward: where packets of the network start."""

    __slots__ = ("connection", "next")

    def __init__(self, connection: ConnectionOut, next: Checkpoint) -> None:
        super().__init__(connection.component, f"{connection.role}, inward", connection.path)
        self.connection = connection
        self.next = next

    @property
    def home(self) -> object:
        """Answers must come back to the network."""
        return self.connection.network

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Into the gateway, if the connection is up (VPN-4)."""
        down = self.connection.lost(transit, Code.BAD_STATE_VPN)
        if down is not None:
            return down
        return Forward(self.next, Transit(transit.source, transit.destination), "into AWS", "VPN-1", self.path, ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The gateway."""
        return (self.next,)


class Connection(Resource):
    """What VPN connections and Direct Connect gateways have in common."""

    def known(self) -> tuple[tuple[Cidr, ...], Origin]:
        """The prefixes behind it, and how they are known."""
        raise NotImplementedError

    def down(self) -> str:
        """Its state, where it carries nothing; empty where it does."""
        return ""

    def build(self, at: At, wiring: Wiring) -> None:
        """Note the connection; its gateways connect it."""
        known, origin = self.known()
        wiring.note(at.path, ConnectionOut(at.name, type(self).noun, at.path, known, origin, self.down()))
        wiring.cut(edge for block in known for edge in (block.span[0], block.span[1] + 1))


@resource("vpn_connections", "VPN connection", "design")
class VpnConnection(Connection):
    """A Site-to-Site VPN connection."""

    gateway: Reference
    """The virtual private gateway (`vpc.name`) or transit gateway that it ends at."""
    static_routes: tuple[BlockField, ...] = ()
    """Prefixes behind it, as static routes."""
    bgp_routes: tuple[BlockField, ...] = ()
    """Prefixes behind it, as announced over BGP."""
    state: Literal["up", "down"] = "up"
    """A connection that is down keeps its routes, and they drop (VPN-4)."""
    tags: Tags = {}

    def known(self) -> tuple[tuple[Cidr, ...], Origin]:
        """Static prefixes go before those of BGP (VPN-2)."""
        origin = Origin.VPN_STATIC if self.static_routes else Origin.VPN_BGP
        return (*self.static_routes, *self.bgp_routes), origin

    def down(self) -> str:
        """Its state, where it carries nothing."""
        return "" if self.state == "up" else self.state

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

    gateways: References = ()
    """The virtual private gateways (`vpc.name`) that it is associated with."""
    allowed_prefixes: tuple[BlockField, ...] = ()
    """Prefixes of AWS that it announces to the network; left out: all."""
    prefixes: tuple[BlockField, ...] = ()
    """Prefixes of the network behind it."""
    tags: Tags = {}

    def known(self) -> tuple[tuple[Cidr, ...], Origin]:
        """Routes over Direct Connect go before those of VPNs (ROUTE-6, VPN-2)."""
        return self.prefixes, Origin.DIRECT_CONNECT

    def check(self, at: At, checks: Checks) -> None:
        """Its gateways are in the design."""
        for index, gateway in enumerate(self.gateways):
            if not any(gateway in names for names in gateways_of(checks)):
                checks.report((*at.path, "gateways", index), f"there is no virtual private gateway {gateway!r}")


def gateways_of(checks: Checks) -> Iterator[set[str]]:
    """Names of gateways that a connection may end at."""
    yield {f"{vpc}.{name}" for vpc, body in checks.design.vpcs.items() for name in getattr(body, "vpn_gateways", {})}
    yield {name for body in checks.design.vpcs.values() for name in getattr(body, "vpn_gateways", {})}
    yield set(getattr(checks.design, "transit_gateways", {}))


def ends_at(gateway: str, vpc: str, name: str) -> bool:
    """Whether a reference names a virtual private gateway."""
    return gateway in (name, f"{vpc}.{name}")


def connections_of(wiring: Wiring, vpc: str, name: str) -> Iterator[tuple[At, Connection]]:
    """The connections that end at a virtual private gateway."""
    for section in ("vpn_connections", "direct_connect_gateways"):
        for member, body in getattr(wiring.design, section, {}).items():
            gateways = (body.gateway,) if isinstance(body, VpnConnection) else body.gateways
            if any(ends_at(gateway, vpc, name) for gateway in gateways):
                yield At("", section, member), body
