"""Chapters NATGW and NATI: source translation."""

from __future__ import annotations

from typing import Final

from reachsim.net.intervals import PortSet
from reachsim.net.traffic import ICMP, TCP, UDP, Traffic

TRANSLATED_PORTS: Final = PortSet.of((1024, 65535))
"""Ports from which a NAT gateway or instance may choose the new source port (NATGW-4, NATI-7).

Any of them: an answer is sure to come back only if every one of them may come back.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
"""

NAT_GATEWAY_PROTOCOLS: Final = Traffic.protocol(TCP) | Traffic.protocol(UDP) | Traffic.protocol(ICMP)
"""What a NAT gateway carries (NATGW-5). Source: .../nat-gateway-troubleshooting.html"""

FORWARDING_STATES: Final = frozenset({"available"})
"""States in which a NAT gateway surely forwards (NATGW-11; `deleting` may, so it counts as not)."""
