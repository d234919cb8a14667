"""What an edit may change of what is not modelled, or not known, though nothing that is known differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reachsim.engine import Engine
from reachsim.reach.touched import Touched
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.route_table import RouteTable
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.topology.edit import network_of
from reachsim.topology.topology import Topology


@dataclass(frozen=True)
class _Doubt:
    """Something that may let other traffic through than before: where it is, why, and what was edited then."""

    where: str
    why: str
    places: frozenset[KeyPath]


_PARTS = frozenset({"instances", "interfaces", "nat_gateways", "network_acls", "route_tables"})
"""Sections of a VPC that say of what is not told in it only what the topology does; its groups, say, may be anything's."""


def around(before: Engine, after: Engine, may: Touched | None) -> Iterator[str]:
    """What is not modelled or not known and may let other traffic through than before: it, or something around it, was
    edited. `may`: what the edit can touch; None: anything."""
    may = may if _of_parts_alone(before, after) else None
    doubts: dict[tuple[str, str], set[KeyPath]] = {}
    for network in (before, after):
        for doubt in (*_doors(network, may), *_unknowns(network, may)):
            doubts.setdefault((doubt.where, doubt.why), set()).update(doubt.places)
    for (where, why), places in doubts.items():
        if any(before.source.document.value(place) != after.source.document.value(place) for place in places):
            yield f"what goes to and from {where}, which may differ: {why}"


def _of_parts_alone(before: Engine, after: Engine) -> bool:
    """Whether all that was edited is of parts of VPCs, and of groups."""
    one, other = ({**network_of(engine.source)} for engine in (before, after))
    vpcs, others = (each.pop("vpcs", None) or {} for each in (one, other))
    if one != other or vpcs.keys() != others.keys() or before.topology.joined != after.topology.joined:
        return False
    pairs = ((vpcs[name], others[name]) for name in vpcs)
    edited = {key for body, now in pairs for key in {*body, *now} if body.get(key) != now.get(key)}
    return edited <= {*_PARTS, "security_groups"}


def _doors(network: Engine, may: Touched | None) -> Iterator[_Doubt]:
    """What is not modelled; where an edit touches no way to and from it, only what may be its own is looked at."""
    strangers = network.topology.strangers
    for door in dict.fromkeys((*network.not_modelled, *strangers)):
        everything = may is None or door.name in may.doors
        places = _places_of(door, network.topology) if everything else _own(door, network)
        yield _Doubt(door.name, door.reason, frozenset(places))


def _own(door: Door, network: Engine) -> Iterator[KeyPath]:
    """What may be a door's own: what is written of it, and of its VPCs but for what is a part of the topology."""
    yield door.path
    yield ("prefix_lists",)
    for vpc in _vpcs_of(door) - door.enters:
        written = network.source.document.value(("vpcs", vpc))
        yield from (("vpcs", vpc, key) for key in written if key not in _PARTS)


def _vpcs_of(door: Door) -> set[str]:
    """The VPCs that a door leads into."""
    return {vpc for vpc, _ in door.subnets} | door.enters | ({door.vpc} if door.vpc else set())


def _unknowns(network: Engine, may: Touched | None) -> Iterator[_Doubt]:
    """What the design does not tell of subnets, tables and interfaces may be any of their VPC's. A route leads to what
    passes on, perhaps to something that is not told: of what is told, an edit has to touch something that does."""
    anywhere = may is None or may.passes_on
    for vpc, body in network.design.vpcs.items():
        own = [("prefix_lists",), *(("vpcs", vpc, key) for key in ("network_acls", "route_tables", "security_groups"))]
        here = frozenset(_around((vpc,), network.topology) if anywhere else own)
        for name, subnet in body.subnets.items():
            if subnet.network_acl == UNKNOWN:
                places = frozenset({("vpcs", vpc, "network_acls")})
                yield _Doubt(f"subnet {vpc}.{name}", "its network ACL is not known", places)
            if subnet.route_table == UNKNOWN:
                yield _Doubt(f"subnet {vpc}.{name}", "its route table is not known", here)
        for name, table in body.route_tables.items():
            if _leads_somewhere(table):
                yield _Doubt(f"route table {vpc}.{name}", "not all of its routes are known", here)
    groups = {vpc: frozenset({("vpcs", vpc, "security_groups"), ("prefix_lists",)}) for vpc in network.design.vpcs}
    for interface in network.topology.interfaces.values():
        vpc = interface.vpc.name
        if interface.groups is not None and any(name == UNKNOWN for _, name in interface.groups):
            yield _Doubt(interface.name, "its security groups are not known", groups[vpc])


def _leads_somewhere(table: RouteTable) -> bool:
    """Whether the target or the destination of one of its routes is not known."""
    return UNKNOWN in table.routes or UNKNOWN in table.routes.values()


def _places_of(door: Door, topology: Topology) -> Iterator[KeyPath]:
    """Where an edit may change what passes through a door: itself, and around its VPCs."""
    yield door.path
    yield from _around(_vpcs_of(door), topology)


def _around(vpcs: Iterable[str], topology: Topology) -> Iterator[KeyPath]:
    """Some VPCs, what joins these to others, the VPCs among these, and the lists of prefixes that all may name."""
    yield ("prefix_lists",)
    own = set(vpcs)  # of which no subnet may be known
    joining = {path for vpc in own for path in topology.joined.get(vpc, ())}
    yield from joining
    neighbours = {vpc for vpc in topology.vpcs if not joining.isdisjoint(topology.joined.get(vpc, ()))}
    yield from (("vpcs", vpc) for vpc in own | neighbours)
