"""Load balancers: what their listeners take, to whom they pass it on, with whose address, and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

import reachsim
from reachsim.net.address import parse_address

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      front: {cidr: 10.0.0.0/24, az: a, route_table: public, network_acl: front}
      back: {cidr: 10.0.1.0/24, az: a, network_acl: back}
      far: {cidr: 10.0.2.0/24, az: b}
      desk: {cidr: 10.0.3.0/24, az: a}
    route_tables: {public: {0.0.0.0/0: igw}, main: {10.1.0.0/16: pcx}}
    network_acls:
      front: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
      back: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      client: {}
      lb: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}
      web: {ingress: [{allow: tcp/8443, from: 0.0.0.0/0}]}
    instances:
      client: {subnet: desk, private_ip: 10.0.3.10, security_groups: [client]}
      web: {subnet: back, private_ip: 10.0.1.20, security_groups: [web]}
      other: {subnet: far, private_ip: 10.0.2.20, security_groups: [open]}
      beside: {subnet: front, private_ip: 10.0.0.30, security_groups: [open]}
    load_balancers:
      lb:
        type: network
        scheme: internal
        subnets: [front]
        private_ips: {front: 10.0.0.50}
        security_groups: [lb]
        listeners: {tcp/443: t}
        target_groups: {t: {targets: [web], port: tcp/8443}}
  peer:
    cidrs: [10.1.0.0/16]
    subnets: {p: {cidr: 10.1.0.0/24, az: c, route_table: r}}
    route_tables: {r: {10.0.0.0/16: pcx}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {x: {subnet: p, private_ip: 10.1.0.10, security_groups: [open]}}
peering_connections: {pcx: {requester: app, accepter: peer}}
internet: {hosts: {www: {ip: 203.0.113.9}}}
""")
LB = "vpcs.app.load_balancers.lb"
GROUP = f"{LB}.target_groups.t"
Asked = tuple[bool, bool]
OK, NO_REPLY, LOST = (True, True), (True, False), (False, False)


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The design with values at dotted paths; None removes."""
    design = copy.deepcopy(BASE)
    for path, value in changes.items():
        *steps, last = path.split(".")
        at = design
        for step in steps:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return design


def load(changes: dict[str, Any]) -> reachsim.Network:
    return reachsim.loads(yaml.safe_dump(changed(changes), sort_keys=False))


def said(net: reachsim.Network, source: str = "client", to: str = "lb", traffic: str = "tcp/443") -> Asked:
    trace = net.trace(source, to, traffic)
    assert not trace.undecided
    return trace.delivered, trace.reachable


def code(net: reachsim.Network, source: str = "client", to: str = "lb", traffic: str = "tcp/443") -> tuple[str, str]:
    first = net.trace(source, to, traffic).blockers[0]
    return first.code, first.rule_id


def group(name: str, *rules: tuple[str, str]) -> dict[str, Any]:
    """A security group of the VPC with these inbound rules."""
    return {f"vpcs.app.security_groups.{name}": {"ingress": [{"allow": t, "from": peer} for t, peer in rules]}}


def acl(name: str, direction: str, rule: dict[str, Any]) -> dict[str, Any]:
    """One more rule, before all others, of an ACL in one direction."""
    word = "from" if direction == "ingress" else "to"
    whole = {"rule": 100, "allow": "all", word: "0.0.0.0/0"}
    return {f"vpcs.app.network_acls.{name}.{direction}": [{"rule": 10, **rule}, whole]}


ENDS = {f"{LB}.type": "application"}
CLASSIC = {f"{LB}.type": "classic"}
SHUT = group("web")


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
def test_a_kept_address_needs_targets_in_the_vpc() -> None:
    with pytest.raises(reachsim.DesignError, match="LB-5"):
        load({GROUP: {"targets": ["10.1.0.10"], "preserve_client_ip": True}})


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


PUBLIC = {f"{LB}.scheme": "internet-facing", f"{LB}.public_ips": {"front": "198.51.100.50"}}


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
    net = reachsim.loads(yaml.safe_dump(design))
    assert [result.verdict for result in net.check()] == [verdict]
    exposed = {name for each in net.exposure() for name in each.interfaces}
    assert exposed == ({"app.lb/front", "app.web"} if keeps else {"app.lb/front"})
    assert bool(net.isolated("internet", "web")) is not keeps


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
        ({"vpcs.app.route_tables.public": {"0.0.0.0/0": "lb"}}, "a load balancer, which no route leads to"),
    ],
)
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(reachsim.DesignError, match=message):
        load(changes)


@pytest.mark.parametrize("to", ["lb", "10.0.0.50"])
def test_the_address_that_was_called_is_the_load_balancers(to: str) -> None:
    """Not its target's, to whom it passes the packet on."""
    net = load({"vpcs.app.security_groups.client": {"egress": [{"allow": "all", "to": "10.99.0.0/16"}]}})
    (first, *_) = net.trace("client", to, "tcp/443").blockers
    assert "to 10.0.0.50 (app.lb/front);" in first.text
