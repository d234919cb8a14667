"""Networks outside AWS, as ends of questions."""

import pytest
from tests.designs import blames, passes
from tests.gateways import MAIN, TGW, load, told

from reachsim.net.address import format_address, parse_address
from reachsim.net.cidr import AddressSet


def test_a_network_its_hosts_and_its_addresses_are_ends():
    net = load()
    passes(net.trace("office.pc", "app.web", "tcp/443"))
    passes(net.trace("192.168.1.9", "app.web", "tcp/443"))
    assert net.reach("office", "app.web").reachable == net.reach("192.168.0.0/16", "app.web").reachable
    assert net.reach("app.web", "office").reachable
    blames(net.trace("172.31.0.9", "app.web", "tcp/443"), "NO_POSSIBLE_SOURCE", "WALK-24", "172.31.0.9")


@pytest.mark.rule("VPN-1")
def test_what_a_connection_carries_is_an_end_without_a_name_too():
    nameless = load({"networks": {}})
    passes(nameless.trace("192.168.1.9", "app.web", "tcp/443"))
    passes(nameless.trace("app.web", "192.168.1.9", "tcp/443"))


@pytest.mark.rule("VPN-1")
def test_an_answer_comes_back_only_where_aws_has_a_route_for_the_network():
    net = load({"vpn_connections line static_routes": ["192.168.1.0/24"]})
    passes(net.trace("office.pc", "app.web", "tcp/443"))
    trace = net.trace("192.168.2.9", "app.web", "tcp/443")  # of the network all the same
    assert trace.delivered
    assert not trace.reachable


@pytest.mark.rule("VPN-4")
def test_a_network_without_a_connection_reaches_nothing():
    alone = load({"networks office via": []})
    blames(alone.trace("office.pc", "app.web", "tcp/443"), "NO_POSSIBLE_SOURCE", "VPN-4", "office")
    blames(alone.trace("app.web", "office.pc", "tcp/443"), "DELIVERED_ELSEWHERE", "VPN-1", "line")


TWO = {
    "vpn_connections second": {"gateway": "tgw", "static_routes": ["192.168.0.0/17"]},
    f"{TGW} attachments second": {"vpn": "second"},
    f"{MAIN} associations": ["app", "data", "egress", "line", "second"],
    f"{MAIN} propagations": ["app", "data", "egress", "line", "second"],
    "networks office via": ["line", "second"],
}


@pytest.mark.rule("VPN-4")
def test_a_network_with_two_connections_sends_by_one_that_is_up_and_leads_there():
    passes(load(TWO).trace("office.pc", "app.web", "tcp/443"))
    passes(load(TWO, {"vpn_connections line state": "down"}).trace("office.pc", "app.web", "tcp/443"))
    both = {"vpn_connections line state": "down", "vpn_connections second state": "down"}
    assert load(TWO, both).trace("office.pc", "app.web", "tcp/443").blockers[0].code == "TGW_BAD_STATE_VPN"
    # A connection to another VPC is no way to this one, so nothing depends on it.
    shop = {"networks office via": ["line", "dsl"]}
    passes(load(shop).trace("office.pc", "app.web", "tcp/443"))


@pytest.mark.rule("VPN-4")
def test_where_the_network_chooses_what_holds_for_each_connection_is_decided():
    """The second attachment is routed by a table that does not lead to `data`, so the network does not choose it. One that
    leads there and drops is another matter."""
    other = {
        f"{MAIN} associations": ["app", "data", "egress", "line"],
        f"{TGW} route_tables second": {"associations": ["second"], "routes": {"10.1.0.0/16": "app"}},
    }
    passes(load(TWO, other).trace("office.pc", "app.web", "tcp/443"))
    passes(load(TWO, other).trace("office.pc", "data.db", "tcp/443"))
    astray = {f"{TGW} route_tables second routes": {"10.0.0.0/8": "data"}}
    assert load(TWO, other, astray).trace("office.pc", "app.web", "tcp/443").undecided


