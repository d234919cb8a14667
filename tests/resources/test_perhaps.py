"""`perhaps`: a rule of which it is not known whether it is there. The oracle are the designs with it and without it."""

from __future__ import annotations

import json
from typing import Any

import pytest

import reachsim

ALL, B = "0.0.0.0/0", "10.0.2.0/24"


def design(section: str, rule: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    groups: dict[str, Any] = {"web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}}
    acls: dict[str, Any] = {}
    if section == "security_groups":
        groups["web"]["ingress"] = [*others, rule]
    else:
        acls["default"] = {"ingress": [*others, rule], "egress": [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}]}
    return {
        "version": 1,
        "vpcs": {
            "app": {
                "cidrs": ["10.0.0.0/16"],
                "subnets": {"a": {"cidr": "10.0.1.0/24"}, "b": {"cidr": "10.0.2.0/24"}},
                "security_groups": groups,
                "network_acls": acls,
                "interfaces": {
                    "one": {"subnet": "a"},
                    "two": {"subnet": "b"},
                    "web": {"subnet": "b", "security_groups": ["web"]},
                },
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("section", "rule", "others"),
    [
        ("security_groups", {"allow": "tcp/443", "from": "10.0.1.0/24"}, []),
        ("security_groups", {"allow": "tcp/443", "from": "default"}, [{"allow": "tcp/80", "from": "default"}]),
        ("security_groups", {"allow": "all", "from": ["10.0.1.0/24", "default"]}, [{"allow": "tcp/22", "from": B}]),
        ("network_acls", {"rule": 5, "deny": "tcp/443", "from": "10.0.1.0/24"}, [{"rule": 9, "allow": "all", "from": ALL}]),
        ("network_acls", {"rule": 5, "allow": "tcp", "from": "10.0.0.0/16"}, [{"rule": 4, "deny": "tcp/22", "from": ALL}]),
    ],
)  # fmt: skip
def test_only_what_it_changes_is_undecided(section: str, rule: dict[str, Any], others: list[dict[str, Any]]) -> None:
    perhaps = reachsim.loads(_json(design(section, {**rule, "perhaps": True}, others)))
    there = reachsim.loads(_json(design(section, rule, others)))
    absent = reachsim.loads(_json(_without(design(section, rule, others), section)))
    open_, changed = 0, 0
    for source in ("one", "two"):
        for asked in ("tcp/443", "tcp/80", "tcp/22", "udp/53"):
            verdicts = {each.trace(source, "web", asked).verdict for each in (there, absent)}
            told = perhaps.trace(source, "web", asked).verdict
            assert told == (verdicts.pop() if len(verdicts) == 1 else "undecided"), (source, asked)
            changed += told == "undecided"
            open_ += 1
    assert 0 < changed < open_


def _without(made: dict[str, Any], section: str) -> dict[str, Any]:
    member = "web" if section == "security_groups" else "default"
    made["vpcs"]["app"][section][member]["ingress"].pop()
    return made


def _json(made: dict[str, Any]) -> str:
    return json.dumps(made)


def test_it_is_told_as_what_it_is() -> None:
    made = design("security_groups", {"allow": "tcp/443", "from": "10.0.1.0/24", "perhaps": True}, [])
    told = str(reachsim.loads(_json(made)).trace("one", "web", "tcp/443"))
    assert "what 'tcp/443 from 10.0.1.0/24, perhaps' means is not known" in " ".join(told.split())


def test_a_component_that_is_not_known_is_undecided_with_its_reason() -> None:
    made = design("security_groups", {"allow": "tcp/443", "from": "10.0.1.0/24"}, [])
    made["vpcs"]["app"]["unknown_components"] = {"nat": {"subnets": ["b"], "why": "its subnet is computed"}}
    made["vpcs"]["app"]["route_tables"] = {"main": {"0.0.0.0/0": "nat"}}
    net = reachsim.loads(_json(made))
    for ends in (("one", "nat"), ("nat", "one"), ("one", "8.8.8.8")):
        told = net.trace(*ends, "tcp/443")
        assert told.verdict == "undecided"
        assert "app.nat: its subnet is computed" in str(told)
    assert net.trace("one", "web", "tcp/443").verdict == "reachable"
    assert net.trace("one", "10.0.2.77", "tcp/443").verdict == "undecided"
    assert net.trace("one", "10.0.1.77", "tcp/443").verdict == "blocked"
