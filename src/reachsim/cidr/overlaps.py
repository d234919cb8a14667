"""Which blocks overlap, and which of these overlaps matter.

Two blocks are equal, one contains the other, or they are apart. Sorted by first address, the larger first,
every block that contains another comes before it, and those that are still open form a stack, each inside
the one below. So one sweep finds all pairs: n log n for the sort, and then a step for each pair that is
reported. What is only counted costs no step for each pair.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from reachsim.calls import made_by, says_how_to_call
from reachsim.cidr.entries import CidrConnection, Entries, Entry
from reachsim.cidr.ranking import Rank, Ranking
from reachsim.errors import counted
from reachsim.faces import Told
from reachsim.net.cidr import Cidr


@says_how_to_call
def overlapping_pairs(cidrs: Sequence[Cidr]) -> Iterator[tuple[int, int]]:
    """All pairs of blocks that overlap, each once, as two indexes: first the block that contains the other.

    Of two equal blocks the one with the lower index comes first. The order is that of the contained block's
    address.

    >>> blocks = [Cidr.parse(text) for text in ("10.0.1.0/24", "10.0.0.0/16", "10.1.0.0/16")]
    >>> list(overlapping_pairs(blocks))
    [(1, 0)]
    """
    return Sweep([cidr.network for cidr in cidrs], [cidr.prefix_length for cidr in cidrs]).pairs()


_RANKS: Final = tuple(Rank)


class Sweep:
    """Blocks in order of address, the larger first, so that each is followed by all that it contains.

    `order`: their indexes. `ends`: for each place in that order, the place after the last block inside it.
    """

    __slots__ = ("ends", "order", "total")

    def __init__(self, networks: Sequence[int], lengths: Sequence[int]) -> None:
        keys = [
            (network << 8 | length) << 32 | index
            for index, (network, length) in enumerate(zip(networks, lengths, strict=True))
        ]
        keys.sort()
        self.order = array("L", [key & 0xFFFFFFFF for key in keys])
        self.ends = array("L", bytes(self.order.itemsize * len(keys)))
        self.total = 0
        ends = self.ends
        lasts: list[int] = []
        around: list[int] = []
        last = -1  # of the innermost block that is open
        hosts = [(1 << bits) - 1 for bits in range(129)]
        for place, key in enumerate(keys):
            network = key >> 40
            while last < network and around:
                ends[around.pop()] = place
                lasts.pop()
                last = lasts[-1] if lasts else -1
            if around:
                self.total += len(around)
            last = network + hosts[(32 if network < 4294967296 else 128) - (key >> 32 & 255)]
            lasts.append(last)
            around.append(place)
        for place in around:
            ends[place] = len(keys)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """All pairs, as indexes, the outer one first, in order of the inner one's address."""
        around: list[tuple[int, int]] = []
        for place, index in enumerate(self.order):
            while around and around[-1][0] <= place:
                around.pop()
            for _, outer in around:
                yield outer, index
            around.append((self.ends[place], index))

    def pairs_of(self, rank: Rank, owners: Sequence[str], ranking: Ranking) -> Iterator[tuple[int, int]]:
        """The pairs of one rank, as indexes, in order of the outer one's address, then of the inner one's."""
        special = rank is not ranking.default and rank is not Rank.NOTE
        places: Sequence[int] = range(len(self.order))
        if special:  # then both are networks of whom something is said
            places = [place for place, index in enumerate(self.order) if owners[index] in ranking.special]
        for at, place in enumerate(places):
            end = self.ends[place]
            if end == place + 1:
                continue
            outer = self.order[place]
            for inner_at in range(at + 1, len(places)):
                if places[inner_at] >= end:
                    break
                inner = self.order[places[inner_at]]
                if ranking.rank(owners[outer], owners[inner]) is rank:
                    yield outer, inner

    def met_by(self, owners: Sequence[str], special: Set[str]) -> Iterator[tuple[str, dict[str, int]]]:
        """Each block of some networks, as its owner: how many blocks of which other ones are around it.

        The mapping is valid until the next one is asked for.
        """
        around: list[tuple[int, str]] = []
        open_: dict[str, int] = {}
        for place, index in enumerate(self.order):
            owner = owners[index]
            if owner not in special:
                continue
            while around and around[-1][0] <= place:
                gone = around.pop()[1]
                open_[gone] -= 1
                if not open_[gone]:
                    del open_[gone]
            if open_:
                yield owner, open_
            around.append((self.ends[place], owner))
            open_[owner] = open_.get(owner, 0) + 1

    def within_one(self, owners: Sequence[str]) -> int:
        """How many pairs belong to one network that has a name."""
        around: list[tuple[int, str]] = []
        open_: dict[str, int] = {}
        count = 0
        for place, index in enumerate(self.order):
            owner = owners[index]
            while around and around[-1][0] <= place:
                open_[around.pop()[1]] -= 1
            if owner:
                count += open_.get(owner, 0)
                around.append((self.ends[place], owner))
                open_[owner] = open_.get(owner, 0) + 1
        return count


