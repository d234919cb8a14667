"""What is not told, at both ends of a question: it sends to what is not told either, to AWS's own services, out by gateways
with addresses of its own, and to every address of a block, not to one that stands for it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import as_text

import reachsim

BASE: dict[str, Any] = yaml.safe_load("""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2001:db8:1::/56"]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24}
      dark: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:1:1::/64", interfaces: unknown}
      other: {cidr: 10.0.2.0/24, interfaces: unknown}
    route_tables: {main: {0.0.0.0/0: igw, "::/0": igw}}
    security_groups: {open: {ingress: [{allow: all, from: [0.0.0.0/0, "::/0"]}]}}
    instances:
      x: {subnet: a, private_ip: 10.0.0.10, public_ip: 198.51.100.1, security_groups: [open]}
      inner: {subnet: a, private_ip: 10.0.0.11, security_groups: [open]}
  data:
    cidrs: [10.1.0.0/16, "2001:db8:2::/56"]
    internet_gateway: igw
    subnets:
      web: {cidr: 10.1.1.0/24, ipv6_cidr: "2001:db8:2:1::/64"}
      dark: {cidr: 10.1.2.0/24, interfaces: unknown, network_acl: dark}
    route_tables: {main: {0.0.0.0/0: igw, "::/0": igw}}
    network_acls:
      dark:
        ingress: [{rule: 10, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 10, allow: all, to: 0.0.0.0/0}]
    security_groups: {open: {ingress: [{allow: tcp/443, from: [0.0.0.0/0, "::/0"]}]}}
    instances:
      web: {subnet: web, private_ip: 10.1.1.10, public_ip: 198.51.100.7, security_groups: [open]}
      six: {subnet: web, private_ip: 10.1.1.11, ipv6_address: "2001:db8:2:1::a", security_groups: [open]}
