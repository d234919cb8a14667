"""Pictures of large networks: in columns, with lines that pass no box, and with as much detail as can be read."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.text import write_yaml
from tests.picture.geometry import check_apart, check_box, check_lines

import reachsim
from reachsim.network import Network
from reachsim.picture.boxes import Placed
from reachsim.picture.draw import draw

_TIERS = ("public", "app", "data", "cache", "batch", "mail", "logs")


def vpc(number: int, tiers: int, zones: int = 3, instances: int = 2) -> dict[str, Any]:
    """A VPC with a subnet of each tier in each zone."""
    kinds = [f"{_TIERS[i % len(_TIERS)]}{i // len(_TIERS) or ''}" for i in range(tiers)]
    names = [f"{tier}-{zone}" for tier in kinds for zone in "abc"[:zones]]
    return {
        "cidrs": [f"10.{number}.0.0/16"],
        "internet_gateway": "igw",
        "route_tables": {"out": {"routes": {"0.0.0.0/0": "igw"}}},
        "subnets": {
            name: {
                "cidr": f"10.{number}.{index}.0/24",
                "az": name[-1],
                **({"route_table": "out"} if name.startswith("public") else {}),
            }
            for index, name in enumerate(names)
        },
        "instances": {f"{name}-{i}": {"subnet": name} for name in names for i in range(instances)},
    }


def network(bodies: dict[str, Any], peerings: list[tuple[str, str]], attached: list[str]) -> Network:
    """VPCs, some of them joined by peerings, and some by a transit gateway, with an office behind a VPN."""
    attachments: dict[str, Any] = {
        name: {"vpc": name, "subnets": [next(iter(bodies[name]["subnets"]))]} for name in attached
    }
    design = {
        "version": 1,
        "vpcs": bodies,
        "peering_connections": {f"{one}-{other}": {"requester": one, "accepter": other} for one, other in peerings},
        "transit_gateways": {"hub": {"attachments": {**attachments, "line": {"vpn": "line"}}}},
        "vpn_connections": {"line": {"gateway": "hub"}},
        "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
    }
    return reachsim.loads(write_yaml(design))


def of_tiers(*tiers: int, instances: int = 2) -> Network:
    """VPCs of so many tiers in three zones, all attached to a transit gateway, and every third peered with the next."""
    bodies = {f"v{number}": vpc(number, count, instances=instances) for number, count in enumerate(tiers)}
    names = list(bodies)
    return network(bodies, list(zip(names[::3], names[1::3], strict=False)), names)


def boxes(net: Network) -> list[Placed]:
    return [placed for box in draw(net).layout.boxes for placed in box.all()]


LARGE = {
    "45 subnets": (4, 3, 3, 2, 3),
    "60 subnets": (4, 3, 5, 2, 6),
    "60 subnets in ten VPCs": (2, 1, 3, 2, 2, 3, 1, 2, 2, 2),
    "60 subnets in one VPC": (20,),
    "300 subnets": (4, 3, 5, 2, 6) * 5,
    "300 subnets alike": (4,) * 25,
}


@pytest.mark.parametrize("tiers", LARGE.values(), ids=LARGE)
def test_a_large_network_suits_a_screen(tiers: tuple[int, ...]) -> None:
    """Neither a tower nor a ribbon, and small enough that text of 11 pixels is read where the whole fits a large screen."""
    layout = draw(of_tiers(*tiers)).layout
    assert 1 / 2 <= layout.width / layout.height <= 4
    assert layout.width * layout.height <= 3000 * 2000
    check_apart(layout.boxes)
    check_lines(layout)
    for box in layout.boxes:
        check_box(box)


def test_subnets_tell_what_is_in_them_where_interfaces_would_be_too_many_boxes() -> None:
    net = of_tiers(4, 3, 5, 2, 6)
    subnets = [placed for placed in boxes(net) if placed.box.look in ("public", "private")]
    assert not any(placed.box.look == "component" for placed in boxes(net))
    (first,) = (placed for placed in subnets if placed.box.names[0] == "v0.app-b")
    assert first.notes == ("10.0.4.0/24", "2 instances: app-b-0, app-b-1")
    assert first.box.names == ("v0.app-b", "v0.app-b-0", "v0.app-b-1")
    assert first.box.names[: first.box.own] == ("v0.app-b",)
    assert f'"{first.box.key}": "v0.app-b"' in net.draw().html  # by which the page calls it
    (alone,) = (placed for placed in boxes(of_tiers(4, 3, 5, 2, 6, instances=1)) if "v0.app-b" in placed.box.names)
    assert alone.notes[-1] == "instance app-b-0"


def test_what_a_trace_passes_has_boxes_of_its_own_in_a_network_without_detail() -> None:
    for tiers in ((4, 3, 5, 2, 6), (4, 3, 5, 2, 6) * 5):
        picture = of_tiers(*tiers).draw(trace=("v0.app-a-0", "v4.data-b-1", "tcp/443"))
        components = {
            name
            for box in picture.layout.boxes
            for placed in box.all()
            if placed.box.look == "component"
            for name in placed.box.names
        }
        assert {"v0.app-a-0", "v4.data-b-1"} <= components
        assert not any(name.startswith("v1.") for name in components)


def test_vpcs_that_are_not_alike_have_boxes_of_their_own() -> None:
    """25 of them, of which none is like another in what it is joined with: none is lumped with others for want of room."""
    tiers = (1, 2, 3, 4, 5, 6, 7) * 4
    bodies = {f"v{number}": vpc(number, count, instances=number) for number, count in enumerate(tiers[:25], 1)}
    vpcs = [placed for placed in draw(network(bodies, [], [*bodies])).layout.boxes if placed.box.look == "vpc"]
    assert [placed.title for placed in vpcs] != ["25 VPCs"]
    assert sorted(name for placed in vpcs for name in placed.box.names) == sorted(bodies)
    assert len(vpcs) == 25
    third = next(placed for placed in vpcs if placed.box.names == ("v3",))
    assert third.title == "VPC v3"
    assert third.notes == ("10.3.0.0/16", "9 subnets: 3 public, 6 private", "27 instances")


def test_zones_of_the_same_tiers_stand_in_one_grid() -> None:
    bodies = {"app": vpc(0, 3, instances=0)}
    bodies["app"]["instances"] = {f"i{i}": {"subnet": "public-a"} for i in range(3)}
    rows: dict[str, set[tuple[int, int]]] = {}
    for placed in boxes(network(bodies, [], ["app"])):
        if placed.box.look in ("public", "private"):
            rows.setdefault(placed.title.partition("-")[0], set()).add((placed.y, placed.height))
    assert {tier: len(found) for tier, found in rows.items()} == {"public": 1, "app": 1, "data": 1}


@settings(max_examples=25)
@given(st.data())
def test_no_line_passes_a_box_that_it_does_not_lead_to(data: st.DataObject) -> None:
    """However many VPCs there are, and whatever joins them."""
    count = data.draw(st.integers(2, 14))
    tiers = data.draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
    zones = data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    bodies = {f"v{i}": vpc(i, tiers[i], zones[i], instances=i % 3) for i in range(count)}
    for name in data.draw(st.sets(st.sampled_from([*bodies]))):
        bodies[name]["egress_only_internet_gateway"] = "eigw"
    pairs = data.draw(st.lists(st.sampled_from([*combinations(bodies, 2)]), unique=True, max_size=10))
    attached = data.draw(st.lists(st.sampled_from([*bodies]), unique=True))
    layout = draw(network(bodies, pairs, attached)).layout
    assert {stroke.line for stroke in layout.strokes} == {*layout.scene.lines}
    check_apart(layout.boxes)
    check_lines(layout)


ROUTES = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      endpoint: {cidr: 10.0.0.0/24, az: a, route_table: endpoint}
      somewhere: {cidr: 10.0.1.0/24, az: a, route_table: somewhere}
      out: {cidr: 10.0.2.0/24, az: a, route_table: out}
      open: {cidr: 10.0.3.0/24, az: a, route_table: open}
    nat_gateways: {nat: {subnet: out}}
    vpc_endpoints: {s3: {service: s3, type: gateway, route_tables: [endpoint]}}
    route_tables:
      endpoint: {routes: {0.0.0.0/0: nat}}
      somewhere: {routes: {unknown: nat}}
      out: {routes: {unknown: igw}}
      open: {routes: {0.0.0.0/0: unknown}}
"""


def test_a_route_of_an_unknown_destination_makes_a_subnet_public_by_its_target() -> None:
    """A subnet is public by a route to the internet gateway (AWS): where that is what is open, nobody can tell."""
    titles = {placed.title for placed in boxes(reachsim.loads(ROUTES))}
    assert {"endpoint (private)", "somewhere (private)", "out (public)", "open (public or not: unknown)"} <= titles
