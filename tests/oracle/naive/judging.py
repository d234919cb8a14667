"""The question, taken apart into packets, and the verdict on all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.oracle.naive.choices import Choices, every_way
from tests.oracle.naive.flight import Flight
from tests.oracle.naive.names import clients, targets
from tests.oracle.naive.packets import Packet, Undecided, first_packet
from tests.oracle.naive.parts import Client, Design, Interface, Target, Verdict
from tests.oracle.naive.world import World

_PORTS = re.compile(r'"((?:tcp|udp)/[^"]*)"(?!:)')


def lost(why: str) -> Verdict:
    """Never sent."""
    return Verdict(False, False, False, f"forward: {why}")


def fly(
    world: World, ports: list[int], client: Client, packet: Packet, choices: Choices, meant: Interface | None = None
) -> Verdict:
    """One way through AWS's choices, each of these NAT ports: the first failure counts."""
    for port in ports:
        again = Choices([number for number, _ in choices.taken])
        flight = Flight(world, port, choices if port == ports[0] else again)
        verdict = flight.judge(client.place, packet, meant)
        if flight.listener is not None:
            same = Choices([number for number, _ in choices.taken])
            at_it = Flight(world, port, same, at_listener=True)
            verdict = replace(verdict, listener=at_it.judge(client.place, packet).reachable)
        if not flight.sessions:
            return verdict
        if not verdict.reachable:
            return replace(verdict, lost=f"{verdict.lost} (NAT port {port})")
    return verdict


def judge_one(
    world: World, ports: list[int], client: Client, target: Target, traffic: str, source_port: int
) -> Iterator[Verdict]:
    """One client, one destination address: a verdict for each way that AWS may choose."""
    protocol, dst = traffic.split("/")[0], target.address
    if dst is None:
        yield lost(target.why)
        return
    if client.function and protocol not in ("tcp", "udp"):
        yield lost("LAMBDA-9: a function sends TCP and UDP only")
        return
    src = next((each for each in client.addresses if each.version == dst.version), None)
    if src is None:
        yield lost(f"{client.label} has no IPv{dst.version} address (ROUTE-5)")
        return
    # DECISION: what a host sends to itself never leaves it; a function has no interface of its own (LAMBDA-8), and what
    # starts nothing (EP-6, NATGW-7) does not call itself either.
    if dst in client.addresses and not client.function and not starts_nothing(client):
        if is_another(client, target):
            yield lost(f"PEER-9: {dst} is {client.label}'s own address, and {target.label} was meant")
        else:
            yield Verdict(True, True, True)
        return
    if not client.function and not starts_nothing(client) and dst in own_addresses(world, client):
        why = f"WALK-26: whether {dst}, of another interface of {client.label}'s host, is called by the network"
        yield Verdict(False, False, False, f"undecided: {why}", undecided=True)
        return
    packet = first_packet(src, dst, traffic, source_port)

    def walk(choices: Choices) -> Verdict:
        try:
            return fly(world, ports, client, packet, choices, target.meant)
        except Undecided as why:
            return Verdict(False, False, False, f"undecided: {why}", undecided=True)

    yield from every_way(walk)


def starts_nothing(client: Client) -> bool:
    """EP-6, NATGW-7: is it something that opens no connection?"""
    return isinstance(client.place, Interface) and client.place.kind in ("endpoint", "inspection", "nat_gateway")


def is_another(client: Client, target: Target) -> bool:
    """Does a name mean somebody else than the client?"""
    place, meant = client.place, target.meant
    return isinstance(place, Interface) and meant is not None and (meant.vpc, meant.host) != (place.vpc, place.host)


def own_addresses(world: World, client: Client) -> list[Any]:
    """All private addresses of the host that asks."""
    place = client.place
    if not isinstance(place, Interface) or place.kind == "load_balancer":
        return list(client.addresses)
    same = [i for i in world.interfaces if (i.vpc, i.host, i.kind) == (place.vpc, place.host, place.kind)]
    if place.body.get("subnets"):  # interfaces that are alike are hosts of their own
        same = [place]
    return [each for i in same for each in i.addresses]


def variants(
    world: World,
    src: str,
    dst: str,
    traffic: str,
    source_port: int,
    nat_port: int | None = None,
    meant: Interface | None = None,
) -> list[tuple[str, Verdict]]:
    """`judge_variants` on a world that is already built. `meant`: who is meant by the destination, if not anybody."""
    ports = world.edge_ports if nat_port is None else [nat_port]
    out = []
    try:
        for client in clients(world, src):
            for target in targets(world, dst, client, traffic):
                label = f"{client.label} -> {target.label}"
                target = target if meant is None else replace(target, meant=meant)
                out += [(label, verdict) for verdict in judge_one(world, ports, client, target, traffic, source_port)]
    except Undecided as why:
        out.append((f"{src} -> {dst}", Verdict(False, False, False, f"undecided: {why}", undecided=True)))
    return out


def judge_variants(
    design: Design | World, src: str, dst: str, traffic: str, source_port: int, nat_port: int | None = None
) -> list[tuple[str, Verdict]]:
    """One verdict for each interface that may ask, each address that may be meant (LAMBDA-19, LAMBDA-26) and each
    way that AWS may choose (TGW-8, LB-8).

    `traffic` is one packet: `tcp/443`, `icmp/8`, `proto/50`. With `nat_port` a NAT device picks that port;
    without it the answer must pass for all of 1024-65535. Whoever asks often about one design gives its world.
    """
    world = design if isinstance(design, World) else World(design)
    return variants(world, src, dst, traffic, source_port, nat_port)


def together(verdicts: list[Verdict]) -> Verdict:
    """What holds for all of them. One that is undecided leaves open what no other one settles."""
    failing = [verdict for verdict in verdicts if verdict.lost]
    settled = [verdict for verdict in failing if not verdict.undecided]
    listeners = [verdict.listener for verdict in verdicts if verdict.listener is not None]
    return Verdict(
        all(verdict.forward for verdict in verdicts),
        all(verdict.reply for verdict in verdicts),
        all(verdict.reachable for verdict in verdicts),
        (settled or failing)[0].lost if failing else "",
        all(listeners) if listeners else None,
        bool(failing) and not settled,
    )


def judge(
    design: Design | World, src: str, dst: str, traffic: str, source_port: int, nat_port: int | None = None
) -> Verdict:
    """The verdict that holds for every variant of `judge_variants`."""
    return together([verdict for _, verdict in judge_variants(design, src, dst, traffic, source_port, nat_port)])
