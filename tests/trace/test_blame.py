"""What a trace says of a blocker in its first line: whose the address is, what comes closest, and the key to edit."""

import pytest
from tests.designs import ALL, ANY, acl_of, group, load, passes
from tests.faults import ULA

import reachsim

DB_GROUP = {"vpcs app instances db security_groups": ["db"]}


def first(net, *question, **more):
    return net.trace(*question, **more).blockers[0]


def small(text):
    return reachsim.loads("version: 1\n" + text, file="d.yaml")


GROUPS = """vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}}
    security_groups:
      node: {}
      web:
        ingress:
          - {allow: tcp/443, from: node}
          - {allow: tcp/80, from: 10.0.0.0/16}
      shut:
        description: nothing comes in
    instances:
      client: {subnet: a, private_ip: 10.0.0.9}
      web: {subnet: a, security_groups: [web]}
      shut: {subnet: a, security_groups: [shut]}
"""


@pytest.mark.parametrize(
    ("traffic", "closest"),
    [
        ("tcp/443", "closest rule: tcp/443 from node, of which the sender is not a member"),
        ("tcp/81", "closest rule: tcp/80 from 10.0.0.0/16, which does not cover tcp/81"),
        ("udp/53", "closest rule: tcp/80 from 10.0.0.0/16, which does not cover udp/53"),
    ],
)
def test_the_rule_that_comes_closest(traffic, closest):
    blocker = first(small(GROUPS), "client", "web", traffic)
    assert blocker.text == f"no ingress rule matches {traffic} from 10.0.0.9 (v.client); {closest}"
    assert blocker.cause.text == "no ingress rule matches"
    assert blocker.where == "d.yaml:9"  # ingress:, not the first rule in it


def test_a_direction_that_is_not_written_is_to_be_added_to_its_owner():
    blocker = first(small(GROUPS), "client", "shut", "tcp/80")
    assert (blocker.text, blocker.where) == (
        "there is no ingress rule for tcp/80 from 10.0.0.9 (v.client)",
        "d.yaml:12",
    )


def test_a_rule_that_names_other_addresses():
    net = load(group("db", ("tcp/5432", "10.0.9.0/24")), DB_GROUP)
    blocker = first(net, "probe", "db", "tcp/5432")
    assert blocker.text.endswith("closest rule: tcp/5432 from 10.0.9.0/24, which does not name 10.0.1.10 (app.probe)")


def test_the_answer_that_is_dropped_with_the_ports():
    net = load(acl_of("isolated", [ALL], [f"allow tcp/32768-65535 {ANY}"]))
    blocker = first(net, "probe", "db", "tcp/5432")
    assert blocker.text == (
        "the answer to client ports 1024-32767 is dropped: no egress rule matches tcp/1024 to 10.0.1.10 (app.probe); "
        "closest rule 10: allow tcp/32768-65535 to 0.0.0.0/0, which does not cover tcp/1024"
    )
    lines = net.source.document.text.splitlines()
    of_acl = next(at for at, line in enumerate(lines, 1) if '"isolated-acl": {' in line)
    egress = next(at for at, line in enumerate(lines, 1) if at > of_acl and '"egress"' in line)
    assert net.source.line(blocker.cause.path) == egress


def test_the_owner_of_an_address_that_nobody_outside_can_send_to():
    blocker = first(load(), "www", "db", "tcp/443")
    assert blocker.text == "10.0.2.20 is app.db, which has no public address to send to from outside"
    assert blocker.cause.path == ("vpcs", "app", "instances", "db", "public_ip")


def test_an_address_that_loading_assigned_is_named():
    net = small(GROUPS)
    assert net.trace("client", "10.0.0.4", "tcp/80").notes == (
        "10.0.0.4 (v.web) was assigned by reachsim: the file does not write it",
    )
    assert net.trace("client", "web", "tcp/80").notes == ()
    assert net.trace("10.0.0.9", "web", "tcp/80").notes == ()


DNS = """vpcs:
  v:
    cidrs: [10.0.0.0/16, 10.1.0.0/16]
    enable_dns_support: SUPPORT
    subnets: {a: {cidr: 10.0.0.0/24}, b: {cidr: 10.1.0.0/24}}
    route_tables: {main: {10.9.0.0/16: pcx}}
    instances: {x: {subnet: a}}
  far:
    cidrs: [10.9.0.0/16]
    subnets: {a: {cidr: 10.9.0.0/24}}
    route_tables: {main: {10.0.0.0/16: pcx}}
peering_connections:
  pcx: {requester: v, accepter: far}
"""


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize("address", ["10.0.0.2", "169.254.169.253"])
def test_a_resolver_that_is_switched_off(address):
    passes(small(DNS.replace("SUPPORT", "true")).trace("x", address, "udp/53"))
    blocker = first(small(DNS.replace("SUPPORT", "false")), "x", address, "udp/53")
    assert (blocker.code, blocker.rule_id, blocker.where) == ("DNS_SUPPORT_OFF", "DNS-2", "d.yaml:5")


