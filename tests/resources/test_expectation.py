import pytest
from tests.designs import load, problems


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ({"from": "a", "to": "b"}, "an expectation either allows or denies"),
        ({"from": "a", "to": "b", "allow": "tcp", "deny": "udp"}, "an expectation either allows or denies"),
        ({"from": "a", "to": "b", "deny": "tcp", "one_way": True}, "'one_way' goes with 'allow'"),
        ({"from": {}, "to": "b", "deny": "tcp"}, "a selector needs vpc, subnet or tag"),
    ],
)
def test_one_promise_has_one_action(expectation, message):
    assert [problem.message for problem in problems({"expect": [expectation]})] == [message]


def test_what_it_says():
    written = [
        {"from": "probe", "to": {"vpc": "data"}, "allow": ["tcp/80", "icmp"], "why": "because"},
        {"from": "internet", "to": "db", "deny": "all"},
    ]
    first, second = load({"expect": written}).design.expect
    assert (str(first.traffic), first.why, first.one_way) == ("icmp, tcp/80", "because", False)
    assert second.traffic.count > first.traffic.count
