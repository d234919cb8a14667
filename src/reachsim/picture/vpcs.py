"""VPCs as boxes: zones in them, subnets in these, interfaces in those; less of that where it would be too many boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from reachsim.dataplane.place import InterfacePlace, VpcPlace
from reachsim.dataplane.site import SubnetSite, VpcSite
from reachsim.engine import Engine
from reachsim.errors import counted, summary
from reachsim.net.address import format_address
from reachsim.picture.fold import _Likeness, fold
from reachsim.picture.scene import Appearance, SceneBox, key_of
from reachsim.picture.words import counts, summed, with_state
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.resource import Resource, resources
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.vpc import UNMODELLED_IN_VPC
from reachsim.rules.clauses import KeyPath

_ALIKE, _VPCS, _SUBNETS, _INTERFACES, _OTHERS = 8, 32, 4, 4, 4
"""How many VPCs stand beside each other before those that are quite alike are folded, and before others are; how many boxes
of each other sort."""
_EGRESS_ONLY = "egress-only internet gateway"


class Detail(IntEnum):
    """What has boxes of its own: VPCs alone, subnets too, or interfaces too."""

    VPCS = 0
    SUBNETS = 1
    INTERFACES = 2


_ROOM = {Detail.INTERFACES: 64, Detail.SUBNETS: 84}
"""How many boxes there are at most, zones aside, where so much has boxes of its own."""


@dataclass(frozen=True, slots=True)
class Inside:
    """VPCs, to be drawn. `alone`: full names of what is folded with nothing; `placed`: the paths of what has interfaces in
    subnets; `detail`: of what is in them and does not stand alone."""

    engine: Engine
    alone: frozenset[str]
    placed: frozenset[KeyPath]
    detail: Detail = Detail.INTERFACES

    def boxes(self, links: Mapping[str, Sequence[KeyPath]]) -> Sequence[tuple[SceneBox, Sequence[VpcSite]]]:
        """Each box with the VPCs that it stands for, with as much in it as there is room for. `links`: what each VPC is
        joined with."""
        groups = self.groups(links)
        for detail in sorted(Detail, reverse=True):
            found = [(replace(self, detail=detail).box(*group), group[0]) for group in groups]
            if (
                detail not in _ROOM
                or sum(each.look != "zone" for box, _ in found for each in box.all()) <= _ROOM[detail]
            ):
                break
        return found

    def groups(self, links: Mapping[str, Sequence[KeyPath]]) -> list[tuple[tuple[VpcSite, ...], str]]:
        """VPCs, those folded that are alike."""
        likenesses = self.vpc_likenesses(links)
        sites = list(self.engine.topology.vpcs.values())
        groups = fold(sites, _ALIKE, likenesses[:1], self.has_alone)
        return groups if len(groups) <= _VPCS else fold(sites, _VPCS, likenesses, self.has_alone)

    def has_alone(self, site: VpcSite) -> bool:
        """Whether something in a VPC, or that itself, stands alone."""
        return site.name in self.alone

    def box(self, group: Sequence[VpcSite], alike: str) -> SceneBox:
        """One VPC, or several that are alike."""
        first = group[0]
        if len(group) == 1 and (self.detail > Detail.VPCS or self.has_alone(first)):
            return self.vpc(first)
        blocks = summary([str(block) for site in group for block in self.body(site).cidrs], 2)
        sorts = Counter(sort for site in group for sort in self.sorts(site).values())
        subnets = [f"{counted(sorts.total(), 'subnet')}: {', '.join(_by_sort(sorts))}"] if sorts else []
        kinds = Counter(kind for site in group for subnet in site.subnets.values() for kind in self.kinds(subnet))
        names = tuple(site.name for site in group)
        gateways = [gateway for site in group for gateway in self.edge(site)]
        key = key_of("vpcs", first.name)
        if len(group) == 1:
            notes = (blocks, *subnets, *counts(kinds))
            return SceneBox(key, "vpc", f"VPC {first.name}", notes, tuple(gateways), (), names)
        notes = (f"alike: {alike}", blocks, *subnets, *counts(kinds), summary(names))
        return SceneBox(key, "vpc", f"{len(group)} VPCs", notes, tuple(_folded_gateways(gateways)), (), names)

    def body(self, site: VpcPlace) -> Any:
        """A VPC as it is written."""
        return self.engine.design.vpcs[site.name]

    def vpc(self, site: VpcSite) -> SceneBox:
        """One VPC with what is in it."""
        zones: dict[str | None, list[SubnetSite]] = {}
        for subnet in self.body(site).subnets:
            zones.setdefault(site.subnets[subnet].az, []).append(site.subnets[subnet])
        sorts = self.sorts(site)
        columns = tuple(self.zone(site, zone, subnets, sorts) for zone, subnets in zones.items())
        others = tuple(self.others(site))
        rows = tuple(row for row in (columns, *(others[i : i + 4] for i in range(0, len(others), 4))) if row)
        notes, edge = summed(self.body(site).cidrs), tuple(self.edge(site))
        return SceneBox(key_of("vpcs", site.name), "vpc", f"VPC {site.name}", notes, edge, rows, (site.name,))

    def edge(self, site: VpcSite) -> Iterator[SceneBox]:
        """Its gateways to the internet."""
        body, vpc = self.body(site), site.name
        found = ((body.internet_gateway, "internet gateway"), (body.egress_only_internet_gateway, _EGRESS_ONLY))
        for name, noun in found:
            if name:
                yield SceneBox(key_of("vpcs", vpc, noun), "gateway", name, (noun,), names=(f"{vpc}.{name}",))

    def others(self, site: VpcSite) -> Iterator[SceneBox]:
        """What is in a VPC and in no subnet, what is not modelled included."""
        body, vpc = self.body(site), site.name
        things = [
            (at.path, at.name, with_state(type(resource).noun, resource.down()))
            for at, resource in resources("vpc", body, vpc)
        ]
        unmodelled = [(section, name, UNMODELLED_IN_VPC[section]) for section, name in body.unmodelled()]
        rest = [thing for thing in things if thing[0] not in self.placed]
        rest += [(("vpcs", vpc, section, name), name, f"{noun}, not modelled") for section, name, noun in unmodelled]
        likenesses: list[_Likeness[tuple[KeyPath, str, str]]] = [(lambda thing: thing[2], ""), (lambda _: "", "")]
        for group, alike in fold(rest, _OTHERS, likenesses, lambda thing: f"{vpc}.{thing[1]}" in self.alone):
            names = tuple(f"{vpc}.{name}" for _, name, _ in group)
            nouns = Counter(noun for *_, noun in group)
            title, notes = f"{len(group)} components{alike}", counts(nouns)
            if len(group) == 1:
                title, notes = group[0][1], (group[0][2],)
            yield SceneBox(key_of(*group[0][0]), "gateway", title, notes, names=names)

    def vpc_likenesses(self, links: Mapping[str, Sequence[KeyPath]]) -> list[_Likeness[VpcSite]]:
        """In what VPCs may be alike."""

        def linked(site: VpcSite) -> tuple[object, ...]:
            body = self.body(site)
            gateways = body.internet_gateway is None, body.egress_only_internet_gateway is None
            return (tuple(links.get(site.name, ())), *gateways)

        def contents(site: VpcSite) -> tuple[object, ...]:
            kinds = Counter(kind for subnet in site.subnets.values() for kind in self.kinds(subnet))
            sorts = Counter(self.sorts(site).values())
            return (tuple(sorted(sorts.items())), tuple(sorted(kinds.items())), *linked(site))

        return [
            (contents, "same size and connections"),
            (linked, "same connections"),
            (lambda _: "", "all of this network"),
        ]

    # -- zones, subnets, interfaces ---------------------------------------------------------------------------------

    def zone(
        self, site: VpcSite, zone: str | None, subnets: Sequence[SubnetSite], sorts: Mapping[str, str]
    ) -> SceneBox:
        """A zone with its subnets."""
        bodies = self.body(site).subnets

        def kinds(subnet: SubnetSite) -> tuple[object, ...]:
            return (sorts[subnet.name], tuple(sorted(set(self.kinds(subnet)))))

        def wired(subnet: SubnetSite) -> tuple[object, ...]:
            body = bodies[subnet.name]
            return (body.table_name, body.acl_name, *kinds(subnet))

        likenesses: list[_Likeness[SubnetSite]] = [
            (wired, "same route table, ACL and kinds"),
            (kinds, "same kinds of components"),
            (lambda subnet: sorts[subnet.name], "public or not"),
        ]
        rows = tuple(
            (self.subnets(group, alike, sorts[group[0].name]),)
            for group, alike in fold(subnets, _SUBNETS, likenesses, self.subnet_alone)
        )
        title = "No zone given" if zone is None else f"Zone {zone}"
        key = key_of("vpcs", site.name, "zones", "" if zone is None else f"={zone}")
        return SceneBox(key, "zone", title, rows=rows)

    def subnet_alone(self, subnet: SubnetSite) -> bool:
        """Whether a subnet, or something in it, stands alone."""
        return subnet.full_name in self.alone

    def subnets(self, group: Sequence[SubnetSite], alike: str, sort: str) -> SceneBox:
        """One subnet, or several that are alike."""
        look: Appearance = "public" if sort == "public" else "private"
        first, inside = group[0], [interface for subnet in group for interface in subnet.interfaces]
        names = (*(subnet.full_name for subnet in group), *(interface.name for interface in inside))
        if len(group) > 1:
            kinds = Counter(self.kind(interface) for interface in inside)
            notes = (f"alike: {alike}", *counts(kinds), summary([subnet.name for subnet in group]))
            title = f"{len(group)} subnets ({sort})"
            return SceneBox(key_of(*first.path), look, title, notes, names=names, own=len(group))
        title, notes = f"{first.name} ({sort})", summed(first.blocks)
        if self.detail == Detail.INTERFACES or self.subnet_alone(first):
            rows = tuple((box,) for box in self.interfaces(first))
            return SceneBox(key_of(*first.path), look, title, notes, (), rows, (first.full_name,))
        return SceneBox(key_of(*first.path), look, title, (*notes, *self.told(first)), names=names, own=1)

    def told(self, subnet: SubnetSite) -> Iterator[str]:
        """What is in a subnet, a line for each kind: one or two by name."""
        kinds: dict[str, list[str]] = {}
        for interface in subnet.interfaces:
            kinds.setdefault(self.kind(interface), []).append(_own_name(interface, subnet))
        for kind, names in kinds.items():
            if len(names) == 1:
                yield f"{kind} {names[0]}"
            else:
                yield f"{counted(len(names), kind)}{f': {summary(names)}' if len(names) == 2 else ''}"

    def interfaces(self, subnet: SubnetSite) -> Iterator[SceneBox]:
        """The interfaces of a subnet, those folded that are alike."""
        likenesses: list[_Likeness[InterfacePlace]] = [
            (lambda interface: (self.kind(interface), interface.groups), "the same security groups"),
            (self.kind, "one kind"),
            (lambda _: "", "in this subnet"),
        ]
        for group, alike in fold(subnet.interfaces, _INTERFACES, likenesses, lambda each: each.name in self.alone):
            first = group[0]
            key = key_of("interfaces", first.name)
            names = tuple(interface.name for interface in group)
            if len(group) == 1:
                noun = ", ".join((first.kind, *self.remarks(first)))
                yield SceneBox(key, "component", _own_name(first, subnet), (noun, *_addresses(first)), names=names)
            else:
                kinds = Counter(self.kind(interface) for interface in group)
                shown = summary([_own_name(interface, subnet) for interface in group])
                title = counted(len(group), self.kind(first)) if len(kinds) == 1 else f"{len(group)} interfaces"
                notes = counts(kinds) if len(kinds) > 1 else ()
                yield SceneBox(key, "component", title, (f"alike: {alike}", *notes, shown), names=names)

    def kinds(self, subnet: SubnetSite) -> list[str]:
        """The kind of each of its interfaces."""
        return [self.kind(interface) for interface in subnet.interfaces]

    def kind(self, interface: InterfacePlace) -> str:
        """Its kind, with the state in which it does not work: a ``stopped instance`` is not folded with one that runs."""
        owner = self.owner(interface)
        return " ".join(filter(None, ("" if owner is None else owner.down(), interface.kind)))

    def remarks(self, interface: InterfacePlace) -> Iterator[str]:
        """What else is said of an interface."""
        owner = self.owner(interface)
        return iter(()) if owner is None else owner.remarks(interface)

    def owner(self, interface: InterfacePlace) -> Resource | None:
        """What an interface belongs to; None where several functions share it (LAMBDA-3)."""
        if interface.shared:
            return None
        section, name = map(str, interface.owner[2:])
        owner: Resource = getattr(self.body(interface.subnet.vpc), section)[name]
        return owner

    def sorts(self, site: VpcSite) -> dict[str, str]:
        """Of each subnet, whether its route table has a route to the internet gateway, which is what AWS calls public."""
        gateway = self.body(site).internet_gateway
        return {name: _sort(self.engine.topology.table_of(subnet), gateway) for name, subnet in site.subnets.items()}


def _sort(table: RouteTableCheckpoint, gateway: str | None) -> str:
    """Of a route to somewhere its destination need not be known, such as the addresses of a gateway endpoint's service."""
    targets = {route.target for route in table.routes} | {unwritten.target for unwritten in table.unwritten}
    if gateway in targets:
        return "public"
    return "public or not: unknown" if UNKNOWN in targets else "private"


