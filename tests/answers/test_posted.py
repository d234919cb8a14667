"""Designs that people posted: the verdict is right, the cause comes first, and the cure is found and holds in the file."""

from __future__ import annotations

import pytest
from tests.answers.posted import Posted, Question
from tests.answers.posted_balancers import POSTED_BALANCERS
from tests.answers.posted_doors import POSTED_DOORS
from tests.answers.posted_edges import POSTED_EDGES
from tests.answers.posted_hosts import POSTED_HOSTS
from tests.answers.posted_hubs import POSTED_HUBS
from tests.answers.posted_more import POSTED_MORE
from tests.answers.posted_ways import POSTED_WAYS

import reachsim

POSTED = (
    *POSTED_WAYS,
    *POSTED_DOORS,
    *POSTED_BALANCERS,
    *POSTED_MORE,
    *POSTED_HUBS,
    *POSTED_HOSTS,
    *POSTED_EDGES,
)
ASKED = [(each, question) for each in POSTED for question in each.questions]


def named(value: object) -> str:
    """A case by where it was posted, and what was asked."""
    return value.source if isinstance(value, Posted) else " ".join(value[:3]) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(("design", "question"), ASKED, ids=named)
def test_what_was_posted(design: Posted, question: Question) -> None:
    source, destination, traffic, verdict, codes, cure = question
    cause, stop = codes.split(", ")[0], codes.split(", ")[-1]
    net = reachsim.loads(f"version: 1\n{design.text}")
    asked, token = ("deny", traffic[5:]) if traffic.startswith("deny ") else ("allow", traffic)
    result = net.expect(source, destination, **{asked: token})
    assert result.verdict == verdict
    assert next((blocker.code for blocker in result.blockers), "") == stop
    if verdict != "fails":
        return
    explanation = net.explain(source, destination, token)
    assert explanation.obstacles[0].blocker.code == cause
    fixes = net.fixes(source, destination, token)
    if not cure:  # no edit helps, which is told with the redesign that does
        assert fixes.reasons
        return
    assert any(cure in str(fix) for fix in fixes), [str(fix) for fix in fixes]
    for fix in fixes:
        assert reachsim.loads(fix.patch.after).expect(source, destination, allow=token)


def test_there_are_many() -> None:
    assert len({each.source for each in POSTED}) >= 115


def test_a_route_in_the_table_that_is_blamed_comes_first() -> None:
    """Not one by which the packet is translated first, in the table of the NAT gateway that got it (NATGW-3)."""
    [design] = (each for each in POSTED if each.source == "awslabs/landing-zone-accelerator-on-aws#1036")
    found = reachsim.loads(f"version: 1\n{design.text}").fixes("app", "dc.db", "tcp/1433")
    assert ["table common" in str(fix) for fix in found] == [True, True, False]
