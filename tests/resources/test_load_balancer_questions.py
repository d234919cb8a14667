"""Load balancers in all questions: exposure, matrix, edits, names, what a client sees; and mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.oracle.text import write_yaml
from tests.resources.balancers import GROUP, LB, LOST, OK, PUBLIC, acl, changed, code, group, load, said

import reachsim

# -- other questions ------------------------------------------------------------------------------------------------


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    ("denied", "keeps", "verdict"),
    [
        ("all", True, "fails"),
        ("tcp/443", True, "fails"),  # as it is sent
        ("tcp/8443", True, "fails"),  # as it arrives
        ("tcp/22", True, "holds"),
        ("all", False, "holds"),
    ],
)
def test_the_internet_comes_to_a_target_through_its_load_balancer(denied: str, keeps: bool, verdict: str) -> None:
    design = changed({**PUBLIC, f"{GROUP}.preserve_client_ip": keeps})
    design["expect"] = [{"from": "internet", "to": "web", "deny": denied}]
    net = reachsim.loads(write_yaml(design))
    assert [result.verdict for result in net.check()] == [verdict]
    exposed = {name for each in net.exposure() for name in each.interfaces}
    assert exposed == ({"app.lb/front", "app.web"} if keeps else {"app.lb/front"})
    assert bool(net.isolated("internet", "web")) is not keeps


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    "change",
    [
        {"vpcs.app.subnets.back.az": None},  # LB-8: the zones decide, and are not all written
        {f"{GROUP}.targets": ["10.1.0.10"], f"{GROUP}.preserve_client_ip": True},  # in a peered VPC
    ],
)
def test_what_may_come_through_a_load_balancer_is_no_kept_promise(change: dict[str, Any]) -> None:
    design = changed({**PUBLIC, **change})
    target = "x" if f"{GROUP}.targets" in change else "web"
    design["expect"] = [{"from": "internet", "to": target, "deny": "all"}]
    net = reachsim.loads(write_yaml(design))
    assert [result.verdict for result in net.check()] == ["undecided"]
    assert not net.isolated("internet", target)
    assert net.isolated("internet", target).undecided


def test_nobody_who_asks_for_the_targets_own_address_needs_its_load_balancer() -> None:
    public = {**PUBLIC, "vpcs.app.instances.web.subnet": "front", "vpcs.app.instances.web.private_ip": "10.0.0.20",
              "vpcs.app.instances.web.public_ip": "198.51.100.20", **group("lb")}  # fmt: skip
    assert said(load(public), "www", "web", "tcp/8443") == OK
    assert load(PUBLIC).trace("www", "web", "tcp/443").verdict == "partial"


def test_the_matrix_says_what_reach_says() -> None:
    net = load(
        {f"{GROUP}.targets": ["web", "beside"], **acl("back", "ingress", {"deny": "tcp/8443", "from": "10.0.2.0/24"})}
    )
    for source in ("app.client", "app.other", "app.beside", "peer.x"):
        cell, answer = net.matrix().cell(source, "app.lb/front"), net.reach(source, "app.lb/front")
        assert cell.delivered == answer.delivered.traffic()
        assert cell.reachable == answer.reachable.traffic()


def test_an_edit_of_a_rule_is_heard_behind_the_load_balancer() -> None:
    net = load({})
    assert said(net) == OK
    edited = net.with_({"vpcs.app.security_groups.web.ingress[0].allow": "tcp/443"})
    assert said(edited) == LOST
    assert said(net) == OK


def test_its_names() -> None:
    net = load({f"{LB}.subnets": ["front", "far"]})
    for name in ("lb", "app.lb"):
        assert [interface.name for interface in net.endpoint(name).interfaces] == ["app.lb/front", "app.lb/far"]
    assert [interface.name for interface in net.endpoint("lb/far").interfaces] == ["app.lb/far"]
    assert [way.label for way in net.trace("client", "lb", "tcp/80").ways] == ["app.lb/front", "app.lb/far"]


def test_what_a_client_sees_is_what_the_target_answers() -> None:
    assert load({"vpcs.app.instances.web.listens": "tcp/443"}).trace("client", "lb", "tcp/443").client_sees == "refused"
    trace = load({"vpcs.app.instances.web.listens": "tcp/8443"}).trace("client", "lb", "tcp/443")
    assert trace.client_sees == "established"
    assert [str(trace.forward[index].before) for index in (0, -1)] == [
        "tcp 10.0.3.10:50000 -> 10.0.0.50:443",
        "tcp 10.0.3.10:50000 -> 10.0.1.20:8443",
    ]
    assert [str(trace.reply[index].before) for index in (0, -1)] == [
        "tcp 10.0.1.20:8443 -> 10.0.3.10:50000",
        "tcp 10.0.0.50:443 -> 10.0.3.10:50000",
    ]


def test_targets_by_name() -> None:
    fleet = {"subnets": ["back"], "count": 2, "security_groups": ["open"]}
    net = load({"vpcs.app.interfaces": {"fleet": fleet}, f"{GROUP}.targets": ["fleet", "app.web"]})
    targets = [way.label for way in net.trace("client", "lb", "tcp/443").ways]
    assert targets == [f"to app.{name} tcp/8443" for name in ("fleet/1", "fleet/2", "web")]


def test_an_application_load_balancer_as_target() -> None:
    inner = {"type": "application", "scheme": "internal", "subnets": ["back"], "private_ips": {"back": "10.0.1.60"},
             "security_groups": ["open"], "listeners": {"http/80": "i"},
             "target_groups": {"i": {"targets": ["web"]}}}  # fmt: skip
    net = load({"vpcs.app.load_balancers.alb": inner, GROUP: {"targets": ["alb"], "port": "tcp/80"}})
    assert said(net) == OK
    wrong = load({"vpcs.app.load_balancers.alb": inner, GROUP: {"targets": ["alb"], "port": "tcp/81"}})
    assert code(wrong) == ("ELBV2_LISTENERS_MISMATCH", "LB-1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"{LB}.listeners": {"tcp/443": "nobody"}}, "no target group 'nobody'"),
        ({f"{LB}.listeners": {"https/443": "t"}}, "is not https"),
        ({f"{LB}.listeners": {"443": "t"}}, "a protocol and a port are expected"),
        ({f"{LB}.listeners": {"udp/443": "t"}}, "the targets of t are tcp"),
        ({f"{GROUP}.targets": ["nobody"]}, "nothing in VPC app that can be a target"),
        ({f"{GROUP}.targets": ["10.0.0.0/24"]}, "10.0.0.0/24"),
        ({f"{LB}.private_ips": {"desk": "10.0.3.50"}}, "has no interface in 'desk'"),
        ({f"{LB}.private_ips": {"front": "10.0.3.50"}}, "10.0.3.50"),
        ({f"{LB}.public_ips": {"front": "198.51.100.50"}}, "is internal: it has no public addresses"),
        ({f"{LB}.subnets": ["front", "front"]}, "a subnet is listed twice"),
        ({f"{LB}.subnets": ["nowhere"]}, "nowhere"),
        ({f"{LB}.subnets": []}, "subnets"),
    ],
)
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(reachsim.DesignError, match=message):
        load(changes)


@pytest.mark.rule("ROUTE-10")
def test_no_route_leads_to_a_load_balancer() -> None:
    with pytest.raises(reachsim.DesignError, match="a load balancer, which no route leads to"):
        load({"vpcs.app.route_tables.public": {"0.0.0.0/0": "lb"}})


@pytest.mark.parametrize("to", ["lb", "10.0.0.50"])
def test_the_address_that_was_called_is_the_load_balancers(to: str) -> None:
    """Not its target's, to whom it passes the packet on."""
    net = load({"vpcs.app.security_groups.client": {"egress": [{"allow": "all", "to": "10.99.0.0/16"}]}})
    (first, *_) = net.trace("client", to, "tcp/443").blockers
    assert "to 10.0.0.50 (app.lb/front);" in first.text


