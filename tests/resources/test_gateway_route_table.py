"""Route tables of gateways, and what gateways propagate into those of subnets."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.designs import blames, passes
from tests.oracle.text import write_yaml

import reachsim
from reachsim.trace.result import Trace

PLAIN = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    subnets:
      app: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64", route_table: app}
      free: {cidr: 10.0.2.0/24, route_table: free}
      edge: {cidr: 10.0.3.0/24, route_table: free}
    route_tables:
      app: {0.0.0.0/0: fw, 192.168.0.0/16: fw, "2001:db8:9::/48": vgw}
      free: {0.0.0.0/0: igw, 192.168.0.0/16: vgw}
      gate: {gateway: igw, routes: {10.0.1.0/24: fw}}
    security_groups: {open: {ingress: [{allow: all, from: [0.0.0.0/0, "::/0"]}]}}
    instances:
      app:
        subnet: app
        private_ip: 10.0.1.10
        public_ip: 198.51.100.10
        ipv6_address: "2001:db8:0:1::a"
        security_groups: [open]
      free: {subnet: free, private_ip: 10.0.2.10, public_ip: 198.51.100.20, security_groups: [open]}
      fw:
        subnet: edge
        private_ip: 10.0.3.10
        public_ip: 198.51.100.30
        source_dest_check: false
        nat: {ip_forward: true, masquerade: false}
        security_groups: [open]
    vpn_gateways: {vgw: {}}
vpn_connections:
  line: {gateway: v.vgw, static_routes: [192.168.0.0/16, "2001:db8:9::/48"]}
networks:
  office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.1.7}}}
internet: {hosts: {www: {ip: 203.0.113.9}}}
"""


def net(changes: dict[str, Any] | None = None) -> reachsim.Network:
    """The design with values at paths of keys; None takes the key away."""
    data = yaml.safe_load(PLAIN)
    for path, value in (changes or {}).items():
        *way, last = path.split(" ")
        at = data
        for key in way:
            at = at.setdefault(key, {})
        at[last] = value
        if value is None:
            del at[last]
    return reachsim.loads(write_yaml(data), file="test.yaml")


def via_the_appliance(trace: Trace, leg: str = "forward") -> bool:
    """Whether the packet goes through `fw`."""
    return any(hop.component == "v.fw" for hop in getattr(trace, leg))


GATE, APP = "vpcs v route_tables gate", "vpcs v route_tables app"


@pytest.mark.rule("ROUTE-21")
def test_what_comes_in_goes_to_the_appliance_first() -> None:
    there = net().trace("www", "app", "tcp/443")
    passes(there)
    assert via_the_appliance(there)
    assert via_the_appliance(there, "reply")
    other = net().trace("www", "free", "tcp/443")  # in a block that the table does not name
    passes(other)
    assert not via_the_appliance(other)
    assert not via_the_appliance(net({GATE: None}).trace("www", "app", "tcp/443"))


@pytest.mark.rule("ROUTE-21")
@pytest.mark.rule("IGW-14")
def test_what_the_gateway_does_not_let_in_does_not_come_in_by_the_appliance() -> None:
    """The gateway's table is asked by what it lets in; every other condition of it holds beside the table."""
    trace = net({"vpcs v block_public_access": "ingress"}).trace("www", "app", "tcp/443")
    blames(trace, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "IGW-14", "v.igw")
    assert not net({"vpcs v block_public_access": "ingress"}).reach("www", "app").delivered


@pytest.mark.rule("ROUTE-21")
@pytest.mark.rule("ROUTE-4")
def test_a_longer_local_route_keeps_a_subnet_out_of_it() -> None:
    """Of a gateway's table, too, the longest prefix is taken."""
    whole = net({f"{GATE} routes": {"10.0.0.0/16": "fw", "10.0.2.0/24": "local"}})
    assert via_the_appliance(whole.trace("www", "app", "tcp/443"))
    passes(whole.trace("www", "free", "tcp/443"))
    assert not via_the_appliance(whole.trace("www", "free", "tcp/443"))


