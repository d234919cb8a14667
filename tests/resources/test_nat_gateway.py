import pytest
from tests.designs import ALL, ANY, DUAL, GONE, acl, acl_of, blames, load, passes, problems, refuses

NGW = "vpcs app nat_gateways ngw"


@pytest.mark.rule("WALK-14")
def test_the_way_through_a_nat_gateway():
    trace = load().trace("probe", "www", "tcp/443", source_port=40000)
    passes(trace)
    assert [(hop.component, hop.checkpoint) for hop in (*trace.forward, *trace.reply)] == [
        ("app.probe", "security group client egress"),
        ("app.private", "network ACL default egress"),
        ("app", "route table private"),
        ("app.public", "network ACL default ingress"),
        ("app.public", "link"),
        ("app.ngw", "NAT gateway"),
        ("app.public", "network ACL default egress"),
        ("app", "route table public"),
        ("app.igw", "internet gateway"),
        ("internet", "internet"),
        ("internet", "internet"),
        ("app.igw", "internet gateway"),
        ("app.public", "network ACL default ingress"),
        ("app.public", "link"),
        ("app.ngw", "NAT gateway"),
        ("app.public", "network ACL default egress"),
        ("app", "route table public"),
        ("app.private", "network ACL default ingress"),
        ("app.private", "link"),
        ("app.probe", "security group client ingress"),
        ("app.probe", "instance"),
    ]
    assert trace.reply[-2].action == "tracked"
    assert trace.packet is not None
    assert trace.reply[-1].after == trace.packet.answer()


@pytest.mark.rule("NATGW-1")
def test_a_public_gateway_needs_a_way_to_the_internet():
    blames(
        load({"vpcs app route_tables public": {}}).trace("probe", "www", "tcp/443"),
        "NO_ROUTE_TO_DESTINATION",
        "ROUTE-16",
        "app",
    )
    problem = refuses("NATGW-1", NGW, {"vpcs app internet_gateway": GONE, "vpcs app route_tables public": {}})
    assert problem.message == "a public NAT gateway needs an internet gateway in its VPC"
    six = {"vpcs app subnets six": {"ipv6_cidr": "2001:db8:0:9::/64"}, f"{NGW}": {"subnet": "six"}}
    refuses("NATGW-1", f"{NGW} subnet", DUAL, six)


CLIENTS = {
    "vpcs app instances twin client_networks": ["192.168.77.0/24"],
    "vpcs app instances twin source_dest_check": False,
    "vpcs app route_tables public 192.168.77.0/24": "twin",
}


@pytest.mark.rule("NATGW-10")
def test_what_a_host_forwards_from_outside_its_vpc_is_undecided_at_a_nat_gateway():
    net = load(CLIENTS)
    trace = net.trace("192.168.77.9", "www", "tcp/443")
    assert trace.verdict == "undecided"
    assert trace.undecided == "whether app.ngw takes what a host forwards from outside its VPC, AWS does not say"
    assert net.reach("192.168.77.9", "www").undecided
    assert net.reach("192.168.77.0/24", "www").undecided
    passes(net.trace("probe", "www", "tcp/443"))
    assert not net.reach("probe", "www").undecided
    masquerading = load(CLIENTS, {"vpcs app instances twin nat": True})  # its own address goes to the gateway
    passes(masquerading.trace("192.168.77.9", "www", "tcp/443"))


@pytest.mark.rule("NATGW-2")
def test_a_private_gateway_has_no_public_address():
    refuses("NATGW-2", f"{NGW} public_ip", {f"{NGW} connectivity": "private"})
    net = load({f"{NGW} connectivity": "private", f"{NGW} public_ip": GONE})
    assert not net.topology.interfaces["app.ngw"].publics
    assert load({f"{NGW} public_ip": GONE}).topology.interfaces["app.ngw"].publics


@pytest.mark.rule("NATGW-3")
@pytest.mark.rule("NATGW-14")
def test_the_far_side_of_a_peering_sees_its_private_address():
    net = load(
        {
            "vpcs app route_tables private 10.1.0.0/16": "ngw",
            "vpcs app route_tables public 10.1.0.0/16": "pcx",
        }
    )
    trace = net.trace("probe", "api", "tcp/80", source_port=40000)
    passes(trace)
    assert str(trace.forward[-1].after).startswith("tcp 10.0.0.5:")


