"""Which address blocks a VPC may have (CIDR, IPV6-1): AWS's decisions as pure functions on blocks.

Each function returns None, or the `Refusal` that AWS would give. They look at one question each, so that a
caller who checks a design and a caller who plans one put together what they need. Only `refusals_of_blocks`
puts them together for the blocks of one VPC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reachsim.net.cidr import Cidr
from reachsim.rules.refusal import Refusal

SHORTEST_IPV4: Final = 16
"""The largest IPv4 block of a VPC or a subnet, /16 (CIDR-1, SUBNET-1)."""
LONGEST_IPV4: Final = 28
"""The smallest IPv4 block of a VPC or a subnet, /28 (CIDR-1, SUBNET-1)."""
SHORTEST_IPV6: Final = 44
"""The largest IPv6 block of a VPC or a subnet, /44 (IPV6-1)."""
LONGEST_IPV6_VPC: Final = 60
"""The smallest IPv6 block of a VPC, /60 (IPV6-1)."""
LONGEST_IPV6_SUBNET: Final = 64
"""The smallest IPv6 block of a subnet, /64 (IPV6-1)."""
IPV6_STEP: Final = 4
"""IPv6 prefix lengths go in steps of four (IPV6-1)."""
BLOCKS_DEFAULT: Final = 5
"""IPv4 blocks that a VPC may have before the quota is raised, and IPv6 blocks at all (CIDR-1, IPV6-1)."""
BLOCKS_MOST: Final = 50
"""IPv4 blocks that a VPC may have after the quota is raised as far as it goes (CIDR-1)."""

TEN: Final = Cidr.parse("10.0.0.0/8")
ONE_SEVENTY_TWO: Final = Cidr.parse("172.16.0.0/12")
ONE_NINETY_TWO: Final = Cidr.parse("192.168.0.0/16")
BENCHMARK_HALF: Final = Cidr.parse("198.19.0.0/16")
SHARED: Final = Cidr.parse("100.64.0.0/10")
RFC_1918: Final = (TEN, ONE_SEVENTY_TWO, ONE_NINETY_TWO)
NEVER_IN_A_VPC: Final = tuple(
    (Cidr.parse(text), what)
    for text, what in (
        ("0.0.0.0/8", "'this network' (RFC 1122)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("169.254.0.0/16", "link-local (RFC 3927)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
    )
)
DOCKER: Final = Cidr.parse("172.17.0.0/16")

_TEN_LOW: Final = Cidr.parse("10.0.0.0/15")
_TEN_LOWEST: Final = Cidr.parse("10.0.0.0/16")
_DEFAULT_VPC: Final = Cidr.parse("172.31.0.0/16")
ONCE: Final = (_TEN_LOWEST, _DEFAULT_VPC)
"""Ranges of which a VPC has at most one block, before others of its kind (**CIDR-4**); `order_of_creation` sees to it."""
# range of the primary block -> what cannot join it
_ROWS: Final[tuple[tuple[Cidr, tuple[Cidr, ...]], ...]] = (
    (TEN, (ONE_SEVENTY_TWO, ONE_NINETY_TWO, BENCHMARK_HALF)),
    (ONE_SEVENTY_TWO, (TEN, ONE_NINETY_TWO, _DEFAULT_VPC, BENCHMARK_HALF)),
    (ONE_NINETY_TWO, (TEN, ONE_SEVENTY_TWO, BENCHMARK_HALF)),
    (BENCHMARK_HALF, RFC_1918),
)
_OTHER_ROW: Final = (*RFC_1918, BENCHMARK_HALF)


def vpc_block_refusal(block: Cidr) -> Refusal | None:
    """Whether a VPC may have this block at all, as its primary or another one (**CIDR-1**, **CIDR-2**, IPV6-1).

    Public ranges and 100.64.0.0/10 are legal (**CIDR-3**).
    """
    if block.version == 6:
        return ipv6_size_refusal(block, "a VPC", LONGEST_IPV6_VPC)
    refusal = ipv4_size_refusal(block, "a VPC", "CIDR-1")
    if refusal is not None:
        return refusal
    for never, what in NEVER_IN_A_VPC:
        if block.overlaps(never):
            text = f"{block} is in {never}, which is {what} and never a VPC's"
            return Refusal("CIDR-2", text, _PRIVATE_HINT)
    return None


_PRIVATE_HINT: Final = "take a block of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"


def ipv4_size_refusal(block: Cidr, owner: str, rule: str) -> Refusal | None:
    """/16 to /28, for VPC blocks (**CIDR-1**) and subnets (SUBNET-1) alike; `owner`, `rule` word the refusal."""
    if SHORTEST_IPV4 <= block.prefix_length <= LONGEST_IPV4:
        return None
    size = "larger than a /16" if block.prefix_length < SHORTEST_IPV4 else "smaller than a /28"
    return Refusal(rule, f"{block} is {size}; an IPv4 block of {owner} is /16 to /28")


def ipv6_size_refusal(block: Cidr, owner: str, longest: int) -> Refusal | None:
    """/44 to `longest` in steps of four (**IPV6-1**); `owner` words the refusal."""
    length = block.prefix_length
    if SHORTEST_IPV6 <= length <= longest and length % IPV6_STEP == 0:
        return None
    lengths = [f"/{right}" for right in range(SHORTEST_IPV6, longest + 1, IPV6_STEP)]
    right = f"{', '.join(lengths[:-1])} or {lengths[-1]}"
    return Refusal("IPV6-1", f"{block} has a /{length}; an IPv6 block of {owner} is {right}")


def refused_ranges(primary: Cidr, existing: Iterable[Cidr]) -> tuple[Cidr, ...]:
    """The ranges that may not join a VPC with this first IPv4 block, by AWS's table (**CIDR-4**).

    `existing`: every block that the VPC has, the primary too; those of the other family do not matter. The
    row of the table is the primary's, whatever other blocks there are (CIDR-5).
    """
    around, refused = _row(primary)
    if around == TEN and _low_block(primary, existing) is not None:
        return (*refused, _TEN_LOWEST)
    return refused


def secondary_block_refusal(primary: Cidr, existing: Iterable[Cidr], block: Cidr) -> Refusal | None:
    """Whether the range of an IPv4 block may join a VPC with this first IPv4 block: the row of the table is
    the primary's (**CIDR-4**, **CIDR-5**).

    `existing`: as for `refused_ranges`. IPv6 blocks have no such restriction.
    """
    if block.version == 6 or primary.version == 6:
        return None
    around, refused = _row(primary)
    for no in refused:
        if block.overlaps(no):
            name = f"in {around}" if around else "a public or shared range"
            return Refusal(
                "CIDR-4",
                f"{block} is in {no}, which cannot join a VPC whose primary block {primary} is {name}",
                _rows_hint(around),
            )
    if around == TEN and block.overlaps(_TEN_LOWEST):
        low = _low_block(primary, existing)
        if low is not None:
            return Refusal(
                "CIDR-4",
                f"{block} is in 10.0.0.0/16, which cannot join a VPC that has {low} in 10.0.0.0/15",
                "take another block of 10.0.0.0/8",
            )
    return None


def order_of_creation(existing: Sequence[Cidr], new: Sequence[Cidr]) -> tuple[Cidr, ...] | None:
    """An order in which AWS takes `new` blocks after `existing` ones, None where there is none (CIDR-4, CIDR-5).

    The row of the primary block decides for every later block, so that some blocks can only come first:
    172.31.0.0/19 before 172.30.0.0/16, 198.19.0.0/17 before 100.64.0.0/16, a private block before a public
    one. A block of 10.0.0.0/16 comes before any other of 10.0.0.0/15. Among the orders that will do, it is
    the one that is nearest to the given one. Only ranges are looked at, not sizes nor counts.

    >>> [str(block) for block in order_of_creation((), (Cidr.parse("172.30.0.0/16"), Cidr.parse("172.31.0.0/19")))]
    ['172.31.0.0/19', '172.30.0.0/16']
    """
    sixth = tuple(block for block in new if block.version == 6)
    fourth = [block for block in new if block.version == 4]
    stands = [block for block in existing if block.version == 4]
    # Beyond the first block, only one of 10.0.0.0/16 must hurry. It cannot be hurt by that.
    heads: Iterable[Cidr | None] = fourth if fourth and not stands else (None,)
    for head in heads:
        rest = sorted((b for b in fourth if b is not head), key=lambda block: block not in _TEN_LOWEST)
        order = rest if head is None else [head, *rest]
        seen = list(stands)
        for block in order:
            if seen and secondary_block_refusal(seen[0], seen, block) is not None:
                break
            seen.append(block)
        else:
            return (*order, *sixth)
    return None


def _row(primary: Cidr) -> tuple[Cidr | None, tuple[Cidr, ...]]:
    return next(((around, no) for around, no in _ROWS if primary in around), (None, _OTHER_ROW))


def _low_block(primary: Cidr, existing: Iterable[Cidr]) -> Cidr | None:
    return next((other for other in (primary, *existing) if other.overlaps(_TEN_LOW)), None)


def _rows_hint(around: Cidr | None) -> str:
    if around is None or around == BENCHMARK_HALF:
        return "take a public block or one of 100.64.0.0/10"
    return f"take a block of the rest of {around}, of 100.64.0.0/10, or a public one"


def own_overlap_refusal(existing: Iterable[Cidr], block: Cidr) -> Refusal | None:
    """A new block overlaps no block that the VPC has (**CIDR-6**)."""
    for other in existing:
        if block.overlaps(other):
            return Refusal("CIDR-6", f"{block} overlaps {other}, which the VPC has already")
    return None


def blocks_over_routes(destinations: Iterable[Cidr], prefix_length: int) -> list[Cidr]:
    """The blocks of a length that AWS does not let into a VPC, since each is as large as the destination of a route that
    stands in one of its tables, or larger (**CIDR-6**).

    `destinations`: of routes of one family, without the local ones. This is about adding a block: routes may be written
    afterwards that lie inside it (ROUTE-8).

    >>> [str(block) for block in blocks_over_routes([Cidr.parse("10.4.0.0/24"), Cidr.parse("10.5.0.0/16")], 20)]
    ['10.4.0.0/20']
    """
    return [to.supernet(prefix_length) for to in destinations if to.prefix_length >= prefix_length]


def block_count_refusal(blocks: Sequence[Cidr], ipv4_quota: int = BLOCKS_MOST) -> Refusal | None:
    """How many blocks a VPC may have: five of IPv4, adjustable to fifty (**CIDR-1**), and five of IPv6 (**IPV6-1**).

    `ipv4_quota`: the account's quota; the most that AWS grants when it is left out.
    """
    for version, most, rule in ((4, ipv4_quota, "CIDR-1"), (6, BLOCKS_DEFAULT, "IPV6-1")):
        count = sum(block.version == version for block in blocks)
        if count > most:
            return Refusal(rule, f"a VPC has at most {most} IPv{version} blocks, and this one has {count}")
    return None


def block_warning(block: Cidr) -> Refusal | None:
    """A legal block that causes trouble: some services run Docker's bridge in 172.17.0.0/16 (**CIDR-2**)."""
    if block.version == 4 and block.overlaps(DOCKER):
        what = f"{DOCKER}" if block == DOCKER else f"{block} overlaps {DOCKER}, which"
        return Refusal("CIDR-2", f"{what} clashes with services such as Cloud9 and SageMaker (Docker's bridge)")
    return None


