"""The naive evaluator on the rest of AWS's components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.oracle.component_base import (
    ANY,
    APP_S3,
    BOX_APP,
    CENTRAL,
    DUAL,
    HUB,
    NO_REPLY,
    PC_APP,
    TGW,
    changed,
    group,
    nlb,
    rules,
)
from tests.oracle.component_cases import CASES
from tests.oracle.naive import judge, judge_variants
from tests.oracle.naive.addresses import address, block, network
from tests.oracle.naive.world import World
from tests.oracle.probes import holds
from tests.oracle.text import read_yaml

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize(("changes", "question", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_verdict(changes: dict[Any, Any], question: tuple[str, str, str, int], expected: tuple[bool, bool]) -> None:
    verdict = judge(changed(changes), *question)
    assert not verdict.undecided
    assert (verdict.forward, verdict.reply) == expected, verdict


@pytest.mark.parametrize("name", ["central-egress", "isolated-session-manager"])
def test_examples(name: str) -> None:
    """What the two files promise."""
    design = read_yaml((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    world = World(design)
    for expectation in design["expect"]:
        assert holds(world, expectation), expectation


def test_central_egress_without_the_way_back() -> None:
    """As the file says: the request is delivered and the answer is lost."""
    design = read_yaml((EXAMPLES / "central-egress.yaml").read_text(encoding="utf-8"))
    del design["vpcs"]["egress"]["route_tables"]["public"]["172.20.0.0/16"]
    verdict = judge(design, "spoke.app", "8.8.8.8", "tcp/443", 50000)
    assert (verdict.forward, verdict.reply) == NO_REPLY


def test_every_zone_that_the_transit_gateway_may_use_is_walked() -> None:
    """TGW-8: a packet without a zone comes in by any; TGW-9: in appliance mode by any, the same there and back."""
    design = changed({**CENTRAL, f"{HUB}.subnets.attach-b": {"cidr": "10.0.10.0/28", "az": "b", "network_acl": "x"},
                      f"{HUB}.network_acls.x": rules("out deny tcp/443 10.0.1.10/32"),
                      f"{TGW}.attachments.hub.subnets": ["attach", "attach-b"],
                      f"{HUB}.route_tables.private": {ANY: "tgw"}})  # fmt: skip
    assert [each.reachable for _, each in judge_variants(design, *PC_APP)] == [True, False]
    assert [each.reachable for _, each in judge_variants(design, *BOX_APP)] == [True]
    design["transit_gateways"]["tgw"]["attachments"]["hub"]["appliance_mode"] = True
    assert [each.reachable for _, each in judge_variants(design, *BOX_APP)] == [True, False]


def test_every_target_that_may_be_chosen_is_walked() -> None:
    design = changed({**nlb(targets=["twin", "app"]), **group("hub", "shut", ("all", "10.1.1.10/32"))})
    asked = judge_variants(design, "spoke.box", "10.0.1.50", "tcp/443", 40000)
    assert [each.reachable for _, each in asked] == [True, True]
    design["vpcs"]["hub"]["security_groups"]["shut"] = {}
    asked = judge_variants(design, "spoke.box", "10.0.1.50", "tcp/443", 40000)
    assert [each.reachable for _, each in asked] == [False, True]
    assert [each.listener for _, each in asked] == [True, True]


def test_interfaces_that_are_alike() -> None:
    """One name, `count` interfaces in turn over the subnets."""
    design = changed(
        {f"{HUB}.interfaces.fleet": {"subnets": ["private", "far"], "count": 3, "security_groups": ["open"]}}
    )
    fleet = [i for i in World(design).interfaces if i.host == "fleet"]
    assert [i.subnet for i in fleet] == ["private", "far", "private"]
    assert len({i.ipv4 for i in fleet}) == 3
    assert [each.reachable for _, each in judge_variants(design, "hub.fleet", "hub.app", "tcp/443", 40000)] == [
        True
    ] * 3


def test_a_network_by_its_name() -> None:
    """All of it: what the connection's routes leave out is not reached, nor answered."""
    asked = dict(judge_variants(changed({}), "hub.app", "office", "tcp/443", 40000))
    assert {label.split(" -> ")[1]: each.reachable for label, each in asked.items()} == {
        "192.168.0.0 of office": False,
        "192.168.1.7 of office": True,
        "192.168.255.255 of office": False,
    }
    asked = dict(judge_variants(changed({}), "office", "hub.app", "tcp/443", 40000))
    assert [(each.forward, each.reachable) for each in asked.values()] == [(True, False), (True, True), (True, False)]


def test_what_the_book_leaves_open() -> None:
    """NATGW-16: NAT64; EP-1: an address that may be among the prefixes of an endpoint whose list nobody wrote."""
    design = changed({**DUAL, f"{HUB}.route_tables.private": {"::/0": "ngw"}})
    assert judge(design, "hub.app", "64:ff9b::808:808", "tcp/443", 40000).undecided
    design = changed({f"{HUB}.vpc_endpoints.s3": {"type": "gateway", "service": "s3", "route_tables": ["private"]}})
    assert judge(design, "hub.app", "52.219.1.1", "tcp/443", 40000).undecided
    assert judge(design, *APP_S3).reachable


def test_addresses() -> None:
    assert str(address("2001:db8::1")) == "2001:db8::1"
    assert address("10.0.0.255") + 1 == address("10.0.1.0")
    assert str(block("10.1.2.3/16")) == "10.1.0.0/16"
    assert (block("10.0.0.0/30").size, str(block("10.0.0.0/30").last)) == (4, "10.0.0.3")
    assert block("10.0.1.0/24").within(block("10.0.0.0/16"))
    assert not block("10.0.0.0/16").within(block("10.0.1.0/24"))
    assert block("10.0.0.0/16").overlaps(block("10.0.1.0/24"))
    assert not block("10.0.0.0/24").overlaps(block("10.0.1.0/24"))
    assert address("::1") not in block("0.0.0.0/0")
    assert [network(text) for text in ("web", "10.0.0.0/33", "10.0.0", "1::2::3", "10.0.0.1/x")] == [None] * 5


@pytest.mark.parametrize("nat", [{"availability": "regional"}, {"subnet": "front"}])
@pytest.mark.parametrize("destination", ["app.web", "203.0.113.9"])
def test_nobody_sends_from_the_public_address_of_a_nat_gateway(nat: dict[str, str], destination: str) -> None:
    """NATGW-7: nobody on the internet has it, and the gateway starts nothing."""
    design = read_yaml("""
        version: 1
        vpcs:
          app:
            cidrs: [10.0.0.0/16]
            internet_gateway: igw
            subnets: {front: {cidr: 10.0.0.0/24, az: a}}
            route_tables: {main: {0.0.0.0/0: igw}}
            security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
            instances: {web: {subnet: front, private_ip: 10.0.0.20, public_ip: 198.51.100.20, security_groups: [open]}}
        """)
    design["vpcs"]["app"]["nat_gateways"] = {"ngw": {"public_ip": "198.51.100.9", **nat}}
    verdict = judge(design, "198.51.100.9", destination, "tcp/443", 50000)
    assert (verdict.forward, verdict.lost.startswith("forward: NATGW-7")) == (False, True)
    assert judge(design, "198.51.100.8", "app.web", "tcp/443", 50000).reachable
