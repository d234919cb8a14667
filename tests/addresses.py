"""Addresses and blocks for tests, read and written by the operating system: independent of reachsim's own.

The names are those of the standard library's module, which reachsim and its tests do without.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
BITS = {4: 32, 6: 128}


@dataclass(frozen=True, order=True)
class Ip:
    """One address: `value` as a number of its family."""

    version: int
    value: int

    def __str__(self) -> str:
        return socket.inet_ntop(FAMILIES[self.version], self.value.to_bytes(BITS[self.version] // 8, "big"))

    def __int__(self) -> int:
        return self.value

    def __add__(self, number: int) -> Ip:
        return Ip(self.version, self.value + number)


@dataclass(frozen=True, order=True)
class Block:
    """A block: its first address and the length of its prefix."""

    first: Ip
    prefixlen: int

    @property
    def version(self) -> int:
        return self.first.version

    @property
    def max_prefixlen(self) -> int:
        return BITS[self.version]

    @property
    def num_addresses(self) -> int:
        return 2 ** (self.max_prefixlen - self.prefixlen)

    def __str__(self) -> str:
        return f"{self.first}/{self.prefixlen}"

    def __getitem__(self, index: int) -> Ip:
        count = self.num_addresses
        if not -count <= index < count:
            raise IndexError(index)
        return self.first + (index if index >= 0 else count + index)

    def __iter__(self) -> Iterator[Ip]:
        return (self.first + number for number in range(self.num_addresses))

    def __contains__(self, address: Ip) -> bool:
        return address.version == self.version and 0 <= address.value - self.first.value < self.num_addresses

    def subnet_of(self, other: Block) -> bool:
        return self.first in other and self.prefixlen >= other.prefixlen

    def overlaps(self, other: Block) -> bool:
        return self.first in other or other.first in self

    def halves(self) -> tuple[Block, Block]:
        length = self.prefixlen + 1
        return Block(self.first, length), Block(self.first + self.num_addresses // 2, length)

    def subnets(self, new_prefix: int) -> Iterator[Block]:
        count = 2 ** (new_prefix - self.prefixlen)
        size = self.num_addresses // count
        return (Block(self.first + number * size, new_prefix) for number in range(count))

    def supernet(self, new_prefix: int) -> Block:
        return ip_network(f"{self.first}/{new_prefix}", strict=False)


def ip_address(text: str) -> Ip:
    """Read an address. Raises ValueError."""
    version = 6 if ":" in text else 4
    try:
        return Ip(version, int.from_bytes(socket.inet_pton(FAMILIES[version], text), "big"))
    except OSError as error:
        raise ValueError(text) from error


def ip_network(text: str, strict: bool = True) -> Block:
    """Read a block, or an address as the block of it alone; not `strict`: with host bits, which are cleared. Raises
    ValueError."""
    head, slash, tail = text.partition("/")
    address = ip_address(head)
    bits = BITS[address.version]
    length = int(tail) if slash else bits
    if not 0 <= length <= bits:
        raise ValueError(text)
    first = address.value >> (bits - length) << (bits - length)
    if strict and first != address.value:
        raise ValueError(text)
    return Block(Ip(address.version, first), length)


def summarize_address_range(low: Ip, high: Ip) -> Iterator[Block]:
    """The fewest blocks that are a range together: the largest that begins where the range does, then the rest."""
    bits = BITS[low.version]
    at = low.value
    while at <= high.value:
        size = at & -at or 1 << bits
        while at + size - 1 > high.value:
            size //= 2
        yield Block(Ip(low.version, at), bits - size.bit_length() + 1)
        at += size
