"""Questions at the border of what can be asked and decided: nothing asked, blocks, gateways, what is not modelled."""

import pytest

import reachsim

DESIGN = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    subnets:
      p: {cidr: 10.0.0.0/24, route_table: p}
      t: {cidr: 10.0.1.0/24, route_table: t}
      d: {cidr: 10.0.2.0/24, ipv6_cidr: "2001:db8:0:2::/64", route_table: d}
      six: {ipv6_cidr: "2001:db8:0:6::/64"}
    route_tables:
      p: {0.0.0.0/0: igw}
      t: {0.0.0.0/0: fw}
      d: {"::/0": igw}
    network_acls:
      tcp-in: {ingress: [{rule: 1, allow: tcp, from: 0.0.0.0/0}], egress: [{rule: 1, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      open: {ingress: [{allow: all, from: 0.0.0.0/0}]}
      shut: {egress: []}
    instances:
      web: {subnet: t, security_groups: [open], public_ip: 203.0.113.7}
      cl: {subnet: p, security_groups: [open]}
      shut: {subnet: t, security_groups: [shut]}
    nat_gateways:
      ngw: {subnet: p, public_ip: 203.0.113.8}
    network_firewalls:
      fw: {subnet: p}
lambda_functions:
  with6: {latest: {vpc: v, subnets: [d], security_groups: [open], ipv6: true}}
  with4: {latest: {vpc: v, subnets: [d], security_groups: [v.open]}}
internet: {hosts: {six.example: {ip: "2001:4860::1"}, four.example: {ip: 142.250.196.100}}}
"""


def ask(expectation: str) -> str:
    """The verdict on one expectation."""
    return reachsim.loads(f"{DESIGN}expect:\n  - {expectation}\n").check()[0].verdict


@pytest.mark.parametrize(
    ("expectation", "verdict"),
    [
        # What is stopped before the unknown is decided (SG-2), and so is what is delivered before an unknown answer.
        ("{from: shut, to: internet, deny: all}", "holds"),
        ("{from: internet, to: web, deny: tcp/443}", "fails"),
        ("{from: internet, to: web, allow: tcp/443, one_way: true}", "holds"),
        ("{from: internet, to: web, allow: tcp/443}", "undecided"),
        ("{from: web, to: internet, allow: tcp/443}", "undecided"),
        ("{from: cl, to: fw, allow: tcp/1}", "undecided"),
        # Nothing asked is nothing allowed.
        ("{from: web, to: 10.0.5.0/24, allow: tcp/443}", "fails"),
        ("{from: web, to: web, allow: tcp/443}", "fails"),
        ("{from: cl, to: web, allow: icmpv6/128}", "fails"),
        # Nobody on the internet sends to a private address (IGW-6), and a firewall starts nothing.
        ("{from: internet, to: 10.0.1.4/32, deny: all}", "holds"),
        ("{from: internet, to: 10.0.1.5/32, deny: all}", "holds"),
        # A block means its own addresses.
        ("{from: internet, to: 203.0.113.7/32, deny: all}", "fails"),
        ("{from: cl, to: 203.0.113.7/32, allow: tcp/443}", "fails"),
        # A NAT gateway starts nothing and takes nothing (NATGW-7).
        ("{from: ngw, to: web, deny: all}", "holds"),
        ("{from: ngw, to: web, allow: tcp/443}", "fails"),
        ("{from: {subnet: p}, to: web, allow: tcp/443}", "holds"),
        # IPv6 is a function's own choice, also where it shares its interface (LAMBDA-18).
        ("{from: with6, to: six.example, allow: tcp/443}", "holds"),
        ("{from: with4, to: six.example, allow: tcp/443}", "fails"),
    ],
)
def test_verdicts(expectation: str, verdict: str) -> None:
    assert ask(expectation) == verdict


@pytest.mark.rule("IGW-6")
def test_nobody_on_the_internet_sends_to_a_private_address() -> None:
    text = DESIGN.replace("    network_firewalls:\n      fw: {subnet: p}\n", "").replace(
        "0.0.0.0/0: fw", "0.0.0.0/0: igw"
    )
    net = reachsim.loads(text + "expect:\n  - {from: internet, to: 10.0.1.4/32, deny: all}\n")
    assert net.check()[0].verdict == "holds"


@pytest.mark.rule("LAMBDA-3")
def test_a_group_written_with_its_vpc_is_the_same_group() -> None:
    net = reachsim.loads(DESIGN)
    assert len(net.topology.functions) == 1


def test_an_answer_that_is_stopped_whatever_the_port_is_not_partial() -> None:
    text = DESIGN.replace("p: {cidr: 10.0.0.0/24, route_table: p}", "p: {cidr: 10.0.0.0/24, network_acl: tcp-in}")
    trace = reachsim.loads(text).trace("cl", "web", "icmp/8")
    assert (trace.verdict, trace.delivered, trace.reachable) == ("no reply", True, False)


def test_what_a_person_means_by_all() -> None:
    trace = reachsim.loads(DESIGN).trace("cl", "web", "all")
    assert trace.packet is not None
    assert (trace.packet.protocol, trace.packet.destination_port) == (6, 443)


def test_expectations_name_something() -> None:
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(
            DESIGN + "expect:\n  - {from: nosuch, to: cl, deny: all}\n  - {from: {tag: {a: b}}, to: cl, deny: all}\n"
        )
    assert [problem.path for problem in caught.value.problems] == [("expect", 0, "from"), ("expect", 1, "from")]


@pytest.mark.rule("IGW-3")
def test_a_public_address_needs_a_private_ipv4_one() -> None:
    text = DESIGN.replace("      cl: {", "      z: {subnet: six, public_ip: 203.0.113.9}\n      cl: {")
    with pytest.raises(reachsim.DesignError, match="a public address is mapped to a private IPv4 address"):
        reachsim.loads(text)


def test_the_version_is_a_number() -> None:
    with pytest.raises(reachsim.DesignError, match="write version: 1"):
        reachsim.loads("version: true\n")


ENDPOINTS = """
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    subnets: {app: {cidr: 10.0.1.0/24}, shared: {cidr: 10.0.2.0/24}}
    security_groups: {open: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}, app: {}}
    instances: {app: {subnet: app, security_groups: [app]}}
    vpc_endpoints: {kms: {type: interface, service: kms, subnets: [shared], security_groups: [open]}}
    load_balancers:
      int: {type: application, scheme: internal, subnets: [shared], security_groups: [open], listeners: {tcp/443: x}}
"""


@pytest.mark.rule("EP-6", "LB-1")
@pytest.mark.parametrize("to", ["{subnet: shared}", "10.0.2.0/24", "kms", "int"])
def test_a_selector_means_endpoints_and_load_balancers_too(to: str) -> None:
    """Both admit 443 from the whole VPC."""
    text = ENDPOINTS.replace("      int: {", "      int: {target_groups: {x: {targets: [app], port: tcp/443}}, ")
    net = reachsim.loads(f"{text}expect:\n  - {{from: app, to: {to}, deny: tcp/443}}\n")
    (result,) = net.check()
    assert result.verdict == "fails"


def test_a_listener_that_names_no_target_group() -> None:
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(ENDPOINTS)
    (problem,) = caught.value.problems
    assert (problem.line, problem.path[-2:]) == (11, ("listeners", "tcp/443"))
    assert problem.message == "int has no target group 'x'"
    assert problem.hint == "write it under target_groups"
