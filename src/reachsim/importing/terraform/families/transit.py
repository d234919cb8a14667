"""Transit gateways: attachments of all kinds, tables, associations, propagations, static routes."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import REFERENCING, Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, label, maybe, present
from reachsim.importing.terraform.families.gateways import is_of_transit_gateway
from reachsim.importing.terraform.snapshot import Resource

_P: Final = "aws_ec2_transit_gateway"
_VPC_ACCEPTER: Final = f"{_P}_vpc_attachment_accepter"
_PEER_ACCEPTER: Final = f"{_P}_peering_attachment_accepter"
_OF_VPCS: Final = "TransitGatewayVpcAttachments"
_OTHERS: Final = "TransitGatewayAttachments"
TYPES: Final = frozenset(
    {
        _P, f"{_P}_vpc_attachment", _VPC_ACCEPTER, f"{_P}_route_table", f"{_P}_route_table_association",
        f"{_P}_route_table_propagation", f"{_P}_route", f"{_P}_peering_attachment", _PEER_ACCEPTER, f"{_P}_connect",
        f"{_P}_connect_peer", f"{_P}_prefix_list_reference",
        *(f"{_P}_default_route_table_{word}" for word in ("association", "propagation")),
    }
)  # fmt: skip


def add(made: Assembly) -> None:
    """Gateways with the tables that AWS makes for them, attachments, then what tables have."""
    for each in made.found.of(_P):
        options = {"DefaultRouteTableAssociation": _switch(each, "association")}
        options["DefaultRouteTablePropagation"] = _switch(each, "propagation")
        options |= present({REFERENCING: each.get("security_group_referencing_support")})
        made.put("TransitGateways", each, {"State": "available", "Options": options})
        for word in ("association", "propagation"):
            if _switch(each, word) != "disable":
                of = {"TransitGatewayId": each.id}
                made.place("TransitGatewayRouteTables", default_table(each, word), of, each.origin)
    for each in made.found.of(f"{_P}_route_table"):
        made.put("TransitGatewayRouteTables", each, present({"TransitGatewayId": each.get("transit_gateway_id")}))
    _attach(made)
    by_id: dict[Any, list[Attributes]] = {}
    for item in (*made.of(_OF_VPCS), *made.of(_OTHERS)):
        by_id.setdefault(item.attributes.get("TransitGatewayAttachmentId", item.id), []).append(item.attributes)
    for each in made.found.of(f"{_P}_route_table_association"):
        _associate(made, each, by_id)
    for each in made.found.of(f"{_P}_route_table_propagation"):
        _propagate(made, each.get("transit_gateway_route_table_id"), _attachment_of(made, each), each)
    for each in made.found.of(f"{_P}_route", f"{_P}_prefix_list_reference"):
        _route(made, each)


def _switch(gateway: Resource, word: str) -> Any:
    value = gateway.get(f"default_route_table_{word}")
    return "enable" if value is None else value


def default_table(gateway: Resource, word: str) -> str:
    """The id of the table that AWS makes with a gateway: one for associations and propagations (TGW-1)."""
    told = (known(gateway.get(f"{each}_default_route_table_id")) for each in (word, "association", "propagation"))
    return next(filter(None, told), f"{gateway.id}.association_default_route_table_id")


# -- attachments -------------------------------------------------------------------------------------------------


def _attach(made: Assembly) -> None:
    """Attachments, each with what its gateway does with it by itself."""
    accepters = {_attachment_of(made, each): each for each in made.found.of(_VPC_ACCEPTER)}
    for each in made.found.of(f"{_P}_vpc_attachment"):
        _attach_vpc(made, each, accepters.pop(each.id, each))
    for each in accepters.values():  # somebody else's attachment to a gateway of the file
        _attach_vpc(made, each, each)
    for each in made.found.of(f"{_P}_peering_attachment"):
        _attach_peer(made, each)
    for each in made.found.of(_PEER_ACCEPTER):
        if not any(one.id == _attachment_of(made, each) for one in made.found.of(f"{_P}_peering_attachment")):
            _attach_peer(made, each)
    for each in made.found.of(f"{_P}_connect"):
        id = each.get("transit_gateway_id")
        holder = made.put(_OTHERS, each, present({"TransitGatewayId": id, "ResourceType": "connect"}))
        _defaults(made, holder, each.id, each)
    for each in made.found.of("aws_vpn_connection"):
        if each.get("transit_gateway_id") is not None:
            id = known(each.get("transit_gateway_attachment_id")) or f"{each.id}.transit_gateway_attachment_id"
            _attach_other(made, each, id, each.get("transit_gateway_id"), "vpn", each.id)
    for each in made.found.of("aws_dx_gateway_association"):
        if is_of_transit_gateway(made, each):
            gateway = each.get("associated_gateway_id")
            id = known(each.get("transit_gateway_attachment_id")) or f"{each.id}.transit_gateway_attachment_id"
            _attach_other(made, each, id, gateway, "direct-connect-gateway", known(each.get("dx_gateway_id")))


def _attach_vpc(made: Assembly, each: Resource, accepter: Resource) -> None:
    """The attachment of a VPC; `accepter`: what says how a gateway takes it, itself or who accepts it."""
    subnets = each.values.get("subnet_ids")
    id = _attachment_of(made, each) if each.address.type == _VPC_ACCEPTER else each.id
    body: Attributes = {
        "TransitGatewayId": each.get("transit_gateway_id"),
        "VpcId": each.get("vpc_id"),
        "ResourceType": "vpc",
        "SubnetIds": subnets if isinstance(subnets, Unknown) else list(subnets or []),
        "State": "available" if accepter is not each else _accepted(made, each),
        "Options": present(
            {
                "ApplianceModeSupport": each.get("appliance_mode_support"),
                "Ipv6Support": each.get("ipv6_support"),
                REFERENCING: each.get("security_group_referencing_support"),
            }
        ),
    }
    holder = made.put(_OF_VPCS, each, present(body), id if isinstance(id, str) else str(each.address))
    _defaults(made, holder, id, accepter)


def _accepted(made: Assembly, each: Resource) -> Any:
    """The state of an attachment that nothing in the file accepts: a gateway of the same account takes it at once, that of
    another one if it is told to (`auto_accept_shared_attachments`)."""
    gateway = next((one for one in made.found.of(_P) if one.id == each.get("transit_gateway_id")), None)
    if gateway is None or gateway.get("auto_accept_shared_attachments") == "enable":
        return "available"
    owners = known(each.get("vpc_owner_id")), known(gateway.get("owner_id"))
    same = owners[0] == owners[1] if all(owners) else made.place_of(each)[0] == made.place_of(gateway)[0]
    return "available" if same else Unknown("whether the owner of the transit gateway accepts it is not known")


def _attach_peer(made: Assembly, each: Resource) -> None:
    """Both sides of a peering, which have one id; of the other gateway nothing is known where it is not in the file. A
    peering propagates nothing (TGW-6)."""
    asks = each.address.type != _PEER_ACCEPTER
    id = each.id if asks else _attachment_of(made, each)
    ends = [each.get("transit_gateway_id"), each.get("peer_transit_gateway_id")]
    for gateway, other in (ends, ends[::-1]):
        if gateway == ends[0] or made.one("TransitGateways", gateway) is not None:
            _attach_other(made, each, id, gateway, "peering", known(other), propagates=False)


def _attach_other(
    made: Assembly, each: Resource, id: Any, gateway: Any, kind: str, resource: str, *, propagates: bool = True
) -> None:
    """An attachment of no VPC, of which a gateway has one by its id."""
    body = {
        "TransitGatewayId": gateway,
        "ResourceType": kind,
        "ResourceId": resource,
        "TransitGatewayAttachmentId": id,
        "State": "available",
        "Tags": [{"Key": "Name", "Value": label(each)}],
    }
    item = id if kind != "peering" else f"{id} of {gateway}"
    holder = made.place(_OTHERS, str(item), present(body), each.origin)
    _defaults(made, holder, id, each, propagates=propagates)


def _defaults(made: Assembly, holder: Attributes, id: Any, asked: Resource, *, propagates: bool = True) -> None:
    """What a gateway of the file does with an attachment where nobody says otherwise."""
    gateway = next((one for one in made.found.of(_P) if one.id == holder.get("TransitGatewayId")), None)
    if gateway is None:
        return
    for word in ("association", "propagation") if propagates else ("association",):
        said = asked.get(f"transit_gateway_default_route_table_{word}")
        if _switch(gateway, word) == "disable" or said is False:
            continue
        chosen = made.found.of(f"{_P}_default_route_table_{word}")
        named = [
            one.get("transit_gateway_route_table_id") for one in chosen if one.get("transit_gateway_id") == gateway.id
        ]
        table: Any = named[-1] if named else default_table(gateway, word)
        open = next((one for one in (said, _switch(gateway, word)) if isinstance(one, Unknown)), None)
        if word == "association":
            holder["Association"] = {"TransitGatewayRouteTableId": open or table}
        else:
            _propagate(made, table, open or id, asked)


def _attachment_of(made: Assembly, each: Resource) -> Any:
    """The attachment that something names: by its id, or as what accepts it."""
    id = each.get("transit_gateway_attachment_id")
    accepter = next(
        (one for one in made.found.of(_VPC_ACCEPTER, _PEER_ACCEPTER) if one.id == id and one is not each), None
    )
    return id if accepter is None else accepter.get("transit_gateway_attachment_id")


# -- tables ------------------------------------------------------------------------------------------------------


def _associate(made: Assembly, each: Resource, by_id: dict[Any, list[Attributes]]) -> None:
    """Put an attachment with a table; of a peering the side that the table is of. `by_id`: attachments."""
    link, table = _attachment_of(made, each), each.get("transit_gateway_route_table_id")
    if isinstance(link, Unknown):
        for one in (one for sides in by_id.values() for one in sides):
            one["Association"] = {"TransitGatewayRouteTableId": link}
        return
    of = (made.one("TransitGatewayRouteTables", table) or {}).get("TransitGatewayId")
    for one in by_id.get(link, []):
        if of in (None, one.get("TransitGatewayId")):
            one["Association"] = {"TransitGatewayRouteTableId": table}


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
    attachment, blackhole = _attachment_of(made, each), each.get("blackhole")
    route = present(
        {
            "DestinationCidrBlock": each.get("destination_cidr_block"),
            "PrefixListId": each.get("prefix_list_id"),
            "Type": "static",
            "State": blackhole if isinstance(blackhole, Unknown) else "blackhole" if blackhole else "active",
        }
    )
    if attachment is not None:
        route["TransitGatewayAttachments"] = [{"TransitGatewayAttachmentId": attachment}]
    for listed in _list_of(made, "TransitGatewayStaticRoutes", table, "Routes", each):
        listed.append(maybe(route, each, table) if isinstance(table, Unknown) else route)
