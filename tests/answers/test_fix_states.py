"""Edits that set a state or a switch of what is there already."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, written
from tests.answers.test_fix_functions import INSIDE, OUTSIDE, function
from tests.designs import GONE, Changes

VPN: Changes = {
    "vpcs data vpn_gateways": {"vgw": {}},
    "vpn_connections": {"office": {"gateway": "data.vgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"desks": {"cidrs": ["192.168.0.0/16"], "via": ["office"], "hosts": {"pc": {"ip": "192.168.1.1"}}}},
    "vpcs data route_tables api": {"routes": {"10.0.0.0/16": "pcx"}, "propagate": ["vgw"]},
}


@pytest.mark.rule("NATGW-11")
@pytest.mark.rule("ROUTE-14")
@pytest.mark.rule("VPN-4")
@pytest.mark.parametrize(
    ("changes", "question", "path", "value"),
    [
        ({"vpcs app nat_gateways ngw state": "deleted", "vpcs app instances nat": GONE}, ("probe", "www"),
         "vpcs app nat_gateways ngw state", "available"),
        ({"vpcs app instances db state": "stopped"}, ("probe", "db"), "vpcs app instances db state", "running"),
        ({"vpcs app instances nat nat": GONE, "vpcs app nat_gateways": {}, "vpcs app route_tables private 0.0.0.0/0": "nat"},
         ("probe", "www"), "vpcs app instances nat nat", True),
        ({**VPN, "vpn_connections office state": "down"}, ("api", "desks.pc"), "vpn_connections office state", "up"),
        ({**VPN, "vpcs data route_tables api": {"routes": {}}}, ("api", "desks.pc"),
         "vpcs data route_tables api propagate", "vgw"),
        ({**VPN, "vpcs data route_tables api": {}}, ("api", "desks.pc"),
         "vpcs data route_tables api", {"routes": {}, "propagate": ["vgw"]}),
    ],
)  # fmt: skip
def test_a_state_or_switch_is_set(changes: Changes, question: tuple[str, str], path: str, value: Any) -> None:
    (change,) = best(written(changes).fixes(*question, "tcp/443")).edits[0].changes
    assert (" ".join(map(str, change.path)), change.value) == (path, value)


@pytest.mark.rule("LAMBDA-22")
def test_latest_is_attached_as_a_version_is() -> None:
    (change,) = best(written(function(OUTSIDE, INSIDE)).fixes("f", "db", "tcp/5432")).edits[0].changes
    assert (change.path, change.value) == (("lambda_functions", "f", "latest"), INSIDE)


@pytest.mark.rule("SG-3")
def test_a_rule_of_a_default_group_that_is_not_written_keeps_what_aws_has_in_it() -> None:
    changes = (
        best(written({"vpcs app instances db security_groups": GONE}).fixes("probe", "db", "tcp/5432")).edits[0].changes
    )
    group = ("vpcs", "app", "security_groups", "default")
    assert [(change.path, change.value) for change in changes] == [
        (group, {"ingress": [{"allow": "all", "from": "default"}]}),
        ((*group, "ingress"), {"allow": "tcp/5432", "from": "client"}),
    ]
