"""Network interfaces, and what every host behind one has in common (chapter WALK).

A bare interface (`interfaces.NAME`) is a database, a container task, anything with an address and groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from reachsim.dataplane.checkpoint import Checkpoint, Header, Leg, Session
from reachsim.dataplane.filters import Direction
from reachsim.dataplane.site import NetworkInterface
from reachsim.dataplane.steps import (
    ANY,
    EVERYWHERE,
    Deliver,
    Drop,
    Forward,
    Scope,
    Step,
    Undecided,
    intersect,
    narrowed,
    to_one,
)
from reachsim.errors import HintedError, shown
from reachsim.net.address import IPV4_LAST, LINE_LAST, family_run, format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import PortSet, Span, gap_around
from reachsim.resources.fields import (
    IPV4_FORM,
    Boolean,
    HostNameField,
    Integer,
    Ipv4Field,
    Ipv6Field,
    PortsField,
    Reference,
    References,
    Schema,
    Tags,
    TrafficField,
    also,
)
from reachsim.resources.mending import Case, RouteOffer
from reachsim.resources.resource import At, Checks, Entrance, InterfaceNeed, Resource, Wiring, resource
from reachsim.resources.security_group import SecurityGroupCheckpoint
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.verdict import Loss


class NatSettings(Schema):
    """What the operating system of a NAT instance does (NATI-5). Source/dest check is set apart from it (NATI-1)."""

    ip_forward: Boolean = True
    """It forwards packets that are not to itself."""
    masquerade: Boolean = True
    """It puts its own address into what it forwards."""


def _nat(value: Any) -> Any:
    """`nat: true` forwards and masquerades, as a NAT image does; `nat: false` does neither."""
    if value is True:
        return NatSettings()
    if value is False:
        return None
    if isinstance(value, (dict, NatSettings)) or value is None:
        return value
    raise HintedError(
        f"expected true or false, got {shown(value)}", hint="write true, or {ip_forward: true, masquerade: false}"
    )


class SecondaryAddress(Schema):
    """A further private IPv4 address of an interface, with a public one of its own or none (IGW-9)."""

    private_ip: Ipv4Field
    """The private address."""
    public_ip: Ipv4Field | None = None
    """Its public address; left out: none."""


def _secondary(value: Any) -> Any:
    return {"private_ip": value} if isinstance(value, str) else value


class InterfaceSettings(Schema):
    """The keys of one network interface."""

    subnet: Reference | None = None
    """The subnet it is in."""
    security_groups: References | None = None
    """Its groups; left out: the VPC's default group (SG-3)."""
    private_ip: Ipv4Field | None = None
    """Its private IPv4 address; left out: the lowest free address of its subnet, the same on every load."""
    secondary_private_ips: tuple[Annotated[SecondaryAddress, BeforeValidator(_secondary), also(IPV4_FORM)], ...] = ()
    """Further private addresses; an entry is an address, or `{private_ip: ..., public_ip: ...}`."""
    ipv6_address: Ipv6Field | None = None
    """Its IPv6 address, where its subnet has an IPv6 block."""
    public_ip: Ipv4Field | Boolean | None = None
    """Its public address (Elastic IP or auto-assigned), or `true` for one that AWS will choose."""
    source_dest_check: Boolean = True
    """Whether it drops what is neither from nor to one of its own addresses (WALK-23)."""

    def need(self, name: str, path: KeyPath, subnet: str, launched: bool) -> InterfaceNeed:
        """The interface, in a subnet; `launched`: with an instance, so that its subnet may give it a public address."""
        secondary = tuple((int(each.private_ip), each.public_ip) for each in self.secondary_private_ips)
        return InterfaceNeed(
            name, path, subnet, self.security_groups, self.private_ip, self.ipv6_address, self.public_ip,
            secondary=secondary, launched=launched,
        )  # fmt: skip