def _by_sort(sorts: Counter[str]) -> Iterator[str]:
    """How many subnets there are of each sort, the public ones first."""
    for sort in sorted(sorts, key=lambda sort: (sort != "public", sort)):
        yield f"{sorts[sort]} {sort}"


def _folded_gateways(gateways: Sequence[SceneBox]) -> Iterator[SceneBox]:
    """One box for all gateways of one kind."""
    for noun in sorted({gateway.notes[0] for gateway in gateways}, reverse=True):
        mine = [gateway for gateway in gateways if gateway.notes[0] == noun]
        names = tuple(name for gateway in mine for name in gateway.names)
        title = mine[0].title if len(mine) == 1 else f"{len(mine)} {noun}s"
        yield SceneBox(mine[0].key, "gateway", title, (noun,) if len(mine) == 1 else (), names=names)


def _own_name(interface: InterfacePlace, subnet: SubnetSite) -> str:
    """Its name without that of its VPC."""
    return interface.name.removeprefix(f"{subnet.vpc.name}.")


def _addresses(interface: InterfacePlace) -> tuple[str, ...]:
    """Its first address, and its first public one."""
    if not interface.pairs:
        return ()
    own = format_address(interface.pairs[0].private)
    pair = next((pair for pair in interface.pairs if pair.public is not None), interface.pairs[0])
    if pair.perhaps:
        return (f"{own}, perhaps a public one",)
    return (own if pair.public is None else f"{own}, public {format_address(pair.public)}",)
