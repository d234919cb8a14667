"""Network interfaces, and what every host behind one has in common (chapter WALK).

A bare interface (`interfaces.NAME`) is a database, a container task, anything with an address and groups.
"""

from __future__ import annotations

from reachsim.fabric.checkpoint import Checkpoint, Leg, Session, Transit
from reachsim.fabric.filters import Direction
from reachsim.fabric.site import Nic
from reachsim.fabric.steps import EVERYWHERE, Deliver, Drop, Forward, Scope, Step, Undecided, intersect, to_one
from reachsim.kinds.kind import (
    Boolean,
    Ipv4Field,
    Ipv6Field,
    Kind,
    PortsField,
    Reference,
    References,
    Tags,
    TrafficField,
)
from reachsim.kinds.security_group import SecurityGroupCheckpoint
from reachsim.net.address import IPV4_LAST, LINE_LAST, family_run, format_address
from reachsim.net.intervals import Span, gap_around
from reachsim.rules.codes import Code
from reachsim.rules.verdict import Loss


class Interface(Kind):
    """An elastic network interface."""

    subnet: Reference
    """The subnet it is in."""
    security_groups: References | None = None
    """Its groups; left out: the VPC's default group (SG-3)."""
    private_ip: Ipv4Field | None = None
    """Its private IPv4 address; left out: the lowest free address of its subnet, the same on every load."""
    ipv6_address: Ipv6Field | None = None
    """Its IPv6 address, where its subnet has an IPv6 block."""
    public_ip: Ipv4Field | Boolean | None = None
    """Its public address (Elastic IP or auto-assigned), or `true` for one that AWS will choose."""
    source_dest_check: Boolean = True
    """Whether it drops what is neither from nor to one of its own addresses (WALK-23)."""
    listens: TrafficField | None = None
    """Traffic that a process there answers; left out: everything. Never changes what is delivered."""
    client_ports: PortsField | None = None
    """Source ports that it uses as a client; left out: what its `ami` tells, else 1024-65535 (NACL-12)."""
    tags: Tags = {}


def own(nic: Nic, address: int) -> bool:
    """Whether an address is one of the interface's private addresses."""
    return address in nic.addresses


def emit(nic: Nic, transit: Transit) -> Checkpoint:
    """Where a packet goes that the host behind an interface sends: source/dest check, groups, subnet (WALK-2)."""
    return nic.outbound if own(nic, transit.source) else SourceDestCheck(nic, Direction.EGRESS, nic.outbound)


def leave(nic: Nic, transit: Transit) -> Checkpoint:
    """Where a packet goes that leaves an interface: AWS's services and its own subnet without ACL or route table
    (WALK-5, WALK-20), everything else through its subnet's ACL (WALK-2)."""
    destination = transit.destination
    if destination in nic.subnet:
        return nic.subnet.link
    return nic.subnet.exit


class SourceDestCheck(Checkpoint):
    """The source/destination check of an interface, met by what is not its own (WALK-23, NATI-1).

    It drops an arriving packet that is not to, and a leaving packet that is not from, one of its private addresses.
    """

    __slots__ = ("direction", "next", "nic")

    def __init__(self, nic: Nic, direction: Direction, next: Checkpoint) -> None:
        super().__init__(nic.name, f"source/dest check {direction.value}", (*nic.path, "source_dest_check"))
        self.nic = nic
        self.direction = direction
        self.next = next

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceDestCheck) and (self.nic, self.direction) == (other.nic, other.direction)

    def __hash__(self) -> int:
        return hash((id(self.nic), self.direction))

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Drop what is not the interface's own, unless the check is off."""
        arriving = self.direction is Direction.INGRESS
        address = transit.destination if arriving else transit.source
        run = gap_around(self.nic.addresses, address, LINE_LAST)
        scope = Scope(EVERYWHERE, run) if arriving else Scope(run, EVERYWHERE)
        if self.nic.source_dest_check and not own(self.nic, address):
            mine = " or ".join(map(format_address, self.nic.addresses))
            text = f"source_dest_check is true: the packet is {'not to' if arriving else 'not from'} {mine}"
            loss = Loss(Code.ENI_SOURCE_DEST_CHECK_RESTRICTION, "NATI-1", text)
            return self.drop(loss, transit, scope, onward=Forward(self.next, transit, "", "WALK-23", self.path, scope))
        return Forward(self.next, transit, "source_dest_check is false", "WALK-23", self.path, scope)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The groups or the host of the interface."""
        return (self.next,)


class Outbound(SecurityGroupCheckpoint):
    """The groups of an interface for what its host sends, and the way out of it."""

    __slots__ = ()

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Ask the groups, then leave the interface. Traffic to AWS's own services is asked nothing (SG-24, WALK-20).

        A stopped instance sends nothing (ROUTE-14).
        """
        step = self._leave(transit, leg)
        host = self.nic.host
        if isinstance(host, Host) and host.stopped:
            loss = Loss(Code.BAD_STATE, "ROUTE-14", f"{self.nic.name} is stopped")
            return self.drop(loss, transit, step.scope, path=(*self.nic.path, "state"), onward=step)
        return step

    def _leave(self, transit: Transit, leg: Leg) -> Forward:
        destination = transit.destination
        service = self.nic.vpc.services.get(destination)
        if service is not None:
            text = "AWS's own services are reached past groups and ACLs"
            return Forward(service, transit, text, "WALK-20", scope=to_one(destination))
        services = gap_around(self.nic.vpc.service_places, destination, LINE_LAST)
        run = intersect(self.nic.subnet.run_around(destination), services)
        return self.judged(leave(self.nic, transit), transit, leg, Scope(EVERYWHERE, run))

    def successors(self) -> list[Checkpoint]:
        """The link of its subnet, the subnet's ACL, and AWS's services."""
        return [self.nic.subnet.link, self.nic.subnet.exit, *self.nic.vpc.services.values()]


