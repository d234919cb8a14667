"""IP addresses of both families as places on one line of integers.

The line: IPv4 address ``a`` (0 to 2**32 - 1) lies at ``a``; IPv6 address ``b`` lies at ``2**32 + b``. One int
therefore says family and value at once, no interval of IPv4 ever covers an IPv6 address, and every table, set
and rule of the engines works for both families without asking which one it holds.

Reading is strict, printing canonical. Sources: RFC 791 and RFC 4632 (dotted decimal, no leading zeros), RFC
4291 (IPv6 text forms), RFC 5952 (the canonical IPv6 form). Zone identifiers (RFC 4007) are refused: a design
has no links whose zone a name could give.
"""

from __future__ import annotations

import re
from typing import Any, Final, Self

from reachsim.errors import NoValueError, shown

IPV4_BITS: Final = 32
IPV6_BITS: Final = 128
IPV4_LAST: Final = (1 << 32) - 1
"""The last place of IPv4, 255.255.255.255."""
IPV6_FIRST: Final = 1 << 32
"""The first place of IPv6, ``::``."""
LINE_LAST: Final = IPV6_FIRST + (1 << 128) - 1
"""The last place of the line, ``ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff``."""

_DOTTED: Final = re.compile(
    r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\."
    r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\."
    r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\."
    r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])",
    re.ASCII,
)
_WITH_PORT: Final = re.compile(r"([0-9.]{7,15}|\[[0-9A-Fa-f:]{2,39}\]):([0-9]{1,5})", re.ASCII)
_LONGEST: Final = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
_NUMERIC: Final = frozenset("bcdeEfFgGnoxX%")
"""The types of format specifications that are for numbers."""
_HEXTET: Final = re.compile(r"[0-9A-Fa-f]{1,4}", re.ASCII)


class Address(int):
    """One IPv4 or IPv6 address: an int on the address line that prints as the standards say.

    >>> parse_address("10.0.0.10")
    Address('10.0.0.10')
    >>> str(parse_address("2001:DB8:0:0:0:0:0:1"))
    '2001:db8::1'
    """

    __slots__ = ()

    def __new__(cls, address: int | str = 0) -> Self:
        """The address with this number on the line, or of this text. Raises NoValueError for any other."""
        if isinstance(address, str):
            address = parse_address(address)
        elif not isinstance(address, int) or not 0 <= address <= LINE_LAST:
            raise NoValueError(f"{shown(address)} is no address; write Address('10.0.0.10')")
        return super().__new__(cls, address)

    @property
    def width(self) -> int:
        """Bits of an address of this family: 32 or 128."""
        return width_of(self)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 address."""
        return self > IPV4_LAST

    def __str__(self) -> str:
        return format_address(self)

    def __format__(self, spec: str) -> str:
        # Who asks for a number (``{address:x}``) gets the place on the line, everybody else the text.
        return int(self).__format__(spec) if spec[-1:] in _NUMERIC else format(format_address(self), spec)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """At the prompt of IPython, and where Hypothesis tells an example: not as the number that it is."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        return f"Address({format_address(self)!r})"


def width_of(place: int) -> int:
    """Bits of the family of a place on the line: 32 or 128."""
    return IPV4_BITS if place <= IPV4_LAST else IPV6_BITS


def parse_address(text: str) -> Address:
    """Read one address of either family.

    Raises NoValueError with one sentence that says what is wrong with the text.
    """
    if with_port := _WITH_PORT.fullmatch(text):
        alone, port = with_port.groups()
        raise NoValueError(f"{text!r} is an address with a port; write {alone!r}, and the port as traffic: tcp/{port}")
    return Address(parse_ipv6(text) if ":" in text else parse_ipv4(text))


def parse_ipv4(text: str) -> int:
    """Read dotted decimal: four numbers of 0 to 255 without leading zeros (RFC 791, RFC 4632).

    Returns the place on the line. Raises NoValueError.
    """
    match = _DOTTED.fullmatch(text)
    if match is None:
        raise NoValueError(_ipv4_fault(text))
    a, b, c, d = match.groups()
    return int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)


