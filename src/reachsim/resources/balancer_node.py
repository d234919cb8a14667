"""A load balancer's interface in one subnet, and what it does with packets (chapter LB)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from reachsim.dataplane.checkpoint import (
    Checkpoint,
    CheckpointType,
    Deliver,
    Forward,
    Header,
    Leg,
    Session,
    Step,
    Undecided,
)
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.relay import LISTENER, Choice, Relay
from reachsim.dataplane.scope import ANY, Scope, to_one, to_run
from reachsim.dataplane.site import NetworkInterface, SubnetSite, wired
from reachsim.net.address import IPV4_LAST, LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import gap_around
from reachsim.net.traffic import UDP, Traffic, protocol_of
from reachsim.resources.host import (
    AN_END,
    Outbound,
    interfaces_of_host,
    leave,
    leaves_alike,
    own,
    put_behind_groups,
    to_service,
)
from reachsim.resources.network_acl import AclCheckpoint
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.security_group import SecurityGroupCheckpoint
from reachsim.resources.subnet import enter_subnet
from reachsim.rules.clauses import NO_GROUPS, Clause, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.load_balancer import CLASSIC, GATEWAY, GENEVE, UDP_TRANSLATED, hairpin, same_family
from reachsim.rules.nat import never_seen

if TYPE_CHECKING:
    from reachsim.resources.resource import Wiring

ROLES: Final = {
    "application": "Application Load Balancer",
    "network": "Network Load Balancer",
    "gateway": "Gateway Load Balancer",
    "classic": "Classic Load Balancer",
}
EVERYBODY: Final = AddressSet.everything()


def listeners_filter(interface: NetworkInterface, kind: str, spoken: tuple[tuple[str, Traffic], ...]) -> Filter:
    """What the listeners take, from everybody (**LB-1**)."""
    path = (*interface.path, "listeners")
    clauses = [Clause(True, EVERYBODY, traffic, f"listener {text}", (*path, text)) for text, traffic in spoken]
    if kind == GATEWAY:
        clauses = [Clause(True, EVERYBODY, Traffic.everything(), "a Gateway Load Balancer takes all ports", path)]
    clauses.append(Clause(False, EVERYBODY, Traffic.everything(), "no listener takes it", path))
    code = Code.ELB_LISTENERS_MISMATCH if kind == CLASSIC else Code.ELBV2_LISTENERS_MISMATCH
    return Filter(
        f"listeners of {interface.name}",
        Direction.INGRESS,
        tuple(clauses),
        stateful=False,
        code=code,
        rule="LB-1",
        path=path,
    )


def outlets(interface: NetworkInterface, checked: Traffic) -> tuple[Filter, Filter]:
    """What a Gateway Load Balancer sends to its targets: GENEVE, and its health checks (**LB-9**)."""
    udp = Traffic.protocol(UDP) | checked
    found = []
    for name, allowed, code in (
        ("protocol", udp, Code.GWLB_PROTOCOL_RESTRICTION),
        ("port", GENEVE | checked, Code.GWLB_DESTINATION_PORT_RESTRICTION),
    ):
        text = "a Gateway Load Balancer sends GENEVE on UDP 6081, and health checks"
        clauses = tuple(
            Clause(yes, EVERYBODY, t, text, interface.path) for yes, t in ((True, allowed), (False, ~allowed))
        )
        found.append(
            Filter(
                f"{name} of {interface.name}",
                Direction.EGRESS,
                clauses,
                stateful=False,
                code=code,
                rule="LB-9",
                path=interface.path,
            )
        )
    return found[0], found[1]


def place_node(
    interface: NetworkInterface, kind: str, spoken: tuple[tuple[str, Traffic], ...], checked: Traffic, wiring: Wiring
) -> None:
    """Wire an interface of a load balancer and put it into its subnet."""
    listeners = listeners_filter(interface, kind, spoken)
    node = interface.host = Node(interface, kind, listeners)
    if interface.groups is None:
        interface.inbound = node
        interface.outbound = Departure(interface)
        if kind == GATEWAY:
            for filter in reversed(outlets(interface, checked)):
                interface.outbound = Outlet(interface, filter, interface.outbound)
    else:
        put_behind_groups(interface, ClassicOutbound if kind == CLASSIC else Outbound)
    wiring.place(interface)


class Departure(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=False):
    """What an interface without groups sends (SG-23), on its way out of it."""

    __slots__ = ("interface",)

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "without security groups egress", interface.path)
        self.interface = interface

    def step(self, header: Header, leg: Leg) -> Step:
        """To one of AWS's own services (WALK-20), to its subnet's link, or out of the subnet (WALK-2, WALK-5)."""
        scope = to_run(leaves_alike(self.interface, header.destination))
        onward = leave(self.interface, header)
        text = "it has no security groups"
        return to_service(self.interface, header) or Forward(onward, header, text, "SG-23", self.path, scope)

    def successors(self) -> list[Checkpoint]:
        """The link of its subnet, the subnet's ACL, and AWS's services."""
        return [self.interface.subnet.link, self.interface.subnet.exit, *self.interface.vpc.services.values()]


class Outlet(Checkpoint, is_a=CheckpointType.LIMIT, cuts=False, asks=True):
    """A limit of what a Gateway Load Balancer sends (LB-9)."""

    __slots__ = ("filter", "next")

    def __init__(self, interface: NetworkInterface, filter: Filter, next: Checkpoint) -> None:
        super().__init__(interface.name, filter.name.split()[0], interface.path)
        self.filter = filter
        self.next = next

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask whether it sends such packets; its answers are none of its own packets."""
        if leg.reply:
            return Forward(self.next, header, scope=ANY)
        return Forward(self.next, header, scope=ANY, asks=Query(self.filter, 0))

    def filters(self) -> Iterable[Filter]:
        """The limit."""
        return (self.filter,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """The next limit, or the way out."""
        return (self.next,)


class ClassicAcl(AclCheckpoint):
    """The ACL that a Classic Load Balancer meets outbound even towards targets in its own subnet (LB-2)."""

    __slots__ = ()

    blame: ClassVar[Code | None] = Code.ELB_ACL_RESTRICTION


class ClassicOutbound(Outbound):
    """The groups of a Classic Load Balancer for what it sends. `acl`: the ACL, with its subnet's link behind it."""

    __slots__ = ("acl",)

    def __init__(
        self, interface: NetworkInterface, direction: Direction, filter: Filter, path: KeyPath, next: Checkpoint
    ) -> None:
        super().__init__(interface, direction, filter, path, next)
        self.acl = _acl(interface.subnet, Direction.EGRESS, interface.subnet.link, ClassicAcl)

    def step(self, header: Header, leg: Leg) -> Step:
        """As everybody's, but what it sends to its own subnet passes the ACL first (**LB-2**)."""
        step = super().step(header, leg)
        if isinstance(step, Forward) and step.next is self.interface.subnet.link and not leg.reply:
            return step._replace(next=self.acl)
        return step

    def successors(self) -> list[Checkpoint]:
        """The ACL too."""
        return [*super().successors(), self.acl]


def _acl(
    subnet: SubnetSite, direction: Direction, next: Checkpoint, kind: type[AclCheckpoint] = AclCheckpoint
) -> AclCheckpoint:
    """The ACL of a subnet in one direction, on a way that no route decides."""
    acl = subnet.exit if direction is Direction.EGRESS else subnet.entry
    assert isinstance(acl, AclCheckpoint)
    return kind(subnet, direction, acl.filter, acl.path, next)


class Towards(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """The way from a Network Load Balancer to its targets in other subnets: past all route tables (**LB-7**)."""

    __slots__ = ("interface",)

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "towards its targets", interface.path)
        self.interface = interface

    def step(self, header: Header, leg: Leg) -> Step:
        """Into the target's subnet."""
        return enter_subnet(self, self.interface.vpc, header, "to the target", "LB-7", self.path)

    def successors(self) -> list[Checkpoint]:
        """The ACL of every subnet."""
        return [subnet.entry for subnet in self.interface.vpc.subnets.values()]


class PassedOn(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """What a Network Load Balancer passes on with the client's address, behind its groups: in its own subnet on the link,
    elsewhere through its subnet's ACL (**LB-7**)."""

    __slots__ = ("acl", "interface")

    def __init__(self, interface: NetworkInterface) -> None:
        super().__init__(interface.name, "passes on", interface.path)
        self.interface = interface
        self.acl = _acl(interface.subnet, Direction.EGRESS, Towards(interface))

    def step(self, header: Header, leg: Leg) -> Step:
        """To the link, or to the ACL."""
        scope = to_run(self.interface.subnet.run_around(header.destination))
        inside = header.destination in self.interface.subnet
        return Forward(self.interface.subnet.link if inside else self.acl, header, "", "LB-7", self.path, scope)

    def successors(self) -> list[Checkpoint]:
        """Both."""
        return [self.interface.subnet.link, self.acl]


def _detour(node: NetworkInterface, choice: Choice) -> str:
    """Why what a load balancer passes on with the client's address is not decided where a route leads it, or its answer,
    past something else between the two: AWS does not support that, and does not say what becomes of it (LB-5)."""
    if choice.target is None or choice.target.subnet is node.subnet:
        return ""
    for place, to in ((node.subnet, choice.address), (choice.target.subnet, node.address_for(choice.address))):
        assert isinstance(place.table, RouteTableCheckpoint)
        route = place.table.table[to]
        if route is not None and not route.local:
            return f"between {node.name} and {choice.target.name}, which sees the client's address, leads the route {route}"
    return ""


class Node(Relay, asks=True):
    """A load balancer in one zone: takes what its listeners take, and passes it on to one of its targets, or answers itself
    (**LB-1**)."""

    __slots__ = ("arrival", "exits", "interface", "kind", "listeners", "onward", "returns")

    def __init__(self, interface: NetworkInterface, kind: str, listeners: Filter) -> None:
        super().__init__(interface.name, ROLES[kind], interface.path)
        self.interface = interface
        self.kind = kind
        self.listeners = listeners
        self.onward: Checkpoint = self
        self.arrival: Checkpoint = self
        self.returns: dict[SubnetSite, Checkpoint] = {}
        self.exits: list[NetworkInterface] = []

    def nodes(self) -> Iterator[NetworkInterface]:
        """Its interface."""
        yield self.interface

    def join(self, targets: tuple[Choice, ...], *, relays: bool) -> None:
        """Tell it of its targets. `relays`: it passes connections on to them, and does not end them itself."""
        self.targets = targets
        if not relays:
            return
        self.passes = True
        self.choices = targets
        interface = self.interface
        self.onward = PassedOn(interface)
        if interface.groups is not None:
            out, into = interface.filter(Direction.EGRESS), interface.filter(Direction.INGRESS)
            self.onward = SecurityGroupCheckpoint(interface, Direction.EGRESS, out, interface.path, self.onward)
            self.arrival = SecurityGroupCheckpoint(interface, Direction.INGRESS, into, interface.path, self)
        for choice in targets:
            if choice.keeps and choice.target is not None and not choice.unknown:
                choice.target.handed.append(self.way_back(choice.target.subnet))

    def way_back(self, subnet: SubnetSite) -> Checkpoint:
        """Where an answer goes from a target's subnet: through its ACL and this one's subnet's, past all routes
        (**LB-7**)."""
        if subnet is self.interface.subnet:
            return self.arrival
        found = self.returns.get(subnet)
        if found is None:
            entry = _acl(self.interface.subnet, Direction.INGRESS, self.arrival)
            found = self.returns[subnet] = _acl(subnet, Direction.EGRESS, entry)
        return found

    def step(self, header: Header, leg: Leg) -> Step:
        """Take the packet: answer it, or pass it on; give an answer back to the client."""
        if leg.reply:
            return self._answered(header, leg)
        return self.taken(self, self.chosen(leg) if self.choices else LISTENER, header, leg)

    def taken(
        self, at: Checkpoint, choice: Choice | None, header: Header, leg: Leg, *, exit: NetworkInterface | None = None
    ) -> Step:
        """Take the client's packet at a checkpoint. `exit`: the endpoint's interface, where it comes by PrivateLink."""
        scope = to_one(header.destination)
        asks = Query(self.listeners, 0)
        if choice is None:
            text = f"which target {self.interface.name} picks is not asked"
            return Undecided(text, header, path=self.path, scope=scope)
        if choice is LISTENER:
            return Deliver(header, "taken", "LB-1", self.path, scope, asks)
        if choice.unknown:
            leg.service = choice.service  # whatever it is that is not known, targets are sent to by their own port
            return Undecided(choice.unknown, header, path=choice.path, scope=scope)
        if choice.loss is not None:
            return at.drop(choice.loss, header, scope, path=choice.path)
        return self._passed_on(choice, header, leg, asks, exit)

    def _passed_on(self, choice: Choice, header: Header, leg: Leg, asks: Query, exit: NetworkInterface | None) -> Step:
        """To the target. With the client's address kept, its groups stand in for the client's (**LB-4**), and a target that
        calls and is picked itself gets nothing (**LB-6**)."""
        interface = self.interface
        leg.service = choice.service
        translates = not same_family(header.source, choice.address)
        by_prefix = translates or (exit is not None and choice.address > IPV4_LAST)
        if by_prefix and protocol_of(choice.about.first) == UDP:
            scope = to_one(header.destination)
            return Undecided(f"{interface.name}: {UDP_TRANSLATED}", header, path=choice.path, scope=scope)
        if not choice.keeps or translates or exit is not None:
            mine = interface.address_for(choice.address)
            leg.sessions.append(Session(self, header.source, mine, choice.address, exit))
            onward = Header(mine, choice.address, interface)
            text = f"{choice.label}, from its own address"
            scope = to_one(header.destination)
            return Forward(interface.outbound, onward, text, "LB-5", choice.path, scope, asks, 1)
        hosts = sorted(same_host(choice.target)) if choice.target is not None else []
        scope = Scope(gap_around(hosts, header.source, LINE_LAST), (header.destination, header.destination))
        if choice.target is not None and header.source in hosts:
            return self.drop(
                hairpin(choice.target.name, interface.name), header, scope, path=(*choice.path, "preserve_client_ip")
            )
        detour = _detour(interface, choice)
        if detour:
            return Undecided(detour, header, path=choice.path, scope=scope)
        leg.sessions.append(Session(self, header.source, header.source, choice.address, keeps=True))
        if choice.target is not None:
            leg.returns[choice.target, choice.address, header.source] = self.way_back(choice.target.subnet)
        onward = Header(header.source, choice.address, interface, False, carried=interface.groups or NO_GROUPS)
        return Forward(
            self.onward, onward, f"{choice.label}, from the client's address", "LB-5", choice.path, scope, asks
        )

    def _answered(self, header: Header, leg: Leg) -> Step:
        """An answer: of a target, to be given to the client; or to a connection of its own."""
        interface = self.interface
        scope = to_one(header.destination)
        session = leg.answered(self, header)
        if session is not None:
            out = interface if session.exit is None else wired(session.exit)
            onward = Header(out.address_for(session.client), session.client, out)
            leg.service = None
            text = "the answer goes to the client from the address that it called"
            if session.exit is not None:
                text = f"the answer goes back by PrivateLink, from {out.name}"
            changed = 0 if session.keeps else -1
            # Of the client's address the packet that is answered has told how far it is treated alike.
            scope = scope if changed else ANY
            rule = "LB-7" if session.exit is None else "EP-10"
            return Forward(out.outbound, onward, text, rule, (), scope, translated=changed)
        if own(interface, header.destination):
            return Deliver(header, rule="WALK-1", scope=scope)
        return self.drop(never_seen(interface.name), header, scope)

    @property
    def alike_as_client(self) -> Hashable:
        """What it asks itself it asks as any host that runs does (LB-1)."""
        return (*AN_END, False)

    @property
    def alike_as_server(self) -> Hashable:
        """One that passes nothing on takes what its listeners take, as the others of its load balancer do."""
        return None if self.choices else ("listener", self.listeners)

    def answer(self, arrived: Header) -> tuple[Checkpoint, Header]:
        """It answers from the address that was called."""
        return self.interface.outbound, Header(arrived.destination, arrived.source, self.interface)

    def filters(self) -> Iterable[Filter]:
        """What its listeners take."""
        return (self.listeners,)

    def successors(self) -> list[Checkpoint]:
        """The way out of its interface, and the way to its targets; out of endpoints, for answers by PrivateLink."""
        out = [self.interface.outbound, *(interface.outbound for interface in self.exits)]
        return out if self.onward is self else [*out, self.onward]


def same_host(interface: NetworkInterface) -> frozenset[int]:
    """All addresses of the host that an interface belongs to: of an instance, those of its other interfaces too."""
    return frozenset(address for each in interfaces_of_host(interface) for address in each.places)
