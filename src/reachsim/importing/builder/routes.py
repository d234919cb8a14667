"""Route tables, and which subnets and gateways they are of."""

from __future__ import annotations

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item
from reachsim.importing.rules import Refused, block
from reachsim.resources.reference import BLACKHOLE, UNKNOWN


def add_routes(draft: Draft) -> None:
    """Route tables, and which subnets and gateways they are of."""
    for item in draft.found.of("RouteTables"):
        vpc = str(item.get("VpcId") or "")
        if vpc not in draft.names:
            draft.note("left out", item.id, "it is in no VPC that was read", item)
            continue
        routes: Data = {}
        for route in item.list("Routes"):
            add_route(draft, routes, item, vpc, route)
        name = draft.names[item.id]
        table: Data = routes
        for each in item.list("Associations"):
            subnet, gateway = str(each.get("SubnetId") or ""), str(each.get("GatewayId") or "")
            if draft.local(vpc, subnet) is not None and name != "main":
                draft.section(vpc, "subnets")[draft.names[subnet]]["route_table"] = name
            if gateway and draft.local(vpc, gateway) is not None and name != "main":
                table = {"routes": routes, "gateway": draft.names[gateway]}
        draft.section(vpc, "route_tables")[name] = table
    for vpc in draft.vpc_ids():
        if draft.found.without_routes:
            assume_routes(draft, vpc)
        elif "main" not in draft.body(vpc).get("route_tables", {}):
            for body in draft.section(vpc, "subnets").values():
                body.setdefault("route_table", UNKNOWN)


def assume_routes(draft: Draft, vpc: str) -> None:
    """The routes of a collector that never asks for them: to the internet, where a gateway is attached."""
    gateway = draft.body(vpc).get("internet_gateway")
    draft.section(vpc, "route_tables")["main"] = {"0.0.0.0/0": gateway} if gateway else {}
    draft.note(
        "assumed", draft.names[vpc], "its collector reads no route tables: a default route to its gateway is taken"
    )


def add_route(draft: Draft, routes: Data, table: Item, vpc: str, route: Data) -> None:
    """One route of a table; local ones are there without being written."""
    target = target_of(route)
    listed = route.get("DestinationPrefixListId")
    try:
        texts = (route.get("DestinationCidrBlock"), route.get("DestinationIpv6CidrBlock"))
        destination = next((block(text) for text in texts if text), None)
    except Refused as error:
        draft.note("left out", table.id, f"a route that AWS would refuse: {error}", table)
        return
    if target == "local" and destination in draft.body(vpc)["cidrs"]:
        return
    if destination is None and listed:
        if target and target.startswith("vpce-") and target in draft.names:
            return  # AWS writes it itself (EP-1)
        destination = draft.names.get(str(listed), UNKNOWN)
        if destination == UNKNOWN:
            draft.note(
                "unknown",
                table.id,
                f"the entries of prefix list {listed}, which a route has, were not collected",
                table,
            )
    if destination is None:
        return
    if target == "local":
        routes[destination] = "local"
    elif route.get("State") == "blackhole":
        routes[destination] = BLACKHOLE
    else:
        routes[destination] = target_name(draft, vpc, target or "", table)


def target_name(draft: Draft, vpc: str, id: str, table: Item) -> str:
    """What a route leads to, by name; unknown where that was not read."""
    name = draft.local(vpc, id)
    if name is None and draft.vpc_of.get(id, "") == "":
        name = draft.names.get(id)
    if name is None:
        draft.note("unknown", table.id, f"{id or 'the target of a route'} was not collected", table)
        return UNKNOWN
    return name
