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


# -- what is behind a host ----------------------------------------------------------------------------------

CLIENTS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      near: {cidr: 10.0.1.0/24, az: a, route_table: near}
      far: {cidr: 10.0.2.0/24, az: b, route_table: near}
      road: {cidr: 10.0.3.0/24, az: a}
    route_tables:
      near: {10.99.0.0/24: TARGET}
      main: {}
    security_groups:
      open: {ingress: [{allow: tcp/22, from: 10.99.0.0/24}]}
      road: {ingress: [{allow: tcp/443, from: open}]}
    instances:
      worker: {subnet: near, security_groups: [open]}
      tunnel:
        subnet: road
        security_groups: [road]
        source_dest_check: false
        client_networks: [10.99.0.0/24]
"""


def clients(target: str = "tunnel") -> reachsim.Network:
    return reachsim.loads(CLIENTS.replace("TARGET", target))


@pytest.mark.rule("ROUTE-12")
def test_clients_behind_a_host_are_ends_of_a_difference() -> None:
    """VPN clients behind an instance have no name, and their host's own traffic is another matter."""
    block = "10.99.0.0/24"
    changes = {
        (change.kind, change.sources, change.destinations, str(change.traffic))
        for change in reachsim.diff(clients("blackhole"), clients()).changes
    }
    worker = ("app.worker",)
    assert changes == {("opened", (block,), worker, "tcp/22"), ("opened", worker, (block,), "tcp/443")}
    assert not reachsim.diff(clients(), clients()).changes


def test_clients_behind_a_host_are_told_of_who_reaches_an_end_and_what_it_reaches() -> None:
    net = clients()
    assert [row.names for row in net.who_reaches("worker", "tcp/22").found] == [("10.99.0.0/24",)]
    assert ("10.99.0.0/24",) in [row.names for row in net.reaches_what("worker", "tcp/443").found]
    assert [row.verdict for row in clients("blackhole").who_reaches("worker", "tcp/22").found] == ["no reply"]


def test_what_a_connection_leads_to_and_no_network_declares_is_told_by_its_block() -> None:
    assert ("192.168.0.0/16",) in [row.names for row in load(NARROW, UNNAMED).who_reaches("app.web", "tcp/22").found]
    assert ("office",) in [row.names for row in load(NARROW).who_reaches("app.web", "tcp/22").found]


@pytest.mark.rule("TGW-9")
def test_a_host_is_no_inspection_of_what_goes_to_its_own_clients() -> None:
    hub = """
transit_gateways:
  hub:
    attachments:
      app: {vpc: app, subnets: [near, far]}
"""
    net = reachsim.loads(CLIENTS.replace("TARGET", "tunnel") + hub)
    assert not net.source.warnings
    wider = reachsim.loads((CLIENTS + hub).replace("10.99.0.0/24: TARGET", "10.99.0.0/16: tunnel"))
    assert ["which inspects" in warning.message for warning in wider.source.warnings] == [True]


# -- secondary addresses ------------------------------------------------------------------------------------

PODS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      work: {cidr: 10.0.1.0/24, az: a}
      other: {cidr: 10.0.2.0/24, az: a}
    security_groups:
      node: {ingress: [{allow: tcp/8080, from: 10.0.2.10}]}
      db: {ingress: [{allow: tcp/5432, from: SENDER}]}
    instances:
      one: {subnet: work, private_ip: 10.0.1.10, secondary_private_ips: [10.0.1.77, 10.0.1.78], security_groups: [node]}
      two: {subnet: work, private_ip: 10.0.1.11, secondary_private_ips: [10.0.1.79], security_groups: [node]}
      db: {subnet: other, private_ip: 10.0.2.10, security_groups: [db]}
