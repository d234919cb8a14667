"""What the naive evaluator says, to be held against a reachsim that does not model these components.

Such a reachsim may always say that it cannot decide. What it does decide must be true: a wrong verdict is worse
than none.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.oracle import worlds
from tests.oracle.components import OFFICE_ADDRESSES, OFFICE_BLOCKS, SERVICE_ADDRESSES, Design, Probe
from tests.oracle.naive import Verdict
from tests.oracle.naive.addresses import address, block, is_private, network
from tests.oracle.naive.judging import together, variants
from tests.oracle.naive.names import clients, found, holders, near
from tests.oracle.naive.parts import INTERNET, Client, Interface
from tests.oracle.naive.world import World
from tests.oracle.probes import STRANGERS, packets_of

Expectation = dict[str, Any]
HOSTS = ("instance", "interface", "endpoint", "load_balancer")  # what can be connected to, or can connect


@dataclass(frozen=True)
class Packet:
    """One packet of an expectation, with the verdict on it."""

    probe: Probe
    label: str
    verdict: Verdict

    def __str__(self) -> str:
        source, destination, traffic, port = self.probe
        said = self.verdict.lost or "reachable"
        return f"{source} -> {destination} {traffic} from {port} ({self.label}): {said}"


def naive_says(world: World, probe: Probe) -> Verdict:
    """The verdict that holds for every interface, address and way of a probe."""
    return together([verdict for _, verdict in variants(world, *probe)])


def in_selector(interface: Interface, selector: dict[str, Any]) -> bool:
    """Is it one of `{vpc: ...}` or `{subnet: ...}`?"""
    vpcs, subnets = selector.get("vpc"), selector.get("subnet")
    return (vpcs is None or interface.vpc == vpcs) and (
        subnets is None or subnets == f"{interface.vpc}.{interface.subnet}"
    )


Meant = tuple[str, Interface | None]
"""How to ask for an end, and the interface that is meant by it, where one is: its address may lead elsewhere (PEER-9)."""


def as_asked(world: World, interface: Interface, asking: list[Client] | None) -> list[Meant]:
    """How to ask for one interface: by its name, and by its other addresses, but where another one has them too, or where
    it is asked by somebody who does not mean its private addresses."""
    shared = [i for i in world.interfaces if i is not interface and set(i.ipv4) & set(interface.ipv4)]
    far = asking is not None and not all(near(world, client, interface.vpc) for client in asking)
    if interface.body.get("subnets") and interface.kind in ("instance", "interface"):  # one of several of a name
        return [] if shared or far else [(str(interface.ipv4[0]), interface)]
    others = [] if shared or far else [(str(each), interface) for each in interface.ipv4[1:]]
    return [(interface.name, interface), *others]


def sends(world: World, where: str) -> bool:
    """Is there anybody who sends from an address? A private one that no interface and no connection has is nobody's."""
    return any(client.place != INTERNET or not is_private(address(where)) for client in holders(world, address(where)))


