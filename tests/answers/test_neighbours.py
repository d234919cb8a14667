"""Who reaches an end, and what it reaches: what asking each end by itself says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.models import shared

import reachsim
from reachsim import EndpointError, Network, Traffic, UsageError
from reachsim.cli.main import main
from reachsim.reach.pair import Reach

MODELS = Path(__file__).parents[2] / "models"


def load(name: str) -> Network:
    return shared(MODELS / f"{name}.yaml")


@pytest.fixture(scope="module")
def shop() -> Network:
    return load("three-tier")


def said(found: Reach, traffic: Traffic) -> tuple[bool, bool, bool, str]:
    """Whether some of the traffic passes, passes in part, is delivered where no port gets an answer; what is undecided."""
    passing = found.reachable.restrict(traffic=traffic)
    partial = found.partial.restrict(traffic=traffic)
    delivered = found.delivered.restrict(traffic=traffic)
    pairs = {(box.sources, box.destinations) for box in (passing | partial).boxes()}
    silent = delivered - passing - partial
    for sources, destinations in pairs:
        inside = (passing | partial).restrict(sources=sources, destinations=destinations).traffic()
        silent -= silent.restrict(traffic=inside, sources=sources, destinations=destinations)
    return bool(passing), bool(partial), bool(silent), found.undecided


@pytest.mark.parametrize("traffic", ["all", "tcp/443"])
@pytest.mark.parametrize(
    ("model", "ends"),
    [
        ("three-tier", ["db-a", "web-a", "internet", "10.40.0.0/16", "10.40.32.30"]),
        ("vpc-lambda-as-found", ["probe", "internet", "partner.api", "fetch"]),
        ("vpc-lambda-repaired", ["probe", "www.google.com", "nat"]),
        ("hub-and-spoke", ["dev.app", "git", "10.0.0.0/8"]),
        ("24-zone-without-attachment-as-found", ["internet"]),
        ("22-session-manager-private-dns-off-as-found", ["internet"]),
        ("26-vpn-routes-not-propagated-repaired", ["internet"]),
    ],
)
def test_each_end_is_told_what_asking_it_alone_tells(model: str, ends: list[str], traffic: str) -> None:
    net = load(model)
    asked = Traffic.parse(traffic)
    own = [full for full, interface in net.topology.interfaces.items() if not interface.shared]
    others = [*own, "internet", *net.design.internet.hosts]
    for end in ends:
        sending = {record["from"]: record for record in net.who_reaches(end, traffic).to_rows()}
        taking = {record["to"]: record for record in net.reaches_what(end, traffic).to_rows()}
        itself = net.endpoint(end).name
        for name in others:
            outside = {net.endpoint(each).kind for each in (name, end)} <= {"internet", "internet host"}
            if name == itself or outside:
                assert name not in sending.keys() | taking.keys()
                continue
            for found, answer in ((sending, net.reach(name, end)), (taking, net.reach(end, name))):
                passes, partial, silent, undecided = said(answer, asked)
                record = found.get(name)
                if record is None:
                    assert (passes, partial, silent, undecided) == (False, False, False, ""), (end, name)
                else:
                    told = bool(record["traffic"]), bool(record["partial"]), bool(record["one_way"])
                    assert (*told, record["undecided"]) == (passes, partial, silent, undecided), (end, name)


def test_alike_ends_are_told_together(shop: Network) -> None:
    found = shop.who_reaches("db-a", "tcp/5432")
    assert [row.names for row in found] == [("shop.app-a", "shop.app-b"), ("shop.db-b",)]
    assert found.title == "3 of 13 other ends reach shop.db-a with tcp/5432"
    assert repr(found) == "<Neighbours 3 of 13 other ends reach shop.db-a with tcp/5432>"
    assert found
    assert found[0].verdict == "passes"
    assert found == load("three-tier").who_reaches("db-a", "tcp/5432")
    assert found != shop.who_reaches("db-b", "tcp/5432")


def test_functions_are_told_by_name() -> None:
    net = load("vpc-lambda-as-found")
    assert ("fetch", "fetch:2") in [row.names for row in net.who_reaches("partner.api")]


def test_nobody(shop: Network) -> None:
    found = shop.who_reaches("db-a", "tcp/22")
    assert not found
    assert (len(found), found.asked) == (0, 13)


def test_no_reply_is_told_apart() -> None:
    """The way back is missing: what is delivered is no passing."""
    net = load("16-peering-route-on-one-side-as-found")
    records = [record for end in net.topology.interfaces for record in net.who_reaches(end).to_rows()]
    verdicts = {(r["from"], r["to"]): r["verdict"] for r in records}
    assert "no reply" in verdicts.values()
    for (one, other), verdict in verdicts.items():
        assert (verdict == "no reply") == (
            not net.reach(one, other).reachable and bool(net.reach(one, other).delivered)
        )


def test_records_are_flat(shop: Network) -> None:
    records = shop.reaches_what("app-a", "tcp/5432").to_rows()
    assert [(r["from"], r["to"]) for r in records] == [("shop.app-a", "shop.db-a"), ("shop.app-a", "shop.db-b")]
    assert all(isinstance(value, str) for record in records for value in record.values())


def test_what_is_no_question(shop: Network) -> None:
    with pytest.raises(UsageError, match="an endpoint is expected, got 5"):
        shop.who_reaches(5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="traffic is expected, got 5"):
        shop.who_reaches("db-a", 5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="the traffic is empty"):
        shop.reaches_what("db-a", Traffic.nothing())
    with pytest.raises(EndpointError, match="unknown endpoint 'db-q'"):
        shop.reaches_what("db-q")


def test_progress_ends_with_all(shop: Network) -> None:
    heard: list[tuple[int, int]] = []
    shop.who_reaches("db-a", progress=lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == list(range(1, heard[0][1] + 1))


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(MODELS / "three-tier.yaml")
    assert main(["who", file, "db-a", "tcp/22"]) == 0
    assert capsys.readouterr().out.startswith("NOT REACHED  0 of 13 other ends reach shop.db-a with tcp/22")
    assert main(["what", file, "app-a", "tcp/5432", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["format_version"] == 1
    assert (data["direction"], data["end"], data["traffic"]) == ("what", "shop.app-a", "tcp/5432")
    assert data["rows"][0]["names"] == ["shop.db-a", "shop.db-b"]
    assert main(["who", file, "db-q"]) == 2


def test_what_cannot_be_decided_is_exit_code_3(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "unknown.yaml"
    file.write_text(
        "version: 1\nvpcs:\n  v:\n    cidrs: [10.0.0.0/16]\n    subnets: {s: {cidr: 10.0.0.0/24}}\n"
        "    security_groups: {g: {ingress: [{allow: tcp/80, from: unknown}]}}\n"
        "    instances: {a: {subnet: s}, b: {subnet: s, security_groups: [g]}}\n",
        encoding="utf-8",
    )
    assert main(["who", str(file), "b", "tcp/80"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("CANNOT DECIDE  0 of 2 other ends reach v.b with tcp/80, 1 undecided")
    assert "cannot decide  " in out


def test_what_has_an_address_of_the_block_speaks_for_itself_alone() -> None:
    """Nothing leaves a host to its own address; those that are like it otherwise reach it."""
    net = reachsim.loads(
        "version: 1\nvpcs:\n  v:\n    cidrs: [10.0.0.0/16]\n    subnets: {s: {cidr: 10.0.0.0/24}}\n"
        "    security_groups: {g: {ingress: [{allow: tcp/80, from: g}]}}\n"
        "    instances:\n"
        "      a: {subnet: s, private_ip: 10.0.0.9, security_groups: [g]}\n"
        "      b: {subnet: s, private_ip: 10.0.0.20, security_groups: [g]}\n"
        "      c: {subnet: s, private_ip: 10.0.0.21, security_groups: [g]}\n"
    )
    assert len(net.classes.classes) == 1
    assert [row.names for row in net.who_reaches("10.0.0.8/30", "tcp/80")] == [("v.b", "v.c")]
    assert [row.names for row in net.reaches_what("10.0.0.8/30", "tcp/80")] == [("v.b", "v.c")]
    assert [row.names for row in net.who_reaches("10.0.0.9", "tcp/80")] == [("v.b", "v.c")]
    assert [row.names for row in net.who_reaches("a", "tcp/80")] == [("v.b", "v.c")]


DOOR = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24}, b: {cidr: 10.0.1.0/24}}
    security_groups: {ssh: {ingress: [{allow: tcp/22, from: 0.0.0.0/0}]}, shut: {egress: []}}
    instances: {x: {subnet: a, security_groups: [ssh]}, y: {subnet: a, security_groups: [shut]}}
    unknown_components: {thing: {subnets: [b]}}
"""


