"""Rules as AWS's APIs tell them, in the words of a design."""

from __future__ import annotations

from typing import Any, Final

from reachsim.net.cidr import Cidr

_PROTOCOLS: Final = {
    "-1": "all", "all": "all", "6": "tcp", "tcp": "tcp", "17": "udp", "udp": "udp", "1": "icmp", "icmp": "icmp",
    "58": "icmpv6", "icmpv6": "icmpv6", "ipv6-icmp": "icmpv6",
    "esp": "proto/50", "ah": "proto/51", "gre": "proto/47", "ipip": "proto/4", "ipv6": "proto/41", "sctp": "proto/132",
}  # fmt: skip


class Refused(ValueError):
    """A value that AWS would not take."""


def protocol(value: Any) -> str:
    """A protocol by its name or number, a number in text included. Raises Refused."""
    text = str(value).strip().lower()
    if text in _PROTOCOLS:
        return _PROTOCOLS[text]
    if text.isdigit() and int(text) <= 255:
        return f"proto/{int(text)}"
    raise Refused(f"{text!r} is no protocol")


def number(value: Any) -> int | None:
    """A port, a type or a code, None where there is none. Raises Refused."""
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refused(f"{value!r} is no number") from None


def traffic(value: Any, first: Any, last: Any) -> str:
    """The token of a protocol with two ports (-1 is open on its side), or with ICMP's type and code (-1: every one).

    Raises Refused, also for an ICMP code of every type, which no packet can be meant by.
    """
    name, low, high = protocol(value), number(first), number(last)
    if name in ("icmp", "icmpv6"):
        if low is None or low == -1:
            if high is not None and high != -1:
                raise Refused(f"code {high} of every ICMP type is no rule")
            return name
        return f"{name}/{low}" if high is None or high == -1 else f"{name}/{low}/{high}"
    if name not in ("tcp", "udp"):
        return name
    if low is None:
        return name
    low, high = 0 if low == -1 else low, low if high is None else high
    high = 65535 if high == -1 else high
    if (low, high) == (0, 65535):
        return name
    if not 0 <= low <= high <= 65535:
        raise Refused(f"{low}-{high} is no range of ports")
    return f"{name}/{low}" if low == high else f"{name}/{low}-{high}"


def block(text: Any) -> str:
    """A block with its host bits cleared, as AWS keeps it. Raises Refused."""
    try:
        return str(Cidr.parse_lenient(str(text)))
    except ValueError as error:
        raise Refused(str(error)) from None
