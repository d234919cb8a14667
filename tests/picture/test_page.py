"""The page around a picture: what is on it, that nothing gets out of its place, and that it needs nothing from anywhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.picture.documented import model

import reachsim
from reachsim.cli.main import main

VOID = {"meta"}


class Page(HTMLParser):
    """A page as it is parsed: every element with its attributes and its text, all of them closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for index in self.open:
            self.elements[index][2].append(data)

    def texts(self, tag: str, **wanted: str) -> list[str]:
        """The texts of elements with such attributes."""
        found = [
            text for name, attributes, text in self.elements if name == tag and wanted.items() <= attributes.items()
        ]
        return ["".join(text) for text in found]

    @property
    def data(self) -> dict[str, Any]:
        (text,) = self.texts("script", id="data")
        data: dict[str, Any] = json.loads(text)
        return data


def test_every_promise_can_be_told_over_the_picture() -> None:
    net = model("three-tier")
    picture = net.draw()
    page = Page(picture.html)
    traces = page.data["choices"]
    assert (
        len(traces) == len(net.design.expect) == len(page.texts("article")) == len(page.texts("g", **{"class": "told"}))
    )
    assert traces[2]["ends"] == [["internet"], ["interfaces/shop.bastion"]]  # office -> bastion
    assert "rule 120" in page.texts("article")[2]
    assert "shop.bastion" in page.texts("button")[3 + 2]  # after those that zoom
    boxes = [placed.box.key for box in picture.layout.boxes for placed in box.all()]
    assert page.data["boxes"] == boxes
    assert page.data["titles"].keys() == set(boxes)


def test_the_groups_of_the_picture_are_in_the_order_of_the_boxes() -> None:
    picture = model("three-tier").draw()
    page = Page(picture.html)
    groups = ["".join(text) for tag, attributes, text in page.elements if tag == "g" and "class" not in attributes]
    titles = [placed.box.title for box in picture.layout.boxes for placed in box.all()]
    assert len(groups) == len(titles) == len(page.data["boxes"])
    assert all(text.startswith(title) for text, title in zip(groups, titles, strict=True))


def test_a_trace_that_was_asked_for_is_told_from_the_start() -> None:
    page = Page(model("vpc-lambda-as-found").draw(trace=("fetch", "www.google.com", "tcp/443")).html)
    assert page.data["shown"] is True
    assert page.data["choices"][0]["ends"] == [["interfaces/app.lambda(private; lambda)"], ["internet"]]
    assert "ENI_SOURCE_DEST_CHECK_RESTRICTION" in page.texts("article")[0]


def test_a_change_is_told_over_the_picture_by_a_click() -> None:
    picture = model("vpc-lambda-as-found").draw(diff=model("vpc-lambda-repaired"))
    page = Page(picture.html)
    boxes = {box.key for box in picture.layout.scene.boxes}
    numbers = [entry.label for entry in picture.layout.scene.legend if entry.label]
    assert page.data["noun"] == "change"
    assert len(page.data["choices"]) == len(numbers) == len(page.texts("g", **{"class": "told"}))
    assert all(one and other and {*one, *other} <= boxes for one, other in (c["ends"] for c in page.data["choices"]))
    buttons = page.texts("button")[3:]  # after those that zoom
    assert [text.partition(" ")[0] for text in buttons] == numbers
    assert "opened: " in buttons[0]
    assert any("+1 opened" in text for text in page.texts("li"))


def test_it_needs_nothing_from_anywhere_else() -> None:
    text = model("hub-and-spoke").draw().html
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {"http://www.w3.org/2000/svg"}
    page = Page(text)
    assert not [attributes for _, attributes, _ in page.elements if {"src", "href"} & attributes.keys()]
    assert not [name for _, attributes, _ in page.elements for name in attributes if name.startswith("on")]
    assert text.count("<style>") == 3  # of the page, of its cards, of the picture


