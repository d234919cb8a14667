"""One side of a block of the matrix: classes that walk alike, with what filters can see of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reachsim.dataplane.filters import Direction, Filter, Viewpoint
from reachsim.dataplane.site import VpcSite
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import InterfaceClass
from reachsim.rules.clauses import NO_GROUPS, GroupId

OwnFilters = tuple[list[tuple[Filter, VpcSite]], list[int]]
"""Filters with the VPC that they are read in, each once, and for each class which of them is its own."""
Runs = tuple[list[int], dict[int, int]]
"""Where along the address line the answer of a filter may change, and what passes in each run between."""
_Kind = tuple[bool, Direction, int | None]
"""Which filters are meant: those of the ACLs of subnets, the direction, the subnet of an attachment."""


class OwnPlaces:
    """The filters that are classes' own, read off each class once for all sides that it is put into."""

    def __init__(self) -> None:
        self._known: dict[_Kind, dict[InterfaceClass, tuple[Filter, VpcSite]]] = {}

    def of(self, classes: Sequence[InterfaceClass], kind: _Kind) -> OwnFilters:
        """Those of some classes, numbered in the order of the classes."""
        known = self._known.setdefault(kind, {})
        try:
            places = list(map(known.__getitem__, classes))
        except KeyError:
            known.update((each, _place(each, kind)) for each in classes if each not in known)
            places = list(map(known.__getitem__, classes))
        numbers = {place: number for number, place in enumerate(dict.fromkeys(places))}
        return list(numbers), list(map(numbers.__getitem__, places))


def _place(each: InterfaceClass, kind: _Kind) -> tuple[Filter, VpcSite]:
    acl, direction, door = kind
    vpc = each.first.vpc
    place = vpc.doors[door] if door is not None else each.first.subnet if acl else each.first
    filter = place.egress if direction is Direction.EGRESS else place.ingress
    assert filter is not None
    return filter, vpc


@dataclass(eq=False, slots=True)
class Side:
    """Classes side by side. `columns`: masks for each of them, as far as they are known, by what they depend on."""

    classes: list[InterfaceClass]
    columns: dict[object, list[int]] = field(default_factory=dict)
    places: OwnPlaces = field(default_factory=OwnPlaces)
    _own: dict[_Kind, OwnFilters] = field(default_factory=dict)
    _addresses: dict[int, list[int]] = field(default_factory=dict)
    _runs: list[tuple[list[tuple[Filter, VpcSite]], bool, list[Runs]]] = field(default_factory=list)
    _seen: dict[tuple[int, Viewpoint | None, bool], list[tuple[int, frozenset[GroupId]]]] = field(default_factory=dict)

    def own(self, direction: Direction, *, acl: bool, door: int | None = None) -> OwnFilters:
        """The filters of the classes' own groups, or of the ACLs of their subnets, or of a subnet by which their VPC is
        attached to a transit gateway (`door`: which one), as they were built."""
        kind = acl, direction, door
        known = self._own.get(kind)
        if known is None:
            known = self._own[kind] = self.places.of(self.classes, kind)
        return known

    def runs(self, filters: list[tuple[Filter, VpcSite]], atoms: Atoms, at_best: bool) -> list[Runs]:
        """Of filters of the classes' own, as they are now, where runs begin and what passes in each. None names groups."""
        for known, at, runs in self._runs:
            if at is at_best and known == filters:
                return runs
        alike = [atoms.first_alike(filter) for filter, _ in filters]
        runs = [(filter.starts, atoms.by_run(filter, at_best=at_best)) for filter in alike]
        self._runs.append((filters, at_best, runs))
        return runs

    def addresses(self, which: int) -> list[int]:
        """One address of each class."""
        known = self._addresses.get(which)
        if known is None:
            known = self._addresses[which] = [each.first.places[which] for each in self.classes]
        return known

    def seen(self, which: int, viewpoint: Viewpoint | None, *, inbound: bool) -> list[tuple[int, frozenset[GroupId]]]:
        """One address of each class, and the groups that a rule can name there."""
        key = which, viewpoint, inbound
        known = self._seen.get(key)
        if known is None:
            known = self._seen[key] = [
                (address, NO_GROUPS if viewpoint is None else viewpoint.groups_at(address, inbound=inbound))
                for address in self.addresses(which)
            ]
        return known
