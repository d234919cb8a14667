"""Which way: subnet tables, gateway tables, transit gateway tables, and what a private gateway knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.oracle.naive.addresses import Address, Network, address, block, inside, network
from tests.oracle.naive.packets import Lost, Undecided, listed
from tests.oracle.naive.world import World

STATIC, LISTED, DIRECT, VPN_STATIC, VPN_BGP = range(5)  # ROUTE-6: the lower wins among equal destinations
# TGW-4, the ones that a design can have.
TRANSIT_STATIC, TRANSIT_LISTED, TRANSIT_VPC, TRANSIT_DIRECT, TRANSIT_VPN = range(5)
DOUBTFUL = "?"


@dataclass(frozen=True)
class Route:
    """A destination, where it leads, its rank among routes of the same destination, and a tie-breaker."""

    destination: Network
    target: str
    rank: int
    order: tuple[Any, ...] = ()


def best(routes: list[Route], where: Address) -> Route | None:
    """ROUTE-4: the longest prefix, then the rank, then the order (ROUTE-19)."""
    matching = [route for route in routes if where in route.destination]
    if not matching:
        return None
    return min(matching, key=lambda route: (-route.destination.prefixlen, route.rank, route.order))


def table_of(world: World, vpc: str, name: str) -> tuple[dict[str, str], list[str], str | None]:
    """The routes of a table, the gateways that propagate into it, the gateway that it is associated with."""
    body = (world.vpcs[vpc].get("route_tables") or {}).get(name) or {}
    if isinstance(body.get("routes"), dict) or "propagate" in body or isinstance(body.get("gateway"), str):
        return body.get("routes") or {}, listed(body.get("propagate")), body.get("gateway")
    return body, [], None


def propagating(world: World, vpc: str, table: str) -> list[str]:
    """The gateways that propagate into a table (ROUTE-6): those that it names, and those that name it."""
    named = [bare(each, vpc) for each in table_of(world, vpc, table)[1]]
    naming = [
        name
        for name, body in world.bodies(vpc, "vpn_gateways")
        if table in [bare(each, vpc) for each in listed(body.get("propagate_to"))]
    ]
    return list(dict.fromkeys([*named, *naming]))


def bare(name: str, vpc: str) -> str:
    """A name of this VPC without the VPC's."""
    return name.removeprefix(f"{vpc}.")


def written_routes(world: World, vpc: str, routes: dict[str, str]) -> Iterator[Route]:
    """Static routes and those of prefix lists (ROUTE-6, ROUTE-19)."""
    for to, target in routes.items():
        destination = network(str(to))
        if destination is not None:
            yield Route(destination, target, STATIC)
            continue
        for cidr in world.entries(to, vpc) or []:
            yield Route(block(cidr), target, LISTED, (to,))


def endpoint_routes(world: World, vpc: str, table: str) -> Iterator[Route]:
    """EP-1: what AWS writes for the gateway endpoints of a table."""
    for name, body in world.bodies(vpc, "vpc_endpoints"):
        tables = [bare(each, vpc) for each in listed(body.get("route_tables"))]
        if body.get("type") == "gateway" and table in tables:
            entries = service_entries(world, vpc, body)
            if entries is None:
                entries = [str(each) for each in known_addresses(world, vpc, short_service(body["service"]))]
            for cidr in entries:
                yield Route(block(cidr), name, LISTED, (str(body.get("prefix_list") or body["service"]),))


def short_service(name: str) -> str:
    """`com.amazonaws.eu-west-1.ecr.api` is `ecr.api`."""
    parts = name.split(".")
    return ".".join(parts[3:]) if parts[:2] == ["com", "amazonaws"] else name


def service_entries(world: World, vpc: str, body: Any) -> list[str] | None:
    """The prefix list of a gateway endpoint's service, where the design writes one."""
    own = body.get("prefix_list")
    found = world.entries(own, vpc) if own else None
    return found if found is not None else world.entries(short_service(body["service"]), vpc)


def is_public_name(world: World, vpc: str, named: str, name: str) -> bool:
    """Is a host name that of an AWS service, in this Region where the design names one?"""
    head, _, tail = named.partition(".")
    spelt = f"{tail}.{head}" if tail else head  # ecr.api is api.ecr.REGION.amazonaws.com
    rest = name.removeprefix(f"{spelt}.").removesuffix(".amazonaws.com")
    region = world.region(vpc)
    return name == f"{spelt}.{rest}.amazonaws.com" and "." not in rest and region in ("", rest)


def known_addresses(world: World, vpc: str, named: str) -> list[Address]:
    """Addresses that are a service's for certain, though nobody wrote its list: by name, and the symbolic one."""
    hosts = [body["ip"] for name, body in world.hosts.items() if is_public_name(world, vpc, named, name)]
    symbolic = [where for name, where in world.symbolic.items() if name == named]
    return [address(each) for ip in hosts for each in listed(ip)] + symbolic


