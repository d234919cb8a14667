"""Hosts with several interfaces and addresses, fleets, and networks of their own."""

import pytest
from tests.designs import ANY, GONE, NAT_INSTANCE, acl_of, blames, group, load, passes, problems

from reachsim.dataplane.checkpoint import Header, Leg
from reachsim.net.address import format_address, parse_address

TWO: dict[str, object] = {
    "vpcs app instances two": {
        "network_interfaces": {
            "eth0": {"subnet": "private", "private_ip": "10.0.1.40", "security_groups": ["open"]},
            "eth1": {"subnet": "isolated", "private_ip": "10.0.2.40", "security_groups": ["shut"]},
        }
    },
    "vpcs app security_groups shut": {"ingress": []},
}


@pytest.mark.rule("WALK-26")
def test_a_question_is_about_the_interface_that_has_the_address():
    net = load(TWO)
    passes(net.trace("probe", "10.0.1.40", "tcp/80"))
    blames(net.trace("probe", "10.0.2.40", "tcp/80"), "SG_HAS_NO_RULES", "SG-1", "app.two/eth1")
    passes(net.trace("probe", "two/eth0", "tcp/80"))
    assert net.trace("probe", "two", "tcp/80").verdict == "partial"
    assert [way.label for way in net.trace("two", "probe", "tcp/80").ways] == ["app.two/eth0", "app.two/eth1"]
    assert net.trace("10.0.2.40", "probe", "tcp/80").forward[0].component == "app.two/eth1"


@pytest.mark.rule("WALK-26")
def test_a_host_answers_by_the_interface_that_was_called():
    trace = load(TWO).trace("probe", "10.0.1.40", "tcp/80")
    assert trace.reply[0].component == "app.two/eth0"


@pytest.mark.rule("ROUTE-10")
def test_a_route_leads_to_one_interface():
    """To the instance means its only interface; one of several is named."""
    route = {f"vpcs app route_tables isolated {ANY}": "two/eth0", "vpcs app subnets isolated route_table": "isolated"}
    trace = load(TWO, route).trace("db", "dns", "tcp/53")
    blames(trace, "ENI_SOURCE_DEST_CHECK_RESTRICTION", "NATI-1", "app.two/eth0")
    vague = problems(TWO, route, {f"vpcs app route_tables isolated {ANY}": "two"})
    assert [p.message for p in vague] == ["'two' has several interfaces, and a route leads to one"]


MANY = {
    "vpcs app instances web secondary_private_ips": [
        "10.0.0.41",
        {"private_ip": "10.0.0.42", "public_ip": "198.51.100.42"},
    ]
}