""")
DARK, OTHER, FAR = {"subnet": "app.dark"}, {"subnet": "app.other"}, {"subnet": "data.dark"}
ROUTES, ACL = "vpcs app route_tables main", "vpcs data network_acls dark"
NO_WAY_OUT: Changes = {ROUTES: {"10.9.0.0/16": "blackhole"}}
ONLY_OUT: Changes = {
    "vpcs app egress_only_internet_gateway": "out", ROUTES: {"::/0": "out"},
    "vpcs app internet_gateway": GONE, "vpcs app instances x public_ip": GONE,
}  # fmt: skip
NO_PUBLIC: Changes = {
    "vpcs app subnets dark interfaces": GONE,
    "vpcs app unknown_components": {"u": {"subnets": ["dark"], "kind": "host", "public": False}},
}


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(BASE, *changes)))


def denied(net: reachsim.Network, source: Any, destination: Any, traffic: str = "tcp/443") -> str:
    """The verdict on a `deny`, which an `allow` and a trace by address agree with."""
    verdict = net.expect(source, destination, deny=traffic).verdict
    assert net.expect(source, destination, allow=traffic).verdict != "holds"
    return verdict


@pytest.mark.rule("WALK-5", "WALK-6")
@pytest.mark.parametrize(
    ("source", "destination"),
    [
        (DARK, OTHER), (DARK, DARK), (DARK, {"vpc": "app"}), ("10.0.1.0/24", "10.0.2.0/24"), ("10.0.1.7", "10.0.2.0/24"),
        ("10.0.1.7", OTHER), ("10.0.1.7", "10.0.2.7"),
    ],
)  # fmt: skip
def test_it_may_send_to_what_is_not_told_either(source: Any, destination: Any) -> None:
    assert denied(load(), source, destination) == "undecided"


@pytest.mark.rule("WALK-6")
def test_but_only_where_there_is_a_way() -> None:
    """No route leads from the one VPC to the other, nor to the internet."""
    assert denied(load(NO_WAY_OUT), DARK, FAR) == "holds"
    assert denied(load(NO_WAY_OUT), DARK, "data.web") == "holds"
    assert denied(load(NO_WAY_OUT), DARK, OTHER) == "undecided"


@pytest.mark.rule("NACL-7")
@pytest.mark.parametrize(
    ("denies", "verdict"), [("10.0.0.0/16", "holds"), ("10.0.1.0/25", "undecided"), ("10.0.2.0/24", "undecided")]
)
def test_an_acl_is_asked_about_every_address(denies: str, verdict: str) -> None:
    """From the whole subnet, to the whole subnet behind the ACL: a rule for a part of it leaves the rest open."""
    acl = [{"rule": 5, "deny": "all", "from": denies}, {"rule": 10, "allow": "all", "from": "0.0.0.0/0"}]
    peered = {"peering_connections": {"pcx": {"requester": "app", "accepter": "data"}}, f"{ROUTES} 10.1.0.0/16": "pcx"}
    away: Changes = {"vpcs data internet_gateway": GONE, "vpcs data route_tables": GONE}
    net = load(peered, away, {f"{ACL} ingress": acl, "vpcs data instances web public_ip": GONE})
    assert denied(net, "10.0.1.0/24", "10.1.2.0/24") == verdict


OFFICE: Changes = {
    "vpcs data vpn_gateways": {"vgw": {}},
    "vpcs data route_tables main 192.168.0.0/16": "vgw",
    "vpn_connections": {"line": {"gateway": "data.vgw", "static_routes": ["192.168.0.0/16"]}},
    "networks": {"office": {"cidrs": ["192.168.0.0/16"], "via": ["line"]}},
}


@pytest.mark.rule("NACL-7")
@pytest.mark.parametrize("closed", ["192.168.0.0/17", "192.168.128.0/17"])
def test_a_block_outside_is_asked_for_whole(closed: str) -> None:
    """Whichever part of the block the ACL denies, the rest of it is open."""
    acl = [{"rule": 5, "deny": "all", "to": closed}, {"rule": 10, "allow": "all", "to": "0.0.0.0/0"}]
    net = load(OFFICE, {f"{ACL} egress": acl})
    assert denied(net, FAR, "office") == denied(net, FAR, "192.168.0.0/16") == "undecided"
    assert denied(net, FAR, closed) == "holds"


@pytest.mark.rule("ROUTE-21", "VPN-3")
@pytest.mark.parametrize(("closed", "verdict"), [("10.1.2.0/25", "undecided"), ("10.1.2.0/24", "holds")])
def test_a_network_outside_may_send_to_each_of_its_addresses(closed: str, verdict: str) -> None:
    """The gateway sends what is to one subnet to an appliance that does not run; the other one is open."""
    half: Changes = {"vpcs data subnets half": {"cidr": "10.1.2.128/25", "interfaces": "unknown"}}
    fw = {"subnet": "web", "private_ip": "10.1.1.20", "public_ip": "198.51.100.9", "state": "stopped"}
    net = load(
        OFFICE,
        half if closed == "10.1.2.0/25" else {},
        {
            "vpcs data subnets dark cidr": closed,
            "vpcs data instances fw": fw,
            "vpcs data route_tables edge": {"gateway": "vgw", "routes": {closed: "fw"}},
        },
    )
    assert denied(net, "office", "10.1.2.0/24") == verdict


@pytest.mark.rule("VPN-5")
@pytest.mark.parametrize(("announced", "verdict"), [("10.1.2.128/25", "undecided"), ("10.1.1.0/24", "holds")])
def test_a_network_outside_may_be_told_of_some_of_them(announced: str, verdict: str) -> None:
    line = {"gateways": ["data.vgw"], "prefixes": ["192.168.0.0/16"], "allowed_prefixes": [announced]}
    net = load(OFFICE, {"vpn_connections": GONE, "direct_connect_gateways": {"line": line}})
    assert denied(net, "office", FAR) == denied(net, "office", "10.1.2.0/24") == verdict


@pytest.mark.rule("PEER-4")
@pytest.mark.parametrize(("lets_in", "verdict"), [("0.0.0.0/0", "undecided"), ("10.0.0.0/8", "holds")])
def test_a_connection_that_is_not_known_may_lead_to_it(lets_in: str, verdict: str) -> None:
    acl = [{"rule": 10, "allow": "all", "from": lets_in}]
    hosts: Changes = {}  # and no routers, behind which such a network might be
    for vpc, subnets in (("app", ["dark", "other"]), ("data", ["dark"])):
        hosts[f"vpcs {vpc} unknown_components"] = {"u": {"subnets": subnets, "kind": "host"}}
        hosts.update({f"vpcs {vpc} subnets {subnet} interfaces": GONE for subnet in subnets})
    net = load(hosts, {"unknown_connections": {"pcx": {"vpcs": ["data"]}}, f"{ACL} ingress": acl})
    assert denied(net, "172.20.0.0/16", FAR) == verdict
    assert denied(net, "172.20.0.0/16", {"subnet": "app.dark"}) == "holds"  # there it does not lead


@pytest.mark.rule("SG-10", "SG-11")
@pytest.mark.parametrize("destination", ["10.0.1.7", "10.0.1.0/24", DARK])
@pytest.mark.parametrize(("to", "verdict"), [("db", "undecided"), ("10.0.2.0/24", "holds")])
def test_it_may_carry_any_group(destination: Any, to: str, verdict: str) -> None:
    """A rule that names a group may be about it, asked for by number too."""
    only = {"egress": [{"allow": "tcp/443", "to": to}], "ingress": [{"allow": "tcp/443", "from": to}]}
    net = load({
        "vpcs app security_groups only": only, "vpcs app security_groups db": {},
        "vpcs app instances inner security_groups": ["only"],
    })  # fmt: skip
    assert denied(net, "app.inner", destination) == verdict
    assert denied(net, destination, "app.inner") == verdict
    assert (net.trace("app.inner", "10.0.1.7", "tcp/443").verdict == "undecided") == (verdict == "undecided")
    assert denied(net, "app.inner", destination, "tcp/22") == "holds"


@pytest.mark.rule("SG-11")
def test_it_may_carry_a_group_of_a_peered_vpc() -> None:
    peered: Changes = {
        "peering_connections": {"pcx": {"requester": "app", "accepter": "data"}},
        f"{ROUTES} 10.1.0.0/16": "pcx",
        "vpcs app security_groups only": {"egress": [{"allow": "tcp/443", "to": "data.open"}]},
        "vpcs app instances inner security_groups": ["only"],
    }  # fmt: skip
    assert denied(load(peered), "app.inner", "10.1.2.7") == "undecided"


@pytest.mark.rule("WALK-20", "DNS-1")
@pytest.mark.parametrize(
    ("to", "traffic", "verdict"),
    [
        ("10.0.0.2", "udp/53", "undecided"),
        ("169.254.169.253", "tcp/53", "undecided"),
        ("fd00:ec2::253", "udp/53", "undecided"),
        ("169.254.0.0/16", "udp/53", "undecided"),
        ("10.0.0.0/24", "udp/53", "undecided"),
        ("169.254.169.254", "tcp/80", "undecided"),
        ("10.0.0.2", "tcp/443", "holds"),
        ("10.1.0.2", "udp/53", "holds"),  # the other VPC's
    ],
)
def test_it_may_ask_the_resolver(to: str, traffic: str, verdict: str) -> None:
    net = load()
    assert denied(net, DARK, to, traffic) == verdict
    if "/" not in to and ":" not in to:
        assert (net.trace("10.0.1.7", to, traffic).verdict == "undecided") == (verdict == "undecided")
        allow = "undecided" if verdict == "undecided" else "fails"
        assert net.expect("10.0.1.7", to, allow=traffic).verdict == allow


@pytest.mark.rule("DNS-2")
def test_a_resolver_that_is_off_answers_nobody() -> None:
    assert denied(load({"vpcs app enable_dns_support": False}), DARK, "10.0.0.2", "udp/53") == "holds"


@pytest.mark.rule("IGW-7", "IGW-8", "IPV6-4")
@pytest.mark.parametrize("changes", [{}, NO_PUBLIC, ONLY_OUT], ids=["igw", "no public IPv4 address", "egress-only"])
@pytest.mark.parametrize("source", [DARK, "2001:db8:1:1::/64", "2001:db8:1:1::7"])
@pytest.mark.parametrize("to", ["data.six", "2001:db8:2:1::a", "2606:4700::1111"])
def test_its_ipv6_addresses_pass_the_gateways(changes: Changes, source: Any, to: str) -> None:
    """An interface that is not told has its address as any other has, so no gateway takes it for spoofed."""
    assert denied(load(changes), source, to) == "undecided"


@pytest.mark.rule("IGW-4", "IGW-9")
@pytest.mark.parametrize("source", [DARK, "10.0.1.0/24", "10.0.1.7"])
@pytest.mark.parametrize(("to", "traffic", "verdict"), [
    ("data.web", "tcp/443", "undecided"), ("198.51.100.7", "tcp/443", "undecided"),
    ("data.web", "tcp/22", "holds"), ("10.1.1.10", "tcp/443", "holds"),
])  # fmt: skip
def test_it_may_have_a_public_address_to_send_from(source: Any, to: str, traffic: str, verdict: str) -> None:
    """Out of the VPC, and in at another: what the group there lets in from anybody, and nothing else."""
    assert denied(load(), source, to, traffic) == verdict
    assert denied(load({"vpcs app internet_gateway": GONE, ROUTES: {}}), source, to, traffic) == "holds"


@pytest.mark.rule("IGW-4", "IGW-9")
@pytest.mark.parametrize("source", [DARK, "10.0.1.0/24", "10.0.1.7"])
@pytest.mark.parametrize(("to", "traffic", "verdict"), [
    ("data.web", "tcp/443", "undecided"), ("data.web", "tcp/22", "fails"), ("10.1.1.10", "tcp/443", "fails"),
])  # fmt: skip
def test_a_name_is_one_of_its_addresses(source: Any, to: str, traffic: str, verdict: str) -> None:
    """To the private one no way leads; by the public one it may pass."""
    assert load().expect(source, to, allow=traffic).verdict == verdict


@pytest.mark.rule("IGW-9")
def test_it_may_have_a_public_address_to_be_sent_to() -> None:
    """From another VPC and from the internet a selector means public addresses."""
    net = load()
    assert denied(net, "app.x", FAR) == denied(net, "internet", FAR) == denied(net, DARK, FAR) == "undecided"
    assert denied(net, "app.inner", FAR) == "holds"  # which has no public address itself
    assert denied(load({f"{ACL} ingress": []}), "internet", FAR) == "holds"


@pytest.mark.rule("WALK-24")
def test_a_selector_of_one_subnet_means_what_is_in_it() -> None:
    """Something that may be in any subnet of a VPC is meant where the selector has it, and only there."""
    acl = {"ingress": [], "egress": []}
    net = load(
        {
            "vpcs data subnets web network_acl": "closed",
            "vpcs data network_acls closed": acl,
            "vpcs data subnets dark interfaces": GONE,
            "vpcs data unknown_components": {"u": {"kind": "host"}},
        }
    )
    assert denied(net, "internet", {"subnet": "data.web"}) == "holds"
    assert denied(net, "internet", {"vpc": "data"}) == "undecided"


@pytest.mark.rule("WALK-24")
def test_in_a_vpc_of_which_no_subnet_is_known() -> None:
    net = load({"vpcs lost": {"cidrs": ["10.7.0.0/16"], "unknown_components": {"u": {"why": "gone"}}}})
    for other in ("app.x", DARK, "internet"):
        for ends in (({"vpc": "lost"}, other), (other, {"vpc": "lost"})):
            if ends != (other, {"vpc": "lost"}) or other != "internet":
                assert denied(net, *ends) == "undecided", ends


@pytest.mark.rule("WALK-24")
def test_a_trace_leaves_open_what_is_in_no_known_subnet() -> None:
    """What is known to be meant is stopped; what is not may get it."""
    lost = {"cidrs": ["10.7.0.0/16"], "unknown_components": {"u": {"why": "gone"}}}
    net = load({"vpcs lost": lost, "vpcs data subnets dark interfaces": GONE})
    assert net.trace("app.inner", {"vpc": ["data", "lost"]}, "tcp/443").verdict == "undecided"
    assert net.trace("app.inner", {"vpc": "data"}, "tcp/443").verdict == "blocked"


@pytest.mark.rule("NACL-7")
@pytest.mark.parametrize(
    ("source", "destination", "verdict"),
    [
        (DARK, "app.inner", "undecided"),  # nobody else may be there
        ("10.0.1.0/24", "app.inner", "undecided"),
        ("10.0.1.7", "app.inner", "fails"),  # whether somebody has it or not
        (OTHER, "app.inner", "fails"),  # where nothing is known to be, too
        ("app.a", "app.inner", "holds"),
    ],
)
def test_an_allow_fails_by_what_is_there_for_certain(source: Any, destination: str, verdict: str) -> None:
    """The ACL lets in the one interface that is known to be in the subnet, and nobody else."""
    acl = {
        "ingress": [{"rule": 10, "allow": "all", "from": "10.0.1.10"}],
        "egress": [{"rule": 10, "allow": "all", "to": "0.0.0.0/0"}],
    }
    one = {"subnet": "dark", "private_ip": "10.0.1.10", "security_groups": ["open"]}
    net = load(
        {
            "vpcs app instances a": one,
            "vpcs app subnets a network_acl": "narrow",
            "vpcs app network_acls narrow": acl,
        }
    )
    assert net.expect(source, destination, allow="tcp/443").verdict == verdict


@pytest.mark.rule("NATI-5")
def test_what_may_be_behind_a_component_that_is_not_known_may_ask_the_component_itself() -> None:
    """It may be a host with clients behind it, as the route says: nobody knows whether these are there, and get to it."""
    text = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}, b: {cidr: 10.0.1.0/24}}
    route_tables: {main: {10.210.0.0/24: box}}
    security_groups: {g: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {x: {subnet: a, security_groups: [g]}}
    unknown_components: {box: {subnets: [b]}}
"""
    net = reachsim.loads(text)
    for destination in ("app.box", "app.x"):
        assert str(net.trace("10.210.0.9", destination, "tcp/80")).startswith("CANNOT DECIDE")
        assert str(net.reach("10.210.0.9", destination)).startswith("CANNOT DECIDE")


