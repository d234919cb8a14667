"""Lint: each check finds its fault, and nothing in designs without it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.designs import ANY, GONE, MIDDLEBOX, NAT_INSTANCE, Changes, acl_of, load

import reachsim
from reachsim.answers.lint.registry import CHECKS
from reachsim.cli.main import main
from reachsim.errors import DesignError, UsageError
from reachsim.rules.lint import LintCode, severity_of
from reachsim.rules.quotas import RULES_OF_GROUP, near, over

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
CALM: Changes = {
    "vpcs app security_groups open ingress": [{"allow": "all", "from": "10.0.0.0/16"}],
    "vpcs app instances nat": GONE,
}
"""The base of `tests.designs` without a door that is open to the world."""

ENDPOINT = {"type": "interface", "service": "ssm", "subnets": ["private"]}


def found(*changes: Changes, only: str = "") -> list[tuple[str, str]]:
    """Codes and components."""
    return [(f.code, f.component) for f in load(CALM, *changes).lint(*([only] if only else []))]


def model(name: str, *only: str) -> list[tuple[str, str, int]]:
    """Codes, components and lines."""
    lint = reachsim.load(MODELS / f"{name}.yaml").lint(*only)
    return [(f.code, f.component, int(f.where.rpartition(":")[2])) for f in lint]


def test_the_base_is_clean() -> None:
    assert found() == []
    assert load(CALM).lint()


# -- the gallery --------------------------------------------------------------------------------------------

PLANTED = {
    "02-lambda-in-public-subnet": "FUNCTION_IN_PUBLIC_SUBNET",
    "03-nat-gateway-in-private-subnet": "NAT_WITHOUT_WAY_OUT",
    "05-nat-instance-source-dest-check": "NAT_CHECK_ON",
    "06-nat-instance-closed-group": "NAT_CLOSED",
    "07-nat-instance-no-masquerade": "ROUTE_LEADS_NOWHERE",
    "08-nat-instance-not-forwarding": "ROUTE_LEADS_NOWHERE",
    "09-nat-instance-address-on-other-interface": "NAT_WITHOUT_WAY_OUT",
    "10-nat-instance-in-its-clients-subnet": "ROUTE_LOOP",
    "12-acl-server-lacks-outbound-ephemeral": "ANSWERS_CLOSED",
    "13-acl-client-lacks-inbound-ephemeral": "ANSWERS_CLOSED",
    "14-acl-ephemeral-range-too-narrow": "ANSWERS_CLOSED",
    "15-acl-deny-shadows-allow": "RULE_SHADOWED",
    "16-peering-route-on-one-side": "ROUTE_ONE_SIDED",
    "17-peering-borrowed-nat-gateway": "ROUTE_LEADS_NOWHERE",
    "17-peering-is-not-transitive": "ROUTE_LEADS_NOWHERE",
    "18-peering-overlapping-cidrs": "CIDR_OVERLAP",
    "19-peering-pending-acceptance": "ROUTE_BLACKHOLE",
    "22-session-manager-closed-endpoint-group": "ENDPOINT_CLOSED",
    "22-session-manager-private-dns-off": "ENDPOINT_UNUSED",
    "23-image-pull-s3-route-in-wrong-table": "ENDPOINT_UNUSED",
    "23-image-pull-acl-blocks-s3": "ANSWERS_CLOSED",
    "24-central-egress-lacks-the-way-back": "ROUTE_ONE_SIDED",
    "24-zone-without-attachment": "ZONE_WITHOUT_ATTACHMENT",
    "26-vpn-routes-not-propagated": "CONNECTION_UNUSED",
    "block-public-access": "ROUTE_LEADS_NOWHERE",
    "inspection-bypassed-on-the-way-out": "ROUTE_LEADS_NOWHERE",
    "privatelink-target-admits-clients": "ENDPOINT_CLOSED",
    "vpc-lambda": "ALIAS_OUTSIDE_VPC",
}
"""Models whose fault needs no question to be seen, with the code that names it."""
QUESTIONS = {
    "01-lambda-no-nat-route", "04-subnet-on-main-route-table", "20-group-reference-over-public-address",
    "21-lambda-to-database-closed-group", "27-pod-range-not-admitted", "lb-alb-node-port", "lb-health-checks",
    "gateway-load-balancer-without-geneve", "regional-nat-zone-without-address",
    "lb-nlb-hairpin", "peering-without-dns-option", "private-zone-without-dns-hostnames",
}  # fmt: skip
"""Models whose fault is one only because somebody expects otherwise."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_fault_is_found_and_its_repair_is_not(name: str) -> None:
    as_found = reachsim.load(MODELS / f"{name}-as-found.yaml").lint(PLANTED[name])
    assert as_found.findings
    assert not reachsim.load(MODELS / f"{name}-repaired.yaml").lint(PLANTED[name]).findings
    for finding in as_found:
        assert finding.where.partition(":")[0].endswith(".yaml")
        assert finding.evidence
        assert finding.cure


