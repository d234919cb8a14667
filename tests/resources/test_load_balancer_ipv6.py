"""Dual-stack load balancers: who calls them by IPv6, how they call their targets, and whose address these see (LB-11)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import as_text

import reachsim
from reachsim.net.address import format_address

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    subnets:
      front: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8:0:0::/64", az: a, route_table: public}
      back: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64", az: a}
      desk: {cidr: 10.0.3.0/24, ipv6_cidr: "2001:db8:0:3::/64", az: a}
    route_tables: {public: {0.0.0.0/0: igw, "::/0": igw}}
    security_groups:
      lb: {ingress: [{allow: [tcp/443, udp/443], from: [0.0.0.0/0, "::/0"]}]}
      web: {ingress: [{allow: [tcp/8443, udp/443], from: [0.0.0.0/0, "::/0"]}]}
    instances:
      client: {subnet: desk, private_ip: 10.0.3.10, ipv6_address: "2001:db8:0:3::10"}
      web: {subnet: back, private_ip: 10.0.1.20, ipv6_address: "2001:db8:0:1::20", security_groups: [web]}
      old: {subnet: back, private_ip: 10.0.1.21, security_groups: [web]}
    load_balancers:
      lb:
        type: network
        ip_address_type: dualstack
        subnets: [front]
        private_ips: {front: 10.0.0.50}
        ipv6_addresses: {front: "2001:db8::50"}
        public_ips: {front: 198.51.100.50}
        security_groups: [lb]
        listeners: {tcp/443: t}
        target_groups: {t: {targets: [web], port: tcp/8443}}
internet: {hosts: {www: {ip: 203.0.113.9}, six: {ip: "2606:4700::1111"}}}
""")
LB = "vpcs app load_balancers lb"
GROUP = f"{LB} target_groups t"
IPV6_TARGETS: Changes = {f"{GROUP} ip_address_type": "ipv6"}
INTERNAL: Changes = {f"{LB} scheme": "internal", f"{LB} public_ips": GONE}
ALB: Changes = {f"{LB} type": "application"}
V4, V6 = "10.0.0.50", "2001:db8::50"


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(BASE, *changes)))


def refused(*changes: Changes) -> list[tuple[str, str | None]]:
    with pytest.raises(reachsim.DesignError) as caught:
        load(*changes)
    return [(problem.message, problem.code) for problem in caught.value.problems]


def seen_by_target(net: reachsim.Network, source: str, to: str) -> str:
    """The source that the target sees, of a flow that is reachable."""
    trace = net.trace(source, to, "tcp/443")
    assert trace.reachable, trace.blockers
    return format_address(trace.forward[-1].before.source)


@pytest.mark.rule("LB-11")
@pytest.mark.parametrize("kind", [{}, ALB])
def test_a_dual_stack_listener_answers_both_families(kind: Changes) -> None:
    net = load(kind)
    for client, address in (("client", V4), ("client", V6), ("www", "198.51.100.50"), ("six", V6)):
        trace = net.trace(client, address, "tcp/443")
        assert trace.reachable, (client, address, trace.blockers)
        assert trace.forward[0].before.destination == trace.packet.destination  # type: ignore[union-attr]
    labels = [way.label for way in net.trace("client", "lb", "tcp/443").ways]
    assert len(labels) == 2
    assert any("IPv4" in label for label in labels)
    assert any("IPv6" in label for label in labels)


@pytest.mark.rule("LB-11")
def test_without_it_there_is_no_ipv6_address() -> None:
    net = load({f"{LB} ip_address_type": GONE, f"{LB} ipv6_addresses": GONE})
    assert list(map(format_address, net.topology.interfaces["app.lb/front"].addresses)) == [V4]
    assert net.trace("six", "lb", "tcp/443").blockers[0].code == "NO_POSSIBLE_DESTINATION"


@pytest.mark.rule("LB-11")
def test_an_ipv6_address_that_is_left_out_is_the_lowest_free_one() -> None:
    net = load({f"{LB} ipv6_addresses": GONE})
    assert list(map(format_address, net.topology.interfaces["app.lb/front"].addresses)) == [V4, "2001:db8::4"]


@pytest.mark.rule("LB-11")
@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    ("family", "keeps", "called", "seen"),
    [
        ("ipv4", True, V4, "10.0.3.10"),
        ("ipv4", True, V6, V4),  # translated: the load balancer's own, whatever the attribute says
        ("ipv4", False, V4, V4),
        ("ipv4", False, V6, V4),
        ("ipv6", True, V4, V6),
        ("ipv6", True, V6, "2001:db8:0:3::10"),
        ("ipv6", False, V4, V6),
        ("ipv6", False, V6, V6),
    ],
)
def test_whose_address_a_target_sees(family: str, keeps: bool, called: str, seen: str) -> None:
    net = load({f"{GROUP} ip_address_type": family, f"{GROUP} preserve_client_ip": keeps})
    assert seen_by_target(net, "client", called) == seen
    assert net.reach("client", called).reachable.traffic() == reachsim.Traffic.parse("tcp/443")


