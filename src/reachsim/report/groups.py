"""Many interfaces in few words, and many pairs in few lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from reachsim.net.box import OF_IPV4, OF_IPV6
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.report.text import Look

T = TypeVar("T", bound=Hashable)
Names = tuple[str, ...]
_NAMED = 3
"""Names that a line has before it counts the rest."""
_MISSING = 2
"""Members that may be missing from a set that is named all the same."""
_LARGE = 10
"""Members from which on a set is named when some are missing."""


class Crowd:
    """Says which interfaces a list has: whole VPCs and subnets by their names, then a few interfaces, then a number.

    >>> import reachsim
    >>> net = reachsim.load("models/three-tier.yaml")
    >>> Crowd([net]).describe(["shop.web-a", "shop.bastion", "shop.nat-a", "shop.app-a"])
    'subnet shop.web-a (3), shop.app-a'
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        vpcs: dict[str, dict[str, None]] = {}
        subnets: dict[str, dict[str, None]] = {}
        for net in networks:
            for nic in net.topology.nics.values():
                vpcs.setdefault(f"VPC {nic.vpc.name}", {})[nic.name] = None
                subnets.setdefault(f"subnet {nic.subnet.full_name}", {})[nic.name] = None
        self.sets = [(title, tuple(members)) for kind in (vpcs, subnets) for title, members in kind.items()]
        self.total = sum(map(len, vpcs.values()))

    def describe(self, names: Sequence[str], look: Look | None = None) -> str:
        """The names in few words; with `look.whole` no name is left out."""
        rest = dict.fromkeys(names)
        if (
            self.total > 1
            and len(names) >= self.total
            and sum(name in rest for _, m in self.sets for name in m)
            == (
                2 * self.total  # each is in a VPC and in a subnet
            )
        ):
            whole = f"all {self.total:,} interfaces"
            known = {name for _, members in self.sets for name in members}
            return ", ".join([whole, *(name for name in rest if name not in known)])
        parts: list[str] = []
        for title, members in self.sets:
            if len(members) < 2 or len(rest) < len(members) - _MISSING:
                continue
            missing = [name for name in members if name not in rest]
            if not missing:
                parts.append(f"{title} ({len(members):,})")
            elif len(members) >= _LARGE and len(missing) <= _MISSING:
                parts.append(f"{title} ({len(members) - len(missing):,}, not {', '.join(missing)})")
            else:
                continue
            for name in members:
                rest.pop(name, None)
        single = list(rest)
        if (look is None or not look.whole) and len(single) > _NAMED + 1:
            single = [*single[:_NAMED], f"{len(single) - _NAMED:,} more"]
        listed = ", ".join(single)
        return ("; " if any(", not " in part for part in parts) else ", ").join([*parts, *([listed] if listed else [])])


def say(traffic: Traffic) -> str:
    """Traffic in words, between addresses of a family that has it: all that IPv4 has is "all".

    >>> say(Traffic.parse("tcp/1-65535")), say(OF_IPV4), say(OF_IPV4 - Traffic.parse("icmp"))
    ('tcp/1-65535', 'all', 'all except icmp')
    """
    family = EVERY_IPV4 if traffic <= OF_IPV4 else EVERY_IPV6 if traffic <= OF_IPV6 else None
    known = AddressSet.everything() if family is None else family.addresses
    return HeaderSpace.box(traffic, known, known).describe(known, known)


def together(links: Iterable[tuple[Names, Names, T]]) -> list[tuple[Names, Names, T]]:
    """Pairs of groups with something between them, in as few groups: sources that have the same with the same
    destinations are told together. The order is that of the first source of each."""
    rows: dict[Names, dict[T, list[str]]] = {}
    for sources, destinations, what in links:
        rows.setdefault(sources, {}).setdefault(what, []).extend(destinations)
    merged: dict[tuple[T, Names], list[str]] = {}
    for sources, row in rows.items():
        for what, destinations_of in row.items():
            merged.setdefault((what, tuple(dict.fromkeys(destinations_of))), []).extend(sources)
    return [
        (tuple(dict.fromkeys(sources_of)), destinations, what) for (what, destinations), sources_of in merged.items()
    ]
