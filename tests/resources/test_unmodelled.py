"""What is not modelled is a door of unknown width: undecided wherever it could change an answer, and nowhere else.

Each verdict is argued from what AWS's component could do, whatever its keys that are not looked at say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.oracle.text import read_yaml, write_yaml

import reachsim
from reachsim.cli.main import main
from reachsim.resources.unmodelled import door_in_vpc

UNDECIDED, HOLDS, FAILS = "undecided", "holds", "fails"

# Two peered VPCs and a third that nothing joins. `open` admits all, `shut` nobody; `mute` sends nothing.
# `front` and `back` have room for what is not modelled, and nothing else in `back`.
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
    instances:
      web: {subnet: front, public_ip: 198.51.100.1, security_groups: [open]}
      app: {subnet: app, security_groups: [open]}
      shut: {subnet: app, security_groups: [shut]}
      mute: {subnet: app, security_groups: [mute]}
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
    partner.example: {ip: 203.0.113.13}
"""


OUTSIDE = ("transit_gateways", "vpn_connections", "direct_connect_gateways")
"""Sections of the file that are set here."""


def design(**changes: Any) -> dict[str, Any]:
    """The design with sections of VPC `one` and of the file set."""
    out: dict[str, Any] = read_yaml(DESIGN)
    for section, body in changes.items():
        at = out if section in OUTSIDE else out["vpcs"]["one"]
        if section == "route_tables":
            at[section] |= body
        else:
            at[section] = body
    return out


def load(changes: dict[str, Any], *expect: str) -> reachsim.Network:
    """The design with changes and expectations."""
    text = write_yaml(design(**changes))
    return reachsim.loads(text + "expect:\n" + "".join(f"  - {line}\n" for line in expect) if expect else text)


def verdict(changes: dict[str, Any], expectation: str) -> str:
    """The verdict on one expectation."""
    return load(changes, expectation).check()[0].verdict


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
    ],
)  # fmt: skip
def test_verdicts(door: dict[str, Any], expectation: str, expected: str) -> None:
    assert verdict(door, expectation) == expected


STRANGER = {"unknown_components": {"strange": {"subnets": ["back"], "why": "nobody knows"}}}
CROWD = {
    "subnets": read_yaml(DESIGN)["vpcs"]["one"]["subnets"] | {"back": {"cidr": "10.1.2.0/24", "interfaces": "unknown"}}
}


@pytest.mark.rule("IGW-9")
@pytest.mark.parametrize("what", [STRANGER, CROWD], ids=["component", "interfaces"])
@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        # -- it may send: within its VPC, over the peering, and from an address of its own alone
        ("{from: {subnet: one.back}, to: app, deny: all}", UNDECIDED),
        ("{from: {vpc: one}, to: two.y, deny: all}", FAILS),  # app does
        ("{from: {subnet: one.back}, to: two.y, deny: all}", UNDECIDED),
        ("{from: 10.1.2.0/24, to: two.y, deny: all}", UNDECIDED),
        ("{from: 10.1.1.128/25, to: two.y, deny: all}", HOLDS),  # of another subnet, and nobody has it
        ("{from: {subnet: one.back}, to: shut, deny: all}", HOLDS),
        ("{from: {subnet: one.back}, to: three.z, deny: all}", HOLDS),
        # -- it may have a public address, where its VPC has an internet gateway
        ("{from: internet, to: {subnet: one.back}, deny: tcp/22}", UNDECIDED),
        ("{from: {subnet: one.back}, to: internet, deny: tcp/22}", HOLDS),  # its table leads to no gateway
        ("{from: internet, to: 10.1.2.0/24, deny: tcp/22}", HOLDS),  # nobody out there calls a private address
        # -- it may be a load balancer that keeps the address of the client (LB-5)
        ("{from: internet, to: {subnet: one.app}, deny: all}", UNDECIDED),
        ("{from: internet, to: app, deny: icmp}", HOLDS),  # which forwards TCP and UDP alone (LB-1)
        ("{from: internet, to: shut, deny: all}", HOLDS),
        ("{from: internet, to: two.y, deny: all}", HOLDS),  # of another VPC
        # -- or a router with networks behind it, of addresses that nobody is known to have
        ("{from: 172.20.0.9, to: app, deny: tcp/22}", UNDECIDED),
        ("{from: 172.16.0.0/12, to: app, deny: tcp/22}", UNDECIDED),
        ("{from: 172.20.0.9, to: shut, deny: all}", HOLDS),
        ("{from: 172.20.0.9, to: three.z, deny: all}", HOLDS),
    ],
)
def test_what_is_not_known_may_be_a_host(what: dict[str, Any], expectation: str, expected: str) -> None:
    assert verdict(what, expectation) == expected


