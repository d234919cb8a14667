"""The answer to a plan file, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reachsim.calls import made_by
from reachsim.cidr.demand import SubnetSize
from reachsim.cidr.metrics import Growth, PoolUse, Summary
from reachsim.cidr.shortage import Shortage
from reachsim.faces import Told
from reachsim.net.cidr import Cidr
from reachsim.rules.subnet import usable_count


class PlanVerdict(Enum):
    """What came of a plan."""

    FITS = "fits"
    DOES_NOT_FIT = "does not fit"
    CANNOT_DECIDE = "cannot decide"


@made_by("cidr.plan_file(path)")
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


@made_by("cidr.plan_file(path)")
@dataclass(frozen=True, slots=True)
class PlannedVpc:
    """A VPC that was asked for. `cidrs`: the primary block first; `standing`: those that stood before this
    plan.

    `room`, `ipv6_room`: the blocks that are held free around its first block of each family, None where
    there is none. `existed`: more was asked of a VPC that exists. `other_subnets`: those that it has and the
    plan does not ask for.
    """

    name: str
    pool: str
    cidrs: tuple[Cidr, ...]
    ipv6_cidrs: tuple[Cidr, ...]
    subnets: tuple[PlannedSubnet, ...]
    standing: frozenset[Cidr]
    room: Cidr | None
    existed: bool
    other_subnets: tuple[tuple[str, Cidr], ...] = ()
    ipv6_room: Cidr | None = None

    @property
    def blocks(self) -> tuple[Cidr, ...]:
        """Its blocks of both families."""
        return self.cidrs + self.ipv6_cidrs

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
            "ipv6_room": str(self.ipv6_room) if self.ipv6_room else None,
            "standing": sorted(str(block) for block in self.standing),
            "addresses": self.addresses,
            "spare": self.spare,
            "subnets": {subnet.name: subnet.to_dict() for subnet in self.subnets},
            "other_subnets": [{"name": name, "cidr": str(block)} for name, block in self.other_subnets],
        }


@made_by("cidr.plan_file(FILE).conflicts")
@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that stand, overlap, and may not. No plan can help: neither moves.

    `other_block`: None where a kept block is no longer in its pool, which is `other` then.
    """

    one: str
    one_block: Cidr
    other: str
    other_block: Cidr | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "one": {"owner": self.one, "cidr": str(self.one_block)},
            "other": {"owner": self.other, "cidr": str(self.other_block) if self.other_block else None},
            "reason": self.reason,
        }

    def __str__(self) -> str:
        if self.other_block is None:
            return f"{self.one} {self.one_block} is not in {self.other}: {self.reason}"
        return f"{self.one} {self.one_block} overlaps {self.other} {self.other_block}: {self.reason}"


@made_by("cidr.plan_file(FILE).existing")
@dataclass(frozen=True, slots=True)
class Existing:
    """Something that stands beside the plan. `vpc`: whether it is a VPC that may be peered.

    `body`: what its model says of it, all keys; None where it is from no model.
    """

    name: str
    cidrs: tuple[Cidr, ...]
    vpc: bool
    inline: bool
    subnets: tuple[tuple[str, Cidr], ...] = ()
    body: Mapping[str, Any] | None = field(default=None, compare=False)


@made_by("cidr.plan_file(path)")
@dataclass(frozen=True, slots=True, repr=False)
class Plan(Told):
    """The answer to a plan file. With any verdict but `fits`, `vpcs` is empty: there is no partial answer.

    `conflicts`: things that stand and overlap although they may not. `shortage`: what is missing, where it
    does not fit. `unknown`: why it cannot be decided. `relaxed`: blocks lie closer together than an earlier
    plan of a part may have had them. `roomless`: VPCs that wish room for growth and get none, since not
    everything fits with it. `released`: VPCs of the earlier plan that are asked for no more, and subnets as
    ``VPC.SUBNET``. `peerings`: name, requester and accepter of each wished one. `warnings`: what is legal
    and will cause trouble, in sentences.
    """

    verdict: PlanVerdict
    vpcs: tuple[PlannedVpc, ...] = ()
    existing: tuple[Existing, ...] = ()
    reserved: tuple[tuple[str, Cidr], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    shortage: Shortage | None = None
    unknown: str = ""
    relaxed: bool = False
    roomless: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    peerings: tuple[tuple[str, str, str], ...] = ()
    pools: tuple[PoolUse, ...] = ()
    growth: tuple[Growth, ...] = ()
    summaries: tuple[Summary, ...] = ()
    asked: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything fits and nothing that stands is in conflict."""
        return self.verdict is PlanVerdict.FITS and not self.conflicts

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
            "room_given_up": bool(self.roomless),
            "released": list(self.released),
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "warnings": list(self.warnings),
            "shortage": self.shortage.to_dict() if self.shortage else None,
            "unknown": self.unknown or None,
            "pools": {pool.name: pool.to_dict() for pool in self.pools},
            "growth": {growth.owner: growth.to_dict() for growth in self.growth},
            "summaries": {summary.group: summary.to_dict() for summary in self.summaries},
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each subnet, also of those that stand, such as ``pandas.DataFrame(...)`` takes."""
        planned = [
            {
                "vpc": vpc.name,
                "subnet": subnet.name,
                "cidr": str(subnet.cidr),
                "ipv6_cidr": str(subnet.ipv6_cidr or ""),
                "usable": subnet.usable,
                "standing": subnet.standing,
            }
            for vpc in self.vpcs
            for subnet in vpc.subnets
        ]
        others = [(vpc.name, name, block) for vpc in self.vpcs for name, block in vpc.other_subnets]
        return planned + [
            {"vpc": vpc, "subnet": name, "cidr": str(block), "ipv6_cidr": "", "usable": None, "standing": True}
            for vpc, name, block in others
        ]

    @property
    def title(self) -> str:
        """The verdict in one line."""
        head = self.verdict.value
        return head[0].upper() + head[1:] + (f": {self.unknown}" if self.unknown else ".")
