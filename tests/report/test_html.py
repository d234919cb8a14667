"""Answers as a notebook shows them: small, and nothing from a file is taken for HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.organisation import organisation

import reachsim

ROOT = Path(__file__).parents[2]
EVIL = "<img>&amp;<b>"
DESIGN = f"""\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {{s: {{cidr: 10.0.0.0/24}}}}
    instances: {{"{EVIL}": {{subnet: s}}, two: {{subnet: s}}}}
expect:
  - {{from: "{EVIL}", to: two, deny: all, why: "{EVIL}"}}
"""
TAGS = {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}


class Reader(HTMLParser):
    """Collects the tags, and fails on one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def answers(net: reachsim.Network, source: str, destination: str, other: reachsim.Network) -> list[Any]:
    return [
        net.trace(source, destination, "tcp/443"),
        net.check(),
        net.reach(source, destination),
        net.matrix(),
        reachsim.diff(net, other),
    ]


def test_names_are_escaped() -> None:
    net = reachsim.loads(DESIGN, file=EVIL)
    other = reachsim.loads(
        DESIGN.replace("s: {cidr", "s: {az: b, cidr").replace("two: {", "three: {subnet: s}, two: {")
    )
    for answer in answers(net, EVIL, "two", other):
        text = answer._repr_html_()
        assert Reader(text).tags <= TAGS
        assert "<img" not in text
        assert "<b>" not in text


def test_the_verdict_comes_first() -> None:
    net, other = (reachsim.load(f"models/vpc-lambda-{state}.yaml") for state in ("as-found", "repaired"))
    starts = [Reader(a._repr_html_()) and a._repr_html_() for a in answers(net, "fetch", "www.google.com", other)]
    words = [text.split("</strong>")[0].rpartition(">")[2] for text in starts]
    assert words == ["blocked", "fails", "blocked", "matrix", "opened"]
    assert "ENI_SOURCE_DEST_CHECK_RESTRICTION" in starts[0]
    assert "4 of 7 expectations hold" in starts[1]
    same = reachsim.diff(net, net)._repr_html_()
    assert "nothing opened" in same


def test_they_are_small() -> None:
    net = reachsim.loads(organisation(300))
    assert len(net.matrix()._repr_html_()) < 20_000
    assert net.check()._repr_html_().count("<tr>") <= 21
