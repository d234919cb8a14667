"""Virtual private gateways, VPN connections and Direct Connect gateways. Expected values are argued from chapter VPN."""

import pytest
from tests.designs import GONE, blames, passes
from tests.gateways import MAIN, TGW, load, told
from tests.oracle.text import write_yaml

import reachsim

OUT = ("old.host", "shop.till", "tcp/443")
IN = ("shop.till", "old.host", "tcp/22")


@pytest.mark.rule("VPN-1")
def test_a_gateway_forwards_only_prefixes_that_it_knows():
    wide = {"vpcs old route_tables work": {"172.20.0.0/14": "vgw"}}
    passes(load(wide).trace(*OUT))
    trace = load(wide).trace("old.host", "172.21.0.1", "tcp/443")
    blames(trace, "NO_ROUTE_TO_DESTINATION", "VPN-1", "old.vgw")
    assert "no connection of old.vgw knows a prefix with 172.21.0.1" in trace.blockers[0].text


@pytest.mark.rule("VPN-1")
@pytest.mark.rule("VPN-4")
def test_propagation_is_switched_on_for_a_table():
    passes(load().trace(*OUT))
    passes(load().trace(*IN))
    off = load({"vpcs old route_tables work": {"routes": {}}})
    blames(off.trace(*OUT), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "old")
    blames(off.trace(*IN), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "old", "reply")
    passes(load({"vpcs old route_tables work": {"172.20.0.0/16": "vgw"}}).trace(*OUT))


VGW = "vpcs old vpn_gateways vgw"


@pytest.mark.rule("VPN-1")
def test_propagation_may_be_written_at_the_gateway_as_well():
    closed = {"vpcs old route_tables work": {"routes": {}}}
    passes(load(closed, {f"{VGW} propagate_to": ["work"]}).trace(*OUT))
    passes(load(closed, {f"{VGW} propagate_to": "old.work"}).trace(*IN))
    other = load(closed, {f"{VGW} propagate_to": ["main"]})
    blames(other.trace(*OUT), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "old")
    both = load({f"{VGW} propagate_to": ["work", "work"]})
    passes(both.trace(*OUT))
    assert both.matrix() == load().matrix()


@pytest.mark.rule("ROUTE-7")
def test_what_is_propagated_from_the_gateway_stays_outside_the_vpc():
    inside = {"vpn_connections dsl static_routes": ["172.20.0.0/16", "10.4.0.0/25"]}
    closed = {"vpcs old route_tables work": {"routes": {}}}
    net = load(closed, inside, {f"{VGW} propagate_to": ["work"]})
    routes = [str(route) for route in net.topology.tables["old", "work"].routes]
    assert routes == ["10.4.0.0/16 -> local", "172.20.0.0/16 -> vgw"]


@pytest.mark.rule("ROUTE-21")
def test_the_tables_that_a_gateway_names_are_checked():
    assert told({f"{VGW} propagate_to": ["wrok"]}) == ["VPC old has no route table 'wrok'"]
    assert told({f"{VGW} propagate_to": ["app.work"]}) == ["'app.work' is not in VPC old"]
    edge = {"vpcs old route_tables edge": {"routes": {"10.4.0.0/16": "local"}, "gateway": "vgw"}}
    (problem,) = told(edge, {f"{VGW} propagate_to": ["edge"]})
    assert problem == "route table edge is a gateway's, and takes in no propagated routes"


BACKUP = {
    "vpn_connections bgp": {"gateway": "old.vgw", "bgp_routes": ["172.20.0.0/16"]},
    "direct_connect_gateways dx": {"gateways": ["old.vgw"], "prefixes": ["172.20.0.0/16"]},
    "networks shop via": ["bgp", "dsl", "dx"],
}


def carried(trace):
    """The connection that takes a packet out."""
    return trace.forward[-1].component