@pytest.mark.parametrize(
    ("table", "expected"), [({"0.0.0.0/0": "igw"}, UNDECIDED), ({"0.0.0.0/0": "nat"}, UNDECIDED), ({}, HOLDS)]
)
@pytest.mark.parametrize("what", [STRANGER, CROWD], ids=["component", "interfaces"])
def test_what_is_not_known_may_call_the_internet_by_its_own_route(
    what: dict[str, Any], table: dict[str, str], expected: str
) -> None:
    """With a public address of its own by the internet gateway, without one by a NAT gateway (IGW-4)."""
    nat = {"nat_gateways": {"nat": {"subnet": "front"}}}
    changes = what | nat | {"route_tables": {"main": table}}
    assert verdict(changes, "{from: {subnet: one.back}, to: internet, deny: tcp/22}") == expected


def stranger(**more: Any) -> dict[str, Any]:
    """A component of which a little more is known."""
    return {"unknown_components": {"strange": {"subnets": ["back"], "why": "nobody knows", **more}}}


@pytest.mark.rule("LB-5", "IGW-9")
@pytest.mark.parametrize(
    ("known", "expectation", "expected"),
    [
        # -- a host sends, and takes what is for it; it passes nothing on, and no name means it
        ({"kind": "host"}, "{from: internet, to: {subnet: one.app}, deny: all}", HOLDS),
        ({"kind": "host"}, "{from: internet, to: {subnet: one.back}, deny: tcp/22}", UNDECIDED),
        ({"kind": "host"}, "{from: {subnet: one.back}, to: app, deny: all}", UNDECIDED),
        # -- without a public address no way from the internet leads by it
        ({"public": False}, "{from: internet, to: {subnet: one.app}, deny: all}", HOLDS),
        ({"public": False}, "{from: internet, to: {subnet: one.back}, deny: tcp/22}", HOLDS),
        ({"public": False}, "{from: {subnet: one.back}, to: app, deny: all}", UNDECIDED),
        ({"public": "no"}, "{from: internet, to: {subnet: one.app}, deny: all}", UNDECIDED),
        ({"kind": "balancer"}, "{from: internet, to: {subnet: one.app}, deny: all}", UNDECIDED),
    ],
)
def test_what_is_known_of_it_rules_out_what_it_cannot_be(
    known: dict[str, Any], expectation: str, expected: str
) -> None:
    assert verdict(stranger(**known), expectation) == expected


def test_what_is_in_a_vpc_without_known_subnets_may_send() -> None:
    net = reachsim.loads(
        "version: 1\nvpcs: {v: {cidrs: [10.0.0.0/16], internet_gateway: igw, unknown_components: {x: {why: lost}}}}\n"
    )
    assert net.expect({"vpc": "v"}, "internet", deny="all").verdict == "undecided"
    assert net.expect("internet", {"vpc": "v"}, deny="all").verdict == "undecided"


