"""What the generators of designs draw from: chances, ports on borders, tokens of traffic."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

PORTS = [22, 53, 80, 443, 1023, 1024, 3306, 5432, 8080, 9000, 32767, 32768, 49152, 60999, 61000, 65535]
RANGES = ["1024-65535", "32768-60999", "32768-61000", "49152-65535", "1-1023", "3306-4306", "1024", "0-65535"]


def chance(rng: random.Random, probability: float) -> bool:
    """True so often."""
    return rng.random() < probability


def some(rng: random.Random, items: Sequence[T], most: int) -> list[T]:
    """One to `most` of the items, each at most once."""
    return rng.sample(items, min(len(items), rng.randint(1, most)))


def token(rng: random.Random, ipv6: bool = False) -> str:
    """A traffic token as rules have it."""
    name = rng.choice(["all", "tcp", "udp", "icmp", "tcp/", "tcp/", "tcp/", "udp/", "icmp/8", "proto/50"])
    if name.startswith("icmp") and ipv6:
        return rng.choice(["icmpv6", "icmpv6/128"])
    if name == "icmp" and chance(rng, 0.4):
        return rng.choice(["icmp/0", "icmp/8/0", "icmp/3/4"])
    if name.endswith("/"):
        low = rng.choice(PORTS)
        return name + rng.choice([str(low), rng.choice(RANGES), f"{low}-{min(65535, low + rng.choice([0, 1, 1000]))}"])
    return name
