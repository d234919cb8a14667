"""The destinations of rows, put together where one walk serves them, so that a row is written in few, long runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from reachsim.dataplane.place import SubnetPlace
from reachsim.dataplane.site import VpcSite
from reachsim.reach.classes import RoutingClass
from reachsim.reach.side import OwnPlaces, Side
from reachsim.reach.template_book import PublicRun, TemplateBook, Ways
from reachsim.stages import counting
from reachsim.topology.endpoints import Endpoints

RoutingPart = tuple[RoutingClass, RoutingClass]
"""A routing class, whole and with the classes asked about alone. Walks are those of the whole."""

_RUN = 32
"""Kinds of destinations that are put together. Sources leave out what is in their own subnets, so of those that go to many
kinds by one way each leaves out others: what they do not is put together once for all of them."""
_RUNS_KNOWN = 8
"""Runs of public addresses that are looked through for one destination."""


@dataclass(eq=False, slots=True)
class _Alike:
    """Destinations that are alike (`WalkedKind.alike`): each routing class whole, and the side that is asked about."""

    each: list[tuple[RoutingClass, Side]] = field(default_factory=list)
    subnets: set[SubnetPlace] = field(default_factory=set)
    _outside: dict[frozenset[SubnetPlace], Side] = field(default_factory=dict)

    def outside(self, subnets: frozenset[SubnetPlace]) -> Side:
        """All together that are in none of some subnets."""
        left_out = subnets & self.subnets
        known = self._outside.get(left_out)
        if known is None:
            kept = [side for whole, side in self.each if whole.first.subnet not in left_out]
            known = self._outside[left_out] = joined(kept)
        return known


_Numbered = tuple[int, int, _Alike]
"""Destinations with one address: that of the first, their place in the order of all, and they themselves."""


_Onward = tuple[int, _Alike, Ways | None]
"""The place of destinations in the order of all, they themselves, and the ways to them; None where each has its own."""


@dataclass(eq=False, slots=True)
class _Sorted:
    """Destinations by how they are gone through. `one`: those with one address, by that of the first; `own`: of these, those
    with one in a subnet, of which another than the first may be meant; `public`: those that are reached by the internet like
    others, by kind and VPC, with the public address of the first; `others`. Each with its place in the order of all."""

    one: list[_Numbered] = field(default_factory=list)
    own: dict[SubnetPlace, dict[int, _Alike]] = field(default_factory=dict)
    public: dict[int, dict[VpcSite, list[_Numbered]]] = field(default_factory=dict)
    others: list[tuple[int, _Alike]] = field(default_factory=list)


class DestinationSides:
    """Classes of destinations. `places`: where in a row each one's number stands, by its index."""

    def __init__(self, parts: Iterable[RoutingPart], places: Mapping[int, int]) -> None:
        self.places = places
        self._alike: dict[int, _Alike] = {}
        self._in_subnet: dict[SubnetPlace, list[tuple[RoutingClass, Side]]] = {}
        self._onward: dict[int, list[tuple[_Alike, Ways | None]]] = {}
        self._joined: dict[tuple[Side, ...], Side] = {}
        self._own = own = OwnPlaces()
        for whole, part in parts:
            if whole.first.takes:
                subnet, side = whole.first.subnet, Side(part.classes, places=own)
                group = self._alike.setdefault(whole.server.alike, _Alike())
                group.each.append((whole, side))
                group.subnets.add(subnet)
                self._in_subnet.setdefault(subnet, []).append((whole, side))

    def blocks(self, source: RoutingClass, book: TemplateBook, ends: Endpoints) -> list[tuple[Ways, Side]]:
        """The destinations that anything may get to from a routing class, by the ways that it takes."""
        if source.first.silent is not None:
            return []
        subnet = source.first.subnet
        out: dict[tuple[Ways, int], list[Side]] = {}
        for number, (group, ways) in enumerate(self._onward_from(source, book, ends)):
            run = number // _RUN
            apart: Iterable[tuple[RoutingClass, Side]] = group.each
            if ways is not None and subnet not in ways.not_from:
                if (outside := group.outside(ways.not_to | {subnet})).classes:
                    out.setdefault((ways, run), []).append(outside)
                apart = [each for each in group.each if each[0].first.subnet in ways.not_to] if ways.not_to else ()
            for whole, side in apart:
                if whole.first.subnet is not subnet:
                    out.setdefault((book.between(source, whole, ends), run), []).append(side)
        for whole, side in self._in_subnet.get(subnet, ()):
            if whole is not source or source.second() is not None:
                out.setdefault((book.between(source, whole, ends), 0), []).append(side)
        return [(ways, self._together(tuple(sides))) for (ways, _), sides in out.items() if ways.templates]

    def remembered(self) -> int:
        """How many values are remembered of what filters let through to them."""
        return self._own.remembered

    def _onward_from(
        self, source: RoutingClass, book: TemplateBook, ends: Endpoints
    ) -> list[tuple[_Alike, Ways | None]]:
        """Destinations in other subnets, with the ways to them that all share that are alike with a source; None where each
        pair has its own. Those that nothing gets to are left out."""
        known = self._onward.get(source.client.alike)
        if known is None:
            found = [*self._publicly(source, book, ends)]
            for number, group in self._perhaps_reached(source, book):
                found.append((number, group, self._ways(source, group, book, ends)))
            found.sort(key=itemgetter(0))  # in the order of the file, whatever was asked about first
            known = self._onward[source.client.alike] = [
                (group, ways) for _, group, ways in found if ways is None or ways.templates or ways.not_to
            ]
        return known

    def _ways(self, source: RoutingClass, group: _Alike, book: TemplateBook, ends: Endpoints) -> Ways | None:
        """The ways to destinations that are alike, in other subnets."""
        here = source.first.subnet
        other: RoutingClass | None = group.each[0][0]
        if here in group.subnets:
            other = next((whole for whole, _ in group.each if whole.first.subnet is not here), None)
        return None if other is None else book.between_alike(source, other, ends)

    def _publicly(self, source: RoutingClass, book: TemplateBook, ends: Endpoints) -> Iterator[_Onward]:
        """Destinations with a public address that are reached like others (`topology.public_sides`), and the ways to them:
        where one way leads to a whole run of public addresses, those in other VPCs are not asked about one by one."""
        here = source.first.vpc
        for by_vpc in self._by_address.public.values():
            runs: list[PublicRun] = []
            for vpc, groups in by_vpc.items():
                near = vpc is here or ends.topology.are_joined(here.name, vpc.name)
                for address, number, group in groups:
                    if near:
                        yield number, group, self._ways(source, group, book, ends)
                        continue
                    whole = group.each[0][0]
                    for run in runs:
                        if run.holds(address, whole.first):
                            yield number, group, run.ways
                            break
                    else:
                        yield number, group, book.between_alike(source, whole, ends)
                        found = book.run_by_internet(source, whole, ends)
                        runs = runs if found is None else [found, *runs[: _RUNS_KNOWN - 1]]

    def _perhaps_reached(self, source: RoutingClass, book: TemplateBook) -> Iterator[tuple[int, _Alike]]:
        """All other destinations but those with one address that is lost on the way from all that are alike with a source,
        by what is known of that when their turn comes: they are passed over by whole runs of addresses."""
        by_address = self._by_address.one
        own = self._by_address.own
        apart = dict(own.get(source.first.subnet, {}))
        yield from self._by_address.others
        yield from apart.items()
        at, reached = 0, counting("destinations of one place", len(by_address))
        while at < len(by_address):
            reached(at)
            address, number, group = by_address[at]
            lost = book.lost_around(source, address)
            if lost is not None:
                at = bisect_right(by_address, lost.high, lo=at, key=itemgetter(0))
                near = {
                    n: group for subnet in lost.passed for n, group in own.get(subnet, {}).items() if n not in apart
                }
                apart |= near
                yield from near.items()
                continue
            if number not in apart:
                apart[number] = group
                yield number, group
            at += 1

    @cached_property
    def _by_address(self) -> _Sorted:
        """All destinations, by how they are gone through."""
        out = _Sorted()
        for number, group in enumerate(self._alike.values()):
            first = group.each[0][0]
            places, kind = first.first.places, first.server.public
            if kind is not None:
                in_vpc = out.public.setdefault(kind, {}).setdefault(first.first.vpc, [])
                in_vpc.append((first.first.publics[0], number, group))
            elif len(places) > 1:
                out.others.append((number, group))
            else:
                out.one.append((places[0], number, group))
                for subnet in group.subnets:
                    out.own.setdefault(subnet, {})[number] = group
        out.one.sort(key=itemgetter(0))
        return out

    def _together(self, sides: tuple[Side, ...]) -> Side:
        known = self._joined.get(sides)
        if known is None:
            known = self._joined[sides] = joined(sides)
        return known


def joined(sides: Sequence[Side]) -> Side:
    """Several sides as one."""
    if len(sides) == 1:
        return sides[0]
    classes = [each for side in sides for each in side.classes]
    return Side(classes, places=sides[0].places) if sides else Side(classes)
