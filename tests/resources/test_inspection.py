"""Gateway Load Balancer endpoints before appliances of one's own: what must reach these for anything to come through."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import write_yaml

import reachsim
from reachsim.trace.result import Trace

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    account: "111"
    internet_gateway: igw
    subnets:
      work: {cidr: 10.0.1.0/24, az: a, route_table: work}
      ends: {cidr: 10.0.2.0/24, az: a, route_table: ends}
    route_tables:
      work: {0.0.0.0/0: gwlbe}
      ends: {0.0.0.0/0: igw}
      edge: {routes: {10.0.1.0/24: gwlbe}, gateway: igw}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      web: {subnet: work, private_ip: 10.0.1.10, public_ip: 198.51.100.10, security_groups: [open]}
      twin: {subnet: work, private_ip: 10.0.1.20, public_ip: 198.51.100.20, security_groups: [open]}
    vpc_endpoints:
      gwlbe: {type: gateway_load_balancer, service: inspect, subnets: [ends]}
  security:
    cidrs: [10.0.0.0/16]
    subnets:
      front: {cidr: 10.0.1.0/24, az: a}
      back: {cidr: 10.0.2.0/24, az: a, network_acl: back}
    network_acls:
      back: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      fw: {ingress: [{allow: udp/6081, from: 10.0.1.50/32}]}
    instances:
      fw: {subnet: back, private_ip: 10.0.2.20, security_groups: [fw], source_dest_check: false}
      spare: {subnet: front, private_ip: 10.0.1.20, security_groups: [fw]}
    load_balancers:
      gwlb:
        type: gateway
        subnets: [front]
        private_ips: {front: 10.0.1.50}
        listeners: {all: t}
        target_groups: {t: {targets: [fw]}}
endpoint_services:
  inspect: {load_balancer: security.gwlb}
internet: {hosts: {www: {ip: 203.0.113.9}}}
""")
ENDPOINT = "vpcs app vpc_endpoints gwlbe"
GWLB = "vpcs security load_balancers gwlb"
GROUP = f"{GWLB} target_groups t"
FW = "vpcs security security_groups fw ingress"


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(write_yaml(edited(BASE, *changes)))


def out(*changes: Changes) -> Trace:
    return load(*changes).trace("app.web", "www", "tcp/443")


def code(trace: Trace) -> tuple[str, str, str]:
    assert not trace.undecided
    first = trace.blockers[0]
    return first.code, first.rule_id, first.component


@pytest.mark.rule("EP-11")
@pytest.mark.rule("LB-9")
def test_what_the_appliance_gets_comes_out_again_unchanged() -> None:
    trace = out()
    assert trace.reachable, trace.blockers
    assert "security.fw" in {hop.component for hop in trace.forward}
    assert "security.fw" in {hop.component for hop in trace.reply}
    assert {str(hop.before.source) for hop in trace.forward[:-1]} == {str(trace.packet.source)}  # type: ignore[union-attr]
    into = load().trace("www", "198.51.100.10", "tcp/443")
    assert into.reachable, into.blockers
    assert "security.fw" in {hop.component for hop in into.forward}


@pytest.mark.rule("LB-9")
@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        (("udp/6081", "10.0.1.50/32"), True),
        (("udp", "10.0.0.0/16"), True),
        (("tcp", "0.0.0.0/0"), False),
        (("udp/6082-6090", "0.0.0.0/0"), False),
        (("udp/6081", "10.0.1.10/32"), False),  # the inner packet's source is nobody to it
        (("udp/6081", "203.0.113.0/24"), False),
    ],
)
def test_the_appliances_groups_must_take_geneve_from_the_load_balancer(rule: tuple[str, str], passes: bool) -> None:
    net = load({FW: [{"allow": rule[0], "from": rule[1]}]})
    trace = net.trace("app.web", "www", "tcp/443")
    assert trace.reachable == passes
    assert bool(net.reach("app.web", "www").reachable) == passes
    assert bool(net.reach("internet", "app.web").reachable) == passes
    if not passes:
        assert code(trace) == ("ENI_SG_RULES_MISMATCH", "SG-1", "security.fw")
        assert "udp/6081 from 10.0.1.50" in trace.blockers[0].text


@pytest.mark.rule("LB-9")
def test_acls_on_the_way_to_the_appliance() -> None:
    def acl(deny: str) -> Changes:
        rules = [{"rule": 1, "deny": deny, "from": "10.0.1.0/24"}, {"rule": 2, "allow": "all", "from": "0.0.0.0/0"}]
        return {"vpcs security network_acls back ingress": rules}

    assert code(out(acl("udp/6081"))) == ("SUBNET_ACL_RESTRICTION", "NACL-2", "security.back")
    assert out(acl("tcp")).reachable


