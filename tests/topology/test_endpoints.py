import pytest
from tests.designs import BASE, DUAL, GONE, load

from reachsim.errors import EndpointError, UsageError
from reachsim.net.address import format_address
from reachsim.resources.expectation import Selector
from reachsim.topology.flows import flows

TWO_APIS = {"vpcs app instances api": {"subnet": "private"}}
FUNCTION = {
    "lambda_functions f": {
        "latest": {"vpc": "app", "subnets": ["private"]},
        "versions": {1: {}},
        "aliases": {"live": 1},
    }
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("probe", "instance"),
        ("app.probe", "instance"),
        ("ngw", "nat gateway"),
        ("www", "internet host"),
        ("internet", "internet"),
        ("f", "function"),
        ("f:1", "function"),
        ("f:live", "function"),
        ("10.0.1.10", "instance"),
        ("198.51.100.20", "instance"),
        ("8.8.8.8", "address"),
        ("10.0.0.0/16", "block"),
        ("2001:db8::1", "address"),
    ],
)
def test_what_a_name_stands_for(name, kind):
    assert load(FUNCTION).endpoint(name).kind == kind


def test_a_bare_name_is_enough_where_it_is_unique():
    with pytest.raises(EndpointError) as caught:
        load(TWO_APIS).endpoint("api")
    assert str(caught.value) == "'api' is ambiguous; write 'app.api' or 'data.api'"
    assert caught.value.candidates == ("app.api", "data.api")
    assert load(TWO_APIS).endpoint("data.api").name == "data.api"


def test_the_shared_interfaces_of_functions_have_bare_names_too():
    net = load(FUNCTION)
    (shared,) = (interface.name for interface in net.topology.interfaces.values() if interface.shared)
    assert net.endpoint(shared.partition(".")[2]) == net.endpoint(shared)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("prob", "probe"),
        ("app.dbb", "app.db"),
        ("wwww", "www"),
        ("zzzzzz", None),
        ("f:2", None),
        ("f:", None),
        ("", None),
    ],
)
def test_an_unknown_name(name, near):
    with pytest.raises(EndpointError) as caught:
        load(FUNCTION).endpoint(name)
    if near:
        assert caught.value.candidates == (near,)


@pytest.mark.parametrize("name", ["10.0.0.1/16", "256.1.1.1", "1.2.3", "fe80::1%eth0"])
def test_a_bad_address(name):
    with pytest.raises(EndpointError):
        load().endpoint(name)


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ({"vpc": "data"}, {"data.api"}),
        ({"subnet": "private"}, {"app.probe", "app.twin"}),
        ({"subnet": ["app.isolated", "data.api"]}, {"app.db", "data.api"}),
        ({"tag": {"tier": "db"}}, {"app.db"}),
    ],
)
def test_selectors(selector, names):
    net = load({"vpcs app instances db tags": {"tier": "db"}})
    assert {interface.name for interface in net.endpoint(Selector(**selector)).interfaces} == names


def test_a_selector_of_what_does_not_exist():
    for selector in ({"vpc": "dat"}, {"subnet": "privat"}):
        with pytest.raises(EndpointError, match="did you mean"):
            load().endpoint(Selector(**selector))


def destination(net, source, name):
    return {format_address(way.packet.destination) for way in net.trace(source, name, "tcp/80").ways if way.packet}


def test_a_name_means_the_private_address_where_a_connection_is_written_and_the_public_one_elsewhere():
    public = {"vpcs data instances api public_ip": "198.51.100.80", "vpcs data internet_gateway": "igw"}
    assert destination(load(public), "probe", "api") == {"10.1.1.80"}
    pending = load(public, {"peering_connections pcx status": "pending-acceptance"})
    assert destination(pending, "probe", "api") == {"10.1.1.80"}
    alone = {
        "peering_connections": {},
        "vpcs app route_tables private 10.1.0.0/16": GONE,
        "vpcs data route_tables api": {},
    }
    assert destination(load(public, alone), "probe", "api") == {"198.51.100.80"}
    assert destination(load(public), "www", "api") == {"198.51.100.80"}
    assert destination(load(alone), "probe", "api") == {"10.1.1.80"}


