"""The reader of Terraform's plans and states: a file becomes objects of AWS's APIs, and every resource is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reachsim.importing.defaults import created_vpc
from reachsim.importing.inventory import HOST, NOT_READ, Inventory, Origin
from reachsim.importing.options import Options
from reachsim.importing.sources import Source
from reachsim.importing.terraform import alike, one_vpc
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.documents import Document, document, inside
from reachsim.importing.terraform.families import (
    acls,
    balancers,
    defaults,
    external,
    functions,
    gateways,
    groups,
    hosts,
    ipam,
    kubernetes,
    names,
    others,
    routes,
    services,
    transit,
    vpcs,
)
from reachsim.importing.terraform.kinds import SUBNET, VPC
from reachsim.importing.terraform.links import Links, holders
from reachsim.importing.terraform.snapshot import Resource, Snapshot
from reachsim.importing.terraform.types import ACCELERATES, is_host, matters, places_of

FAMILIES: Final[tuple[Callable[[Assembly], None], ...]] = (
    external.add_sources,
    vpcs.add,
    defaults.add,
    kubernetes.add_groups,
    external.add_strangers,
    routes.add,
    groups.add,
    acls.add,
    others.add,
    gateways.add,
    hosts.add,
    transit.add,
    services.add,
    kubernetes.add,
    balancers.add,
    functions.add,
    names.add,
)
"""In an order in which what is added to is there: defaults before those that adopt them, subnets before what is in them."""
READ: Final = frozenset[str]().union(
    *(
        each.TYPES
        for each in (
            vpcs,
            routes,
            groups,
            acls,
            gateways,
            hosts,
            ipam,
            transit,
            balancers,
            functions,
            services,
            kubernetes,
            names,
        )
    )
)
"""The types of resources that are understood."""


def recognises(source: Source) -> bool:
    """Whether a file is one of Terraform's, also inside what a tool wrapped around it."""
    return next(inside(source.data), None) is not None


def read_source(inventory: Inventory, source: Source, options: Options) -> None:
    """Take in what is (a state) or what will be (a plan)."""
    for data in inside(source.data):
        read(inventory, document(data, source.file), options)


def read(inventory: Inventory, found: Document, options: Options) -> None:
    """Take in what is or what will be: a state tells what is, and that is what will be, too."""
    inventory.two_sides = inventory.two_sides or found.before is not None
    if options.before and found.before is not None:
        take(inventory, found.before, None, options)
    else:
        take(inventory, found.after, found.before, options)
    origin = Origin(found.after.file, "")
    inventory.not_read += [(found.after.file, note, origin) for note in found.notes]


def take(inventory: Inventory, found: Snapshot, before: Snapshot | None, options: Options) -> None:
    """Take in one moment. `before`: that which a plan starts from."""
    made = Assembly(found, before)
    if found.planned:
        links = Links(found, options.strict)
        links.resolve()
        one_vpc.narrow(links)
        if not options.strict:
            alike.choose(links)
        made.assumed += [(str(each.address), text, each.origin) for each, text in links.assumed]
    for add in FAMILIES:
        add(made)
    _place_not_read(made)
    made.into(inventory)
    for each in found.of("aws_vpc"):
        created_vpc(inventory, each.id)
    inventory.aliases |= made.ids
    inventory.assumed += made.assumed
    inventory.not_read += made.unread
    inventory.not_read += [(what, why, Origin(found.file, what)) for what, why in found.skipped]
    _account(inventory, found)


def _place_not_read(made: Assembly) -> None:
    """Say where what is not read may have interfaces."""
    for each in made.found.managed:
        kind = each.address.type
        if kind in READ:
            continue
        if kind.startswith(ACCELERATES):  # it brings the internet to what is in a VPC, nobody knows in which
            for one in made.of("Vpcs"):
                made.place(NOT_READ, f"{each.id} in {one.id}", {"Kind": kind, "VpcId": one.id}, each.origin)
            continue
        host, told = is_host(kind), places_of(kind, each.values)
        subnets, vpcs = (
            [id for path, of in told.items() if of is one for id in _at(each, path)] for one in (SUBNET, VPC)
        )
        for one in each.each("setting"):  # of Elastic Beanstalk
            named = one.get("name") if isinstance(one, dict) else None
            if named in ("Subnets", "ELBSubnets"):
                text = one.get("value")
                subnets += text.split(",") if isinstance(text, str) else [text]
        if subnets or (vpcs and not host):
            body = {"Kind": kind, "SubnetIds": subnets or None, "VpcId": vpcs[0] if vpcs else None, HOST: host or None}
            made.put(NOT_READ, each, present(body))


def _at(each: Resource, path: str) -> list[Any]:
    """The ids at a path, in every block that has it."""
    way = path.split(".")
    told = [holder.get(way[-1]) for holder, _, _ in holders(each.values, tuple(way))]
    return [
        id for value in told for id in (value if isinstance(value, list) else [] if value in (None, "") else [value])
    ]


def _account(inventory: Inventory, found: Snapshot) -> None:
    """Name what is there, matters to a network and is not read."""
    for each in found.managed:
        if each.address.type in READ:
            continue
        if matters(each.address.type) or inventory.one(NOT_READ, each.id) is not None:
            inventory.not_read.append((str(each.address), f"{each.address.type} is not read", each.origin))