@pytest.mark.rule("IGW-9")
def test_what_is_not_known_may_be_exposed_where_there_is_an_internet_gateway() -> None:
    behind, exposed = (each for each in load(CROWD).exposure() if not each.space)
    assert behind.interfaces == ("one.app",)  # by a load balancer that keeps addresses, if one is there (LB-5)
    assert exposed.interfaces == ("one.back",)
    assert "public address" in exposed.undecided
    alone = CROWD | {"internet_gateway": None, "route_tables": {"front": {}}, "instances": {}}
    assert not load(alone).exposure()
    assert all(each.space for each in load(FIREWALL).exposure())


DNS = {"enable_dns_hostnames": True}
NO_HOST = {"unknown_components": {}, "capacity_providers": {"cp": {"subnets": ["back"]}}}


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("asked", ["service:kms", "kms.eu-west-1.amazonaws.com"])
@pytest.mark.parametrize(
    ("changes", "source", "verb", "expected"),
    [
        (STRANGER | DNS, "web", "allow", UNDECIDED),  # by the gateway, or to the endpoint, if it is one
        (STRANGER | DNS, "app", "deny", UNDECIDED),
        (STRANGER | DNS, "app", "allow", UNDECIDED),  # by the endpoint alone: it has no route to the internet
        (STRANGER | DNS, "mute", "deny", HOLDS),
        (STRANGER | DNS, "mute", "allow", FAILS),
        (STRANGER, "web", "allow", HOLDS),  # private DNS does not work in this VPC
        (STRANGER, "app", "deny", HOLDS),  # which has no route to the internet
        (CROWD | DNS, "app", "deny", UNDECIDED),
        (FIREWALL | DNS, "app", "deny", HOLDS),
        (stranger(kind="host") | DNS, "app", "deny", HOLDS),
        (NO_HOST | DNS, "app", "deny", HOLDS),
    ],
)
def test_what_is_not_known_may_be_an_endpoint_with_private_dns(
    changes: dict[str, Any], asked: str, source: str, verb: str, expected: str
) -> None:
    made = design(**changes)
    made["vpcs"]["one"]["security_groups"]["mute"] = {"egress": []}
    made["internet"]["hosts"]["kms.eu-west-1.amazonaws.com"] = {"ip": "198.51.100.77"}
    net = reachsim.loads(json.dumps(made | {"region": "eu-west-1"}))
    assert net.expect(source, asked, **{verb: "tcp/443"}).verdict == expected


@pytest.mark.rule("LB-5")
def test_a_load_balancer_that_is_not_known_may_send_to_any_port() -> None:
    """Its listener at 443 may have targets at 8443, the only port that the group admits (LB-1)."""
    groups = {"one": {"ingress": [{"allow": "tcp/8443", "from": "0.0.0.0/0"}]}}
    changes = STRANGER | {
        "security_groups": groups,
        "instances": {"app": {"subnet": "app", "security_groups": ["one"]}},
    }
    assert verdict(changes, "{from: internet, to: app, deny: tcp/443}") == UNDECIDED
    assert verdict(changes, "{from: internet, to: app, deny: udp}") == HOLDS
    groups["one"]["ingress"][0]["from"] = "10.0.0.0/8"  # whom it keeps as they are
    assert verdict(changes, "{from: internet, to: app, deny: tcp}") == HOLDS
    without = changes | {"internet_gateway": None, "route_tables": {"front": {}}}
    groups["one"]["ingress"][0]["from"] = "0.0.0.0/0"
    assert verdict(without, "{from: internet, to: app, deny: tcp}") == HOLDS


LINKED = {
    "subnets": {
        name: {"cidr": f"10.1.{number}.0/24", "az": "a", "route_table": "app"}
        for number, name in enumerate(("front", "app", "back"))
    },
    "load_balancers": {
        "lb": {
            "type": "network",
            "scheme": "internal",
            "subnets": ["back"],
            "listeners": {"tcp/443": "group"},
            "target_groups": {"group": {"targets": ["app"], "port": "tcp/8443"}},
        }
    },
}
"""A load balancer of VPC `one`, before `app`."""