def peering_refusal(one: Iterable[Cidr], other: Iterable[Cidr]) -> Refusal | None:
    """Two VPCs can be peered only where none of their blocks overlap, used or not, secondary too (**PEER-7**)."""
    others = list(other)
    for block in one:
        for far in others:
            if block.overlaps(far):
                return Refusal("PEER-7", f"{block} and {far} overlap, so the two VPCs cannot be peered")
    return None


def refusals_of_blocks(blocks: Sequence[Cidr], ipv4_quota: int = BLOCKS_MOST) -> list[tuple[int, Refusal]]:
    """Everything that AWS refuses about the blocks of one VPC, in the order in which they were added.

    The first IPv4 block is the primary one. Returns pairs of the block's index and the refusal.
    """
    out: list[tuple[int, Refusal]] = []
    primary: Cidr | None = None
    for index, block in enumerate(blocks):
        existing = blocks[:index]
        refusal = vpc_block_refusal(block) or own_overlap_refusal(existing, block)
        if refusal is None and primary is not None:
            refusal = secondary_block_refusal(primary, existing, block)
        if refusal is None and block_count_refusal(existing, ipv4_quota) is None:
            refusal = block_count_refusal(blocks[: index + 1], ipv4_quota)
        if refusal is not None:
            out.append((index, refusal))
        if primary is None and block.version == 4:
            primary = block
    return out


_GONE: Final = frozenset({"disassociated", "disassociating", "failing", "failed"})


def holds_block(state: str | None) -> bool:
    """Whether a VPC or a subnet has a block by the state of its association, None where that is not told: it is used in
    `associated`, and soon in `associating` (**CIDR-7**).

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    return state not in _GONE
