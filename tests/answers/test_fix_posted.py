"""Cures of faults that people post, which `fix` finds: functions, hosts with networks, Direct Connect, load balancers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.answers.test_fix import best, values, written
from tests.answers.test_fix_kinds import LB, SERVED
from tests.designs import GONE, Changes

import reachsim


def changed(net: reachsim.Network, *question: str) -> list[dict[Any, Any]]:
    """What each fix changes, the best first."""
    found = net.fixes(*question)
    best(found)
    return [values(fix) for fix in found]


# -- functions ----------------------------------------------------------------------------------------------------------

OUTSIDE: Changes = {
    "lambda_functions": {"f": {}},
    "vpcs app instances db security_groups": ["db"],
    "vpcs app security_groups db": {"ingress": [{"allow": "tcp/5432", "from": "caller"}]},
    "vpcs app security_groups caller": {},
}


@pytest.mark.rule("LAMBDA-1")
def test_a_function_is_attached_with_the_group_that_what_it_calls_admits() -> None:
    """In subnets that are not public, where it would have no way out (LAMBDA-7)."""
    first, *_ = changed(written(OUTSIDE), "f", "db", "tcp/5432")
    body = {"vpc": "app", "subnets": ["private", "isolated"], "security_groups": ["caller"]}
    assert first == {("lambda_functions", "f", "latest"): body}


@pytest.mark.rule("LAMBDA-1")
def test_a_function_is_attached_with_the_default_group_where_no_group_is_named() -> None:
    first, *_ = changed(written(OUTSIDE, {"vpcs app instances db security_groups": ["open"]}), "f", "db", "tcp/5432")
    assert first == {("lambda_functions", "f", "latest"): {"vpc": "app", "subnets": ["private", "isolated"]}}


# -- networks of hosts --------------------------------------------------------------------------------------------------

GATE: Changes = {
    "vpcs app instances gate": {
        "subnet": "public", "security_groups": ["open"], "source_dest_check": False, "client_networks": ["10.8.0.0/24"],
    },
    "vpcs app security_groups client": {"ingress": [{"allow": "tcp/22", "from": "10.8.0.0/24"}]},
}  # fmt: skip
"""A VPN server whose clients reach instances with addresses of their own."""


@pytest.mark.rule("NATI-5")
@pytest.mark.parametrize("interfaces", [1, 2])
@pytest.mark.parametrize("routes", [{}, {"0.0.0.0/0": "ngw"}])
def test_answers_to_the_clients_of_a_host_are_routed_to_it(interfaces: int, routes: dict[str, str]) -> None:
    """Whether there is no route, or the default route leads them to a NAT gateway that never saw the request."""
    two: Changes = {
        "vpcs app instances gate": {
            "client_networks": ["10.8.0.0/24"],
            "network_interfaces": {
                name: {"subnet": "public", "security_groups": ["open"], "source_dest_check": False}
                for name in ("a", "b")
            },
        }
    }
    net = written(GATE, two if interfaces == 2 else {}, {"vpcs app route_tables private": routes})
    code = "ASYMMETRIC_RETURN" if routes else "NO_ROUTE_TO_DESTINATION"
    assert net.trace("10.8.0.9", "probe", "tcp/22").blockers[0].code == code
    route, *_ = changed(net, "10.8.0.9", "probe", "tcp/22")
    target = "gate" if interfaces == 1 else "gate/a"
    assert route == {("vpcs", "app", "route_tables", "private", "10.8.0.0/24"): target}


@pytest.mark.rule("NATI-5")
@pytest.mark.parametrize(
    ("nat", "key"),
    [({}, ()), ({"vpcs app instances gate nat": {"ip_forward": True, "masquerade": False}}, ("masquerade",))],
)
def test_a_host_whose_clients_get_no_answer_is_made_to_masquerade(nat: Changes, key: tuple[str, ...]) -> None:
    _, *others = changed(written(GATE, {"vpcs app route_tables private": {}}, nat), "10.8.0.9", "probe", "tcp/22")
    assert any(other.get(("vpcs", "app", "instances", "gate", "nat", *key)) is True for other in others)


@pytest.mark.rule("NATI-5")
@pytest.mark.rule("PEER-4")
@pytest.mark.parametrize("check", [True, False])
def test_a_host_is_made_to_masquerade_where_its_clients_are_strangers(check: bool) -> None:
    """A peering, and the host's check, take nothing from outside the near VPC, but what the host sends as its own."""
    net = written(
        GATE,
        {
            "vpcs app instances gate source_dest_check": check,
            "vpcs app route_tables public 10.1.0.0/16": "pcx",
            "vpcs data route_tables api": {"10.0.0.0/16": "pcx"},
        },
    )
    code = "ENI_SOURCE_DEST_CHECK_RESTRICTION" if check else "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
    assert net.trace("10.8.0.9", "api", "tcp/443").blockers[0].code == code
    first, *_ = changed(net, "10.8.0.9", "api", "tcp/443")
    assert first == {("vpcs", "app", "instances", "gate", "nat"): True}


