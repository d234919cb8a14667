"""Addresses that something which is not modelled may have: whoever asks for them by number is not falsely sure."""

from typing import Any

import pytest
from tests.oracle.text import write_yaml

import reachsim

OPEN: list[dict[str, str]] = [{"allow": "all", "from": "0.0.0.0/0"}]
DESIGN: dict[str, Any] = {
    "version": 1,
    "region": "eu-west-1",
    "vpcs": {
        "app": {
            "cidrs": ["10.1.0.0/16"],
            "internet_gateway": "igw",
            "vpn_gateways": {"vgw": {}},
            "subnets": {
                "a": {"cidr": "10.1.1.0/24", "az": "a"},
                "dark": {"cidr": "10.1.3.0/24", "az": "a"},
                "empty": {"cidr": "10.1.4.0/24", "az": "a"},
            },
            "route_tables": {"main": {"0.0.0.0/0": "igw", "192.168.0.0/16": "vgw"}},
            "security_groups": {"open": {"ingress": OPEN}},
            "instances": {"x": {"subnet": "a", "private_ip": "10.1.1.10", "security_groups": ["open"]}},
            "vpc_endpoints": {"s3": {"type": "gateway", "service": "s3", "route_tables": ["main"]}},
            "unknown_components": {"u": {"subnets": ["dark"], "why": "its kind is new"}},
        }
    },
    "vpn_connections": {"line": {"gateway": "app.vgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
}
FAR = ["office", "192.168.1.9", "8.8.8.8", "internet", "service:s3", "app.x"]


@pytest.mark.rule("VPN-3")
@pytest.mark.parametrize("dark", ["10.1.3.0/24", "10.1.3.7", "10.1.3.128/25"])
@pytest.mark.parametrize("source", ["office", "192.168.1.9", "app.x"])
def test_what_comes_to_it_is_undecided(source: str, dark: str) -> None:
    net = reachsim.loads(write_yaml(DESIGN))
    assert net.expect(source, dark, deny="tcp/443").verdict == "undecided"
    assert net.expect(source, dark, allow="tcp/443").verdict != "holds"
    assert net.trace(source, dark, "tcp/443").undecided


@pytest.mark.rule("WALK-24", "VPN-3", "IGW-7")
@pytest.mark.parametrize("dark", ["10.1.3.0/24", "10.1.3.7", "10.1.3.128/25"])
@pytest.mark.parametrize("destination", FAR)
def test_what_comes_from_it_is_undecided(destination: str, dark: str) -> None:
    net = reachsim.loads(write_yaml(DESIGN))
    assert net.expect(dark, destination, deny="tcp/443").verdict == "undecided"


@pytest.mark.rule("WALK-24", "VPN-3")
def test_a_subnet_without_any_is_decided() -> None:
    net = reachsim.loads(write_yaml(DESIGN))
    for block in ("10.1.4.0/24", "10.1.4.7"):
        assert net.expect("office", block, deny="tcp/443").verdict == "holds"
        assert net.expect(block, "office", deny="tcp/443").verdict == "holds"
