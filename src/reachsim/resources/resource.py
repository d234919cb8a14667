"""Resources: components with a name. All that reachsim knows of a kind of resource stands in one file.

A resource is a schema (its keys, with AWS's defaults) and what it does at each stage: `interfaces` and `check` while a
design is loaded, `build`, `join` and `entrance` while the topology is built. `@resource` puts it where a design may write
it. The rest of the house goes through the registry and names no kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.place import AddressPair, GroupSet, InterfacePlace
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.resources.fields import Name, Schema
from reachsim.resources.mending import Case, Edit, RouteOffer
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.rules.refusal import Refusal
from reachsim.rules.route import RouteOrigin
from reachsim.rules.verdict import Loss

Within = Literal["vpc", "design"]
"""Where a kind of resource is written: under a VPC, or at the top."""


class At(NamedTuple):
    """Where one resource is written. `vpc`: empty for what is in no VPC."""

    vpc: str
    section: str
    name: str

    @property
    def path(self) -> KeyPath:
        """The key path to it."""
        return ("vpcs", self.vpc, self.section, self.name) if self.vpc else (self.section, self.name)

    @property
    def full_name(self) -> str:
        """``vpc.name``, or the bare name of what is in no VPC."""
        return f"{self.vpc}.{self.name}" if self.vpc else self.name


class InterfaceNeed(NamedTuple):
    """One network interface that a resource has, as it is written.

    `name`: unique in the VPC. `path`: where its keys are. `subnet`, `security_groups`: references, None for the default
    group. `private_ip`, `ipv6_address`: None for assigned ones. `public_ip`: an address, true for one that AWS chooses;
    `implied`: though none is written. `secondary`: further private addresses, each with its public one. `launched`: with an
    instance, so that its subnet may give it a public address. `assign_ipv6`: an IPv6 address that AWS chooses.
    `perhaps_public`: it is not known whether it has the public address that it is given. `untold`: that address stands for
    one that exists, and of which the design does not tell which it is.
    """

    name: str
    path: KeyPath
    subnet: str
    security_groups: tuple[str, ...] | None = None
    private_ip: int | None = None
    ipv6_address: int | None = None
    public_ip: int | bool | None = None
    implied: bool = False
    secondary: tuple[tuple[int, int | None], ...] = ()
    launched: bool = False
    assign_ipv6: bool = False
    perhaps_public: bool = False
    untold: bool = False


class Entrance(NamedTuple):
    """Where a route to a resource leads: the next checkpoint (None: nowhere), the interface that is meant, if it is one,
    and why the route is a blackhole, with the rule (ROUTE-12); empty where it is active (ROUTE-11). `switch`: the key that
    mends it."""

    next: Checkpoint | None
    toward: NetworkInterface | None = None
    inactive: str = ""
    rule: str = "ROUTE-12"
    switch: KeyPath = ()


class Checks(Protocol):
    """What a resource may ask while its design is checked."""

    @property
    def design(self) -> Any:
        """The whole design."""

    def report(
        self, path: KeyPath, message: str, hint: str | None = None, code: str | None = None, *, key: bool = False
    ) -> None:
        """Note a problem; `code`: the rule of AWS that refuses it. `key`: it is the key at the path, not its value."""

    def refuse(self, path: KeyPath, refusal: Refusal | None, *, key: bool = False) -> None:
        """Note what AWS would refuse."""

    def warn(self, path: KeyPath, message: str, code: str | None = None, *, key: bool = False) -> None:
        """Note what AWS accepts and a person may not have meant."""

    def blocks_of(self, vpc: str, subnet: str) -> tuple[Cidr, ...]:
        """The blocks of a subnet by reference; none where there is no such subnet (that is told elsewhere)."""

    def route_table(self, path: KeyPath, vpc: str, reference: str) -> str | None:
        """The bare name of a route table of the same VPC; None and a problem where there is none."""


class Wiring(Protocol):
    """What a resource may use while the topology is built."""

    @property
    def design(self) -> Any:
        """The whole design."""

    @property
    def internet(self) -> Checkpoint:
        """The internet."""

    def vpc(self, name: str) -> VpcSite:
        """A VPC."""

    def subnet(self, vpc: str, reference: str) -> SubnetSite:
        """A subnet of a VPC."""

    def pairs(self, vpc: str, need: InterfaceNeed) -> tuple[AddressPair, ...]:
        """The addresses of an interface, assigned ones included."""

    def public(self, vpc: str, need: InterfaceNeed) -> int | None:
        """The public address of a need, an assigned one included."""

    def table(self, vpc: str, name: str, implied: Mapping[Cidr, str] | None = None) -> Checkpoint:
        """A route table of a VPC; `implied`: the routes of one that AWS makes and the design does not write."""

    def groups(self, vpc: str, names: tuple[str, ...] | None) -> GroupSet:
        """Security groups of a VPC with their filters (None: the default group, SG-3)."""

    def place(self, interface: NetworkInterface) -> None:
        """Put an interface into its subnet and under its addresses."""

    def add_group(self, at: At, members: list[str]) -> None:
        """Let the name of a resource mean several interfaces, by full name."""

    def interface(self, vpc: str, name: str) -> NetworkInterface:
        """An interface that was placed."""

    def join_places(self, path: KeyPath, places: Iterable[str]) -> None:
        """Say that VPCs or networks are joined by a resource, so that names mean private addresses between them."""

    def perhaps_join(self, vpcs: Iterable[str]) -> None:
        """Say that nobody knows whether two VPCs are joined, of each pair that has all of some."""

    def never_calls(self, addresses: AddressSet) -> None:
        """Say of public addresses of a service that they start no connection."""

    def add_stranger(self, door: Door) -> None:
        """Say of something that it may bring packets of networks that the design does not tell."""

    def add_sender(self, addresses: AddressSet, start: Checkpoint, label: str) -> None:
        """Addresses outside the VPCs whose packets come in somewhere else than from the internet."""

    def note(self, path: KeyPath, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint by the path of what it belongs to, for others to find."""

    def noted(self, path: KeyPath) -> Checkpoint:
        """A checkpoint that was noted."""

    def add_peering(self, at: At, checkpoints: Mapping[str, Checkpoint], *, groups_known: bool) -> None:
        """Join two VPCs: by the name of each, what a route there leads to; whether rules may name the other's groups."""

    def peering(self, at: At, vpc: str) -> Checkpoint:
        """What a route of a VPC to a peering leads to."""

    def add_unwritten(
        self, vpc: str, table: str, reason: str, destinations: AddressSet, *, always: bool, target: str
    ) -> None:
        """Tell a route table that AWS may have put routes into it that the design does not tell (`Unwritten`)."""


