"""What reads designs as plain values knows every kind of component that the engines know: to miss one would be silent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.models import shared
from tests.oracle.components import random_design
from tests.oracle.text import write_yaml

import reachsim
from reachsim.cidr.models import sources_of_document
from reachsim.network import Network
from reachsim.resources.resource import At, Resource, resources
from reachsim.rules.clauses import KeyPath
from reachsim.testing.strategies.designs import plain
from reachsim.testing.strategies.edits import faults_of
from reachsim.testing.zones import _spread, is_host

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.yaml"))
PEERED = """version: 1
region: eu-west-1
vpcs:
  a: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.1.0/24, az: a}}}
  b: {cidrs: [10.1.0.0/16], subnets: {s: {cidr: 10.1.1.0/24, az: a}}}
  c: {cidrs: [10.2.0.0/16], subnets: {s: {cidr: 10.2.1.0/24, az: a}}}
transit_gateways:
  one: {attachments: {a: {vpc: a, subnets: [s]}, far: {peer: two.near}, office: {vpn: line}}}
  two: {attachments: {b: {vpc: b, subnets: [s]}, c: {vpc: c, subnets: [s]}, near: {peer: one.far}}}
vpn_connections: {line: {gateway: one, static_routes: [10.9.0.0/16]}}
networks: {office: {cidrs: [10.9.0.0/16], via: line}}
"""


@cache
def designs() -> tuple[Network, ...]:
    """The models, and designs with every kind of component."""
    drawn = (write_yaml(random_design(random.Random(seed), "further")) for seed in range(12))
    return (*map(shared, MODELS), *map(reachsim.loads, (PEERED, *drawn)))


def members(network: Network) -> Iterator[tuple[At, Any]]:
    """Every resource of a design."""
    yield from resources("design", network.design)
    for name, vpc in network.design.vpcs.items():
        yield from resources("vpc", vpc, name)


def pairs_joined(network: Network) -> set[frozenset[str]]:
    """The pairs of VPCs, and of a VPC and a network, that the topology says are joined."""
    vpcs = network.design.vpcs.keys()
    places = vpcs | network.design.networks.keys()
    by_connection: dict[KeyPath, set[str]] = {}
    for place in network.topology.joined.keys() & places:
        for path in network.topology.joined[place]:
            by_connection.setdefault(path, set()).add(place)
    pairs = {frozenset(pair) for joined in by_connection.values() for pair in combinations(joined, 2)}
    return {pair for pair in pairs if not pair.isdisjoint(vpcs)}


def test_the_planner_of_addresses_knows_what_joins_vpcs() -> None:
    joined = [pairs_joined(network) for network in designs()]
    assert sum(map(len, joined)) > 50
    for network, pairs in zip(designs(), joined, strict=True):
        told = sources_of_document(network.source.document).connections
        assert pairs <= {frozenset((each.one, each.other)) for each in told}, network.source.file


def test_vpcs_of_peered_transit_gateways_are_joined_once_for_each_gateway() -> None:
    told = sources_of_document(reachsim.loads(PEERED).source.document).connections
    assert [(each.name, each.one, each.other) for each in told] == [
        ("one", "a", "b"), ("one", "a", "c"),
        ("two", "a", "b"), ("two", "a", "c"), ("two", "b", "c"),
        ("one", "a", "office"), ("one", "b", "office"), ("one", "c", "office"),
    ]  # fmt: skip


def test_whatever_may_fail_is_among_the_faults() -> None:
    """Also where its state is written as it would be if left out."""
    seen: set[str] = set()
    for network in designs():
        faults = {fault.path for fault in faults_of(plain(network))}
        for at, body in members(network):
            kind = type(body)
            if kind.down is Resource.down and kind.parts_down is Resource.parts_down:
                continue
            parts = getattr(body, "attachments", {"": body})
            if not body.down() and not [*body.parts_down()] and parts:
                seen.add(at.section)
                assert any(path[: len(at.path)] == at.path for path in faults), (network.source.file, at.path)
    assert len(seen) > 5


def test_the_loss_of_a_zone_takes_apart_whatever_is_in_several_subnets() -> None:
    """Hosts aside, which are lost as a whole, or have interfaces of their own."""
    seen: set[str] = set()
    for network in designs():
        spread = [path for path, _, _ in _spread(network.source.document.data)]
        places: dict[KeyPath, set[str]] = {}
        for interface in network.topology.interfaces.values():
            if not is_host(interface):
                places.setdefault(interface.owner, set()).add(interface.subnet.name)
        for owner, subnets in places.items():
            if len(subnets) > 1:
                seen.add(str(owner[2] if owner[0] == "vpcs" else owner[0]))
                assert any(path[: len(owner)] == owner for path in spread), (network.source.file, owner)
    assert {"load_balancers", "vpc_endpoints"} <= seen
