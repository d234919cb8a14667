"""Laws of the naive evaluator on generated designs: what must not change a verdict does not."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from tests.networks import laws, seeds
from tests.oracle.component_probes import random_probe
from tests.oracle.components import Design, random_design
from tests.oracle.naive.judging import variants
from tests.oracle.naive.world import World


def zones_renamed(design: Design) -> None:
    """Zones are the same or not the same; their names mean nothing."""
    for vpc in design["vpcs"].values():
        for subnet in vpc["subnets"].values():
            if "az" in subnet:
                subnet["az"] = {"a": "z9", "b": "a"}[subnet["az"]]


def default_transit_tables_written(design: Design) -> None:
    """Without route tables everything is associated with one, and propagates into it."""
    for gateway in (design.get("transit_gateways") or {}).values():
        names = list(gateway["attachments"])
        gateway.setdefault("route_tables", {"default": {"associations": names, "propagations": names}})


def endpoint_routes_written(design: Design) -> None:
    """EP-1: the route that AWS writes may be written too, which changes nothing."""
    for vpc in design["vpcs"].values():
        for name, body in (vpc.get("vpc_endpoints") or {}).items():
            if body["type"] == "gateway":
                for table in body.get("route_tables") or []:
                    routes = vpc["route_tables"][table]
                    routes = routes["routes"] if isinstance(routes.get("routes"), dict) else routes
                    if body["service"] in design["prefix_lists"]:
                        routes.setdefault(body["service"], name)


def long_form(design: Design) -> None:
    """A table is the mapping, or `routes` with the mapping under it."""
    for vpc in design["vpcs"].values():
        for name, body in vpc["route_tables"].items():
            if not isinstance(body.get("routes"), dict):
                vpc["route_tables"][name] = {"routes": body, "propagate": []}


def single_interfaces_spelt_out(design: Design) -> None:
    """One interface under `network_interfaces` is the interface of the short form."""
    moved = (
        "subnet",
        "private_ip",
        "public_ip",
        "security_groups",
        "source_dest_check",
        "secondary_private_ips",
        "ipv6_address",
    )
    for vpc in design["vpcs"].values():
        for body in vpc["instances"].values():
            # Not where the launch assigns a public address, nor where a route leads to the interface's only name.
            if "network_interfaces" not in body and "public_ip" in body:
                body["network_interfaces"] = {"eth0": {key: body.pop(key) for key in moved if key in body}}


def idle_components_added(design: Design) -> None:
    """What nothing points at, and what is attached to nothing, changes nothing."""
    design.setdefault("transit_gateways", {})["idle"] = {"attachments": {}, "route_tables": {}}
    design["networks"] = {**(design.get("networks") or {}), "idle": {"cidrs": ["172.30.0.0/16"], "via": []}}
    for vpc in design["vpcs"].values():
        vpc["route_tables"]["idle"] = {"routes": {"0.0.0.0/0": "blackhole"}, "propagate": ["nobody"]}


CHANGES = [
    zones_renamed,
    default_transit_tables_written,
    endpoint_routes_written,
    long_form,
    single_interfaces_spelt_out,
    idle_components_added,
]


@pytest.mark.parametrize("change", CHANGES)
@laws(4)
@given(seeds)
def test_a_change_that_means_nothing(change: Callable[[Design], None], seed: int) -> None:
    rng = random.Random(seed)
    design = random_design(rng)
    other = copy.deepcopy(design)
    change(other)
    one, two = World(design), World(other)
    for _ in range(5):
        probe = random_probe(rng, design)
        before = [(each.forward, each.reply, each.undecided) for _, each in variants(one, *probe)]
        after = [(each.forward, each.reply, each.undecided) for _, each in variants(two, *probe)]
        assert before == after, probe
