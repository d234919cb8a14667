import pytest
from tests.designs import ALL, ANY, CLIENT_PORTS, DUAL, acl, acl_of, blames, group, load, passes, refuses

ACL = ("SUBNET_ACL_RESTRICTION", "NACL-2")


@pytest.mark.rule("NACL-1")
def test_a_subnet_has_its_own_acl_or_the_default_one():
    closed_default = acl("default", [], [])
    blames(load(closed_default).trace("probe", "db", "tcp/5432"), *ACL, "app.private")
    own = acl_of("private", [ALL], [ALL]) | {"vpcs app subnets isolated network_acl": "private-acl"}
    passes(load(closed_default, own).trace("probe", "db", "tcp/5432"))
    checkpoints = [hop.checkpoint for hop in load(own).trace("probe", "db", "tcp/5432").forward]
    assert [name for name in checkpoints if "ACL" in name] == [
        "network ACL private-acl egress",
        "network ACL private-acl ingress",
    ]


@pytest.mark.rule("NACL-2")
def test_the_lowest_number_that_matches_decides_whatever_the_order_of_the_file():
    allow, deny = (
        {"rule": 100, "allow": "tcp/80", "from": ANY},
        {"rule": 90, "deny": "all", "from": "203.0.113.0/24"},
    )
    for rules in ([allow, deny], [deny, allow]):
        net = load(acl("default", [], [ALL]), {"vpcs app network_acls default ingress": rules})
        trace = net.trace("www", "web", "tcp/80")
        blames(trace, *ACL, "app.public")
        assert trace.blockers[0].rule == "rule 90: deny all from 203.0.113.0/24"
        passes(net.trace("dns", "web", "tcp/80"))
        assert net.trace("dns", "web", "tcp/81").blockers[0].rule == "no ingress rule matches"


@pytest.mark.rule("NACL-2")
@pytest.mark.parametrize("number", [0, 32767, -1])
def test_rule_numbers_go_from_1_to_32766(number):
    refuses(
        None,
        "vpcs app network_acls default ingress 0 rule",
        {"vpcs app network_acls default ingress": [{"rule": number, "allow": "all", "from": ANY}]},
    )


@pytest.mark.rule("NACL-3")
def test_the_default_acl_allows_all_and_one_of_ones_own_nothing():
    passes(load().trace("probe", "db", "tcp/5432"))
    passes(load(DUAL).trace("twin", "2001:db8:0:2::20", "tcp/443"))
    for name, blocked in (("mine", True), ("default", False)):
        net = load({"vpcs app network_acls": {name: {}}, "vpcs app subnets private network_acl": name})
        assert bool(net.trace("probe", "db", "tcp/5432").blockers) == blocked


@pytest.mark.rule("NACL-4")
def test_a_direction_of_the_default_acl_that_was_edited_has_no_ipv6_rule():
    net = load(DUAL, {"vpcs app network_acls default ingress": [{"rule": 100, "allow": "all", "from": ANY}]})
    passes(net.trace("twin", "10.0.0.20", "tcp/443"))
    blames(net.trace("twin", "2001:db8:0:2::20", "tcp/443"), *ACL, "app.public")
    assert net.trace("twin", "2001:db8:0:2::20", "tcp/443").blockers[0].checkpoint == "network ACL default ingress"


@pytest.mark.rule("NACL-5")
def test_an_answer_needs_a_rule_of_its_own():
    passes(load(acl_of("isolated", [ALL], [CLIENT_PORTS])).trace("probe", "db", "tcp/5432"))
    closed = load(acl_of("isolated", [ALL], [f"allow tcp/5432 {ANY}"])).trace("probe", "db", "tcp/5432")
    blames(closed, *ACL, "app.isolated", "reply")
    assert closed.blockers[0].checkpoint == "network ACL isolated-acl egress"


