"""Lint: routes that lead nowhere, in a circle or one way, and what is not modelled."""

from __future__ import annotations

import pytest
from tests.answers.lint_designs import CALM, found
from tests.designs import GONE, MIDDLEBOX, NAT_INSTANCE, Changes, load

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
    assert found(private_only) == [("HOSTS_IN_PUBLIC_SUBNET", "app.public")]  # not the route's fault


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
    (finding,) = load(CALM, one).lint("ROUTE_ONE_SIDED")
    assert finding.cure.startswith("write a route for 10.0.0.0/16 to the same connection")  # the VPC's, not one host's
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


# -- what is not modelled -----------------------------------------------------------------------------------


def test_a_route_to_what_is_not_modelled_is_no_finding() -> None:
    firewall: Changes = {
        "vpcs app network_firewalls fw": {"subnets": ["public"]},
        "vpcs app route_tables private 0.0.0.0/0": "fw",
    }
    assert found(firewall) == [("CONNECTION_UNUSED", "app.ngw")]  # to which the route led before


def test_a_middlebox_that_keeps_addresses_is_no_fault() -> None:
    nat = {"subnet": "public", "private_ip": "10.0.0.10", "security_groups": ["open"], "source_dest_check": False}
    assert found({"vpcs app instances nat": nat}, MIDDLEBOX) == []
