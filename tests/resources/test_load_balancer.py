"""Load balancers: what their listeners take, to whom they pass it on, with whose address, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.resources.balancers import (
    BASE,
    CLASSIC,
    ENDS,
    GROUP,
    LB,
    LOST,
    NO_REPLY,
    OK,
    PUBLIC,
    SHUT,
    Asked,
    acl,
    code,
    group,
    load,
    said,
)

import reachsim
from reachsim.net.address import parse_address

# -- the listener ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("LB-1")
@pytest.mark.parametrize("kind", [ENDS, CLASSIC])
def test_the_listener_is_the_end_whatever_stands_behind_it(kind: dict[str, Any]) -> None:
    net = load({**kind, **SHUT})
    trace = net.trace("client", "lb", "tcp/443")
    assert trace.reachable
    assert (trace.forward[-1].component, trace.forward[-1].action) == ("app.lb/front", "deliver")
    assert [each.verdict for each in trace.beyond if str(each.traffic) == "tcp/8443"] == ["blocked"]
    assert "504" in trace.notes[0]
    assert "app.web" in trace.notes[0]
    assert not load(kind).trace("client", "lb", "tcp/443").notes


@pytest.mark.rule("LB-1")
def test_what_a_target_refuses_reads_502_and_what_nobody_may_get_503() -> None:
    assert "502" in load({**ENDS, "vpcs.app.instances.web.listens": "tcp/22"}).trace("client", "lb", "tcp/443").notes[0]
    assert "503" in load({**ENDS, f"{GROUP}.targets": ["other"]}).trace("client", "lb", "tcp/443").notes[0]


@pytest.mark.rule("LB-1")
def test_traffic_that_no_listener_takes() -> None:
    assert code(load(ENDS | group("lb", ("all", "0.0.0.0/0"))), traffic="tcp/80") == (
        "ELBV2_LISTENERS_MISMATCH",
        "LB-1",
    )
    assert code(load(CLASSIC | group("lb", ("all", "0.0.0.0/0"))), traffic="tcp/80") == (
        "ELB_LISTENERS_MISMATCH",
        "LB-1",
    )
    net = load(group("lb", ("all", "0.0.0.0/0")))
    assert code(net, traffic="tcp/80") == ("ELBV2_LISTENERS_MISMATCH", "LB-1")
    assert code(net, traffic="udp/443") == ("ELBV2_LISTENERS_MISMATCH", "LB-1")
    assert net.reach("client", "lb").reachable.traffic() == reachsim.Traffic.parse("tcp/443")


@pytest.mark.rule("LB-1")
def test_its_groups_see_the_client_and_its_targets_see_it() -> None:
    assert said(load({**ENDS, **group("lb", ("tcp/443", "10.9.0.0/16"))})) == LOST
    net = load({**ENDS, **group("web", ("tcp/8443", "lb"))})
    assert said(net, "lb", "web", "tcp/8443") == OK
    assert net.trace("lb", "web", "tcp/8443").packet.source == parse_address("10.0.0.50")  # type: ignore[union-attr]
    assert said(load({**ENDS, **group("web", ("tcp/8443", "10.0.3.10/32"))}), "lb", "web", "tcp/8443") == LOST
    # Out through its own groups, and the answer to a port of 1024-65535.
    closed = {"vpcs.app.security_groups.lb": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}], "egress": []}}
    assert said(load({**ENDS, **closed}), "lb", "web", "tcp/8443") == LOST
    narrow = acl("front", "ingress", {"deny": "tcp/1024-2000", "from": "10.0.1.0/24"})
    assert not load({**ENDS, **narrow}).trace("lb", "web", "tcp/8443").reachable


@pytest.mark.rule("LB-2")
def test_a_classic_load_balancer_meets_its_acl_towards_its_own_subnet() -> None:
    target = {f"{GROUP}.targets": ["beside"]}
    shut = acl("front", "egress", {"deny": "tcp/8443", "to": "10.0.0.0/24"})
    assert code(load({**CLASSIC, **target, **shut}), "lb", "beside", "tcp/8443") == ("ELB_ACL_RESTRICTION", "NACL-2")
    assert said(load({**CLASSIC, **target}), "lb", "beside", "tcp/8443") == OK
    assert said(load({**ENDS, **target, **shut}), "lb", "beside", "tcp/8443") == OK


# -- groups and client addresses -----------------------------------------------------------------------------------


@pytest.mark.rule("LB-3")
def test_a_network_load_balancer_without_groups_takes_everybody() -> None:
    assert said(load(group("lb", ("tcp/443", "10.9.0.0/16")))) == LOST
    net = load({**group("lb", ("tcp/443", "10.9.0.0/16")), f"{LB}.security_groups": None})
    assert said(net) == OK
    assert net.topology.interfaces["app.lb/front"].groups is None


@pytest.mark.rule("WALK-20", "DNS-1")
@pytest.mark.parametrize("changes", [{}, {f"{LB}.security_groups": None}, {f"{LB}.type": "application"}])
@pytest.mark.parametrize("resolver", ["10.0.0.2", "169.254.169.253"])
def test_it_asks_the_resolver_as_every_interface_does(changes: dict[str, Any], resolver: str) -> None:
    net = load({**group("lb", ("tcp/443", "10.0.0.0/16")), **changes})
    assert said(net, "lb", resolver, "udp/53") == OK
    assert said(net, "lb", resolver, "tcp/443") == LOST


@pytest.mark.rule("LB-3")
def test_health_checks_ask_its_outbound_rules_alone() -> None:
    """No inbound rule at all: health checks and their answers pass."""
    assert said(load({"vpcs.app.security_groups.lb": {"ingress": []}}), "lb", "web", "tcp/8443") == OK
    assert said(load({"vpcs.app.security_groups.lb": {"egress": []}}), "lb", "web", "tcp/8443") == LOST


@pytest.mark.rule("LB-4")
@pytest.mark.parametrize(
    ("peer", "keeps", "expected"),
    [
        ("lb", True, OK),
        ("lb", False, OK),
        ("10.0.3.10/32", True, OK),
        ("10.0.3.10/32", False, LOST),
        ("10.0.0.50/32", True, LOST),
        ("10.0.0.50/32", False, OK),
        ("client", True, LOST),
        ("client", False, LOST),
    ],
)
def test_what_a_target_rule_may_name(peer: str, keeps: bool, expected: Asked) -> None:
    net = load({**group("web", ("tcp/8443", peer)), f"{GROUP}.preserve_client_ip": keeps})
    assert said(net) == expected
    assert bool(net.reach("client", "lb")) == (expected == OK)
    assert bool(net.matrix().cell("app.client", "app.lb/front")) == (expected == OK)


@pytest.mark.rule("LB-4")
def test_the_blame_where_the_clients_group_is_named() -> None:
    assert code(load(group("web", ("tcp/8443", "client")))) == ("SG_REFERENCES_NOT_PRESERVED", "LB-4")


@pytest.mark.rule("LB-4")
def test_without_a_group_of_its_own_no_reference_matches() -> None:
    assert said(load({**group("web", ("tcp/8443", "lb")), f"{LB}.security_groups": None})) == LOST


@pytest.mark.rule("SG-1")
def test_a_load_balancer_that_may_call_its_own_group_alone_names_no_target() -> None:
    """Its target has another group: no reference is lost."""
    own = {"vpcs.app.security_groups.lb.egress": [{"allow": "all", "to": "lb"}]}
    assert code(load(own)) == ("ENI_SG_RULES_MISMATCH", "SG-1")


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    ("target", "listener", "attribute", "kept"),
    [
        ("web", "tcp/443", None, True),
        ("web", "tls/443", None, True),
        ("web", "tcp/443", False, False),
        ("10.0.1.20", "tcp/443", None, False),
        ("10.0.1.20", "tls/443", None, False),
        ("10.0.1.20", "tcp/443", True, True),
        ("10.0.1.20", "udp/443", None, True),
        ("web", "udp/443", False, True),
    ],
)
def test_whose_address_a_target_sees(target: str, listener: str, attribute: bool | None, kept: bool) -> None:
    protocol = "udp" if listener.startswith("udp") else "tcp"
    settings = {"targets": [target], "port": f"{protocol}/8443"}
    settings |= {} if attribute is None else {"preserve_client_ip": attribute}
    net = load(
        {GROUP: settings, f"{LB}.listeners": {listener: "t"}, **group("web", (protocol, "10.0.3.10/32"))}
        | group("lb", ("all", "0.0.0.0/0"))
    )
    assert said(net, traffic=f"{protocol}/443") == (OK if kept else LOST)


@pytest.mark.rule("LB-5")
def test_by_their_kind_targets_are_registered_by_address() -> None:
    net = load({f"{GROUP}.target_type": "ip", **group("web", ("tcp/8443", "10.0.3.10/32"))})
    assert said(net) == LOST


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    "change",
    [
        {f"{GROUP}.targets": ["10.9.0.10"]},
        {"peering_connections.pcx.status": "deleted", "vpcs.app.route_tables.main": {}},
        {"vpcs.app.region": "eu-west-1", "vpcs.peer.region": "us-east-1"},
        {"unknown_connections": {"far": {"vpcs": ["peer", "app"]}}, f"{GROUP}.targets": ["10.9.0.10"]},
    ],
)
def test_a_kept_address_needs_targets_in_the_vpc_or_a_peered_one_of_the_region(change: dict[str, Any]) -> None:
    kept = {f"{GROUP}.targets": ["10.1.0.10"], f"{GROUP}.preserve_client_ip": True}
    trace = load(kept).trace("client", "lb", "tcp/443")
    assert "app.x" not in trace.undecided
    assert "peer.x is in a peered VPC" in trace.undecided
    with pytest.raises(reachsim.DesignError, match="LB-5"):
        load({**kept, **change})
    load({**kept, **change, "unknown_connections": {"somewhere": {"vpcs": ["app"]}}})


@pytest.mark.rule("LB-6")
def test_a_target_that_calls_its_own_load_balancer() -> None:
    itself = {f"{GROUP}.targets": ["client"], **group("client", ("all", "0.0.0.0/0"))}
    assert code(load(itself)) == ("NLB_HAIRPIN", "LB-6")
    assert said(load({**itself, f"{GROUP}.preserve_client_ip": False})) == OK
    assert said(load(itself), "beside") == OK
    two = load({**itself, f"{GROUP}.targets": ["client", "web"]})
    assert two.trace("client", "lb", "tcp/443").verdict == "partial"
    assert not two.reach("client", "lb")
    assert not two.matrix().cell("app.client", "app.lb/front")
    assert two.matrix().cell("app.beside", "app.lb/front")


@pytest.mark.rule("LB-6")
def test_another_interface_of_the_target_is_the_target_too() -> None:
    two = {"eth0": {"subnet": "back", "private_ip": "10.0.1.30", "security_groups": ["open"]},
           "eth1": {"subnet": "back", "private_ip": "10.0.1.31", "security_groups": ["open"]}}  # fmt: skip
    net = load({"vpcs.app.instances.two": {"network_interfaces": two}, f"{GROUP}.targets": ["two"]})
    assert code(net, "two/eth1") == ("NLB_HAIRPIN", "LB-6")


@pytest.mark.rule("LB-6")
@pytest.mark.parametrize(("section", "others"), [("interfaces", {}), ("instances", BASE["vpcs"]["app"]["instances"])])
def test_another_that_is_alike_is_another_target(section: str, others: dict[str, Any]) -> None:
    """Two of one entry are two hosts; each calls itself in vain and reaches the other."""
    fleet = {"subnet": "desk", "count": 2, "security_groups": ["open"]}
    net = load({f"vpcs.app.{section}": {**others, "fleet": fleet}, f"{GROUP}.targets": ["fleet"]})
    for name in ("fleet/1", "fleet/2"):
        trace = net.trace(name, "lb", "tcp/443")
        assert sorted((way.delivered, way.reachable) for way in trace.ways) == [LOST, OK]
        assert trace.verdict == "partial"
        assert not net.matrix().cell(f"app.{name}", "app.lb/front")  # only what either choice lets through is sure


# -- the way ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("LB-7")
@pytest.mark.parametrize(
    ("name", "direction", "rule", "expected"),
    [
        ("back", "ingress", {"deny": "tcp/8443", "from": "10.0.3.0/24"}, LOST),
        ("front", "egress", {"deny": "tcp/8443", "to": "10.0.1.0/24"}, LOST),
        ("back", "egress", {"deny": "tcp/1024-65535", "to": "10.0.3.0/24"}, NO_REPLY),
        ("front", "ingress", {"deny": "tcp/1024-65535", "from": "10.0.1.0/24"}, NO_REPLY),
        ("back", "ingress", {"deny": "tcp/443", "from": "10.0.3.0/24"}, OK),
        ("back", "ingress", {"deny": "all", "from": "10.0.0.0/24"}, OK),
    ],
)
def test_the_acls_of_both_subnets_see_the_client(
    name: str, direction: str, rule: dict[str, Any], expected: Asked
) -> None:
    net = load(acl(name, direction, rule))
    assert said(net) == expected
    assert ("tcp/443" in net.reach("client", "lb")) == (expected == OK)


@pytest.mark.rule("LB-7")
@pytest.mark.parametrize(("denied", "expected"), [("10.0.3.0/24", OK), ("10.0.0.0/24", LOST)])
def test_without_the_clients_address_acls_see_the_load_balancer(denied: str, expected: Asked) -> None:
    rule = acl("back", "ingress", {"deny": "tcp/8443", "from": denied})
    assert said(load({f"{GROUP}.preserve_client_ip": False, **rule})) == expected


@pytest.mark.rule("LB-7")
def test_answers_need_no_route_of_their_own() -> None:
    """The target's subnet has no way to the internet; what it answers leaves by the load balancer's subnet."""
    net = load(PUBLIC)
    trace = net.trace("www", "lb", "tcp/443")
    assert trace.reachable
    assert [str(hop.after) for hop in trace.reply if hop.component == "app.lb/front"][:1] != []
    assert said(load({**PUBLIC, "vpcs.app.route_tables.public": {}}), "www") == NO_REPLY


@pytest.mark.rule("LB-7")
def test_without_the_clients_address_the_way_back_has_every_clients_route() -> None:
    """The answer is for the client when the load balancer has put its address back: a blackhole loses some clients."""
    off = {**PUBLIC, f"{GROUP}.preserve_client_ip": False}
    net = load({**off, "vpcs.app.route_tables.public": {"0.0.0.0/0": "igw", "203.0.113.0/24": "blackhole"}})
    answered = net.reach("internet", "lb").reachable.sources()
    assert parse_address("203.0.113.9") not in answered
    assert parse_address("8.8.8.8") in answered


@pytest.mark.rule("LB-8")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({f"{GROUP}.targets": ["other"]}, "ELB_INSTALLED_AZ_RESTRICTION"),
        ({f"{GROUP}.targets": ["other"], f"{LB}.cross_zone": True}, "ELB_INSTALLED_AZ_RESTRICTION"),
        ({f"{GROUP}.targets": ["other"], f"{LB}.subnets": ["front", "far"]}, "ELB_NOT_CROSSZONE"),
        ({f"{GROUP}.targets": ["other"], f"{LB}.subnets": ["front", "far"], f"{LB}.cross_zone": True}, ""),
        ({f"{GROUP}.targets": ["other"], f"{LB}.subnets": ["front", "far"], f"{GROUP}.cross_zone": True}, ""),
        ({f"{GROUP}.targets": ["other", "web"]}, ""),
        ({f"{GROUP}.targets": []}, "ELBV2_LISTENER_HAS_NO_TG"),
    ],
)
def test_targets_by_zone(settings: dict[str, Any], expected: str) -> None:
    trace = load(settings).trace("client", "10.0.0.50", "tcp/443")
    assert [blocker.code for blocker in trace.blockers] == ([expected] if expected else [])


@pytest.mark.rule("LB-8")
def test_a_target_in_a_peered_vpc_is_written_by_its_address() -> None:
    assert said(load({GROUP: {"targets": ["10.1.0.10"], "port": "tcp/8443"}})) == LOST  # its subnet has no route there
    net = load({GROUP: {"targets": ["10.1.0.10"], "port": "tcp/8443"},
                "vpcs.app.route_tables.public": {"0.0.0.0/0": "igw", "10.1.0.0/16": "pcx"}})  # fmt: skip
    assert said(net) == OK
    with pytest.raises(reachsim.DesignError, match="LB-8"):
        load({f"{GROUP}.targets": ["peer.x"]})


@pytest.mark.rule("LB-8")
def test_all_targets_that_may_be_picked_must_get_it() -> None:
    net = load({f"{GROUP}.targets": ["web", "beside"], **SHUT})
    trace = net.trace("client", "lb", "tcp/443")
    assert [(way.label, way.verdict) for way in trace.ways] == [
        ("to app.web tcp/8443", "blocked"),
        ("to app.beside tcp/8443", "reachable"),
    ]
    assert (trace.verdict, trace.delivered, trace.listener) == ("partial", False, True)
    assert not net.reach("client", "lb")


@pytest.mark.rule("LB-8")
def test_where_only_some_zones_are_written_what_depends_on_them_is_undecided() -> None:
    some: dict[str, Any] = {"vpcs.app.subnets.back.az": None}
    assert "zones of app.web" in load(some).trace("client", "lb", "tcp/443").undecided
    assert load(some).trace("client", "lb", "tcp/80").verdict == "blocked"
    none = {f"vpcs.app.subnets.{name}.az": None for name in ("front", "back", "far", "desk")}
    assert said(load(none)) == OK


@pytest.mark.rule("LB-9")
def test_a_gateway_load_balancer() -> None:
    settings = {"type": "gateway", "subnets": ["front"], "listeners": {"all": "t"},
                "target_groups": {"t": {"targets": ["beside"], "health_check": "tcp/80"}}}  # fmt: skip
    net = load({LB: settings})
    interface = net.topology.interfaces["app.lb/front"]
    assert (interface.groups, interface.publics) == (None, ())
    assert said(net, traffic="tcp/1234") == OK
    assert said(net, "lb", "beside", "udp/6081") == OK
    assert said(net, "lb", "beside", "tcp/80") == OK
    assert code(net, "lb", "beside", "tcp/443") == ("GWLB_PROTOCOL_RESTRICTION", "LB-9")
    assert code(net, "lb", "beside", "udp/53") == ("GWLB_DESTINATION_PORT_RESTRICTION", "LB-9")
    with pytest.raises(reachsim.DesignError, match="LB-9"):
        load({LB: {**settings, "security_groups": ["lb"]}})


@pytest.mark.rule("LB-10")
def test_targets_that_are_written_as_not_healthy() -> None:
    assert code(load({f"{GROUP}.healthy": False})) == ("TARGETS_UNHEALTHY", "LB-10")


@pytest.mark.rule("LB-10")
def test_health_checks_that_are_not_admitted_change_no_verdict() -> None:
    net = load({f"{GROUP}.health_check": "http/8081"})
    trace = net.trace("client", "lb", "tcp/443")
    assert trace.reachable
    assert "health checks of target app.web on tcp/8081 fail" in trace.notes[0]
    assert said(net, "lb", "web", "tcp/8081") == LOST
