"""How good an allocation is: fragmentation, room to grow, and how few routes cover a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.cidr.blocks import smallest_around
from reachsim.net.cidr import AddressSet, Cidr, address_set, blocks_of


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What has become of a pool's addresses.

    `allotted`: of blocks that have an owner. `held`: kept free for the growth of one of them. `reserved`:
    by the plan file. `free`: the largest aligned blocks that are none of these. Counts are of addresses.
    """

    name: str
    blocks: tuple[Cidr, ...]
    allotted: int
    held: int
    reserved: int
    free: tuple[Cidr, ...]

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
            "free": self.free_count,
            "free_blocks": [str(block) for block in self.free],
            "largest_free_block": str(self.largest) if self.largest else None,
            "fragmentation": round(self.fragmentation, 4),
        }


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


@dataclass(frozen=True, slots=True)
class Summary:
    """The fewest routes that cover what a group has in the pools, and no address of anybody else.

    `around`: the smallest block around it all. `fill`: the share of the routes' addresses that the group has.
    """

    group: str
    routes: tuple[Cidr, ...]
    around: Cidr
    fill: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "routes": [str(route) for route in self.routes],
            "around": str(self.around),
            "fill": round(self.fill, 4),
        }


def pool_use(
    name: str, blocks: Sequence[Cidr], owned: Iterable[Cidr], held: Iterable[Cidr], reserved: Iterable[Cidr]
) -> PoolUse:
    """Count a pool's addresses. An address that several things have counts once, as the first of these."""
    pool = address_set(blocks)
    owned_set = pool & address_set(owned)
    reserved_set = (pool & address_set(reserved)) - owned_set
    held_set = (pool & address_set(held)) - owned_set - reserved_set
    used = owned_set | reserved_set | held_set
    free = tuple(blocks_of(pool - used))
    return PoolUse(name, tuple(blocks), owned_set.count, held_set.count, reserved_set.count, free)


def growth_of(owner: str, block: Cidr, pools: Iterable[Cidr], others: AddressSet) -> Growth:
    """How far a block can grow inside its pool. `others`: what everybody else has, and what is reserved."""
    pool = next((around for around in pools if block in around), block)
    to = block
    while to.prefix_length > pool.prefix_length:
        wider = to.supernet(to.prefix_length - 1)
        if wider.addresses & others:
            break
        to = wider
    return Growth(owner, block, to)


def summary_of(group: str, blocks: Sequence[Cidr], others: AddressSet) -> Summary | None:
    """The fewest routes for some blocks of one family that touch nothing of `others`; None without blocks.

    Each block is widened as long as the wider one holds nothing of anybody else and does not reach beyond
    the smallest block around all; what comes out is nested or apart, and fewer cannot do.
    """
    if not blocks:
        return None
    around = smallest_around(blocks)
    widest: set[Cidr] = set()
    for block in blocks:
        route = block
        while route.prefix_length > around.prefix_length:
            wider = route.supernet(route.prefix_length - 1)
            if wider.addresses & others:
                break
            route = wider
        widest.add(route)
    routes = sorted(one for one in widest if not any(one != other and one in other for other in widest))
    covered = sum(route.size for route in routes)
    return Summary(group, tuple(routes), around, address_set(blocks).count / covered)
