"""Route tables, and which gateways they are of."""

from __future__ import annotations

from typing import Final

from reachsim.importing.builder.draft import Data, Draft, in_place_of
from reachsim.importing.builder.targets import CONNECTIONS, target_of
from reachsim.importing.inventory import Fields, Item, Unknown
from reachsim.importing.rules import Refused, block
from reachsim.resources.reference import BLACKHOLE, UNKNOWN

_NO_CONNECTIONS: Final = ("igw-", "vpce-", "local")
"""What a route leads to under the same key as to a connection, and is none."""


def add_routes(draft: Draft) -> None:
    """Route tables, and which gateways they are of."""
    draft.each("RouteTables", add_table, in_place_of("route_tables", "its routes", {UNKNOWN: UNKNOWN}), maybe=True)
    for vpc in draft.vpc_ids:
        if vpc not in draft.names:
            continue
        if draft.found.without_routes:
            assume_routes(draft, vpc)
        elif "main" not in draft.body(vpc).get("route_tables", {}):
            for body in draft.section(vpc, "subnets").values():
                body.setdefault("route_table", UNKNOWN)


def add_table(draft: Draft, item: Item) -> None:
    """One table with its routes. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc:
        draft.note("left out", item.id, "it is in no VPC that was read", item)
        return
    routes: Data = {}
    listed = item.members("Routes")
    told: dict[str, Fields] = {}
    for route in listed.known:
        destination = add_route(draft, routes, item, vpc, route)
        if destination is not None:
            told[destination] = route
    reason = listed.reason or draft.learning.get(item.id, "")
    if reason:
        draft.unknown(item, "whether it has other routes", reason)
        put(routes, UNKNOWN, UNKNOWN)
    table: Data = routes
    gateway = gateway_of(draft, item, vpc)
    if gateway and draft.names[item.id] != "main":
        table = {"routes": routes, "gateway": gateway}
    propagate = propagating(draft, item, vpc, routes)
    if propagate:
        table = {**(table if "routes" in table else {"routes": routes}), "propagate": propagate}
    draft.section(vpc, "route_tables")[draft.names[item.id]] = table
    path = (*draft.path_of[item.id], *(() if table is routes else ("routes",)))
    for destination, route in told.items():
        draft.place_entry((*path, destination), route)


def gateway_of(draft: Draft, item: Item, vpc: str) -> str:
    """The gateway whose arriving packets a table routes (edge association); what comes in by one that may be it is not
    known."""
    found = ""
    for each in item.members("Associations").known:
        id = each.either("GatewayId")
        vague = item.maybe or each.maybe or (id.reason if isinstance(id, Unknown) else "")
        if id and vague and "internet_gateway" in draft.body(vpc):
            draft.unknown(item, "whether it routes what comes in by a gateway", vague)
            draft.body(vpc)["gateway_attachment"] = UNKNOWN
        elif isinstance(id, str) and draft.local(vpc, id) is not None:
            found = draft.names[id]
    return found


def propagating(draft: Draft, item: Item, vpc: str, routes: Data) -> list[str]:
    """The virtual private gateways whose prefixes a table takes in; those that it has taken in are routes."""
    if any(each.either("Origin") == "EnableVgwRoutePropagation" for each in item.members("Routes").known):
        return []
    listed = item.certain("PropagatingVgws")
    ids = [each.either("GatewayId") if isinstance(each, Fields) else each for each in listed.known]
    unknown = [*listed.unknown, *(id for id in ids if isinstance(id, Unknown))]
    names = [draft.names[id] for id in ids if isinstance(id, str) and draft.local(vpc, id) is not None]
    for why in (draft.doubted, draft.vague):
        unknown += [Unknown(why[id]) for id in ids if isinstance(id, str) and id in why]
    if unknown or len(names) < len(ids):
        draft.unknown(item, "what it learns from a virtual private gateway", unknown[0].reason if unknown else "")
        put(routes, UNKNOWN, UNKNOWN)
    return names


def assume_routes(draft: Draft, vpc: str) -> None:
    """The routes of a collector that never asks for them: to the internet, where a gateway is attached."""
    gateway = draft.body(vpc).get("internet_gateway")
    draft.section(vpc, "route_tables")["main"] = {"0.0.0.0/0": gateway} if gateway else {}
    draft.note(
        "assumed", draft.names[vpc], "its collector reads no route tables: a default route to its gateway is taken"
    )


def put(routes: Data, destination: str, target: str) -> None:
    """A route of a table; where two may be to one destination, nobody knows where they lead."""
    routes[destination] = target if routes.get(destination, target) == target else UNKNOWN


def add_route(draft: Draft, routes: Data, table: Item, vpc: str, route: Fields) -> str | None:
    """One route of a table, with its destination for an answer; local ones are there without being written."""
    target = target_of(route)
    try:
        destination = destination_of(draft, table, route, target)
    except Refused as error:
        draft.note("left out", table.id, f"a route that AWS would refuse: {error}", table)
        return None
    if destination is None or (target == "local" and destination in draft.body(vpc)["cidrs"]):
        return None
    state = route.either("State")
    vague = route.maybe or next((each.reason for each in (target, state) if isinstance(each, Unknown)), "")
    if state != "blackhole":
        add_strange_connection(draft, table, vpc, route)
    if vague:
        draft.unknown(table, f"where a route to {destination} leads", vague)
        put(routes, destination, UNKNOWN)
    elif target == "local":
        put(routes, destination, "local")
    elif state == "blackhole":
        put(routes, destination, BLACKHOLE)
    else:
        put(routes, destination, target_name(draft, vpc, str(target or ""), table))
    return destination


def add_strange_connection(draft: Draft, table: Item, vpc: str, route: Fields) -> None:
    """Where a route leads to a connection that was not read: that the VPC has one, by which anything may come in."""
    found = [route.either(key) for key in CONNECTIONS]
    strange = [each for each in found if isinstance(each, Unknown) and not getattr(each, "candidates", ())]
    known = [str(each) for each in found if each and not isinstance(each, Unknown)]
    known = [id for id in known if not id.startswith(_NO_CONNECTIONS) and id not in draft.names]
    name = draft.names[vpc]
    told = draft.out.design.get("unknown_connections", {}).values()
    if (strange or known) and not any(each["vpcs"] == [name] for each in told):
        why = f"{known[0]} was not collected" if known else strange[0].reason
        own = draft.naming.name("targets", "", known[0] if known else f"connection of {name}")
        draft.top("unknown_connections")[own] = {"vpcs": [name], "why": f"{own}: what it brings is not known: {why}"}


def destination_of(draft: Draft, table: Item, route: Fields, target: object) -> str | None:
    """The destination of a route as a design writes it; None for one that it does not write. Raises Refused."""
    for key in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"):
        told = route.either(key)
        if isinstance(told, Unknown):
            draft.unknown(table, "the destination of a route", told.reason)
            return UNKNOWN
        if told:
            return block(told)
    listed = route.either("DestinationPrefixListId")
    if isinstance(listed, Unknown):
        draft.unknown(table, "the destination of a route", listed.reason)
        return UNKNOWN
    if not listed:
        return None
    if isinstance(target, str) and target.startswith("vpce-") and target in draft.names:
        return None  # AWS writes it itself (EP-1)
    if listed not in draft.names:
        text = f"the entries of prefix list {listed}, which a route has, were not collected"
        draft.note("unknown", table.id, text, table)
    return draft.names.get(str(listed), UNKNOWN)


def target_name(draft: Draft, vpc: str, id: str, table: Item) -> str:
    """What a route leads to, by name; unknown where that was not read, or where what it does is in doubt."""
    name = draft.local(vpc, id)
    if name is None and draft.vpc_of.get(id, "") == "":
        name = draft.names.get(id)
    if id in draft.doubted:
        draft.unknown(table, f"what becomes of what a route leads to {id}", draft.doubted[id])
        return UNKNOWN
    if name is None:
        why = draft.found.why_missing(id)
        missing = f"{id or 'the target of a route'} was not collected"
        draft.note("unknown", table.id, f"where a route leads is not known: {why}" if why else missing, table)
        return UNKNOWN
    if may_forward(draft, id):
        draft.unknown(table, f"what becomes of what a route leads to {id}", "whether its system forwards is not told")
        return UNKNOWN
    return name


def may_forward(draft: Draft, id: str) -> bool:
    """Whether an instance, or the one that an interface is of, takes what is not to it while nothing says what its system
    does with that: AWS's calls and files do not tell it (NATI-5). One that checks sources and destinations drops it."""
    interface = draft.found.one("NetworkInterfaces", id)
    holder = interface.either("Attachment") if interface is not None else None
    owner = holder.either("InstanceId") if isinstance(holder, Fields) else None if interface is not None else id
    instance = draft.found.one("Instances", owner) if isinstance(owner, str) else None
    if instance is not None and instance.either("Forwards") is True:
        return False
    own = interface or instance
    return own is not None and any(
        each.either("SourceDestCheck") is False for each in (own, *_interfaces_of(draft, id))
    )


def _interfaces_of(draft: Draft, instance: str) -> list[Item]:
    """The interfaces of an instance."""
    attached = ((item, item.either("Attachment")) for item in draft.found.of("NetworkInterfaces"))
    return [item for item, at in attached if isinstance(at, Fields) and at.either("InstanceId") == instance]