def decided(world: World, where: Address) -> bool:
    """Is it certain whether an address is that of a service? DECISION: a host with a name of its own has its own address."""
    hosts = [address(each) for body in world.hosts.values() for each in listed(body["ip"])]
    private = inside(where, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])
    return where.version == 6 or private or where in hosts or where in world.symbolic.values()


def unknown_prefixes(world: World, vpc: str, table: str) -> str | None:
    """A gateway endpoint of this table whose prefixes nobody has written: any public address may be among them."""
    for name, body in world.bodies(vpc, "vpc_endpoints"):
        tables = [bare(each, vpc) for each in listed(body.get("route_tables"))]
        written = name in table_of(world, vpc, table)[0].values()
        if body.get("type") == "gateway" and service_entries(world, vpc, body) is None and (table in tables or written):
            return name
    return None


def subnet_route(world: World, vpc: str, subnet: str, where: Address) -> str:
    """The target of the best route of a subnet's table (ROUTE-2, ROUTE-4, ROUTE-13), local routes among them."""
    return table_route(world, vpc, world.vpcs[vpc]["subnets"][subnet].get("route_table", "main"), where)


def table_route(world: World, vpc: str, table: str, where: Address, more: tuple[Route, ...] = ()) -> str:
    """The same of a table by name; `more` are routes that AWS writes into it."""
    table = bare(table, vpc)
    written = table_of(world, vpc, table)[0]
    own = [block(cidr) for cidr in world.vpcs[vpc]["cidrs"]]
    # ROUTE-9: a written route with the block of the VPC stands in place of the local one.
    routes = [*written_routes(world, vpc, written), *[Route(each, "local", STATIC, ("~",)) for each in own], *more]
    routes += endpoint_routes(world, vpc, table)
    for gateway in propagating(world, vpc, table):
        for route in gateway_routes(world, vpc, gateway):
            if not any(route.destination.within(each) for each in own):  # ROUTE-7
                routes.append(Route(route.destination, gateway, route.rank))
    found = best(routes, where)
    endpoint = unknown_prefixes(world, vpc, table)
    # EP-2: the prefixes of an endpoint are a /24 or wider, so that narrower routes go before them.
    open_to_it = found is None or (found.target != "local" and found.destination.prefixlen < 24)
    if endpoint is not None and open_to_it and not decided(world, where):
        raise Undecided(f"EP-1: is {where} among the prefixes of endpoint {endpoint}?")
    if found is None:
        raise Lost(f"ROUTE-16: no route to {where} in route table {table} of {vpc}")
    if found.target != "local" and inside(where, ["169.254.168.0/22", "fd00:ec2::/32"]):
        raise Lost(f"ROUTE-17: {where} is not carried by a route")
    return found.target


def gateway_table(world: World, vpc: str, gateway: str | None) -> dict[str, str] | None:
    """The gateway route table of an internet gateway or virtual private gateway (ROUTE-21)."""
    for name in world.vpcs[vpc].get("route_tables") or {}:
        written, _, edge = table_of(world, vpc, name)
        if edge is not None and gateway is not None and bare(edge, vpc) == gateway:
            return written
    return None


def gateway_target(world: World, vpc: str, gateway: str | None, where: Address) -> str:
    """ROUTE-21: where what comes in by the gateway goes; `local` without a table of its own."""
    written = gateway_table(world, vpc, gateway)
    found = None if written is None else best(list(written_routes(world, vpc, written)), where)
    return "local" if found is None else found.target


# --- outside AWS ----------------------------------------------------------------------------------


def leads_to(world: World, reference: Any) -> tuple[str, str]:
    """What a connection's gateway is: ("vpn", "vpc.gateway") or ("transit", name)."""
    name = str(reference)
    if name in world.headers:
        return "transit", name
    for vpc in world.vpcs:
        for gateway, _ in world.bodies(vpc, "vpn_gateways"):
            if name in (gateway, f"{vpc}.{gateway}"):
                return "vpn", f"{vpc}.{gateway}"
    return "nothing", name


def connection_up(world: World, name: str) -> bool:
    """VPN-4. A Direct Connect gateway counts as up unless it says otherwise."""
    body = world.connections.get(name) or world.direct.get(name) or {}
    return str(body.get("state", "up")) in ("up", "available")


def connection_prefixes(world: World, name: str) -> list[tuple[Network, int]]:
    """What a connection's routes carry, with the rank of VPN-2."""
    if name in world.direct:
        return [(block(each), DIRECT) for each in listed((world.direct[name] or {}).get("prefixes"))]
    body = world.connections.get(name) or {}
    static = [(block(each), VPN_STATIC) for each in listed(body.get("static_routes"))]
    return static + [(block(each), VPN_BGP) for each in listed(body.get("bgp_routes"))]


