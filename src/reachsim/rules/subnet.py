"""Which blocks a subnet may have, and which of its addresses AWS keeps (SUBNET, IPV6-1, IPV6-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reachsim.net.address import Address
from reachsim.net.cidr import Cidr
from reachsim.rules.cidr import LONGEST_IPV6_SUBNET, ipv4_size_refusal, ipv6_size_refusal
from reachsim.rules.refusal import Refusal

RESERVED_COUNT: Final = 5
"""Addresses that AWS keeps in every subnet (SUBNET-2, IPV6-2)."""
DNS_PURPOSE: Final = "the DNS server"
_PURPOSES = (
    "the network address",
    "the router",
    DNS_PURPOSE,
    "reserved by AWS for later",
    "the last address",
)


def subnet_block_refusal(block: Cidr, vpc_blocks: Sequence[Cidr], others: Iterable[Cidr] = ()) -> Refusal | None:
    """Whether a subnet may have this block (**SUBNET-1**; sizes of IPv6: IPV6-1).

    `vpc_blocks`: the blocks of its VPC, of both families. `others`: blocks of the VPC's other subnets.
    """
    if block.version == 6:
        refusal = ipv6_size_refusal(block, "a subnet", LONGEST_IPV6_SUBNET)
    else:
        refusal = ipv4_size_refusal(block, "a subnet", "SUBNET-1")
    if refusal is not None:
        return refusal
    if not any(block in around for around in vpc_blocks):
        family = f"IPv{block.version}"
        own = ", ".join(str(around) for around in vpc_blocks if around.version == block.version)
        hint = f"its {family} blocks are {own}" if own else f"it has no {family} block"
        return Refusal("SUBNET-1", f"{block} is not inside any block of its VPC", hint)
    for other in others:
        if block.overlaps(other):
            return Refusal("SUBNET-1", f"{block} overlaps {other}, another subnet of its VPC")
    return None


def reserved_addresses(subnet: Cidr) -> tuple[int, ...]:
    """The five addresses that AWS keeps: the first four and the last one (**SUBNET-2**, **IPV6-2**), ascending.

    A block of fewer than five addresses, which no subnet has, gives all that it has.
    """
    first, last = subnet.span
    return tuple(sorted({first + offset for offset in range(min(4, subnet.size))} | {last}))


def reserved_purpose(subnet: Cidr, address: int) -> str | None:
    """What AWS keeps an address of the subnet for; None where it is free to use (**SUBNET-2**, **IPV6-2**)."""
    places = reserved_addresses(subnet)
    return _PURPOSES[places.index(address)] if address in places else None


def reserved_address_refusal(subnet: Cidr, address: int) -> Refusal | None:
    """No interface can have a reserved address (**SUBNET-2**, **IPV6-2**); `address` lies in the subnet."""
    purpose = reserved_purpose(subnet, address)
    if purpose is None:
        return None
    rule = "SUBNET-2" if subnet.version == 4 else "IPV6-2"
    free = Address(subnet.network + 4)
    hint = f"the first address that can be used is {free}" if subnet.size > RESERVED_COUNT else None
    return Refusal(rule, f"{Address(address)} is {purpose} of {subnet}", hint)


def usable_count(subnet: Cidr) -> int:
    """Addresses that interfaces can have: all but the reserved five (**SUBNET-2**, IPV6-2)."""
    return max(subnet.size - RESERVED_COUNT, 0)
