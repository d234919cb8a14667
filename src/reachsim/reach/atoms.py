"""Traffic as bits of one int.

The rules of a design cut protocol and destination port into atoms, 100 to 300 of them, that no rule tells apart. A set
of traffic is then one int with a bit for each atom, and union and intersection are `|` and `&`: Python's int is the
vector unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable

from reachsim.dataplane.filters import Filter
from reachsim.flow.ports import NAT_SPANS, WayBack
from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.traffic import TCP, UDP, Traffic
from reachsim.rules.clauses import NO_GROUPS, GroupId

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
        self._rows: dict[tuple[Filter, int, frozenset[GroupId], bool], int] = {}
        self._by_run: dict[tuple[Filter, bool], _Runs] = {}
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

    def traffic(self, mask: int) -> Traffic:
        """The set that an int stands for."""
        found = self._traffic.get(mask)
        if found is None:
            ends = [*(start - 1 for start in self.starts[1:]), Traffic.LAST]
            spans = [(self.starts[i], ends[i]) for i in range(len(ends)) if mask >> i & 1]
            found = self._traffic[mask] = Traffic.union_of(spans)
        return found

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
        """What a filter that names no groups lets through, by the run of addresses between its starts that a peer is in."""
        found = self._by_run.get((filter, at_best))
        if found is None:
            found = self._by_run[filter, at_best] = _Runs(self, filter, at_best)
        return found

    def row(self, filter: Filter, peer: int, groups: frozenset[GroupId] = NO_GROUPS, *, at_best: bool = False) -> int:
        """What a filter lets through to or from a peer; `at_best`: whatever its rules say that are not known. Raises
        ValueError for one that no checkpoint declares, whose borders are no cuts."""
        groups = filter.told(groups)
        key = filter, bisect_right(filter.starts, peer), groups, at_best
        found = self._rows.get(key)
        if found is None:
            if filter not in self._filters:
                raise ValueError(f"no checkpoint declares that it asks {filter}")
            passing = filter.possible(peer, groups) if at_best else filter.allowed(peer, groups)
            found = self._rows[key] = self.mask(passing)
        return found


class _Runs(dict[int, int]):
    """What a filter lets through, by run; each is found when it is looked up."""

    def __init__(self, atoms: Atoms, filter: Filter, at_best: bool) -> None:
        super().__init__()
        self._atoms = atoms
        self._filter = filter
        self._at_best = at_best

    def __missing__(self, run: int) -> int:
        first = self._filter.starts[run - 1] if run else 0
        self[run] = found = self._atoms.row(self._filter, first, at_best=self._at_best)
        return found
