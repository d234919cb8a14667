"""Planning: from what is asked to blocks and subnets, or to what is missing.

What stands never moves: `exists`, the models, and what an earlier plan gave (`keep`). The rest is placed in
the order of the file (`reachsim.cidr.allocate` says why that is enough), and a plan either gives everything
that is asked or nothing and says what would have to change.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reachsim.calls import checks_types, says_how_to_call
from reachsim.cidr.allocate import Apart, Demand, Family, Placement, SearchGaveUp, TakenSpace, allocate
from reachsim.cidr.asks import Asks, Regions, Wanted, part, refined, take
from reachsim.cidr.blocks import exclude
from reachsim.cidr.freelist import FreeList
from reachsim.cidr.kept import KeptPlan
from reachsim.cidr.metrics import Growths, Summary, pool_use, summary_of
from reachsim.cidr.overlaps import overlapping_pairs
from reachsim.cidr.plan import Conflict, Existing, Plan, PlannedSubnet, PlannedVpc, PlanVerdict
from reachsim.cidr.plan_check import LoadedPlan, load_plan, loads_plan
from reachsim.cidr.shortage import Shortage, diagnose
from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.rules.cidr import DOCKER, block_warning, order_of_creation

RESERVED_PREFIX: Final = "reserved:"
"""What the owner of a pool's reserved part is called, before its name."""
_MOST_CHOICES: Final = 64
"""Ways to choose ranges for VPCs of several blocks that are tried."""
_MOST_UNDECIDED: Final = 2
"""Those of them about which the search may give up before all do."""


@checks_types
def plan_file(path: str | os.PathLike[str], keep: KeptPlan | None = None) -> Plan:
    """Plan what a file asks for. `keep`: an earlier plan, whose blocks stay. Raises DesignError for bad
    input."""
    return make_plan(load_plan(os.fspath(path)), keep)


@says_how_to_call
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


