import json
import pickle

import pytest
from tests.designs import load

LISTENS = {"vpcs app instances db listens": "tcp/5432", "internet hosts www listens": ["tcp/443", "icmp"]}


@pytest.mark.rule("OBS-1")
@pytest.mark.rule("OBS-2")
@pytest.mark.parametrize(
    ("source", "destination", "traffic", "seen"),
    [
        ("probe", "db", "tcp/5432", "established"),
        ("probe", "db", "tcp/80", "refused"),
        ("probe", "db", "udp/53", "unreachable port"),
        ("probe", "www", "icmp/8", "answered"),
        ("probe", "www", "tcp/22", "refused"),
        ("probe", "twin", "udp/53", "answered"),
        ("probe", "twin", "icmp/3/4", "sent"),
        ("www", "db", "tcp/80", "timeout"),
        ("db", "www", "tcp/443", "timeout"),
    ],
)
def test_what_a_client_sees(source, destination, traffic, seen):
    assert load(LISTENS).trace(source, destination, traffic).client_sees == seen


@pytest.mark.rule("OBS-2")
def test_who_listens_changes_no_verdict():
    with_, without = load(LISTENS), load()
    for question in (("probe", "db", "tcp/80"), ("probe", "www", "tcp/22"), ("probe", "db", "udp/53")):
        one, other = with_.trace(*question), without.trace(*question)
        assert (one.delivered, one.reachable, one.verdict) == (
            other.delivered,
            other.reachable,
            other.verdict,
        )


def test_the_whole_as_plain_data():
    for question in (
        ("probe", "www", "tcp/443"),
        ("www", "db", "tcp/80"),
        ("probe", "169.254.168.1", "tcp/80"),
    ):
        trace = load().trace(*question)
        data = json.loads(json.dumps(trace.to_dict()))
        assert data["verdict"] == trace.verdict
        assert [hop["component"] for hop in data["forward"]] == [hop.component for hop in trace.forward]
        assert [blocker["code"] for blocker in data["blockers"]] == [blocker.code for blocker in trace.blockers]
        assert bool(trace) == trace.reachable


def test_a_trace_can_be_pickled():
    trace = load().trace("probe", "www", "tcp/443")
    assert pickle.loads(pickle.dumps(trace)) == trace


def test_an_answer_of_several_ways_shows_the_worst():
    inside = {"vpc": "app", "subnets": ["private", "isolated"]}
    trace = load({"lambda_functions f latest": inside}).trace("f", "www", "tcp/443")
    assert trace.shown.label == "subnet isolated"
    assert trace.blockers == trace.shown.blockers
    assert trace.forward[-1].action == "drop"