@pytest.mark.rule("LB-8")
def test_a_load_balancer_without_anybody_to_inspect_loses_everything() -> None:
    assert code(out({f"{GROUP} targets": []})) == ("ELBV2_LISTENER_HAS_NO_TG", "LB-8", "app.gwlbe")
    assert code(out({f"{GROUP} healthy": False})) == ("TARGETS_UNHEALTHY", "LB-10", "app.gwlbe")
    far: Changes = {"vpcs security subnets back az": "b"}
    assert code(out(far)) == ("ELB_INSTALLED_AZ_RESTRICTION", "LB-8", "app.gwlbe")
    stopped = out({"vpcs security instances fw state": "stopped"})
    assert code(stopped)[0] == "BAD_STATE"
    assert out({f"{GWLB} listeners": GONE}).reachable  # it has one, which needs no writing
    nobody = out({f"{GWLB} listeners": GONE, f"{GWLB} target_groups": GONE})
    assert nobody.blockers[0].code == "ELBV2_LISTENER_HAS_NO_TG"


@pytest.mark.rule("LB-9")
def test_every_appliance_that_may_be_picked_must_get_it() -> None:
    two: Changes = {f"{GROUP} targets": ["fw", "spare"]}
    assert out(two).reachable
    shut: Changes = {"vpcs security instances spare security_groups": ["default"]}
    assert code(out(two, shut))[2] == "security.spare"


@pytest.mark.rule("EP-10")
def test_zones_and_owners() -> None:
    assert code(out({"vpcs app subnets ends az": "b"})) == ("VPCE_SERVICE_NOT_INSTALLED_IN_AZ", "EP-10", "app.gwlbe")
    assert "decide, and are not written" in out({"vpcs app subnets ends az": GONE}).undecided
    refused = out({"endpoint_services inspect accepted": ["222"]})
    assert code(refused) == ("BAD_STATE_ROUTE", "ROUTE-12", "app")
    assert out({"endpoint_services inspect accepted": ["111"]}).reachable


@pytest.mark.rule("EP-11")
def test_somebody_elses_service_is_transparent() -> None:
    assert out({"endpoint_services": GONE, "vpcs security": GONE}).reachable


def test_the_blocks_of_the_two_vpcs_may_overlap() -> None:
    """`web` has the address of the load balancer, and `twin` walks like it: the appliance sees neither."""
    between: Changes = {
        "vpcs app route_tables work 10.0.2.0/24": "gwlbe",
        "vpcs app route_tables ends 10.0.1.0/24": "gwlbe",
        "vpcs app subnets near": {"cidr": "10.0.3.0/24", "az": "a", "route_table": "near"},
        "vpcs app route_tables work 10.0.3.0/24": "gwlbe",
        "vpcs app route_tables near": {"10.0.1.0/24": "gwlbe"},
        "vpcs app instances near": {"subnet": "near", "private_ip": "10.0.3.10", "security_groups": ["open"]},
        "vpcs app instances web private_ip": "10.0.1.50",
    }
    for rule, passes in (("10.0.1.50/32", True), ("10.0.1.20/32", False)):
        net = load(between, {FW: [{"allow": "udp/6081", "from": rule}]})
        matrix = net.matrix()
        for source in ("app.web", "app.twin"):
            cell, answer = matrix.cell(source, "app.near"), net.reach(source, "app.near")
            assert cell.delivered == answer.delivered.traffic()
            assert cell.reachable == answer.reachable.traffic()
            assert bool(cell.delivered) == passes


def test_an_edit_of_the_appliances_rules_is_heard() -> None:
    net = load()
    shut = net.with_({"vpcs.security.security_groups.fw.ingress[0].allow": "udp/6082"})
    assert not shut.trace("app.web", "www", "tcp/443").delivered
    assert net.trace("app.web", "www", "tcp/443").reachable


def test_the_graph_has_the_appliance_on_the_way() -> None:
    graph = load().graph()
    assert any(data["component"] == "security.fw" and "ingress" in data["role"] for _, data in graph.nodes(data=True))


def test_an_interface_endpoint_of_an_inspection_service_is_refused() -> None:
    with pytest.raises(reachsim.DesignError, match=r"inspect stands before security\.gwlb, a gateway load balancer"):
        load({ENDPOINT: {"type": "interface", "service": "inspect", "subnets": ["ends"]}})