@pytest.mark.rule("NATGW-4")
def test_the_destination_stays_and_any_port_from_1024_may_be_the_source():
    denied = {
        "vpcs app network_acls default ingress": [
            {"rule": 1, "deny": "tcp/5000-5001", "from": "203.0.113.9"},
            {"rule": 2, "allow": "all", "from": ANY},
        ]
    }
    trace = load(denied, {"nat_loss_below": 0}).trace("probe", "www", "tcp/443", source_port=40000)
    blames(trace, "SUBNET_ACL_RESTRICTION", "NACL-2", "app.public", "reply")
    assert trace.blockers[0].ports == "NAT ports 5000-5001"
    assert trace.verdict == "partial"
    assert {hop.after.destination_port for hop in trace.forward} == {443}


@pytest.mark.rule("NATGW-5")
def test_it_carries_tcp_udp_and_icmp_alone():
    net = load()
    for traffic in ("tcp/443", "udp/53", "icmp/8"):
        passes(net.trace("probe", "www", traffic))
    blames(net.trace("probe", "www", "proto/50"), "PROTOCOL_RESTRICTION", "NATGW-5", "app.ngw")


@pytest.mark.rule("NATGW-6")
@pytest.mark.rule("SG-23")
def test_it_has_no_security_group():
    net = load({"vpcs app security_groups default ingress": []})
    assert net.topology.interfaces["app.ngw"].groups is None
    passes(net.trace("probe", "www", "tcp/443"))
    assert not any("group" in hop.checkpoint for hop in net.trace("probe", "www", "tcp/443").forward[1:])
    assert [problem.message for problem in problems({f"{NGW} security_groups": ["open"]})] == [
        "unknown key 'security_groups'"
    ]


@pytest.mark.rule("NATGW-7")
@pytest.mark.parametrize(
    ("source", "destination", "traffic"),
    [("www", "198.51.100.7", "tcp/22"), ("probe", "ngw", "icmp/8"), ("web", "10.0.0.5", "tcp/80")],
)
def test_it_takes_no_connections(source, destination, traffic):
    blames(load().trace(source, destination, traffic), "NGW_UNSOLICITED_INBOUND", "NATGW-7", "app.ngw")


@pytest.mark.rule("NATGW-11")
@pytest.mark.parametrize("state", ["pending", "deleting"])
def test_only_available_forwards(state):
    blames(load({f"{NGW} state": state}).trace("probe", "www", "tcp/443"), "BAD_STATE", "NATGW-11", "app.ngw")


@pytest.mark.rule("NATGW-12")
def test_it_uses_the_table_of_its_own_subnet_in_both_directions():
    far = {"vpcs app route_tables private 10.1.0.0/16": "ngw"}
    blames(
        load(far).trace("probe", "api", "tcp/80"),
        "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
        "IGW-5",
        "app.igw",
    )
    tables = [hop.checkpoint for hop in load().trace("probe", "www", "tcp/443").forward if "route" in hop.checkpoint]
    assert tables == ["route table private", "route table public"]
    back = load().trace("probe", "www", "tcp/443").reply
    assert [hop.checkpoint for hop in back if "route" in hop.checkpoint] == ["route table public"]


@pytest.mark.rule("NATGW-13")
def test_a_gateway_that_is_its_own_next_hop_is_a_loop():
    trace = load({f"vpcs app route_tables public {ANY}": "ngw"}).trace("probe", "www", "tcp/443")
    blames(trace, "FORWARDING_LOOP", "NATGW-13", "app")
    blocker = trace.blockers[0]
    assert (blocker.checkpoint, blocker.rule) == ("route table public", "0.0.0.0/0 -> ngw")
    assert blocker.cause.path == ("vpcs", "app", "route_tables", "public", "0.0.0.0/0")
    assert "back to app.ngw" in blocker.text
    assert "give app.ngw a subnet whose route table does not lead back to it" in blocker.text
    assert len(trace.blockers) == 1
    assert len(trace.forward) < 20


@pytest.mark.rule("NATGW-16")
def test_ipv6_is_not_carried_and_nat64_is_undecided():
    net = load(DUAL, {"vpcs app route_tables private ::/0": "ngw"})
    blames(net.trace("twin", "six", "tcp/443"), "PROTOCOL_RESTRICTION", "NATGW-16", "app.ngw")
    assert net.trace("twin", "64:ff9b::cb00:7109", "tcp/443").undecided == "NAT64 is not modelled"


