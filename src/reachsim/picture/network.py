"""The scene of a network: what is in it as boxes, what is alike folded.

No kind of component in a registry is named here: interfaces stand in their subnets, everything else in its VPC or outside,
and each kind says what it is joined with (`Resource.linked`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reachsim.engine import Engine
from reachsim.errors import counted, summary
from reachsim.picture.fold import _Likeness, fold
from reachsim.picture.scene import Appearance, Line, Scene, SceneBox, key_of
from reachsim.picture.vpcs import Inside
from reachsim.picture.words import listed, summed, with_state
from reachsim.resources.design import Design
from reachsim.resources.lambda_function import LATEST, LambdaFunction
from reachsim.resources.resource import At, Resource, resources
from reachsim.rules.clauses import KeyPath

_ALIKE, _OTHERS = 4, 12
"""How many things of one kind stand in no VPC before those that join the same are folded, and before all of a kind are."""
_INTERNET = "internet"


def scene_of(engine: Engine, alone: frozenset[str] = frozenset()) -> Scene:
    """A network as a scene: the internet, VPCs with their zones, subnets and components, and what joins them.

    `alone`: full names of what is folded with nothing else.
    """
    alone = _with_homes(alone, engine)
    design = engine.design
    interfaces = engine.topology.interfaces.values()
    placed = frozenset(interface.path[:4] for interface in interfaces if not interface.subnet.regional)
    joined = _joined(design)
    links: dict[str, list[KeyPath]] = {}
    for path, ends in joined.items():
        for end in ends:
            if end[0] == "vpcs":
                links.setdefault(str(end[1]), []).append(path)
    found = Inside(engine, alone, placed).boxes(links)
    vpcs = tuple(box for box, _ in found)
    home: dict[KeyPath, str] = {("vpcs", site.name): box.key for box, group in found for site in group}
    others, lines = _others(design, joined, home, alone)
    gateways = [gateway.key for box in vpcs for gateway in box.edge]
    lines += [Line(_INTERNET, key) for key in gateways]
    hosts = list(design.internet.hosts)
    internet = SceneBox(_INTERNET, "internet", "Internet", listed(hosts, "host"), names=tuple(hosts) or (_INTERNET,))
    shown = internet if hosts or gateways or _INTERNET in alone else None
    return Scene(design.name or engine.source.file, _description(engine), shown, vpcs, others, tuple(lines))


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
        blocks = summed(getattr(resource, "cidrs", ()))
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
    found = []
    for mine in by_noun.values():
        groups = fold(mine, _ALIKE, likenesses[:1], lambda other: other.name in alone)
        found += (
            groups if len(groups) <= _OTHERS else fold(mine, _OTHERS, likenesses, lambda other: other.name in alone)
        )
    return found


def _other(group: Sequence[_Other], alike: str) -> SceneBox:
    first = group[0]
    look: Appearance = "network" if first.blocks else "connection"
    names = tuple(other.name for other in group)
    if len(group) == 1:
        notes = (with_state(first.noun, first.state), *summed(first.parts), *summed(first.places), *first.blocks)
        return SceneBox(key_of(*first.path), look, first.name, notes, names=names)
    parts = [f"{part} of {other.name}" for other in group for part in other.parts]
    likeness = (f"alike: {alike}",) if any(other.ends for other in group) else ()
    notes = (*filter(None, (first.state,)), *likeness, *summed(parts), summary(names))
    return SceneBox(key_of(*first.path), look, counted(len(group), first.noun), notes, names=names)
