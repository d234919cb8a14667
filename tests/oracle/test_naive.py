"""The naive oracle itself, held against the kernel's verdicts, the scenarios and the book's examples."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import pytest
from tests.oracle.naive import Verdict, edge_ports, judge, judge_variants
from tests.oracle.text import read_yaml, write_yaml
from tests.oracle.worlds import random_design, random_probe

OK, NO_REPLY, LOST = (True, True), (True, False), (False, False)

BASE = read_yaml("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
      isolated: {cidr: 10.0.2.0/24, az: a}
    route_tables:
      public: {0.0.0.0/0: igw}
      private: {0.0.0.0/0: ngw, 10.1.0.0/16: app-data}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      client: {}
    instances:
      web: {subnet: public, private_ip: 10.0.0.20, public_ip: 198.51.100.20, security_groups: [open]}
      nat: {subnet: public, private_ip: 10.0.0.10, public_ip: 198.51.100.10, security_groups: [open],
      nat: true,
            source_dest_check: false}
      probe: {subnet: private, private_ip: 10.0.1.10, security_groups: [client]}
      twin: {subnet: private, private_ip: 10.0.1.11, security_groups: [open]}
      db: {subnet: isolated, private_ip: 10.0.2.20, security_groups: [open]}
    nat_gateways: {ngw: {subnet: public, private_ip: 10.0.0.5, public_ip: 198.51.100.7}}
  data:
    cidrs: [10.1.0.0/16]
    subnets:
      api: {cidr: 10.1.1.0/24, az: a, route_table: api}
    route_tables: {api: {10.0.0.0/16: app-data}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      api: {subnet: api, private_ip: 10.1.1.80, security_groups: [open]}
peering_connections:
  app-data: {requester: app, accepter: data}
internet:
  hosts:
    www: {ip: 203.0.113.9}
    dns: {ip: 8.8.8.8}
""")
NAT = {"vpcs.app.route_tables.private": {"0.0.0.0/0": "nat"}}  # the NAT instance in place of the gateway
CHECKED = {**NAT, "vpcs.app.instances.nat.source_dest_check": True}
ANY = "0.0.0.0/0"
DUAL = {  # IPv6 next to IPv4
    "vpcs.app.cidrs": ["10.0.0.0/16", "2001:db8::/56"],
    "vpcs.app.egress_only_internet_gateway": "eigw",
    "vpcs.app.subnets.private.ipv6_cidr": "2001:db8:0:1::/64",
    "vpcs.app.subnets.public.ipv6_cidr": "2001:db8:0:2::/64",
    "vpcs.app.instances.twin.ipv6_address": "2001:db8:0:1::11",
    "vpcs.app.instances.web.ipv6_address": "2001:db8:0:2::20",
    "vpcs.app.security_groups.open": {"ingress": [{"allow": "all", "from": [ANY, "::/0"]}]},
    "internet.hosts.six": {"ip": "2001:4860:4860::8888"},
}


def acl(ingress: list[str], egress: list[str]) -> dict[str, Any]:
    """An ACL from `allow tcp/443 10.0.0.0/16` lines, numbered as they stand."""

    def rules(lines: list[str], side: str) -> list[dict[str, Any]]:
        words = [line.split() for line in lines]
        return [{"rule": n + 1, verb: traffic, side: cidr} for n, (verb, traffic, cidr) in enumerate(words)]

    return {"ingress": rules(ingress, "from"), "egress": rules(egress, "to")}


def acl_of(subnet: str, ingress: list[str], egress: list[str], vpc: str = "app") -> dict[str, Any]:
    """The change that gives a subnet such an ACL."""
    at = f"vpcs.{vpc}"
    return {f"{at}.network_acls.{subnet}": acl(ingress, egress), f"{at}.subnets.{subnet}.network_acl": subnet}


