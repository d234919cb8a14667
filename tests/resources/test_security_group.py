import pytest
from tests.designs import (
    ANY,
    DUAL,
    GONE,
    MIDDLEBOX,
    NAT_INSTANCE,
    blames,
    group,
    load,
    passes,
    place,
    problems,
    refuses,
)

DB_GROUP = {"vpcs app instances db security_groups": ["db"]}
SHUT = ("SG_HAS_NO_RULES", "SG-1")
CLOSED = ("ENI_SG_RULES_MISMATCH", "SG-1")


@pytest.mark.rule("SG-1")
def test_any_rule_of_any_group_allows_and_no_rule_denies():
    net = load(
        group("a", ("tcp/22", "10.0.1.10")),
        group("b", ("tcp/443", "10.0.1.11")),
        {"vpcs app instances db security_groups": ["a", "b"]},
    )
    passes(net.trace("twin", "db", "tcp/443"))
    passes(net.trace("probe", "db", "tcp/22"))
    blames(net.trace("probe", "db", "tcp/443"), *CLOSED, "app.db")


@pytest.mark.rule("SG-2")
def test_a_group_without_egress_lets_all_out_and_an_empty_egress_nothing():
    passes(load().trace("probe", "db", "tcp/5432"))
    blames(load(group("client", egress=[])).trace("probe", "db", "tcp/5432"), *SHUT, "app.probe")
    blames(load(group("db"), DB_GROUP).trace("probe", "db", "tcp/5432"), *SHUT, "app.db")


@pytest.mark.rule("SG-3")
def test_the_default_group_lets_its_members_in_and_nobody_else():
    members = {"vpcs app instances web security_groups": GONE, "vpcs app instances db security_groups": GONE}
    net = load(members)
    passes(net.trace("web", "db", "proto/50"))
    blames(net.trace("www", "web", "tcp/443"), *CLOSED, "app.web")
    blames(net.trace("probe", "db", "tcp/443"), *CLOSED, "app.db")
    edited = load(members, group("default", ("tcp/22", ANY)))
    blames(edited.trace("web", "db", "tcp/443"), *CLOSED, "app.db")


@pytest.mark.rule("SG-4")
def test_an_answer_passes_whatever_the_other_direction_says():
    net = load(group("open", ("tcp/443", ANY), egress=[]))
    passes(net.trace("probe", "db", "tcp/443"))
    assert {hop.rule_id for hop in net.trace("probe", "db", "tcp/443").reply if hop.action == "tracked"} == {"SG-4"}
    blames(net.trace("db", "web", "tcp/443"), *SHUT, "app.db")


@pytest.mark.rule("SG-16")
@pytest.mark.rule("PEER-12")
def test_a_reference_over_a_peering_that_is_not_active_matches_nothing():
    by_group = group("open", ("tcp/80", "app.client"), vpc="data")
    passes(load(by_group).trace("probe", "api", "tcp/80"))
    net = load(by_group, {"peering_connections pcx status": "deleted"})
    assert [warning.split(":")[-1].strip() for warning in net.warnings] == ["the rule matches nothing [SG-16]"]
    blockers = [(blocker.code, blocker.rule_id) for blocker in net.trace("probe", "api", "tcp/80").blockers]
    assert blockers[:2] == [("BAD_STATE_ROUTE", "PEER-12"), ("ENI_SG_RULES_MISMATCH", "SG-16")]


@pytest.mark.rule("SG-10")
def test_a_reference_matches_every_private_address_of_a_member_and_inherits_nothing():
    net = load(group("db", ("tcp/5432", "client")), DB_GROUP, group("client", ("tcp/22", ANY)))
    passes(net.trace("probe", "db", "tcp/5432"))
    blames(net.trace("twin", "db", "tcp/5432"), *CLOSED, "app.db")
    blames(net.trace("probe", "db", "tcp/22"), *CLOSED, "app.db")
    six = load(DUAL, group("web", ("tcp/443", "open")), {"vpcs app instances web security_groups": ["web"]})
    passes(six.trace("twin", "2001:db8:0:2::20", "tcp/443"))


