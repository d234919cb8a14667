"""Planning: from what is asked to blocks and subnets, or to what is missing.

What stands never moves: `exists`, the models, and what an earlier plan gave (`keep`). The rest is placed in
the order of the file (`reachsim.cidr.allocate` says why that is enough), and a plan either gives everything
that is asked or nothing and says what would have to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pydantic import Field

from reachsim.cidr.allocate import Apart, Demand, FreeList, Placement, Taken, UndecidedError, allocate
from reachsim.cidr.blocks import exclude, prefix_length_for
from reachsim.cidr.demand import SubnetSize, grown, size_for_addresses, size_for_consumers
from reachsim.cidr.metrics import Growth, PoolUse, Summary, growth_of, pool_use, summary_of
from reachsim.cidr.overlaps import overlapping_pairs
from reachsim.cidr.plan_file import LoadedPlan, PlanFile, Tier, VpcAsk, load_plan, loads_plan, subnet_name
from reachsim.cidr.shortage import Shortage, diagnose
from reachsim.cidr.sources import json_as_yaml
from reachsim.kinds.kind import BlockField, Kind
from reachsim.loading.document import Document, read_document, read_file
from reachsim.loading.validation import validate
from reachsim.markup import Html, html_table, table
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.rules.cidr import (
    BENCHMARK_HALF,
    BLOCKS_DEFAULT,
    IPV6_STEP,
    LONGEST_IPV4,
    LONGEST_IPV6_VPC,
    ONE_NINETY_TWO,
    ONE_SEVENTY_TWO,
    RFC_1918,
    SHORTEST_IPV4,
    SHORTEST_IPV6,
    TEN,
    refused_ranges,
)
from reachsim.rules.subnet import RESERVED_COUNT, usable_count

_LARGEST_IPV4 = 1 << (32 - SHORTEST_IPV4)
_TEN_LOWEST = Cidr.parse("10.0.0.0/16")
RESERVED = "reserved:"
"""What the owner of a pool's reserved part is called, before its name."""


class Verdict(Enum):
    """What came of a plan."""

    FITS = "fits"
    DOES_NOT_FIT = "does not fit"
    CANNOT_DECIDE = "cannot decide"


@dataclass(frozen=True, slots=True)
class PlannedSubnet:
    """A subnet of a planned VPC. `cidr`: None where the VPC has IPv6 only. `size`: why it is as large as it
    is.

    `standing`: it stood before this plan.
    """

    name: str
    tier: str
    zone: str
    cidr: Cidr
    ipv6_cidr: Cidr | None
    size: SubnetSize
    standing: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "tier": self.tier,
            "zone": self.zone,
            "cidr": str(self.cidr),
            "ipv6_cidr": str(self.ipv6_cidr) if self.ipv6_cidr else None,
            "usable": self.usable,
            "needed": self.size.needed,
            "because": list(self.size.lines),
            "standing": self.standing,
        }

    @property
    def usable(self) -> int:
        """Addresses that interfaces can have in it."""
        return usable_count(self.cidr)