@pytest.mark.parametrize("end", ["x", "y"])
@pytest.mark.parametrize("written", ["unknown_components: {thing: {subnets: [b]}}", "interfaces: unknown"])
def test_what_is_not_modelled_is_an_end_too(end: str, written: str) -> None:
    """It may send to x alone, and is sent to by x alone: y takes nothing and sends nothing."""
    text, name = DOOR, "v.thing"
    if written.startswith("interfaces"):
        text, name = DOOR.replace("    unknown_components: {thing: {subnets: [b]}}\n", ""), "v.b"
        text = text.replace("b: {cidr: 10.0.1.0/24}", f"b: {{cidr: 10.0.1.0/24, {written}}}")
    net = reachsim.loads(text)
    expected = [] if end == "y" else [(name, "undecided")]
    for found in (net.who_reaches(end, "tcp/22"), net.reaches_what(end, "tcp/22")):
        assert [(row.names[0], row.verdict) for row in found if row.names[0] == name] == expected
        assert found.asked == 3  # the other instance, the internet, and this


def test_what_is_not_modelled_may_have_a_family_that_is_not_told() -> None:
    """An import leaves out a block that is not known yet: IPv6 of v.thing may be one."""
    dual = (
        DOOR.replace("[10.0.0.0/16]", '[10.0.0.0/16, "2001:db8::/56"]')
        .replace("a: {cidr: 10.0.0.0/24}", 'a: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64"}')
        .replace("shut: {egress: []}", 'shut: {ingress: [{allow: tcp/22, from: "::/0"}]}')
    )
    assert not reachsim.loads(dual).who_reaches("y", "tcp/22").rows  # of one family, which is not let in
    net = reachsim.loads(dual.replace("y: {subnet: a,", "y: {subnet: a, ipv6_address: '2001:db8::9',"))
    assert {row.names: row.verdict for row in net.who_reaches("y", "tcp/22")}["v.thing",] == "undecided"
    assert net.trace("v.thing", "x", "tcp/23").verdict == "undecided"  # by its name it is not known at all


def test_an_address_that_several_have_is_asked_about_and_does_not_ask() -> None:
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": {"s": {"cidr": "10.0.0.0/24"}}, "instances": {"i": {"subnet": "s"}}}
    net = reachsim.loads(json.dumps({"version": 1, "vpcs": {"one": vpc, "two": vpc}}))
    assert not net.who_reaches("10.0.0.4")
    with pytest.raises(EndpointError, match=r"one\.i"):
        net.reaches_what("10.0.0.4")
