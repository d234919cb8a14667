"""Lint: rules of groups and ACLs, and functions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.lint_designs import CALM, HERE, found
from tests.designs import ANY, GONE, Changes, acl_of, load

# -- rules --------------------------------------------------------------------------------------------------


@pytest.mark.rule("NACL-2")
def test_numbers_without_room() -> None:
    dense = {"ingress": [{"rule": n, "allow": f"tcp/{n}", "from": ANY} for n in (1, 2, 10)], "egress": []}
    used: Changes = {"vpcs app network_acls": {"dense": dense}, "vpcs app subnets isolated network_acl": "dense"}
    assert found(used, only="ACL_NO_ROOM") == [("ACL_NO_ROOM", "app network ACL dense ingress")]
    dense["ingress"][1]["rule"] = 3  # type: ignore[index]
    assert found(used, only="ACL_NO_ROOM") == []


@pytest.mark.rule("NACL-3")
def test_a_default_acl_as_aws_makes_it_is_no_finding() -> None:
    """Rule 100 for IPv4 and 101 for IPv6, in both directions, used or not; what somebody wrote beside them is one."""

    def default(*more: dict[str, Any], name: str = "default", **first: Any) -> Changes:
        two = [{"rule": 100, "allow": "all", "of": ANY, **first}, {"rule": 101, "allow": "all", "of": "::/0"}, *more]
        sides = {
            "ingress": [{"from" if key == "of" else key: value for key, value in rule.items()} for rule in two],
            "egress": [{"to" if key == "of" else key: value for key, value in rule.items()} for rule in two],
        }
        return {"vpcs app network_acls": {name: sides}}

    everywhere: Changes = {f"vpcs app subnets {each} network_acl": "own" for each in ("private", "public", "isolated")}
    assert found(default()) == []
    unused = default() | everywhere | {"vpcs app network_acls own": {}}
    assert "ACL_UNUSED" not in [code for code, _ in found(unused)]
    dense = [("ACL_NO_ROOM", f"app network ACL default {side}") for side in ("ingress", "egress")]
    assert found(default({"rule": 102, "deny": "tcp/1", "of": ANY}), only="ACL_NO_ROOM") == dense
    assert found(default(allow="tcp"), only="ACL_NO_ROOM") == dense
    assert found(default(of="10.0.0.0/8"), only="ACL_NO_ROOM") == dense
    assert len(found(default(name="own"), only="ACL_NO_ROOM")) == 2
    edited = load(CALM, default(of="10.0.0.0/8"), everywhere, {"vpcs app network_acls own": {}}).lint("ACL_UNUSED")
    assert [(f.component, f.cure) for f in edited] == [("app network ACL default", "remove its rules, or use it")]


@pytest.mark.rule("SG-10")
def test_a_reference_to_a_group_that_nobody_carries() -> None:
    nobody: Changes = {
        "vpcs app security_groups none": {},
        "vpcs app security_groups client": {"ingress": [{"allow": "tcp/1", "from": "none"}]},
    }
    assert found(nobody) == [("REFERENCE_NEVER_MATCHES", "app.client ingress")]
    unused: Changes = {"vpcs app security_groups idle": {"ingress": [{"allow": "tcp/1", "from": "none"}]}}
    assert found(unused, {"vpcs app security_groups none": {}}) == [("GROUP_UNUSED", "app security group idle")]
    managed: Changes = {"vpcs app capacity_providers p": {"subnets": ["private"], "security_groups": ["none"]}}
    assert found(nobody, managed) == []


@pytest.mark.rule("LAMBDA-8", "EP-6")
def test_a_reference_in_a_direction_in_which_nobody_answers() -> None:
    function: Changes = {
        "vpcs app security_groups fn": {},
        "lambda_functions f latest": {"vpc": "app", "subnets": ["private"], "security_groups": ["fn"]},
    }
    to: Changes = {"vpcs app security_groups client": {"egress": [{"allow": "tcp/443", "to": "fn"}]}}
    assert found(function, to, only="REFERENCE_NEVER_MATCHES") == [("REFERENCE_NEVER_MATCHES", "app.client egress")]
    by: Changes = {"vpcs app security_groups client": {"ingress": [{"allow": "tcp/443", "from": "fn"}]}}
    assert found(function, by, only="REFERENCE_NEVER_MATCHES") == []
    endpoint: Changes = {
        "vpcs app security_groups fn": {"ingress": [{"allow": "tcp/443", "from": "10.0.0.0/16"}]},
        "vpcs app vpc_endpoints e": {
            "type": "interface",
            "service": "ssm",
            "subnets": ["private"],
            "security_groups": ["fn"],
        },
        "vpcs app enable_dns_hostnames": True,
    }
    assert found(endpoint, by) == [("REFERENCE_NEVER_MATCHES", "app.client ingress")]
    assert found(endpoint, to) == []


@pytest.mark.parametrize(
    ("rule", "open_"),
    [
        ({"allow": "tcp/22", "from": ANY}, True),
        ({"allow": "tcp/22", "from": "128.0.0.0/1"}, True),
        ({"allow": "tcp/3389", "from": "81.0.0.0/8"}, True),
        ({"allow": "tcp/22", "from": "81.0.0.0/9"}, False),
        ({"allow": "tcp/443", "from": ANY}, False),
        ({"allow": "udp/22", "from": ANY}, False),
    ],
)
def test_administration_that_is_open_to_the_world(rule: dict[str, str], open_: bool) -> None:
    changes: Changes = {"vpcs app security_groups open ingress": [rule]}
    assert found(changes, only="ADMIN_PORT_OPEN") == ([("ADMIN_PORT_OPEN", "app.web")] if open_ else [])


def test_an_interface_without_a_public_address_is_not_open_to_the_world() -> None:
    changes: Changes = {
        "vpcs app security_groups open ingress": [{"allow": "tcp/22", "from": ANY}],
        "vpcs app instances web public_ip": GONE,
    }
    assert found(changes, only="ADMIN_PORT_OPEN") == []


@pytest.mark.rule("NACL-12")
def test_answers_to_some_ports_of_the_client() -> None:
    narrow = acl_of("private", [f"allow tcp/1024-60000 {ANY}"], [f"allow all {ANY}"])
    lint = load(CALM, narrow).lint("ANSWERS_CLOSED")
    assert [(f.component, "60001-65535" in f.text) for f in lint] == [
        ("app.private network ACL private-acl ingress", True)
    ]
    quiet: Changes = {f"vpcs app instances {name} listens": "udp/53" for name in ("probe", "twin", "web", "db")}
    shut = acl_of("isolated", [f"allow all {ANY}"], [f"allow tcp/1-1000 {ANY}"])
    assert found(shut, only="ANSWERS_CLOSED") == [("ANSWERS_CLOSED", "app.isolated network ACL isolated-acl egress")]
    assert found(shut, quiet, only="ANSWERS_CLOSED") == []  # nobody listens for TCP there
    assert found(acl_of("private", [f"allow all {ANY}"], [f"allow all {ANY}"]), only="ANSWERS_CLOSED") == []


@pytest.mark.rule("NAT-PORT")
def test_ports_of_nat_that_an_acl_keeps_out() -> None:
    cis: Changes = {
        "vpcs app network_acls public": {
            "ingress": [{"rule": 90, "deny": "tcp/3389", "from": ANY}, {"rule": 100, "allow": "all", "from": ANY}],
            "egress": [{"rule": 100, "allow": "all", "to": ANY}],
        },
        "vpcs app subnets public network_acl": "public",
    }
    lint = load(CALM, cis).lint("NAT_PORTS_CLOSED")
    assert [f.component for f in lint] == ["app.public network ACL public ingress"]
    assert "1 in 64,512" in lint[0].evidence


# -- functions ----------------------------------------------------------------------------------------------


@pytest.mark.rule("LAMBDA-28", "LAMBDA-29")
@pytest.mark.parametrize(
    ("latest", "version", "code"),
    [
        (HERE, {}, "ALIAS_OUTSIDE_VPC"),
        (HERE, HERE, None),
        (HERE, HERE | {"security_groups": ["open"]}, "ALIAS_OTHER_ATTACHMENT"),
        (HERE, HERE | {"subnets": ["isolated"]}, "ALIAS_OTHER_ATTACHMENT"),
        ({}, {}, None),
        ({}, HERE, None),
    ],
)
def test_an_alias_of_a_version_that_is_elsewhere(latest: Any, version: Any, code: str | None) -> None:
    function: Changes = {"lambda_functions f": {"latest": latest, "versions": {1: version}, "aliases": {"live": 1}}}
    expected = [] if code is None else [(code, "f:live")]
    assert [each for each in found(function) if each[0].startswith("ALIAS")] == expected
    gateway: Changes = {
        "lambda_functions f": {"latest": latest, "versions": {1: version}},
        "api_gateways g": {"integration": "f:1"},
    }
    assert [c for c, component in found(function, gateway) if component == "g"] == ([] if code is None else [code])


def test_the_cure_of_a_stale_alias_names_the_version_that_is_there() -> None:
    function = {"latest": HERE, "versions": {1: {}, 2: HERE}, "aliases": {"live": 1}}
    assert load(CALM, {"lambda_functions f": function}).lint()[0].cure == "point it at version 2"


@pytest.mark.rule("LAMBDA-7")
def test_a_function_in_a_public_subnet() -> None:
    public: Changes = {"lambda_functions f latest": HERE | {"subnets": ["public"]}}
    assert found(public) == [("FUNCTION_IN_PUBLIC_SUBNET", "f")]
    assert found({"lambda_functions f latest": HERE}) == []
    no_address: Changes = {"vpcs app nat_gateways ngw": {"subnet": "public", "connectivity": "private"}}
    assert found({"lambda_functions f latest": HERE}, no_address) == [
        ("NAT_WITHOUT_WAY_OUT", "app route table private")
    ]
    stale: Changes = {"lambda_functions f": {"latest": HERE, "versions": {1: HERE | {"subnets": ["public"]}}}}
    assert found(stale) == []  # nobody can call it but by its number
    named: Changes = {"lambda_functions f aliases": {"live": 1}}
    assert ("FUNCTION_IN_PUBLIC_SUBNET", "f:1") in found(stale, named)
