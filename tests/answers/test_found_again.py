"""Designs that once had a wrong answer, and the law that a function outside any VPC is one sender to every question."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from tests.faults import (
    EXPOSED,
    FUNCTION_OUTSIDE,
    FUNCTION_SHUT_OUT,
    LOOP,
    MIDDLEBOX,
    NAT64,
    SERVICES,
    ULA,
)
from tests.networks import laws, loaded, network, seeds

import reachsim
from reachsim.errors import UsageError
from reachsim.net.address import parse_address
from reachsim.net.cidr import EVERY_IPV4, AddressSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.report.exposure import exposure_text


def verdict(text: str, expectation: str) -> str:
    """The verdict on one expectation of a design."""
    return reachsim.loads(f"{text}expect:\n  - {expectation}\n").check()[0].verdict


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        ("{from: x, to: 10.0.0.0/8, deny: all}", "fails"),  # the resolver, at base + 2
        ("{from: x, to: 10.0.0.2, deny: udp/53}", "fails"),
        ("{from: x, to: 169.254.0.0/16, deny: all}", "fails"),
        ("{from: x, to: 169.254.169.254, deny: tcp/80}", "fails"),
        ("{from: x, to: 0.0.0.0/0, deny: all}", "fails"),
        ("{from: x, to: 0.0.0.0/0, deny: tcp/443}", "holds"),
        ("{from: x, to: 10.0.0.128/25, deny: all}", "holds"),
    ],
)
@pytest.mark.rule("WALK-20")
def test_blocks_have_the_services_of_aws_in_them(expectation: str, expected: str) -> None:
    assert verdict(SERVICES, expectation) == expected


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("198.51.100.1", "undecided"),  # w admits 203.0.113.0/24 alone, and the service picks the address
        ("198.51.100.1/32", "undecided"),
        ("w", "undecided"),
        ("198.51.100.2", "fails"),  # z admits everybody
        ("z", "fails"),
        ("{vpc: v}", "fails"),
        ("198.51.100.0/24", "fails"),
        ("0.0.0.0/0", "fails"),
        ("10.0.0.0/8", "holds"),  # never a private address
    ],
)
@pytest.mark.rule("LAMBDA-1")
def test_a_function_outside_a_vpc_has_some_public_address(to: str, expected: str) -> None:
    assert verdict(FUNCTION_OUTSIDE, f"{{from: f, to: {to}, deny: tcp/443}}") == expected


@pytest.mark.rule("LAMBDA-1")
def test_a_function_outside_a_vpc_before_a_host_that_admits_its_own_group_alone() -> None:
    assert verdict(FUNCTION_SHUT_OUT, "{from: f, to: 198.51.100.1, deny: tcp/443}") == "holds"
    net = reachsim.loads(FUNCTION_SHUT_OUT)
    assert not net.reach("f", "w").delivered
    assert not net.reach("f", "w").undecided
    assert net.isolated("f", "w")
    trace = net.trace("f", "w", "tcp/443")
    assert (trace.verdict, trace.delivered) == ("blocked", False)


OWN = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24}}
    security_groups: {shut: {}, open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      x: {subnet: s, private_ip: 10.0.0.10, secondary_private_ips: [10.0.0.11], security_groups: [shut]}
      y: {subnet: s, private_ip: 10.0.0.12, security_groups: [open]}
"""


@pytest.mark.parametrize("own", ["x", "10.0.0.10", "10.0.0.11"])
def test_what_a_host_sends_to_itself_crosses_no_group(own: str) -> None:
    """It never leaves the host, so its shut group is no blocker: there is nothing to ask."""
    net = reachsim.loads(OWN)
    with pytest.raises(UsageError, match="same interface"):
        net.trace("x", own, "tcp/80")
    assert not net.reach("x", own).stops
    assert net.trace("y", own, "tcp/80").blockers[0].code == "SG_HAS_NO_RULES"


