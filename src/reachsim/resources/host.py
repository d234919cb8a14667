"""What stands at a network interface and behind it: its groups, the source/dest check, and the host (chapter WALK)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final

from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Drop,
    Forward,
    Header,
    Leg,
    Session,
    Step,
    Undecided,
    narrowed,
)
from reachsim.dataplane.filters import Direction
from reachsim.dataplane.scope import ANY, EVERYWHERE, Scope, edges, intersect, to_one
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, LINE_LAST, family_run, format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span, gap_around
from reachsim.resources.security_group import SecurityGroupCheckpoint
from reachsim.rules.codes import Code
from reachsim.rules.nat import never_seen
from reachsim.rules.verdict import Loss


def own(interface: NetworkInterface, address: int) -> bool:
    """Whether an address is one of the interface's private addresses."""
    return address in interface.addresses


def interfaces_of_host(interface: NetworkInterface) -> Iterator[NetworkInterface]:
    """The interfaces of the host that one belongs to, in the order of the file, once for each of their addresses: of an
    instance, all of them."""
    owners = interface.vpc.owners
    if not interface.machine:  # it is alone
        return (interface for address in interface.addresses if owners.get(address) is interface)
    return (each for each in owners.values() if each.same_machine(interface))


def emit(interface: NetworkInterface, header: Header) -> Checkpoint:
    """Where a packet goes that the host behind an interface sends: source/dest check, groups, subnet (WALK-2)."""
    return (
        interface.outbound
        if own(interface, header.source)
        else SourceDestCheck(interface, Direction.EGRESS, interface.outbound)
    )


def leave(interface: NetworkInterface, header: Header) -> Checkpoint:
    """Where a packet goes that leaves an interface and is to no service of AWS's: its own subnet's link, past ACL and route
    table (**WALK-5**, **ROUTE-20**), for what is there, and its subnet's ACL for everything else (**WALK-2**)."""
    return interface.subnet.link if header.destination in interface.subnet else interface.subnet.exit


def to_service(interface: NetworkInterface, header: Header) -> Forward | None:
    """The step of a packet to one of AWS's own services, which every interface of the VPC reaches past groups, ACLs and
    route tables (WALK-20); None for any other."""
    service = interface.vpc.services.get(header.destination)
    if service is None:
        return None
    text = "AWS's own services are reached past groups and ACLs"
    return Forward(service, header, text, "WALK-20", scope=to_one(header.destination))


def leaves_alike(interface: NetworkInterface, destination: int) -> Span:
    """The destinations around one that leave an interface by the same way: none of them is a service of AWS's."""
    services = gap_around(interface.vpc.service_places, destination, LINE_LAST)
    return intersect(interface.subnet.run_around(destination), services)


_CHECKS: Final = {direction: f"source/dest check {direction.value}" for direction in Direction}


class SourceDestCheck(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=False):
    """The source/destination check of an interface, met by what is not its own (**WALK-23**, **NATI-1**).

    It drops an arriving packet that is not to, and a leaving packet that is not from, one of its private addresses.
    """

    __slots__ = ("direction", "interface", "next")

    def __init__(self, interface: NetworkInterface, direction: Direction, next: Checkpoint) -> None:
        super().__init__(interface.name, _CHECKS[direction], (*interface.path, "source_dest_check"))
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
        """Ask the groups, then leave the interface. Traffic to AWS's own services is asked nothing, by no group (**SG-24**)
        and no ACL (**NACL-19**).

        A stopped instance sends nothing (ROUTE-14).
        """
        host = self.interface.host
        own_doing = host.before_leaving(header, leg) if isinstance(host, Host) else None
        step = own_doing or self._leave(header, leg)
        if isinstance(host, Host) and own_doing is None:
            run = intersect(host.local.run_around(header.destination), host.clients.run_around(header.destination))
            if host.snat:
                run = intersect(run, self.interface.vpc.blocks.run_around(header.destination))
            step = narrowed(step, Scope(EVERYWHERE, run))
        if isinstance(host, Host) and host.stopped:
            loss = Loss(Code.BAD_STATE, "ROUTE-14", f"{self.interface.name} is stopped")
            onward = step if isinstance(step, Forward) else None
            return host.drop(loss, header, step.scope, path=(*self.interface.owner, "state"), onward=onward)
        return step

    def _leave(self, header: Header, leg: Leg) -> Step:
        destination = header.destination
        handed = leg.returns.get((self.interface, header.source, destination)) if leg.reply else None
        if handed is not None:
            return self.judged(
                handed, header, leg, ANY
            )  # its packet told how far the client's address is treated alike
        run = leaves_alike(self.interface, destination)
        onward = leave(self.interface, header)
        return to_service(self.interface, header) or self.judged(onward, header, leg, Scope(EVERYWHERE, run))

    @property
    def alike(self) -> Hashable:
        """All of them are alike: their groups are told apart elsewhere."""
        return (type(self),)

    def successors(self) -> list[Checkpoint]:
        """The link of its subnet, the subnet's ACL, AWS's services, the networks behind the host, and its first interface
        (`external_snat`); where answers go past all routes, too (LB-7)."""
        host = self.interface.host
        first = (
            [host.first().outbound]
            if isinstance(host, Host) and host.snat and host.first() is not self.interface
            else []
        )
        behind = [host.behind] if isinstance(host, Host) and host.clients else []
        services = self.interface.vpc.services.values()
        return [
            self.interface.subnet.link,
            self.interface.subnet.exit,
            *services,
            *first,
            *behind,
            *self.interface.handed,
        ]


