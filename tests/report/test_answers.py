"""Answers as text: the verdict and the reason come first, on every model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.faults import LOOP
from tests.models import shared

import reachsim
from reachsim.answers.reach import reach_answer
from reachsim.report.check import check_text
from reachsim.report.reach import reach_text
from reachsim.report.show import show_text
from reachsim.report.text import Look
from reachsim.report.trace import trace_text

ROOT = Path(__file__).parents[2]
MODELS = sorted(path.name for path in (ROOT / "models").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("model", MODELS)
def test_the_verdict_and_its_reason_are_in_the_first_lines(model: str) -> None:
    net = shared(f"models/{model}")
    check = net.check()
    text = check_text(check, net.source.file)
    first = text.splitlines()[0]
    assert first.startswith("HOLDS" if check.ok else "FAILS")
    if check.ok:
        return
    assert first == text.splitlines()[-1]
    for failure in check.failures:
        blocker = failure.blockers[0]
        assert failure.witness is not None
        named = failure.witness.resolved  # what a host name was resolved to stands before the reason
        top = [line for line in trace_text(failure.witness).splitlines() if line.strip() not in named or not line][:4]
        assert re.match("BLOCKED|NO REPLY|PARTIAL", top[0])
        assert f"{blocker.component} {blocker.checkpoint}" in top[1]
        assert blocker.code in text
        assert f"#{failure.number} FAILS  {failure.question}" in text
    causes = text.split("\n\n")[0]
    assert all(f"#{failure.number}" in causes for failure in check.failures)
    assert len(causes.splitlines()) < 12


@pytest.mark.parametrize("model", MODELS)
def test_no_line_has_spaces_at_its_end(model: str) -> None:
    net = shared(f"models/{model}")
    for text in (check_text(net.check(), net.source.file), show_text(net, (), Look(whole=True))):
        assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_a_mark_that_comes_true_is_told_and_one_that_does_not_too() -> None:
    source = (ROOT / "models/15-acl-deny-shadows-allow-as-found.yaml").read_text(encoding="utf-8")
    net = reachsim.loads(source)
    assert "as marked in the file" in check_text(net.check(), "f").splitlines()[0]
    other = reachsim.loads(source.replace("fails: SUBNET_ACL_RESTRICTION", "fails: ENI_SG_RULES_MISMATCH"))
    text = check_text(other.check(), "f")
    assert "as marked in the file" not in text
    assert "fails: ENI_SG_RULES_MISMATCH, but it does so otherwise" in text


def test_a_design_without_expectations_has_nothing_to_check() -> None:
    net = reachsim.loads("version: 1\nvpcs: {a: {cidrs: [10.0.0.0/16]}}\n")
    assert check_text(net.check(), "f") == "NOTHING TO CHECK  f has no expectations"


def test_a_leak_shows_its_way() -> None:
    text = """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24}}
    instances: {one: {subnet: s}, two: {subnet: s}}
expect:
  - {from: one, to: two, deny: tcp/22, why: no way in}
"""
    net = reachsim.loads(text, file="leak.yaml")
    printed = check_text(net.check(), "leak.yaml")
    assert "#1 FAILS  one -> two: deny tcp/22  leak.yaml:8" in printed
    assert "delivered: all of tcp/22" in printed
    assert "packet   tcp 10.0.0.4:50000 -> 10.0.0.5:22" in printed
    assert "all from default" in printed


def test_a_rewritten_packet_stands_below_its_hop() -> None:
    net = shared("models/vpc-lambda-repaired.yaml")
    lines = trace_text(net.trace("fetch", "www.google.com", "tcp/443")).splitlines()
    gateway = next(i for i, line in enumerate(lines) if "the source becomes 198.51.100.10" in line)
    assert lines[gateway + 1].strip() == "=> tcp 198.51.100.10:50000 -> 142.250.196.100:443"


def test_what_lies_behind_a_blocker_is_shown_on_request() -> None:
    net = shared("models/vpc-lambda-as-found.yaml")
    trace = net.trace("fetch", "www.google.com", "tcp/443")
    assert "not reached: 6 more checkpoints" in trace_text(trace)
    assert "internet gateway" not in trace_text(trace)
    assert "internet gateway" in trace_text(trace, Look(whole=True))


def test_every_way_of_a_function_is_told() -> None:
    net = shared("models/21-lambda-to-database-closed-group-as-found.yaml")
    text = trace_text(net.trace("reserve", "db", "tcp/5432"))
    assert "2 ways to send, all of them tried:" in text
    assert re.search(r"subnet app-a +50% +blocked", text)


def test_each_place_that_stops_traffic_is_told_once() -> None:
    net = shared("models/three-tier.yaml")
    found = reach_answer(net.reach("app-a", "internet"), None)
    places = [(stop.component, stop.checkpoint, stop.leg, stop.rule) for stop in found.stops]
    assert len(places) == len(set(places)) == 3
    text = reach_text(found, net.locate)
    assert text.splitlines()[0] == "REACHABLE  shop.app-a -> internet"
    assert "stops all except tcp/443" in text


def test_the_parts_of_an_answer_make_up_the_question() -> None:
    net = shared("models/14-acl-ephemeral-range-too-narrow-as-found.yaml")
    found = reach_answer(net.reach("etl", "sql"), reachsim.Traffic.parse("tcp/1433"))
    assert found.verdict == "part"
    assert found.passing | found.missing == found.asked
    assert not found.passing & found.missing
    assert found.one_way == found.missing


def test_the_reason_in_the_first_lines_is_that_of_the_packet_that_is_shown() -> None:
    """Not what stops other protocols on the way before it, nor the way there where the answer is lost."""
    net = reachsim.loads(LOOP)
    lines = reach_text(reach_answer(net.reach("i", "j"), None), net.locate).splitlines()
    assert lines[0] == "BLOCKED  v.i -> v.j"
    assert lines[1].startswith("  v route table r: 10.0.0.0/16 -> ngw sends the packet back")


def test_icmp_that_asks_nothing_does_not_make_a_lost_answer_reachable() -> None:
    net = reachsim.loads(LOOP)
    found = reach_answer(net.reach("j", "i"), None)
    lines = reach_text(found, net.locate).splitlines()
    assert lines[0] == "NO REPLY  v.j -> v.i"
    assert lines[1].startswith("  v.ngw NAT gateway: v.ngw never saw the packet")
    assert lines[3] == "  delivered, but the answer is lost"
    assert "  such as  tcp 10.0.1.4:50000 -> 10.0.0.4:443" in lines
    assert "  passes   icmp (except icmp/8, icmp/13, icmp/15, icmp/17)" in lines
    assert found.verdict == "no reply"
    assert "no reply" in net.reach("j", "i")._repr_html_()
    assert reach_answer(net.reach("j", "i"), reachsim.Traffic.parse("icmp/3")).verdict == "all"
    only = LOOP.replace("instances: {i: {subnet: a}", "instances: {i: {subnet: a, security_groups: [ping]}")
    only = only.replace(
        "    instances", "    security_groups: {ping: {ingress: [{allow: icmp/3, from: 10.0.0.0/8}]}}\n    instances"
    )
    net = reachsim.loads(only)
    assert reach_answer(net.reach("j", "i"), None).verdict == "all"  # nothing else is delivered, and this has no answer
