"""Two VPCs with a service of one's own between them, changes of it, and what is said of a packet."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import as_text

import reachsim
from reachsim.trace.result import Trace

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  consumer:
    account: "111"
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets:
      work: {cidr: 10.0.1.0/24, az: a, route_table: work}
      ends: {cidr: 10.0.2.0/24, az: a, route_table: ends, network_acl: ends}
      far: {cidr: 10.0.3.0/24, az: b}
    route_tables: {work: {}, ends: {}}
    network_acls:
      ends: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      endpoint: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      client: {}
    instances:
      client: {subnet: work, private_ip: 10.0.1.10, security_groups: [client]}
      double: {subnet: ends, private_ip: 10.0.2.20, security_groups: [client]}
    vpc_endpoints:
      mine:
        type: interface
        service: mine
        subnets: [ends]
        security_groups: [endpoint]
        private_ips: {ends: 10.0.2.99}
  provider:
    account: "222"
    cidrs: [10.0.0.0/16]
    subnets:
      front: {cidr: 10.0.1.0/24, az: a, network_acl: front}
      back: {cidr: 10.0.2.0/24, az: a}
      side: {cidr: 10.0.3.0/24, az: b}
    network_acls:
      front: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      nlb: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}
      web: {ingress: [{allow: tcp/8443, from: nlb}]}
    instances:
      web: {subnet: back, private_ip: 10.0.2.20, security_groups: [web]}
      other: {subnet: side, private_ip: 10.0.3.20, security_groups: [web]}
    load_balancers:
      nlb:
        type: network
        scheme: internal
        subnets: [front]
        private_ips: {front: 10.0.1.50}
        security_groups: [nlb]
        listeners: {tcp/443: t}
        target_groups: {t: {targets: [web], port: tcp/8443}}
endpoint_services:
  mine: {load_balancer: provider.nlb, private_dns_name: api.corp.example}
""")
ENDPOINT = "vpcs consumer vpc_endpoints mine"
NLB = "vpcs provider load_balancers nlb"
GROUP = f"{NLB} target_groups t"
ZONES: Changes = {f"{NLB} subnets": ["front", "side"], f"{NLB} private_ips": GONE}
PEERED: Changes = {
    "vpcs third": {
        "cidrs": ["10.9.0.0/16"],
        "subnets": {"s": {"cidr": "10.9.0.0/24", "az": "c", "route_table": "r"}},
        "route_tables": {"r": {"10.0.0.0/16": "pcx"}},
        "instances": {"guest": {"subnet": "s", "private_ip": "10.9.0.10"}},
    },
    "peering_connections pcx": {"requester": "third", "accepter": "consumer"},
    "vpcs consumer route_tables ends": {"10.9.0.0/16": "pcx"},
    "vpcs provider security_groups nlb ingress": [{"allow": "tcp/443", "from": "10.0.0.0/8"}],
}


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(BASE, *changes)))


def ask(*changes: Changes, source: str = "consumer.client", to: str = "mine", traffic: str = "tcp/443") -> Trace:
    return load(*changes).trace(source, to, traffic)


def code(trace: Trace) -> tuple[str, str]:
    assert not trace.undecided
    assert not trace.reachable
    return trace.blockers[0].code, trace.blockers[0].rule_id


def allow(group: str, *rules: tuple[str, str]) -> Changes:
    return {f"vpcs provider security_groups {group} ingress": [{"allow": t, "from": peer} for t, peer in rules]}


def refused(*changes: Changes) -> list[str]:
    with pytest.raises(reachsim.DesignError) as caught:
        load(*changes)
    return [problem.message for problem in caught.value.problems]
