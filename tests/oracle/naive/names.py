"""What a question means by a name, from where it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracle.naive.addresses import Address, address, block, inside, network
from tests.oracle.naive.packets import Undecided, listed
from tests.oracle.naive.parts import INTERNET, Behind, Client, Interface, Outside, Target
from tests.oracle.naive.routes import attachments, carriers, gateways_of, is_public_name, short_service
from tests.oracle.naive.world import World, every_block

# DECISION: a function outside every VPC (LAMBDA-1) sends from an address of AWS that no sane rule names.
LAMBDA_SERVICE = address("192.0.2.1")
NOT_RESOLVED = "NAME_NOT_RESOLVED"


def found(world: World, name: str) -> list[Interface]:
    """The interfaces called `vpc.name`, or `name` where that is unique; `/interface` picks one of several."""
    whole, _, interface = name.partition("/")
    able = [i for i in world.interfaces if i.kind != "function" and (not interface or interface == i.interface)]
    full = [i for i in able if f"{i.vpc}.{i.host}" == whole]
    if full:
        return full
    same = [i for i in able if i.host == whole]
    return same if len({i.vpc for i in same}) == 1 else []


def versions(world: World, endpoint: str) -> list[tuple[str, Interface | None]] | None:
    """Every interface that an invocation may use (LAMBDA-19, 24, 26); None for one outside every VPC."""
    if endpoint in world.gateways:  # LAMBDA-27
        endpoint = world.gateways[endpoint]["integration"]
    name, _, qualifier = endpoint.partition(":")
    if name not in world.functions:
        return None
    function = world.functions[name]
    numbered = {str(key): body for key, body in (function.get("versions") or {}).items()}
    wanted = (function.get("aliases") or {}).get(qualifier, qualifier)
    weighted = wanted if isinstance(wanted, dict) else {wanted: 1}
    attached: list[tuple[str, Interface | None]] = []
    for version in (str(key) for key, weight in weighted.items() if weight):
        latest = version in ("", "latest", "$LATEST")
        body = (function.get("latest") if latest else numbered[version]) or {}
        if not body.get("vpc"):
            attached.append((f"{name}:{version}", None))  # LAMBDA-1, LAMBDA-28
        for subnet in body.get("subnets") or []:
            groups = world.groups(body["vpc"], body.get("security_groups"))
            interface = world.hyperplane(body["vpc"], subnet, groups)
            if interface is not None:
                attached.append((f"{name}:{version} in {subnet}", interface))
    return attached


def network_host(world: World, name: str) -> tuple[str, Address] | None:
    """`office.pc`: the network and the address."""
    for net, body in world.networks.items():
        for host, part in ((body or {}).get("hosts") or {}).items():
            if name in (f"{net}.{host}", host):
                return net, address(part["ip"] if isinstance(part, dict) else part)
    return None


def network_addresses(world: World, name: str) -> list[Address]:
    """A network by its name: its hosts, and the ends of its blocks for everybody else in it."""
    body = world.networks[name] or {}
    hosts = [each["ip"] if isinstance(each, dict) else each for each in (body.get("hosts") or {}).values()]
    blocks = [block(cidr) for cidr in listed(body.get("cidrs"))]
    return sorted({*map(address, hosts), *[each.first for each in blocks], *[each.last for each in blocks]})


def holders(world: World, where: Address) -> Iterator[Client]:
    """Who may send from an address: an interface, the networks behind a host, a network outside AWS, the internet."""
    owners = [i for i in world.interfaces if where in i.addresses]
    if owners:
        for i in owners:
            yield Client(i.name, i, (where,), i.kind == "function")
        return
    public = world.public_owner(where)
    if public is not None:  # who has it sends from the private address that it is mapped to
        private = public.private_of(where)
        assert private is not None
        yield Client(public.name, public, (private,))
        return
    behind = [i for i in world.interfaces if inside(where, i.ranges("client_networks"))]
    if behind:
        for i in behind:
            yield Client(f"behind {i.name}", Behind(i), (where,))
        return
    for name, body in world.networks.items():
        if inside(where, listed((body or {}).get("cidrs"))):
            yield Client(f"{where} of {name}", Outside(name), (where,))
            return
    if carriers(world, where):
        yield Client(f"{where} behind a connection", Outside(""), (where,))
        return
    yield Client(str(where), INTERNET, (where,))


def clients(world: World, src: str) -> list[Client]:
    """The source of the question, one for each variant."""
    attached = versions(world, src)
    if attached is not None:
        return [Client(text, i or INTERNET, i.addresses if i else (LAMBDA_SERVICE,), True) for text, i in attached]
    if src in world.hosts:
        return [Client(src, INTERNET, tuple(address(each) for each in listed(world.hosts[src]["ip"])))]
    interfaces = found(world, src)
    if interfaces:
        return [Client(i.name, i, i.addresses) for i in interfaces]
    host = network_host(world, src)
    if host is not None:
        return [Client(src, Outside(host[0]), (host[1],))]
    if src in world.networks:
        return [Client(f"{each} of {src}", Outside(src), (each,)) for each in network_addresses(world, src)]
    return list(holders(world, address(src)))


# --- destinations ---------------------------------------------------------------------------------


def home_of(client: Client) -> str:
    """The VPC that the client stands in."""
    place = client.place
    if isinstance(place, Interface):
        return place.vpc
    return place.host.vpc if isinstance(place, Behind) else ""


def resolver_of(client: Client) -> str:
    """The VPC whose resolver a client asks. DNS-2: what stands in a VPC itself asks it, networks behind a host do not."""
    return client.place.vpc if isinstance(client.place, Interface) else ""


def near(world: World, client: Client, vpc: str) -> bool:
    """Does a name of this VPC mean its private address to the client?"""
    home = home_of(client)
    if home:
        return home == vpc or world.joined(home, vpc)
    if not isinstance(client.place, Outside):
        return False
    lines = listed((world.networks.get(client.place.network) or {}).get("via"))
    for line in lines or carriers(world, client.addresses[0]):
        for kind, name in gateways_of(world, line):
            if kind == "vpn" and name.partition(".")[0] == vpc:
                return True
        for header in world.headers:
            entries = attachments(world, header).values()
            here = any(line in (body.get("vpn"), body.get("direct_connect_gateway")) for body in entries)
            if here and vpc in world.reached_by(header):
                return True
    return False


def dns_on(world: World, vpc: str) -> bool:
    """DNS-2: both attributes."""
    body = world.vpcs[vpc]
    return body.get("enable_dns_support", True) is not False and body.get("enable_dns_hostnames", False) is True


def targets(world: World, dst: str, client: Client, traffic: str) -> list[Target]:
    """The addresses that the client means by `dst`."""
    attached = versions(world, dst)
    if attached is not None:
        return [
            Target(text, i.ipv4[0] if i else None, "LAMBDA-8: there is no address to send to") for text, i in attached
        ]
    if network(dst) is not None:
        return [Target(dst, address(dst))]
    if dst.startswith("service:"):
        return service(world, short_service(dst.removeprefix("service:")), client)
    resolved = resolve(world, dst, client, traffic)
    if resolved is not None:
        return resolved
    if dst in world.hosts:
        home = resolver_of(client)
        if "." in dst and home and world.vpcs[home].get("enable_dns_support", True) is False:
            return [Target(dst, None, f"{NOT_RESOLVED}: the resolver of {home} is off (DNS-2)")]
        return [Target(dst, address(each)) for each in listed(world.hosts[dst]["ip"])]
    host = network_host(world, dst)
    if host is not None:
        return [Target(dst, host[1])]
    if dst in world.networks:
        return [Target(f"{each} of {dst}", each) for each in network_addresses(world, dst)]
    interfaces = found(world, dst)
    if not interfaces:
        return [Target(dst, None, f"{NOT_RESOLVED}: nobody is called {dst}")]
    return [target for i in interfaces for target in of_interface(world, i, client, traffic)]


def of_interface(world: World, i: Interface, client: Client, traffic: str) -> list[Target]:
    """Its private address where the client is near, else its public one; its IPv6 address to a client that has no other."""
    six = bool(i.ipv6) and traffic != "icmp" and not traffic.startswith("icmp/")
    six = six and all(each.version == 6 for each in client.addresses)
    if traffic.startswith("icmpv6") or not i.ipv4 or six:
        return [Target(i.name, i.ipv6[0] if i.ipv6 else None, f"{i.name} has no IPv6 address (ROUTE-5)", i)]
    if near(world, client, i.vpc):
        return [Target(i.name, i.ipv4[0], meant=i)]
    return [Target(i.name, next((each for each in i.publics if each is not None), i.ipv4[0]), meant=i)]


def resolve(world: World, name: str, client: Client, traffic: str) -> list[Target] | None:
    """A name of DNS proper: private hosted zones, private DNS of endpoints, public names of hosts; None if it is none.

    DECISION: names of the design's own parts, and names under `internet.hosts` without a dot, are no names of DNS, so
    that `enable_dns_support: false` does not touch them unless one of the above has them too.
    """
    home = resolver_of(client)
    private = [*in_zones(world, name, home, client, traffic), *in_endpoints(world, name, home)]
    if private:
        return private
    for i in world.interfaces:
        if i.body.get("public_dns_name") == name:
            return public_name(world, name, [each for each in world.interfaces if each.body is i.body], client)
    for zone, body in world.zones.items():
        if name.endswith(f".{zone}") or name == zone or record_of(body, zone, name) is not None:
            if name in world.hosts:
                return None
            return [
                Target(name, None, f"{NOT_RESOLVED}: {name} is in a private zone that is not seen from here (DNS-2)")
            ]
    for body in world.services.values():
        if (body or {}).get("private_dns_name") == name:
            return [Target(name, None, f"{NOT_RESOLVED}: {name} has no private DNS here (EP-8)")]
    return None


def record_of(body: Any, zone: str, name: str) -> Any:
    """The record of a zone for a name, which may be written with or without the zone; a wildcard for a name that is not
    there, where nothing nearer to it is (RFC 4592)."""
    written = (body or {}).get("records") or {}
    records = {zone if key in ("", "@") else f"{key}.{zone}": value for key, value in written.items()}
    records |= {key: value for key, value in written.items() if key == zone or key.endswith(f".{zone}")}
    if name in written or name in records or not name.endswith(f".{zone}"):
        return written.get(name, records.get(name))

    def there(each: str) -> bool:
        return each == zone or any(other.endswith(f".{each}") for other in records) or each in records

    above = name
    while not there(above):
        above = above.partition(".")[2]
    return None if above == name else records.get(f"*.{above}")


def in_zones(world: World, name: str, home: str, client: Client, traffic: str) -> list[Target]:
    """DNS-2: what the private hosted zones of the client's VPC say."""
    for zone, body in world.zones.items():
        if not home or home not in listed((body or {}).get("vpcs")) or not dns_on(world, home):
            continue
        record = record_of(body, zone, name)
        if record is None:
            if name.endswith(f".{zone}"):
                return [Target(name, None, f"{NOT_RESOLVED}: zone {zone} has no {name}")]
            continue
        out = []
        for each in listed(record):
            if network(str(each)) is not None:
                out.append(Target(f"{name} ({each})", address(each)))
            else:
                out += [Target(f"{name} ({i.name})", i.ipv4[0]) for i in found(world, str(each))]
        return out
    return []


