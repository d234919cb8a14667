"""Requests that arrive and whose answers an ACL keeps out, for all ports of the client, for some, or for some of NAT's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from reachsim.answers.lint.registry import Found, Subject, finds, one_of_each
from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.filters import Filter
from reachsim.dataplane.relay import relay_of
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.net.address import format_address
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import TCP, Traffic
from reachsim.reach.cell import Cell
from reachsim.reach.classes import InterfaceClass
from reachsim.reach.flow_answer import FlowAnswer, Trip, trips
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.lint import LintCode
from reachsim.stages import going_over
from reachsim.topology.addressed import representative
from reachsim.trace.result import Blocker, Trace

_TCP = Traffic.protocol(TCP)
_ASKED_OF_ACLS = 5
"""Packets that are traced for one pair of ACLs."""
_KNOWN = tuple(map(Traffic.parse, ("tcp/443", "tcp/80", "tcp/22")))


class _Question(NamedTuple):
    """A pair of ends, and one service that is delivered between them and whose answer does not always come back. `acls`: the
    ACLs of their subnets that the design writes."""

    source: str
    destination: str
    service: Traffic
    acls: frozenset[KeyPath] = frozenset()


@finds(LintCode.ANSWERS_CLOSED)
def answers_kept_out(subject: Subject) -> Iterator[Found]:
    """ACLs that let a TCP request in and keep its answer from the client's ports, by one such packet (NACL-5, NACL-12)."""
    if not any(vpc.network_acls for vpc in subject.design.vpcs.values()):
        return
    seen: set[KeyPath] = set()
    asked: Counter[frozenset[KeyPath]] = Counter()
    for question in _questions(subject):
        asked[question.acls] += 1
        if asked[question.acls] > _ASKED_OF_ACLS:
            continue  # the same two ACLs again
        trace = subject.network.trace(question.source, question.destination, question.service)
        blocker = _at_acl(trace)
        if blocker is None or blocker.cause.path in seen:
            continue
        seen.add(blocker.cause.path)
        ports = f", {blocker.ports}" if blocker.ports else ""
        yield Found(
            LintCode.ANSWERS_CLOSED,
            f"{blocker.component} {blocker.checkpoint}",
            blocker.cause.path,
            f"requests arrive, and their answers do not come back{ports}",
            f"{question.source} -> {question.destination} {question.service} is delivered; {blocker.text}",
            "allow 1024-65535 of the protocol, or the client's own ports, the other way",
            blocker.rule_id,
        )


def _at_acl(trace: Trace) -> Blocker | None:
    """The ACL that keeps the answer of a delivered packet out; None where something else is in the way."""
    if trace.undecided or not trace.delivered or not trace.blockers:
        return None
    first = trace.blockers[0]
    return first if first.leg == "reply" and first.code == Code.SUBNET_ACL_RESTRICTION else None


def _questions(subject: Subject) -> Iterator[_Question]:
    """One question for each pair of classes whose answers are lost at least for some ports, then those of the internet."""
    asked: set[tuple[int, frozenset[KeyPath]]] = set()
    whole: dict[tuple[int, PortSet], bool] = {}
    pairs, cell = _suspects(subject)
    cell_of = cache(cell)
    senders = {each.index: list(one_of_each(each.members)) for each in subject.network.classes.classes}
    for one, other, number in pairs:
        for sender in senders[one.index]:
            key = number, sender.client_ports
            if key not in whole:
                whole[key] = lost_service(cell_of(number), sender.client_ports, None) is None
            if whole[key]:
                continue
            receiver = next((interface for interface in other.members if interface is not sender), None)
            acls = frozenset() if receiver is None else _acls(sender, receiver, *_targets_of(receiver))
            if receiver is None or not acls or (number, acls) in asked or sender.shared or receiver.shared:
                continue
            asked.add((number, acls))
            lost = lost_service(cell_of(number), sender.client_ports, receiver.listens)
            if lost is not None:
                yield _Question(sender.name, receiver.name, lost, acls)
    lost_to = cache(_lost_to)
    for interface, answer in subject.outward:
        for part in answer.parts:
            kept = lost_to(part.forward, part.back, part.lost, interface.client_ports)
            if kept and not part.undecided:
                to = format_address(representative(part.destinations))
                yield _Question(interface.name, to, one_service(kept), _acls(interface))
    for exposed in subject.exposed:
        lost_part = exposed.lost.traffic() & _TCP
        if lost_part:
            interface = subject.topology.interfaces[exposed.interfaces[0]]
            yield _Question("internet", interface.name, one_service(lost_part), _acls(interface))


