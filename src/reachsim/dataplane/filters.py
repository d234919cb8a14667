"""A filter: the clauses that stand at one checkpoint in one direction, asked packet by packet or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from reachsim.faces import face
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import EVERYTHING, Traffic
from reachsim.rules.clauses import (
    ANYONE,
    NO_GROUPS,
    SOME_GROUP,
    Clause,
    GroupId,
    KeyPath,
    first_match,
    peer_starts,
    permitted,
)
from reachsim.rules.codes import Code


class Direction(StrEnum):
    """Which way a packet crosses a filter, as AWS names it, seen from the interface or the subnet."""

    INGRESS = "ingress"
    EGRESS = "egress"


class FilterBook:
    """What each filter says now. A walk names the filters it meets and never asks what they say, so an edit of a rule
    leaves every walk as it was: it replaces a filter in the book (`edited`), and all answers follow.

    `asked`: the filters that were looked up, where somebody wants to know (`recording`); None otherwise.
    """

    __slots__ = ("asked", "edited")

    def __init__(self, edited: Mapping[Filter, Filter] | None = None, asked: set[Filter] | None = None) -> None:
        self.edited = dict(edited or {})
        self.asked = asked

    def __getitem__(self, filter: Filter) -> Filter:
        if self.asked is not None:
            self.asked.add(filter)
        return self.edited.get(filter, filter)

    def recording(self) -> FilterBook:
        """The same book, with a list of its own of what was looked up: all filters that an answer depends on."""
        return FilterBook(self.edited, set())

    def with_(self, edited: Mapping[Filter, Filter]) -> FilterBook:
        """A book with further filters replaced; keys are filters of the topology, not of earlier edits."""
        return FilterBook({**self.edited, **edited})

    def __repr__(self) -> str:
        return face("FilterBook", f"{len(self.edited)} filters edited")


AS_BUILT = FilterBook()
"""The book of a network that was not edited."""


_FEW: Final = 16
"""Clauses of which each is asked: fewer than it is worth looking up."""
_SOME_RUNS: Final = 8
"""Runs that a clause is kept at, so that memory is in proportion to the clauses."""


class Filter:
    """Clauses with what to say when none permits.

    `name`: for people, such as ``security group web``. `stateful`: whether answers to what passed one way pass the
    other way unasked (SG-4; an ACL judges every packet, NACL-5). `code`, `rule`: the blame when no clause permits.
    `path`: the key of its rules, which is where one would be added. `unknown`: the first of its rules that is not known,
    None where all are.
    """

    __slots__ = (
        "_cache",
        "_denied",
        "_named",
        "_of_runs",
        "_open",
        "_possible",
        "_starts",
        "clauses",
        "code",
        "direction",
        "name",
        "path",
        "rule",
        "stateful",
        "unknown",
    )

    def __init__(
        self,
        name: str,
        direction: Direction,
        clauses: tuple[Clause, ...],
        *,
        stateful: bool,
        code: Code,
        rule: str,
        path: KeyPath = (),
    ) -> None:
        self.name = name
        self.direction = direction
        self.clauses = clauses
        self.stateful = stateful
        self.code = code
        self.rule = rule
        self.path = path
        self.unknown = next((clause for clause in clauses if not clause.known), None)
        self._starts: list[int] | None = None
        self._denied: dict[tuple[int, frozenset[GroupId]], list[tuple[Clause | None, Traffic]]] = {}
        self._named: frozenset[GroupId] | None = None
        self._of_runs: tuple[list[int], dict[int, list[int]]] | None = None
        self._open: bool | None = None
        self._cache: dict[tuple[int, frozenset[GroupId]], Traffic] = {}
        self._possible: dict[tuple[int, frozenset[GroupId]], Traffic] = {}

    @property
    def open(self) -> bool:
        """Whether it lets everything through, to and from everybody, by clauses that say just that."""
        if self._open is None:
            whole = AddressSet.nothing()
            for clause in self.clauses:
                if not clause.permits:
                    break
                if clause.known and clause.traffic == EVERYTHING:
                    whole |= clause.peers
            self._open = whole == AddressSet.everything()
        return self._open

    def decide(self, peer: int, groups: frozenset[GroupId], service: int) -> Clause | None:
        """The clause that decides on one packet, or None when none matches (which denies it)."""
        return first_match(self.clauses, peer, groups, service)

    @property
    def starts(self) -> list[int]:
        """Where along the address line the answer for a peer may change."""
        if self._starts is None:
            self._starts = peer_starts(self.clauses)
        return self._starts

    def told(self, groups: frozenset[GroupId]) -> frozenset[GroupId]:
        """What of a peer's groups the rules can tell."""
        return groups & self.named_groups if groups and groups != ANYONE else groups

    def _about(self, run: int, groups: frozenset[GroupId]) -> Iterable[Clause]:
        """The clauses that may speak of the addresses of one run between two starts, in their order: those of groups, those
        of many runs, and those of this one. Asking each of a thousand rules about each of a thousand addresses would be a
        million questions."""
        if len(self.clauses) < _FEW or groups == ANYONE:
            return self.clauses
        if self._of_runs is None:
            self._of_runs = self._by_run()
        broad, narrow = self._of_runs
        return [self.clauses[index] for index in sorted([*broad, *narrow.get(run, ())])]

    def _by_run(self) -> tuple[list[int], dict[int, list[int]]]:
        """The clauses that name groups or more than some runs; and the others, by the runs that they name."""
        broad: list[int] = []
        narrow: dict[int, list[int]] = {}
        for index, clause in enumerate(self.clauses):
            spans = [
                (bisect_right(self.starts, low), bisect_right(self.starts, high)) for low, high in clause.peers.spans
            ]
            if clause.groups or sum(last - first + 1 for first, last in spans) > _SOME_RUNS:
                broad.append(index)
                continue
            for first, last in spans:
                for run in range(first, last + 1):
                    narrow.setdefault(run, []).append(index)
        return broad, narrow

    def allowed(self, peer: int, groups: frozenset[GroupId] = NO_GROUPS) -> Traffic:
        """All traffic that passes between the owner and a peer, for certain."""
        key = bisect_right(self.starts, peer), self.told(groups)
        answer = self._cache.get(key)
        if answer is None:
            answer = self._cache[key] = permitted(self._about(*key), peer, groups)
        return answer

    def possible(self, peer: int, groups: frozenset[GroupId] = NO_GROUPS) -> Traffic:
        """All traffic that may pass between the owner and a peer, whatever the rules say that are not known."""
        if SOME_GROUP not in groups and self.unknown is None:
            return self.allowed(peer, groups)
        key = bisect_right(self.starts, peer), self.told(groups)
        answer = self._possible.get(key)
        if answer is None:
            answer = self._possible[key] = permitted(self._about(*key), peer, groups, at_best=True)
        return answer

    def doubtful(self, peer: int, service: int | None = None) -> Clause | None:
        """The first rule that is not known and may be about a peer and a service, or else the first that is not known."""
        unknown = (clause for clause in self.clauses if not clause.known and peer in clause.peers)
        return next((clause for clause in unknown if service is None or service in clause.traffic), self.unknown)

    def denied(self, peer: int, groups: frozenset[GroupId] = NO_GROUPS) -> list[tuple[Clause | None, Traffic]]:
        """What surely does not pass between the owner and a peer, by the clause that denies it; None: no clause matches."""
        key = bisect_right(self.starts, peer), self.told(groups)
        known = self._denied.get(key)
        if known is not None:
            return known
        out: list[tuple[Clause | None, Traffic]] = []
        rest = Traffic.everything()
        for clause in self._about(*key):
            if clause.may_name_peer(peer, groups):
                hit = clause.traffic & rest
                if clause.permits:
                    rest -= clause.traffic  # what it may let through is not denied
                elif clause.surely_names_peer(peer, groups):
                    if hit:
                        out.append((clause, hit))
                    rest -= clause.traffic
        if rest:
            out.append((None, rest))
        self._denied[key] = out
        return out

    @property
    def named_groups(self) -> frozenset[GroupId]:
        """Every security group that a clause names, and the mark of an interface whose groups are not known."""
        if self._named is None:
            named = NO_GROUPS.union(*(clause.groups for clause in self.clauses))
            self._named = named | {SOME_GROUP} if named else named
        return self._named

    def runs(self, peers: AddressSet) -> list[tuple[AddressSet, Traffic]]:
        """Peers (of no group) by what passes between them and the owner: disjoint sets that make up `peers`."""
        by_traffic: dict[Traffic, list[tuple[int, int]]] = {}
        starts = self.starts
        for low, high in peers.spans:
            at = low
            while at <= high:
                index = bisect_right(starts, at)
                end = min(high, starts[index] - 1) if index < len(starts) else high
                by_traffic.setdefault(self.allowed(at), []).append((at, end))
                at = end + 1
        return [(AddressSet.union_of(spans), traffic) for traffic, spans in by_traffic.items()]

    def __str__(self) -> str:
        return f"{self.name} {self.direction.value}"

    def __repr__(self) -> str:
        return face("Filter", f"{self}: {len(self.clauses)} rules")


