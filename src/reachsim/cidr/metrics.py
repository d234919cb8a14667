"""How good an allocation is: fragmentation, room to grow, and how few routes cover a group."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by
from reachsim.cidr.blocks import smallest_around
from reachsim.net.cidr import Cidr, address_set, blocks_of


@made_by("cidr.plan_file(FILE).pools")
@dataclass(frozen=True, slots=True)
class PoolUse:
    """What has become of a pool's addresses.

    `allotted`: of blocks that have an owner. `held`: kept free for the growth of one of them. `reserved`:
    by the plan file. `free`: the largest aligned blocks that are none of these. `parts`: the pools within it,
    which have what is free there. Counts are of addresses.
    """

    name: str
    blocks: tuple[Cidr, ...]
    allotted: int
    held: int
    reserved: int
    free: tuple[Cidr, ...]
    parts: tuple[tuple[str, Cidr], ...] = ()

    @property
    def size(self) -> int:
        """Addresses of the pool."""
        return sum(block.size for block in self.blocks)

    @property
    def free_count(self) -> int:
        """Addresses that nobody has and nobody holds."""
        return sum(block.size for block in self.free)

    @property
    def largest(self) -> Cidr | None:
        """The largest free block; the first of equal ones."""
        return max(self.free, key=lambda block: (block.size, -block.network), default=None)

    @property
    def fragmentation(self) -> float:
        """0 where the largest free block is as large as so many free addresses allow, towards 1 where it is
        small.

        One minus the largest free block over the largest block that the same number of free addresses could
        make up in this pool: a power of two, no larger than the pool's largest block.
        """
        if self.largest is None:
            return 0.0
        best = min(1 << (self.free_count.bit_length() - 1), max(block.size for block in self.blocks))
        return 1 - self.largest.size / best

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "cidrs": [str(block) for block in self.blocks],
            "addresses": self.size,
            "allotted": self.allotted,
            "held": self.held,
            "reserved": self.reserved,
            "pools": {name: [str(b) for label, b in self.parts if label == name] for name, _ in self.parts},
            "free": self.free_count,
            "free_blocks": [str(block) for block in self.free],
            "largest_free_block": str(self.largest) if self.largest else None,
            "fragmentation": round(self.fragmentation, 4),
        }


@made_by("cidr.plan_file(FILE).growth")
@dataclass(frozen=True, slots=True)
class Growth:
    """How far a block can grow in place: `to` is the largest aligned block around it that holds nobody
    else."""

    owner: str
    block: Cidr
    to: Cidr

    @property
    def factor(self) -> int:
        """How many times as large `to` is; a power of two, 1 where there is no room at all."""
        return self.to.size // self.block.size

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"cidr": str(self.block), "can_become": str(self.to), "factor": self.factor}


@made_by("cidr.plan_file(FILE).summaries")
@dataclass(frozen=True, slots=True)
class Summary:
    """The fewest routes that cover what a group has in the pools, and no address of anybody else.

    `around`: the smallest block around it all. `fill`: the share of the routes' addresses that the group has.
    `wished`: the prefix length of the one route that was asked for, `unmet`: why there is no such route.
    """

    group: str
    routes: tuple[Cidr, ...]
    around: Cidr
    fill: float
    wished: int | None = None
    unmet: str = ""

    @property
    def met(self) -> bool | None:
        """Whether one route of the wished size covers it; None where none was wished."""
        return None if self.wished is None else not self.unmet

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "routes": [str(route) for route in self.routes],
            "around": str(self.around),
            "fill": round(self.fill, 4),
            "wished": None if self.wished is None else f"/{self.wished}",
            "met": self.met,
            "unmet": self.unmet or None,
        }


def pool_use(
    name: str,
    blocks: Sequence[Cidr],
    owned: Iterable[Cidr],
    held: Iterable[Cidr],
    reserved: Iterable[Cidr],
    inner: Mapping[str, Sequence[Cidr]] | None = None,
) -> PoolUse:
    """Count a pool's addresses. An address that several things have counts once, as the first of these.

    `inner`: the pools within it. What is free there is not free here.
    """
    pool = address_set(blocks)
    owned_set = pool & address_set(owned)
    reserved_set = (pool & address_set(reserved)) - owned_set
    held_set = (pool & address_set(held)) - owned_set - reserved_set
    used = owned_set | reserved_set | held_set
    pools = address_set(block for some in (inner or {}).values() for block in some)
    free = tuple(blocks_of(pool - used - pools))
    parts = tuple((label, block) for label, some in (inner or {}).items() for block in some)
    return PoolUse(name, tuple(blocks), owned_set.count, held_set.count, reserved_set.count, free, parts)


class Growths:
    """How far blocks can grow, among `owned` ones of many owners, and what is `reserved`."""

    def __init__(self, owned: Iterable[tuple[str, Cidr]], reserved: Iterable[Cidr], pools: Sequence[Cidr]) -> None:
        everything = [*owned, *((None, block) for block in reserved)]
        self._blocks = sorted((block.span[0], block.span[1], owner or "") for owner, block in everything)
        self._pools = pools

    def of(self, owner: str, block: Cidr) -> Growth:
        """How far a block can grow inside its pool before it meets what is somebody else's."""
        pool = next((around for around in self._pools if block in around), block)
        # Blocks are nested or apart: what reaches into a wider block from before is around it, and around this one.
        if any(end >= block.span[1] and other != owner for end, other in self._around(block)):
            return Growth(owner, block, block)
        to = block
        while to.prefix_length > pool.prefix_length:
            wider = to.supernet(to.prefix_length - 1)
            if self._foreign(owner, *wider.span):
                break
            to = wider
        return Growth(owner, block, to)

    def _foreign(self, owner: str, first: int, last: int) -> bool:
        """Whether a block of somebody else begins in a run."""
        index = bisect_left(self._blocks, (first,))
        while index < len(self._blocks) and self._blocks[index][0] <= last:
            if self._blocks[index][2] != owner:
                return True
            index += 1
        return False

    def _around(self, block: Cidr) -> Iterator[tuple[int, str]]:
        """Last address and owner of blocks that begin where one around `block` does."""
        for place in {block.supernet(length).network for length in range(block.prefix_length + 1)}:
            index = bisect_left(self._blocks, (place,))
            while index < len(self._blocks) and self._blocks[index][0] == place:
                yield self._blocks[index][1:]
                index += 1


