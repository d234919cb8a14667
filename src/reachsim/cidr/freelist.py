"""Free space as aligned blocks, by size."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from reachsim.net.cidr import Cidr


class FreeList:
    """The largest aligned free blocks of some space, by size. Taking a block costs the splits above it.

    >>> free = FreeList([Cidr.parse("10.0.0.0/24")])
    >>> free.take(Cidr.parse("10.0.0.64/26"))
    >>> free.blocks()
    [Cidr('10.0.0.0/26'), Cidr('10.0.0.128/25')]
    """

    __slots__ = ("_places",)

    def __init__(self, blocks: Iterable[Cidr] = ()) -> None:
        self._places: dict[tuple[int, int], list[int]] = {}  # (width, prefix length) -> sorted first addresses
        for block in blocks:
            self._add(block)

    def _add(self, block: Cidr) -> None:
        insort(self._places.setdefault((block.width, block.prefix_length), []), block.network)

    def blocks(self) -> list[Cidr]:
        """All of them, in order of address."""
        return sorted(Cidr(place, length) for (_, length), places in self._places.items() for place in places)

    def best_fit(self, width: int, prefix_length: int, within: Cidr | None = None) -> Cidr | None:
        """The smallest free block that holds a block of that length; the lowest of equal ones.

        `within`: look at this block's part of the free space only.
        """
        for length in range(prefix_length, -1, -1):
            places = self._places.get((width, length))
            if not places:
                continue
            if within is None:
                return Cidr(places[0], length)
            if length < within.prefix_length:  # only a free block around `within` can be of use
                index = bisect_left(places, within.network + 1) - 1
                if index >= 0 and within.network <= places[index] + (1 << (width - length)) - 1:
                    return within
                continue
            index = bisect_left(places, within.network)
            if index < len(places) and places[index] <= within.span[1]:
                return Cidr(places[index], length)
        return None

    def take(self, block: Cidr) -> None:
        """Remove the addresses of a block, whether they are free or not."""
        width = block.width
        for length in range(block.prefix_length, -1, -1):  # a free block around it: split it
            around = block.supernet(length)
            places = self._places.get((width, length))
            if not places:
                continue
            index = bisect_left(places, around.network)
            if index < len(places) and places[index] == around.network:
                del places[index]
                for half in range(length + 1, block.prefix_length + 1):
                    inner = block.supernet(half)
                    self._add(next(part for part in inner.supernet(half - 1).subnets(half) if part != inner))
                return
        first, last = block.span
        for (other_width, length), places in self._places.items():  # smaller free blocks inside it
            if other_width == width and length > block.prefix_length:
                del places[bisect_left(places, first) : bisect_left(places, last + 1)]
