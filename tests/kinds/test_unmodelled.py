"""What is not modelled is a door of unknown width: undecided wherever it could change an answer, and nowhere else.

Each verdict is argued from what AWS's component could do, whatever its keys that are not looked at say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import reachsim
from reachsim.cli.main import main
from reachsim.kinds.unmodelled import Door

UNDECIDED, HOLDS, FAILS = "undecided", "holds", "fails"

# Two peered VPCs and a third that nothing joins. `open` admits all, `shut` nobody, `behind` the group of load balancers;
# `mute` sends nothing. `front` and `back` have room for what is not modelled, and nothing else in `back`.
DESIGN = """
version: 1
vpcs:
  one:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets:
      front: {cidr: 10.1.0.0/24, route_table: front}
      app: {cidr: 10.1.1.0/24, route_table: app}
      back: {cidr: 10.1.2.0/24}
    route_tables:
      front: {0.0.0.0/0: igw}
      app: {10.2.0.0/16: pcx}
      main: {10.2.0.0/16: pcx}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      shut: {}
      mute: {egress: []}
      lb: {}
      behind: {ingress: [{allow: tcp/8080, from: lb}]}
    instances:
      web: {subnet: front, public_ip: 198.51.100.1, security_groups: [open]}
      app: {subnet: app, security_groups: [open]}
      shut: {subnet: app, security_groups: [shut]}
      mute: {subnet: app, security_groups: [mute]}
      behind: {subnet: app, security_groups: [behind]}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {a: {cidr: 10.2.0.0/24, route_table: r}, b: {cidr: 10.2.1.0/24, route_table: r}}
    route_tables: {r: {10.1.0.0/16: pcx}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {y: {subnet: a, security_groups: [open]}}
  three:
    cidrs: [10.3.0.0/16]
    subnets: {a: {cidr: 10.3.0.0/24}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {z: {subnet: a, security_groups: [open]}}
peering_connections: {pcx: {requester: one, accepter: two}}
lambda_functions: {outside: {}}
internet:
  hosts:
    kms.eu-west-1.amazonaws.com: {ip: 203.0.113.10}
    kinesis.eu-west-1.amazonaws.com: {ip: 203.0.113.11}
    bucket.s3-eu-west-1.amazonaws.com: {ip: 203.0.113.12}
    partner.example: {ip: 203.0.113.13}
"""


OUTSIDE = ("transit_gateways", "vpn_connections", "direct_connect_gateways")
"""Sections of the file that are set here."""


def design(**changes: Any) -> dict[str, Any]:
    """The design with sections of VPC `one` and of the file set."""
    out: dict[str, Any] = yaml.safe_load(DESIGN)
    for section, body in changes.items():
        at = out if section in OUTSIDE else out["vpcs"]["one"]
        if section == "route_tables":
            at[section] |= body
        else:
            at[section] = body
    return out


def load(changes: dict[str, Any], *expect: str) -> reachsim.Network:
    """The design with changes and expectations."""
    text = yaml.safe_dump(design(**changes), sort_keys=False)
    return reachsim.loads(text + "expect:\n" + "".join(f"  - {line}\n" for line in expect) if expect else text)


def verdict(changes: dict[str, Any], expectation: str) -> str:
    """The verdict on one expectation."""
    return load(changes, expectation).check()[0].verdict


ALB = {"load_balancers": {"lb": {"type": "application", "subnets": ["back"]}}}
"""Internet-facing by default, with targets that it does not tell."""
INTERNAL_ALB = {"load_balancers": {"lb": {"type": "application", "scheme": "internal", "subnets": ["back"]}}}
NLB = {"load_balancers": {"lb": {"type": "network", "subnets": ["back"]}}}
GWLB = {"load_balancers": {"lb": {"type": "gateway", "subnets": ["back"]}}}
KMS = {"vpc_endpoints": {"ep": {"type": "interface", "service": "kms", "subnets": ["back"]}}}
S3 = {"vpc_endpoints": {"ep": {"type": "gateway", "service": "s3", "route_tables": ["app"]}}}
LOST = {"route_tables": {"app": {"0.0.0.0/0": "igw"}}}
"""A default route by which nothing gets out: the hosts of `app` have no public address (IGW-4)."""
OFFICE: dict[str, Any] = {
    "vpn_gateways": {"vgw": {}},
    "vpn_connections": {"c": {"gateway": "one.vgw", "static_routes": ["192.168.0.0/16"]}},
}
"""192.168.0.0/16, behind a VPN connection of VPC `one`."""
TGW: dict[str, Any] = {
    "transit_gateways": {
        "tgw": {"attachments": {"a": {"vpc": "one", "subnets": ["back"]}, "b": {"vpc": "three", "subnets": ["a"]}}}
    }
}
"""VPCs `one` and `three`, joined by a transit gateway."""
PROPAGATED = {"route_tables": {"app": {"routes": {"10.2.0.0/16": "pcx"}, "propagate": ["vgw"]}}}
TO_THREE = {"route_tables": {"app": {"10.3.0.0/16": "tgw"}}}
FIREWALL = {"network_firewalls": {"fw": {"subnet": "back"}}}
THROUGH = FIREWALL | {"route_tables": {"app": {"10.2.0.0/16": "pcx", "0.0.0.0/0": "fw"}}}
"""What leaves `app`, but for the peer, passes the firewall, or does not."""


def to_targets(kind: str, *targets: str, scheme: str = "internet-facing", **group: Any) -> dict[str, Any]:
    """A load balancer in `back` with one target group."""
    body = {"targets": list(targets), "port": "tcp/8080", **group}
    lb = {
        "type": kind,
        "scheme": scheme,
        "subnets": ["back"],
        "listeners": {"tcp/443": "t"},
        "target_groups": {"t": body},
    }
    return {"load_balancers": {"lb": lb}}


@pytest.mark.parametrize(
    ("changes", "expectation", "expected"),
    [
        # -- a virtual private gateway brings and takes what its connections know (VPN-1, VPN-3, VPN-4)
        ({"vpn_gateways": {"vgw": {}}}, "{from: 192.168.0.9, to: app, deny: all}", HOLDS),
        (OFFICE, "{from: 192.168.0.9, to: app, deny: tcp/22}", FAILS),
        (OFFICE, "{from: 192.168.0.9, to: app, allow: tcp/22}", FAILS),  # there is no way back
        (OFFICE, "{from: 192.168.0.9, to: {vpc: one}, deny: tcp/22}", FAILS),
        (OFFICE, "{from: 192.168.0.9, to: shut, deny: all}", HOLDS),
        (OFFICE, "{from: 192.168.0.9, to: two.y, deny: all}", HOLDS),
        (OFFICE, "{from: 172.20.0.9, to: app, deny: all}", HOLDS),
        (OFFICE, "{from: app, to: 192.168.0.9, deny: all}", HOLDS),
        (OFFICE | PROPAGATED, "{from: 192.168.0.9, to: app, allow: tcp/22}", HOLDS),
        (OFFICE | PROPAGATED, "{from: app, to: 192.168.0.9, allow: tcp/443}", HOLDS),
        (OFFICE | PROPAGATED, "{from: web, to: 192.168.0.9, deny: all}", HOLDS),  # of another table
        (OFFICE | PROPAGATED, "{from: app, to: 172.20.0.9, deny: all}", HOLDS),
        (OFFICE | PROPAGATED, "{from: two.y, to: 192.168.0.9, deny: all}", HOLDS),
        # -- a transit gateway brings what its attachments send (TGW-1), and takes what a route sends to it (TGW-2)
        (TGW, "{from: 10.99.0.5, to: app, deny: all}", HOLDS),
        (TGW, "{from: internet, to: app, deny: all}", HOLDS),
        (TGW, "{from: app, to: three.z, deny: all}", HOLDS),
        (TGW | TO_THREE, "{from: app, to: three.z, allow: tcp/443, one_way: true}", HOLDS),
        (TGW | TO_THREE, "{from: app, to: three.z, allow: tcp/443}", FAILS),  # VPC three has no route back
        (TGW | TO_THREE, "{from: mute, to: three.z, deny: all}", HOLDS),
        ({"transit_gateways": {"tgw": {}}} | TO_THREE, "{from: app, to: 10.3.0.4, deny: all}", HOLDS),  # ROUTE-12
        ({"direct_connect_gateways": {"dx": {}}}, "{from: 10.99.0.5, to: app, deny: all}", HOLDS),
    ],
)  # fmt: skip
def test_what_is_modelled_is_no_door(changes: dict[str, Any], expectation: str, expected: str) -> None:
    net = load(changes, expectation)
    assert net.check()[0].verdict == expected
    assert not net.not_modelled


def gateway(*propagations: str, **routes: str) -> dict[str, Any]:
    """A transit gateway of VPCs `one` and `three`, with a Connect attachment, and one route table."""
    attachments = TGW["transit_gateways"]["tgw"]["attachments"] | {"sdwan": {"connect": {}}}
    table = {"associations": ["a", "b", "sdwan"], "propagations": list(propagations), "routes": routes}
    return {"transit_gateways": {"tgw": {"attachments": attachments, "route_tables": {"t": table}}}}


def unassociated() -> dict[str, Any]:
    """The same, whose Connect attachment is associated with no table."""
    changes = gateway("b")
    changes["transit_gateways"]["tgw"]["route_tables"]["t"]["associations"].remove("sdwan")
    return changes


@pytest.mark.rule("TGW-1")
@pytest.mark.rule("TGW-4")
@pytest.mark.parametrize(
    ("changes", "expectation", "expected"),
    [
        # -- what comes from a network behind a Connect attachment, of which nothing is known
        (gateway("b"), "{from: 10.99.0.5, to: app, deny: all}", UNDECIDED),
        (gateway("b"), "{from: 10.99.0.5, to: app, allow: tcp/443}", UNDECIDED),
        (gateway("b"), "{from: 10.99.0.0/16, to: app, deny: all}", UNDECIDED),
        (gateway("b"), "{from: 10.1.2.9, to: app, deny: all}", HOLDS),  # the VPC's own address, which nothing has
        (OFFICE | PROPAGATED | gateway("b"), "{from: 192.168.0.9, to: app, allow: tcp/443}", HOLDS),  # by its VPN connection
        (unassociated(), "{from: 10.99.0.5, to: app, deny: all}", HOLDS),  # from there it routes nothing
        # -- what it propagates may be longer than any other route
        (gateway("b") | TO_THREE, "{from: app, to: three.z, allow: tcp/443, one_way: true}", HOLDS),
        (gateway("b", "sdwan") | TO_THREE, "{from: app, to: three.z, allow: tcp/443, one_way: true}", UNDECIDED),
        (gateway("b", "sdwan") | TO_THREE, "{from: mute, to: three.z, deny: all}", HOLDS),
        (gateway("b", "sdwan"), "{from: app, to: three.z, deny: all}", HOLDS),  # no route leads to the gateway
        (gateway("sdwan") | TO_THREE, "{from: app, to: 10.3.0.4, deny: all}", UNDECIDED),
        (
            gateway("sdwan", **{"10.3.0.4/32": "b"}) | TO_THREE,
            "{from: app, to: 10.3.0.4, allow: tcp/443, one_way: true}",
            HOLDS,  # no route is longer, and a static one goes first
        ),
        # -- a static route to it
        (gateway(**{"10.3.0.0/16": "sdwan"}) | TO_THREE, "{from: app, to: 10.3.0.4, deny: all}", UNDECIDED),
        (gateway() | TO_THREE, "{from: app, to: 10.3.0.4, deny: all}", HOLDS),  # no route there
    ],
)  # fmt: skip
def test_what_lies_behind_a_connect_attachment_is_undecided(
    changes: dict[str, Any], expectation: str, expected: str
) -> None:
    assert verdict(changes, expectation) == expected


@pytest.mark.parametrize(
    ("door", "expectation", "expected"),
    [
        # -- no door: the design decides
        ({}, "{from: internet, to: app, deny: all}", HOLDS),
        ({}, "{from: 192.168.0.9, to: app, deny: all}", HOLDS),
        ({}, "{from: app, to: {subnet: one.back}, deny: all}", HOLDS),
        ({}, "{from: app, to: 10.1.2.9, deny: all}", HOLDS),
        ({}, "{from: {subnet: one.back}, to: app, deny: all}", HOLDS),
        # -- interface endpoints have addresses (EP-7), and nothing is started from them (EP-6)
        (KMS, "{from: app, to: {subnet: one.back}, deny: tcp/443}", UNDECIDED),
        (KMS, "{from: app, to: {subnet: one.back}, allow: tcp/443}", UNDECIDED),
        (KMS, "{from: app, to: 10.1.2.0/24, deny: tcp/443}", UNDECIDED),
        (KMS, "{from: app, to: 10.1.2.9, deny: tcp/443}", UNDECIDED),
        (KMS, "{from: app, to: ep, deny: tcp/443}", UNDECIDED),
        (KMS, "{from: two.y, to: {subnet: one.back}, deny: tcp/443}", UNDECIDED),
        (KMS, "{from: app, to: {vpc: one}, deny: tcp/443}", FAILS),  # web is there, too
        (KMS, "{from: mute, to: {subnet: one.back}, deny: all}", HOLDS),
        (KMS, "{from: mute, to: {subnet: one.back}, allow: tcp/443}", FAILS),
        (KMS, "{from: three.z, to: {subnet: one.back}, deny: all}", HOLDS),
        (KMS, "{from: three.z, to: {subnet: one.back}, allow: tcp/443}", FAILS),
        (KMS, "{from: app, to: {subnet: two.a}, deny: udp/1}", FAILS),
        (KMS, "{from: app, to: {subnet: one.app}, allow: tcp/1}", FAILS),  # shut is there
        (KMS, "{from: app, to: 10.1.1.99, deny: all}", HOLDS),  # it is in `back` alone
        (KMS, "{from: {subnet: one.back}, to: app, deny: all}", HOLDS),
        (KMS, "{from: 10.1.2.0/24, to: app, deny: all}", HOLDS),
        (KMS, "{from: 10.1.2.9, to: app, deny: all}", HOLDS),
        (KMS, "{from: internet, to: {subnet: one.back}, deny: all}", HOLDS),
        (KMS, "{from: internet, to: app, deny: all}", HOLDS),
        # -- private DNS (EP-8): the service's public name may mean the endpoint, in its VPC alone (EP-9)
        (KMS, "{from: web, to: kms.eu-west-1.amazonaws.com, allow: tcp/443}", UNDECIDED),
        (KMS, "{from: web, to: 203.0.113.10, allow: tcp/443}", HOLDS),
        (KMS, "{from: web, to: partner.example, allow: tcp/443}", HOLDS),
        (KMS, "{from: two.y, to: kms.eu-west-1.amazonaws.com, deny: tcp/443}", HOLDS),
        # -- gateway endpoints (EP-1, EP-2): a route in the tables that are named
        (S3, "{from: app, to: bucket.s3-eu-west-1.amazonaws.com, deny: tcp/443}", UNDECIDED),
        (S3, "{from: app, to: 203.0.113.12, deny: tcp/443}", UNDECIDED),
        (S3, "{from: web, to: bucket.s3-eu-west-1.amazonaws.com, allow: tcp/443}", HOLDS),  # another table
        (S3, "{from: mute, to: bucket.s3-eu-west-1.amazonaws.com, deny: all}", HOLDS),
        (S3, "{from: app, to: {subnet: one.back}, deny: all}", HOLDS),  # it has no address
        (S3, "{from: app, to: two.y, allow: all}", HOLDS),
        (S3, "{from: internet, to: app, deny: all}", HOLDS),
        # ... which wins over a wider one for addresses that nobody tells: what is lost by that one may pass by the endpoint.
        (S3 | LOST, "{from: app, to: internet, deny: tcp/443}", UNDECIDED),
        (S3 | LOST, "{from: app, to: 203.0.113.0/24, deny: tcp/443}", UNDECIDED),
        (S3 | LOST, "{from: app, to: 52.219.168.20, deny: tcp/443}", UNDECIDED),
        (S3 | LOST, "{from: app, to: 52.219.168.20, allow: tcp/443}", UNDECIDED),
        (S3 | LOST, "{from: app, to: internet, allow: tcp/443}", FAILS),  # it is not all of the internet
        (S3 | LOST, "{from: app, to: 52.0.0.0/8, deny: udp}", HOLDS),  # which it does not carry (EP-4)
        (S3 | LOST, "{from: app, to: partner.example, deny: tcp/443}", HOLDS),
        (S3 | LOST, "{from: mute, to: internet, deny: all}", HOLDS),
        (S3 | LOST, "{from: app, to: 192.168.0.9, deny: all}", HOLDS),
        (LOST, "{from: app, to: internet, deny: all}", HOLDS),
        # -- load balancers send to targets from addresses of their own (LB-1)
        (ALB, "{from: {subnet: one.back}, to: app, deny: tcp/8080}", UNDECIDED),
        (ALB, "{from: {subnet: one.back}, to: behind, deny: tcp/8080}", UNDECIDED),
        (ALB, "{from: {subnet: one.back}, to: behind, deny: tcp/22}", HOLDS),
        (ALB, "{from: {subnet: one.back}, to: shut, deny: all}", HOLDS),
        (ALB, "{from: 10.1.2.9, to: app, deny: tcp/8080}", UNDECIDED),
        (ALB, "{from: 10.1.2.0/24, to: app, deny: tcp/8080}", UNDECIDED),
        (ALB, "{from: 10.1.0.0/24, to: shut, deny: all}", HOLDS),
        (ALB, "{from: {subnet: one.back}, to: two.y, deny: all}", UNDECIDED),  # by address, over the peering (LB-8)
        (ALB, "{from: {subnet: one.back}, to: three.z, deny: all}", HOLDS),
        # -- an ALB ends the client's connection: what the internet sends to a target is not its doing
        (ALB, "{from: internet, to: behind, deny: all}", HOLDS),
        (ALB, "{from: internet, to: app, deny: all}", HOLDS),
        (ALB, "{from: outside, to: app, deny: all}", HOLDS),
        (ALB, "{from: internet, to: {subnet: one.back}, deny: all}", UNDECIDED),
        (INTERNAL_ALB, "{from: internet, to: {subnet: one.back}, deny: all}", HOLDS),
        (ALB, "{from: three.z, to: {subnet: one.back}, deny: all}", HOLDS),  # z has no way to the internet
        (ALB, "{from: web, to: {subnet: one.back}, deny: all}", UNDECIDED),
        (ALB, "{from: web, to: {subnet: one.back}, allow: tcp/443}", UNDECIDED),
        (ALB, "{from: app, to: lb, deny: tcp/443}", UNDECIDED),
        # -- an NLB may keep the client's address (LB-5)
        (NLB, "{from: internet, to: app, deny: tcp/22}", UNDECIDED),
        (NLB, "{from: 8.8.8.8, to: app, deny: tcp/22}", UNDECIDED),
        (NLB, "{from: partner.example, to: app, deny: tcp/22}", UNDECIDED),
        (NLB, "{from: outside, to: app, deny: tcp/22}", UNDECIDED),
        (NLB, "{from: internet, to: {vpc: one}, deny: tcp/22}", FAILS),
        (NLB, "{from: internet, to: {subnet: one.app}, deny: tcp/22}", UNDECIDED),
        (NLB, "{from: internet, to: app, allow: tcp/22}", UNDECIDED),
        (NLB, "{from: internet, to: web, allow: tcp/22}", HOLDS),
        (NLB, "{from: internet, to: shut, deny: all}", HOLDS),
        (NLB, "{from: internet, to: behind, deny: tcp/8080}", UNDECIDED),  # its group may be the one that is named (LB-4)
        (NLB, "{from: internet, to: behind, deny: tcp/22}", HOLDS),
        (NLB, "{from: internet, to: two.y, deny: all}", HOLDS),  # kept for targets of its own VPC alone (LB-5)
        (NLB, "{from: 192.168.0.9, to: app, deny: all}", HOLDS),  # no private address is on the internet
        (NLB, "{from: app, to: internet, deny: all}", HOLDS),
        # -- what its target groups say
        (to_targets("network", "app"), "{from: internet, to: app, deny: all}", UNDECIDED),
        (to_targets("network", "app"), "{from: internet, to: behind, deny: all}", HOLDS),
        (to_targets("network", "10.1.1.4"), "{from: internet, to: app, deny: all}", UNDECIDED),
        (to_targets("network", "fleet"), "{from: internet, to: app, deny: all}", UNDECIDED),
        (to_targets("network", "app", scheme="internal"), "{from: internet, to: app, deny: all}", HOLDS),
        (to_targets("network", "app", preserve_client_ip=False), "{from: internet, to: app, deny: all}", HOLDS),
        (
            to_targets("network", "app", preserve_client_ip=False, port="udp/53"),
            "{from: internet, to: app, deny: all}",
            UNDECIDED,
        ),
        (to_targets("application", "app"), "{from: {subnet: one.back}, to: app, deny: all}", UNDECIDED),
        (to_targets("application", "app"), "{from: {subnet: one.back}, to: two.y, deny: all}", HOLDS),
        (to_targets("application", "10.2.0.4"), "{from: {subnet: one.back}, to: two.y, deny: all}", UNDECIDED),
        (to_targets("application", "two.y"), "{from: {subnet: one.back}, to: two.y, deny: all}", UNDECIDED),
        # -- a Gateway Load Balancer has no public side (LB-9), its endpoint no name (EP-11)
        (GWLB, "{from: internet, to: app, deny: all}", HOLDS),
        (GWLB, "{from: internet, to: {subnet: one.back}, deny: all}", HOLDS),
        (
            {"vpc_endpoints": {"ep": {"type": "gateway_load_balancer", "service": "inspection", "subnets": ["back"]}}},
            "{from: web, to: partner.example, allow: tcp/443}",
            HOLDS,
        ),
        # -- a firewall's endpoint has an address in its subnet, and starts nothing
        (FIREWALL, "{from: app, to: {subnet: one.back}, deny: all}", UNDECIDED),
        (FIREWALL, "{from: app, to: {subnet: one.back}, allow: tcp/443}", UNDECIDED),
        (FIREWALL, "{from: app, to: 10.1.2.0/24, deny: tcp/443}", UNDECIDED),
        (FIREWALL, "{from: app, to: 10.1.2.9, deny: tcp/443}", UNDECIDED),
        (FIREWALL, "{from: app, to: fw, deny: tcp/443}", UNDECIDED),
        (FIREWALL, "{from: two.y, to: {subnet: one.back}, deny: tcp/443}", UNDECIDED),
        (FIREWALL, "{from: app, to: {vpc: one}, deny: tcp/443}", FAILS),  # web is there, too
        (FIREWALL, "{from: mute, to: {subnet: one.back}, deny: all}", HOLDS),
        (FIREWALL, "{from: mute, to: {subnet: one.back}, allow: tcp/443}", FAILS),
        (FIREWALL, "{from: three.z, to: {subnet: one.back}, deny: all}", HOLDS),
        (FIREWALL, "{from: app, to: 10.1.1.99, deny: all}", HOLDS),  # it is in `back` alone
        (FIREWALL, "{from: app, to: {subnet: one.front}, allow: all}", HOLDS),
        (FIREWALL, "{from: {subnet: one.back}, to: app, deny: all}", HOLDS),
        (FIREWALL, "{from: 10.1.2.9, to: app, deny: all}", HOLDS),
        (FIREWALL, "{from: internet, to: app, deny: all}", HOLDS),
        # ... and what a route sends to it may come out again, or not (ROUTE-10)
        (THROUGH, "{from: app, to: internet, allow: tcp/443}", UNDECIDED),
        (THROUGH, "{from: app, to: internet, deny: tcp/443}", UNDECIDED),
        (THROUGH, "{from: app, to: 10.3.0.4, deny: all}", UNDECIDED),
        (THROUGH, "{from: app, to: 192.168.0.9, allow: tcp/443}", UNDECIDED),
        (THROUGH, "{from: mute, to: internet, deny: all}", HOLDS),
        (THROUGH, "{from: mute, to: 10.3.0.4, deny: all}", HOLDS),
        (THROUGH, "{from: app, to: web, allow: all}", HOLDS),  # by the local route, which is longer (ROUTE-4)
        (THROUGH, "{from: app, to: two.y, allow: all}", HOLDS),  # by the peering's
        (THROUGH, "{from: web, to: internet, allow: tcp/443}", HOLDS),  # by another table
        # -- several doors at once
        (NLB | FIREWALL, "{from: {subnet: one.back}, to: app, deny: all}", UNDECIDED),
        (ALB | FIREWALL, "{from: 10.1.2.9, to: two.y, deny: all}", UNDECIDED),  # the ALB's, over the peering
        # -- targets by address may be wherever the VPC is joined with: beyond a gateway, or in a network outside (LB-8)
        (ALB | TGW, "{from: {subnet: one.back}, to: three.z, deny: all}", UNDECIDED),
        (to_targets("application", "app") | TGW, "{from: {subnet: one.back}, to: three.z, deny: all}", HOLDS),
        (ALB | OFFICE, "{from: {subnet: one.back}, to: 192.168.0.9, deny: all}", UNDECIDED),
        (ALB | OFFICE, "{from: {subnet: one.back}, to: 192.168.0.0/16, deny: all}", UNDECIDED),
        (ALB | OFFICE, "{from: {subnet: one.back}, to: 172.20.0.9, deny: all}", HOLDS),  # which is not behind it
        (to_targets("application", "app") | OFFICE, "{from: {subnet: one.back}, to: 192.168.0.9, deny: all}", HOLDS),
        (ALB, "{from: {subnet: one.back}, to: 192.168.0.9, deny: all}", HOLDS),
        (ALB, "{from: {subnet: one.back}, to: internet, deny: all}", HOLDS),
        (
            {"load_balancers": {"n": {"type": "network", "subnets": ["back"]}, "a": {"subnets": ["front"]}}},
            "{from: {subnet: one.back}, to: 10.1.0.128/25, deny: all}",
            UNDECIDED,  # an ALB may be an NLB's target
        ),
    ],
)  # fmt: skip
def test_verdicts(door: dict[str, Any], expectation: str, expected: str) -> None:
    assert verdict(door, expectation) == expected


# -- every command -------------------------------------------------------------------------------------------


def written(tmp_path: Path, changes: dict[str, Any], *expect: str) -> str:
    """The design with changes as a file."""
    path = tmp_path / "design.yaml"
    text = yaml.safe_dump(design(**changes), sort_keys=False)
    path.write_text(text + "expect:\n" + "".join(f"  - {line}\n" for line in expect), encoding="utf-8")
    return str(path)


COMMANDS: list[tuple[dict[str, Any], list[str], int]] = [
    (NLB, ["check", "FILE"], 3),
    (NLB, ["trace", "FILE", "internet", "app", "tcp/22"], 3),
    (NLB, ["trace", "FILE", "internet", "shut", "tcp/22"], 1),
    (NLB, ["reach", "FILE", "internet", "app", "tcp/22"], 3),
    (NLB, ["isolated", "FILE", "internet", "app"], 3),
    (NLB, ["isolated", "FILE", "internet", "shut"], 0),
    (ALB, ["isolated", "FILE", "internet", "behind"], 0),
    (ALB, ["isolated", "FILE", "subnet=one.back", "behind"], 3),
    (THROUGH, ["check", "FILE"], 0),
    (THROUGH, ["trace", "FILE", "app", "10.3.0.4", "tcp/443"], 3),
    (THROUGH, ["trace", "FILE", "mute", "10.3.0.4", "tcp/443"], 1),
    (THROUGH, ["reach", "FILE", "app", "10.3.0.0/16", "tcp/443"], 3),
    (THROUGH, ["isolated", "FILE", "app", "three.z"], 3),
    (THROUGH, ["isolated", "FILE", "mute", "three.z"], 0),
    (FIREWALL, ["trace", "FILE", "app", "fw", "tcp/443"], 3),
    (FIREWALL, ["trace", "FILE", "app", "10.1.2.9", "tcp/443"], 3),
    (FIREWALL, ["isolated", "FILE", "app", "subnet=one.back"], 3),
    (FIREWALL, ["isolated", "FILE", "mute", "subnet=one.back"], 0),
    (FIREWALL, ["exposure", "FILE"], 0),
    (THROUGH, ["matrix", "FILE"], 0),
    (THROUGH, ["deadends", "FILE"], 0),
    (THROUGH, ["rules", "FILE"], 0),
    (THROUGH, ["diff", "FILE", "FILE"], 0),
    (THROUGH, ["show", "FILE"], 0),
    (THROUGH, ["graph", "FILE"], 0),
    (NLB, ["trace", "FILE", "8.8.8.8", "app", "tcp/22"], 3),
    (NLB, ["reach", "FILE", "8.8.8.0/24", "app", "tcp/22"], 3),
    (NLB, ["isolated", "FILE", "8.8.8.0/24", "vpc=two"], 0),
    (KMS, ["trace", "FILE", "app", "kms.eu-west-1.amazonaws.com", "tcp/443"], 3),
    (KMS, ["trace", "FILE", "app", "ep", "tcp/443"], 3),
    (KMS, ["trace", "FILE", "app", "10.1.2.9", "tcp/443"], 3),
    (KMS, ["isolated", "FILE", "app", "subnet=one.back"], 3),
    (KMS, ["isolated", "FILE", "mute", "subnet=one.back"], 0),
    (S3, ["reach", "FILE", "app", "bucket.s3-eu-west-1.amazonaws.com", "tcp/443"], 3),
    (NLB, ["exposure", "FILE"], 3),
    (KMS, ["exposure", "FILE"], 0),
    (NLB, ["matrix", "FILE"], 0),
    (NLB, ["deadends", "FILE"], 0),
    (NLB, ["rules", "FILE"], 0),
    (NLB, ["diff", "FILE", "FILE"], 0),
    (NLB, ["show", "FILE"], 0),
    (NLB, ["graph", "FILE"], 0),
]


@pytest.mark.parametrize(("door", "command", "status"), COMMANDS)
def test_every_command_says_what_is_not_modelled(
    door: dict[str, Any], command: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, door, "{from: internet, to: app, deny: all}")
    arguments = [file if word == "FILE" else word for word in command]
    assert main(arguments) == status
    section = next(key for key in door if key != "route_tables")
    name = next(iter(door[section]))
    full = f"one.{name}"
    printed = capsys.readouterr().out
    if command[0] != "graph":  # which prints a graph
        assert "not modelled here:" in printed
        assert full in printed.rpartition("not modelled here:")[2]
    assert main([*arguments, "--format", "json"]) == status
    assert [each["component"] for each in json.loads(capsys.readouterr().out)["not_modelled"]] == [full]


def test_exposure_is_told_only_where_it_is_sure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["exposure", written(tmp_path, NLB, "{from: internet, to: app, deny: all}")])
    assert capsys.readouterr().out.startswith("EXPOSED  1 of ")  # web has a public address of its own
    no_gateway = design(**NLB)
    del no_gateway["vpcs"]["one"]["instances"]["web"]
    path = tmp_path / "no.yaml"
    path.write_text(yaml.safe_dump(no_gateway), encoding="utf-8")
    assert main(["exposure", str(path)]) == 3
    assert capsys.readouterr().out.startswith("CANNOT DECIDE  ")


def test_the_matrix_to_and_from_the_internet() -> None:
    matrix = load(NLB).matrix()
    assert matrix["internet", "one.app"].undecided
    assert not matrix["internet", "one.shut"].undecided
    assert not matrix["internet", "one.shut"]
    assert matrix["internet", "one.web"]


def test_a_difference_around_a_door_cannot_be_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = written(tmp_path, FIREWALL, "{from: app, to: web, allow: all}")
    after = tmp_path / "after.yaml"
    text = yaml.safe_dump(design(network_firewalls={"fw": {"subnet": "back", "policy": "strict"}}), sort_keys=False)
    after.write_text(text, encoding="utf-8")
    assert main(["diff", before, str(after)]) == 3
    assert "one.fw" in capsys.readouterr().out


@pytest.mark.rule("LB-8")
@pytest.mark.parametrize(
    ("beyond", "edit"),
    [
        (TGW, ("        vpc: three\n", "        vpc: three\n        state: failed\n")),
        (OFFICE, ("    - 192.168.0.0/16\n", "    - 192.168.7.0/24\n")),
    ],
)
def test_a_difference_beyond_a_load_balancer_cannot_be_decided(
    beyond: dict[str, Any], edit: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(tmp_path, ALB | beyond, "{from: app, to: web, allow: all}")
    text = Path(before).read_text(encoding="utf-8")
    assert text.count(edit[0]) == 1
    after = tmp_path / "after.yaml"
    after.write_text(text.replace(*edit), encoding="utf-8")
    assert main(["diff", before, str(after)]) == 3  # its targets may be there
    assert "one.lb" in capsys.readouterr().out


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(
    ("service", "host", "answers"),
    [
        ("kms", "kms.eu-west-1.amazonaws.com", True),
        ("com.amazonaws.eu-west-1.kms", "KMS.eu-west-1.amazonaws.com.", True),
        ("kms", "sts.eu-west-1.amazonaws.com", False),
        ("kms", "kms.example", False),
        ("kinesis-streams", "kinesis.eu-west-1.amazonaws.com", True),
        ("kinesis-firehose", "firehose.eu-west-1.amazonaws.com", True),
        ("ecr.dkr", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", True),
        ("com.amazonaws.eu-west-1.iot.data", "abc-ats.iot.eu-west-1.amazonaws.com", True),
        ("sqs", "eu-west-1.queue.amazonaws.com", True),
        ("s3", "bucket.s3-eu-west-1.amazonaws.com", True),
        ("kms", "kms.eu-west-1.api.aws", True),
        ("com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b", "anything.example", True),
        ("", "anything.example", True),
    ],
)
def test_which_names_an_endpoint_may_answer_for(service: str, host: str, answers: bool) -> None:
    assert Door("one.ep", "VPC endpoint", (), service=service).answers_for(host) is answers
    assert not Door("one.ep", "VPC endpoint", ()).answers_for(host)


@pytest.mark.parametrize("kind", ["Gateway", "gateway", None, "?"])
@pytest.mark.rule("EP-1")
def test_an_endpoint_that_may_be_a_gateway_may_have_a_route(kind: str | None) -> None:
    body = {"service": "s3", "route_tables": ["app"]} | ({} if kind is None else {"type": kind})
    asked = "{from: app, to: bucket.s3-eu-west-1.amazonaws.com, deny: tcp/443}"
    assert verdict({"vpc_endpoints": {"ep": body}}, asked) == UNDECIDED
    known = body | {"service": "kms"}  # which has no gateway endpoints
    if kind is None:
        assert verdict({"vpc_endpoints": {"ep": known}}, "{from: app, to: partner.example, deny: tcp/443}") == HOLDS


@pytest.mark.rule("EP-2")
@pytest.mark.rule("EP-4")
def test_what_the_default_route_loses_may_pass_by_a_gateway_endpoint() -> None:
    net = load(S3 | LOST)
    trace = net.trace("app", "52.219.168.20", "tcp/443")
    assert (trace.verdict, trace.delivered) == ("undecided", False)
    assert net.trace("app", "52.219.168.20", "udp/53").verdict == "blocked"  # it carries TCP and echo requests
    assert net.reach("app", "internet").undecided
    assert not net.isolated("app", "52.0.0.0/8")
    assert load(LOST).isolated("app", "52.0.0.0/8")
    wide = S3 | {"route_tables": {"app": {"52.0.0.0/8": "igw", "52.219.168.20/32": "igw"}}}
    assert load(wide).trace("app", "52.219.168.20", "tcp/443").verdict == "blocked"  # no route is longer than /32
