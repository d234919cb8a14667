"""Transit gateways with their attachments and route tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.importing.rules import block
from reachsim.resources.reference import BLACKHOLE, UNKNOWN

_KINDS: Final = ("TransitGatewayAttachments", "TransitGatewayVpcAttachments")


def add_transit_gateways(draft: Draft) -> None:
    """Transit gateways with attachments and tables. Of one of which any of that is not known, nobody knows what it does."""
    own: dict[str, dict[str, Item]] = {}
    for item in (each for kind in _KINDS for each in draft.found.of(kind)):
        gateway = item.either("TransitGatewayId")
        if isinstance(gateway, Unknown):
            for each in draft.found.of("TransitGateways"):
                draft.doubted[each.id] = gateway.reason
        elif gateway and item.either("State") not in GONE:
            members = own.setdefault(gateway, {})
            before = members.get(item.id)
            both = {**(before.attributes if before else {}), **item.attributes}
            members[item.id] = Item(item.id, both, item.origin, item.maybe)
    for gateway in dict.fromkeys([*(item.id for item in draft.found.of("TransitGateways")), *own]):
        described = draft.found.one("TransitGateways", gateway)
        item = described or Item(gateway, {}, next(iter(own[gateway].values())).origin)
        add_transit_gateway(draft, item, own.get(gateway, {}))


def add_transit_gateway(draft: Draft, item: Item, own: dict[str, Item]) -> None:
    """One gateway with its attachments and tables."""
    name = draft.naming.name("targets", item.name, item.id)
    draft.names[item.id], draft.out.names[item.id] = name, name
    attachments: Data = {}
    named: dict[str, str] = {}
    body: Data = {"attachments": attachments}
    doubts = [item.maybe, draft.doubted.get(item.id, "")]
    for id, member in own.items():
        doubts.append(member.maybe)
        try:
            attached = attachment(draft, member)
        except NotKnown as error:
            doubts.append(error.reason)
            continue
        if attached is not None:
            named[id] = draft.naming.name(f"{item.id} attachments", member.name, id)
            attachments[named[id]] = attached
    try:
        tables = transit_tables(draft, item.id, own, named)
        if tables is not None:
            body["route_tables"] = tables
    except NotKnown as error:
        doubts.append(error.reason)
    reason = next(filter(None, doubts), "")
    if reason:
        draft.unknown(item, "what it does", reason)
        draft.doubted[item.id] = reason
        body["policy_tables"] = {UNKNOWN: reason}
    draft.top("transit_gateways")[name] = body


def attachment(draft: Draft, item: Item) -> Data | None:
    """One attachment, None for what is not read. Raises NotKnown."""
    kind = item.text("ResourceType") or ("vpc" if "VpcId" in item else "")
    vpc = item.text("VpcId") or item.text("ResourceId")
    if kind == "vpc" and vpc in draft.names:
        subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
        body: Data = {"vpc": draft.names[vpc], "subnets": subnets}
        for id in item.list("SubnetIds"):
            described = draft.found.one("Subnets", id)
            if described is not None:
                described.get("AvailabilityZone")
        if item.inner("Options").get("ApplianceModeSupport") == "enable":
            body["appliance_mode"] = True
        return body if subnets else None
    draft.note("not read", item.id, f"an attachment of type {kind}", item)
    return None


def transit_tables(draft: Draft, gateway: str, items: dict[str, Item], names: dict[str, str]) -> Data | None:
    """The route tables of a gateway; None where none was read. Raises NotKnown."""
    tables = [each for each in draft.found.of("TransitGatewayRouteTables") if each.get("TransitGatewayId") == gateway]
    if not tables:
        return None
    out: Data = {}
    for table in tables:
        body: Data = {
            "associations": [names[id] for id, item in items.items() if id in names and _table_of(item) == table.id],
            "propagations": [names[id] for id in _propagating(draft, table.id) if id in names],
            "routes": {},
        }
        routes = draft.found.one("TransitGatewayStaticRoutes", table.id)
        for route in routes.list("Routes") if routes is not None else ():
            _add_route(body["routes"], route, names)
        out[draft.naming.name(f"{gateway} tables", table.name, table.id)] = body
    return out


def _table_of(item: Item) -> Any:
    return item.inner("Association").get("TransitGatewayRouteTableId")


def _propagating(draft: Draft, table: str) -> Iterator[str]:
    told = draft.found.one("TransitGatewayPropagations", table)
    for each in told.list("TransitGatewayRouteTablePropagations") if told is not None else ():
        _certain(each)
        if each.get("State", "enabled") == "enabled":
            yield each.text("TransitGatewayAttachmentId")


def _add_route(routes: Data, route: Fields, names: dict[str, str]) -> None:
    _certain(route)
    if route.get("Type", "static") != "static" or not route.get("DestinationCidrBlock"):
        return
    to = [each.text("TransitGatewayAttachmentId") for each in route.list("TransitGatewayAttachments")]
    target = names.get(to[0]) if to else None
    if route.get("State") == "blackhole":
        target = BLACKHOLE
    if target is not None:
        routes[block(route["DestinationCidrBlock"])] = target


def _certain(each: Fields) -> None:
    if each.maybe:
        raise NotKnown(Unknown(each.maybe))
