"""The walk of one packet and of its answer. Every method returns where the packet ended, and as what."""

from __future__ import annotations

from dataclasses import replace

from tests.oracle.naive.addresses import NAT64, block, inside
from tests.oracle.naive.balancers import Balancers
from tests.oracle.naive.filters import acl
from tests.oracle.naive.header import Header
from tests.oracle.naive.packets import ICMP, TCP, UDP, Lost, Packet, Undecided, covers
from tests.oracle.naive.parts import (
    AMAZON,
    GONE,
    KEPT,
    Behind,
    End,
    Identity,
    Interface,
    Outside,
    Place,
    ServiceOf,
    Session,
    Verdict,
)
from tests.oracle.naive.routes import bare, subnet_route, table_route

LINK_LOCAL = (
    ("tcp/80", ["169.254.169.254", "169.254.170.2", "fd00:ec2::254"]),
    ("udp/123", ["169.254.169.123", "fd00:ec2::123"]),
    ("tcp/1688", ["169.254.169.249", "169.254.169.250", "169.254.169.251"]),
)
"""WALK-20: metadata of instances and of ECS tasks, time, Windows activation."""


class Flight(Header, Balancers):
    """WALK-1 to WALK-3 between the interfaces of a VPC; the other files have what lies beyond."""

    # --- leaving ----------------------------------------------------------------------------------

    def leave(self, sender: Interface, packet: Packet, identity: Identity) -> End:
        """WALK-2. With a kept identity nothing has forwarded the packet since the interface that made it."""
        world, vpc = self.world, sender.vpc
        if inside(packet.dst, sender.ranges("local_networks")):
            raise Lost(f"WALK-26: {packet.dst} is among the local networks of {sender.name}, and never leaves it")
        if packet.src in sender.addresses and inside(packet.dst, sender.ranges("client_networks")):
            return Behind(sender), packet  # they are behind the host itself
        if identity == KEPT and self.is_amazon_service(sender, packet):
            return AMAZON, packet
        kept_source = self.balanced_answer(sender, packet)
        if kept_source is not None:
            return self.answer_through_balancer(sender, kept_source, packet)
        if sender.body.get("external_snat") is False and self.snat_applies(sender, packet):
            return self.snat(sender, packet)
        if sender.kind not in ("nat_gateway", "inspection"):  # NATGW-6, SG-23
            if sender.check and packet.src not in sender.addresses:
                raise Lost(f"WALK-23: {sender.name} checks its source and {packet.src} is not its own")
            self.pass_groups(sender, "egress", packet, identity)
        if not sender.subnet:
            return self.leave_regional(sender, packet, identity)
        if sender.kind == "load_balancer" and sender.body.get("type") == "classic" and not self.replying:
            acl(
                world, vpc, sender.subnet, "egress", packet
            )  # LB-2: what it sends to targets, not its answers to clients
        if inside(packet.dst, world.blocks(vpc, sender.subnet)):  # WALK-5, ROUTE-20: no ACL, no route table
            return self.deliver(vpc, packet, identity, sender.subnet)
        try:
            acl(world, vpc, sender.subnet, "egress", packet)
        except Lost as lost:
            self.unless_turned(vpc, sender.subnet, packet, lost)
        target = subnet_route(world, vpc, sender.subnet, packet.dst)
        return self.follow(vpc, sender.subnet, target, packet, identity, sender)

    def leave_regional(self, gateway: Interface, packet: Packet, identity: Identity) -> End:
        """NATGW-17, NATGW-19: by a table of its own; no ACL at the gateway."""
        vpc, table = gateway.vpc, gateway.body.get("route_table")
        if table is not None:
            target = table_route(self.world, vpc, table, packet.dst)
        elif inside(packet.dst, self.world.vpcs[vpc]["cidrs"]):
            target = "local"
        else:
            target = self.world.vpcs[vpc].get("internet_gateway") or "none"
        if not self.replying and target != self.world.vpcs[vpc].get("internet_gateway"):
            raise Undecided(f"NATGW-17: {gateway.name} sends from a private address that nobody has written")
        return self.follow(vpc, "", target, packet, identity, gateway)

    def follow(
        self, vpc: str, subnet: str, target: str, packet: Packet, identity: Identity, sender: Interface | None
    ) -> End:
        """ROUTE-10: to a route's target. Without a sender the packet came from a transit gateway (TGW-2)."""
        world, body = self.world, self.world.vpcs[vpc]
        if target == "local":
            return self.deliver(vpc, packet, identity, subnet, from_transit=sender is None)
        if target == "blackhole":
            raise Lost(f"ROUTE-13: the route from {vpc}.{subnet} to {packet.dst} is a blackhole")
        name = bare(target, vpc)
        device = self.device(vpc, name)
        if sender is None and (device is None or device.subnet != subnet):
            acl(world, vpc, subnet, "egress", packet)  # TGW-11
        if name == body.get("internet_gateway"):
            return self.out_of_internet_gateway(vpc, packet, sender, identity)
        if name == body.get("egress_only_internet_gateway"):
            return self.out_of_egress_only_gateway(vpc, packet, identity)
        if target in world.peerings:
            return self.through_peering(target, vpc, packet, identity)
        if target in world.headers:
            zone = world.zone(vpc, subnet)
            return self.to_transit(target, vpc, zone, packet, identity, from_transit=sender is None)
        if name in dict(world.bodies(vpc, "vpn_gateways")):
            return self.out_of_vpn_gateway(vpc, name, packet)
        if dict(world.bodies(vpc, "vpc_endpoints")).get(name, {}).get("type") == "gateway":
            return self.through_gateway_endpoint(vpc, name, packet)
        if name in dict(world.bodies(vpc, "network_firewalls")):
            raise Undecided(f"the rules of network firewall {name} are not read here")
        if device is None or not device.available:
            raise Lost(f"ROUTE-12: the target {target} of the route to {packet.dst} is not available")
        if device.subnet and (device.subnet != subnet or sender is not None):  # NATGW-19, TGW-12
            try:
                acl(world, vpc, device.subnet, "ingress", packet)
            except Lost as lost:
                self.unless_turned(vpc, subnet, packet, lost)
        self.sender_zone = world.zone(vpc, subnet)
        return self.arrive(device, packet, identity)

    def unless_turned(self, vpc: str, subnet: str, packet: Packet, lost: Lost) -> None:
        """NACL-6: AWS does not say whether the ACL of a subnet is asked about what a route leads to an interface in it."""
        try:
            device = self.device(vpc, bare(subnet_route(self.world, vpc, subnet, packet.dst), vpc))
        except Lost:
            device = None
        if device is None or device.subnet != subnet:
            raise lost
        self.doubt = f"NACL-6: {device.name} is in the sender's subnet, whose ACL says {lost}"

    def device(self, vpc: str, name: str) -> Interface | None:
        """The interface that a route leads to. ROUTE-10: an instance only if it has exactly one."""
        named = [i for i in self.world.interfaces if i.vpc == vpc and name in (i.host, f"{i.host}/{i.interface}")]
        return named[0] if len(named) == 1 and named[0].kind not in ("function", "endpoint", "load_balancer") else None

    def is_amazon_service(self, sender: Interface, packet: Packet) -> bool:
        """WALK-20, DNS-1: the resolver, metadata and time, which neither a group nor an ACL filters."""
        body = self.world.vpcs[sender.vpc]
        primary = next((block(cidr) for cidr in body["cidrs"] if block(cidr).first.version == 4), None)
        resolvers = [str(primary[2])] if primary else []
        if covers(["tcp/53", "udp/53"], packet) and inside(
            packet.dst, [*resolvers, "169.254.169.253", "fd00:ec2::253"]
        ):
            if body.get("enable_dns_support") is False:
                raise Lost(f"DNS-2: the resolver of {sender.vpc} is off")
            return True
        return any(covers(traffic, packet) and inside(packet.dst, hosts) for traffic, hosts in LINK_LOCAL)

    def snat_applies(self, sender: Interface, packet: Packet) -> bool:
        """Does the host translate what its secondary addresses send out of the VPC?"""
        outward = not inside(packet.dst, self.world.vpcs[sender.vpc]["cidrs"])
        return not self.replying and outward and packet.src in sender.ipv4[1:]

    def snat(self, sender: Interface, packet: Packet) -> End:
        """To the primary address of the primary interface, as the Amazon VPC CNI does."""
        primary = next(i for i in self.world.interfaces if (i.vpc, i.host) == (sender.vpc, sender.host))
        out = self.with_port(replace(packet, src=primary.ipv4[0]))
        self.sessions.append(Session(primary, packet, out, primary))
        return self.leave(primary, out, KEPT)

    # --- arriving ---------------------------------------------------------------------------------

    def deliver(
        self, vpc: str, packet: Packet, identity: Identity, came_from: str | None, from_transit: bool = False
    ) -> End:
        """WALK-6, WALK-9: into the subnet that has the destination, straight to whoever has the address."""
        subnet = self.world.subnet_of(vpc, packet.dst)
        if subnet is None:
            raise Lost(f"WALK-24: {packet.dst} is in no subnet of {vpc}")
        if subnet != came_from:
            if from_transit and came_from:
                acl(self.world, vpc, came_from, "egress", packet)  # TGW-11
            acl(self.world, vpc, subnet, "ingress", packet)
        owner = self.world.owner(vpc, packet.dst)
        if owner is None:
            raise Lost(f"WALK-24: nobody has {packet.dst} in {vpc}")
        return self.arrive(owner, packet, identity)

    def arrive(self, interface: Interface, packet: Packet, identity: Identity) -> End:
        """WALK-3, the end of it: the groups, the destination check, the host or the device behind it."""
        own = packet.dst in interface.addresses
        if interface.kind == "nat_gateway":
            return self.arrive_at_nat_gateway(interface, packet, own)
        if not interface.available:
            raise Lost(f"ROUTE-14, EP-10: {interface.name} is stopped, or not available")
        if interface.kind == "inspection":  # EP-11
            if own:
                raise Lost(f"EP-11: {interface.name} takes no packets of its own")
            self.forward(interface, packet)
            self.inspect(interface)
            return self.leave(interface, packet, GONE)
        if interface.kind == "function" and not self.replying:
            raise Lost(f"LAMBDA-8: {interface.name} takes no connections")
        session = self.session_of(interface, packet)
        if interface.kind == "load_balancer":
            return self.arrive_at_balancer(interface, packet, identity, session)
        self.pass_groups(interface, "ingress", packet, identity)
        if interface.kind == "endpoint":
            return self.arrive_at_endpoint(interface, packet)
        if not own:
            return self.pass_through(interface, packet)
        if session is not None:
            return self.back_through(session)
        return interface, packet

    def pass_through(self, host: Interface, packet: Packet) -> End:
        """NATI-1, NATI-5: a packet that is not to the host itself."""
        if host.check:
            raise Lost(f"NATI-1: {host.name} checks its destination and {packet.dst} is not its own")
        if not host.forwards:
            raise Lost(f"NATI-5: the operating system of {host.name} does not forward")
        if inside(packet.dst, host.ranges("client_networks")):
            return Behind(host), packet
        if inside(packet.dst, host.ranges("local_networks")):
            raise Lost(f"WALK-26: {packet.dst} is among the local networks of {host.name}, and never leaves it")
        if host.masquerades:
            if packet.dst.version == 6:  # DECISION: masquerading is IPv4's
                raise Lost(f"NATI-5: {host.name} does not translate IPv6")
            return self.translate(host, packet)
        self.forward(host, packet)
        return self.leave(host, packet, GONE)

    def arrive_at_nat_gateway(self, gateway: Interface, packet: Packet, own: bool) -> End:
        """NATGW-4 to NATGW-11, NATGW-20."""
        session = self.session_of(gateway, packet)
        if session is not None:
            return self.back_through(session)
        if own:
            raise Lost(f"NATGW-7: {gateway.name} drops what it has no session for")
        if not gateway.available:
            raise Lost(f"NATGW-11: {gateway.name} is not available")
        if inside(packet.dst, [NAT64]):
            raise Undecided(f"NATGW-16: NAT64 through {gateway.name}")
        if packet.dst.version == 6 or packet.protocol not in (ICMP, TCP, UDP):
            raise Lost(f"NATGW-5: {gateway.name} carries no protocol {packet.protocol} over IPv{packet.dst.version}")
        if not inside(packet.src, self.world.vpcs[gateway.vpc]["cidrs"]) and gateway.vpc not in self.entered:
            raise Undecided(f"NATGW-10: {packet.src}, which a host forwards, is not in the VPC of {gateway.name}")
        zones = list(gateway.body.get("public_ips") or {}) if not gateway.subnet else []
        if zones and self.sender_zone not in zones:
            raise Lost(f"NATGW-20: {gateway.name} has no address in zone {self.sender_zone}")
        chosen = gateway.ipv4[zones.index(self.sender_zone)] if zones else gateway.ipv4[0]
        return self.translate(gateway, packet, replace(packet, src=chosen))

    # --- devices ----------------------------------------------------------------------------------

    def forward(self, device: Interface, packet: Packet) -> None:
        """NATGW-13, NATI-10: a device that sees the same packet again is in a loop."""
        if (device, packet) in self.forwarded:
            raise Lost(f"NATGW-13, NATI-10: {device.name} is its own next hop")
        self.forwarded.append((device, packet))

    def with_port(self, packet: Packet) -> Packet:
        """NATGW-4, NATI-7: the port that the device picks."""
        return replace(packet, sport=self.nat_port) if packet.protocol in (TCP, UDP) else packet

    def translate(self, device: Interface, packet: Packet, out: Packet | None = None) -> End:
        """NATGW-3, NATGW-4, NATI-7: the source becomes the device's private address and a port of its own."""
        if self.replying:
            raise Lost(f"WALK-19: {device.name} has no session for this answer")
        self.forward(device, packet)
        out = self.with_port(out or replace(packet, src=device.ipv4[0]))
        self.sessions.append(Session(device, packet, out, device))
        # SG-10: its source is the device's own private address now, so a rule that names the device's
        # group matches.
        return self.leave(device, out, KEPT)

    def session_of(self, device: Interface, packet: Packet) -> Session | None:
        """The session that an answer belongs to."""
        if not self.replying:
            return None
        for session in self.sessions:
            if session.device == device and not session.kept_source and session.left.answer() == packet:
                return session
        return None

    def back_through(self, session: Session) -> End:
        """The answer to a translated packet; it is routed again from the device's subnet (NATGW-12)."""
        back = session.came.answer()
        assert back is not None
        self.forward(session.exit, session.left)
        leaving = session.exit
        same_host = [i for i in self.world.interfaces if (i.vpc, i.host) == (leaving.vpc, leaving.host)]
        if leaving.kind != "instance":  # a load balancer's interfaces are hosts of their own
            same_host = [leaving]
        for interface in same_host:
            if back.dst in interface.addresses:
                return interface, back
        if inside(back.dst, session.exit.ranges("client_networks")):
            return Behind(session.exit), back
        return self.leave(session.exit, back, GONE)

    # --- both legs --------------------------------------------------------------------------------

    def depart(self, place: Place, packet: Packet) -> End:
        """Send a packet from where it was made."""
        if isinstance(place, Interface):
            if not place.available:
                raise Lost(f"ROUTE-14: {place.name} is stopped")
            if not self.replying and place.kind in ("endpoint", "inspection"):
                raise Lost(f"EP-6: {place.name} starts nothing")
            if not self.replying and place.kind == "nat_gateway":
                raise Lost(f"NATGW-7: {place.name} starts nothing of its own")
            if not self.replying and place.body.get("type") == "gateway" and not covers(self.sent_by(place), packet):
                raise Lost(f"LB-9: {place.name} sends GENEVE and health checks alone")
            return self.leave(place, packet, KEPT)
        if isinstance(place, Outside):
            return self.from_outside(place, packet)
        if isinstance(place, Behind):
            return self.from_behind(place.host, packet)
        if isinstance(place, ServiceOf):  # EP-3: the service answers through the endpoint
            return self.deliver(place.vpc, packet, GONE, None)
        if not self.replying and any(inside(packet.src, body["cidrs"]) for body in self.world.vpcs.values()):
            raise Lost(f"WALK-24: {packet.src} is an address of a VPC, and nobody has it")
        return self.over_the_internet(packet)

    def sent_by(self, node: Interface) -> list[str]:
        """LB-9: what a Gateway Load Balancer sends to its targets. DECISION: its health checks go to TCP 80 by default."""
        groups = (node.body.get("target_groups") or {}).values()
        return ["udp/6081", *(str(each.get("health_check") or "tcp/80") for each in groups)]

    def from_behind(self, host: Interface, packet: Packet) -> End:
        """A packet of the networks behind a host: it is forwarded, and masqueraded if the host does that."""
        if host.available and packet.dst in host.addresses:
            return host, packet
        if not host.available or not host.forwards:
            raise Lost(f"NATI-5: {host.name} does not forward for its client networks")
        tracked = self.replying and any(at == host and seen.answer() == packet for at, _, seen in self.crossed)
        if host.masquerades and not tracked:
            return self.translate(host, packet)
        self.forward(host, packet)
        return self.leave(host, packet, GONE)

    def check_who_got_it(self, end: Place, meant: Interface | None) -> None:
        """Who is asked for by a name must get the packet, itself or by what it passes on; another holder of the address
        is not who was meant (components.md, DELIVERED_ELSEWHERE)."""
        if meant is None:
            return
        passed = [end.host if isinstance(end, Behind) else end]
        passed += [at for session in self.sessions for at in (session.device, session.exit)]
        if (meant.vpc, meant.host) not in [(at.vpc, at.host) for at in passed if isinstance(at, Interface)]:
            raise Lost(f"PEER-9: the packet comes to {end}, and {meant.name} was meant")

    def judge(self, place: Place, packet: Packet, meant: Interface | None = None) -> Verdict:
        """Both legs."""
        self.origin = place
        try:
            end, seen = self.depart(place, packet)
            self.check_who_got_it(end, meant)
        except Lost as lost:
            return Verdict(False, False, False, f"forward: {lost}", self.listener)
        if self.doubt:  # nothing else stopped it
            raise Undecided(self.doubt)
        answer = seen.answer()
        if end == AMAZON or answer is None:
            return Verdict(True, True, True, "", self.listener)
        self.replying, self.forwarded, self.entered = True, [], set()
        try:
            end, back = self.depart(end, answer)  # WALK-8, WALK-10, PEER-9: by the route tables alone
            if end != place:
                raise Lost(f"PEER-9: the answer to {packet.src} goes to another holder of that address")
            if back != packet.answer():
                raise Lost(f"WALK-13: the client sent to {packet.dst} and is answered by {back.src}")
            if self.doubt:
                raise Undecided(self.doubt)
        except Lost as lost:
            return Verdict(True, False, False, f"reply: {lost}", self.listener)
        except Undecided as why:
            return Verdict(True, False, False, f"undecided: {why}", self.listener, undecided=True)
        return Verdict(True, True, True, "", self.listener)
