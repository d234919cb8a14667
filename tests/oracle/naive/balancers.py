"""Load balancers, and the endpoints that lead to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.oracle.naive.addresses import Address, address, network
from tests.oracle.naive.filters import acl, group_allows
from tests.oracle.naive.packets import TCP, UDP, Lost, Packet, Undecided, covers, listed
from tests.oracle.naive.parts import GONE, KEPT, End, Identity, Interface, Session
from tests.oracle.naive.state import State

SPELT = {"tls": "tcp", "http": "tcp", "https": "tcp", "ssl": "tcp"}


def plain(token: str) -> list[str]:
    """A listener's protocol as the packets see it."""
    name, _, port = str(token).lower().partition("/")
    return [f"{each}/{port}" for each in (("tcp", "udp") if name == "tcp_udp" else (SPELT.get(name, name),))]


class Balancers(State):
    """LB-1 to LB-10, EP-6, EP-10."""

    # --- endpoints --------------------------------------------------------------------------------

    def arrive_at_endpoint(self, endpoint: Interface, packet: Packet) -> End:
        """EP-10: TCP only, to an AWS service; to a service of one's own through its load balancer."""
        service = self.world.services.get(endpoint.body.get("service"))
        if packet.protocol != TCP and not (service is not None and packet.protocol == UDP):
            raise Lost(f"EP-10: {endpoint.name} carries no protocol {packet.protocol}")
        if service is None:
            return endpoint, packet
        node = self.choices.pick(self.nodes_near(endpoint, service))
        mine = [each for each in node.addresses if each.version == packet.dst.version]
        if not mine:
            raise Lost(f"LB-11: {node.name} has no IPv{packet.dst.version} address")
        inner = replace(packet, dst=mine[0])
        # LB-3: the groups of the load balancer see the client, by its address alone.
        ruled = node.filtered and node.body.get("enforce_inbound_on_private_link", True) is not False
        if ruled and not group_allows(self.world, node, "ingress", inner, GONE):
            raise Lost(f"LB-3: no ingress rule of {node.name}'s groups allows it")
        return self.pass_on(node, inner, came=packet, leaves_by=endpoint, private_link=True)

    def nodes_near(self, endpoint: Interface, service: Any) -> list[Interface]:
        """EP-10: the interfaces of the load balancer behind a service of one's own in an endpoint's zone."""
        nodes = self.nodes(service["load_balancer"])
        if not nodes:
            raise Lost(f"EP-10: the load balancer of {endpoint.name}'s service is not there")
        regions = {self.world.region(endpoint.vpc), self.world.region(nodes[0].vpc)}
        if "" in regions and regions != {""}:
            raise Undecided(f"EP-10: the Regions of {endpoint.name} and its load balancer are not both written")
        if len(regions) == 1:  # else any zone of the other Region
            zones = {endpoint.zone, *(node.zone for node in nodes)}
            if "" in zones and zones != {""}:
                raise Undecided(f"EP-10: not all zones of {endpoint.name} and its load balancer are written")
            nodes = [node for node in nodes if node.zone == endpoint.zone]
        if not nodes:
            raise Lost(f"EP-10: the service of {endpoint.name} is not offered in zone {endpoint.zone}")
        return nodes

    def inspect(self, endpoint: Interface) -> None:
        """EP-11, LB-9: every appliance that may be picked must get GENEVE from the load balancer; else nothing comes out."""
        service = self.world.services.get(endpoint.body.get("service"))
        if service is not None:
            for node in self.nodes_near(endpoint, service):
                groups = node.body.get("target_groups") or {}
                names = listed(next(iter((node.body.get("listeners") or {}).values()), list(groups)))
                if not names:
                    raise Lost(f"LB-8: {node.name} has no target group")
                for name in names:
                    targets = self.targets_of(node, (node.body.get("target_groups") or {}).get(name) or {})
                    if not targets:
                        raise Lost(f"LB-8: target group {name} of {node.name} has no target that may be chosen")
                    for picked in targets:
                        if picked is None:
                            raise Undecided(f"LB-8: not all zones of {node.name} and its targets are written")
                        outer = Packet(node.ipv4[0], picked[1], UDP, sport=6081, dport=6081)
                        end, _ = type(self)(self.world, self.nat_port, self.choices).leave(node, outer, KEPT)
                        if end != picked[0]:
                            raise Lost(f"LB-9: what {node.name} sends to {picked[0].name} goes elsewhere")

    def nodes(self, name: str) -> list[Interface]:
        """The interfaces of a load balancer by its name."""
        return [i for i in self.world.interfaces if i.kind == "load_balancer" and name in (i.host, f"{i.vpc}.{i.host}")]

    # --- load balancers ---------------------------------------------------------------------------

    def arrive_at_balancer(self, node: Interface, packet: Packet, identity: Identity, session: Session | None) -> End:
        """LB-1: the listener ends the connection, or (NLB) passes it on."""
        self.pass_groups(node, "ingress", packet, identity)
        if session is not None:
            return self.back_through(session)
        if self.replying:
            if self.origin != node:
                raise Lost(f"LB-1: {node.name} has no connection for this answer")
            return node, packet
        self.listener = False
        if self.group_of(node, packet) is None:
            raise Lost(f"LB-1: no listener of {node.name} takes it")
        if node.body.get("type") != "network" or self.at_listener:
            return node, packet
        return self.pass_on(node, packet, came=packet, leaves_by=node, private_link=False)

    def group_of(self, node: Interface, packet: Packet) -> str | None:
        """The target group of the listener that takes a packet: of groups of both families that of the client's (LB-11)."""
        for token, names in (node.body.get("listeners") or {}).items():
            if covers(plain(token), packet):
                groups = node.body.get("target_groups") or {}
                mine = [name for name in listed(names) if self.version_of(groups.get(name) or {}) == packet.src.version]
                return str((mine or listed(names))[0])
        return None

    def version_of(self, group: Any) -> int:
        """LB-11: the family by which the targets of a group are called; as their addresses are written where it is not."""
        if "ip_address_type" in group:
            return 6 if group["ip_address_type"] == "ipv6" else 4
        written = [found for each in listed(group.get("targets")) if (found := network(str(each))) is not None]
        return 6 if written and all(each.first.version == 6 for each in written) else 4

    def pass_on(self, node: Interface, packet: Packet, came: Packet, leaves_by: Interface, private_link: bool) -> End:
        """LB-4 to LB-8: to one of the targets, with the client's address or the load balancer's own."""
        name = self.group_of(node, packet)
        if name is None:
            raise Lost(f"LB-1: no listener of {node.name} takes it")
        group = (node.body.get("target_groups") or {}).get(name) or {}
        targets = self.targets_of(node, group)
        if not targets:
            raise Lost(f"LB-8: target group {name} of {node.name} has no target that may be chosen")
        picked = self.choices.pick(targets)
        if picked is None:
            raise Undecided(f"LB-8: not all zones of {node.name} and its targets are written")
        target, where = picked
        version = self.version_of(group)
        if packet.protocol == UDP and (version != packet.src.version or (private_link and version == 6)):
            raise Undecided(f"LB-11: UDP from {packet.src} to IPv{version} targets of {node.name}")
        # LB-5, LB-11: by PrivateLink, or from one family to the other, nobody's address is kept.
        keeps = self.keeps_client(group, packet) and not private_link and version == packet.src.version
        if keeps and target.vpc != node.vpc:
            raise Undecided(f"LB-5: the way of a kept address from {node.name} to {target.name} in a peered VPC")
        if keeps and packet.src in self.all_addresses(target):
            raise Lost(f"LB-6: {target.name} calls {node.name} and is chosen itself")
        port = self.port_of(group, packet)
        left = replace(packet, dst=where, dport=port)
        if not keeps:
            left = self.with_port(replace(left, src=next(each for each in node.addresses if each.version == version)))
        self.sessions.append(Session(node, came, left, leaves_by, kept_source=keeps))
        if not keeps:
            return self.leave(node, left, KEPT)
        self.pass_groups(node, "egress", left, GONE)
        if target.subnet != node.subnet:
            acl(self.world, node.vpc, node.subnet, "egress", left)
            acl(self.world, target.vpc, target.subnet, "ingress", left)
        return self.arrive(target, left, Identity(kept=False, balancer=node.groups))

    def keeps_client(self, group: Any, packet: Packet) -> bool:
        """LB-5: off by default for targets by address with TCP, on otherwise; never off for UDP."""
        if packet.protocol == UDP:
            return True
        written = group.get("preserve_client_ip")
        if written is not None:
            return bool(written)
        by_address = group.get("target_type") == "ip" or any(
            network(str(each)) is not None for each in listed(group.get("targets"))
        )
        return not by_address

    def port_of(self, group: Any, packet: Packet) -> int:
        """The port of the targets; the listener's own where the group names none."""
        port = str(group.get("port") or "").rpartition("/")[2]
        return int(port) if port else packet.dport

    def all_addresses(self, target: Interface) -> list[Address]:
        """The addresses of the host that a target is."""
        same = [i for i in self.world.interfaces if (i.vpc, i.host) == (target.vpc, target.host)]
        return [each for i in same for each in (*i.addresses, *i.publics) if each is not None]

    def targets_of(self, node: Interface, group: Any) -> list[tuple[Interface, Address] | None]:
        """LB-8, LB-10: those that count as healthy, in an enabled zone; with cross-zone off, in the node's own.

        DECISION: where the zones are written in part, None stands for each of which they would tell."""
        if group.get("healthy", True) is False:
            return []
        enabled = {self.world.zone(node.vpc, subnet) for subnet in node.body.get("subnets") or []}
        crosses = node.body.get("cross_zone", node.body.get("type") == "application")
        crosses = group.get("cross_zone", crosses)
        found: list[tuple[Interface, Address] | None] = []
        for each in listed(group.get("targets")):
            for target, where in self.meant(node.vpc, each, self.version_of(group)):
                if target.vpc != node.vpc or (target.zone in enabled and (crosses or target.zone == node.zone)):
                    found.append((target, where))
                elif "" in (zones := {target.zone, node.zone, *enabled}) and zones != {""}:
                    found.append(None)
        return found

    def meant(self, vpc: str, name: str, version: int = 4) -> list[tuple[Interface, Address]]:
        """The interfaces that a target means, with the address of a family that is called."""
        if network(str(name)) is not None:
            where = address(name)
            found = [(i, where) for i in self.world.interfaces if where in i.addresses]
            return [(i, where) for i, where in found if i.vpc == vpc] or found  # blocks of two VPCs may overlap
        full = name if "." in name else f"{vpc}.{name}"
        named = [i for i in self.world.interfaces if full in (f"{i.vpc}.{i.host}", i.name) and i.kind != "function"]
        many = [i for i in named if i.body.get("subnets")] or named[:1]  # an instance is called by its first interface
        return [(i, where) for i in many for where in [a for a in i.addresses if a.version == version][:1]]

    # --- the way back -----------------------------------------------------------------------------

    def balanced_answer(self, sender: Interface, packet: Packet) -> Session | None:
        """The session whose target answers to the client that it saw."""
        if not self.replying:
            return None
        for session in self.sessions:
            if session.kept_source and packet.src in sender.addresses and session.left.answer() == packet:
                return session
        return None

    def answer_through_balancer(self, target: Interface, session: Session, packet: Packet) -> End:
        """LB-7: through the target's subnet and the load balancer's, without any route."""
        self.pass_groups(target, "egress", packet, KEPT)
        node = session.device
        if target.subnet != node.subnet:
            acl(self.world, target.vpc, target.subnet, "egress", packet)
            acl(self.world, node.vpc, node.subnet, "ingress", packet)
        self.pass_groups(node, "ingress", packet, GONE)
        return self.back_through(session)
