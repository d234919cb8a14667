"""Promises between many interfaces: rows of the matrix say the same as every pair, asked one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from tests.networks import laws, network, seeds

import reachsim
from reachsim.answers import rowwise
from reachsim.answers.between import addresses_between
from reachsim.answers.deciding import decide
from reachsim.answers.expectations import Result
from reachsim.answers.rowwise import by_rows, delivers
from reachsim.net.address import parse_address as address
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.pair import reach
from reachsim.resources.expectation import Expectation

NEVER = 1 << 30


@contextmanager
def rows_from(pairs: int) -> Iterator[None]:
    """Rows are asked from so many pairs on, however few the interfaces of an end are."""
    with patch.object(rowwise, "WORTH", pairs), patch("reachsim.answers.deciding.MANY", 0):
        yield


def ends(net: reachsim.Network) -> list[tuple[Any, Any]]:
    vpcs = [{"vpc": vpc} for vpc in net.design.vpcs]
    return list(product(vpcs, vpcs))[:4]


@laws(2)
@given(seeds)
def test_promises_and_isolation_by_rows_are_those_of_every_pair(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    for one, other in ends(net):
        for refused in ("all", "tcp/443", "icmp"):
            with rows_from(NEVER):
                by_pairs = net.expect(one, other, deny=refused)
            with rows_from(0):
                assert net.expect(one, other, deny=refused) == by_pairs
        with rows_from(NEVER):
            apart = net.isolated(one, other)
        with rows_from(0):
            assert net.isolated(one, other) == apart


ALLOWED: list[dict[str, Any]] = [
    {"allow": "all"},
    {"allow": "tcp/443"},
    {"allow": "icmp", "one_way": True},
    {"allow": "tcp/22-8443", "nat_loss_below": "0%"},
    {"allow": "udp", "nat_loss_below": "100%"},
]


@laws(3)
@given(seeds)
def test_what_fails_of_an_allow_by_rows_is_what_fails_of_every_pair(seed: int) -> None:
    """Whole, in part, by client port or by choices of NAT: the packets, the first one, the words and the warning."""
    _, _, net = network(seed, crowd=True)
    for (one, other), promise in product(ends(net), ALLOWED):
        expectation = Expectation.model_validate({"from": one, "to": other, **promise})
        with rows_from(NEVER):
            by_pairs, _ = decide(0, expectation, net, "")
        with rows_from(0):
            assert decide(0, expectation, net, "")[0] == by_pairs


@laws(6)
@given(seeds)
def test_rows_tell_what_every_pair_delivers_and_addresses_are_those_of_all(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    of = net.classes.of
    for one, other in ends(net):
        source, destination = net.endpoint(one), net.endpoint(other)
        with rows_from(0):
            rows = by_rows(net, source, destination, delivers(Traffic.everything()), net.book, links=True)
        if rows is None:
            continue
        answer = reach(source, destination, net.ends, net.book, links=True)
        assert addresses_between(source, destination, net.ends) == (answer.sources, answer.destinations)
        told = [(*each[:4], each.traffic) for origin in source.origins for each in rows.of(origin)]
        expected = []
        for part in answer.parts:
            sender, target = part.flow.origin.interface, part.flow.target
            assert sender is not None
            assert target is not None
            if of[target].index not in rows.ask.get(of[sender].index, ()):
                assert (part.unsure, part.undecided) == (Traffic.nothing(), "")
                if part.forward:
                    expected.append((sender, target, part.sources, part.destinations, part.forward))
        assert told == expected


def mesh_of_groups(count: int) -> str:
    """One subnet, and each interface with a group of its own, which lets in the next one."""
    groups = ",".join(f"g{n}: {{ingress: [{{allow: tcp/{1000 + n}, from: g{(n + 1) % count}}}]}}" for n in range(count))
    hosts = ",".join(f"i{n}: {{subnet: s, security_groups: [g{n}]}}" for n in range(count))
    return (
        "{version: 1, vpcs: {a: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/20}}, "
        f"security_groups: {{{groups}}}, instances: {{{hosts}}}}}}}, "
        "expect: [{from: {vpc: a}, to: {vpc: a}, deny: udp}]}"
    )


def unknown_beside_many(vpc: str, count: int) -> str:
    """Two peered VPCs of hosts with groups of their own, which take tcp/443 and let nothing out, and in one of the VPCs a
    component that is not known."""
    ingress = "[{allow: tcp/443, from: 10.0.0.0/8}"
    groups = ",".join(
        f"g{n}: {{ingress: {ingress}, {{allow: tcp/{n}, from: g{n}}}], egress: []}}" for n in range(count)
    )
    hosts = ",".join(f"i{n}: {{subnet: s, security_groups: [g{n}]}}" for n in range(count))

    def body(name: str, net: int) -> str:
        unknown = "unknown_components: {db: {subnets: [s]}}, " if name == vpc else ""
        return (
            f"{name}: {{cidrs: [10.{net}.0.0/16], subnets: {{s: {{cidr: 10.{net}.0.0/20}}}}, {unknown}"
            f"route_tables: {{main: {{10.{3 - net}.0.0/16: p}}}}, security_groups: {{{groups}}}, instances: {{{hosts}}}}}"
        )

    return (
        f"{{version: 1, vpcs: {{{body('a', 1)}, {body('b', 2)}}}, "
        "peering_connections: {p: {requester: a, accepter: b}}}"
    )


@pytest.mark.parametrize("count", [2, 10])
def test_what_is_not_modelled_may_send_to_many_as_to_few(count: int) -> None:
    """Rows know interfaces alone. The component may send what the groups of the other VPC take, so a `deny` of that is
    undecided, and one of what they do not take holds."""
    net = reachsim.loads(unknown_beside_many("a", count))
    one, other = {"vpc": "a"}, {"vpc": "b"}
    assert net.expect(one, other, deny="tcp/443").verdict == "undecided"
    assert net.expect(one, other, deny="udp/443").verdict == "holds"
    assert net.expect(other, one, deny="all").verdict == "holds"  # no group of b lets anything out
    apart = net.isolated(one, other)
    assert (bool(apart), len(apart.undecided)) == (False, 1)


def test_only_what_fails_is_asked_pair_by_pair() -> None:
    net = reachsim.loads(mesh_of_groups(40))
    parts: list[int] = []

    def counted(*ends: Any, **options: Any) -> Any:
        found = reach(*ends, **options)
        parts.append(len(found.parts))
        return found

    with patch.object(rowwise, "reach", counted):
        held = net.expect({"vpc": "a"}, {"vpc": "a"}, deny="udp")
        failing = net.expect({"vpc": "a"}, {"vpc": "a"}, deny="tcp/1007")
    assert held.holds
    assert not failing.holds
    assert parts == [1]  # of 1,560 pairs
    assert failing.witness is not None
    packet = failing.witness.packet
    assert (packet.source, packet.destination) == (
        address("10.0.0.12"),
        address("10.0.0.11"),
    )  # g7 lets g8 in; from .4 on
    assert failing.failing.traffic() == Traffic.parse("tcp/1007")


def test_what_fails_between_many_is_exact_and_one_pair_alone_is_asked_for_the_packet() -> None:
    """By the rules: interface n, which has the address 10.0.0.(4 + n), takes tcp/(1000 + n) from n + 1 and nothing else."""
    count = 40
    net = reachsim.loads(mesh_of_groups(count))
    at = [AddressSet(((address("10.0.0.4") + n,) * 2,)) for n in range(count)]
    taken = [Traffic.parse(f"tcp/{1000 + n}") for n in range(count)]
    every = HeaderSpace.union(HeaderSpace.box(taken[n], at[(n + 1) % count], at[n]) for n in range(count))
    with patch.object(rowwise, "reach", wraps=reach) as asked:
        failing = net.expect({"vpc": "a"}, {"vpc": "a"}, deny="all")
        assert failing.failing == every
        assert asked.call_count == 1
        apart = net.isolated({"vpc": "a"}, {"vpc": "a"})
        assert HeaderSpace.union(leak.space for leak in apart.leaks) == every
        assert [(leak.source, leak.destination) for leak in apart.leaks][:2] == [("a.i0", "a.i39"), ("a.i1", "a.i0")]
        assert asked.call_count == 1
    assert failing.witness is not None
    assert failing.witness.packet in every


def test_all_of_what_is_asked_fails_in_few_words() -> None:
    net = reachsim.loads(re.sub(r"allow: tcp/\d+, from: g\d+", "allow: tcp/7, from: 10.0.0.0/16", mesh_of_groups(12)))
    assert net.expect({"vpc": "a"}, {"vpc": "a"}, deny="tcp/7").reason == "delivered: all of tcp/7"


def test_a_promise_decided_by_rows_is_decided_anew_after_an_edit_of_a_filter_that_it_hangs_on() -> None:
    net = reachsim.loads(mesh_of_groups(12))
    assert net.check().ok
    rule = ("vpcs", "a", "security_groups", "g7", "ingress", 0, "allow")
    assert [result.verdict for result in net.with_({rule: "udp/53"}).check()] == ["fails"]
    assert net.with_({rule: "tcp/53"}).check().ok


def test_a_secondary_address_is_meant_too_so_rows_do_not_decide() -> None:
    net = reachsim.loads("""
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24}, t: {cidr: 10.0.1.0/24}}
    security_groups:
      one: {}
      shut: {ingress: [{allow: tcp/22, from: 10.0.0.11}]}
    instances:
      x: {subnet: s, private_ip: 10.0.0.10, secondary_private_ips: [10.0.0.11], security_groups: [one]}
      y: {subnet: t, security_groups: [shut]}
