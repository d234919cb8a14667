"""The `str` of every answer is what the command line prints."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim import cidr
from reachsim.cli.main import main
from reachsim.faces import REPR_LENGTH
from reachsim.trace.result import reached

ROOT = Path(__file__).parents[2]
SHOP = "models/three-tier.yaml"
FOUND = "models/vpc-lambda-as-found.yaml"
REPAIRED = "models/vpc-lambda-repaired.yaml"
LOOPS = "models/10-nat-instance-in-its-clients-subnet-as-found.yaml"
SHADOWS = "models/15-acl-deny-shadows-allow-as-found.yaml"
FUNCTIONS = "models/lambda-one-off-groups.yaml"
SESSIONS = "models/22-session-manager-private-dns-off-as-found.yaml"
PLAN = "models/plans/three-vpcs.yaml"
BLOCKS = "models/plans/today.txt"
WEB = ("fetch", "www.google.com", "tcp/443")
NODE = "node"

DOORS = """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {10.9.0.0/16: fw}}
    internet_gateway: igw
    instances: {i: {subnet: s}, j: {subnet: s}}
    network_firewalls: {fw: {}}
expect:
  - {from: i, to: 10.9.0.1, allow: tcp/443}
"""

Ask = Callable[[reachsim.Network], Any]
ASKED: dict[str, tuple[str, Ask, tuple[str, ...]]] = {
    "check": (FOUND, lambda net: net.check(), ("check", FOUND)),
    "check that holds": (REPAIRED, lambda net: net.check(), ("check", REPAIRED)),
    "trace": (FOUND, lambda net: net.trace(*WEB), ("trace", FOUND, *WEB)),
    "explanation": (FOUND, lambda net: net.explain(*WEB), ("explain", FOUND, *WEB)),
    "reach": (SHOP, lambda net: net.reach("app-a", "db-a"), ("reach", SHOP, "app-a", "db-a")),
    "matrix": (SHOP, lambda net: net.matrix(), ("matrix", SHOP)),
    "slice": (SHOP, lambda net: net.matrix()["tcp/22"], ("matrix", SHOP, "tcp/22")),
    "grouped": (SHOP, lambda net: net.matrix().by("vpc", "tcp"), ("matrix", SHOP, "tcp", "--by", "vpc")),
    "who": (SHOP, lambda net: net.who_reaches("db-a"), ("who", SHOP, "db-a")),
    "what": (SHOP, lambda net: net.reaches_what("app-a", "tcp"), ("what", SHOP, "app-a", "tcp")),
    "exposure": (SHOP, lambda net: net.exposure(), ("exposure", SHOP)),
    "isolation": (
        SHOP,
        lambda net: net.isolated({"subnet": "web-a"}, "db-a"),
        ("isolated", SHOP, "subnet=web-a", "db-a"),
    ),
    "leaks": (SHOP, lambda net: net.isolated("app-a", {"vpc": "shop"}), ("isolated", SHOP, "app-a", "vpc=shop")),
    "dead ends": (LOOPS, lambda net: net.dead_ends(), ("deadends", LOOPS)),
    "idle rules": (SHADOWS, lambda net: net.idle_rules(), ("rules", SHADOWS)),
    "lint": (FOUND, lambda net: net.lint(), ("lint", FOUND)),
    "fixes": (FOUND, lambda net: net.fixes(*WEB), ("fix", FOUND, *WEB)),
    "plan of fixes": (FOUND, lambda net: net.fix_all(), ("fix", FOUND)),
    "addresses": (FUNCTIONS, lambda net: net.lambda_addresses(20), ("lambda", FUNCTIONS, "--growth", "20")),
    "sessions": (SESSIONS, lambda net: net.session_manager(), ("session-manager", SESSIONS)),
    "named sessions": (SESSIONS, lambda net: net.session_manager(NODE), ("session-manager", SESSIONS, NODE)),
    "difference": (FOUND, lambda net: reachsim.diff(net, shared(REPAIRED)), ("diff", FOUND, REPAIRED)),
}


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    main(arguments)
    return capsys.readouterr().out.removesuffix("\n")


@pytest.mark.parametrize("name", ASKED)
def test_the_text_of_an_answer_is_what_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, ask, arguments = ASKED[name]
    answer = ask(shared(file))
    assert str(answer) == printed(capsys, *arguments)
    assert len(repr(answer)) <= REPR_LENGTH
    assert "\n" not in repr(answer)


def test_the_text_names_what_is_not_modelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every answer does, also one that has its question decided."""
    file = tmp_path / "doors.yaml"
    file.write_text(DOORS, encoding="utf-8")
    net = shared(file)
    for answer, arguments in (
        (net.check(), ("check",)),
        (net.trace("i", "j", "tcp/22"), ("trace", "i", "j", "tcp/22")),
        (net.reach("i", "j"), ("reach", "i", "j")),
        (net.matrix(), ("matrix",)),
        (net.exposure(), ("exposure",)),
        (net.lint(), ("lint",)),
        (net.fix_all(), ("fix",)),
        (net.who_reaches("j"), ("who", "j")),
    ):
        command, *rest = arguments
        assert str(answer) == printed(capsys, command, str(file), *rest)
        assert "not modelled here: a.fw (Network Firewall endpoint)" in " ".join(str(answer).split())
    assert str(reachsim.diff(net, net)) == printed(capsys, "diff", str(file), str(file))