@pytest.mark.rule("NACL-6")
@pytest.mark.rule("WALK-5")
def test_an_acl_is_asked_only_where_a_packet_crosses_the_subnets_border():
    net = load(acl_of("private", [], []))
    passes(net.trace("probe", "twin", "tcp/22"))
    assert not any(
        "ACL" in hop.checkpoint or "route" in hop.checkpoint for hop in net.trace("probe", "twin", "tcp/22").forward
    )
    blames(net.trace("probe", "db", "tcp/22"), *ACL, "app.private")


WITHIN = {
    "vpcs app instances twin client_networks": ["192.168.77.0/24"],
    "vpcs app instances twin source_dest_check": False,
    "vpcs app route_tables private 192.168.77.0/24": "twin",
    "vpcs app subnets beside": {"cidr": "10.0.3.0/24", "az": "a", "route_table": "private"},
    "vpcs app instances aside": {"subnet": "beside", "private_ip": "10.0.3.10", "security_groups": ["open"]},
}
"""What `probe` sends to the networks behind `twin` a route leads to `twin`, which is in its subnet; `aside`, under the same
table, is in another one."""
BEHIND = "192.168.77.9"


@pytest.mark.rule("NACL-6")
@pytest.mark.parametrize("closed", ["ingress", "egress", "both"])
def test_what_is_routed_within_a_subnet_is_undecided_where_its_acl_denies_it(closed):
    some = ["allow tcp/443 0.0.0.0/0"]
    rules = acl_of("private", [ALL] if closed == "egress" else some, [ALL] if closed == "ingress" else some)
    beside = {"vpcs app subnets beside network_acl": "private-acl"}
    net = load(WITHIN, rules, beside, {"expect": [{"from": "probe", "to": BEHIND, "deny": "tcp/22"}]})
    passes(net.trace("probe", BEHIND, "tcp/443"))
    assert net.trace("probe", BEHIND, "tcp/22").verdict == "undecided"
    assert "AWS does not say" in net.trace("probe", BEHIND, "tcp/22").undecided
    assert [result.verdict for result in net.check()] == ["undecided"]
    assert net.reach("probe", BEHIND).undecided
    across = net.trace("aside", BEHIND, "tcp/22")  # from another subnet the ACLs are met, of both
    assert across.blockers[0].rule_id == "NACL-2"
    assert across.verdict == "blocked"
    assert not net.reach("aside", BEHIND).undecided


@pytest.mark.rule("NACL-6")
def test_an_open_acl_leaves_nothing_undecided_within_a_subnet_and_an_edit_is_a_load():
    net = load(WITHIN)
    passes(net.trace("probe", BEHIND, "tcp/22"))
    passes(load(WITHIN, acl_of("private", [ALL], [ALL])).trace("probe", BEHIND, "tcp/22"))
    rules = [{"rule": 10, "allow": "tcp/443", "from": ANY}]
    own = load(WITHIN, acl_of("private", [ALL], [ALL]))
    edited = own.with_({"vpcs.app.network_acls.private-acl.ingress": rules})
    assert edited.trace("probe", BEHIND, "tcp/22").verdict == "undecided"
    passes(edited.trace("probe", BEHIND, "tcp/443"))


@pytest.mark.rule("NACL-7")
def test_the_source_port_and_the_other_address_are_never_looked_at():
    rules = acl_of(
        "isolated",
        ["deny all 10.0.2.0/24", "deny tcp/40000 0.0.0.0/0", ALL],
        ["deny all 10.0.2.0/24", "deny tcp/5432 0.0.0.0/0", ALL],
    )
    passes(load(rules).trace("probe", "db", "tcp/5432", source_port=50000))
    passes(
        load(acl_of("isolated", ["deny tcp/40000 0.0.0.0/0", ALL], [ALL])).trace(
            "probe", "db", "tcp/5432", source_port=40000
        )
    )
    by_port = load(acl_of("isolated", ["deny tcp/5432 10.0.1.0/24", ALL], [ALL]))
    blames(by_port.trace("probe", "db", "tcp/5432"), *ACL, "app.isolated")
    passes(by_port.trace("probe", "db", "tcp/5433"))


