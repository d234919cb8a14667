"""Packets aimed at the components of a random design."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tests.oracle import worlds
from tests.oracle.blocks import host, span, text
from tests.oracle.components import INTERFACE_SERVICES, OFFICE_ADDRESSES, SERVICE_ADDRESSES, SERVICES, Design, Probe
from tests.oracle.naive.addresses import Address
from tests.oracle.naive.packets import listed
from tests.oracle.naive.world import World
from tests.oracle.probes import STRANGERS
from tests.oracle.worlds import PORTS, chance


def addresses_of(world: World, kinds: set[str]) -> list[str]:
    """The private and public addresses of all interfaces of these kinds, as far as the design writes them."""
    found = []
    for i in world.interfaces:
        if i.kind in kinds:
            found += written(world, (*i.ipv4, *i.publics, *i.ipv6))
    return found


def written(world: World, addresses: Iterable[Address | None]) -> list[str]:
    """Those that the design writes: which others AWS assigns is anybody's guess."""
    return [str(each) for each in addresses if each is not None and str(each) in world.addresses_written]


AMAZON = ["169.254.169.253", "169.254.169.254", "169.254.169.123", "169.254.170.2", "fd00:ec2::253"]


def numbers(rng: random.Random, design: Design, world: World) -> list[str]:
    """Addresses of one sort: of components, public ones, at and around the ends of blocks, of networks outside and behind
    hosts, of resolvers, and such as nobody has."""
    subnets = [subnet["cidr"] for vpc in world.vpcs.values() for subnet in vpc["subnets"].values() if "cidr" in subnet]
    sixes = [
        subnet["ipv6_cidr"]
        for vpc in world.vpcs.values()
        for subnet in vpc["subnets"].values()
        if "ipv6_cidr" in subnet
    ]
    vpcs = [cidr for vpc in world.vpcs.values() for cidr in vpc["cidrs"] if ":" not in cidr]
    behind = [each for i in world.interfaces for key in ("client_networks", "local_networks") for each in i.ranges(key)]
    lines = (*world.connections.values(), *world.direct.values())
    keys = ("static_routes", "bgp_routes", "prefixes", "allowed_prefixes")
    outside = [each for line in lines for key in keys for each in listed(line.get(key))]
    outside += [cidr for body in world.networks.values() for cidr in body["cidrs"]]
    lists = [each for name in world.prefix_lists for each in world.entries(name) or []]
    written_blocks = [each for each in sorted(world.addresses_written) if ":" not in each]
    return rng.choice(
        [
            [str(each) for i in world.interfaces for each in i.addresses if i.subnet],
            written(world, (each for i in world.interfaces for each in i.publics)),
            [host(rng.choice(subnets), index) for index in (0, 1, 2, 3, 4, -1, -2, 7)],
            [host(rng.choice(sixes), index) for index in (0, 1, 4, -1)] if sixes else [],
            [host(rng.choice(vpcs), index) for index in (0, 2, -1)],
            around(rng.choice(vpcs)),
            [end for each in behind for end in (*ends_of(each), *around(each))],
            [end for each in outside for end in (*ends_of(each), *around(each))],
            [end for each in lists for end in (*ends_of(each), *around(each))],
            [end for each in written_blocks for end in around(each)],
            [*STRANGERS, "198.18.51.7", "9.9.9.9"],
            AMAZON,
        ]
    )


def ends_of(block: str) -> list[str]:
    """The first and the last address of a block."""
    return [host(block, 0), host(block, -1)]


def around(block: str) -> list[str]:
    """The addresses right before and after a block."""
    version, low, high = span(block)
    most = (1 << (32 if version == 4 else 128)) - 1
    return [text(version, each) for each in (low - 1, high + 1) if 0 < each < most]


