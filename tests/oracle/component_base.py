"""The design that the cases of components change, and the changes that several of them share."""

from __future__ import annotations

import copy
from typing import Any

import yaml

OK, NO_REPLY, LOST = (True, True), (True, False), (False, False)
ANY = "0.0.0.0/0"

BASE = yaml.safe_load("""
version: 1
region: eu-west-1
vpcs:
  hub:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
      far: {cidr: 10.0.2.0/24, az: b, route_table: private}
      attach: {cidr: 10.0.9.0/28, az: a, route_table: attach}
    route_tables:
      public: {0.0.0.0/0: igw, 10.1.0.0/16: tgw}
      private: {0.0.0.0/0: ngw, 10.1.0.0/16: tgw, 192.168.0.0/16: vgw}
      attach: {0.0.0.0/0: ngw}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      shut: {}
      lb: {ingress: [{allow: tcp, from: 0.0.0.0/0}]}
    instances:
      web: {subnet: public, private_ip: 10.0.0.20, public_ip: 198.51.100.20, security_groups: [open]}
      app: {subnet: private, private_ip: 10.0.1.10, security_groups: [open]}
      twin: {subnet: private, private_ip: 10.0.1.11, security_groups: [shut]}
      lone: {subnet: far, private_ip: 10.0.2.10, security_groups: [open]}
      fw: {subnet: public, private_ip: 10.0.0.66, public_ip: 198.51.100.66, security_groups: [open],
           nat: {ip_forward: true, masquerade: false}, source_dest_check: false}
    nat_gateways: {ngw: {subnet: public, private_ip: 10.0.0.5, public_ip: 198.51.100.5}}
    vpn_gateways: {vgw: {}}
  spoke:
    cidrs: [10.1.0.0/16]
    subnets:
      work: {cidr: 10.1.1.0/24, az: a, route_table: work}
      attach: {cidr: 10.1.9.0/28, az: a}
    route_tables: {work: {0.0.0.0/0: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}, client: {}}
    instances:
      box: {subnet: work, private_ip: 10.1.1.10, security_groups: [open]}
      cli: {subnet: work, private_ip: 10.1.1.11, security_groups: [client]}
transit_gateways:
  tgw:
    attachments:
      hub: {vpc: hub, subnets: [attach]}
      spoke: {vpc: spoke, subnets: [attach]}
    route_tables:
      main: {associations: [hub, spoke], propagations: [hub, spoke], routes: {0.0.0.0/0: hub}}
vpn_connections:
  line: {gateway: hub.vgw, static_routes: [192.168.1.0/24]}
networks:
  office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.1.7}}}
internet:
  hosts:
    www: {ip: 203.0.113.9}
    six: {ip: "2606:4700::1111"}
""")


def changed(changes: dict[Any, Any]) -> dict[str, Any]:
    """BASE with these paths set; a path is dotted, `None` as a value removes the key."""
    design: dict[str, Any] = copy.deepcopy(BASE)
    for path, value in changes.items():
        *way, last = path.split(".")
        at = design
        for key in way:
            at = at.setdefault(key, {})
        if value is None:
            at.pop(last, None)
        else:
            at[last] = copy.deepcopy(value)
    return design


def rules(*lines: str) -> dict[str, Any]:
    """An ACL from `in allow tcp/443 10.0.0.0/16` lines; a direction without lines allows all."""
    acl: dict[str, Any] = {"ingress": [], "egress": []}
    for number, line in enumerate(lines, 1):
        way, verb, traffic, cidr = line.split()
        side = "from" if way == "in" else "to"
        acl["ingress" if way == "in" else "egress"].append({"rule": number, verb: traffic, side: cidr})
    for way, side in (("ingress", "from"), ("egress", "to")):
        acl[way].append({"rule": 99, "allow": "all", side: ANY})
    return acl


def acl(vpc: str, subnet: str, *lines: str) -> dict[str, Any]:
    return {f"vpcs.{vpc}.network_acls.x": rules(*lines), f"vpcs.{vpc}.subnets.{subnet}.network_acl": "x"}


def group(vpc: str, name: str, *ingress: tuple[str, Any], **more: Any) -> dict[str, Any]:
    body = {"ingress": [{"allow": traffic, "from": peer} for traffic, peer in ingress], **more}
    return {f"vpcs.{vpc}.security_groups.{name}": body}