def private_dns(world: World, vpc: str, named: str) -> list[Interface]:
    """EP-8, EP-9: the interface endpoints of this VPC whose private DNS means this service."""
    if not vpc or not dns_on(world, vpc):
        return []
    return [
        i
        for i in world.interfaces
        if i.vpc == vpc and i.kind == "endpoint" and short_service(str(i.body["service"])) == named
        # DECISION: AWS switches private DNS on only when the endpoint is available.
        if i.available and i.body.get("private_dns", named not in world.services) is not False
    ]


def in_endpoints(world: World, name: str, home: str) -> list[Target]:
    """EP-8: a host name that an endpoint's private DNS has."""
    for i in world.interfaces:
        if i.kind != "endpoint" or i.vpc != home:
            continue
        named = short_service(str(i.body["service"]))
        own = world.services.get(named)
        public = own is None and is_public_name(world, home, named, name)
        if public or (own is not None and own.get("private_dns_name") == name):
            return [Target(f"{name} ({each.name})", each.ipv4[0]) for each in private_dns(world, home, named)]
    return []


def public_name(world: World, name: str, same: list[Interface], client: Client) -> list[Target]:
    """DNS-3, PEER-11: the private address inside the VPC, over a peering only with its option, else the public one."""
    home, there = resolver_of(client), same[0].vpc
    if home and world.vpcs[home].get("enable_dns_support", True) is False:
        return [Target(name, None, f"{NOT_RESOLVED}: the resolver of {home} is off (DNS-2)")]
    inward = home == there and dns_on(world, there)
    for body in world.peerings.values():
        if home and {home, there} == {body["requester"], body["accepter"]} and home != there:
            option = "requester_dns" if there == body["requester"] else "accepter_dns"
            up = body.get("status", "active") == "active"
            inward = inward or (up and bool(body.get(option)) and dns_on(world, home) and dns_on(world, there))
    out = []
    for i in same:
        where = i.ipv4[0] if inward else next((each for each in i.publics if each is not None), None)
        out.append(Target(f"{name} ({i.name})", where, f"{NOT_RESOLVED}: {i.name} has no public address"))
    return out


