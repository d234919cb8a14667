"""Tables over the address line: interval maps, and longest-prefix match flattened into one.

An interval map answers with the value *and* with the run of addresses around the question for which the
answer is the same. That run is what lets a walk of one packet speak for a whole range of addresses.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST
from reachsim.net.cidr import Cidr

V = TypeVar("V")


class IntervalMap(Generic[V]):
    """A total function from the line to values that is constant on finitely many runs.

    `starts` are the first places of the runs, ascending, the first one 0; `values` are their values.
    """

    __slots__ = ("starts", "values")

    def __init__(self, starts: list[int], values: list[V]) -> None:
        self.starts = starts
        self.values = values

    def __getitem__(self, place: int) -> V:
        return self.values[bisect_right(self.starts, place) - 1]

    def lookup(self, place: int) -> tuple[V, int, int]:
        """The value at `place`, and first and last place of the run around it that has this value's entry."""
        index = bisect_right(self.starts, place)
        last = self.starts[index] - 1 if index < len(self.starts) else LINE_LAST
        return self.values[index - 1], self.starts[index - 1], last

    def runs(self) -> Iterator[tuple[int, int, V]]:
        """Every run in order: first place, last place, value."""
        for index, start in enumerate(self.starts):
            last = self.starts[index + 1] - 1 if index + 1 < len(self.starts) else LINE_LAST
            yield start, last, self.values[index]


def prefix_table(
    entries: Iterable[tuple[Cidr, V]], better: Callable[[V, V], bool] | None = None
) -> IntervalMap[V | None]:
    """Flatten longest-prefix match (RFC 4632, section 5.1) into an interval map: sort once, sweep once with a
    stack.

    `entries`: blocks with their values, in any order. Where a block comes twice, the later entry wins, or
    with `better(new, old)` the one that is better. Places that no block covers have the value None. Cost: n
    log n to build, log n to ask.
    """
    chosen: dict[Cidr, V] = {}
    for block, value in entries:
        if block not in chosen or better is None or better(value, chosen[block]):
            chosen[block] = value
    starts: list[int] = [0]
    values: list[V | None] = [None]
    open_blocks: list[tuple[int, V]] = []
    """Last place and value of the blocks around the sweep, outermost first."""

    def begin(place: int, value: V | None) -> None:
        if starts[-1] == place:
            values[-1] = value
        elif values[-1] is not value:  # runs are as long as they can be: a walk speaks for the whole of one
            starts.append(place)
            values.append(value)

    def close_until(place: int) -> None:
        while open_blocks and open_blocks[-1][0] < place:
            end = open_blocks.pop()[0]
            if end + 1 <= LINE_LAST:
                begin(end + 1, open_blocks[-1][1] if open_blocks else None)

    for block in sorted(chosen, key=lambda block: (block.network, block.prefix_length)):
        close_until(block.network)
        begin(block.network, chosen[block])
        open_blocks.append((block.span[1], chosen[block]))
    close_until(LINE_LAST + 1)
    # The families never share a run, so that a run found for an IPv4 address says nothing of IPv6 (ROUTE-5).
    index = bisect_right(starts, IPV4_LAST)
    if index == len(starts) or starts[index] != IPV6_FIRST:
        starts.insert(index, IPV6_FIRST)
        values.insert(index, values[index - 1])
    return IntervalMap(starts, values)


def best_table(entries: Iterable[tuple[Cidr, V]], rank: Callable[[V], Any]) -> IntervalMap[tuple[V, ...] | None]:
    """As `prefix_table`, with all values that are the best of a block: those of the lowest `rank`, in their order."""
    of_block: dict[Cidr, list[V]] = {}
    for block, value in entries:
        of_block.setdefault(block, []).append(value)
    best = {block: min(map(rank, values)) for block, values in of_block.items()}
    return prefix_table(
        (block, tuple(value for value in values if rank(value) == best[block])) for block, values in of_block.items()
    )
