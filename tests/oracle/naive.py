"""What the rule book says about one question, one packet at a time, with linear scans and nothing clever.

This file shares no code with reachsim and must never import it: it is the third, naive reading that both
engines are held against. Rule IDs are those of the rule book. Where the rule book is silent, the decision
taken is marked DECISION.

>>> judge(yaml.safe_load(text), "app.probe", "www.example.com", "tcp/443", 50000).reachable
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests import addresses as ip

Address = ip.Ip
Network = ip.Block
Design = dict[str, Any]

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
ECHO_ANSWERS = {(ICMP, 8): 0, (ICMPV6, 128): 129}
NAT_PORTS = range(1024, 65536)  # NATGW-4, NATI-7
EVERYWHERE = ["0.0.0.0/0", "::/0"]
INTERNET, AMAZON = "internet", "amazon"  # places to end up that are not interfaces
# DECISION: a function outside every VPC (LAMBDA-1) sends from an address of AWS that no sane rule names.
LAMBDA_SERVICE = ip.ip_address("192.0.2.1")


@dataclass(frozen=True)
class Verdict:
    """`forward`: the packet was delivered; `reply`: its answer came back; `lost`: where and why not."""

    forward: bool
    reply: bool
    reachable: bool
    lost: str = ""


class Lost(Exception):
    """A component dropped the packet."""


@dataclass(frozen=True)
class Packet:
    """WALK-1. For ICMP both ports hold the echo identifier, which no rule can see."""

    src: Address
    dst: Address
    protocol: int
    sport: int = 0
    dport: int = 0
    icmp_type: int = -1
    icmp_code: int = -1

    def answer(self) -> Packet | None:
        """The packet that answers this one; None for an ICMP type that has no answer."""
        back = replace(self, src=self.dst, dst=self.src, sport=self.dport, dport=self.sport)
        if self.protocol not in (ICMP, ICMPV6):
            return back
        answer_type = ECHO_ANSWERS.get((self.protocol, self.icmp_type))
        return None if answer_type is None else replace(back, icmp_type=answer_type, icmp_code=0)


@dataclass(frozen=True)
class Interface:
    """Anything with an address in a subnet: `kind` is instance, interface, nat_gateway or function."""

    vpc: str
    name: str
    kind: str
    subnet: str
    private: Address
    ipv6: Address | None = None
    public: Address | None = None
    groups: frozenset[str] = frozenset()
    check: bool = True
    forwards: bool = False
    masquerades: bool = False
    available: bool = True

    @property
    def addresses(self) -> list[Address]:
        """Its private addresses, of both families."""
        return [self.private] if self.ipv6 is None else [self.private, self.ipv6]


@dataclass(frozen=True)
class Client:
    """Who asks: an interface, or an address outside every VPC."""

    label: str
    interface: Interface | None
    address: Address | None
    function: bool = False


@dataclass(frozen=True)
class Session:
    """What a NAT device remembers: the packet that came, the packet that left."""

    device: Interface
    came: Packet
    left: Packet


def listed(value: Any) -> list[Any]:
    """A list stays; nothing is the empty list; anything else is a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@functools.cache
def network(text: str) -> Network | None:
    """A CIDR or an address as a network; None if the text is neither (a name)."""
    try:
        return ip.ip_network(text, strict=False)
    except ValueError:
        return None


def inside(address: Address, cidrs: list[str]) -> bool:
    """ROUTE-5, NACL-11, SG-18: `in` never mixes the families."""
    return any(address in block for block in map(network, cidrs) if block is not None)


def is_private(address: Address) -> bool:
    """RFC 1918 and 100.64.0.0/10: what an internet gateway drops (IGW-5, IGW-6)."""
    return inside(address, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])


def span(text: str) -> tuple[int, int]:
    """`443` or `1024-65535`."""
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def covers(tokens: Any, packet: Packet) -> bool:
    """Is the packet among these traffic tokens? (SG-19, SG-20, NACL-7, NACL-8: never the source port)."""
    for token in listed(tokens):
        name, *details = str(token).split("/")
        if name == "all":
            return True
        if name == "proto":
            if int(details[0]) == packet.protocol:
                return True
        elif PROTOCOLS[name] != packet.protocol:
            continue
        elif not details:
            return True
        elif name in ("tcp", "udp"):
            low, high = span(details[0])
            if low <= packet.dport <= high:
                return True
        elif [packet.icmp_type, packet.icmp_code][: len(details)] == [int(each) for each in details]:
            return True
    return False


