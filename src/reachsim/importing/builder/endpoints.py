"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.interfaces import choose, choose_ipv6, groups_of
from reachsim.importing.builder.places import places
from reachsim.importing.builder.targets import target_of
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.importing.managed_lists import service_of

_WAITING: Final = ("pending", "pendingAcceptance", "pending-acceptance", "partial")
"""States of what is there and carries nothing."""


def add_endpoints(draft: Draft) -> None:
    """VPC endpoints, and those of which only routes tell."""
    draft.each("VpcEndpoints", partial(add_endpoint, lists=lists_of_endpoints(draft)), _doubt)
    add_endpoints_of_routes(draft)


def routes_to_endpoints(draft: Draft) -> Iterator[tuple[Item, str, str]]:
    """Each table with a route that is known to lead from a prefix list to an endpoint: the table, the list, the endpoint."""
    for table in draft.found.of("RouteTables"):
        for route in table.certain("Routes").known:
            listed, target = route.either("DestinationPrefixListId"), target_of(route)
            if isinstance(listed, str) and isinstance(target, str) and route.either("State") != "blackhole":
                yield table, listed, target


def add_endpoints_of_routes(draft: Draft) -> None:
    """Gateway endpoints of which only routes tell: AWS alone writes a route from a service's list to an endpoint (EP-1)."""
    tables: dict[str, list[Item]] = {}
    services: dict[str, str] = {}
    for table, listed, target in routes_to_endpoints(draft):
        service = service_of(draft.found, listed)
        if target.startswith("vpce-") and target not in draft.names and service:
            services[target] = service
            tables.setdefault(target, []).append(table)
    for id, members in tables.items():
        vpc = str(members[0].either("VpcId"))
        if vpc in draft.names:
            name = draft.naming.name("targets", "", id)
            own = [draft.names[each.id] for each in members]
            draft.body(vpc).setdefault("region", services[id].split(".")[2])
            draft.section(vpc, "vpc_endpoints")[name] = {
                "type": "gateway",
                "service": services[id],
                "route_tables": own,
            }
            draft.place(Item(id, {}, members[0].origin), ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)
            text = f"it was not collected; routes lead to it as to a gateway endpoint for {services[id]}"
            draft.note("assumed", id, text)


def lists_of_endpoints(draft: Draft) -> dict[str, str]:
    """By endpoint, the prefix list that routes to it name, where its entries are known."""
    found = routes_to_endpoints(draft)
    return {target: draft.names[listed] for _, listed, target in found if listed in draft.names}


def _type_of(item: Item) -> Any:
    """Its type, or an `Unknown`; AWS makes a gateway endpoint where none is said."""
    return item.either("VpcEndpointType") or "Gateway"


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    """An endpoint of which not all is known; one that writes routes may do so in any table of its VPC (EP-1)."""
    draft.doubt(item, reason)
    vpc = item.either("VpcId")
    if _type_of(item) != "Interface":
        own = (each for each in draft.found.of("RouteTables") if vpc not in draft.names or each.either("VpcId") == vpc)
        for table in own:
            draft.learning[table.id] = f"endpoint {item.name or item.id}: {reason}"