def test_answers_of_addresses_too(capsys: pytest.CaptureFixture[str]) -> None:
    sources = cidr.read_sources([BLOCKS])
    assert str(cidr.plan_file(PLAN)) == printed(capsys, "cidr", "plan", PLAN)
    overlaps = cidr.find_overlaps(sources.entries, sources.connections)
    assert str(overlaps) == printed(capsys, "cidr", "overlaps", BLOCKS)
    block = cidr.describe(cidr.Cidr.parse("10.0.0.0/24"))
    assert str(block) == printed(capsys, "cidr", "show", "10.0.0.0/24")


def test_what_mends_sessions_is_part_of_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    plan = shared(SESSIONS).fix_sessions()
    assert plan.whole is not None
    assert printed(capsys, "session-manager", SESSIONS, "--fix").endswith("\n\n" + str(plan))
    assert str(shared(SHOP).fix_sessions("web-a").title) in str(shared(SHOP).fix_sessions("web-a"))


def test_one_result_is_its_part_of_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    whole = printed(capsys, "check", FOUND)
    for result in shared(FOUND).check():
        if result.holds:
            assert str(result) == result.title
        else:
            assert f"\n{result}\n" in whole
            assert "packet" in str(result)


def test_a_text_of_nothing_says_so() -> None:
    net = reachsim.loads("version: 1\n")
    for answer in (net.check(), net.exposure(), net.dead_ends(), net.idle_rules(), net.lint(), net.findings()):
        assert str(answer).strip()
    assert str(net.fix_sessions()) == "nothing to fix"


def test_findings_read_as_those_of_lint() -> None:
    text = str(shared(SHADOWS).findings())
    assert text.startswith("FINDINGS  ")
    assert "SHADOWED_RULE" in text


def test_a_network_is_one_line() -> None:
    net = shared(SHOP)
    assert str(net) == repr(net) == f"<Network {SHOP}: 1 VPC, 9 interfaces>"


@pytest.mark.parametrize("name", ["check", "difference", "exposure", "isolation", "who", "reach", "trace"])
def test_a_copy_has_the_same_text(name: str) -> None:
    file, ask, _ = ASKED[name]
    answer = ask(shared(file))
    for again in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert again == answer
        assert str(again) == str(answer)
        assert str(pickle.loads(pickle.dumps(again))) == str(answer)


def test_an_answer_of_no_network_is_its_title() -> None:
    """What somebody made of others: it is not what the network said."""
    net = shared(FOUND)
    changed = replace(reachsim.diff(net, net), undecided=("a transit gateway",), added=("app.new",))
    assert str(changed) == "0 opened, 0 closed, some undecided"


_ROUND = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {private: {cidr: 10.0.1.0/24, route_table: private, network_acl: narrow}}
    route_tables: {private: {0.0.0.0/0: nat}}
    network_acls:
      narrow:
        ingress: [{rule: 100, allow: tcp/1024-65535, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    nat_gateways: {nat: {subnet: private}}
    instances: {web: {subnet: private}}
expect: [{from: web, to: internet, allow: tcp/443}]
"""


@pytest.mark.rule("NATGW-13")
def test_a_way_is_told_to_what_stops_it_also_beyond_what_is_not_known() -> None:
    """Whatever the ACL does (not known), the loop stops the packet: every face shows the hop that the title blames."""
    net = reachsim.loads(_ROUND)
    trace = net.trace("web", "internet", "tcp/443")
    assert trace.verdict == "blocked"
    assert [hop.action for hop in trace.forward].count("unknown") == 2
    text = str(trace)
    assert " ?4  " in text
    assert "DROPPED: 0.0.0.0/0 -> nat" in text
    assert "not reached" not in text
    check = net.check()
    assert "DROPPED: 0.0.0.0/0 -> nat" in " ".join(str(check[0]).split())
    assert "stopped here" in trace._repr_html_()
    assert "stopped here" in check[0]._repr_html_()
    assert "STOPPED HERE" in (net.draw(trace=trace).svg or "")
    assert reached(trace.forward, "")[-1].action == "drop"
    assert [hop.action for hop in reached(trace.forward, "it is not known")].index("unknown") == 3
    assert len(reached(trace.forward, "it is not known")) == 4  # undecided: nobody knows what is reached beyond