def test_one_that_speaks_for_many_does_not_speak_of_its_own_address() -> None:
    """Of twelve interfaces that are alike, eleven send to the address of the first; so do the other two."""
    many = "".join(
        f"      m{n}: {{subnet: s, private_ip: 10.0.0.{100 + n}, security_groups: [open]}}\n" for n in range(12)
    )
    expectation = "{from: {subnet: v.s}, to: 10.0.0.100, deny: tcp/22}"
    (result,) = reachsim.loads(f"{OWN}{many}expect:\n  - {expectation}\n").check()
    assert result.verdict == "fails"
    to, service = parse_address("10.0.0.100"), Traffic.parse("tcp/22").first
    senders = {n for n in range(256) if Packet(parse_address(f"10.0.0.{n}"), to, service, 50000) in result.failing}
    assert senders == {10, 11, 12, *range(101, 112)}


@pytest.mark.parametrize("slip", ["NO_ROUTE_TO_DESTINATON", "NO_ROUTE"])
def test_a_mark_is_a_known_code_and_a_slip_is_told_with_the_code_that_is_near(slip) -> None:
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(f"{OWN}expect:\n  - {{from: x, to: 8.8.8.8, allow: tcp/443, fails: {slip}}}\n")
    (problem,) = caught.value.problems
    assert f"'{slip}' is not the code of a blocker" in problem.message
    assert "did you mean 'NO_ROUTE_TO_DESTINATION'?" in str(problem)


TWINS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24, route_table: r}}
    route_tables: {r: {10.1.0.0/16: to-one}}
    instances: {x: {subnet: a, private_ip: 10.0.0.10}}
  one:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.0.0/24, route_table: r}}
    route_tables: {r: {10.0.0.0/16: to-one}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {y: {subnet: a, private_ip: 10.1.0.10, security_groups: [open]}}
  two:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.0.0/24, route_table: r}}
    route_tables: {r: {10.0.0.0/16: to-two}}
    instances: {z: {subnet: a, private_ip: 10.1.0.10}}
peering_connections: {to-one: {requester: app, accepter: one}, to-two: {requester: app, accepter: two}}
"""


@pytest.mark.rule("PEER-9")
@pytest.mark.parametrize("to", ["10.1.0.10", "10.1.0.10/32", "10.1.0.0/24"])
def test_an_address_of_a_block_means_itself_as_an_address_does(to: str) -> None:
    """Whoever has it: the block and the address have one answer, where two VPCs have the address."""
    assert verdict(TWINS, f"{{from: app.x, to: {to}, allow: tcp/22}}") == "holds"
    assert verdict(TWINS, f"{{from: app.x, to: {to}, deny: all}}") == "fails"
    if "/" in to:  # as a source, the address itself is ambiguous
        leaks = {(leak.source, leak.destination) for leak in reachsim.loads(TWINS).isolated("app.x", to).leaks}
        assert leaks == {("app.x", "one.y")}


@pytest.mark.rule("PEER-9")
@pytest.mark.parametrize("to", ["two.z", "{vpc: two}", "{subnet: two.a}"])
def test_a_name_or_a_selector_means_its_own_interfaces_alone(to: str) -> None:
    assert verdict(TWINS, f"{{from: app.x, to: {to}, deny: all}}") == "holds"


HAIRPIN = """
version: 1
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.0.0/24}}
    instances: {y: {subnet: a, private_ip: 10.1.0.10}}
direct_connect_gateways: {dx: {gateways: [tgw], prefixes: [10.200.0.0/16]}}
networks: {office: {cidrs: [10.200.0.0/16], via: [dx]}}
transit_gateways:
  tgw:
    attachments: {app: {vpc: app, subnets: [a]}, line: {direct_connect_gateway: dx}}
    route_tables: {main: {associations: [app, line], propagations: [line], routes: {0.0.0.0/0: line}}}
