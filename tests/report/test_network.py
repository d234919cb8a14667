"""Answers about the whole network as text: what is told together, in which order, and what is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.benchmarks.organisation import organisation
from tests.models import shared

import reachsim
from reachsim.answers.rulesets import hold_against
from reachsim.net.traffic import Traffic
from reachsim.reach.cell import say
from reachsim.reach.grouped import GroupedMatrix
from reachsim.report.deadends import deadends_text
from reachsim.report.diff import diff_text
from reachsim.report.exposure import exposure_text
from reachsim.report.groups import Crowd, together
from reachsim.report.isolated import isolated_text
from reachsim.report.matrix import matrix_csv, matrix_text, shortest
from reachsim.report.rules import comparison_text, rules_text
from reachsim.report.text import Look

ROOT = Path(__file__).parents[2]
MODELS = sorted(path.name for path in (ROOT / "models").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def large() -> reachsim.Network:
    return reachsim.loads(organisation(200), file="large.yaml")


@pytest.fixture(scope="module")
def three() -> reachsim.Network:
    return shared(ROOT / "models/three-tier.yaml")


# -- who ----------------------------------------------------------------------------------------------------


def test_few_are_named_and_many_are_counted(three: reachsim.Network) -> None:
    crowd = Crowd([three])
    names = [name for name in three.topology.interfaces if name != "shop.nat-a"]
    assert crowd.describe(["shop.web-a", "internet"]) == "shop.web-a, internet"
    assert crowd.describe(list(three.topology.interfaces)) == "VPC shop (9)"
    assert crowd.describe(names) == "shop.bastion, shop.web-a, shop.web-b and 5 more of VPC shop"
    assert crowd.describe(["f", *names]) == "f, shop.bastion, shop.web-a, shop.web-b and 5 more of VPC shop"
    assert crowd.describe(names, Look(whole=True)).count(",") == 6  # a subnet of two is told as one


def test_of_several_vpcs_each_has_its_count(large: reachsim.Network) -> None:
    crowd = Crowd([large])
    everybody = list(large.topology.interfaces)
    vpcs = list(large.topology.vpcs)
    assert len(vpcs) > 3
    assert crowd.describe(everybody[::2]).startswith(f"VPC {vpcs[0]} (")
    assert crowd.describe(everybody) in (
        f"all {len(everybody)} interfaces",
        ", ".join(f"VPC {name} ({len(crowd.vpcs[name])})" for name in vpcs),
    )


def test_sources_with_the_same_are_told_together() -> None:
    links = [
        (("a",), ("x",), 1),
        (("a",), ("y",), 1),
        (("b",), ("x", "y"), 1),
        (("c",), ("x",), 1),
        (("c",), ("y",), 2),
    ]
    assert together(links) == [(("a", "b"), ("x", "y"), 1), (("c",), ("x",), 1), (("c",), ("y",), 2)]


def test_all_of_a_family_is_all() -> None:
    everything = Traffic.everything()
    assert (
        say(everything) == say(everything - Traffic.parse("icmpv6")) == say(everything - Traffic.parse("icmp")) == "all"
    )
    assert say(Traffic.parse("tcp/22, udp")) == "tcp/22, udp"


# -- matrix -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_a_matrix_has_every_pair_of_the_answers_pair_by_pair(model: str) -> None:
    net = shared(f"models/{model}")
    matrix = net.matrix()
    pairs = {(a, b): cell.reachable for a, b, cell in matrix if cell}
    for by in ("class", "subnet", "vpc"):
        groups = GroupedMatrix(matrix, by, None)
        assert groups.pairs == len(pairs)
        assert Traffic.union_of(s for link in groups.links.values() for s in link.spans) == Traffic.union_of(
            s for traffic in pairs.values() for s in traffic.spans
        )
        assert all(link.pairs <= link.possible for link in groups.links.values())
    assert len(list(matrix_csv(matrix))) == len(pairs) + 1
    text = matrix_text(matrix, model)
    assert text.splitlines()[0].startswith(f"MATRIX  {len(pairs)} of {matrix.pairs} ordered pair")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_matrices_of_groups_that_are_called_otherwise_differ() -> None:
    def by_vpc(name: str) -> GroupedMatrix:
        vpc = {"cidrs": ["10.0.0.0/16"], "subnets": {"s": {"cidr": "10.0.0.0/24"}}, "instances": {"i": {"subnet": "s"}}}
        return reachsim.loads(json.dumps({"version": 1, "vpcs": {name: vpc}})).matrix().by("vpc")

    assert by_vpc("one") == by_vpc("one")
    assert by_vpc("one") != by_vpc("two")  # nothing passes in either


def test_a_long_matrix_is_by_vpc(large: reachsim.Network) -> None:
    matrix = large.matrix()
    assert shortest(matrix) == "vpc"
    text = matrix_text(matrix, "f", look=Look(width=80))
    assert len(text.splitlines()) < 120
    assert max(map(len, text.splitlines())) <= 80
    assert "more: --by subnet or --by class" in text
    by_class = matrix_text(matrix, "f", by="class")
    assert "(+1)" in by_class
    assert "(--all shows them)" in by_class
    whole = matrix_text(matrix, "f", by="class", look=Look(whole=True))
    assert "(--all shows them)" not in whole
    for c in matrix.classes.classes:
        assert all(interface.name in whole for interface in c.members)


def test_a_slice_shows_who_takes_part(three: reachsim.Network) -> None:
    text = matrix_text(three.matrix(), "f", Traffic.parse("tcp/5432"))
    assert "shop.bastion" not in text
    assert "shop.app-a, shop.app-b\n  ->  shop.db-a, shop.db-b\n" in text
    nothing = matrix_text(three.matrix(), "f", Traffic.parse("tcp/9"))
    assert nothing.splitlines()[0] == ("MATRIX  0 of 72 ordered pairs pass some of tcp/9, there and back  f")


# -- policy -------------------------------------------------------------------------------------------------


def test_exposure_says_from_where(three: reachsim.Network) -> None:
    closed = three.with_({"vpcs.shop.security_groups.web.ingress": [{"allow": "tcp/443", "from": "81.2.69.0/24"}]})
    assert "tcp/443  from 81.2.69.0/24" in exposure_text(closed.exposure(), closed)
    nothing = closed.with_(
        {"vpcs.shop.security_groups.web.ingress": [], "vpcs.shop.security_groups.bastion.ingress": []}
    )
    assert exposure_text(nothing.exposure(), nothing).startswith("NOT EXPOSED")


def test_an_exposure_whose_answer_is_lost_is_told(three: reachsim.Network) -> None:
    mute = three.with_({"vpcs.shop.network_acls.web.egress": []})
    assert "tcp/80, tcp/443  from the internet; the answer is lost" in exposure_text(mute.exposure(), mute)


def test_an_exposure_that_cannot_be_decided_is_told() -> None:
    net = reachsim.loads("""\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {0.0.0.0/0: fw}}
    security_groups: {w: {ingress: [{allow: tcp/80, from: 0.0.0.0/0}]}}
    instances: {i: {subnet: s, public_ip: true, security_groups: [w]}}
    network_firewalls: {fw: {}}
