"""One side of a block of the matrix: classes that walk alike, with what filters can see of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import and_, or_

from reachsim.dataplane.filters import Direction, Filter, FilterBook, Viewpoint
from reachsim.dataplane.site import VpcSite
from reachsim.reach.atoms import Atoms
from reachsim.reach.classes import InterfaceClass
from reachsim.reach.template import Term
from reachsim.rules.clauses import ANYONE, NO_GROUPS, SOME_GROUP, GroupId

_Kind = tuple[bool, Direction, int | None]
"""Which filters are meant: those of the ACLs of subnets, the direction, the subnet of an attachment."""
_Placed = tuple[list[tuple[Filter, VpcSite]], list[int]]
"""Filters with the VPC that they are read in, each once, and for each class which of them is its own."""
SeenGroups = tuple[frozenset[GroupId], ...]
"""The groups that each of some VPCs sees at an address."""


class OwnPlaces:
    """The filters that are classes' own, read off each class once for all sides that it is put into. `remembered`: how many
    values all these sides remember of what filters let through."""

    def __init__(self) -> None:
        self.remembered = 0
        self._known: dict[_Kind, dict[InterfaceClass, tuple[Filter, VpcSite]]] = {}

    def of(self, classes: Sequence[InterfaceClass], kind: _Kind) -> _Placed:
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


class OwnFilters:
    """The filters of classes' own, as they are now. `filters`: each once, with the VPC that it is read in; `index`: for each
    class which of them is its own; `viewers`: the VPCs in which some are read that name groups; `open`: whether all let
    everything through."""

    def __init__(
        self,
        filters: list[tuple[Filter, VpcSite]],
        index: list[int],
        atoms: Atoms,
        at_best: bool,
        places: OwnPlaces,
    ) -> None:
        self.filters = filters
        self.index = index
        self.open = all(filter.open for filter, _ in filters)
        named: dict[VpcSite, frozenset[GroupId]] = {}
        for filter, vpc in filters:
            if filter.named_groups:
                named[vpc] = named.get(vpc, NO_GROUPS) | filter.named_groups
        self.viewers = tuple(named)
        self._named = tuple(named.values())
        self._atoms = atoms
        self._at_best = at_best
        self._places = places
        self._rows: dict[tuple[int, SeenGroups, int | None], list[int]] = {}
        self._by_run: dict[int, list[int]] = {}
        self._of_group: dict[tuple[int, GroupId], list[int]] = {}

    def row(self, address: int, groups: SeenGroups, service: int | None = None) -> list[int]:
        """What passes between each class and a peer, as a mask; `groups`: what each of the viewers sees at its address;
        `service`: all or nothing, by whether that passes. Made once for all peers that no filter here tells apart."""
        run = bisect_right(self._starts, address)
        told = tuple(map(and_, groups, self._named))
        row = self._rows.get((run, told, service))
        if row is None:
            passing = self._passing(run, address, told)
            if service is not None:
                passing = [self._atoms.whether(service, mask) for mask in passing]
            row = self._rows[run, told, service] = list(map(passing.__getitem__, self.index))
            self._places.remembered += len(row)
        return row

    def of_anyone(self, address: int) -> list[int]:
        """What passes between each class and an address, in any group whatsoever."""
        passing = self._each(address, (ANYONE,) * len(self.filters))
        return list(map(passing.__getitem__, self.index))

    def _passing(self, run: int, address: int, told: SeenGroups) -> list[int]:
        """What each filter lets through to or from a peer: to its address, and on top of that what it permits to each of its
        groups (`Atoms.of_groups`), as far as they are all known."""
        permitted = self._permitted
        if permitted is None or any(SOME_GROUP in groups for groups in told):
            return self._each(address, [told[viewer] if viewer is not None else NO_GROUPS for viewer in self._viewer])
        out = self._by_run.get(run)
        if out is None:
            out = self._by_run[run] = self._each(address, (NO_GROUPS,) * len(self.filters))
            self._places.remembered += len(out)
        for viewer, groups in enumerate(told):
            for group in groups:
                out = list(map(or_, out, self._to_group(permitted, viewer, group)))
        return out

    def _each(self, address: int, groups: Sequence[frozenset[GroupId]]) -> list[int]:
        row, at_best = self._atoms.row, self._at_best
        return [row(filter, address, named, at_best=at_best) for filter, named in zip(self._alike, groups, strict=True)]

    def _to_group(self, permitted: Sequence[Mapping[GroupId, int]], viewer: int, group: GroupId) -> list[int]:
        """What each filter of one viewer permits to the members of a group."""
        found = self._of_group.get((viewer, group))
        if found is None:
            found = self._of_group[viewer, group] = [
                of.get(group, 0) if place == viewer else 0 for of, place in zip(permitted, self._viewer, strict=True)
            ]
            self._places.remembered += len(found)
        return found

    @cached_property
    def _alike(self) -> list[Filter]:
        return [self._atoms.first_alike(filter) for filter, _ in self.filters]

    @cached_property
    def _viewer(self) -> list[int | None]:
        """Of each filter that names groups, which of the viewers reads it."""
        numbers = {vpc: number for number, vpc in enumerate(self.viewers)}
        return [numbers[vpc] if filter.named_groups else None for filter, vpc in self.filters]

    @cached_property
    def _starts(self) -> list[int]:
        """Where along the address line any of them may begin to say something else."""
        return sorted(set().union(*(filter.starts for filter in self._alike)))

    @cached_property
    def _permitted(self) -> list[Mapping[GroupId, int]] | None:
        """What each filter permits to the members of groups; None where that is not all that groups are for in one."""
        nothing: Mapping[GroupId, int] = {}
        found = [
            self._atoms.of_groups(filter, at_best=self._at_best) if filter.named_groups else nothing
            for filter in self._alike
        ]
        return [each for each in found if each is not None] if None not in found else None


@dataclass(eq=False, slots=True)
class Side:
    """Classes side by side. `columns`: masks for each of them, as far as they are known, by what they depend on."""

    classes: list[InterfaceClass]
    columns: dict[object, list[int]] = field(default_factory=dict)
    places: OwnPlaces = field(default_factory=OwnPlaces)
    _placed: dict[_Kind, _Placed] = field(default_factory=dict)
    _own: dict[tuple[_Kind, bool], tuple[OwnFilters, FilterBook]] = field(default_factory=dict)
    _addresses: dict[int, list[int]] = field(default_factory=dict)
    _seen: dict[tuple[int, Viewpoint | None, bool], list[frozenset[GroupId]]] = field(default_factory=dict)

    def own(self, term: Term, book: FilterBook, atoms: Atoms, at_best: bool) -> OwnFilters:
        """The filters of the classes' own groups, or of the ACLs of their subnets, or of a subnet by which their VPC is
        attached to a transit gateway, as the book has them now."""
        kind = term.acl, term.direction, term.door
        key = kind, at_best
        if key in self._own:
            known, known_book = self._own[key]
            if known_book is book and book.asked is None:  # nobody wants to know what is looked up
                return known
        if kind not in self._placed:
            self._placed[kind] = self.places.of(self.classes, kind)
        placed, index = self._placed[kind]
        filters = [(book[filter], vpc) for filter, vpc in placed]
        if key not in self._own or self._own[key][0].filters != filters:
            self._own[key] = OwnFilters(filters, index, atoms, at_best, self.places), book
        return self._own[key][0]

    def remember(self, key: object, column: list[int]) -> None:
        """Masks for each of the classes, by what they depend on."""
        self.columns[key] = column
        self.places.remembered += len(column)

    def addresses(self, which: int) -> list[int]:
        """One address of each class."""
        known = self._addresses.get(which)
        if known is None:
            known = self._addresses[which] = [each.first.places[which] for each in self.classes]
        return known

    def seen(self, which: int, viewpoint: Viewpoint | None, *, inbound: bool) -> list[frozenset[GroupId]]:
        """The groups that a rule can name at one address of each class."""
        key = which, viewpoint, inbound
        known = self._seen.get(key)
        if known is None:
            known = self._seen[key] = [
                NO_GROUPS if viewpoint is None else viewpoint.groups_at(address, inbound=inbound)
                for address in self.addresses(which)
            ]
        return known
