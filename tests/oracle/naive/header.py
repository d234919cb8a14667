"""Transit gateways, virtual private gateways, and the networks behind them."""

from __future__ import annotations

from typing import Any

from tests.oracle.naive.addresses import Address, inside
from tests.oracle.naive.edges import Edges
from tests.oracle.naive.filters import acl
from tests.oracle.naive.packets import Lost, Packet, listed
from tests.oracle.naive.parts import GONE, KEPT, End, Identity, Outside
from tests.oracle.naive.routes import (
    all_connections,
    attachments,
    best,
    carriers,
    connection_up,
    gateway_routes,
    gateways_of,
    is_up,
    subnet_route,
    transit_route,
)
from tests.oracle.naive.world import World


def behind(world: World, where: Address, connection: str) -> Outside:
    """Who has an address behind a connection: the network that is there, or just whoever the routes mean."""
    named = [name for name, body in world.networks.items() if inside(where, listed((body or {}).get("cidrs")))]
    for name in named:
        if connection in listed(world.networks[name].get("via")):
            return Outside(name, connection)
    return Outside(f"elsewhere behind {connection}" if named else "", connection)


class Header(Edges):
    """From one VPC to another, or out to a network and in from it."""

    # --- transit gateways -------------------------------------------------------------------------

    def to_transit(
        self, header: str, vpc: str, zone: str, packet: Packet, identity: Identity, from_transit: bool = False
    ) -> End:
        """TGW-7, TGW-11, TGW-12: in by the attachment of the VPC, at the subnet of the sender's zone."""
        found = next(
            ((name, body) for name, body in attachments(self.world, header).items() if body.get("vpc") == vpc), None
        )
        if found is None or not is_up(found[1]):
            raise Lost(f"TGW-10: {vpc} has no available attachment to {header}")
        name, body = found
        subnets = [each for each in listed(body.get("subnets")) if not zone or self.world.zone(vpc, each) == zone]
        if not subnets:
            raise Lost(f"TGW-7: attachment {name} of {header} has no subnet in zone {zone}")
        if not from_transit:
            acl(self.world, vpc, subnets[0], "ingress", packet)
        return self.across(header, name, self.world.zone(vpc, subnets[0]), packet, identity)

    def across(self, header: str, entry: str, zone: str, packet: Packet, identity: Identity) -> End:
        """TGW-1 to TGW-5: by the table that the entry is associated with."""
        key = f"{header}.{entry}"
        if (key, packet) in self.forwarded:
            raise Lost(f"TGW-2: the packet comes to {header} by {entry} again")
        self.forwarded.append((key, packet))
        bodies = attachments(self.world, header)
        target = transit_route(self.world, header, entry, packet.dst)
        body = bodies.get(target)
        if body is None or not is_up(body):
            raise Lost(f"TGW-10: attachment {target} of {header} is not available")
        if body.get("vpc"):
            return self.out_to_vpc(
                header, target, body, zone, packet, self.across_identity(header, entry, body, identity)
            )
        if body.get("peer"):
            return self.out_to_peer(header, target, str(body["peer"]), packet)
        return self.out_by(body.get("vpn") or body.get("direct_connect_gateway"), packet)

    def across_identity(self, header: str, entry: str, body: Any, identity: Identity) -> Identity:
        """TGW-14: does a reference survive this transit gateway?"""
        come_in = attachments(self.world, header)[entry]
        supported = (
            self.world.headers[header].get("security_group_referencing") is True
            and all(each.get("security_group_referencing", True) is not False for each in (come_in, body))
            and bool(come_in.get("vpc"))
        )
        return Identity(header=True) if supported and identity == KEPT else GONE

    def out_to_vpc(self, header: str, name: str, body: Any, zone: str, packet: Packet, identity: Identity) -> End:
        """TGW-2, TGW-8, TGW-9: into the VPC at one of the attachment's subnets, whose table is read."""
        vpc, subnets = body["vpc"], listed(body.get("subnets"))
        if not subnets:
            raise Lost(f"TGW-7: attachment {name} of {header} has no subnet")
        same = [subnet for subnet in subnets if zone and self.world.zone(vpc, subnet) == zone]
        if body.get("appliance_mode"):
            flow = (header, name, packet.protocol, frozenset([(packet.src, packet.sport), (packet.dst, packet.dport)]))
            if flow not in self.pinned:
                self.pinned[flow] = self.choices.pick(subnets)
            subnet = self.pinned[flow]
        else:
            subnet = self.choices.pick(same or subnets)
        self.entered.add(vpc)
        if inside(packet.dst, self.world.blocks(vpc, subnet)):  # ROUTE-20, TGW-12: on the subnet's link, past its table
            return self.deliver(vpc, packet, identity, subnet)
        target = subnet_route(self.world, vpc, subnet, packet.dst)
        return self.follow(vpc, subnet, target, packet, identity, None)

    def out_to_peer(self, header: str, name: str, peer: str, packet: Packet) -> End:
        """TGW-6: to the other transit gateway, in by the attachment at the other end."""
        far, _, entry = peer.partition(".")
        body = attachments(self.world, far).get(entry) if far in self.world.headers else None
        if body is None or not is_up(body) or str(body.get("peer")) != f"{header}.{name}":
            raise Lost(f"TGW-10: {peer}, the other end of {header}.{name}, is not available")
        return self.across(far, entry, "", packet, GONE)

    # --- connections ------------------------------------------------------------------------------

    def out_of_vpn_gateway(self, vpc: str, gateway: str, packet: Packet) -> End:
        """VPN-1 to VPN-4: only what the gateway knows, only from an interface of its VPC."""
        if self.world.owner(vpc, packet.src) is None:
            raise Lost(f"VPN-3: {packet.src} is not an address of an interface of {vpc}")
        found = best(gateway_routes(self.world, vpc, gateway), packet.dst)
        if found is None:
            raise Lost(f"VPN-1: gateway {gateway} of {vpc} knows no way to {packet.dst}")
        if packet.dst.version == 6 and found.target in self.world.connections:
            raise Lost(f"IPV6-6: a VPN connection of {vpc}.{gateway} carries no IPv6")
        return self.out_by(found.target, packet)

    def out_by(self, connection: str, packet: Packet) -> End:
        """VPN-4: out by a connection. What happens in the network behind it is open."""
        if connection not in all_connections(self.world) or not connection_up(self.world, connection):
            raise Lost(f"VPN-4: connection {connection} is down")
        return behind(self.world, packet.dst, connection), packet

    def from_outside(self, place: Outside, packet: Packet) -> End:
        """In by a connection of the network. An answer takes the connection by which the question came."""
        if place.via:
            return self.in_by(place.via, packet)
        network = self.world.networks.get(place.network) or {}
        options = listed(network.get("via")) if place.network else carriers(self.world, packet.src)
        alive = [each for each in options if connection_up(self.world, each)]
        if not alive:
            raise Lost(f"VPN-4: no connection of {place.network or packet.src} is up")
        able = [each for each in alive if self.might_lead(each, packet.dst)]
        return self.in_by(self.choices.pick(able or alive), packet)

    def might_lead(self, connection: str, where: Address) -> bool:
        """Would the network send this address into the connection? DECISION: what the AWS side tells it by its routes."""
        if not self.allowed(connection, where):
            return False
        for kind, name in gateways_of(self.world, connection):
            if kind == "vpn" and inside(where, self.world.vpcs[name.partition(".")[0]]["cidrs"]):
                return True
        for header, entry in self.entries_of(connection):
            try:
                transit_route(self.world, header, entry, where)
            except Lost:
                continue
            return True
        return False

    def allowed(self, connection: str, where: Address) -> bool:
        """VPN-5: a Direct Connect gateway tells the network of its allowed prefixes alone, where it has some."""
        prefixes = (self.world.direct.get(connection) or {}).get("allowed_prefixes")
        return prefixes is None or inside(where, listed(prefixes))

    def entries_of(self, connection: str) -> list[tuple[str, str]]:
        """The attachments of a connection to transit gateways."""
        return [
            (header, name)
            for header in self.world.headers
            for name, body in attachments(self.world, header).items()
            if connection in (body.get("vpn"), body.get("direct_connect_gateway"))
        ]

    def in_by(self, connection: str, packet: Packet) -> End:
        """VPN-1, VPN-3, VPN-5: to an interface of the VPC, or into the transit gateway."""
        if not connection_up(self.world, connection):
            raise Lost(f"VPN-4: connection {connection} is down")
        if not self.allowed(connection, packet.dst):
            raise Lost(f"VPN-5: {packet.dst} is not among the allowed prefixes of {connection}")
        for header, entry in self.entries_of(connection):
            if not is_up(attachments(self.world, header)[entry]):
                raise Lost(f"TGW-10: attachment {entry} of {header} is not available")
            return self.across(header, entry, "", packet, GONE)
        for kind, name in gateways_of(self.world, connection):
            vpc, _, gateway = name.partition(".")
            if kind == "vpn" and inside(packet.dst, self.world.vpcs[vpc]["cidrs"]):
                if packet.dst.version == 6 and connection in self.world.connections:
                    raise Lost(f"IPV6-6: a VPN connection of {name} carries no IPv6")
                if self.world.owner(vpc, packet.dst) is None:
                    raise Lost(f"VPN-3: {packet.dst} is not an address of an interface of {vpc}")
                return self.into(vpc, gateway, packet)
        raise Lost(f"VPN-1: connection {connection} leads to nobody who has {packet.dst}")
