"""The scene of a network: what is in it as boxes, what is alike folded.

No kind of component in a registry is named here: interfaces stand in their subnets, everything else in its VPC or outside,
and each kind says what it is joined with (`Resource.linked`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from reachsim.dataplane.place import InterfacePlace
from reachsim.dataplane.site import SubnetSite, VpcSite
from reachsim.engine import Engine
from reachsim.errors import counted, summary
from reachsim.net.address import format_address
from reachsim.picture.fold import _Likeness, fold
from reachsim.picture.scene import Appearance, Line, Scene, SceneBox, key_of
from reachsim.resources.design import Design
from reachsim.resources.lambda_function import LATEST, LambdaFunction
from reachsim.resources.resource import At, Resource, resources
from reachsim.resources.route_table import RouteTableCheckpoint
from reachsim.resources.vpc import UNMODELLED_IN_VPC
from reachsim.rules.clauses import KeyPath

_VPCS, _SUBNETS, _INTERFACES, _OTHERS = 8, 4, 4, 4
"""How many boxes of each sort stand beside each other before what is alike is folded."""
_INTERNET = "internet"
_EGRESS_ONLY = "egress-only internet gateway"


def scene_of(engine: Engine, alone: frozenset[str] = frozenset()) -> Scene:
    """A network as a scene: the internet, VPCs with their zones, subnets and components, and what joins them.

    `alone`: full names of what is folded with nothing else.
    """
    alone = _with_homes(alone, engine)
    design = engine.design
    interfaces = engine.topology.interfaces.values()
    placed = {interface.path[:4] for interface in interfaces if not interface.subnet.regional}
    joined = _joined(design)
    vpcs: list[SceneBox] = []
    home: dict[KeyPath, str] = {}
    sites = list(engine.topology.vpcs.values())
    for group, alike in fold(sites, _VPCS, _vpc_likenesses(engine, joined), lambda site: site.name in alone):
        box = _vpc(group[0], engine, placed, alone) if len(group) == 1 else _folded_vpcs(group, alike, engine)
        vpcs.append(box)
        home.update({("vpcs", site.name): box.key for site in group})
    others, lines = _others(design, joined, home, alone)
    gateways = [gateway.key for box in vpcs for gateway in box.edge]
    lines += [Line(_INTERNET, key) for key in gateways]
    hosts = list(design.internet.hosts)
    internet = SceneBox(_INTERNET, "internet", "Internet", _listed(hosts, "host"), names=tuple(hosts) or (_INTERNET,))
    shown = internet if hosts or gateways or _INTERNET in alone else None
    return Scene(design.name or engine.source.file, _description(engine), shown, tuple(vpcs), others, tuple(lines))


def _with_homes(names: frozenset[str], engine: Engine) -> frozenset[str]:
    """Names, with those of the subnets and VPCs that they are in: what is in a folded box would not be seen."""
    subnets = [
        place.subnet.full_name
        for name, place in engine.topology.interfaces.items()
        if name in names and not place.subnet.regional
    ]
    there = names.union(subnets)
    return there.union(vpc for vpc in engine.topology.vpcs if any(name.startswith(f"{vpc}.") for name in there))


def _description(engine: Engine) -> str:
    """What a reader who cannot see the picture hears."""
    topology = engine.topology
    subnets = sum(len(vpc.subnets) for vpc in topology.vpcs.values())
    parts = (
        counted(len(topology.vpcs), "VPC"),
        counted(subnets, "subnet"),
        counted(len(topology.interfaces), "interface"),
    )
    return f"A network of {', '.join(parts)}. VPCs hold zones, zones hold subnets, subnets hold components."


# -- VPCs -------------------------------------------------------------------------------------------------------


def _vpc(site: VpcSite, engine: Engine, placed: set[KeyPath], alone: frozenset[str]) -> SceneBox:
    design, body = engine.design, engine.design.vpcs[site.name]
    zones: dict[str | None, list[SubnetSite]] = {}
    for subnet in body.subnets:
        zones.setdefault(site.subnets[subnet].az, []).append(site.subnets[subnet])
    sorts = _sorts(site, engine)
    columns = tuple(_zone(site.name, zone, subnets, sorts, design, alone) for zone, subnets in zones.items())
    inside = tuple(_in_vpc(site.name, design, placed, alone))
    title = f"VPC {site.name}"
    rows = tuple(row for row in (columns, *(inside[i : i + 4] for i in range(0, len(inside), 4))) if row)
    return SceneBox(
        key_of("vpcs", site.name), "vpc", title, _blocks(body.cidrs), _edge(site.name, body), rows, (site.name,)
    )


def _edge(vpc: str, body: Any) -> tuple[SceneBox, ...]:
    """Its gateways to the internet."""
    found = ((body.internet_gateway, "internet gateway"), (body.egress_only_internet_gateway, _EGRESS_ONLY))
    return tuple(
        SceneBox(key_of("vpcs", vpc, noun), "gateway", name, (noun,), names=(f"{vpc}.{name}",))
        for name, noun in found
        if name
    )


def _in_vpc(vpc: str, design: Design, placed: set[KeyPath], alone: frozenset[str]) -> Iterator[SceneBox]:
    """What is in a VPC and in no subnet, what is not modelled included."""
    body = design.vpcs[vpc]
    things = [
        (at.path, at.name, _with_state(type(resource).noun, resource.down()))
        for at, resource in resources("vpc", body, vpc)
    ]
    unmodelled = [(section, name, UNMODELLED_IN_VPC[section]) for section, name in body.unmodelled()]
    rest = [thing for thing in things if thing[0] not in placed]
    rest += [(("vpcs", vpc, section, name), name, f"{noun}, not modelled") for section, name, noun in unmodelled]
    likenesses: list[_Likeness[tuple[KeyPath, str, str]]] = [(lambda thing: thing[2], ""), (lambda _: "", "")]
    for group, alike in fold(rest, _OTHERS, likenesses, lambda thing: f"{vpc}.{thing[1]}" in alone):
        names = tuple(f"{vpc}.{name}" for _, name, _ in group)
        nouns = Counter(noun for *_, noun in group)
        if len(group) == 1:
            yield SceneBox(key_of(*group[0][0]), "gateway", group[0][1], (group[0][2],), names=names)
        else:
            yield SceneBox(
                key_of(*group[0][0]), "gateway", f"{len(group)} components{alike}", _counts(nouns), names=names
            )


def _folded_vpcs(group: Sequence[VpcSite], alike: str, engine: Engine) -> SceneBox:
    design = engine.design
    sorts = Counter(sort for site in group for sort in _sorts(site, engine).values())
    subnets = [f"{counted(sorts.total(), 'subnet')}: {', '.join(_by_sort(sorts))}"] if sorts else []
    blocks = summary([str(block) for site in group for block in design.vpcs[site.name].cidrs], 2)
    kinds = Counter(kind for site in group for subnet in site.subnets.values() for kind in _kinds(subnet, design))
    notes = (f"alike: {alike}", blocks, *subnets, *_counts(kinds), summary([site.name for site in group]))
    names = tuple(site.name for site in group)
    gateways = [gateway for site in group for gateway in _edge(site.name, design.vpcs[site.name])]
    edge = tuple(_folded_gateways(gateways))
    return SceneBox(key_of("vpcs", group[0].name), "vpc", f"{len(group)} VPCs", notes, edge, (), names)


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


def _vpc_likenesses(engine: Engine, joined: dict[KeyPath, tuple[KeyPath, ...]]) -> list[_Likeness[VpcSite]]:
    design = engine.design
    ends: dict[str, list[KeyPath]] = {}
    for path, others in joined.items():
        for other in others:
            if other[0] == "vpcs":
                ends.setdefault(str(other[1]), []).append(path)

    def links(site: VpcSite) -> tuple[object, ...]:
        body = design.vpcs[site.name]
        return (
            tuple(ends.get(site.name, ())),
            body.internet_gateway is None,
            body.egress_only_internet_gateway is None,
        )

    def contents(site: VpcSite) -> tuple[object, ...]:
        kinds = Counter(kind for subnet in site.subnets.values() for kind in _kinds(subnet, design))
        sorts = Counter(_sorts(site, engine).values())
        return (tuple(sorted(sorts.items())), tuple(sorted(kinds.items())), *links(site))

    return [
        (contents, "same size and connections"),
        (links, "same connections"),
        (lambda _: "", "all of this network"),
    ]


# -- zones, subnets, interfaces -----------------------------------------------------------------------------------


def _zone(
    vpc: str,
    zone: str | None,
    subnets: Sequence[SubnetSite],
    sorts: dict[str, str],
    design: Design,
    alone: frozenset[str],
) -> SceneBox:
    bodies = design.vpcs[vpc].subnets

    def kinds(subnet: SubnetSite) -> tuple[object, ...]:
        return (sorts[subnet.name], tuple(sorted(set(_kinds(subnet, design)))))

    def wired(subnet: SubnetSite) -> tuple[object, ...]:
        body = bodies[subnet.name]
        return (body.table_name, body.acl_name, *kinds(subnet))

    likenesses: list[_Likeness[SubnetSite]] = [
        (wired, "same route table, ACL and kinds"),
        (kinds, "same kinds of components"),
        (lambda subnet: sorts[subnet.name], "public or not"),
    ]
    rows = tuple(
        (
            _subnet(group[0], sorts[group[0].name], design, alone)
            if len(group) == 1
            else _subnets(group, alike, sorts[group[0].name], design),
        )
        for group, alike in fold(subnets, _SUBNETS, likenesses, lambda subnet: subnet.full_name in alone)
    )
    title = "No zone given" if zone is None else f"Zone {zone}"
    return SceneBox(key_of("vpcs", vpc, "zones", "" if zone is None else f"={zone}"), "zone", title, rows=rows)


def _look(sort: str) -> Appearance:
    return "public" if sort == "public" else "private"


def _subnet(subnet: SubnetSite, sort: str, design: Design, alone: frozenset[str]) -> SceneBox:
    rows = tuple((box,) for box in _interfaces(subnet, design, alone))
    look, title = _look(sort), f"{subnet.name} ({sort})"
    return SceneBox(key_of(*subnet.path), look, title, _blocks(subnet.blocks), (), rows, (subnet.full_name,))


def _subnets(group: Sequence[SubnetSite], alike: str, sort: str, design: Design) -> SceneBox:
    kinds = Counter(kind for subnet in group for kind in _kinds(subnet, design))
    names = [subnet.full_name for subnet in group]
    names += [interface.name for subnet in group for interface in subnet.interfaces]
    look, title = _look(sort), f"{len(group)} subnets ({sort})"
    notes = (f"alike: {alike}", *_counts(kinds), summary([subnet.name for subnet in group]))
    return SceneBox(key_of(*group[0].path), look, title, notes, names=tuple(names))


def _interfaces(subnet: SubnetSite, design: Design, alone: frozenset[str]) -> Iterator[SceneBox]:
    likenesses: list[_Likeness[InterfacePlace]] = [
        (lambda interface: (_kind(interface, design), interface.groups), "the same security groups"),
        (lambda interface: _kind(interface, design), "one kind"),
        (lambda _: "", "in this subnet"),
    ]
    for group, alike in fold(subnet.interfaces, _INTERFACES, likenesses, lambda each: each.name in alone):
        first = group[0]
        key = key_of("interfaces", first.name)
        names = tuple(interface.name for interface in group)
        if len(group) == 1:
            title = first.name.removeprefix(f"{subnet.vpc.name}.")
            noun = ", ".join((first.kind, *_remarks(first, design)))
            yield SceneBox(key, "component", title, (noun, *_addresses(first)), names=names)
        else:
            kinds = Counter(_kind(interface, design) for interface in group)
            shown = summary([name.removeprefix(f"{subnet.vpc.name}.") for name in names])
            title = counted(len(group), _kind(first, design)) if len(kinds) == 1 else f"{len(group)} interfaces"
            notes = _counts(kinds) if len(kinds) > 1 else ()
            yield SceneBox(key, "component", title, (f"alike: {alike}", *notes, shown), names=names)


def _kinds(subnet: SubnetSite, design: Design) -> list[str]:
    return [_kind(interface, design) for interface in subnet.interfaces]


def _kind(interface: InterfacePlace, design: Design) -> str:
    """Its kind, with the state in which it does not work: a ``stopped instance`` is not folded with one that runs."""
    owner = _owner(interface, design)
    return " ".join(filter(None, ("" if owner is None else owner.down(), interface.kind)))


def _remarks(interface: InterfacePlace, design: Design) -> Iterator[str]:
    owner = _owner(interface, design)
    return iter(()) if owner is None else owner.remarks(interface)


def _owner(interface: InterfacePlace, design: Design) -> Resource | None:
    """What an interface belongs to; None where several functions share it (LAMBDA-3)."""
    if interface.shared:
        return None
    section, name = map(str, interface.owner[2:])
    owner: Resource = getattr(design.vpcs[interface.subnet.vpc.name], section)[name]
    return owner


def _sorts(site: VpcSite, engine: Engine) -> dict[str, str]:
    """Of each subnet, whether its route table has a route to the internet gateway, which is what AWS calls public."""
    gateway = engine.design.vpcs[site.name].internet_gateway
    return {name: _sort(engine.topology.table_of(subnet), gateway) for name, subnet in site.subnets.items()}


def _sort(table: RouteTableCheckpoint, gateway: str | None) -> str:
    if any(route.target == gateway for route in table.routes):
        return "public"
    return "public or not: unknown" if table.unwritten or any(route.unknown for route in table.routes) else "private"


# -- outside VPCs -----------------------------------------------------------------------------------------------


class _Other(NamedTuple):
    """What is in no VPC. `ends`: the boxes that it is joined with, or the paths of what is in none either. `state`: in which
    it carries nothing. `parts`: what of it carries nothing. `places`: where it runs."""

    path: KeyPath
    name: str
    noun: str
    blocks: tuple[str, ...]
    ends: tuple[object, ...]
    state: str = ""
    parts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def _joined(design: Design) -> dict[KeyPath, tuple[KeyPath, ...]]:
    """What joins what: by the path of what says so, outside VPCs and in them."""
    there = [(at, resource) for at, resource in resources("design", design)]
    for vpc, body in design.vpcs.items():
        there += resources("vpc", body, vpc)
    found = {at.path: tuple(dict.fromkeys(_found(at, resource, design))) for at, resource in there}
    for name, function in design.lambda_functions.items():
        homes = (each.vpc for each in (function.latest, *function.versions.values()) if each.vpc is not None)
        found["lambda_functions", name] = tuple(("vpcs", vpc) for vpc in dict.fromkeys(homes))
    for name, gateway in design.api_gateways.items():
        found["api_gateways", name] = (("lambda_functions", gateway.integration.partition(":")[0]),)
    return found


def _found(at: At, resource: Resource, design: Design) -> Iterator[KeyPath]:
    for section, name in resource.linked(at):
        if name in getattr(design, str(section), {}):
            yield section, name


def _others(
    design: Design, joined: dict[KeyPath, tuple[KeyPath, ...]], home: dict[KeyPath, str], alone: frozenset[str]
) -> tuple[tuple[SceneBox, ...], list[Line]]:
    """Boxes of what is in no VPC, with their lines; what joins the same boxes is folded."""
    there: list[_Other] = []
    for at, resource in resources("design", design):
        blocks = _blocks(getattr(resource, "cidrs", ()))
        noun, state = type(resource).noun, resource.down()
        ends, parts = _ends(joined[at.path], home), tuple(resource.parts_down())
        there.append(_Other(at.path, at.name, noun, blocks, ends, state, parts))
    for section, noun in (("lambda_functions", "Lambda function"), ("api_gateways", "API gateway")):
        for name, body in getattr(design, section).items():
            places = tuple(_places(body)) if isinstance(body, LambdaFunction) else ()
            ends = _ends(joined[section, name], home)
            there.append(_Other((section, name), name, noun, (), ends, places=places))
    boxes = []
    for group, alike in _folded_others(there, alone):
        box = _other(group, alike)
        boxes.append(box)
        home.update({other.path: box.key for other in group})
    lines: dict[frozenset[str], Line] = {}
    for path, ends in joined.items():
        here = home.get(path) or home[path[:2]]
        for end in ends:
            there_ = home[end]
            if here != there_:
                lines.setdefault(frozenset((here, there_)), Line(here, there_))
    return tuple(boxes), list(lines.values())


def _places(function: LambdaFunction) -> Iterator[str]:
    """Where the versions of a function run."""
    versions: dict[str, list[str]] = {}
    for version, each in ((LATEST, function.latest), *function.versions.items()):
        subnets = ", ".join(each.subnet_names)
        place = f"in {subnets} of {each.vpc}" if each.vpc is not None else each.capacity_provider or "in no VPC"
        versions.setdefault(place, []).append(version)
    several = len(versions) > 1
    yield from (f"{summary(mine)} {place}" if several else place for place, mine in versions.items())


def _ends(paths: Iterable[KeyPath], home: dict[KeyPath, str]) -> tuple[object, ...]:
    return tuple(sorted({str(home.get(path, path)) for path in paths}))


def _folded_others(there: Sequence[_Other], alone: frozenset[str]) -> list[tuple[tuple[_Other, ...], str]]:
    """One kind in one state at a time, so that a folded box says what it is."""
    by_noun: dict[tuple[str, str], list[_Other]] = {}
    for other in there:
        by_noun.setdefault((other.noun, other.state), []).append(other)
    likenesses: list[_Likeness[_Other]] = [(lambda other: other.ends, "join the same"), (lambda _: "", "one kind")]
    return [
        group
        for mine in by_noun.values()
        for group in fold(mine, _OTHERS, likenesses, lambda other: other.name in alone)
    ]


def _other(group: Sequence[_Other], alike: str) -> SceneBox:
    first = group[0]
    look: Appearance = "network" if first.blocks else "connection"
    names = tuple(other.name for other in group)
    if len(group) == 1:
        notes = (_with_state(first.noun, first.state), *_summed(first.parts), *_summed(first.places), *first.blocks)
        return SceneBox(key_of(*first.path), look, first.name, notes, names=names)
    parts = [f"{part} of {other.name}" for other in group for part in other.parts]
    likeness = (f"alike: {alike}",) if any(other.ends for other in group) else ()
    notes = (*filter(None, (first.state,)), *likeness, *_summed(parts), summary(names))
    return SceneBox(key_of(*first.path), look, counted(len(group), first.noun), notes, names=names)


# -- words ------------------------------------------------------------------------------------------------------


def _with_state(noun: str, state: str) -> str:
    return ", ".join(filter(None, (noun, state)))


def _blocks(blocks: Iterable[object]) -> tuple[str, ...]:
    return _summed([str(block) for block in blocks])


def _summed(texts: Sequence[str]) -> tuple[str, ...]:
    """One line of texts, if there are any."""
    return (summary(texts),) if texts else ()


def _addresses(interface: InterfacePlace) -> tuple[str, ...]:
    """Its first address, and its first public one."""
    if not interface.pairs:
        return ()
    own = format_address(interface.pairs[0].private)
    pair = next((pair for pair in interface.pairs if pair.public is not None), interface.pairs[0])
    if pair.perhaps:
        return (f"{own}, perhaps a public one",)
    return (own if pair.public is None else f"{own}, public {format_address(pair.public)}",)


def _counts(kinds: Counter[str]) -> tuple[str, ...]:
    texts = [counted(count, kind) for kind, count in sorted(kinds.items())]
    total = sum(kinds.values())
    return (*([f"{total} interfaces:"] if len(texts) > 1 else []), *texts)


def _listed(names: Sequence[str], noun: str) -> tuple[str, ...]:
    return (f"{noun}s: {summary(names)}" if len(names) > 1 else f"{noun}: {names[0]}",) if names else ()
