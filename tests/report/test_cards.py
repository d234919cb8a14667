"""Every answer as a notebook shows it: whole in itself, safe, and without a word that only a colour says."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.organisation import organisation
from tests.models import shared

import reachsim
from reachsim import cidr
from reachsim.cards import card, listing, patch, place, tag
from reachsim.faces import record
from reachsim.report.cidr_picture import plan_svg

ROOT = Path(__file__).parents[2]
EVIL = "<img>&amp;<b>"
TAGS = frozenset(
    "a caption code details div li ol p pre span strong style summary table tbody td th thead tr ul".split()  # noqa: SIM905
)


class Reader(HTMLParser):
    """Collects tags, their attributes and the text outside of styles; fails on a tag that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open += [tag] if tag != "img" else []
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts)).replace("->", "→")


def shown(answer: Any) -> Reader:
    html = answer._repr_html_()
    assert html is not None, type(answer)
    return Reader(html)


def model(name: str) -> reachsim.Network:
    return shared(f"models/{name}.yaml")


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def cards() -> dict[str, Any]:
    """One answer of every kind."""
    found, repaired, shop = (
        shared(ROOT / f"models/{n}.yaml") for n in ("vpc-lambda-as-found", "vpc-lambda-repaired", "three-tier")
    )
    question = ("fetch", "www.google.com", "tcp/443")
    matrix = shop.matrix()
    return {
        "trace": found.trace(*question),
        "reach": shop.reach("app-a", "db-a"),
        "space": shop.reach("internet", "web-a").reachable,
        "result": found.check()[3],
        "check": found.check(),
        "matrix": matrix,
        "groups": matrix.by("vpc"),
        "slice": matrix["tcp/22"],
        "cell": matrix["app-a", "db-a"],
        "who": shop.who_reaches("db-a"),
        "exposure": shop.exposure(),
        "exposed": shop.exposure()[0],
        "isolation": shop.isolated("app-a", "db-a"),
        "difference": reachsim.diff(found, repaired),
        "dead ends": shared(ROOT / "models/10-nat-instance-in-its-clients-subnet-as-found.yaml").dead_ends(),
        "idle rules": shared(ROOT / "models/15-acl-deny-shadows-allow-as-found.yaml").idle_rules(),
        "findings": shop.findings(),
        "lint": found.lint(),
        "explanation": found.explain(*question),
        "fixes": found.fixes(*question),
        "fix": found.fixes(*question).best,
        "plan of fixes": found.fix_all(),
        "lambda addresses": shared(ROOT / "models/lambda-one-off-groups.yaml").lambda_addresses(),
        "sessions": shared(ROOT / "models/22-session-manager-private-dns-off-as-found.yaml").session_manager(),
        "address plan": cidr.plan_file(str(ROOT / "models/plans/three-vpcs.yaml")),
        "overlaps": cidr.find_overlaps(cidr.read_sources([str(ROOT / "models/plans/today.txt")]).entries, []),
        "block": cidr.describe(cidr.Cidr.parse("10.0.0.0/24")),
    }


def test_every_card_is_whole_in_itself(cards: dict[str, Any]) -> None:
    """No script, nothing loaded from anywhere; a link is followed only by who clicks it."""
    for name, answer in cards.items():
        html = answer._repr_html_()
        page = Reader(html)
        picture = {"img"} if name == "address plan" else set()
        assert page.tags == page.tags & TAGS | picture, name
        assert page.attributes.keys() <= {"class", "title", "scope", "open", "href", "target", "rel", "style"} | (
            {"src", "alt"} if picture else set()
        ), name
        assert not re.search(r"@import|url\(|javascript:|<script|\son\w+=", html), name
        assert all(link.startswith("https://") for link in page.attributes.get("href", ())), name


def test_a_picture_in_a_card_is_an_image_that_brings_all_it_needs(cards: dict[str, Any]) -> None:
    """An image: where a notebook is not trusted, JupyterLab takes away SVG and leaves the text of it."""
    page = shown(cards["address plan"])
    ((source,), (said,)) = page.attributes["src"], page.attributes["alt"]
    kind, _, data = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == plan_svg(cards["address plan"])
    assert said.startswith("Each pool")
    assert "enlarged" not in page.text


def test_a_verdict_is_a_sign_and_a_word(cards: dict[str, Any]) -> None:
    """Without any style the same is said."""
    for name, answer in cards.items():
        for classes, word in re.findall(r'<strong class="rs-tag rs-(\w+)"[^>]*>([^<]*)</strong>', answer._repr_html_()):
            signs = {"good": "✓", "bad": "✗+", "part": "~", "look": "!±", "unknown": "?"}
            assert classes == "plain" or word[0] in signs[classes], (name, word)
            assert word.strip("✓✗~?!+−± "), name


