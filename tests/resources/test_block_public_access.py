"""Block Public Access (IGW-14): what each mode stops, what exclusions spare, and what is no word of it."""

import pytest
from tests.designs import DUAL, GONE, blames, load, passes, problems

SWITCH = "vpcs app block_public_access"
BLOCKED = ("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "IGW-14")
OUT_BY_EIGW = {**DUAL, "vpcs app route_tables private ::/0": "eigw"}


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize("place", [SWITCH, "block_public_access"])
@pytest.mark.parametrize("mode", ["bidirectional", "block-bidirectional", {"mode": "bidirectional"}])
def test_the_bidirectional_mode_stops_everything_at_the_gateways(place, mode):
    net = load(OUT_BY_EIGW, {place: mode})
    for question in (("www", "web"), ("web", "www"), ("probe", "www")):
        trace = net.trace(*question, "tcp/443")
        blames(trace, *BLOCKED, "app.igw")
        assert trace.blockers[0].cause.path == tuple(place.split())
    blames(net.trace("twin", "six", "tcp/443"), *BLOCKED, "app.eigw")
    assert "Block Public Access" in net.trace("twin", "six", "tcp/443").blockers[0].text
    passes(net.trace("probe", "api", "tcp/80"))  # a peering is no way to the internet


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize("mode", ["ingress", "block-ingress"])
def test_the_ingress_mode_leaves_what_nat_gateways_and_egress_only_gateways_let_out(mode):
    net = load(OUT_BY_EIGW, {SWITCH: mode})
    passes(net.trace("probe", "www", "tcp/443"))
    passes(net.trace("twin", "six", "tcp/443"))
    blames(net.trace("www", "web", "tcp/443"), *BLOCKED, "app.igw")
    blames(net.trace("web", "www", "tcp/443"), *BLOCKED, "app.igw")
    blames(net.trace("nat", "www", "tcp/443"), *BLOCKED, "app.igw")  # a NAT instance is none of the two


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize(
    ("place", "exclusions"),
    [
        (SWITCH, {"public": "allow-bidirectional"}),
        (SWITCH, {"app.public": "bidirectional"}),
        (SWITCH, {"app": "allow-bidirectional"}),
        (SWITCH, ["public"]),
        ("block_public_access", ["app.public"]),
        ("block_public_access", {"app": "bidirectional"}),
    ],
)
def test_an_exclusion_spares_a_subnet_or_a_vpc(place, exclusions):
    net = load({place: {"mode": "bidirectional", "exclusions": exclusions}})
    passes(net.trace("www", "web", "tcp/443"))
    passes(net.trace("web", "www", "tcp/443"))
    passes(net.trace("probe", "www", "tcp/443"))  # the gateway sees the NAT gateway, which is in the subnet


@pytest.mark.rule("IGW-14")
def test_the_subnet_of_the_interface_that_the_gateway_sees_is_the_one_that_counts():
    net = load({SWITCH: {"mode": "bidirectional", "exclusions": ["private"]}})
    blames(net.trace("probe", "www", "tcp/443"), *BLOCKED, "app.igw")


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize("exclusion", ["allow-egress", "egress"])
def test_an_exclusion_for_what_goes_out(exclusion):
    net = load({SWITCH: {"mode": "bidirectional", "exclusions": {"public": exclusion}}})
    passes(net.trace("probe", "www", "tcp/443"))
    blames(net.trace("www", "web", "tcp/443"), *BLOCKED, "app.igw")
    blames(net.trace("web", "www", "tcp/443"), *BLOCKED, "app.igw")


@pytest.mark.rule("IGW-14")
def test_a_subnet_goes_before_its_vpc():
    both = {"app": "allow-bidirectional", "public": "allow-egress"}
    net = load({SWITCH: {"mode": "bidirectional", "exclusions": both}})
    blames(net.trace("www", "web", "tcp/443"), *BLOCKED, "app.igw")


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize("off", ["off", False, None, {"exclusions": ["public"]}])
def test_off_is_off_and_a_vpc_goes_before_the_design(off):
    passes(load({SWITCH: off}).trace("www", "web", "tcp/443"))
    net = load({"block_public_access": "bidirectional", SWITCH: off})
    if off is None:
        blames(net.trace("www", "web", "tcp/443"), *BLOCKED, "app.igw")
    else:
        passes(net.trace("www", "web", "tcp/443"))


@pytest.mark.rule("IGW-14")
def test_it_is_about_all_packets_and_every_command_hears_of_it():
    net = load({SWITCH: {"mode": "ingress", "exclusions": {"isolated": "allow-bidirectional"}}})
    assert not net.reach("internet", "web").delivered
    assert not net.reach("web", "internet").delivered
    assert net.reach("probe", "internet").reachable
    assert not net.exposure()


@pytest.mark.rule("IGW-14")
def test_what_a_gateway_endpoint_carries_is_not_the_internets():
    endpoint = {
        "vpcs app vpc_endpoints s3": {"type": "gateway", "service": "s3", "route_tables": ["private"]},
        "prefix_lists s3": ["198.18.0.0/24"],
        "vpcs app route_tables private 0.0.0.0/0": GONE,
    }
    passes(load(endpoint, {SWITCH: "bidirectional"}).trace("probe", "service:s3", "tcp/443"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("both", "'off', 'bidirectional' or 'ingress'"),
        (True, "'off', 'bidirectional' or 'ingress'"),
        (
            {"mode": "ingress", "exclusions": {"public": "allow"}},
            "'allow-bidirectional' or 'allow-egress'",
        ),
        ({"exclusions": ["publik"]}, "there is no VPC and no subnet 'publik'"),
        ({"exclusions": ["data.api"]}, "there is no VPC and no subnet 'data.api'"),
        ({"state": "off"}, "unknown key 'state'"),
    ],
)
def test_what_it_is_not(value, message):
    (problem,) = problems({SWITCH: value})
    assert message in problem.message
    assert problem.line


@pytest.mark.rule("IGW-14")
def test_an_exclusion_that_changes_nothing_is_a_warning():
    net = load({SWITCH: {"mode": "ingress", "exclusions": {"public": "allow-egress"}}})
    (warning,) = net.warnings
    assert "allow-egress changes nothing in the mode ingress [IGW-14]" in warning


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize(
    "switch", ["unknown", {"mode": "bidirectional", "exclusions": {"public": "unknown", "private": "unknown"}}]
)
def test_what_is_not_known_of_it_leaves_undecided_what_it_may_stop(switch):
    net = load(OUT_BY_EIGW, {SWITCH: switch})
    for question in (("www", "web"), ("web", "www"), ("probe", "www"), ("twin", "six")):
        assert net.trace(*question, "tcp/443").verdict == "undecided"
    passes(net.trace("probe", "api", "tcp/80"))  # a peering is no way to the internet
    assert net.trace("www", "db", "tcp/443").verdict == "blocked"  # it has no public address
    reason = "what Block Public Access stops at gateway app.igw is not known"
    assert reason in str(net.trace("www", "web", "tcp/443").undecided)


@pytest.mark.rule("IGW-14")
def test_what_is_spared_for_certain_is_not_in_doubt():
    net = load({SWITCH: {"mode": "unknown", "exclusions": ["public"]}})
    passes(net.trace("www", "web", "tcp/443"))
    assert load({SWITCH: {"mode": "off", "exclusions": {"public": "unknown"}}}).trace("www", "web", "tcp/443").reachable


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize(
    ("exclusions", "verdict"),
    [(["app.wall"], "blocked"), (["app.public"], "undecided"), (["app"], "reachable")],
)
def test_what_is_inspected_on_its_way_is_stopped_even_if_the_endpoints_subnet_is_spared(exclusions, verdict):
    wall = {
        "vpcs app subnets wall": {"cidr": "10.0.9.0/24", "route_table": "wall"},
        "vpcs app route_tables wall": {"0.0.0.0/0": "igw", "::/0": "igw"},
        "vpcs app route_tables public 0.0.0.0/0": "gate",
        "vpcs app route_tables edge": {"gateway": "igw", "routes": {"10.0.0.0/24": "gate"}},
        "vpcs app vpc_endpoints gate": {"type": "gateway_load_balancer", "service": "x", "subnets": ["wall"]},
    }
    net = load(wall, {SWITCH: {"mode": "bidirectional", "exclusions": exclusions}})
    assert [net.trace(*ends, "tcp/443").verdict for ends in (("www", "web"), ("web", "www"))] == [verdict, verdict]
    six = {**DUAL, "vpcs app route_tables private ::/0": "gate", "vpcs app route_tables wall ::/0": "eigw"}
    out = load({**wall, **six, SWITCH: {"mode": "bidirectional", "exclusions": [*exclusions, "app.private"]}})
    assert out.trace("twin", "six", "tcp/443").verdict == ("reachable" if exclusions == ["app"] else "undecided")