"""


def pods(sender: str) -> reachsim.Network:
    return reachsim.loads(PODS.replace("SENDER", sender))


@pytest.mark.rule("SG-1")
@pytest.mark.parametrize(
    ("sender", "opened"),
    [
        ("10.0.1.77", {"10.0.1.77"}),
        ("10.0.1.78/31", {"10.0.1.78", "10.0.1.79"}),
        ("10.0.1.64/26", {"10.0.1.77", "10.0.1.78", "10.0.1.79"}),
        ("10.0.1.0/24", {"app.one", "app.two"}),  # whose names stand for what fares as they do
        ("10.0.1.10", {"app.one"}),
    ],
)
def test_what_secondary_addresses_send_is_compared(sender: str, opened: set[str]) -> None:
    """No name means them, but rules do: pods send from them."""
    before, after = pods("10.0.9.9"), pods(sender)
    edited = before.with_({"vpcs.app.security_groups.db.ingress[0].from": sender})
    for one, other, kind in ((before, after, "opened"), (after, before, "closed"), (before, edited, "opened")):
        changes = reachsim.diff(one, other).changes
        assert {name for change in changes for name in change.sources} == opened
        assert {(change.kind, change.destinations, str(change.traffic)) for change in changes} == {
            (kind, ("app.db",), "tcp/5432")
        }


@pytest.mark.rule("SG-1")
def test_what_secondary_addresses_get_is_compared_and_a_new_one_is() -> None:
    """The rule of the nodes is for every address of theirs."""
    before = pods("10.0.9.9")
    shut = before.with_({"vpcs.app.security_groups.node.ingress": []})
    (change,) = reachsim.diff(before, shut).changes
    assert set(change.destinations) == {"app.one", "app.two"}  # whose names stand for what fares as they do
    told = before.with_(
        {"vpcs.app.network_acls": {"own": {"egress": [{"rule": 10, "allow": "all", "to": "10.0.1.77/32"}]}}}
    )
    (change,) = reachsim.diff(told, told.with_({"vpcs.app.security_groups.node.ingress": []})).changes
    assert set(change.destinations) == {
        "app.one",
        "app.two",
        "10.0.1.77",
        "10.0.1.78",
        "10.0.1.79",
    }  # the block is between
    more = before.with_({"vpcs.app.instances.two.secondary_private_ips": ["10.0.1.79", "10.0.1.80"]})
    (change,) = reachsim.diff(before, more).changes
    assert (change.sources, change.destinations, str(change.traffic)) == (("app.db",), ("10.0.1.80",), "tcp/8080")


def test_a_secondary_address_of_what_is_renamed_is_no_new_one() -> None:
    text = PODS.replace("SENDER", "10.0.9.9")
    assert not reachsim.diff(reachsim.loads(text), reachsim.loads(text.replace("two:", "second:"))).changes


def test_too_many_secondary_addresses_to_compare_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reachsim.answers.diff_outside.MOST_SECONDARY", 3)
    found = reachsim.diff(pods("10.0.9.9"), pods("10.0.1.77"))
    assert [text.partition(":")[0] for text in found.undecided] == [
        "what goes to and from 3 secondary addresses that rules or routes tell apart from the first of their interfaces"
    ]


ELASTIC = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {work: {cidr: 10.0.1.0/24}}
    route_tables: {main: {0.0.0.0/0: igw}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      web:
        subnet: work
        private_ip: 10.0.1.10
        public_ip: 198.51.100.1
        secondary_private_ips: [{private_ip: 10.0.1.77, public_ip: 198.51.100.2}]
        security_groups: [web]
  far:
    cidrs: [10.9.0.0/16]
    internet_gateway: igw
    subnets: {work: {cidr: 10.9.1.0/24}}
    route_tables: {main: {0.0.0.0/0: igw}}
    security_groups:
      host: {ingress: [{allow: tcp/5432, from: 10.99.9.9}], egress: [{allow: tcp/443, to: 10.99.9.9}]}
    instances: {host: {subnet: work, private_ip: 10.9.1.10, public_ip: 198.51.100.9, security_groups: [host]}}
"""


@pytest.mark.rule("IGW-9", "SG-12")
@pytest.mark.parametrize(
    ("rule", "address", "change"),
    [
        ("ingress[0].from", "198.51.100.1", ("app.web", "far.host", "tcp/5432")),
        ("ingress[0].from", "198.51.100.2", ("10.0.1.77", "far.host", "tcp/5432")),
        ("egress[0].to", "198.51.100.1", ("far.host", "app.web", "tcp/443")),
        ("egress[0].to", "198.51.100.2", ("far.host", "198.51.100.2", "tcp/443")),
    ],
)
def test_rules_tell_secondary_addresses_from_the_first_by_the_public_ones(
    rule: str, address: str, change: tuple[str, str, str]
) -> None:
    before = reachsim.loads(ELASTIC)
    after = before.with_({f"vpcs.far.security_groups.host.{rule}": address})
    for one, other, kind in ((before, after, "opened"), (after, before, "closed")):
        (found,) = reachsim.diff(one, other).changes
        assert (found.kind, *found.sources, *found.destinations, str(found.traffic)) == (kind, *change)


@pytest.mark.rule("IGW-9", "SG-12")
def test_a_secondary_address_with_another_public_one_is_compared() -> None:
    """What the far end's rule names is its public address no more."""
    before = reachsim.loads(ELASTIC.replace("tcp/5432, from: 10.99.9.9", "tcp/5432, from: 198.51.100.2"))
    after = before.with_({"vpcs.app.instances.web.secondary_private_ips[0].public_ip": "198.51.100.3"})
    (found,) = reachsim.diff(before, after).changes
    assert (found.kind, found.sources, found.destinations) == ("closed", ("10.0.1.77",), ("far.host",))
