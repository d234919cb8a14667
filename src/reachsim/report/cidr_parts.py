"""What lies where in a pool: the pieces that texts and pictures show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reachsim.cidr.blocks import amount, smallest_around
from reachsim.cidr.metrics import PoolUse
from reachsim.cidr.plan import Plan, PlannedVpc
from reachsim.net.address import Address
from reachsim.net.cidr import AddressSet, Cidr, address_set

_ORDER = ("pool", "reserved", "existing", "vpc", "room", "free")


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A piece of a pool. `kind`: vpc, room, existing, reserved, pool (one within) or free."""

    low: int
    high: int
    kind: str
    name: str
    vpc: PlannedVpc | None = None

    @property
    def text(self) -> str:
        """The block, or first and last address where it is not one."""
        first = Cidr.single(self.low)
        bits = (self.high - self.low + 1).bit_length() - 1
        block = first.supernet(first.width - bits)
        if block.span == (self.low, self.high):
            return str(block)
        return f"{Address(self.low)} - {Address(self.high)}"

    @property
    def count(self) -> str:
        """How large it is, in words."""
        size = self.high - self.low + 1
        if self.low >> 32 and size % (1 << 64) == 0:
            return f"{size >> 64:,} x /64"
        return amount(size, 32).partition(" ")[0]

    @property
    def title(self) -> str:
        """Its name, and what it has to do with it."""
        words = {"vpc": "", "room": "held for ", "existing": "", "reserved": "", "pool": "pool ", "free": "free"}
        return words[self.kind] + self.name


def parts_of(plan: Plan, pool: PoolUse, around: Cidr) -> list[PlanPart]:
    """What lies in a block of a pool, in order of address.

    Every block of a VPC, of what exists and what is reserved is a piece of its own, also where they touch or
    lie over each other. Then the pools within, what is held around VPCs, and what is free.
    """
    planned = {vpc.name for vpc in plan.vpcs}
    out = [_part(block, around, "vpc", vpc.name, vpc) for vpc in plan.vpcs for block in vpc.blocks]
    out += [
        _part(block, around, "existing", existing.name)
        for existing in plan.existing
        if existing.name not in planned
        for block in existing.cidrs
    ]
    out += [_part(block, around, "reserved", name) for name, block in plan.reserved]
    inner = address_set(block for _, block in pool.parts)
    # What lies in a pool within is shown there.
    out = [p for p in out if p.low <= p.high and not AddressSet.of((p.low, p.high)) <= inner]
    used = AddressSet.union_of((part.low, part.high) for part in out)
    for name, block in pool.parts:
        out += _pieces((block.addresses & around.addresses) - used, "pool", name)
        used |= block.addresses & around.addresses
    for vpc in plan.vpcs:
        rooms = address_set(room for room in (vpc.room, vpc.ipv6_room) if room is not None)
        out += _pieces((rooms & around.addresses) - used, "room", vpc.name, vpc)
        used |= rooms & around.addresses
    out += _pieces(around.addresses - used, "free", "")
    return sorted(out, key=lambda part: (part.low, -part.high, _ORDER.index(part.kind)))


def _part(block: Cidr, around: Cidr, kind: str, name: str, vpc: PlannedVpc | None = None) -> PlanPart:
    """The piece of a block inside another one; one that is apart from it ends before it begins."""
    return PlanPart(max(block.span[0], around.span[0]), min(block.span[1], around.span[1]), kind, name, vpc)


def _pieces(addresses: AddressSet, kind: str, name: str, vpc: PlannedVpc | None = None) -> Iterator[PlanPart]:
    return (PlanPart(low, high, kind, name, vpc) for low, high in addresses.spans)


def zoom_of(parts: Iterable[PlanPart], around: Cidr) -> Cidr | None:
    """The block that holds what is planned, where it is so small a part of the pool that a picture is of
    use."""
    planned = [part for part in parts if part.kind in ("vpc", "room")]
    if not planned:
        return None
    block = smallest_around(Cidr.single(place) for part in planned for place in (part.low, part.high))
    return block if block.size * 4 <= around.size else None


def block_at(vpc: PlannedVpc, part: PlanPart) -> Cidr:
    """The block of a VPC that a piece shows."""
    return next(block for block in vpc.blocks if part.low in block)


def subnets_in(vpc: PlannedVpc, block: Cidr) -> Sequence[tuple[str, Cidr]]:
    """Name and block of the subnets in one of a VPC's blocks, in order of address."""
    found = [(s.name, b) for s in vpc.subnets for b in (s.cidr, s.ipv6_cidr) if b is not None and b in block]
    found += [(name, inner) for name, inner in vpc.other_subnets if inner in block]
    return sorted(found, key=lambda item: item[1])
