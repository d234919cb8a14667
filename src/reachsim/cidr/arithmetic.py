"""Blocks from blocks and ranges: splitting, counting, covering, and choosing what is free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reachsim.calls import says_how_to_call
from reachsim.cidr.blocks import aggregate, exclude, smallest_around
from reachsim.cidr.freelist import FreeList
from reachsim.errors import NoValueError
from reachsim.net.address import Address
from reachsim.net.cidr import Cidr, address_set, blocks_of_span
from reachsim.rules.cidr import DOCKER


@says_how_to_call
def nth_subnet(block: Cidr, prefix_length: int, number: int) -> Cidr:
    """The block of that size with that number inside `block`, counted from 0; -1 is the last one.

    Raises NoValueError.

    >>> nth_subnet(Cidr.parse("10.0.0.0/16"), 24, 5), nth_subnet(Cidr.parse("10.0.0.0/16"), 24, -1)
    (Cidr('10.0.5.0/24'), Cidr('10.0.255.0/24'))
    """
    if not block.prefix_length <= prefix_length <= block.width:
        raise NoValueError(f"/{prefix_length} is not the length of a block inside {block}")
    count = 1 << (prefix_length - block.prefix_length)
    if not -count <= number < count:
        raise NoValueError(f"{block} has {count:,} blocks of /{prefix_length}: 0 to {count - 1:,}, and not {number}")
    return Cidr(block.network + (number % count << (block.width - prefix_length)), prefix_length)


@says_how_to_call
def blocks_of_range(first: Address, last: Address) -> list[Cidr]:
    """The fewest blocks that have exactly the addresses from `first` to `last`. Raises NoValueError.

    >>> from reachsim.net.address import parse_address
    >>> blocks_of_range(parse_address("10.0.0.1"), parse_address("10.0.0.4"))
    [Cidr('10.0.0.1/32'), Cidr('10.0.0.2/31'), Cidr('10.0.0.4/32')]
    """
    if first.width != last.width:
        raise NoValueError(f"{first} and {last} are of two families")
    if first > last:
        raise NoValueError(f"{first} comes after {last}")
    return blocks_of_span(first, last)


@says_how_to_call
def ranges_of(blocks: Iterable[Cidr]) -> list[tuple[Address, Address]]:
    """First and last address of the runs that some blocks make up, in order; those that touch are one run.

    >>> ranges_of([Cidr.parse("10.0.1.0/24"), Cidr.parse("10.0.0.0/24")])
    [(Address('10.0.0.0'), Address('10.0.1.255'))]
    """
    listed = list(blocks)
    families = ([block for block in listed if block.version == version] for version in (4, 6))
    return [(Address(low), Address(high)) for family in families for low, high in address_set(family).spans]


@dataclass(slots=True)
class _Node:
    """Some neighbouring blocks. `costs`: for each number of blocks from 1 on, how many addresses the best cover
    has; `left`: how many of them are for the left half."""

    block: Cidr
    costs: list[int]
    left: list[int] = field(default_factory=list)
    halves: tuple[_Node, _Node] | None = None


@says_how_to_call
def aggregate_to(blocks: Iterable[Cidr], most: int) -> list[Cidr]:
    """At most so many blocks that have all addresses of some blocks, and as few others as can be, in order.

    Raises NoValueError where that cannot be: each family needs a block.

    >>> [str(block) for block in aggregate_to(map(Cidr.parse, ("10.0.0.0/24", "10.0.1.0/25", "10.9.0.0/24")), 2)]
    ['10.0.0.0/23', '10.9.0.0/24']
    """
    exact = aggregate(blocks)
    families = [part for part in ([b for b in exact if b.version == v] for v in (4, 6)) if part]
    if most < len(families):
        raise NoValueError(f"{most} is too few: there are addresses of {len(families)} families")
    if len(exact) <= most:
        return exact
    roots = [_covers(part, most) for part in families]
    if len(roots) == 1:
        return _chosen(roots[0], min(most, len(roots[0].costs)))
    one, other = roots
    splits = range(max(1, most - len(other.costs)), min(len(one.costs), most - 1) + 1)
    best = min(splits, key=lambda count: one.costs[count - 1] + other.costs[min(most - count, len(other.costs)) - 1])
    return _chosen(one, best) + _chosen(other, min(most - best, len(other.costs)))


def _covers(blocks: Sequence[Cidr], most: int) -> _Node:
    """The best covers of some blocks of one family, which are apart and in order, by up to `most` blocks."""
    around = smallest_around((blocks[0], blocks[-1]))
    if len(blocks) == 1:
        return _Node(around, [around.size])
    middle = bisect_left(blocks, Cidr(around.network + around.size // 2, 0))
    left, right = _covers(blocks[:middle], most), _covers(blocks[middle:], most)
    costs, chosen = [around.size], [0]
    for count in range(2, min(most, len(left.costs) + len(right.costs)) + 1):
        splits = range(max(1, count - len(right.costs)), min(len(left.costs), count - 1) + 1)
        best = min(splits, key=lambda one, count=count: left.costs[one - 1] + right.costs[count - one - 1])  # type: ignore[misc]
        costs.append(left.costs[best - 1] + right.costs[count - best - 1])
        chosen.append(best)
    return _Node(around, costs, chosen, (left, right))


def _chosen(node: _Node, count: int) -> list[Cidr]:
    if count == 1 or node.halves is None:
        return [node.block]
    left = node.left[count - 1]
    return _chosen(node.halves[0], left) + _chosen(node.halves[1], count - left)


@says_how_to_call
def choose_free(pools: Iterable[Cidr], used: Iterable[Cidr], prefix_length: int, count: int = 1) -> list[Cidr]:
    """Up to `count` free blocks of that size, each from where it splits the least free space.

    Of pools of two families, the family that comes first. 172.17.0.0/16, which disturbs some services
    (CIDR-2), comes last.

    >>> choose_free([Cidr.parse("10.0.0.0/24")], [Cidr.parse("10.0.0.64/26")], 26)
    [Cidr('10.0.0.0/26')]
    """
    listed = list(pools)
    free = exclude(listed, used)
    chosen: list[Cidr] = []
    for width in dict.fromkeys(pool.width for pool in listed):
        if prefix_length > width:
            continue
        whole, safe = FreeList(free), FreeList(exclude(free, [DOCKER]))
        while len(chosen) < count:
            best = safe.best_fit(width, prefix_length) or whole.best_fit(width, prefix_length)
            if best is None:
                break
            chosen.append(Cidr(best.network, prefix_length))
            whole.take(chosen[-1])
            safe.take(chosen[-1])
    return chosen