def test_an_address_behind_a_host_is_no_address_of_nobody() -> None:
    found = written(GATE, {"vpcs app instances gate client_networks": []}).fixes("probe", "10.8.0.9", "tcp/22")
    assert "has 10.8.0.9: write what has it" in " ".join(found.reasons)
    assert not written(GATE).fixes("probe", "10.8.0.9", "tcp/22").reasons


OFFICE: Changes = {
    "vpcs data vpn_gateways": {"vgw": {}},
    "vpcs data route_tables api": {"routes": {}, "propagate": ["vgw"]},
    "vpn_connections": {"line": {"gateway": "data.vgw", "static_routes": ["172.16.0.0/12"]}},
    "networks": {"office": {"cidrs": ["172.16.0.0/12"], "via": ["line"], "hosts": {"pc": {"ip": "172.17.5.9"}}}},
    "vpcs data instances api local_networks": ["192.168.0.0/16", "172.17.0.0/16"],
}
"""An office with the addresses of a container bridge."""


@pytest.mark.rule("WALK-26")
@pytest.mark.parametrize("question", [("office.pc", "api"), ("api", "office.pc")])
def test_a_bridge_gets_addresses_that_nobody_else_has(question: tuple[str, str]) -> None:
    """The one of the host's local networks that is in the way, and no block of a VPC, a network or another bridge."""
    net = written(OFFICE)
    assert net.trace(*question, "tcp/443").blockers[0].code == "DELIVERED_ELSEWHERE"
    first, *_ = changed(net, *question, "tcp/443")
    assert first == {("vpcs", "data", "instances", "api", "local_networks", 1): "10.2.0.0/16"}


# -- networks outside AWS -----------------------------------------------------------------------------------------------


@pytest.mark.rule("VPN-5")
def test_a_direct_connect_gateway_announces_the_block_that_is_asked_for() -> None:
    line: Changes = {
        "vpcs data cidrs": ["10.1.0.0/17", "10.1.128.0/17"],
        "vpcs data vpn_gateways": {"vgw": {}},
        "vpcs data route_tables api": {"routes": {}, "propagate": ["vgw"]},
        "direct_connect_gateways": {
            "dx": {"gateways": ["data.vgw"], "prefixes": ["192.168.0.0/16"], "allowed_prefixes": ["10.1.128.0/17"]},
        },
        "networks": {"hall": {"cidrs": ["192.168.0.0/16"], "via": ["dx"], "hosts": {"rack": {"ip": "192.168.7.7"}}}},
    }
    first, *_ = changed(written(line), "hall.rack", "api", "tcp/443")
    assert first == {("direct_connect_gateways", "dx", "allowed_prefixes"): "10.1.0.0/17"}


@pytest.mark.rule("VPN-3")
def test_no_way_through_a_virtual_private_gateway_says_which_redesign_helps() -> None:
    through: Changes = {
        **OFFICE,
        "vpcs data instances api local_networks": [],
        "vpcs data route_tables api": {"routes": {"10.0.0.0/16": "pcx"}, "propagate": ["vgw"]},
        "vpcs app route_tables private 172.16.0.0/12": "pcx",
    }
    found = written(through).fixes("office.pc", "twin", "tcp/443")
    assert found.result.blockers[0].code == "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    assert "transit gateway" in " ".join(found.reasons)


# -- load balancers -----------------------------------------------------------------------------------------------------

FACING: Changes = {
    "vpcs app load_balancers lb": {
        "type": "network", "subnets": ["public"], "listeners": {"tcp/443": "webs"},
        "target_groups": {"webs": {"targets": ["web"], "port": "tcp/8443"}},
    },
    "vpcs app security_groups near": {"ingress": [{"allow": "tcp/8443", "from": "10.0.0.0/24"}]},
    "vpcs app instances web security_groups": ["near"],
    "vpcs app instances web public_ip": GONE,
}  # fmt: skip
"""A target that admits the load balancer's subnet, and sees the clients' addresses."""