@pytest.mark.rule("EP-10")
@pytest.mark.parametrize(
    ("here", "expectation", "expected"),
    [
        ({}, "{from: two.y, to: app, deny: tcp/443}", HOLDS),
        ({"e": {"subnets": ["b"]}}, "{from: two.y, to: app, deny: tcp/443}", UNDECIDED),
        ({"e": {"subnets": ["b"]}}, "{from: {vpc: two}, to: {vpc: one}, deny: tcp/443}", UNDECIDED),
        ({"e": {"subnets": ["b"]}}, "{from: two.y, to: app, deny: icmp}", HOLDS),  # which no listener takes (LB-1)
        ({"e": {"subnets": ["b"]}}, "{from: two.y, to: shut, deny: all}", HOLDS),
        ({"e": {"subnets": ["b"]}}, "{from: three.z, to: app, deny: all}", HOLDS),  # it is of its own VPC (EP-9)
    ],
)
def test_what_is_not_known_may_be_an_endpoint_of_a_service(here: Any, expectation: str, expected: str) -> None:
    made = design(**LINKED) | {"endpoint_services": {"mine": {"load_balancer": "one.lb"}}, "peering_connections": {}}
    made["vpcs"]["one"]["route_tables"] = {"app": {}}
    made["vpcs"]["two"] |= {"route_tables": {"r": {}}, "unknown_components": here}
    text = json.dumps(made | {"expect": [read_yaml(expectation)]})
    assert reachsim.loads(text).check()[0].verdict == expected


@pytest.mark.rule("ROUTE-8")
@pytest.mark.rule("ROUTE-21")
def test_a_route_inside_the_vpc_and_one_of_a_gateway_may_lead_to_it() -> None:
    """It may be an interface, or an inspection endpoint."""
    tables = {"app": {"10.1.0.0/24": "strange"}, "edge": {"gateway": "igw", "routes": {"10.1.1.0/24": "strange"}}}
    net = load(STRANGER | {"route_tables": tables})
    assert net.trace("app", "10.1.0.4", "tcp/443").verdict == UNDECIDED


# -- every command -------------------------------------------------------------------------------------------


def written(tmp_path: Path, changes: dict[str, Any], *expect: str) -> str:
    """The design with changes as a file."""
    path = tmp_path / "design.yaml"
    text = write_yaml(design(**changes))
    path.write_text(text + "expect:\n" + "".join(f"  - {line}\n" for line in expect), encoding="utf-8")
    return str(path)


COMMANDS: list[tuple[dict[str, Any], list[str], int]] = [
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


def test_a_difference_around_a_door_cannot_be_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = written(tmp_path, FIREWALL, "{from: app, to: web, allow: all}")
    after = tmp_path / "after.yaml"
    text = write_yaml(design(network_firewalls={"fw": {"subnet": "back", "policy": "strict"}}))
    after.write_text(text, encoding="utf-8")
    assert main(["diff", before, str(after)]) == 3
    assert "one.fw" in capsys.readouterr().out


@pytest.mark.parametrize("subnets", [["a", 3], ["a", None], ["a", {"b": 1}], {"a": {}, "c": {}}, ["a", "c"], 3])
def test_subnets_that_cannot_all_be_read_are_every_subnet(subnets: Any) -> None:
    # One of them may be any: a door that is too narrow would be falsely sure.
    door = door_in_vpc("appliances", "appliance", "one", "it", {"subnets": subnets}, ("a", "b"))
    assert door.subnets == {("one", "a"), ("one", "b")}


@pytest.mark.parametrize("subnets", ["a", "one.a", ["a"], {"a": {}}])
def test_subnets_that_can_all_be_read_are_those(subnets: Any) -> None:
    door = door_in_vpc("appliances", "appliance", "one", "it", {"subnets": subnets}, ("a", "b"))
    assert door.subnets == {("one", "a")}