def test_every_model_is_in_one_of_the_two_lists() -> None:
    names = {path.name.removesuffix("-as-found.yaml") for path in MODELS.glob("*-as-found.yaml")}
    assert names == PLANTED.keys() | QUESTIONS


KNOWN = {
    "04-subnet-on-main-route-table-repaired": ["NAT_ONE_ZONE"],  # one NAT gateway for two zones
    "15-acl-deny-shadows-allow-repaired": ["RULE_REDUNDANT"],  # what it denies is denied anyway
    "hub-and-spoke": ["ROUTE_LEADS_NOWHERE"],  # "the default route is a mistake without effect"
    "inspection-bypassed-on-the-way-out-repaired": ["ADMIN_PORT_OPEN"] * 2,  # its firewall's own group admits all
    "lambda-one-off-groups": ["FUNCTION_ADDRESSES"] * 2,
    "session-manager-and-a-bastion": ["SESSION_MANAGER_SUFFICES"] * 4,
    "three-tier": ["RULE_REDUNDANT"],  # 8080 is among the ports for answers
}
"""All findings on models that are not as found, each looked at and true."""


@pytest.mark.parametrize(
    "path", [p for p in sorted(MODELS.glob("*.yaml")) if "as-found" not in p.stem], ids=lambda p: p.stem
)
def test_repaired_models_are_clean_but_for_what_is_known(path: Path) -> None:
    assert [finding.code for finding in reachsim.load(path).lint()] == KNOWN.get(path.stem, [])


def test_the_line_is_that_of_the_key_to_edit() -> None:
    assert model("vpc-lambda-as-found") == [
        ("NAT_CHECK_ON", "app route table private", 23),
        ("ALIAS_OUTSIDE_VPC", "fetch:prod", 58),
    ]
    assert model("15-acl-deny-shadows-allow-as-found") == [("RULE_SHADOWED", "claims network ACL db ingress", 18)]


# -- routes -------------------------------------------------------------------------------------------------


@pytest.mark.rule("ROUTE-12")
def test_a_blackhole_of_a_table_that_a_subnet_uses() -> None:
    gone: Changes = {"vpcs app nat_gateways ngw state": "deleted"}
    assert found(gone) == [("ROUTE_BLACKHOLE", "app route table private")]
    unused: Changes = {"vpcs app route_tables spare": {"10.9.0.0/16": "blackhole"}}
    assert found(unused) == [("ROUTE_TABLE_UNUSED", "app route table spare")]


def test_a_route_some_of_which_arrives_is_none_of_it() -> None:
    wide: Changes = {"vpcs app route_tables private": {"0.0.0.0/0": "ngw", "10.0.0.0/8": "pcx"}}
    assert found(wide) == []
    beyond: Changes = {
        "vpcs app route_tables private": {"0.0.0.0/0": "ngw", "10.1.0.0/16": "pcx", "10.2.0.0/16": "pcx"}
    }
    assert found(beyond) == [("ROUTE_LEADS_NOWHERE", "app route table private")]


def test_a_public_subnet_with_nobody_in_it_is_no_fault() -> None:
    empty: Changes = {
        "vpcs app instances web": GONE,
        "vpcs app subnets spare": {"cidr": "10.0.3.0/24", "route_table": "public"},
    }
    assert found(empty) == []
    private_only: Changes = {"vpcs app instances web public_ip": GONE}
    assert found(private_only) == []  # it has no public address, which is its own matter