"""


@pytest.mark.parametrize("to", ["10.1.0.10", "10.1.0.10/32", "10.1.0.0/24"])
def test_a_deny_to_a_block_does_not_hold_while_one_to_its_address_fails(to: str) -> None:
    """The transit gateway sends the address to the network behind the connection, whoever has it there."""
    assert verdict(HAIRPIN, f"{{from: 10.200.0.9, to: {to}, deny: tcp/22}}") == "fails"
    assert verdict(HAIRPIN, "{from: 10.200.0.9, to: app.y, deny: all}") == "holds"


@pytest.mark.rule("LAMBDA-1")
def test_what_reaches_a_host_for_sure_leaks_though_more_of_it_is_undecided() -> None:
    wider = FUNCTION_OUTSIDE.replace("[{allow: tcp/443, from: 203.0.113.0/24}]", (
        "[{allow: tcp/443, from: 203.0.113.0/24}, {allow: tcp/22, from: 0.0.0.0/0}]"
    ))  # fmt: skip
    assert wider != FUNCTION_OUTSIDE
    apart = reachsim.loads(wider).isolated("f", "w")
    assert {str(leak.traffic) for leak in apart.leaks} == {"tcp/22"}
    assert len(apart.undecided) == 1
    assert str(apart).startswith("NOT ISOLATED  f <-> v.w\n")


@laws(8)
@given(seeds)
def test_every_question_about_a_function_outside_a_vpc_has_one_answer(seed: int) -> None:
    rng, data, _ = network(seed)
    data.setdefault("lambda_functions", {})["elsewhere"] = {}
    net = loaded(data)
    targets = [
        interface for interface in net.topology.interfaces.values() if interface.kind in ("instance", "interface")
    ]
    picked = rng.sample(targets, min(4, len(targets)))
    data["expect"] = [{"from": "elsewhere", "to": interface.name, "deny": "tcp/443"} for interface in picked]
    results = loaded(data).check()
    https = Traffic.parse("tcp/443")
    hosts = AddressSet.union_of((int(h.ip), int(h.ip)) for h in net.design.internet.hosts.values())
    any_of = (net.ends.world & EVERY_IPV4.addresses) - hosts
    for interface, result in zip(picked, results, strict=True):
        # What the internet delivers, address by address, says what the one that the service picks may do.
        from_internet = net.reach("internet", interface.name).delivered.restrict(https).sources() & any_of
        expected = "fails" if from_internet == any_of else "undecided" if from_internet else "holds"
        assert result.verdict == expected
        answer = net.reach("elsewhere", interface.name)
        unsure = any(part.unsure & https for part in answer.parts)
        assert bool(answer.delivered.restrict(https)) == (expected == "fails")
        assert unsure == (expected == "undecided")
        trace = net.trace("elsewhere", interface.name, "tcp/443")
        assert trace.delivered == (expected == "fails")
        if expected != "fails":
            assert (trace.verdict == "undecided") == (expected == "undecided")
        apart = net.isolated("elsewhere", interface.name)
        assert bool(apart.leaks) == bool(answer.delivered)
        assert bool(apart) == (not answer.delivered and not any(part.unsure for part in answer.parts))


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        ('{from: x, to: "::/0", deny: tcp/443}', "undecided"),
        ('{from: x, to: "64:ff9b::/96", deny: tcp/443}', "undecided"),
        ('{from: x, to: "64:ff9b::808:808", deny: tcp/443}', "undecided"),
        ('{from: x, to: "2600::/12", deny: tcp/443}', "holds"),  # a NAT gateway carries no other IPv6
        ("{from: x, to: internet, deny: tcp/443}", "undecided"),  # as 64:ff9b::808:808, say
        ("{from: x, to: 8.8.8.8, deny: tcp/443}", "undecided"),
        ("{from: x, to: 8.8.8.8, allow: tcp/443}", "undecided"),  # it has no other way
        ("{from: x, to: internet, allow: tcp/443}", "fails"),  # the internet has IPv6 as well
        ("{from: x, to: db, deny: tcp/443}", "undecided"),
        ("{from: {subnet: s}, to: {subnet: n}, deny: tcp/443}", "undecided"),
        ("{from: db, to: x, deny: all}", "holds"),  # nobody asks from IPv4 by NAT64
        ("{from: quiet, to: internet, deny: all}", "holds"),  # its group lets out nothing to 64:ff9b::/96
    ],
)
@pytest.mark.rule("NATGW-16")
def test_nat64_is_undecided_and_all_other_ipv6_is_not(expectation: str, expected: str) -> None:
    assert verdict(NAT64, expectation) == expected


@pytest.mark.rule("NATGW-13")
def test_dead_ends_are_the_addresses_that_come_round() -> None:
    (end,) = reachsim.loads(LOOP).dead_ends()
    # What is in the gateway's own subnet is delivered by the link, all the rest of the VPC comes round.
    assert (end.code, str(end.destinations)) == ("FORWARDING_LOOP", "10.0.1.0-10.0.255.255")


@pytest.mark.rule("IGW-7")
def test_gateways_carry_what_an_appliance_forwards_unchanged() -> None:
    assert verdict(MIDDLEBOX, "{from: app, to: 8.8.8.8, allow: tcp/443}") == "holds"
    assert verdict(MIDDLEBOX, '{from: app, to: "2606:4700::1111", allow: tcp/443}') == "holds"
    mapped = MIDDLEBOX.replace("public_ip: 198.51.100.10, ", "")
    trace = reachsim.loads(mapped).trace("app", "8.8.8.8", "tcp/443")
    assert [blocker.rule_id for blocker in trace.blockers] == ["IGW-4"]


@pytest.mark.rule("IPV6-4")
def test_answers_come_in_by_the_egress_only_gateway_that_the_flow_left_by() -> None:
    net = reachsim.loads(MIDDLEBOX)
    trace = net.trace("app", "2606:4700::1111", "tcp/443")
    assert trace.reachable
    ways = [hop.component for hop in trace.ways[0].reply]
    assert "v.eigw" in ways
    assert "v.igw" not in ways
    # What somebody outside starts comes in by the internet gateway; the egress-only one never saw it (WALK-19).
    inward = net.trace("2606:4700::1111", "app", "tcp/443")
    assert (inward.delivered, inward.reachable) == (True, False)


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        ('{from: a, to: "2606:4700::1111", deny: tcp/443}', "holds"),
        ('{from: b, to: "2606:4700::1111", deny: tcp/443}', "holds"),
        ('{from: "2606:4700::1111", to: "fd12:3456:7800::10", deny: tcp/443}', "holds"),
        ('{from: a, to: "fd12:3456:7800:1::10", allow: tcp/443}', "holds"),
    ],
)
@pytest.mark.rule("IGW-15")
def test_private_ipv6_stays_inside(expectation: str, expected: str) -> None:
    assert verdict(ULA, expectation) == expected


@pytest.mark.rule("WALK-17")
def test_exposure_tells_whose_answers_come_back() -> None:
    net = reachsim.loads(EXPOSED)
    found = {group.interfaces: group for group in net.exposure()}
    everything, ssh, mixed = found["v.a",], found["v.s",], found["v.m",]
    # Answers leave through the NAT gateway with its address (WALK-13); some ICMP needs none, and does no good alone.
    assert not any(group.reachable for group in found.values())
    silent = everything.answered.traffic()
    assert silent <= Traffic.parse("icmp") - Traffic.parse("icmp/8")
    assert everything.lost.traffic() | silent == everything.space.traffic()
    assert (ssh.lost.traffic(), bool(ssh.answered)) == (Traffic.parse("tcp/22"), False)
    assert mixed.lost.traffic() == (Traffic.parse("icmp") - silent) | Traffic.parse("tcp/22")
    lines = [" ".join(line.split()) for line in exposure_text(net.exposure(), net).splitlines()]
    assert ("v.s", "tcp/22 from the internet; the answer is lost") in pairwise(lines)
    assert "the answer is lost" in ssh._repr_html_()
    assert ssh.to_dict()["lost"].startswith("tcp/22")
    assert ssh.to_dict()["answered"] == ""


def test_exposure_of_answers_that_some_client_ports_get() -> None:
    acl = "p: {cidr: 10.0.1.0/24, route_table: rn, network_acl: half}"
    text = EXPOSED.replace("p: {cidr: 10.0.1.0/24, route_table: rp}", acl) + (
        "    network_acls:\n"
        "      half:\n"
        "        ingress: [{rule: 1, allow: all, from: 0.0.0.0/0}]\n"
        "        egress: [{rule: 1, allow: tcp/32768-65535, to: 0.0.0.0/0}]\n"
    )
    net = reachsim.loads(text)
    assert "tcp/22 from the internet; the answer is lost to some client ports" in " ".join(
        exposure_text(net.exposure(), net).split()
    )
    whole = reachsim.loads(text.replace("tcp/32768-65535", "tcp/1024-65535"))
    assert {group.interfaces: group.reachable for group in whole.exposure()}["v.s",]
