import pytest
from tests.designs import ANY, DUAL, GONE, blames, load, passes, problems, refuses

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