@pytest.mark.rule("DNS-4")
@pytest.mark.rule("PEER-11")
def test_a_resolver_of_a_peer_answers_nobody_here():
    blocker = first(small(DNS.replace("SUPPORT", "true")), "x", "10.9.0.2", "udp/53")
    assert (blocker.code, blocker.rule_id, blocker.component) == ("NO_POSSIBLE_DESTINATION", "DNS-4", "pcx")


@pytest.mark.rule("DNS-1")
@pytest.mark.parametrize("subnets", ["b: {cidr: 10.1.0.0/24}", "b: {cidr: 10.1.8.0/24}"])
def test_no_resolver_is_at_base_plus_two_of_a_secondary_block(subnets):
    net = small(DNS.replace("SUPPORT", "true").replace("b: {cidr: 10.1.0.0/24}", subnets))
    blocker = first(net, "x", "10.1.0.2", "udp/53")
    assert (blocker.code, blocker.rule_id) == ("NO_POSSIBLE_DESTINATION", "DNS-1")
    assert "that of VPC v is at 10.0.0.2" in blocker.text
    assert blocker.where


@pytest.mark.rule("WALK-19")
def test_an_asymmetric_answer_is_told_with_both_ways_and_blames_the_route():
    net = load({"vpcs app route_tables public": {"10.0.0.0/16": "local", ANY: "ngw"}, **APART})
    blocker = first(net, "www", "web", "tcp/443")
    assert (blocker.code, blocker.leg) == ("ASYMMETRIC_RETURN", "reply")
    assert blocker.text.endswith("; the request came in by app.igw, the answer follows 0.0.0.0/0 -> ngw")
    assert blocker.cause.path == ("vpcs", "app", "route_tables", "public", ANY)


@pytest.mark.rule("WALK-19")
@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, ("probe", "api", "tcp/80")),
        ({"vpcs app route_tables private 10.1.0.0/16": "nat", "vpcs app route_tables public 10.1.0.0/16": "pcx"},
         ("probe", "10.1.1.80", "tcp/80")),
    ],
)  # fmt: skip
def test_a_peering_joins_networks_too(changes, asked):
    """The answer goes to a host that translates and never saw the request."""
    stray = {
        "vpcs data route_tables api 10.0.0.0/16": "nat2",
        "vpcs data subnets nat": {"cidr": "10.1.2.0/24", "az": "a", "route_table": "nat"},
        "vpcs data route_tables nat": {"10.0.0.0/16": "pcx"},
        "vpcs data instances nat2": {
            "subnet": "nat", "security_groups": ["open"], "nat": True, "source_dest_check": False,
        },
    }  # fmt: skip
    blocker = first(load(stray, changes), *asked)
    assert (blocker.code, blocker.leg) == ("ASYMMETRIC_RETURN", "reply")
    assert blocker.text.endswith("; the request came in by pcx, the answer follows 10.0.0.0/16 -> nat2")


@pytest.mark.rule("WALK-19")
def test_what_puts_its_own_address_in_is_told_as_well():
    """The request comes through `nat`; the answer to its address goes by another host that translates."""
    net = load(
        {
            "vpcs app route_tables private 10.0.2.0/24": "nat",
            "vpcs app subnets isolated route_table": "isolated",
            "vpcs app route_tables isolated": {"10.0.0.0/24": "nat2"},
            "vpcs app subnets more": {"cidr": "10.0.3.0/24", "az": "a"},
            "vpcs app instances nat2": {
                "subnet": "more", "security_groups": ["open"], "nat": True, "source_dest_check": False,
            },
        }
    )  # fmt: skip
    blocker = first(net, "probe", "db", "tcp/80")
    assert (blocker.code, blocker.leg) == ("ASYMMETRIC_RETURN", "reply")
    assert blocker.text.endswith("; the request came in by app.nat, the answer follows 10.0.0.0/24 -> nat2")


MUTE = {"state": "stopped", "security_groups": ["mute"]}
APART = {
    "vpcs app subnets edge": {"cidr": "10.0.9.0/24", "route_table": "edge"},
    "vpcs app route_tables edge": {ANY: "igw"},
    "vpcs app nat_gateways ngw subnet": "edge",
    "vpcs app nat_gateways ngw private_ip": "10.0.9.5",
}