class Inbound(SecurityGroupCheckpoint):
    """The groups of an interface for what reaches it, and the way to its host."""

    __slots__ = ()

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Ask the groups, then the source/dest check where the packet is not to the interface (WALK-3)."""
        run = gap_around(self.nic.addresses, transit.destination, LINE_LAST)
        mine = own(self.nic, transit.destination)
        next = self.nic.host if mine else SourceDestCheck(self.nic, Direction.INGRESS, self.nic.host)
        return self.judged(next, transit, leg, Scope(EVERYWHERE, run))

    def successors(self) -> list[Checkpoint]:
        """The host, and the check before it."""
        return [self.nic.host, SourceDestCheck(self.nic, Direction.INGRESS, self.nic.host)]


class Host(Checkpoint):
    """The operating system behind an interface: takes what is to it, and forwards other packets if it is set so.

    `ip_forward`, `masquerade`: NATI-5. A masquerading host puts its own address and a port of its choice into what it
    forwards, and puts the client's back into the answers (WALK-15); an answer of a flow that it never saw is invalid to
    it and dropped (WALK-19).
    """

    __slots__ = ("ip_forward", "masquerade", "nic", "stopped")

    def __init__(self, nic: Nic, *, ip_forward: bool = False, masquerade: bool = False, stopped: bool = False) -> None:
        super().__init__(nic.name, nic.kind, nic.path)
        self.nic = nic
        self.ip_forward = ip_forward
        self.masquerade = masquerade
        self.stopped = stopped

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Take the packet, or forward it; a stopped instance does neither (ROUTE-14)."""
        step = self._take(transit, leg)
        if not self.stopped:
            return step
        loss = Loss(Code.BAD_STATE, "ROUTE-14", f"{self.nic.name} is stopped")
        onward = step.onward if isinstance(step, Drop) else None if isinstance(step, Undecided) else step
        return self.drop(loss, transit, step.scope, path=(*self.path, "state"), onward=onward)

    def _take(self, transit: Transit, leg: Leg) -> Step:
        if own(self.nic, transit.destination):
            scope = to_one(transit.destination)
            restored = restore(self, self.nic, transit, leg)
            if restored is not None:
                text = "the client's address is put back"
                return Forward(emit(self.nic, restored), restored, text, "WALK-15", scope=scope, translated=-1)
            return Deliver(transit, rule="WALK-1", scope=scope)
        return self.forward(transit, leg)

    def forward(self, transit: Transit, leg: Leg) -> Step:
        """Send on what is to somebody else (NATI-5)."""
        nic = self.nic
        scope = Scope(self.run_around(transit.source), self.run_around(transit.destination))
        if not self.masquerade or transit.source > IPV4_LAST:
            onward = Transit(transit.source, transit.destination, nic, direct=own(nic, transit.source))
            text, translated = "forwarded", 0
        elif leg.reply:
            text = f"{nic.name} translates addresses but never saw the packet that this one answers"
            return self.drop(Loss(Code.ASYMMETRIC_RETURN, "WALK-19", text), transit, scope)
        elif all(address > IPV4_LAST for address in nic.addresses):
            text = f"{nic.name} has no IPv4 address to put into what it forwards"
            return self.drop(Loss(Code.HOST_DOES_NOT_FORWARD, "NATI-5", text), transit, scope)
        else:
            onward = masquerade(self, nic, transit, leg)
            text, translated = "forwarded; its port becomes one of 1024-65535", 1
        step = Forward(emit(nic, onward), onward, text, "NATI-5", self.path, scope, translated=translated)
        if self.ip_forward:
            return step
        text = f"{nic.name} does not forward packets that are not to it (no ip_forward)"
        return self.drop(Loss(Code.HOST_DOES_NOT_FORWARD, "NATI-5", text), transit, scope, onward=step)

    def run_around(self, address: int) -> Span:
        """Addresses around one that the host treats like it: of its family, and its own or not."""
        return intersect(gap_around(self.nic.addresses, address, LINE_LAST), family_run(address))

    def answer(self, arrived: Transit) -> tuple[Checkpoint, Transit]:
        """The host answers through the same interface (WALK-26), from the address that was called."""
        return self.nic.outbound, Transit(arrived.destination, arrived.source, self.nic)

    def successors(self) -> list[Checkpoint]:
        """The way out of its interface, where it forwards."""
        if not self.ip_forward:
            return []
        return [self.nic.outbound, SourceDestCheck(self.nic, Direction.EGRESS, self.nic.outbound)]


def masquerade(device: Checkpoint, nic: Nic, transit: Transit, leg: Leg) -> Transit:
    """The packet with the device's own address as source; the device remembers the flow (NATGW-3, NATI-5).

    From then on it comes from the device's interface: a group of the client matches it no more (SG-13).
    """
    source = next(address for address in nic.addresses if (address > IPV4_LAST) == (transit.source > IPV4_LAST))
    leg.sessions.append(Session(device, transit.source, source, transit.destination))
    return Transit(source, transit.destination, nic)


def restore(device: Checkpoint, nic: Nic, transit: Transit, leg: Leg) -> Transit | None:
    """An answer with the client's address put back, if it belongs to a flow that the device translated, else None."""
    if not leg.reply:
        return None
    for session in reversed(leg.sessions):
        if session.device is device and (session.translated, session.peer) == (transit.destination, transit.source):
            return Transit(transit.source, session.client, nic, direct=False)
    return None