""")
    with rows_from(0):
        assert not net.expect({"subnet": "a.s"}, {"subnet": "a.t"}, deny="tcp/22")
        assert not net.isolated({"subnet": "a.s"}, {"subnet": "a.t"})
        assert net.expect({"subnet": "a.t"}, {"subnet": "a.s"}, deny="all")


def test_what_comes_by_private_link_is_delivered_too_so_rows_do_not_decide() -> None:
    net = reachsim.load("models/privatelink-target-admits-clients-repaired.yaml")
    for one, other in product(net.design.vpcs, net.design.vpcs):
        with rows_from(NEVER):
            apart = net.isolated({"vpc": one}, {"vpc": other})
        with rows_from(0):
            assert net.isolated({"vpc": one}, {"vpc": other}) == apart


def through_nat(lost: str, **more: Any) -> reachsim.Network:
    """Two VPCs; what one sends goes by public addresses and a NAT gateway, whose subnet's ACL lets no answers to some ports
    back in."""
    rules = [{"rule": 1, "deny": lost, "from": "0.0.0.0/0"}, {"rule": 2, "allow": "all", "from": "0.0.0.0/0"}]
    out = [{"rule": 2, "allow": "all", "to": "0.0.0.0/0"}]
    everything = {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}, {"allow": "all", "from": "::/0"}]}
    design = {
        "version": 1,
        "vpcs": {
            "a": {
                "cidrs": ["10.0.0.0/16"], "internet_gateway": "igw",
                "subnets": {
                    "in": {"cidr": "10.0.0.0/24", "route_table": "in"},
                    "nat": {"cidr": "10.0.1.0/24", "network_acl": "lossy"},
                },
                "route_tables": {"main": {"0.0.0.0/0": "igw"}, "in": {"0.0.0.0/0": "n"}},
                "network_acls": {"lossy": {"ingress": rules, "egress": out}},
                "nat_gateways": {"n": {"subnet": "nat"}},
                "instances": {f"i{n}": {"subnet": "in"} for n in range(3)},
            },
            "b": {
                "cidrs": ["10.1.0.0/16", "2600:1f18::/56"], "internet_gateway": "igw",
                "subnets": {
                    "s": {"cidr": "10.1.0.0/24"},
                    "six": {"ipv6_cidr": "2600:1f18::/64"},
                },
                "route_tables": {"main": {"0.0.0.0/0": "igw", "::/0": "igw"}},
                "security_groups": {"open": everything},
                "instances": {f"w{n}": {"subnet": "s", "public_ip": True, "security_groups": ["open"]} for n in range(3)},
            },
        },
        **more,
    }  # fmt: skip
    return reachsim.loads(json.dumps(design))


def same_by_rows(net: reachsim.Network, **promise: Any) -> Result:
    """An `allow` from one VPC to the other, which is the same by rows as by pairs."""
    expectation = Expectation.model_validate({"from": {"vpc": "a"}, "to": {"vpc": "b"}, **promise})
    with rows_from(NEVER):
        by_pairs, _ = decide(0, expectation, net, "")
    asked: list[object] = []

    def noted(*ends: Any, **options: Any) -> Any:
        asked.append(by_rows(*ends, **options))
        return asked[-1]

    with rows_from(0), patch("reachsim.answers.deciding.by_rows", noted):
        found, _ = decide(0, expectation, net, "")
    assert None not in asked
    assert len(asked) == 1
    assert found == by_pairs
    return found


@pytest.mark.rule("NAT-PORT")
def test_an_allow_by_rows_tells_what_nat_loses() -> None:
    seldom = same_by_rows(through_nat("tcp/3389"), allow="tcp/443")
    assert (seldom.verdict, seldom.warning) == ("holds", "about 1 in 64,512 connections fails: NAT port 3389")
    assert same_by_rows(through_nat("tcp/3389"), allow="tcp/443", nat_loss_below="0%").verdict == "fails"
    assert same_by_rows(through_nat("tcp/1024-40000"), allow="tcp/443").verdict == "fails"
    assert same_by_rows(through_nat("udp/3389"), allow="tcp/443").warning == ""


def test_an_allow_by_rows_to_hosts_of_another_address_family() -> None:
    """Nothing can be sent to a host with IPv6 alone: there is nothing to ask, and nothing is allowed."""
    net = through_nat("udp/1")
    six = net.with_({("vpcs", "b", "instances", "w0"): {"subnet": "six", "security_groups": ["open"]}})
    assert same_by_rows(net, allow="tcp/443").verdict == "holds"
    assert same_by_rows(six, allow="tcp/443").verdict == "fails"


def test_an_allow_by_rows_where_it_is_not_known_which_address_a_name_means() -> None:
    net = through_nat("udp/1", unknown_connections={"u": {"vpcs": ["a", "b"]}})
    assert same_by_rows(net, allow="tcp/443").verdict == "undecided"
    private = net.with_({("vpcs", "b", "instances", "p"): {"subnet": "s", "private_ip": "10.1.0.99"}})
    assert same_by_rows(private, allow="tcp/443").failing_text == "all of tcp/443"