@pytest.mark.rule("ROUTE-21")
def test_a_virtual_private_gateway_has_one_too() -> None:
    private = net({f"{GATE} gateway": "vgw"})
    passes(private.trace("office.pc", "app", "tcp/443"))
    assert via_the_appliance(private.trace("office.pc", "app", "tcp/443"))
    assert not via_the_appliance(private.trace("office.pc", "free", "tcp/443"))
    assert not via_the_appliance(net({GATE: None}).trace("office.pc", "app", "tcp/443"))


@pytest.mark.rule("ROUTE-21")
@pytest.mark.rule("ROUTE-14")
@pytest.mark.parametrize(("gateway", "source"), [("igw", "www"), ("vgw", "office.pc")])
def test_an_appliance_that_is_stopped_takes_what_comes_in_with_it(gateway: str, source: str) -> None:
    stopped = net({f"{GATE} gateway": gateway, "vpcs v instances fw state": "stopped"})
    blames(stopped.trace(source, "app", "tcp/443"), "BAD_STATE_ROUTE", "ROUTE-14", f"v.{gateway}")


@pytest.mark.rule("ROUTE-21")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({f"{GATE} routes": {"10.0.1.0/25": "fw"}}, "leads only to whole blocks of the VPC or of its subnets"),
        ({f"{GATE} routes": {"192.168.0.0/16": "fw"}}, "leads only to whole blocks of the VPC or of its subnets"),
        ({f"{GATE} routes": {"10.0.1.0/24": "vgw"}}, "leads to an interface or an inspection endpoint"),
        ({f"{GATE} propagate": ["vgw"]}, "neither is the main table nor takes in propagated routes"),
        ({"vpcs v route_tables main": {"gateway": "igw", "routes": {}}}, "neither is the main table nor takes in"),
    ],
)
def test_what_aws_refuses_in_a_gateways_table(change: dict[str, Any], words: str) -> None:
    with pytest.raises(reachsim.DesignError, match=words) as caught:
        net(change)
    assert [problem.code for problem in caught.value.problems] == ["ROUTE-21"]


@pytest.mark.rule("ROUTE-22")
def test_an_appliance_of_an_internet_gateway_needs_a_public_address() -> None:
    bare = {"vpcs v instances fw public_ip": None}
    blames(net(bare).trace("www", "app", "tcp/443"), "INGRESS_RTB_NO_PUBLIC_IP", "ROUTE-22", "v.igw")
    passes(net({**bare, f"{GATE} gateway": "vgw"}).trace("office.pc", "app", "tcp/443"))  # a private one does not


@pytest.mark.rule("ROUTE-22")
def test_a_virtual_private_gateway_sends_nothing_to_an_inspection_endpoint() -> None:
    inspection = {
        "vpcs v vpc_endpoints wall": {"type": "gateway_load_balancer", "service": "x", "subnets": ["edge"]},
        GATE: {"gateway": "igw", "routes": {"10.0.1.0/24": "wall"}},
        APP: {"0.0.0.0/0": "wall", "192.168.0.0/16": "vgw"},
    }
    passes(net(inspection).trace("www", "app", "tcp/443"))
    private = {**inspection, f"{GATE} gateway": "vgw"}
    blames(net(private).trace("office.pc", "app", "tcp/443"), "BAD_STATE_ROUTE", "ROUTE-22", "v.vgw")


@pytest.mark.rule("ROUTE-23")
def test_what_leaves_a_redirected_subnet_goes_through_the_appliance_too() -> None:
    past = net({f"{APP} 0.0.0.0/0": "igw"})
    blames(past.trace("app", "www", "tcp/443"), "INGRESS_RTB_TRAFFIC_REDIRECTION", "ROUTE-23", "v.igw")
    blames(past.trace("www", "app", "tcp/443"), "INGRESS_RTB_TRAFFIC_REDIRECTION", "ROUTE-23", "v.igw", "reply")
    passes(net().trace("app", "www", "tcp/443"))
    passes(past.trace("free", "www", "tcp/443"))


# -- propagation --------------------------------------------------------------------------------------------


