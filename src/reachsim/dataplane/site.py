"""Places in the fabric: VPCs, subnets and network interfaces as the checkpoints see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.filters import Direction, Filter
from reachsim.faces import Faced, face
from reachsim.net.address import IPV4_LAST, LINE_LAST, format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import PortSet, Span, gap_around
from reachsim.net.prefixes import IntervalMap
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath
from reachsim.rules.internet_gateway import PublicAccess
from reachsim.rules.subnet import reserved_addresses
from reachsim.rules.verdict import Silence

if TYPE_CHECKING:
    from reachsim.dataplane.relay import Relay


@dataclass(slots=True, eq=False, repr=False)
class VpcSite(Faced):
    """A VPC: its blocks, who owns which address in it, and where its gateways lead.

    `owners`: interface by private address. `neighbours`: VPCs joined by an active peering, whose groups its rules may
    name (SG-11). `services`: AWS's own services by address (WALK-20); `service_places`: their addresses, ascending.
    `resolver`: base + 2 of the primary block; `kept_for_dns`: base + 2 of the others, where none answers (DNS-1). `access`:
    what Block Public Access leaves to what is in no subnet (IGW-14); `access_path`: where that is written. `region`: empty
    where the design says none.
    """

    name: str
    blocks: AddressSet
    path: KeyPath
    owners: dict[int, NetworkInterface] = field(default_factory=dict)
    subnets: dict[str, SubnetSite] = field(default_factory=dict)
    services: dict[int, Checkpoint] = field(default_factory=dict)
    service_places: tuple[int, ...] = ()
    resolver: int | None = None
    kept_for_dns: tuple[int, ...] = ()
    neighbours: list[VpcSite] = field(default_factory=list)
    inbound_neighbours: list[VpcSite] = field(default_factory=list)
    access: PublicAccess = PublicAccess.OPEN
    access_path: KeyPath = ()
    region: str = ""
    _owned: tuple[int, ...] = ()
    subnet_runs: IntervalMap[SubnetSite | None] = field(default_factory=lambda: IntervalMap([0], [None]))

    def gap_around(self, address: int) -> Span:
        """Addresses around one that no interface of the VPC has, or that address alone if one has it."""
        if len(self._owned) != len(self.owners):
            self._owned = tuple(sorted(self.owners))
        return gap_around(self._owned, address, LINE_LAST)

    def groups_at(self, address: int, *, inbound: bool = True) -> frozenset[GroupId]:
        """Groups that a rule of this VPC can name and that an interface with this private address carries.

        Every private address of the interface counts (SG-10), in this VPC and over an active peering (SG-11); a public
        address never does (SG-12). `inbound`: rules for what comes in may name groups over a transit gateway too (TGW-14).
        """
        owner = self.owners.get(address)
        groups = owner.groups if owner is not None and owner.groups is not None else NO_GROUPS
        for vpc in (*self.neighbours, *self.inbound_neighbours) if inbound else self.neighbours:
            other = vpc.owners.get(address)
            if other is not None and other.groups is not None:
                groups |= other.groups
        return groups

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False, repr=False)
class SubnetSite(Faced):
    """A subnet: its blocks, where packets leave it (its ACL) and enter it, and its link.

    `table`: its route table; `egress`, `ingress`: what its ACL says. `hidden`: why an address that no interface has may be
    somebody's all the same: something in it is not modelled. `attached`: a transit gateway is attached to it. `access`: what
    Block Public Access leaves to it (IGW-14). `regional`: it is none, but stands for the place of a regional NAT gateway,
    which is in no subnet (NATGW-17).
    """

    name: str
    vpc: VpcSite
    blocks: tuple[Cidr, ...]
    az: str | None
    path: KeyPath
    regional: bool = False
    access: PublicAccess = PublicAccess.OPEN
    exit: Checkpoint = field(init=False)
    entry: Checkpoint = field(init=False)
    link: Checkpoint = field(init=False)
    table: Checkpoint = field(init=False)
    egress: Filter = field(init=False)
    ingress: Filter = field(init=False)
    interfaces: list[NetworkInterface] = field(default_factory=list)
    hidden: str = ""
    attached: bool = False

    @property
    def full_name(self) -> str:
        """``vpc.subnet``."""
        return f"{self.vpc.name}.{self.name}"

    @property
    def kept(self) -> tuple[int, ...]:
        """The addresses that AWS keeps for itself, ascending (SUBNET-2)."""
        return tuple(sorted(address for block in self.blocks for address in reserved_addresses(block)))

    def __contains__(self, address: int) -> bool:
        return any(address in block for block in self.blocks)

    def run_around(self, address: int) -> Span:
        """All addresses around this one that are in the same of the subnet's blocks, or outside all of them."""
        low, high = 0, LINE_LAST
        for block in self.blocks:
            first, last = block.span
            if first <= address <= last:
                return first, last
            if last < address:
                low = max(low, last + 1)
            else:
                high = min(high, first - 1)
        return low, high

    def __str__(self) -> str:
        return self.full_name


