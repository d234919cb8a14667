"""Transit gateways: VPC attachments, tables, associations, propagations, static routes."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, maybe, present
from reachsim.importing.terraform.snapshot import Resource

_P: Final = "aws_ec2_transit_gateway"
TYPES: Final = frozenset(
    {
        _P, f"{_P}_vpc_attachment", f"{_P}_vpc_attachment_accepter", f"{_P}_route_table",
        f"{_P}_route_table_association", f"{_P}_route_table_propagation", f"{_P}_route",
    }
)  # fmt: skip


def add(made: Assembly) -> None:
    """Gateways with the tables that AWS makes for them, attachments, then what tables have."""
    for each in made.found.of(_P):
        options = {"DefaultRouteTableAssociation": _switch(each, "association")}
        options["DefaultRouteTablePropagation"] = _switch(each, "propagation")
        made.put("TransitGateways", each, {"State": "available", "Options": options})
        for word in ("association", "propagation"):
            if _switch(each, word) != "disable":
                made.place(
                    "TransitGatewayRouteTables", default_table(each, word), {"TransitGatewayId": each.id}, each.origin
                )
    for each in made.found.of(f"{_P}_route_table"):
        made.put("TransitGatewayRouteTables", each, present({"TransitGatewayId": each.get("transit_gateway_id")}))
    for each in made.found.of(f"{_P}_vpc_attachment"):
        _attach(made, each)
    for each in made.found.of(f"{_P}_route_table_association"):
        link, table = each.get("transit_gateway_attachment_id"), each.get("transit_gateway_route_table_id")
        for holder in made.some("TransitGatewayVpcAttachments", link):
            holder["Association"] = {"TransitGatewayRouteTableId": link if isinstance(link, Unknown) else table}
    for each in made.found.of(f"{_P}_route_table_propagation"):
        _propagate(made, each.get("transit_gateway_route_table_id"), each.get("transit_gateway_attachment_id"), each)
    for each in made.found.of(f"{_P}_route"):
        _route(made, each)


def _switch(gateway: Resource, word: str) -> Any:
    value = gateway.get(f"default_route_table_{word}")
    return "enable" if value is None else value


def default_table(gateway: Resource, word: str) -> str:
    """The id of the table that AWS makes with a gateway: one for associations and propagations (TGW-1)."""
    known = gateway.get(f"{word}_default_route_table_id")
    return known if isinstance(known, str) and known else f"{gateway.id}.association_default_route_table_id"


def _attach(made: Assembly, each: Resource) -> None:
    subnets = each.values.get("subnet_ids")
    body: Attributes = {
        "TransitGatewayId": each.get("transit_gateway_id"),
        "VpcId": each.get("vpc_id"),
        "ResourceType": "vpc",
        "SubnetIds": subnets if isinstance(subnets, Unknown) else list(subnets or []),
        "State": "available",
        "Options": {"ApplianceModeSupport": each.get("appliance_mode_support")},
    }
    made.put("TransitGatewayVpcAttachments", each, present(body))
    gateway = next((one for one in made.found.of(_P) if one.id == each.get("transit_gateway_id")), None)
    if gateway is None:
        return
    holder = made.one("TransitGatewayVpcAttachments", each.id) or {}
    for word in ("association", "propagation"):
        asked = each.get(f"transit_gateway_default_route_table_{word}")
        if _switch(gateway, word) == "disable" or asked is False:
            continue
        table: Any = default_table(gateway, word)
        open = next((one for one in (asked, _switch(gateway, word)) if isinstance(one, Unknown)), None)
        if word == "association":
            holder["Association"] = {"TransitGatewayRouteTableId": open or table}
        else:
            _propagate(made, table, open or each.id, each)


def _list_of(made: Assembly, kind: str, table: Any, key: str, each: Resource) -> list[list[Any]]:
    """The list that a table has of a kind; that of every table where it is not known which."""
    tables = [table] if isinstance(table, str) else [item.id for item in made.of("TransitGatewayRouteTables")]
    out = []
    for id in tables:
        holder = made.one(kind, id)
        if holder is None:
            holder = made.place(kind, id, {key: []}, each.origin)
        out.append(holder[key])
    return out


def _propagate(made: Assembly, table: Any, attachment: Any, each: Resource) -> None:
    one = {"TransitGatewayAttachmentId": attachment, "State": "enabled"}
    key = "TransitGatewayRouteTablePropagations"
    for listed in _list_of(made, "TransitGatewayPropagations", table, key, each):
        if isinstance(table, Unknown):
            listed.append(maybe(one, each, table))
        elif one not in listed:
            listed.append(one)


def _route(made: Assembly, each: Resource) -> None:
    table = each.get("transit_gateway_route_table_id")
    attachment = each.get("transit_gateway_attachment_id")
    route = {"DestinationCidrBlock": each.get("destination_cidr_block"), "Type": "static"}
    route["State"] = "blackhole" if each.get("blackhole") is True else "active"
    if attachment is not None:
        route["TransitGatewayAttachments"] = [{"TransitGatewayAttachmentId": attachment}]
    for listed in _list_of(made, "TransitGatewayStaticRoutes", table, "Routes", each):
        listed.append(maybe(route, each, table) if isinstance(table, Unknown) else route)
