"""A repository as a user has it: one design, one property test of five lines, and pytest alone."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings
from tests.networks import FRESH

from reachsim.cli.init import starter
from reachsim.testing import plugin

pytest_plugins = ["pytester"]

PROPERTY = """\
from hypothesis import given
from reachsim.testing import strategies as rs

@given(rs.networks(components=["network_acls"]))
def test_hosts_reach_each_other(net): assert net.trace("app1", "10.0.0.99", "all").delivered
"""
"""Nothing has the address, so every network breaks it: what is left of one is the least that there is."""
LEAST = [
    "version: 1",
    "region: eu-west-1",
    "vpcs:",
    "  app:",
    "    cidrs: [10.0.0.0/16]",
    "    subnets: {a: {cidr: 10.0.0.0/24, az: a}}",
    "    instances: {app1: {subnet: a}}",
]


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    alone = ("-p", "no:reachsim", "-p", "no:cacheprovider")
    return pytester.runpytest_inprocess(*alone, *arguments, plugins=[plugin])


def test_what_init_writes_is_a_suite_that_passes(pytester: pytest.Pytester) -> None:
    (pytester.path / "shop.reach.yaml").write_text(starter(), encoding="utf-8")
    run(pytester).assert_outcomes(passed=6)


def test_a_broken_rule_shows_cause_and_fix_on_the_first_screen(pytester: pytest.Pytester) -> None:
    broken = starter().replace("{allow: tcp/8080, from: web}", "{allow: tcp/8081, from: web}")
    line = 1 + next(n for n, text in enumerate(broken.splitlines()) if "tcp/8081" in text)
    (pytester.path / "shop.reach.yaml").write_text(broken, encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=5, failed=1)
    screen = "\n".join(result.outlines[:24])
    said = " ".join(screen.split())
    assert "#2 FAILS  web -> app-a: allow tcp/8080" in screen
    assert "closest rule: tcp/8081 from web, which does not cover tcp/8080" in said
    assert f"shop.reach.yaml:{line - 1}" in screen  # the list in which the rule is missing
    assert "fix (proven): add to security group app the ingress rule tcp/8080 from web" in screen


@pytest.fixture
def _profile_is_put_back() -> Iterator[None]:
    """A run inside this one loads its profile for both."""
    yield
    settings.load_profile("default" if os.environ.get(FRESH) else "fixed")  # as conftest.py does


@pytest.mark.usefixtures("_profile_is_put_back")
def test_a_failing_design_is_shrunk_to_a_handful_of_lines(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_net=PROPERTY)
    # Without the explanations of Hypothesis, which run the test a few hundred times more.
    settings.register_profile("brief", settings(phases=[Phase.generate, Phase.shrink], deadline=None, database=None))
    result = run(pytester, "--hypothesis-profile=brief")
    result.assert_outcomes(failed=1)
    shown = [text.removeprefix("E").strip(" |") for text in result.outlines]
    at = len(shown) - 1 - shown[::-1].index("version: 1")
    assert [text.strip() for text in shown[at : at + len(LEAST)]] == [text.strip() for text in LEAST]