def _ipv4_fault(text: str) -> str:
    if not text:
        return "an address is empty"
    if len(text) > _LONGEST:
        return f"{text[:_LONGEST]!r}... is not an IPv4 address: it is longer than any (15 characters)"
    if text != text.strip():
        return f"{text!r} has spaces around the address"
    if "/" in text:
        return f"{text!r} is a block (it has a '/'), not one address"
    parts = text.split(".")
    if len(parts) != 4:
        numbers = "number" if len(parts) == 1 else "numbers"
        return f"{text!r} is not an IPv4 address: it has {len(parts)} {numbers}, not 4"
    for part in parts:
        if not part:
            return f"{text!r} is not an IPv4 address: a number is missing before or after a dot"
        if not (part.isascii() and part.isdigit()):
            return f"{text!r} is not an IPv4 address: {part!r} is not a decimal number"
        if len(part) > 1 and part[0] == "0":
            fault = f"{part!r} has a leading zero, which some programs read as octal"
            return f"{text!r} is not an IPv4 address: {fault}"
        if len(part) > 3 or int(part) > 255:
            return f"{text!r} is not an IPv4 address: {part} is over 255"
    raise AssertionError(f"no fault in {text!r}")  # pragma: no cover


def parse_ipv6(text: str) -> int:
    """Read any of the text forms of RFC 4291, section 2.2, without a zone identifier.

    Returns the place on the line. Raises NoValueError.
    """
    if len(text) > _LONGEST:
        fault = f"it is longer than any ({_LONGEST} characters)"
        raise NoValueError(f"{text[:_LONGEST]!r}... is not an IPv6 address: {fault}")
    if "%" in text:
        raise NoValueError(f"{text!r} has a zone identifier (after '%'), which a network design cannot use")
    if "/" in text:
        raise NoValueError(f"{text!r} is a block (it has a '/'), not one address")
    if text != text.strip():
        raise NoValueError(f"{text!r} has spaces around the address")
    head, gap, tail = text.partition("::")
    if "::" in tail or (gap and tail.startswith(":")):
        raise NoValueError(f"{text!r} is not an IPv6 address: '::' may stand only once")
    left = _hextets(text, head, last=not gap) if head or not gap else []
    right = _hextets(text, tail, last=True) if tail else []
    if gap:
        missing = 8 - len(left) - len(right)
        if missing < 1:
            fault = "'::' replaces nothing: there are 8 groups already"
            raise NoValueError(f"{text!r} is not an IPv6 address: {fault}")
        left += [0] * missing
    groups = left + right
    if len(groups) != 8:
        raise NoValueError(f"{text!r} is not an IPv6 address: it has {len(groups)} groups, not 8")
    value = 0
    for group in groups:
        value = value << 16 | group
    return IPV6_FIRST + value


def _hextets(text: str, part: str, *, last: bool) -> list[int]:
    groups: list[int] = []
    pieces = part.split(":")
    for index, piece in enumerate(pieces):
        if _HEXTET.fullmatch(piece):
            groups.append(int(piece, 16))
        elif "." in piece and last and index == len(pieces) - 1:
            value = parse_ipv4(piece)
            groups += [value >> 16, value & 0xFFFF]
        elif not piece:
            raise NoValueError(f"{text!r} is not an IPv6 address: a group is empty (a lone ':')")
        else:
            fault = f"{piece!r} is not a group of 1 to 4 hex digits"
            raise NoValueError(f"{text!r} is not an IPv6 address: {fault}")
    return groups


def family_run(address: int) -> tuple[int, int]:
    """All addresses of the family of one.

    >>> family_run(0) == (0, IPV4_LAST)
    True
    """
    return (0, IPV4_LAST) if address <= IPV4_LAST else (IPV6_FIRST, LINE_LAST)


def format_address(place: int) -> str:
    """Print a place on the line: dotted decimal, or the canonical form of RFC 5952 (section 4 and 5).

    IPv4-mapped addresses (``::ffff:0:0/96``) keep their dotted tail, as RFC 5952, section 5, recommends.
    """
    if place <= IPV4_LAST:
        return f"{place >> 24}.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
    value = place - IPV6_FIRST
    if value >> 32 == 0xFFFF:
        return "::ffff:" + format_address(value & IPV4_LAST)
    groups = [value >> shift & 0xFFFF for shift in range(112, -16, -16)]
    start, length = _longest_zeros(groups)
    if length < 2:  # RFC 5952, 4.2.2: one 16-bit field of zeros is not shortened
        return ":".join(f"{group:x}" for group in groups)
    head = ":".join(f"{group:x}" for group in groups[:start])
    tail = ":".join(f"{group:x}" for group in groups[start + length :])
    return f"{head}::{tail}"


def _longest_zeros(groups: list[int]) -> tuple[int, int]:
    """Start and length of the longest run of zero groups; the first of equal ones (RFC 5952, 4.2.3)."""
    best = (0, 0)
    start = 0
    for index, group in enumerate([*groups, 1]):
        if group:
            if index - start > best[1]:
                best = (start, index - start)
            start = index + 1
    return best
