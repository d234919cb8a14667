import pytest
from tests.designs import ALL, ANY, DUAL, GONE, MIDDLEBOX, acl_of, blames, load, passes, problems, refuses

PRIVATE = "vpcs app route_tables private"
BLACKHOLE = "BAD_STATE_ROUTE"


def taken(trace):
    """The routes that were taken on the way there."""
    return [hop.rule for hop in trace.forward if "route table" in hop.checkpoint]


@pytest.mark.rule("ROUTE-1")
def test_every_table_has_the_local_routes_of_every_block():
    net = load(
        {
            "vpcs app cidrs": ["10.0.0.0/16", "100.64.0.0/24"],
            PRIVATE: {},
            "vpcs app subnets extra": {"cidr": "100.64.0.0/28"},
            "vpcs app instances far": {"subnet": "extra", "security_groups": ["open"]},
        }
    )
    assert taken(net.trace("probe", "far", "tcp/80")) == ["100.64.0.0/24 -> local"]
    assert taken(net.trace("probe", "db", "tcp/80")) == ["10.0.0.0/16 -> local"]
    passes(net.trace("probe", "far", "tcp/80"))


@pytest.mark.rule("ROUTE-1")
@pytest.mark.parametrize("destination", ["10.0.2.0/24", "192.0.2.0/24"])
def test_local_is_for_the_whole_block_of_the_vpc(destination):
    refuses("ROUTE-1", f"{PRIVATE} {destination}", {f"{PRIVATE} {destination}": "local"})


