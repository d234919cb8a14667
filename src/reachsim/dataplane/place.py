"""Places: VPCs, subnets and network interfaces as values. What is wired to them, the topology adds (`dataplane.site`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from reachsim.dataplane.filters import Direction, Filter
from reachsim.faces import Faced, face
from reachsim.net.address import IPV4_LAST, LINE_LAST, format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import PortSet, Span, gap_around
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.internet_gateway import PublicAccess
from reachsim.rules.subnet import reserved_addresses
from reachsim.rules.verdict import Silence

_NO_ZONES: Final[Mapping[str, int]] = {}
"""One for all interfaces that have none."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VpcPlace(Faced):
    """A VPC: its blocks.

    `resolver`: base + 2 of the primary block; `kept_for_dns`: base + 2 of the others, where none answers (DNS-1). `access`:
    what Block Public Access leaves to what is in no subnet (IGW-14); `access_path`: where that is written. `region`: empty
    where the design says none. `private_ipv6`: the IPv6 blocks of it that are not on the internet, though they look so, and
    `perhaps_private`: those of which that is not known (IGW-15).
    """

    name: str
    blocks: AddressSet
    path: KeyPath
    resolver: int | None = None
    kept_for_dns: tuple[int, ...] = ()
    access: PublicAccess = PublicAccess.OPEN
    access_path: KeyPath = ()
    region: str = ""
    private_ipv6: AddressSet = AddressSet.nothing()
    perhaps_private: AddressSet = AddressSet.nothing()

    def __post_init__(self) -> None:
        """What is made of it further: its wiring, where it has any (`dataplane.site`)."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SubnetPlace(Faced):
    """A subnet: its blocks, and what its ACL says both ways.

    `hidden`: why an address that no interface has may be somebody's all the same: something in it is not modelled.
    `access`: what Block Public Access leaves to it (IGW-14). `regional`: it is none, but stands for the place of a regional
    NAT gateway, which is in no subnet (NATGW-17).
    """

    name: str
    vpc: VpcPlace
    blocks: tuple[Cidr, ...]
    az: str | None
    path: KeyPath
    egress: Filter
    ingress: Filter
    hidden: str = ""
    regional: bool = False
    access: PublicAccess = PublicAccess.OPEN

    def __post_init__(self) -> None:
        """What is made of it further: its wiring, where it has any (`dataplane.site`)."""

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
    """A private address of an interface, and the public IPv4 address that is mapped to it, if any (IGW-9). `perhaps`: it is
    not known whether there is one; `public` stands for it."""

    private: int
    public: int | None = None
    perhaps: bool = False

    def __repr__(self) -> str:
        public = "" if self.public is None else f", public {format_address(self.public)}"
        return face("AddressPair", f"{format_address(self.private)}{public}")


def pairs_of(private: tuple[int, ...], public: int | None, *, perhaps: bool = False) -> tuple[AddressPair, ...]:
    """Private addresses with one public address, which is mapped to the first (**IGW-9**), or perhaps is."""
    pairs = [AddressPair(address) for address in private]
    if pairs:
        pairs[0] = AddressPair(private[0], public, perhaps)
    return tuple(pairs)


class GroupSet(NamedTuple):
    """The security groups of an interface, and what their rules let through each way; interfaces with the same groups share
    one."""

    groups: frozenset[GroupId]
    egress: Filter
    ingress: Filter

    def __repr__(self) -> str:
        return face("GroupSet", ", ".join(sorted(name for _, name in self.groups)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InterfacePlace(Faced):
    """An elastic network interface in a subnet.

    `name`: the full name of what it belongs to. `kind`: ``instance``, ``interface``, ``nat gateway`` or ``function``.
    `pairs`: its private addresses, each with a public one at most; the primary of a family first. `group_set`: None for an
    interface that cannot have groups (SG-23). `listens`: what a process there answers; None means everything. `takes`:
    whether anybody may open a connection to it; `silent`: why it opens none itself, if so. `shared`: whether several
    functions stand behind it (LAMBDA-3). `from_internet`: whether internet gateways bring anything to its IPv6 addresses
    (LB-11). `by_zone`: the address that it puts into packets from each zone, where that is not one for all (NATGW-20).
    `machine`: the instance that it is one of several interfaces of, empty where it is the only one.
    `addresses`, `publics`: of the pairs; `places`: both, in this order, so that interfaces of one shape have corresponding
    addresses at one index. `primary`: the private addresses that it sends from by itself, the first of each family.
    `ascending`: its private addresses, sorted. `groups`, `egress`, `ingress`: of its group set.
    """

    name: str
    kind: str
    subnet: SubnetPlace
    pairs: tuple[AddressPair, ...]
    path: KeyPath
    group_set: GroupSet | None = None
    source_dest_check: bool = True
    client_ports: PortSet = field(default_factory=PortSet.everything)
    listens: Traffic | None = None
    tags: tuple[tuple[str, str], ...] = ()
    takes: bool = True
    silent: Silence | None = None
    shared: bool = False
    from_internet: bool = True
    by_zone: Mapping[str, int] = field(default_factory=lambda: _NO_ZONES)
    machine: KeyPath = ()
    addresses: tuple[int, ...] = field(init=False)
    ascending: tuple[int, ...] = field(init=False)
    publics: tuple[int, ...] = field(init=False)
    places: tuple[int, ...] = field(init=False)
    primary: tuple[int, ...] = field(init=False)
    groups: frozenset[GroupId] | None = field(init=False)
    egress: Filter | None = field(init=False)
    ingress: Filter | None = field(init=False)

    def __post_init__(self) -> None:
        addresses = tuple([pair.private for pair in self.pairs])
        publics = tuple([pair.public for pair in self.pairs if pair.public is not None])
        first = addresses
        if len(addresses) > 1:
            by_family: dict[bool, int] = {}
            for address in addresses:
                by_family.setdefault(address > IPV4_LAST, address)
            first = tuple(by_family.values())
        # One by one, since there may be a hundred thousand interfaces.
        fix = object.__setattr__
        fix(self, "addresses", addresses)
        fix(self, "ascending", addresses if len(addresses) < 2 else tuple(sorted(addresses)))
        fix(self, "publics", publics)
        fix(self, "places", addresses + publics)
        fix(self, "primary", first)
        groups, egress, ingress = self.group_set or (None, None, None)
        fix(self, "groups", groups)
        fix(self, "egress", egress)
        fix(self, "ingress", ingress)

    @property
    def shape(self) -> tuple[tuple[bool, bool, bool], ...]:
        """Of each private address: whether it is IPv6, has a public one, and whether that is not known."""
        return tuple((pair.private > IPV4_LAST, pair.public is not None, pair.perhaps) for pair in self.pairs)

    @property
    def owner(self) -> KeyPath:
        """The path of what it belongs to: one for all interfaces of an instance, and for all that are alike."""
        return self.path[:4]

    def same_machine(self, other: InterfacePlace) -> bool:
        """Whether two interfaces are those of one host."""
        return self is other or (bool(self.machine) and self.machine == other.machine)

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

    def perhaps_public(self, private: int) -> bool:
        """Whether it is not known if a public address is mapped to a private one."""
        return any(pair.perhaps for pair in self.pairs if pair.private == private)

    def run_around(self, address: int) -> Span:
        """Addresses around one that are no private addresses of the interface, or that address alone if it is."""
        return gap_around(self.ascending, address, LINE_LAST)

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(format_address(pair.private) for pair in self.pairs)}"