@pytest.mark.rule("LB-4")
@pytest.mark.rule("LB-5")
@pytest.mark.parametrize("stop", ["group", "ACL"])
def test_targets_admit_the_clients_or_do_not_see_them(stop: str) -> None:
    shut: Changes = {
        "vpcs app instances web security_groups": ["open"],
        "vpcs app instances web subnet": "isolated",
        "vpcs app instances web private_ip": "10.0.2.21",
        "vpcs app load_balancers lb cross_zone": True,
        "vpcs app subnets isolated": {"cidr": "10.0.2.0/24", "az": "a", "network_acl": "strict"},
        "vpcs app network_acls strict": {
            way: [{"rule": 10, "allow": "tcp", key: "10.0.0.0/16"}]
            for way, key in (("ingress", "from"), ("egress", "to"))
        },
    }
    found = changed(written(FACING, shut if stop == "ACL" else {}), "internet", "lb", "tcp/443")
    assert {(*LB, "target_groups", "webs", "preserve_client_ip"): False} in found


@pytest.mark.rule("LB-4")
def test_an_address_that_a_load_balancer_keeps_is_not_the_load_balancers() -> None:
    blocker = written(FACING).trace("internet", "lb", "tcp/443").blockers[0]
    assert "from 8.8.8.8; closest rule" in blocker.text
    assert "app.lb" not in blocker.text


@pytest.mark.rule("LB-3")
def test_groups_of_a_load_balancer_need_not_judge_what_comes_by_private_link() -> None:
    judged: Changes = {
        "vpcs data security_groups own": {"ingress": [{"allow": "tcp/80", "from": "10.1.0.0/16"}]},
        "vpcs data load_balancers nlb security_groups": ["own"],
    }
    found = changed(written(SERVED, judged), "probe", "shop.example.com", "tcp/80")
    switch = ("vpcs", "data", "load_balancers", "nlb", "enforce_inbound_on_private_link")
    assert {switch: False} in found
    assert any(("vpcs", "data", "security_groups", "own", "ingress") in each for each in found)


def test_a_local_network_of_ipv6_has_no_other_block_to_take() -> None:
    """Its addresses are no bridge's, and nothing is proposed."""
    text = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    subnets:
      a: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64"}
      b: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64"}
    instances:
      x: {subnet: a, ipv6_address: "2001:db8::10", local_networks: ["2001:db8:0:1::/64"]}
      y: {subnet: b, ipv6_address: "2001:db8:0:1::10"}
"""
    assert not reachsim.loads(text).fixes("app.x", "2001:db8:0:1::10", "tcp/443")


# -- services of AWS's ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("EP-3")
@pytest.mark.parametrize("shut", ["group", "ACL"])
def test_a_rule_for_a_service_names_no_address_that_only_stands_for_it(shut: str) -> None:
    """Its addresses are written nowhere: a rule has to let out to everybody, and holds when the file is read again."""
    stop: dict[str, Changes] = {
        "group": {"vpcs app security_groups client": {"egress": []}},
        "ACL": {
            "vpcs app network_acls shut": {
                "ingress": [{"rule": 100, "allow": "all", "from": "10.0.0.0/16"}],
                "egress": [{"rule": 100, "allow": "all", "to": "10.0.0.0/16"}],
            },
            "vpcs app subnets private network_acl": "shut",
        },
    }
    net = written(stop[shut])
    assert not net.trace("probe", "service:ssm", "tcp/443").reachable
    found = changed(net, "probe", "service:ssm", "tcp/443")
    assert any("vpc_endpoints" in path for each in found for path in each)  # of which an address is in the VPC
    rules = [value for each in found for path, value in each.items() if path[-1] in ("ingress", "egress")]
    assert rules
    assert {each.get("to", each.get("from")) for each in rules} <= {"0.0.0.0/0", "ssm-endpoint"}


def test_ways_of_an_agent_that_are_opened_are_open_when_the_file_is_read_again() -> None:
    closed: Changes = {
        "vpcs app security_groups client": {"egress": []},
        "vpcs app instances probe instance_profile": ["AmazonSSMManagedInstanceCore"],
        "vpcs app instances probe ssm_agent": True,
    }
    plan = written(closed).fix_sessions("probe")
    assert plan.whole is not None
    (node,) = reachsim.loads(plan.whole.patch.after).session_manager("probe")
    assert node.state == "ready"


# -- families ---------------------------------------------------------------------------------------------------------------

DUAL = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    egress_only_internet_gateway: eigw
    subnets:
      both: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64", route_table: out}
      six: {ipv6_cidr: "2001:db8:0:2::/64", route_table: out}
      four: {cidr: 10.0.3.0/24}
    route_tables: {out: {"::/0": eigw}}
    security_groups: {open: {ingress: [{allow: all, from: "::/0"}]}}
    instances:
      host: {subnet: both, security_groups: [open]}
      other: {subnet: six}
      old: {subnet: four}
lambda_functions:
  f: {latest: {vpc: app, subnets: [both]}}
  g: {latest: {vpc: app, subnets: [both, four]}}
internet: {hosts: {api: {ip: "2606:4700::1111"}, web: {ip: 203.0.113.9}}}
"""
FUNCTION_IPV6 = ("lambda_functions", "f", "latest", "ipv6")
HOST_IPV6 = ("vpcs", "app", "instances", "host", "ipv6_address")


