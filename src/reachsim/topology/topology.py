"""The topology of a design: its places, and all checkpoints that a packet may come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import Filter
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite, VpcSite
from reachsim.errors import counted
from reachsim.faces import Faced
from reachsim.garbage import collector_paused
from reachsim.loading.load import Source
from reachsim.net.cidr import AddressSet
from reachsim.policy.filters import RuleSet
from reachsim.resources.internet import InternetCheckpoint
from reachsim.resources.resource import At, Ends, Resource, sections
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.transit_checkpoint import serving, zones_matter
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.rules.nat import NAT64
from reachsim.topology.public_sides import PublicSides, public_sides_of
from reachsim.topology.spokes import Spokes, spokes_of

_NOTHING: frozenset[KeyPath] = frozenset()


@dataclass(eq=False, repr=False)
class Topology(Faced):
    """The checkpoints of a design, and the places they stand in.

    `interfaces`: by full name, functions' shared interfaces included. `functions`: the shared interface of each subnet and
    set of groups. `rules`: the filters that interfaces and subnets use. `internet`: the checkpoint between the gateways and
    the world. `doors`: what is not modelled, by full name. `groups`: names that mean several interfaces. `noted`:
    checkpoints by the path of what they belong to. `joined`: by VPC or network, what joins it to others;
    `perhaps_joined`: each pair of VPCs that has all of one of these may be joined, too. `senders`:
    networks outside by address: addresses, where their packets come in, and a label. `strangers`: what may bring packets of
    networks that the design does not tell. `never_call`: public addresses of
    services, which start no connection. `inward`: the groups of a host whose place is not known, before what is sent to it,
    by its full name; `outward`: those behind what it sends, by its name and where that comes to then.
    """

    source: Source
    internet: InternetCheckpoint
    vpcs: dict[str, VpcSite] = field(default_factory=dict)
    interfaces: dict[str, NetworkInterface] = field(default_factory=dict)
    functions: dict[tuple[str, str, frozenset[str]], NetworkInterface] = field(default_factory=dict)
    tables: dict[tuple[str, str], RouteTableCheckpoint] = field(default_factory=dict)
    rules: dict[RuleSet, Filter] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    noted: dict[KeyPath, Checkpoint] = field(default_factory=dict)
    joined: dict[str, set[KeyPath]] = field(default_factory=dict)
    perhaps_joined: list[frozenset[str]] = field(default_factory=list)
    senders: list[tuple[AddressSet, Checkpoint, str]] = field(default_factory=list)
    strangers: list[Door] = field(default_factory=list)
    never_call: AddressSet = field(default_factory=AddressSet.nothing)
    inward: dict[str, Checkpoint] = field(default_factory=dict)
    outward: dict[tuple[str, Checkpoint], Checkpoint] = field(default_factory=dict)

    @cached_property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint that a packet may come to."""
        with collector_paused():
            return reached_from(self.starts())

    @cached_property
    def asking(self) -> dict[Filter, tuple[Checkpoint, ...]]:
        """Every filter that a checkpoint may ask, with the checkpoints that ask it."""
        out: dict[Filter, list[Checkpoint]] = {}
        with collector_paused():
            for checkpoint in self.checkpoints:
                for filter in checkpoint.filters():
                    out.setdefault(filter, []).append(checkpoint)
            return {filter: tuple(checkpoints) for filter, checkpoints in out.items()}

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """Every filter that a checkpoint may ask, each once."""
        return tuple(self.asking)

    @cached_property
    def passed(self) -> frozenset[NetworkInterface]:
        """The interfaces that a walk may pass on its way between others: what a route leads to, what passes on what is sent
        to it, and by which a host sends that is reached by another of its own."""
        interfaces = self.interfaces.values()
        found = {interface for interface in interfaces if relay_of(interface) is not None}
        found |= {route.toward for table in self.tables.values() for route in table.routes if route.toward}
        found |= {
            onward.owner
            for each in interfaces
            for onward in each.outbound.successors()
            if isinstance(onward.owner, NetworkInterface) and onward.owner is not each
        }
        return frozenset(found)

    @cached_property
    def nat64(self) -> bool:
        """Whether a route leads IPv6 packets for IPv4 addresses to what carries them there (NATGW-16)."""
        return any(
            route.toward is not None and route.toward.host.nat64 and route.destination.overlaps(NAT64)
            for table in self.tables.values()
            for route in table.routes
        )

    @cached_property
    def something_unknown(self) -> bool:
        """Whether something is not modelled, or not known, of the routes or of what is in a subnet."""
        return (
            bool(self.doors or self.strangers)
            or any(table.unwritten or any(route.unknown for route in table.routes) for table in self.tables.values())
            or any(subnet.hidden for vpc in self.vpcs.values() for subnet in vpc.subnets.values())
        )

    @cached_property
    def cuts(self) -> tuple[int, ...]:
        """Where along the address line the answer of a checkpoint may change, ascending. Route tables that no subnet uses
        count too."""
        declared = (each.cuts() for each in (*self.checkpoints, *self.tables.values()))
        return tuple(sorted({start for starts in declared for start in starts}))

    @cached_property
    def served(self) -> dict[tuple[VpcSite, str | None], frozenset[str]] | None:
        """The attachments that serve each zone of a VPC (TGW-7); None where the zone itself matters."""
        places = self.noted.values()
        return None if zones_matter(places) else serving(places)

    @cached_property
    def spokes(self) -> Spokes:
        """The VPCs of transit gateways between which walks are alike."""
        vpcs, noted = self.vpcs.values(), self.noted.values()
        return spokes_of(vpcs, noted, self.tables.values(), self.joined, self.perhaps_joined)

    @cached_property
    def public_sides(self) -> PublicSides:
        """What walks by the internet come to alike; nothing where it is not known what else stands in the design."""
        doubtful = self.something_unknown or bool(self.perhaps_joined)
        return PublicSides({}) if doubtful else public_sides_of(self.internet, self.checkpoints)

    def are_joined(self, one: str, other: str) -> bool:
        """Whether a peering, a transit gateway or a connection joins two VPCs or networks, by their names."""
        return not self.joined.get(one, _NOTHING).isdisjoint(self.joined.get(other, _NOTHING))

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[At, Resource]]]:
        """Everything in VPCs by its bare name, in the order of the file."""
        out: dict[str, list[tuple[At, Resource]]] = {}
        kinds = list(sections("vpc"))
        for vpc, body in self.source.design.vpcs.items():
            for section in kinds:
                for name, member in getattr(body, section, {}).items():
                    out.setdefault(name, []).append((At(vpc, section, name), member))
        return out

    def named(self, asked: str) -> Iterator[tuple[At, Resource]]:
        """Resources that a name may mean: ``vpc.name``, or a bare name."""
        head, dot, tail = asked.partition(".")
        yield from self._by_name.get(asked, ())
        if dot:
            yield from (found for found in self._by_name.get(tail, ()) if found[0].vpc == head)
        design = self.source.design
        for section in sections("design"):
            members = getattr(design, section, {})
            if asked in members:
                yield At("", section, asked), members[asked]

    def special(self, asked: str, ends: Ends) -> Iterator[Endpoint]:
        """What kinds of resources say of a word that is no name."""
        for kind in (*sections("vpc").values(), *sections("design").values()):
            yield from kind.special(asked, ends)

    def table_of(self, subnet: SubnetSite) -> RouteTableCheckpoint:
        """The route table of a subnet."""
        body = self.source.design.vpcs[subnet.vpc.name].subnets[subnet.name]
        return self.tables[subnet.vpc.name, body.table_name]

    def starts(self) -> Iterator[Checkpoint]:
        """Checkpoints from which every other one is found: what interfaces and networks send, and the internet."""
        yield self.internet
        yield from (start for _, start, _ in self.senders)
        for interface in self.interfaces.values():
            yield interface.outbound
        yield from self.outward.values()

    def __str__(self) -> str:
        return f"{self.source}: {counted(len(self.vpcs), 'VPC')}, {counted(len(self.interfaces), 'interface')}"


def reached_from(starts: Iterable[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Some checkpoints and all that a packet may come to from there, each once."""
    found = dict.fromkeys(starts)
    todo = list(found)
    while todo:
        for successor in todo.pop().successors():
            if successor not in found:
                found[successor] = None
                todo.append(successor)
    return tuple(found)