@pytest.mark.rule("NACL-8")
def test_protocols_without_ports_ignore_them():
    net = load(acl_of("isolated", ["allow proto/50 0.0.0.0/0"], [ALL]))
    assert net.trace("probe", "db", "proto/50").delivered
    blames(net.trace("probe", "db", "proto/51"), *ACL, "app.isolated")


@pytest.mark.rule("NACL-10")
@pytest.mark.parametrize("peer", ["open", "data.open", "clients", ["10.0.0.0/16"]])
def test_an_acl_names_one_block_and_nothing_else(peer):
    problem = refuses(
        "NACL-10",
        "vpcs app network_acls default ingress 0 from",
        {
            "prefix_lists clients": ["10.0.1.0/24"],
            "vpcs app network_acls default ingress": [{"rule": 1, "allow": "all", "from": peer}],
        },
    )
    assert "names one block" in problem.message


@pytest.mark.rule("NACL-11")
def test_families_never_match_each_other():
    net = load(DUAL, acl("default", [ALL], [f"allow all {ANY}", "allow all ::/0"]))
    blames(net.trace("twin", "2001:db8:0:2::20", "tcp/443"), *ACL, "app.public")
    six = load(DUAL, acl("default", ["allow all ::/0"], [f"allow all {ANY}", "allow all ::/0"]))
    passes(six.trace("twin", "2001:db8:0:2::20", "tcp/443"))
    blames(six.trace("twin", "10.0.0.20", "tcp/443"), *ACL, "app.public")


@pytest.mark.rule("NACL-14")
def test_acls_see_the_private_address_of_what_is_translated_at_the_gateway():
    passes(
        load(acl_of("public", ["deny all 198.51.100.20", ALL], ["deny all 198.51.100.20", ALL])).trace(
            "www", "web", "tcp/80"
        )
    )
    net = load(acl_of("isolated", ["allow all 198.51.100.20"], [ALL]))
    blames(net.trace("web", "db", "tcp/80"), *ACL, "app.isolated")


@pytest.mark.rule("NACL-15")
def test_the_acl_of_the_nat_gateways_subnet_counts_in_full():
    net = load(acl_of("public", ["allow tcp/443 10.0.0.0/16", "allow tcp/80 10.0.0.0/16"], [ALL]))
    blames(net.trace("probe", "www", "tcp/443"), *ACL, "app.public", "reply")
    wide = acl_of("public", ["allow tcp/443 10.0.0.0/16", "allow tcp/1024-65535 203.0.113.9"], [ALL])
    passes(load(wide).trace("probe", "www", "tcp/443"))


@pytest.mark.rule("WALK-7")
def test_two_subnets_that_share_an_acl_cross_it_twice():
    net = load(acl("default", [f"allow tcp/5432 {ANY}"], [f"allow tcp/443 {ANY}"]))
    trace = net.trace("probe", "db", "tcp/5432")
    blames(trace, *ACL, "app.private")
    assert trace.blockers[0].checkpoint == "network ACL default egress"


@pytest.mark.rule("WALK-6")
def test_the_acl_of_the_receivers_subnet_counts_beside_both_groups():
    blames(
        load(acl_of("isolated", [f"allow tcp/443 {ANY}"], [ALL])).trace("probe", "db", "tcp/5432"),
        *ACL,
        "app.isolated",
    )


@pytest.mark.rule("WALK-8")
def test_an_answer_meets_the_acls_with_the_clients_port():
    trace = load(acl_of("private", [f"allow tcp/1-1023 {ANY}"], [ALL])).trace("probe", "db", "tcp/5432")
    blames(trace, *ACL, "app.private", "reply")
    assert [hop.action for hop in trace.reply if "security" in hop.checkpoint] == ["tracked", "tracked"]


@pytest.mark.rule("WALK-21")
def test_a_resolver_of_ones_own_is_ordinary_traffic():
    net = load(group("client", egress=[("tcp", ANY)]))
    blames(net.trace("probe", "db", "udp/53"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.probe")