def test_a_card_can_be_read_where_a_notebook_is_not_trusted(cards: dict[str, Any]) -> None:
    """JupyterLab leaves `style` attributes then, and aligns cells to the right that say nothing else."""
    for name, answer in cards.items():
        html = re.sub(r"<style>.*?</style>", "", answer._repr_html_(), flags=re.DOTALL)
        for cell in re.findall(r"<(?:td|th|caption)\b[^>]*>", html):
            assert 'style="text-align:' in cell or 'class="rs-number"' in cell, (name, cell)
        for word in re.findall(r'<strong class="rs-tag[^>]*>', html):
            assert "background-color:#" in word, (name, word)
        for row in re.findall(r'<tr class="rs-row[^>]*>|<td class="rs-(?:all|some|half|dark)[^>]*>', html):
            assert "background-color:rgba" in row, (name, row)
        assert all("overflow-x:auto" in wide for wide in re.findall(r'<div class="rs-wide"[^>]*>', html)), name


@pytest.mark.parametrize("name", ["three-tier", "hub-and-spoke"])
def test_a_network_is_an_image_that_says_what_it_shows(name: str) -> None:
    page = shown(model(name))
    assert page.tags == {"div", "img"}
    ((source,), (said,)) = page.attributes["src"], page.attributes["alt"]
    kind, _, data = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == model(name).draw().svg
    assert said.startswith(f"models/{name}.yaml. ")
    assert "VPC" in said


def test_what_is_said_is_in_the_card(cards: dict[str, Any]) -> None:
    text = {name: shown(answer).text for name, answer in cards.items()}
    assert "✗ blocked fetch → www.google.com tcp/443" in text["trace"]
    assert re.search(r"ENI_SOURCE_DEST_CHECK_RESTRICTION NATI-1 \S*vpc-lambda-as-found.yaml:23", text["trace"])
    assert "the way there: tcp 10.0.1.254:50000 → 142.250.196.100:443" in text["trace"]
    assert "stopped here" in text["trace"]
    assert "the way back" not in text["trace"]
    assert "tcp/5432 (client ports 0-1023 only)" in text["reach"]
    assert "4 of 7 expectations hold" in text["check"]
    assert "2 of 72 pairs of interfaces pass some of tcp/22" in text["slice"]
    assert "shop.app-a, shop.app-b tcp/5432" in text["who"]
    assert "tcp 10.40.16.20:50000 → 10.40.32.30:5432" in text["isolation"]
    assert "4 opened, 0 closed" in text["difference"]
    assert "FORWARDING_LOOP" in text["dead ends"]
    assert "shadowed by rule 90" in text["idle rules"]
    assert "innocent" in text["explanation"]
    assert "no other expectation breaks" in text["fix"]
    assert "+ source_dest_check: false" in re.sub(r"\+\s+", "+ ", text["fix"])
    assert "does not fit 20 addresses for 8 functions in VPCs" in text["lambda addresses"]
    assert "write enable_dns_hostnames: true" in text["sessions"]
    assert "fits 3 VPCs" in text["address plan"]


def test_the_way_there_and_back_to_where_it_stops() -> None:
    """Only the hop that stops a packet is marked, and no hop behind it is shown."""
    passing = model("vpc-lambda-repaired").trace("fetch", "www.google.com", "tcp/443")
    html = passing._repr_html_()
    assert html.count("<tr") == len(passing.forward) + len(passing.reply) + 2  # with a header each
    assert "rs-row-" not in html.partition("</style>")[2]
    stopped = model("vpc-lambda-as-found").trace("fetch", "www.google.com", "tcp/443")
    html = stopped._repr_html_()
    place = [hop.action for hop in stopped.forward].index("drop")
    assert html.count("<tr") == place + 2
    assert html.partition("</style>")[2].count("rs-row-bad") == 1


def test_the_card_of_another_network_escapes_its_names() -> None:
    design = f"""\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {{s: {{cidr: 10.0.0.0/24}}}}
    route_tables: {{main: {{0.0.0.0/0: igw}}}}
    security_groups: {{"{EVIL}": {{ingress: [{{allow: all, from: anywhere}}]}}}}
    instances:
      "{EVIL}": {{subnet: s, public_ip: 203.0.113.1, security_groups: ["{EVIL}"]}}
      two: {{subnet: s}}
expect:
  - {{from: "{EVIL}", to: two, deny: all, why: "{EVIL}"}}
"""
    net = reachsim.loads(design.replace("from: anywhere", "from: 0.0.0.0/0"), file=EVIL)
    other = net.with_({("vpcs", "a", "security_groups", EVIL, "ingress", 0): None})
    every = [
        net.trace("internet", EVIL, "tcp/443"), net.reach("internet", EVIL), net.check(), net.check()[0], net.matrix(),
        net.matrix()["all"], net.who_reaches(EVIL), net.reaches_what(EVIL), net.exposure(), net.isolated(EVIL, "two"),
        reachsim.diff(net, other), net.findings(), net.lint(), net.explain(EVIL, "two", "tcp/1"), net.fix_all(),
        net.fixes(EVIL, "two", "tcp/1"), net.session_manager(), net.idle_rules(),
    ]  # fmt: skip
    for answer in every:
        page = shown(answer)
        assert "img" not in page.tags, type(answer)
        assert not any(name.startswith("on") for name in page.attributes), type(answer)
        assert "<img" not in answer._repr_html_()
    assert sum(EVIL in shown(answer).text for answer in every) >= 10


