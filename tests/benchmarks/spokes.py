"""A hub and its spokes with many classes, as YAML: `python -m tests.benchmarks.spokes 10000 > spokes.yaml`.

Every VPC has two subnets and as many security groups as make eight interfaces to a group, so that the classes are many:
the matrix is what costs here, where the organisation of the benchmarks costs by its routes. A group lets in another one of
its VPC, by reference, and a block of the hub's or, in the hub, of a spoke's; spokes are peered with the hub alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

ALIKE: Final = 8
"""Interfaces of one class."""
MOST_SPOKES: Final = 100
"""A VPC has 125 active peering connections at most (PEER-2)."""


def spokes(interfaces: int) -> str:
    """The YAML text of a hub and its spokes with about this many interfaces, an eighth as many classes."""
    classes = interfaces // ALIKE
    count = min(MOST_SPOKES, max(2, classes // 30)) + 1
    each = max(2, -(-classes // count))
    out = ["version: 1", "vpcs:"]
    for number in range(count):
        out += _vpc(number, count, each)
    out.append("peering_connections:")
    out += [f"  to-{number}: {{requester: {_name(0)}, accepter: {_name(number)}}}" for number in range(1, count)]
    return "\n".join(out) + "\n"


def _name(number: int) -> str:
    return f"spoke-{number}" if number else "hub"


def _block(number: int) -> str:
    return f"10.{number}.0.0/16"


def _vpc(number: int, count: int, groups: int) -> Iterator[str]:
    """A VPC with its lines: the hub is number 0."""
    yield f"  {_name(number)}:"
    yield f"    cidrs: [{_block(number)}]"
    yield f"    subnets: {{a: {{cidr: 10.{number}.0.0/17}}, b: {{cidr: 10.{number}.128.0/17}}}}"
    others = range(1, count) if not number else (0,)
    routes = ", ".join(f"{_block(other)}: to-{max(number, other)}" for other in others)
    yield f"    route_tables: {{main: {{{routes}}}}}"
    yield "    security_groups:"
    for group in range(groups):
        port = 1000 + group * 7 % 900
        far = 0 if number else 1 + group % (count - 1)
        near = f"{{allow: tcp/{port}, from: g{(group + 1) % groups}}}"
        yield f"      g{group}: {{ingress: [{near}, {{allow: tcp/{port + 1}, from: {_block(far)}}}]}}"
    yield "    interfaces:"
    for group in range(groups):
        subnet = "ab"[group % 2]
        yield from (f"      i{group}-{n}: {{subnet: {subnet}, security_groups: [g{group}]}}" for n in range(ALIKE))


if __name__ == "__main__":
    sys.stdout.write(spokes(int(sys.argv[1])))