@pytest.mark.rule("NATGW-1", "NATI-1")
def test_nat_without_a_way_out() -> None:
    assert found({"vpcs app subnets public route_table": "main"}) == [
        ("NAT_WITHOUT_WAY_OUT", "app route table private"),
        ("ROUTE_TABLE_UNUSED", "app route table public"),
    ]
    private: Changes = {"vpcs app nat_gateways ngw": {"subnet": "public", "connectivity": "private"}}
    assert found(private) == [("NAT_WITHOUT_WAY_OUT", "app route table private")]


@pytest.mark.rule("NATGW-2")
def test_a_private_nat_gateway_on_the_way_to_another_vpc_is_no_fault() -> None:
    private: Changes = {
        "vpcs app nat_gateways ngw": {"subnet": "public", "connectivity": "private"},
        "vpcs app route_tables private": {"0.0.0.0/0": "ngw"},
        "vpcs app route_tables public": {"0.0.0.0/0": "igw", "10.1.0.0/16": "pcx"},
    }
    assert found(private) == []


@pytest.mark.rule("NATI-1", "NATI-2")
def test_a_nat_instance() -> None:
    nat: Changes = {
        "vpcs app instances nat": {
            "subnet": "public", "private_ip": "10.0.0.10", "public_ip": "198.51.100.10", "security_groups": ["open"],
            "nat": True, "source_dest_check": False,
        }
    } | NAT_INSTANCE | {"vpcs app nat_gateways": GONE}  # fmt: skip
    assert found(nat) == []
    assert found(nat, {"vpcs app instances nat source_dest_check": True}) == [
        ("NAT_CHECK_ON", "app route table private")
    ]
    assert found(nat, {"vpcs app instances nat public_ip": GONE}) == [
        ("NAT_WITHOUT_WAY_OUT", "app route table private")
    ]
    assert found(nat, {"vpcs app instances nat security_groups": ["client"]}) == [("NAT_CLOSED", "app.nat")]
    assert found(nat, {"vpcs app instances nat nat": {"masquerade": False}}) == [
        ("ROUTE_LEADS_NOWHERE", "app route table private")
    ]


@pytest.mark.rule("WALK-10")
def test_a_route_without_a_route_back_counts_where_rules_let_packets_in() -> None:
    one: Changes = {"vpcs data route_tables api": {}}
    assert found(one) == [("ROUTE_ONE_SIDED", "data route table api")]
    closed: Changes = {"vpcs data security_groups open ingress": []}
    assert found(one, closed) == []  # nothing arrives, so no answer is missed


@pytest.mark.rule("ROUTE-4")
def test_a_route_that_no_packet_takes() -> None:
    covered: Changes = {
        "vpcs app route_tables private": {
            "0.0.0.0/0": "ngw",
            "10.1.0.0/16": "pcx",
            "10.1.0.0/17": "pcx",
            "10.1.128.0/17": "pcx",
        }
    }
    assert found(covered) == [("ROUTE_NEVER_USED", "app route table private")]
    half: Changes = {"vpcs app route_tables private": {"0.0.0.0/0": "ngw", "10.1.0.0/16": "pcx", "10.1.0.0/17": "pcx"}}
    assert found(half) == []


@pytest.mark.rule("NATGW-15")
def test_a_way_out_through_another_zone() -> None:
    far: Changes = {"vpcs app subnets isolated route_table": "private"}
    assert found(far) == [("NAT_ONE_ZONE", "app.ngw")]
    assert found(far, {"vpcs app subnets isolated az": "a"}) == []
    assert found(far, {"vpcs app subnets isolated az": GONE}) == []


# -- rules --------------------------------------------------------------------------------------------------


@pytest.mark.rule("NACL-2")
def test_numbers_without_room() -> None:
    dense = {"ingress": [{"rule": n, "allow": f"tcp/{n}", "from": ANY} for n in (1, 2, 10)], "egress": []}
    used: Changes = {"vpcs app network_acls": {"dense": dense}, "vpcs app subnets isolated network_acl": "dense"}
    assert found(used, only="ACL_NO_ROOM") == [("ACL_NO_ROOM", "app network ACL dense ingress")]
    dense["ingress"][1]["rule"] = 3  # type: ignore[index]
    assert found(used, only="ACL_NO_ROOM") == []


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

