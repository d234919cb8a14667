"""When a plan does not fit: what is missing, and the smallest changes that would make it fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reachsim.cidr.allocate import Apart, Demand, Taken, UndecidedError, allocate, unplaced
from reachsim.cidr.blocks import exclude, prefix_length_for, range_class
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.rules.cidr import IPV6_STEP, LONGEST_IPV4, LONGEST_IPV6_VPC

_ELSEWHERE = {32: Cidr.parse("240.0.0.0/4"), 128: Cidr.parse("ff00::/8")}
"""Addresses that no pool has: where a block that would be added is imagined."""
_MOST_TRIED = 200
"""Demands, and standing blocks, for each of which a change is tried."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which everything fits. `addresses`: how much it adds or gives up, by which changes
    compare."""

    addresses: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class PoolShortage:
    """What is missing in one pool.

    `free`, `largest`: addresses that are free, and the largest free block. `unplaced`: name and size of the
    blocks for which there is no place when the others are placed in order. `changes`: each alone makes it
    fit, the smallest first.
    """

    pool: str
    free: int
    largest: Cidr | None
    asked: int
    unplaced: tuple[tuple[str, int], ...]
    changes: tuple[Change, ...]

    def lines(self) -> list[str]:
        """The same in words."""
        largest = f"the largest free block is {self.largest}" if self.largest else "nothing is free"
        out = [f"Pool {self.pool}: {self.asked:,} addresses are asked for, {self.free:,} are free, {largest}."]
        names = ", ".join(f"{name} (/{length})" for name, length in self.unplaced[:10])
        more = f" and {len(self.unplaced) - 10} more" if len(self.unplaced) > 10 else ""
        out.append(f"No place is left for {names}{more}.")
        if not self.changes:
            out.append("No single change that was tried makes it fit.")
        for index, change in enumerate(self.changes):
            out.append(f"{'Smallest change' if index == 0 else 'Or'}: {change}.")
        return out

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "pool": self.pool,
            "asked": self.asked,
            "free": self.free,
            "largest_free_block": str(self.largest) if self.largest else None,
            "unplaced": [{"name": name, "prefix_length": length} for name, length in self.unplaced],
            "changes": [{"addresses": change.addresses, "text": change.text} for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a plan does not fit. `impossible`: what no pool could give, in sentences. `pools`: those that are
    too small."""

    impossible: tuple[str, ...] = ()
    pools: tuple[PoolShortage, ...] = ()

    def lines(self) -> list[str]:
        """The same in words."""
        return [f"{text}." for text in self.impossible] + [line for pool in self.pools for line in pool.lines()]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"impossible": list(self.impossible), "pools": [pool.to_dict() for pool in self.pools]}

    def __str__(self) -> str:
        return "\n".join(self.lines())


def diagnose(
    demands: Sequence[Demand],
    taken: Sequence[Taken],
    apart: Apart,
    pools: Mapping[str, Sequence[Cidr]],
    reserved: str,
) -> Shortage:
    """Say what is missing. `reserved`: how owners begin that are reserved parts of a pool."""
    short: list[PoolShortage] = []
    everything = [block for blocks in pools.values() for block in blocks] + [item.block for item in taken]
    for name, blocks in pools.items():
        pool = address_set(blocks)
        inside = [demand.without_room for demand in demands if demand.region <= pool]
        if not inside or _fits(inside, taken, apart):
            continue
        free = exclude(blocks, [item.block for item in taken])
        changes = sorted(
            _changes(name, blocks, inside, taken, apart, everything, reserved),
            key=lambda change: change.addresses,
        )
        short.append(
            PoolShortage(
                pool=name,
                free=sum(block.size for block in free),
                largest=max(free, key=lambda block: (block.size, -block.network), default=None),
                asked=sum(1 << (_width(demand) - demand.prefix_length) for demand in inside),
                unplaced=tuple((d.name, d.prefix_length) for d in unplaced(inside, taken, apart)),
                changes=tuple(changes[:5]),
            )
        )
    return Shortage(pools=tuple(short))


def _fits(demands: Sequence[Demand], taken: Sequence[Taken], apart: Apart) -> bool:
    try:
        return allocate(demands, taken, apart, generous=False) is not None
    except UndecidedError:
        return False


def _width(demand: Demand) -> int:
    return 32 if demand.region.first < 1 << 32 else 128


