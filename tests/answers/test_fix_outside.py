"""Edits of ways to networks outside AWS, each from a fault that people meet."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, written
from tests.designs import Changes

LINE: Changes = {
    "vpcs app vpn_gateways": {"vgw": {}},
    "vpcs app route_tables private": {"routes": {"0.0.0.0/0": "ngw"}, "propagate": ["vgw"]},
    "direct_connect_gateways": {"line": {"gateways": ["app.vgw"], "prefixes": ["192.168.0.0/16"]}},
    "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"], "hosts": {"desk": {"ip": "192.168.1.2"}}}},
    "vpcs app security_groups client ingress": [{"allow": "tcp/22", "from": "192.168.0.0/16"}],
}
"""An office behind a Direct Connect gateway."""
THERE, BACK = ("probe", "office.desk", "tcp/443"), ("office.desk", "probe", "tcp/22")


def changed(changes: Changes, question: tuple[str, str, str]) -> dict[tuple[Any, ...], Any]:
    """What the best fix changes."""
    fix = best(written(LINE, changes).fixes(*question))
    return {change.path: change.value for edit in fix.edits for change in edit.changes}


def test_the_design_works() -> None:
    assert written(LINE).trace(*THERE).reachable
    assert written(LINE).trace(*BACK).reachable


@pytest.mark.rule("VPN-1")
@pytest.mark.rule("VPN-4")
@pytest.mark.parametrize("question", [THERE, BACK])
def test_a_direct_connect_gateway_is_associated_with_the_vpcs_gateway(question: tuple[str, str, str]) -> None:
    apart: Changes = {"direct_connect_gateways line gateways": []}
    assert changed(apart, question) == {("direct_connect_gateways", "line", "gateways"): "app.vgw"}


@pytest.mark.rule("VPN-4")
def test_the_key_to_edit_of_a_network_without_a_way_in_is_what_is_missing() -> None:
    apart: Changes = {"direct_connect_gateways line gateways": []}
    first = written(LINE, apart).explain(*BACK).obstacles[0]
    assert first.key == "direct_connect_gateways.line.gateways"
    assert first.blocker.text == "line, which leads to office, is attached nowhere"
    alone = written(LINE, {"networks office via": []}).explain(*BACK).obstacles[0]
    assert alone.key == "networks.office.via"
    assert alone.blocker.text == "office has no connection"


@pytest.mark.rule("VPN-1")
@pytest.mark.parametrize("question", [THERE, BACK])
def test_a_network_is_behind_the_connection_that_carries_its_block(question: tuple[str, str, str]) -> None:
    """Not behind one that does not carry it."""
    other: Changes = {
        "networks office via": [],
        "vpn_connections": {"other": {"gateway": "app.vgw", "bgp_routes": ["172.20.0.0/16"]}},
    }
    assert changed(other, question) == {("networks", "office", "via"): "line"}


@pytest.mark.rule("VPN-1")
def test_what_goes_into_another_network_names_that_network() -> None:
    """Each of two: the connection carries the blocks of both, and leads to neither."""
    two: Changes = {
        "networks office via": [],
        "networks lab": {"cidrs": ["192.168.2.0/24"], "hosts": {"bench": {"ip": "192.168.2.2"}}},
        "networks office cidrs": ["192.168.0.0/23"],
    }
    net = written(LINE, two)
    for name, host in (("office", "office.desk"), ("lab", "lab.bench")):
        (blocker,) = net.trace("probe", host, "tcp/443").blockers
        assert blocker.code == "DELIVERED_ELSEWHERE"
        assert blocker.cause.path == ("networks", name, "via")
        assert f"is in network {name}, to which line does not lead" in blocker.text
