from fractions import Fraction

import pytest
from tests.designs import ANY, DUAL, blames, group, load, passes, problems, refuses

IN_VPC = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}
OUTSIDE: dict[str, object] = {}
FUNCTION = {"lambda_functions f latest": IN_VPC}
STALE = {
    "lambda_functions f": {
        "latest": IN_VPC,
        "versions": {1: OUTSIDE, 2: IN_VPC},
        "aliases": {"live": 1, "next": {1: 10, 2: 90}},
    }
}


@pytest.mark.rule("LAMBDA-1")
def test_outside_a_vpc_it_reaches_public_addresses_and_never_a_private_one():
    net = load({"lambda_functions f latest": OUTSIDE})
    passes(net.trace("f", "www", "tcp/443"))
    passes(net.trace("f", "web", "tcp/443"))
    blames(net.trace("f", "10.0.2.20", "tcp/5432"), "LAMBDA_OUTSIDE_VPC", "LAMBDA-28", "f:$LATEST")


@pytest.mark.rule("LAMBDA-1")
def test_where_the_unknown_source_address_matters_the_answer_is_undecided():
    net = load({"lambda_functions f latest": OUTSIDE}, group("open", ("tcp/443", "0.0.0.0/1")))
    trace = net.trace("f", "web", "tcp/443")
    assert trace.undecided == "the Lambda service picks the source address, and not every one of them is treated alike"
    assert (trace.verdict, trace.delivered, trace.reachable) == ("undecided", False, False)