def group(name: str, *ingress: Any, vpc: str = "app", **more: Any) -> dict[str, Any]:
    """The change that gives a security group these (traffic, from) rules."""
    rules = [{"allow": traffic, "from": peer} for traffic, peer in ingress]
    return {f"vpcs.{vpc}.security_groups.{name}": {"ingress": rules, **more}}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """BASE with these dotted paths set."""
    design: dict[str, Any] = copy.deepcopy(BASE)
    for path, value in changes.items():
        *way, last = path.split(".")
        at = design
        for key in way:
            at = at.setdefault(key, {})
        at[last] = copy.deepcopy(value)
    return design


ALL = f"allow all {ANY}"
CLIENT_PORTS = f"allow tcp/1024-65535 {ANY}"
MIDDLEBOX = {  # ROUTE-8: private -> isolated goes through the instance `nat`, which keeps the addresses
    "vpcs.app.route_tables.private": {"10.0.2.0/24": "nat"},
    "vpcs.app.instances.nat.nat": {"ip_forward": True, "masquerade": False},
}
FUNCTION = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}
OUTSIDE: dict[str, Any] = {}
EIP_BEHIND_NAT = {"vpcs.app.instances.twin.public_ip": "198.51.100.11"}
PASSED = {**NAT, "vpcs.app.instances.nat.nat": {"ip_forward": True, "masquerade": False}}
CLOSED_DB_SUBNET = acl_of("isolated", [ALL], [f"allow tcp/443 {ANY}"])
TO_WWW = ("app.probe", "www", "tcp/443", 40000)
TO_DB = ("app.probe", "app.db", "tcp/5432", 40000)
TO_API = ("app.probe", "data.api", "tcp/80", 40000)