def _changes(
    name: str,
    blocks: Sequence[Cidr],
    demands: Sequence[Demand],
    taken: Sequence[Taken],
    apart: Apart,
    everything: Sequence[Cidr],
    reserved: str,
) -> Iterator[Change]:
    added = _added(demands, taken, apart)
    if added is not None:
        example = _example(blocks, added, everything)
        instance = f", for instance {example}" if example else ""
        yield Change(added.size, f"add a /{added.prefix_length} ({added.size:,} addresses) to pool {name}{instance}")
    alike: set[tuple[int, AddressSet]] = set()
    for index, demand in enumerate(demands[:_MOST_TRIED]):
        if demand.owner not in apart.sharing:
            if (demand.prefix_length, demand.region) in alike:
                continue  # of demands that are alike, what holds for the first holds for all
            alike.add((demand.prefix_length, demand.region))
        yield from _smaller(index, demand, demands, taken, apart)
    pool = address_set(blocks)
    movable = [item for item in taken if item.block.network in pool]
    for item in movable[:_MOST_TRIED]:
        rest = [other for other in taken if other is not item]
        size = item.block.size
        if item.owner.startswith(reserved):
            if _fits(demands, rest, apart):
                label = item.owner.removeprefix(reserved)
                yield Change(size, f"give up {item.block}, which is reserved for {label} ({size:,} addresses)")
        else:
            again = Demand("\0moved", item.owner, item.block.prefix_length, pool, item.block.prefix_length)
            if _fits([*demands, again], rest, apart):
                yield Change(size, f"move {item.owner} away from {item.block} ({size:,} addresses)")


def _added(demands: Sequence[Demand], taken: Sequence[Taken], apart: Apart) -> Cidr | None:
    """The smallest block that, added to the pool, lets everything fit."""
    width = _width(demands[0])
    elsewhere = _ELSEWHERE[width]
    total = sum(1 << (width - demand.prefix_length) for demand in demands)
    most = max(prefix_length_for(total, width), elsewhere.prefix_length)
    for length in range(max(demand.prefix_length for demand in demands), most - 1, -1):
        block = Cidr(elsewhere.network, length)
        if _fits(
            [replace(d, region=d.region | block.addresses, room=d.prefix_length) for d in demands],
            taken,
            apart,
        ):
            return block
    return None


def _example(blocks: Sequence[Cidr], added: Cidr, everything: Iterable[Cidr]) -> Cidr | None:
    """A block of that size next to the pool that nobody has, and of the same kind of range."""
    used = address_set(everything)
    for block in blocks:
        length = added.prefix_length
        near = block.supernet(min(length, block.prefix_length))
        for step in (1, -1):
            place = (near.span[1] + 1) if step > 0 else near.network - added.size
            try:
                candidate = Cidr.parse_lenient(f"{Cidr.single(place).first}/{length}")
            except ValueError:  # pragma: no cover - beyond the ends of the line
                continue
            if range_class(candidate) == range_class(block) and not candidate.addresses & used:
                return candidate
    return None


def _smaller(
    index: int, demand: Demand, demands: Sequence[Demand], taken: Sequence[Taken], apart: Apart
) -> Iterator[Change]:
    """The largest size of one demand with which everything fits, or that it fits without it."""
    width = _width(demand)
    step = 1 if width == 32 else IPV6_STEP
    lengths = range(demand.prefix_length + step, (LONGEST_IPV4 if width == 32 else LONGEST_IPV6_VPC) + 1, step)

    def fits(length: int) -> bool:
        one = replace(demand, prefix_length=length, room=length)
        return _fits([*demands[:index], one, *demands[index + 1 :]], taken, apart)

    size = 1 << (width - demand.prefix_length)
    low, high = 0, len(lengths)  # the smaller a block, the easier it fits: search for the border
    while low < high:
        middle = (low + high) // 2
        if fits(lengths[middle]):
            high = middle
        else:
            low = middle + 1
    if low < len(lengths):
        length = lengths[low]
        fewer = size - (1 << (width - length))
        instead = f"as a /{length} instead of a /{demand.prefix_length}"
        yield Change(fewer, f"ask for {demand.name} {instead} ({fewer:,} addresses fewer)")
    elif _fits([*demands[:index], *demands[index + 1 :]], taken, apart):
        yield Change(size, f"leave out {demand.name} ({size:,} addresses)")
