"""A design with a load balancer, changes of it, and what is said of a packet to it."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from tests.oracle.text import as_text

import reachsim

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      front: {cidr: 10.0.0.0/24, az: a, route_table: public, network_acl: front}
      back: {cidr: 10.0.1.0/24, az: a, network_acl: back}
      far: {cidr: 10.0.2.0/24, az: b}
      desk: {cidr: 10.0.3.0/24, az: a}
    route_tables: {public: {0.0.0.0/0: igw}, main: {10.1.0.0/16: pcx}}
    network_acls:
      front: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
      back: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      client: {}
      lb: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}
      web: {ingress: [{allow: tcp/8443, from: 0.0.0.0/0}]}
    instances:
      client: {subnet: desk, private_ip: 10.0.3.10, security_groups: [client]}
      web: {subnet: back, private_ip: 10.0.1.20, security_groups: [web]}
      other: {subnet: far, private_ip: 10.0.2.20, security_groups: [open]}
      beside: {subnet: front, private_ip: 10.0.0.30, security_groups: [open]}
    load_balancers:
      lb:
        type: network
        scheme: internal
        subnets: [front]
        private_ips: {front: 10.0.0.50}
        security_groups: [lb]
        listeners: {tcp/443: t}
        target_groups: {t: {targets: [web], port: tcp/8443}}
  peer:
    cidrs: [10.1.0.0/16]
    subnets: {p: {cidr: 10.1.0.0/24, az: c, route_table: r}}
    route_tables: {r: {10.0.0.0/16: pcx}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {x: {subnet: p, private_ip: 10.1.0.10, security_groups: [open]}}
peering_connections: {pcx: {requester: app, accepter: peer}}
internet: {hosts: {www: {ip: 203.0.113.9}}}
""")
LB = "vpcs.app.load_balancers.lb"
GROUP = f"{LB}.target_groups.t"
Asked = tuple[bool, bool]
OK, NO_REPLY, LOST = (True, True), (True, False), (False, False)


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The design with values at dotted paths; None removes."""
    design = copy.deepcopy(BASE)
    for path, value in changes.items():
        *steps, last = path.split(".")
        at = design
        for step in steps:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return design


def load(changes: dict[str, Any]) -> reachsim.Network:
    return reachsim.loads(as_text(changed(changes)))


def said(net: reachsim.Network, source: str = "client", to: str = "lb", traffic: str = "tcp/443") -> Asked:
    trace = net.trace(source, to, traffic)
    assert not trace.undecided
    return trace.delivered, trace.reachable


def code(net: reachsim.Network, source: str = "client", to: str = "lb", traffic: str = "tcp/443") -> tuple[str, str]:
    first = net.trace(source, to, traffic).blockers[0]
    return first.code, first.rule_id


def group(name: str, *rules: tuple[str, str]) -> dict[str, Any]:
    """A security group of the VPC with these inbound rules."""
    return {f"vpcs.app.security_groups.{name}": {"ingress": [{"allow": t, "from": peer} for t, peer in rules]}}


def acl(name: str, direction: str, rule: dict[str, Any]) -> dict[str, Any]:
    """One more rule, before all others, of an ACL in one direction."""
    word = "from" if direction == "ingress" else "to"
    whole = {"rule": 100, "allow": "all", word: "0.0.0.0/0"}
    return {f"vpcs.app.network_acls.{name}.{direction}": [{"rule": 10, **rule}, whole]}


ENDS = {f"{LB}.type": "application"}
CLASSIC = {f"{LB}.type": "classic"}
SHUT = group("web")


PUBLIC = {f"{LB}.scheme": "internet-facing", f"{LB}.public_ips": {"front": "198.51.100.50"}}
