"""A failing expectation as those see it who propose edits: its first blocker, the packet there, and the network around."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from reachsim.answers.expectations import Result
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, Cidr, blocks_of
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import PORTED, Traffic, protocol_of, reply_service, service
from reachsim.resources.fields import Schema
from reachsim.resources.mending import ADVISERS, CLOSERS, MENDERS, OFFERERS, Case, Edit, LeakyRule, RouteOffer
from reachsim.resources.resource import At, Resource, resources
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.trace.result import Blocker, Hop, TracedWay
from reachsim.trace.words import inspecting, writes

_FEW_BLOCKS = 4
"""More blocks than these are named by one that has them all."""
_ANYWHERE = (EVERY_IPV4, EVERY_IPV6)


class Looking:
    """What a proposer may look at: a network as it is now (`resources.mending.View`)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def design(self) -> Any:
        """The design."""
        return self.engine.design

    @property
    def data(self) -> Mapping[str, Any]:
        """The values of the file."""
        return self.engine.source.document.data

    def written(self, path: KeyPath) -> Any:
        """What the file has at a path; None where it has nothing."""
        return self.engine.source.document.value(path)

    def owner(self, address: int, vpc: str = "") -> NetworkInterface | None:
        """The interface with an address; of a private one that several VPCs have, that of the VPC, if one is named."""
        ends = self.engine.ends
        found = ends.by_private.get(address, [])
        mine = [interface for interface in found if interface.vpc.name == vpc] if vpc else found
        return mine[0] if mine else ends.by_public.get(address)

    def interface(self, name: str) -> NetworkInterface | None:
        """An interface by full name."""
        return self.engine.topology.interfaces.get(name)

    def fixed(self, address: int) -> bool:
        """Whether a rule may rely on an address: it is nobody's in the design, or the file writes it."""
        interface = self.owner(address)
        return interface is None or writes(interface, address, self.engine.ends)

    def interfaces(self) -> Iterator[NetworkInterface]:
        """All of them."""
        return iter(self.engine.topology.interfaces.values())

    def carriers(self, group: GroupId) -> int:
        """How many interfaces carry a security group."""
        return self._carriers[group]

    @cached_property
    def _carriers(self) -> Counter[GroupId]:
        return Counter(group for interface in self.interfaces() for group in interface.groups or ())

    def names(self, vpc: str = "") -> frozenset[str]:
        """Every name that a route of a VPC may lead to; of every VPC, where none is named."""
        names = self.engine.source.names
        inside = (name for owner, targets in names.targets.items() if vpc in ("", owner) for name in targets)
        return frozenset([*names.connections, *self.design.vpcs, *inside])

    def free(self, vpc: str, prefix_length: int) -> Cidr | None:
        """A block of a VPC that no subnet has, of a size; None where there is none."""
        taken = [block for subnet in self.design.vpcs[vpc].subnets.values() for block in subnet.blocks]
        for whole in self.design.vpcs[vpc].cidrs:
            if whole.version == 4 and whole.prefix_length <= prefix_length:
                for block in whole.subnets(prefix_length):
                    if not any(block.version == other.version and block.overlaps(other) for other in taken):
                        return Cidr(block.network, block.prefix_length)
        return None

    def target(self, vpc: str, table: str, destination: str) -> str | None:
        """Where a route of a table leads, as it is written; None where there is none."""
        body = self.design.vpcs[vpc].route_tables.get(table)
        routes = {} if body is None else body.routes
        return next((target for block, target in routes.items() if str(block) == destination), None)

    def offers(self, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The routes of a VPC that resources offer for a case."""
        for at, body in self.resources:
            if type(body).route_for is not Resource.route_for:
                yield from body.route_for(at, case, vpc)
        for offerer in OFFERERS:
            yield from offerer(case, vpc)

    @cached_property
    def resources(self) -> list[tuple[At, Resource]]:
        """Every resource that has edits or routes to propose."""
        found: list[tuple[At, Resource]] = []
        holders: list[tuple[str, str, Schema]] = [("vpc", name, vpc) for name, vpc in self.design.vpcs.items()]
        for within, name, holder in [*holders, ("design", "", self.design)]:
            for at, body in resources("vpc" if within == "vpc" else "design", holder, name):
                kind = type(body)
                if kind.mend is not Resource.mend or kind.route_for is not Resource.route_for:
                    found.append((at, body))
        return found

    def table_of(self, subnet: str, vpc: str) -> str:
        """The name of the route table of a subnet."""
        name: str = self.design.vpcs[vpc].subnets[subnet].table_name
        return name


def case_of(engine: Engine, result: Result, blocker: Blocker | None = None) -> Case | None:
    """The case of a failing `allow`: of its witness's first blocker, or of another one. None where nothing was sent."""
    witness = result.witness
    blocker = blocker or next(iter(result.blockers), None)
    if witness is None or blocker is None:
        return None
    way = next((way for way in witness.ways if blocker in way.blockers), witness.shown)
    expectation = result.expectation
    source, destination = engine.endpoint(expectation.from_), engine.endpoint(expectation.to)
    packet, first = blocker.packet or way.packet, way.packet
    here = (0, 0) if packet is None else (packet.source, packet.destination)
    sent = (0, 0) if first is None else (first.source, first.destination)
    sender = next(
        (origin.interface for origin in source.origins if origin.interface and sent[0] in origin.interface.addresses),
        None,
    )
    if sender is None:
        sender = next((origin.interface for origin in source.origins if origin.interface is not None), None)
    view = Looking(engine)
    receiver = view.owner(sent[1], "" if sender is None else sender.vpc.name) or view.owner(sent[1])
    ends = [source, _resolved(destination, source)]
    reply = blocker.leg == "reply"
    return Case(
        blocker.cause, reply, *here, *sent, _wanted(result, way, blocker, _client_ports(source, sender)), view,
        _blocks(here[0], ends), _blocks(here[1], ends), sender, receiver, _asked(expectation.from_), _asked(expectation.to),
        tuple(routes_of((way.reply if reply else way.forward)[: blocker.hop + 1])), blocker.groups,
        destination.literal is not None, _not_seen(way, blocker) if reply else (),
    )  # fmt: skip


def _not_seen(way: TracedWay, blocker: Blocker) -> tuple[str, ...]:
    """The inspection endpoints that the request passed, where its answer has passed none when it is lost."""
    return () if inspecting(way.reply[: blocker.hop]) else tuple(inspecting(way.forward))


def _asked(end: object) -> str:
    return end if isinstance(end, str) else ""


def _resolved(destination: Endpoint, source: Endpoint) -> Endpoint:
    origin = next(iter(source.origins), None)
    return destination if destination.resolve is None or origin is None else destination.resolve(origin)


def _client_ports(source: Endpoint, sender: NetworkInterface | None) -> PortSet:
    """The source ports that the sender may use."""
    ports = [origin.client_ports for origin in source.origins if origin.interface is sender]
    return ports[0] if ports else PortSet.everything()


def _wanted(result: Result, way: TracedWay, blocker: Blocker, client: PortSet) -> Traffic:
    """What has to pass where a packet is lost; of an answer, to any port that the client, or a NAT device, may use."""
    packet, first = blocker.packet, way.packet
    asked = result.failing.traffic() & result.expectation.traffic or result.expectation.traffic
    if packet is None or first is None:
        return asked
    if blocker.around:
        return Traffic.of((packet.service, packet.service))
    if blocker.leg == "forward":
        return asked if packet.service == first.service else Traffic.of((packet.service, packet.service))
    spans: list[tuple[int, int]] = []
    ports = client if blocker.asked_ports.count == 1 else blocker.asked_ports
    protocols = {protocol_of(low) for low, _ in asked.spans} | {protocol_of(high) for _, high in asked.spans}
    for protocol in sorted(protocols):
        if protocol in PORTED:
            spans += ((service(protocol, low), service(protocol, high)) for low, high in ports.spans)
        else:
            back = reply_service((asked & Traffic.protocol(protocol)).first, 0)
            spans += [] if back is None else [(back, back)]
    return Traffic.union_of(spans) or Traffic.of((packet.service, packet.service))


def _blocks(address: int, ends: list[Endpoint]) -> tuple[Cidr, ...]:
    """The blocks of the end that an address stands for, where that end is more than the address; none otherwise. Of what
    is written nowhere that may be any address."""
    for end in ends:
        if end.unwritten is not None and address in end.unwritten:
            return tuple(block for block in _ANYWHERE if address in block)
        whole = end.within if end.within is not None and address in end.within else end.outside
        if whole.count > 1 and address in whole:
            blocks = blocks_of(whole)
            return tuple(blocks) if len(blocks) <= _FEW_BLOCKS else tuple(b for b in _ANYWHERE if address in b)
    return ()


def routes_of(hops: tuple[Hop, ...]) -> Iterator[KeyPath]:
    """The key path of each route that was taken, of a table of a VPC: that of the table where nobody wrote the route."""
    for hop in hops:
        name = hop.checkpoint.removeprefix("route table ")
        if name != hop.checkpoint:
            path = hop.path
            written = len(path) > 3 and path[0] == "vpcs" and path[2] == "route_tables"
            yield path if written else ("vpcs", hop.component, "route_tables", name)


def proposals(case: Case) -> list[Edit]:
    """Every edit that somebody proposes, each once, the least intrusive first."""
    found: list[Edit] = []
    view = case.view
    assert isinstance(view, Looking)
    for at, body in view.resources:
        found += body.mend(at, case)
    for mender in MENDERS:
        found += mender(case)
    return _each_once(found)


def _each_once(found: Iterable[Edit]) -> list[Edit]:
    """The least intrusive first; of those that are alike in that, in the order in which they were proposed."""
    first: dict[str, Edit] = {}
    for edit in found:
        first.setdefault(edit.key, edit)
    return sorted(first.values(), key=lambda edit: edit.cost)


def advice(case: Case) -> list[str]:
    """Why no edit helps, and which redesign would."""
    return list(dict.fromkeys(text for adviser in ADVISERS for text in adviser(case)))


def leaks_of(engine: Engine, result: Result) -> Iterator[LeakyRule]:
    """The rules of groups and ACLs that let the witness of a failing `deny` through."""
    witness = result.witness
    if witness is None:
        return
    expectation = result.expectation
    source, destination = engine.endpoint(expectation.from_), engine.endpoint(expectation.to)
    ends = [source, _resolved(destination, source)]
    view = Looking(engine)
    forbidden = result.failing.traffic() & expectation.traffic or expectation.traffic
    for way in witness.ways:
        for hop in way.forward:
            path = hop.rule_path
            if len(path) > 2 and path[0] == "vpcs" and path[2] in ("security_groups", "network_acls"):
                here = hop.before.source, hop.before.destination
                yield LeakyRule(path, *here, forbidden, view, *(_blocks(address, ends) for address in here))


def closings(engine: Engine, result: Result) -> list[Edit]:
    """Every edit that somebody proposes to stop what a `deny` forbids, the least intrusive first."""
    found = [edit for leak in leaks_of(engine, result) for closer in CLOSERS for edit in closer(leak)]
    return _each_once(found)