class _Planner:
    def __init__(self, loaded: LoadedPlan, keep: KeptPlan | None) -> None:
        self.file = loaded.file
        self.sources = loaded.sources
        self.kept = keep.vpcs if keep is not None else {}
        self.pools = self._pools()
        self.existing = self._existing()
        routes = {vpc.name: vpc.destinations for vpc in self.sources.standing}
        self.asks = Asks(self.file, self.pools, self.existing, routes)
        self.families = self._families()
        self.wanted = [
            self.asks.wanted(name, ask, self.kept.get(name), self.families.get(name, ()))
            for name, ask in self.file.vpcs.items()
        ]
        self.apart = self._apart()
        self.taken = self._taken()

    # -- what stands

    def _pools(self) -> dict[str, AddressSet]:
        """What each pool gives away: not what a pool within it has."""
        inner: dict[str, list[Cidr]] = {}
        for pool in self.file.pools.values():
            if pool.within is not None:
                inner.setdefault(pool.within, []).extend(pool.cidrs)
        return {
            name: address_set(pool.cidrs) - address_set(inner.get(name, ()))
            for name, pool in self.file.pools.items()
        }  # fmt: skip

    def _existing(self) -> list[Existing]:
        out = [
            Existing(vpc.name, vpc.cidrs, vpc=True, inline=False, subnets=vpc.subnets, body=vpc.body)
            for vpc in self.sources.standing
        ]
        for name, item in self.file.exists.items():
            subnets = tuple((label, block) for label, blocks in item.subnets.items() for block in blocks)
            out.append(Existing(name, item.cidrs, item.vpc, inline=True, subnets=subnets))
        return out

    def _families(self) -> dict[str, tuple[Family, ...]]:
        """Beside whom each network wants to lie: those of the groups with a summary, the smallest first, and of
        the first group without."""
        stated: dict[str, list[Family]] = {}
        plain: dict[str, Family] = {}
        for name, group in self.file.groups.items():
            if group.overlap == "never":
                for member in group.members:
                    if group.summary is not None:
                        stated.setdefault(member, []).append(Family(name, group.summary))
                    else:
                        plain.setdefault(member, Family(name))
        return {
            member: (
                *sorted(stated.get(member, ()), key=lambda family: -family.home),
                *([plain[member]] if member in plain else ()),
            )
            for member in {**stated, **plain}
        }

    def _peered(self) -> Iterator[Sequence[str]]:
        yield from (group.members for group in self.file.groups.values() if group.peering)
        yield from ((c.one, c.other) for c in self.sources.connections if c.state == "up")

    def _apart(self) -> Apart:
        never: list[Iterable[str]] = [g.members for g in self.file.groups.values() if g.overlap == "never"]
        never += [(c.one, c.other) for c in self.sources.connections if c.state == "up"]
        may: list[Iterable[str]] = [g.members for g in self.file.groups.values() if g.overlap == "allowed"]
        for name, pool in self.file.pools.items():
            if pool.overlap == "allowed":
                owners = [part(vpc, name) for vpc in (*self.file.vpcs, *(e.name for e in self.existing if e.vpc))]
                may.append(owners)
                # Peered VPCs have no address in common, of whatever block (PEER-7).
                never += [[part(vpc, name) for vpc in members] for members in self._peered()]
        return Apart(never, may)

    def _owner(self, name: str, index: int, block: Cidr) -> str:
        """Whose a VPC's block is, which stands in that place among its IPv4 blocks."""
        if index > 0:
            for pool, body in self.file.pools.items():
                if body.overlap == "allowed" and block.addresses <= self.pools[pool]:
                    return part(name, pool)
        return name

    def _taken(self) -> list[TakenSpace]:
        out = [
            TakenSpace(block, f"{RESERVED_PREFIX}{label}")
            for pool in self.file.pools.values()
            for label, blocks in pool.reserved.items()
            for block in blocks
        ]
        for existing in self.existing:
            if existing.name not in self.file.vpcs:
                families = self.families.get(existing.name, ())
                for index, block in enumerate(existing.cidrs):
                    owner = self._owner(existing.name, index, block) if existing.vpc else existing.name
                    out.append(TakenSpace(block, owner, families))
        for item in self.wanted:
            for version, room in ((4, item.room), (6, item.ipv6_room)):
                for index, block in enumerate(item.stands(version)):
                    owner = self._owner(item.name, index, block)
                    out.append(TakenSpace(block, owner, item.families, room if index == 0 else None))
        return out

    # -- the plan

    def run(self) -> Plan:
        """The plan, or why there is none."""
        released = [name for name in self.kept if name not in self.file.vpcs]
        base = Plan(
            PlanVerdict.FITS,
            existing=tuple(self.existing),
            reserved=tuple(
                (t.owner.removeprefix(RESERVED_PREFIX), t.block)
                for t in self.taken
                if t.owner.startswith(RESERVED_PREFIX)
            ),
            conflicts=(*self._conflicts(), *self._misplaced()),
            released=(*released, *(name for item in self.wanted for name in item.released)),
            asked=len(self.wanted),
        )
        if self.asks.impossible:
            return replace(
                base,
                verdict=PlanVerdict.DOES_NOT_FIT,
                shortage=Shortage(tuple(self.asks.impossible), hints=tuple(self.asks.hints)),
            )
        try:
            placement = self._place()
        except SearchGaveUp as error:
            return replace(base, verdict=PlanVerdict.CANNOT_DECIDE, unknown=str(error) or _UNDECIDED)
        if self.asks.impossible:
            return replace(base, verdict=PlanVerdict.DOES_NOT_FIT, shortage=Shortage(tuple(self.asks.impossible)))
        if placement is None:
            pools = {name: (pool.cidrs, self.pools[name]) for name, pool in self.file.pools.items()}
            demands = self._demands(tuple(item.choices[0] for item in self._choosing()))
            shortage = diagnose(demands, self.taken, self.apart, pools, RESERVED_PREFIX)
            return replace(base, verdict=PlanVerdict.DOES_NOT_FIT, shortage=shortage)
        vpcs = tuple(self._planned(item, placement) for item in self.wanted)
        plan = replace(
            base,
            vpcs=vpcs,
            relaxed=placement.relaxed,
            roomless=tuple(item.name for item in self.wanted if item.gave_up_room(placement)),
            peerings=self._peerings(),
            warnings=tuple(_warnings(vpcs, self.wanted)),
        )
        return self._measured(plan)

    def _choosing(self) -> list[Wanted]:
        return [item for item in self.wanted if item.demands]

    def _demands(self, choice: Sequence[Regions], roomless: frozenset[str] = frozenset()) -> list[Demand]:
        """Everything that is looked for, in file order. `roomless`: VPCs that are to have no room."""
        regions = {item.name: one for item, one in zip(self._choosing(), choice, strict=True)}
        out: list[Demand] = []
        for item in self.wanted:
            fourth = [replace(d, region=r) for d, r in zip(item.demands, regions.get(item.name, ()), strict=True)]
            some = [*fourth, *item.ipv6_demands]
            out += [demand.without_room for demand in some] if item.name in roomless else some
        return out

    def _place(self) -> Placement | None:
        """Where everything goes: without Docker's range if that can be, and with the summaries if they can."""
        regions = [region for item in self._choosing() for choice in item.choices for region in choice]
        docker = [False, True] if any(region & DOCKER.addresses for region in regions) else [True]
        found, lawless = self._first(docker)
        if found is not None and lawless:
            for item in self._choosing():
                item.choices = refined(item)
                if not item.choices:
                    self.asks.no_range(item)
            return None if self.asks.impossible else self._first(docker)[0]
        return found

    def _first(self, docker: Sequence[bool]) -> tuple[Placement | None, bool]:
        """The first placement that there is, and whether AWS would refuse some of its blocks beside each other."""
        choices = list(itertools.islice(itertools.product(*(i.choices for i in self._choosing())), _MOST_CHOICES + 1))
        undecided = 0
        for allowed, choice in itertools.product(docker, choices[:_MOST_CHOICES]):
            try:
                placement = self._try(choice, docker=allowed)
            except SearchGaveUp:
                undecided += 1
                if undecided > _MOST_UNDECIDED:
                    break
                continue
            if placement is not None:
                return placement, any(self._order(item, placement) is None for item in self._choosing())
        if undecided:
            raise SearchGaveUp
        if len(choices) > _MOST_CHOICES:
            raise SearchGaveUp(_NARROWED)
        return None, False

    def _try(self, choice: Sequence[Regions], *, docker: bool) -> Placement | None:
        if not docker:
            choice = [tuple(region - DOCKER.addresses for region in one) for one in choice]
            if not all(region for one in choice for region in one):
                return None
        generous = (
            self.file.room != "none"
            or any(self.asks.room(item.ask) != "none" for item in self.wanted)
            or any(demand.room < demand.prefix_length for item in self.wanted for demand in item.ipv6_demands)
            or any(group.summary is not None for group in self.file.groups.values())
        )
        demands = self._demands(choice)
        placement = allocate(demands, self.taken, self.apart, generous=generous)
        if placement is None:
            return None
        # Room is a wish that few spell out; a summary is written in the file. So room is given up for one, that of
        # the members first.
        best, unmet = placement, self._unmet(placement)
        members = frozenset(member for group in unmet for member in self.file.groups[group].members)
        if unmet:
            for roomless in (members, frozenset(self.file.vpcs)):
                try:
                    closer = allocate(self._demands(choice, roomless), self.taken, self.apart, generous=generous)
                except SearchGaveUp:
                    continue
                if closer is not None and len(left := self._unmet(closer)) < len(unmet):
                    closer.relaxed = True
                    best, unmet = closer, left
        return best

    def _unmet(self, placement: Placement) -> list[str]:
        """The groups whose summary a placement does not keep."""
        vpcs = [(item.name, block) for item in self.wanted for block in self._blocks(item, placement, 4)]
        owned = self._owned(vpcs)
        stated = [name for name, group in self.file.groups.items() if group.summary is not None]
        return [name for name in stated if (found := self._summary(name, owned)) is not None and found.met is False]

    def _order(self, item: Wanted, placement: Placement) -> tuple[Cidr, ...] | None:
        return order_of_creation(item.stands(4), [placement.blocks[demand.name] for demand in item.demands])

    def _blocks(self, item: Wanted, placement: Placement, version: int) -> list[Cidr]:
        """All blocks of a VPC of one family, in the order in which AWS takes them."""
        if version == 4:
            new = self._order(item, placement)
            return [*item.stands(4), *(new or (placement.blocks[demand.name] for demand in item.demands))]
        return [*item.stands(6), *(placement.blocks[demand.name] for demand in item.ipv6_demands)]

    def _planned(self, item: Wanted, placement: Placement) -> PlannedVpc:
        fourth, sixth = self._blocks(item, placement, 4), self._blocks(item, placement, 6)
        places = self._subnets(item, fourth, sixth)
        subnets = tuple(
            PlannedSubnet(
                need.name,
                need.tier,
                need.zone,
                places[need.name, 4],
                places.get((need.name, 6)),
                need.size,
                item.subnet(need.name, 4) is not None,
            )
            for need in item.needs
        )
        asked = {need.name for need in item.needs}
        return PlannedVpc(
            item.name,
            item.pool,
            tuple(fourth),
            tuple(sixth),
            subnets,
            frozenset(item.blocks),
            self._room(item, placement, item.demands, item.room),
            item.existed,
            tuple((label, block) for label, blocks in item.subnets.items() if label not in asked for block in blocks),
            self._room(item, placement, item.ipv6_demands, item.ipv6_room),
        )

    def _room(self, item: Wanted, placement: Placement, demands: Sequence[Demand], held: Cidr | None) -> Cidr | None:
        """What is held for a VPC's growth in one family: anew, or still."""
        for demand in demands:
            if demand.name in placement.rooms:
                return placement.rooms[demand.name]
        if held is None:
            return None
        # It ends where somebody was put into it, or its owner outgrew it.
        placed = [*item.others(placement), *(t.block for t in self.taken if _vpc(t.owner) != item.name)]
        grown = any(demand.region & held.addresses for demand in demands)
        return None if grown or any(block.overlaps(held) for block in placed) else held

    def _subnets(self, item: Wanted, fourth: list[Cidr], sixth: list[Cidr]) -> dict[tuple[str, int], Cidr]:
        out: dict[tuple[str, int], Cidr] = {}
        free = {
            pool: FreeList(exclude([b for b in fourth if self.asks.home(item, b) == pool], item.inside(4)))
            for pool in (item.pool, *item.tier_pools())
        }
        free6 = FreeList(exclude(sixth, item.inside(6)))
        for need in item.needs:
            block = item.subnet(need.name, 4) or take(free[need.pool], 32, need.size.prefix_length)
            assert block is not None  # the blocks were sized for this
            out[need.name, 4] = block
            if item.ask.ipv6 is not None:
                sixth_block = item.subnet(need.name, 6) or take(free6, 128, item.ask.ipv6.subnet_size)
                assert sixth_block is not None
                out[need.name, 6] = sixth_block
        return out

    # -- what is wrong with what stands

    def _conflicts(self) -> Iterator[Conflict]:
        """Things that stand and overlap although a group, a model or an earlier plan says that they must
        not."""
        standing = [item for item in self.taken if not item.owner.startswith(RESERVED_PREFIX)]
        kept = {item.name for item in self.wanted if item.kept}
        for outer, inner in overlapping_pairs([item.block for item in standing]):
            one, other = standing[outer], standing[inner]
            names = _vpc(one.owner), _vpc(other.owner)
            if names[0] == names[1] or not self.apart(one.owner, other.owner):
                continue
            reason = self._reason(*names)
            stays = next((name for name in names if name in kept), None)
            if reason is None and stays is not None:
                reason = f"{stays} stands there by the plan that is kept"
            if reason is not None:
                yield Conflict(names[0], one.block, names[1], other.block, reason)

    def _reason(self, one: str, other: str) -> str | None:
        for name, group in self.file.groups.items():
            if group.overlap == "never" and one in group.members and other in group.members:
                return f"both are in group {name}, which never may overlap"
        for c in self.sources.connections:
            if {c.one, c.other} == {one, other} and c.state == "up":
                return f"the {c.kind} {c.name} joins them"
        return None

    def _misplaced(self) -> Iterator[Conflict]:
        """Kept blocks where the file would have none now: in a reserved part, or outside their pools."""
        for item in self.wanted:
            names = [item.pool, *item.tier_pools()]
            for block in item.kept:
                for pool, body in self.file.pools.items():
                    for label, parts in body.reserved.items():
                        for reserved in parts:
                            if block.overlaps(reserved):
                                reason = f"{item.name} stands there by the plan that is kept"
                                reason += f", and pool {pool} reserves it now"
                                yield Conflict(item.name, block, label, reserved, reason)
                pools = [item.ask.ipv6.pool] if block.version == 6 and item.ask.ipv6 is not None else names
                if block.version == 6 and item.ask.ipv6 is None:
                    continue  # nobody says any more where its IPv6 blocks are from
                if not any(block.addresses <= self.pools[pool] for pool in pools):
                    label = f"pool {pools[0]}" if len(pools) == 1 else f"pools {', '.join(pools)}"
                    reason = f"{item.name} stands there by the plan that is kept"
                    yield Conflict(item.name, block, label, None, reason)

    def _peerings(self) -> tuple[tuple[str, str, str], ...]:
        """The wished peering connections that are not there yet."""
        vpcs = {*self.file.vpcs, *(existing.name for existing in self.existing if existing.vpc)}
        there = {frozenset((c.one, c.other)) for c in self.sources.connections if c.state == "up"}
        out: list[tuple[str, str, str]] = []
        names = {c.name for c in self.sources.connections}
        for group in self.file.groups.values():
            members = [member for member in group.members if member in vpcs] if group.peering else []
            for index, one in enumerate(members):
                for other in members[index + 1 :]:
                    if frozenset((one, other)) not in there:
                        there.add(frozenset((one, other)))
                        name = f"{one}-{other}"
                        while name in names:  # a-b with c, and a with b-c
                            name += "-2"
                        names.add(name)
                        out.append((name, one, other))
        return tuple(out)

    # -- measures

    def _owned(self, vpcs: Iterable[tuple[str, Cidr]]) -> list[tuple[str, Cidr]]:
        """Who has which block when the plan is done. `vpcs`: those of the VPCs that are asked for."""
        return [
            *((e.name, block) for e in self.existing if e.name not in self.file.vpcs for block in e.cidrs),
            *vpcs,
        ]

    def _summary(self, name: str, owned: Sequence[tuple[str, Cidr]]) -> Summary | None:
        """How few routes cover what a group has in the pools, but for blocks that others may have too."""
        group = self.file.groups[name]
        members = set(group.members)
        pools = [b for pool in self.file.pools.values() if pool.overlap == "never" for b in pool.cidrs]
        inside = [b for o, b in owned if o in members and b.version == 4 and any(b in pool for pool in pools)]
        others = [(o, b) for o, b in owned if o not in members]
        others += [
            (t.owner.removeprefix(RESERVED_PREFIX), t.block) for t in self.taken if t.owner.startswith(RESERVED_PREFIX)
        ]
        return summary_of(name, inside, others, group.summary)

    def _measured(self, plan: Plan) -> Plan:
        owned = self._owned((vpc.name, block) for vpc in plan.vpcs for block in vpc.blocks)
        reserved = [block for _, block in plan.reserved]
        rooms = [room for vpc in plan.vpcs for room in (vpc.room, vpc.ipv6_room) if room is not None]
        blocks = [block for _, block in owned]
        pools = tuple(
            pool_use(name, pool.cidrs, blocks, rooms, reserved, self._inner(name))
            for name, pool in self.file.pools.items()
        )
        growths = Growths(owned, reserved, [block for pool in self.file.pools.values() for block in pool.cidrs])
        growth = tuple(growths.of(vpc.name, vpc.cidrs[0]) for vpc in plan.vpcs if vpc.cidrs)
        found = (self._summary(name, owned) for name, group in self.file.groups.items() if group.overlap == "never")
        summaries = tuple(one for one in found if one is not None)
        unmet = [f"group {one.group}: no single /{one.wished} covers it: {one.unmet}" for one in summaries if one.unmet]
        warnings = (*plan.warnings, *unmet)
        return replace(plan, pools=pools, growth=growth, summaries=summaries, warnings=warnings)

    def _inner(self, name: str) -> Mapping[str, Sequence[Cidr]]:
        return {inner: pool.cidrs for inner, pool in self.file.pools.items() if pool.within == name}


def _vpc(owner: str) -> str:
    """The VPC of an owner that may be a part of one."""
    return owner.partition("\0")[0]


def _warnings(vpcs: Iterable[PlannedVpc], wanted: Iterable[Wanted]) -> Iterator[str]:
    for vpc, item in zip(vpcs, wanted, strict=True):
        for block in vpc.cidrs:
            warning = block_warning(block)
            if warning is not None:
                yield f"{vpc.name}: {warning.text} ({warning.rule})"
        size = item.ask.size
        kept = sum(block.size for block in item.kept if block.version == 4)
        if size is not None and kept > 1 << (32 - size) and not item.ask.tiers and not item.existed:
            more = f"it keeps {kept:,} addresses, more than the /{size} that is asked for"
            yield f"{vpc.name}: {more}; a VPC cannot be resized"


_UNDECIDED = (
    "with groups that may overlap, or VPCs that may have only a part of a pool, there are too many ways"
    " to place the blocks, and none that was tried fits; ask for less at a time"
)
_NARROWED = (
    f"VPCs of several blocks can have them from several ranges each, and only {_MOST_CHOICES} ways to choose"
    " were tried; give them pools of one range"
)
