"""One cause everywhere: what stops a traced packet first is what `reach` says of the set that contains it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.agreement import world
from tests.designs import ALL, ANY, NAT_INSTANCE, acl_of, load
from tests.models import shared
from tests.oracle.worlds import random_probe

import reachsim
from reachsim.answers.reach import reach_answer
from reachsim.errors import UsageError
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic
from reachsim.reach.stops import Stop
from reachsim.report.reach import reach_text
from reachsim.trace.result import TracedWay


def stops_at(net: reachsim.Network, source: str, destination: str, way: TracedWay) -> list[Stop]:
    """The stops of the exact answer that contain the packet of a way."""
    assert way.packet is not None
    return [stop for stop in net.reach(source, destination).stops if way.packet in stop.space]


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 100_000), st.booleans())
def test_the_first_blocker_is_the_stop_that_contains_the_packet(seed: int, one_port: bool) -> None:
    rng, design, net = world(seed)
    for _ in range(6):
        source, destination, traffic, port = random_probe(rng, design)
        try:
            trace = net.trace(source, destination, traffic, source_port=port if one_port else None)
        except UsageError:
            continue
        for way in trace.ways:
            if way.packet is None or way.undecided:
                continue
            stops = stops_at(net, source, destination, way)
            asked = source, destination, traffic, way.label, str(way.packet)
            if not way.blockers:
                # What only some ports of a NAT device lose stops no way, however few are left (NAT-PORT).
                assert all(stop.nat_ports is not None for stop in stops) or len(trace.ways) > 1, asked
                continue
            first = way.blockers[0]
            found = [(stop.leg, stop.cause) for stop in stops]
            assert (first.leg, first.cause) in found, asked
            # Versions of a function may send from one address: then the packet is that of each of them.
            twins = [w for w in trace.ways if w.packet is not None and w.packet.source == way.packet.source]
            by_choice = all(stop.nat_ports is not None for stop in stops)  # of several devices, each its own (NAT-PORT)
            assert len(found) == 1 or len(twins) > 1 or by_choice, asked


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 100_000))
@example(4)  # here IPv4 is blocked, and over IPv6 the answer is lost
@example(87)
def test_the_first_line_of_reach_is_that_of_a_trace(seed: int) -> None:
    """The same verdict, and of what is stopped the same packet, the same cause, and the same words."""
    rng, design, net = world(seed)
    for _ in range(6):
        source, destination, traffic, _ = random_probe(rng, design)
        try:
            trace = net.trace(source, destination, traffic)
        except UsageError:
            continue
        found = reach_answer(net.reach(source, destination), Traffic.parse(traffic))
        if Traffic.parse(traffic).count != 1:
            continue
        asked = source, destination, traffic
        assert TRACED[found.verdict] == trace.verdict, asked
        if found.stopped:
            first = found.trace(net.locate)
            assert first is not None
            told, traced = first.blockers[0], trace.blockers[0]
            assert (first.packet, told.cause, told.text) == (trace.packet, traced.cause, traced.text), asked


TRACED = {
    "all": "reachable",
    "part": "partial",
    "no reply": "no reply",
    "nothing": "blocked",
    "undecided": "undecided",
}
"""What a trace says of one service, by what `reach` says of it."""


def test_what_is_delivered_in_one_way_is_not_blocked() -> None:
    """The group lets in IPv6 alone, and the ACL no answer of it out: BLOCKED would say that nothing gets there."""
    net = reachsim.loads(
        """
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    subnets:
      s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64", network_acl: n}
      t: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64"}
    network_acls:
      n:
        ingress: [{rule: 1, allow: all, from: 0.0.0.0/0}, {rule: 2, allow: all, from: "::/0"}]
        egress: [{rule: 1, allow: all, to: 0.0.0.0/0}]
    security_groups: {g: {ingress: [{allow: tcp/22, from: "::/0"}]}}
    instances:
      x: {subnet: s, ipv6_address: "2001:db8::10", security_groups: [g]}
      y: {subnet: t, ipv6_address: "2001:db8:0:1::10"}
