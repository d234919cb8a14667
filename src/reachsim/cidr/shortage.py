"""When a plan does not fit: what is missing, and the smallest changes that would make it fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reachsim.calls import made_by
from reachsim.cidr.allocate import Apart, Demand, SearchGaveUp, TakenSpace, allocate, unplaced
from reachsim.cidr.blocks import amount, prefix_length_for, range_class
from reachsim.net.cidr import AddressSet, Cidr, address_set, blocks_of
from reachsim.rules.cidr import IPV6_STEP, LONGEST_IPV4, LONGEST_IPV6_VPC, block_warning

_ELSEWHERE = {32: Cidr.parse("240.0.0.0/4"), 128: Cidr.parse("ff00::/8")}
"""Addresses that no pool has: where a block that would be added is imagined."""
_MOST_TRIED = 200
"""Demands, and standing blocks, for each of which a change is tried."""


_OWNED = ("public", "global unicast (RFC 4291)")
"""Ranges whose blocks belong to somebody, so that nobody can simply take the next one."""


@made_by("cidr.plan_file(FILE).shortage.pools[0].changes")
@dataclass(frozen=True, slots=True)
class Remedy:
    """One change after which everything fits. `addresses`: how much it adds or gives up, by which changes
    compare.

    `action`: ``add`` (a block of `prefix_length` to the pool, for instance `block`), ``shrink`` (what `name` asks
    for, to that length), ``leave out`` (`name`), ``give up`` (`block`, reserved for `name`) or ``move`` (`name` away from
    `block`).
    """

    addresses: int
    text: str
    action: str = ""
    name: str = ""
    prefix_length: int | None = None
    block: Cidr | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        length = None if self.prefix_length is None else f"/{self.prefix_length}"
        block = None if self.block is None else str(self.block)
        return {
            "addresses": self.addresses,
            "text": self.text,
            "action": self.action,
            "name": self.name or None,
            "size": length,
            "cidr": block,
        }

    def __str__(self) -> str:
        return self.text


@made_by("cidr.plan_file(FILE).shortage.pools")
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
    changes: tuple[Remedy, ...]
    width: int = 32

    def lines(self) -> list[str]:
        """The same in words."""
        largest = f"the largest free block is {self.largest}" if self.largest else "nothing is free"
        asked = amount(self.asked, self.width)
        free = f"{self.free:,}" if self.width == 32 or not self.free else amount(self.free, self.width)
        out = [f"Pool {self.pool}: {asked} are asked for, {free} are free, {largest}."]
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
            "changes": [change.to_dict() for change in self.changes],
        }


@made_by("cidr.plan_file(FILE).shortage")
@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a plan does not fit. `impossible`: what no pool could give, in sentences; `hints`: what could.
    `pools`: those that are too small."""

    impossible: tuple[str, ...] = ()
    pools: tuple[PoolShortage, ...] = ()
    hints: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The same in words."""
        return [f"{text}." for text in (*self.impossible, *self.hints)] + [
            line for pool in self.pools for line in pool.lines()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "impossible": list(self.impossible),
            "pools": [pool.to_dict() for pool in self.pools],
            "hints": list(self.hints),
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())


def diagnose(
    demands: Sequence[Demand],
    taken: Sequence[TakenSpace],
    apart: Apart,
    pools: Mapping[str, tuple[Sequence[Cidr], AddressSet]],
    reserved: str,
) -> Shortage:
    """Say what is missing. `pools`: the blocks of each, and what it gives away of them. `reserved`: how owners
    begin that are reserved parts of a pool."""
    short: list[PoolShortage] = []
    everything = [block for blocks, _ in pools.values() for block in blocks] + [item.block for item in taken]
    for name, (blocks, pool) in pools.items():
        inside = [demand.without_room for demand in demands if demand.region <= pool]
        if not inside or _fits(inside, taken, apart):
            continue
        free = blocks_of(pool - address_set(item.block for item in taken))
        changes = sorted(
            _changes(name, blocks, pool, inside, taken, apart, everything, reserved),
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
                width=blocks[0].width,
            )
        )
    return Shortage(pools=tuple(short))


def _fits(demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> bool:
    try:
        return allocate(demands, taken, apart, generous=False) is not None
    except SearchGaveUp:
        return False


def _width(demand: Demand) -> int:
    return 32 if demand.region.first < 1 << 32 else 128


def _changes(
    name: str,
    blocks: Sequence[Cidr],
    pool: AddressSet,
    demands: Sequence[Demand],
    taken: Sequence[TakenSpace],
    apart: Apart,
    everything: Sequence[Cidr],
    reserved: str,
) -> Iterator[Remedy]:
    added = _added(demands, taken, apart)
    if added is not None:
        example = _example(blocks, added, everything)
        instance = f", for instance {example}" if example else ""
        size = amount(added.size, added.width)
        text = f"add a /{added.prefix_length} ({size}) to pool {name}{instance}"
        yield Remedy(added.size, text, "add", name, added.prefix_length, example)
    alike: set[tuple[int, AddressSet, int]] = set()
    left_out: set[str] = set()
    for index, demand in enumerate(demands[:_MOST_TRIED]):
        single = sum(other.owner == demand.owner for other in demands) == 1
        if demand.owner not in apart.sharing and single:
            kind = (demand.prefix_length, demand.region, demand.smallest)
            if kind in alike:
                continue  # of demands that are alike, what holds for the first holds for all
            alike.add(kind)
        smaller = _smaller(index, demand, demands, taken, apart)
        if smaller is not None:
            yield smaller
        elif demand.owner not in left_out:
            left_out.add(demand.owner)
            yield from _without(demand, demands, taken, apart)
    movable = [item for item in taken if item.block.network in pool]
    for item in movable[:_MOST_TRIED]:
        rest = [other for other in taken if other is not item]
        size = amount(item.block.size, item.block.width)
        if item.owner.startswith(reserved):
            if _fits(demands, rest, apart):
                label = item.owner.removeprefix(reserved)
                text = f"give up {item.block}, which is reserved for {label} ({size})"
                yield Remedy(item.block.size, text, "give up", label, block=item.block)
        else:
            again = Demand("\0moved", item.owner, item.block.prefix_length, pool, item.block.prefix_length)
            if _fits([*demands, again], rest, apart):
                owner = item.owner.partition("\0")[0]
                text = f"move {owner} away from {item.block} ({size})"
                yield Remedy(item.block.size, text, "move", owner, block=item.block)


def _added(demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> Cidr | None:
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
    """A block of that size next to the pool that nobody has, and of the same kind of range; what is public has an owner."""
    used = address_set(everything)
    for block in blocks:
        if range_class(block) in _OWNED:
            continue
        length = added.prefix_length
        near = block.supernet(min(length, block.prefix_length))
        for step in (1, -1):
            place = (near.span[1] + 1) if step > 0 else near.network - added.size
            try:
                candidate = Cidr.parse_lenient(f"{Cidr.single(place).first}/{length}")
            except ValueError:  # pragma: no cover - beyond the ends of the line
                continue
            alike = range_class(candidate) == range_class(block) and block_warning(candidate) is None
            if alike and not candidate.addresses & used:
                return candidate
    return None


def _smaller(
    index: int, demand: Demand, demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart
) -> Remedy | None:
    """The largest size of one demand with which everything fits, and its subnets still do."""
    width = _width(demand)
    step = 1 if width == 32 else IPV6_STEP
    longest = min(demand.smallest, LONGEST_IPV4 if width == 32 else LONGEST_IPV6_VPC)
    lengths = range(demand.prefix_length + step, longest + 1, step)

    def fits(length: int) -> bool:
        one = replace(demand, prefix_length=length, room=length)
        return _fits([*demands[:index], one, *demands[index + 1 :]], taken, apart)

    low, high = 0, len(lengths)  # the smaller a block, the easier it fits: search for the border
    while low < high:
        middle = (low + high) // 2
        if fits(lengths[middle]):
            high = middle
        else:
            low = middle + 1
    if low == len(lengths):
        return None
    length = lengths[low]
    fewer = (1 << (width - demand.prefix_length)) - (1 << (width - length))
    less = amount(fewer, width, "fewer")
    text = f"ask for {demand.name} as a /{length} instead of a /{demand.prefix_length} ({less})"
    return Remedy(fewer, text, "shrink", demand.name, length)


def _without(demand: Demand, demands: Sequence[Demand], taken: Sequence[TakenSpace], apart: Apart) -> Iterator[Remedy]:
    """That everything fits without what the owner of a demand asks for here. A block of several is of no use."""
    if not _fits([other for other in demands if other.owner != demand.owner], taken, apart):
        return
    gone = [other for other in demands if other.owner == demand.owner]
    width = _width(demand)
    size = sum(1 << (width - other.prefix_length) for other in gone)
    name = demand.name if len(gone) == 1 else demand.owner.partition("\0")[0]
    yield Remedy(size, f"leave out {name} ({amount(size, width)})", "leave out", name)