class AddressPair(NamedTuple):
    """A private address of an interface, and the public IPv4 address that is mapped to it, if any (IGW-9)."""

    private: int
    public: int | None = None

    def __repr__(self) -> str:
        public = "" if self.public is None else f", public {format_address(self.public)}"
        return face("AddressPair", f"{format_address(self.private)}{public}")


@dataclass(slots=True, eq=False, repr=False)
class NetworkInterface(Faced):
    """An elastic network interface in a subnet.

    `name`: the full name of what it belongs to. `kind`: ``instance``, ``interface``, ``nat gateway`` or ``function``.
    `pairs`: its private addresses, each with a public one at most; the primary of a family first. `groups`: None for an
    interface that cannot have any (SG-23). `listens`: what a process there answers; None means everything. `host`: the
    checkpoint behind the interface; `outbound`, `inbound`: the first checkpoints of what it sends and of what reaches it
    on its subnet's link. `relay`: the host, where it passes packets to it on to one of several targets (LB-1). `takes`:
    whether anybody may open a connection to it; `silent`: why it opens none itself, if so. `shared`: whether several
    functions stand behind it (LAMBDA-3). `handed`: checkpoints to which answers of it may go past all routes (LB-7).
    `by_zone`: the address that it puts into packets from each zone, where that is not one for all (NATGW-20).
    `addresses`, `publics`: of the pairs; `places`:
    both, in this order, so that interfaces of one shape have corresponding addresses at one index. `primary`: the private
    addresses that it sends from by itself, the first of each family.
    """

    name: str
    kind: str
    subnet: SubnetSite
    pairs: tuple[AddressPair, ...]
    path: KeyPath
    groups: frozenset[GroupId] | None = None
    source_dest_check: bool = True
    client_ports: PortSet = field(default_factory=PortSet.everything)
    listens: Traffic | None = None
    tags: tuple[tuple[str, str], ...] = ()
    egress: Filter | None = None
    ingress: Filter | None = None
    relay: Relay | None = None
    takes: bool = True
    silent: Silence | None = None
    shared: bool = False
    handed: list[Checkpoint] = field(default_factory=list)
    by_zone: dict[str, int] = field(default_factory=dict)
    host: Checkpoint = field(init=False)
    outbound: Checkpoint = field(init=False)
    inbound: Checkpoint = field(init=False)
    addresses: tuple[int, ...] = field(init=False)
    publics: tuple[int, ...] = field(init=False)
    places: tuple[int, ...] = field(init=False)
    primary: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.addresses = tuple(pair.private for pair in self.pairs)
        self.publics = tuple(pair.public for pair in self.pairs if pair.public is not None)
        self.places = self.addresses + self.publics
        first: dict[bool, int] = {}
        for address in self.addresses:
            first.setdefault(address > IPV4_LAST, address)
        self.primary = tuple(first.values())

    @property
    def vpc(self) -> VpcSite:
        """The VPC of its subnet."""
        return self.subnet.vpc

    @property
    def shape(self) -> tuple[tuple[bool, bool], ...]:
        """Of each private address: whether it is IPv6, and whether a public one is mapped to it."""
        return tuple((pair.private > IPV4_LAST, pair.public is not None) for pair in self.pairs)

    @property
    def owner(self) -> KeyPath:
        """The path of what it belongs to: one for all interfaces of an instance."""
        return self.path[:4]

    def address_for(self, other: int) -> int:
        """Its first address of the family of another one."""
        return next(address for address in self.addresses if (address > IPV4_LAST) == (other > IPV4_LAST))

    def filter(self, direction: Direction) -> Filter:
        """The filter of its groups in one direction. Raises ValueError for an interface that cannot have groups."""
        found = self.egress if direction is Direction.EGRESS else self.ingress
        if found is None:
            raise ValueError(f"{self.name} has no security groups")
        return found

    def public_of(self, private: int) -> int | None:
        """The public address that is mapped to a private one."""
        return next((pair.public for pair in self.pairs if pair.private == private), None)

    def run_around(self, address: int) -> Span:
        """Addresses around one that are no private addresses of the interface, or that address alone if it is."""
        return gap_around(sorted(self.addresses), address, LINE_LAST)

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(format_address(pair.private) for pair in self.pairs)}"
