"""Lint: what is used by nothing, quotas, and blocks that overlap."""

from __future__ import annotations

import pytest
from tests.answers.lint_designs import CALM, HERE, found
from tests.designs import ANY, Changes, load

from reachsim.rules.quotas import RULES_OF_GROUP, near, over

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


SPARE: Changes = {
    "vpcs app route_tables spare": {},
    "vpcs app network_acls spare": {},
    "vpcs app security_groups spare": {},
    "vpcs app security_groups open ingress": [
        {"allow": "all", "from": "10.0.0.0/8"},
        {"allow": "tcp/1", "from": "alone"},
    ],
    "vpcs app security_groups alone": {},
}


@pytest.mark.rule("SG-10")
@pytest.mark.parametrize(
    ("unknown", "left"),
    [
        ({}, {"ROUTE_TABLE_UNUSED", "ACL_UNUSED", "GROUP_UNUSED", "REFERENCE_NEVER_MATCHES"}),
        ({"vpcs app subnets private route_table": "unknown"}, {"ROUTE_TABLE_UNUSED"}),
        ({"vpcs app subnets private network_acl": "unknown"}, {"ACL_UNUSED"}),
        ({"vpcs app instances probe security_groups": ["unknown"]}, {"GROUP_UNUSED", "REFERENCE_NEVER_MATCHES"}),
        (
            {"vpcs app unknown_components thing": {"subnets": ["private"]}},
            {"GROUP_UNUSED", "REFERENCE_NEVER_MATCHES"},
        ),
        ({"vpcs app subnets private interfaces": "unknown"}, {"GROUP_UNUSED", "REFERENCE_NEVER_MATCHES"}),
        ({"vpcs app security_groups spare ingress": "unknown"}, {"GROUP_UNUSED"}),
    ],
)
def test_what_is_not_known_may_use_what_nothing_else_does(unknown: Changes, left: set[str]) -> None:
    """Of each the codes that are told without it, and not beside it."""
    every = {"ROUTE_TABLE_UNUSED", "ACL_UNUSED", "GROUP_UNUSED", "REFERENCE_NEVER_MATCHES"}
    told = {code for code, _ in found(SPARE, unknown)} & every
    assert told == (every - left if unknown else every)


@pytest.mark.rule("EP-1", "EP-8", "DNS-2")
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
    public = ssm | {"vpcs app enable_dns_hostnames": True, "vpcs app vpc_endpoints e private_dns": False}
    assert found(public) == [("ENDPOINT_UNUSED", "app.e")]
    asked: Changes = {"vpcs app vpc_endpoints e private_dns": True}
    called: Changes = {"expect": [{"from": "probe", "to": "e", "allow": "tcp/443"}]}
    assert found(ssm, called) == []
    assert found(ssm, asked, called) == [("ENDPOINT_UNUSED", "app.e")]  # what was asked for is not so
    record: Changes = {"private_hosted_zones example.com": {"vpcs": ["app"], "records": {"ssm": "app.e"}}}
    assert found(public, record) == []
    assert found(ssm, record) == [("HOSTED_ZONE_UNSEEN", "example.com")]  # nothing in the VPC sees the record (DNS-2)


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


@pytest.mark.rule("EP-6")
@pytest.mark.parametrize(("admitted", "expected"), [("tcp/80", [("ENDPOINT_CLOSED", "app.e")]), ("tcp/8443", [])])
def test_an_endpoint_for_a_service_of_ones_own_is_called_on_its_listeners(
    admitted: str, expected: list[tuple[str, str]]
) -> None:
    own: Changes = {
        "vpcs data load_balancers nlb": {
            "type": "network",
            "scheme": "internal",
            "subnets": ["api"],
            "listeners": {"tcp/8443": "t"},
            "target_groups": {"t": {"targets": ["api"]}},
        },
        "endpoint_services svc": {"load_balancer": "data.nlb"},
        "vpcs app vpc_endpoints e": {
            "type": "interface",
            "service": "svc",
            "subnets": ["private"],
            "security_groups": ["own"],
        },
        "vpcs app security_groups own": {"ingress": [{"allow": admitted, "from": "10.0.0.0/16"}]},
    }
    assert [each for each in found(own) if each[0] == "ENDPOINT_CLOSED"] == expected


@pytest.mark.rule("EP-6")
@pytest.mark.parametrize(
    "unknown",
    [
        {"vpcs app unknown_components thing": {"subnets": ["private"]}},
        {"vpcs app subnets private interfaces": "unknown"},
        {"vpcs app instances probe security_groups": ["unknown"]},
    ],
)
def test_what_is_not_known_may_get_to_an_endpoint(unknown: Changes) -> None:
    shut: Changes = {
        "vpcs app vpc_endpoints e": {
            "type": "interface", "service": "ssm", "subnets": ["private"], "security_groups": ["own"],
        },
        "vpcs app security_groups own": {"ingress": [{"allow": "tcp/443", "from": "own"}]},
        "vpcs app enable_dns_hostnames": True,
    }  # fmt: skip
    assert "ENDPOINT_CLOSED" in {code for code, _ in found(shut)}
    assert "ENDPOINT_CLOSED" not in {code for code, _ in found(shut, unknown)}


@pytest.mark.rule("PEER-3")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vpcs app route_tables private": {"10.1.0.0/16": "pcx"}}, "CONNECTION_UNUSED"),
        (
            {"vpcs app route_tables private": {"0.0.0.0/0": "ngw"}, "vpcs data route_tables api": {}},
            "CONNECTION_UNUSED",
        ),
        ({"vpcs app vpc_endpoints s3": {"service": "s3", "route_tables": []}}, "ENDPOINT_UNUSED"),
    ],
)
def test_a_table_that_is_not_known_may_lead_to_it(changes: Changes, code: str) -> None:
    assert code in {code for code, _ in found(changes)}
    assert code not in {code for code, _ in found(changes, {"vpcs app subnets private route_table": "unknown"})}


@pytest.mark.rule("PEER-3")
def test_a_peering_that_no_route_leads_to() -> None:
    none: Changes = {"vpcs app route_tables private": {"0.0.0.0/0": "ngw"}, "vpcs data route_tables api": {}}
    assert found(none) == [("CONNECTION_UNUSED", "pcx")]
    assert found(none, {"peering_connections pcx status": "pending-acceptance"}) == []


@pytest.mark.rule("ROUTE-16")
def test_a_nat_gateway_that_no_route_leads_to() -> None:
    none: Changes = {"vpcs app route_tables private": {"10.1.0.0/16": "pcx"}}
    assert found(none) == [("CONNECTION_UNUSED", "app.ngw")]


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


@pytest.mark.rule("ROUTE-26")
def test_quotas_of_route_tables() -> None:
    listed: Changes = {
        "prefix_lists pl": {"entries": ["10.1.0.0/16"], "max_entries": 499},
        "vpcs app route_tables private": {"0.0.0.0/0": "ngw", "pl": "pcx"},
    }
    assert found(listed) == [("QUOTA_NEAR", "app route table private IPv4")]
    listed["prefix_lists pl"] = {"entries": ["10.1.0.0/16"], "max_entries": 500}
    assert found(listed) == [("QUOTA_EXCEEDED", "app route table private IPv4")]
