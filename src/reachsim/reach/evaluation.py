"""What filters leave of the traffic of one round trip, on the way there and on the way back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reachsim.dataplane.ends import Flow
from reachsim.dataplane.filters import Filter, FilterBook, Query
from reachsim.dataplane.walk import Walk
from reachsim.faces import face
from reachsim.flow.denial import not_known, passing
from reachsim.flow.ports import OF_TRAFFIC
from reachsim.net.address import IPV4_LAST
from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.topology.round_trip import RoundTrip

NOTHING = Traffic.nothing()
ALL_TCP = Traffic.protocol(TCP)
ALL_UDP = Traffic.protocol(UDP)
PORTED_TRAFFIC = ALL_TCP | ALL_UDP


class FlowSets(NamedTuple):
    """What `FlowAnswer` says of traffic."""

    forward: Traffic = NOTHING
    back: Traffic = NOTHING
    unsure: Traffic = NOTHING
    maybe: Traffic = NOTHING
    lost: tuple[Traffic, ...] = ()

    def __repr__(self) -> str:
        return face("FlowSets", f"{self.forward} delivered, {self.back} back")


def filters_of(walk: Walk | None, book: FilterBook) -> Iterator[tuple[Query, Filter, int]]:
    """What a walk asks of filters that judge it: query, filter as it is now, and how many devices have translated before."""
    if walk is not None:
        for visit in (*walk.visits, *walk.anyway) if walk.anyway else walk.visits:
            query = visit.step.asks
            if query is not None and not query.tracked:
                yield query, book[query.filter], visit.depth


def at_far(query: Query, depth: int, far: int | None, found: RoundTrip) -> bool:
    """Whether a filter looks at the far end of a round trip. Beyond a device that translates nobody sees the client, and
    where blocks overlap its address is somebody else's there (PrivateLink)."""
    if query.peer != far or query.abroad:
        return False
    return not (depth and found.forward.visits[0].header.source == far)


def _evaluate(found: RoundTrip, far: int | None, at: int, book: FilterBook) -> FlowSets:
    """What is delivered and what comes back; with `at` in place of the far address `far`."""
    if found.stray is not None or found.forward.lost_run is not None:
        return FlowSets()
    family = OF_IPV4 if found.forward.visits[0].header.destination <= IPV4_LAST else OF_IPV6
    forward = ever = family
    for query, filter, depth in filters_of(found.forward, book):
        sure, most = passing(query, filter, at if at_far(query, depth, far, found) else query.peer)
        forward &= sure
        ever &= most
    if found.forward.unknown:
        return FlowSets(unsure=ever)
    unsure = ever - forward
    if found.reply is None or found.reply.lost_run is not None or found.reply_stray is not None:
        return FlowSets(forward, unsure=unsure)
    bounds = [
        (depth, *passing(query, filter, at if at_far(query, depth, far, found) else query.peer))
        for query, filter, depth in filters_of(found.reply, book)
    ]
    inner, *beyond = OF_TRAFFIC.by_depth((depth, sure) for depth, sure, _ in bounds)
    back, lost = OF_TRAFFIC.back(inner, beyond)
    best = back
    if any(most is not sure for _, sure, most in bounds):
        inner, *beyond = OF_TRAFFIC.by_depth((depth, most) for depth, _, most in bounds)
        best, least = OF_TRAFFIC.back(inner, beyond)
        if lost != least:
            back -= PORTED_TRAFFIC
    if found.reply.unknown:
        return FlowSets(forward, unsure=unsure, maybe=best)
    return FlowSets(forward, back, unsure, best - back, lost)


def unknown_rule(found: RoundTrip, book: FilterBook) -> str:
    """Why the filters of a round trip leave something undecided: a rule that is not known, or groups that are not."""
    for walk in (found.forward, found.reply):
        for query, filter, _ in filters_of(walk, book):
            reason = not_known(query, filter)
            if reason:
                return reason
    return ""


def _possible(found: RoundTrip, far: int | None, at: int, book: FilterBook) -> FlowSets:
    """What may pass on a way that may exist or not: all that is not stopped by a filter, whoever's groups it may name, where
    it is not known whose these are."""
    if found.forward.lost_run is not None:
        return FlowSets()
    possible = OF_IPV4 if found.forward.visits[0].header.destination <= IPV4_LAST else OF_IPV6
    for query, filter, depth in filters_of(found.forward, book):
        peer = at if at_far(query, depth, far, found) else query.peer
        groups = filter.named_groups if query.carried is None else query.carried
        possible &= query.of(filter.possible(peer, groups))
    return FlowSets(unsure=possible)


def _possible_to_any_port(found: RoundTrip, far: int | None, at: int, book: FilterBook) -> FlowSets:
    """The same past something that may send on to any port: all TCP where some may pass, and all UDP (LB-1)."""
    possible = _possible(found, far, at, book).unsure
    return FlowSets(
        unsure=Traffic.union_of(span for each in (ALL_TCP, ALL_UDP) if possible & each for span in each.spans)
    )


def _at_most(found: RoundTrip, far: int | None, at: int, book: FilterBook) -> FlowSets:
    """What may pass on a way that may exist or not, and would for all that is known."""
    sets = _evaluate(found, far, at, book)
    return FlowSets(unsure=sets.forward | sets.unsure)


def by_far_address(
    found: RoundTrip,
    far: int,
    region: AddressSet,
    book: FilterBook,
    evaluate: Callable[[RoundTrip, int | None, int, FilterBook], FlowSets],
) -> Iterator[tuple[AddressSet, FlowSets]]:
    """The far addresses of a region by what passes to and from them."""
    starts: set[int] = set()
    for walk in (found.forward, found.reply):
        for query, filter, depth in filters_of(walk, book):
            if at_far(query, depth, far, found):
                starts.update(filter.starts)
    cuts = sorted(starts)
    grouped: dict[FlowSets, list[tuple[int, int]]] = {}
    for low, high in region.spans:
        at = low
        while at <= high:
            index = bisect_right(cuts, at)
            end = min(high, cuts[index] - 1) if index < len(cuts) else high
            grouped.setdefault(evaluate(found, far, at, book), []).append((at, end))
            at = end + 1
    for answer, spans in grouped.items():
        yield AddressSet.union_of(spans), answer


def evaluation(flow: Flow) -> Callable[[RoundTrip, int | None, int, FilterBook], FlowSets]:
    """How a flow is evaluated. Of what may exist or not nothing is sure; between two interfaces their groups are known."""
    if not flow.perhaps:
        return _evaluate
    if flow.any_port:
        return _possible_to_any_port
    return _possible if flow.origin.interface is None or flow.target is None else _at_most
