"""Lint of load balancers, hosted zones and subnets: what is in the wrong place, or not reached."""

from __future__ import annotations

import pytest
from tests.answers.lint_designs import found
from tests.designs import Changes, acl_of

BALANCED: Changes = {
    "vpcs app security_groups lb": {"ingress": [{"allow": "tcp/80", "from": "10.0.0.0/16"}]},
    "vpcs app security_groups served": {"ingress": [{"allow": ["tcp/8080", "tcp/9000"], "from": "lb"}]},
    "vpcs app instances db security_groups": ["served"],
    "vpcs app load_balancers lb": {
        "type": "application", "scheme": "internal", "subnets": ["private", "isolated"], "security_groups": ["lb"],
        "listeners": {"http/80": "dbs"},
        "target_groups": {"dbs": {"targets": ["db"], "port": "http/8080", "health_check": "http/9000"}},
    },
}  # fmt: skip


@pytest.mark.rule("LB-10")
@pytest.mark.parametrize(
    ("closed", "kind", "count"),
    [
        ({}, "application", 0),
        ({"vpcs app security_groups served ingress": [{"allow": "tcp/8080", "from": "lb"}]}, "application", 1),
        ({"vpcs app security_groups served ingress": [{"allow": "tcp/9000", "from": "lb"}]}, "application", 1),
        ({"vpcs app security_groups served ingress": []}, "application", 2),
        ({"vpcs app security_groups lb egress": []}, "application", 2),
        # What a Network Load Balancer passes on is somebody else's packet; its health checks are its own.
        ({"vpcs app security_groups served ingress": []}, "network", 1),
    ],
)
def test_targets_that_are_not_reached(closed: Changes, kind: str, count: int) -> None:
    port = "http" if kind == "application" else "tcp"
    lb = {
        "vpcs app load_balancers lb type": kind,
        "vpcs app load_balancers lb listeners": {f"{port}/80": "dbs"},
        "vpcs app load_balancers lb target_groups dbs port": f"{port}/8080",
    }
    assert found(BALANCED, lb, closed, only="TARGET_CLOSED") == [("TARGET_CLOSED", "app.lb")] * count


@pytest.mark.rule("NACL-12")
@pytest.mark.parametrize(
    ("ingress", "lost"),
    [
        (["deny tcp/3389 0.0.0.0/0", "allow all 0.0.0.0/0"], False),  # one connection of 64,512
        (["allow tcp/80 0.0.0.0/0"], True),
    ],
)
def test_answers_to_some_ports_of_a_load_balancer_are_the_acls_matter(ingress: list[str], lost: bool) -> None:
    codes = {code for code, _ in found(BALANCED, acl_of("private", ingress, ["allow all 0.0.0.0/0"]))}
    assert "ANSWERS_CLOSED" in codes
    assert ("TARGET_CLOSED" in codes) is lost


BEHIND: Changes = {
    **acl_of("isolated", ["allow all 0.0.0.0/0"], ["allow tcp/1024-65535 10.0.1.0/24"]),
    "vpcs app security_groups lb": {"ingress": [{"allow": "tcp/80", "from": "10.0.0.0/16"}]},
    "vpcs app security_groups served": {"ingress": [{"allow": "tcp/80", "from": "lb"}]},
    "vpcs app instances db security_groups": ["served"],
    "vpcs app subnets isolated az": "a",
    "vpcs app load_balancers lb": {
        "type": "network", "scheme": "internal", "subnets": ["private"], "security_groups": ["lb"], "cross_zone": True,
        "listeners": {"tcp/80": "dbs"}, "target_groups": {"dbs": {"targets": ["db"]}},
    },
}  # fmt: skip
"""A load balancer in `private`; the ACL of its target's subnet lets nothing but answers to that subnet out."""


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize("keeps", [True, False])
def test_the_acl_of_a_target_keeps_answers_from_clients_of_the_load_balancer(keeps: bool) -> None:
    """Whose address the target sees (LB-5), and who come to it by the load balancer alone."""
    lb = {"vpcs app load_balancers lb target_groups dbs preserve_client_ip": keeps}
    expected = [("ANSWERS_CLOSED", "app.isolated network ACL isolated-acl egress")] * keeps
    assert found(BEHIND, lb, only="ANSWERS_CLOSED") == expected


