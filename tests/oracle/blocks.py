"""Blocks as the generators of designs need them: plain arithmetic on the numbers of addresses, shared with nobody."""

from __future__ import annotations

import socket

Span = tuple[int, int, int]
"""A block: IP version, first and last address as numbers."""


def number(address: str) -> int:
    """An address as a number."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return int.from_bytes(socket.inet_pton(family, address), "big")


def text(version: int, value: int) -> str:
    """A number as an address."""
    family, size = (socket.AF_INET, 4) if version == 4 else (socket.AF_INET6, 16)
    return socket.inet_ntop(family, value.to_bytes(size, "big"))


def span(block: str) -> Span:
    """A block, or one address, as version, first and last number."""
    address, _, length = block.partition("/")
    version = 6 if ":" in address else 4
    bits = 32 if version == 4 else 128
    free = bits - int(length or bits)
    low = number(address) >> free << free
    return version, low, low + (1 << free) - 1


def host(block: str, index: int) -> str:
    """The address so many places after the first one of a block; from the end where negative."""
    version, low, high = span(block)
    return text(version, low + index if index >= 0 else high + 1 + index)


def hosts(block: str) -> list[str]:
    """All addresses of a small block."""
    version, low, high = span(block)
    return [text(version, value) for value in range(low, high + 1)]


def within(small: str, large: str) -> bool:
    """Whether one block (or address) is inside another of its family."""
    one, other = span(small), span(large)
    return one[0] == other[0] and other[1] <= one[1] and one[2] <= other[2]


def wider(block: str, length: int) -> str:
    """The block of this prefix length around another."""
    version, low, _ = span(block)
    free = (32 if version == 4 else 128) - length
    return f"{text(version, low >> free << free)}/{length}"


def halves(block: str) -> list[str] | None:
    """A block cut in two; None for a single address."""
    version, low, high = span(block)
    if low == high:
        return None
    length = (32 if version == 4 else 128) - (high - low).bit_length() + 1
    return [f"{text(version, start)}/{length}" for start in (low, (low + high + 1) // 2)]