@made_by("cidr.find_overlaps(entries)")
@dataclass(frozen=True, slots=True)
class Overlap:
    """Two blocks that overlap. `outer` is equal to `inner` or contains it; `reason` says why it has its
    rank."""

    outer: Entry
    inner: Entry
    rank: Rank
    reason: str

    @property
    def relation(self) -> str:
        """``equal``, or ``contains``: the outer block the inner one (which is ``contained``)."""
        return "equal" if self.outer.cidr == self.inner.cidr else "contains"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rank": self.rank.value,
            "relation": self.relation,
            "outer": entry_dict(self.outer),
            "inner": entry_dict(self.inner),
            "reason": self.reason,
        }

    def __str__(self) -> str:
        word = "equals" if self.relation == "equal" else "contains"
        return f"{self.outer} {word} {self.inner}: {self.reason}"


def entry_dict(entry: Entry) -> dict[str, Any]:
    """Plain data for JSON."""
    out = {
        "cidr": str(entry.cidr),
        "owner": entry.owner,
        "comment": entry.comment,
        "file": entry.file,
        "line": entry.line,
    }
    return out | {"id": entry.id} if entry.id else out


@made_by("cidr.find_overlaps(entries)")
class OverlapReport(Told):
    """Every overlap among some blocks, the worst rank first, then in order of address.

    Counts are there at once, and so are the first of each rank. `overlaps` makes them all, which may be very
    many: n equal blocks overlap n * (n - 1) / 2 times; `ranked` tells them one by one. `strict`: nothing may
    overlap at all. `entries`: the blocks.
    """

    __slots__ = ("_everything", "_ranking", "_sweep", "count", "counts", "entries", "strict")

    def __init__(self, entries: Sequence[Entry], ranking: Ranking, *, strict: bool = False) -> None:
        self.entries = entries if isinstance(entries, Entries) else Entries(entries)
        self._ranking = ranking
        self._sweep = Sweep(self.entries.networks, self.entries.lengths)
        self._everything: tuple[Overlap, ...] | None = None
        self.count = len(self.entries)
        self.counts = _counts(self._sweep, self.entries.owners, ranking)
        self.strict = strict

    @property
    def total(self) -> int:
        """How many overlaps there are."""
        return self._sweep.total

    @property
    def matters(self) -> bool:
        """Whether some overlap is between networks that are connected or are to be; if `strict`, any overlap."""
        return any(count and (self.strict or rank.matters) for rank, count in self.counts.items())

    @property
    def overlaps(self) -> tuple[Overlap, ...]:
        """All of them."""
        if self._everything is None:
            self._everything = tuple(self._overlap(outer, inner) for _, outer, inner in self.ranked())
        return self._everything

    def of_rank(self, rank: Rank) -> tuple[Overlap, ...]:
        """The overlaps of one rank."""
        return tuple(overlap for overlap in self.overlaps if overlap.rank is rank) if self.counts[rank] else ()

    def ranked(self, limit: int = 0) -> Iterator[tuple[Rank, int, int]]:
        """Each overlap as its rank and the indexes of the outer and the inner block, without holding them.

        All of them for 0, the worst rank first, then in order of the inner block's address; else so many, in the
        order of `first`.
        """
        if limit and limit < self.total:
            ordered = ((rank, *pair) for rank in _RANKS if self.counts[rank] for pair in self._pairs_of(rank))
            return itertools.islice(ordered, limit)
        owners, rank_of = self.entries.owners, self._ranking.rank
        present = [rank for rank in _RANKS if self.counts[rank]]
        return (  # a sweep for each rank is soon done, where a sorted list of all would have to be held
            (rank, outer, inner)
            for rank in present
            for outer, inner in self._sweep.pairs()
            if len(present) == 1 or rank_of(owners[outer], owners[inner]) is rank
        )

    def reason(self, outer: int, inner: int) -> str:
        """Why the overlap of two blocks, by their indexes, has its rank."""
        return self._ranking.reason(self.entries.owners[outer], self.entries.owners[inner])

    def relation(self, outer: int, inner: int) -> str:
        """``equal`` or ``contains``, of two blocks by their indexes."""
        lengths = self.entries.lengths
        return "equal" if lengths[outer] == lengths[inner] else "contains"  # they overlap, so the length decides

    def _pairs_of(self, rank: Rank) -> Iterator[tuple[int, int]]:
        return self._sweep.pairs_of(rank, self.entries.owners, self._ranking)

    def each_group(self) -> Iterator[tuple[Rank, Entry, Iterator[Overlap]]]:
        """By rank, then by the block that contains the others, in order of address; made as they are asked for."""
        for rank in _RANKS:
            if self.counts[rank]:
                for outer, inside in itertools.groupby(self._pairs_of(rank), key=lambda pair: pair[0]):
                    yield rank, self.entries[outer], (self._overlap(*pair) for pair in inside)

    def groups(self) -> list[tuple[Rank, Entry, list[Overlap]]]:
        """The same, all of them."""
        return [(rank, outer, list(overlaps)) for rank, outer, overlaps in self.each_group()]

    def _overlap(self, outer: int, inner: int) -> Overlap:
        one, other = self.entries[outer], self.entries[inner]
        rank = self._ranking.rank(one.owner, other.owner)
        return Overlap(one, other, rank, self._ranking.reason(one.owner, other.owner))

    def first(self, limit: int = 0) -> Sequence[Overlap]:
        """So many of them, the worst rank first, in order of the outer block's address; all of them for 0."""
        if not limit or limit >= self.total:
            return self.overlaps
        return tuple(self._overlap(outer, inner) for _, outer, inner in self.ranked(limit))

    def to_dict(self, limit: int = 0) -> dict[str, Any]:
        """Plain data for JSON. `limit`: overlaps in it, 0 for all; all are counted."""
        return {
            **self.summary(),
            "overlaps": [overlap.to_dict() for overlap in self.first(limit)],
        }

    def summary(self) -> dict[str, Any]:
        """The same without the overlaps."""
        return {
            "blocks": self.count,
            "matters": self.matters,
            "strict": self.strict,
            "counts": {rank.value: self.counts[rank] for rank in Rank},
        }

    def to_rows(self, limit: int = 0) -> list[dict[str, Any]]:
        """One flat record for each overlap, such as ``pandas.DataFrame(...)`` takes.

        `limit`: so many of them, 0 for all.
        """
        return [
            {
                "rank": each.rank.value,
                "outer": str(each.outer.cidr),
                "outer_owner": each.outer.owner,
                "relation": each.relation,
                "inner": str(each.inner.cidr),
                "inner_owner": each.inner.owner,
                "reason": each.reason,
            }
            for each in self.first(limit)
        ]

    @property
    def title(self) -> str:
        """How many there are, in one line."""
        return f"{self.total:,} overlap{'s' * (self.total != 1)} among {counted(self.count, 'block')}"

    def __eq__(self, other: object) -> bool:
        """Whether both found the same, among as many blocks."""
        if not isinstance(other, OverlapReport):
            return NotImplemented
        return (self.count, self.strict, self.overlaps) == (other.count, other.strict, other.overlaps)

    def __hash__(self) -> int:
        return hash((self.count, self.total, self.strict))