@pytest.mark.rule("ROUTE-2")
def test_a_subnet_has_the_table_it_names_or_the_main_one():
    public = {"vpcs app instances db public_ip": "198.51.100.30"}
    blames(load(public).trace("db", "www", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    passes(load(public, {"vpcs app route_tables main": {ANY: "igw"}}).trace("db", "www", "tcp/443"))
    passes(load(public, {"vpcs app subnets isolated route_table": "public"}).trace("db", "www", "tcp/443"))


@pytest.mark.rule("ROUTE-4")
def test_the_longest_prefix_decides():
    net = load(
        {
            f"{PRIVATE} 203.0.113.0/24": "blackhole",
            f"{PRIVATE} 203.0.113.9/32": "ngw",
            f"{PRIVATE} 128.0.0.0/1": "pcx",
        }
    )
    trace = net.trace("probe", "www", "tcp/443")
    passes(trace)
    assert taken(trace)[0] == "203.0.113.9/32 -> ngw"
    assert taken(net.trace("probe", "api", "tcp/443")) == ["10.1.0.0/16 -> pcx"]
    assert taken(net.trace("probe", "203.0.113.10", "tcp/443"))[0].startswith("203.0.113.0/24 -> blackhole")


@pytest.mark.rule("ROUTE-5")
def test_families_have_routes_of_their_own():
    net = load(DUAL)
    blames(net.trace("web", "six", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    passes(load(DUAL, {"vpcs app route_tables public ::/0": "igw"}).trace("web", "six", "tcp/443"))
    trace = net.trace("probe", "six", "tcp/443")
    assert [(b.code, b.rule_id) for b in trace.blockers] == [("NO_POSSIBLE_DESTINATION", "ROUTE-5")]


@pytest.mark.rule("ROUTE-6")
def test_at_equal_length_a_written_block_beats_a_prefix_list():
    lists = {"prefix_lists hosts": ["203.0.113.0/24", "8.8.8.0/24"]}
    routes = {f"{PRIVATE} hosts": "blackhole", f"{PRIVATE} 203.0.113.0/24": "ngw"}
    net = load(lists, routes)
    passes(net.trace("probe", "www", "tcp/443"))
    blames(net.trace("probe", "dns", "tcp/443"), BLACKHOLE, "ROUTE-12", "app")
    assert taken(net.trace("probe", "dns", "tcp/443"))[0].startswith("8.8.8.0/24 (hosts) -> blackhole")


@pytest.mark.rule("ROUTE-8")
def test_a_route_to_a_middlebox_for_a_whole_subnet_beats_local():
    trace = load(MIDDLEBOX).trace("probe", "db", "tcp/80")
    assert trace.delivered
    assert taken(trace) == ["10.0.2.0/24 -> nat", "10.0.0.0/16 -> local"]


@pytest.mark.rule("ROUTE-8")
@pytest.mark.parametrize(
    ("destination", "target"),
    [("10.0.2.0/25", "nat"), ("10.0.2.0/24", "pcx"), ("10.0.2.0/24", "igw"), ("10.0.2.0/24", "blackhole")],
)
def test_other_routes_inside_the_vpc_are_refused_and_can_be_waived(destination, target):
    change = {f"{PRIVATE} {destination}": target}
    refuses("ROUTE-8", f"{PRIVATE} {destination}", change)
    assert len(load(change, {"warn": ["ROUTE-8"]}).warnings) == 1


@pytest.mark.rule("ROUTE-9")
def test_the_local_route_may_lead_to_a_middlebox():
    net = load({f"{PRIVATE} 10.0.0.0/16": "nat"})
    trace = net.trace("probe", "db", "tcp/80")
    passes(trace)
    assert taken(trace)[0] == "10.0.0.0/16 -> nat"
    passes(load({f"{PRIVATE} 10.0.0.0/16": "local"}).trace("probe", "db", "tcp/80"))
    refuses("ROUTE-8", f"{PRIVATE} 10.0.0.0/16", {f"{PRIVATE} 10.0.0.0/16": "igw"})


@pytest.mark.rule("ROUTE-10")
def test_what_a_route_can_lead_to():
    found = problems(
        {
            f"{PRIVATE} 192.0.2.0/24": "db2",
            f"{PRIVATE} 192.0.2.0/25": "data.api",
            "vpcs data route_tables api 192.0.2.0/24": "igw",
        }
    )
    assert [problem.message.split(":")[0] for problem in found] == [
        "'db2' is not a route target in VPC app",
        "'data.api' is in VPC data",
        "'igw' is not a route target in VPC data",
    ]
    third = {"vpcs ops": {"cidrs": ["10.2.0.0/16"], "route_tables": {"main": {"10.1.0.0/16": "pcx"}}}}
    refuses("ROUTE-10", "vpcs ops route_tables main 10.1.0.0/16", third)
    firewall = {"vpcs app network_firewalls fw": {"subnet": "private"}, f"{PRIVATE} 192.168.0.0/16": "fw"}
    trace = load(firewall).trace("probe", "192.168.0.1", "tcp/80")
    assert trace.undecided == "app.fw is a Network Firewall endpoint, which is not modelled"
    assert (trace.verdict, trace.client_sees, trace.delivered) == ("undecided", "unknown", False)


@pytest.mark.rule("ROUTE-11")
@pytest.mark.rule("ROUTE-12")
@pytest.mark.parametrize("state", ["deleted", "failed"])
def test_a_route_whose_target_is_gone_is_a_blackhole(state):
    trace = load({"vpcs app nat_gateways ngw state": state}).trace("probe", "www", "tcp/443")
    blames(trace, BLACKHOLE, "ROUTE-12", "app")
    assert trace.blockers[0].text == f"0.0.0.0/0 -> ngw is a blackhole: NAT gateway ngw is {state}"


@pytest.mark.rule("ROUTE-13")
def test_a_blackhole_takes_part_and_nothing_falls_back_to_a_shorter_route():
    net = load({f"{PRIVATE} 203.0.113.0/24": "blackhole"})
    trace = net.trace("probe", "www", "tcp/443")
    blames(trace, BLACKHOLE, "ROUTE-12", "app")
    lines = net.source.document.text.splitlines()
    assert (
        trace.blockers[0].where == f"test.yaml:{1 + next(at for at, line in enumerate(lines) if 'blackhole' in line)}"
    )


@pytest.mark.rule("ROUTE-14")
def test_a_route_to_a_stopped_instance_is_a_blackhole():
    stopped = {f"{PRIVATE} {ANY}": "nat", "vpcs app instances nat state": "stopped"}
    trace = load(stopped).trace("probe", "www", "tcp/443")
    blames(trace, BLACKHOLE, "ROUTE-14", "app")
    assert trace.blockers[0].cause.path == ("vpcs", "app", "instances", "nat", "state")  # what to edit
    blames(
        load({"vpcs app instances db state": "stopped"}).trace("probe", "db", "tcp/80"),
        "BAD_STATE",
        "ROUTE-14",
        "app.db",
    )


@pytest.mark.rule("ROUTE-15")
def test_a_route_to_a_peering_that_waits_is_a_blackhole():
    trace = load({"peering_connections pcx status": "pending-acceptance"}).trace("probe", "api", "tcp/80")
    blames(trace, BLACKHOLE, "ROUTE-15", "app")


@pytest.mark.rule("ROUTE-16")
def test_without_a_route_the_packet_is_dropped_silently():
    blames(load().trace("db", "dns", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")


@pytest.mark.rule("ROUTE-17")
def test_no_route_carries_the_ranges_that_aws_keeps():
    inside = refuses("ROUTE-17", f"{PRIVATE} 169.254.168.0/24", {f"{PRIVATE} 169.254.168.0/24": "ngw"})
    assert "169.254.168.0/22" in inside.message
    wide = load({f"{PRIVATE} 169.254.0.0/16": "nat"})
    blames(wide.trace("probe", "169.254.168.9", "tcp/80"), "NO_ROUTE_TO_DESTINATION", "ROUTE-17", "app")
    assert taken(wide.trace("probe", "169.254.172.9", "tcp/80"))[0] == "169.254.0.0/16 -> nat"


@pytest.mark.rule("ROUTE-19")
def test_of_two_prefix_lists_the_lower_name_is_taken_and_a_warning_says_so():
    lists = {"prefix_lists pl-b": ["203.0.113.0/24"], "prefix_lists pl-a": ["203.0.113.0/24", "192.0.2.0/24"]}
    net = load(lists, {f"{PRIVATE} pl-b": "blackhole", f"{PRIVATE} pl-a": "ngw"})
    passes(net.trace("probe", "www", "tcp/443"))
    assert len(net.warnings) == 1
    assert net.warnings[0].endswith("AWS picks one of them; reachsim takes the longest prefix, then pl-a [ROUTE-19]")
    other = load(lists, {f"{PRIVATE} pl-a": "blackhole", f"{PRIVATE} pl-b": "ngw"})
    assert not other.trace("probe", "www", "tcp/443").delivered
    assert load(lists, {f"{PRIVATE} pl-a": "ngw", f"{PRIVATE} pl-b": "ngw"}).warnings == ()


@pytest.mark.rule("ROUTE-20")
def test_hosts_of_one_subnet_do_not_use_the_router():
    net = load({f"{PRIVATE} 10.0.1.0/24": "nat"})
    passes(net.trace("probe", "twin", "tcp/80"))
    assert taken(net.trace("probe", "twin", "tcp/80")) == []


@pytest.mark.rule("WALK-16")
def test_acls_and_tables_judge_every_packet_in_both_directions():
    trace = load().trace("probe", "db", "tcp/80")
    for leg in (trace.forward, trace.reply):
        assert [hop.checkpoint.split()[0] for hop in leg[:-1]] == [
            "security",
            "network",
            "route",
            "network",
            "link",
            "security",
        ]
    assert [hop.action for hop in trace.reply] == [
        "tracked",
        "pass",
        "route",
        "pass",
        "pass",
        "tracked",
        "deliver",
    ]
    lost = load(acl_of("isolated", [ALL], []), {"vpcs data route_tables api": {}})
    blames(lost.trace("probe", "db", "tcp/80"), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.isolated", "reply")
    blames(lost.trace("probe", "api", "tcp/80"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data", "reply")


@pytest.mark.rule("WALK-22")
def test_availability_zones_do_not_matter_to_routes():
    passes(load({"vpcs app subnets public az": "c"}).trace("probe", "www", "tcp/443"))


def test_a_missing_table_is_the_main_one_and_a_wrong_one_an_error():
    passes(load({"vpcs app subnets isolated route_table": "main"}).trace("probe", "db", "tcp/80"))
    refuses(None, "vpcs app subnets isolated route_table", {"vpcs app subnets isolated route_table": "mian"})
    refuses(None, "vpcs app subnets private route_table", {PRIVATE: GONE})


OFFICE = {
    "vpcs app vpn_gateways vgw": {},
    "vpn_connections office": {"gateway": "app.vgw", "static_routes": ["192.168.0.0/16"]},
    PRIVATE: {"routes": {ANY: "ngw"}, "propagate": ["vgw"]},
}


@pytest.mark.rule("ROUTE-6")
def test_at_equal_length_what_is_written_beats_what_is_propagated():
    passes(load(OFFICE).trace("probe", "192.168.0.9", "tcp/80"))
    written = load(OFFICE, {f"{PRIVATE} routes 192.168.0.0/16": "blackhole"})
    blames(written.trace("probe", "192.168.0.9", "tcp/80"), BLACKHOLE, "ROUTE-12", "app")
    lists = {"prefix_lists far": ["192.168.0.0/16"], f"{PRIVATE} routes far": "blackhole"}
    blames(load(OFFICE, lists).trace("probe", "192.168.0.9", "tcp/80"), BLACKHOLE, "ROUTE-12", "app")
    shorter = load(OFFICE, {f"{PRIVATE} routes 192.0.0.0/8": "blackhole"})
    passes(shorter.trace("probe", "192.168.0.9", "tcp/80"))


@pytest.mark.rule("ROUTE-7")
def test_a_propagated_route_inside_the_vpc_never_beats_local():
    inside = {"vpn_connections office static_routes": ["192.168.0.0/16", "10.0.2.0/24", "10.0.2.20/32", "10.0.0.0/16"]}
    trace = load(OFFICE, inside).trace("probe", "db", "tcp/80")
    passes(trace)
    assert taken(trace) == ["10.0.0.0/16 -> local"]
    around = load(OFFICE, {"vpn_connections office static_routes": ["192.168.0.0/16", "10.0.0.0/8"]})
    assert taken(around.trace("probe", "10.200.0.1", "tcp/80")) == ["10.0.0.0/8 -> vgw"]
    passes(around.trace("probe", "db", "tcp/80"))


FIREWALL = {
    "vpcs app subnets fw": {"cidr": "10.0.5.0/24", "az": "a", "route_table": "fw"},
    "vpcs app route_tables fw": {ANY: "igw"},
    "vpcs app instances fw": {
        "subnet": "fw", "private_ip": "10.0.5.10", "public_ip": "198.51.100.50", "security_groups": ["open"],
        "source_dest_check": False, "nat": {"masquerade": False},
    },
    "vpcs app route_tables edge": {"routes": {"10.0.0.0/24": "fw"}, "gateway": "igw"},
    "vpcs app route_tables public": {ANY: "fw"},
}  # fmt: skip
PUBLIC = "vpcs app route_tables public"


@pytest.mark.rule("ROUTE-21")
def test_a_gateways_table_sends_what_comes_in_to_an_appliance():
    trace = load(FIREWALL).trace("www", "web", "tcp/443")
    passes(trace)
    assert [hop.component for hop in trace.forward].index("app.fw") < [hop.component for hop in trace.forward].index(
        "app.web"
    )
    assert "app.fw" in [hop.component for hop in trace.reply]
    shut = load(FIREWALL, {"vpcs app security_groups shut": {}, "vpcs app instances fw security_groups": ["shut"]})
    blames(shut.trace("www", "web", "tcp/443"), "SG_HAS_NO_RULES", "SG-1", "app.fw")


@pytest.mark.rule("ROUTE-21")
@pytest.mark.parametrize(
    ("destination", "target"),
    [("10.0.0.0/25", "fw"), ("203.0.113.0/24", "fw"), ("10.0.0.0/24", "ngw"), ("10.0.0.0/24", "igw")],
)
def test_what_a_gateways_table_may_not_have(destination, target):
    edge = {"vpcs app route_tables edge": {"routes": {destination: target}, "gateway": "igw"}}
    refuses("ROUTE-21", f"vpcs app route_tables edge routes {destination}", FIREWALL, edge)


@pytest.mark.rule("ROUTE-22")
def test_the_appliance_of_an_internet_gateways_table_runs_and_has_a_public_address():
    hidden = load(FIREWALL, {"vpcs app instances fw public_ip": GONE})
    blames(hidden.trace("www", "web", "tcp/443"), "INGRESS_RTB_NO_PUBLIC_IP", "ROUTE-22", "app.igw")
    stopped = load(FIREWALL, {"vpcs app instances fw state": "stopped"})
    blames(stopped.trace("www", "web", "tcp/443"), BLACKHOLE, "ROUTE-14", "app.igw")


@pytest.mark.rule("ROUTE-23")
def test_what_leaves_a_redirected_subnet_leaves_by_the_appliance():
    straight = load(FIREWALL, {PUBLIC: {ANY: "igw"}})
    out = straight.trace("web", "www", "tcp/443")
    blames(out, "INGRESS_RTB_TRAFFIC_REDIRECTION", "ROUTE-23", "app.igw")
    answer = straight.trace("www", "web", "tcp/443")
    blames(answer, "INGRESS_RTB_TRAFFIC_REDIRECTION", "ROUTE-23", "app.igw", "reply")
    passes(load(FIREWALL).trace("web", "www", "tcp/443"))


@pytest.mark.parametrize("table", [{"gateway": "igw"}, {"propagate": []}])
def test_a_table_in_the_long_form_may_have_no_routes(table):
    net = load({"vpcs app route_tables spare": table})
    assert net.design.vpcs["app"].route_tables["spare"].routes == {}


@pytest.mark.parametrize(("value", "got"), [(["igw"], "a list"), ("igw", "'igw'"), (5, "5")])
def test_a_table_is_a_mapping(value, got):
    (problem,) = problems({"vpcs app route_tables more": value})
    assert (problem.message, problem.path[-1]) == (f"expected a mapping, got {got}", "more")
