"""Walks that are shared by ends which walk alike: not where a device in the subnet of one of them forwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import ALL, ANY, GONE, acl_of, load

import reachsim

ONE_WAY = acl_of("public", [ALL], [f"allow tcp/80 {ANY}"])
"""Nothing but requests to port 80 leaves the subnet of the device."""


def same(net: reachsim.Network) -> None:
    """Every cell of the matrix is what is asked of its pair alone."""
    matrix = net.matrix()
    for one in net.topology.interfaces:
        for other in net.topology.interfaces:
            if one != other:
                assert matrix.reach(one, other) == net.reach(one, other).reachable, (one, other)


@pytest.mark.rule("NACL-5")
def test_a_device_in_one_ends_subnet_is_behind_acls_for_another_end() -> None:
    """What a table sends through `nat`, in place of the local route, comes to `web` on the link that both are on, and to
    `db` by the ACL of that link's subnet, which denies answers to high ports. Whichever walks first, and a second time."""
    net = load(
        ONE_WAY,
        {
            "vpcs app subnets public route_table": GONE,
            "vpcs app route_tables private": {"10.0.0.0/16": "nat"},
            "vpcs app instances nat nat": {"ip_forward": True, "masquerade": False},
            "vpcs app instances nat public_ip": GONE,
            "vpcs app instances web public_ip": GONE,
        },
    )
    matrix = net.matrix()
    assert "client ports 80 only" in str(matrix["app.db", "app.twin"])
    assert not net.trace("app.db", "app.twin", "tcp/443", source_port=50_000)
    same(net)
    same(net)


@pytest.mark.rule("NACL-5")
def test_a_device_in_the_destinations_subnet_is_behind_acls_for_another_destination() -> None:
    """The same, of destinations: here `db` is walked to before what is on the link with the device."""
    late = {"subnet": "public", "private_ip": "10.0.0.30", "security_groups": ["open"]}
    net = load(
        ONE_WAY,
        {
            "vpcs app subnets public route_table": GONE,
            "vpcs app route_tables private": {"10.0.0.0/16": "nat"},
            "vpcs app instances nat nat": {"ip_forward": True, "masquerade": False},
            "vpcs app instances nat public_ip": GONE,
            "vpcs app instances web": GONE,
            "vpcs app instances late": late,
        },
    )
    assert str(net.matrix()["app.twin", "app.db"]).startswith("tcp/80")
    assert "tcp (client ports 80 only)" in str(net.matrix()["app.twin", "app.late"])
    same(net)


@pytest.mark.rule("ROUTE-4")
def test_a_destination_answers_the_address_that_it_saw() -> None:
    """Two tables that send a client's own address to the same gateway, and the NAT gateway's not."""
    tables = {"near": {"0.0.0.0/0": "igw"}, "far": {"0.0.0.0/1": "igw"}}
    public = {"public_ip": True, "security_groups": ["open"]}
    net = load(
        {
            "vpcs ext": {
                "cidrs": ["10.7.0.0/16"],
                "internet_gateway": "igw",
                "subnets": {
                    "near": {"cidr": "10.7.1.0/24", "route_table": "near"},
                    "far": {"cidr": "10.7.2.0/24", "route_table": "far"},
                },
                "route_tables": tables,
                "security_groups": {"open": {"ingress": [{"allow": "all", "from": ANY}]}},
                "instances": {"near": {"subnet": "near", **public}, "far": {"subnet": "far", **public}},
            }
        },
    )
    matrix = net.matrix()
    assert "tcp" in str(matrix["app.twin", "ext.near"])
    assert "tcp" not in str(matrix["app.twin", "ext.far"])
    same(net)


