"""Places as the topology wires them: where packets leave a VPC, a subnet or an interface and enter it, and who has which
address.

What a place is (`dataplane.place`) never changes; only its wiring is set, while the topology is built.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.place import InterfacePlace, SubnetPlace, VpcPlace
from reachsim.dataplane.scope import intersect
from reachsim.net.address import LINE_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.intervals import Span, gap_around
from reachsim.net.prefixes import IntervalMap
from reachsim.rules.clauses import NO_GROUPS, SOME_GROUP, GroupId

ANY_GROUPS = frozenset({SOME_GROUP})
"""The groups of what nobody knows."""


class _Wired:
    """A place with its wiring: what it is stays as it was made, what is wired to it may be set."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if name not in type(self).__slots__:
            raise FrozenInstanceError(f"{name} of a place never changes")
        object.__setattr__(self, name, value)


class VpcSite(_Wired, VpcPlace):
    """A VPC with its wiring.

    `owners`: interface by private address. `neighbours`: VPCs joined by an active peering, whose groups its rules may
    name (SG-11); `inbound_neighbours`: whose groups its rules for what comes in may name (TGW-14). `stale`: joined by a
    peering over which rules name groups in vain (SG-16). `services`: AWS's own services by address (WALK-20);
    `service_places`: their addresses, ascending. `subnet_runs`: subnet by address. `behind`: addresses outside it that are
    behind its hosts (NATI-5). `doors`: its subnets by which transit gateways are attached.
    """

    __slots__ = (
        "_owned",
        "behind",
        "doors",
        "inbound_neighbours",
        "neighbours",
        "owners",
        "service_places",
        "services",
        "stale",
        "subnet_runs",
        "subnets",
    )
    owners: dict[int, NetworkInterface]
    subnets: dict[str, SubnetSite]
    services: dict[int, Checkpoint]
    service_places: tuple[int, ...]
    neighbours: list[VpcSite]
    inbound_neighbours: list[VpcSite]
    stale: list[VpcSite]
    subnet_runs: IntervalMap[SubnetSite | None]
    behind: AddressSet
    doors: list[SubnetSite]
    _owned: tuple[int, ...]

    def __post_init__(self) -> None:
        self.owners = {}
        self.subnets = {}
        self.services = {}
        self.service_places = ()
        self.neighbours = []
        self.inbound_neighbours = []
        self.stale = []
        self.subnet_runs = IntervalMap([0], [None])
        self.behind = AddressSet.nothing()
        self.doors = []
        self._owned = ()

    def may_own(self, address: int) -> bool:
        """Whether an interface has an address, or something that is not modelled may have it."""
        subnet = self.subnet_runs[address]
        return address in self.owners or (subnet is not None and bool(subnet.hidden))

    def gap_around(self, address: int) -> Span:
        """Addresses around one that no interface of the VPC has, or that address alone if one has it."""
        if len(self._owned) != len(self.owners):
            self._owned = tuple(sorted(self.owners))
        return gap_around(self._owned, address, LINE_LAST)

    def unowned_around(self, address: int) -> Span:
        """Addresses around one that are all in one subnet, or in none, and that no interface has, or that address alone if
        one has it."""
        _, low, high = self.subnet_runs.lookup(address)
        return intersect(self.gap_around(address), (low, high))

    def groups_at(self, address: int, *, inbound: bool = True) -> frozenset[GroupId]:
        """Groups that a rule of this VPC can name and that an interface with this private address carries.

        Every private address of the interface counts (**SG-10**), in this VPC and over an active peering (SG-11); a public
        address never does (**SG-12**). `inbound`: rules for what comes in may name groups over a transit gateway too
        (TGW-14).
        """
        groups = self._groups_of(address)
        for vpc in (*self.neighbours, *self.inbound_neighbours) if inbound else self.neighbours:
            groups |= vpc._groups_of(address)
        return groups

    def _groups_of(self, address: int) -> frozenset[GroupId]:
        """The groups at one of its own addresses; some, where something that is not modelled may have it."""
        owner = self.owners.get(address)
        if owner is not None:
            return NO_GROUPS if owner.groups is None else owner.groups
        return ANY_GROUPS if self.may_own(address) else NO_GROUPS


class SubnetSite(_Wired, SubnetPlace):
    """A subnet with its wiring.

    `exit`, `entry`: where packets leave it (its ACL) and enter it; `link`: its link; `table`: its route table.
    `interfaces`: the interfaces in it. `turns`: a route of its table leads to an interface in it.
    """

    __slots__ = ("entry", "exit", "interfaces", "link", "table", "turns")
    vpc: VpcSite
    exit: Checkpoint
    entry: Checkpoint
    link: Checkpoint
    table: Checkpoint
    interfaces: list[NetworkInterface]
    turns: bool

    def __post_init__(self) -> None:
        self.interfaces = []
        self.turns = False

    @property
    def attached(self) -> bool:
        """Whether a transit gateway is attached by it."""
        return self in self.vpc.doors


class NetworkInterface(_Wired, InterfacePlace):
    """A network interface with its wiring.

    `host`: the checkpoint behind the interface; `outbound`, `inbound`: the first checkpoints of what it sends and of what
    reaches it on its subnet's link. `handed`: checkpoints to which answers of it may go past all routes (LB-7).
    """

    __slots__ = ("handed", "host", "inbound", "outbound")
    subnet: SubnetSite
    host: Checkpoint
    outbound: Checkpoint
    inbound: Checkpoint
    handed: list[Checkpoint]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.handed = []

    @property
    def vpc(self) -> VpcSite:
        """The VPC of its subnet."""
        return self.subnet.vpc


def wired(place: InterfacePlace) -> NetworkInterface:
    """An interface that a packet names, with its wiring. Every interface on a packet's way is one of the topology."""
    assert isinstance(place, NetworkInterface)
    return place