@pytest.mark.rule("PEER-9")
def test_an_address_means_the_senders_own_vpc_where_another_has_it_too() -> None:
    """The load balancer of the client's VPC passes on to a closed target; in another VPC of the same block an open host
    has the address."""
    twin: dict[str, Any] = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"s": {"cidr": "10.0.0.0/24"}},
        "security_groups": {"open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
        "instances": {"host": {"subnet": "s", "private_ip": "10.0.0.50", "security_groups": ["open"]}},
    }
    for shut, verdict in (({}, "reachable"), (group("web"), "blocked")):
        net = load({"vpcs.twin": twin, **shut})
        assert net.trace("client", "lb", "tcp/443").verdict == verdict
        assert net.trace("client", "10.0.0.50", "tcp/443").verdict == verdict
        assert bool(net.reach("client", "10.0.0.50")) is (verdict == "reachable")


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    "route", [("public", "10.0.1.0/24", "gate"), ("main", "10.0.0.0/24", "gate"), ("public", "10.0.1.0/24", "beside")]
)
def test_client_addresses_are_not_kept_past_what_inspects(route: tuple[str, str, str]) -> None:
    table, block, target = route
    gate = {"type": "gateway_load_balancer", "service": "x", "subnets": ["far"]}
    detour = {f"vpcs.app.route_tables.{table}": {"0.0.0.0/0": "igw", "10.1.0.0/16": "pcx", block: target},
              "vpcs.app.vpc_endpoints": {"gate": gate}}  # fmt: skip
    if target != "gate":
        detour["vpcs.app.instances.beside.source_dest_check"] = False
    kept = load({**PUBLIC, **detour})
    assert f"leads the route {block} -> {target}" in kept.trace("www", "lb", "tcp/443").undecided
    assert kept.isolated("internet", "web").undecided
    own = load({**PUBLIC, **detour, f"{GROUP}.preserve_client_ip": False})
    assert not own.trace("www", "lb", "tcp/443").undecided
