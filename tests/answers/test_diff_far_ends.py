"""A difference tells what flows to and from networks outside AWS, named or not. Base: tests/gateways.py."""

from __future__ import annotations

import pytest
from tests.designs import GONE, Changes
from tests.gateways import MAIN, TGW, load

import reachsim

NARROW: Changes = {"vpcs app security_groups open ingress": [{"allow": "tcp/22", "from": "192.168.0.0/16"}]}
WIDE: Changes = {"vpcs app security_groups open ingress": [{"allow": "tcp/22-23", "from": "192.168.0.0/16"}]}
UNNAMED: Changes = {"networks office": GONE}


def told(before: reachsim.Network, after: reachsim.Network) -> set[tuple[str, str, str]]:
    """Kind, source and destination of each change of traffic with the office, named or as its block."""
    return {
        (change.kind, source, destination)
        for change in reachsim.diff(before, after).changes
        for source in change.sources
        for destination in change.destinations
        if {source, destination} & {"office", "192.168.0.0/16"}
    }


@pytest.mark.parametrize(("named", "office"), [({}, "office"), (UNNAMED, "192.168.0.0/16")])
@pytest.mark.rule("SG-1")
def test_a_rule_that_lets_a_network_in(named: Changes, office: str) -> None:
    """Every host of `app` has the group; the office comes to it over the transit gateway."""
    before, after = load(NARROW, named), load(WIDE, named)
    hosts = ("app.web", "app.inner")  # app.lone is in a zone in which the gateway is not attached (TGW-7)
    opened = {("opened", office, host) for host in hosts}
    assert opened <= told(before, after) <= {*opened, ("opened", office, "app.lone")}  # there one way alone
    assert {(kind, *ends) for kind, *ends in told(after, before)} >= {("closed", office, host) for host in hosts}
    edited = before.with_({"vpcs.app.security_groups.open.ingress[0].allow": "tcp/22-23"})
    assert told(before, edited) == told(before, after)
    for change in reachsim.diff(before, after).opened:
        assert str(change.traffic) == "tcp/23"


@pytest.mark.rule("VPN-4")
@pytest.mark.parametrize(("named", "office"), [({}, "office"), (UNNAMED, "192.168.0.0/16")])
def test_a_connection_that_goes_down_closes_both_ways(named: Changes, office: str) -> None:
    up, down = load(named), load(named, {"vpn_connections line state": "down"})
    closed = told(up, down)
    assert {("closed", "app.web", office), ("closed", office, "app.web"), ("closed", "data.db", office)} <= closed
    assert {kind for kind, _, _ in closed} == {"closed"}
    assert {kind for kind, _, _ in told(down, up)} == {"opened"}
    assert told(up, up) == set()


@pytest.mark.rule("TGW-4")
def test_what_two_equal_connections_leave_open_is_undecided() -> None:
    ends = ["app", "data", "egress", "line", "spare"]
    spare = {
        "vpn_connections spare": {"gateway": "tgw", "static_routes": ["192.168.0.0/16"]},
        f"{TGW} attachments spare": {"vpn": "spare"},
        f"{MAIN} associations": ends,
        f"{MAIN} propagations": ends,
        "networks other": {"cidrs": ["192.168.0.0/16"], "via": ["spare"]},
    }
    found = reachsim.diff(load(), load(spare))
    assert any(text.startswith("app.web -> office: ") for text in found.undecided)


def test_what_a_part_of_a_network_gets_is_told_with_its_addresses() -> None:
    part = {"vpcs app security_groups open ingress": [{"allow": "tcp/22", "from": "192.168.1.0/24"}]}
    texts = [change.text for change in reachsim.diff(load(part), load(NARROW)).opened]
    assert texts
    assert all("192.168." in text for text in texts)


def test_a_network_that_is_new_opens_what_it_reaches() -> None:
    assert ("opened", "office", "app.web") in told(load(UNNAMED, {"vpn_connections line static_routes": []}), load())


POOL: Changes = {
    "vpcs app instances vpn": {"subnet": "attach", "source_dest_check": False, "client_networks": ["172.27.0.0/20"]},
    "vpcs app security_groups open ingress": [{"allow": "tcp/22", "from": "172.27.0.0/20"}],
}
"""A VPN server whose clients reach instances with addresses of their own."""
TO_POOL: Changes = {"vpcs app route_tables work": {"0.0.0.0/0": "tgw", "172.27.0.0/20": "vpn"}}


@pytest.mark.rule("NATI-5")
def test_what_clients_behind_a_host_get_is_told() -> None:
    """The route by which `app.web` answers them; without it the transit gateway gets the answer, and loses it (TGW-5)."""
    before, after = load(POOL), load(POOL, TO_POOL)
    for edited in (after, before.with_({"vpcs.app.route_tables.work": {"0.0.0.0/0": "tgw", "172.27.0.0/20": "vpn"}})):
        assert ("172.27.0.0/20", "app.web", "tcp/22") in {
            (source, host, str(change.traffic))
            for change in reachsim.diff(before, edited).opened
            for source in change.sources
            for host in change.destinations
        }
    assert not after.trace("172.27.0.9", "web", "tcp/23").delivered
    assert after.trace("172.27.0.9", "web", "tcp/22").reachable
    assert not before.trace("172.27.0.9", "web", "tcp/22").reachable


def test_what_is_behind_connections_and_hosts_is_among_those_who_reach_and_are_reached() -> None:
    """By its blocks, where it has no name."""
    assert {"172.27.0.0/20"} == names_of(load(POOL, TO_POOL).who_reaches("app.web", "tcp/22"))
    assert "172.27.0.0/20" in names_of(load(POOL, TO_POOL).reaches_what("app.vpn", "tcp/22"))
    assert "office" in names_of(load(NARROW).who_reaches("app.web", "tcp/22"))
    assert names_of(load(NARROW, UNNAMED).who_reaches("app.web", "tcp/22")) == {"192.168.0.0/16"}


def names_of(found: reachsim.Neighbours) -> set[str]:
    """Those of which something is delivered for certain."""
    return {name for row in found.found for name in row.names}