def protocol_limit(name: str, traffic: Traffic, text: str, rule: str, code: Code = Code.PROTOCOL_RESTRICTION) -> Filter:
    """What a device carries at all, from everybody to everybody, as a filter of its own."""
    clause = Clause(True, AddressSet.everything(), traffic, text)
    return Filter(name, Direction.EGRESS, (clause,), stateful=False, code=code, rule=rule)


class Viewpoint(Protocol):
    """Where a rule is read that names groups: a VPC, with those that it is joined with."""

    def groups_at(self, address: int, *, inbound: bool = True) -> frozenset[GroupId]:
        """Groups that a rule can name and that an interface with this private address carries. `inbound`: a rule for what
        comes in."""


def in_doubt(name: str, direction: Direction, text: str, code: Code, rule: str) -> Filter:
    """A filter that lets everything through, or nothing: nobody knows which, and `text` says why, in a sentence. So all that
    follows on the way is asked too, and what that stops is decided."""
    clause = Clause(True, AddressSet.everything(), EVERYTHING, text, known=False, doubt=text)
    return Filter(name, direction, (clause,), stateful=False, code=code, rule=rule)


class Query(NamedTuple):
    """A filter to be asked about ports too, about `peer`, unless `tracked` (an answer that passes unasked, SG-4).

    `viewpoint`: the VPC whose rules may name the groups of the peer's interface, None where no reference can match.
    `carried`: groups that count in place of those (LB-4). `service`: the one service that it is asked about, None for the
    packet's own: whoever passed the packet on has put another port in (LB-1). `abroad`: it is about another packet than the
    one that passes, which is inside that one (LB-9).
    """

    filter: Filter
    peer: int
    viewpoint: Viewpoint | None = None
    tracked: bool = False
    carried: frozenset[GroupId] | None = None
    service: int | None = None
    abroad: bool = False

    @property
    def groups(self) -> frozenset[GroupId]:
        """The groups that the peer's interface carries, as far as the filter's rules can name them."""
        if self.carried is not None:
            return self.carried
        if self.viewpoint is None:
            return NO_GROUPS
        return self.viewpoint.groups_at(self.peer, inbound=self.filter.direction is Direction.INGRESS)

    def of(self, answer: Traffic) -> Traffic:
        """What passes of the traffic as the client sent it, where a filter lets `answer` through: all or nothing of it where
        it is about one other service."""
        if self.service is None:
            return answer
        return Traffic.everything() if self.service in answer else Traffic.nothing()

    def __repr__(self) -> str:
        return face("Query", f"{self.filter}: {format_address(self.peer)}{' (tracked)' if self.tracked else ''}")