@pytest.mark.rule("LB-10")
@pytest.mark.parametrize("asked", ["tcp/8443", "tcp/443"])
def test_health_checks_come_from_the_load_balancer_whoever_the_connection_comes_from(asked: str) -> None:
    """Where the client's address is kept, a rule for the clients alone lets no health check in, on whatever port it is."""
    clients: Changes = {"vpcs app security_groups web ingress": [{"allow": "all", "from": "203.0.113.9/32"}]}
    trace = load(clients, {f"{GROUP} health_check": asked}).trace("www", "lb", "tcp/443")
    assert trace.reachable
    (note,) = trace.notes
    assert f"health checks of target app.web on {asked} fail" in note


@pytest.mark.rule("LB-5")
def test_from_outside_nothing_comes_by_an_internal_one() -> None:
    """Its IPv6 address is of the internet's kind too, but nobody there may send to it."""
    by = {"through app.lb/front"}
    for asked in ("six", "internet"):
        assert by <= {part.flow.via for part in load(IPV6_TARGETS).reach(asked, "web").parts}
        assert not by & {part.flow.via for part in load(IPV6_TARGETS, INTERNAL).reach(asked, "web").parts}


@pytest.mark.rule("LB-11")
def test_the_targets_rules_are_of_the_family_in_which_it_is_called() -> None:
    only4: Changes = {"vpcs app security_groups web ingress": [{"allow": "tcp/8443", "from": "10.0.0.50/32"}]}
    six_to_four = load(only4)
    assert six_to_four.trace("six", "lb", "tcp/443").reachable
    assert not six_to_four.trace("www", "lb", "tcp/443").reachable  # its own address is kept
    only6: Changes = {"vpcs app security_groups web ingress": [{"allow": "tcp/8443", "from": "2001:db8::50/128"}]}
    assert not load(only6).trace("six", "lb", "tcp/443").reachable
    four_to_six = load(only6, IPV6_TARGETS)
    assert four_to_six.trace("www", "lb", "tcp/443").reachable
    assert not four_to_six.trace("six", "lb", "tcp/443").reachable


@pytest.mark.rule("LB-11")
def test_groups_of_both_families_behind_one_listener() -> None:
    """Rules by the client's family: each family's clients come to targets of their own, with their own address."""
    both: Changes = {
        f"{LB} listeners": {"tcp/443": ["t", "s"]},
        f"{LB} target_groups s": {"targets": ["web"], "port": "tcp/8443", "ip_address_type": "ipv6"},
    }
    net = load(both)
    assert seen_by_target(net, "www", "lb") == "203.0.113.9"
    assert seen_by_target(net, "six", "lb") == "2606:4700::1111"
    ended: Changes = {f"{LB} target_groups s healthy": False}
    assert net.trace("www", "lb", "tcp/80").blockers[0].code == "ENI_SG_RULES_MISMATCH"
    down = load(both, ended)
    assert down.trace("www", "lb", "tcp/443").reachable
    assert down.trace("six", "lb", "tcp/443").blockers[0].code == "TARGETS_UNHEALTHY"


@pytest.mark.rule("LB-11")
def test_udp_from_one_family_to_the_other_is_not_decided() -> None:
    udp: Changes = {f"{LB} listeners": {"udp/443": "t"}, f"{GROUP} port": GONE}
    net = load(udp)
    assert net.trace("client", V4, "udp/443").reachable
    assert "which source a target of UDP sees is not known" in net.trace("client", V6, "udp/443").undecided
    assert not net.trace("client", V6, "tcp/443").delivered