def test_what_comes_to_another_network_than_the_one_that_is_meant_is_delivered_elsewhere():
    """Two sites with one range: the route leads to one of them."""
    twin = {
        "vpn_connections second": {"gateway": "tgw", "static_routes": ["192.168.0.0/16"]},
        f"{TGW} attachments second": {"vpn": "second"},
        "networks branch": {"cidrs": ["192.168.0.0/16"], "via": ["second"], "hosts": {"pc": {"ip": "192.168.1.9"}}},
    }
    net = load(twin)
    passes(net.trace("app.web", "office.pc", "tcp/443"))
    trace = net.trace("app.web", "branch.pc", "tcp/443")
    assert [b.code for b in trace.blockers] == ["DELIVERED_ELSEWHERE"]
    assert not trace.delivered
    assert net.reach("app.web", "office").reachable
    assert not net.reach("app.web", "branch").reachable


def test_what_happens_inside_a_network_is_undecided_and_between_two_it_is_looked_at():
    net = load({"networks office hosts printer": {"ip": "192.168.1.10"}})
    for source, destination in (("office.pc", "office.printer"), ("192.168.1.9", "192.168.1.10"), ("office", "office")):
        assert net.trace(source, destination, "tcp/80").undecided == "both ends are in office, outside AWS"
    hub = {
        "vpn_connections second": {"gateway": "tgw", "static_routes": ["172.30.0.0/16"]},
        f"{TGW} attachments second": {"vpn": "second"},
        f"{MAIN} associations": ["app", "data", "egress", "line", "second"],
        f"{MAIN} propagations": ["app", "data", "egress", "line", "second"],
        "networks branch": {"cidrs": ["172.30.0.0/16"], "via": ["second"], "hosts": {"pc": {"ip": "172.30.1.9"}}},
    }
    passes(load(hub).trace("office.pc", "branch.pc", "tcp/80"))
    cut = load(hub, {f"{MAIN} propagations": ["app", "data", "egress", "line"], f"{MAIN} routes": {}})
    blames(cut.trace("office.pc", "branch.pc", "tcp/80"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")


HUB = {
    "vpn_connections second": {"gateway": "tgw", "static_routes": ["172.30.0.0/16"]},
    f"{TGW} attachments second": {"vpn": "second"},
    f"{MAIN} associations": ["app", "data", "egress", "line", "second"],
    "networks branch": {"cidrs": ["172.30.0.0/16"], "via": ["second"]},
}


@pytest.mark.rule("TGW-5")
def test_what_no_route_leads_from_a_network_to_many_addresses_is_decided_as_a_whole():
    nowhere = load({f"{MAIN} routes": {}})
    blames(nowhere.trace("office", "internet", "tcp/443"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")
    assert not nowhere.reach("office", "internet").undecided
    assert not nowhere.reach("office", "internet").delivered
    promised = load({f"{MAIN} routes": {}, "expect": [{"from": "office", "to": "internet", "deny": "all"}]})
    assert promised.check().ok
    apart = load(HUB, {f"{MAIN} propagations": ["app", "data", "egress", "line"], f"{MAIN} routes": {}})
    blames(apart.trace("office", "branch", "tcp/443"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")


@pytest.mark.rule("TGW-13")
def test_where_something_leads_there_many_to_many_is_undecided_and_one_is_not():
    """By the gateway's 0.0.0.0/0 some of the internet is reached: which of it is not followed."""
    net = load()
    assert "ask about one of them" in net.trace("office", "internet", "tcp/443").undecided
    passes(net.trace("office", "8.8.8.8", "tcp/443"))
    some = load({f"{MAIN} routes": {"8.8.8.0/24": "egress"}})
    assert some.reach("office", "internet").undecided
    blames(some.trace("office", "9.9.9.9", "tcp/443"), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw")
    promised = load({"expect": [{"from": "office", "to": "internet", "deny": "all"}]}).check()
    assert not promised.ok
    assert promised.undecided


NARROW = {f"{MAIN} routes": {"8.0.0.0/7": "egress"}}
DEAF = {
    "vpcs egress subnets public network_acl": "deaf",
    "vpcs egress network_acls deaf": {
        "ingress": [
            {"rule": 10, "deny": "tcp", "from": "9.0.0.0/8"},
            {"rule": 20, "allow": "all", "from": "0.0.0.0/0"},
        ],
        "egress": [{"rule": 10, "deny": "tcp/25", "to": "8.0.0.0/8"}, {"rule": 20, "allow": "all", "to": "0.0.0.0/0"}],
    },
}
"""An ACL by which some of the internet gets part of the traffic, and the answers of some are lost."""
POOL = {
    "vpcs egress instances vpn": {
        "subnet": "public", "public_ip": "198.51.100.9", "nat": True, "client_networks": ["172.27.0.0/20"],
    },
}  # fmt: skip
"""Clients of a VPN server that masquerades."""


@pytest.mark.rule("TGW-13")
@pytest.mark.parametrize("source", ["office.pc", "192.168.7.7", "172.27.0.9"])
@pytest.mark.parametrize("changes", [[], [NARROW], [DEAF], [NARROW, DEAF]], ids=["all", "routes", "acl", "both"])
def test_one_host_outside_reaches_of_many_addresses_just_those_that_it_reaches_alone(changes, source):
    net = load(POOL, *changes)
    whole = net.reach(source, "0.0.0.0/0")
    assert "outside AWS" in whole.undecided  # of its own network nothing is known
    world = net.reach(source, "internet")
    assert not world.undecided
    borders = [edge for part in world.parts for low, high in part.destinations.spans for edge in (low, high)]
    assert borders
    for address in {*borders, *map(parse_address, ("8.8.8.8", "9.9.9.9", "1.1.1.1"))}:
        alone = net.reach(source, format_address(address))
        one = AddressSet(((address, address),))
        for kind in ("delivered", "reachable"):
            found = getattr(world, kind).restrict(destinations=one)
            assert found.traffic() == getattr(alone, kind).traffic(), (format_address(address), kind)
    assert bool(net.expect(source, "internet", deny="tcp/25")) is False


@pytest.mark.rule("TGW-5")
def test_one_host_outside_that_nothing_leads_on_is_isolated_from_the_world():
    net = load({f"{MAIN} routes": {}})
    assert net.expect("office.pc", "internet", deny="all")
    assert not net.isolated("office.pc", "internet").leaks


@pytest.mark.rule("IGW-6")
def test_the_internet_reaches_no_private_address_of_a_network_and_the_others_are_undecided():
    blames(load().trace("internet", "office", "tcp/443"), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW-6", "internet")
    assert not load().reach("internet", "office").undecided
    public = load({"networks office cidrs": ["192.168.0.0/16", "203.0.113.0/24"]})
    assert public.reach("internet", "office").undecided
    assert load().trace("internet", "internet", "tcp/443").undecided


@pytest.mark.rule("TGW-13")
@pytest.mark.rule("NATGW-10")
@pytest.mark.rule("VPN-3")
def test_a_network_reaches_the_internet_through_a_transit_gateway_and_not_through_a_private_one():
    net = load()
    passes(net.trace("office.pc", "www", "tcp/443"))
    passes(net.trace("office.pc", "8.8.8.8", "tcp/443"))
    assert net.reach("office", "www").reachable
    blames(net.trace("shop.till", "www", "tcp/443"), "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "VPN-3", "old.vgw")
    no_way_back = load({"vpcs egress route_tables public": {"0.0.0.0/0": "igw"}})
    code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"  # the default route takes the answer
    blames(no_way_back.trace("office.pc", "www", "tcp/443"), code, "IGW-5", "egress.igw", "reply")
    outside = net.trace("www", "office.pc", "tcp/443")
    blames(outside, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW-6", "internet")


def test_listens_changes_what_a_client_sees():
    net = load({"networks office hosts pc listens": "tcp/80"})
    assert net.trace("app.web", "office.pc", "tcp/443").client_sees == "refused"
    assert net.trace("app.web", "office.pc", "tcp/80").client_sees != "refused"


def test_references_that_name_nothing():
    assert told({"networks office via": ["lin"]})[0] == "there is no connection 'lin'"
    assert told({"networks office hosts": {"pc": {"ip": "10.9.9.9"}}}) == ["10.9.9.9 is in no block of network office"]