HERE = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}


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


# -- what is used by nothing, and quotas --------------------------------------------------------------------


def test_what_nothing_uses() -> None:
    spare: Changes = {
        "vpcs app route_tables spare": {},
        "vpcs app network_acls spare": {},
        "vpcs app security_groups spare": {"ingress": [{"allow": "tcp/1", "from": "spare"}]},
    }
    assert {code for code, _ in found(spare)} == {"ROUTE_TABLE_UNUSED", "ACL_UNUSED", "GROUP_UNUSED"}
    named: Changes = {"vpcs app security_groups open ingress": [{"allow": "all", "from": ["10.0.0.0/8", "spare"]}]}
    assert "GROUP_UNUSED" not in [code for code, _ in found(spare, named)]
    gateway: Changes = {"vpcs app route_tables edge": {"gateway": "igw"}}
    assert found(gateway) == []


@pytest.mark.rule("EP-1", "EP-8")
def test_endpoints_that_nothing_leads_to() -> None:
    s3: Changes = {"vpcs app vpc_endpoints s3": {"service": "s3", "route_tables": ["private"]}, "region": "eu-west-1"}
    assert found(s3) == []
    assert found(s3, {"vpcs app vpc_endpoints s3 route_tables": []}) == [("ENDPOINT_UNUSED", "app.s3")]
    ssm: Changes = {
        "vpcs app vpc_endpoints e": {
            "type": "interface",
            "service": "ssm",
            "subnets": ["private"],
            "security_groups": ["open"],
        }
    }
    assert found(ssm) == [("ENDPOINT_UNUSED", "app.e")]
    assert found(ssm, {"vpcs app enable_dns_hostnames": True}) == []
    record: Changes = {"private_hosted_zones example.com": {"vpcs": ["app"], "records": {"ssm": "app.e"}}}
    assert found(ssm, record) == []


@pytest.mark.rule("EP-6")
def test_an_endpoint_that_nobody_gets_to() -> None:
    shut: Changes = {
        "vpcs app vpc_endpoints e": {
            "type": "interface",
            "service": "ssm",
            "subnets": ["private"],
            "security_groups": ["client"],
        },
        "vpcs app enable_dns_hostnames": True,
    }
    assert found(shut) == [("ENDPOINT_CLOSED", "app.e")]
    narrow: Changes = {"vpcs app security_groups client ingress": [{"allow": "tcp/443", "from": "10.0.2.20"}]}
    assert found(shut, narrow) == []
    other: Changes = {"vpcs app security_groups client ingress": [{"allow": "tcp/80", "from": "10.0.0.0/16"}]}
    assert found(shut, other) == [("ENDPOINT_CLOSED", "app.e")]


@pytest.mark.rule("PEER-3")
def test_a_peering_that_no_route_leads_to() -> None:
    none: Changes = {"vpcs app route_tables private": {"0.0.0.0/0": "ngw"}, "vpcs data route_tables api": {}}
    assert found(none) == [("CONNECTION_UNUSED", "pcx")]
    assert found(none, {"peering_connections pcx status": "pending-acceptance"}) == []


@pytest.mark.rule("SG-25", "SG-26")
def test_quotas_of_groups() -> None:
    def rules(count: int) -> Changes:
        return {"vpcs app security_groups client ingress": [
            {"allow": f"tcp/{n}", "from": "10.0.0.0/8"} for n in range(1, 2 * count, 2)]}  # fmt: skip

    assert [c for c, _ in found(rules(47))] == []
    assert [c for c, _ in found(rules(48))] == ["QUOTA_NEAR"]
    assert [c for c, _ in found(rules(61))] == ["QUOTA_EXCEEDED"]
    listed: Changes = {
        "prefix_lists pl": {"entries": ["10.9.0.0/16"], "max_entries": 61},
        "vpcs app security_groups client ingress": [{"allow": "tcp/1", "from": "pl"}],
    }
    assert [c for c, _ in found(listed)] == ["QUOTA_EXCEEDED"]
    named: Changes = {"vpcs app security_groups client ingress": [
        {"allow": f"tcp/{n}", "from": "open"} for n in range(1, 96, 2)]}  # fmt: skip
    assert found(named) == [("QUOTA_NEAR", "app security group client ingress IPv4")]
    peers = [f"2001:db8:{n:x}::/48" for n in range(47)] + [f"10.{n}.0.0/16" for n in range(47)]
    six: Changes = {"vpcs app security_groups client ingress": [{"allow": "tcp/1", "from": peers}]}
    assert [c for c, _ in found(six)] == []  # counted apart for the two families


