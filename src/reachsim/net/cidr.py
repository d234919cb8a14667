"""Address blocks in CIDR notation (RFC 4632, RFC 4291 section 2.3), of both families."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by, says_how_to_call
from reachsim.errors import NoValueError, shown
from reachsim.net.address import (
    IPV4_BITS,
    IPV4_LAST,
    IPV6_BITS,
    IPV6_FIRST,
    Address,
    format_address,
    parse_address,
    width_of,
)
from reachsim.net.intervals import IntSet, Span


@says_how_to_call
class AddressSet(IntSet):
    """A set of addresses of both families (places on the address line of `reachsim.net.address`).

    >>> AddressSet.of((0, 2**32 - 1))
    AddressSet('0.0.0.0/0')
    """

    __slots__ = ()

    def _name(self, low: int, high: int) -> str:
        if low <= IPV4_LAST < high:  # a run over both families reads as two
            return f"{self._name(low, IPV4_LAST)},{self._name(IPV6_FIRST, high)}"
        blocks = blocks_of_span(low, high)
        if len(blocks) <= 4:
            return ",".join(str(block) for block in blocks)
        return f"{format_address(low)}-{format_address(high)}"

    WRITTEN = "('10.0.0.0/16')"

    @classmethod
    def _read(cls, members: object) -> AddressSet:
        if isinstance(members, Cidr):
            return members.addresses
        return cls._of_text(members) if isinstance(members, str) else super()._read(members)

    @classmethod
    def _span(cls, text: str) -> Span:
        first, dash, last = text.partition("-")
        if not dash:
            return Cidr.parse_peer(text).span
        low, high = parse_address(first.strip()), parse_address(last.strip())
        if low > high:
            raise NoValueError(f"{shown(text)} ends before it begins")
        return low, high

    def addresses(self) -> Iterator[Address]:
        """Every member, as `Address`; there may be 2**128 of them."""
        return map(Address, self)


@made_by("Cidr.parse('10.0.0.0/16')", by_hand=True, itself=True)
@dataclass(frozen=True, slots=True, order=True)
class Cidr:
    """An address block. `network` is the place of its first address on the address line, its host bits clear.

    Blocks sort by first address, then by size (the larger first).

    >>> Cidr.parse("10.0.0.0/16")
    Cidr('10.0.0.0/16')
    """

    network: int
    prefix_length: int

    def __post_init__(self) -> None:
        if not (isinstance(self.network, int) and isinstance(self.prefix_length, int)):
            raise TypeError("no place and length")  # told by `made_by`

    @classmethod
    def parse(cls, text: str) -> Cidr:
        """Read ``address/prefix-length`` strictly. Raises NoValueError, also where host bits are set."""
        block, address = cls._read(text)
        if address != block.network:
            raise NoValueError(f"{shown(text)} has host bits set; did you mean {str(block)!r}?")
        return block

    @classmethod
    def parse_lenient(cls, text: str) -> Cidr:
        """Like `parse`, but clears host bits, as AWS stores routes and rules (**ROUTE-18**, **NACL-18**)."""
        return cls._read(text)[0]

    @classmethod
    def parse_peer(cls, text: str) -> Cidr:
        """Read a block, or a single address as the block of that address alone."""
        if "/" in text:
            return cls.parse(text)
        return cls.single(parse_address(text))

    @classmethod
    def single(cls, address: int) -> Cidr:
        """The /32 or /128 of one address."""
        return cls(int(address), width_of(address))

    @classmethod
    def _read(cls, text: str) -> tuple[Cidr, int]:
        head, slash, tail = text.partition("/")
        if not slash:
            parse_address(text)  # where it is no address either, adding a length would not help
            single = f"{text}/{IPV6_BITS if ':' in text else IPV4_BITS}"
            raise NoValueError(f"{shown(text)} has no prefix length; write {single} for one address")
        address = int(parse_address(head))
        width = width_of(address)
        if not (tail.isascii() and tail.isdigit()) or (len(tail) > 1 and tail[0] == "0"):
            raise NoValueError(f"{shown(text)} has no decimal prefix length after '/': {tail[:40]!r}")
        length = int(tail) if len(tail) <= 3 else 999
        if length > width:
            raise NoValueError(f"{shown(text)} has a prefix length over {width}")
        base = 0 if width == 32 else IPV6_FIRST
        return cls(base + ((address - base) >> (width - length) << (width - length)), length), address

    @property
    def width(self) -> int:
        """Bits of an address of this family: 32 or 128."""
        return 32 if self.network <= IPV4_LAST else 128

    @property
    def version(self) -> int:
        """4 or 6."""
        return 4 if self.network <= IPV4_LAST else 6

    @property
    def size(self) -> int:
        """How many addresses the block has."""
        return 1 << (self.width - self.prefix_length)

    @property
    def first(self) -> Address:
        """The first address."""
        return Address(self.network)

    @property
    def last(self) -> Address:
        """The last address."""
        return Address(self.network + self.size - 1)

    @property
    def span(self) -> Span:
        """First and last place on the address line."""
        width = 32 if self.network <= IPV4_LAST else 128
        return self.network, self.network + (1 << (width - self.prefix_length)) - 1

    @property
    def addresses(self) -> AddressSet:
        """The block as a set."""
        return AddressSet((self.span,))

    def __contains__(self, other: object) -> bool:
        """Whether an address (an int on the line), a whole block, the text of one, or a set of addresses lies inside.
        Raises TypeError for anything else, ValueError for a text that is neither."""
        if isinstance(other, int):
            first, last = self.span
            return first <= other <= last
        if isinstance(other, str):
            other = Cidr.parse_peer(other)
        if isinstance(other, Cidr):
            return self.network <= other.network and other.span[1] <= self.span[1]
        return other in self.addresses

    def overlaps(self, other: Cidr) -> bool:
        """Whether some address is in both: two blocks are nested or apart, never half over each other."""
        return other in self or self in other

    def supernet(self, prefix_length: int) -> Cidr:
        """The block of that (shorter or equal) length around this one."""
        if not 0 <= prefix_length <= self.prefix_length:
            raise NoValueError(f"/{prefix_length} is not the length of a block around {self}")
        base = 0 if self.version == 4 else IPV6_FIRST
        shift = self.width - prefix_length
        return Cidr(base + ((self.network - base) >> shift << shift), prefix_length)

    def subnets(self, prefix_length: int) -> Iterator[Cidr]:
        """The blocks of that (longer or equal) length inside this one, in order."""
        if not self.prefix_length <= prefix_length <= self.width:
            raise NoValueError(f"/{prefix_length} is not the length of a block inside {self}")
        step = 1 << (self.width - prefix_length)
        return (Cidr(place, prefix_length) for place in range(self.network, self.span[1] + 1, step))

    def __str__(self) -> str:
        return f"{format_address(self.network)}/{self.prefix_length}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For Hypothesis, which would show the fields of a dataclass: addresses as numbers."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        return f"Cidr({str(self)!r})"


EVERY_IPV4 = Cidr(0, 0)
"""0.0.0.0/0"""
EVERY_IPV6 = Cidr(IPV6_FIRST, 0)
"""::/0"""


def blocks_of_span(low: int, high: int) -> list[Cidr]:
    """The fewest aligned blocks that make up the run `low`..`high` exactly (RFC 4632), in order."""
    blocks: list[Cidr] = []
    while low <= high:
        # No aligned block crosses from one family to the other, even where the run does.
        base, width = (0, IPV4_BITS) if low <= IPV4_LAST else (IPV6_FIRST, IPV6_BITS)
        offset = low - base
        aligned = (offset & -offset).bit_length() - 1 if offset else width
        fitting = (high - low + 1).bit_length() - 1
        bits = min(aligned, fitting)
        blocks.append(Cidr(low, width - bits))
        low += 1 << bits
    return blocks


def blocks_of(addresses: AddressSet) -> list[Cidr]:
    """The fewest aligned blocks that make up a set exactly, in order."""
    return [block for low, high in addresses.spans for block in blocks_of_span(low, high)]


def address_set(blocks: Iterable[Cidr]) -> AddressSet:
    """The union of blocks as a set."""
    return AddressSet.union_of(block.span for block in blocks)