@dataclass(frozen=True, slots=True)
class PlannedVpc:
    """A VPC that was asked for. `cidrs`: the primary block first; `standing`: those that stood before this
    plan.

    `room`: the block that is held free around its first block, None where there is none. `room_wished`:
    whether one was asked for. `existed`: more was asked of a VPC that exists.
    """

    name: str
    pool: str
    cidrs: tuple[Cidr, ...]
    ipv6_cidrs: tuple[Cidr, ...]
    subnets: tuple[PlannedSubnet, ...]
    standing: frozenset[Cidr]
    room: Cidr | None
    room_wished: bool
    existed: bool
    other_subnets: tuple[tuple[str, Cidr], ...] = ()

    @property
    def addresses(self) -> int:
        """IPv4 addresses of all its blocks."""
        return sum(block.size for block in self.cidrs)

    @property
    def spare(self) -> int:
        """IPv4 addresses of its blocks that are in no subnet."""
        inside = [subnet.cidr for subnet in self.subnets] + [block for _, block in self.other_subnets]
        return self.addresses - sum(block.size for block in inside if block.version == 4)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "pool": self.pool,
            "cidrs": [str(block) for block in self.cidrs],
            "ipv6_cidrs": [str(block) for block in self.ipv6_cidrs],
            "room": str(self.room) if self.room else None,
            "standing": sorted(str(block) for block in self.standing),
            "addresses": self.addresses,
            "spare": self.spare,
            "subnets": {subnet.name: subnet.to_dict() for subnet in self.subnets},
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that stand, overlap, and may not. No plan can help: neither moves."""

    one: str
    one_block: Cidr
    other: str
    other_block: Cidr
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "one": {"owner": self.one, "cidr": str(self.one_block)},
            "other": {"owner": self.other, "cidr": str(self.other_block)},
            "reason": self.reason,
        }

    def __str__(self) -> str:
        return f"{self.one} {self.one_block} overlaps {self.other} {self.other_block}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Existing:
    """Something that stands beside the plan. `vpc`: whether it is a VPC that may be peered."""

    name: str
    cidrs: tuple[Cidr, ...]
    vpc: bool
    inline: bool
    subnets: tuple[tuple[str, Cidr], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a plan file. With any verdict but `fits`, `vpcs` is empty: there is no partial answer.

    `conflicts`: things that stand and overlap although they may not. `shortage`: what is missing, where it
    does not fit. `unknown`: why it cannot be decided. `relaxed`: room to grow was given up so that
    everything fits. `released`: VPCs of the earlier plan that are asked for no more. `peerings`: name,
    requester and accepter of each wished one.
    """

    verdict: Verdict
    vpcs: tuple[PlannedVpc, ...] = ()
    existing: tuple[Existing, ...] = ()
    reserved: tuple[tuple[str, Cidr], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    shortage: Shortage | None = None
    unknown: str = ""
    relaxed: bool = False
    released: tuple[str, ...] = ()
    peerings: tuple[tuple[str, str, str], ...] = ()
    pools: tuple[PoolUse, ...] = ()
    growth: tuple[Growth, ...] = ()
    summaries: tuple[Summary, ...] = ()
    asked: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything fits and nothing that stands is in conflict."""
        return self.verdict is Verdict.FITS and not self.conflicts

    def __getitem__(self, name: str) -> PlannedVpc:
        for vpc in self.vpcs:
            if vpc.name == name:
                return vpc
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `keep` of a later plan reads it back."""
        return {
            "verdict": self.verdict.value,
            "ok": self.ok,
            "vpcs": {vpc.name: vpc.to_dict() for vpc in self.vpcs},
            "peering_connections": {name: {"requester": one, "accepter": other} for name, one, other in self.peerings},
            "room_given_up": self.relaxed,
            "released": list(self.released),
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "shortage": self.shortage.to_dict() if self.shortage else None,
            "unknown": self.unknown or None,
            "pools": {pool.name: pool.to_dict() for pool in self.pools},
            "growth": {growth.owner: growth.to_dict() for growth in self.growth},
            "summaries": {summary.group: summary.to_dict() for summary in self.summaries},
        }

    def _rows(self) -> list[tuple[str, str, str]]:
        rows: list[tuple[str, str, str]] = []
        for vpc in self.vpcs:
            rows += [
                (vpc.name, str(block), "stands" if block in vpc.standing else "")
                for block in (*vpc.cidrs, *vpc.ipv6_cidrs)
            ]
            for subnet in vpc.subnets:
                note = f"{subnet.usable:,} usable"
                rows.append((f"  {subnet.name}", str(subnet.cidr), note))
        return rows

    def __str__(self) -> str:
        head = self.verdict.value
        parts = [head[0].upper() + head[1:] + (f": {self.unknown}" if self.unknown else ".")]
        parts += [f"Conflict: {conflict}" for conflict in self.conflicts]
        if self.shortage:
            parts.append(str(self.shortage))
        if self.vpcs:
            parts.append(table(self._rows()))
        return "\n".join(parts)

    def _repr_html_(self) -> Html:
        if not self.vpcs:
            return html_table([[str(self)]])
        return html_table(self._rows(), header=("what", "block", ""), caption=self.verdict.value)


# ----------------------------------------------------------------------------------------------- earlier
# plans


class _KeptSubnet(Kind, extra="ignore"):
    cidr: BlockField
    ipv6_cidr: BlockField | None = None


class _KeptVpc(Kind, extra="ignore"):
    cidrs: tuple[BlockField, ...]
    ipv6_cidrs: tuple[BlockField, ...] = ()
    room: BlockField | None = None
    subnets: dict[str, _KeptSubnet] = Field(default_factory=dict)


class KeptPlan(Kind, extra="ignore"):
    """What an earlier plan gave, as its JSON says: what `keep` takes."""

    vpcs: dict[str, _KeptVpc]


def load_kept(path: str) -> KeptPlan:
    """Read the JSON of an earlier plan. Raises DesignError."""
    try:
        with open(path, encoding="utf-8") as source:
            text = source.read()
    except (OSError, ValueError):
        return validate(KeptPlan, read_file(path))  # whatever is wrong, this says it well
    return loads_kept(text, file=path)


def loads_kept(text: str, *, file: str = "<text>") -> KeptPlan:
    """Like `load_kept`, from text."""
    return validate(KeptPlan, read_document(json_as_yaml(text), file=file))


# ----------------------------------------------------------------------------------------------------
# planning


def plan_file(path: str, keep: KeptPlan | None = None) -> Plan:
    """Plan what a file asks for. `keep`: an earlier plan, whose blocks stay. Raises DesignError for bad
    input."""
    return make_plan(load_plan(path), keep)


def plan_text(text: str, keep: KeptPlan | None = None) -> Plan:
    """Like `plan_file`, from text.

    >>> plan = plan_text("{version: 1, pools: {cloud: 10.16.0.0/12}, vpcs: {app: /20}}")
    >>> plan["app"].cidrs
    (Cidr('10.16.0.0/20'),)
    """
    return make_plan(loads_plan(text), keep)


def make_plan(loaded: LoadedPlan, keep: KeptPlan | None = None) -> Plan:
    """Plan what a loaded file asks for."""
    return _Planner(loaded, keep).run()


@dataclass(slots=True)
class _Wanted:
    """One VPC on its way: what stands of it, which subnets it needs, which blocks were asked for."""

    name: str
    ask: VpcAsk
    pool: str
    blocks: list[Cidr] = field(default_factory=list)
    subnets: dict[str, list[Cidr]] = field(default_factory=dict)
    room: Cidr | None = None
    existed: bool = False
    needs: list[tuple[str, str, str, SubnetSize]] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    ipv6_demands: list[Demand] = field(default_factory=list)

    def stands(self, version: int) -> list[Cidr]:
        return [block for block in self.blocks if block.version == version]

    def subnet(self, name: str, version: int) -> Cidr | None:
        return next((block for block in self.subnets.get(name, ()) if block.version == version), None)

    def inside(self, version: int) -> list[Cidr]:
        return [block for blocks in self.subnets.values() for block in blocks if block.version == version]


class _Planner:
    def __init__(self, loaded: LoadedPlan, keep: KeptPlan | None) -> None:
        self.file: PlanFile = loaded.file
        self.document: Document = loaded.document
        self.sources = loaded.sources
        self.kept = keep.vpcs if keep is not None else {}
        self.pools: dict[str, AddressSet] = {name: address_set(pool.cidrs) for name, pool in self.file.pools.items()}
        self.impossible: list[str] = []
        self.narrowed = False
        self.existing = self._existing()
        self.families = self._families()
        self.apart = self._apart()

    # -- what stands
    # ---------------------------------------------------------------------------------------------

    def _existing(self) -> list[Existing]:
        out = [
            Existing(vpc.name, vpc.cidrs, vpc=True, inline=False, subnets=vpc.subnets) for vpc in self.sources.standing
        ]
        for name, item in self.file.exists.items():
            subnets = tuple((label, block) for label, blocks in item.subnets.items() for block in blocks)
            out.append(Existing(name, item.cidrs, item.vpc, inline=True, subnets=subnets))
        return out

    def _families(self) -> dict[str, str]:
        """The group beside whose members each network wants to lie: the first one that names it."""
        out: dict[str, str] = {}
        for name, group in self.file.groups.items():
            if group.overlap == "never":
                for member in group.members:
                    out.setdefault(member, name)
        return out

    def _apart(self) -> Apart:
        never = [group.members for group in self.file.groups.values() if group.overlap == "never"]
        never += [(c.one, c.other) for c in self.sources.connections if c.state == "up"]
        may = [group.members for group in self.file.groups.values() if group.overlap == "allowed"]
        return Apart(never, may)

    def _taken(self, wanted: Sequence[_Wanted]) -> list[Taken]:
        out = [
            Taken(block, f"{RESERVED}{label}")
            for pool in self.file.pools.values()
            for label, blocks in pool.reserved.items()
            for block in blocks
        ]
        asked = {item.name: item for item in wanted}
        for existing in self.existing:
            if existing.name not in asked:
                family = self.families.get(existing.name, "")
                out += [Taken(block, existing.name, family) for block in existing.cidrs]
        for item in wanted:
            family = self.families.get(item.name, "")
            for index, block in enumerate(item.blocks):
                room = item.room if index == 0 else None
                out.append(Taken(block, item.name, family, room))
        return out

    # -- what is asked
    # -------------------------------------------------------------------------------------------

    def _wanted(self, name: str, ask: VpcAsk) -> _Wanted:
        item = _Wanted(name, ask, self.file.pool_of(ask))
        standing = next((existing for existing in self.existing if existing.name == name), None)
        if standing is not None:
            item.existed = True
            item.blocks += standing.cidrs
            for label, block in standing.subnets:
                item.subnets.setdefault(label, []).append(block)
        kept = self.kept.get(name)
        if kept is not None:
            for block in (*kept.cidrs, *kept.ipv6_cidrs):
                if not any(block.overlaps(other) for other in item.blocks):
                    item.blocks.append(block)
            for label, subnet in kept.subnets.items():
                inside = [subnet.cidr] if subnet.ipv6_cidr is None else [subnet.cidr, subnet.ipv6_cidr]
                for block in inside:
                    if not any(block.overlaps(other) for other in item.inside(block.version)):
                        item.subnets.setdefault(label, []).append(block)
            if kept.room is not None and self._room(ask) != "none":
                item.room = kept.room
        item.needs = list(self._needs(name, ask))
        return item

    def _room(self, ask: VpcAsk) -> str | int:
        return self.file.room if ask.room is None else ask.room

    def _needs(self, name: str, ask: VpcAsk) -> Iterable[tuple[str, str, str, SubnetSize]]:
        for label, tier in ask.tiers.items():
            zones = tier.zones or ask.zones or self.file.zones
            size = self._size(tier, len(zones))
            if size.too_large:
                self.impossible.append(
                    f"{name}: a subnet of tier {label} needs {size.needed:,} usable addresses, and a"
                    f" /{SHORTEST_IPV4} has {_LARGEST_IPV4 - RESERVED_COUNT:,}; split the tier"
                )
            for zone in zones:
                yield subnet_name(label, zone), label, zone, size

    def _size(self, tier: Tier, zones: int) -> SubnetSize:
        growth = self.file.growth if tier.growth is None else tier.growth
        if tier.size is not None:
            return SubnetSize(tier.size)
        if tier.addresses is not None:
            return size_for_addresses(tier.addresses, growth)
        assert tier.consumers is not None  # the schema asks for one of the three
        return size_for_consumers(tier.consumers.value, zones, growth)

    def _ask_ipv4(self, item: _Wanted) -> None:
        standing = item.stands(4)
        missing: list[int] = []
        for label, tier, _, size in item.needs:
            stands = item.subnet(label, 4)
            if stands is None:
                missing.append(size.prefix_length)
            elif stands.prefix_length > size.prefix_length:
                self.impossible.append(
                    f"{item.name}: subnet {label} stands as {stands} and tier {tier} now needs a"
                    f" /{size.prefix_length}; a subnet cannot be resized: ask for the rest in another tier"
                )
        free = FreeList(exclude(standing, item.inside(4)))
        over = [length for length in missing if not _take(free, 32, length)]
        total = grown(sum(1 << (32 - length) for length in over), item.ask.growth)
        if item.ask.size is not None:
            stated = 1 << (32 - item.ask.size)
            if not standing and total > stated:
                fits = prefix_length_for(total)
                need = f"a /{fits}" if fits >= SHORTEST_IPV4 else f"{total:,} addresses"
                self.impossible.append(
                    f"{item.name}: its tiers need {need}, growth included, and its size is /{item.ask.size}"
                )
            total = max(total, stated - sum(block.size for block in standing))
        lengths: list[int] = []
        while total > 0:
            lengths.append(max(min(prefix_length_for(total), LONGEST_IPV4), SHORTEST_IPV4))
            total -= 1 << (32 - lengths[-1])
        if len(standing) + len(lengths) > BLOCKS_DEFAULT and lengths:
            self.impossible.append(
                f"{item.name}: it would have {len(standing) + len(lengths)} IPv4 blocks, and AWS grants"
                f" {BLOCKS_DEFAULT} (CIDR-1); split it in two"
            )
            return
        room = self._room(item.ask)
        for index, length in enumerate(lengths):
            region = self._region(item, length, several=len(lengths) > 1)
            if not region:
                self.impossible.append(
                    f"{item.name}: no block of pool {item.pool} can join a VPC whose primary block is"
                    f" {standing[0]} (CIDR-4); give it another pool"
                )
                return
            wide = length
            if len(lengths) == 1 and not standing and room != "none":
                wide = min(length, length - 1 if room == "buddy" else int(room))
            number = len(standing) + index + 1
            label = item.name if number == 1 else f"{item.name} (block {number})"
            family = self.families.get(item.name, "")
            home = (self.file.groups[family].summary or 0) if family else 0
            item.demands.append(Demand(label, item.name, length, region, wide, family, home))

    def _region(self, item: _Wanted, length: int, *, several: bool) -> AddressSet:
        """Where a block of the VPC may lie: its pool, without what AWS would refuse beside its other
        blocks."""
        region = self.pools[item.pool]
        standing = item.stands(4)
        if standing:
            refused = list(refused_ranges(standing[0], standing))
            model = next((vpc for vpc in self.sources.standing if vpc.name == item.name), None)
            refused += [
                destination.supernet(length)
                for destination in (model.destinations if model is not None else ())
                if destination.version == 4 and destination.prefix_length >= length  # CIDR-6
            ]
            return region - address_set(refused) if any(r.addresses & region for r in refused) else region
        if several:
            ranges = _ranges(self.file.pools[item.pool].cidrs)
            if len(ranges) > 1:
                self.narrowed = True
                return max((region & part for part in ranges), key=lambda part: part.count)
        return region

    def _ask_ipv6(self, item: _Wanted) -> None:
        ask = item.ask.ipv6
        if ask is None:
            return
        standing = item.stands(6)
        free = FreeList(exclude(standing, item.inside(6)))
        missing = [label for label, _, _, _ in item.needs if item.subnet(label, 6) is None]
        over = [label for label in missing if not _take(free, 128, ask.subnet_size)]
        if standing and not over:
            return
        length = prefix_length_for(len(over) << (128 - ask.subnet_size), 128) if over else ask.size
        length = min(length, ask.size if not standing else LONGEST_IPV6_VPC)
        length -= length % IPV6_STEP
        if length < SHORTEST_IPV6:
            self.impossible.append(
                f"{item.name}: {len(over)} subnets of /{ask.subnet_size} need more than a /{SHORTEST_IPV6}"
            )
            return
        if len(standing) >= BLOCKS_DEFAULT:
            self.impossible.append(f"{item.name}: it has {len(standing)} IPv6 blocks already, as many as AWS grants")
            return
        number = len(standing) + 1
        label = f"{item.name} (IPv6)" if number == 1 else f"{item.name} (IPv6 block {number})"
        family = self.families.get(item.name, "")
        item.ipv6_demands.append(Demand(label, item.name, length, self.pools[ask.pool], length, family))

    # -- the plan
    # ------------------------------------------------------------------------------------------------

    def run(self) -> Plan:
        wanted = [self._wanted(name, ask) for name, ask in self.file.vpcs.items()]
        for item in wanted:
            self._ask_ipv4(item)
            self._ask_ipv6(item)
        demands = [demand for item in wanted for demand in (*item.demands, *item.ipv6_demands)]
        taken = self._taken(wanted)
        base = Plan(
            Verdict.FITS,
            existing=tuple(self.existing),
            reserved=tuple((t.owner.removeprefix(RESERVED), t.block) for t in taken if t.owner.startswith(RESERVED)),
            conflicts=tuple(self._conflicts(taken)),
            released=tuple(name for name in self.kept if name not in self.file.vpcs),
            asked=len(wanted),
        )
        if self.impossible:
            return replace(base, verdict=Verdict.DOES_NOT_FIT, shortage=Shortage(tuple(self.impossible)))
        generous = any(self._room(item.ask) != "none" for item in wanted) or self.file.room != "none"
        try:
            placement = allocate(demands, taken, self.apart, generous=generous)
        except UndecidedError:
            return replace(base, verdict=Verdict.CANNOT_DECIDE, unknown=_UNDECIDED)
        if placement is None:
            if self.narrowed:
                return replace(base, verdict=Verdict.CANNOT_DECIDE, unknown=_NARROWED)
            pools = {name: pool.cidrs for name, pool in self.file.pools.items()}
            shortage = diagnose(demands, taken, self.apart, pools, RESERVED)
            return replace(base, verdict=Verdict.DOES_NOT_FIT, shortage=shortage)
        vpcs = tuple(self._planned(item, placement) for item in wanted)
        return self._measured(replace(base, vpcs=vpcs, relaxed=placement.relaxed, peerings=self._peerings()))

    def _planned(self, item: _Wanted, placement: Placement) -> PlannedVpc:
        fourth = [*item.stands(4), *(placement.blocks[demand.name] for demand in item.demands)]
        if not item.stands(4):
            fourth.sort(key=_as_primary)
        sixth = [*item.stands(6), *(placement.blocks[demand.name] for demand in item.ipv6_demands)]
        places = self._subnets(item, fourth, sixth)
        room = next((placement.rooms[d.name] for d in item.demands if d.name in placement.rooms), None)
        if room is None and item.room is not None and not self._invaded(item, placement):
            room = item.room
        subnets = tuple(
            PlannedSubnet(
                label,
                tier,
                zone,
                places[label, 4],
                places.get((label, 6)),
                size,
                item.subnet(label, 4) is not None,
            )
            for label, tier, zone, size in item.needs
        )
        asked = {label for label, _, _, _ in item.needs}
        others = tuple(
            (label, block) for label, blocks in item.subnets.items() if label not in asked for block in blocks
        )
        return PlannedVpc(
            item.name,
            item.pool,
            tuple(fourth),
            tuple(sixth),
            subnets,
            frozenset(item.blocks),
            room,
            self._room(item.ask) != "none",
            item.existed,
            others,
        )

    def _invaded(self, item: _Wanted, placement: Placement) -> bool:
        """Whether a standing room is given up: somebody was put into it, or its owner outgrew it."""
        room = item.room
        assert room is not None
        own = {demand.name for demand in (*item.demands, *item.ipv6_demands)}
        placed = [block for name, block in placement.blocks.items() if name not in own]
        placed += [b for existing in self.existing if existing.name != item.name for b in existing.cidrs]
        return any(block.overlaps(room) for block in placed) or bool(item.demands)

    def _subnets(self, item: _Wanted, fourth: list[Cidr], sixth: list[Cidr]) -> dict[tuple[str, int], Cidr]:
        out: dict[tuple[str, int], Cidr] = {}
        free = FreeList(exclude(fourth, item.inside(4)))
        free6 = FreeList(exclude(sixth, item.inside(6)))
        for label, _, _, size in item.needs:
            block = item.subnet(label, 4) or _take(free, 32, size.prefix_length)
            assert block is not None  # the blocks were sized for this
            out[label, 4] = block
            if item.ask.ipv6 is not None:
                sixth_block = item.subnet(label, 6) or _take(free6, 128, item.ask.ipv6.subnet_size)
                assert sixth_block is not None
                out[label, 6] = sixth_block
        return out

    def _conflicts(self, taken: Sequence[Taken]) -> Iterable[Conflict]:
        """Things that stand and overlap although a group, a model or an earlier plan says that they must
        not."""
        standing = [item for item in taken if not item.owner.startswith(RESERVED)]
        for outer, inner in overlapping_pairs([item.block for item in standing]):
            one, other = standing[outer], standing[inner]
            if one.owner == other.owner or not self.apart(one.owner, other.owner):
                continue
            group = next(
                (
                    name
                    for name, group in self.file.groups.items()
                    if group.overlap == "never" and one.owner in group.members and other.owner in group.members
                ),
                None,
            )
            joined = next(
                (
                    c
                    for c in self.sources.connections
                    if {c.one, c.other} == {one.owner, other.owner} and c.state == "up"
                ),
                None,
            )
            kept = next((o for o in (one.owner, other.owner) if o in self.kept and o in self.file.vpcs), None)
            if group is not None:
                reason = f"both are in group {group}, which never may overlap"
            elif joined is not None:
                reason = f"the {joined.kind} {joined.name} joins them"
            elif kept is not None:
                reason = f"{kept} stands there by the plan that is kept"
            else:
                continue
            yield Conflict(one.owner, one.block, other.owner, other.block, reason)

    def _peerings(self) -> tuple[tuple[str, str, str], ...]:
        """The wished peering connections that are not there yet."""
        vpcs = {*self.file.vpcs, *(existing.name for existing in self.existing if existing.vpc)}
        there = {frozenset((c.one, c.other)) for c in self.sources.connections if c.state == "up"}
        out: list[tuple[str, str, str]] = []
        for group in self.file.groups.values():
            members = [member for member in group.members if member in vpcs] if group.peering else []
            for index, one in enumerate(members):
                for other in members[index + 1 :]:
                    if frozenset((one, other)) not in there:
                        there.add(frozenset((one, other)))
                        out.append((f"{one}-{other}", one, other))
        return tuple(out)

    def _measured(self, plan: Plan) -> Plan:
        owned: list[tuple[str, Cidr]] = [
            (existing.name, block)
            for existing in plan.existing
            if existing.name not in self.file.vpcs
            for block in existing.cidrs
        ]
        owned += [(vpc.name, block) for vpc in plan.vpcs for block in (*vpc.cidrs, *vpc.ipv6_cidrs)]
        reserved = [block for _, block in plan.reserved]
        rooms = [vpc.room for vpc in plan.vpcs if vpc.room is not None]
        blocks = [block for _, block in owned]
        pools = tuple(pool_use(name, pool.cidrs, blocks, rooms, reserved) for name, pool in self.file.pools.items())
        everything = [block for pool in self.file.pools.values() for block in pool.cidrs]

        def others(names: set[str]) -> AddressSet:
            return address_set([*reserved, *(block for owner, block in owned if owner not in names)])

        growth = tuple(
            growth_of(vpc.name, vpc.cidrs[0], everything, others({vpc.name})) for vpc in plan.vpcs if vpc.cidrs
        )
        summaries: list[Summary] = []
        for name, group in self.file.groups.items():
            if group.overlap == "never":
                members = set(group.members)
                inside = [b for owner, b in owned if owner in members and b.version == 4 and _in_pools(b, everything)]
                summary = summary_of(name, inside, others(members))
                if summary is not None:
                    summaries.append(summary)
        return replace(plan, pools=pools, growth=growth, summaries=tuple(summaries))


_UNDECIDED = (
    "with groups that may overlap, or VPCs that may have only a part of a pool, there are too many ways"
    " to place the blocks, and none that was tried fits; ask for less at a time"
)
_NARROWED = (
    "a VPC of several blocks was looked for in one range of its pool only, since AWS refuses to mix"
    " ranges; give it a pool of one range"
)


def _take(free: FreeList, width: int, prefix_length: int) -> Cidr | None:
    """Take a block from free space by best fit."""
    best = free.best_fit(width, prefix_length)
    if best is None:
        return None
    block = Cidr(best.network, prefix_length)
    free.take(block)
    return block


def _ranges(blocks: Sequence[Cidr]) -> list[AddressSet]:
    """The parts of a pool whose blocks can be in one VPC together, by the rows of AWS's table (CIDR-4)."""
    pool = address_set(blocks)
    homes = [home for home in (TEN, ONE_SEVENTY_TWO, ONE_NINETY_TWO, BENCHMARK_HALF) if home.addresses & pool]
    if not homes:
        return [pool]
    # The last /16 of a range stands for all of it; 10.0.0.0/16 has a rule of its own, which `_planned` sees
    # to.
    return [pool - address_set(refused_ranges(Cidr.single(home.last).supernet(16), ())) for home in homes]


def _as_primary(block: Cidr) -> tuple[bool, bool]:
    """Which of several new blocks comes first: 10.0.0.0/16 and private ranges can only be primary
    (CIDR-4)."""
    return block not in _TEN_LOWEST, not any(block in private for private in RFC_1918)


def _in_pools(block: Cidr, pools: Iterable[Cidr]) -> bool:
    return any(block in pool for pool in pools)