@pytest.mark.rule("WALK-4")
def test_a_stopped_instance_hides_no_other_blocker():
    shut = group("db") | DB_GROUP | {"vpcs app instances probe state": "stopped"}
    codes = [(b.code, b.component) for b in load(shut).trace("probe", "db", "tcp/80").blockers]
    assert codes == [("BAD_STATE", "app.probe"), ("SG_HAS_NO_RULES", "app.db")]
    stopped = load(shut).trace("probe", "db", "tcp/80").blockers[0]
    assert (stopped.checkpoint, stopped.text) == ("instance", "app.probe is stopped")  # no group stops it
    own = group("mute", egress=[]) | {f"vpcs app instances probe {k}": v for k, v in MUTE.items()}
    assert [b.code for b in load(own).trace("probe", "db", "tcp/80").blockers] == ["BAD_STATE", "SG_HAS_NO_RULES"]
    back = acl_of("isolated", [ALL], []) | {"vpcs app instances db state": "stopped"}
    found = load(back).trace("probe", "db", "tcp/80").blockers
    assert [(b.code, b.component, b.leg) for b in found] == [
        ("BAD_STATE", "app.db", "forward"),
        ("SUBNET_ACL_RESTRICTION", "app.isolated", "reply"),
    ]
    assert found[0].cause.path[-1] == "state"


TWO = """vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64", route_table: r}}
    route_tables: {r: {"::/0": igw, 0.0.0.0/0: igw}}
    security_groups: {g: {ingress: [{allow: tcp/22, from: ["2a00::/16", 10.0.0.0/8]}, {allow: tcp/80, from: "::/0"}]}}
    instances:
      x: {subnet: s, ipv6_address: "2001:db8::10", security_groups: [g], public_ip: true}
      y: {subnet: s, ipv6_address: "2001:db8::11", security_groups: [g]}
"""


def test_a_name_means_both_families():
    trace = small(TWO).trace("x", "y", "tcp/22")
    assert [(way.label, way.verdict) for way in trace.ways] == [("IPv4", "reachable"), ("IPv6", "blocked")]
    assert trace.verdict == "partial"
    assert [way.label for way in small(TWO).trace("x", "2001:db8::11", "tcp/80").ways] == [""]


def test_the_internet_is_judged_as_a_set():
    net = small(TWO)
    trace = net.trace("internet", "x", "tcp/22")
    assert [(way.label, way.verdict) for way in trace.ways] == [
        ("IPv4", "blocked"),
        ("IPv6, from the internet except 2a00::/16", "blocked"),
        ("IPv6, from 2a00::/16", "reachable"),
    ]
    assert trace.verdict == "partial"
    whole = net.trace("internet", "x", "tcp/80")
    assert [(way.label, way.verdict) for way in whole.ways] == [("IPv4", "blocked"), ("IPv6", "reachable")]


def test_the_internet_as_a_destination_is_a_set_too():
    net = load(group("out", egress=[("tcp/443", "8.8.8.0/24")]), {"vpcs app instances web security_groups": ["out"]})
    trace = net.trace("web", "internet", "tcp/443")
    assert {(way.label, way.verdict) for way in trace.ways} == {
        ("to the internet except 8.8.8.0/24", "blocked"),
        ("to 8.8.8.0/24", "reachable"),
    }


@pytest.mark.parametrize(
    ("changes", "question", "key"),
    [
        ({"peering_connections pcx status": "expired"}, ("probe", "api", "tcp/80"), ("peering_connections", "pcx")),
        (
            {"vpcs app nat_gateways ngw state": "failed"},
            ("probe", "www", "tcp/443"),
            ("vpcs", "app", "nat_gateways", "ngw"),
        ),
    ],
)
def test_a_blackhole_blames_the_state_of_its_target(changes, question, key):
    blocker = first(load(changes), *question)
    assert blocker.code == "BAD_STATE_ROUTE"
    assert blocker.cause.path in ((*key, "status"), (*key, "state"))


def test_an_answer_without_a_route_is_told_as_an_answer():
    blocker = first(load({"vpcs data route_tables api": {}}), "probe", "api", "tcp/80")
    assert (blocker.leg, blocker.text) == ("reply", "the answer is dropped: no route to 10.0.1.10")


@pytest.mark.rule("IGW-5")
@pytest.mark.parametrize(
    ("changes", "source", "table", "target"),
    [
        ({}, "web", "public", "igw"),
        # Behind a NAT gateway nobody would look for the route to a private network: it is the client's that is missing.
        ({"vpcs app route_tables private": {ANY: "ngw"}}, "probe", "private", "ngw"),
    ],
)
def test_a_private_address_at_an_internet_gateway_blames_the_route_that_leads_there(changes, source, table, target):
    trace = load(changes).trace(source, "10.77.0.1", "tcp/443")
    (blocker,) = trace.blockers
    assert blocker.code == "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
    assert blocker.text.endswith(f"; 0.0.0.0/0 -> {target} sends it there, and no narrower route leads elsewhere")
    assert blocker.cause.path == ("vpcs", "app", "route_tables", table, ANY)


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize("host", ["a", "b"])
def test_private_ipv6_names_its_owner_at_either_gateway(host):
    net = reachsim.loads(ULA)
    blocker = first(net, host, "2606:4700::1111", "tcp/443")
    assert f"(v.{host}) is private IPv6" in blocker.text
    assert blocker.cause.path[:4] == ("vpcs", "v", "instances", host)
