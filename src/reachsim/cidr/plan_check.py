"""Reading a plan file, and what its schema cannot see: how the parts of a plan fit together."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from typing import Any

from reachsim.cidr.entries import Sources
from reachsim.cidr.models import sources_of_document
from reachsim.cidr.plan_schema import ExistingBlocks, PlanFile, Pool, Tier, VpcAsk, subnet_name
from reachsim.errors import DesignError, Path, Problem, suggest
from reachsim.loading.document import Document, read_document, read_file
from reachsim.loading.validation import validate
from reachsim.net.cidr import Cidr
from reachsim.opening import open_document
from reachsim.rules.cidr import NEVER_IN_A_VPC, refusals_of_blocks
from reachsim.rules.subnet import subnet_block_refusal


class LoadedPlan:
    """A plan file that was read and checked, with what its models hold."""

    __slots__ = ("document", "file", "sources")

    def __init__(self, file: PlanFile, document: Document, sources: Sources) -> None:
        self.file = file
        self.document = document
        self.sources = sources


def load_plan(path: str) -> LoadedPlan:
    """Read a plan file (``-``: standard input), and the models that it names. Raises DesignError with all
    errors."""
    base = os.path.dirname(path) if path != "-" else ""
    return _check(read_file(path), base)


def loads_plan(text: str, *, file: str = "<text>", base: str = "") -> LoadedPlan:
    """Like `load_plan`, from text. `base`: the directory that paths of models start from."""
    return _check(read_document(text, file=file), base)


def _check(document: Document, base: str) -> LoadedPlan:
    plan = validate(PlanFile, document)
    checker = _Checker(plan, document)
    sources = checker.models(base)
    checker.run(sources)
    if checker.problems:
        raise DesignError(checker.problems)
    return LoadedPlan(plan, document, sources)


class _Checker:
    """All that is wrong with a plan file, told at once."""

    def __init__(self, plan: PlanFile, document: Document) -> None:
        self.plan = plan
        self.document = document
        self.problems: list[Problem] = []
        self.standing: set[str] = set()

    def report(
        self, path: Path, message: str, hint: str | None = None, code: str | None = None, *, key: bool = False
    ) -> None:
        self.problems.append(self.document.problem(message, self.written(path), key=key, hint=hint, code=code))

    def written(self, path: Path) -> Path:
        """The path as it stands in the file, where a short form leaves out steps."""
        node: Any = self.document.data
        out: list[str | int] = []
        for step in path:
            inside = step in node if isinstance(node, dict) else isinstance(node, list) and isinstance(step, int)
            if inside:
                node = node[step]
                out.append(step)
        return tuple(out)

    def models(self, base: str) -> Sources:
        found = Sources()
        for index, name in enumerate(self.plan.models):
            try:
                found.add(sources_of_document(open_document(os.path.join(base, name), {})))
            except DesignError as error:
                self.report(("models", index), f"the model {name!r} cannot be read")
                self.problems += error.problems
        return found

    def run(self, sources: Sources) -> None:
        self.check_pools()
        modelled = {vpc.name for vpc in sources.standing}
        self.standing = modelled | set(self.plan.exists)
        for name, existing in self.plan.exists.items():
            self.check_existing(name, existing)
            if name in modelled:
                self.report(("exists", name), f"{name!r} is in a model already", "remove it here", key=True)
        for name, vpc in self.plan.vpcs.items():
            self.check_vpc(name, vpc)
            existing_ = self.plan.exists.get(name)
            if existing_ is not None and not existing_.vpc:
                self.report(
                    ("vpcs", name),
                    f"{name!r} exists, and not as a VPC",
                    f"write vpc: true under exists.{name}",
                    key=True,
                )
        self.check_groups([*self.plan.exists, *self.plan.vpcs, *sorted(modelled)])

    def check_pools(self) -> None:
        seen: list[tuple[Cidr, str]] = []
        for name, pool in self.plan.pools.items():
            here: Path = ("pools", name)
            self.check_within(here, name, pool)
            if pool.overlap == "allowed" and pool.version == 6:
                self.report((*here, "overlap"), "IPv6 blocks never overlap", "remove overlap")
            for index, block in enumerate(pool.cidrs):
                where = (*here, "cidrs", index)
                if block.version != pool.version:
                    self.report(where, f"{block} is IPv{block.version} in a pool of IPv{pool.version}",
                                "make a pool for each family")  # fmt: skip
                    continue
                for never, what in NEVER_IN_A_VPC:
                    if block.overlaps(never):
                        text = f"{block} has addresses of {never}, which is {what} and never a VPC's"
                        self.report(where, text, code="CIDR-2")
                for other, owner in seen:
                    if block.overlaps(other) and not (self.inside(name, owner) or self.inside(owner, name)):
                        whose = "this pool" if owner == name else f"pool {owner}"
                        self.report(where, _overlap_text(block, other, whose), "write each address once")
                seen.append((block, name))
            for label, blocks in pool.reserved.items():
                for index, block in enumerate(blocks):
                    if not any(block in around for around in pool.cidrs):
                        inside = ", ".join(map(str, pool.cidrs))
                        self.report(
                            (*here, "reserved", label, index),
                            f"{block} is not in the pool",
                            f"it is {inside}",
                        )

    def check_within(self, here: Path, name: str, pool: Pool) -> None:
        around = self.plan.pools.get(pool.within) if pool.within is not None else None
        if pool.within is None:
            return
        if around is None:
            self.check_pool((*here, "within"), pool.within, pool.version)
            return
        if self.inside(name, name):
            self.report((*here, "within"), f"pool {name!r} is within itself", "remove within from one of the pools")
            return
        for index, block in enumerate(pool.cidrs):
            if not any(block in outer for outer in around.cidrs):
                text = f"{block} is not in pool {pool.within}, which is around this one"
                self.report((*here, "cidrs", index), text, f"that one has {', '.join(map(str, around.cidrs))}")
        outer = self.plan.region_of(pool.within)
        if pool.region is not None and outer is not None and pool.region != outer:
            text = f"the pool is of {pool.region}, and pool {pool.within} around it of {outer}"
            self.report((*here, "region"), text, "remove one of the two")

    def inside(self, inner: str, outer: str) -> bool:
        """Whether a pool says that it is within another one, directly or not."""
        seen: set[str] = set()
        at = self.plan.pools[inner].within
        while at is not None and at in self.plan.pools and at not in seen:
            if at == outer:
                return True
            seen.add(at)
            at = self.plan.pools[at].within
        return False

    def check_existing(self, name: str, existing: ExistingBlocks) -> None:
        here: Path = ("exists", name)
        if existing.vpc:
            for index, refusal in refusals_of_blocks(existing.cidrs):
                self.report((*here, "cidrs", index), refusal.text, refusal.hint, refusal.rule)
        elif existing.subnets:
            self.report((*here, "subnets"), "only a VPC has subnets", "write vpc: true")
        others: list[Cidr] = []
        for label, blocks in existing.subnets.items():
            for index, block in enumerate(blocks):
                refused = subnet_block_refusal(block, existing.cidrs, others)
                if refused is not None:
                    self.report((*here, "subnets", label, index), refused.text, refused.hint, refused.rule)
                others.append(block)

    def check_vpc(self, name: str, vpc: VpcAsk) -> None:
        here: Path = ("vpcs", name)
        self.check_primary(name, vpc)
        if vpc.ipv6 is not None:
            self.check_pool((*here, "ipv6", "pool"), vpc.ipv6.pool, 6, vpc)
        names: dict[str, str] = {}
        for label, tier in vpc.tiers.items():
            zones = tier.zones or vpc.zones or self.plan.zones
            self.check_tier((*here, "tiers", label), tier, zones, vpc)
            for zone in dict.fromkeys(zones):
                subnet = subnet_name(label, zone)
                if subnet in names:
                    text = f"its subnet {subnet} has the name of one of tier {names[subnet]}"
                    self.report((*here, "tiers", label), text, "rename one of them", key=True)
                names[subnet] = label

    def check_primary(self, name: str, vpc: VpcAsk) -> None:
        """Its primary block comes from one pool, of which nothing may overlap."""
        here: Path = ("vpcs", name)
        fourth = self.plan.pools_of(vpc)
        if len(fourth) != 1:
            where = "" if vpc.region is None else f" of {vpc.region}"
            none = f"there is no IPv4 pool{where} of which nothing may overlap"
            found = f"there are {len(fourth)} IPv4 pools{where}" if fourth else none
            cure = f"write pool: {fourth[0]}" if fourth else None
            self.report(here, f"no pool is named, and {found}", cure, key=True)
        self.check_pool((*here, "pool"), vpc.pool, 4, vpc)
        if name in self.standing:
            return
        if self.may_overlap(vpc.pool):
            text = f"blocks of pool {vpc.pool} may overlap, and this would be the primary block"
            self.report((*here, "pool"), text, "name that pool at a tier, and another one here")
        if vpc.size is not None or not vpc.tiers or any(tier.pool is None for tier in vpc.tiers.values()):
            return
        for label, tier in vpc.tiers.items():
            if self.may_overlap(tier.pool):
                text = f"blocks of pool {tier.pool} may overlap, and the VPC has no primary block from another pool"
                self.report((*here, "tiers", label, "pool"), text, "write a size for the VPC", key=True)

    def may_overlap(self, pool: str | None) -> bool:
        """Whether the blocks of a pool may overlap what else there is."""
        return pool in self.plan.pools and self.plan.pools[pool].overlap == "allowed"

    def check_tier(self, here: Path, tier: Tier, zones: Sequence[str], vpc: VpcAsk) -> None:
        self.check_pool((*here, "pool"), tier.pool, 4, vpc)
        loss = tier.zone_loss if tier.zone_loss is not None else self.plan.zone_loss if tier.consumers else 0
        if loss and loss >= len(zones):
            text = f"{loss} of {len(zones)} zones may fail, and none is left"
            self.report(here, text, "name more zones, or write zone_loss: 0", key=True)
        if tier.zone_loss and tier.consumers is None:
            text = "without consumers, the loss of a zone means nothing"
            self.report((*here, "zone_loss"), text, "write consumers")
        if len(set(zones)) < len(zones):
            self.report(here, "a zone is listed twice", "write each zone once")

    def check_pool(self, path: Path, name: str | None, version: int, vpc: VpcAsk | None = None) -> None:
        if name is None:
            return
        pool = self.plan.pools.get(name)
        if pool is None:
            near = suggest(name, self.plan.pools)
            listed = ", ".join(self.plan.pools)
            self.report(
                path,
                f"there is no pool {name!r}",
                f"did you mean {near!r}?" if near else f"there are {listed}",
            )
        elif pool.version != version:
            self.report(path, f"pool {name!r} is IPv{pool.version}, and an IPv{version} pool is meant")
        elif vpc is not None and vpc.region is not None and self.plan.region_of(name) not in (None, vpc.region):
            text = f"pool {name!r} is of {self.plan.region_of(name)}, and the VPC is in {vpc.region}"
            self.report(path, text, "take a pool of that Region")

    def check_groups(self, names: list[str]) -> None:
        known = set(names)
        never: list[tuple[str, set[str]]] = []
        may: list[tuple[str, set[str]]] = []
        for name, group in self.plan.groups.items():
            here: Path = ("groups", name)
            for index, member in enumerate(group.members):
                if member not in known:
                    near = suggest(member, names)
                    hint = f"did you mean {near!r}?" if near else "name it under vpcs or exists"
                    self.report((*here, "members", index), f"there is no network {member!r}", hint)
                elif member in group.members[:index]:
                    self.report((*here, "members", index), f"{member!r} stands twice")
            (never if group.overlap == "never" else may).append((name, set(group.members)))
        for one, members in may:
            for other, others in never:
                both = sorted(members & others)
                if len(both) > 1:
                    text = f"{both[0]} and {both[1]} may overlap here, and never in group {other}"
                    self.report(("groups", one), text, "take one of them out of one group", key=True)


def _overlap_text(block: Cidr, other: Cidr, where: str) -> str:
    if block == other:
        return f"{block} is in {where} already"
    return f"{block} lies inside {other} of {where}" if block in other else f"{block} contains {other} of {where}"