@pytest.mark.rule("LAMBDA-2")
def test_in_a_vpc_it_has_what_the_vpc_offers():
    isolated = {"lambda_functions f latest": IN_VPC | {"subnets": ["isolated"]}}
    blames(load(isolated).trace("f", "www", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    passes(load(FUNCTION).trace("f", "www", "tcp/443"))


@pytest.mark.rule("LAMBDA-7")
def test_it_never_has_a_public_address():
    public = {"lambda_functions f latest": IN_VPC | {"subnets": ["public"]}}
    blames(load(public).trace("f", "www", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


@pytest.mark.rule("LAMBDA-8")
def test_nobody_can_open_a_connection_to_it():
    net = load(FUNCTION, group("client", ("all", ANY)), {"lambda_functions out latest": OUTSIDE})
    blames(net.trace("probe", "f", "tcp/443"), "LAMBDA_OUTBOUND_ONLY", "LAMBDA-8", "app.lambda(private; client)")
    blames(
        net.trace("probe", "10.0.1.254", "tcp/443"),
        "LAMBDA_OUTBOUND_ONLY",
        "LAMBDA-8",
        "app.lambda(private; client)",
    )
    blames(net.trace("probe", "out", "tcp/443"), "LAMBDA_OUTBOUND_ONLY", "LAMBDA-8", "out")
    passes(net.trace("f", "db", "tcp/443"))


@pytest.mark.rule("LAMBDA-9")
@pytest.mark.parametrize("body", [IN_VPC, OUTSIDE])
def test_it_sends_tcp_and_udp_alone(body):
    net = load({"lambda_functions f latest": body})
    passes(net.trace("f", "www", "udp/53"))
    trace = net.trace("f", "www", "icmp/8")
    assert (trace.blockers[0].code, trace.blockers[0].rule_id, trace.delivered) == (
        "PROTOCOL_RESTRICTION",
        "LAMBDA-9",
        False,
    )


@pytest.mark.rule("LAMBDA-10")
def test_its_group_and_the_targets_reference_to_it_decide():
    by_group = group("db", ("tcp/5432", "client")) | {"vpcs app instances db security_groups": ["db"]}
    passes(load(FUNCTION, by_group).trace("f", "db", "tcp/5432"))
    closed = load(FUNCTION, by_group, group("client", egress=[("tcp/443", ANY)]))
    blames(closed.trace("f", "db", "tcp/5432"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.lambda(private; client)")


@pytest.mark.rule("LAMBDA-10")
@pytest.mark.rule("NACL-12")
def test_its_answers_need_the_whole_range_of_ports():
    narrow = {
        "vpcs app network_acls default ingress": [
            {"rule": 1, "allow": "tcp/5432", "from": ANY},
            {"rule": 2, "allow": "tcp/32768-65535", "from": ANY},
        ]
    }
    trace = load(FUNCTION, narrow).trace("f", "db", "tcp/5432")
    assert trace.verdict == "partial"
    assert trace.blockers[0].ports == "client ports 1024-5431,5433-32767"


@pytest.mark.rule("LAMBDA-18")
def test_ipv6_is_opt_in_and_needs_dual_stack_subnets():
    way = {"vpcs app route_tables private ::/0": "eigw"}
    assert not load(DUAL, FUNCTION, way).trace("f", "six", "tcp/443").delivered
    dual = {"lambda_functions f latest": IN_VPC | {"ipv6": True}}
    passes(load(DUAL, dual, way).trace("f", "six", "tcp/443"))
    refuses("LAMBDA-18", "lambda_functions f latest subnets 0", dual)
    six = {
        "vpcs app subnets six": {"ipv6_cidr": "2001:db8:0:9::/64"},
        "lambda_functions f latest": IN_VPC | {"subnets": ["six"]},
    }
    refuses("LAMBDA-18", "lambda_functions f latest subnets 0", DUAL, six)


@pytest.mark.rule("LAMBDA-19")
def test_an_invocation_may_use_any_of_its_subnets():
    trace = load({"lambda_functions f latest": IN_VPC | {"subnets": ["private", "isolated"]}}).trace(
        "f", "www", "tcp/443"
    )
    assert [(way.label, way.share, way.verdict) for way in trace.ways] == [
        ("subnet private", Fraction(1, 2), "reachable"),
        ("subnet isolated", Fraction(1, 2), "blocked"),
    ]
    assert (trace.verdict, trace.reachable, trace.delivered) == ("partial", False, False)
    assert trace.blockers[0].variant == "subnet isolated"
    assert trace.forward == trace.ways[1].forward


@pytest.mark.rule("LAMBDA-22")
@pytest.mark.rule("LAMBDA-24")
@pytest.mark.rule("LAMBDA-28")
def test_a_version_keeps_its_own_attachment_and_a_qualifier_says_which():
    net = load(STALE)
    for name in ("f", "f:2", "f:$LATEST"):
        passes(net.trace(name, "db", "tcp/5432"))
    for name in ("f:1", "f:live"):
        trace = net.trace(name, "db", "tcp/5432")
        blames(trace, "LAMBDA_OUTSIDE_VPC", "LAMBDA-28", "f:1")
        assert "though $LATEST is in VPC app" in trace.blockers[0].text
        passes(net.trace(name, "www", "tcp/443"))
    assert net.trace("f:live", "db", "tcp/5432").blockers[0].text.startswith("alias live of f names version 1")


@pytest.mark.rule("LAMBDA-29")
def test_a_version_keeps_its_old_groups():
    moved = {
        "lambda_functions f": {
            "latest": IN_VPC | {"security_groups": ["new"]},
            "versions": {1: IN_VPC},
            "aliases": {"live": 1},
        }
    }
    net = load(moved, group("new"), group("open", ("all", "new")))
    passes(net.trace("f", "db", "tcp/5432"))
    assert not net.trace("f:live", "db", "tcp/5432").delivered


@pytest.mark.rule("LAMBDA-25")
@pytest.mark.parametrize(
    ("alias", "message"),
    [
        (3, "alias 'live' names version 3, which does not exist"),
        ({1: 50, 2: 40}, "alias 'live' must name one version, or two whose weights add up to 100 percent"),
        (
            {1: 50, 2: 30, 4: 20},
            "alias 'live' must name one version, or two whose weights add up to 100 percent",
        ),
    ],
)
def test_an_alias_names_one_version_or_splits_over_two(alias, message):
    body = {"latest": IN_VPC, "versions": {1: OUTSIDE, 2: IN_VPC, 4: IN_VPC}, "aliases": {"live": alias}}
    found = problems({"lambda_functions f": body})
    assert [(problem.code, problem.message) for problem in found] == [("LAMBDA-25", message)]


@pytest.mark.rule("LAMBDA-25")
def test_an_alias_names_what_is_not_published_or_what_nobody_knows():
    body = {"latest": IN_VPC, "versions": {1: OUTSIDE}, "aliases": {"dev": "$LATEST", "live": "unknown"}}
    net = load(STALE, {"lambda_functions f": body})
    passes(net.trace("f:dev", "db", "tcp/5432"))
    assert net.trace("f:live", "db", "tcp/5432").undecided == "to which version alias live of f leads is not known"
    passes(net.trace("f", "db", "tcp/5432"))


@pytest.mark.rule("LAMBDA-24")
@pytest.mark.parametrize("asked", ["f", "f:$LATEST", "f:1", "f:2", "f:live", "f:next"])
def test_whatever_a_function_is_asked_as_its_ways_are_all_of_its_invocations(asked):
    assert sum(way.share for way in load(STALE).trace(asked, "www", "tcp/443").ways) == 1


@pytest.mark.rule("LAMBDA-26")
def test_a_weighted_alias_has_one_answer_for_each_version():
    trace = load(STALE).trace("f:next", "db", "tcp/5432")
    assert {way.label: (way.share, way.verdict) for way in trace.ways} == {
        "version 1": (Fraction(1, 10), "blocked"),
        "version 2": (Fraction(9, 10), "reachable"),
    }
    assert trace.verdict == "partial"
    passes(load(STALE).trace("f:next", "www", "tcp/443"))


@pytest.mark.rule("LAMBDA-27")
def test_the_qualifier_of_an_integration_decides_which_version_runs():
    net = load(STALE, {"api_gateways front": {"integration": "f:live"}, "api_gateways back": {"integration": "f"}})
    blames(net.trace("front", "db", "tcp/5432"), "LAMBDA_OUTSIDE_VPC", "LAMBDA-28", "f:1")
    passes(net.trace("back", "db", "tcp/5432"))
    assert net.trace("probe", "front", "tcp/443").undecided == "API gateway front's own public address is not modelled"


def test_the_error_names_what_a_function_needs():
    found = problems(
        {"lambda_functions f latest": {"vpc": "app"}, "lambda_functions g latest": {"subnets": ["private"]}}
    )
    assert [problem.message for problem in found] == [
        "a function in a VPC needs subnets",
        "subnets and security groups need a VPC",
    ]