@pytest.mark.rule("LB-8")
@pytest.mark.parametrize("kind", ["application", "network"])
@pytest.mark.parametrize(
    ("subnets", "targets", "count"),
    [(["private"], ["db"], 1), (["private", "isolated"], ["db"], 0), (["private"], ["db", "probe"], 0)],
)
def test_listeners_whose_targets_are_in_no_enabled_zone(
    kind: str, subnets: list[str], targets: list[str], count: int
) -> None:
    """`private` and `probe` are in zone a, `isolated` and `db` in zone b. Once for all interfaces of the load balancer."""
    lb = {
        "vpcs app load_balancers lb": {
            "type": kind, "scheme": "internal", "subnets": subnets, "security_groups": ["open"], "cross_zone": True,
            "listeners": {"http/80" if kind == "application" else "tcp/80": "dbs"},
            "target_groups": {"dbs": {"targets": targets}},
        },
        "vpcs app instances probe security_groups": ["open"],
    }  # fmt: skip
    assert found(lb, only="TARGET_CLOSED") == [("TARGET_CLOSED", "app.lb")] * count


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize(
    ("support", "hostnames", "vpcs", "seen"),
    [
        (True, True, ["app"], True),
        (True, False, ["app"], False),
        (False, True, ["app"], False),
        (True, False, [], True),
    ],
)
def test_hosted_zones_that_their_vpc_does_not_see(support: bool, hostnames: bool, vpcs: list[str], seen: bool) -> None:
    zone: Changes = {
        "vpcs app enable_dns_support": support,
        "vpcs app enable_dns_hostnames": hostnames,
        "private_hosted_zones": {"corp.internal": {"vpcs": vpcs, "records": {"db": "10.0.2.20"}}},
    }
    expected = [] if seen else [("HOSTED_ZONE_UNSEEN", "corp.internal")]
    assert found(zone, only="HOSTED_ZONE_UNSEEN") == expected


@pytest.mark.rule("IGW-4")
@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({}, False),  # `web` has a public address
        ({"vpcs app subnets isolated route_table": "public"}, True),
        ({"vpcs app subnets isolated route_table": "public", "vpcs app instances db public_ip": True}, False),
        ({"vpcs app subnets isolated route_table": "public", "vpcs app instances db public_ip": "unknown"}, False),
        ({"vpcs app subnets isolated route_table": "public", "vpcs app instances db state": "stopped"}, False),
        ({"vpcs app subnets empty": {"cidr": "10.0.8.0/24", "az": "a", "route_table": "public"}}, False),
        ({"vpcs app route_tables private 0.0.0.0/0": "igw"}, True),
        (  # what is not told may have one
            {"vpcs app subnets isolated route_table": "public", "vpcs app subnets isolated interfaces": "unknown"},
            False,
        ),
        ({"vpcs app subnets isolated route_table": "private"}, False),  # the NAT gateway's address is put in
    ],
)
def test_hosts_without_public_addresses_in_a_public_subnet(change: Changes, lost: bool) -> None:
    codes = found(change, only="HOSTS_IN_PUBLIC_SUBNET")
    assert [code for code, _ in codes] == ["HOSTS_IN_PUBLIC_SUBNET"] * lost


@pytest.mark.rule("NATGW-20")
def test_a_zone_without_an_address_of_a_regional_nat_gateway() -> None:
    """Whatever of the internet is asked for; that the gateway's own address takes nothing says nothing of the route."""
    regional = {"vpcs app nat_gateways ngw": {"availability": "regional", "public_ips": {"b": "198.51.100.7"}}}
    assert found(regional, only="NAT_WITHOUT_WAY_OUT") == [("NAT_WITHOUT_WAY_OUT", "app route table private")]
    both = {"vpcs app nat_gateways ngw": {"availability": "regional", "public_ips": {"a": "198.51.100.7"}}}
    assert found(both, only="NAT_WITHOUT_WAY_OUT") == []
