"""Exposure, isolation, and where packets die."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.designs import ANY, DUAL, NAT_INSTANCE, group, load
from tests.networks import laws, network, seeds

import reachsim
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic


def by_name(net: reachsim.Network, name: str, address: int) -> str:
    """An interface by its name, or by a secondary address of it: the name alone means none of these."""
    interface = net.topology.interfaces.get(name)
    return (
        format_address(address)
        if interface is not None and address in set(interface.addresses) - set(interface.primary)
        else name
    )


@laws(5)
@given(seeds)
def test_exposure_is_what_the_internet_delivers(seed: int) -> None:
    _, _, net = network(seed, crowd=True)
    told = {name: group for group in net.exposure() for name in group.interfaces}
    for name in net.topology.interfaces:
        answer = net.reach("internet", name)
        if not answer.delivered:
            assert name not in told
            continue
        assert told[name].space == answer.delivered.replace_destinations(AddressSet.everything())
        assert told[name].answered == answer.reachable.replace_destinations(AddressSet.everything())
        # A client of the internet may use ports from 1024 on (NACL-12).
        asked = answer.delivered.restrict(source_ports=PortSet.of((1024, 65535)))
        assert told[name].reachable == (not asked - answer.reachable)


@laws(5)
@given(seeds)
def test_isolation_is_that_nothing_is_delivered_either_way(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    selections = [{"vpc": vpc} for vpc in data["vpcs"]]
    selections += [{"subnet": f"{vpc}.{s}"} for vpc, body in data["vpcs"].items() for s in body["subnets"]]
    for _ in range(3):
        one, other = rng.choice(selections), rng.choice(selections)
        result = net.isolated(one, other)
        answers = [net.reach(one, other), net.reach(other, one)]
        assert bool(result) == (not any(a.delivered or a.undecided for a in answers))
        for leak in result.leaks:
            assert leak.witness is not None
            assert any(leak.witness in answer.delivered for answer in answers)
            named = zip((leak.source, leak.destination), (leak.witness.source, leak.witness.destination), strict=True)
            ends = [by_name(net, name, address) for name, address in named]
            assert leak.witness in net.reach(*ends).delivered
        assert result.to_dict()["isolated"] == bool(result)
        assert result.to_dict()["leaks"] == [leak.to_dict() for leak in result.leaks]  # words of one serve others


@laws(10)
@given(seeds)
def test_a_dead_end_is_one_for_a_trace(seed: int) -> None:
    rng, _, net = network(seed)
    for dead in net.dead_ends():
        vpc, table = dead.table.split(" route table ")
        sites = [s for s in net.topology.vpcs[vpc].subnets.values() if str(getattr(s.exit, "next", "")) == dead.table]
        assert sites, table
        senders = [
            interface for site in sites for interface in site.interfaces if interface.kind in ("instance", "interface")
        ]
        assert dead.where.startswith("generated.yaml:")
        for interface in senders[:1]:
            family = AddressSet.union_of((a, a) for a in interface.addresses)
            for low, _ in dead.destinations.spans[:3]:
                if (low > 0xFFFFFFFF) == (family.first > 0xFFFFFFFF) and low not in interface.addresses:
                    trace = net.trace(interface.name, Packet(0, low, 0).to_dict()["destination"], "tcp/443")
                    codes = {blocker.code for blocker in trace.blockers}
                    assert dead.code in codes or not trace.reachable
    assert rng


@pytest.mark.rule("NATGW-13")
def test_a_nat_gateway_that_is_its_own_next_hop() -> None:
    found = load({"vpcs app route_tables public 0.0.0.0/0": "ngw"}).dead_ends()
    assert [(dead.table, dead.code) for dead in found] == [
        ("app route table public", "FORWARDING_LOOP"),
        ("app route table private", "FORWARDING_LOOP"),
    ]
    assert all(8 << 24 in dead.destinations and 10 << 24 not in dead.destinations for dead in found)
    assert "circle" in str(found[0])


@pytest.mark.rule("NATI-10")
def test_a_nat_instance_in_one_subnet_with_its_clients() -> None:
    found = load({"vpcs app route_tables public 0.0.0.0/0": "nat"}).dead_ends()
    assert ("app route table public", "FORWARDING_LOOP") in [(dead.table, dead.code) for dead in found]
    assert not load(NAT_INSTANCE).dead_ends()


def test_a_loop_of_ipv6() -> None:
    middle = {"vpcs app instances nat nat": {"ip_forward": True, "masquerade": False}}
    found = load(DUAL, middle, {"vpcs app route_tables public ::/0": "nat"}).dead_ends()
    assert [(dead.table, dead.code, dead.destinations.first > 0xFFFFFFFF) for dead in found] == [
        ("app route table public", "FORWARDING_LOOP", True)
    ]


@pytest.mark.rule("ROUTE-12")
@pytest.mark.rule("ROUTE-13")
def test_a_blackhole_competes_by_prefix() -> None:
    found = load({"vpcs app route_tables private 8.8.8.0/24": "blackhole"}).dead_ends()
    assert [(d.table, str(d.destinations), d.code) for d in found] == [
        ("app route table private", "8.8.8.0/24", "BAD_STATE_ROUTE")
    ]
    gone = load({"vpcs app nat_gateways ngw state": "deleted"}).dead_ends()
    assert [d.table for d in gone] == ["app route table private"]
    assert (8 << 24) in gone[0].destinations
    assert not load().dead_ends()


@pytest.mark.rule("ROUTE-15")
def test_a_peering_that_is_not_active() -> None:
    found = load({"peering_connections pcx status": "pending-acceptance"}).dead_ends()
    assert [(d.table, str(d.destinations)) for d in found] == [
        ("app route table private", "10.1.0.0/16"),
        ("data route table api", "10.0.0.0/16"),
    ]
    assert found[0].to_dict()["code"] == "BAD_STATE_ROUTE"


def test_exposure_by_hand() -> None:
    net = load(group("open", ("tcp/443", ANY), ("tcp/22", "203.0.113.0/24")))
    assert [str(each) for each in net.exposure()] == ["app.web, app.nat: tcp/22 from 203.0.113.0/24; tcp/443"] or (
        [each.interfaces for each in net.exposure()] == [("app.web", "app.nat")]
    )
    assert net.exposure()[0].space.traffic() == Traffic.parse(["tcp/443", "tcp/22"])
    no_way_back = load({"vpcs app route_tables public": {}}).exposure()[0]  # answers have no route
    assert not no_way_back.reachable
    assert Traffic.parse(["tcp/443", "icmp/8"]) <= no_way_back.lost.traffic()
    assert no_way_back.answered.traffic() <= Traffic.parse("icmp")  # ICMP that nobody answers
    assert not load({"vpcs app internet_gateway": "igw", "vpcs app security_groups open": {"ingress": []}}).exposure()


def test_isolation_by_hand() -> None:
    net = load()
    assert net.isolated({"subnet": "isolated"}, "internet")
    leaky = net.isolated({"vpc": "app"}, {"vpc": "data"})
    assert not leaky
    assert ("app.probe", "data.api") in [(leak.source, leak.destination) for leak in leaky.leaks]
    unknown = load({"vpcs app network_firewalls": {"fw": {}}, "vpcs app route_tables private 10.1.0.0/16": "fw"})
    assert not unknown.isolated({"subnet": "private"}, {"vpc": "data"})
    assert unknown.isolated({"subnet": "private"}, {"vpc": "data"}).undecided
    assert HeaderSpace.nothing() == net.reach("db", "api").delivered


def test_between_an_end_and_itself_each_leak_is_told_once() -> None:
    found = load().isolated({"vpc": "app"}, {"vpc": "app"})
    assert found.leaks
    assert len(set(found.leaks)) == len(found.leaks)


def test_a_leak_says_by_way_of_what() -> None:
    ways = {leak.via for leak in load().isolated("probe", "api").leaks}
    assert ways == {("peering pcx",)}
    apart = {"vpcs app route_tables private": {ANY: "ngw"}, "vpcs data instances api public_ip": "203.0.113.77"}
    apart |= {"vpcs data internet_gateway": "gate", f"vpcs data route_tables api {ANY}": "gate"}
    found = load(apart).isolated("probe", "203.0.113.77")
    assert {leak.via for leak in found.leaks} == {("app.ngw", "the internet")}
    assert ", via app.ngw, the internet" in str(found.leaks[0])
    assert {leak.via for leak in load().isolated("probe", "db").leaks} == {()}


JOINED = """
version: 1
vpcs:
  dev:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 10.0.1.0/24, route_table: r}}
    route_tables: {r: {0.0.0.0/0: igw}}
    instances: {x: {subnet: a, public_ip: 203.0.113.5}}
  prod:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 10.1.1.0/24, route_table: r}}
    route_tables: {r: {0.0.0.0/0: igw}}
    security_groups: {g: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {y: {subnet: a, security_groups: [g], public_ip: 203.0.113.6}, z: {subnet: a}}
peering_connections: {pcx: {requester: dev, accepter: prod}}
"""


def test_isolation_says_which_public_addresses_it_did_not_ask_for() -> None:
    """Between joined VPCs a name means private addresses (format.md); the way round by the internet is open here."""
    net = reachsim.loads(JOINED)
    apart = net.isolated("dev.x", {"vpc": "prod"})
    assert apart
    assert apart.public == ("prod.y", "dev.x")
    assert "prod.y and 1 more have a public one as well" in str(apart)
    assert net.isolated("dev.x", "203.0.113.6").leaks
    assert net.isolated("dev.x", "203.0.113.6").public == ("dev.x",)
    assert net.isolated("prod.z", "dev.x").public == ("dev.x",)
    alone = reachsim.loads(JOINED.replace("peering_connections: {pcx: {requester: dev, accepter: prod}}", ""))
    assert alone.isolated("dev.x", "prod.y").leaks  # from elsewhere the name means the public one
    assert not alone.isolated("dev.x", "prod.y").public
