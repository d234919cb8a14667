"""What VPCs have of their blocks: subnets, addresses in use, what is free; and which block holds an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by, says_how_to_call
from reachsim.cidr.blocks import exclude
from reachsim.cidr.entries import Entry, Sources, SubnetEntry
from reachsim.errors import UsageError
from reachsim.net.cidr import Cidr, address_set
from reachsim.rules.subnet import usable_count


@made_by("cidr.use_of(sources)")
@dataclass(frozen=True, slots=True)
class SubnetUse:
    """How full an IPv4 subnet is. `usable`: addresses that interfaces can have in it (SUBNET-2); `used`: those that
    they have, None where nobody counted."""

    subnet: SubnetEntry
    usable: int
    used: int | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.subnet.name,
            "id": self.subnet.id or None,
            "cidr": str(self.subnet.cidr),
            "usable": self.usable,
            "used": self.used,
            "available": self.subnet.available,
            "share": _share(self.used, self.usable),
        }


@made_by("cidr.use_of(sources)")
@dataclass(frozen=True, slots=True)
class VpcUse:
    """How full a VPC is. `addresses`: of its IPv4 blocks; `in_subnets`: those of them that are in a subnet;
    `free`: the largest free blocks, of both families."""

    name: str
    cidrs: tuple[Cidr, ...]
    addresses: int
    in_subnets: int
    free: tuple[Cidr, ...]
    subnets: tuple[SubnetUse, ...]

    @property
    def usable(self) -> int:
        """Usable addresses of the subnets that were counted."""
        return sum(one.usable for one in self.subnets if one.used is not None)

    @property
    def used(self) -> int | None:
        """Addresses in use in them; None where no subnet was counted."""
        counted = [one.used for one in self.subnets if one.used is not None]
        return sum(counted) if counted else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "cidrs": [str(block) for block in self.cidrs],
            "addresses": self.addresses,
            "in_subnets": self.in_subnets,
            "usable": self.usable,
            "used": self.used,
            "share": _share(self.used, self.usable),
            "free_blocks": [str(block) for block in self.free],
            "subnets": [one.to_dict() for one in self.subnets],
        }


def _share(used: int | None, usable: int) -> float | None:
    return None if used is None or not usable else round(used / usable, 4)


@says_how_to_call
def use_of(sources: Sources) -> list[VpcUse]:
    """Every network that has a name, in order of the sources, with its subnets.

    The addresses in use are those that AWS does not count as available (`AvailableIpAddressCount`).
    """
    blocks: dict[str, list[Cidr]] = {}
    inside: dict[str, list[SubnetEntry]] = {}
    for subnet in sources.subnets:
        inside.setdefault(subnet.vpc, []).append(subnet)
    alone = {(subnet.vpc, subnet.cidr) for subnet in sources.subnets}
    for entry in sources.entries:
        if (entry.owner and (entry.owner, entry.cidr) not in alone) or (entry.owner and entry.owner not in inside):
            blocks.setdefault(entry.owner, []).append(entry.cidr)
    return [_vpc_use(name, blocks.get(name, ()), inside.get(name, ())) for name in {**blocks, **inside}]


def _vpc_use(name: str, blocks: Sequence[Cidr], subnets: Sequence[SubnetEntry]) -> VpcUse:
    taken = [subnet.cidr for subnet in subnets]
    fourth = address_set(block for block in blocks if block.version == 4)
    uses = [
        SubnetUse(
            subnet,
            usable := usable_count(subnet.cidr),
            None if subnet.available is None else max(usable - subnet.available, 0),
        )
        for subnet in subnets
        if subnet.cidr.version == 4
    ]
    inside = (fourth & address_set(taken)).count
    return VpcUse(name, tuple(blocks), fourth.count, inside, tuple(exclude(blocks, taken)), tuple(uses))


@says_how_to_call
def vpc_of(sources: Sources, name: str) -> VpcUse:
    """One of them, by its name or its ID. Raises UsageError."""
    uses = use_of(sources)
    ids = {entry.id: entry.owner for entry in sources.entries if entry.id}
    ids |= {subnet.vpc_id: subnet.vpc for subnet in sources.subnets if subnet.vpc_id}
    wanted = ids.get(name, name)
    for use in uses:
        if use.name == wanted:
            return use
    alike = [network for network, owner in ids.items() if owner == f"{name} ({network})"]
    if alike:
        raise UsageError(f"{name!r} is the name of several networks; write {' or '.join(map(repr, alike))}")
    there = ", ".join(use.name for use in uses[:20]) + (" and others" if len(uses) > 20 else "")
    raise UsageError(f"there is no network {name!r}; " + (f"there are {there}" if uses else "no block has a name"))


@says_how_to_call
def holders_of(sources: Sources, block: Cidr) -> list[Entry]:
    """The blocks and subnets around an address or a block, the smallest first."""
    found = [entry for entry in sources.entries if block in entry.cidr]
    seen = {(entry.owner, entry.cidr) for entry in found}
    for subnet in sources.subnets:
        if block in subnet.cidr and (subnet.vpc, subnet.cidr) not in seen:
            name = ".".join(part for part in (subnet.vpc, subnet.name or subnet.id) if part)
            found.append(Entry(subnet.cidr, name, subnet.comment, subnet.file, subnet.line, subnet.id))
    return sorted(found, key=lambda entry: -entry.cidr.prefix_length)
