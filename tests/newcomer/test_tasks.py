"""What the newcomer's tasks must lead to (README.md beside this file): the planted mistakes are found, named and mended."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim

FILE = Path(__file__).parent / "planted.yaml"


@pytest.fixture(scope="module")
def net() -> reachsim.Network:
    return reachsim.load(FILE)


def line_with(text: str) -> int:
    """The one line of the planted file that has a text in it."""
    (number,) = [n for n, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1) if text in line]
    return number


def test_each_planted_mistake_is_blamed_on_its_line(net: reachsim.Network) -> None:
    first, second, third = net.check().failures
    assert first.blockers[0].code == "SUBNET_ACL_RESTRICTION"  # the answers of the database are not let out
    assert first.blockers[0].where.endswith(f":{line_with('{rule: 100, allow: tcp/5432, to: ') - 1}")
    assert second.blockers[0].code == "NO_ROUTE_TO_DESTINATION"  # app-b is left on the main table
    assert third.witness is not None  # administrators of 10.0.0.0/8: dev is in it
    assert third.witness.forward[-2].where.endswith(f":{line_with('tcp/22, from: 10.0.0.0/8')}")


def test_all_are_mended_at_once_and_what_that_opens_is_told(net: reachsim.Network) -> None:
    plan = net.fix_all()
    assert plan.ok
    assert plan.whole.patch is not None
    assert reachsim.loads(plan.whole.patch.after).check().ok
    assert {(change.sources, change.destinations) for change in plan.whole.opens} == {(("prod.app-2",), ("internet",))}


def test_the_questions_about_it_have_answers(net: reachsim.Network) -> None:
    (servers,) = net.who_reaches("db")
    assert servers.names == ("prod.app-1", "prod.app-2")
    assert servers.traffic == "tcp/5432 (client ports 5432 only)"
    assert {leak.via for leak in net.isolated({"vpc": "dev"}, {"vpc": "prod"}).leaks} == {("peering prod-dev",)}
    assert {name for exposed in net.exposure() for name in exposed.interfaces} == {
        "prod.alb/public-a",
        "prod.alb/public-b",
    }