""")
    text = exposure_text(net.exposure(), net)
    assert "the answer is lost" not in text
    assert "cannot decide  whether all comes in" in text
    assert "fw is a Network Firewall endpoint, which is not modelled" in " ".join(text.split())


def test_leaks_of_a_class_are_told_together(large: reachsim.Network) -> None:
    one, other = list(large.topology.vpcs)[:2]
    found = large.isolated({"vpc": one}, {"vpc": other})
    text = isolated_text(found, large)
    assert len(found.leaks) > 20
    assert len(text.splitlines()) <= 60
    assert text.startswith(f"NOT ISOLATED  vpc {one} <-> vpc {other}\n")


def test_dead_ends_with_one_cause_are_told_together() -> None:
    net = shared("models/19-peering-pending-acceptance-as-found.yaml")
    text = deadends_text(net.dead_ends(), "f")
    assert text.startswith("DEAD ENDS  2 blackholes  f\n")
    assert "mobile route table app  10.119.0.0/16  :14" in text


def test_rules_that_are_the_same_are_equivalent(three: reachsim.Network) -> None:
    twice = three.with_({"vpcs.shop.security_groups.web.ingress": [
        {"allow": "tcp/80", "from": "0.0.0.0/1"},
        {"allow": "tcp/80", "from": "128.0.0.0/1"},
        {"allow": "tcp/443", "from": "0.0.0.0/0"},
        {"allow": "tcp/443", "from": "10.0.0.0/8"},
    ]})  # fmt: skip
    (rule,) = [rule for rule in twice.idle_rules() if rule.owner == "shop security group web"]
    assert "tcp/443 from 10.0.0.0/8  redundant with tcp/443 from 0.0.0.0/0" in rules_text([rule], "f")
    assert rules_text([], "f") == "NO IDLE RULES  every rule decides something  f"
    assert comparison_text(hold_against(twice, "shop.db", "shop.db")) == (
        "EQUIVALENT  shop.db, shop.db\n"
        "  network ACL ingress: the same\n  network ACL egress: the same\n"
        "  security group ingress: the same\n  security group egress: the same"
    )


# -- differences --------------------------------------------------------------------------------------------


def changed(before: reachsim.Network, after: reachsim.Network, *allowed: str, look: Look | None = None) -> str:
    found = reachsim.diff(before, after)
    return diff_text(found, [Traffic.parse(text) for text in allowed], (before, after), look or Look())


def test_a_difference_is_read_in_ten_lines(large: reachsim.Network) -> None:
    vpc = next(iter(large.topology.vpcs))
    wider = large.with_({f"vpcs.{vpc}.security_groups.bastion.ingress": [{"allow": "all", "from": "0.0.0.0/0"}]})
    text = changed(large, wider)
    assert text.splitlines()[0].startswith("OPENED")
    assert "internet" in text.splitlines()[4]  # what the internet takes part in comes first
    assert len(text.splitlines()) < 100  # of 22 changes, and of rules that decide nothing now


def test_what_is_allowed_stands_apart(three: reachsim.Network) -> None:
    wider = three.with_(
        {"vpcs.shop.security_groups.app.ingress[2]": {"allow": ["tcp/9090", "tcp/9091"], "from": "bastion"}}
    )
    assert "opened, as allowed" not in changed(three, wider, "tcp/9090")
    assert changed(three, wider, "tcp/9090").startswith("OPENED  1 change opens traffic that is not allowed\n")
    assert changed(three, wider, "tcp/9090-9091").startswith("AS ALLOWED")
    assert changed(wider, three).startswith("NOTHING OPENED  1 change closes some\n")
    assert changed(three, three).startswith("THE SAME")


def test_interfaces_that_come_and_go_are_told(three: reachsim.Network) -> None:
    hub = shared("models/hub-and-spoke.yaml")
    text = changed(three, hub)
    assert "added    8 interfaces: " in text
    assert "removed  9 interfaces: VPC shop (9)" in text


def test_progress_of_a_difference(three: reachsim.Network) -> None:
    heard: list[tuple[int, int]] = []
    reachsim.diff(three, three, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] > 0
    assert len(heard) >= 2