BALANCED = """
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s1: {cidr: 10.0.1.0/24}, s2: {cidr: 10.0.2.0/24}, s3: {cidr: 10.0.3.0/24}, s4: {cidr: 10.0.4.0/24}}
    security_groups: {g: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      FIRST
      t: {network_interfaces: {e0: {subnet: s1, security_groups: [g]}, e1: {subnet: s2, security_groups: [g]}}}
      u: {subnet: s2, security_groups: [g]}
      v: {subnet: s3, security_groups: [g]}
    load_balancers:
      nlb:
        type: network
        scheme: internal
        subnets: [NODE]
        security_groups: [g]
        listeners: {tcp/80: tg}
        target_groups: {tg: {targets: [t], port: tcp/80, preserve_client_ip: true}}
"""


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    "first", ["", "w: {subnet: s3, security_groups: [g]}", "w: {subnet: s1, security_groups: [g]}"]
)
def test_a_target_is_like_no_other_client_of_its_load_balancer(first: str) -> None:
    """By whichever interface it asks; and whoever asks first."""
    net = reachsim.loads(BALANCED.replace("FIRST", first).replace("NODE", "s4"))
    matrix = net.matrix()
    for target in ("a.t/e0", "a.t/e1"):
        assert "tcp" not in str(matrix[target, "a.nlb/s4"])
    for other in ("a.u", "a.v"):
        assert "tcp/80" in str(matrix[other, "a.nlb/s4"])
    same(net)


BESIDE = """
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s1: {cidr: 10.0.1.0/24}, s2: {cidr: 10.0.2.0/24}}
    security_groups:
      g: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      web: {egress: [{allow: tcp/80, to: 10.0.0.0/16}]}
      ssh: {egress: [{allow: tcp/22, to: 10.0.0.0/16}]}
    instances:
      far: {subnet: s1, security_groups: [web]}
      one: {subnet: s2, security_groups: [web]}
      two: {subnet: s2, security_groups: [ssh]}
      target: {subnet: s1, security_groups: [g]}
    load_balancers:
      alb:
        type: application
        scheme: internal
        subnets: [s2]
        security_groups: [g]
        listeners: {tcp/80: tg}
        target_groups: {tg: {targets: [target], port: tcp/80}}
"""


@pytest.mark.rule("SG-1")
def test_all_that_are_like_a_destination_may_be_in_the_senders_own_subnet() -> None:
    """`far` is first to ask the load balancer; others that walk as it does are in the load balancer's subnet, with groups of
    their own."""
    net = reachsim.loads(BESIDE)
    matrix = net.matrix()
    assert {name: "tcp/80" in str(matrix[f"a.{name}", "a.alb/s2"]) for name in ("far", "one", "two")} == {
        "far": True, "one": True, "two": False,
    }  # fmt: skip
    same(net)


@pytest.mark.rule("LB-5")
def test_a_target_is_like_no_other_of_its_neighbours() -> None:
    """All of them, and the load balancer, are on one link."""
    two = "{network_interfaces: {e0: {subnet: s1, security_groups: [g]}, e1: {subnet: s2, security_groups: [g]}}}"
    one = "{subnet: s2, security_groups: [g]}"
    for first in ("", f"o: {one}"):  # it is named before the others, or after one of them
        net = reachsim.loads(BALANCED.replace("FIRST", first).replace("NODE", "s2").replace(two, one))
        matrix = net.matrix()
        assert "tcp" not in str(matrix["a.t", "a.nlb/s2"])
        assert "tcp/80" in str(matrix["a.u", "a.nlb/s2"])
        same(net)


DEVICES: dict[str, Any] = {
    "cidrs": ["10.0.0.0/16", "fd00:1::/56"],
    "subnets": {
        f"s{n}": {"cidr": f"10.0.{n}.0/24", "ipv6_cidr": f"fd00:1:0:{n}::/64", "route_table": table}
        for n, table in enumerate(("main", "through", "back", "back"))
    },
    "route_tables": {"through": {"10.0.0.0/16": "nat"}, "back": {"10.0.0.0/16": "checks"}},
    "security_groups": {"g": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}, {"allow": "all", "from": "::/0"}]}},
    "instances": {
        "asks": {"subnet": "s1", "security_groups": ["g"], "ipv6_address": "fd00:1:0:1::10"},
        "checks": {"subnet": "s1", "security_groups": ["g"]},
        "far": {"subnet": "s3", "security_groups": ["g"]},
        "nat": {"subnet": "s2", "security_groups": ["g"], "source_dest_check": False, "nat": True},
        "near": {"subnet": "s2", "security_groups": ["g"]},
    },
}