""",
        file="two.yaml",
    )
    trace = net.trace("y", "x", "tcp/22")
    assert [(way.label, way.verdict) for way in trace.ways] == [("IPv4", "blocked"), ("IPv6", "no reply")]
    assert (trace.verdict, trace.shown.label, trace.delivered) == ("no reply", "IPv6", False)
    lines = str(trace).splitlines()
    assert lines[0] == "NO REPLY  a.y -> a.x  tcp/22"
    assert "  delivered in 1 of 2 ways, and answered in none" in lines
    told = reach_text(reach_answer(net.reach("y", "x"), Traffic.parse("tcp/22")), net.locate).splitlines()
    assert told[:3] == lines[:3]


CLOSED_TO_ALL = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: r, network_acl: n}}
    route_tables: {r: {0.0.0.0/0: igw}}
    network_acls:
      n:
        ingress: [{rule: 1, deny: all, from: 203.0.113.0/24}, {rule: 2, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 1, allow: all, to: 0.0.0.0/0}]
    security_groups: {g: {ingress: [{allow: all, from: g}]}}
    instances: {w: {subnet: s, public_ip: 198.51.100.1, security_groups: [g]}}
lambda_functions: {f: {}}
"""
"""Where two causes stop two parts of the internet."""


@pytest.mark.parametrize("source", ["f", "internet", "203.0.112.0/22"])
@pytest.mark.parametrize("destination", ["w", "198.51.100.1"])
def test_of_two_causes_the_first_line_tells_one_everywhere(source: str, destination: str) -> None:
    net = reachsim.loads(CLOSED_TO_ALL, file="closed.yaml")
    line = str(net.trace(source, destination, "tcp/443")).splitlines()[1]
    place = (
        "v.s network ACL n ingress" if "/" in source else "v.w security group g ingress"
    )  # each is asked of one address
    assert line.startswith(f"  {place}: ")
    exact = net.reach(source, destination)
    for traffic in (None, Traffic.parse("tcp/443")):
        assert reach_text(reach_answer(exact, traffic), net.locate).splitlines()[1] == line


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("20-group-reference-over-public-address", ("web", "203.0.113.22", "tcp/8443")),
        ("14-acl-ephemeral-range-too-narrow", ("etl", "sql", "tcp/1433")),
        ("19-peering-pending-acceptance", ("app-1", "10.119.1.9", "tcp/443")),
        ("vpc-lambda", ("fetch", "internet", "tcp/443")),
    ],
)
def test_in_the_models_too(model: str, question: tuple[str, str, str]) -> None:
    net = shared(f"models/{model}-as-found.yaml")
    trace = net.trace(*question)
    assert trace.blockers
    for way in trace.ways:
        stops = stops_at(net, *question[:2], way)
        assert [stop.cause for stop in stops] == [way.blockers[0].cause]
        assert [stop.cause.text for stop in stops] == [way.blockers[0].cause.text]


def test_of_two_filters_beyond_devices_that_translate_the_first_is_blamed() -> None:
    """Each device chooses a port of its own (NAT-PORT), so both filters stop some; the first is told first."""
    edge = {
        f"vpcs app route_tables public {ANY}": "ngw",
        "vpcs app subnets edge": {"cidr": "10.0.3.0/24", "route_table": "edge"},
        "vpcs app route_tables edge": {ANY: "igw"},
        "vpcs app nat_gateways ngw subnet": "edge",
        "vpcs app nat_gateways ngw private_ip": "10.0.3.5",
    }
    first = acl_of("edge", [f"deny tcp/60000-65535 {ANY}", ALL], [ALL])
    second = acl_of("public", [f"deny tcp/1024-1030 {ANY}", ALL], [ALL])
    net = load(NAT_INSTANCE, edge, first, second)
    way = net.trace("probe", "www", "tcp/443").shown
    assert way.blockers[0].component == "app.edge"
    stops = stops_at(net, "probe", "www", way)
    assert [(stop.component, stop.nat_ports) for stop in stops] == [
        ("app.edge", PortSet.of((60000, 65535))),
        ("app.public", PortSet.of((1024, 1030))),
    ]
    assert [stop.cause for stop in stops] == [blocker.cause for blocker in way.blockers]