def by_number(rng: random.Random, design: Design, world: World) -> Probe | None:
    """A probe with at least one end that is a number; None where there is none of the sort that was picked."""
    hosts = [f"{i.vpc}.{i.host}" for i in world.interfaces if i.kind in ("instance", "interface")]
    outside = [name for name in world.hosts if ":" not in world.hosts[name]["ip"]]
    chosen = numbers(rng, design, world)
    if not chosen:
        return None
    number = rng.choice(chosen)
    other = rng.choice(rng.choice([hosts, hosts, hosts, outside, numbers(rng, design, world) or hosts]))
    source, destination = (number, other) if chance(rng, 0.35) else (other, number)
    asked = [i for i in world.interfaces if source in (f"{i.vpc}.{i.host}", *map(str, (*i.addresses, *i.publics)))]
    meant = [i for i in world.interfaces if destination in (f"{i.vpc}.{i.host}", *map(str, (*i.addresses, *i.publics)))]
    if source == destination or {(i.vpc, i.host) for i in asked} & {(i.vpc, i.host) for i in meant}:
        return None
    ports = [*PORTS, *(worlds.edges(design) or PORTS)]
    ping = "icmpv6/128" if ":" in source + destination else "icmp/8"
    traffic = rng.choice([f"tcp/{rng.choice(ports)}", f"udp/{rng.choice(ports)}", ping, "tcp/443", "udp/53", "tcp/80"])
    return source, destination, traffic, rng.choice([port for port in ports if port >= 1023])


def random_probe(rng: random.Random, design: Design, world: World | None = None) -> Probe:
    """(source, destination, traffic, source port), aimed at the components. `world`: the design's, if it is at hand."""
    world = World(design) if world is None else world
    if chance(rng, 0.3) and (numbered := by_number(rng, design, world)) is not None:
        return numbered
    inner = [f"{i.vpc}.{i.host}" for i in world.interfaces if i.kind in ("instance", "interface")]
    hosts = [name for name in world.hosts if ":" not in world.hosts[name]["ip"]]
    office = [f"{net}.{host}" for net, body in world.networks.items() for host in body.get("hosts", {})]
    office += OFFICE_ADDRESSES if world.connections or chance(rng, 0.2) else []
    brought = [f"{i.vpc}.{i.host}" for i in world.interfaces if i.kind in ("endpoint", "load_balancer")]
    names = [f"service:{name}" for name in (*INTERFACE_SERVICES, *SERVICES)]
    names += ["db.corp.example"] if world.zones else []
    names += [str(i.body["public_dns_name"]) for i in world.interfaces if i.body.get("public_dns_name")]
    devices = addresses_of(world, {"endpoint", "load_balancer"})
    secondary = written(world, (each for i in world.interfaces for each in (*i.ipv4[1:], *i.publics[1:])))
    if chance(rng, 0.35):
        return worlds.random_probe(rng, design)
    sources = [inner, inner, inner, office, hosts, secondary, brought, ["10.210.0.9"]]
    src = rng.choice(rng.choice([pool for pool in sources if pool]))
    pools = [inner, inner, office, devices, devices, brought, secondary, SERVICE_ADDRESSES, ["10.210.0.9"]]
    if src in hosts:
        publics = written(world, (each for i in world.interfaces for each in i.publics))
        pools = [pool for pool in (publics, publics, publics, devices, inner) if pool]
    elif src not in office:
        pools += [names, hosts]
    dst = rng.choice(rng.choice([pool for pool in pools if pool]))
    own = [i for i in world.interfaces if f"{i.vpc}.{i.host}" == src]
    if src == dst or dst in {str(each) for i in own for each in (*i.addresses, *i.publics)}:  # never leaves the host
        return random_probe(rng, design, world)
    listening = [
        str(each)
        for i in world.interfaces
        for each in (i.body.get("listeners") or {})
        if i.kind == "load_balancer" and "/" in str(each)
    ]
    ports = [*PORTS, *(worlds.edges(design) or PORTS)]
    if ":" in dst and not dst.startswith("service:"):
        return src, dst, rng.choice(["tcp/443", "icmpv6/128"]), rng.choice([port for port in ports if port >= 1023])
    if listening and dst in (*devices, *brought) and chance(rng, 0.7):
        traffic = rng.choice(listening)
    else:
        number = rng.choice(ports)
        traffic = rng.choice([f"tcp/{number}", f"udp/{number}", "icmp/8", "tcp/443", "tcp/443", "udp/53"])
    return src, dst, traffic, rng.choice([port for port in ports if port >= 1023])