# -- the heat map -------------------------------------------------------------------------------------------


def test_the_heat_map_has_a_cell_for_each_pair_of_groups() -> None:
    net = model("hub-and-spoke")
    matrix = net.matrix()
    for by in ("class", "subnet", "vpc"):
        groups = matrix.by(by)
        html = groups._repr_html_().partition("</style>")[2]
        assert html.count("<td") == len(groups.labels) ** 2
        marks = {"#": "rs-all", "+": "rs-some", "~": "rs-half", "?": "rs-dark"}
        for mark, shade in marks.items():
            assert html.count(f'class="{shade}"') == sum(link.mark == mark for link in groups.links.values()), (
                by,
                mark,
            )


def test_a_filtered_heat_map_has_those_that_take_part() -> None:
    matrix = model("three-tier").matrix()
    page = matrix["tcp/22"]._repr_html_()
    assert page == matrix.by("class", "tcp/22")._repr_html_()
    assert "shop.bastion" in page
    assert "shop.db-a" not in page
    assert "tcp/5432" not in page
    nothing = matrix.by("class", "tcp/9")
    assert "0 of 72 pairs of interfaces pass some of tcp/9" in shown(nothing).text
    assert not nothing


def test_what_is_undecided_has_a_mark_of_its_own() -> None:
    net = model("three-tier").with_(
        {"vpcs.shop.security_groups.db.ingress[0]": {"allow": "tcp/5432", "from": "unknown"}}
    )
    page = net.matrix()._repr_html_().partition("</style>")[2]
    assert 'class="rs-dark"' in page
    assert "? cannot be decided" in shown(net.matrix()).text


def test_large_answers_stay_small() -> None:
    net = reachsim.loads(organisation(100))
    matrix = net.matrix()
    assert len(matrix._repr_html_()) < 64_000
    assert len(matrix.classes.classes) > 40
    assert "too many for a picture" in matrix.by("class")._repr_html_()
    assert net.check()._repr_html_().count("<tr") <= 41


# -- parts --------------------------------------------------------------------------------------------------


def test_a_long_table_is_cut_and_says_so() -> None:
    html = listing([(n, "", "x<y") for n in range(50)], ("a", "b", "c"), most=20)
    assert html is not None
    assert html.count("<tr") == 21
    assert "... and 30 more" in html
    assert ">b<" not in html  # a column that is empty
    assert "x&lt;y" in html
    assert listing([], ("a",)) is None


def test_parts_are_escaped() -> None:
    assert "<b>" not in card("bad", "<b>", "<b>", why="<b>") + tag("bad", "<b>") + patch("+<b>\n-<b>\n <b>\n")
    assert '<span class="rs-plus">+a\n</span>' in patch("--- f\n+++ f\n+a\n-b\n c\n")
    assert patch("--- f\n+++ f\n").count("span") == 0


def test_records_are_flat() -> None:
    assert record({"a": ["x", "y"], "b": {"c": 1}, "d": [{"e": 1}], "f": 1, "g": None, "h": []}) == {
        "a": "x, y", "f": 1, "g": None, "h": "",
    }  # fmt: skip


def test_cards_cost_nothing_before_one_is_shown() -> None:
    code = """\
import sys, reachsim
from reachsim import cidr
answers = [
    reachsim.load("models/three-tier.yaml").trace("app-a", "db-a", "tcp/5432"),
    cidr.describe(cidr.Cidr.parse("10.0.0.0/8")),
]
assert not any(name.startswith(("reachsim.report", "reachsim.cards")) for name in sys.modules)
for answer in answers:
    assert "reachsim" in answer._repr_html_()
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_place_in_a_file_that_was_imported_is_told_by_its_name() -> None:
    assert ">line 31 DbGroup<" in place("template.yaml:31 DbGroup")
    assert ">aws_vpc.a<" in place("plan.json: aws_vpc.a")
    assert place("") == ""


def test_a_fix_without_a_patch_has_a_card() -> None:
    found = reachsim.load("tests/importing/account.json").fixes("web-1", "app.app", "tcp/80")
    assert "asking an edited copy" in found._repr_html_()
