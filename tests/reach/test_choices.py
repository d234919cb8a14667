"""Questions about many addresses where AWS chooses the zone: what holds for every choice is decided, as it is for one
address."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

import reachsim

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
        "spoke": {
            "cidrs": ["10.1.0.0/16"],
            "subnets": {"a": {"cidr": "10.1.0.0/24", "az": "a", "route_table": "r"}},
            "route_tables": {"r": {"0.0.0.0/0": "tgw"}},
            "security_groups": {"open": OPEN},
            "instances": {"app": {"subnet": "a", "security_groups": ["open"]}},
        },
    },
    "transit_gateways": {
        "tgw": {
            "attachments": {
                "spoke": {"vpc": "spoke", "subnets": ["a"]},
                "hub": {"vpc": "hub", "subnets": ["tgw-a", "tgw-b"], "appliance_mode": True},
                "line": {"vpn": "line"},
            },
            "route_tables": {
                "in": {"associations": ["spoke", "line"], "routes": {"0.0.0.0/0": "hub"}},
                "back": {"associations": ["hub"], "propagations": ["spoke", "line"]},
            },
        }
    },
    "vpn_connections": {"line": {"gateway": "tgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
}
ADDRESSES = ("1.0.0.1", "8.8.8.8", "100.63.255.255", "126.255.255.255", "128.0.0.0", "223.255.255.254")


def load(group: dict[str, Any] = OPEN) -> reachsim.Network:
    """The design; `group`: that of the firewall in zone b."""
    design = deepcopy(DESIGN)
    design["vpcs"]["hub"]["security_groups"]["b"] = group
    return reachsim.loads(yaml.safe_dump(design))


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


@pytest.mark.rule("TGW-9")
def test_what_no_zone_lets_through_is_stopped() -> None:
    net = load()
    shut = net.with_({"vpcs.hub.security_groups.a": {"ingress": []}, "vpcs.hub.security_groups.b": {"ingress": []}})
    assert shut.expect("app", "internet", deny="all").verdict == "holds"
    assert shut.trace("app", "internet", "tcp/443").blockers[0].code == "SG_HAS_NO_RULES"


def test_addresses_are_told_apart_where_a_zone_does() -> None:
    """The firewall of zone b sends to the lower half of the internet alone: there it holds, beyond it is undecided."""
    net = load({**OPEN, "egress": [{"allow": "all", "to": ["0.0.0.0/1", "10.0.0.0/8"]}]})
    answer = net.reach("app", "internet")
    assert answer.undecided
    for address in ADDRESSES:
        one = net.trace("app", address, "tcp/443")
        assert one.verdict == ("reachable" if int(address.split(".")[0]) < 128 else "undecided")
        assert (one.packet in answer.reachable) == one.reachable, address
        assert net.expect("app", address, allow="tcp/443").verdict == ("holds" if one.reachable else "undecided")
    assert net.trace("app", "internet", "tcp/443").verdict == "undecided"


def test_a_diff_sees_an_edit_behind_a_choice() -> None:
    """The rule of either zone's firewall matters to the answer about the internet."""
    before = load()
    after = before.with_({"vpcs.hub.security_groups.b": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}})
    found = reachsim.diff(before, after)
    assert "internet" in str(found)
