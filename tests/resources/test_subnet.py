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


@pytest.mark.rule("DNS-1")
@pytest.mark.rule("SUBNET-2")
@pytest.mark.parametrize(
    ("address", "rule", "text"),
    [
        (
            "10.0.2.2",
            "DNS-1",
            "no resolver answers at 10.0.2.2, which AWS only keeps for it; that of VPC app is at 10.0.0.2",
        ),
        ("10.0.2.1", "SUBNET-2", "no interface has the address 10.0.2.1: AWS keeps it for itself in subnet isolated"),
        ("10.0.2.9", "WALK-24", "no interface has the address 10.0.2.9"),
    ],
)
def test_what_is_told_of_an_address_that_nobody_has(address, rule, text):
    """Base + 2 of every subnet is kept, and a resolver answers at that of the VPC's primary block alone."""
    blocker = load().trace("probe", address, "udp/53").blockers[0]
    assert (blocker.code, blocker.cause.rule) == ("NO_POSSIBLE_DESTINATION", rule)
    assert blocker.text.startswith(text)
