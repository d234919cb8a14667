"""Questions about address blocks alone: what one is, what is free, what is left, the fewest that cover the
rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from reachsim.calls import made_by, says_how_to_call
from reachsim.errors import NoValueError
from reachsim.faces import Told, record
from reachsim.net.address import IPV6_FIRST, Address
from reachsim.net.cidr import Cidr, address_set, blocks_of
from reachsim.rules.cidr import NEVER_IN_A_VPC, RFC_1918, SHARED, block_warning, vpc_block_refusal
from reachsim.rules.refusal import Refusal
from reachsim.rules.subnet import reserved_addresses, reserved_purpose, subnet_block_refusal

_CLASSES: Final[tuple[tuple[Cidr, str], ...]] = (
    *((block, "private (RFC 1918)") for block in RFC_1918),
    (SHARED, "shared address space (RFC 6598); a VPC may use it as private"),
    *((block, what) for block, what in NEVER_IN_A_VPC),
    (Cidr.parse("192.0.2.0/24"), "documentation (RFC 5737)"),
    (Cidr.parse("198.51.100.0/24"), "documentation (RFC 5737)"),
    (Cidr.parse("203.0.113.0/24"), "documentation (RFC 5737)"),
    (Cidr.parse("198.18.0.0/15"), "benchmarking (RFC 2544)"),
    (Cidr.parse("240.0.0.0/4"), "reserved (RFC 1112)"),
    (Cidr.parse("::/128"), "unspecified (RFC 4291)"),
    (Cidr.parse("::1/128"), "loopback (RFC 4291)"),
    (Cidr.parse("::ffff:0:0/96"), "IPv4-mapped (RFC 4291)"),
    (Cidr.parse("64:ff9b::/96"), "IPv4/IPv6 translation (RFC 6052)"),
    (Cidr.parse("2001:db8::/32"), "documentation (RFC 3849)"),
    (Cidr.parse("3fff::/20"), "documentation (RFC 9637)"),
    (Cidr.parse("fd00:ec2::/32"), "services of AWS inside a VPC"),
    (Cidr.parse("fc00::/7"), "unique local (RFC 4193)"),
    (Cidr.parse("fe80::/10"), "link-local (RFC 4291)"),
    (Cidr.parse("ff00::/8"), "multicast (RFC 4291)"),
    (Cidr.parse("2000::/3"), "global unicast (RFC 4291)"),
)
"""Ranges with a meaning of their own; where two are nested, the inner one stands first."""


@says_how_to_call
def range_class(block: Cidr) -> str:
    """What kind of addresses the block has, in words.

    >>> range_class(Cidr.parse("10.4.0.0/16")), range_class(Cidr.parse("8.8.8.0/24"))
    ('private (RFC 1918)', 'public')
    """
    for around, name in _CLASSES:
        if block in around:
            return name
    if any(around in block for around, _ in _CLASSES):
        return "mixed: it holds ranges of several kinds"
    return "public" if block.version == 4 else "reserved (RFC 4291)"


@made_by("cidr.describe(block)")
@dataclass(frozen=True, slots=True, repr=False)
class BlockFacts(Told):
    """What there is to say about one block; `describe` makes it.

    `usable`: addresses that interfaces can have in a subnet of this block, `reserved` those that AWS keeps
    in it, with the purpose of each (SUBNET-2, IPV6-2); None and empty where no subnet can have this block.
    `as_vpc`, `as_subnet`: why AWS refuses the block there, None where it does not. `warning`: legal, but it
    causes trouble. `before`, `after`: the blocks of the same size next to it; `buddy`: the one of them with
    which it makes up `parent`.
    """

    block: Cidr
    kind: str
    reserved: tuple[tuple[Address, str], ...]
    usable: int | None
    as_vpc: Refusal | None
    as_subnet: Refusal | None
    warning: Refusal | None
    before: Cidr | None
    after: Cidr | None
    buddy: Cidr | None
    parent: Cidr | None

    def rows(self) -> list[tuple[str, str]]:
        """Label and text of each fact, for people."""
        block = self.block
        out = [
            ("block", str(block)),
            ("addresses", f"{_count(block)} ({block.first} to {block.last})"),
            ("range", self.kind),
        ]
        if self.usable is not None:
            out.append(("usable in a subnet", f"{self.usable:,}"))
            out += [("  AWS keeps", f"{address} ({purpose})") for address, purpose in self.reserved]
        out.append(("as a VPC's block", str(self.as_vpc) if self.as_vpc else "accepted"))
        out.append(("as a subnet's block", str(self.as_subnet) if self.as_subnet else "accepted"))
        if self.warning:
            out.append(("warning", str(self.warning)))
        out.append(("block before", str(self.before) if self.before else "none"))
        out.append(("block after", str(self.after) if self.after else "none"))
        if self.parent:
            out.append(("together", f"{self.parent} with {self.buddy}"))
        return out

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON. Counts are numbers; a count of IPv6 addresses may exceed 2**53."""
        return {
            "cidr": str(self.block),
            "version": self.block.version,
            "prefix_length": self.block.prefix_length,
            "first": str(self.block.first),
            "last": str(self.block.last),
            "addresses": self.block.size,
            "class": self.kind,
            "usable": self.usable,
            "reserved": [{"address": str(address), "purpose": purpose} for address, purpose in self.reserved],
            "vpc_refusal": _text(self.as_vpc),
            "subnet_refusal": _text(self.as_subnet),
            "warning": _text(self.warning),
            "before": _text(self.before),
            "after": _text(self.after),
            "buddy": _text(self.buddy),
            "parent": _text(self.parent),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record, such as ``pandas.DataFrame(...)`` takes."""
        return [record(self.to_dict())]

    @property
    def title(self) -> str:
        """The block, and of which range it is."""
        return f"{self.block}, {self.kind}"


def _count(block: Cidr) -> str:
    return f"{block.size:,}" if block.version == 4 else amount(block.size, 128)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@says_how_to_call
def describe(block: Cidr) -> BlockFacts:
    """Everything that can be said about one block without a design."""
    as_subnet = subnet_block_refusal(block, [block])
    reserved: tuple[tuple[Address, str], ...] = ()
    if as_subnet is None:
        places = reserved_addresses(block)
        reserved = tuple((Address(place), reserved_purpose(block, place) or "") for place in places)
    around = buddy(block)
    return BlockFacts(
        block=block,
        kind=range_class(block),
        reserved=reserved,
        usable=block.size - len(reserved) if as_subnet is None else None,
        as_vpc=vpc_block_refusal(block),
        as_subnet=as_subnet,
        warning=block_warning(block),
        before=_neighbour(block, -1),
        after=_neighbour(block, 1),
        buddy=around,
        parent=block.supernet(block.prefix_length - 1) if around else None,
    )


@says_how_to_call
def buddy(block: Cidr) -> Cidr | None:
    """The block of the same size with which it makes up the next larger one; None for a whole family.

    >>> buddy(Cidr.parse("10.0.1.0/24"))
    Cidr('10.0.0.0/24')
    """
    if block.prefix_length == 0:
        return None
    base = 0 if block.version == 4 else IPV6_FIRST
    return Cidr(base + ((block.network - base) ^ block.size), block.prefix_length)


def _neighbour(block: Cidr, steps: int) -> Cidr | None:
    base = 0 if block.version == 4 else IPV6_FIRST
    offset = block.network - base + steps * block.size
    return Cidr(base + offset, block.prefix_length) if 0 <= offset < 1 << block.width else None


@says_how_to_call
def free_blocks(pools: Iterable[Cidr], used: Iterable[Cidr]) -> list[Cidr]:
    """What is free of some pools: the largest aligned blocks that hold nothing used, in order.

    >>> free_blocks([Cidr.parse("10.0.0.0/24")], [Cidr.parse("10.0.0.64/26")])
    [Cidr('10.0.0.0/26'), Cidr('10.0.0.128/25')]
    """
    return exclude(pools, used)


@says_how_to_call
def aggregate(blocks: Iterable[Cidr]) -> list[Cidr]:
    """The fewest blocks that have exactly these addresses, in order (RFC 4632, aggregation).

    >>> aggregate([Cidr.parse("10.0.0.0/25"), Cidr.parse("10.0.0.128/25"), Cidr.parse("10.0.0.7/32")])
    [Cidr('10.0.0.0/24')]
    """
    return blocks_of(address_set(blocks))


@says_how_to_call
def exclude(blocks: Iterable[Cidr], without: Iterable[Cidr]) -> list[Cidr]:
    """The fewest blocks that have the addresses of `blocks` that are not in `without`, in order.

    >>> exclude([Cidr.parse("10.0.0.0/30")], [Cidr.parse("10.0.0.3/32")])
    [Cidr('10.0.0.0/31'), Cidr('10.0.0.2/32')]
    """
    return blocks_of(address_set(blocks) - address_set(without))


@says_how_to_call
def smallest_around(blocks: Iterable[Cidr]) -> Cidr:
    """The smallest block that holds all of some blocks of one family. Raises NoValueError without any.

    >>> smallest_around([Cidr.parse("10.0.1.0/24"), Cidr.parse("10.0.2.0/24")])
    Cidr('10.0.0.0/22')
    """
    spans = [block.span for block in blocks]
    if not spans:
        raise NoValueError("no blocks")
    low = Cidr.single(min(first for first, _ in spans))
    high = Cidr.single(max(last for _, last in spans))
    if low.version != high.version:
        raise NoValueError(f"{low.first} and {high.first} are of two families")
    base = 0 if low.version == 4 else IPV6_FIRST
    return low.supernet(low.width - ((low.network - base) ^ (high.network - base)).bit_length())


def prefix_length_for(count: int, width: int = 32) -> int:
    """The longest prefix length whose blocks have at least `count` addresses.

    >>> prefix_length_for(256), prefix_length_for(257)
    (24, 23)
    """
    return width - max(count - 1, 0).bit_length()


def amount(addresses: int, width: int, word: str = "") -> str:
    """So many addresses in words; of IPv6 as blocks, since nobody reads numbers of 20 digits.

    >>> amount(512, 32, "fewer"), amount(1 << 72, 128), amount(15 << 68, 128, "fewer"), amount(0, 128)
    ('512 addresses fewer', '/56 or 256 x /64', '240 x /64 fewer', '0 x /64')
    """
    tail = f" {word}" if word else ""
    if width == 32 or addresses % (1 << 64):
        return f"{addresses:,} addresses{tail}"
    nets = addresses >> 64
    if not nets or nets & (nets - 1) or word:
        return f"{nets:,} x /64{tail}"
    return f"/{64 - nets.bit_length() + 1}" + (f" or {nets:,} x /64" if nets > 1 else "")
