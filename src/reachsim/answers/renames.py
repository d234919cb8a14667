"""Interfaces that two networks call by different names."""

from __future__ import annotations

from collections.abc import Hashable

from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine


def renamed(before: Engine, after: Engine) -> dict[str, str]:
    """Interfaces that only their names tell apart from one of the other network, the name before to the name after.

    AWS knows an interface by its VPC and addresses, and two of one VPC never share one. So an interface that is gone and
    one that is new are the same where kind, addresses and VPC are; a VPC that was renamed itself is known by its blocks.
    """
    gone, new = _without(before, after), _without(after, before)
    if not gone or not new:
        return {}
    places = _by_place(new, before)
    found: dict[str, str] = {}
    for place, names in _by_place(gone, after).items():
        others = places.get(place, [])
        if len(names) == len(others) == 1:
            found[names[0]] = others[0]
    return found


def _without(network: Engine, other: Engine) -> list[NetworkInterface]:
    return [each for name, each in network.topology.interfaces.items() if name not in other.topology.interfaces]


def _by_place(interfaces: list[NetworkInterface], other: Engine) -> dict[Hashable, list[str]]:
    """Names by what AWS knows an interface by."""
    found: dict[Hashable, list[str]] = {}
    for each in interfaces:
        vpc = each.vpc.name if each.vpc.name in other.topology.vpcs else each.vpc.blocks
        found.setdefault((each.kind, vpc, tuple(each.addresses)), []).append(each.name)
    return found
