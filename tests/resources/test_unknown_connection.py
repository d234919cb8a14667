"""Connections of which it is not known what they join."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.designs import load, problems

import reachsim

PEER = {"unknown_connections peer": {"vpcs": ["app"], "why": "the other side is computed"}}
PUBLIC = {"vpcs data instances api public_ip": "198.51.100.99"}


def test_what_a_route_leads_to_one_is_undecided() -> None:
    net = load(PEER, {"vpcs app route_tables private 10.77.0.0/16": "peer"})
    trace = net.trace("probe", "10.77.0.1", "tcp/443")
    assert (trace.verdict, trace.undecided) == ("undecided", "the other side is computed")
    assert net.trace("probe", "api", "tcp/80").verdict == "reachable"  # the peering that is known is as it was


def test_a_name_means_both_addresses_between_vpcs_that_it_may_join() -> None:
    there = {"vpcs app route_tables private 10.1.0.0/16": "peer", "vpcs data route_tables api 10.0.0.0/16": "peer"}
    alone = {"peering_connections": {}, **there}
    third = {"vpcs third": {"cidrs": ["10.9.0.0/16"], "internet_gateway": "igw-9"}}
    for vpcs in ([], ["app"], ["data"], ["app", "data"]):
        net = load(alone, PUBLIC, {"unknown_connections peer": {"vpcs": vpcs}})
        assert net.trace("probe", "api", "tcp/80").verdict == "undecided", vpcs  # by the peering, or nowhere
    net = load(alone, PUBLIC, third, {"unknown_connections peer": {"vpcs": ["third"]}})
    assert net.trace("probe", "api", "tcp/80").verdict == "blocked"  # its public address, where nothing answers


def test_its_vpcs_are_there() -> None:
    (problem,) = problems({"unknown_connections peer": {"vpcs": ["app", "prod"]}})
    assert problem.message == "there is no VPC 'prod'"
    assert problem.path == ("unknown_connections", "peer", "vpcs", 1)  # the one that is wrong


def perhaps_joined(admits: str) -> dict[str, Any]:
    """Two VPCs of which nobody knows if they are joined, and no route from the one to private addresses of the other."""
    vpcs = {
        name: {
            "cidrs": [f"10.{number}.0.0/16"],
            "internet_gateway": f"igw-{name}",
            "subnets": {"a": {"cidr": f"10.{number}.0.0/24"}},
            "route_tables": {"main": {"0.0.0.0/0": f"igw-{name}"}},
            "security_groups": {"web": {"ingress": [{"allow": "tcp/443", "from": admits}]}},
            "instances": {name: {"subnet": "a", "public_ip": f"198.51.100.{number}", "security_groups": ["web"]}},
        }
        for number, name in enumerate(("one", "two"), 1)
    }
    return {"version": 1, "vpcs": vpcs, "unknown_connections": {"peer": {"vpcs": ["one"]}}}


def test_a_name_of_which_it_is_not_known_what_it_means_is_undecided_where_that_matters() -> None:
    """By its public address the other is reached, by its private one it is not (ROUTE-16)."""
    net = reachsim.loads(json.dumps(perhaps_joined("0.0.0.0/0")))
    assert net.trace("one", "198.51.100.2", "tcp/443").verdict == "reachable"
    assert net.trace("one", "two", "tcp/443").verdict == "undecided"
    assert [net.expect("one", "two", **{verb: "tcp/443"}).verdict for verb in ("allow", "deny")] == ["undecided"] * 2
    assert net.expect("one", "two", deny="tcp/80").verdict == "holds"  # which its group admits from nobody
    assert net.expect("one", "two", allow="tcp/80").verdict == "fails"
    cell, answer = net.matrix().cell("one.one", "two.two"), net.reach("one", "two")
    assert cell.undecided
    assert answer.undecided
    assert not cell.delivered
    assert not answer.delivered
    assert not net.isolated("one", "two")
    assert not net.isolated("one", "two").leaks


def test_a_name_is_decided_where_each_meaning_comes_to_the_same() -> None:
    net = reachsim.loads(json.dumps(perhaps_joined("10.9.0.0/16")))
    assert net.trace("one", "two", "tcp/443").verdict == "blocked"
    assert net.expect("one", "two", deny="all").verdict == "holds"
    assert net.isolated("one", "two")
    assert not net.matrix().cell("one.one", "two.two").undecided


@pytest.mark.rule("PEER-4")
@pytest.mark.parametrize(
    ("vpcs", "source", "expectation", "expected"),
    [
        (
            ["one"],
            "10.77.0.1",
            {"to": "one", "deny": "tcp/443"},
            "undecided",
        ),  # its other side may be another account's VPC
        (["one"], "10.77.0.0/16", {"to": "one", "deny": "tcp/443"}, "undecided"),
        (["one"], "10.77.0.0/16", {"to": {"vpc": "one"}, "deny": "tcp/443"}, "undecided"),
        (["one"], "10.77.0.1", {"to": "one", "deny": "tcp/80"}, "holds"),
        (["one"], "10.77.0.1", {"to": "two", "deny": "tcp/443"}, "holds"),
        ([], "10.77.0.1", {"to": "two", "deny": "tcp/443"}, "undecided"),
        (["one", "two"], "10.77.0.1", {"to": "one", "deny": "tcp/443"}, "holds"),  # it has no third side
        (["one"], "8.8.8.8", {"to": "10.1.0.4", "deny": "tcp/443"}, "holds"),
    ],
)
def test_packets_of_networks_that_nobody_described_may_come_by_one(
    vpcs: list[str], source: str, expectation: dict[str, Any], expected: str
) -> None:
    made = perhaps_joined("0.0.0.0/0") | {"unknown_connections": {"peer": {"vpcs": vpcs}}}
    net = reachsim.loads(json.dumps(made | {"expect": [{"from": source, **expectation}]}))
    assert net.check()[0].verdict == expected


def test_a_family_that_passes_settles_nothing_for_the_other() -> None:
    """Over IPv6, whose addresses are the same everywhere, it passes by both internet gateways (IGW-8)."""
    made = perhaps_joined("0.0.0.0/0")
    for number, (name, body) in enumerate(made["vpcs"].items(), 1):
        body["cidrs"].append(f"2001:db8:{number}::/56")
        body["subnets"]["a"]["ipv6_cidr"] = f"2001:db8:{number}::/64"
        body["instances"][name]["ipv6_address"] = f"2001:db8:{number}::9"
        body["route_tables"]["main"]["::/0"] = f"igw-{name}"
        body["security_groups"]["web"]["ingress"].append({"allow": "tcp", "from": "::/0"})
    net = reachsim.loads(json.dumps(made))
    assert net.trace("one", "2001:db8:2::9", "tcp/443").verdict == "reachable"
    assert net.trace("one", "two", "tcp/443").verdict == "undecided"
    partial = net.trace("one", "two", "tcp/80")  # which the group admits over IPv6 alone
    assert (partial.verdict, partial.delivered) == ("partial", False)
    assert [way.delivered for way in partial.ways] == [True, False]


@pytest.mark.rule("PEER-4", "IGW-5")
@pytest.mark.parametrize(
    ("destination", "verdict"), [("two", "undecided"), ("shut", "fails"), ({"vpc": "two"}, "fails")]
)
def test_an_allow_to_all_fails_where_one_of_them_is_reached_by_neither_address(destination: Any, verdict: str) -> None:
    """The private address of one has no route, and its group lets nobody in at the public one; others may be reached."""
    made = perhaps_joined("0.0.0.0/0")
    made["vpcs"]["two"]["security_groups"]["none"] = {}
    shut = {**made["vpcs"]["two"]["instances"]["two"], "security_groups": ["none"], "public_ip": "198.51.100.77"}
    made["vpcs"]["two"]["instances"]["shut"] = {**shut, "private_ip": "10.2.0.99"}
    made["vpcs"]["one"]["route_tables"]["main"].pop("10.2.0.0/16", None)
    made["vpcs"]["one"]["route_tables"]["main"]["10.2.0.4/32"] = "peer"
    net = reachsim.loads(json.dumps(made | {"expect": [{"from": "one", "to": destination, "allow": "tcp/443"}]}))
    assert net.check()[0].verdict == verdict


def by_transit(**more: Any) -> dict[str, Any]:
    """Two VPCs by a transit gateway, over which rules for what goes out name groups in vain (TGW-14)."""
    vpcs = {
        name: {
            "cidrs": [f"10.{number}.0.0/16"],
            "subnets": {"a": {"cidr": f"10.{number}.0.0/24", "route_table": "r"}},
            "route_tables": {"r": {"10.0.0.0/8": "tgw"}},
            "security_groups": {"open": {"ingress": [{"allow": "all", "from": "10.0.0.0/8"}]}},
            "instances": {name: {"subnet": "a", "security_groups": ["open"]}},
        }
        for number, name in enumerate(("one", "two"))
    }
    vpcs["one"]["security_groups"]["open"]["egress"] = [{"allow": "tcp/80", "to": "two.open"}]
    attachments = {name: {"vpc": name, "subnets": ["a"]} for name in vpcs}
    return {"version": 1, "vpcs": vpcs, "transit_gateways": {"tgw": {"attachments": attachments}}, **more}


@pytest.mark.rule("SG-11")
@pytest.mark.parametrize(
    ("vpcs", "verdict"),
    [
        ([], "undecided"),
        (["one"], "undecided"),
        (["two"], "undecided"),
        (["one", "two"], "undecided"),
        (["three"], "blocked"),
    ],
)
def test_a_rule_may_name_groups_by_one(vpcs: list[str], verdict: str) -> None:
    """It may be a peering of the two, over which the rule lets out what it names, and nothing else."""
    design = by_transit(unknown_connections={"peer": {"vpcs": vpcs}})
    design["vpcs"]["three"] = {"cidrs": ["10.3.0.0/16"]}
    net = reachsim.loads(json.dumps(design))
    assert net.trace("one", "two", "tcp/80").verdict == verdict
    assert net.expect("one", "two", deny="tcp/80").verdict == ("holds" if verdict == "blocked" else "undecided")
    assert net.trace("one", "two", "tcp/81").verdict == "blocked"
    assert net.trace("two", "one", "tcp/81").verdict == "reachable"
    del design["transit_gateways"], design["vpcs"]["one"]["route_tables"], design["vpcs"]["two"]["route_tables"]
    for body in (design["vpcs"]["one"], design["vpcs"]["two"]):
        del body["subnets"]["a"]["route_table"]
    if verdict == "blocked":
        with pytest.raises(reachsim.DesignError, match="not peered with one"):
            reachsim.loads(json.dumps(design))
    else:
        assert not reachsim.loads(json.dumps(design)).warnings


@pytest.mark.rule("SG-11")
def test_no_rule_names_groups_of_another_region_by_one() -> None:
    design = by_transit(unknown_connections={"peer": {}})
    design["vpcs"]["two"]["region"] = "eu-west-1"
    design["vpcs"]["one"]["region"] = "eu-west-2"
    assert reachsim.loads(json.dumps(design)).trace("one", "two", "tcp/80").verdict == "blocked"


@pytest.mark.rule("SG-11")
@pytest.mark.parametrize(
    ("edit", "verdict"),
    [
        ({("unknown_connections", "peer"): None}, "blocked"),
        ({("vpcs", "two", "region"): "eu-west-1", ("vpcs", "one", "region"): "eu-west-2"}, "blocked"),
        ({("unknown_connections", "peer", "vpcs"): ["one"]}, "undecided"),
    ],
)
def test_what_may_be_named_follows_an_edit(edit: Any, verdict: str) -> None:
    net = reachsim.loads(json.dumps(by_transit(unknown_connections={"peer": {"vpcs": []}})))
    assert net.trace("one", "two", "tcp/80").verdict == "undecided"
    assert net.with_(edit).trace("one", "two", "tcp/80").verdict == verdict
