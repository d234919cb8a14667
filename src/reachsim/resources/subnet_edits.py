"""What edits build anew around a subnet: a public subnet, and a route table of its own for subnets that share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from reachsim.resources.mending import Case, KeyChange, RouteOffer
from reachsim.rules.clauses import KeyPath
from reachsim.rules.route import DEFAULT


def public_subnets(case: Case, vpc: str) -> list[str]:
    """The subnets of a VPC whose default route leads to its internet gateway (**ROUTE-25**)."""
    body, view = case.view.design.vpcs[vpc], case.view
    gateway = body.internet_gateway
    return [
        name
        for name, subnet in body.subnets.items()
        if gateway is not None and subnet.cidr and view.target(vpc, view.table_of(name, vpc), DEFAULT) == gateway
    ]


def new_public_subnet(
    case: Case, vpc: str, zone: str | None, *, assigns: bool = False
) -> tuple[str, list[KeyChange]] | None:
    """A public subnet with a table of its own, and an internet gateway where there is none: its name, and what to change.
    None where the VPC has no room, or the name is taken. `assigns`: it gives instances public addresses (IGW-9)."""
    body = case.view.design.vpcs[vpc]
    block = case.view.free(vpc, 28)
    if block is None or "public" in body.subnets or "public" in body.route_tables:
        return None
    path: KeyPath = ("vpcs", vpc)
    gateway = body.internet_gateway or "igw"
    changes = [] if body.internet_gateway else [KeyChange((*path, "internet_gateway"), gateway)]
    changes.append(KeyChange((*path, "route_tables", "public"), {DEFAULT: gateway}))
    subnet: dict[str, Any] = {"cidr": str(block), **({} if zone is None else {"az": zone}), "route_table": "public"}
    if assigns:
        subnet["map_public_ip_on_launch"] = True
    changes.append(KeyChange((*path, "subnets", "public"), subnet))
    return "public", changes


def own_way_out(case: Case, vpc: str, subnet: str) -> tuple[KeyChange, ...]:
    """A table of its own for a subnet, with the default route to the internet gateway. Nothing where no other subnet has its
    table, or there is a table already that leads there: then that route, or that table, is less to change."""
    body, table = case.view.design.vpcs[vpc], case.view.table_of(subnet, vpc)
    gateway = body.internet_gateway
    if gateway is None or not shared_with_others(case, vpc, table, [subnet]):
        return ()
    if any(case.view.target(vpc, name, DEFAULT) == gateway for name in body.route_tables):
        return ()
    return tuple(own_table(case, vpc, table, [subnet], RouteOffer(DEFAULT, gateway, "")))


def shared_with_others(case: Case, vpc: str, table: str, subnets: Sequence[str]) -> bool:
    """Whether a table is that of all these subnets, and of others too."""
    users = {name for name in case.view.design.vpcs[vpc].subnets if case.view.table_of(name, vpc) == table}
    return users > {*subnets}


def own_table(case: Case, vpc: str, table: str, subnets: Sequence[str], offer: RouteOffer) -> Iterator[KeyChange]:
    """A new table for subnets that share one: the same routes with one more, or another (ROUTE-2)."""
    path: KeyPath = ("vpcs", vpc, "route_tables")
    tables = case.view.design.vpcs[vpc].route_tables
    name = next(each for each in _names(subnets[0]) if each not in tables)
    body = deepcopy(case.view.written((*path, table))) or {}
    short = table not in tables or not tables[table].path_of(())
    routes = body if short else body.setdefault("routes", {})
    routes[offer.destination] = offer.target
    yield from offer.also
    yield KeyChange((*path, name), body)
    for subnet in subnets:
        yield KeyChange(("vpcs", vpc, "subnets", subnet, "route_table"), name)


def _names(subnet: str) -> Iterator[str]:
    yield subnet
    number = 2
    while True:
        yield f"{subnet}-{number}"
        number += 1