@pytest.mark.rule("IGW-9")
def test_each_private_address_has_a_public_one_of_its_own_or_none():
    net = load(MANY)
    passes(net.trace("10.0.0.42", "www", "tcp/443"))
    passes(net.trace("www", "198.51.100.42", "tcp/443"))
    assert net.trace("www", "198.51.100.42", "tcp/443").forward[-1].before.destination == (10 << 24) + 42
    blames(net.trace("10.0.0.41", "www", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")
    passes(net.trace("probe", "10.0.0.41", "tcp/80"))


@pytest.mark.rule("IGW-9")
def test_an_assigned_public_address_belongs_to_the_primary_interface():
    """`map_public_ip_on_launch` gives one to what is launched in the subnet and says nothing; to no second interface and no
    bare one. Whether the first of several has one hangs on whether it was launched with the others."""
    on = {
        "vpcs app subnets public map_public_ip_on_launch": True,
        "vpcs app instances fresh": {"subnet": "public", "security_groups": ["open"]},
        "vpcs app instances shy": {"subnet": "public", "security_groups": ["open"], "public_ip": False},
        "vpcs app interfaces bare": {"subnet": "public", "security_groups": ["open"]},
        "vpcs app instances fleet": {"subnet": "public", "count": 2, "security_groups": ["open"]},  # hosts of their own
        "vpcs app instances pair": {
            "network_interfaces": {
                "eth0": {"subnet": "public", "security_groups": ["open"]},
                "eth1": {"subnet": "public", "security_groups": ["open"]},
            }
        },
    }
    net = load(on)
    for name in ("fresh", "fleet/1", "fleet/2"):
        passes(net.trace(name, "www", "tcp/443"))
    assert net.trace("pair/eth0", "www", "tcp/443").verdict == "undecided"
    assert net.expect("internet", "pair/eth0", deny="all").verdict == "undecided"
    told = load(on, {"vpcs app instances pair network_interfaces eth0 public_ip": True})
    passes(told.trace("pair/eth0", "www", "tcp/443"))
    never = load(on, {"vpcs app instances pair network_interfaces eth0 public_ip": False})
    assert never.expect("internet", "pair/eth0", deny="all").holds
    elsewhere = load({"vpcs app instances pair": on["vpcs app instances pair"]})  # nothing gives it one
    assert elsewhere.expect("internet", "pair/eth0", deny="all").holds
    for name in ("shy", "bare", "pair/eth1"):
        trace = net.trace(name, "www", "tcp/443")
        blames(trace, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")
    off = load(on, {"vpcs app subnets public map_public_ip_on_launch": GONE})
    assert not off.trace("fresh", "www", "tcp/443").delivered


def test_a_trace_by_an_address_of_one_of_several_interfaces_says_nothing_of_assigning():
    assert load(TWO, MANY).trace("10.0.1.40", "10.0.0.42", "tcp/80").notes == ()
    loose = {"vpcs app instances two network_interfaces eth0 private_ip": GONE}
    interface = load(TWO, loose).topology.interfaces["app.two/eth0"]
    notes = load(TWO, loose).trace("probe", format_address(interface.pairs[0].private), "tcp/80").notes
    assert "was assigned by reachsim" in notes[0]


FLEET = {
    "vpcs app interfaces task": {"subnets": ["private", "isolated"], "count": 3, "security_groups": ["open"]},
}


def test_a_fleet_is_spread_over_its_subnets():
    net = load(FLEET)
    tasks = [interface for name, interface in net.topology.interfaces.items() if name.startswith("app.task/")]
    assert [interface.subnet.name for interface in tasks] == ["private", "isolated", "private"]
    trace = net.trace("task", "www", "tcp/443")
    assert trace.verdict == "partial"  # those in `isolated` have no way out
    assert [way.label for way in trace.ways if not way.delivered] == ["app.task/2"]
    fixed = problems(FLEET, {"vpcs app interfaces task private_ip": "10.0.1.50"})
    assert fixed[0].message == "interfaces that are alike have no addresses of their own"


LOCAL = {"vpcs app instances probe local_networks": ["172.17.0.0/16", "8.8.8.0/24"]}


@pytest.mark.rule("WALK-26")
def test_what_is_to_a_network_on_the_host_never_leaves_it():
    trace = load(LOCAL).trace("probe", "dns", "tcp/53")
    blames(trace, "DELIVERED_ELSEWHERE", "WALK-26", "app.probe")
    assert trace.blockers[0].cause.path == ("vpcs", "app", "instances", "probe", "local_networks")
    passes(load(LOCAL).trace("probe", "www", "tcp/443"))
    passes(load(LOCAL).trace("twin", "dns", "tcp/53"))
    assert not load(LOCAL).reach("probe", "8.8.8.0/24").delivered
    part = load(LOCAL).reach("probe", "8.8.0.0/16")
    assert part.delivered


@pytest.mark.rule("WALK-26")
def test_an_answer_to_a_network_on_the_host_never_leaves_it_either():
    shadow = {"vpcs app instances db local_networks": ["10.0.1.0/24"]}
    blames(load(shadow).trace("probe", "db", "tcp/80"), "DELIVERED_ELSEWHERE", "WALK-26", "app.db", "reply")
    passes(load(shadow).trace("web", "db", "tcp/80"))


CLIENTS = {
    "vpcs app instances twin client_networks": ["192.168.77.0/24"],
    "vpcs app instances twin source_dest_check": False,
    "vpcs app subnets isolated route_table": "isolated",
    "vpcs app route_tables isolated": {"192.168.77.0/24": "twin"},
}
CLIENT = "192.168.77.9"


@pytest.mark.rule("NATI-5")
def test_networks_behind_a_host_are_ends():
    net = load(CLIENTS)
    passes(net.trace(CLIENT, "db", "tcp/80"))
    passes(net.trace("db", CLIENT, "tcp/80"))
    assert net.trace("db", CLIENT, "tcp/80").forward[-1].checkpoint == "client networks"
    assert net.reach("192.168.77.0/24", "db").reachable
    blames(
        load(CLIENTS, {"vpcs app route_tables isolated": {}}).trace(CLIENT, "db", "tcp/80"),
        "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app", "reply",
    )  # fmt: skip
    checked = load(CLIENTS, {"vpcs app instances twin source_dest_check": True})
    blames(checked.trace(CLIENT, "db", "tcp/80"), "ENI_SOURCE_DEST_CHECK_RESTRICTION", "NATI-1", "app.twin")
    still = load(CLIENTS, {"vpcs app instances twin nat": {"ip_forward": False}})
    assert still.trace(CLIENT, "db", "tcp/80").blockers[0].code == "HOST_DOES_NOT_FORWARD"


@pytest.mark.rule("NATI-5")
def test_a_host_and_the_networks_behind_it_need_neither_route_nor_rule():
    """What goes between them never comes to the host's interface, so no group, no ACL and no route has a say."""
    net = load(CLIENTS, group("mute", egress=[]), {
        "vpcs app instances twin security_groups": ["mute"],
        "vpcs app route_tables isolated": {},
    })  # fmt: skip
    passes(net.trace("twin", CLIENT, "tcp/22"))
    passes(net.trace(CLIENT, "twin", "tcp/22"))
    assert [hop.checkpoint for hop in net.trace("twin", CLIENT, "tcp/22").forward][1:] == ["client networks"]
    ends = net.reach("twin", "192.168.0.0/16").delivered.destinations()
    assert str(ends) == "192.168.77.0/24"
    assert not net.trace("probe", CLIENT, "tcp/22").delivered  # nobody else's


def test_a_name_means_to_networks_behind_a_host_what_it_means_to_the_host():
    """The private address where a peering joins the host's VPC with the other one (format.md)."""
    public = {"vpcs data internet_gateway": "igw", "vpcs data instances api public_ip": "198.51.100.80"}
    net = load(CLIENTS, public, {"vpcs data route_tables api 192.168.77.0/24": "pcx"})
    for source in ("twin", CLIENT):
        assert {str(hop.before.destination) for hop in net.trace(source, "api", "tcp/80").forward} == {str(API)}
    apart = load(CLIENTS, public, {"peering_connections": GONE, "vpcs app route_tables private 10.1.0.0/16": GONE,
                                   "vpcs data route_tables api": {}})  # fmt: skip
    assert apart.trace(CLIENT, "api", "tcp/80").forward[0].before.destination != API


API = (10 << 24) + (1 << 16) + (1 << 8) + 80


@pytest.mark.rule("ROUTE-14")
@pytest.mark.parametrize("own", ["client_networks", "local_networks"])
def test_a_stopped_host_sends_nothing_to_networks_of_its_own_either(own):
    stopped = {"vpcs app instances twin": {"subnet": "private", "state": "stopped", own: ["192.168.77.0/24"]}}
    trace = load(stopped).trace("twin", CLIENT, "tcp/22")
    blames(trace, "BAD_STATE", "ROUTE-14", "app.twin")
    assert not load(stopped).reach("twin", CLIENT).delivered


@pytest.mark.rule("NATI-5")
def test_a_masquerading_host_needs_no_route_back_to_its_clients():
    net = load(CLIENTS, {"vpcs app instances twin nat": True, "vpcs app route_tables isolated": {}})
    passes(net.trace(CLIENT, "db", "tcp/80"))
    assert not net.trace("db", CLIENT, "tcp/80").delivered


PODS = {
    "vpcs app instances web secondary_private_ips": ["10.0.0.41"],
    "vpcs app instances web external_snat": False,
}


@pytest.mark.rule("IGW-9")
def test_what_pods_send_out_of_the_vpc_gets_the_primary_address():
    net = load(PODS)
    trace = net.trace("10.0.0.41", "www", "tcp/443")
    passes(trace)
    assert "app.web" in [hop.component for hop in trace.forward]
    inside = net.trace("10.0.0.41", "db", "tcp/80")
    passes(inside)
    assert inside.forward[-1].before.source == (10 << 24) + 41
    bare = load(PODS, {"vpcs app instances web external_snat": GONE})
    blames(bare.trace("10.0.0.41", "www", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


@pytest.mark.rule("IGW-9")
def test_an_answer_of_a_pod_keeps_the_address_that_was_asked():
    passes(load(PODS, {"vpcs app route_tables public 10.1.0.0/16": "pcx"}).trace("api", "10.0.0.41", "tcp/80"))


def test_what_a_pod_sends_inside_the_vpc_says_nothing_of_what_it_sends_out_of_it():
    interface = load(PODS).topology.interfaces["app.web"]
    pod, db, last = map(parse_address, ("10.0.0.41", "10.0.2.20", "10.0.255.255"))
    step = interface.outbound.step(Header(pod, db, interface), Leg())
    assert step.scope is not None
    assert step.scope.destinations[1] == last


@pytest.mark.rule("IGW-9")
def test_peers_see_the_primary_address_of_pods():
    """What leaves for a peer is translated too, so a rule for the pods' range does not match."""
    only = {"vpcs data security_groups open": {"ingress": [{"allow": "all", "from": "10.0.0.41/32"}]},
            "vpcs app route_tables public 10.1.0.0/16": "pcx"}  # fmt: skip
    assert not load(PODS, only).trace("10.0.0.41", "api", "tcp/80").delivered
    passes(load(PODS, only, {"vpcs app instances web external_snat": GONE}).trace("10.0.0.41", "api", "tcp/80"))


@pytest.mark.rule("WALK-15")
@pytest.mark.parametrize("snat", [{}, {"vpcs app instances nat external_snat": False}], ids=["plain", "external_snat"])
def test_an_answer_with_the_address_of_another_host_put_back_goes_out_to_that_host(snat):
    """What a NAT instance sends on for its clients meets their subnet's ACL, whatever it does for its own pods."""
    asked = "probe", "www", "tcp/443"
    passes(load(NAT_INSTANCE, snat).trace(*asked))
    closed = acl_of("private", [f"allow tcp/22 {ANY}"], [f"allow all {ANY}"])
    blames(load(NAT_INSTANCE, snat, closed).trace(*asked), "SUBNET_ACL_RESTRICTION", "NACL-2", "app.private", "reply")


def test_the_matrix_and_the_trace_agree_on_hosts_of_their_own_kind():
    """A host with a local network is not like its neighbour, which has none."""
    shadow = {"vpcs app instances twin local_networks": ["10.0.2.0/24"]}
    net = load(shadow)
    for source in ("probe", "twin"):
        assert (
            bool(net.reach(source, "db").delivered)
            == net.trace(source, "db", "tcp/80").delivered
            == (source == "probe")
        )


@pytest.mark.rule("WALK-26")
def test_what_never_leaves_a_host_is_lost_at_the_host():
    """Not at its groups, where the walk begins."""
    trace = load({"vpcs app instances probe local_networks": ["10.0.2.0/24"]}).trace("probe", "db", "tcp/80")
    assert [(hop.component, hop.checkpoint) for hop in trace.forward] == [("app.probe", "instance")]


@pytest.mark.rule("IGW-9")
@pytest.mark.parametrize(
    "pairs", [["10.0.0.41", "10.0.0.42"], [{"private_ip": "10.0.0.41", "public_ip": "198.51.100.41"}, "10.0.0.42"]]
)
def test_a_secondary_address_without_a_public_one_is_told_from_its_host(pairs):
    """The host has a public address, and its group admits everything: the cures leave that as it is."""
    net = load({"vpcs app instances web secondary_private_ips": pairs})
    blocker = net.trace("10.0.0.42", "www", "tcp/443").blockers[0]
    assert blocker.code == "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
    assert blocker.text == "10.0.0.42 is a secondary address of app.web and has no public address of its own"
    assert blocker.cause.path == ("vpcs", "app", "instances", "web", "secondary_private_ips", 1)
    found = net.fixes("10.0.0.42", "www", "tcp/443")
    changed = [{change.path[4:]: change.value for edit in fix.edits for change in edit.changes} for fix in found]
    assert changed[0] == {("external_snat",): False}
    (own,) = changed[1].items()
    assert own[0] == ("secondary_private_ips", 1)
    assert own[1]["private_ip"] == "10.0.0.42"
    assert not any(fix.closes for fix in found)


@pytest.mark.rule("NATGW-5")
def test_a_protocol_that_no_nat_gateway_carries_is_told_with_what_does():
    net = load()
    blocker = net.trace("probe", "www", "proto/50").blockers[0]
    assert blocker.text == "a NAT gateway carries TCP, UDP and ICMP only, not proto/50"
    assert "udp/4500" in " ".join(net.fixes("probe", "www", "proto/50").reasons)
