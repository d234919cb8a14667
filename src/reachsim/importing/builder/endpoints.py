"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Item
from reachsim.importing.managed_lists import service_of
from reachsim.resources.reference import UNKNOWN


def add_endpoints(draft: Draft) -> None:
    """VPC endpoints of the first two types."""
    for item in draft.found.of("VpcEndpoints"):
        vpc = str(item.get("VpcId"))
        if vpc not in draft.names or item.text("State").lower() in GONE:
            continue
        kind = str(item.get("VpcEndpointType") or "Gateway")
        body: Data = {"service": str(item.get("ServiceName"))}
        if kind == "Gateway":
            tables = [draft.names[id] for id in item.list("RouteTableIds") if draft.local(vpc, id) is not None]
            body |= {"type": "gateway", "route_tables": tables, "prefix_list": list_of(draft, item.id)}
        elif kind == "Interface":
            subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
            groups = [each.get("GroupId") for each in item.list("Groups")]
            known = [draft.names[id] for id in groups if id in draft.names]
            body |= {"type": "interface", "subnets": subnets}
            body["security_groups"] = known if known and len(known) == len(groups) else UNKNOWN
            body["private_ips"] = dict(addresses_of(draft, item.list("NetworkInterfaceIds")))
            if item.attributes.get("PrivateDnsEnabled") is not None:
                body["private_dns"] = bool(item.get("PrivateDnsEnabled"))
            if not subnets:
                draft.note("left out", item.id, "it is in no subnet that was read", item)
                continue
        else:
            draft.note("not read", item.id, f"an endpoint of type {kind}", item)
            continue
        name = draft.naming.name("targets", item.name, item.id)
        draft.section(vpc, "vpc_endpoints")[name] = {
            key: value for key, value in body.items() if value not in ({}, None)
        }
        draft.place(item, ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)
    add_endpoints_of_routes(draft)


def add_endpoints_of_routes(draft: Draft) -> None:
    """Gateway endpoints of which only routes tell: AWS alone writes a route from a service's list to an endpoint (EP-1)."""
    tables: dict[str, list[Item]] = {}
    services: dict[str, str] = {}
    for table in draft.found.of("RouteTables"):
        for route in table.list("Routes"):
            target = target_of(route) or ""
            service = service_of(draft.found, str(route.get("DestinationPrefixListId") or ""))
            if (
                target.startswith("vpce-")
                and target not in draft.names
                and service
                and route.get("State") != "blackhole"
            ):
                services[target] = service
                tables.setdefault(target, []).append(table)
    for id, members in tables.items():
        vpc = str(members[0].get("VpcId"))
        if vpc in draft.names:
            name = draft.naming.name("targets", "", id)
            body = {
                "type": "gateway",
                "service": services[id],
                "route_tables": [draft.names[each.id] for each in members],
            }
            draft.body(vpc).setdefault("region", services[id].split(".")[2])
            draft.section(vpc, "vpc_endpoints")[name] = body
            draft.place(Item(id, {}, members[0].origin), ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)
            draft.note(
                "assumed", id, f"it was not collected; routes lead to it as to a gateway endpoint for {services[id]}"
            )


def list_of(draft: Draft, endpoint: str) -> str | None:
    """The prefix list that routes to a gateway endpoint name, where its entries are known."""
    for table in draft.found.of("RouteTables"):
        for route in table.list("Routes"):
            listed = route.get("DestinationPrefixListId")
            if listed in draft.names and target_of(route) == endpoint:
                return draft.names[listed]
    return None


def addresses_of(draft: Draft, ids: list[str]) -> Iterator[tuple[str, str]]:
    """Subnet and private address of interfaces."""
    for id in ids:
        item = draft.found.one("NetworkInterfaces", id)
        if item is not None and item.get("PrivateIpAddress") and item.get("SubnetId") in draft.names:
            yield draft.names[str(item.get("SubnetId"))], str(item.get("PrivateIpAddress"))