@pytest.mark.rule("SG-10")
def test_a_reference_to_the_nat_instances_own_group_matches_what_it_masquerades():
    """The source is that interface's private address, whoever sent the packet first."""
    way = {
        "vpcs app route_tables private 10.0.2.0/24": "nat",
        "vpcs app instances nat security_groups": ["nat"],
    }
    net = load(way, group("nat", ("all", ANY)), group("db", ("tcp/5432", "nat")), DB_GROUP)
    passes(net.trace("probe", "db", "tcp/5432"))


@pytest.mark.rule("SG-10")
def test_an_outbound_reference_is_about_the_address_that_is_sent_to():
    """Also on an interface that forwards what others sent."""
    way = {
        "vpcs app route_tables private 10.0.2.0/24": "nat",
        "vpcs app instances nat security_groups": ["nat"],
    }
    net = load(way, group("nat", ("all", ANY), egress=[("tcp/5432", "db")]), group("db", ("all", ANY)), DB_GROUP)
    passes(net.trace("probe", "db", "tcp/5432"))
    blames(net.trace("nat", "web", "tcp/5432"), *CLOSED, "app.nat")


@pytest.mark.rule("SG-11")
def test_a_reference_reaches_over_an_active_peering_in_both_directions():
    theirs = load(group("open", ("tcp/80", "data.open")))
    passes(theirs.trace("api", "twin", "tcp/80"))
    blames(theirs.trace("db", "twin", "tcp/80"), *CLOSED, "app.twin")
    net = load(group("open", ("tcp/80", "app.client"), vpc="data"))
    passes(net.trace("probe", "api", "tcp/80"))
    blames(net.trace("twin", "api", "tcp/80"), *CLOSED, "data.api")


@pytest.mark.rule("SG-12")
def test_a_reference_never_matches_a_public_address():
    net = load(group("open", ("tcp/443", "open")))
    passes(net.trace("web", "nat", "tcp/443"))
    trace = net.trace("web", "198.51.100.10", "tcp/443")
    blames(trace, "SG_REFERENCES_NOT_PRESERVED", "SG-12", "app.nat")
    passes(load(group("open", ("tcp/443", "198.51.100.20"))).trace("web", "198.51.100.10", "tcp/443"))


