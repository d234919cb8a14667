"""Which parts of two designs differ, and which boxes of a picture that concerns.

No kind of component is named here. A group, an ACL and a route table have no box: what differs of one is told on the
interfaces and subnets that it is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reachsim.engine import Engine
from reachsim.errors import summary
from reachsim.picture.scene import Mark, MarkLook, key_of
from reachsim.resources.fields import Schema
from reachsim.rules.clauses import KeyPath

_SIGNS: dict[MarkLook, str] = {"added": "+", "removed": "\u2212", "changed": "~"}
_ABOUT = {"version", "name", "expect", "lint", "warn"}
"""What a design says about a network rather than of it."""
_USED = {"route_tables": "route table", "network_acls": "network ACL", "security_groups": "security group"}
"""What has no box of its own."""
_GATEWAYS = {
    "internet_gateway": "internet gateway",
    "egress_only_internet_gateway": "egress-only internet gateway",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was added, removed or changed. `keys`: of its boxes, in either network; none where nothing shows
    it. `names`: full names that stand for these boxes alone."""

    path: KeyPath
    keys: tuple[str, ...]
    names: tuple[str, ...]
    mark: Mark

    def __str__(self) -> str:
        return f"{self.mark.text}: {'.'.join(map(str, self.path))}"

    @property
    def among_others(self) -> Mark:
        """Its mark on a box that stands for several things: which one it is."""
        if self.mark.text.partition(" ")[2].partition(":")[0] not in ("added", "removed", "changed"):
            return Mark("changed", self.mark.text)
        sign, _, said = self.mark.text.partition(" ")
        return Mark("changed", f"{sign} {self.path[-1]} {said}")


def parts_between(before: Engine, after: Engine) -> list[Part]:
    """Everything that two designs say differently of the network, in the order of the later one."""
    old, new = dict(_things(before)), dict(_things(after))
    found = []
    for path in dict.fromkeys([*new, *old]):
        if path in old and path in new and old[path] == new[path]:
            continue
        look: MarkLook = "added" if path not in old else "removed" if path not in new else "changed"
        boxes = dict(_boxes(path, after) if path in new else ())
        boxes |= dict(_boxes(path, before) if path in old else ())
        found.append(Part(path, tuple(boxes), tuple(boxes.values()), Mark(*_told(path, look, old, new))))
    return found


def _things(engine: Engine) -> Iterator[tuple[KeyPath, object]]:
    """What a design is made of: everything that has a name, and what is said of a VPC or of all."""
    design = engine.design
    for section, holder in _fields(design):
        if section in _ABOUT:
            continue
        if section != "vpcs":
            yield from _named((section,), holder)
            continue
        for vpc, body in holder.items():
            yield ("vpcs", vpc), ""
            for inner, value in _fields(body):
                yield from _named(("vpcs", vpc, inner), value)


def _fields(schema: Schema) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(schema, name)) for name in type(schema).model_fields)


def _named(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, object]]:
    if isinstance(value, Mapping) and value and all(isinstance(each, Schema) for each in value.values()):
        yield from (((*path, name), each) for name, each in value.items())
    elif value not in (None, {}, ()):
        yield path, value


def _told(
    path: KeyPath, look: MarkLook, old: Mapping[KeyPath, object], new: Mapping[KeyPath, object]
) -> tuple[MarkLook, str]:
    """The look of a mark, and its text. What is used by a box is a change of that box."""
    section = str(path[2]) if path[0] == "vpcs" and len(path) > 2 else str(path[0])
    sign, own = _SIGNS[look], section in _GATEWAYS or len(path) in (2, 4)
    if section in _USED:
        return "changed", f"{_SIGNS['changed']} {_USED[section]} {path[3]}{'' if look == 'changed' else f' {look}'}"
    if not own:
        return "changed", f"{_SIGNS['changed']} {section}"
    one, other = old.get(path), new.get(path)
    if isinstance(one, Schema) and isinstance(other, Schema):
        keys = [name for name, value in _fields(one) if getattr(other, name, None) != value]
        return look, f"{sign} changed: {summary(keys)}"
    return look, f"{sign} {look}"


def _boxes(path: KeyPath, engine: Engine) -> Iterator[tuple[str, str]]:
    """The boxes that show something: their keys, with the names that stand for them."""
    if path[0] != "vpcs":
        yield from _outside(path, engine)
        return
    vpc, section = str(path[1]), str(path[2]) if len(path) > 2 else ""
    if section in _GATEWAYS:
        name = getattr(engine.design.vpcs[vpc], section)
        yield key_of("vpcs", vpc, _GATEWAYS[section]), f"{vpc}.{name}"
    elif len(path) < 4:
        yield key_of("vpcs", vpc), vpc
    elif section in _USED:
        yield from _users(vpc, section, str(path[3]), engine)
    elif section == "subnets":
        yield key_of(*path), f"{vpc}.{path[3]}"
    else:
        mine = [name for name, place in engine.topology.interfaces.items() if _owned(place, path)]
        yield from ((key_of("interfaces", name), name) for name in mine)
        if not mine:
            yield key_of(*path), f"{vpc}.{path[3]}"


def _owned(place: Any, path: KeyPath) -> bool:
    return not place.shared and not place.subnet.regional and place.path[: len(path)] == path


def _outside(path: KeyPath, engine: Engine) -> Iterator[tuple[str, str]]:
    if path[0] == "internet":
        yield "internet", "internet"
    elif len(path) > 1:
        yield key_of(*path), str(path[1])


def _users(vpc: str, section: str, name: str, engine: Engine) -> Iterator[tuple[str, str]]:
    """The interfaces that carry a group, the subnets that have an ACL or a route table."""
    if section == "security_groups":
        for full, place in engine.topology.interfaces.items():
            if (vpc, name) in (place.groups or ()) and not place.subnet.regional:
                yield key_of("interfaces", full), full
        return
    for subnet, body in engine.design.vpcs[vpc].subnets.items():
        used = body.table_name if section == "route_tables" else body.acl_name
        if used.rpartition(".")[2] == name:
            yield key_of("vpcs", vpc, "subnets", subnet), f"{vpc}.{subnet}"
