"""Connections of which it is not known what they join."""

from __future__ import annotations

from tests.designs import load, problems

PEER = {"unknown_connections peer": {"vpcs": ["app"], "why": "the other side is computed"}}
PUBLIC = {"vpcs data instances api public_ip": "198.51.100.99"}


def test_what_a_route_leads_to_one_is_undecided() -> None:
    net = load(PEER, {"vpcs app route_tables private 10.77.0.0/16": "peer"})
    trace = net.trace("probe", "10.77.0.1", "tcp/443")
    assert (trace.verdict, trace.undecided) == ("undecided", "the other side is computed")
    assert net.trace("probe", "api", "tcp/80").verdict == "reachable"  # the peering that is known is as it was


def test_a_name_means_both_addresses_between_vpcs_that_it_may_join() -> None:
    there = {"vpcs app route_tables private 10.1.0.0/16": "peer", "vpcs data route_tables api 10.0.0.0/16": "peer"}
    alone = {"peering_connections": {}, **there}
    third = {"vpcs third": {"cidrs": ["10.9.0.0/16"], "internet_gateway": "igw-9"}}
    for vpcs in ([], ["app"], ["data"], ["app", "data"]):
        net = load(alone, PUBLIC, {"unknown_connections peer": {"vpcs": vpcs}})
        assert net.trace("probe", "api", "tcp/80").verdict == "undecided", vpcs  # by the peering, or nowhere
    net = load(alone, PUBLIC, third, {"unknown_connections peer": {"vpcs": ["third"]}})
    assert net.trace("probe", "api", "tcp/80").verdict == "blocked"  # its public address, where nothing answers


def test_its_vpcs_are_there() -> None:
    (problem,) = problems({"unknown_connections peer": {"vpcs": ["app", "prod"]}})
    assert problem.message == "there is no VPC 'prod'"
    assert problem.path == ("unknown_connections", "peer", "vpcs", 1)  # the one that is wrong