@pytest.mark.rule("SG-12")
def test_nor_does_one_of_what_goes_out():
    name = {"vpcs app instances nat public_dns_name": "nat.example.com"}  # the public address: DNS hostnames are off
    net = load(group("open", ("all", "0.0.0.0/0"), egress=[("tcp/443", "open")]), name)
    passes(net.trace("web", "nat", "tcp/443"))
    trace = net.trace("web", "nat.example.com", "tcp/443")
    blames(trace, "SG_REFERENCES_NOT_PRESERVED", "SG-12", "app.web")
    assert "the receiver's group does not match a public address" in trace.blockers[0].text
    blames(net.trace("web", "probe", "tcp/443"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.web")


@pytest.mark.rule("SG-13")
def test_a_reference_does_not_survive_nat():
    way = {"vpcs app route_tables private 10.0.2.0/24": "ngw"}
    by_group = load(way, group("db", ("tcp/443", "client")), DB_GROUP)
    blames(by_group.trace("probe", "db", "tcp/443"), "SG_REFERENCES_NOT_PRESERVED", "SG-13", "app.db")
    passes(load(way, group("db", ("tcp/443", "10.0.0.5")), DB_GROUP).trace("probe", "db", "tcp/443"))


@pytest.mark.rule("SG-14")
def test_a_reference_does_not_survive_a_middlebox_that_keeps_the_addresses():
    back = {"vpcs app route_tables main": {"10.0.1.0/24": "nat"}}
    by_group = load(MIDDLEBOX, back, group("db", ("tcp/443", "client")), DB_GROUP)
    blames(by_group.trace("probe", "db", "tcp/443"), "SG_REFERENCES_NOT_PRESERVED", "SG-14", "app.db")
    passes(load(MIDDLEBOX, back, group("db", ("tcp/443", "10.0.1.10")), DB_GROUP).trace("probe", "db", "tcp/443"))


@pytest.mark.rule("SG-15")
def test_sharing_a_group_allows_nothing_and_naming_oneself_does():
    both = {"vpcs app instances twin security_groups": ["client"]}
    blames(load(both).trace("probe", "twin", "tcp/22"), *SHUT, "app.twin")
    passes(load(both, group("client", ("all", "client"))).trace("probe", "twin", "tcp/22"))


@pytest.mark.rule("SG-18")
@pytest.mark.parametrize(
    "peer", ["10.0.1.0/24", "10.0.1.10", "client", "app.client", "clients", ["192.0.2.1", "client"]]
)
def test_kinds_of_peers(peer):
    lists = {"prefix_lists clients": ["10.9.0.0/16", "10.0.1.8/30"]}
    net = load(lists, group("db", ("tcp/443", peer)), DB_GROUP)
    passes(net.trace("probe", "db", "tcp/443"))
    assert not net.trace("web", "db", "tcp/443").delivered


@pytest.mark.rule("SG-18")
def test_ipv4_everyone_is_not_ipv6_everyone():
    web = {"vpcs app instances web security_groups": ["web"]}
    net = load(DUAL, group("web", ("tcp/443", ANY)), web)
    blames(net.trace("twin", "2001:db8:0:2::20", "tcp/443"), *CLOSED, "app.web")
    passes(load(DUAL, group("web", ("tcp/443", "::/0")), web).trace("twin", "2001:db8:0:2::20", "tcp/443"))


@pytest.mark.rule("SG-19")
@pytest.mark.parametrize(
    ("allowed", "passing", "stopped"),
    [
        ("tcp/443", "tcp/443", "tcp/444"),
        ("tcp/80-90", "tcp/90", "tcp/91"),
        ("udp", "udp/53", "tcp/53"),
        ("icmp", "icmp/8", "tcp/8"),
        ("icmp/8", "icmp/8", "icmp/13"),
        ("icmp/3/4", "icmp/3/4", "icmp/3/3"),
        ("proto/50", "proto/50", "proto/51"),
        (["tcp/22", "udp/53"], "udp/53", "udp/22"),
    ],
)
def test_protocols(allowed, passing, stopped):
    net = load(group("db", (allowed, ANY)), DB_GROUP)
    assert net.trace("probe", "db", passing).delivered
    blames(net.trace("probe", "db", stopped), *CLOSED, "app.db")


@pytest.mark.rule("SG-20")
def test_ping_needs_echo_request_alone():
    net = load(group("db", ("icmp/8", ANY), egress=[]), DB_GROUP)
    passes(net.trace("probe", "db", "icmp/8"))
    blames(load(group("db", ("icmp/0", ANY)), DB_GROUP).trace("probe", "db", "icmp/8"), *CLOSED, "app.db")


@pytest.mark.rule("SG-21")
def test_groups_see_addresses_as_they_are_at_the_interface():
    passes(load(group("open", ("tcp/22", "203.0.113.9"))).trace("www", "web", "tcp/22"))
    behind_nat = load(
        NAT_INSTANCE,
        {"vpcs app route_tables private 10.0.2.0/24": "nat"},
        DB_GROUP,
        group("db", ("all", "10.0.0.10")),
    )
    passes(behind_nat.trace("probe", "db", "tcp/22"))


@pytest.mark.rule("SG-22")
def test_groups_judge_the_neighbour_in_the_same_subnet_too():
    blames(load(group("open")).trace("probe", "twin", "tcp/22"), *SHUT, "app.twin")
    blames(load(group("client", egress=[])).trace("probe", "twin", "tcp/22"), *SHUT, "app.probe")


# --- groups of several VPCs -----------------------------------------------------------------------

SHARED = {
    "vpcs data security_groups shared": {
        "ingress": [{"allow": "tcp/443", "from": "shared"}, {"allow": "tcp/22", "from": "open"}],
        "associated_vpcs": ["app"],
    },
    "vpcs app instances db security_groups": ["data.shared"],
    "vpcs app instances twin security_groups": ["data.shared"],
    "vpcs data instances api security_groups": ["shared"],
    "vpcs app subnets isolated route_table": "private",
}


@pytest.mark.rule("SG-17")
def test_a_group_of_another_vpc_has_its_rules_there_and_its_members_everywhere():
    net = load(SHARED)
    passes(net.trace("twin", "db", "tcp/443"))  # members in one VPC
    passes(net.trace("twin", "api", "tcp/443"))  # and over a peering (SG-11)
    passes(net.trace("api", "db", "tcp/443"))
    blames(net.trace("probe", "db", "tcp/443"), *CLOSED, "app.db")
    blames(net.trace("web", "db", "tcp/22"), *CLOSED, "app.db")  # `open` is the group of that name in `data`
    assert net.reach("twin", "db").reachable == net.matrix().reach("app.twin", "app.db")


@pytest.mark.rule("SG-17")
def test_rules_of_the_other_vpc_may_name_it_without_a_peering():
    named = {"vpcs app security_groups mine": {"ingress": [{"allow": "tcp/80", "from": "data.shared"}]}}
    alone = {"peering_connections": GONE, "vpcs app route_tables private": {}, "vpcs data route_tables api": {}}
    net = load(SHARED, alone, named, {"vpcs app instances probe security_groups": ["mine"]})
    passes(net.trace("twin", "probe", "tcp/80"))
    blames(net.trace("web", "probe", "tcp/80"), *CLOSED, "app.probe")


@pytest.mark.rule("SG-17")
def test_an_edit_of_its_rules_reaches_the_interfaces_of_the_other_vpc():
    net = load(SHARED)
    edited = net.with_({"vpcs.data.security_groups.shared.ingress[0].allow": "tcp/8443"})
    blames(edited.trace("twin", "db", "tcp/443"), *CLOSED, "app.db")
    passes(edited.trace("twin", "db", "tcp/8443"))


@pytest.mark.rule("SG-17")
def test_who_may_have_a_group_of_another_vpc():
    alone = {"vpcs data security_groups shared associated_vpcs": GONE}
    found = problems(SHARED, alone)
    assert [(place(each), each.message) for each in found] == [
        ("vpcs app instances twin security_groups 0", "'data.shared' is not in VPC app, and not associated with it"),
        ("vpcs app instances db security_groups 0", "'data.shared' is not in VPC app, and not associated with it"),
    ]
    assert found[0].hint == "name a security group of the same VPC, or write associated_vpcs: [app] there"
    refuses(
        "SG-17", "vpcs data security_groups shared associated_vpcs 0", SHARED, {"vpcs app region": "us-east-1"},
        {"vpcs data region": "eu-west-1"},
    )  # fmt: skip
    refuses(
        "SG-17", "vpcs data security_groups default associated_vpcs 0",
        {"vpcs data security_groups default": {"associated_vpcs": ["app"]}},
    )  # fmt: skip
    (problem,) = problems({"vpcs data security_groups open associated_vpcs": ["ap"]})
    assert (problem.message, problem.hint) == ("there is no VPC 'ap'", "did you mean 'app'?")


@pytest.mark.rule("SG-17")
def test_a_function_may_have_one_too():
    function = {
        "lambda_functions f": {"latest": {"vpc": "app", "subnets": ["private"], "security_groups": ["data.shared"]}}
    }
    net = load(SHARED, function)
    passes(net.trace("f", "db", "tcp/443"))
    blames(net.trace("f", "db", "tcp/22"), *CLOSED, "app.db")