@pytest.mark.rule("WALK-13")
def test_an_answer_that_leaves_through_nat_comes_from_a_stranger():
    trace = load({"vpcs app instances twin public_ip": "198.51.100.11"}).trace("www", "twin", "tcp/443")
    blames(trace, "ASYMMETRIC_RETURN", "WALK-19", "app.ngw", "reply")


@pytest.mark.rule("WALK-19")
def test_a_gateway_that_did_not_see_the_request_drops_the_answer():
    trace = load({"vpcs data route_tables api": {}, "vpcs app route_tables main": {"10.0.1.0/24": "ngw"}}).trace(
        "twin", "db", "tcp/80"
    )
    blames(trace, "ASYMMETRIC_RETURN", "WALK-19", "app.ngw", "reply")


# --- regional ones --------------------------------------------------------------------------------

REGIONAL = {NGW: {"availability": "regional", "public_ip": "198.51.100.7"}}
BY_ZONE = {NGW: {"availability": "regional", "public_ips": {"b": "198.51.100.7"}}}
FROM_ISOLATED = {
    "vpcs app subnets isolated route_table": "private",
    "vpcs app security_groups client": {},
    "vpcs app instances db security_groups": ["client"],
}


@pytest.mark.rule("NATGW-17")
def test_a_regional_gateway_is_one_target_for_all_zones_and_leads_to_the_internet():
    net = load(REGIONAL, FROM_ISOLATED)
    for host in ("probe", "db"):
        trace = net.trace(host, "www", "tcp/443")
        passes(trace)
        assert str(trace.forward[-1].before).startswith("tcp 198.51.100.7:")
    blames(
        net.trace("probe", "172.31.0.9", "tcp/443"), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "IGW-5", "app.igw"
    )


@pytest.mark.rule("NATGW-17")
def test_it_takes_no_connections_and_only_the_protocols_of_a_nat_gateway():
    net = load(REGIONAL)
    blames(net.trace("www", "198.51.100.7", "tcp/443"), "NGW_UNSOLICITED_INBOUND", "NATGW-7", "app.ngw")
    blames(net.trace("probe", "www", "proto/50"), "PROTOCOL_RESTRICTION", "NATGW-5", "app.ngw")
    deleted = load(REGIONAL, {f"{NGW} state": "deleted"})
    blames(deleted.trace("probe", "www", "tcp/443"), "BAD_STATE_ROUTE", "ROUTE-12", "app")