def first_packet(src: Address, dst: Address, traffic: str, source_port: int) -> Packet:
    """The packet that asks the question."""
    name, *details = traffic.split("/")
    if name == "proto":
        return Packet(src, dst, int(details[0]))
    if name in ("tcp", "udp"):
        return Packet(src, dst, PROTOCOLS[name], source_port, int(details[0]))
    icmp_type, icmp_code = int(details[0]), int(details[1]) if len(details) > 1 else 0
    return Packet(src, dst, PROTOCOLS[name], source_port, source_port, icmp_type, icmp_code)


class World:
    """The design, with addresses assigned and every question about its parts answered by a linear scan."""

    def __init__(self, design: Design) -> None:
        self.vpcs: dict[str, Any] = design.get("vpcs") or {}
        self.peerings: dict[str, Any] = design.get("peering_connections") or {}
        self.functions: dict[str, Any] = design.get("lambda_functions") or {}
        self.gateways: dict[str, Any] = design.get("api_gateways") or {}
        self.hosts: dict[str, Any] = (design.get("internet") or {}).get("hosts") or {}
        self.prefix_lists: dict[str, Any] = design.get("prefix_lists") or {}
        self.interfaces: list[Interface] = []
        for vpc in self.vpcs:
            explicit = [body["private_ip"] for _, _, body in self.bodies(vpc) if "private_ip" in body]
            taken = {ip.ip_address(text) for text in explicit}
            self.add_function_interfaces(vpc, taken)
            self.add_interfaces(vpc, taken)

    # --- building ---------------------------------------------------------------------------------

    def bodies(self, vpc: str) -> Iterator[tuple[str, str, Any]]:
        """(kind, name, body) of what has an address, in the order in which addresses are assigned."""
        for kind in ("instance", "interface", "nat_gateway"):
            for name, body in (self.vpcs[vpc].get(kind + "s") or {}).items():
                yield kind, name, body

    def free_address(self, vpc: str, subnet: str, taken: set[Address], lowest: bool) -> Address:
        """The lowest or highest address of the subnet that is neither taken nor reserved; it is taken now."""
        block = network(self.vpcs[vpc]["subnets"][subnet]["cidr"])
        assert block is not None
        usable = range(4, block.num_addresses - 1)  # SUBNET-2
        free = next(block[n] for n in (usable if lowest else reversed(usable)) if block[n] not in taken)
        taken.add(free)
        return free

    def hyperplane_interfaces(self) -> list[Interface]:
        """The interfaces of functions."""
        return [i for i in self.interfaces if i.kind == "function"]

    def add_interfaces(self, vpc: str, taken: set[Address]) -> None:
        """Instances, bare interfaces and NAT gateways; addresses left out are the lowest free (SUBNET-2)."""
        assigned_public = ip.ip_address("198.18.0.0")  # DECISION: for `public_ip: true`
        for kind, name, body in self.bodies(vpc):
            if "private_ip" in body:
                private = ip.ip_address(body["private_ip"])
            else:
                private = self.free_address(vpc, body["subnet"], taken, lowest=True)
            public = body.get("public_ip")
            if kind == "nat_gateway" and body.get("connectivity") != "private":  # NATGW-1, NATGW-2
                public = public or True
            if public is True:
                public = str(assigned_public + 1 + len(self.interfaces))
            nat = body.get("nat", False)
            modes = nat if isinstance(nat, dict) else {"ip_forward": nat, "masquerade": nat}
            self.interfaces.append(
                Interface(
                    vpc,
                    name,
                    kind,
                    body["subnet"],
                    private,
                    ipv6=ip.ip_address(body["ipv6_address"]) if body.get("ipv6_address") else None,
                    public=ip.ip_address(public) if public else None,
                    groups=frozenset(body.get("security_groups") or ["default"]),  # SG-3
                    check=body.get("source_dest_check", True),
                    forwards=bool(modes.get("ip_forward", True)),  # NATI-5
                    masquerades=bool(modes.get("masquerade", True)),
                    available=body.get("state", "available") in ("available", "running"),  # NATGW-11, ROUTE-14
                )
            )

    def add_function_interfaces(self, vpc: str, taken: set[Address]) -> None:
        """One Hyperplane interface per (subnet, set of groups), from the top of the subnet (LAMBDA-3)."""
        for function in self.functions.values():
            for body in [function.get("latest"), *(function.get("versions") or {}).values()]:
                if not body or body.get("vpc") != vpc:
                    continue
                for subnet in body["subnets"]:
                    groups = frozenset(body.get("security_groups") or ["default"])
                    if any((i.vpc, i.subnet, i.groups) == (vpc, subnet, groups) for i in self.hyperplane_interfaces()):
                        continue
                    private = self.free_address(vpc, subnet, taken, lowest=False)
                    name = f"function in {subnet}"
                    self.interfaces.append(Interface(vpc, name, "function", subnet, private, groups=groups))

    # --- names ------------------------------------------------------------------------------------

    def find(self, name: str) -> Interface | None:
        """The interface called `vpc.name`, or `name` where that is unique."""
        for i in self.interfaces:
            if i.kind != "function" and f"{i.vpc}.{i.name}" == name:
                return i
        same = [i for i in self.interfaces if i.kind != "function" and i.name == name]
        return same[0] if len(same) == 1 else None

    def attachments(self, endpoint: str) -> list[tuple[str, Interface | None]] | None:
        """Every interface that an invocation may use (LAMBDA-19, 24, 26); None for one outside every VPC."""
        if endpoint in self.gateways:  # LAMBDA-27
            endpoint = self.gateways[endpoint]["integration"]
        name, _, qualifier = endpoint.partition(":")
        if name not in self.functions:
            return None
        function = self.functions[name]
        versions = {str(key): body for key, body in (function.get("versions") or {}).items()}
        wanted = (function.get("aliases") or {}).get(qualifier, qualifier)
        weighted = wanted if isinstance(wanted, dict) else {wanted: 1}
        found: list[tuple[str, Interface | None]] = []
        for version in (str(key) for key, weight in weighted.items() if weight):
            latest = version in ("", "latest", "$LATEST")
            body = (function.get("latest") if latest else versions[version]) or {}
            if not body.get("vpc"):
                found.append((f"{name}:{version}", None))  # LAMBDA-1, LAMBDA-28
            for subnet in body.get("subnets") or []:
                groups = frozenset(body.get("security_groups") or ["default"])
                found += [
                    (f"{name}:{version} in {subnet}", i)
                    for i in self.hyperplane_interfaces()
                    if (i.vpc, i.subnet, i.groups) == (body["vpc"], subnet, groups)
                ]
        return found

    def clients(self, src: str) -> list[Client]:
        """The source of the question, one for each variant."""
        attachments = self.attachments(src)
        if attachments is not None:
            return [Client(text, i, None if i else LAMBDA_SERVICE, True) for text, i in attachments]
        interface = None if src in self.hosts else self.find(src)
        if interface is not None:
            return [Client(src, interface, None)]
        return [Client(src, None, ip.ip_address(self.hosts[src]["ip"] if src in self.hosts else src))]

    def targets(self, dst: str, client: Client, traffic: str) -> list[tuple[str, Address | None]]:
        """The addresses that the client means by `dst`; None where there is no address to send to."""
        attachments = self.attachments(dst)
        if attachments is not None:
            return [(text, i.private if i else None) for text, i in attachments]
        if dst in self.hosts:
            return [(dst, ip.ip_address(self.hosts[dst]["ip"]))]
        interface = self.find(dst)
        if interface is None:
            return [(dst, ip.ip_address(dst))]
        if traffic.startswith("icmpv6"):
            return [(dst, interface.ipv6)]
        home = client.interface.vpc if client.interface else ""
        near = home == interface.vpc or self.peered(home, interface.vpc, any_status=True)
        return [(dst, interface.private if near else interface.public or interface.private)]

    # --- parts ------------------------------------------------------------------------------------

    def peered(self, one: str, other: str, any_status: bool = False) -> bool:
        """Is there a peering connection between the two VPCs, and is it active (PEER-1)?"""
        return any(
            {body["requester"], body["accepter"]} == {one, other}
            and (any_status or body.get("status", "active") == "active")
            for body in self.peerings.values()
        )

    def blocks(self, vpc: str, subnet: str) -> list[str]:
        """The IPv4 and IPv6 block of a subnet."""
        body = self.vpcs[vpc]["subnets"][subnet]
        return [body[key] for key in ("cidr", "ipv6_cidr") if body.get(key)]

    def group_rules(self, vpc: str, group: str, direction: str) -> list[Any]:
        """The rules of a group in one direction, AWS's own where the file has none (SG-2, SG-3)."""
        body = (self.vpcs[vpc].get("security_groups") or {}).get(group) or {}
        if direction in body:
            return listed(body[direction])
        if direction == "egress":
            return [{"allow": "all", "to": EVERYWHERE}]
        return [{"allow": "all", "from": "default"}] if group == "default" else []

    def names(self, vpc: str, peer: str, address: Address, direct: bool) -> bool:
        """Does the peer of a security group rule of this VPC mean this address? (SG-18)"""
        if network(peer) is not None:
            return inside(address, [peer])
        prefix_list = {**self.prefix_lists, **(self.vpcs[vpc].get("prefix_lists") or {})}.get(peer)
        if prefix_list is not None:
            return inside(address, prefix_list["entries"] if isinstance(prefix_list, dict) else prefix_list)
        if not direct:  # SG-13, SG-14: a reference does not survive NAT, a proxy or a middlebox
            return False
        home, _, group = peer.rpartition(".")
        home = home or vpc
        if home != vpc and not self.peered(home, vpc):  # SG-11, SG-16
            return False
        # SG-10, SG-12: the private addresses of the interfaces that carry the group, never a public one.
        return any(
            i.vpc == home and group in i.groups and address in i.addresses
            for i in self.interfaces
            if i.kind != "nat_gateway"
        )

    def group_allows(self, interface: Interface, direction: str, packet: Packet, direct: bool) -> bool:
        """SG-1: any rule of any group."""
        peer = packet.src if direction == "ingress" else packet.dst
        side = "from" if direction == "ingress" else "to"
        return any(
            covers(rule["allow"], packet)
            and any(self.names(interface.vpc, each, peer, direct) for each in listed(rule[side]))
            for group in interface.groups
            for rule in self.group_rules(interface.vpc, group, direction)
        )

    def acl(self, vpc: str, subnet: str, direction: str, packet: Packet) -> None:
        """NACL-2, NACL-5, NACL-7: the lowest matching rule decides, what no rule matches is denied."""
        name = self.vpcs[vpc]["subnets"][subnet].get("network_acl", "default")
        body = (self.vpcs[vpc].get("network_acls") or {}).get(name) or {}
        if name == "default" and direction not in body:
            return  # NACL-3: all allowed; DECISION: also in the one direction that the file leaves out
        peer = packet.src if direction == "ingress" else packet.dst
        for rule in sorted(listed(body.get(direction)), key=lambda rule: rule["rule"]):
            cidrs = listed(rule["from" if direction == "ingress" else "to"])
            if inside(peer, cidrs) and covers(rule.get("allow", rule.get("deny")), packet):
                if "allow" in rule:
                    return
                raise Lost(f"NACL-2: {direction} rule {rule['rule']} of ACL {name} of {vpc}.{subnet} denies")
        raise Lost(f"NACL-2: no {direction} rule of ACL {name} of {vpc}.{subnet} matches")

    def route(self, vpc: str, subnet: str, destination: Address) -> str:
        """The target of the longest matching route (ROUTE-4, ROUTE-13), with the local routes (ROUTE-1)."""
        table = self.vpcs[vpc]["subnets"][subnet].get("route_table", "main")  # ROUTE-2
        routes = {network(cidr): "local" for cidr in self.vpcs[vpc]["cidrs"]}
        written = (self.vpcs[vpc].get("route_tables") or {}).get(table) or {}
        lists: dict[Network | None, str] = {}
        for to in sorted(to for to in written if to in self.prefix_lists):  # ROUTE-19: the lower name
            for cidr in listed(self.prefix_lists[to]):
                lists.setdefault(network(cidr), written[to])
        routes = {**lists, **routes}
        routes.update({network(to): target for to, target in written.items() if network(to)})  # ROUTE-6, ROUTE-9
        matching = [block for block in routes if block is not None and destination in block]
        if not matching:
            raise Lost(f"ROUTE-16: no route to {destination} in route table {table} of {vpc}")
        target = routes[max(matching, key=lambda block: block.prefixlen)]
        if target != "local" and inside(destination, ["169.254.168.0/22", "fd00:ec2::/32"]):
            raise Lost(f"ROUTE-17: {destination} is not carried by a route")
        return target