def add_endpoint(draft: Draft, item: Item, lists: Mapping[str, str]) -> None:
    """One endpoint. `lists`: of gateway endpoints, by id. Raises NotKnown."""
    vpc = draft.home(item)
    if not vpc or item.text("State").lower() in GONE:
        return
    kind = item.text("VpcEndpointType") or "Gateway"
    body: Data = {"service": item.text("ServiceName")}
    if item.text("IpAddressType") == "ipv6":
        raise NotKnown(Unknown("it is for IPv6 alone"))
    if kind == "Gateway":
        tables = [draft.names[id] for id in item.list("RouteTableIds") if draft.local(vpc, id) is not None]
        body |= {"type": "gateway", "route_tables": tables, "prefix_list": lists.get(item.id)}
    elif kind == "Interface":
        subnets = draft.subnets(vpc, places(draft, item))
        if not subnets:
            draft.nowhere(item)
            return
        body |= {"type": "interface", "subnets": subnets, "security_groups": groups_of(draft, item, "Groups", vpc)}
        body |= _nodes(draft, item, vpc, subnets)
        if item.get("PrivateDnsEnabled") is not None:
            body["private_dns"] = bool(item.get("PrivateDnsEnabled")) and not _for_inbound_alone(draft, item)
    elif kind == "GatewayLoadBalancer":
        subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
        if not subnets:
            draft.nowhere(item)
            return
        if _is_of_network_firewall(item):
            raise NotKnown(Unknown("it is an endpoint of Network Firewall, whose rules are not read"))
        body |= {"type": "gateway_load_balancer", "subnets": subnets, "private_ips": dict(_addresses(draft, item))}
    else:
        raise NotKnown(Unknown(f"it is an endpoint of type {kind}"))
    if item.text("State") in _WAITING:
        body["state"] = item.text("State")
    name = draft.naming.name("targets", item.name, item.id)
    told = {key: value for key, value in body.items() if value not in ({}, None)}
    draft.section(vpc, "vpc_endpoints")[name] = told
    draft.place(item, ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)


def _nodes(draft: Draft, item: Item, vpc: str, subnets: list[str]) -> Data:
    """The addresses of an endpoint in its subnets; those that are not told are chosen. Raises NotKnown."""
    body: Data = {"private_ips": dict(_addresses(draft, item))}
    for subnet in subnets:
        if subnet not in body["private_ips"]:
            choose(draft, vpc, subnet)
    if item.text("IpAddressType") == "dualstack":
        body |= {"ip_address_type": "dualstack", "ipv6_addresses": dict(_addresses(draft, item, ipv6=True))}
        for subnet in subnets:
            if subnet not in body["ipv6_addresses"]:
                choose_ipv6(draft, vpc, subnet)
    return body


def _is_of_network_firewall(item: Item) -> bool:
    tags = {each.get("Key"): each.get("Value") for each in item.list("Tags")}
    return tags.get("AWSNetworkFirewallManaged") == "true"


def _addresses(draft: Draft, item: Item, *, ipv6: bool = False) -> Iterator[tuple[str, str]]:
    """Subnet and address of the interfaces of an endpoint: as these tell it, or as the endpoint is given it."""
    for each in item.members("SubnetConfigurations").known:
        subnet, address = each.either("SubnetId"), each.either("Ipv6" if ipv6 else "Ipv4")
        if isinstance(address, str) and isinstance(subnet, str) and subnet in draft.names:
            yield draft.names[subnet], address
    for id in item.members("NetworkInterfaceIds").known:
        found = draft.found.one("NetworkInterfaces", id)
        if found is None:
            continue
        subnet, address = found.either("SubnetId"), found.either("PrivateIpAddress")
        if ipv6:
            listed = found.members("Ipv6Addresses").known
            address = listed[0].either("Ipv6Address") if listed else None
        if isinstance(address, str) and isinstance(subnet, str) and subnet in draft.names:
            yield draft.names[subnet], address


def _for_inbound_alone(draft: Draft, item: Item) -> bool:
    """Whether private DNS is for inbound endpoints of Route 53 Resolver alone: clients in the VPC get public addresses. AWS
    makes it so where a gateway endpoint for the service is in the VPC, unless it is told otherwise (**EP-8**). Raises
    NotKnown."""
    options = item.either("DnsOptions")
    told = options.get("PrivateDnsOnlyForInboundResolverEndpoint") if isinstance(options, Fields) else None
    if told is not None:
        return bool(told)
    service = item.text("ServiceName").rpartition(".")[2]
    return any(
        _type_of(each) == "Gateway"
        and each.either("VpcId") == item.either("VpcId")
        and str(each.either("ServiceName")).rpartition(".")[2] == service
        for each in draft.found.of("VpcEndpoints")
    )
