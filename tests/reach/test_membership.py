"""`in`: whether traffic or a pair is reachable; never a False that only means "not understood"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.designs import acl, load

import reachsim
from reachsim.errors import EndpointError, UndecidedError, UsageError
from reachsim.net.address import parse_address
from reachsim.net.packet import Packet
from reachsim.net.traffic import TCP, Traffic, service
from reachsim.reach.pair import Reach

TWO_FAMILIES = """\
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    subnets: {s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64"}}
    security_groups: {g: {ingress: [{allow: [tcp/22, tcp/80-89], from: "::/0"}, {allow: tcp/443, from: 10.0.0.4}]}}
    instances:
      x: {subnet: s, private_ip: 10.0.0.4, ipv6_address: "2001:db8::10", security_groups: [g]}
      y: {subnet: s, ipv6_address: "2001:db8::11", security_groups: [g]}
      z: {subnet: s, ipv6_address: "2001:db8::12", security_groups: [g]}
"""


@pytest.mark.parametrize(
    ("asked", "passes"),
    [
        ("tcp/22", True),  # over IPv6
        ("tcp/80-89", True),
        ("tcp/80-90", False),  # 90 does not
        ("tcp/80, tcp/443", False),  # over neither family both
        ("tcp/443", True),  # over IPv4
        ("tcp/443, tcp/22", False),
        ("all", False),
        ("icmp", False),
        (Traffic.parse("tcp/22"), True),
        (Traffic.nothing(), False),
    ],
)
def test_traffic_in_the_answer_for_a_pair(asked: str | Traffic, passes: bool) -> None:
    assert (asked in reachsim.loads(TWO_FAMILIES).reach("x", "y")) == passes


def test_a_part_of_the_sources_is_not_all_of_the_traffic() -> None:
    net = reachsim.loads(TWO_FAMILIES)
    assert "tcp/443" in net.reach("x", "z")
    assert "tcp/443" not in net.reach("10.0.0.0/24", "z")  # only from 10.0.0.4


def test_a_part_of_the_client_ports_is_not_all_of_the_traffic() -> None:
    net = load(
        acl("narrow", ["allow all 0.0.0.0/0"], ["allow tcp/1024-4999 0.0.0.0/0"]),
        {"vpcs app subnets isolated network_acl": "narrow"},
    )
    answer = net.reach("probe", "db")
    assert answer
    assert "tcp/5432" not in answer  # answers to ports over 4999 are lost
    assert "tcp/5432" in load().reach("probe", "db")


UNKNOWN = """\
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {10.9.0.0/16: fw}}
    network_firewalls: {fw: {}}
    security_groups: {g: {egress: [{allow: tcp/22, to: 0.0.0.0/0}]}}
    instances: {x: {subnet: s, security_groups: [g]}}
  w:
    cidrs: [10.9.0.0/16]
    subnets: {s: {cidr: 10.9.0.0/24, route_table: t}}
    route_tables: {t: {10.0.0.0/16: fw}}
    network_firewalls: {fw: {}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {y: {subnet: s, security_groups: [open]}}
"""


def reach_to_the_unknown() -> Reach:
    return reachsim.loads(UNKNOWN).reach("x", "10.9.0.4")


@pytest.mark.parametrize("asked", ["tcp", "tcp/x", ""])
def test_traffic_that_is_none(asked: str) -> None:
    answer = reachsim.loads(TWO_FAMILIES).reach("x", "y")
    if asked == "tcp":
        assert asked not in answer
    else:
        with pytest.raises(UsageError, match="is not traffic"):
            asked in answer  # noqa: B015


@pytest.mark.parametrize("asked", [22, None, ("x", "y"), ["tcp/22"], b"tcp/22"])
def test_anything_else_is_a_type_error(asked: object) -> None:
    answer = reachsim.loads(TWO_FAMILIES).reach("x", "y")
    with pytest.raises(TypeError, match="traffic or a packet is expected"):
        asked in answer  # noqa: B015


def test_pairs_in_the_matrix() -> None:
    matrix = reachsim.loads(TWO_FAMILIES).matrix()
    assert ("x", "y") in matrix
    assert ("v.x", "y") in matrix
    assert "tcp/22" in matrix
    assert "tcp/23" not in matrix
    assert Traffic.parse("tcp/22") in matrix
    with pytest.raises(EndpointError, match="unknown endpoint 'nobody'"):
        ("x", "nobody") in matrix  # noqa: B015
    for odd in (("x",), ("x", 5), ("x", "y", "z"), 5, None, ["x", "y"]):
        with pytest.raises(TypeError, match="a pair of names is expected"):
            odd in matrix  # noqa: B015


@pytest.mark.parametrize(
    "answers",
    [
        lambda net: net.check(),
        lambda net: net.exposure(),
        lambda net: net.dead_ends(),
        lambda net: net.idle_rules(),
        lambda net: net.findings,
        lambda net: net.fixes("x", "y", "udp/9"),
        lambda net: net.trace("x", "y", "tcp/22"),
        lambda net: net.isolated("x", "y"),
        lambda net: net.lint(),
        lambda net: net.who_reaches("x"),
        lambda net: net.explain("x", "y", "tcp/22"),
        lambda net: reachsim.diff(net, net),
        lambda net: net,
    ],
)
@pytest.mark.parametrize("odd", ["tcp/22", "x", ("x", "y"), Traffic.parse("tcp/22"), 5, None])
def test_no_list_of_answers_says_that_traffic_or_a_name_is_not_in_it(
    answers: Callable[[reachsim.Network], Any], odd: object
) -> None:
    net = reachsim.loads(f"{TWO_FAMILIES}expect: [{{from: x, to: y, allow: tcp/22}}]\n")
    found = answers(net)
    with pytest.raises(TypeError):
        odd in found  # noqa: B015


def test_an_answer_is_among_its_own() -> None:
    net = reachsim.loads(f"{TWO_FAMILIES}expect: [{{from: x, to: y, allow: tcp/22}}]\n")
    assert net.check()[0] in net.check()
    assert net.check()[0] not in net.idle_rules()


def test_what_cannot_be_decided_has_no_answer() -> None:
    answer = reach_to_the_unknown()
    with pytest.raises(UndecidedError) as caught:
        "tcp/22" in answer  # noqa: B015
    assert caught.value.exit_code == 3
    assert "tcp/23" not in answer  # the group of x stops it before the unknown


def test_a_packet_that_cannot_be_decided_has_no_answer() -> None:
    answer = reach_to_the_unknown()
    with pytest.raises(UndecidedError, match="not modelled"):
        tcp_packet(22) in answer  # noqa: B015
    assert tcp_packet(23) not in answer
    assert tcp_packet(22) not in reachsim.loads(TWO_FAMILIES).reach("x", "y")  # of other addresses


def tcp_packet(port: int) -> Packet:
    return Packet(parse_address("10.0.0.4"), parse_address("10.9.0.4"), service(TCP, port), 50000)


def test_no_pair_passes_as_far_as_is_known() -> None:
    matrix = reachsim.loads(UNKNOWN).matrix()
    with pytest.raises(UndecidedError, match=r"^'v\.x' to 'w\.y': the way leads to something that is not modelled"):
        "tcp/22" in matrix  # noqa: B015
    assert "tcp/23" not in reachsim.loads(TWO_FAMILIES).matrix()


def test_an_answer_that_is_not_known_is_not_one_that_is_no() -> None:
    net = reachsim.loads(UNKNOWN)
    unknown, no = net.reach("x", "10.9.0.4"), net.reach("x", "8.8.8.8")
    assert not unknown.reachable
    assert not no.reachable
    assert unknown == net.reach("x", "10.9.0.4")
    assert unknown != no
    assert no == reachsim.loads(TWO_FAMILIES).reach("x", "8.8.8.8")