class Flight:
    """The walk of one packet and of its answer. Every method returns where the packet ended, and as what."""

    def __init__(self, world: World, nat_port: int) -> None:
        self.world = world
        self.nat_port = nat_port  # what every NAT device on the way picks
        self.replying = False
        self.crossed: list[tuple[Interface, str, Packet]] = []  # tracked by groups (SG-4)
        self.sessions: list[Session] = []
        self.egress_only: list[Packet] = []  # what left through an egress-only gateway
        self.forwarders: list[Interface] = []  # devices that forwarded on this leg

    def leave(self, sender: Interface, packet: Packet, direct: bool) -> tuple[Interface | str, Packet]:
        """WALK-2. `direct`: nothing has forwarded the packet since the interface that made it."""
        world, vpc = self.world, sender.vpc
        if direct and self.is_amazon_service(sender, packet):
            return AMAZON, packet
        if sender.kind != "nat_gateway":  # NATGW-6, SG-23
            if sender.check and packet.src not in sender.addresses:
                raise Lost(f"WALK-23: {vpc}.{sender.name} checks its source and {packet.src} is not its own")
            self.pass_groups(sender, "egress", packet, direct)
        if inside(packet.dst, world.blocks(vpc, sender.subnet)):  # WALK-5, ROUTE-20: no ACL, no route table
            return self.deliver(vpc, packet, direct, sender.subnet)
        world.acl(vpc, sender.subnet, "egress", packet)
        target = world.route(vpc, sender.subnet, packet.dst)
        if target == "local":
            return self.deliver(vpc, packet, direct, sender.subnet)
        if target == "blackhole":
            raise Lost(f"ROUTE-13: the route from {vpc}.{sender.subnet} to {packet.dst} is a blackhole")
        if target == world.vpcs[vpc].get("internet_gateway"):
            return self.out_of_internet_gateway(sender, packet, direct)
        if target == world.vpcs[vpc].get("egress_only_internet_gateway"):
            return self.out_of_egress_only_gateway(sender, packet, direct)
        if target in world.peerings:
            return self.through_peering(target, vpc, packet, direct)
        name = target.removeprefix(f"{vpc}.")
        device = next((i for i in world.interfaces if i.vpc == vpc and i.name == name), None)
        if device is None or not device.available:
            raise Lost(f"ROUTE-12: the target {target} of the route to {packet.dst} is not available")
        if device.subnet != sender.subnet:  # NACL-6
            world.acl(vpc, device.subnet, "ingress", packet)
        return self.arrive(device, packet, direct)

    def is_amazon_service(self, sender: Interface, packet: Packet) -> bool:
        """WALK-20, DNS-1: the resolver, metadata and time, which neither a group nor an ACL filters."""
        primary = network(self.world.vpcs[sender.vpc]["cidrs"][0])
        assert primary is not None
        resolvers = [str(primary[2]), "169.254.169.253", "fd00:ec2::253"]
        return (
            (covers(["tcp/53", "udp/53"], packet) and inside(packet.dst, resolvers))
            or (covers("tcp/80", packet) and inside(packet.dst, ["169.254.169.254"]))
            or (covers("udp/123", packet) and inside(packet.dst, ["169.254.169.123"]))
        )

    def pass_groups(self, interface: Interface, direction: str, packet: Packet, direct: bool) -> None:
        """SG-4, WALK-16: an answer to what crossed here the other way passes; the rules judge all else."""
        if self.replying and any(
            at == interface and way != direction and seen.answer() == packet for at, way, seen in self.crossed
        ):
            return
        # SG-10: outbound, a reference is about the address that is sent to, whoever made the packet.
        direct = direct or direction == "egress"
        if not self.world.group_allows(interface, direction, packet, direct):
            raise Lost(f"SG-1: no {direction} rule of {interface.vpc}.{interface.name}'s groups allows it")
        if not self.replying:
            self.crossed.append((interface, direction, packet))

    def deliver(self, vpc: str, packet: Packet, direct: bool, came_from: str | None) -> tuple[Interface | str, Packet]:
        """WALK-6, WALK-9: into the subnet that has the destination, straight to whoever has the address."""
        subnets = self.world.vpcs[vpc]["subnets"]
        subnet = next((name for name in subnets if inside(packet.dst, self.world.blocks(vpc, name))), None)
        if subnet is None:
            raise Lost(f"WALK-24: {packet.dst} is in no subnet of {vpc}")
        if subnet != came_from:
            self.world.acl(vpc, subnet, "ingress", packet)
        owner = next((i for i in self.world.interfaces if i.vpc == vpc and packet.dst in i.addresses), None)
        if owner is None:
            raise Lost(f"WALK-24: nobody has {packet.dst} in {vpc}")
        return self.arrive(owner, packet, direct)

    def arrive(self, interface: Interface, packet: Packet, direct: bool) -> tuple[Interface | str, Packet]:
        """WALK-3, the end of it: the groups, the destination check, the host or the NAT device behind it."""
        where = f"{interface.vpc}.{interface.name}"
        own = packet.dst in interface.addresses
        sessions = [each for each in self.sessions if each.device == interface]
        session = next((each for each in sessions if each.left.answer() == packet), None)
        if interface.kind == "nat_gateway":
            if self.replying and session is not None:
                return self.back_through(session, packet)
            if own:
                raise Lost(f"NATGW-7: {where} drops what it has no session for")
            if packet.dst.version == 6 or packet.protocol not in (ICMP, TCP, UDP):  # DECISION: no NAT64 here
                raise Lost(f"NATGW-5: {where} carries no protocol {packet.protocol} over IPv{packet.dst.version}")
            if not inside(packet.src, self.world.vpcs[interface.vpc]["cidrs"]):
                raise Lost(f"NATGW-10: {packet.src} is not in the VPC of {where}")
            return self.translate(interface, packet)
        if interface.kind == "function" and not self.replying:
            raise Lost(f"LAMBDA-8: {where} takes no connections")
        if not interface.available:
            raise Lost(f"ROUTE-14: {where} is stopped")
        self.pass_groups(interface, "ingress", packet, direct)
        if not own:
            if interface.check:
                raise Lost(f"NATI-1: {where} checks its destination and {packet.dst} is not its own")
            if not interface.forwards:
                raise Lost(f"NATI-5: the operating system of {where} does not forward")
            if interface.masquerades:
                if packet.dst.version == 6:  # DECISION: masquerading is IPv4's
                    raise Lost(f"NATI-5: {where} does not translate IPv6")
                return self.translate(interface, packet)
            self.forward(interface)
            return self.leave(interface, packet, direct=False)
        if self.replying and session is not None:
            return self.back_through(session, packet)
        return interface, packet

    def forward(self, device: Interface) -> None:
        """NATGW-13, NATI-10: a device that sees the same packet again is in a loop."""
        if device in self.forwarders:
            raise Lost(f"NATGW-13, NATI-10: {device.vpc}.{device.name} is its own next hop")
        self.forwarders.append(device)

    def translate(self, device: Interface, packet: Packet) -> tuple[Interface | str, Packet]:
        """NATGW-3, NATGW-4, NATI-7: the source becomes the device's private address and a port of its own."""
        if self.replying:
            raise Lost(f"WALK-19: {device.vpc}.{device.name} has no session for this answer")
        self.forward(device)
        out = replace(packet, src=device.private)
        if packet.protocol in (TCP, UDP):
            out = replace(out, sport=self.nat_port)
        self.sessions.append(Session(device, packet, out))
        # SG-10: its source is the device's own private address now, so a rule that names the device's
        # group matches.
        return self.leave(device, out, direct=True)

    def back_through(self, session: Session, packet: Packet) -> tuple[Interface | str, Packet]:
        """The answer to a translated packet; it is routed again from the device's subnet (NATGW-12)."""
        self.forward(session.device)
        back = replace(packet, dst=session.came.src, dport=session.came.sport)
        return self.leave(session.device, back, direct=False)

    def through_peering(self, name: str, vpc: str, packet: Packet, direct: bool) -> tuple[Interface | str, Packet]:
        """WALK-9, PEER-1, PEER-4 to PEER-6: from one of the two VPCs to the other and no further."""
        body = self.world.peerings[name]
        ends = [body["requester"], body["accepter"]]
        if body.get("status", "active") != "active" or vpc not in ends:
            raise Lost(f"ROUTE-15: the route from {vpc} to peering {name} is a blackhole")
        far = ends[1] if vpc == ends[0] else ends[0]
        if not inside(packet.dst, self.world.vpcs[far]["cidrs"]):
            raise Lost(f"PEER-4: {packet.dst} is not in {far}, the far side of {name}")
        if not inside(packet.src, self.world.vpcs[vpc]["cidrs"]):
            raise Lost(f"PEER-4: {packet.src} is not in {vpc}, the near side of {name}")
        return self.deliver(far, packet, direct, None)

    def out_of_internet_gateway(
        self, sender: Interface, packet: Packet, direct: bool
    ) -> tuple[Interface | str, Packet]:
        """WALK-11. IPv6 passes untranslated (IGW-8)."""
        if packet.src not in sender.addresses:
            raise Lost(f"IGW-7: {packet.src} is not an address of {sender.vpc}.{sender.name}, which sends it")
        if packet.dst.version == 6:
            return self.over_the_internet(packet, direct)
        if sender.public is None:  # also IGW-10 and LAMBDA-7
            raise Lost(f"IGW-4: {sender.vpc}.{sender.name} has no public address")
        if is_private(packet.dst):
            raise Lost(f"IGW-5: {packet.dst} is no address of the internet")
        return self.over_the_internet(replace(packet, src=sender.public), direct)

    def out_of_egress_only_gateway(
        self, sender: Interface, packet: Packet, direct: bool
    ) -> tuple[Interface | str, Packet]:
        """IPV6-4: IPv6 only, connections from inside only, and it must have seen them (WALK-19)."""
        if packet.dst.version == 4 or packet.src not in sender.addresses:
            raise Lost(f"IPV6-4: the egress-only gateway of {sender.vpc} does not carry {packet.src}")
        if self.replying:
            raise Lost(f"IPV6-4: the egress-only gateway of {sender.vpc} has not seen the connection")
        self.egress_only.append(packet)
        return self.over_the_internet(packet, direct)

    def over_the_internet(self, packet: Packet, direct: bool) -> tuple[Interface | str, Packet]:
        """To a host outside AWS, or in through the internet gateway of a VPC (WALK-12, WALK-25, IGW-6)."""
        if is_private(packet.dst) or is_private(packet.src):
            raise Lost(f"IGW-6: {packet.src} to {packet.dst} is no traffic of the internet")
        if packet.dst.version == 6:
            vpcs = self.world.vpcs
            vpc = next((name for name in vpcs if inside(packet.dst, vpcs[name]["cidrs"])), None)
            if vpc is None:
                return INTERNET, packet
            answered = self.replying and any(seen.answer() == packet for seen in self.egress_only)
            if not answered and not vpcs[vpc].get("internet_gateway"):
                raise Lost(f"IPV6-4: {vpc} takes no connections from the internet")
            return self.deliver(vpc, packet, direct, None)
        owner = next((i for i in self.world.interfaces if i.public == packet.dst), None)
        if owner is None:
            return INTERNET, packet
        if not self.world.vpcs[owner.vpc].get("internet_gateway"):
            raise Lost(f"IGW-6: {owner.vpc} has no internet gateway")
        return self.deliver(owner.vpc, replace(packet, dst=owner.private), direct, None)

    def depart(self, place: Interface | str, packet: Packet) -> tuple[Interface | str, Packet]:
        """Send a packet from where it was made."""
        if isinstance(place, Interface):
            if not place.available:
                raise Lost(f"ROUTE-14: {place.vpc}.{place.name} is stopped")
            return self.leave(place, packet, direct=True)
        return self.over_the_internet(packet, direct=True)

    def judge(self, place: Interface | str, packet: Packet) -> Verdict:
        """Both legs."""
        try:
            end, seen = self.depart(place, packet)
        except Lost as lost:
            return Verdict(False, False, False, f"forward: {lost}")
        answer = seen.answer()
        if end == AMAZON or answer is None:
            return Verdict(True, True, True)
        self.replying, self.forwarders = True, []
        try:
            end, back = self.depart(end, answer)  # WALK-8, WALK-10, PEER-9: by the route tables alone
            if end != place:
                raise Lost(f"PEER-9: the answer to {packet.src} goes to another holder of that address")
            if back != packet.answer():
                raise Lost(f"WALK-13: the client sent to {packet.dst} and is answered by {back.src}")
        except Lost as lost:
            return Verdict(True, False, False, f"reply: {lost}")
        return Verdict(True, True, True)