@pytest.mark.rule("NATGW-17")
def test_a_table_that_is_written_routes_what_it_sends_and_the_answers():
    table = {f"{NGW} route_table": "public"}
    passes(load(REGIONAL, table).trace("probe", "www", "tcp/443"))
    closed = load(REGIONAL, table, {"vpcs app subnets public route_table": GONE, "vpcs app route_tables public": {}})
    blames(closed.trace("probe", "www", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")


@pytest.mark.rule("NATGW-17")
def test_what_it_sends_elsewhere_has_an_address_that_nobody_is_told():
    table = {f"{NGW} route_table": "own", "vpcs app route_tables own": {"0.0.0.0/0": "igw", "192.0.2.0/24": "pcx"}}
    trace = load(REGIONAL, table).trace("probe", "192.0.2.9", "tcp/443")
    assert "192.0.2.0/24 -> pcx from a private address that AWS chooses" in trace.undecided
    inside = {"vpcs app route_tables private 10.0.2.0/24": "ngw"}
    assert "into its own VPC" in load(REGIONAL, inside).trace("probe", "db", "tcp/443").undecided


@pytest.mark.rule("NATGW-18", "NATGW-17")
@pytest.mark.parametrize(
    ("key", "value", "rule", "at"),
    [
        ("connectivity", "private", "NATGW-18", "connectivity"),
        ("subnet", "public", "NATGW-17", "subnet"),
        ("private_ip", "10.0.0.5", "NATGW-17", "private_ip"),
        ("public_ips", {"b": "198.51.100.8"}, "NATGW-18", "public_ips"),
    ],
)
def test_what_a_regional_gateway_cannot_be(key, value, rule, at):
    public = {f"{NGW} public_ip": GONE} if key == "connectivity" else {}
    refuses(rule, f"{NGW} {at}", REGIONAL, public, {f"{NGW} {key}": value})


@pytest.mark.rule("NATGW-18", "NATGW-17")
def test_zones_and_tables_that_are_not_there_and_keys_of_the_other_kind():
    refuses("NATGW-18", f"{NGW} public_ips z", {NGW: {"availability": "regional", "public_ips": {"z": "198.51.100.7"}}})
    refuses("NATGW-17", f"{NGW} route_table", {f"{NGW} route_table": "public"})
    refuses("NATGW-17", f"{NGW} public_ips", {f"{NGW} public_ips": {"a": "198.51.100.8"}})
    (problem,) = problems(REGIONAL, {f"{NGW} route_table": "publik"})
    assert "no route table 'publik'" in problem.message
    (problem,) = problems({f"{NGW} subnet": GONE})
    assert (problem.message, problem.hint) == (
        "missing key 'subnet'",
        "write subnet: NAME, or availability: regional",
    )


@pytest.mark.rule("NATGW-19")
def test_no_acl_is_met_at_a_regional_gateway_but_the_clients_own():
    shut = acl("default", [], [])
    own = {f"vpcs app subnets {each} network_acl": "open" for each in ("private", "isolated")}
    net = load(REGIONAL, shut, acl("open", [ALL], [ALL]), own)
    passes(net.trace("probe", "www", "tcp/443"))
    net = load(REGIONAL, acl_of("private", ["deny all 203.0.113.9/32", ALL], [ALL]))
    blames(net.trace("probe", "www", "tcp/443"), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.private", "reply")


@pytest.mark.rule("NATGW-20")
def test_in_manual_mode_a_zone_without_an_address_is_dropped():
    net = load(BY_ZONE, FROM_ISOLATED)
    blames(net.trace("probe", "www", "tcp/443"), "REGIONAL_NGW_ROUTE_AZ_RESTRICTION", "NATGW-20", "app.ngw")
    passes(net.trace("db", "www", "tcp/443"))
    both = load({NGW: {"availability": "regional", "public_ips": {"b": "198.51.100.7", "a": "198.51.100.8"}}})
    trace = both.trace("probe", "www", "tcp/443")
    passes(trace)
    assert str(trace.forward[-1].before).startswith("tcp 198.51.100.8:")


@pytest.mark.rule("NATGW-20")
def test_a_zone_that_is_not_written_is_undecided():
    net = load(BY_ZONE, {"vpcs app subnets private az": GONE})
    assert "the zone that the packet comes from is not written" in net.trace("probe", "www", "tcp/443").undecided


@pytest.mark.rule("NATGW-20")
@pytest.mark.parametrize(("zones", "reached"), [({"a": "198.51.100.7"}, True), ({"b": "198.51.100.7"}, False)])
def test_behind_a_transit_gateway_the_zone_of_its_subnet_counts(zones, reached):
    """TGW-8: what comes from the spoke enters by the attachment's only subnet, in zone a."""
    net = load(
        {NGW: {"availability": "regional", "public_ips": zones, "route_table": "own"}},
        {
            "peering_connections": GONE,
            "vpcs app route_tables own": {"0.0.0.0/0": "igw", "10.1.0.0/16": "tgw"},
            "vpcs app route_tables private": {"0.0.0.0/0": "ngw"},
            "vpcs data route_tables api": {"0.0.0.0/0": "tgw"},
            "transit_gateways tgw": {
                "attachments": {
                    "app": {"vpc": "app", "subnets": ["private"]},
                    "data": {"vpc": "data", "subnets": ["api"]},
                },
                "route_tables": {
                    "t": {"associations": ["app", "data"], "propagations": ["data"], "routes": {"0.0.0.0/0": "app"}}
                },
            },
        },
    )
    trace = net.trace("api", "www", "tcp/443")
    if reached:
        passes(trace)
    else:
        blames(trace, "REGIONAL_NGW_ROUTE_AZ_RESTRICTION", "NATGW-20", "app.ngw")


@pytest.mark.rule("NATGW-17")
def test_a_regional_gateway_in_every_answer():
    net = load(BY_ZONE, FROM_ISOLATED)
    assert net.reach("db", "internet").reachable
    assert not net.reach("probe", "internet").reachable
    matrix = net.matrix()
    for a in ("app.probe", "app.db", "app.web"):
        for b in ("app.ngw", "app.web", "data.api"):
            if a != b:
                assert matrix.reach(a, b) == net.reach(a, b).reachable
