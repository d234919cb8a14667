from itertools import pairwise

import pytest
from tests.designs import ALL, ANY, GONE, MIDDLEBOX, NAT_INSTANCE, acl, acl_of, blames, group, load, passes

CHECK = "vpcs app instances nat source_dest_check"
PASSED_ON = {"vpcs app instances nat nat": {"ip_forward": True, "masquerade": False}}
CHECKED = ("ENI_SOURCE_DEST_CHECK_RESTRICTION", "NATI-1", "app.nat")


@pytest.mark.rule("WALK-2")
@pytest.mark.rule("WALK-3")
def test_the_order_on_the_way_out_and_in():
    trace = load().trace("probe", "db", "tcp/5432")
    assert [(hop.component, hop.checkpoint) for hop in trace.forward] == [
        ("app.probe", "security group client egress"),
        ("app.private", "network ACL default egress"),
        ("app", "route table private"),
        ("app.isolated", "network ACL default ingress"),
        ("app.isolated", "link"),
        ("app.db", "security group open ingress"),
        ("app.db", "instance"),
    ]
    middle = load(NAT_INSTANCE).trace("probe", "www", "tcp/443").forward
    assert [hop.checkpoint for hop in middle if hop.component == "app.nat"] == [
        "security group open ingress",
        "source/dest check ingress",
        "instance",
        "security group open egress",
    ]


@pytest.mark.rule("WALK-4")
def test_the_first_blocker_in_that_order_is_named_first_and_all_others_after_it():
    closed = acl_of("private", [], []) | acl_of("isolated", [], [])
    trace = load(group("client", egress=[]), closed, group("open")).trace("probe", "db", "tcp/5432")
    blames(trace, "SG_HAS_NO_RULES", "SG-1", "app.probe")
    assert [(blocker.component, blocker.leg) for blocker in trace.blockers] == [
        ("app.probe", "forward"),
        ("app.private", "forward"),
        ("app.isolated", "forward"),
        ("app.db", "forward"),
        ("app.isolated", "reply"),
        ("app.private", "reply"),
    ]


@pytest.mark.rule("WALK-20")
@pytest.mark.rule("SG-24")
@pytest.mark.rule("NACL-19")
@pytest.mark.parametrize(
    ("address", "traffic"),
    [
        ("10.0.0.2", "udp/53"),
        ("169.254.169.253", "tcp/53"),
        ("169.254.169.254", "tcp/80"),
        ("169.254.169.123", "udp/123"),
        ("169.254.170.2", "tcp/80"),
        ("169.254.169.250", "tcp/1688"),
    ],
)
def test_aws_own_services_are_reached_past_groups_acls_and_tables(address, traffic):
    net = load(acl("default", [], []), group("client", egress=[]))
    passes(net.trace("probe", address, traffic))
    blames(net.trace("probe", address, "tcp/9"), "NO_POSSIBLE_DESTINATION", "WALK-20", "app")


@pytest.mark.rule("WALK-23")
@pytest.mark.rule("NATI-1")
def test_the_check_drops_what_is_not_to_the_interface():
    blames(load(NAT_INSTANCE, {CHECK: True}).trace("probe", "www", "tcp/443"), *CHECKED)
    blames(load(NAT_INSTANCE, {CHECK: GONE}).trace("probe", "www", "tcp/443"), *CHECKED)
    passes(load(NAT_INSTANCE).trace("probe", "www", "tcp/443"))
    passes(load({CHECK: True}).trace("probe", "nat", "tcp/443"))


@pytest.mark.rule("WALK-23")
def test_the_check_drops_what_is_not_from_the_interface():
    """Both checks of one interface are one cause; without the first, the second stops what is passed on as
    it came."""
    from reachsim.dataplane.checkpoint import Header, Leg
    from reachsim.resources.host import emit

    net = load(MIDDLEBOX, {CHECK: True})
    interface, probe = net.topology.interfaces["app.nat"], net.topology.interfaces["app.probe"]
    foreign = Header(probe.addresses[0], net.topology.interfaces["app.db"].addresses[0], interface)
    step = emit(interface, foreign).step(foreign, Leg())
    assert (step.cause.code, step.cause.rule) == CHECKED[:2]
    assert emit(interface, Header(interface.addresses[0], foreign.destination, interface)) is interface.outbound


@pytest.mark.rule("NATI-5")
@pytest.mark.rule("WALK-15")
def test_the_system_must_forward_and_masquerade():
    trace = load(NAT_INSTANCE).trace("probe", "www", "tcp/443", source_port=40000)
    passes(trace)
    assert [str(hop.after) for hop in trace.forward if hop.action == "translate"] == [
        f"tcp 10.0.0.10:{trace.forward[-1].after.source_port} -> 203.0.113.9:443",
        f"tcp 198.51.100.10:{trace.forward[-1].after.source_port} -> 203.0.113.9:443",
    ]
    assert str(trace.reply[-1].after) == "tcp 203.0.113.9:443 -> 10.0.1.10:40000"
    blames(
        load(NAT_INSTANCE, PASSED_ON).trace("probe", "www", "tcp/443"),
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
        "IGW-4",
        "app.igw",
    )
    for off in (False, {"ip_forward": False, "masquerade": True}):
        net = load(NAT_INSTANCE, {"vpcs app instances nat nat": off})
        blames(net.trace("probe", "www", "tcp/443"), "HOST_DOES_NOT_FORWARD", "NATI-5", "app.nat")