Case = tuple[str, dict[str, Any], tuple[str, str, str, int], tuple[bool, bool]]
CASES: list[Case] = [
    # --- the verdicts at the end of scenarios.md
    ("S1 NAT instance, check on", CHECKED, TO_WWW, LOST),
    ("S1 NAT instance, check off", NAT, TO_WWW, OK),
    ("S2 check off, group closed, no public address",
     {**NAT, **group("shut"), "vpcs.app.instances.nat.security_groups": ["shut"],
      "vpcs.app.instances.nat.public_ip": None}, TO_WWW, LOST),
    ("S3 public subnet, no public address", {"vpcs.app.instances.web.public_ip": None},
     ("app.web", "www", "tcp/443", 40000), LOST),
    ("S4 NAT gateway without igw route", {"vpcs.app.route_tables.public": {}}, TO_WWW, LOST),
    ("S5 no outbound client ports", CLOSED_DB_SUBNET, TO_DB, NO_REPLY),
    ("S6 no inbound client ports", acl_of("private", [f"allow tcp/5432 {ANY}"], [ALL]), TO_DB, NO_REPLY),
    ("S7 port 1024 alone", acl_of("isolated", [ALL], [f"allow tcp/1024 {ANY}"]), TO_DB, NO_REPLY),
    ("S7 32768-60999", acl_of("isolated", [ALL], [f"allow tcp/32768-60999 {ANY}"]), TO_DB, OK),
    ("S7 40000-64000 inside", acl_of("isolated", [ALL], [f"allow tcp/40000-64000 {ANY}"]), TO_DB, OK),
    ("S7 40000-64000 below", acl_of("isolated", [ALL], [f"allow tcp/40000-64000 {ANY}"]),
     ("app.probe", "app.db", "tcp/5432", 39999), NO_REPLY),
    ("S8 out 443, in client ports", acl_of("private", [CLIENT_PORTS], [f"allow tcp/443 {ANY}"]), TO_WWW, OK),
    ("S9 out all, in 443 alone", acl_of("private", [f"allow tcp/443 {ANY}"], [ALL]), TO_WWW, NO_REPLY),
    ("S10 A to C through B",
     {"vpcs.far": {"cidrs": ["10.2.0.0/16"], "subnets": {"s": {"cidr": "10.2.0.0/24"}},
                   "route_tables": {"main": {"10.0.0.0/16": "data-far"}},
                   "instances": {"c": {"subnet": "s", "private_ip": "10.2.0.9"}}},
      "peering_connections.data-far": {"requester": "data", "accepter": "far"},
      "vpcs.app.route_tables.private": {"10.2.0.0/16": "app-data"}},
     ("app.probe", "10.2.0.9", "tcp/80", 40000), LOST),
    ("S11 peering, group closed", group("open", vpc="data"), TO_API, LOST),
    ("S12 peering, no return route", {"vpcs.data.route_tables.api": {}}, TO_API, NO_REPLY),
    ("S13 peering pending", {"peering_connections.app-data.status": "pending-acceptance"}, TO_API, LOST),
    ("S14 group of B names group of A", group("open", ("tcp/80", "app.client"), vpc="data"), TO_API, OK),
    ("S15 group names itself", {**group("open",
     ("all", "open")), "vpcs.app.instances.probe.security_groups": ["open"]},
     ("app.probe", "app.twin", "tcp/22", 40000), OK),
    ("S16 ping, every icmp type", group("open", ("icmp", ANY)), ("app.probe", "app.db", "icmp/8", 7), OK),
    ("S17 exposed to that half", group("open", ("tcp/22", "128.0.0.0/1")),
     ("www", "app.web", "tcp/22", 40000), OK),
    ("S17 not to the other half", group("open", ("tcp/22", "128.0.0.0/1")),
     ("dns", "app.web", "tcp/22", 40000), LOST),
    ("S17 not without public address", {}, ("www", "app.db", "tcp/22", 40000), LOST),
    # --- the T: examples
    ("WALK-5", acl_of("private", [], []), ("app.probe", "app.twin", "tcp/22", 40000), OK),
    ("WALK-6", acl_of("isolated", [f"allow tcp/443 {ANY}"], [ALL]), TO_DB, LOST),
    ("WALK-7", {"vpcs.app.network_acls.default": acl([f"allow tcp/5432 {ANY}"], [f"allow tcp/443 {ANY}"])},
     TO_DB, LOST),
    ("WALK-8", acl_of("private", [f"allow tcp/1-1023 {ANY}"], [ALL]), TO_DB, NO_REPLY),
    ("WALK-10", {"vpcs.data.route_tables.api": {"10.0.0.0/24": "app-data"}}, TO_API, NO_REPLY),
    ("WALK-13", EIP_BEHIND_NAT, ("www", "app.twin", "tcp/443", 40000), NO_REPLY),
    ("WALK-18 below", acl_of("private", [f"allow tcp/1024-49151 {ANY}"], [ALL]),
     ("app.probe", "app.db", "tcp/5432", 49151), OK),
    ("WALK-18 above", acl_of("private", [f"allow tcp/1024-49151 {ANY}"], [ALL]),
     ("app.probe", "app.db", "tcp/5432", 49152), NO_REPLY),
    ("WALK-20", acl_of("private", [], []), ("app.probe", "10.0.0.2", "udp/53", 40000), OK),
    ("WALK-20 not other traffic", {}, ("app.probe", "10.0.0.2", "tcp/80", 40000), LOST),
    ("WALK-21", group("client", egress=[{"allow": "tcp", "to": ANY}]),
     ("app.probe", "app.db", "udp/53", 40000), LOST),
    ("WALK-24", {}, ("app.probe", "10.0.2.99", "tcp/80", 40000), LOST),
    ("WALK-25", {"vpcs.app.instances.nat.nat": False}, ("app.web", "198.51.100.10", "tcp/80", 40000), OK),
    ("WALK-25 by its public source", group("open", ("tcp/80", "198.51.100.20")),
     ("app.web", "198.51.100.10", "tcp/80", 40000), OK),
    ("ROUTE-2", {"vpcs.app.route_tables.main": {ANY: "igw"},
         "vpcs.app.instances.db.public_ip": "198.51.100.30"},
     ("app.db", "www", "tcp/443", 40000), OK),
    ("ROUTE-4", {"vpcs.app.route_tables.public": {ANY: "igw", "10.1.0.0/16": "app-data"}},
     ("app.web", "data.api", "tcp/80", 40000), OK),
    ("ROUTE-5", {**DUAL}, ("app.web", "six", "tcp/443", 40000), LOST),
    ("ROUTE-9", {"vpcs.app.route_tables.private": {"10.0.0.0/16": "nat"}}, TO_DB, OK),
    ("ROUTE-12", {"vpcs.app.nat_gateways.ngw.state": "deleted"}, TO_WWW, LOST),
    ("ROUTE-13", {"vpcs.app.route_tables.private": {ANY: "ngw", "203.0.113.0/24": "blackhole"}},
     TO_WWW, LOST),
    ("ROUTE-16", {}, ("app.db", "dns", "tcp/443", 40000), LOST),
    ("ROUTE-20", {"vpcs.app.route_tables.private": {"10.0.1.0/24": "nat"}},
     ("app.probe", "app.twin", "tcp/80", 40000), OK),
    ("SG-1 X", {**group("a", ("tcp/22", "10.0.1.10")), **group("b", ("tcp/443", "10.0.1.11")),
                "vpcs.app.instances.db.security_groups": ["a", "b"]}, ("app.probe", "app.db", "tcp/443",
                40000), LOST),
    ("SG-1 Y", {**group("a", ("tcp/22", "10.0.1.10")), **group("b", ("tcp/443", "10.0.1.11")),
                "vpcs.app.instances.db.security_groups": ["a", "b"]}, ("app.twin", "app.db", "tcp/443",
                40000), OK),
    ("SG-2", group("client", egress=[]), TO_DB, LOST),
    ("SG-3", {"vpcs.app.instances.probe.security_groups": None,
         "vpcs.app.instances.db.security_groups": None},
     ("app.probe", "app.db", "proto/50", 0), OK),
    ("SG-3 from an igw", {"vpcs.app.instances.web.security_groups": None},
     ("www", "app.web", "tcp/443", 40000), LOST),
    ("SG-4", group("open", ("tcp/443", ANY), egress=[]), ("app.probe", "app.db", "tcp/443", 40000), OK),
    ("SG-4 starts nothing", group("open", ("tcp/443", ANY), egress=[]),
     ("app.db", "app.web", "tcp/443", 40000), LOST),
    ("SG-12", group("open", ("tcp/443", "open")), ("app.web", "198.51.100.10", "tcp/443", 40000), LOST),
    ("SG-13 reference", {**group("open", ("tcp/443", "client"), ("all", "10.0.1.0/24")), **NAT,
                         "vpcs.app.instances.nat.security_groups": ["open"]},
     ("app.probe", "198.51.100.20", "tcp/443", 40000), LOST),
    ("SG-13 gateway", {**group("db", ("tcp/443", "client")), "vpcs.app.instances.db.security_groups": ["db"],
                       "vpcs.app.route_tables.private": {"10.0.2.0/24": "ngw"}},
     ("app.probe", "app.db", "tcp/443", 40000), LOST),
    ("SG-13 gateway's /32", {**group("db",
     ("tcp/443", "10.0.0.5/32")), "vpcs.app.instances.db.security_groups": ["db"],
                             "vpcs.app.route_tables.private": {"10.0.2.0/24": "ngw"}},
     ("app.probe", "app.db", "tcp/443", 40000), OK),
    ("SG-14 reference", {**MIDDLEBOX, **group("db",
     ("all", "client")), "vpcs.app.instances.db.security_groups": ["db"]},
     TO_DB, LOST),
    ("SG-14 /32", {**MIDDLEBOX, **group("db",
     ("all", "10.0.1.10/32")), "vpcs.app.instances.db.security_groups": ["db"]},
     TO_DB, OK),
    ("SG-15", {"vpcs.app.instances.db.security_groups": ["client"]}, TO_DB, LOST),
    ("SG-16, PEER-12", {**group("open",
     ("all", "data.open")), "peering_connections.app-data.status": "deleted"},
     ("data.api", "app.twin", "tcp/80", 40000), LOST),
    ("SG-18", {**DUAL, **group("open", ("all", ANY)), "vpcs.app.route_tables.public": {"::/0": "igw"}},
     ("six", "2001:db8:0:2::20", "tcp/443", 40000), LOST),
    ("SG-19", group("open", ("proto/50", ANY)), ("app.probe", "app.db", "proto/50", 0), OK),
    ("SG-20", group("open", ("icmp/8", ANY), egress=[]), ("app.probe", "app.db", "icmp/8", 7), OK),
    ("NACL-2 inside", acl_of("public", ["deny tcp 203.0.113.0/24", ALL], [ALL]),
     ("www", "app.web", "tcp/80", 40000), LOST),
    ("NACL-2 outside", acl_of("public", ["deny tcp 203.0.113.0/24", ALL], [ALL]),
     ("dns", "app.web", "tcp/80", 40000), OK),
    ("NACL-3", {"vpcs.app.network_acls.new": {}, "vpcs.app.subnets.isolated.network_acl": "new"},
     TO_DB, LOST),
    ("NACL-14", acl_of("public", ["allow all 198.51.100.20/32"], [ALL]),
     ("app.probe", "app.web", "tcp/80", 1), LOST),
    ("NACL-15", acl_of("public", ["allow tcp/443 10.0.0.0/16", "allow tcp/80 10.0.0.0/16"], [ALL]),
     TO_WWW, NO_REPLY),
    ("IGW-4", {"vpcs.app.instances.web.public_ip": None}, ("app.web", "dns", "udp/53", 40000), LOST),
    ("IGW-5", {}, ("app.web", "10.99.0.1", "tcp/80", 40000), LOST),
    ("NATI-5, IGW-4", PASSED, TO_WWW, LOST),
    ("NATI-5", {**NAT, "vpcs.app.instances.nat.nat": {"ip_forward": False}}, TO_WWW, LOST),
    ("NATGW-2", {"vpcs.app.nat_gateways.ngw": {"subnet": "public", "connectivity": "private"}}, TO_WWW, LOST),
    ("NATGW-5", {}, ("app.probe", "www", "proto/50", 0), LOST),
    ("NATGW-7", {}, ("www", "198.51.100.7", "tcp/22", 40000), LOST),
    ("NATGW-7 ping", {}, ("app.probe", "app.ngw", "icmp/8", 7), LOST),
    ("NATGW-13", {"vpcs.app.route_tables.public": {ANY: "ngw"}}, TO_WWW, LOST),
    ("NATGW-14", {"vpcs.app.route_tables.private": {ANY: "ngw"},
                  "vpcs.app.route_tables.public": {"10.1.0.0/16": "app-data"}}, TO_API, OK),
    ("NATI-2", {**NAT, **group("open", ("tcp/443", "10.0.1.0/24"))},
     ("app.probe", "www", "tcp/80", 40000), LOST),
    ("NATI-3", {**NAT, **group("open", ("tcp/443", "client"))}, TO_WWW, OK),
    ("NATI-9", {"vpcs.data.route_tables.api": {ANY: "app-data"}},
     ("data.api", "www", "tcp/443", 40000), LOST),
    ("NATI-10", {**NAT, "vpcs.app.instances.nat.subnet": "private",
         "vpcs.app.instances.nat.private_ip": "10.0.1.99"},
     TO_WWW, LOST),
    ("PEER-4", {"vpcs.app.route_tables.private": {ANY: "app-data"}},
     ("app.probe", "dns", "tcp/80", 40000), LOST),
    ("PEER-9",
     {"vpcs.twin": BASE["vpcs"]["data"] | {"route_tables": {"api": {"10.0.0.0/16": "app-twin"}}},
      "peering_connections.app-twin": {"requester": "app", "accepter": "twin"}},
     ("twin.api", "app.twin", "tcp/80", 40000), NO_REPLY),
    ("IPV6-4 out", {**DUAL, "vpcs.app.route_tables.private": {"::/0": "eigw"}},
     ("app.twin", "six", "tcp/443", 40000), OK),
    ("IPV6-4 in", {**DUAL, "vpcs.app.route_tables.private": {"::/0": "eigw"},
         "vpcs.app.internet_gateway": None},
     ("six", "2001:db8:0:1::11", "tcp/443", 40000), LOST),
    ("IGW-8 out", {**DUAL, "vpcs.app.route_tables.public": {"::/0": "igw"}},
     ("app.web", "six", "icmpv6/128", 7), OK),
    ("IGW-8 in", {**DUAL, "vpcs.app.route_tables.public": {"::/0": "igw"}},
     ("six", "2001:db8:0:2::20", "tcp/443", 40000), OK),
    ("LAMBDA-1", {"lambda_functions.f.latest": OUTSIDE}, ("f", "10.0.2.20", "tcp/5432", 40000), LOST),
    ("LAMBDA-1 out", {"lambda_functions.f.latest": OUTSIDE}, ("f", "www", "tcp/443", 40000), OK),
    ("LAMBDA-2", {"lambda_functions.f.latest": FUNCTION | {"subnets": ["isolated"]}},
     ("f", "www", "tcp/443", 1), LOST),
    ("LAMBDA-7", {"lambda_functions.f.latest": FUNCTION | {"subnets": ["public"]}},
     ("f", "www", "tcp/443", 1), LOST),
    ("LAMBDA-7 nat", {"lambda_functions.f.latest": FUNCTION}, ("f", "www", "tcp/443", 40000), OK),
    ("LAMBDA-8", {"lambda_functions.f.latest": FUNCTION},
     ("app.probe", "10.0.1.254", "tcp/443", 40000), LOST),
    ("LAMBDA-9", {"lambda_functions.f.latest": FUNCTION}, ("f", "www", "icmp/8", 7), LOST),
    ("LAMBDA-10", {"lambda_functions.f.latest": FUNCTION, **group("open", ("all", "client"))},
     ("f", "app.db", "tcp/5432", 40000), OK),
    ("LAMBDA-29", {"lambda_functions.f": {"latest": FUNCTION | {"security_groups": ["new"]},
         "versions": {1: FUNCTION},
                                          "aliases": {"live": 1}}, **group("new"), **group("open", ("all",
                                          "new"))},
     ("f:live", "app.db", "tcp/5432", 40000), LOST),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "question", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_verdict(changes: dict[str, Any], question: tuple[str, str, str, int], expected: tuple[bool, bool]) -> None:
    verdict = judge(changed(changes), *question)
    assert (verdict.forward, verdict.reply) == expected, verdict
    assert bool(verdict.lost) == (not verdict.reachable)
    if verdict.lost:
        assert re.match(r"(forward|reply): .*[A-Z0-9]+-\d", verdict.lost)


@pytest.mark.parametrize(
    ("case_id", "rule"),
    [
        ("S1 NAT instance, check on", "NATI-1"),
        ("S4 NAT gateway without igw route", "ROUTE-16"),
        ("S13 peering pending", "ROUTE-15"),
        ("S10 A to C through B", "PEER-4"),
        ("WALK-24", "WALK-24"),
        ("IGW-4", "IGW-4"),
        ("IGW-5", "IGW-5"),
        ("NATI-5, IGW-4", "IGW-4"),
        ("NATGW-13", "NATGW-13"),
        ("NATI-10", "NATGW-13, NATI-10"),
        ("NATGW-7", "NATGW-7"),
        ("LAMBDA-8", "LAMBDA-8"),
        ("SG-12", "SG-1: no ingress"),
        ("SG-14 reference", "SG-1: no ingress"),
        ("ROUTE-13", "ROUTE-13"),
    ],
)
def test_named_cause(case_id: str, rule: str) -> None:
    """The blame falls on the rule that the example is about."""
    changes, question = next(case[1:3] for case in CASES if case[0] == case_id)
    assert judge(changed(changes), *question).lost.startswith(f"forward: {rule}")


def test_any_port_of_the_nat_device_must_do() -> None:
    design = changed(acl_of("public", ["deny tcp/5000-5001 203.0.113.9/32", ALL], [ALL]))
    assert judge(design, *TO_WWW) == Verdict(
        True, False, False,
        "reply: NACL-2: ingress rule 1 of ACL public of app.public denies (NAT port 5000)",
    )  # fmt: skip
    assert [judge(design, *TO_WWW, nat_port=port).reachable for port in (4999, 5000, 5001, 5002)] == [
        1,
        0,
        0,
        1,
    ]
    assert edge_ports(design) == {1024, 5000, 5002}


def test_the_edges_find_what_every_port_finds() -> None:
    design = changed(acl_of("public", ["deny tcp/61001-65535 203.0.113.9/32", ALL], [ALL]))
    every = all(judge(design, *TO_WWW, nat_port=port).reachable for port in range(60990, 61010))
    assert every == judge(design, *TO_WWW).reachable is False


def test_variants() -> None:
    """LAMBDA-19, LAMBDA-26: one verdict for each subnet and each version."""
    function = {
        "latest": FUNCTION | {"subnets": ["private", "isolated"]},
        "versions": {1: {}, 2: FUNCTION},
        "aliases": {"live": {1: 0.1, 2: 0.9}},
    }
    design = changed({"lambda_functions.f": function, "api_gateways.front": {"integration": "f:live"}})
    by_subnet = judge_variants(design, "f", "www", "tcp/443", 40000)
    assert [verdict.reachable for _, verdict in by_subnet] == [True, False]
    by_version = judge_variants(design, "front", "app.db", "tcp/5432", 40000)
    assert [verdict.reachable for _, verdict in by_version] == [False, True]
    assert judge(design, "front", "app.db", "tcp/5432", 40000).reachable is False


def test_examples_of_the_format() -> None:
    """The found faults of the first example, and their cure."""
    function = {"latest": FUNCTION, "versions": {1: {}, 2: FUNCTION}, "aliases": {"prod": 1}}
    found = changed({"lambda_functions.fetch": function, "api_gateways.front": {"integration": "fetch:prod"},
         **CHECKED,
                     "vpcs.app.route_tables.private": {ANY: "nat", "10.1.0.0/16": "app-data"}})  # fmt: skip
    assert not judge(found, "front", "data.api", "tcp/80", 40000).forward
    assert judge(found, "fetch", "data.api", "tcp/80", 40000).reachable
    assert not judge(found, "fetch", "www", "tcp/443", 40000).forward
    assert judge(found, "app.probe", "app.nat", "icmp/8", 7).reachable
    found["lambda_functions"]["fetch"]["aliases"]["prod"] = 2
    found["vpcs"]["app"]["instances"]["nat"]["source_dest_check"] = False
    assert judge(found, "front", "data.api", "tcp/80", 40000).reachable
    assert judge(found, "front", "www", "tcp/443", 40000).reachable


@pytest.mark.parametrize("seed", range(30))
def test_generated_worlds_are_judged(seed: int) -> None:
    """Every generated design survives YAML, every probe has a verdict, the same seed gives both again."""
    rng, again = random.Random(seed), random.Random(seed)
    design = random_design(rng)
    assert design == random_design(again) == read_yaml(write_yaml(design))
    for _ in range(5):
        probe = random_probe(rng, design)
        assert probe == random_probe(again, design)
        verdict = judge(design, *probe)
        assert verdict.reachable == (verdict.forward and verdict.reply) or ":" in probe[0]
        assert verdict.forward or not verdict.reply
