"""Cases for the naive evaluator: the examples of the rule book on the rest of AWS's components, both sides of each rule."""

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

Case = tuple[str, dict[Any, Any], tuple[str, str, str, int], tuple[bool, bool]]
CASES: list[Case] = [
    # --- transit gateways
    ("TGW-2", {}, BOX_APP, OK),
    ("TGW-1 no association", {f"{MAIN}.associations": ["hub"]}, BOX_APP, LOST),
    ("TGW-3", {f"{MAIN}.propagations": ["hub"], f"{MAIN}.routes": {}}, BOX_APP, NO_REPLY),
    ("TGW-4 static before propagated", {f"{MAIN}.routes": {"10.0.0.0/16": "blackhole"}}, BOX_APP, LOST),
    ("TGW-4 longest first", {f"{MAIN}.routes": {"10.0.1.0/24": "blackhole"}}, BOX_APP, LOST),
    ("TGW-4 wider static", {f"{MAIN}.routes": {"10.0.0.0/8": "blackhole"}}, BOX_APP, OK),
    ("TGW-4 prefix list before propagated", {"prefix_lists.p": ["10.0.0.0/16"], f"{MAIN}.routes": {"p": "spoke"}},
     BOX_APP, LOST),
    ("TGW-5", {f"{MAIN}.routes": {}}, BOX_WWW, LOST),
    ("TGW-6", {**SECOND}, BOX_W, OK),
    ("TGW-6 does not propagate", {**SECOND, f"{MAIN}.routes": {}}, BOX_W, LOST),
    ("TGW-6 other side unavailable", {**SECOND, "transit_gateways.tgw-west.attachments.east.state": "pending"},
     BOX_W, LOST),
    ("TGW-6 no way back", {**SECOND, "transit_gateways.tgw-west.route_tables.m.routes": {}}, BOX_W, NO_REPLY),
    ("TGW-7", {}, ("hub.lone", "spoke.box", "tcp/443", 40000), LOST),
    ("TGW-7 zone added", {f"{HUB}.subnets.attach-b": {"cidr": "10.0.10.0/28", "az": "b"},
                          f"{TGW}.attachments.hub.subnets": ["attach", "attach-b"]},
     ("hub.lone", "spoke.box", "tcp/443", 40000), OK),
    ("TGW-7, TGW-8 answered from another zone", {}, ("spoke.box", "hub.lone", "tcp/443", 40000), NO_REPLY),
    ("TGW-10 the sender's is unavailable", {f"{TGW}.attachments.spoke.state": "pending"}, BOX_APP, LOST),
    ("TGW-10 no attachment", {f"{TGW}.attachments.spoke": None}, BOX_APP, LOST),
    ("TGW-2 in a circle", {f"{HUB}.route_tables.attach": {ANY: "tgw"}}, BOX_WWW, LOST),
    ("TGW-10 unavailable", {f"{TGW}.attachments.hub.state": "pending"}, BOX_APP, LOST),
    ("TGW-10 overlap", {"vpcs.late": {**BASE["vpcs"]["spoke"], "instances": {}},
                        f"{TGW}.attachments": {"hub": {"vpc": "hub", "subnets": ["attach"]},
                                               "late": {"vpc": "late", "subnets": ["attach"]},
                                               "spoke": {"vpc": "spoke", "subnets": ["attach"]}},
                        f"{MAIN}.associations": ["hub", "spoke", "late"],
                        f"{MAIN}.propagations": ["late", "spoke", "hub"]},
     ("hub.app", "10.1.1.10", "tcp/443", 40000), LOST),
    ("TGW-11 workload out", acl("hub", "private", "out deny tcp/443 10.1.1.10/32"),
     ("hub.app", "spoke.box", "tcp/443", 1024), LOST),
    ("TGW-11 attachment in, by source", acl("spoke", "attach", "in deny tcp/443 10.1.1.10/32"), BOX_APP, LOST),
    ("TGW-11 attachment out, by destination", acl("hub", "attach", "out deny tcp/443 10.0.1.10/32"), BOX_APP, LOST),
    ("TGW-11 not the other two", {**acl("spoke", "attach", "out deny tcp/443 10.0.1.10/32"),
                                  **acl("hub", "attach", "in deny tcp/443 10.1.1.10/32")}, BOX_APP, OK),
    ("TGW-12 in the attachment's subnet, from the gateway none",
     {f"{TGW}.attachments.hub.subnets": ["private"], **acl("hub", "private", "in deny tcp/443 0.0.0.0/0",
      "out deny tcp/443 0.0.0.0/0")}, BOX_APP, OK),
    ("TGW-12 towards it both", {f"{TGW}.attachments.hub.subnets": ["private"],
                                **acl("hub", "private", "in deny tcp/443 10.0.1.10/32")},
     ("hub.app", "spoke.box", "tcp/443", 40000), LOST),
    ("TGW-13", {}, BOX_WWW, OK),
    ("TGW-13, NATGW-12 no way back", {f"{HUB}.route_tables.public": {ANY: "igw"}}, BOX_WWW, NO_REPLY),
    ("TGW-13 straight to the internet gateway", {f"{HUB}.route_tables.attach": {ANY: "igw"}}, BOX_WWW, LOST),
    ("TGW-14", TO_CLIENT, CLI_APP, OK),
    ("TGW-14 another's group", TO_CLIENT, BOX_APP, LOST),
    ("TGW-14 off by default", {**TO_CLIENT, f"{TGW}.security_group_referencing": False}, CLI_APP, LOST),
    ("TGW-14 off on one attachment", {**TO_CLIENT, f"{TGW}.attachments.hub.security_group_referencing": False},
     CLI_APP, LOST),
    ("TGW-14 inbound only", {**REFERENCING, **group("spoke", "client", egress=[{"allow": "all", "to": "hub.open"}])},
     CLI_APP, LOST),
    ("TGW default tables", {f"{TGW}.route_tables": None}, BOX_APP, OK),
    ("PEER-4 no transit", {**SECOND, "peering_connections.pcx": {"requester": "hub", "accepter": "west"},
                           f"{HUB}.route_tables.attach": {"10.5.0.0/16": "pcx"}, f"{MAIN}.routes": {ANY: "hub"}},
     BOX_W, LOST),
    # --- VPN, Direct Connect
    ("VPN-1", {}, APP_PC, OK),
    ("VPN-1 not known", {}, ("hub.app", "192.168.2.7", "tcp/443", 40000), LOST),
    ("VPN-1 in", {}, PC_APP, OK),
    ("VPN-1 answer not known", {}, ("192.168.2.7", "hub.app", "tcp/443", 40000), NO_REPLY),
    ("VPN-3 from a peer", {**PEERED, "vpcs.spoke.route_tables.work": {"192.168.0.0/16": "pcx", "10.0.0.0/16": "pcx"}},
     ("spoke.box", "office.pc", "tcp/443", 40000), LOST),
    ("VPN-3 from a transit gateway", {f"{HUB}.route_tables.attach": {"192.168.0.0/16": "vgw"}},
     ("spoke.box", "office.pc", "tcp/443", 40000), LOST),
    ("VPN-3 to the internet", {}, ("office.pc", "www", "tcp/443", 40000), LOST),
    ("VPN-3 to nobody", {}, ("office.pc", "10.0.1.99", "tcp/443", 40000), LOST),
    ("VPN-4 no route", {f"{HUB}.route_tables.private": {ANY: "ngw"}}, PC_APP, NO_REPLY),
    ("VPN-4 propagated", PROPAGATE, APP_PC, OK),
    ("VPN-4 down", {"vpn_connections.line.state": "down"}, APP_PC, LOST),
    ("VPN-4 down, from outside", {"vpn_connections.line.state": "down"}, PC_APP, LOST),
    ("VPN-5", DX, APP_PC, OK),
    ("VPN-5 allowed prefixes", {**DX, "direct_connect_gateways.dx.allowed_prefixes": ["10.0.1.0/24"]}, PC_APP, OK),
    ("VPN-5 the network uses the connection that it may", {
        "direct_connect_gateways.dx": {"gateways": ["hub.vgw"], "prefixes": [], "allowed_prefixes": ["10.9.0.0/16"]},
        "networks.office.via": ["dx", "line"]}, PC_APP, OK),
    ("VPN answers take the connection of the question", {
        "direct_connect_gateways.dx": {"gateways": ["hub.vgw"], "prefixes": [], "allowed_prefixes": ["10.9.0.0/16"]},
        "networks.office.via": ["dx", "line"]}, APP_PC, OK),
    ("PEER-9 of a connection that is not the network's", {
        "vpn_connections.other": {"gateway": "hub.vgw", "static_routes": ["192.168.1.0/25"]}}, PC_APP, NO_REPLY),
    ("VPN-5 not allowed", {**DX, "direct_connect_gateways.dx.allowed_prefixes": ["10.0.0.0/24"]}, PC_APP, LOST),
    ("ROUTE-6 static before propagated", {f"{HUB}.route_tables.private": {
        "routes": {"192.168.1.0/24": "blackhole"}, "propagate": ["vgw"]}}, APP_PC, LOST),
    ("ROUTE-6 listed before propagated", {"prefix_lists.p": ["192.168.1.0/24"], f"{HUB}.route_tables.private": {
        "routes": {"p": "blackhole"}, "propagate": ["vgw"]}}, APP_PC, LOST),
    ("ROUTE-6, VPN-2 Direct Connect first", {**PROPAGATE, "vpn_connections.line.state": "down",
     "direct_connect_gateways.dx": {"gateways": ["hub.vgw"], "prefixes": ["192.168.1.0/24"]},
     "networks.office.via": ["line", "dx"]}, APP_PC, OK),
    ("VPN-2 static before BGP", {**PROPAGATE, "vpn_connections": {
        "bgp": {"gateway": "hub.vgw", "bgp_routes": ["192.168.1.0/24"]},
        "line": {"gateway": "hub.vgw", "static_routes": ["192.168.1.0/24"], "state": "down"}}}, APP_PC, LOST),
    ("ROUTE-17", {}, ("hub.app", "169.254.168.9", "tcp/80", 40000), LOST),
    ("ROUTE-7", {**PROPAGATE, "vpn_connections.line.static_routes": ["10.0.2.0/24", "192.168.1.0/24"]},
     ("hub.app", "hub.lone", "tcp/443", 40000), OK),
    ("VPN on a transit gateway", {**CENTRAL}, ("spoke.box", "office.pc", "tcp/443", 40000), OK),
    ("NATGW-10 office through a transit gateway", CENTRAL, ("office.pc", "www", "tcp/443", 40000), OK),
    ("IPV6-6", {**DUAL, f"{HUB}.route_tables.private": {"2001:db8:ff::/48": "vgw"},
                "vpn_connections.line.static_routes": ["2001:db8:ff::/48"]},
     ("hub.app", "2001:db8:ff::1", "tcp/443", 40000), LOST),
    ("IPV6-6 Direct Connect", {**DUAL, **DX, f"{HUB}.route_tables.private": {"2001:db8:ff::/48": "vgw"},
                               "direct_connect_gateways.dx.prefixes": ["2001:db8:ff::/48"]},
     ("hub.app", "2001:db8:ff::1", "tcp/443", 40000), OK),
    # --- endpoints
    ("EP-1", GATEWAY_S3, APP_S3, OK),
    ("EP-1 other tables do not use it", GATEWAY_S3, ("hub.web", "service:s3", "udp/443", 40000), OK),
    ("EP-1 without any other way", {**GATEWAY_S3, **NO_EXIT}, APP_S3, OK),
    ("EP-1 not in this table", {**GATEWAY_S3, **NO_EXIT, f"{HUB}.vpc_endpoints.s3.route_tables": ["public"]},
     APP_S3, LOST),
    ("EP-2 static wins", {**GATEWAY_S3, f"{HUB}.route_tables.private": {"52.219.0.0/24": "blackhole"}}, APP_S3, LOST),
    ("EP-2 wider loses", {**GATEWAY_S3, f"{HUB}.route_tables.private": {"52.0.0.0/8": "blackhole"}}, APP_S3, OK),
    ("EP-1 not available", {**GATEWAY_S3, f"{HUB}.vpc_endpoints.s3.state": "deleted"}, APP_S3, LOST),
    ("EP-3 ACL", {**GATEWAY_S3, **acl("hub", "private", "in deny all 52.0.0.0/8")}, APP_S3, NO_REPLY),
    ("EP-3 group by prefix list", {**GATEWAY_S3, **group("hub", "open", egress=[{"allow": "tcp/443", "to": "s3"}])},
     APP_S3, OK),
    ("EP-4 from a transit gateway", {**GATEWAY_S3, f"{HUB}.vpc_endpoints.s3.route_tables": ["attach"]},
     ("spoke.box", "52.219.0.9", "tcp/443", 40000), LOST),
    ("EP-4 TCP", {**GATEWAY_S3, **NO_EXIT}, ("hub.app", "52.219.0.9", "udp/443", 40000), LOST),
    ("EP-4 echo", {**GATEWAY_S3, **NO_EXIT}, ("hub.app", "52.219.0.9", "icmp/8", 7), OK),
    ("EP without a list, by service", {f"{HUB}.vpc_endpoints.s3": {"type": "gateway", "service": "s3",
                                       "route_tables": ["private"]}, **NO_EXIT}, APP_S3, OK),
    ("EP by the service's name", {f"{HUB}.vpc_endpoints.s3": {"type": "gateway", "service": "s3",
                                  "route_tables": ["private"]}, **NO_EXIT,
                                  "internet.hosts": {"s3.eu-west-1.amazonaws.com": {"ip": "52.219.7.7"}}},
     ("hub.app", "s3.eu-west-1.amazonaws.com", "tcp/443", 40000), OK),
    ("EP-2 another Region", {f"{HUB}.vpc_endpoints.s3": {"type": "gateway", "service": "s3",
                             "route_tables": ["private"]}, **NO_EXIT,
                             "internet.hosts": {"s3.us-east-1.amazonaws.com": {"ip": "52.216.7.7"}}},
     ("hub.app", "s3.us-east-1.amazonaws.com", "tcp/443", 40000), LOST),
    ("EP-8 a public name", {f"{HUB}.vpc_endpoints.kms": KMS, **NO_EXIT,
                            "internet.hosts": {"kms.eu-west-1.amazonaws.com": {"ip": "52.94.0.1"}}},
     ("hub.app", "kms.eu-west-1.amazonaws.com", "tcp/443", 40000), OK),
    ("EP-8 by the service's full name", {
        f"{HUB}.vpc_endpoints.kms": {**KMS, "service": "com.amazonaws.eu-west-1.kms"}, **NO_EXIT}, APP_KMS, OK),
    ("EP-8 a name in two parts", {f"{HUB}.vpc_endpoints.ecr": {**KMS, "service": "ecr.api"}, **NO_EXIT,
                                  "internet.hosts": {"api.ecr.eu-west-1.amazonaws.com": {"ip": "52.94.0.1"}}},
     ("hub.app", "api.ecr.eu-west-1.amazonaws.com", "tcp/443", 40000), OK),
    ("EP-1 a list of another name", {"prefix_lists.pl-1": ["52.219.0.0/24"], **NO_EXIT, f"{HUB}.vpc_endpoints.s3": {
        "type": "gateway", "service": "s3", "route_tables": ["private"], "prefix_list": "pl-1"}},
     ("hub.app", "52.219.0.9", "tcp/443", 40000), OK),
    ("EP-8 of another Region", {f"{HUB}.vpc_endpoints.kms": KMS, **NO_EXIT,
                                "internet.hosts": {"kms.us-east-1.amazonaws.com": {"ip": "52.94.0.1"}}},
     ("hub.app", "kms.us-east-1.amazonaws.com", "tcp/443", 40000), LOST),
    ("EP-6, EP-8", {f"{HUB}.vpc_endpoints.kms": KMS, **NO_EXIT}, APP_KMS, OK),
    ("EP-6 closed", {f"{HUB}.vpc_endpoints.kms": {**KMS, "security_groups": ["shut"]}, **NO_EXIT}, APP_KMS, LOST),
    ("EP-6 starts nothing", {f"{HUB}.vpc_endpoints.kms": KMS}, ("hub.kms", "hub.app", "tcp/443", 40000), LOST),
    ("EP-7 across a transit gateway", {f"{HUB}.vpc_endpoints.kms": {**KMS, "subnets": ["private"],
                                       "private_ips": {"private": "10.0.1.99"}}},
     ("spoke.box", "10.0.1.99", "tcp/443", 40000), OK),
    ("EP-8 attribute off", {f"{HUB}.vpc_endpoints.kms": KMS, **NO_EXIT, f"{HUB}.enable_dns_hostnames": False},
     APP_KMS, LOST),
    ("EP-8 off, but a NAT gateway", {f"{HUB}.vpc_endpoints.kms": {**KMS, "private_dns": False}}, APP_KMS, OK),
    ("EP-9", {**PEERED, f"{HUB}.vpc_endpoints.kms": KMS, "vpcs.spoke.enable_dns_hostnames": True},
     ("spoke.box", "service:kms", "tcp/443", 40000), LOST),
    ("EP-10 TCP", {f"{HUB}.vpc_endpoints.kms": KMS}, ("hub.app", "10.0.2.99", "udp/443", 40000), LOST),
    ("EP-10 state", {f"{HUB}.vpc_endpoints.kms": {**KMS, "state": "pending"}},
     ("hub.app", "10.0.2.99", "tcp/443", 40000), LOST),
    ("EP-11 out", GWLB, APP_WWW, OK),
    ("EP-11 in", GWLB, WWW_APP, OK),
    ("EP-11 not available", {**GWLB, f"{HUB}.vpc_endpoints.gwlbe.state": "pending"}, APP_WWW, LOST),
    ("NACL-16", {f"{HUB}.vpc_endpoints.kms": KMS, **acl("hub", "far", "in deny tcp/443 10.0.1.0/24")}, APP_KMS, LOST),
    # --- PrivateLink
    ("LB-5 the provider sees the load balancer", {**nlb(), **LINK}, BOX_LINK, OK),
    ("LB-5 not the client", {**nlb(), **LINK, **group("hub", "shut", ("all", "10.1.0.0/16"))}, BOX_LINK, LOST),
    ("LB-3 the load balancer's group sees the client", {**nlb(), **LINK, **group("hub", "lb", ("tcp", "10.0.0.0/16"))},
     BOX_LINK, LOST),
    ("LB-3 turned off", {**nlb(enforce_inbound_on_private_link=False), **LINK,
                         **group("hub", "lb", ("tcp", "10.0.0.0/16"))}, BOX_LINK, OK),
    ("EP not accepted", {**nlb(), **LINK, "endpoint_services.mine.accepted": ["hub"]}, BOX_LINK, LOST),
    ("EP accepted", {**nlb(), **LINK, "endpoint_services.mine.accepted": ["spoke"]}, BOX_LINK, OK),
    ("LB-3 no groups at the load balancer", {**nlb(security_groups=None), **LINK}, BOX_LINK, OK),
    ("EP without a listener", {**nlb(), **LINK}, ("spoke.box", "spoke.mine", "tcp/80", 40000), LOST),
    ("EP in the zone of its node", {**nlb(scheme="internal", subnets=["far", "private"], private_ips={
        "far": "10.0.2.50", "private": "10.0.1.50"}), **LINK}, BOX_LINK, OK),
    ("EP-10 UDP to one's own", {**nlb(listeners={"udp/53": "t"}, port="udp/53"), **LINK,
                                **group("hub", "lb", ("udp", ANY))}, ("spoke.box", "spoke.mine", "udp/53", 40000), OK),
    # --- names
    ("DNS-1", {}, ("hub.app", "10.0.0.2", "udp/53", 40000), OK),
    ("DNS-2 resolver off", {f"{HUB}.enable_dns_support": False}, ("hub.app", "10.0.0.2", "udp/53", 40000), LOST),
    ("DNS-2 service", {f"{HUB}.enable_dns_support": False}, APP_S3, LOST),
    ("DNS-2 zone", {"private_hosted_zones.corp": {"vpcs": ["hub"], "records": {"db": "10.0.2.10"}}},
     ("hub.app", "db.corp", "tcp/443", 40000), OK),
    ("DNS-2 zone of another VPC", {"private_hosted_zones.corp": {"vpcs": ["spoke"], "records": {"db": "10.0.2.10"}}},
     ("hub.app", "db.corp", "tcp/443", 40000), LOST),
    ("DNS-2 zone needs both attributes", {"private_hosted_zones.corp": {"vpcs": ["hub"], "records": {"db": "lone"}},
                                          f"{HUB}.enable_dns_hostnames": False},
     ("hub.app", "db.corp", "tcp/443", 40000), LOST),
    ("DNS-3 inside", {f"{HUB}.instances.web.public_dns_name": "w.example", **NO_EXIT},
     ("hub.app", "w.example", "tcp/443", 40000), OK),
    ("DNS-3 outside", {f"{HUB}.instances.web.public_dns_name": "w.example"}, ("www", "w.example", "tcp/443", 1024), OK),
    ("PEER-11 without option", {**PEERED, f"{HUB}.instances.app.public_ip": "198.51.100.10",
                                f"{HUB}.instances.app.public_dns_name": "a.example",
                                "vpcs.spoke.enable_dns_hostnames": True},
     ("spoke.box", "a.example", "tcp/443", 40000), LOST),
    ("PEER-11 with the host's side", {**PEERED, f"{HUB}.instances.app.public_ip": "198.51.100.10",
                                      f"{HUB}.instances.app.public_dns_name": "a.example",
                                      "vpcs.spoke.enable_dns_hostnames": True,
                                      "peering_connections.pcx.requester_dns": True},
     ("spoke.box", "a.example", "tcp/443", 40000), OK),
    # --- load balancers
    ("LB-4 by the client's address", {**nlb(), **group("hub", "shut", ("tcp/8443", "10.0.1.10/32"))}, APP_NLB, OK),
    ("LB-4 by the load balancer's group", {**nlb(), **group("hub", "shut", ("tcp/8443", "lb"))}, APP_NLB, OK),
    ("LB-4 not by the client's group", {**nlb(), **group("hub", "shut", ("tcp/8443", "open"))}, APP_NLB, LOST),
    ("LB-4 not by the load balancer's address", {**nlb(), **group("hub", "shut", ("tcp/8443", "10.0.1.50/32"))},
     APP_NLB, LOST),
    ("LB-4 preservation off", {**nlb(preserve_client_ip=False),
                               **group("hub", "shut", ("tcp/8443", "10.0.1.50/32"))}, APP_NLB, OK),
    ("LB-5 on by default for instances", {**nlb(preserve_client_ip=None),
                                          **group("hub", "shut", ("tcp/8443", "10.0.1.10/32"))}, APP_NLB, OK),
    ("LB-5 off by default for addresses", {**nlb(preserve_client_ip=None, targets=["10.0.1.11"]),
                                           **group("hub", "shut", ("tcp/8443", "10.0.1.50/32"))}, APP_NLB, OK),
    ("LB-5 off by default for targets by address, as their kind says",
     {f"{HUB}.load_balancers.nlb": NLB | {"target_groups": {
         "t": {"targets": ["twin"], "target_type": "ip", "port": "tcp/8443"}}},
      **group("hub", "shut", ("tcp/8443", "10.0.1.50/32"))}, APP_NLB, OK),
    ("LB-1 the listener's port where the group has none", {**nlb(port=None), **group("hub", "shut", ("tcp/443", ANY))},
     APP_NLB, OK),
    ("LB-6", nlb(targets=["app"]), APP_NLB, LOST),
    ("LB-6 preservation off", nlb(targets=["app"], preserve_client_ip=False), APP_NLB, OK),
    ("LB-7 target's subnet takes the client's address",
     {**nlb(targets=["lone"]), f"{HUB}.load_balancers.nlb.subnets": ["public", "far"],
      f"{HUB}.load_balancers.nlb.private_ips": {"public": "10.0.0.50", "far": "10.0.2.50"},
      f"{HUB}.load_balancers.nlb.cross_zone": True, **acl("hub", "far", "in deny tcp/8443 10.0.1.10/32")},
     ("hub.app", "10.0.0.50", "tcp/443", 40000), LOST),
    ("LB-7 answer needs no route", {**nlb(scheme="internet-facing", public_ips={"public": "198.51.100.50"},
     subnets=["public", "far"], targets=["lone"], private_ips={"public": "10.0.0.50", "far": "10.0.2.50"},
     cross_zone=True), f"{HUB}.route_tables.private": {}}, ("www", "198.51.100.50", "tcp/443", 40000), OK),
    ("LB-8 zone not enabled, though it crosses zones", nlb(targets=["lone"], cross_zone=True), APP_NLB, LOST),
    ("LB-8 a target by its full name", nlb(targets=["hub.web"]), APP_NLB, OK),
    ("LB-8 a fleet", {**nlb(targets=["fleet"]), f"{HUB}.interfaces.fleet": {
        "subnets": ["private"], "count": 2, "security_groups": ["open"]}}, APP_NLB, OK),
    ("LB-5 both protocols on one port", {**nlb(listeners={"tcp_udp/53": "t"}, port="udp/53", targets=["web"],
                                               security_groups=None)}, ("hub.app", "hub.nlb", "udp/53", 40000), OK),
    ("LB-8 zone not enabled", nlb(targets=["lone"]), APP_NLB, LOST),
    ("LB-10", {**nlb(healthy=False), **group("hub", "shut", ("all", ANY))}, APP_NLB, LOST),
    ("LB-5 UDP always keeps the client's address", {**nlb(listeners={"udp/53": "t"}, port="udp/53", preserve_client_ip=False,
     security_groups=None), **group("hub", "shut", ("udp", "10.0.1.10/32"))}, ("hub.app", "hub.nlb", "udp/53", 40000), OK),
    ("LB-7 target's subnet lets the answer out", {**nlb(targets=["web"], subnets=["private", "public"],
     private_ips={"private": "10.0.1.50", "public": "10.0.0.50"}),
     **acl("hub", "public", "out deny tcp/40000 10.0.1.10/32")},
     ("hub.app", "10.0.1.50", "tcp/443", 40000), NO_REPLY),
    ("LB-7 load balancer's subnet takes it", {**nlb(targets=["web"], subnets=["private", "public"],
     private_ips={"private": "10.0.1.50", "public": "10.0.0.50"}), **acl("hub", "private", "in deny tcp/40000 10.0.0.0/24")},
     ("hub.app", "10.0.1.50", "tcp/443", 40000), NO_REPLY),
    ("LB-8 cross-zone off", {**nlb(targets=["lone"], subnets=["private", "far"], cross_zone=False,
     private_ips={"private": "10.0.1.50", "far": "10.0.2.50"})}, ("hub.app", "10.0.1.50", "tcp/443", 40000), LOST),
    ("LB-8 cross-zone on", {**nlb(targets=["lone"], subnets=["private", "far"], cross_zone=True,
     private_ips={"private": "10.0.1.50", "far": "10.0.2.50"})}, ("hub.app", "10.0.1.50", "tcp/443", 40000), OK),
    ("LB-7 in one subnet no ACL", {**nlb(), **group("hub", "shut", ("tcp/8443", "10.0.1.10/32")),
                                   **acl("hub", "private", "in deny all 0.0.0.0/0", "out deny all 0.0.0.0/0")}, APP_NLB, OK),
    ("LB-8 a peer's target without a route to it", {**PEERED, **nlb(targets=["10.1.1.10"], preserve_client_ip=None),
                                                    f"{HUB}.route_tables.private": {}}, APP_NLB, LOST),
    ("LB-8 a peer's target by address", {**PEERED, **nlb(targets=["10.1.1.10"], preserve_client_ip=None)}, APP_NLB, OK),
    ("LB-3 without groups everybody reaches the listener", {**nlb(security_groups=None),
     **group("hub", "shut", ("all", "10.1.1.10/32"))}, ("spoke.box", "10.0.1.50", "tcp/443", 40000), OK),
    ("LB-1 no listener", nlb(), ("hub.app", "hub.nlb", "tcp/80", 40000), LOST),
    ("LB-1 the listener is the end", alb(), APP_ALB, OK),
    ("LB-1 its group", {**alb(), **group("hub", "lb")}, APP_ALB, LOST),
    ("LB-1 towards a target", {**alb(), **group("hub", "shut", ("tcp/80", "lb"))},
     ("hub.alb", "hub.twin", "tcp/80", 40000), OK),
    ("LB-1 towards a target, by the client's address", {**alb(), **group("hub", "shut", ("tcp/80", "10.0.1.10/32"))},
     ("hub.alb", "hub.twin", "tcp/80", 40000), LOST),
    ("LB-2", {**alb("classic"), **group("hub", "shut", ("tcp/80", "lb")),
              **acl("hub", "private", "out deny tcp/80 0.0.0.0/0")},
     ("hub.alb", "hub.twin", "tcp/80", 40000), LOST),
    ("LB-2 not an ALB", {**alb(), **group("hub", "shut", ("tcp/80", "lb")),
                         **acl("hub", "private", "out deny tcp/80 0.0.0.0/0")},
     ("hub.alb", "hub.twin", "tcp/80", 40000), OK),
    # --- gateway route tables
    ("ROUTE-21 in", EDGE, WWW_APP, OK),
    ("ROUTE-21 out", EDGE, APP_WWW, OK),
    ("ROUTE-21 whole VPC", {**EDGE, f"{HUB}.route_tables.edge.routes": {"10.0.0.0/16": "fw"}}, WWW_APP, OK),
    ("ROUTE-22 no public address", {**EDGE, f"{HUB}.instances.fw.public_ip": None}, WWW_APP, LOST),
    ("ROUTE-22 stopped", {**EDGE, f"{HUB}.instances.fw.state": "stopped"}, WWW_APP, LOST),
    ("ROUTE-23", {**EDGE, f"{HUB}.route_tables.private": {ANY: "igw"}}, APP_WWW, LOST),
    ("ROUTE-23 answer", {**EDGE, f"{HUB}.route_tables.private": {ANY: "igw"}}, WWW_APP, NO_REPLY),
    ("ROUTE-22 private gateway to an inspection endpoint",
     {**GWLB, f"{HUB}.route_tables.edge.gateway": "vgw", f"{HUB}.route_tables.private": {"192.168.0.0/16": "vgw"}},
     PC_APP, LOST),
    ("ROUTE-21 private gateway", {f"{HUB}.route_tables.edge": {"routes": {"10.0.1.0/24": "fw"}, "gateway": "vgw"}},
     PC_APP, OK),
    ("IGW-7", {**EDGE, f"{HUB}.route_tables.edge": None}, APP_WWW, OK),
    ("IGW-7 nobody's source", {**ROUTER}, ("10.8.0.9", "www", "tcp/443", 40000), LOST),
    ("IGW-4 forwarded", {**EDGE, f"{HUB}.route_tables.edge": None, f"{HUB}.instances.app.public_ip": None}, APP_WWW, LOST),
    ("SG-14 inspected", {**EDGE, f"{HUB}.route_tables.private": {"10.0.0.0/24": "fw"}, **group("hub", "open", ("all", ANY)),
     **group("hub", "w", ("all", "open")), f"{HUB}.instances.web.security_groups": ["w"]},
     ("hub.app", "hub.web", "tcp/443", 40000), LOST),
    # --- VPC-wide switches
    ("IGW-14 off", {f"{HUB}.block_public_access": False}, APP_WWW, OK),
    ("IGW-14 bidirectional out", bpa("bidirectional"), APP_WWW, LOST),
    ("IGW-14 bidirectional in", bpa("bidirectional"), ("www", "hub.web", "tcp/443", 40000), LOST),
    ("IGW-14 ingress lets NAT gateways out", bpa("ingress"), APP_WWW, OK),
    ("IGW-14 ingress stops an instance's own way out", bpa("ingress"), ("hub.web", "www", "tcp/443", 40000), LOST),
    ("IGW-14 exclusion", bpa("bidirectional", public="allow-bidirectional"), ("www", "hub.web", "tcp/443", 40000), OK),
    ("IGW-14 egress exclusion", bpa("bidirectional", hub="allow-egress"), APP_WWW, OK),
    ("IGW-14 egress exclusion stops what comes in", bpa("bidirectional", hub="allow-egress"),
     ("www", "hub.web", "tcp/443", 40000), LOST),
    ("IGW-14 egress-only", {**DUAL, **bpa("ingress"), f"{HUB}.route_tables.private": {"::/0": "eigw"}}, APP_SIX, OK),
    ("IGW-14 egress-only, both ways", {**DUAL, **bpa("bidirectional"), f"{HUB}.route_tables.private": {"::/0": "eigw"}},
     APP_SIX, LOST),
    ("NATGW-17", REGIONAL, APP_WWW, OK),
    ("NATGW-18 across zones", REGIONAL, ("hub.lone", "www", "tcp/443", 40000), OK),
    ("NATGW-19", {**REGIONAL, **acl("hub", "public", "in deny all 0.0.0.0/0", "out deny all 0.0.0.0/0")}, APP_WWW, OK),
    ("NATGW-19 the client's own", {**REGIONAL, **acl("hub", "private", "in deny all 203.0.113.9/32")}, APP_WWW, NO_REPLY),
    ("NATGW-20", {f"{HUB}.nat_gateways.ngw": {"availability": "regional", "public_ips": {"b": "198.51.100.5"}}},
     APP_WWW, LOST),
    ("NATGW-20 its zone", {f"{HUB}.nat_gateways.ngw": {"availability": "regional", "public_ips": {"b": "198.51.100.5"}}},
     ("hub.lone", "www", "tcp/443", 40000), OK),
    ("NATGW-7 regional", REGIONAL, ("www", "198.51.100.5", "tcp/443", 40000), LOST),
    ("SG-17", {**PEERED, f"{HUB}.instances.twin.security_groups": ["spoke.client"],
               **group("spoke", "client", ("all", "client"), associated_vpcs=["hub"])},
     ("spoke.cli", "hub.twin", "tcp/443", 40000), OK),
    ("SG-11", {**PEERED, **group("hub", "open", ("all", "spoke.client"))}, CLI_APP, OK),
    ("SG-11, PEER-10 other Region", {**PEERED, **group("hub", "open", ("all", "spoke.client")),
                                     "vpcs.spoke.region": "us-east-1"}, CLI_APP, LOST),
    ("PEER-10 other Region by address", {**PEERED, "vpcs.spoke.region": "us-east-1"}, CLI_APP, OK),
    # --- IPv6
    ("IGW-15", {**DUAL, f"{HUB}.route_tables.private": {"::/0": "igw"}}, APP_SIX, OK),
    ("IGW-15 unique local", {**ULA, f"{HUB}.route_tables.private": {"::/0": "igw"}}, APP_SIX, LOST),
    ("IGW-15 egress-only", {**ULA, f"{HUB}.route_tables.private": {"::/0": "eigw"}}, APP_SIX, LOST),
    ("IPV6-4 of an appliance", {**DUAL, f"{HUB}.route_tables.private": {"::/0": "fw"},
                                f"{HUB}.route_tables.public": {"::/0": "eigw"}}, APP_SIX, OK),
    # --- hosts
    ("WALK-26 one interface", MULTI, ("hub.app", "hub.multi/eth0", "tcp/443", 40000), OK),
    ("WALK-26 the other", MULTI, ("hub.app", "hub.multi/eth1", "tcp/443", 40000), LOST),
    ("WALK-26 any of them", MULTI, ("hub.app", "hub.multi", "tcp/443", 40000), LOST),
    ("secondary address", {f"{HUB}.instances.app.secondary_private_ips": [
        {"private_ip": "10.0.1.14", "public_ip": "198.51.100.14"}], f"{HUB}.route_tables.private": {ANY: "igw"}},
     ("www", "198.51.100.14", "tcp/443", 40000), OK),
    ("secondary address as source", {f"{HUB}.instances.app.secondary_private_ips": ["10.0.1.14"],
                                     **group("hub", "open", ("all", "10.0.1.14/32"))},
     ("10.0.1.14", "hub.lone", "tcp/443", 40000), OK),
    ("local networks", {f"{HUB}.instances.app.local_networks": ["10.1.0.0/16"]},
     ("hub.app", "10.1.1.10", "tcp/443", 40000), LOST),
    ("local networks swallow answers", {f"{HUB}.instances.app.local_networks": ["10.1.0.0/16"]}, BOX_APP, NO_REPLY),
    ("client networks out", ROUTER, ("10.8.0.9", "hub.app", "tcp/443", 40000), OK),
    ("client networks in", ROUTER, ("hub.app", "10.8.0.9", "tcp/443", 40000), OK),
    ("client networks, check on", {**ROUTER, f"{HUB}.instances.fw.source_dest_check": True},
     ("hub.app", "10.8.0.9", "tcp/443", 40000), LOST),
    ("client networks masqueraded", {**ROUTER, f"{HUB}.instances.fw.nat": True, f"{HUB}.route_tables.private": {}},
     ("10.8.0.9", "hub.app", "tcp/443", 40000), OK),
    ("map_public_ip_on_launch", {f"{HUB}.subnets.far.map_public_ip_on_launch": True,
                                 f"{HUB}.route_tables.private": {ANY: "igw"}},
     ("hub.lone", "www", "tcp/443", 40000), OK),
    ("map_public_ip_on_launch, refused", {f"{HUB}.subnets.far.map_public_ip_on_launch": True,
     f"{HUB}.instances.lone.public_ip": False, f"{HUB}.route_tables.private": {ANY: "igw"}},
     ("hub.lone", "www", "tcp/443", 40000), LOST),
    ("appliance as an interface", {**EDGE, f"{HUB}.interfaces.fw": BASE["vpcs"]["hub"]["instances"]["fw"],
                                   f"{HUB}.instances.fw": None}, WWW_APP, OK),
    ("external SNAT off", {f"{HUB}.instances.app.external_snat": False,
                           f"{HUB}.instances.app.secondary_private_ips": ["10.0.1.14"],
                           **group("spoke", "open", ("all", "10.0.1.10/32"))},
     ("10.0.1.14", "spoke.box", "tcp/443", 40000), OK),
    ("external SNAT on", {f"{HUB}.instances.app.external_snat": True,
                          f"{HUB}.instances.app.secondary_private_ips": ["10.0.1.14"],
                          **group("spoke", "open", ("all", "10.0.1.10/32"))},
     ("10.0.1.14", "spoke.box", "tcp/443", 40000), LOST),
]  # fmt: skip