def gateways_of(world: World, name: str) -> list[tuple[str, str]]:
    """The gateways that a connection ends at."""
    if name in world.direct:
        return [leads_to(world, each) for each in listed((world.direct[name] or {}).get("gateways"))]
    return [leads_to(world, (world.connections.get(name) or {}).get("gateway"))]


def all_connections(world: World) -> list[str]:
    """Every VPN connection and Direct Connect gateway."""
    return [*world.connections, *world.direct]


def gateway_routes(world: World, vpc: str, gateway: str) -> list[Route]:
    """VPN-1, VPN-2: what a virtual private gateway knows. DECISION: of equal ones, one that is up goes first."""
    return [
        Route(prefix, name, rank, (not connection_up(world, name), number))
        for number, name in enumerate(all_connections(world))
        if ("vpn", f"{vpc}.{gateway}") in gateways_of(world, name)
        for prefix, rank in connection_prefixes(world, name)
    ]


def carriers(world: World, where: Address) -> list[str]:
    """The connections whose routes carry an address."""
    return [
        name
        for name in all_connections(world)
        if any(where in prefix for prefix, _ in connection_prefixes(world, name))
    ]


# --- transit gateways -----------------------------------------------------------------------------


def attachments(world: World, header: str) -> dict[str, Any]:
    """The attachments of a transit gateway, in the order of attaching (TGW-10)."""
    return {name: body or {} for name, body in (world.headers[header].get("attachments") or {}).items()}


def is_up(body: Any) -> bool:
    """TGW-10: only an available attachment carries anything."""
    return bool(str(body.get("state", "available")) == "available")


def announced(world: World, body: Any) -> list[str]:
    """TGW-16: the blocks of a VPC that its attachment propagates: IPv6 ones only with IPv6 support."""
    return [cidr for cidr in world.vpcs[body["vpc"]]["cidrs"] if ":" not in cidr or body.get("ipv6_support", True)]


def propagated(world: World, header: str, name: str, table: list[str]) -> Iterator[Route]:
    """What an attachment propagates into a table, with all that it takes in. TGW-6: a peering nothing; TGW-10, CIDR-8: no
    block that overlaps an earlier one; whether one counts that goes into other tables alone, AWS does not say."""
    all_of_them = attachments(world, header)
    order = list(all_of_them).index(name)
    body = all_of_them[name]
    if body.get("vpc"):
        before = [
            (block(cidr), other)
            for other, each in list(all_of_them.items())[:order]
            if each.get("vpc")
            for cidr in announced(world, each)
        ]
        for cidr in announced(world, body):
            overlapping = [other for each, other in before if block(cidr).overlaps(each)]
            if not any(other in table for other in overlapping):
                yield Route(block(cidr), DOUBTFUL if overlapping else name, TRANSIT_VPC, (order,))
        return
    connection = body.get("vpn") or body.get("direct_connect_gateway")
    rank = TRANSIT_VPN if body.get("vpn") else TRANSIT_DIRECT
    if connection:
        for prefix, _ in connection_prefixes(world, connection):
            yield Route(prefix, name, rank, (not connection_up(world, connection), order))


def transit_table(world: World, header: str, attachment: str) -> list[Route] | None:
    """The table that is read for what comes in by an attachment; None without an association (TGW-1)."""
    tables = world.headers[header].get("route_tables")
    if tables is None:  # AWS's default table: everything associated and propagated
        everything = list(attachments(world, header))
        return [route for name in everything for route in propagated(world, header, name, everything)]
    for body in tables.values():
        body = body or {}
        if attachment not in listed(body.get("associations")):
            continue
        routes = []
        for route in written_routes(world, "", body.get("routes") or {}):
            rank = TRANSIT_STATIC if route.rank == STATIC else TRANSIT_LISTED
            routes.append(Route(route.destination, route.target, rank, route.order))
        for name in listed(body.get("propagations")):
            routes += propagated(world, header, name, listed(body.get("propagations")))
        return routes
    return None


def transit_route(world: World, header: str, attachment: str, where: Address) -> str:
    """TGW-2, TGW-4, TGW-5: the attachment that a packet leaves by."""
    routes = transit_table(world, header, attachment)
    if routes is None:
        raise Lost(f"TGW-1: attachment {attachment} of {header} is associated with no route table")
    found = best(routes, where)
    if found is None:
        raise Lost(f"TGW-5: the table of attachment {attachment} of {header} has no route to {where}")
    if found.target == DOUBTFUL:
        raise Undecided(f"TGW-10: whether {found.destination} is propagated into the table of {attachment}")
    if found.target == "blackhole":
        raise Lost(f"TGW-5: the table of attachment {attachment} of {header} has a blackhole for {where}")
    return found.target