@pytest.mark.rule("NATI-5")
@pytest.mark.parametrize(
    ("peering", "admits", "verdict"),
    [
        (
            True,
            "10.0.0.0/16",
            "undecided",
        ),  # a peering carries nothing from 10.210.0.9; the router may send with its own
        (True, "10.210.0.0/16", "blocked"),  # and with that one it is not admitted
        (False, "10.0.1.0/24", "undecided"),
        (False, "10.0.0.0/25", "blocked"),
        (False, "10.210.0.0/16", "undecided"),
    ],
)
def test_what_is_behind_a_component_may_be_sent_on_with_its_address(peering: bool, admits: str, verdict: str) -> None:
    net = load(
        {
            "vpcs": {
                "app": {
                    "cidrs": ["10.0.0.0/16"],
                    "subnets": {"a": {"cidr": "10.0.0.0/24"}, "b": {"cidr": "10.0.1.0/24"}},
                    "route_tables": {"main": {"10.1.0.0/16": "px"}},
                    "security_groups": {"g": {"ingress": [{"allow": "all", "from": admits}]}},
                    "instances": {"x": {"subnet": "a", "security_groups": ["g"]}},
                    "unknown_components": {"box": {"subnets": ["b"]}},
                },
                "far": {
                    "cidrs": ["10.1.0.0/16"],
                    "subnets": {"a": {"cidr": "10.1.0.0/24"}},
                    "route_tables": {"main": {"10.0.0.0/16": "px"}},
                    "security_groups": {"g": {"ingress": [{"allow": "all", "from": admits}]}},
                    "instances": {"x": {"subnet": "a", "security_groups": ["g"]}},
                },
            },
            "peering_connections": {"px": {"requester": "app", "accepter": "far"}},
        }
    )
    destination = "far.x" if peering else "app.x"
    assert net.trace("10.210.0.9", destination, "tcp/443").verdict == verdict
    denied = {"blocked": "holds", "undecided": "undecided"}[verdict]
    assert net.expect("10.210.0.9", destination, deny="tcp/443").verdict == denied
