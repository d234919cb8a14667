"""What an edit on a transit gateway can touch: a table may differ for some destinations alone."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from tests.designs import edited
from tests.networks import laws, seeds
from tests.reach.test_spokes import ALL, Body, connected, first, inspected
from tests.reach.test_touched import same_as_whole

import reachsim
from reachsim.errors import ReachsimError
from reachsim.reach.touched import Touched, touched_by_structure

ANY = "0.0.0.0/0"
NAMES = [f"v{number}" for number in range(5)]


def after_an_edit(design: Body, pick: Any) -> Body:
    """A design after an edit of a route, of a table of the gateway, of an attachment, or of where something is."""
    vpc, other = f"v{pick(range(5))}", f"v{pick(range(5))}"
    table = f"vpcs {vpc} route_tables {pick(['main', 'main', 'other'])}"
    block = f"10.{other[1:]}.{pick(['0.0/16', '1.0/24', '1.4/32', '0.0/9', '9.0/28'])}"
    gateway = "transit_gateways tgw"
    tables = design["transit_gateways"]["tgw"].get("route_tables", {})
    of_gateway = f"{gateway} route_tables {pick(list(tables))} routes {block}" if tables else f"{table} {block}"
    attached = f"{gateway} attachments {vpc}"
    subnet = f"vpcs {vpc} subnets {pick(['a', 'b', 'ta', 'tb'])}"
    return edited(
        design,
        pick(
            [
                {f"{table} {block}": pick(["tgw", "blackhole"])},
                {f"{table} {ANY}": pick(["tgw", "blackhole"])},
                {of_gateway: pick(["blackhole", *NAMES])},
                {of_gateway: "blackhole"},
                {f"{attached} state": "pending"},
                {f"{attached} appliance_mode": pick([True, False])},
                {f"{attached} subnets": pick([["ta"], ["tb"], ["tb", "ta"], ["a", "tb"]])},
                {f"{subnet} route_table": pick(["main", "other"])},
                {f"{subnet} network_acl": pick(["acl", "low", "default"])},
                {f"vpcs {vpc} instances x subnet": pick(["a", "b", "ta", "tb"])},
                {f"vpcs {vpc} instances n": {"subnet": "a", "security_groups": ["h"]}},
            ]
        ),
    )


@pytest.mark.rule("TGW-2", "ROUTE-4")
@laws(10)
@given(seeds)
def test_an_edit_around_a_transit_gateway_changes_nothing_that_it_cannot_touch(seed: int) -> None:
    rng = Random(seed)
    design = connected(rng.choice)
    try:
        nets = [reachsim.loads(json.dumps(each)) for each in (design, after_an_edit(design, rng.choice))]
    except ReachsimError:
        return
    same_as_whole(*nets)
    same_as_whole(*reversed(nets))


def touched(design: Body, deviation: Body) -> Touched:
    """What an edit can touch, which is all that differs."""
    before, after = (reachsim.loads(json.dumps(each)) for each in (design, edited(design, deviation)))
    same_as_whole(before, after)
    found = touched_by_structure(before.topology, after.topology, (before.book, after.book))
    assert found is not None
    return found


def with_one_table() -> Body:
    """Five VPCs with one table of the gateway, which may be edited."""
    return edited(
        connected(first),
        {"transit_gateways tgw route_tables": {"all": {**ALL, "routes": {"10.9.0.0/16": "blackhole"}}}},
    )


@pytest.mark.rule("TGW-5")
def test_a_route_of_the_gateway_touches_those_whose_addresses_it_has() -> None:
    """Everybody sends by the table, and nobody is touched but together with `v3`."""
    found = touched(with_one_table(), {"transit_gateways tgw route_tables all routes 10.3.0.0/17": "blackhole"})
    assert found.ends == {"v3.x", "v3.y"}
    assert not found.outside


@pytest.mark.rule("ROUTE-4")
def test_a_route_of_a_vpc_on_a_gateway_touches_that_vpc() -> None:
    """Others come to its table by the attachment, and to its own addresses alone, for which it says the same."""
    found = touched(with_one_table(), {"vpcs v2 route_tables main 10.4.0.0/16": "blackhole"})
    assert found.ends == {"v2.x", "v2.y"}


@pytest.mark.rule("NATI-5")
def test_behind_a_device_whose_address_a_route_has_all_are_touched_that_send_there() -> None:
    """What `v1.x` sends has the address of the NAT instance of its VPC: where the gateway loses answers to that, it gets
    none, though its own address is in no route that differs."""
    masked = edited(
        with_one_table(),
        {
            "vpcs v1 route_tables other": {"10.0.0.0/8": "tgw"},
            "vpcs v1 route_tables main": {"10.0.0.0/8": "fw"},
            "vpcs v1 subnets d": {"cidr": "10.1.200.0/24", "az": "a", "route_table": "other"},
            "vpcs v1 instances fw": {
                "subnet": "d",
                "private_ip": "10.1.200.9",
                "security_groups": ["h"],
                "source_dest_check": False,
                "nat": {"ip_forward": True, "masquerade": True},
            },
        },
    )
    net = reachsim.loads(json.dumps(masked))
    assert net.reach("v1.x", "v2.x").reachable
    lost = {"transit_gateways tgw route_tables all routes 10.1.200.0/24": "blackhole"}
    assert not reachsim.loads(json.dumps(edited(masked, lost))).reach("v1.x", "v2.x").reachable
    touched(masked, lost)


@pytest.mark.rule("WALK-15")
def test_what_a_device_puts_back_may_be_lost_behind_it() -> None:
    """`v2.x` knows no way but to the NAT instance in the middle, which puts the address of `v1.x` back into its answers: a
    route there for that address decides about them, though `v2.x` sends nothing to it."""
    design = edited(
        inspected(),
        {"vpcs hub instances fw nat masquerade": True},
        {f"vpcs {name} route_tables main": {"10.100.1.0/24": "tgw"} for name in NAMES if name != "v1"},
    )
    lost = {"vpcs hub route_tables out 10.1.0.0/16": "blackhole"}
    before, after = (reachsim.loads(json.dumps(each)) for each in (design, edited(design, lost)))
    assert before.reach("v1.x", "v2.x").reachable
    assert not after.reach("v1.x", "v2.x").reachable
    touched(design, lost)
