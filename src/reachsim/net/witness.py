"""Which packet stands for a set of them: values that people know, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachsim.net.address import parse_address
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, PORTED, TCP, UDP, Traffic, service

_USUAL_PORTS: Final = (443, 80, 22, 3306, 5432, 53)
USUAL_CLIENT_PORTS: Final = (50000, 32768)
USUAL_SOURCES: Final = tuple(map(parse_address, ("203.0.113.1", "8.8.8.8", "2001:db8::1")))
USUAL_DESTINATIONS: Final = tuple(map(parse_address, ("8.8.8.8", "203.0.113.1", "2001:4860:4860::8888")))


def usual_services(traffic: Traffic, prefer: Packet | None) -> Iterator[int]:
    """Services to try for a witness, the best first."""
    protocols = [TCP, UDP, ICMP, ICMPV6]
    if prefer is not None:
        yield prefer.service
        protocols.insert(0, prefer.protocol)
    for protocol in protocols:
        if protocol in PORTED:
            yield from (service(protocol, port) for port in _USUAL_PORTS)
        elif protocol in (ICMP, ICMPV6):
            yield service(protocol, (8 if protocol == ICMP else 128) << 8)  # echo request: RFC 792, RFC 4443
        lows = traffic.ports(protocol)
        if lows and (protocol in PORTED or (prefer is not None and protocol == prefer.protocol)):
            yield service(protocol, lows.first)
