"""Verdicts that a walk over a graph without packets gets wrong: a published tool answered most of these
wrongly."""

from __future__ import annotations

import pytest
from tests.designs import (
    ALL,
    ANY,
    CLIENT_PORTS,
    GONE,
    NAT_INSTANCE,
    Changes,
    acl_of,
    blames,
    group,
    load,
    passes,
)

WWW = ("probe", "www", "tcp/443")
DB = ("probe", "db", "tcp/5432")
API = ("probe", "api", "tcp/80")
LINUX = {"vpcs app instances probe ami": "amzn2"}
ACL = ("SUBNET_ACL_RESTRICTION", "NACL-2")
GROUP = ("SG_HAS_NO_RULES", "SG-1")
UNREACHABLE: Changes = {
    **group("shut"),
    "vpcs app instances nat security_groups": ["shut"],
    "vpcs app instances nat public_ip": GONE,
}


def test_1_nat_instance_with_the_check_on_and_off() -> None:
    on = load(NAT_INSTANCE, {"vpcs app instances nat source_dest_check": True})
    blames(on.trace(*WWW), "ENI_SOURCE_DEST_CHECK_RESTRICTION", "NATI-1", "app.nat")
    passes(load(NAT_INSTANCE).trace(*WWW))


@pytest.mark.parametrize("kind", ["instances", "interfaces"])
def test_2_nat_instance_with_a_closed_group_and_no_public_address(kind: str) -> None:
    if kind == "instances":
        blames(load(NAT_INSTANCE, UNREACHABLE).trace(*WWW), *GROUP, "app.nat")
        return
    bare = {
        "vpcs app interfaces eni": {
            "subnet": "public",
            "security_groups": ["shut"],
            "source_dest_check": False,
        },
        f"vpcs app route_tables private {ANY}": "eni",
    }
    blames(load(group("shut"), bare).trace(*WWW), *GROUP, "app.eni")


def test_3_no_public_address_in_a_public_subnet() -> None:
    trace = load({"vpcs app instances web public_ip": GONE}).trace("web", "www", "tcp/443")
    blames(trace, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


def test_4_nat_gateway_in_a_subnet_without_a_route_to_the_internet_gateway() -> None:
    trace = load({"vpcs app route_tables public": {}}).trace(*WWW)
    blames(trace, "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    assert trace.blockers[0].checkpoint == "route table public"


def test_5_destination_subnet_lacks_the_outbound_client_ports() -> None:
    blames(load(acl_of("isolated", [ALL], [f"allow tcp/443 {ANY}"])).trace(*DB), *ACL, "app.isolated", "reply")


def test_6_client_subnet_lacks_the_inbound_client_ports() -> None:
    blames(load(acl_of("private", [f"allow tcp/5432 {ANY}"], [ALL])).trace(*DB), *ACL, "app.private", "reply")


@pytest.mark.parametrize(
    ("ports", "verdict"), [("1024", "no reply"), ("32768-60999", "reachable"), ("40000-64000", "partial")]
)
def test_7_outbound_client_ports(ports: str, verdict: str) -> None:
    trace = load(LINUX, acl_of("isolated", [ALL], [f"allow tcp/{ports} {ANY}"])).trace(*DB)
    assert trace.delivered
    assert (trace.verdict, trace.reachable) == (verdict, verdict == "reachable")


def test_8_out_443_and_in_client_ports() -> None:
    passes(load(acl_of("private", [CLIENT_PORTS], [f"allow tcp/443 {ANY}"])).trace(*WWW))


def test_9_out_everything_and_in_443_alone() -> None:
    trace = load(acl_of("private", [f"allow tcp/443 {ANY}"], [ALL])).trace(*WWW)
    blames(trace, *ACL, "app.private", "reply")
    assert trace.blockers[0].checkpoint == "network ACL private-acl ingress"


def test_10_a_to_c_through_b() -> None:
    third: Changes = {
        "vpcs far": {
            "cidrs": ["10.2.0.0/16"],
            "subnets": {"s": {"cidr": "10.2.0.0/24"}},
            "route_tables": {"main": {"10.0.0.0/16": "data-far"}},
            "instances": {"c": {"subnet": "s", "private_ip": "10.2.0.9"}},
        },
        "peering_connections data-far": {"requester": "data", "accepter": "far"},
        "vpcs app route_tables private 10.2.0.0/16": "pcx",
    }
    blames(load(third).trace("probe", "10.2.0.9", "tcp/80"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")


def test_11_over_a_peering_to_a_closed_group() -> None:
    blames(load(group("open", vpc="data")).trace(*API), *GROUP, "data.api")


def test_12_over_a_peering_without_a_way_back() -> None:
    trace = load({"vpcs data route_tables api": {}}).trace(*API)
    blames(trace, "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data", "reply")
    assert (trace.delivered, trace.verdict) == (True, "no reply")


def test_13_peering_still_pending() -> None:
    trace = load({"peering_connections pcx status": "pending-acceptance"}).trace(*API)
    blames(trace, "BAD_STATE_ROUTE", "ROUTE-15", "app")


def test_14_group_of_b_names_group_of_a() -> None:
    passes(load(group("open", ("tcp/80", "app.client"), vpc="data")).trace(*API))


def test_15_a_group_that_names_itself() -> None:
    own = group("open", ("all", "open")) | {"vpcs app instances probe security_groups": ["open"]}
    passes(load(own).trace("probe", "twin", "tcp/22"))


def test_16_ping_with_every_icmp_type() -> None:
    passes(load(group("open", ("icmp", ANY))).trace("probe", "db", "icmp/8"))


def test_17_exposure_of_port_22() -> None:
    net = load(group("open", ("tcp/22", "128.0.0.0/1")))
    passes(net.trace("www", "web", "tcp/22"))
    blames(net.trace("dns", "web", "tcp/22"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.web")
    blames(net.trace("www", "db", "tcp/22"), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW-6", "internet")