@pytest.mark.rule("VPN-2")
@pytest.mark.rule("ROUTE-6")
def test_direct_connect_then_static_routes_then_bgp():
    assert carried(load(BACKUP).trace(*OUT)) == "dx"
    no_line = {"direct_connect_gateways": GONE, "networks shop via": ["bgp", "dsl"]}
    assert carried(load(BACKUP, no_line).trace(*OUT)) == "dsl"
    static = {"vpn_connections dsl": GONE, "networks shop via": ["bgp"]}
    assert carried(load(BACKUP, no_line, static).trace(*OUT)) == "bgp"
    longer = {"vpn_connections bgp bgp_routes": ["172.20.1.0/24"]}
    assert carried(load(BACKUP, longer).trace(*OUT)) == "bgp"


@pytest.mark.rule("VPN-3")
def test_only_interfaces_of_its_vpc_send_by_it_and_are_sent_to():
    """A peer's packets come through a host that forwards them as they are; the gateway does not take them."""
    header = {
        "peering_connections pcx": {"requester": "app", "accepter": "old"},
        "vpcs app route_tables work": {"0.0.0.0/0": "pcx"},
    }
    blames(load(header).trace("app.web", "shop.till", "tcp/1"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")
    attached = {
        f"{TGW} attachments old": {"vpc": "old", "subnets": ["work"]},
        f"{MAIN} associations": ["app", "data", "egress", "line", "old"],
        f"{MAIN} routes 172.20.0.0/16": "old",
    }
    trace = load(attached).trace("app.web", "shop.till", "tcp/1")
    blames(trace, "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", "VPN-3", "old.vgw")
    nobody = load().trace("shop.till", "10.4.0.99", "tcp/22")
    blames(nobody, "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "VPN-3", "old.vgw")


@pytest.mark.rule("VPN-3")
@pytest.mark.rule("NATGW-10")
def test_a_nat_gateway_serves_nobody_behind_a_virtual_private_gateway():
    nat = {
        "vpcs old internet_gateway": "igw",
        "vpcs old subnets public": {"cidr": "10.4.1.0/24", "az": "a", "route_table": "public"},
        "vpcs old route_tables public": {"0.0.0.0/0": "igw"},
        "vpcs old nat_gateways ngw": {"subnet": "public", "private_ip": "10.4.1.5"},
    }
    trace = load(nat).trace("shop.till", "10.4.1.5", "tcp/443")
    blames(trace, "NGW_UNSOLICITED_INBOUND", "NATGW-7", "old.ngw")
    assert not load(nat).trace("shop.till", "10.4.0.99", "tcp/443").delivered


@pytest.mark.rule("VPN-4")
def test_a_connection_that_is_down_keeps_its_routes_and_they_drop():
    down = load({"vpn_connections dsl state": "down", "vpn_connections line state": "down"})
    blames(down.trace(*OUT), "BAD_STATE_VPN", "VPN-4", "dsl")
    blames(down.trace(*IN), "BAD_STATE_VPN", "VPN-4", "dsl")
    blames(down.trace("app.web", "office.pc", "tcp/443"), "TGW_BAD_STATE_VPN", "VPN-4", "line")
    blames(down.trace("office.pc", "app.web", "tcp/443"), "TGW_BAD_STATE_VPN", "VPN-4", "line")
    default = {f"{MAIN} routes": {"0.0.0.0/0": "egress", "192.168.0.0/24": "egress"}}
    assert "192.168.0.0/16 -> line" in str(load(default).trace("app.web", "office.pc", "tcp/443").forward)
    # The network itself sends by another connection that is up; what goes out still takes the better route, and drops.
    backup = load(BACKUP, {"vpn_connections dsl state": "down"})
    passes(backup.trace(*IN))
    passes(backup.trace(*OUT))


DIRECT = {
    "vpn_connections dsl": GONE,
    "direct_connect_gateways dx": {"gateways": ["old.vgw"], "prefixes": ["172.20.0.0/16"]},
    "networks shop via": ["dx"],
}


@pytest.mark.rule("VPN-5")
def test_direct_connect_through_a_virtual_private_gateway():
    passes(load(DIRECT).trace(*OUT))
    passes(load(DIRECT).trace(*IN))


@pytest.mark.rule("VPN-5")
def test_only_allowed_prefixes_are_announced_to_the_network():
    some = {"direct_connect_gateways dx allowed_prefixes": ["10.4.0.0/24"]}
    passes(load(DIRECT, some).trace(*IN))
    other = load(DIRECT, {"direct_connect_gateways dx allowed_prefixes": ["10.5.0.0/16"]})
    trace = other.trace(*IN)
    blames(trace, "NO_ROUTE_TO_DESTINATION", "VPN-5", "dx")
    assert trace.blockers[0].cause.path == ("direct_connect_gateways", "dx", "allowed_prefixes")
    blames(other.trace(*OUT), "NO_ROUTE_TO_DESTINATION", "VPN-5", "dx", "reply")


@pytest.mark.rule("VPN-5")
@pytest.mark.parametrize(
    "allowed", [{}, {"direct_connect_gateways dx allowed_prefixes": ["10.4.0.0/16"]}], ids=["all", "some"]
)
def test_of_several_ways_a_network_takes_the_one_by_which_it_hears_of_the_address(allowed):
    """A connection that leads elsewhere tells it nothing of the address; an allowed prefix is told."""
    elsewhere = {
        "vpcs app vpn_gateways side": {},
        "vpn_connections spare": {"gateway": "app.side", "static_routes": ["172.20.0.0/16"]},
        "networks shop via": ["spare", "dx"],
    }
    passes(load(DIRECT, elsewhere, allowed).trace(*IN))


@pytest.mark.rule("IPV6-6")
def test_a_vpn_on_a_virtual_private_gateway_carries_no_ipv6_and_direct_connect_does():
    six = {
        "vpcs old cidrs": ["10.4.0.0/16", "2001:db8:4::/56"],
        "vpcs old subnets work ipv6_cidr": "2001:db8:4::/64",
        "vpcs old instances host ipv6_address": "2001:db8:4::10",
        "vpcs old security_groups open ingress": [{"allow": "all", "from": ["0.0.0.0/0", "::/0"]}],
        "vpcs old route_tables work": {"routes": {"fd20::/32": "vgw"}, "propagate": ["vgw"]},
        "networks shop cidrs": ["172.20.0.0/16", "fd20::/32"],
        "networks shop hosts six": {"ip": "fd20::9"},
    }
    known = {"vpn_connections dsl static_routes": ["172.20.0.0/16", "fd20::/32"]}
    blames(load(six, known).trace("old.host", "shop.six", "tcp/443"), "PROTOCOL_RESTRICTION", "IPV6-6", "old.vgw")
    assert not load(six, known).trace("shop.six", "old.host", "tcp/22").delivered
    direct = load(six, DIRECT, {"direct_connect_gateways dx prefixes": ["172.20.0.0/16", "fd20::/32"]})
    passes(direct.trace("old.host", "shop.six", "tcp/443"))
    passes(direct.trace("shop.six", "old.host", "tcp/22"))
    over = {
        "vpcs app cidrs": ["10.1.0.0/16", "2001:db8:1::/56"],
        "vpcs app subnets work ipv6_cidr": "2001:db8:1::/64",
        "vpcs app instances web ipv6_address": "2001:db8:1::10",
        "vpcs app security_groups open ingress": [{"allow": "all", "from": ["0.0.0.0/0", "::/0"]}],
        "vpcs app route_tables work": {"0.0.0.0/0": "tgw", "::/0": "tgw"},
        "vpn_connections line static_routes": ["fd21::/32"],
        "networks office": {"cidrs": ["fd21::/32"], "via": ["line"]},
    }
    passes(load(over).trace("app.web", "fd21::1", "tcp/443"))


FIREWALL = {
    "vpcs old subnets fw": {"cidr": "10.4.5.0/24", "az": "a", "route_table": "work"},
    "vpcs old instances fw": {
        "subnet": "fw", "private_ip": "10.4.5.10", "security_groups": ["open"],
        "source_dest_check": False, "nat": {"masquerade": False},
    },
    "vpcs old route_tables edge": {"routes": {"10.4.0.0/24": "fw"}, "gateway": "vgw"},
}  # fmt: skip


@pytest.mark.rule("ROUTE-21")
def test_the_gateway_sends_what_comes_in_to_the_appliance_that_its_table_names():
    trace = load(FIREWALL).trace(*IN)
    assert trace.delivered
    assert "old.fw" in [hop.component for hop in trace.forward]
    assert "old.fw" not in [hop.component for hop in load().trace(*IN).forward]
    checked = load(FIREWALL, {"vpcs old instances fw source_dest_check": True}).trace(*IN)
    blames(checked, "ENI_SOURCE_DEST_CHECK_RESTRICTION", "NATI-1", "old.fw")
    stopped = load(FIREWALL, {"vpcs old instances fw state": "stopped"}).trace(*IN)
    blames(stopped, "BAD_STATE_ROUTE", "ROUTE-14", "old.vgw")


def test_references_that_name_nothing():
    assert "vgx" in told({"vpn_connections dsl gateway": "old.vgx"})[0]
    assert "vgx" in told({"direct_connect_gateways dx": {"gateways": ["vgx"]}})[0]


@pytest.mark.rule("VPN-3")
@pytest.mark.parametrize("far", ["internet", "service:s3"])
def test_nothing_outside_aws_is_reached_through_a_gateway(far):
    """Each address outside the VPC is as little of an interface there as the next: all are decided at once."""
    net = load({"region": "eu-west-1", "networks shop via": ["dsl"]})
    trace = net.trace("shop.till", far, "tcp/443")
    assert trace.verdict == "blocked"
    assert trace.blockers[0].code == "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    assert len(trace.ways) <= 3
    assert not net.reach("shop.till", far).delivered


TWO_ON_DX = {
    "vpcs": {
        name: {
            "cidrs": [f"10.{number}.0.0/16"],
            "subnets": {"s": {"cidr": f"10.{number}.1.0/24"}},
            "route_tables": {"main": {"routes": {}, "propagate": ["vgw"]}},
            "vpn_gateways": {"vgw": {}},
            "security_groups": {"open": {"ingress": [{"allow": "all", "from": "10.0.0.0/8"}]}},
            "instances": {"host": {"subnet": "s", "security_groups": ["open"]}},
        }
        for number, name in enumerate(("a", "b"), 1)
    },
}
"""Two VPCs whose gateways are on one Direct Connect gateway."""


@pytest.mark.rule("VPN-6")
@pytest.mark.parametrize(
    ("prefixes", "gateways", "verdict"),
    [
        (["10.0.0.0/8"], ["a.vgw", "b.vgw"], "undecided"),
        (["10.2.1.0/25", "10.1.0.0/16"], ["a.vgw", "b.vgw"], "undecided"),
        (["192.168.0.0/16"], ["a.vgw", "b.vgw"], "fails"),
        (["10.0.0.0/8"], ["a.vgw"], "fails"),
    ],
)
def test_vpcs_of_one_direct_connect_gateway_may_meet_where_the_network_announces_their_blocks(
    prefixes: list[str], gateways: list[str], verdict: str
) -> None:
    """Since 2021, by one virtual interface, of which the design says nothing; else a gateway leads to no other."""
    dx = {"dx": {"gateways": gateways, "prefixes": prefixes}}
    net = reachsim.loads(write_yaml({"version": 1, **TWO_ON_DX, "direct_connect_gateways": dx}))
    assert net.expect("a.host", "b.host", allow="tcp/22").verdict == verdict
    assert net.expect("a.host", "b.host", deny="all").verdict == ("holds" if verdict == "fails" else "undecided")
    assert bool(net.isolated("a.host", "b.host")) is (verdict == "fails")
    if verdict == "undecided" and "10.0.0.0/8" in prefixes:  # what is in no VPC of it is the network's
        assert net.expect("a.host", "10.3.0.9", allow="tcp/22").holds
