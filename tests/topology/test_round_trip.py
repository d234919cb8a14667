import pytest
from tests.designs import load

from reachsim.dataplane.checkpoint import Header, Leg
from reachsim.dataplane.walk import Walk
from reachsim.net.address import parse_address
from reachsim.rules.addresses import PUBLIC
from reachsim.topology import round_trip as module
from reachsim.topology.round_trip import round_trip

PROBE, DB, STRANGER = map(parse_address, ("10.0.1.10", "10.0.2.20", "203.0.113.9"))


def ends(net, source, destination, target=None):
    interfaces = net.topology.interfaces
    return round_trip(
        interfaces[source].outbound,
        interfaces[source],
        interfaces[source].addresses[0],
        parse_address(destination),
        target,
    )


def test_there_and_back():
    net = load()
    found = ends(net, "app.probe", "10.0.2.20", net.topology.interfaces["app.db"])
    assert found.forward.end is net.topology.interfaces["app.db"].host
    assert found.reply is not None
    assert found.reply.end is net.topology.interfaces["app.probe"].host
    assert (found.stray, found.reply_stray, found.unknown) == (None, None, "")


def test_a_packet_that_comes_to_somebody_else():
    net = load()
    stray = ends(net, "app.probe", "10.0.2.20", net.topology.interfaces["app.web"]).stray
    assert stray is not None
    assert (stray.code, stray.text) == (
        "DELIVERED_ELSEWHERE",
        "10.0.2.20 leads by 10.0.0.0/16 -> local to app.db, not to app.web",
    )


@pytest.mark.rule("WALK-13")
@pytest.mark.parametrize(
    ("source", "destination", "code"),
    [(DB, PROBE, None), (STRANGER, PROBE, "ASYMMETRIC_RETURN"), (DB, STRANGER, "ASYMMETRIC_RETURN")],
)
def test_an_answer_counts_only_from_the_address_that_was_asked(source, destination, code):
    interface = load().topology.interfaces["app.probe"]
    answer = Walk((), interface.host, Header(source, destination), (0, 0), (0, 0), Leg(True))
    loss = module._reply_stray(answer, answer, interface.outbound, interface, PROBE, DB)
    assert (None if loss is None else loss.code) == code
    if loss is not None:
        assert loss.rule == "WALK-13"


@pytest.mark.rule("PEER-9")
def test_an_answer_that_comes_to_somebody_else_does_not_count():
    interfaces = load().topology.interfaces
    answer = Walk((), interfaces["app.twin"].host, Header(DB, PROBE), (0, 0), (0, 0), Leg(True))
    loss = module._reply_stray(answer, answer, interfaces["app.probe"].outbound, interfaces["app.probe"], PROBE, DB)
    assert loss is not None
    assert (loss.code, loss.rule) == ("DELIVERED_ELSEWHERE", "PEER-9")


@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.2.20", "10.9.9.9", "169.254.169.254", "224.0.0.1"])
def test_a_run_of_addresses_shares_the_walk(address):
    net = load()
    found = ends(net, "app.probe", address)
    low, high = found.run
    assert low <= parse_address(address) <= high
    for other in {low, high, (low + high) // 2}:
        if (other > 0xFFFFFFFF) != (low > 0xFFFFFFFF) or (other in PUBLIC) != (parse_address(address) in PUBLIC):
            continue  # a run is about one family, and about the world or about what is not in it
        interface = net.topology.interfaces["app.probe"]
        again = round_trip(interface.outbound, interface, interface.addresses[0], other, None)
        assert [v.checkpoint for v in again.forward.visits] == [v.checkpoint for v in found.forward.visits]
        assert (again.reply is None) == (found.reply is None)
