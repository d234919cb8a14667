"""Networks outside AWS, behind VPN connections and Direct Connect: ends of questions (chapter VPN)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reachsim.dataplane.ends import Endpoint
from reachsim.net.cidr import AddressSet, address_set
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import (
    READ_ONLY,
    AddressField,
    BlockField,
    HostNameField,
    ReadOnly,
    References,
    Schema,
    Tags,
    TrafficField,
)
from reachsim.resources.resource import At, BlocksBehind, Checks, Ends, Resource, Wiring, resource
from reachsim.resources.vpn_connection import (
    Connection,
    ConnectionOut,
    Departing,
    carried,
    connecting,
    connection_at,
    connections_in,
    connections_named,
)
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


class NetworkHost(Schema):
    """A host of a network."""

    ip: AddressField
    """Its address."""
    listens: TrafficField | None = None
    """Traffic that it answers; left out: everything."""


@resource("networks", "network", "design")
class ExternalNetwork(Resource):
    """A network outside AWS; what happens inside it is taken as open."""

    order: ClassVar[int] = 20

    cidrs: tuple[BlockField, ...] = ()
    """Its blocks."""
    via: References = ()
    """The VPN connections and Direct Connect gateways that lead to it."""
    hosts: Annotated[dict[HostNameField, NetworkHost], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its hosts by name: `office.pc` is `pc` of the network `office`."""
    tags: Tags = Field(default_factory=ReadOnly)

    def check(self, at: At, checks: Checks) -> None:
        """Its connections are in the design, and its hosts in its blocks."""
        for index, name in enumerate(self.via):
            if next(connections_named(checks.design, name), None) is None:
                known = [each.name for each, _ in connections_in(checks.design)]
                checks.report(
                    (*at.path, "via", index), f"there is no connection {name!r}", f"there are {', '.join(known)}"
                )
        for name, host in self.hosts.items():
            if self.cidrs and host.ip not in address_set(self.cidrs):
                checks.report((*at.path, "hosts", name, "ip"), f"{host.ip} is in no block of network {at.name}")

    def behind(self) -> BlocksBehind:
        """Its blocks."""
        return BlocksBehind(self.cidrs, asked_by_name=True)

    def linked(self, at: At) -> Iterator[KeyPath]:
        """Its connections."""
        yield from ((section, name) for name in self.via for section in connecting())

    def join(self, at: At, wiring: Wiring) -> None:
        """Its connections lead to one place, and it sends by any of them."""
        departing = Departing(at.name, at.path, at.path)
        mine = address_set(self.cidrs)
        leading = list(self.connections(wiring))
        foreign = at.name, mine  # one value for all of them: there may be as many connections as networks
        for connection in carried(wiring).connections:
            if connection in leading:
                connection.network = at.path
                connection.own |= mine
                departing.ways += connection.arrivals
            else:
                connection.foreign.append(foreign)
        departing.none = self._unconnected(at, wiring)
        wiring.add_sender(mine, departing, at.name)
        wiring.note(at.path, departing)

    def _unconnected(self, at: At, wiring: Wiring) -> Loss:
        """Why it sends nothing, where no connection of it ends at a gateway (VPN-4)."""
        found = next(self._leading_here(wiring.design), None)
        if found is None:
            return Loss(Code.NO_POSSIBLE_SOURCE, "VPN-4", f"{at.name} has no connection", path=(*at.path, "via"))
        there, connection = found
        text = f"{there.name}, which leads to {at.name}, is attached nowhere"
        return Loss(Code.NO_POSSIBLE_SOURCE, "VPN-4", text, path=(*there.path, connection.attached_by))

    def connections(self, wiring: Wiring) -> Iterator[ConnectionOut]:
        """The checkpoints of the connections that lead to it."""
        yield from (connection_at(wiring, at.path) for at, _ in self._leading_here(wiring.design))

    def _leading_here(self, design: Any) -> Iterator[tuple[At, Connection]]:
        for name in self.via:
            yield from connections_named(design, name)

    def endpoint(self, at: At, ends: Ends) -> Endpoint:
        """All of it; without blocks, nobody knows what that is."""
        if not self.cidrs:
            text = f"network {at.name} has no `cidrs`, so its addresses are not known"
            return Endpoint(at.name, "network", unknown=text, realm=at.path)
        return self._end(at.name, ends, address_set(self.cidrs), None)

    def parts(self, at: At) -> Iterator[str]:
        """Its hosts: ``office.pc``."""
        return (f"{at.name}.{host}" for host in self.hosts)

    @classmethod
    def special(cls, asked: str, ends: Ends) -> Iterator[Endpoint]:
        """``office.pc``: a host of a network."""
        name, dot, host = asked.partition(".")
        network = getattr(ends.design, "networks", {}).get(name)
        if dot and network is not None and host in network.hosts:
            body = network.hosts[host]
            address = AddressSet.of((int(body.ip), int(body.ip)))
            yield network._end(asked, ends, address, body.listens)

    def _end(self, name: str, ends: Ends, addresses: AddressSet, listens: Traffic | None) -> Endpoint:
        """Some of its addresses, which send by each of its connections."""
        network = name.partition(".")[0]
        origins = [ends.outside("", addresses, ends.checkpoint(("networks", network)), network)]
        literal = addresses.first if addresses.count == 1 else None
        outside = AddressSet.nothing() if literal is not None else addresses
        return Endpoint(
            name,
            "network",
            tuple(origins),
            outside=outside,
            literal=literal,
            listens=listens,
            realm=("networks", network),
        )