@pytest.mark.rule("LB-11")
@pytest.mark.parametrize("kind", [{}, ALB])
def test_internet_gateways_bring_nothing_to_an_internal_one(kind: Changes) -> None:
    net = load(kind, INTERNAL)
    first = net.trace("six", V6, "tcp/443").blockers[0]
    assert (first.code, first.rule_id) == ("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "LB-11")
    assert net.trace("client", V6, "tcp/443").reachable
    assert not net.reach("internet", "lb").delivered
    assert "app.lb/front" not in {name for each in net.exposure() for name in each.interfaces}
    opened = load(kind, INTERNAL, {f"{LB} ipv6_deny_all_igw_traffic": False})
    assert opened.trace("six", V6, "tcp/443").reachable
    shut = load(kind, {f"{LB} ipv6_deny_all_igw_traffic": True})
    assert not shut.trace("six", V6, "tcp/443").reachable
    assert shut.trace("www", "198.51.100.50", "tcp/443").reachable


@pytest.mark.rule("LB-11")
def test_an_application_load_balancer_without_public_ipv4() -> None:
    net = load(ALB, {f"{LB} ip_address_type": "dualstack-without-public-ipv4", f"{LB} public_ips": GONE})
    assert net.topology.interfaces["app.lb/front"].publics == ()
    assert net.trace("six", "lb", "tcp/443").reachable
    assert not net.trace("www", "lb", "tcp/443").reachable
    assert net.trace("client", V4, "tcp/443").reachable


@pytest.mark.rule("LB-11")
@pytest.mark.rule("LB-6")
def test_a_hairpin_is_one_only_where_the_address_is_kept() -> None:
    itself: Changes = {f"{GROUP} targets": ["client"], "vpcs app instances client security_groups": ["web"]}
    net = load(itself)
    assert net.trace("client", V4, "tcp/443").blockers[0].code == "NLB_HAIRPIN"
    assert net.trace("client", V6, "tcp/443").reachable
    other = load(itself, IPV6_TARGETS)
    assert other.trace("client", V4, "tcp/443").reachable
    assert other.trace("client", V6, "tcp/443").blockers[0].code == "NLB_HAIRPIN"


@pytest.mark.rule("LB-11")
@pytest.mark.rule("LB-7")
def test_answers_to_a_kept_ipv6_client_need_no_route_of_the_targets_subnet() -> None:
    net = load(IPV6_TARGETS)
    assert net.trace("six", "lb", "tcp/443").reachable
    gone: Changes = {"vpcs app route_tables public": {"0.0.0.0/0": "igw"}}
    lost = load(IPV6_TARGETS, gone).trace("six", "lb", "tcp/443")
    assert (lost.delivered, lost.reachable) == (True, False)
    assert load(IPV6_TARGETS, gone).trace("www", "lb", "tcp/443").reachable


@pytest.mark.rule("LB-11")
def test_the_internet_comes_to_a_target_by_ipv6_too() -> None:
    net = load(IPV6_TARGETS, {"expect": [{"from": "six", "to": "web", "deny": "tcp/443"}]})
    assert net.check()[0].verdict == "fails"
    # Over IPv4 the target sees the load balancer's address.
    four = load(IPV6_TARGETS, {"expect": [{"from": "www", "to": "web", "deny": "tcp/443"}]})
    assert four.check()[0].verdict == "holds"


@pytest.mark.rule("LB-11")
def test_an_application_load_balancer_calls_its_targets_in_their_family() -> None:
    trace = load(ALB, IPV6_TARGETS).trace("www", "lb", "tcp/443")
    assert [each.packet.source > 2**32 for each in trace.beyond if each.packet is not None] == [True]
    shut: Changes = {"vpcs app security_groups web ingress": [{"allow": "tcp/8443", "from": "0.0.0.0/0"}]}
    assert "504" in load(ALB, IPV6_TARGETS, shut).trace("www", "lb", "tcp/443").notes[0]
    assert not load(ALB, shut).trace("six", "lb", "tcp/443").notes


def test_matrix_and_reach_agree() -> None:
    for changes in ({}, IPV6_TARGETS, {f"{GROUP} targets": ["web", "client"]}):
        net = load(changes)
        for source in ("app.client", "app.web", "app.old"):
            cell, answer = net.matrix().cell(source, "app.lb/front"), net.reach(source, "app.lb/front")
            assert cell.delivered == answer.delivered.traffic()
            assert cell.reachable == answer.reachable.traffic()


@pytest.mark.rule("LB-11")
def test_a_target_by_its_ipv6_address_is_as_good_as_by_its_name() -> None:
    net = load(IPV6_TARGETS, {f"{GROUP} targets": ["2001:db8:0:1::20"]})
    assert net.trace("client", "2001:db8::50", "tcp/443").reachable


@pytest.mark.rule("LB-11")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vpcs app subnets front ipv6_cidr": GONE, f"{LB} ipv6_addresses": GONE}, "subnet front has no IPv6 block"),
        ({f"{LB} ip_address_type": "ipv4"}, "lb has IPv4 alone"),
        ({f"{LB} ipv6_addresses": {"front": "2001:db8:0:1::50"}}, "2001:db8:0:1::50 is not in subnet front"),
        ({f"{LB} ip_address_type": "dualstack-without-public-ipv4"}, "only an internet-facing Application"),
        ({**IPV6_TARGETS, f"{LB} ip_address_type": "ipv4", f"{LB} ipv6_addresses": GONE}, "lb has IPv4 alone"),
        ({**IPV6_TARGETS, f"{GROUP} targets": ["old"]}, "old has no address of the group's family, ipv6"),
        ({f"{GROUP} targets": ["10.0.1.20", "2001:db8:0:1::20"]}, "of another family than its target group"),
        ({**IPV6_TARGETS, f"{GROUP} targets": ["2001:db9::1"]}, "targets by IPv6 have to be"),
        ({f"{LB} type": "classic"}, "a Classic Load Balancer in a VPC has IPv4 alone"),
    ],
)
def test_mistakes(changes: Changes, message: str) -> None:
    assert any(message in told for told, _ in refused(changes)), refused(changes)
