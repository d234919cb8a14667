"""Questions about many addresses where AWS chooses the zone: what holds for every choice is decided, as it is for one
address."""

from __future__ import annotations

import itertools
from copy import deepcopy
from typing import Any

import pytest
from tests.oracle.text import write_yaml

import reachsim
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import say

OPEN = {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}
FIREWALL = {"source_dest_check": False, "nat": {"masquerade": False}}
DESIGN: dict[str, Any] = {
    # AWS's central inspection: appliance mode, a firewall and a NAT gateway in each of two zones.
    "version": 1,
    "vpcs": {
        "hub": {
            "cidrs": ["10.100.0.0/16"],
            "internet_gateway": "igw",
            "subnets": {
                f"{kind}-{zone}": {"cidr": f"10.100.{number}.0/24", "az": zone, "route_table": f"{kind}-{zone}"}
                for number, (kind, zone) in enumerate([(k, z) for k in ("tgw", "fw", "nat") for z in "ab"])
            },
            "route_tables": {
                table: routes
                for zone in "ab"
                for table, routes in {
                    f"tgw-{zone}": {"0.0.0.0/0": f"fw-{zone}"},
                    f"fw-{zone}": {"0.0.0.0/0": f"nat-{zone}", "10.0.0.0/8": "tgw", "192.168.0.0/16": "tgw"},
                    f"nat-{zone}": {"0.0.0.0/0": "igw", "10.0.0.0/8": f"fw-{zone}"},
                }.items()
            },
            "security_groups": {"a": OPEN, "b": OPEN},
            "instances": {f"fw-{z}": {"subnet": f"fw-{z}", "security_groups": [z], **FIREWALL} for z in "ab"},
            "nat_gateways": {f"nat-{z}": {"subnet": f"nat-{z}"} for z in "ab"},
        },
        **{
            spoke: {
                "cidrs": [f"10.{number}.0.0/16"],
                "subnets": {"a": {"cidr": f"10.{number}.0.0/24", "az": "a", "route_table": "r"}},
                "route_tables": {"r": {"0.0.0.0/0": "tgw"}},
                "security_groups": {"open": OPEN},
                "instances": {name: {"subnet": "a", "security_groups": ["open"]}},
            }
            for number, spoke, name in ((1, "spoke", "app"), (2, "other", "far"))
        },
    },
    "transit_gateways": {
        "tgw": {
            "attachments": {
                "spoke": {"vpc": "spoke", "subnets": ["a"]},
                "other": {"vpc": "other", "subnets": ["a"]},
                "hub": {"vpc": "hub", "subnets": ["tgw-a", "tgw-b"], "appliance_mode": True},
                "line": {"vpn": "line"},
            },
            "route_tables": {
                "in": {"associations": ["spoke", "other", "line"], "routes": {"0.0.0.0/0": "hub"}},
                "back": {"associations": ["hub"], "propagations": ["spoke", "other", "line"]},
            },
        }
    },
    "vpn_connections": {"line": {"gateway": "tgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
}
ADDRESSES = ("1.0.0.1", "8.8.8.8", "63.255.255.255", "64.0.0.0", "100.63.255.255", "128.0.0.1", "223.255.255.254")


def load(group: dict[str, Any] = OPEN) -> reachsim.Network:
    """The design; `group`: that of the firewall in zone b."""
    design = deepcopy(DESIGN)
    design["vpcs"]["hub"]["security_groups"]["b"] = group
    return reachsim.loads(write_yaml(design))


@pytest.mark.rule("TGW-9")
@pytest.mark.parametrize(("source", "destination"), [("app", "internet"), ("office", "app"), ("app", "office")])
def test_what_passes_in_whichever_zone_is_chosen_holds(source: str, destination: str) -> None:
    net = load()
    assert net.trace(source, destination, "tcp/443").verdict == "reachable"
    assert net.expect(source, destination, allow="tcp/443").verdict == "holds"
    assert not net.reach(source, destination).undecided


@pytest.mark.rule("TGW-9")
def test_what_one_zone_lets_through_and_the_other_does_not_is_undecided() -> None:
    net = load({"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]})
    assert net.expect("app", "internet", allow="tcp/443").verdict == "holds"
    assert net.expect("app", "internet", allow="tcp/80").verdict == "undecided"
    assert net.expect("app", "internet", deny="tcp/80").verdict == "undecided"
    assert "tgw-a, tgw-b" in net.trace("app", "internet", "tcp/80").undecided
    assert "tgw-a, tgw-b" in net.reach("app", "internet").undecided


def test_what_is_not_known_in_every_zone_is_the_reason() -> None:
    net = load()
    rule = [{"allow": "unknown", "from": "0.0.0.0/0"}]
    net = net.with_({f"vpcs.hub.security_groups.{zone}": {"ingress": rule} for zone in "ab"})
    reason = net.reach("app", "far").undecided
    assert reason
    assert "tgw-a, tgw-b" not in reason  # whichever it is


@pytest.mark.rule("TGW-9")
def test_what_no_zone_lets_through_is_stopped() -> None:
    net = load()
    shut = net.with_({"vpcs.hub.security_groups.a": {"ingress": []}, "vpcs.hub.security_groups.b": {"ingress": []}})
    assert shut.expect("app", "internet", deny="all").verdict == "holds"
    assert shut.trace("app", "internet", "tcp/443").blockers[0].code == "SG_HAS_NO_RULES"


def test_addresses_are_told_apart_where_a_zone_does() -> None:
    """The firewall of zone b sends to the lowest quarter of the internet alone: there it holds, beyond it is undecided."""
    net = load({**OPEN, "egress": [{"allow": "all", "to": ["0.0.0.0/2", "10.0.0.0/8"]}]})
    answer = net.reach("app", "internet")
    assert answer.undecided
    for address in ADDRESSES:
        one = net.trace("app", address, "tcp/443")
        assert one.verdict == ("reachable" if int(address.split(".")[0]) < 64 else "undecided")
        assert (one.packet in answer.reachable) == one.reachable, address
        assert net.expect("app", address, allow="tcp/443").verdict == ("holds" if one.reachable else "undecided")
    assert net.trace("app", "internet", "tcp/443").verdict == "undecided"


@pytest.mark.rule("TGW-9")
@pytest.mark.parametrize(
    ("group", "delivered", "reachable", "open_"),
    [
        (OPEN, "all", "all", False),
        ({"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}, "tcp/443", "tcp/443", True),
        ({"ingress": []}, "nothing", "nothing", True),
    ],
)
def test_the_matrix_says_of_every_choice_what_reach_says(
    group: dict[str, Any], delivered: str, reachable: str, open_: bool
) -> None:
    net = load(group)
    cell, answer = net.matrix().cell("spoke.app", "other.far"), net.reach("app", "far")
    assert (say(cell.delivered), say(cell.reachable)) == (delivered, reachable)
    assert cell.delivered == answer.delivered.traffic()
    assert cell.reachable == answer.reachable.traffic()
    assert bool(cell.undecided) == bool(answer.undecided) == open_
    assert not net.matrix().cell("other.far", "hub.fw-a").undecided  # no choice where the address is in one zone


@pytest.mark.rule("TGW-9")
def test_the_matrix_where_both_ways_are_chosen_for_one_by_one() -> None:
    """Without appliance mode an answer may come to a firewall that has not seen the request; open groups take it."""
    design = deepcopy(DESIGN)
    del design["transit_gateways"]["tgw"]["attachments"]["hub"]["appliance_mode"]
    for spoke in ("spoke", "other"):
        design["vpcs"][spoke]["subnets"]["a"]["az"] = "c"
    net = reachsim.loads(write_yaml(design))
    assert net.matrix().cell("spoke.app", "other.far").reachable == net.reach("app", "far").reachable.traffic()
    assert say(net.matrix().cell("spoke.app", "other.far").reachable) == "all"
    shut = net.with_({"vpcs.hub.security_groups.b.ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]})
    cell, answer = shut.matrix().cell("spoke.app", "other.far"), shut.reach("app", "far")
    assert cell.undecided
    assert answer.undecided
    assert cell.reachable == answer.reachable.traffic()


@pytest.mark.rule("TGW-9")
def test_the_matrix_where_one_zone_loses_the_answers() -> None:
    """The request passes in both zones, and the ACL of zone b's firewall lets no usual client ports in."""
    design = deepcopy(DESIGN)
    hub = design["vpcs"]["hub"]
    hub["security_groups"] = {zone: {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]} for zone in "ab"}
    whole = [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}]
    hub["network_acls"] = {
        "low": {"ingress": [{"rule": 1, "allow": "tcp/0-1023", "from": "0.0.0.0/0"}], "egress": whole}
    }
    hub["subnets"]["fw-b"] = hub["subnets"]["fw-b"] | {"network_acl": "low"}
    net = reachsim.loads(write_yaml(design))
    cell, answer = net.matrix().cell("spoke.app", "other.far"), net.reach("app", "far")
    assert say(cell.delivered) == say(answer.delivered.traffic()) == "tcp/443"
    assert cell.words(Traffic.everything()) == "tcp/443 (client ports 0-1023 only)"
    assert answer.title == cell.words(Traffic.everything())
    assert answer.undecided
    assert cell.undecided


def test_a_diff_sees_an_edit_behind_a_choice() -> None:
    """The rule of either zone's firewall matters to the answer about the internet."""
    before = load()
    rule = {"allow": "tcp/443", "from": "0.0.0.0/0"}
    after = before.with_({"vpcs.hub.security_groups.b.ingress": [rule]})
    found = reachsim.diff(before, after)
    assert any(reason.startswith("spoke.app -> internet") for reason in found.undecided)


NLB: dict[str, Any] = {
    # A load balancer with a target beside it and one behind the gateway, in a VPC that is attached in two other zones.
    "version": 1,
    "vpcs": {
        "hub": {
            "cidrs": ["10.100.0.0/16"],
            "internet_gateway": "igw",
            "subnets": {"a": {"cidr": "10.100.0.0/24", "az": "a", "route_table": "r"}},
            "route_tables": {"r": {"0.0.0.0/0": "igw", "10.0.0.0/8": "tgw"}},
            "security_groups": {"open": OPEN},
            "interfaces": {"near": {"subnet": "a", "security_groups": ["open"]}},
            "load_balancers": {
                "nlb": {
                    "type": "network",
                    "subnets": ["a"],
                    "listeners": {"tcp/80": "g"},
                    "target_groups": {"g": {"targets": ["10.100.0.4", "10.1.0.10"], "port": "tcp/80"}},
                    "cross_zone": True,
                }
            },
        },
        "spoke": {
            "cidrs": ["10.1.0.0/16"],
            "subnets": {
                "a": {"cidr": "10.1.0.0/24", "az": "a", "route_table": "r"},
                "tgw-b": {"cidr": "10.1.8.0/24", "az": "b", "network_acl": "other"},
                "tgw-c": {"cidr": "10.1.9.0/24", "az": "c", "network_acl": "default"},
            },
            "route_tables": {"r": {"0.0.0.0/0": "tgw"}},
            "network_acls": {
                "other": {
                    "ingress": [{"rule": 1, "allow": "all", "from": "0.0.0.0/0"}],
                    "egress": [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}],
                }
            },
            "security_groups": {"far": {"ingress": []}},
            "interfaces": {"far": {"subnet": "a", "private_ip": "10.1.0.10", "security_groups": ["far"]}},
        },
    },
    "transit_gateways": {
        "tgw": {
            "attachments": {
                "hub": {"vpc": "hub", "subnets": ["a"]},
                "spoke": {"vpc": "spoke", "subnets": ["tgw-b", "tgw-c"]},
            }
        }
    },
}


@pytest.mark.rule("TGW-8")
def test_a_load_balancer_delivers_what_each_target_gets_whatever_the_zone() -> None:
    """The target behind the gateway is closed, by whichever zone its packets come: what the other one gets is not sure."""
    net = reachsim.loads(write_yaml(NLB))
    assert not net.reach("internet", "nlb").delivered
    assert net.expect("internet", "nlb", allow="tcp/80").verdict == "fails"


@pytest.mark.rule("EP-2")
def test_an_endpoint_that_may_be_in_one_zone_alone_leaves_open_what_no_zone_lets_through() -> None:
    """Which addresses the endpoint of zone b takes is not known, so a packet to one that may be its own is undecided."""
    design = deepcopy(DESIGN) | {"region": "mx-central-1"}  # younger than the table of prefixes
    hub = design["vpcs"]["hub"]
    hub["vpc_endpoints"] = {"s3": {"type": "gateway", "service": "s3", "route_tables": ["fw-b"]}}
    for zone in "ab":
        hub["route_tables"][f"fw-{zone}"]["0.0.0.0/0"] = "igw"
        hub["instances"][f"fw-{zone}"]["nat"] = True
    net = reachsim.loads(write_yaml(design))
    assert net.trace("app", "52.216.0.1", "tcp/443").verdict == "undecided"
    assert net.expect("app", "52.216.0.1", deny="tcp/443").verdict == "undecided"
    assert net.trace("app", "52.216.0.1", "udp/443").verdict == "blocked"  # an endpoint takes no UDP (EP-4)


def chain(length: int) -> reachsim.Network:
    """Two VPCs at the ends of a chain of transit gateways; each but the last may take either of two lists that lead on."""
    names = [f"t{number}" for number in range(length + 1)]
    gateways: dict[str, Any] = {
        name: {"attachments": {}, "route_tables": {"r": {"associations": [], "routes": {}}}} for name in names
    }

    def attach(gateway: str, name: str, body: dict[str, Any]) -> None:
        gateways[gateway]["attachments"][name] = body
        gateways[gateway]["route_tables"]["r"]["associations"].append(name)

    attach(names[0], "left", {"vpc": "left", "subnets": ["a"]})
    attach(names[-1], "right", {"vpc": "right", "subnets": ["a"]})
    gateways[names[0]]["route_tables"]["r"]["routes"]["10.1.0.0/16"] = "left"
    gateways[names[-1]]["route_tables"]["r"]["routes"]["10.2.0.0/16"] = "right"
    for near, far in itertools.pairwise(names):
        attach(near, "on", {"peer": f"{far}.back"})
        attach(far, "back", {"peer": f"{near}.on"})
        gateways[near]["route_tables"]["r"]["routes"] |= {"one": "on", "two": "on"}
        gateways[far]["route_tables"]["r"]["routes"]["10.1.0.0/16"] = "back"
    vpcs = {
        side: {
            "cidrs": [f"10.{number}.0.0/16"],
            "subnets": {"a": {"cidr": f"10.{number}.0.0/24", "az": "a", "route_table": "r"}},
            "route_tables": {"r": {"10.0.0.0/8": gateway}},
            "security_groups": {"open": OPEN},
            "interfaces": {"host": {"subnet": "a", "security_groups": ["open"]}},
        }
        for number, side, gateway in ((1, "left", names[0]), (2, "right", names[-1]))
    }
    lists = {"one": ["10.2.0.0/16"], "two": ["10.2.0.0/16"]}
    return reachsim.loads(write_yaml({"version": 1, "vpcs": vpcs, "transit_gateways": gateways, "prefix_lists": lists}))


@pytest.mark.parametrize(("length", "decided"), [(1, True), (4, True), (5, False)])
def test_up_to_four_choices_on_a_way_are_followed(length: int, decided: bool) -> None:
    """Beyond that (docs/limits.md) it is undecided, though here all would lead to the same end."""
    net = chain(length)
    assert net.trace("left.host", "right.host", "tcp/443").verdict == ("reachable" if decided else "undecided")
    assert bool(net.reach("left.host", "right.host").undecided) is not decided
    assert bool(net.matrix().cell("left.host", "right.host").undecided) is not decided


PEERED = """
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24}}
    route_tables: {main: {10.1.0.0/16: p}}
    security_groups: {g: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {t: {subnet: s, private_ip: 10.0.1.10, security_groups: [g]}, u: {subnet: s, security_groups: [g]}}
    load_balancers:
      nlb:
        type: network
        scheme: internal
        subnets: [s]
        security_groups: [g]
        listeners: {tcp/80: tg}
        target_groups: {tg: {targets: [10.0.1.10, 10.1.1.10], port: tcp/80, preserve_client_ip: true}}
  b:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24}}
    route_tables: {main: {10.0.0.0/16: p}}
    security_groups: {g: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {v: {subnet: s, private_ip: 10.1.1.10, security_groups: [g]}}
peering_connections: {p: {requester: a, accepter: b}}
"""


@pytest.mark.rule("LB-5")
def test_a_cell_is_undecided_where_one_way_of_several_is() -> None:
    """AWS may pick the target of which nobody knows whether it gets it, whatever becomes of what the other is sent: `t` is
    that one itself, and calls the load balancer."""
    net = reachsim.loads(PEERED)
    matrix = net.matrix()
    for client in ("a.t", "a.u"):
        assert net.reach(client, "a.nlb/s").undecided
        assert matrix[client, "a.nlb/s"].undecided
