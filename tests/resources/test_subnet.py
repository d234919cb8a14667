import pytest
from tests.designs import ANY, blames, load, passes, problems


@pytest.mark.rule("WALK-24")
def test_an_address_that_nobody_has_answers_nothing():
    blames(load().trace("probe", "10.0.2.99", "tcp/80"), "NO_POSSIBLE_DESTINATION", "WALK-24", "app.isolated")
    blames(load().trace("probe", "10.0.9.9", "tcp/80"), "NO_POSSIBLE_DESTINATION", "WALK-24", "app")
    blames(load().trace("probe", "10.0.1.99", "tcp/80"), "NO_POSSIBLE_DESTINATION", "WALK-24", "app.private")


@pytest.mark.rule("WALK-5")
def test_neighbours_reach_each_other_past_the_acl_and_the_table():
    closed = {
        "vpcs app network_acls shut": {},
        "vpcs app subnets private network_acl": "shut",
        "vpcs app route_tables private": {},
    }
    trace = load(closed).trace("probe", "twin", "tcp/80")
    passes(trace)
    assert [hop.checkpoint for hop in trace.forward] == [
        "security group client egress",
        "link",
        "security group open ingress",
        "instance",
    ]


@pytest.mark.rule("SUBNET-5")
def test_a_subnet_lies_in_one_zone():
    assert load().topology.vpcs["app"].subnets["isolated"].az == "b"
    found = problems({"vpcs app subnets isolated az": ["a", "b"]})
    assert [problem.path for problem in found] == [("vpcs", "app", "subnets", "isolated", "az")]


def test_a_subnet_needs_a_block():
    assert [problem.message for problem in problems({"vpcs app subnets bare": {}})] == ["a subnet needs a block"]


def test_a_subnet_of_a_secondary_block():
    net = load(
        {
            "vpcs app cidrs": ["10.0.0.0/16", "100.64.0.0/24"],
            "vpcs app subnets more": {"cidr": "100.64.0.0/28"},
            "vpcs app instances far": {"subnet": "more", "security_groups": ["open"]},
            "vpcs app security_groups open ingress": [{"allow": "all", "from": ANY}],
        }
    )
    passes(net.trace("far", "db", "tcp/80"))
    passes(net.trace("db", "far", "tcp/80"))