def service(world: World, named: str, client: Client) -> list[Target]:
    """`service:NAME`: what the public name of the service means where the client stands."""
    home = resolver_of(client)
    label = f"service:{named}"
    if home and world.vpcs[home].get("enable_dns_support", True) is False:
        return [Target(label, None, f"{NOT_RESOLVED}: the resolver of {home} is off (DNS-2)")]
    private = private_dns(world, home, named)
    if private:
        return [Target(f"{label} ({i.name})", i.ipv4[0]) for i in private]
    if named in world.services:
        return [Target(label, None, f"{NOT_RESOLVED}: {named} has no private DNS here (EP-8)")]
    entries = world.entries(named, home)
    if entries is None:
        entries = [str(symbolic(world, named))]
    ends = {each for cidr in entries for each in (block(cidr).first, block(cidr).last)}
    return [Target(f"{label} ({each})", each) for each in sorted(ends) if each.version == 4]


def symbolic(world: World, named: str) -> Address:
    """Some public address that no rule names, for a service whose addresses nobody has written."""
    if named in world.symbolic:
        return world.symbolic[named]
    written = [cidr for cidr in every_block(world.design) if block(cidr).prefixlen]
    for first in (52, 3, 54, 18, 99, 143, 150, 200, 44, 13):
        for number in range(1, 250):
            where = address(f"{first}.94.{number}.{len(world.symbolic) + 10}")
            if not inside(where, written):
                world.symbolic[named] = where
                return where
    raise Undecided(f"EP-2: every public address is named, so the addresses of {named} matter")