def summary_of(
    group: str, blocks: Sequence[Cidr], others: Sequence[tuple[str, Cidr]], wished: int | None = None
) -> Summary | None:
    """The fewest routes for some blocks of one family that touch nothing of `others`; None without blocks.

    Each block is widened as long as the wider one holds nothing of anybody else and does not reach beyond
    the smallest block around all; what comes out is nested or apart, and fewer cannot do. `others`: owner and
    block. `wished`: the prefix length of the route that should be enough.
    """
    if not blocks:
        return None
    around = smallest_around(blocks)
    foreign = address_set(block for _, block in others)
    widest: set[Cidr] = set()
    for block in blocks:
        route = block
        while route.prefix_length > around.prefix_length:
            wider = route.supernet(route.prefix_length - 1)
            if wider.addresses & foreign:
                break
            route = wider
        widest.add(route)
    routes = sorted(one for one in widest if not any(one != other and one in other for other in widest))
    covered = sum(route.size for route in routes)
    unmet = "" if wished is None else _unmet(around, others, wished)
    return Summary(group, tuple(routes), around, address_set(blocks).count / covered, wished, unmet)


def _unmet(around: Cidr, others: Sequence[tuple[str, Cidr]], wished: int) -> str:
    """Why one route of that size does not do; the empty text where it does."""
    if around.prefix_length < wished:
        return f"its blocks lie in {around}, and in no /{wished}"
    wide = around.supernet(wished)
    inside = next(((owner, block) for owner, block in others if block.overlaps(wide)), None)
    return "" if inside is None else f"{inside[0]} has {inside[1]} in {wide}"
