"""Where every answer is lost, a pair is reachable in part though ICMP that has no answer passes: in `reach`, in matrices."""

from __future__ import annotations

import csv

import pytest
from tests.designs import ALL, acl_of, load

from reachsim.net.traffic import Traffic
from reachsim.report.matrix import matrix_text

DEAF = acl_of("isolated", [ALL], [])
"""What gets to `db` is never answered."""
NO_ANSWER = Traffic.parse("icmp") - Traffic.parse("icmp/8,icmp/13,icmp/15,icmp/17")
"""ICMP but for requests: echo, timestamp, information, address mask (RFC 792, RFC 950)."""


def test_the_matrix_says_of_such_a_pair_what_reach_says() -> None:
    net = load(DEAF)
    reach, matrix = net.reach("probe", "db"), net.matrix()
    assert reach.answerless
    cell = matrix.cell("probe", "db")
    assert cell.answerless
    assert cell.reachable == reach.reachable.traffic() == NO_ANSWER
    grouped = matrix.by("class")
    link = next(link for (a, b), link in grouped.links.items() if "app.probe" in a and "app.db" in b)
    assert (link.pairs, link.part, link.mark, link.partial) == (0, link.possible, "~", NO_ANSWER)
    assert str(link).startswith("in part icmp")


def test_every_format_marks_it() -> None:
    net = load(DEAF)
    matrix = net.matrix()
    record = next(row for row in csv.DictReader(matrix.csv_lines()) if row["destination"] == "app.db")
    assert (record["traffic"], record["partial"][:4]) == ("nothing", "icmp")
    ported = next(row for row in csv.DictReader(matrix.csv_lines(ports=True)) if row["destination"] == "app.db")
    assert ported["traffic"] == "nothing"
    edge = matrix.to_networkx().edges["app.probe", "app.db"]
    assert (edge["traffic"], edge["partial"][:4]) == ("", "icmp")
    text = matrix_text(matrix, "f")
    assert "in part: every answer is lost, and some ICMP has none" in text
    assert "in part icmp (except icmp/8, icmp/13, icmp/15, icmp/17): it has no answers" in " ".join(text.split())
    names = list(net.topology.interfaces)
    alone = [(one, to) for one in names for to in names if one != to and net.reach(one, to).answerless]
    assert ("app.probe", "app.db") in alone
    assert matrix.to_dict()["partial_pairs"] == len(alone)


@pytest.mark.parametrize(
    ("egress", "answerless"),
    [([], True), (["allow icmp 0.0.0.0/0"], False), (["allow tcp/1024-65535 10.0.1.0/24"], False)],
)
def test_an_answer_that_comes_back_makes_it_whole(egress: list[str], answerless: bool) -> None:
    net = load(acl_of("isolated", [ALL], egress))
    assert net.reach("probe", "db").answerless is answerless
    assert net.matrix().cell("probe", "db").answerless is answerless


def test_nothing_reachable_is_no_reply_and_not_answerless() -> None:
    net = load(DEAF, {"vpcs app security_groups open ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]})
    reach = net.reach("probe", "db")
    assert (bool(reach.delivered), bool(reach), reach.answerless) == (True, False, False)


def test_who_asks_for_that_icmp_gets_it_whole() -> None:
    grouped = load(DEAF).matrix().by("class", "icmp")
    link = next(link for (a, b), link in grouped.links.items() if "app.probe" in a and "app.db" in b)
    assert (link.pairs, link.part, link.traffic) == (link.possible, 0, NO_ANSWER)
