import pytest
from tests.designs import DUAL, NAT_INSTANCE, load

from reachsim.net.address import parse_address


def checkpoint(net, address, vpc="app"):
    return net.topology.vpcs[vpc].services[parse_address(address)]


@pytest.mark.rule("SUBNET-3")
@pytest.mark.rule("WALK-20")
def test_services_of_a_vpc():
    net = load()
    assert checkpoint(net, "10.0.0.2").role == checkpoint(net, "169.254.169.253").role == "Amazon DNS"
    assert checkpoint(net, "169.254.169.254").role == "instance metadata"
    with pytest.raises(KeyError):
        checkpoint(net, "10.0.0.2", "data")


@pytest.mark.rule("ROUTE-1")
def test_local_routes_of_every_table():
    net = load(DUAL)
    for (vpc, _), table in net.topology.tables.items():
        local = [str(route.destination) for route in table.routes if route.local]
        assert local == [str(block) for block in net.design.vpcs[vpc].cidrs]
    assert {name for vpc, name in net.topology.tables if vpc == "app"} == {"main", "public", "private"}


@pytest.mark.rule("SG-3")
def test_an_interface_without_groups_has_the_default_one():
    net = load(
        {
            "vpcs app interfaces rds": {"subnet": "isolated"},
            "vpcs app interfaces bare": {"subnet": "isolated", "security_groups": []},
        }
    )
    assert net.topology.interfaces["app.rds"].groups == {("app", "default")}
    assert net.topology.interfaces["app.bare"].groups == set()


@pytest.mark.rule("ROUTE-12")
@pytest.mark.rule("ROUTE-14")
@pytest.mark.rule("ROUTE-15")
def test_which_routes_are_blackholes():
    broken = load(
        NAT_INSTANCE,
        {
            "vpcs app instances nat state": "stopped",
            "vpcs app nat_gateways ngw state": "failed",
            "vpcs app route_tables private 192.0.2.0/24": "ngw",
            "vpcs app route_tables private 192.0.2.0/25": "blackhole",
            "vpcs app route_tables private 192.0.2.0/26": "web",
            "peering_connections pcx status": "expired",
        },
    )
    table = broken.topology.tables["app", "private"]
    assert {
        str(route.destination): route.inactive and route.inactive_rule for route in table.routes if not route.local
    } == {
        "0.0.0.0/0": "ROUTE-14",
        "10.1.0.0/16": "ROUTE-15",
        "192.0.2.0/24": "ROUTE-12",
        "192.0.2.0/25": "ROUTE-12",
        "192.0.2.0/26": "",
    }


def test_places_and_owners():
    topology = load().topology
    site = topology.vpcs["app"]
    assert site.owners[parse_address("10.0.2.20")] is topology.interfaces["app.db"]
    assert {interface.name for interface in site.subnets["private"].interfaces} == {"app.probe", "app.twin"}
    assert site.subnets["private"].full_name == "app.private"
    assert parse_address("10.0.1.99") in site.subnets["private"]
