"""Overlapping blocks of what is joined: which rule speaks is a matter of what joins them."""

from __future__ import annotations

import pytest

import reachsim

PLACES = """version: 1
region: eu-west-1
warn: [PEER-7]
vpcs:
  a: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.1.0/24, az: a}}, vpn_gateways: {vgw: {}}}
  b: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.1.0/24, az: a}}}
vpn_connections: {line: {gateway: GATEWAY, static_routes: [10.0.8.0/22]}}
networks: {office: {cidrs: [10.0.8.0/22], via: line}}
"""
PEERING = "peering_connections: {ab: {requester: a, accepter: b}}\n"
TRANSIT = "transit_gateways: {tgw: {attachments: {ATTACHED, line: {vpn: line}}}}\n"


@pytest.mark.rule("PEER-7")
@pytest.mark.rule("TGW-10")
@pytest.mark.rule("ROUTE-7")
@pytest.mark.parametrize(
    ("gateway", "more", "rules"),
    [
        ("a.vgw", PEERING, ["PEER-7", "ROUTE-7"]),
        ("tgw", TRANSIT.replace("ATTACHED", "a: {vpc: a, subnets: [s]}"), ["ROUTE-7"]),
        (
            "tgw",
            TRANSIT.replace("ATTACHED", "a: {vpc: a, subnets: [s]}, b: {vpc: b, subnets: [s]}"),
            ["ROUTE-7", "ROUTE-7", "TGW-10"],
        ),
    ],
)
def test_the_rule_is_that_of_what_joins_them(gateway: str, more: str, rules: list[str]) -> None:
    """AWS refuses such a peering; a transit gateway propagates one of two VPCs; what is outside is behind the VPC's own."""
    found = reachsim.loads(PLACES.replace("GATEWAY", gateway) + more).lint("CIDR_OVERLAP")
    assert sorted(finding.rule for finding in found.findings) == rules
