import pytest
from tests.designs import ALL, ANY, acl, acl_of, blames, group, load, passes

import reachsim
from reachsim.errors import UsageError
from reachsim.net.traffic import Traffic
from reachsim.report.trace import trace_text


@pytest.mark.rule("WALK-18")
@pytest.mark.rule("NACL-12")
def test_without_a_source_port_the_answer_is_for_every_port_of_the_client():
    narrow = acl_of("private", [f"allow tcp/1024-49151 {ANY}"], [ALL])
    net = load(narrow, {"vpcs app instances probe ami": "amzn2"})
    trace = net.trace("probe", "db", "tcp/5432")
    blames(trace, "SUBNET_ACL_RESTRICTION", "NACL-2", "app.private", "reply")
    assert trace.verdict == "partial"
    assert trace.blockers[0].ports == "client ports 49152-60999"
    assert str(trace.ways[0].client_ports) == "32768-49151"
    passes(net.trace("probe", "db", "tcp/5432", source_port=49151))
    closed = net.trace("probe", "db", "tcp/5432", source_port=49152)
    assert (closed.verdict, closed.delivered) == ("no reply", True)


@pytest.mark.rule("WALK-18")
def test_no_port_at_all_is_no_reply():
    trace = load(acl_of("private", [f"allow tcp/443 {ANY}"], [ALL])).trace("probe", "db", "tcp/5432")
    assert (trace.verdict, trace.blockers[0].ports) == ("no reply", "")


@pytest.mark.rule("WALK-17")
@pytest.mark.parametrize("traffic", ["tcp/443", "udp/443", "icmp/8"])
def test_every_answered_protocol_is_asked_both_ways(traffic):
    trace = load(acl_of("private", [], [ALL])).trace("probe", "db", traffic)
    assert (trace.delivered, trace.reachable) == (True, False)


@pytest.mark.parametrize(
    ("traffic", "stands_for_more"),
    [
        ("icmp/8", False),
        ("icmp/8/0", False),
        ("icmp", True),
        ("proto/47", False),
        ("tcp/80", False),
        ("tcp/80-81", True),
    ],
)
def test_a_note_says_of_what_one_packet_is_traced(traffic, stands_for_more):
    """A type of ICMP is one question whatever its code, and so is a protocol without ports."""
    notes = load().trace("probe", "db", traffic).notes
    assert any(note.startswith(f"one packet of {traffic} is traced: ") for note in notes) is stands_for_more


@pytest.mark.parametrize(
    ("traffic", "sent"),
    [("tcp/80-81", "tcp/80 of tcp/80-81"), ("tcp/80", "tcp/80"), ("icmp/8", "icmp/8"), ("proto/47", "proto/47")],
)
def test_the_first_line_says_what_was_sent_of_what_was_asked(traffic, sent):
    """A range of ports is not reachable because its first port is."""
    trace = load(group("web-only", ("tcp/80", "0.0.0.0/0")), {"vpcs app instances db security_groups": ["web-only"]})
    trace = trace.trace("probe", "db", traffic)
    assert trace.sent == sent
    assert f"probe -> app.db  {sent}" in trace_text(trace).splitlines()[0]
    assert trace.title == f"app.probe -> app.db {sent}: {trace.verdict}"


@pytest.mark.rule("NACL-12")
def test_the_client_ports_that_are_written_are_asked_from_first_to_last():
    """Answers to 32768 alone come back: not to each port of the range, to that one where it is the only one."""
    narrow = acl_of("private", ["allow tcp/32768 0.0.0.0/0"], [ALL])
    key = "vpcs app instances probe client_ports"
    assert load(narrow, {key: "32768-60999"}).trace("probe", "db", "tcp/80").verdict == "partial"
    assert load(narrow, {key: "32768"}).trace("probe", "db", "tcp/80").verdict == "reachable"
    assert load(narrow, {key: "32769-60999"}).trace("probe", "db", "tcp/80").verdict == "no reply"


def test_what_has_no_answer_is_reachable_when_it_is_delivered():
    trace = load(acl_of("private", [], [ALL])).trace("probe", "db", "icmp/3/4")
    assert (trace.delivered, trace.reachable, trace.reply, trace.client_sees) == (True, True, (), "sent")


@pytest.mark.rule("WALK-4")
def test_all_blockers_are_listed_each_once():
    net = load(acl("default", [], []), group("open"))
    trace = net.trace("probe", "db", "tcp/80")
    assert [(blocker.component, blocker.checkpoint, blocker.leg) for blocker in trace.blockers] == [
        ("app.private", "network ACL default egress", "forward"),
        ("app.isolated", "network ACL default ingress", "forward"),
        ("app.db", "security group open ingress", "forward"),
        ("app.isolated", "network ACL default egress", "reply"),
        ("app.private", "network ACL default ingress", "reply"),
    ]


def test_a_blocker_says_where_it_is_written():
    trace = load(acl("default", ["deny tcp/80 10.0.1.0/24", ALL], [ALL])).trace("probe", "db", "tcp/80")
    blocker = trace.blockers[0]
    assert blocker.where.startswith("test.yaml:")
    assert (blocker.rule, blocker.text) == (
        "rule 10: deny tcp/80 from 10.0.1.0/24",
        "rule 10: deny tcp/80 from 10.0.1.0/24 stops tcp/80 from 10.0.1.10 (app.probe); "
        "rule 20: allow all from 0.0.0.0/0 would let it through, but comes later",
    )
    assert str(blocker).startswith("app.isolated network ACL default ingress: rule 10")
    default = load().trace("probe", "db", "tcp/80").forward[1]
    assert (default.rule, default.where) == ("rule 100 (default ACL): allow all", "")


@pytest.mark.parametrize("port", [-1, 65536, 100000])
def test_bad_source_ports(port):
    with pytest.raises(UsageError, match="is not a whole number between 0 and 65535"):
        load().trace("probe", "db", "tcp/80", source_port=port)


@pytest.mark.parametrize("traffic", ["tpc/80", "tcp/65536", "", "icmp/256"])
def test_bad_traffic(traffic):
    with pytest.raises(UsageError):
        load().trace("probe", "db", traffic)
    with pytest.raises(UsageError, match="there is no traffic"):
        load().trace("probe", "db", Traffic.nothing())


def test_wider_traffic_is_one_packet_of_it_and_says_so():
    trace = load().trace("probe", "db", "tcp/80-90")
    assert trace.packet.destination_port == 80
    assert trace.notes == ("one packet of tcp/80-90 is traced: tcp/80; reach answers for all of it",)
    assert load().trace("probe", "db", "proto/50").notes == ()


def test_traffic_may_be_a_value():
    assert load().trace("probe", "db", Traffic.parse("tcp/80")).reachable
    assert reachsim.Traffic is Traffic


def test_the_port_that_is_shown_is_one_that_fails():
    trace = load(acl_of("private", [f"allow tcp/2000-65535 {ANY}"], [ALL])).trace("probe", "db", "tcp/80")
    assert trace.packet.source_port == 1024
    assert load().trace("probe", "db", "tcp/80").packet.source_port == 50000
    assert load().trace("probe", "db", "tcp/80", source_port=7).packet.source_port == 7
