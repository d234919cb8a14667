"""From what is asked of a VPC to the blocks that are looked for: how many, how large, from where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from reachsim.cidr.allocate import Demand, Family, Placement
from reachsim.cidr.blocks import exclude, prefix_length_for
from reachsim.cidr.demand import SubnetSize, grown, size_for_addresses, size_for_consumers
from reachsim.cidr.freelist import FreeList
from reachsim.cidr.kept import KeptVpc
from reachsim.cidr.plan import Existing
from reachsim.cidr.plan_schema import PlanFile, Tier, VpcAsk, subnet_name
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.rules.cidr import (
    BENCHMARK_HALF,
    BLOCKS_DEFAULT,
    BLOCKS_MOST,
    IPV6_STEP,
    LONGEST_IPV4,
    LONGEST_IPV6_VPC,
    ONCE,
    ONE_NINETY_TWO,
    ONE_SEVENTY_TWO,
    SHORTEST_IPV4,
    SHORTEST_IPV6,
    TEN,
    blocks_over_routes,
    refused_ranges,
)
from reachsim.rules.subnet import RESERVED_COUNT

_LARGEST_IPV4: Final = 1 << (32 - SHORTEST_IPV4)
_RANGES: Final = tuple(block.addresses for block in (TEN, ONE_SEVENTY_TWO, ONE_NINETY_TWO, BENCHMARK_HALF))
_IPV6_DEFAULT: Final = 56
"""The size of a VPC's IPv6 block where nobody says, that of Amazon's own (IPV6-1)."""


class AskedSubnet(NamedTuple):
    """A subnet that is asked for. `pool`: where its IPv4 block comes from, if the VPC has no room for it."""

    name: str
    tier: str
    zone: str
    size: SubnetSize
    pool: str


Regions = tuple[AddressSet, ...]
"""Where each of a VPC's new IPv4 blocks may lie."""


@dataclass(slots=True)
class Wanted:
    """One VPC on its way: what stands of it, which subnets it needs, which blocks are looked for.

    `blocks`: those that stand; `kept`: those of them that only an earlier plan knows. `demands`: of IPv4,
    with the whole pool as their region; `pools` says which pool each is from, and `choices` which regions
    they may have together, since AWS does not let all ranges into one VPC (CIDR-4).
    """

    name: str
    ask: VpcAsk
    pool: str
    families: tuple[Family, ...] = ()
    blocks: list[Cidr] = field(default_factory=list)
    kept: list[Cidr] = field(default_factory=list)
    subnets: dict[str, list[Cidr]] = field(default_factory=dict)
    room: Cidr | None = None
    ipv6_room: Cidr | None = None
    existed: bool = False
    needs: list[AskedSubnet] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    pools: list[str] = field(default_factory=list)
    choices: list[Regions] = field(default_factory=list)
    ipv6_demands: list[Demand] = field(default_factory=list)
    released: list[str] = field(default_factory=list)

    def stands(self, version: int) -> list[Cidr]:
        """Its standing blocks of a family."""
        return [block for block in self.blocks if block.version == version]

    def subnet(self, name: str, version: int) -> Cidr | None:
        """The block of a subnet that stands."""
        return next((block for block in self.subnets.get(name, ()) if block.version == version), None)

    def inside(self, version: int) -> list[Cidr]:
        """The blocks of all subnets that stand."""
        return [block for blocks in self.subnets.values() for block in blocks if block.version == version]

    def tier_pools(self) -> list[str]:
        """The pools that its tiers name, beside its own."""
        return [pool for pool in dict.fromkeys(need.pool for need in self.needs) if pool != self.pool]

    @property
    def all_demands(self) -> list[Demand]:
        """The blocks that are looked for, of both families."""
        return [*self.demands, *self.ipv6_demands]

    def others(self, placement: Placement) -> list[Cidr]:
        """What is placed for the others."""
        own = {demand.name for demand in self.all_demands}
        return [block for name, block in placement.blocks.items() if name not in own]

    def gave_up_room(self, placement: Placement) -> bool:
        """Whether it gets no room that it wishes, or another was put into what was held for it."""
        wished = [demand.name for demand in self.all_demands if demand.room < demand.prefix_length]
        held = [room for room in (self.room, self.ipv6_room) if room is not None]
        taken = any(block.overlaps(room) for room in held for block in self.others(placement))
        return taken or any(name not in placement.rooms for name in wished)


