"""A VPN connection that may be up or not. The oracle: the designs in which it is, and in which it is not."""

from __future__ import annotations

import json
from typing import Any

import reachsim

QUESTIONS = [
    (source, to, port)
    for source, to in (("web", "172.16.0.9"), ("172.16.0.9", "web"), ("web", "172.17.0.9"), ("other", "web"))
    for port in ("tcp/443", "tcp/22")
]


def net(state: str, gateway: str) -> reachsim.Network:
    vpc: dict[str, Any] = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"a": {"cidr": "10.0.1.0/24"}},
        "route_tables": {"main": {"172.16.0.0/12": gateway.rpartition(".")[2]}},
        "security_groups": {"web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}},
        "interfaces": {"web": {"subnet": "a", "security_groups": ["web"]}, "other": {"subnet": "a"}},
    }
    made: dict[str, Any] = {"version": 1, "vpcs": {"app": vpc}}
    if gateway == "tgw":
        made["transit_gateways"] = {
            "tgw": {"attachments": {"app": {"vpc": "app", "subnets": ["a"]}, "vpn": {"vpn": "vpn"}}}
        }
    else:
        vpc["vpn_gateways"] = {"vgw": {}}
    made["vpn_connections"] = {"vpn": {"gateway": gateway, "static_routes": ["172.16.0.0/16"], "state": state}}
    return reachsim.loads(json.dumps(made))


def test_only_what_hangs_on_its_state_is_undecided() -> None:
    for gateway in ("app.vgw", "tgw"):
        perhaps, up, down = (net(state, gateway) for state in ("unknown", "up", "down"))
        told = [[each.trace(*asked).verdict for asked in QUESTIONS] for each in (perhaps, up, down)]
        for asked, each, *settled in zip(QUESTIONS, *told, strict=True):
            assert each == (settled[0] if len(set(settled)) == 1 else "undecided"), asked
        assert 0 < told[0].count("undecided") < len(QUESTIONS)
        assert "whether VPN connection vpn is up is not known" in str(perhaps.trace("172.16.0.9", "web", "tcp/443"))
