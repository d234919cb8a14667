"""What enters by a gateway, an endpoint or a load balancer, in every kind of answer: the same verdict in each.

Designs that once were answered with a definite no in one command or another, since they had such components.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.oracle.text import read_yaml, write_yaml

import reachsim
from reachsim.resources.expectation import Selector

GATEWAY = """
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    subnets: {private: {cidr: 10.0.1.0/24, route_table: private}}
    route_tables: {private: {routes: {}, propagate: [vgw]}}
    security_groups: {app: {ingress: [{allow: tcp/22, from: 192.168.0.0/16}]}}
    instances: {app: {subnet: private, security_groups: [app]}}
    vpn_gateways: {vgw: {}}
vpn_connections: {office: {gateway: main.vgw, static_routes: [192.168.0.0/16]}}
"""
TRANSIT = """
version: 1
vpcs:
  one:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.0.0/24, route_table: r}}
    route_tables: {r: {10.0.0.0/8: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 10.0.0.0/8}]}}
    instances: {x: {subnet: a, security_groups: [open]}}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {a: {cidr: 10.2.0.0/24}}
    security_groups: {open: {ingress: [{allow: all, from: 10.0.0.0/8}]}}
    instances: {y: {subnet: a, security_groups: [open]}}
transit_gateways: {tgw: {attachments: {one: {vpc: one, subnets: [a]}, two: {vpc: two, subnets: [a]}}}}
"""
BALANCER = """
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {public: {cidr: 10.0.0.0/24, route_table: public}, private: {cidr: 10.0.1.0/24}}
    route_tables: {public: {0.0.0.0/0: igw}}
    security_groups: {target: {ingress: [{allow: tcp/22, from: 0.0.0.0/0}]}}
    instances: {host: {subnet: private, security_groups: [target]}}
    load_balancers:
      nlb:
        type: network
        scheme: internet-facing
        subnets: [public]
        listeners: {tcp/22: ssh}
        target_groups: {ssh: {targets: [host], port: tcp/22, preserve_client_ip: true}}
"""
ENDPOINT = """
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    subnets: {app: {cidr: 10.0.1.0/24}, shared: {cidr: 10.0.2.0/24}}
    security_groups: {open: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}, app: {}, shut: {}}
    instances: {app: {subnet: app, security_groups: [app]}}
    vpc_endpoints: {kms: {type: interface, service: kms, subnets: [shared], security_groups: [open]}}
    load_balancers:
      int:
        type: application
        scheme: internal
        subnets: [shared]
        security_groups: [open]
        listeners: {tcp/443: x}
        target_groups: {x: {targets: [app], port: tcp/443}}
"""


def verdict(text: str, start: Any, end: Any, deny: str) -> str:
    """The verdict on `deny`."""
    design = {**read_yaml(text), "expect": [{"from": start, "to": end, "deny": deny}]}
    return reachsim.loads(write_yaml(design)).check()[0].verdict


@pytest.mark.parametrize(
    ("text", "start", "end", "deny"),
    [
        pytest.param(GATEWAY, "192.168.0.0/16", "app", "tcp/22", id="a block behind a VPN"),
        pytest.param(GATEWAY, "192.168.10.20", "app", "all", id="an address behind a VPN"),
        pytest.param(GATEWAY, "app", "192.168.10.20", "tcp/443", id="out by a VPN"),
        pytest.param(TRANSIT, "one.x", "two.y", "all", id="over a transit gateway, though no answer comes back"),
        pytest.param(BALANCER, "internet", "host", "all", id="by a load balancer that keeps the client's address"),
        pytest.param(ENDPOINT, "app", {"subnet": "main.shared"}, "tcp/443", id="devices in a subnet"),
        pytest.param(ENDPOINT, "app", "10.0.2.0/24", "all", id="devices in a block"),
        pytest.param(ENDPOINT, "app", {"vpc": "main"}, "tcp/443", id="devices in a VPC"),
    ],
)
def test_what_is_delivered_by_a_component_is_delivered_in_every_answer(
    text: str, start: Any, end: Any, deny: str
) -> None:
    net = reachsim.loads(text)
    ends = [Selector(**each) if isinstance(each, dict) else each for each in (start, end)]
    assert verdict(text, start, end, deny) == "fails"
    assert not net.isolated(*ends)
    assert net.reach(*ends).delivered
    if isinstance(start, str) and isinstance(end, str) and "/" not in f"{start}{end}" and deny != "all":
        assert net.trace(start, end, deny).delivered


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param(TRANSIT, "two.y", "one.x", id="no route leads to the transit gateway"),
        pytest.param(TRANSIT, "10.99.0.5", "one.x", id="nobody has an address like that behind it"),
        pytest.param(GATEWAY, "10.99.0.5", "app", id="the connection carries no such address"),
        pytest.param(GATEWAY.replace("propagate: [vgw]", "propagate: []"), "app", "192.168.10.20", id="no route"),
    ],
)
def test_what_no_component_lets_through_is_not_delivered(text: str, start: str, end: str) -> None:
    net = reachsim.loads(text)
    assert verdict(text, start, end, "all") == "holds"
    assert not net.reach(start, end).delivered
    assert not net.trace(start, end, "tcp/22").delivered


def test_an_opened_group_of_a_device_is_a_difference() -> None:
    for device in ("kms", "int"):
        shut = read_yaml(ENDPOINT)
        found = {**shut["vpcs"]["main"]["vpc_endpoints"], **shut["vpcs"]["main"]["load_balancers"]}
        found[device]["security_groups"] = ["shut"]
        change = reachsim.diff(reachsim.loads(write_yaml(shut)), reachsim.loads(ENDPOINT))
        assert [str(each.traffic) for each in change.opened] == ["tcp/443"], device
        assert not change.closed


def test_the_internet_by_a_load_balancer_is_exposure() -> None:
    exposed = reachsim.loads(BALANCER).exposure()
    assert "main.host" in str(exposed)
