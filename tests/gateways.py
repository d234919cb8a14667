"""A small network of three VPCs around a transit gateway, with an office behind a VPN and a VPC with a virtual private
gateway, for the tests of what joins networks. Each test changes one thing of it."""

from __future__ import annotations

from typing import Any

import yaml
from tests.designs import Changes, edited
from tests.oracle.text import as_text

import reachsim
from reachsim.errors import DesignError

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    subnets:
      work: {cidr: 10.1.0.0/24, az: a, route_table: work}
      far: {cidr: 10.1.1.0/24, az: c, route_table: work}
      attach: {cidr: 10.1.9.0/28, az: a, route_table: attach}
    route_tables: {work: {0.0.0.0/0: tgw}, attach: {0.0.0.0/0: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      web: {subnet: work, private_ip: 10.1.0.10, security_groups: [open]}
      lone: {subnet: far, private_ip: 10.1.1.10, security_groups: [open]}
      inner: {subnet: attach, private_ip: 10.1.9.10, security_groups: [open]}
  data:
    cidrs: [10.2.0.0/16]
    subnets:
      work: {cidr: 10.2.0.0/24, az: a, route_table: work}
      other: {cidr: 10.2.1.0/24, az: b, route_table: work}
      attach-a: {cidr: 10.2.9.0/28, az: a}
      attach-b: {cidr: 10.2.9.16/28, az: b}
    route_tables: {work: {10.0.0.0/8: tgw, 192.168.0.0/16: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      db: {subnet: work, private_ip: 10.2.0.10, security_groups: [open]}
      db2: {subnet: other, private_ip: 10.2.1.10, security_groups: [open]}
  egress:
    cidrs: [10.3.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.3.0.0/24, az: a, route_table: public}
      attach: {cidr: 10.3.9.0/28, az: a, route_table: attach}
    route_tables:
      public: {0.0.0.0/0: igw, 10.0.0.0/8: tgw, 192.168.0.0/16: tgw}
      attach: {0.0.0.0/0: ngw}
    nat_gateways: {ngw: {subnet: public, private_ip: 10.3.0.5, public_ip: 198.51.100.7}}
  old:
    cidrs: [10.4.0.0/16]
    subnets: {work: {cidr: 10.4.0.0/24, az: a, route_table: work}}
    route_tables: {work: {routes: {}, propagate: [vgw]}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {host: {subnet: work, private_ip: 10.4.0.10, security_groups: [open]}}
    vpn_gateways: {vgw: {}}
transit_gateways:
  tgw:
    attachments:
      app: {vpc: app, subnets: [attach]}
      data: {vpc: data, subnets: [attach-a, attach-b]}
      egress: {vpc: egress, subnets: [attach]}
      line: {vpn: line}
    route_tables:
      main:
        associations: [app, data, egress, line]
        propagations: [app, data, egress, line]
        routes: {0.0.0.0/0: egress}
vpn_connections:
  line: {gateway: tgw, static_routes: [192.168.0.0/16]}
  dsl: {gateway: old.vgw, static_routes: [172.20.0.0/16]}
networks:
  office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.1.9}}}
  shop: {cidrs: [172.20.0.0/16], via: [dsl], hosts: {till: {ip: 172.20.1.9}}}
internet: {hosts: {www: {ip: 203.0.113.9}}}
""")

TGW = "transit_gateways tgw"
MAIN = f"{TGW} route_tables main"


def load(*changes: Changes) -> reachsim.Network:
    """The base with changes, loaded."""
    return reachsim.loads(as_text(edited(BASE, *changes)), file="test.yaml")


def told(*changes: Changes) -> list[str]:
    """What is wrong with the base with changes."""
    try:
        load(*changes)
    except DesignError as error:
        return [problem.message for problem in error.problems]
    return []


def one_acl(vpc: str, subnet: str, ingress: list[dict[str, Any]], egress: list[dict[str, Any]]) -> Changes:
    """An ACL of one subnet."""
    return {
        f"vpcs {vpc} network_acls acl": {"ingress": ingress, "egress": egress},
        f"vpcs {vpc} subnets {subnet} network_acl": "acl",
    }


def everything(**but: str) -> list[dict[str, Any]]:
    """Rules that let everything pass but what is denied to or from a block."""
    side = next(iter(but))
    return [{"rule": 10, "deny": "all", side: but[side]}, {"rule": 20, "allow": "all", side: "0.0.0.0/0"}]


def all_in() -> list[dict[str, Any]]:
    """A rule that lets everything in."""
    return [{"rule": 20, "allow": "all", "from": "0.0.0.0/0"}]


def all_out() -> list[dict[str, Any]]:
    """A rule that lets everything out."""
    return [{"rule": 20, "allow": "all", "to": "0.0.0.0/0"}]
