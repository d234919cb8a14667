"""The work of a matrix: the answers of one source routing class to all others, as ints.

One walk there and back between two routing classes serves every pair of their classes: what differs from pair to pair is
only which groups' filters stand at the two ends and which addresses the filters on the way see. So a walk becomes a
*template* of terms, and each pair of classes a handful of `&`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from reachsim.fabric.filters import Direction, Filter, FilterBook
from reachsim.fabric.site import Nic, VpcSite
from reachsim.fabric.walk import Visit, Walk
from reachsim.kinds.network_acl import AclCheckpoint
from reachsim.kinds.security_group import SecurityGroupCheckpoint
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import Classes, InterfaceClass, RoutingClass
from reachsim.rules.clauses import NO_GROUPS, GroupId
from reachsim.topology.endpoints import Endpoints, Flow
from reachsim.topology.passage import come_back, go

Entry = tuple[bool, int, int]
"""The answer in one address family: whether it is IPv6, services delivered, services of answers that come back."""
Answer = tuple[Entry, ...]
"""The answer for a pair of classes: one entry for each family in which anything is delivered."""
NOTHING: Answer = ()
OUTBOUND_ONLY = frozenset({"nat gateway", "function"})
"""Kinds of interfaces to which nobody can open a connection (NATGW-7, LAMBDA-8)."""
UNKNOWN = -1
"""In place of services in an entry: reachsim cannot decide the answer in this address family."""


@dataclass(slots=True)
class Answers:
    """Distinct answers, by number: 0 is nothing."""

    numbers: dict[Answer, int] = field(default_factory=lambda: {NOTHING: 0})

    def number(self, answer: Answer) -> int:
        """The number of an answer."""
        found = self.numbers.get(answer)
        if found is None:
            with _NUMBERING:  # two threads of an executor must not give one number twice
                found = self.numbers.setdefault(answer, len(self.numbers))
        return found

    def table(self) -> list[Answer]:
        """Answers by number."""
        return list(self.numbers)


class Term(NamedTuple):
    """One filter that a walk meets.

    `filter`: None where it is an end's own groups; then `owner` says whose ("a" or "b") and `direction` which. `end`: whose
    address it sees ("a" or "b"), or "" for the fixed `peer`; `which`: IPv4, IPv6 or public. `vpc`: the VPC whose groups can
    be referenced at that address, None where no reference matches; `groups`: those of a fixed peer.
    """

    filter: Filter | None
    owner: str
    direction: Direction
    end: str
    which: int
    peer: int
    groups: frozenset[GroupId]
    vpc: VpcSite | None


_NUMBERING = Lock()
IPV4, IPV6, PUBLIC = range(3)
Masks = list[list[int]]
"""A mask for each pair of classes of two routing classes: by source class, then by destination class."""


class BlockWorker:
    """Computes rows of the matrix. One for each process."""

    def __init__(self, endpoints: Endpoints, book: FilterBook, classes: Classes, atoms: Atoms) -> None:
        self.endpoints = endpoints
        self.book = book
        self.classes = classes
        self.atoms = atoms
        self.answers = Answers()
        self.ends = {outer: endpoints.of_nic(outer.first) for outer in classes.routing}
        self.columns: dict[tuple[Filter, int, VpcSite | None, RoutingClass], list[int]] = {}

    def rows(self, source: RoutingClass) -> dict[int, array[int]]:
        """The rows of the classes of one routing class: by class, the number of the answer to every class."""
        width = len(self.classes.classes)
        rows = {a.index: array("I", bytes(4 * width)) for a in source.classes}
        lost: list[tuple[int, int]] = []
        for destination in self.classes.routing:
            if destination.first.kind in OUTBOUND_ONLY:
                continue
            end = self.ends[destination]
            if source is destination:
                second = source.second()
                if second is None:
                    continue
                end = self.endpoints.of_nic(second)
            answers = [
                self.answer(flow, source, destination, lost) for flow in self.endpoints.flows(self.ends[source], end)
            ]
            self.write(rows, source, destination, [answer for answer in answers if answer is not None])
        return rows

    def answer(
        self, flow: Flow, source: RoutingClass, destination: RoutingClass, lost: list[tuple[int, int]]
    ) -> tuple[bool, Masks, Masks] | None:
        """The answers of one flow for all pairs of classes: IPv6 or not, what is delivered, what comes back.

        None where nothing is delivered whatever the classes. `lost`: runs of destinations that are lost on the way from
        this source, found so far and added to.
        """
        if flow.loss is not None or any(low <= flow.destination <= high for low, high in lost):
            return None
        origin = flow.origin
        found = go(origin.start, origin.nic, flow.source, flow.destination, flow.target)
        ipv6 = flow.destination > 0xFFFFFFFF
        unknown = [[UNKNOWN] * len(destination.classes)] * len(source.classes)
        if found.unknown:
            return ipv6, unknown, unknown
        if found.forward.lost or found.stray is not None:
            if found.forward.lost_run is not None:
                lost.append(found.forward.lost_run)
            return None
        a, b = origin.nic, flow.target
        assert a is not None
        assert b is not None
        there = self.product(found.forward, a, b, source, destination, self.atoms.families[ipv6], None)
        if not any(map(any, there)):
            return None
        found = come_back(found, origin.start, a)
        if found.unknown:
            return ipv6, unknown, unknown
        if found.reply is None or found.reply.lost or found.reply_stray is not None:
            return ipv6, there, [[0] * len(destination.classes)] * len(source.classes)
        back = self.product(found.reply, a, b, source, destination, self.atoms.families[ipv6], False)
        if found.forward.leg.sessions:
            outer = self.product(found.reply, a, b, source, destination, self.atoms.everything, True)
            fold = self.atoms.fold
            back = [[fold(x, y) for x, y in zip(*pair, strict=True)] for pair in zip(back, outer, strict=True)]
        return ipv6, there, back

    def product(
        self,
        walk: Walk,
        a: Nic,
        b: Nic,
        source: RoutingClass,
        destination: RoutingClass,
        start: int,
        translated: bool | None,
    ) -> Masks:
        """The intersection of `start` and the filters of a walk, for all pairs of classes.

        `translated`: only the filters beyond (True) or before (False) the first device that translates; None for all.
        Terms that look at one end only are computed once for each class, not for each pair.
        """
        for_a = [start] * len(source.classes)
        for_b = [self.atoms.everything] * len(destination.classes)
        by_both: list[Term] = []
        for visit in walk.visits:
            if (
                visit.step.filter is None
                or visit.step.tracked
                or (translated is not None and bool(visit.depth) != translated)
            ):
                continue
            if not visit.step.filter.stateful and self.book[visit.step.filter].open:
                continue  # an ACL that lets everything through; groups differ from class to class
            term = self.term(visit, a, b)
            if term.filter is not None and not term.end:
                mask = self.atoms.row(term.filter, term.peer, term.groups)
                for_a = [x & mask for x in for_a]
            elif term.filter is not None:
                outer = source if term.end == "a" else destination
                column = self.column(term.filter, term.which, term.vpc, outer)
                if term.end == "a":
                    for_a = [x & y for x, y in zip(for_a, column, strict=True)]
                else:
                    for_b = [x & y for x, y in zip(for_b, column, strict=True)]
            elif term.end and term.end != term.owner:
                by_both.append(term)
            else:
                own = [self.own_value(term, c) for c in (source if term.owner == "a" else destination).classes]
                if term.owner == "a":
                    for_a = [x & y for x, y in zip(for_a, own, strict=True)]
                else:
                    for_b = [x & y for x, y in zip(for_b, own, strict=True)]
        out = [[x & y for y in for_b] for x in for_a]
        for term in by_both:
            if term.owner == "a":
                for i, c in enumerate(source.classes):
                    column = self.column(self.own_filter(term, c), term.which, term.vpc, destination)
                    out[i] = [x & y for x, y in zip(out[i], column, strict=True)]
            else:
                columns = [
                    self.column(self.own_filter(term, c), term.which, term.vpc, source) for c in destination.classes
                ]
                out = [[x & column[i] for x, column in zip(row, columns, strict=True)] for i, row in enumerate(out)]
        return out

    def column(self, filter: Filter, which: int, vpc: VpcSite | None, outer: RoutingClass) -> list[int]:
        """What a filter lets through to or from each class of a routing class, by one of its addresses."""
        key = filter, which, vpc, outer
        column = self.columns.get(key)
        if column is None:
            column = self.columns[key] = [self.value(filter, which, vpc, c) for c in outer.classes]
        return column

    def value(self, filter: Filter, which: int, vpc: VpcSite | None, end: InterfaceClass) -> int:
        """What a filter lets through to or from a class, by one of its addresses."""
        nic = end.first
        if which == PUBLIC:
            assert nic.public is not None
            return self.atoms.row(filter, nic.public)
        address = next(x for x in nic.addresses if (x > 0xFFFFFFFF) == (which == IPV6))
        return self.atoms.row(filter, address, NO_GROUPS if vpc is None else vpc.groups_at(address))

    def own_filter(self, term: Term, owner: InterfaceClass) -> Filter:
        """The filter of a class's own groups that a term means."""
        own = owner.first.egress if term.direction is Direction.EGRESS else owner.first.ingress
        assert own is not None
        return self.book[own]

    def own_value(self, term: Term, owner: InterfaceClass) -> int:
        """What a class's own groups let through to a fixed peer, or to its own other address."""
        filter = self.own_filter(term, owner)
        if term.end:
            return self.value(filter, term.which, term.vpc, owner)
        return self.atoms.row(filter, term.peer, term.groups)

    def term(self, visit: Visit, a: Nic, b: Nic) -> Term:
        """What a visit's filter depends on."""
        step, checkpoint = visit.step, visit.checkpoint
        assert step.filter is not None
        direction = step.filter.direction
        owner = ""
        vpc = here = None
        if isinstance(checkpoint, SecurityGroupCheckpoint):
            owner = "a" if checkpoint.nic is a else "b" if checkpoint.nic is b else ""
            here = checkpoint.nic.vpc
            vpc = here if visit.transit.direct or direction is Direction.EGRESS else None
        elif isinstance(checkpoint, AclCheckpoint):
            here = checkpoint.subnet.vpc
        end, which = "", IPV6 if step.peer > 0xFFFFFFFF else IPV4
        ends = (("a", a), ("b", b)) if here is not b.vpc else (("b", b), ("a", a))
        for name, nic in ends:  # where blocks overlap, an address is that of the VPC in which it is looked at
            if step.peer == nic.public:
                end, which, vpc = name, PUBLIC, None
                break
            if step.peer in nic.addresses:
                end = name
                break
        filter = None if owner else self.book[step.filter]
        groups = NO_GROUPS if end else step.groups
        return Term(filter, owner, direction, end, which, step.peer, groups, vpc)

    def write(
        self,
        rows: dict[int, array[int]],
        source: RoutingClass,
        destination: RoutingClass,
        answers: list[tuple[bool, Masks, Masks]],
    ) -> None:
        """Fill in the answers between all classes of two routing classes."""
        number = self.answers.number
        for i, ca in enumerate(source.classes if answers else ()):
            row = rows[ca.index]
            for j, cb in enumerate(destination.classes):
                if ca is cb and len(ca.members) == 1:
                    continue  # an interface and itself
                entries = tuple((ipv6, there[i][j], back[i][j]) for ipv6, there, back in answers if there[i][j])
                if entries:
                    row[cb.index] = number(entries)