@pytest.mark.rule("NACL-18")
def test_quotas_of_acls() -> None:
    rules = [{"rule": 10 * n, "deny": f"tcp/{2 * n}", "from": "10.9.0.0/16"} for n in range(1, 22)]
    many: Changes = {
        "vpcs app network_acls many": {"ingress": [*rules, {"rule": 900, "allow": "all", "from": ANY}],
                                       "egress": [{"rule": 1, "allow": "all", "to": ANY}]},
        "vpcs app subnets isolated network_acl": "many",
    }  # fmt: skip
    assert found(many, only="QUOTA_EXCEEDED") == [("QUOTA_EXCEEDED", "app network ACL many ingress IPv4")]


def test_near_and_over() -> None:
    assert [near(n, RULES_OF_GROUP) for n in (47, 48, 60, 61)] == [False, True, True, False]
    assert [over(n, RULES_OF_GROUP) for n in (60, 61)] == [False, True]


@pytest.mark.rule("LAMBDA-5")
def test_the_quota_of_interfaces_of_functions() -> None:
    wide: Changes = {
        "vpcs app subnets private cidr": "10.0.16.0/20",
        "vpcs app instances probe private_ip": "10.0.16.10",
        "vpcs app instances twin private_ip": "10.0.16.11",
    }
    for executions, codes in ((399, []), (400, ["QUOTA_NEAR"]), (501, ["QUOTA_EXCEEDED"])):
        function = {"latest": HERE, "concurrency": executions, "connections_per_execution": 65_000}
        assert [c for c, _ in found(wide, {"lambda_functions f": function})] == codes


@pytest.mark.rule("TGW-10")
def test_overlapping_blocks_behind_a_transit_gateway() -> None:
    hub: Changes = {
        "vpcs far": {"cidrs": ["10.1.0.0/20"], "subnets": {"t": {"cidr": "10.1.0.0/24", "az": "a"}}},
        "transit_gateways tgw": {
            "attachments": {"data": {"vpc": "data", "subnets": ["api"]}, "far": {"vpc": "far", "subnets": ["t"]}}
        },
    }
    assert found(hub, only="CIDR_OVERLAP") == [("CIDR_OVERLAP", "tgw")]
    hub["vpcs far"] = {"cidrs": ["10.2.0.0/20"], "subnets": {"t": {"cidr": "10.2.0.0/24", "az": "a"}}}
    assert found(hub, only="CIDR_OVERLAP") == []


@pytest.mark.rule("ROUTE-7")
def test_a_network_outside_that_overlaps_its_vpc() -> None:
    office: Changes = {
        "vpcs app vpn_gateways vgw": {},
        "vpn_connections line": {"gateway": "app.vgw", "static_routes": ["10.0.5.0/24"]},
        "networks office": {"cidrs": ["10.0.5.0/24"], "via": ["line"]},
    }
    lint = load(CALM, office).lint("CIDR_OVERLAP")
    assert [f.rule for f in lint] == ["ROUTE-7"]
    assert "10.0.0.0/16 of app and 10.0.5.0/24 of office" in lint[0].text


# -- what is not modelled -----------------------------------------------------------------------------------


def test_a_route_to_what_is_not_modelled_is_no_finding() -> None:
    firewall: Changes = {
        "vpcs app network_firewalls fw": {"subnets": ["public"]},
        "vpcs app route_tables private 0.0.0.0/0": "fw",
    }
    assert found(firewall) == []


# -- silences -----------------------------------------------------------------------------------------------

LOUD: Changes = {"vpcs app security_groups spare": {}, "vpcs app security_groups other": {}}


