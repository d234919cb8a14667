"""Addresses and blocks as plain numbers: a family, a value, a prefix length."""

from __future__ import annotations

import functools
import socket
from dataclasses import dataclass

WIDTH = {4: 32, 6: 128}
NAT64 = "64:ff9b::/96"
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True, order=True)
class Address:
    """`version` 4 or 6, and the number that the address is."""

    version: int
    value: int

    def __str__(self) -> str:
        return socket.inet_ntop(FAMILY[self.version], self.value.to_bytes(WIDTH[self.version] // 8, "big"))

    def __add__(self, count: int) -> Address:
        return Address(self.version, self.value + count)


@dataclass(frozen=True)
class Network:
    """A block: its first address and how many bits of it are fixed."""

    first: Address
    prefixlen: int

    @property
    def size(self) -> int:
        """How many addresses it has."""
        return int(2 ** (WIDTH[self.first.version] - self.prefixlen))

    @property
    def last(self) -> Address:
        """Its highest address."""
        return self.first + (self.size - 1)

    def __contains__(self, address: Address) -> bool:
        return address.version == self.first.version and 0 <= address.value - self.first.value < self.size

    def __getitem__(self, number: int) -> Address:
        return self.first + number

    def __str__(self) -> str:
        return f"{self.first}/{self.prefixlen}"

    def within(self, other: Network) -> bool:
        """Is all of it inside the other?"""
        return self.first in other and self.last in other

    def overlaps(self, other: Network) -> bool:
        """Do they share an address?"""
        return self.first in other or other.first in self


@functools.cache
def network(text: str) -> Network | None:
    """A CIDR or an address as a block, host bits cleared; None if the text is neither (a name)."""
    head, slash, length = text.partition("/")
    version = 6 if ":" in head else 4
    try:
        value = int.from_bytes(socket.inet_pton(FAMILY[version], head), "big")
        bits = int(length) if slash else WIDTH[version]
    except (OSError, ValueError):
        return None
    if not 0 <= bits <= WIDTH[version]:
        return None
    loose = WIDTH[version] - bits
    return Network(Address(version, value >> loose << loose), bits)


def block(text: str) -> Network:
    """A CIDR that is known to be one."""
    found = network(str(text))
    assert found is not None, text
    return found


def address(text: str) -> Address:
    """An address that is known to be one."""
    return block(text).first


def inside(where: Address, cidrs: list[str]) -> bool:
    """ROUTE-5, NACL-11, SG-18: `in` never mixes the families."""
    return any(where in each for each in map(network, cidrs) if each is not None)


SPECIAL = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "fe80::/10", "ff00::/8"]


def is_private(where: Address) -> bool:
    """RFC 1918 and 100.64.0.0/10: what an internet gateway drops (IGW-5, IGW-6). IGW-15: unique local IPv6. RFC 6890: what
    is nobody's on the internet."""
    return inside(where, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", *SPECIAL])