@resource("interfaces", "interface")
class Interface(InterfaceSettings, Resource):
    """An elastic network interface, or several that are alike."""

    order: ClassVar[int] = 1

    subnets: References = ()
    """In place of `subnet`, for several that are alike: the subnets that they are spread over."""
    count: Annotated[Integer, Field(ge=1, le=1000)] | None = None
    """How many there are; left out: one in each subnet."""
    nat: Annotated[NatSettings | None, BeforeValidator(_nat), also({"type": "boolean"})] = None
    """`true`: its system forwards and masquerades. Long form: `{ip_forward: true, masquerade: false}`."""
    listens: TrafficField | None = None
    """Traffic that a process there answers; left out: everything. Never changes what is delivered."""
    client_ports: PortsField | None = None
    """Source ports that it uses as a client; left out: what its `ami` tells, else 1024-65535 (NACL-12)."""
    public_dns_name: HostNameField | None = None
    """A host name that means its private address inside its VPC and its public one outside (DNS-3, PEER-11)."""
    tags: Tags = {}

    def settings(self, at: At) -> Iterator[tuple[str, KeyPath, InterfaceSettings]]:
        """Its interfaces, each by name, with where its keys are written."""
        many = range(1, (self.count or len(self.subnets)) + 1)
        for name in (f"{at.name}/{n}" for n in many) if self.alike else (at.name,):
            yield name, at.path, self

    @property
    def alike(self) -> bool:
        """Whether it stands for several."""
        return bool(self.subnets) or self.count is not None

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """Those that it has; several that are alike are spread over their subnets in turn."""
        launched = type(self).noun == "instance"
        for index, (name, path, settings) in enumerate(self.settings(at)):
            subnet = settings.subnet or (self.subnets[index % len(self.subnets)] if self.subnets else "")
            yield settings.need(name, path, subnet, launched and not index)

    def check(self, at: At, checks: Checks) -> None:
        """An interface is in a subnet, and several that are alike have no addresses of their own."""
        for _, path, settings in self.settings(at):
            if settings.subnet is None and not self.subnets:
                checks.report(path, "missing key 'subnet'", "write subnet: NAME", key=True)
        fixed = self.private_ip or self.secondary_private_ips or self.ipv6_address
        if self.alike and (fixed or not isinstance(self.public_ip, bool | None)):
            checks.report(
                at.path, "interfaces that are alike have no addresses of their own", "leave them out", key=True
            )
        if self.subnets and self.subnet is not None:
            checks.report((*at.path, "subnets"), "'subnets' stands in place of 'subnet'", "write one of the two")

    def build(self, at: At, wiring: Wiring) -> None:
        """Its interfaces, their groups, and the host behind them."""
        settings = {name: body for name, _, body in self.settings(at)}
        for need in self.interfaces(at):
            body = settings[need.name]
            interface = nic_of(need, type(self).noun, self.tags, at, wiring)
            interface.source_dest_check = body.source_dest_check
            interface.listens = self.listens
            interface.client_ports = self.client_ports if self.client_ports is not None else self.usual_client_ports()
            host = self.host(interface)
            interface.host = host
            wiring.add_groups(at.vpc, interface, body.security_groups)
            put_behind_groups(interface)
            wiring.place(interface)
            if host.clients and need.name == next(iter(settings)):
                wiring.add_sender(host.clients, host.behind, interface.name)
                wiring.join_places(interface.owner, (at.vpc, interface.name))
            wiring.cut(edge for low, high in (*host.clients.spans, *host.local.spans) for edge in (low, high + 1))
        if need.name != at.name:
            wiring.add_group(at, [f"{at.vpc}.{name}" for name in settings])

    def usual_client_ports(self) -> PortSet:
        """Source ports of its clients where the file does not say."""
        return UNKNOWN_CLIENT

    def host(self, interface: NetworkInterface) -> Host:
        """The checkpoint behind an interface: its operating system."""
        if self.nat is None:
            return Host(interface)
        return Host(interface, ip_forward=self.nat.ip_forward, masquerade=self.nat.masquerade)

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The default route to a host that forwards and masquerades (NATI-1); it need not do so yet as it should."""
        if vpc == at.vpc and self.nat is not None and not self.alike and _public_ipv4(case.destination):
            yield from (RouteOffer("0.0.0.0/0", name, f"NAT instance {name}") for name, _, _ in self.settings(at))

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """A route leads to one interface (ROUTE-10)."""
        name = next(name for name, _, _ in self.settings(at))
        interface = wiring.interface(at.vpc, name)
        return Entrance(interface.subnet.entry, interface)


def _public_ipv4(address: int) -> bool:
    return address <= IPV4_LAST and address in PUBLIC


def nic_of(need: InterfaceNeed, kind: str, tags: Mapping[str, str], at: At, wiring: Wiring) -> NetworkInterface:
    """An interface that a resource needs, in its subnet and with its addresses; what is behind it is still to be told."""
    subnet = wiring.subnet(at.vpc, need.subnet)
    interface = NetworkInterface(f"{at.vpc}.{need.name}", kind, subnet, wiring.pairs(at.vpc, need), need.path)
    interface.tags = tuple(sorted(tags.items()))
    return interface


def own(interface: NetworkInterface, address: int) -> bool:
    """Whether an address is one of the interface's private addresses."""
    return address in interface.addresses