def test_silences_need_a_code_and_a_reason_and_count() -> None:
    one: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "at": "app security group spare", "why": "soon"}]}}
    lint = load(CALM, LOUD, one).lint()
    assert [f.component for f in lint] == ["app security group other"]
    assert [(s.finding.component, s.why) for s in lint.silenced] == [("app security group spare", "soon")]
    every: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "why": "soon"}]}}
    assert len(load(CALM, LOUD, every).lint().silenced) == 2
    assert found(every) == [("SILENCE_UNUSED", "GROUP_UNUSED")]
    assert load(CALM, every).lint("ACL_UNUSED").findings == ()  # what was not looked for says nothing of a silence


@pytest.mark.parametrize(
    ("silence", "message"),
    [
        ({"code": "GROUP_UNSED", "why": "x"}, "is no code of a finding"),
        ({"code": "GROUP_UNUSED"}, "why"),
        ({"code": "GROUP_UNUSED", "why": " "}, "a silence needs a reason"),
        ({"code": "GROUP_UNUSED", "why": "x", "where": "y"}, "where"),
    ],
)
def test_mistakes_in_silences(silence: dict[str, str], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        load({"lint": {"ignore": [silence]}})


# -- codes, and the command line ----------------------------------------------------------------------------


def test_every_code_has_a_check_and_a_line_in_the_docs() -> None:
    given = {code for codes in CHECKS.values() for code in codes} | {LintCode.SILENCE_UNUSED}
    assert given == set(LintCode)
    page = (ROOT / "docs/lint.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    listed: dict[str, str] = {}
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        codes = re.findall(r"`([A-Z_]{4,})`", cells[1])
        severities = cells[2].split(", ")
        listed |= dict(
            zip(codes, severities if len(severities) == len(codes) else severities * len(codes), strict=True)
        )
    assert listed == {code.value: severity_of(code) for code in LintCode}


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(UsageError, match="did you mean 'NAT_CHECK_ON'"):
        load().lint("NAT_CHEK_ON")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["models/vpc-lambda-as-found.yaml"], 1),
        (["models/vpc-lambda-as-found.yaml", "--only", "ACL_UNUSED"], 0),
        (["models/vpc-lambda-as-found.yaml", "--only", "ACL_UNUSED", "--only", "NAT_CHECK_ON"], 1),
        (["models/vpc-lambda-repaired.yaml"], 0),
        (["models/three-tier.yaml"], 0),
        (["models/three-tier.yaml", "--only", "X"], 2),
        (["models/none.yaml"], 2),
    ],
)
def test_exit_codes(
    arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["lint", *arguments]) == status
    capsys.readouterr()


def test_the_keys_of_the_json_and_the_silenced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "design.yaml"
    one: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "at": "app security group spare", "why": "soon"}]}}
    path.write_text(yaml.safe_dump(load(CALM, LOUD, one).source.document.data), encoding="utf-8")
    main(["lint", str(path), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"format_version", "file", "ok", "findings", "silenced", "not_modelled"}
    keys = {"code", "severity", "path", "component", "text", "evidence", "cure", "rule", "where"}
    assert set(data["findings"][0]) == keys
    assert set(data["silenced"][0]) == keys | {"why"}
    main(["lint", str(path), "--all"])
    out = capsys.readouterr().out
    assert "1 advice, 1 silenced" in out
    assert "(why: soon)" in out


def test_a_middlebox_that_keeps_addresses_is_no_fault() -> None:
    nat = {"subnet": "public", "private_ip": "10.0.0.10", "security_groups": ["open"], "source_dest_check": False}
    assert found({"vpcs app instances nat": nat}, MIDDLEBOX) == []


@pytest.mark.rule("ROUTE-26")
def test_quotas_of_route_tables() -> None:
    listed: Changes = {
        "prefix_lists pl": {"entries": ["10.1.0.0/16"], "max_entries": 499},
        "vpcs app route_tables private": {"0.0.0.0/0": "ngw", "pl": "pcx"},
    }
    assert found(listed) == [("QUOTA_NEAR", "app route table private IPv4")]
    listed["prefix_lists pl"] = {"entries": ["10.1.0.0/16"], "max_entries": 500}
    assert found(listed) == [("QUOTA_EXCEEDED", "app route table private IPv4")]
