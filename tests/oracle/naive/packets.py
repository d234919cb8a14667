"""One packet, its answer, and whether a rule's traffic covers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.naive.addresses import Address

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
ECHO_ANSWERS = {(ICMP, 8): 0, (ICMPV6, 128): 129}
NAT_PORTS = range(1024, 65536)  # NATGW-4, NATI-7


class Lost(Exception):
    """A component dropped the packet."""


class Undecided(Exception):
    """The rule book does not say what becomes of the packet."""


@dataclass(frozen=True)
class Packet:
    """WALK-1. For ICMP both ports hold the echo identifier, which no rule can see."""

    src: Address
    dst: Address
    protocol: int
    sport: int = 0
    dport: int = 0
    icmp_type: int = -1
    icmp_code: int = -1

    def answer(self) -> Packet | None:
        """The packet that answers this one; None for an ICMP type that has no answer."""
        back = replace(self, src=self.dst, dst=self.src, sport=self.dport, dport=self.sport)
        if self.protocol not in (ICMP, ICMPV6):
            return back
        answer_type = ECHO_ANSWERS.get((self.protocol, self.icmp_type))
        return None if answer_type is None else replace(back, icmp_type=answer_type, icmp_code=0)


def listed(value: Any) -> list[Any]:
    """A list stays; nothing is the empty list; anything else is a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def span(text: str) -> tuple[int, int]:
    """`443` or `1024-65535`."""
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def tokens_of(value: Any) -> list[str]:
    """A token, a list of them, or several in one text."""
    return [token.strip() for each in listed(value) for token in str(each).split(",")]


def covers(tokens: Any, packet: Packet) -> bool:
    """Is the packet among these traffic tokens? (SG-19, SG-20, NACL-7, NACL-8: never the source port)."""
    for token in tokens_of(tokens):
        name, *details = token.split("/")
        if name == "all":
            return True
        if name == "proto":
            if int(details[0]) == packet.protocol:
                return True
        elif PROTOCOLS[name] != packet.protocol:
            continue
        elif not details:
            return True
        elif name in ("tcp", "udp"):
            low, high = span(details[0])
            if low <= packet.dport <= high:
                return True
        elif [packet.icmp_type, packet.icmp_code][: len(details)] == [int(each) for each in details]:
            return True
    return False


def first_packet(src: Address, dst: Address, traffic: str, source_port: int) -> Packet:
    """The packet that asks the question."""
    name, *details = traffic.split("/")
    if name == "proto":
        return Packet(src, dst, int(details[0]))
    if name in ("tcp", "udp"):
        return Packet(src, dst, PROTOCOLS[name], source_port, int(details[0]))
    icmp_type, icmp_code = int(details[0]), int(details[1]) if len(details) > 1 else 0
    return Packet(src, dst, PROTOCOLS[name], source_port, source_port, icmp_type, icmp_code)