def interfaces_of_host(interface: NetworkInterface) -> Iterator[NetworkInterface]:
    """The interfaces of the host that one belongs to, in the order of the file, once for each of their addresses: of an
    instance, all of them."""
    return (
        each
        for each in interface.vpc.owners.values()
        if each is interface or (interface.kind == "instance" and each.owner == interface.owner)
    )


def emit(interface: NetworkInterface, header: Header) -> Checkpoint:
    """Where a packet goes that the host behind an interface sends: source/dest check, groups, subnet (WALK-2)."""
    return (
        interface.outbound
        if own(interface, header.source)
        else SourceDestCheck(interface, Direction.EGRESS, interface.outbound)
    )


def leave(interface: NetworkInterface, header: Header) -> Checkpoint:
    """Where a packet goes that leaves an interface: AWS's services and its own subnet without ACL or route table
    (WALK-5, WALK-20), everything else through its subnet's ACL (WALK-2)."""
    destination = header.destination
    if destination in interface.subnet:
        return interface.subnet.link
    return interface.subnet.exit


class SourceDestCheck(Checkpoint):
    """The source/destination check of an interface, met by what is not its own (WALK-23, NATI-1).

    It drops an arriving packet that is not to, and a leaving packet that is not from, one of its private addresses.
    """

    __slots__ = ("direction", "interface", "next")

    def __init__(self, interface: NetworkInterface, direction: Direction, next: Checkpoint) -> None:
        super().__init__(interface.name, f"source/dest check {direction.value}", (*interface.path, "source_dest_check"))
        self.interface = interface
        self.direction = direction
        self.next = next

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceDestCheck) and (self.interface, self.direction) == (
            other.interface,
            other.direction,
        )

    def __hash__(self) -> int:
        return hash((id(self.interface), self.direction))

    def step(self, header: Header, leg: Leg) -> Step:
        """Drop what is not the interface's own, unless the check is off."""
        arriving = self.direction is Direction.INGRESS
        address = header.destination if arriving else header.source
        run = self.interface.run_around(address)
        scope = Scope(EVERYWHERE, run) if arriving else Scope(run, EVERYWHERE)
        if self.interface.source_dest_check and not own(self.interface, address):
            mine = " or ".join(map(format_address, self.interface.addresses))
            text = f"source_dest_check is true: the packet is {'not to' if arriving else 'not from'} {mine}"
            loss = Loss(Code.ENI_SOURCE_DEST_CHECK_RESTRICTION, "NATI-1", text)
            return self.drop(loss, header, scope, onward=Forward(self.next, header, "", "WALK-23", self.path, scope))
        return Forward(self.next, header, "source_dest_check is false", "WALK-23", self.path, scope)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The groups or the host of the interface."""
        return (self.next,)


class Outbound(SecurityGroupCheckpoint):
    """The groups of an interface for what its host sends, and the way out of it."""

    __slots__ = ()

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the groups, then leave the interface. Traffic to AWS's own services is asked nothing (SG-24, WALK-20).

        A stopped instance sends nothing (ROUTE-14).
        """
        host = self.interface.host
        if isinstance(host, Host):
            own_doing = host.before_leaving(header, leg)
            if own_doing is not None:
                return own_doing
        step = self._leave(header, leg)
        if isinstance(host, Host):
            run = host.local.run_around(header.destination)
            if host.snat:
                run = intersect(run, self.interface.vpc.blocks.run_around(header.destination))
            step = narrowed(step, Scope(EVERYWHERE, run))
        if isinstance(host, Host) and host.stopped:
            loss = Loss(Code.BAD_STATE, "ROUTE-14", f"{self.interface.name} is stopped")
            onward = step if isinstance(step, Forward) else None
            return self.drop(loss, header, step.scope, path=(*self.interface.owner, "state"), onward=onward)
        return step

    def _leave(self, header: Header, leg: Leg) -> Step:
        destination = header.destination
        handed = leg.returns.get((self.interface, header.source, destination)) if leg.reply else None
        if handed is not None:
            return self.judged(
                handed, header, leg, ANY
            )  # its packet told how far the client's address is treated alike
        service = self.interface.vpc.services.get(destination)
        if service is not None:
            text = "AWS's own services are reached past groups and ACLs"
            return Forward(service, header, text, "WALK-20", scope=to_one(destination))
        services = gap_around(self.interface.vpc.service_places, destination, LINE_LAST)
        run = intersect(self.interface.subnet.run_around(destination), services)
        return self.judged(leave(self.interface, header), header, leg, Scope(EVERYWHERE, run))

    def successors(self) -> list[Checkpoint]:
        """The link of its subnet, the subnet's ACL, AWS's services, and the host's first interface (`external_snat`); where
        answers go past all routes, too (LB-7)."""
        host = self.interface.host
        first = (
            [host.first().outbound]
            if isinstance(host, Host) and host.snat and host.first() is not self.interface
            else []
        )
        services = self.interface.vpc.services.values()
        return [self.interface.subnet.link, self.interface.subnet.exit, *services, *first, *self.interface.handed]


