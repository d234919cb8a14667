"""Many interfaces in few words, and many pairs in few lines."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
from typing import TypeVar

from reachsim.network import Network
from reachsim.report.text import Look

T = TypeVar("T", bound=Hashable)
NameGroup = tuple[str, ...]
_NAMED = 3
"""Names that a line has before it counts the rest."""


class Crowd:
    """Says which interfaces a list has: by name where they are few, else whole VPCs and subnets, else how many of each VPC.

    `left_out`: names that no list has.

    >>> import reachsim
    >>> net = reachsim.load("models/three-tier.yaml")
    >>> Crowd([net]).describe(["shop.web-a", "shop.bastion", "shop.nat-a", "shop.app-a", "internet"])
    'subnet shop.web-a (3), shop.app-a, internet'
    """

    def __init__(self, networks: Iterable[Network], left_out: Container[str] = ()) -> None:
        self.vpcs: dict[str, dict[str, None]] = {}
        self.subnets: dict[str, dict[str, None]] = {}
        for net in networks:
            for interface in net.topology.interfaces.values():
                if interface.name not in left_out:
                    self.vpcs.setdefault(interface.vpc.name, {})[interface.name] = None
                    self.subnets.setdefault(interface.subnet.full_name, {})[interface.name] = None
        self.total = sum(map(len, self.vpcs.values()))

    def describe(self, names: Sequence[str], look: Look | None = None) -> str:
        """The names in few words; with `look.whole` no name is left out."""
        rest = dict.fromkeys(names)
        if len(rest) <= 2:
            return ", ".join(rest)
        parts: list[str] = []
        for kind, sets in (("VPC", self.vpcs), ("subnet", self.subnets)):
            for title, members in sets.items():
                if 1 < len(members) <= len(rest) and members.keys() <= rest.keys():
                    parts.append(f"{kind} {title} ({len(members):,})")
                    for name in members:
                        del rest[name]
        if (look is not None and look.whole) or len(parts) + len(rest) <= _NAMED + 1:
            return ", ".join([*parts, *rest])
        return self._counted(names)

    def _counted(self, names: Sequence[str]) -> str:
        rest = dict.fromkeys(names)
        parts: list[str] = []
        found: dict[str, list[str]] = {}
        for title, members in self.vpcs.items():
            inside = [name for name in members if name in rest]
            if inside:
                found[title] = inside
                for name in inside:
                    del rest[name]
        if len(found) == 1 and sum(map(len, found.values())) > _NAMED:
            ((title, inside),) = found.items()
            text = f"{', '.join(inside[:_NAMED])} and {len(inside) - _NAMED:,} more of VPC {title}"
            return ", ".join([*list(rest)[:_NAMED], text])
        if sum(map(len, found.values())) == self.total:
            parts.append(f"all {self.total:,} interfaces")
        else:
            for title, inside in found.items():
                count = f"{len(inside):,}"
                if len(inside) < len(self.vpcs[title]):
                    count += f" of {len(self.vpcs[title]):,}"
                parts.append(inside[0] if len(inside) == 1 else f"VPC {title} ({count})")
        single = list(rest)
        few = single if len(single) <= _NAMED + 1 else [*single[:_NAMED], f"{len(single) - _NAMED:,} more"]
        return ", ".join([*few, *parts])


def together(links: Iterable[tuple[NameGroup, NameGroup, T]]) -> list[tuple[NameGroup, NameGroup, T]]:
    """Pairs of groups with something between them, in as few groups: sources that have the same with the same
    destinations are told together. The order is that of the first source of each."""
    rows: dict[NameGroup, dict[T, list[str]]] = {}
    for sources, destinations, what in links:
        rows.setdefault(sources, {}).setdefault(what, []).extend(destinations)
    merged: dict[tuple[T, NameGroup], list[str]] = {}
    for sources, row in rows.items():
        for what, destinations_of in row.items():
            merged.setdefault((what, tuple(dict.fromkeys(destinations_of))), []).extend(sources)
    return [
        (tuple(dict.fromkeys(sources_of)), destinations, what) for (what, destinations), sources_of in merged.items()
    ]
