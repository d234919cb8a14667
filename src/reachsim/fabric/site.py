"""Places in the fabric: VPCs, subnets and network interfaces as the checkpoints see them."""

from __future__ import annotations

from dataclasses import dataclass, field

from reachsim.fabric.checkpoint import Checkpoint
from reachsim.fabric.filters import Filter
from reachsim.net.address import LINE_LAST
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.intervals import PortSet, Span
from reachsim.net.prefixes import IntervalMap
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath


@dataclass(slots=True, eq=False)
class VpcSite:
    """A VPC: its blocks, who owns which address in it, and where its gateways lead.

    `owners`: interface by private address. `neighbours`: VPCs joined by an active peering, whose groups its rules may
    name (SG-11). `services`: AWS's own services by address (WALK-20); `service_places`: their addresses, ascending.
    `resolver`: base + 2 of the primary block; `kept_for_dns`: base + 2 of the others, where none answers (DNS-1).
    """

    name: str
    blocks: AddressSet
    path: KeyPath
    owners: dict[int, Nic] = field(default_factory=dict)
    subnets: dict[str, SubnetSite] = field(default_factory=dict)
    services: dict[int, Checkpoint] = field(default_factory=dict)
    service_places: tuple[int, ...] = ()
    resolver: int | None = None
    kept_for_dns: tuple[int, ...] = ()
    neighbours: list[VpcSite] = field(default_factory=list)
    subnet_runs: IntervalMap[SubnetSite | None] = field(default_factory=lambda: IntervalMap([0], [None]))

    def groups_at(self, address: int) -> frozenset[GroupId]:
        """Groups that a rule of this VPC can name and that an interface with this private address carries.

        Every private address of the interface counts (SG-10), in this VPC and over an active peering (SG-11); a public
        address never does (SG-12).
        """
        owner = self.owners.get(address)
        groups = owner.groups if owner is not None and owner.groups is not None else NO_GROUPS
        for vpc in self.neighbours:
            other = vpc.owners.get(address)
            if other is not None and other.groups is not None:
                groups |= other.groups
        return groups


@dataclass(slots=True, eq=False)
class SubnetSite:
    """A subnet: its blocks, where packets leave it (its ACL) and enter it, and its link.

    `hidden`: why an address that no interface has may be somebody's all the same: something in it is not modelled.
    """

    name: str
    vpc: VpcSite
    blocks: tuple[Cidr, ...]
    az: str | None
    path: KeyPath
    exit: Checkpoint = field(init=False)
    entry: Checkpoint = field(init=False)
    link: Checkpoint = field(init=False)
    nics: list[Nic] = field(default_factory=list)
    hidden: str = ""

    @property
    def full_name(self) -> str:
        """``vpc.subnet``."""
        return f"{self.vpc.name}.{self.name}"

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


@dataclass(slots=True, eq=False)
class Nic:
    """An elastic network interface in a subnet.

    `name`: the full name of what it belongs to. `kind`: ``instance``, ``interface``, ``nat gateway`` or ``function``.
    `addresses`: private addresses, at most one per family. `public`: the public IPv4 address mapped to the first.
    `groups`: None for an interface that cannot have any (SG-23). `listens`: what a process there answers; None means
    everything. `host`: the checkpoint behind the interface; `outbound`, `inbound`: the first checkpoints of what it sends
    and of what reaches it on its subnet's link.
    """

    name: str
    kind: str
    subnet: SubnetSite
    addresses: tuple[int, ...]
    path: KeyPath
    public: int | None = None
    groups: frozenset[GroupId] | None = None
    source_dest_check: bool = True
    client_ports: PortSet = field(default_factory=PortSet.everything)
    listens: Traffic | None = None
    tags: tuple[tuple[str, str], ...] = ()
    egress: Filter | None = None
    ingress: Filter | None = None
    host: Checkpoint = field(init=False)
    outbound: Checkpoint = field(init=False)
    inbound: Checkpoint = field(init=False)

    @property
    def vpc(self) -> VpcSite:
        """The VPC of its subnet."""
        return self.subnet.vpc