class Inbound(SecurityGroupCheckpoint):
    """The groups of an interface for what reaches it, and the way to its host."""

    __slots__ = ()

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the groups, then the source/dest check where the packet is not to the interface (WALK-3)."""
        run = self.interface.run_around(header.destination)
        mine = own(self.interface, header.destination)
        next = self.interface.host if mine else SourceDestCheck(self.interface, Direction.INGRESS, self.interface.host)
        return self.judged(next, header, leg, Scope(EVERYWHERE, run))

    def successors(self) -> list[Checkpoint]:
        """The host, and the check before it."""
        return [self.interface.host, SourceDestCheck(self.interface, Direction.INGRESS, self.interface.host)]


def put_behind_groups(interface: NetworkInterface, outbound: type[Outbound] = Outbound) -> None:
    """Put an interface's host behind its security groups, both ways."""
    interface.outbound = outbound(
        interface, Direction.EGRESS, interface.filter(Direction.EGRESS), interface.path, interface.subnet.exit
    )
    interface.inbound = Inbound(
        interface, Direction.INGRESS, interface.filter(Direction.INGRESS), interface.path, interface.host
    )


class Host(Checkpoint):
    """The operating system behind an interface: takes what is to it, and forwards other packets if it is set so.

    `ip_forward`, `masquerade`: NATI-5. A masquerading host puts its own address and a port of its choice into what it
    forwards, and puts the client's back into the answers (WALK-15); an answer of a flow that it never saw is invalid to
    it and dropped (WALK-19). `clients`: addresses behind it; `local`: addresses that never leave it; `snat`: what its
    secondary addresses send out of the VPC gets its primary address.
    """

    __slots__ = ("behind", "clients", "interface", "ip_forward", "local", "masquerade", "snat", "stopped")

    def __init__(
        self, interface: NetworkInterface, *, ip_forward: bool = False, masquerade: bool = False, stopped: bool = False
    ) -> None:
        super().__init__(interface.name, interface.kind, interface.path)
        self.interface = interface
        self.ip_forward = ip_forward
        self.masquerade = masquerade
        self.stopped = stopped
        self.clients = AddressSet.nothing()
        self.local = AddressSet.nothing()
        self.snat = False
        self.behind = Clients(self)

    def step(self, header: Header, leg: Leg) -> Step:
        """Take the packet, or forward it; a stopped instance does neither (ROUTE-14)."""
        step = self._take(header, leg)
        if not self.stopped:
            return step
        loss = Loss(Code.BAD_STATE, "ROUTE-14", f"{self.interface.name} is stopped")
        onward = step.onward if isinstance(step, Drop) else None if isinstance(step, Undecided) else step
        return self.drop(loss, header, step.scope, path=(*self.interface.owner, "state"), onward=onward)

    def _take(self, header: Header, leg: Leg) -> Step:
        if own(self.interface, header.destination):
            scope = to_one(header.destination)
            restored = restore(self, self.interface, header, leg)
            if restored is not None:
                text = "the client's address is put back"
                next = self._back_to(restored)
                return Forward(next, restored, text, "WALK-15", scope=scope, translated=-1)
            return Deliver(header, rule="WALK-1", scope=scope)
        return self.forward(header, leg)

    def _back_to(self, restored: Header) -> Checkpoint:
        """Where an answer goes on when the client's address is put back: to the host itself, behind it, or out again."""
        if restored.destination in self.clients:
            return self.behind
        owner = self.interface.vpc.owners.get(restored.destination)
        if self.snat and owner is not None and owner.owner == self.interface.owner:
            return owner.host
        return emit(self.interface, restored)

    def before_leaving(self, header: Header, leg: Leg) -> Step | None:
        """What the host does before a packet comes to its interface. What is to a network of its own never leaves it; what
        its secondary addresses send out of the VPC gets its primary address, where it is set so. None where it does neither.
        """
        interface, destination = self.interface, header.destination
        if destination in self.local:
            text = f"{format_address(destination)} is in a local network of {interface.name}, so the packet never leaves it"
            scope = Scope(EVERYWHERE, self.local.run_around(destination))
            loss = Loss(Code.DELIVERED_ELSEWHERE, "WALK-26", text)
            return self.drop(loss, header, scope, path=(*interface.owner, "local_networks"))
        secondary = own(interface, header.source) and header.source not in interface.primary
        if not self.snat or leg.reply or not secondary or destination in interface.vpc.blocks:
            return None
        first = self.first()
        onward = masquerade(first.host, first, header, leg)
        text = "out of the VPC its primary address takes the place of a secondary one"
        scope = Scope((header.source, header.source), interface.vpc.blocks.run_around(destination))
        path = (*interface.owner, "external_snat")
        return Forward(first.outbound, onward, text, "WALK-26", path, scope, translated=1)

    def first(self) -> NetworkInterface:
        """The first interface of the host."""
        return next(interfaces_of_host(self.interface))

    def forward(self, header: Header, leg: Leg, *, tracked: bool = False) -> Step:
        """Send on what is to somebody else (NATI-5). `tracked`: an answer to what it let through as it was."""
        interface = self.interface
        scope = Scope(self.run_around(header.source), self.run_around(header.destination))
        if header.destination in self.clients and self.ip_forward:
            text = "to the networks behind it"
            return Forward(self.behind, header, text, "NATI-5", (*interface.owner, "client_networks"), scope)
        if self.masquerade and not tracked and header.source > IPV4_LAST:
            # What makes a NAT instance one, forwarding and masquerading, is set for IPv4 alone (docs/decisions.md).
            text = f"{interface.name} translates and forwards IPv4 alone"
            return self.drop(Loss(Code.HOST_DOES_NOT_FORWARD, "NATI-5", text), header, scope, path=(*self.path, "nat"))
        if tracked or not self.masquerade:
            onward = Header(header.source, header.destination, interface, direct=own(interface, header.source))
            text, translated = "forwarded", 0
        elif leg.reply:
            text = f"{interface.name} translates addresses but never saw the packet that this one answers"
            return self.drop(Loss(Code.ASYMMETRIC_RETURN, "WALK-19", text), header, scope)
        elif all(address > IPV4_LAST for address in interface.addresses):
            text = f"{interface.name} has no IPv4 address to put into what it forwards"
            return self.drop(Loss(Code.HOST_DOES_NOT_FORWARD, "NATI-5", text), header, scope)
        else:
            onward = masquerade(self, interface, header, leg)
            text, translated = "forwarded; its port becomes one of 1024-65535", 1
        step = Forward(emit(interface, onward), onward, text, "NATI-5", self.path, scope, translated=translated)
        if self.ip_forward:
            return step
        text = f"{interface.name} does not forward packets that are not to it (no ip_forward)"
        return self.drop(Loss(Code.HOST_DOES_NOT_FORWARD, "NATI-5", text), header, scope, onward=step)

    def run_around(self, address: int) -> Span:
        """Addresses around one that the host treats like it: of its family, and its own or not."""
        run = intersect(self.interface.run_around(address), family_run(address))
        return intersect(run, self.clients.run_around(address))

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """The host answers through the same interface (WALK-26), from the address that was called."""
        return self.interface.outbound, Header(arrived.destination, arrived.source, self.interface)

    def successors(self) -> list[Checkpoint]:
        """The way out of its interface, where it forwards or translates; the networks behind it; its other interfaces."""
        others = dict.fromkeys(interface.host for interface in interfaces_of_host(self.interface)) if self.snat else {}
        others.pop(self, None)
        if not self.ip_forward:
            return [*others]
        out: list[Checkpoint] = [
            self.interface.outbound,
            SourceDestCheck(self.interface, Direction.EGRESS, self.interface.outbound),
        ]
        return [*out, *others, *([self.behind] if self.clients else [])]


