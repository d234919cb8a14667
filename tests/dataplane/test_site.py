import pytest
from tests.designs import DUAL, load

from reachsim.net.address import parse_address
from reachsim.rules.clauses import SOME_GROUP


def groups(net, vpc, address):
    return set(net.topology.vpcs[vpc].groups_at(parse_address(address)))


@pytest.mark.rule("SG-10")
@pytest.mark.rule("SG-12")
def test_groups_are_known_by_private_addresses_of_both_families_and_never_by_public_ones():
    net = load(DUAL)
    assert groups(net, "app", "10.0.0.20") == groups(net, "app", "2001:db8:0:2::20") == {("app", "open")}
    assert groups(net, "app", "198.51.100.20") == groups(net, "app", "10.0.0.21") == set()
    assert groups(net, "app", "10.0.0.5") == set()


@pytest.mark.rule("SG-11")
def test_groups_of_an_active_peer_are_known_too():
    assert groups(load(), "data", "10.0.1.10") == {("app", "client")}
    assert groups(load({"peering_connections pcx status": "deleted"}), "data", "10.0.1.10") == set()
    assert (
        groups(
            load(
                {
                    "peering_connections": {},
                    "vpcs app route_tables private": {},
                    "vpcs data route_tables": {},
                    "vpcs data subnets api route_table": "main",
                }
            ),
            "data",
            "10.0.1.10",
        )
        == set()
    )


@pytest.mark.rule("SG-10", "SG-11")
def test_what_is_not_told_may_carry_any_group_where_no_interface_is():
    net = load({"vpcs app subnets private interfaces": "unknown"})
    for vpc in ("app", "data"):  # its own, and an active peer
        assert groups(net, vpc, "10.0.1.10") == {("app", "client")}
        assert groups(net, vpc, "10.0.1.77") == {SOME_GROUP}
        assert groups(net, vpc, "10.0.0.77") == set()
    apart = load({"vpcs app subnets private interfaces": "unknown", "peering_connections pcx status": "deleted"})
    assert groups(apart, "data", "10.0.1.77") == set()


@pytest.mark.rule("WALK-23")
def test_runs_around_addresses_of_an_interface_whose_secondary_one_is_lower():
    interface = load({"vpcs app instances web secondary_private_ips": ["10.0.0.15"]}).topology.interfaces["app.web"]
    low, high = parse_address("10.0.0.15"), parse_address("10.0.0.20")
    assert interface.addresses == (high, low)
    assert interface.run_around(low) == (low, low)
    assert interface.run_around(high) == (high, high)
    assert interface.run_around(low + 2) == (low + 1, high - 1)