class Asks:
    """What a plan file asks for, VPC by VPC. `impossible`: what no pool could give, `hints`: what could, in
    sentences."""

    def __init__(
        self,
        file: PlanFile,
        pools: Mapping[str, AddressSet],
        existing: Sequence[Existing],
        destinations: Mapping[str, Sequence[Cidr]],
    ) -> None:
        self.file = file
        self.pools = pools
        self.existing = {item.name: item for item in existing}
        self.destinations = destinations
        self.impossible: list[str] = []
        self.hints: list[str] = []

    def wanted(self, name: str, ask: VpcAsk, kept: KeptVpc | None, families: tuple[Family, ...]) -> Wanted:
        """One VPC, with all that is to be looked for."""
        item = Wanted(name, ask, self.file.pool_of(ask), families)
        item.needs = list(self._needs(name, item.pool, ask))
        standing = self.existing.get(name)
        if standing is not None:
            item.existed = True
            item.blocks += standing.cidrs
            for label, block in standing.subnets:
                item.subnets.setdefault(label, []).append(block)
        if kept is not None:
            self._keep(item, kept)
        self._ask_ipv4(item)
        self._ask_ipv6(item)
        return item

    def room(self, ask: VpcAsk) -> str | int:
        """What is to be kept free next to a VPC's block."""
        return self.file.room if ask.room is None else ask.room

    def _keep(self, item: Wanted, kept: KeptVpc) -> None:
        for block in (*kept.cidrs, *kept.ipv6_cidrs):
            if not any(block.overlaps(other) for other in item.blocks):
                item.blocks.append(block)
                item.kept.append(block)
        asked = {need.name for need in item.needs}
        for label, subnet in kept.subnets.items():
            if label not in asked and label not in item.subnets:
                item.released.append(f"{item.name}.{label}")
                continue
            for inner in (subnet.cidr, subnet.ipv6_cidr):
                if inner is not None and not any(inner.overlaps(other) for other in item.inside(inner.version)):
                    item.subnets.setdefault(label, []).append(inner)
        if kept.room is not None and self.room(item.ask) != "none":
            item.room = kept.room
        if kept.ipv6_room is not None and item.ask.ipv6 is not None and item.ask.ipv6.room != "none":
            item.ipv6_room = kept.ipv6_room

    def _needs(self, name: str, own: str, ask: VpcAsk) -> Iterator[AskedSubnet]:
        for label, tier in ask.tiers.items():
            zones = tier.zones or ask.zones or self.file.zones
            size = self._size(tier, len(zones))
            if size.too_large:
                self.impossible.append(
                    f"{name}: a subnet of tier {label} needs {size.needed:,} usable addresses, and a"
                    f" /{SHORTEST_IPV4} has {_LARGEST_IPV4 - RESERVED_COUNT:,}; split the tier"
                )
            for zone in zones:
                yield AskedSubnet(subnet_name(label, zone), label, zone, size, tier.pool or own)

    def _size(self, tier: Tier, zones: int) -> SubnetSize:
        growth = self.file.growth if tier.growth is None else tier.growth
        if tier.size is not None:
            return SubnetSize(tier.size)
        if tier.addresses is not None:
            return size_for_addresses(tier.addresses, growth)
        assert tier.consumers is not None  # the schema asks for one of the three
        loss = self.file.zone_loss if tier.zone_loss is None else tier.zone_loss
        return size_for_consumers(tier.consumers.value, zones, growth, loss)

    # -- IPv4

    def home(self, item: Wanted, block: Cidr) -> str | None:
        """The pool for whose subnets a block of the VPC is: that of a tier, if it lies there, else its own.

        None where each tier names a pool, nothing else is asked for, and the block lies in none of these pools.
        """
        for pool in (*item.tier_pools(), item.pool):
            if block.addresses <= self.pools[pool]:
                return pool
        tiers = item.ask.tiers.values()
        return None if tiers and item.ask.size is None and all(tier.pool for tier in tiers) else item.pool

    def _ask_ipv4(self, item: Wanted) -> None:
        missing: dict[str, list[int]] = {item.pool: []}
        for need in item.needs:
            stands = item.subnet(need.name, 4)
            if stands is None:
                missing.setdefault(need.pool, []).append(need.size.prefix_length)
            elif stands.prefix_length > need.size.prefix_length:
                self.impossible.append(
                    f"{item.name}: subnet {need.name} stands as {stands} and tier {need.tier} now needs a"
                    f" /{need.size.prefix_length}; a subnet cannot be resized: ask for the rest in another tier"
                )
        wishes: list[tuple[str, int, int]] = []  # pool, prefix length, and that of the smallest that will do
        for pool, lengths in missing.items():
            needed, total = self._total(item, pool, lengths)
            sizes = _lengths(total)
            least = min(prefix_length_for(needed), LONGEST_IPV4) if needed else LONGEST_IPV4
            wishes += [(pool, length, max(length, least if len(sizes) == 1 else length)) for length in sizes]
        standing = item.stands(4)
        quota = self.file.ipv4_block_quota if item.ask.ipv4_block_quota is None else item.ask.ipv4_block_quota
        count = len(standing) + len(wishes)
        if wishes and count > quota:
            grants = f"AWS grants {quota}" if quota == BLOCKS_DEFAULT else f"its quota is {quota}"
            self.impossible.append(
                f"{item.name}: it would have {count} IPv4 blocks, and {grants} (CIDR-1); split it in two"
            )
            if count <= BLOCKS_MOST:
                self.hints.append(
                    f"If AWS has raised the quota of {item.name}, to {BLOCKS_MOST} at most,"
                    f" write ipv4_block_quota: {count}"
                )
            return
        room = self.room(item.ask)
        alone = sum(pool == item.pool for pool, _, _ in wishes) == 1
        for index, (pool, length, smallest) in enumerate(wishes):
            wide = length
            if pool == item.pool and alone and not standing and room != "none":
                wide = min(length, length - 1 if room == "buddy" else int(room))
            number = len(standing) + index + 1
            label = item.name if number == 1 else f"{item.name} ({self._which(item, wishes, pool, number)})"
            families = item.families if self.file.pools[pool].overlap == "never" else ()
            owner = self.owner(item.name, pool)
            item.demands.append(Demand(label, owner, length, self.pools[pool], wide, families, smallest))
            item.pools.append(pool)
        item.choices = self._choices(item)
        if item.demands and not item.choices:
            self.no_range(item)

    @staticmethod
    def _which(item: Wanted, wishes: Sequence[tuple[str, int, int]], pool: str, number: int) -> str:
        """Which block of a VPC one is: that of the tiers of a pool of their own, or the second, third and so on."""
        tiers = dict.fromkeys(need.tier for need in item.needs if need.pool == pool and pool != item.pool)
        if not tiers or sum(other == pool for other, _, _ in wishes) > 1:
            return f"block {number}"
        return f"tier{'s' if len(tiers) > 1 else ''} {', '.join(tiers)}"

    def owner(self, name: str, pool: str) -> str:
        """Whose a block is: the VPC's, or, of a pool whose blocks may overlap, its part there."""
        return name if self.file.pools[pool].overlap == "never" else part(name, pool)

    def _total(self, item: Wanted, pool: str, lengths: Sequence[int]) -> tuple[int, int]:
        """Addresses that some subnets need beyond what stands, and those that are looked for."""
        here = [block for block in item.stands(4) if self.home(item, block) == pool]
        free = FreeList(exclude(here, item.inside(4)))
        over = [length for length in lengths if not take(free, 32, length)]
        needed = total = grown(sum(1 << (32 - length) for length in over), item.ask.growth)
        if item.ask.size is not None and pool == item.pool:
            stated = 1 << (32 - item.ask.size)
            if not here and total > stated:
                fits = prefix_length_for(total)
                need = f"a /{fits}" if fits >= SHORTEST_IPV4 else f"{total:,} addresses"
                self.impossible.append(
                    f"{item.name}: its tiers need {need}, growth included, and its size is /{item.ask.size}"
                )
            total = max(total, stated - sum(block.size for block in here))
        return needed, total

    def _choices(self, item: Wanted) -> list[Regions]:
        """Where new blocks may lie: the pools, without what AWS would refuse beside the other blocks (CIDR-4).

        Without a standing block, all blocks are of one private range, or of none; each choice is for one.
        """
        standing = item.stands(4)
        whole = tuple(demand.region for demand in item.demands)
        if standing:
            refused = address_set(refused_ranges(standing[0], standing))
            routes = [to for to in self.destinations.get(item.name, ()) if to.version == 4]
            cut = tuple(
                demand.region - refused - address_set(blocks_over_routes(routes, demand.prefix_length))
                for demand in item.demands
            )
            return [cut] if all(cut) else []
        if len(whole) < 2:
            return [whole] if all(whole) else []
        found: list[Regions] = []
        for own in (*_RANGES, AddressSet.nothing()):
            others = AddressSet.union_of(span for other in _RANGES if other is not own for span in other.spans)
            choice = tuple(region - others for region in whole)
            if all(choice) and choice not in found:
                found.append(choice)
        found = [one for one in found if not any(one is not other and _within(one, other) for other in found)]
        return sorted(found, key=lambda choice: -choice[0].count)

    def no_range(self, item: Wanted) -> None:
        """Say that AWS lets none of the blocks that a VPC could have into it."""
        standing = item.stands(4)
        if not standing:
            pools = " and ".join(dict.fromkeys(item.pools))
            text = f"{item.name}: no blocks of pools {pools} can be in one VPC (CIDR-4); give it other pools"
            self.impossible.append(text)
            return
        refused = address_set(refused_ranges(standing[0], standing))
        pool = next((p for p, d in zip(item.pools, item.demands, strict=True) if d.region <= refused), item.pools[0])
        self.impossible.append(
            f"{item.name}: no block of pool {pool} can join a VPC whose primary block is"
            f" {standing[0]} (CIDR-4); give it another pool"
        )

    # -- IPv6

    def _ask_ipv6(self, item: Wanted) -> None:
        ask = item.ask.ipv6
        if ask is None:
            return
        standing = item.stands(6)
        free = FreeList(exclude(standing, item.inside(6)))
        missing = [need.name for need in item.needs if item.subnet(need.name, 6) is None]
        over = [label for label in missing if not take(free, 128, ask.subnet_size)]
        if standing and not over:
            return
        needed = LONGEST_IPV6_VPC
        if over:
            needed = min(prefix_length_for(len(over) << (128 - ask.subnet_size), 128), LONGEST_IPV6_VPC)
        needed -= needed % IPV6_STEP
        if needed < SHORTEST_IPV6:
            self.impossible.append(
                f"{item.name}: {len(over)} subnets of /{ask.subnet_size} need more than a /{SHORTEST_IPV6}"
            )
            return
        if ask.size is not None and needed < ask.size:
            self.impossible.append(
                f"{item.name}: its {len(over)} IPv6 subnets of /{ask.subnet_size} need a /{needed},"
                f" and its size is /{ask.size}"
            )
            return
        if len(standing) >= BLOCKS_DEFAULT:
            self.impossible.append(f"{item.name}: it has {len(standing)} IPv6 blocks already, as many as AWS grants")
            return
        length = ask.size or min(needed, LONGEST_IPV6_VPC if standing else _IPV6_DEFAULT)
        wide = length
        if not standing and ask.room != "none":
            wide = min(length, length - IPV6_STEP if ask.room == "nibble" else int(ask.room))
        number = len(standing) + 1
        label = f"{item.name} (IPv6)" if number == 1 else f"{item.name} (IPv6 block {number})"
        region = self.pools[ask.pool]
        item.ipv6_demands.append(Demand(label, item.name, length, region, wide, item.families, needed))