HUB, TGW = "vpcs.hub", "transit_gateways.tgw"
MAIN = f"{TGW}.route_tables.main"
S3 = {"prefix_lists.s3": ["52.219.0.0/24"]}
GATEWAY_S3 = {**S3, f"{HUB}.vpc_endpoints.s3": {"type": "gateway", "service": "s3", "route_tables": ["private"]}}
KMS = {"type": "interface", "service": "kms", "subnets": ["far"], "security_groups": ["open"],
       "private_dns": True, "private_ips": {"far": "10.0.2.99"}}  # fmt: skip
NO_EXIT = {f"{HUB}.route_tables.private": {}}
PEERED = {"peering_connections.pcx": {"requester": "hub", "accepter": "spoke"},
          f"{HUB}.route_tables.private": {"10.1.0.0/16": "pcx"},
          "vpcs.spoke.route_tables.work": {"10.0.0.0/16": "pcx"}}  # fmt: skip
REFERENCING = {f"{TGW}.security_group_referencing": True}
TO_CLIENT = {**REFERENCING, **group("hub", "open", ("all", "spoke.client"))}
PROPAGATE = {f"{HUB}.route_tables.private": {"routes": {ANY: "ngw"}, "propagate": ["vgw"]}}
EDGE = {f"{HUB}.route_tables.edge": {"routes": {"10.0.1.0/24": "fw"}, "gateway": "igw"},
        f"{HUB}.route_tables.private": {ANY: "fw"},
        f"{HUB}.instances.app.public_ip": "198.51.100.10"}  # fmt: skip
GWLB = {f"{HUB}.vpc_endpoints.gwlbe": {"type": "gateway_load_balancer", "service": "x", "subnets": ["public"]},
        f"{HUB}.route_tables.private": {ANY: "gwlbe"},
        f"{HUB}.route_tables.edge": {"routes": {"10.0.1.0/24": "gwlbe"}, "gateway": "igw"},
        f"{HUB}.instances.app.public_ip": "198.51.100.10"}  # fmt: skip
NLB = {"type": "network", "scheme": "internal", "subnets": ["private"], "private_ips": {"private": "10.0.1.50"},
       "security_groups": ["lb"], "listeners": {"tcp/443": "t"},
       "target_groups": {"t": {"targets": ["twin"], "port": "tcp/8443", "preserve_client_ip": True}}}  # fmt: skip


def nlb(**more: Any) -> dict[str, Any]:
    body = copy.deepcopy(NLB)
    for key in ("targets", "port", "preserve_client_ip", "healthy"):
        if key in more:
            body["target_groups"]["t"][key] = more.pop(key)
    for key, value in more.items():
        if value is None:
            del body[key]
        else:
            body[key] = value
    return {f"{HUB}.load_balancers.nlb": body}


def alb(kind: str = "application", **more: Any) -> dict[str, Any]:
    return {f"{HUB}.load_balancers.alb": {
        "type": kind, "scheme": "internal", "subnets": ["private"], "private_ips": {"private": "10.0.1.60"},
        "security_groups": ["lb"], "listeners": {"tcp/443": "t"},
        "target_groups": {"t": {"targets": ["twin"], "port": "tcp/80"}}, **more}}  # fmt: skip


def bpa(mode: Any, **exclusions: str) -> dict[str, Any]:
    return {f"{HUB}.block_public_access": {"mode": mode, "exclusions": exclusions}}


DUAL = {f"{HUB}.cidrs": ["10.0.0.0/16", "2001:db8::/56", "fd12::/56"],
        f"{HUB}.egress_only_internet_gateway": "eigw",
        f"{HUB}.subnets.private.ipv6_cidr": "2001:db8:0:1::/64",
        f"{HUB}.subnets.public.ipv6_cidr": "2001:db8:0:2::/64",
        f"{HUB}.instances.app.ipv6_address": "2001:db8:0:1::10",
        f"{HUB}.instances.fw.ipv6_address": "2001:db8:0:2::66",
        f"{HUB}.security_groups.open": {"ingress": [{"allow": "all", "from": [ANY, "::/0"]}]}}  # fmt: skip