@pytest.mark.rule("LAMBDA-18")
@pytest.mark.rule("ROUTE-5")
@pytest.mark.parametrize(
    ("source", "destination", "cures"),
    [
        ("f", "api", [{FUNCTION_IPV6: True}]),
        ("host", "api", [{HOST_IPV6: "2001:db8:0:1::4"}]),
        ("other", "host", [{HOST_IPV6: "2001:db8:0:1::4"}]),
        ("g", "api", []),
        ("old", "api", []),
        ("other", "web", []),
    ],
)
def test_who_has_no_ipv6_gets_it_where_the_subnet_has_it(
    source: str, destination: str, cures: list[dict[Any, Any]]
) -> None:
    found = reachsim.loads(DUAL).fixes(source, destination, "tcp/443")
    assert [{change.path: change.value for edit in fix.edits for change in edit.changes} for fix in found] == cures
    assert any("ROUTE-5" in reason for reason in found.reasons)
    assert any("NAT64" in reason for reason in found.reasons) is (destination == "web")
    assert all(reachsim.loads(fix.patch.after).expect(source, destination, allow="tcp/443") for fix in found)


def test_no_endpoint_of_ipv4_is_proposed_in_a_subnet_of_ipv6_alone() -> None:
    fixes = reachsim.loads(DUAL).fixes("other", "service:ssm", "tcp/443")
    assert not any("interface endpoint" in str(fix) for fix in fixes)


@pytest.mark.rule("PL-2")
@pytest.mark.parametrize(
    ("lists", "cure"),
    [
        ({}, "egress rule tcp/443 to prefix list s3, AWS's own of late 2024"),
        ({"prefix_lists s3": ["52.218.0.0/17"]}, "egress rule tcp/443 to prefix list s3"),
    ],
)
def test_what_may_go_to_a_service_with_a_list_of_its_own_is_named_by_it(lists: Changes, cure: str) -> None:
    shut: Changes = {"region": "eu-west-1", "vpcs app security_groups client": {"egress": []}}
    found = written(shut, lists).fixes("probe", "service:s3", "tcp/443")
    assert str(best(found)).endswith(cure)
    net = reachsim.loads(best(found).patch.after)
    assert not net.trace("probe", "www", "tcp/443").reachable


@pytest.mark.rule("PL-2")
@pytest.mark.parametrize("form", ["list", "long"])
def test_a_list_that_lacks_a_block_gets_it(form: str) -> None:
    """Named by a route and by a rule: both have the block then. A list that is full has one place more (PL-1)."""
    entries = ["10.2.0.0/16"]
    named: Changes = {
        "prefix_lists others": entries if form == "list" else {"entries": entries, "max_entries": 1},
        "vpcs app route_tables private": {"others": "pcx"},
        "vpcs app security_groups client": {"egress": [{"allow": "all", "to": "others"}]},
    }
    found = written(named).fixes("probe", "api", "tcp/80")
    best(found)
    assert "add 10.1.0.0/16 to prefix list others" in map(str, found)


@pytest.mark.rule("PL-2")
@pytest.mark.parametrize(
    ("way", "word", "question"), [("egress", "to", ("probe", "api")), ("ingress", "from", ("api", "probe"))]
)
def test_a_list_that_a_rule_alone_names_gets_the_block_of_the_other_end(
    way: str, word: str, question: tuple[str, str]
) -> None:
    rules = {way: [{"allow": "tcp/80", word: "others"}]}
    others: Changes = {"prefix_lists others": ["10.2.0.0/16"], "vpcs app security_groups client": rules}
    found = written(others).fixes(*question, "tcp/80")
    best(found)
    told = [str(fix) for fix in found if "prefix list" in str(fix)]
    assert told == ["add 10.1.0.0/16 to prefix list others"]
    (fix,) = (fix for fix in found if str(fix) in told)
    assert values(fix) == {("prefix_lists", "others"): "10.1.0.0/16"}