def with_devices(**instances: Any) -> reachsim.Network:
    """`through` sends what is to the VPC to `nat`, behind which `back` sends it on to a host that checks, so that nothing
    gets to `far`; but `near` is on one link with `nat`."""
    return reachsim.loads(
        json.dumps({"version": 1, "vpcs": {"a": {**DEVICES, "instances": DEVICES["instances"] | instances}}})
    )


@pytest.mark.rule("WALK-5")
def test_what_is_on_the_link_of_a_device_gets_what_others_like_it_lose_behind_it() -> None:
    net = with_devices()
    assert not net.matrix()["a.asks", "a.far"]
    assert net.trace("a.asks", "a.near", "tcp/80").delivered
    same(net)


@pytest.mark.rule("WALK-5")
def test_so_it_does_over_the_one_family_that_is_lost_to_others() -> None:
    """What is lost over IPv4 is known from `far` when the two of both families are asked about, which get all over IPv6."""
    both = {
        name: {"subnet": subnet, "security_groups": ["g"], "ipv6_address": f"fd00:1:0:{subnet[1]}::{number}"}
        for number, (name, subnet) in enumerate((("one", "s3"), ("other", "s2")), 32)
    }
    first = DEVICES["instances"]["far"] | {"secondary_private_ips": ["10.0.3.50"]}
    net = with_devices(far=first, **both)
    same(net)
    matrix = net.matrix()
    assert not matrix.reach("a.asks", "a.far")
    assert not any(box.destinations.spans[0][0] < 1 << 32 for box in matrix.reach("a.asks", "a.one").boxes())
    assert any(box.destinations.spans[0][0] < 1 << 32 for box in net.reach("a.asks", "a.other").delivered.boxes())


Choice = Callable[[Sequence[Any]], Any]


def led_through(choice: Choice) -> dict[str, Any]:
    """A VPC whose tables send some of its own addresses through hosts, which pass them on or not, and are asked as others
    are; some of both families."""
    names = [f"i{number}" for number in range(9)]
    devices = names[:3]
    dual = choice([True, False])
    subnets = {f"s{number}": {"cidr": f"10.0.{number}.0/24"} for number in range(4)}
    blocks = ["10.0.0.0/16", *(each["cidr"] for each in subnets.values())]
    if dual:
        blocks += ["fd00:1::/56", "fd00:1:0:1::/64"]
    routes = [
        {},
        {"10.0.0.0/16": choice(devices)},
        {block: choice(devices) for block in blocks if choice([True, False])},
    ]
    tables = {"t0": choice(routes), "t1": choice(routes)}
    for number, subnet in enumerate(subnets.values()):
        subnet["route_table"] = choice(["main", *tables])
        if dual:
            subnet["ipv6_cidr"] = f"fd00:1:0:{number}::/64"
    hosts: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(names):
        place = choice(range(4))
        hosts[name] = {"subnet": f"s{place}", "security_groups": ["g"]}
        if name in devices:
            off = {"source_dest_check": False}
            hosts[name] |= choice(
                [{}, off, off | {"nat": True}, off | {"nat": {"ip_forward": True, "masquerade": False}}]
            )
        if dual and choice([True, False]):
            hosts[name]["ipv6_address"] = f"fd00:1:0:{place}::{number + 16:x}"
    groups = {"g": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}, {"allow": "all", "from": "::/0"}]}}
    vpc = {
        "cidrs": ["10.0.0.0/16", *(["fd00:1::/56"] if dual else [])],
        "subnets": subnets,
        "route_tables": tables,
        "security_groups": groups,
        "instances": hosts,
    }
    return {"version": 1, "vpcs": {"a": vpc}}


@pytest.mark.rule("ROUTE-4")
@given(st.data())
def test_what_routes_lead_to_may_get_what_others_like_it_do_not(data: st.DataObject) -> None:
    """A packet to one of several hosts that are alike is passed on by another, or is lost in it; to this one itself it comes
    all the same. Whichever walks first."""
    same(reachsim.loads(json.dumps(led_through(lambda of: data.draw(st.sampled_from(list(of)))))))
