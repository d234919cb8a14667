"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.interfaces import choose, groups_of
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Fields, Item
from reachsim.importing.managed_lists import service_of


def add_endpoints(draft: Draft) -> None:
    """VPC endpoints of the first two types."""
    draft.each("VpcEndpoints", add_endpoint, _doubt)
    add_endpoints_of_routes(draft)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    """An endpoint of which not all is known; one that writes routes may do so in any table of its VPC (EP-1)."""
    draft.doubt(item, reason)
    vpc = item.either("VpcId")
    if (item.either("VpcEndpointType") or "Gateway") != "Interface":
        own = (each for each in draft.found.of("RouteTables") if vpc not in draft.names or each.either("VpcId") == vpc)
        for table in own:
            draft.learning[table.id] = f"endpoint {item.name or item.id}: {reason}"


def add_endpoint(draft: Draft, item: Item) -> None:
    """One endpoint. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc or item.text("State").lower() in GONE:
        return
    kind = item.text("VpcEndpointType") or "Gateway"
    body: Data = {"service": item.text("ServiceName")}
    if kind == "Gateway":
        tables = [draft.names[id] for id in item.list("RouteTableIds") if draft.local(vpc, id) is not None]
        body |= {"type": "gateway", "route_tables": tables, "prefix_list": _list_of(draft, item.id)}
    elif kind == "Interface":
        subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
        if not subnets:
            draft.note("left out", item.id, "it is in no subnet that was read", item)
            return
        body |= {"type": "interface", "subnets": subnets, "security_groups": groups_of(draft, item, "Groups", vpc)}
        body["private_ips"] = dict(_addresses(draft, item))
        for subnet in subnets:
            if subnet not in body["private_ips"]:
                choose(draft, vpc, subnet)
        if item.get("PrivateDnsEnabled") is not None:
            body["private_dns"] = bool(item.get("PrivateDnsEnabled"))
    else:
        draft.note("not read", item.id, f"an endpoint of type {kind}", item)
        return
    name = draft.naming.name("targets", item.name, item.id)
    told = {key: value for key, value in body.items() if value not in ({}, None)}
    draft.section(vpc, "vpc_endpoints")[name] = told
    draft.place(item, ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)


def add_endpoints_of_routes(draft: Draft) -> None:
    """Gateway endpoints of which only routes tell: AWS alone writes a route from a service's list to an endpoint (EP-1)."""
    tables: dict[str, list[Item]] = {}
    services: dict[str, str] = {}
    for table, route, target in _to_endpoints(draft):
        service = service_of(draft.found, str(route.either("DestinationPrefixListId")))
        if target not in draft.names and service and route.either("State") != "blackhole":
            services[target] = service
            tables.setdefault(target, []).append(table)
    for id, members in tables.items():
        vpc = str(members[0].either("VpcId"))
        if vpc in draft.names and all(each.id in draft.names for each in members):
            name = draft.naming.name("targets", "", id)
            written = [draft.names[each.id] for each in members]
            draft.body(vpc).setdefault("region", services[id].split(".")[2])
            body = {"type": "gateway", "service": services[id], "route_tables": written}
            draft.section(vpc, "vpc_endpoints")[name] = body
            draft.place(Item(id, {}, members[0].origin), ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)
            text = f"it was not collected; routes lead to it as to a gateway endpoint for {services[id]}"
            draft.note("assumed", id, text, members[0])


def _list_of(draft: Draft, endpoint: str) -> str | None:
    """The prefix list that routes to a gateway endpoint name, where its entries are known."""
    found = (route.either("DestinationPrefixListId") for _, route, to in _to_endpoints(draft) if to == endpoint)
    return next((draft.names[listed] for listed in found if isinstance(listed, str) and listed in draft.names), None)


def _to_endpoints(draft: Draft) -> Iterator[tuple[Item, Fields, str]]:
    """Routes that lead to endpoints, with their tables."""
    for table in draft.found.of("RouteTables"):
        for route in table.members("Routes").known:
            target = target_of(route)
            if isinstance(target, str) and target.startswith("vpce-") and not route.maybe:
                yield table, route, target


def _addresses(draft: Draft, item: Item) -> Iterator[tuple[str, str]]:
    """Subnet and private address of the interfaces of an endpoint."""
    for id in item.members("NetworkInterfaceIds").known:
        found = draft.found.one("NetworkInterfaces", id)
        subnet = found.either("SubnetId") if found is not None else None
        address = found.either("PrivateIpAddress") if found is not None else None
        if isinstance(address, str) and isinstance(subnet, str) and subnet in draft.names:
            yield draft.names[subnet], address