class Inbound(SecurityGroupCheckpoint):
    """The groups of an interface for what reaches it, and the way to its host."""

    __slots__ = ()

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the groups, then the source/dest check where the packet is not to the interface (**WALK-3**)."""
        run = self.interface.run_around(header.destination)
        mine = own(self.interface, header.destination)
        next = self.interface.host if mine else SourceDestCheck(self.interface, Direction.INGRESS, self.interface.host)
        return self.judged(next, header, leg, Scope(EVERYWHERE, run))

    @property
    def alike(self) -> Hashable:
        """All of them are alike: their groups are told apart elsewhere."""
        return (type(self),)

    def successors(self) -> list[Checkpoint]:
        """The host, and the check before it."""
        return [self.interface.host, SourceDestCheck(self.interface, Direction.INGRESS, self.interface.host)]


def put_behind_groups(interface: NetworkInterface, outbound: type[Outbound] = Outbound) -> None:
    """Put an interface's host behind its security groups, both ways: its subnet's link leads to them too (**SG-22**)."""
    interface.outbound = outbound(
        interface, Direction.EGRESS, interface.filter(Direction.EGRESS), interface.path, interface.subnet.exit
    )
    interface.inbound = Inbound(
        interface, Direction.INGRESS, interface.filter(Direction.INGRESS), interface.path, interface.host
    )


NOWHERE = AddressSet.nothing()
AN_END: Final = ("host",)
"""What walks can tell of what only takes what is to it, and sends of its own accord."""


class Host(Checkpoint, is_a=CheckpointType.HOST, cuts=True, asks=False):
    """The operating system behind an interface: takes what is to it, and forwards other packets if it is set so.

    `ip_forward`, `masquerade`: NATI-5. A masquerading host puts its own address and a port of its choice into what it
    forwards, and puts the client's back into the answers (**WALK-15**); an answer of a flow that it never saw is invalid to
    it and dropped (WALK-19). `clients`: addresses behind it; `local`: addresses that never leave it; `snat`: what its
    secondary addresses send out of the VPC gets its primary address.
    """

    __slots__ = ("_behind", "clients", "interface", "ip_forward", "local", "masquerade", "snat", "stopped")

    def __init__(
        self, interface: NetworkInterface, *, ip_forward: bool = False, masquerade: bool = False, stopped: bool = False
    ) -> None:
        super().__init__(interface.name, interface.kind, interface.path)
        self.interface = interface
        self.ip_forward = ip_forward
        self.masquerade = masquerade
        self.stopped = stopped
        self.clients = self.local = NOWHERE
        self.snat = False
        self._behind: Clients | None = None

    @property
    def behind(self) -> Clients:
        """The networks behind it; made when first asked for, since hardly a host has any."""
        if self._behind is None:
            self._behind = Clients(self)
        return self._behind

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
        if self.snat and owner is not None and owner.same_machine(self.interface):
            return owner.host
        return emit(self.interface, restored)

    def before_leaving(self, header: Header, leg: Leg) -> Step | None:
        """What the host does before a packet comes to its interface. What is to a network of its own never leaves it; what
        it sends to those behind it goes straight there; what its secondary addresses send out of the VPC gets its primary
        address, where it is set so. None where it does none of these.
        """
        interface, destination = self.interface, header.destination
        if destination in self.clients and own(interface, header.source):
            scope = Scope((header.source, header.source), self.clients.run_around(destination))
            path = (*interface.owner, "client_networks")
            return Forward(self.behind, header, "to the networks behind it", "NATI-5", path, scope)
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
        """Send on what is to somebody else (**NATI-5**). `tracked`: an answer to what it let through as it was."""
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
            return self.drop(never_seen(f"{interface.name} translates addresses but"), header, scope)
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
        """The host answers through the same interface (**WALK-26**), from the address that was called."""
        return self.interface.outbound, Header(arrived.destination, arrived.source, self.interface)

    def cuts(self) -> Iterable[int]:
        """At the borders of the networks behind it and of its own."""
        return edges(self.clients, self.local)

    @property
    def alike(self) -> Hashable:
        """Hosts that only take and send packets of their own are alike, as far as they run."""
        return None if self.ip_forward else self.alike_as_server

    @property
    def alike_as_server(self) -> Hashable:
        """What is to the host itself it takes and answers whether it forwards other packets or not."""
        return None if self.clients or self.local or self.snat else (*AN_END, self.stopped)

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


class Clients(Checkpoint, is_a=CheckpointType.OUTSIDE, cuts=True, asks=False):
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

    def cuts(self) -> Iterable[int]:
        """As the host."""
        return self.host.cuts()

    def successors(self) -> list[Checkpoint]:
        """The host, and the way out of it."""
        return [self.host, self.host.interface.outbound]


def masquerade(
    device: Checkpoint, interface: NetworkInterface, header: Header, leg: Leg, chosen: int | None = None
) -> Header:
    """The packet with the device's own address as source; the device remembers the flow (NATGW-3, NATI-5). `chosen`: which
    of its addresses, left out: the first.

    From then on it comes from the device's interface: a group of the client matches it no more (**SG-13**).
    """
    source = interface.address_for(header.source) if chosen is None else chosen
    leg.sessions.append(Session(device, header.source, source, header.destination))
    return Header(source, header.destination, interface)


def restore(device: Checkpoint, interface: NetworkInterface, header: Header, leg: Leg) -> Header | None:
    """An answer with the client's address put back, if it belongs to a flow that the device translated, else None."""
    session = leg.answered(device, header)
    return None if session is None else Header(header.source, session.client, interface, direct=False)