@pytest.mark.rule("NATI-2")
@pytest.mark.rule("NATI-3")
def test_its_group_judges_both_what_comes_and_what_goes_on():
    own = {"vpcs app instances nat security_groups": ["nat"]}
    by_block = load(NAT_INSTANCE, own, group("nat", ("tcp/443", "10.0.1.0/24")))
    passes(by_block.trace("probe", "www", "tcp/443"))
    blames(by_block.trace("probe", "www", "tcp/80"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.nat")
    passes(load(NAT_INSTANCE, own, group("nat", ("tcp/443", "client"))).trace("probe", "www", "tcp/443"))
    out = load(NAT_INSTANCE, own, group("nat", ("all", ANY), egress=[("tcp/80", ANY)]))
    blames(out.trace("probe", "www", "tcp/443"), "ENI_SG_RULES_MISMATCH", "SG-1", "app.nat")


@pytest.mark.rule("NATI-4")
def test_it_needs_a_public_address():
    net = load(NAT_INSTANCE, {"vpcs app instances nat public_ip": GONE})
    blames(net.trace("probe", "www", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


@pytest.mark.rule("NATI-6")
@pytest.mark.rule("NATI-7")
def test_the_acl_of_its_subnet_is_crossed_four_times_with_ports_from_1024():
    trace = load(NAT_INSTANCE).trace("probe", "www", "tcp/443")
    assert sum("ACL" in hop.checkpoint and hop.component == "app.public" for hop in (*trace.forward, *trace.reply)) == 4
    narrow = acl_of("public", [f"deny tcp/1024-1030 {ANY}", ALL], [ALL])
    lost = load(NAT_INSTANCE, narrow, {"nat_loss_below": 0}).trace("probe", "www", "tcp/443", source_port=40000)
    blames(lost, "SUBNET_ACL_RESTRICTION", "NACL-2", "app.public", "reply")
    assert lost.blockers[0].ports == "NAT ports 1024-1030"


@pytest.mark.rule("NATI-10")
def test_a_nat_instance_in_its_clients_subnet_is_its_own_next_hop():
    moved = {"vpcs app instances nat subnet": "private", "vpcs app instances nat private_ip": "10.0.1.99"}
    blames(load(NAT_INSTANCE, moved).trace("probe", "www", "tcp/443"), "FORWARDING_LOOP", "NATI-10", "app")


@pytest.mark.rule("WALK-19")
def test_a_masquerading_host_drops_an_answer_to_what_it_never_saw():
    net = load({"vpcs app route_tables main": {"10.0.1.0/24": "nat"}})
    blames(net.trace("probe", "db", "tcp/80"), "ASYMMETRIC_RETURN", "WALK-19", "app.nat", "reply")


@pytest.mark.rule("WALK-26")
def test_a_host_answers_through_the_interface_that_was_called():
    trace = load().trace("www", "web", "tcp/80")
    assert trace.reply[0].component == "app.web"
    assert str(trace.reply[0].before).startswith("tcp 10.0.0.20:80 ->")


@pytest.mark.rule("WALK-1")
def test_every_checkpoint_passes_rewrites_or_drops_and_shows_the_packet_before_and_after():
    trace = load().trace("probe", "www", "tcp/443", source_port=40000)
    assert trace.forward[0].before == trace.packet
    for leg in (trace.forward, trace.reply):
        for hop, after in pairwise(leg):
            assert hop.after == after.before
        for hop in leg:
            assert (hop.before != hop.after) == (hop.action == "translate")
        assert leg[-1].action == "deliver"
    dropped = load(group("client", egress=[])).trace("probe", "www", "tcp/443")
    assert dropped.forward[0].action == "drop"


@pytest.mark.rule("IGW-9")
def test_a_public_address_belongs_to_the_primary_address_and_an_elastic_ip_to_any():
    more = {"secondary_private_ips": ["10.0.0.21", {"private_ip": "10.0.0.22", "public_ip": "198.51.100.22"}]}
    net = load({f"vpcs app instances web {key}": value for key, value in more.items()})
    for public, private in (("198.51.100.20", "10.0.0.20"), ("198.51.100.22", "10.0.0.22")):
        trace = net.trace("www", public, "tcp/22")
        passes(trace)
        assert str(trace.forward[-1].before).endswith(f"-> {private}:22")
    passes(net.trace("10.0.0.22", "www", "tcp/443"))
    blames(net.trace("10.0.0.21", "www", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


@pytest.mark.rule("IGW-9", "IGW-16")
@pytest.mark.parametrize("public_ip", ["never", False, None])
def test_a_subnet_gives_public_addresses_to_instances_that_say_nothing_alone(public_ip):
    given = {
        "vpcs app subnets public map_public_ip_on_launch": True,
        "vpcs app instances new": {"subnet": "public", "security_groups": ["client"]},
        "vpcs app instances new public_ip": public_ip,
    }
    assert bool(load(given).topology.interfaces["app.new"].publics) is (public_ip is None)
