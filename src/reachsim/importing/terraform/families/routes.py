"""Route tables: routes of their own and separate ones, and which subnets and gateways they are of."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import MAYBE, Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.snapshot import Resource, Snapshot

TYPES: Final = frozenset(
    {
        "aws_route_table", "aws_default_route_table", "aws_route", "aws_route_table_association",
        "aws_main_route_table_association", "aws_vpn_gateway_route_propagation",
        "aws_vpc_route_server_propagation",
    }
)  # fmt: skip
_TARGETS: Final = {
    "gateway_id": "GatewayId", "nat_gateway_id": "NatGatewayId", "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId", "network_interface_id": "NetworkInterfaceId",
    "instance_id": "InstanceId", "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "vpc_endpoint_id": "VpcEndpointId", "carrier_gateway_id": "CarrierGatewayId",
    "local_gateway_id": "LocalGatewayId", "core_network_arn": "CoreNetworkArn",
}  # fmt: skip
_DESTINATIONS: Final = {
    "DestinationCidrBlock": ("cidr_block", "destination_cidr_block"),
    "DestinationIpv6CidrBlock": ("ipv6_cidr_block", "destination_ipv6_cidr_block"),
    "DestinationPrefixListId": ("destination_prefix_list_id",),
}


def add(made: Assembly) -> None:
    """Tables, routes, associations."""
    for each in made.found.of("aws_route_table", "aws_default_route_table"):
        gateways = [{"GatewayId": id} for id in each.each("propagating_vgws")]
        main = [{"Main": True}] if each.address.type == "aws_default_route_table" else []
        body = {"VpcId": each.get("vpc_id"), "Associations": main, "PropagatingVgws": gateways}
        made.put("RouteTables", each, present(body | {"Routes": _inline(each, made)}))
    for each in made.found.of("aws_main_route_table_association"):
        _make_main(made, each)
    for each in made.found.of("aws_route"):
        _add_route(made, each)
    for each in made.found.of("aws_vpn_gateway_route_propagation"):
        gateway = [{"GatewayId": each.get("vpn_gateway_id")}]
        made.append("RouteTables", each, "PropagatingVgws", "route_table_id", gateway)
    for each in made.found.of("aws_vpc_route_server_propagation"):
        for holder in made.some("RouteTables", each.get("route_table_id")):
            holder["Routes"] = [*_known(holder["Routes"]), Unknown(f"what {each.address} writes is not in the file")]
    _associate(made)


def _known(routes: Any) -> list[Any]:
    return [routes] if isinstance(routes, Unknown) else routes


def _inline(table: Resource, made: Assembly) -> Any:
    """The routes that a table tells, without those that separate routes made (`groups`: a state lists these too, as it was
    when it was last refreshed)."""
    value = table.values.get("route")
    if not isinstance(value, list):
        return value if isinstance(value, Unknown) else []
    routes = [route_of(each) if isinstance(each, dict) else each for each in value]
    old = _separate(made.found if made.before is None else made.before, table.id)
    left = [each for each in routes if isinstance(each, Unknown) or destination_of(each) not in old]
    return made.perhaps_stale(left) if old else left


def _separate(found: Snapshot, table: str) -> set[Any]:
    """The destinations of the separate routes of a table."""
    return {destination_of(route_of(each.values)) for each in found.linked("aws_route", "route_table_id", table)}


def route_of(values: dict[str, Any]) -> Attributes:
    """One route, inline or separate. Targets that are not told are absent; one that is not known is unknown."""
    route: Attributes = {}
    for key, words in _DESTINATIONS.items():
        for word in words:
            if values.get(word) not in (None, ""):
                route[key] = values[word]
    for word, key in _TARGETS.items():
        if values.get(word) not in (None, ""):
            route[key] = values[word]
    if values.get("state") == "blackhole":
        route["State"] = "blackhole"
    return route


def destination_of(route: Attributes) -> Any:
    """What tells a route from others of its table; an unknown one is like no other."""
    return next((route[key] for key in _DESTINATIONS if key in route), None)


def _add_route(made: Assembly, each: Resource) -> None:
    """A separate route; the table may list it already."""
    route = route_of(each.values)
    table = made.one("RouteTables", each.get("route_table_id"))
    listed = None if table is None else table.get("Routes")
    if isinstance(listed, list):
        same = [old for old in listed if not isinstance(old, Unknown) and destination_of(old) == destination_of(route)]
        for old in same:
            listed.remove(old)
    made.append("RouteTables", each, "Routes", "route_table_id", [route])


def _make_main(made: Assembly, each: Resource) -> None:
    """The table that a VPC's main table is replaced by; the one that was created with the VPC is then a plain one."""
    vpc, table = each.get("vpc_id"), each.get("route_table_id")
    for item in made.of("RouteTables"):
        ours = item.attributes.get("VpcId") == vpc or isinstance(vpc, Unknown)
        if not ours:
            continue
        kept = [one for one in item.attributes["Associations"] if isinstance(one, Unknown) or not one.get("Main")]
        if item.id == table:
            kept.append({"Main": True})
        elif isinstance(table, Unknown) or isinstance(vpc, Unknown):
            kept = [*item.attributes["Associations"], Unknown(f"{each.address} may make it the main table")]
        item.attributes["Associations"] = kept
    if isinstance(table, str) and made.one("RouteTables", table) is None and isinstance(vpc, str):
        body = {"VpcId": vpc, "Associations": [{"Main": True}], "Routes": Unknown(f"{table} is not in the file")}
        made.place("RouteTables", table, body, each.origin)


def _associate(made: Assembly) -> None:
    """Which subnets and gateways tables are of. A subnet of an unknown table gets one of which no route is known."""
    for each in made.found.of("aws_route_table_association"):
        table, gateway = each.get("route_table_id"), each.get("gateway_id")
        members: list[Attributes] = [
            present({"SubnetId": id, MAYBE: why}) for id, why in made.possible("Subnets", each.get("subnet_id"))
        ]
        if gateway is not None:
            members.append({"GatewayId": gateway})
        if made.one("RouteTables", table) is not None:
            made.append("RouteTables", each, "Associations", "route_table_id", members)
            continue
        why = table if isinstance(table, Unknown) else Unknown(f"{table} is not in the file")
        for of in members:
            place_unknown(made, each, of, why)


def place_unknown(made: Assembly, each: Resource, of: Attributes, why: Unknown) -> None:
    """A table of which no route is known, for what it is associated with."""
    kind, key = ("Subnets", "SubnetId") if "SubnetId" in of else ("InternetGateways", "GatewayId")
    holder = made.one(kind, of[key])
    vpc = None if holder is None else holder.get("VpcId")
    if isinstance(vpc, str):
        body = {"VpcId": vpc, "Associations": [of], "Routes": why}
        made.place("RouteTables", f"{each.address} of {of[key]}", body, each.origin)
    else:
        made.unread.append((str(each.address), f"its table: {why.reason}", each.origin))
