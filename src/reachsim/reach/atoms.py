"""Traffic as bits of one int.

The rules of a design cut protocol and destination port into atoms, 100 to 300 of them, that no rule tells apart. A set
of traffic is then one int with a bit for each atom, and union and intersection are `|` and `&`: Python's int is the
vector unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import reduce
from operator import or_

from reachsim.dataplane.filters import Filter
from reachsim.flow.ports import NAT_SPANS, WayBack
from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.rules.clauses import ANYONE, NO_GROUPS, SOME_GROUP, GroupId

_ALWAYS = (
    *(NAT_SPANS[protocol] for protocol in (TCP, UDP)),
    *(Traffic.protocol(protocol) for protocol in (TCP, UDP)),
    OF_IPV4,
    OF_IPV6,
)
"""Sets that the engine itself counts on; their borders are always cuts."""


class Atoms:
    """The atoms of a set of filters, and the ints that stand for traffic."""

    def __init__(self, filters: Iterable[Filter]) -> None:
        self._filters = frozenset(filters)
        cuts = {0}
        self.known = all(filter.unknown is None for filter in self._filters)
        """Whether every rule of the filters is known."""
        for traffic in (*_ALWAYS, *{clause.traffic for filter in self._filters for clause in filter.clauses}):
            for low, high in traffic.spans:
                cuts.add(low)
                cuts.add(high + 1)
        cuts.discard(Traffic.LAST + 1)
        self.starts = sorted(cuts)
        self.everything = (1 << len(self.starts)) - 1
        self._masks: dict[Traffic, int] = {}
        self._traffic: dict[int, Traffic] = {}
        self._by_run: dict[tuple[Filter, bool], _Runs] = {}
        self._by_member: dict[tuple[Filter, bool], _Members] = {}
        self._first: dict[Filter, Filter] = {}
        self._by_content: dict[Hashable, Filter] = {}
        self.tcp, self.udp = (self.mask(Traffic.protocol(protocol)) for protocol in (TCP, UDP))
        self.way_back = WayBack(
            self.everything,
            self.everything & ~(self.tcp | self.udp),
            ((self.tcp, self.mask(NAT_SPANS[TCP])), (self.udp, self.mask(NAT_SPANS[UDP]))),
        )
        """Ways back, of masks."""
        self.families = {False: self.mask(OF_IPV4), True: self.mask(OF_IPV6)}

    def mask(self, traffic: Traffic) -> int:
        """The int of a set whose borders are cuts."""
        found = self._masks.get(traffic)
        if found is None:
            found = 0
            for low, high in traffic.spans:
                found |= (1 << bisect_right(self.starts, high)) - (1 << (bisect_right(self.starts, low) - 1))
            self._masks[traffic] = found
        return found

    def mask_of(self, service: int) -> int:
        """The atom that one service is in."""
        return 1 << (bisect_right(self.starts, service) - 1)

    def whether(self, service: int, passing: int) -> int:
        """Everything if what passes has one service in it, else nothing."""
        return self.everything if passing & self.mask_of(service) else 0

    def traffic(self, mask: int) -> Traffic:
        """The set that an int stands for."""
        found = self._traffic.get(mask)
        if found is None:
            spans = [(self.starts[low], self._end_of(high)) for low, high in _runs_of(mask)]
            found = self._traffic[mask] = Traffic.union_of(spans)
        return found

    def _end_of(self, atom: int) -> int:
        """The last service of an atom."""
        return self.starts[atom + 1] - 1 if atom + 1 < len(self.starts) else Traffic.LAST

    def first_alike(self, filter: Filter) -> Filter:
        """The first filter that was asked for and lets through the same: VPCs that are made alike have groups that say the
        same."""
        found = self._first.get(filter)
        if found is None:
            clauses = tuple(
                (each.permits, each.peers, each.traffic, each.groups, each.known) for each in filter.clauses
            )
            content = filter.direction, clauses
            found = self._first[filter] = self._by_content.setdefault(content, filter)
        return found

    def by_run(self, filter: Filter, *, at_best: bool = False) -> dict[int, int]:
        """What a filter that names no groups lets through, by the run of addresses between its starts that a peer is in;
        `at_best`: whatever its rules say that are not known. Raises ValueError for a filter that no checkpoint declares,
        whose borders are no cuts."""
        found = self._by_run.get((filter, at_best))
        if found is None:
            found = self._by_run[filter, at_best] = _Runs(self._declared(filter), at_best, self.mask)
        return found

    def by_member(self, filter: Filter, *, at_best: bool = False) -> _Members:
        """The same of one that names groups, by that run and the groups that the peer is a member of."""
        found = self._by_member.get((filter, at_best))
        if found is None:
            found = self._by_member[filter, at_best] = _Members(self._declared(filter), at_best, self.mask)
        return found

    def of_groups(self, filter: Filter, *, at_best: bool = False) -> dict[GroupId, int] | None:
        """What one that names groups permits to the members of each, on top of what the address of a member may do; None
        where a group may also take something away, or a rule is not known."""
        return self.by_member(filter, at_best=at_best).of_group

    def row(self, filter: Filter, peer: int, groups: frozenset[GroupId] = NO_GROUPS, *, at_best: bool = False) -> int:
        """The same of any, to or from one peer."""
        if groups == ANYONE:
            return self.mask((self._declared(filter).possible if at_best else filter.allowed)(peer, groups))
        run = bisect_right(filter.starts, peer)
        if filter.named_groups:
            return self.by_member(filter, at_best=at_best)[run, groups]
        return self.by_run(filter, at_best=at_best)[run]

    def _declared(self, filter: Filter) -> Filter:
        if filter not in self._filters:
            raise ValueError(f"no checkpoint declares that it asks {filter}")
        return filter


class _Runs(dict[int, int]):
    """What a filter lets through, by run; each is found when it is looked up. `mask`: the int of a set."""

    def __init__(self, filter: Filter, at_best: bool, mask: Callable[[Traffic], int]) -> None:
        super().__init__()
        self._passing = filter.possible if at_best else filter.allowed
        self._starts = filter.starts
        self._mask = mask

    def __missing__(self, run: int) -> int:
        self[run] = found = self._mask(self._passing(_first_of(run, self._starts)))
        return found


class _Members(dict[tuple[int, frozenset[GroupId]], int]):
    """The same, by run and groups.

    Where rules are known and only permit, as those of groups do (SG-1), what they let through to the members of a group
    comes on top of what the address of a member may do anyway, so that each set of groups that is met is a few `|`.
    """

    def __init__(self, filter: Filter, at_best: bool, mask: Callable[[Traffic], int]) -> None:
        super().__init__()
        self._passing = filter.possible if at_best else filter.allowed
        self._starts = filter.starts
        self._mask = mask
        self._named = filter.named_groups
        self.of_group: dict[GroupId, int] | None = None
        if filter.unknown is None and all(clause.permits for clause in filter.clauses):
            self.of_group = dict.fromkeys(self._named, 0)
            for clause in filter.clauses:
                for group in clause.groups:
                    self.of_group[group] |= mask(clause.traffic)

    def __missing__(self, of: tuple[int, frozenset[GroupId]]) -> int:
        run, groups = of
        named = groups & self._named
        if named != groups:
            found = self[run, named]
        elif groups and self.of_group is not None and SOME_GROUP not in groups:
            found = reduce(or_, (self.of_group[group] for group in groups), self[run, NO_GROUPS])
        else:
            found = self._mask(self._passing(_first_of(run, self._starts), groups))
        self[of] = found
        return found


def _runs_of(mask: int) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of bits that are set; one look at each run, however many atoms there are."""
    bits = f"{mask:b}"[::-1]
    low = bits.find("1")
    while low >= 0:
        after = bits.find("0", low)
        if after < 0:
            yield low, len(bits) - 1
            return
        yield low, after - 1
        low = bits.find("1", after)


def _first_of(run: int, starts: list[int]) -> int:
    """The first address of a run."""
    return starts[run - 1] if run else 0
