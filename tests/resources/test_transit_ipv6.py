"""IPv6 over transit gateways: whose blocks are propagated, and what is carried."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.designs import blames, passes

import reachsim


def over_ipv6(**attachments: Any) -> reachsim.Network:
    """Two VPCs with both families, whose tables lead all of the other's to the gateway."""
    tgw, there = "tgw", {"one": "two", "two": "one"}
    vpcs: dict[str, Any] = {
        name: {
            "cidrs": [f"10.{n}.0.0/16", f"2600:1f18:{n}::/56"],
            "subnets": {"s": {"cidr": f"10.{n}.1.0/24", "ipv6_cidr": f"2600:1f18:{n}::/64", "route_table": "r"}},
            "route_tables": {"r": {f"10.{3 - n}.0.0/16": tgw, f"2600:1f18:{3 - n}::/56": tgw}},
            "security_groups": {"o": {"ingress": [{"allow": "all", "from": ["0.0.0.0/0", "::/0"]}]}},
            "instances": {name: {"subnet": "s", "ipv6_address": f"2600:1f18:{n}::10", "security_groups": ["o"]}},
        }
        for n, name in enumerate(there, 1)
    }
    for body in vpcs.values():
        body["security_groups"]["o"]["egress"] = [{"allow": "all", "to": ["0.0.0.0/0", "::/0"]}]
    joined = {name: {"vpc": name, "subnets": ["s"], **attachments.get(name, {})} for name in there}
    table = {"associations": list(there), "propagations": list(there), "routes": attachments.get("routes", {})}
    gateways = {tgw: {"attachments": joined, "route_tables": {"main": table}}}
    return reachsim.loads(json.dumps({"version": 1, "vpcs": vpcs, "transit_gateways": gateways}))


WITHOUT = {"ipv6_support": False}
TO_TWO = ("one", "2600:1f18:2::10", "tcp/443")


@pytest.mark.rule("TGW-16")
def test_ipv6_blocks_are_propagated_by_attachments_that_support_ipv6() -> None:
    passes(over_ipv6(one=WITHOUT, two=WITHOUT).trace("one", "10.2.1.4", "tcp/443"))  # IPv4 needs nothing
    passes(over_ipv6().trace(*TO_TWO))
    blames(over_ipv6(two=WITHOUT).trace(*TO_TWO), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")
    blames(over_ipv6(one=WITHOUT).trace(*TO_TWO), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw", "reply")


@pytest.mark.rule("TGW-16")
def test_what_a_static_route_leads_to_one_without_support_is_carried() -> None:
    routes = {"2600:1f18:1::/56": "one", "2600:1f18:2::/56": "two"}
    passes(over_ipv6(one=WITHOUT, two=WITHOUT, routes=routes).trace(*TO_TWO))


def test_ipv6_support_is_what_mends_a_missing_route() -> None:
    assert "transit_gateways.tgw.attachments.two.ipv6_support" in str(over_ipv6(two=WITHOUT).fixes(*TO_TWO))