def edge_ports(design: Any) -> set[int]:
    """Every port at which some rule of the design begins or has just ended to match.

    Verdicts can change only there as the NAT device's port grows, so one port of each stretch stands for all.
    Where two devices translate, each one's port counts in a part of the way back of its own, so that the same
    port for both finds every failure.
    """
    ports = {NAT_PORTS.start}
    if isinstance(design, dict):
        design = [*design.values()]
    if isinstance(design, list):
        ports |= {port for each in design for port in edge_ports(each)}
    elif isinstance(design, str) and design.startswith(("tcp/", "udp/")):
        low, high = span(design.split("/")[1])
        ports |= {low, high + 1}
    return {port for port in ports if port in NAT_PORTS}


def judge_one(
    world: World, ports: list[int], client: Client, dst: Address | None, traffic: str, source_port: int
) -> Verdict:
    """One client, one destination address, each of these NAT ports: the first failure counts."""
    protocol = traffic.split("/")[0]
    if dst is None:
        return Verdict(False, False, False, "forward: LAMBDA-8: there is no address to send to")
    if client.function and protocol not in ("tcp", "udp"):
        return Verdict(False, False, False, "forward: LAMBDA-9: a function sends TCP and UDP only")
    own = client.interface.addresses if client.interface else [client.address]
    src = next((address for address in own if address is not None and address.version == dst.version), None)
    if src is None:
        return Verdict(False, False, False, f"forward: {client.label} has no IPv{dst.version} address (ROUTE-5)")
    if dst in own:  # DECISION: what a host sends to itself never leaves it
        return Verdict(True, True, True)
    packet = first_packet(src, dst, traffic, source_port)
    for port in ports:
        flight = Flight(world, port)
        verdict = flight.judge(client.interface or INTERNET, packet)
        if not flight.sessions:
            return verdict
        if not verdict.reachable:
            return replace(verdict, lost=f"{verdict.lost} (NAT port {port})")
    return verdict


