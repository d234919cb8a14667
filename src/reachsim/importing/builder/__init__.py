"""From an inventory to a design, one family of objects after the other.

A family is a module with a function that takes the draft: what it makes, it names (`Draft.place`) for those that come
after. A new family is its module and its place in `FAMILIES`.

What is not known is never taken for absent: reading it raises `NotKnown` (`inventory.Reading`). A family adds its items by
`Draft.each`, which makes of an item with something unknown that nobody asked about a component of which nothing is known
(`Draft.doubt`). A family that can say more of it reads by `either`, `members` and `certain`, and writes the design's own
`unknown`, with a note (`Draft.unknown`). `Draft.doubted` are things that are there while nobody knows what becomes of what
a route leads to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from reachsim.importing.builder.acls import add_acls
from reachsim.importing.builder.associations import associate_subnets
from reachsim.importing.builder.classic_balancers import add_classic_balancers
from reachsim.importing.builder.direct_connect import add_direct_connect_gateways
from reachsim.importing.builder.draft import Draft
from reachsim.importing.builder.endpoints import add_endpoints
from reachsim.importing.builder.functions import add_functions
from reachsim.importing.builder.gateways import add_gateways
from reachsim.importing.builder.groups import add_groups, associate_groups
from reachsim.importing.builder.interfaces import add_interfaces
from reachsim.importing.builder.load_balancers import add_load_balancers
from reachsim.importing.builder.managed_nodes import add_managed_nodes
from reachsim.importing.builder.members import name_members
from reachsim.importing.builder.name_servers import add_name_servers
from reachsim.importing.builder.names import add_dns_attributes, add_zones
from reachsim.importing.builder.nat_gateways import add_nat_gateways
from reachsim.importing.builder.peerings import add_peerings
from reachsim.importing.builder.possible import add_possible_interfaces
from reachsim.importing.builder.prefix_lists import add_prefix_lists
from reachsim.importing.builder.public_access import add_public_access
from reachsim.importing.builder.remainder import tell_remainder
from reachsim.importing.builder.routes import add_routes
from reachsim.importing.builder.services import add_endpoint_services
from reachsim.importing.builder.sorts import fit
from reachsim.importing.builder.strangers import add_strange_subnets
from reachsim.importing.builder.subnets import add_subnets
from reachsim.importing.builder.transit_gateways import add_transit_gateways, name_transit_gateways
from reachsim.importing.builder.unplaced import add_not_read, add_unplaced
from reachsim.importing.builder.vpcs import add_vpcs
from reachsim.importing.builder.vpn import add_vpn
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory
from reachsim.importing.naming import Naming, cleaned

_NAMED: Final = frozenset(
    {"Vpcs", "Instances", "NatGateways", "InternetGateways", "VpcPeeringConnections", "TransitGateways", "VpnGateways"}
)
"""Kinds of which one name is looked for in all VPCs."""
FAMILIES: Final[tuple[Callable[[Draft], None], ...]] = (
    add_prefix_lists,
    add_vpcs,
    add_subnets,
    add_strange_subnets,
    name_members,
    associate_subnets,
    add_gateways,
    add_interfaces,
    add_nat_gateways,
    add_possible_interfaces,
    add_groups,
    add_acls,
    add_peerings,
    name_transit_gateways,
    add_vpn,
    add_direct_connect_gateways,
    add_functions,
    add_endpoints,
    add_load_balancers,
    add_classic_balancers,
    add_endpoint_services,
    add_transit_gateways,
    add_not_read,
    add_unplaced,
    add_routes,
    add_dns_attributes,
    add_name_servers,
    add_zones,
    add_public_access,
    add_managed_nodes,
    associate_groups,
    tell_remainder,
)
"""In an order in which names are known before they are named: routes come last, since they name what they lead to."""


def yielding(found: Inventory) -> Iterator[str]:
    """The ids of objects of which another one of their kind, by the order of ids, has the name: so that what things are
    called does not hang on the order of a file."""
    for kind, members in found.items.items():
        by_name: dict[str, list[str]] = {}
        if kind in _NAMED:
            for item in members.values():
                if item.name:
                    by_name.setdefault(cleaned(item.name), []).append(item.id)
        for ids in by_name.values():
            yield from sorted(ids)[1:]


def build(found: Inventory) -> Imported:
    """The design of an inventory."""
    fit(found)
    draft = Draft(found, naming=Naming(yielding(found)))
    for add in FAMILIES:
        add(draft)
    for section in [key for key, value in draft.out.design.items() if value == {} and key != "vpcs"]:
        del draft.out.design[section]
    return draft.out
