"""Transit gateways with their attachments and route tables."""

from __future__ import annotations

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.inventory import Item, inner
from reachsim.importing.rules import block
from reachsim.resources.reference import BLACKHOLE


def add_transit_gateways(draft: Draft) -> None:
    """Transit gateways with attachments and tables."""
    own: dict[str, dict[str, Item]] = {}
    for item in (*draft.found.of("TransitGatewayAttachments"), *draft.found.of("TransitGatewayVpcAttachments")):
        gateway = str(item.get("TransitGatewayId") or "")
        if gateway and item.get("State") not in GONE:
            known = own.setdefault(gateway, {})
            before = known.get(item.id)
            both = {**(before.attributes if before else {}), **item.attributes}
            known[item.id] = Item(item.id, both, item.origin)
    for gateway in dict.fromkeys([*(item.id for item in draft.found.of("TransitGateways")), *own]):
        described = draft.found.one("TransitGateways", gateway)
        name = draft.naming.name("targets", described.name if described is not None else "", gateway)
        draft.names[gateway], draft.out.names[gateway] = name, name
        attachments: Data = {}
        known_names: dict[str, str] = {}
        for id, item in own.get(gateway, {}).items():
            attached = attachment(draft, item)
            if attached is not None:
                known_names[id] = draft.naming.name(f"{gateway} attachments", item.name, id)
                attachments[known_names[id]] = attached
        tables = transit_tables(draft, gateway, own.get(gateway, {}), known_names)
        body: Data = {"attachments": attachments}
        if tables is not None:
            body["route_tables"] = tables
        draft.top("transit_gateways")[name] = body


def attachment(draft: Draft, item: Item) -> Data | None:
    """One attachment, None for what is not read."""
    kind = item.get("ResourceType") or ("vpc" if item.get("VpcId") else "")
    vpc = str(item.get("VpcId") or item.get("ResourceId") or "")
    if kind == "vpc" and vpc in draft.names:
        subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
        body: Data = {"vpc": draft.names[vpc], "subnets": subnets}
        if inner(item, "Options").get("ApplianceModeSupport") == "enable":
            body["appliance_mode"] = True
        return body if subnets else None
    draft.note("not read", item.id, f"an attachment of type {kind}", item)
    return None


def transit_tables(draft: Draft, gateway: str, items: dict[str, Item], names: dict[str, str]) -> Data | None:
    """The route tables of a gateway; None where none was read."""
    tables = [each for each in draft.found.of("TransitGatewayRouteTables") if each.get("TransitGatewayId") == gateway]
    if not tables:
        return None
    out: Data = {}
    for table in tables:
        propagations = draft.found.one("TransitGatewayPropagations", table.id)
        routes = draft.found.one("TransitGatewayStaticRoutes", table.id)
        body: Data = {
            "associations": [
                names[id]
                for id, item in items.items()
                if id in names and inner(item, "Association").get("TransitGatewayRouteTableId") == table.id
            ],
            "propagations": [
                names[str(each.get("TransitGatewayAttachmentId"))]
                for each in (propagations.list("TransitGatewayRouteTablePropagations") if propagations else ())
                if each.get("TransitGatewayAttachmentId") in names and each.get("State", "enabled") == "enabled"
            ],
            "routes": {},
        }
        for route in routes.list("Routes") if routes is not None else ():
            if route.get("Type", "static") != "static" or not route.get("DestinationCidrBlock"):
                continue
            to = [str(each.get("TransitGatewayAttachmentId")) for each in route.get("TransitGatewayAttachments") or ()]
            target = names.get(to[0]) if to else None
            if route.get("State") == "blackhole":
                target = BLACKHOLE
            if target is not None:
                body["routes"][block(route["DestinationCidrBlock"])] = target
        out[draft.naming.name(f"{gateway} tables", table.name, table.id)] = body
    return out
