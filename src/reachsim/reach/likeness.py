"""When two questions between an interface and the outside have one answer: told by the filters on their ways."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator

from reachsim.dataplane.ends import Endpoint, Flow
from reachsim.dataplane.filters import Filter, FilterBook, Query
from reachsim.dataplane.walk import Walk
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.reach.evaluation import at_far, filters_of
from reachsim.rules.clauses import SOME_GROUP
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows
from reachsim.topology.round_trip import RoundTrip

Likeness = tuple[Hashable, ...]
LOST = "lost"
"""In place of a part that lets nothing through."""


class Likenesses:
    """Tells what answers between an interface and the outside depend on, of one network or of several.

    Two questions of one likeness have the same answer, but for the address of the interface: in its place each has its own.
    An answer (`reach.flow_answer`) is made of the far addresses, of what each filter on the ways there and back lets
    through, asked about the far address or about one that stays what it is, of how many devices have translated before, and
    of whether the ways end well. Where all of these are equal, every step from them to the answer is the same step. Filters
    are equal where their clauses are, so that the likenesses of two networks compare too.
    """

    def __init__(self) -> None:
        self._contents: dict[Hashable, int] = {}
        self._numbers: dict[Filter, int] = {}

    def of(self, source: Endpoint, destination: Endpoint, ends: Endpoints, book: FilterBook) -> Likeness | None:
        """What the answer between two ends depends on; None where that is more than filters on ways that are known: what
        passes on to one of several, what is not modelled, rules that are not known, fixed addresses on both sides."""
        near: dict[int, int] = {}
        out: list[Hashable] = []
        for flow in flows(source, destination, ends):
            if flow.loss is not None:
                out.append(LOST)
                continue
            if not _plain(flow):
                return None
            own = flow.destination if flow.from_region else flow.source
            own = near.setdefault(own, len(near))
            for found, region in ends.pieces.of(flow):
                if region is None or not _certain(flow, found, book):
                    return None
                ways = self._ways(found, region, book)
                out.append((own, flow.destination > IPV4_LAST, flow.origin.client_ports, region, *ways))
        return tuple(out)

    def _ways(self, found: RoundTrip, region: AddressSet, book: FilterBook) -> tuple[Hashable, Hashable]:
        """What the filters on both ways are asked; `LOST` where a way does not end where it should."""
        if found.stray is not None or found.forward.lost_run is not None:
            return LOST, LOST
        there = tuple(self._terms(found.forward, found, region, book))
        if found.reply is None or found.reply.lost_run is not None or found.reply_stray is not None:
            return there, LOST
        return there, tuple(self._terms(found.reply, found, region, book))

    def _terms(self, walk: Walk, found: RoundTrip, region: AddressSet, book: FilterBook) -> Iterator[Hashable]:
        far = region.first
        for query, filter, depth in filters_of(walk, book):
            peer = None if at_far(query, depth, far, found) else bisect_right(filter.starts, query.peer)
            yield self._number(filter), peer, _groups(query, filter), depth, query.service

    def _number(self, filter: Filter) -> int:
        """One number for all filters that say the same."""
        number = self._numbers.get(filter)
        if number is None:
            content = filter.direction, filter.stateful, filter.clauses
            number = self._numbers[filter] = self._contents.setdefault(content, len(self._contents))
        return number


def _groups(query: Query, filter: Filter) -> Hashable:
    groups = query.groups
    return groups & filter.named_groups if groups else groups


def _plain(flow: Flow) -> bool:
    """Whether a flow is to or from many addresses outside, by the one way that there is."""
    special = flow.unknown or flow.perhaps or flow.relays or flow.chosen or flow.via
    aside = flow.alike is not None or flow.about is not None or flow.realm is not None or flow.beside or flow.anybody
    return flow.many and flow.origin.certain and not special and not aside


def _certain(flow: Flow, found: RoundTrip, book: FilterBook) -> bool:
    """Whether a round trip is known, and every rule on it."""
    if found.unknown or found.forward.unknown or (found.reply is not None and found.reply.unknown):
        return False
    if flow.target is None and any(v.checkpoint.aside(v.header.destination) for v in found.forward.visits):
        return False
    return all(
        filter.unknown is None and SOME_GROUP not in query.groups
        for walk in (found.forward, found.reply)
        for query, filter, _ in filters_of(walk, book)
    )