def judge_variants(
    design: Design, src: str, dst: str, traffic: str, source_port: int, nat_port: int | None = None
) -> list[tuple[str, Verdict]]:
    """One verdict for each interface that may ask and each address that may be meant (LAMBDA-19, LAMBDA-26).

    `traffic` is one packet: `tcp/443`, `icmp/8`, `proto/50`. With `nat_port` a NAT device picks that port;
    without it the answer must pass for all of 1024-65535.
    """
    world = World(design)
    ports = sorted(edge_ports(design["vpcs"])) if nat_port is None else [nat_port]
    return [
        (f"{client.label} -> {text}", judge_one(world, ports, client, address, traffic, source_port))
        for client in world.clients(src)
        for text, address in world.targets(dst, client, traffic)
    ]


def judge(design: Design, src: str, dst: str, traffic: str, source_port: int, nat_port: int | None = None) -> Verdict:
    """The verdict that holds for every variant of `judge_variants`."""
    verdicts = [verdict for _, verdict in judge_variants(design, src, dst, traffic, source_port, nat_port)]
    return Verdict(
        all(verdict.forward for verdict in verdicts),
        all(verdict.reply for verdict in verdicts),
        all(verdict.reachable for verdict in verdicts),
        next((verdict.lost for verdict in verdicts if verdict.lost), ""),
    )