@pytest.mark.rule("ROUTE-7")
def test_a_propagated_route_inside_the_vpc_never_beats_the_local_one() -> None:
    known = {"vpn_connections line static_routes": ["10.0.2.0/24", "192.168.0.0/16"]}
    table = {APP: {"routes": {}, "propagate": ["vgw"]}}
    passes(net({**known, **table}).trace("app", "free", "tcp/443"))
    passes(net({**known, **table}).trace("app", "office.pc", "tcp/443"))  # the other prefix is taken in
    outside = net({"vpn_connections line static_routes": ["10.0.2.0/24"], **table})
    blames(outside.trace("app", "office.pc", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "v")


@pytest.mark.rule("IPV6-6")
def test_a_vpn_on_a_virtual_private_gateway_carries_no_ipv6() -> None:
    blames(net().trace("app", "2001:db8:9::1", "tcp/443"), "PROTOCOL_RESTRICTION", "IPV6-6", "v.vgw")
    direct = {"vpn_connections": {}, "networks office via": ["dx"]}
    direct |= {"direct_connect_gateways": {"dx": {"gateways": ["v.vgw"], "prefixes": ["2001:db8:9::/48"]}}}
    assert net(direct).trace("app", "2001:db8:9::1", "tcp/443").delivered  # Direct Connect can carry it


# -- overlapping VPCs behind a transit gateway --------------------------------------------------------------

TWINS = """
version: 1
vpcs:
  client:
    cidrs: [10.9.0.0/16]
    subnets: {s: {cidr: 10.9.0.0/24, route_table: t}}
    route_tables: {t: {10.0.0.0/8: tgw}}
    instances: {c: {subnet: s, private_ip: 10.9.0.10}}
  one: &vpc
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.0.0/24, route_table: t}}
    route_tables: {t: {10.9.0.0/16: tgw}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances: {server: {subnet: s, private_ip: 10.1.0.10, security_groups: [open]}}
  two: *vpc
transit_gateways:
  tgw: {attachments: {ATTACHED}}
"""


@pytest.mark.rule("CIDR-8")
@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
def test_of_overlapping_vpcs_the_one_attached_first_is_propagated(first: str, second: str) -> None:
    attached = ", ".join(f"{vpc}: {{vpc: {vpc}, subnets: [s]}}" for vpc in ("client", first, second))
    trace = reachsim.loads(TWINS.replace("ATTACHED", attached)).trace("c", "10.1.0.10", "tcp/443")
    passes(trace)
    assert trace.forward[-1].component == f"{first}.server"


@pytest.mark.parametrize(
    ("section", "body", "noun"),
    [
        ("networks", {}, "network"),
        ("vpn_connections", {"gateway": "v.vgw"}, "VPN connection"),
        ("direct_connect_gateways", {}, "Direct Connect gateway"),
    ],
)
def test_a_route_leads_to_a_gateway_not_to_what_lies_behind_it(section: str, body: dict[str, Any], noun: str) -> None:
    with pytest.raises(reachsim.DesignError, match=f"'far' is a {noun}, which no route leads to"):
        net({f"{section} far": body, f"{APP} 172.16.0.0/12": "far"})


@pytest.mark.rule("ROUTE-21")
@pytest.mark.rule("ROUTE-23")
@pytest.mark.parametrize(
    ("routes", "open_"),
    [
        ({"10.0.1.0/24": "unknown"}, {"free"}),
        ({"unknown": "fw"}, set()),  # it may be any subnet's
        ({"unknown": "fw", "10.0.2.0/24": "local"}, {"free"}),
        ({"unknown": "local"}, {"app", "free"}),
    ],
)
@pytest.mark.parametrize(("gateway", "far"), [("igw", "www"), ("vgw", "office.pc")])
def test_a_gateways_route_that_is_not_known_decides_nothing_for_its_blocks(
    routes: dict[str, str], open_: set[str], gateway: str, far: str
) -> None:
    """An appliance may be there that drops or changes what comes in, and that what goes out has to take."""
    plain = {
        "vpcs v route_tables app": {"0.0.0.0/0": "igw", "192.168.0.0/16": "vgw"},
        "vpcs v route_tables gate": {"gateway": gateway, "routes": routes},
    }
    design = net(plain)
    for name in ("app", "free"):
        inward = design.trace(far, name, "tcp/443")
        assert (inward.verdict == "reachable") == (name in open_)
        assert (inward.verdict == "undecided") == (name not in open_)
        assert design.expect(far, name, deny="tcp/443").verdict == ("fails" if name in open_ else "undecided")
        outward = design.trace(name, far, "tcp/443")
        assert outward.verdict == ("reachable" if name in open_ else "undecided")