class Ends(Protocol):
    """What a resource may use to say what its name means as an end of a question."""

    @property
    def design(self) -> Any:
        """The whole design."""

    @property
    def world(self) -> AddressSet:
        """Every public address that no interface and no VPC of the design has."""

    def of_interface(self, interface: NetworkInterface) -> Endpoint:
        """The end that one interface is."""

    def interface(self, full_name: str) -> NetworkInterface:
        """An interface by full name."""

    def arriving(self) -> Iterator[Checkpoint]:
        """Where packets of networks outside come in."""

    def checkpoint(self, path: KeyPath) -> Checkpoint:
        """A checkpoint that a resource noted while it was built (`Wiring.note`)."""

    def perhaps_endpoints(self, vpc: str) -> tuple[Any, ...]:
        """What may be an endpoint in a VPC, and is not known to be one."""

    def resolve(self, asked: str) -> Endpoint:
        """What a name or an address stands for. Raises EndpointError."""

    def outside(self, label: str, addresses: AddressSet, start: Checkpoint | None = None, place: str = "") -> Origin:
        """A sender outside the VPCs; `start`: where its packets come in, left out: the internet; `place`: its network."""


class Resource(Schema):
    """A kind of resource. Every method is optional."""

    section: ClassVar[str] = ""
    noun: ClassVar[str] = ""
    within: ClassVar[Within] = "vpc"
    also_called: ClassVar[str] = ""
    """What else people write for its section, as a pattern of whole words in snake case."""
    order: ClassVar[int] = 10
    """Kinds of a lower order are assigned their addresses first."""
    key: ClassVar[Any] = Name
    """The type of their names."""
    routable: ClassVar[bool] = True
    """Whether a route may lead to one."""

    def interfaces(self, at: At) -> Iterator[InterfaceNeed]:
        """The network interfaces that it has."""
        yield from ()

    def check(self, at: At, checks: Checks) -> None:
        """Report what AWS would refuse."""

    @classmethod
    def check_all(cls, members: Iterable[tuple[At, Any]], checks: Checks) -> None:
        """Report what AWS would refuse of several of a kind, and not of each by itself; of what is in no VPC."""

    def build(self, at: At, wiring: Wiring) -> None:
        """Add its interfaces and checkpoints."""

    def join(self, at: At, wiring: Wiring) -> None:
        """Connect it to others, when all are there."""

    def introduces(self, at: At) -> Iterator[tuple[str, str]]:
        """Pairs of VPCs of which the first's inbound rules may name the second's groups, other than by peering (TGW-14)."""
        yield from ()

    def joins(self, at: At) -> Iterator[tuple[str, str]]:
        """Pairs of VPCs between which it carries traffic, of which a rule may name groups in vain."""
        yield from ()

    def perhaps_peers(self) -> Iterator[frozenset[str]]:
        """VPCs of which it may be a peering, or not: of each two that have all of some."""
        yield from ()

    @classmethod
    def overlap(cls, *, both_vpcs: bool) -> tuple[str, str]:
        """The rule about blocks that overlap between two that it joins, VPCs or a VPC and a network, and what follows."""
        return "ROUTE-7", "in the VPC such an address is the VPC's own, and nobody else's is reached by it"

    def lists_of_services(self) -> Iterator[str]:
        """The names of prefix lists that have addresses of services of AWS's, which are nobody else's."""
        yield from ()

    def down(self) -> str:
        """Its state, where it does not surely carry traffic; empty where it does."""
        return ""

    def parts_down(self) -> Iterator[str]:
        """What of it carries nothing, each with its state, for pictures."""
        yield from ()

    def linked(self, at: At) -> Iterator[KeyPath]:
        """What a picture joins with it by a line: paths of VPCs and of what is in none; those of nothing are passed over."""
        yield from ()

    def behind(self) -> BlocksBehind:
        """Blocks that are no VPC's and that it leads to. They are ends of questions: `diff` compares who reaches them."""
        return BlocksBehind()

    def routes(self, at: At, wiring: Wiring) -> Iterator[RouteMade]:
        """The routes to it that AWS makes (EP-1, ROUTE-6)."""
        yield from ()

    @property
    def no_end(self) -> str:
        """What it is, where its name is no end of a question, and what to write instead; empty where it may be one."""
        return ""

    def remarks(self, interface: InterfacePlace) -> Iterator[str]:
        """What of one of its interfaces is not as AWS makes it, in a few words, for lists; its state too."""
        if not interface.source_dest_check:
            yield "source/dest check off"
        if self.down():
            yield self.down()

    def endpoint(self, at: At, ends: Ends) -> Endpoint | None:
        """What its name means as an end of a question; None: its interfaces, if it has any."""
        return None

    @classmethod
    def special(cls, asked: str, ends: Ends) -> Iterator[Endpoint]:
        """What a word means that is no resource's name, such as ``service:s3`` or ``office.pc``."""
        yield from ()

    def names(self, at: At) -> Iterator[str]:
        """Names beside its own that mean something because it is there, such as those of a service or of hosts."""
        yield from ()

    def parts(self, at: At) -> Iterator[str]:
        """Names of what is written in it that a question may name."""
        yield from ()

    def speaks_for(self, at: At, host: str, design: Any) -> bool:
        """Whether it may say somewhere what a host name means."""
        return False

    def speaks_below(self, at: At) -> Iterator[str] | None:
        """Names, in small letters: it speaks for none that is neither one of these nor below one. None: for any."""
        return None

    def namespace(self, at: At, design: Any) -> str:
        """The zone that it speaks for: of two that have a name, the more specific one answers (DNS-2)."""
        return at.name

    def resolves(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | Loss:
        """What a host name that it speaks for means where it is asked in a VPC ("": outside all), or why it does not say."""
        raise NotImplementedError

    def would_mean(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | None:
        """What a host name that it does not say would mean in a VPC with both DNS attributes (DNS-2); None: nothing."""
        return None

    def in_public(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | None:
        """What a host name that it speaks for, and does not say here, means in the public DNS; None: nothing."""
        return None

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """Edits of it, or for its sake, that may undo a blocker; every resource is asked about every blocker."""
        yield from ()

    def route_for(self, at: At, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """Routes of a VPC to it that may take the packet of a case to where it should go."""
        yield from ()

    def route_refusal(self, at: At, vpc: str) -> Refusal | None:
        """Why AWS takes no route of a VPC to it, whatever the destination; None where it does (ROUTE-10)."""
        return None

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Where a route of a VPC to it leads."""
        interface = wiring.interface(at.vpc, at.name)
        return Entrance(interface.subnet.entry, interface)


class BlocksBehind(NamedTuple):
    """Blocks of others that are behind a resource, outside AWS or behind a host.

    `asked_by_name`: whether the name of the resource is the end that people ask about; else the blocks are.
    """

    blocks: tuple[Cidr, ...] = ()
    asked_by_name: bool = False


class RouteMade(NamedTuple):
    """A route that AWS makes of a resource, not a person. `table`: of the resource's VPC, None for those that propagate it.
    `path`: where what made it is written."""

    table: str | None
    destination: Cidr
    origin: RouteOrigin
    path: KeyPath
    prefix_list: str = ""


R = TypeVar("R", bound=type[Resource])
REGISTRY: dict[Within, dict[str, type[Resource]]] = {"vpc": {}, "design": {}}
"""Every kind of resource by where it is written and its section, in the order in which they are built."""


_IN_ORDER: dict[Within, dict[str, type[Resource]]] = {}
"""What `sections` gives, kept until the registry changes."""


def resource(section: str, noun: str, within: Within = "vpc") -> Callable[[R], R]:
    """Register a kind of resource: its section of a VPC or of the design, and the word for one of them."""

    def add(kind: R) -> R:
        kind.section, kind.noun, kind.within = section, noun, within
        REGISTRY[within][section] = kind
        _IN_ORDER.clear()
        return kind

    return add


@contextmanager
def forgotten(kind: type[Resource]) -> Iterator[None]:
    """For tests: a kind that was registered is gone afterwards."""
    try:
        yield
    finally:
        del REGISTRY[kind.within][kind.section]
        _IN_ORDER.clear()


def sections(within: Within) -> Mapping[str, type[Resource]]:
    """The kinds of resources that may be written at a place, by section, in the order in which they are built."""
    known = _IN_ORDER.get(within)
    if known is None:
        found = REGISTRY[within]
        in_order = sorted(found, key=lambda section: (found[section].order, section))
        known = _IN_ORDER[within] = {section: found[section] for section in in_order}
    return known


def resources(within: Within, holder: Schema, vpc: str = "") -> Iterator[tuple[At, Resource]]:
    """Every resource of a VPC or of a design, in the order in which they are built."""
    for section in sections(within):
        for name, body in getattr(holder, section, {}).items():
            yield At(vpc, section, name), body


def all_resources(design: Any) -> Iterator[tuple[At, Resource]]:
    """What is in each VPC, and what is in none."""
    for name, vpc in design.vpcs.items():
        yield from resources("vpc", vpc, name)
    yield from resources("design", design)


def all_blocks(design: Any) -> Iterator[Cidr]:
    """The blocks of everything in a design that has some: VPCs, and what is behind resources."""
    yield from (block for _, body in all_resources(design) for block in body.behind().blocks)
    for vpc in design.vpcs.values():
        yield from vpc.cidrs


def unnamed_blocks(design: Any) -> Iterator[Cidr]:
    """The blocks behind resources that have no name to ask by, so that they are the ends: what a connection leads to and no
    network declares, and what is behind a host."""
    behind = [body.behind() for _, body in all_resources(design)]
    named = address_set(block for each in behind if each.asked_by_name for block in each.blocks)
    blocks = dict.fromkeys(block for each in behind if not each.asked_by_name for block in each.blocks)
    yield from (block for block in blocks if block.addresses - named)