def _counts(sweep: Sweep, owners: Sequence[str], ranking: Ranking) -> dict[Rank, int]:
    """How many overlaps of each rank there are, without looking at each."""
    counts = dict.fromkeys(_RANKS, 0)
    counts[ranking.default] = sweep.total
    if ranking.special:
        for network, others in sweep.met_by(owners, ranking.special):
            for other, times in others.items():
                if other == network:
                    continue
                rank = ranking.rank(network, other)
                if rank is not ranking.default:
                    counts[rank] += times
                    counts[ranking.default] -= times
    if ranking.default is not Rank.NOTE:  # what is inside one network is a note, whoever is to be connected
        same = sweep.within_one(owners)
        counts[ranking.default] -= same
        counts[Rank.NOTE] += same
    return counts


@says_how_to_call
def find_overlaps(
    entries: Iterable[Entry],
    connections: Iterable[CidrConnection] = (),
    connect: Iterable[Iterable[str]] = (),
    *,
    connect_all: bool = False,
    strict: bool = False,
) -> OverlapReport:
    """Find every overlap and rank it.

    `connections`: what joins networks today. `connect`: wishes; each is some names of owners, all of which
    are to be connected with each other; `connect_all`: every network with every other. `strict`: any overlap
    matters. Raises UsageError where a wish names nobody, or not one alone.

    A peering connection joins two networks and no third (PEER-6), so A and C, both connected with B, are
    not connected with each other. Their overlap still is a warning: B's route tables can send an address to
    only one of them.
    """
    listed = entries if isinstance(entries, Entries) else Entries(entries)
    ranking = Ranking(listed, connections, connect, everybody=connect_all)
    return OverlapReport(listed, ranking, strict=strict)
