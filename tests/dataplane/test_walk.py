import pytest
from tests.designs import ANY, MIDDLEBOX, NAT_INSTANCE, load, passes

from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Deliver, Drop, Forward, Header
from reachsim.dataplane.scope import EVERYWHERE, Scope
from reachsim.dataplane.walk import LONGEST_WALK, walk


class To(Checkpoint, is_a=CheckpointType.LINK, cuts=False, asks=False):
    """Passes everything on to `next`, with one more on the source where `grows`."""

    __slots__ = ("grows", "next")

    def __init__(self, name, next=None, grows=False):
        super().__init__(name, "test")
        self.next = next
        self.grows = grows

    def step(self, header, leg):
        onward = Header(header.source + 1, header.destination) if self.grows else header
        scope = Scope((header.source - 5, header.source + 5), EVERYWHERE)
        if self.next is None:
            return Deliver(onward, self.component, scope=scope)
        return Forward(self.next, onward, self.component, scope=scope)


@pytest.mark.rule("NATGW-13")
@pytest.mark.rule("NATI-10")
def test_a_state_met_twice_is_a_loop():
    first, second = To("a"), To("b")
    first.next, second.next = second, first
    found = walk(first, Header(1, 2))
    assert [visit.checkpoint for visit in found.visits] == [first, second, first]
    step = found.visits[-1].step
    assert isinstance(step, Drop)
    assert (step.cause.code, step.cause.text) == ("FORWARDING_LOOP", "the packet goes round in a circle")
    assert (found.arrived, found.lost) == (None, True)


def test_a_walk_ends_even_if_no_state_comes_back():
    first = To("a", grows=True)
    first.next = first
    assert len(walk(first, Header(1, 2)).visits) == LONGEST_WALK + 1


def test_a_walk_knows_for_which_addresses_it_is_the_same():
    found = walk(To("a", To("b", To("c"))), Header(10, 20))
    assert (found.source_run, found.destination_run[0]) == ((5, 15), 0)
    assert found.arrived == Header(10, 20)
    assert not found.lost


class Forgets(Checkpoint, is_a=CheckpointType.HOST, cuts=False, asks=False):
    """Says nothing of how far it speaks."""

    def step(self, header, leg):
        return Deliver(header)


def test_a_step_that_does_not_say_how_far_it_speaks_speaks_for_one_address():
    found = walk(To("a", Forgets("b", "test")), Header(10, 20))
    assert (found.source_run, found.destination_run) == ((10, 10), (20, 20))


def test_what_a_device_put_in_says_nothing_of_the_addresses_that_were_sent():
    """The second checkpoint sees another source, so its run is not one of senders."""
    found = walk(To("a", To("b", To("c")), grows=True), Header(10, 20))
    assert found.source_run == (5, 15)


@pytest.mark.rule("ROUTE-8")
def test_to_a_middlebox_and_then_to_a_neighbour_of_it_is_no_loop():
    """The packet crosses the subnet's link twice, the first time on its way to the middlebox."""
    moved = {"vpcs app instances nat subnet": "isolated", "vpcs app instances nat private_ip": "10.0.2.9"}
    net = load(MIDDLEBOX, moved)
    trace = net.trace("probe", "db", "tcp/80")
    passes(trace)
    assert [hop.checkpoint for hop in trace.forward].count("link") == 2


def test_two_nat_devices_in_a_row():
    way = {
        f"vpcs app route_tables public {ANY}": "ngw",
        "vpcs app subnets edge": {"cidr": "10.0.3.0/24", "route_table": "edge"},
        "vpcs app route_tables edge": {ANY: "igw"},
        "vpcs app nat_gateways ngw subnet": "edge",
        "vpcs app nat_gateways ngw private_ip": "10.0.3.5",
    }
    trace = load(NAT_INSTANCE, way).trace("probe", "www", "tcp/443", source_port=40000)
    passes(trace)
    assert [hop.component for hop in trace.forward if hop.action == "translate"] == [
        "app.nat",
        "app.ngw",
        "app.igw",
    ]
    assert [hop.component for hop in trace.reply if hop.action == "translate"] == [
        "app.igw",
        "app.ngw",
        "app.nat",
    ]
    assert str(trace.reply[-1].after) == "tcp 203.0.113.9:443 -> 10.0.1.10:40000"
