"""Connections with routes of one kind to one block: AWS takes any of them that is up (VPN-2, TGW-4), so what holds for each
holds. AS paths and MED, which might decide, are not in the format."""

import pytest
from tests.designs import blames, passes
from tests.gateways import MAIN, TGW, load

ENDS = ["app", "data", "egress", "line", "spare"]
AT_TGW = {
    "vpn_connections spare": {"gateway": "tgw", "static_routes": ["192.168.0.0/16"]},
    f"{TGW} attachments spare": {"vpn": "spare"},
    f"{MAIN} associations": ENDS,
    f"{MAIN} propagations": ENDS,
    "networks office via": ["line", "spare"],
}
AT_VGW = {
    "vpn_connections spare": {"gateway": "old.vgw", "static_routes": ["172.20.0.0/16"]},
    "networks shop via": ["dsl", "spare"],
}
WAYS = [(AT_TGW, "app.web", "office", "line", "pc"), (AT_VGW, "old.host", "shop", "dsl", "till")]
GATEWAYS = pytest.mark.parametrize(("both", "host", "network", "first", "far"), WAYS, ids=["tgw", "vgw"])


def elsewhere(network):
    """The second connection leads to another network of the same range."""
    block = {"office": "192.168.0.0/16", "shop": "172.20.0.0/16"}[network]
    return {"networks other": {"cidrs": [block], "via": ["spare"]}}


@pytest.mark.rule("VPN-2")
@pytest.mark.rule("TGW-4")
@GATEWAYS
def test_two_that_lead_to_one_network_are_as_good_as_one(both, host, network, first, far):
    net = load(both)
    passes(net.trace(host, f"{network}.{far}", "tcp/443"))
    passes(net.trace(f"{network}.{far}", host, "tcp/22"))
    assert net.expect(host, network, allow="all").verdict == "holds"
    assert not net.reach(network, host).undecided


@pytest.mark.rule("VPN-2")
@pytest.mark.rule("TGW-4")
@GATEWAYS
def test_whichever_is_up_carries_what_the_other_one_would(both, host, network, first, far):
    for down in (first, "spare"):
        net = load(both, {f"vpn_connections {down} state": "down"})
        passes(net.trace(host, f"{network}.{far}", "tcp/443"))
        passes(net.trace(f"{network}.{far}", host, "tcp/22"))
    none = load(both, {f"vpn_connections {each} state": "down" for each in (first, "spare")})
    assert none.trace(host, f"{network}.{far}", "tcp/443").verdict == "blocked"
    assert none.expect(host, network, deny="all").verdict == "holds"


@pytest.mark.rule("VPN-2")
@pytest.mark.rule("TGW-4")
@GATEWAYS
def test_two_that_lead_to_different_networks_are_undecided(both, host, network, first, far):
    net = load(both, {f"networks {network} via": [first]}, elsewhere(network))
    for there in (f"{network}.{far}", "other"):
        trace = net.trace(host, there, "tcp/443")
        assert trace.verdict == "undecided"
        assert first in trace.undecided
        assert "spare" in trace.undecided
        assert net.expect(host, there, deny="all").verdict == "undecided"
        assert net.expect(host, there, allow="all").verdict == "undecided"
    assert net.trace(f"{network}.{far}", host, "tcp/22").verdict == "undecided"  # by which the answer goes


@pytest.mark.rule("TGW-3")
@pytest.mark.rule("TGW-4")
def test_answers_that_one_of_the_two_does_not_bring_back_are_undecided():
    """What comes in by the spare line is associated with a table that has no way back to the VPC."""
    lost = {f"{MAIN} associations": ENDS[:-1], f"{TGW} route_tables dead": {"associations": ["spare"]}}
    net = load(AT_TGW, lost)
    trace = net.trace("app.web", "office.pc", "tcp/443")
    assert trace.verdict == "undecided"
    assert net.reach("app.web", "office.pc").delivered
    blames(load(AT_TGW, lost, {"vpn_connections line state": "down"}).trace("app.web", "office.pc", "tcp/443"),
           "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "TGW-5", "tgw", "reply")  # fmt: skip


@pytest.mark.rule("TGW-10")
def test_an_attachment_that_is_not_available_is_none_to_choose():
    net = load(AT_TGW, {f"{TGW} attachments line": {"vpn": "line", "state": "deleted"}})
    trace = net.trace("app.web", "office.pc", "tcp/443")
    passes(trace)
    assert "192.168.0.0/16 -> spare" in [hop.rule for hop in trace.forward]


@pytest.mark.rule("VPN-3")
def test_what_a_gateway_takes_from_nobody_is_dropped_whichever_it_would_take():
    """A peer's packets, which a host forwards as they are, are lost before the gateway picks a connection."""
    peered = {
        "peering_connections pcx": {"requester": "app", "accepter": "old"},
        f"{TGW} attachments old": {"vpc": "old", "subnets": ["work"]},
        f"{MAIN} associations": ["app", "data", "egress", "line", "old"],
        f"{MAIN} routes 172.20.0.0/16": "old",
    }
    trace = load(AT_VGW, peered).trace("app.web", "shop.till", "tcp/1")
    blames(trace, "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", "VPN-3", "old.vgw")


@pytest.mark.rule("TGW-4")
def test_two_prefix_lists_with_one_block():
    lists = {
        "prefix_lists one": ["10.2.0.0/24"],
        "prefix_lists two": ["10.2.0.0/24"],
        f"{MAIN} routes one": "data",
        f"{MAIN} routes two": "data",
    }
    asked = ("app.web", "data.db", "tcp/443")
    passes(load(lists).trace(*asked))
    assert load(lists, {f"{MAIN} routes two": "blackhole"}).trace(*asked).verdict == "undecided"
    assert load(lists, {f"{MAIN} routes one": "blackhole"}).trace(*asked).verdict == "undecided"
    both = load(lists, {f"{MAIN} routes one": "blackhole", f"{MAIN} routes two": "blackhole"})
    blames(both.trace(*asked), "TGW_RTB_BAD_STATE_ROUTE", "TGW-5", "tgw")