def ends(world: World, end: Any, asking: list[Client] | None = None) -> list[Meant]:
    """A sample of what an end of an expectation means, all private addresses of it that are in VPCs among it; of its
    destination, to those who are `asking`."""
    source = asking is None
    able = [i for i in world.interfaces if i.kind in HOSTS and (not source or i.kind in ("instance", "interface"))]
    if isinstance(end, dict):
        return [each for i in able if in_selector(i, end) for each in as_asked(world, i, asking)]
    if end == "internet":
        named = [body["ip"] for body in world.hosts.values()] if source else []
        return [(text, None) for text in (*STRANGERS, *named) if ":" not in text]
    if network(end) is not None and "/" in end:
        inside = [str(each) for i in able for each in i.ipv4 if each in block(end)]
        known = (*OFFICE_ADDRESSES, *SERVICE_ADDRESSES, *STRANGERS)
        outside = [each for each in known if address(each) in block(end)]
        vpcs = [block(cidr) for body in world.vpcs.values() for cidr in body["cidrs"]]
        if not any(block(end).overlaps(each) for each in vpcs):
            outside += [str(block(end).first + block(end).size // 2), str(block(end).last)]
        return [(each, None) for each in inside + [each for each in outside if not source or sends(world, each)]]
    return [(end, None)]


def hidden_ways(world: World, destination: Any) -> list[Meant]:
    """`from: internet, to: TARGET` also goes through an NLB that keeps client addresses, if nobody else is its target."""
    found = []
    for node in world.interfaces:
        if node.kind != "load_balancer" or node.body.get("type") != "network":
            continue
        groups = (node.body.get("target_groups") or {}).values()
        if all([f"{node.vpc}.{each}" for each in group.get("targets") or []] == [destination] for group in groups):
            found += [(str(each), None) for each in node.publics if each is not None]
    return found


def packets(world: World, expectation: Expectation, ports: list[int]) -> list[Packet]:
    """The sampled packets of an expectation, each with the naive verdict; every variant and way stands for itself."""
    out = []
    traffic = expectation.get("allow", expectation.get("deny"))
    deny = "deny" in expectation
    for src, _ in ends(world, expectation["from"]):
        senders = clients(world, src)
        targets = ends(world, expectation["to"], senders)
        if deny and expectation["from"] == "internet":
            targets = targets + hidden_ways(world, expectation["to"])
        asking = {client.place for client in senders if isinstance(client.place, Interface)}
        for dst, only in targets:
            meant = found(world, dst) if network(dst) is None else holders(world, address(dst))
            if asking & {each if isinstance(each, Interface) else each.place for each in meant}:
                continue  # nobody asks what a host says to itself
            for token in packets_of(traffic):
                for port in ports:
                    probe = (src, dst, token, port)
                    out += [Packet(probe, label, verdict) for label, verdict in variants(world, *probe, meant=only)]
    return out


def refutation(world: World, expectation: Expectation, verdict: str, ports: list[int]) -> Packet | None:
    """A packet that shows a definite verdict on an expectation to be wrong; None where the sample has none.

    `holds` of a `deny` is refuted by a packet that is delivered, of an `allow` by one that is not reachable. `fails`
    speaks of some packet, which need not be in the sample, so that a sample cannot refute it.
    """
    if verdict != "holds":
        return None
    for packet in packets(world, expectation, ports):
        said = packet.verdict
        if "(ROUTE-5)" in said.lost and not said.forward:
            continue  # the two ends have no address of its family in common: `all` means no such packet
        if "deny" in expectation:
            wrong = said.forward
        else:
            wrong = not said.undecided and not (said.forward if expectation.get("one_way") else said.reachable)
        if wrong:
            return packet
    return None


def random_expectation(rng: random.Random, design: Design) -> Expectation:
    """A promise about the design: names, blocks, selectors, `internet`; more denies than allows."""
    world = World(design)
    names = [f"{i.vpc}.{i.host}" for i in world.interfaces if i.kind in ("instance", "interface")]
    spots: list[Any] = [{"vpc": vpc} for vpc in world.vpcs]
    spots += [{"subnet": f"{vpc}.{subnet}"} for vpc, body in world.vpcs.items() for subnet in body["subnets"]]
    blocks = [subnet["cidr"] for body in world.vpcs.values() for subnet in body["subnets"].values()]
    outer = [*OFFICE_BLOCKS, *OFFICE_ADDRESSES]
    devices = [str(each) for i in world.interfaces if i.kind in ("endpoint", "load_balancer") for each in i.ipv4]
    start = rng.choice(rng.choice([names, names, ["internet"], outer, list(world.hosts), spots]))
    end = rng.choice(rng.choice([pool for pool in [names, names, ["internet"], outer, spots, blocks, devices] if pool]))
    number = rng.choice([*worlds.PORTS, *(worlds.edges(design) or [443])])
    traffic = rng.choice(["all", f"tcp/{number}", f"tcp/{number}", f"udp/{number}", "tcp/443", "icmp/8", "tcp/22"])
    if start == end or (start in outer and end in outer) or {"internet"} >= {str(start), str(end)}:
        return random_expectation(rng, design)
    return {"from": start, "to": end, ("deny" if worlds.chance(rng, 0.7) else "allow"): traffic}


def edge_ports_of(rng: random.Random, design: Design) -> list[int]:
    """A few source ports, at the edges of what the design's rules name."""
    able = [port for port in worlds.edges(design) if port >= 1024]
    return sorted({1024, 50000, *rng.sample(able, min(2, len(able)))})
