"""Which blocks overlap, and which of these overlaps matter.

Two blocks are equal, one contains the other, or they are apart. Sorted by first address, the larger first,
every block that contains another comes before it, and those that are still open form a stack, each inside
the one below. So one sweep finds all pairs: n log n for the sort, and then a step for each pair that is
reported.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reachsim.cidr.entries import Connection, Entry
from reachsim.errors import UsageError
from reachsim.markup import Html, html_table, table
from reachsim.net.cidr import Cidr


def overlapping_pairs(cidrs: Sequence[Cidr]) -> Iterator[tuple[int, int]]:
    """All pairs of blocks that overlap, each once, as two indexes: first the block that contains the other.

    Of two equal blocks the one with the lower index comes first. The order is that of the contained block's
    address.

    >>> blocks = [Cidr.parse(text) for text in ("10.0.1.0/24", "10.0.0.0/16", "10.1.0.0/16")]
    >>> list(overlapping_pairs(blocks))
    [(1, 0)]
    """
    order = sorted([(cidr.network, cidr.prefix_length, index) for index, cidr in enumerate(cidrs)])
    lasts: list[int] = []
    around: list[int] = []
    for network, length, index in order:
        while lasts and lasts[-1] < network:
            lasts.pop()
            around.pop()
        for outer in around:
            yield outer, index
        lasts.append(network + (1 << ((32 if network < 1 << 32 else 128) - length)) - 1)
        around.append(index)


class Rank(Enum):
    """How much an overlap matters, the worst first."""

    ERROR = "error"
    """The two are connected today."""
    WISH = "wish"
    """The two are to be connected, by `--connect` or by a peering connection that failed."""
    WARNING = "warning"
    """The two are not connected, but a third network is connected with both, and can reach each address in
    one only."""
    NOTE = "note"
    """The two never meet."""

    @property
    def matters(self) -> bool:
        """Whether it is a verdict that fails: connected, or to be."""
        return self in (Rank.ERROR, Rank.WISH)


_RANKS = list(Rank)


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
            "outer": _entry_dict(self.outer),
            "inner": _entry_dict(self.inner),
            "reason": self.reason,
        }

    def __str__(self) -> str:
        word = "equals" if self.relation == "equal" else "contains"
        return f"{self.outer} {word} {self.inner}: {self.reason}"


def _entry_dict(entry: Entry) -> dict[str, Any]:
    return {
        "cidr": str(entry.cidr),
        "owner": entry.owner,
        "comment": entry.comment,
        "file": entry.file,
        "line": entry.line,
    }


@dataclass(frozen=True, slots=True)
class OverlapReport:
    """Every overlap among `count` blocks, the worst rank first, then in order of address."""

    count: int
    overlaps: tuple[Overlap, ...]

    @property
    def matters(self) -> bool:
        """Whether some overlap is between networks that are connected or are to be."""
        return bool(self.overlaps) and self.overlaps[0].rank.matters

    def of_rank(self, rank: Rank) -> tuple[Overlap, ...]:
        """The overlaps of one rank."""
        return tuple(overlap for overlap in self.overlaps if overlap.rank is rank)

    def groups(self) -> list[tuple[Rank, Entry, list[Overlap]]]:
        """By rank, then by the block that contains the others."""
        out: list[tuple[Rank, Entry, list[Overlap]]] = []
        places: dict[tuple[Rank, Entry], int] = {}
        for overlap in self.overlaps:
            key = (overlap.rank, overlap.outer)
            if key not in places:
                places[key] = len(out)
                out.append((*key, []))
            out[places[key]][2].append(overlap)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "blocks": self.count,
            "matters": self.matters,
            "counts": {rank.value: len(self.of_rank(rank)) for rank in Rank},
            "overlaps": [overlap.to_dict() for overlap in self.overlaps],
        }

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        return [(o.rank.value, str(o.outer), o.relation, str(o.inner), o.reason) for o in self.overlaps]

    def __str__(self) -> str:
        if not self.overlaps:
            return f"No overlaps among {self.count:,} blocks."
        return table(self._rows(), header=("rank", "block", "relation", "block", "why"))

    def _repr_html_(self) -> Html:
        caption = f"{len(self.overlaps):,} overlaps among {self.count:,} blocks"
        return html_table(self._rows(), header=("rank", "block", "relation", "block", "why"), caption=caption)


def find_overlaps(
    entries: Iterable[Entry],
    connections: Iterable[Connection] = (),
    connect: Iterable[Iterable[str]] = (),
) -> OverlapReport:
    """Find every overlap and rank it.

    `connections`: what joins networks today. `connect`: wishes; each is some names of owners, all of which
    are to be connected with each other. Raises UsageError where a wish names nobody.

    A peering connection joins two networks and no third (PEER-6), so A and C, both connected with B, are
    not connected with each other. Their overlap still is a warning: B's route tables can send an address to
    only one of them.
    """
    listed = list(entries)
    ranking = _Ranking(listed, connections, connect)
    found = [
        Overlap(listed[outer], listed[inner], *ranking.of(listed[outer].owner, listed[inner].owner))
        for outer, inner in overlapping_pairs([entry.cidr for entry in listed])
    ]
    found.sort(key=lambda overlap: _RANKS.index(overlap.rank))  # stable: inside a rank the order of addresses stays
    return OverlapReport(len(listed), tuple(found))


class _Ranking:
    """Who is connected with whom, and the reason in words; asked once for each pair of owners."""

    def __init__(
        self, entries: Sequence[Entry], connections: Iterable[Connection], connect: Iterable[Iterable[str]]
    ) -> None:
        owners = list(dict.fromkeys(entry.owner for entry in entries if entry.owner))
        self.today: dict[frozenset[str], str] = {}
        self.wished: dict[frozenset[str], str] = {}
        self.near: dict[str, set[str]] = {}
        self.known: dict[tuple[str, str], tuple[Rank, str]] = {}
        for connection in connections:
            pair = frozenset((connection.one, connection.other))
            if connection.state == "up":
                self.today.setdefault(pair, f"connected by the {connection.kind} {connection.name}")
                if connection.status != "active":
                    self.today[pair] += f" ({connection.status})"
                self._join(connection.one, connection.other)
            elif connection.state == "failed":
                self.wished.setdefault(pair, f"the peering connection {connection.name} failed; AWS refuses overlaps")
        for wish in connect:
            names = [_resolve(name, owners) for name in wish]
            for index, one in enumerate(names):
                for other in names[index + 1 :]:
                    if one != other:
                        self.wished[frozenset((one, other))] = f"to be connected: {one}, {other}"
                        self._join(one, other)

    def _join(self, one: str, other: str) -> None:
        self.near.setdefault(one, set()).add(other)
        self.near.setdefault(other, set()).add(one)

    def of(self, one: str, other: str) -> tuple[Rank, str]:
        key = (one, other)
        if key not in self.known:
            self.known[key] = self._decide(one, other)
        return self.known[key]

    def _decide(self, one: str, other: str) -> tuple[Rank, str]:
        if not one or not other:
            return Rank.NOTE, "nobody says that they meet"
        if one == other:
            return Rank.NOTE, "one network"
        pair = frozenset((one, other))
        if pair in self.today:
            return Rank.ERROR, self.today[pair]
        if pair in self.wished:
            return Rank.WISH, self.wished[pair]
        shared = sorted(self.near.get(one, set()) & self.near.get(other, set()))
        if shared:
            return (
                Rank.WARNING,
                f"not connected, but {_names(shared)} is with both, and can send an address to one only",
            )
        return Rank.NOTE, "never meet"


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"each of {', '.join(names)}"


def _resolve(name: str, owners: Sequence[str]) -> str:
    """A name of a wish as an owner; ``file:name`` may be given as the name alone where that is clear."""
    if name in owners:
        return name
    fitting = [owner for owner in owners if owner.endswith(f":{name}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        choices = " or ".join(repr(owner) for owner in fitting)
        raise UsageError(f"{name!r} is in several files; write {choices}")
    near = difflib.get_close_matches(name, owners, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if not near and owners:
        hint = f"; there are {', '.join(owners[:20])}" + (" and others" if len(owners) > 20 else "")
    if not owners:
        hint = "; no block has a name (write it after the block)"
    raise UsageError(f"cannot connect {name!r}: no such network{hint}")
