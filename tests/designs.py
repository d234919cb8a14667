"""Small designs for tests: one base, and edits of it that fit in a line.

The base: VPC `app` with a public subnet (`web`, the NAT instance `nat`, the NAT gateway `ngw`), a private
one whose default
route is the gateway (`probe`, `twin`) and an isolated one (`db`); VPC `data` with `api`, peered with it by
`pcx`.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

import yaml
from tests.oracle.text import as_text

import reachsim
from reachsim.errors import DesignError, Problem
from reachsim.trace.result import Trace

Changes = dict[str, Any]

BASE = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
      isolated: {cidr: 10.0.2.0/24, az: b}
    route_tables:
      public: {0.0.0.0/0: igw}
      private: {0.0.0.0/0: ngw, 10.1.0.0/16: pcx}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      client: {}
    instances:
      web: {subnet: public, private_ip: 10.0.0.20, public_ip: 198.51.100.20, security_groups: [open]}
      nat:
        subnet: public
        private_ip: 10.0.0.10
        public_ip: 198.51.100.10
        security_groups: [open]
        nat: true
        source_dest_check: false
      probe: {subnet: private, private_ip: 10.0.1.10, security_groups: [client]}
      twin: {subnet: private, private_ip: 10.0.1.11, security_groups: [open]}
      db: {subnet: isolated, private_ip: 10.0.2.20, security_groups: [open]}
    nat_gateways:
      ngw: {subnet: public, private_ip: 10.0.0.5, public_ip: 198.51.100.7}
  data:
    cidrs: [10.1.0.0/16]
    subnets:
      api: {cidr: 10.1.1.0/24, az: a, route_table: api}
    route_tables:
      api: {10.0.0.0/16: pcx}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
    instances:
      api: {subnet: api, private_ip: 10.1.1.80, security_groups: [open]}
peering_connections:
  pcx: {requester: app, accepter: data}
internet:
  hosts:
    www: {ip: 203.0.113.9}
    dns: {ip: 8.8.8.8}
""")

ANY = "0.0.0.0/0"
GONE = object()
"""As the value of a change: the key is taken away."""

NAT_INSTANCE: Changes = {"vpcs app route_tables private 0.0.0.0/0": "nat"}
"""The NAT instance in place of the gateway."""
MIDDLEBOX: Changes = {  # ROUTE-8
    "vpcs app route_tables private 10.0.2.0/24": "nat",
    "vpcs app instances nat nat": {"ip_forward": True, "masquerade": False},
}
"""What the private subnet sends to the isolated one goes through `nat`, which keeps the addresses."""
DUAL: Changes = {
    "vpcs app cidrs": ["10.0.0.0/16", "2001:db8::/56"],
    "vpcs app egress_only_internet_gateway": "eigw",
    "vpcs app subnets private ipv6_cidr": "2001:db8:0:1::/64",
    "vpcs app subnets public ipv6_cidr": "2001:db8:0:2::/64",
    "vpcs app instances twin ipv6_address": "2001:db8:0:1::11",
    "vpcs app instances web ipv6_address": "2001:db8:0:2::20",
    "vpcs app security_groups open ingress": [{"allow": "all", "from": [ANY, "::/0"]}],
    "internet hosts six": {"ip": "2001:4860:4860::8888"},
}
"""IPv6 next to IPv4 in `app`, for `twin` and `web`."""


def design(*changes: Changes) -> dict[str, Any]:
    """The base with changes."""
    return edited(BASE, *changes)


def edited(base: dict[str, Any], *changes: Changes) -> dict[str, Any]:
    """A design with values set at paths of keys, which are separated by spaces."""
    out: dict[str, Any] = copy.deepcopy(base)
    for change in changes:
        for path, value in change.items():
            *way, last = path.split()
            at = out
            for key in way:
                at = at.setdefault(key, {})
            if value is GONE:
                del at[last]
            else:
                at[last] = copy.deepcopy(value)
    return out


def load(*changes: Changes) -> reachsim.Network:
    """The base with changes, loaded."""
    return _loaded(as_text(design(*changes)))


@lru_cache(maxsize=128)
def _loaded(text: str) -> reachsim.Network:
    return reachsim.loads(text, file="test.yaml")


def acl(name: str, ingress: list[str], egress: list[str], vpc: str = "app") -> Changes:
    """An ACL from lines such as `allow tcp/443 10.0.0.0/16`, numbered as they stand."""

    def rules(lines: list[str], side: str) -> list[dict[str, Any]]:
        words = [line.split() for line in lines]
        return [{"rule": 10 * n, verb: traffic, side: peer} for n, (verb, traffic, peer) in enumerate(words, 1)]

    return {f"vpcs {vpc} network_acls {name}": {"ingress": rules(ingress, "from"), "egress": rules(egress, "to")}}


def acl_of(subnet: str, ingress: list[str], egress: list[str], vpc: str = "app") -> Changes:
    """Such an ACL, used by a subnet."""
    return acl(f"{subnet}-acl", ingress, egress, vpc) | {f"vpcs {vpc} subnets {subnet} network_acl": f"{subnet}-acl"}


def group(name: str, *ingress: tuple[Any, Any], vpc: str = "app", egress: Any = GONE) -> Changes:
    """A security group with these (traffic, from) rules; `egress`: pairs of (traffic, to)."""
    body: dict[str, Any] = {"ingress": [{"allow": traffic, "from": peer} for traffic, peer in ingress]}
    if egress is not GONE:
        body["egress"] = [{"allow": traffic, "to": peer} for traffic, peer in egress]
    return {f"vpcs {vpc} security_groups {name}": body}


ALL = f"allow all {ANY}"
CLIENT_PORTS = f"allow tcp/1024-65535 {ANY}"


def blames(trace: Trace, code: str, rule: str, component: str, leg: str = "forward") -> None:
    """The first blocker is this one, and the verdict fits the leg that it is on."""
    assert trace.blockers, f"nothing blocks: {trace.verdict}"
    first = trace.blockers[0]
    assert (first.code, first.rule_id, first.component, first.leg) == (code, rule, component, leg), first
    assert trace.delivered == (leg == "reply")
    assert not trace.reachable
    assert trace.client_sees == ("name error" if code == "NAME_NOT_RESOLVED" else "timeout")


def passes(trace: Trace) -> None:
    """There and back, with nothing in the way."""
    assert trace.reachable, list(map(str, trace.blockers))
    assert trace.delivered
    assert not trace.blockers


def problems(*changes: Changes) -> tuple[Problem, ...]:
    """What is wrong with the base with changes; nothing where it loads."""
    try:
        load(*changes)
    except DesignError as error:
        return error.problems
    return ()


def refuses(rule: str, path: str, *changes: Changes) -> Problem:
    """Loading ends in exactly one problem, of this rule and at this place; returns it."""
    found = problems(*changes)
    assert [(problem.code, place(problem)) for problem in found] == [(rule, path)], list(map(str, found))
    assert found[0].line is not None
    return found[0]


def place(problem: Problem) -> str:
    """The path of keys of a problem, as tests write it."""
    return " ".join(map(str, problem.path))
