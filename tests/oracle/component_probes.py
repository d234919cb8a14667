"""Packets aimed at the components of a random design."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tests.oracle import worlds
from tests.oracle.components import INTERFACE_SERVICES, OFFICE_ADDRESSES, SERVICE_ADDRESSES, SERVICES, Design, Probe
from tests.oracle.naive.addresses import Address
from tests.oracle.naive.world import World
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


def random_probe(rng: random.Random, design: Design, world: World | None = None) -> Probe:
    """(source, destination, traffic, source port), aimed at the components. `world`: the design's, if it is at hand."""
    world = World(design) if world is None else world
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
        str(each) for i in world.interfaces for each in (i.body.get("listeners") or {}) if i.kind == "load_balancer"
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