ULA = {
    **DUAL,
    f"{HUB}.subnets.private.ipv6_cidr": "fd12:0:0:1::/64",
    f"{HUB}.instances.app.ipv6_address": "fd12:0:0:1::10",
}
DX = {"direct_connect_gateways.dx": {"gateways": ["hub.vgw"], "prefixes": ["192.168.0.0/16"]},
      "networks.office.via": ["dx"], "vpn_connections": None}  # fmt: skip
OFFICE_ON_TGW = {"vpn_connections.line": {"gateway": "tgw", "static_routes": ["192.168.1.0/24"]},
                 f"{TGW}.attachments.office": {"vpn": "line"},
                 MAIN: {"associations": ["hub", "spoke", "office"], "propagations": ["hub", "spoke", "office"],
                        "routes": {ANY: "hub"}}}  # fmt: skip
CENTRAL = {**OFFICE_ON_TGW, f"{HUB}.route_tables.public": {ANY: "igw", "10.1.0.0/16": "tgw", "192.168.0.0/16": "tgw"}}
SECOND = {
    "vpcs.west": {"cidrs": ["10.5.0.0/16"], "subnets": {"s": {"cidr": "10.5.0.0/24", "az": "a", "route_table": "w"}},
                  "route_tables": {"w": {"10.1.0.0/16": "tgw-west"}},
                  "security_groups": {"open": {"ingress": [{"allow": "all", "from": ANY}]}},
                  "instances": {"w": {"subnet": "s", "private_ip": "10.5.0.10", "security_groups": ["open"]}}},
    "transit_gateways.tgw-west": {
        "attachments": {"west": {"vpc": "west", "subnets": ["s"]}, "east": {"peer": "tgw.peer"}},
        "route_tables": {"m": {"associations": ["west", "east"], "propagations": ["west", "east"],
                               "routes": {"10.1.0.0/16": "east"}}}},
    f"{TGW}.attachments.peer": {"peer": "tgw-west.east"},
    MAIN: {"associations": ["hub", "spoke", "peer"], "propagations": ["hub", "spoke", "peer"],
           "routes": {"10.5.0.0/16": "peer"}},
}  # fmt: skip
MULTI = {f"{HUB}.instances.multi": {"network_interfaces": {
    "eth0": {"subnet": "public", "private_ip": "10.0.0.30", "security_groups": ["open"]},
    "eth1": {"subnet": "private", "private_ip": "10.0.1.30", "security_groups": ["shut"]}}}}  # fmt: skip
ROUTER = {f"{HUB}.instances.fw.client_networks": ["10.8.0.0/24"], f"{HUB}.route_tables.private": {"10.8.0.0/24": "fw"}}
LINK = {"endpoint_services.mine": {"load_balancer": "hub.nlb"},
        "vpcs.spoke.vpc_endpoints.mine": {"type": "interface", "service": "mine", "subnets": ["work"],
                                          "security_groups": ["open"], "private_ips": {"work": "10.1.1.99"}},
        **group("hub", "shut", ("all", "10.0.1.50/32"))}  # fmt: skip
REGIONAL = {f"{HUB}.nat_gateways.ngw": {"availability": "regional", "public_ip": "198.51.100.5"}}

APP_WWW = ("hub.app", "www", "tcp/443", 40000)
WWW_APP = ("www", "198.51.100.10", "tcp/443", 40000)
BOX_APP = ("spoke.box", "hub.app", "tcp/443", 40000)
CLI_APP = ("spoke.cli", "hub.app", "tcp/443", 40000)
BOX_WWW = ("spoke.box", "www", "tcp/443", 40000)
APP_S3 = ("hub.app", "service:s3", "tcp/443", 40000)
APP_KMS = ("hub.app", "service:kms", "tcp/443", 40000)
APP_PC = ("hub.app", "office.pc", "tcp/443", 40000)
PC_APP = ("office.pc", "hub.app", "tcp/443", 40000)
APP_NLB = ("hub.app", "hub.nlb", "tcp/443", 40000)
APP_ALB = ("hub.app", "hub.alb", "tcp/443", 40000)
APP_SIX = ("hub.app", "six", "tcp/443", 40000)
BOX_W = ("spoke.box", "west.w", "tcp/443", 40000)
BOX_LINK = ("spoke.box", "spoke.mine", "tcp/443", 40000)