def part(vpc: str, pool: str) -> str:
    """What the owner of a VPC's blocks from a pool is called, where they may lie on those of other VPCs."""
    return f"{vpc}\0{pool}"


def take(free: FreeList, width: int, prefix_length: int) -> Cidr | None:
    """Take a block from free space by best fit."""
    best = free.best_fit(width, prefix_length)
    if best is None:
        return None
    block = Cidr(best.network, prefix_length)
    free.take(block)
    return block


def refined(item: Wanted) -> list[Regions]:
    """The choices of a VPC, so that no two of its new blocks lie in a range of which it may have one (CIDR-4)."""
    out: list[Regions] = []
    for choice in item.choices:
        holders = []
        for once in ONCE:
            touching = [i for i, region in enumerate(choice) if region & once.addresses]
            holders.append([(i, once) for i in touching] if len(touching) > 1 else [(None, once)])
        for some in itertools.product(*holders):
            cut = tuple(
                region - address_set(once for holder, once in some if holder not in (None, i))
                for i, region in enumerate(choice)
            )
            if all(cut) and cut not in out:
                out.append(cut)
    return out


def _within(one: Regions, other: Regions) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _lengths(total: int) -> list[int]:
    """The fewest IPv4 blocks of a VPC that have so many addresses: all but the last as large as AWS allows."""
    lengths: list[int] = []
    while total > 0:
        lengths.append(max(min(prefix_length_for(total), LONGEST_IPV4), SHORTEST_IPV4))
        total -= 1 << (32 - lengths[-1])
    return lengths