def test_no_text_of_a_file_gets_out_of_its_place() -> None:
    evil = "</script></title><script>alert(1)</script>"
    path = Path(__file__).parents[2] / "models" / "hub-and-spoke.yaml"
    net = reachsim.loads(path.read_text(encoding="utf-8") + f"name: '{evil}'\n", file=evil)
    page = Page(net.draw(trace=("dev.app", "github.com", "tcp/443")).html)
    assert [attributes for tag, attributes, _ in page.elements if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    assert page.texts("h1") == [evil]


def test_a_design_of_many_promises_has_the_first_on_its_page() -> None:
    expect = [{"from": "a", "to": "b", "deny": f"tcp/{port}"} for port in range(1, 71)]
    subnets = {"s": {"cidr": "10.0.0.0/24", "az": "a"}}
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": subnets, "instances": {n: {"subnet": "s"} for n in "ab"}}
    text = reachsim.loads(yaml.safe_dump({"version": 1, "vpcs": {"app": vpc}, "expect": expect})).draw().html
    assert len(Page(text).data["choices"]) == 60
    assert "and 10 more traces that are not on this page" in text


@pytest.mark.parametrize(("hosts", "between"), [(3, "vpc app \u2192 vpc app"), (33, "app.h0 \u2192 app.h1")])
def test_a_promise_of_very_many_is_traced_between_two_of_them(hosts: int, between: str) -> None:
    vpc = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"s": {"cidr": "10.0.0.0/24", "az": "a"}},
        "security_groups": {"shut": {"ingress": []}},
        "instances": {f"h{n}": {"subnet": "s", "security_groups": ["shut"]} for n in range(hosts)},
    }
    promise = {"from": {"vpc": "app"}, "to": {"vpc": "app"}, "deny": "udp/9"}
    text = reachsim.loads(yaml.safe_dump({"version": 1, "vpcs": {"app": vpc}, "expect": [promise]})).draw().html
    assert f"#1 {between}: deny udp/9" in text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = str(Path(__file__).parents[2] / "models" / "three-tier.yaml"), tmp_path / "out.HTML"
    assert main(["draw", file, "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == reachsim.load(file).draw().html
    assert main(["draw", file, "-o", str(tmp_path / "out")]) == 2
    assert "write a name that ends in .svg, .html, .mmd, .dot" in capsys.readouterr().err


def test_what_is_blocked_as_promised_is_told_in_green_and_what_is_not_by_a_packet_that_fails() -> None:
    """Nobody reaches the first from the internet, as promised; the second is reached by HTTPS, and by nothing else."""
    net = reachsim.loads("""
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {0.0.0.0/0: igw}}
    security_groups: {closed: {}, open: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      a: {subnet: s, private_ip: 10.0.0.10, public_ip: 198.51.100.1, security_groups: [closed]}
      b: {subnet: s, private_ip: 10.0.0.11, public_ip: 198.51.100.2, security_groups: [open]}
expect:
  - {from: internet, to: a, deny: tcp}
  - {from: internet, to: b, deny: tcp}
  - {from: internet, to: b, allow: tcp/443}
  - {from: internet, to: b, allow: tcp/80}
""")
    page = Page(net.draw().html)
    kept, leaks, works, fails = page.texts("button")[3:]
    assert kept == "\u2713 blocked, as promised #1 internet \u2192 v.a: deny tcp"
    assert leaks == "\u2717 fails #2 internet \u2192 v.b: deny tcp"
    assert works == "\u2713 reachable #3 internet \u2192 v.b: allow tcp/443"
    assert fails == "\u2717 fails #4 internet \u2192 v.b: allow tcp/80"
    articles = page.texts("article")
    assert "blocked, as promised" in articles[0]
    assert "reachable" in articles[1]  # the packet that the promise forgot: tcp/443
    assert ":443" in articles[1]
    signs = [attributes["class"] for tag, attributes, _ in page.elements if tag == "circle"]
    assert [sign for sign in signs if sign in ("sign kept", "sign stop")] == ["sign kept", "sign stop"]


def test_a_promise_that_fails_now_and_then_is_told_by_a_packet_that_fails() -> None:
    """The ACL lets answers to 49152-65535 out (models/README.md); most ports of the client are below that."""
    net = model("14-acl-ephemeral-range-too-narrow-as-found")
    (number,) = [result.number for result in net.check() if result.source == "sync" and not result.holds]
    told = Page(net.draw().html).texts("article")[number - 1]
    assert "no reply" in told
    assert "partial" not in told