class Clients(Checkpoint):
    """The networks behind a host: VPN clients, a router's LAN. What they send and get, the host forwards (NATI-5)."""

    __slots__ = ("host",)

    def __init__(self, host: Host) -> None:
        super().__init__(host.component, "client networks", host.interface.owner)
        self.host = host

    @property
    def realm(self) -> object:
        """The networks, by whichever interface of the host."""
        return "client networks", self.host.interface.owner

    def step(self, header: Header, leg: Leg) -> Step:
        """Deliver what is to them; what they send goes to the host, or is forwarded by it."""
        host = self.host
        mine = host.clients.run_around(header.destination)
        if header.destination in host.clients:
            return Deliver(header, "delivered behind the host", "NATI-5", scope=Scope(EVERYWHERE, mine))
        if own(host.interface, header.destination):
            return Forward(host, header, "to the host", "NATI-5", self.path, to_one(header.destination))
        return narrowed(host.forward(header, leg, tracked=leg.reply), Scope(EVERYWHERE, mine))

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """They answer by the host."""
        return self, Header(arrived.destination, arrived.source)

    def successors(self) -> list[Checkpoint]:
        """The host, and the way out of it."""
        return [self.host, self.host.interface.outbound]


def masquerade(device: Checkpoint, interface: NetworkInterface, header: Header, leg: Leg) -> Header:
    """The packet with the device's own address as source; the device remembers the flow (NATGW-3, NATI-5).

    From then on it comes from the device's interface: a group of the client matches it no more (SG-13).
    """
    source = interface.address_for(header.source)
    leg.sessions.append(Session(device, header.source, source, header.destination))
    return Header(source, header.destination, interface)


def restore(device: Checkpoint, interface: NetworkInterface, header: Header, leg: Leg) -> Header | None:
    """An answer with the client's address put back, if it belongs to a flow that the device translated, else None."""
    session = leg.answered(device, header)
    return None if session is None else Header(header.source, session.client, interface, direct=False)