def _suspects(subject: Subject) -> tuple[Iterator[tuple[InterfaceClass, InterfaceClass, int]], Callable[[int], Cell]]:
    """The pairs of classes between which an ACL may keep answers out, by number, and what a number means.

    An answer passes the ACL of the server's subnet outward and that of the client's inward. Others it passes where something
    stands on its way, in the VPC of the client or the server; in any, where a transit gateway brings it there, or an
    inspection; and of what is sent to a load balancer, those of its targets. An ACL that lets TCP through to all client
    ports, to and from everybody in the design, keeps no answer.
    """
    network, topology = subject.network, subject.topology
    classes = network.classes.classes
    inside = network.ends.vpc_blocks | network.ends.publics
    clients_ports = {each.client_ports for each in topology.interfaces.values()} | {UNKNOWN_CLIENT}  # NAT's own, too
    answers = Traffic.union_of(
        (TCP << 16 | low, TCP << 16 | high) for each in clients_ports for low, high in each.spans
    )

    @cache
    def open_to_all(filter: Filter) -> bool:
        return all(answers <= passing for _, passing in network.book[filter].runs(inside))

    def keeps(subnet: SubnetSite, filter: Filter) -> bool:
        return bool(subnet.exit.path) and not open_to_all(filter)

    subnets = [subnet for vpc in topology.vpcs.values() for subnet in vpc.subnets.values()]
    keeping = {subnet for subnet in subnets if keeps(subnet, subnet.ingress) or keeps(subnet, subnet.egress)}
    anywhere = any(subnet.attached for subnet in keeping)
    anywhere |= any(interface.host.inspects for interface in topology.interfaces.values())
    between = {each.vpc for each in topology.passed if each.subnet in keeping}

    def may(subnet: SubnetSite, filter: Filter) -> bool:
        return anywhere or subnet.vpc in between or keeps(subnet, filter)

    clients = [c for c in classes if may(c.first.subnet, c.first.subnet.ingress)]
    servers = [c for c in classes if may(c.first.subnet, c.first.subnet.egress) or relay_of(c.first) is not None]
    others = [c for c in classes if not may(c.first.subnet, c.first.subnet.ingress)]
    from_clients = network.rows_between(_firsts(clients), _firsts(classes))
    to_servers = network.rows_between(_firsts(others), _firsts(servers))

    def pairs() -> Iterator[tuple[InterfaceClass, InterfaceClass, int]]:
        for source in going_over("classes whose answers an ACL may keep out", classes):
            rows = from_clients if source.index in from_clients.rows else to_servers
            columns = [*rows.columns]  # in their order
            for column, number in rows.rows[source.index].answered():
                yield source, classes[columns[column]], number

    return pairs(), to_servers.cell_of  # made last, so it knows the answers of all


def _firsts(classes: Iterable[InterfaceClass]) -> list[NetworkInterface]:
    return [each.first for each in classes]


def _targets_of(interface: NetworkInterface) -> Iterator[NetworkInterface]:
    """Whom what is sent to an interface comes to in the end, where that is somebody else."""
    relay = relay_of(interface)
    if relay is not None:
        yield from (choice.target for _, choice in relay.ways(interface.addresses[0]) if choice.target is not None)


def _acls(*interfaces: NetworkInterface) -> frozenset[KeyPath]:
    """Where the ACLs of some interfaces' subnets are written; AWS's default ACL is not, and keeps nothing out."""
    return frozenset(interface.subnet.exit.path for interface in interfaces if interface.subnet.exit.path)


def lost_service(cell: Cell, client_ports: PortSet, listens: Traffic | None) -> Traffic | None:
    """A TCP service that somebody listens for, whose answers do not reach all ports of the client; None for none."""
    if cell.undecided:
        return None
    wanted = _TCP if listens is None else listens & _TCP
    lost = Traffic.nothing()
    for way in cell.ways:
        lost |= lost_of(way.forward & wanted, way.trips(), client_ports)
    return one_service(lost) if lost else None


def _lost_to(forward: Traffic, back: Traffic, lost: tuple[Traffic, ...], client_ports: PortSet) -> Traffic:
    """What of a round trip is delivered by TCP and has no answer to some of the client's ports."""
    return lost_of(forward & _TCP, trips(forward, back, lost), client_ports)


def trips_of(part: FlowAnswer) -> list[Trip]:
    """The round trips of one part of an answer."""
    return trips(part.forward, part.back, part.lost)


def lost_of(delivered: Traffic, back: Iterable[Trip], client_ports: PortSet) -> Traffic:
    """What of some delivered traffic has no answer to some of the client's ports."""
    whole = (span for trip in back if client_ports <= trip.ports for span in trip.traffic.spans)
    return delivered - Traffic.union_of(whole)


def one_service(traffic: Traffic) -> Traffic:
    """One service of some traffic: one that people know, where there is one, else the first."""
    known = (service for service in _KNOWN if not service - traffic)
    first = traffic.spans[0][0]
    return next(known, Traffic.of((first, first)))


@finds(LintCode.NAT_PORTS_CLOSED)
def nat_ports_kept_out(subject: Subject) -> Iterator[Found]:
    """ACLs that keep out some of the ports that a NAT device may choose: now and then a connection fails (NAT-PORT)."""
    if not any(vpc.network_acls for vpc in subject.design.vpcs.values()):
        return
    seen: set[KeyPath] = set()
    asked: set[Checkpoint] = set()
    for interface, answer in subject.outward:
        if interface.subnet.table in asked or not any(trip.choices for part in answer.parts for trip in trips_of(part)):
            continue
        asked.add(interface.subnet.table)  # who shares it shares the NAT device
        for stop in answer.stops:
            if stop.nat_ports is None or stop.code != Code.SUBNET_ACL_RESTRICTION or stop.path in seen:
                continue
            seen.add(stop.path)
            loss = next(iter(answer.losses))
            yield Found(
                LintCode.NAT_PORTS_CLOSED,
                f"{stop.component} {stop.checkpoint}",
                stop.path,
                f"answers to some of the ports that a NAT device may choose are dropped: {stop.nat_ports}",
                f"{interface.name} -> internet: {loss}",
                "allow tcp/1024-65535 and udp/1024-65535 before what is denied",
                "NAT-PORT",
            )