@pytest.mark.rule("ROUTE-5")
def test_families_of_the_two_ends():
    net = load(DUAL)
    assert destination(net, "twin", "web") == {"10.0.0.20", "2001:db8:0:2::20"}
    assert {
        format_address(way.packet.destination) for way in net.trace("twin", "web", "icmpv6/128").ways if way.packet
    } == {"2001:db8:0:2::20"}
    assert net.trace("probe", "2001:db8:0:2::20", "tcp/80").blockers[0].rule_id == "ROUTE-5"


def test_one_address_in_two_vpcs_is_nobody_in_particular():
    net = load({"vpcs copy": BASE["vpcs"]["data"] | {"route_tables": {}, "subnets": {"api": {"cidr": "10.1.1.0/24"}}}})
    with pytest.raises(EndpointError, match="ambiguous"):
        net.trace("10.1.1.80", "www", "tcp/80")
    assert net.trace("probe", "10.1.1.80", "tcp/80").reachable


def test_an_interface_and_itself():
    with pytest.raises(UsageError, match="same interface"):
        load().trace("probe", "probe", "tcp/80")


def test_nobody_sends_from_an_address_that_nobody_has():
    trace = load().trace("10.0.1.99", "db", "tcp/80")
    blocker = trace.blockers[0]
    assert (trace.verdict, blocker.code, blocker.rule_id) == ("blocked", "NO_POSSIBLE_SOURCE", "WALK-24")
    assert (blocker.component, blocker.checkpoint) == ("10.0.1.99", "source")


@pytest.mark.rule("NATGW-7")
def test_a_nat_gateway_is_a_source_of_nothing():
    blocker = load().trace("ngw", "db", "tcp/80").blockers[0]
    assert (blocker.code, blocker.rule_id, blocker.component) == ("NO_POSSIBLE_SOURCE", "NATGW-7", "app.ngw")
    assert blocker.cause.path == ("vpcs", "app", "nat_gateways", "ngw")


@pytest.mark.rule("LAMBDA-19")
@pytest.mark.rule("LAMBDA-26")
def test_origins_of_functions_have_shares():
    inside = {"vpc": "app", "subnets": ["private", "isolated"]}
    net = load({"lambda_functions f": {"versions": {1: inside, 2: {}}, "aliases": {"live": {1: 60, 2: 40}}}})
    assert [(origin.label, float(origin.share)) for origin in net.endpoint("f:live").origins] == [
        ("version 1, subnet private", 0.3),
        ("version 1, subnet isolated", 0.3),
        ("version 2", 0.4),
    ]


def test_a_tag_that_nothing_has_is_a_slip():
    net = load({"vpcs app instances db tags": {"tier": "db"}})
    with pytest.raises(EndpointError, match="vpc data, tag tier=db matches nothing in the design"):
        net.endpoint({"vpc": "data", "tag": {"tier": "db"}})


def test_a_block_means_its_own_addresses():
    """The address of an interface that lies in the block, and no other one of that interface."""
    net = load({"vpcs app instances db public_ip": "203.0.113.77"})
    private = net.endpoint(f"{net.trace('probe', 'db', 'tcp/80').packet.answer()}".split()[1].split(":")[0] + "/32")
    assert [interface.name for interface in private.interfaces] == ["app.db"]
    found = flows(net.endpoint("internet"), private, net.ends)
    assert {flow.destination for flow in found} == {net.topology.interfaces["app.db"].addresses[0]}
    public = net.endpoint("203.0.113.77/32")
    found = flows(net.endpoint("probe"), public, net.ends)
    assert {flow.destination for flow in found} == set(net.topology.interfaces["app.db"].publics)
