"""Rules become filters in one place, which builder, idle rules and `show` share."""

from __future__ import annotations

import pytest
from tests.designs import ANY, load

from reachsim.answers.rulesets import rule_sets
from reachsim.dataplane.filters import Direction
from reachsim.policy.filters import Policy


@pytest.mark.rule("SG-1")
def test_a_set_of_groups_has_one_filter_whatever_its_order() -> None:
    policy = Policy(load().source)
    one = policy.groups("app", ("open", "client"), Direction.INGRESS)
    other = policy.groups("app", ("client", "open", "open"), Direction.INGRESS)
    assert one == other
    assert one.names == ("open", "client")
    assert policy.filter(one) is policy.filter(other)
    assert policy.filter(one) is not policy.filter(policy.groups("app", ("open", "client"), Direction.EGRESS))


@pytest.mark.rule("SG-3")
@pytest.mark.rule("NACL-3")
def test_what_is_not_written_is_as_aws_makes_it() -> None:
    policy = Policy(load().source)
    group = policy.filter(policy.groups("app", None, Direction.INGRESS))
    assert [sorted(clause.groups) for clause in group.clauses] == [[("app", "default")]]
    for direction in Direction:
        acl = policy.acl("app", "default", direction)
        assert policy.filter(acl).open
        assert policy.filter(acl).path == ()
    bare = policy.filter(policy.groups("app", (), Direction.EGRESS))
    assert bare.clauses == ()


def test_answers_about_rules_speak_of_the_filters_that_packets_meet() -> None:
    net = load({"vpcs app network_acls n": {"ingress": [{"rule": 1, "allow": "all", "from": ANY}]}},
               {"vpcs app subnets public network_acl": "n"})  # fmt: skip
    told = {(full, filter.direction): filter for _, full, filter in rule_sets(net)}
    public = net.topology.vpcs["app"].subnets["public"]
    assert told["app.n", Direction.INGRESS] is public.ingress
    assert told["app.open", Direction.INGRESS] is net.topology.interfaces["app.web"].ingress


def test_rule_sets_that_are_only_asked_about_are_none_of_the_walks() -> None:
    unused = {"vpcs app security_groups unused": {"ingress": [{"allow": "all", "from": "10.0.1.10"}]}}
    net, other = load(unused), load(unused)
    net.idle_rules()
    assert [filter.name for filter in net.topology.filters] == [filter.name for filter in other.topology.filters]
    assert net.matrix().to_dict() == other.matrix().to_dict()


def test_a_rule_set_concerns_what_it_is_made_of() -> None:
    policy = Policy(load().source)
    both = policy.groups("app", ("open", "client"), Direction.INGRESS)
    assert both.concerns({("vpcs", "app", "security_groups", "client")})
    assert not both.concerns({("vpcs", "data", "security_groups", "open"), ("vpcs", "app", "network_acls", "open")})
