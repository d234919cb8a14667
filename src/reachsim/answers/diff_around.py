"""What an edit may change of what is not modelled, or not known, though nothing that is known differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reachsim.engine import Engine
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.route_table import RouteTable
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.topology.topology import Topology


@dataclass(frozen=True)
class _Doubt:
    """Something that may let other traffic through than before: where it is, why, and what was edited then."""

    where: str
    why: str
    places: frozenset[KeyPath]


def around(before: Engine, after: Engine) -> Iterator[str]:
    """What is not modelled or not known and may let other traffic through than before: it, or something around it, was
    edited."""
    doubts: dict[tuple[str, str], set[KeyPath]] = {}
    for network in (before, after):
        for doubt in (*_doors(network), *_unknowns(network)):
            doubts.setdefault((doubt.where, doubt.why), set()).update(doubt.places)
    for (where, why), places in doubts.items():
        if any(before.source.document.value(place) != after.source.document.value(place) for place in places):
            yield f"what goes to and from {where}, which may differ: {why}"


def _doors(network: Engine) -> Iterator[_Doubt]:
    for door in dict.fromkeys((*network.not_modelled, *network.topology.strangers)):
        yield _Doubt(door.name, door.reason, frozenset(_places_of(door, network.topology)))


def _unknowns(network: Engine) -> Iterator[_Doubt]:
    """What the design does not tell of subnets, tables and interfaces may be any of their VPC's."""
    for vpc, body in network.design.vpcs.items():
        here = frozenset(_around((vpc,), network.topology))
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
    """Where an edit may change what passes through a door: itself, and around its VPCs and those that it leads into."""
    yield door.path
    yield from _around({vpc for vpc, _ in door.subnets} | door.enters | ({door.vpc} if door.vpc else set()), topology)


def _around(vpcs: Iterable[str], topology: Topology) -> Iterator[KeyPath]:
    """Some VPCs, what joins these to others, the VPCs among these, and the lists of prefixes that all may name."""
    yield ("prefix_lists",)
    own = set(vpcs)  # of which no subnet may be known
    joining = {path for vpc in own for path in topology.joined.get(vpc, ())}
    yield from joining
    neighbours = {vpc for vpc in topology.vpcs if not joining.isdisjoint(topology.joined.get(vpc, ()))}
    yield from (("vpcs", vpc) for vpc in own | neighbours)
