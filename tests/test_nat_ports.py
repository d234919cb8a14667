"""The ports that NAT devices choose (NAT-PORT), from the file to every command: one verdict, in the same words."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.designs import ALL, ANY, acl_of, load, problems
from tests.oracle.naive import judge
from tests.oracle.text import read_yaml, write_yaml

import reachsim
from reachsim.cli.main import main
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic

CIS = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      app: {cidr: 10.0.1.0/24, route_table: app}
      public: {cidr: 10.0.0.0/24, route_table: public, network_acl: public}
    route_tables: {app: {0.0.0.0/0: ngw}, public: {0.0.0.0/0: igw}}
    nat_gateways: {ngw: {subnet: public}}
    network_acls:
      public:
        ingress: [{rule: 50, deny: tcp/3389, from: 0.0.0.0/0}, {rule: 100, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    instances: {c: {subnet: app, ami: al2023-ami}}
expect:
  - {from: c, to: internet, allow: tcp/443}
  - {from: c, to: internet, allow: udp/53}
  - {from: internet, to: c, deny: all}
"""
"""An ACL as the CIS benchmark asks for it: nobody comes in on 3389, not even answers."""
WARNING = "about 1 in 64,512 connections fails: NAT port 3389"
WIDE = CIS.replace("deny: tcp/3389", "deny: tcp/1024-49151")
PART = "about 75 % of connections fail: NAT ports 1024-49151"  # 48,128 of 64,512 ports are 74.6 %
OPEN = CIS.replace("{rule: 50, deny: tcp/3389, from: 0.0.0.0/0}, ", "")
SHUT = CIS.replace("deny: tcp/3389", "deny: tcp/1024-65535")
STRICT = CIS.replace("version: 1", "version: 1\nnat_loss_below: 0")


def from_inside(design: str) -> str:
    """A design whose ACLs let in all that comes from the VPC, so that what they deny are answers alone."""
    return design.replace("ingress: [{rule", "ingress: [{rule: 40, allow: all, from: 10.0.0.0/16}, {rule")


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Writes a design, gives its name."""

    def write(text: str, name: str = "design.yaml") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """What a command prints, in lines that are not broken."""
    code = main(list(arguments))
    return code, " ".join(capsys.readouterr().out.split())


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command says in JSON."""
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.rule("NAT-PORT")
def test_one_port_in_64512_is_a_warning_in_every_command(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = file(CIS)
    code, text = said(capsys, "check", name)
    assert (code, text.count(f"warning: {WARNING}")) == (0, 1)  # not of UDP, whose ports all come back
    assert [each["warning"] for each in told(capsys, "check", name)["expectations"]] == [WARNING, "", ""]
    code, text = said(capsys, "reach", name, "c", "internet", "tcp/443")
    assert code == 0
    assert text.startswith("PASSES v.c -> internet tcp/443")
    assert f"warning {WARNING}" in text
    assert "stops tcp/443 (client ports 32768-60999 only): NAT port 3389" in text
    data = told(capsys, "reach", name, "c", "internet", "tcp/443")
    assert (data["verdict"], data["partial"]) == ("all", "")
    assert [each["text"] for each in data["nat"]] == [WARNING]
    assert data["nat"][0]["lost_ports"] == ["3389"]
    assert data["stops"][0]["nat_ports"] == "3389"
    code, text = said(capsys, "trace", name, "c", "1.1.1.1", "tcp/443")
    assert code == 0
    assert text.startswith("REACHABLE")
    assert f"warning: {WARNING}" in text
    data = told(capsys, "trace", name, "c", "1.1.1.1", "tcp/443")
    assert (data["verdict"], data["warnings"], data["ways"][0]["nat"]["text"]) == ("reachable", [WARNING], WARNING)


@pytest.mark.rule("NAT-PORT")
def test_three_quarters_of_the_ports_are_partial_with_the_share(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = file(WIDE)
    code, text = said(capsys, "check", name)
    assert code == 1
    assert f"in part {PART}" in text
    result = reachsim.load(name).check()[0]
    assert (result.verdict, result.warning, result.loss) == ("fails", "", PART)
    assert result.reason.startswith(f"in part, {PART}: v.public network ACL public ingress: ")
    assert "is dropped: rule 50: deny tcp/1024-49151" in result.reason
    assert result.witness is not None
    assert result.witness.verdict == "partial"
    code, text = said(capsys, "reach", name, "c", "internet", "tcp/443")
    assert code == 1
    assert text.startswith("PASSES IN PART")
    assert f"in part {PART}" in text
    assert "BLOCKED" not in text
    data = told(capsys, "reach", name, "c", "internet", "tcp/443")
    assert (data["verdict"], data["passes"]) == ("part", "nothing")
    assert data["partial"] == "tcp/443 (client ports 32768-60999 only)"
    code, text = said(capsys, "trace", name, "c", "1.1.1.1", "tcp/443")
    assert code == 1
    assert text.startswith("PARTIAL")
    assert PART in text
    assert "client ports" not in text  # the client's are not to blame
    card = reachsim.load(name).trace("c", "1.1.1.1", "tcp/443")._repr_html_()
    assert PART in card
    assert re.search(
        r'<strong class="rs-tag rs-part"[^>]*>~ partial</strong>', card
    )  # which is not the red of what is lost
    assert card.count('class="rs-tag rs-bad"') == card.count("stopped here")
    assert PART in reachsim.load(name).reach("c", "1.1.1.1")._repr_html_()


@pytest.mark.rule("NAT-PORT")
def test_no_port_left_is_no_reply(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "reach", file(SHUT), "c", "internet", "tcp/443")
    assert code == 1
    assert text.startswith("NO REPLY")
    assert "BLOCKED" not in text
    assert told(capsys, "reach", file(SHUT), "c", "internet", "tcp/443")["verdict"] == "no reply"
    assert told(capsys, "trace", file(SHUT), "c", "1.1.1.1", "tcp/443")["verdict"] == "no reply"


@pytest.mark.rule("NAT-PORT")
def test_strict_designs_and_expectations() -> None:
    net = reachsim.loads(STRICT)
    assert [result.verdict for result in net.check()] == ["fails", "holds", "holds"]
    assert net.trace("c", "1.1.1.1", "tcp/443").verdict == "partial"
    data = read_yaml(CIS)
    data["expect"] = [
        {"from": "c", "to": "internet", "allow": "tcp/443", "nat_loss_below": share}
        for share in (0, "0.001%", "0.002%")
    ]
    net = reachsim.loads(write_yaml(data))
    assert [result.verdict for result in net.check()] == ["fails", "fails", "holds"]  # 1 in 64,512 is 0.00155 %
    assert net.check()[0].blockers[0].ports == "NAT port 3389"
    data = read_yaml(WIDE)
    data["nat_loss_below"] = "75%"
    assert reachsim.loads(write_yaml(data)).check().ok


@pytest.mark.rule("NAT-PORT")
def test_deliveries_and_deny_are_not_affected() -> None:
    data = read_yaml(SHUT)
    data["expect"] = [
        {"from": "c", "to": "internet", "allow": "tcp/443", "one_way": True},
        {"from": "c", "to": "internet", "deny": "tcp/443"},
    ]
    assert [result.verdict for result in reachsim.loads(write_yaml(data)).check()] == ["holds", "fails"]


@pytest.mark.parametrize("value", [0.01, 1, "1", "101%", "-1%", "1.5", True, None, "1 %", []])
def test_a_share_is_in_percent(value: Any) -> None:
    (problem,) = problems({"nat_loss_below": value})
    assert problem.message.startswith("a share in percent is expected, got ")
    assert problem.hint == "write 1%, 0.5%, or 0 for none at all"


def test_the_share_goes_with_an_allow() -> None:
    for more in ({"deny": "all"}, {"allow": "all", "one_way": True}):
        (problem,) = problems({"expect": [{"from": "probe", "to": "db", "nat_loss_below": 0, **more}]})
        assert problem.message == "'nat_loss_below' goes with an 'allow' that asks for the answer"


# --- edits ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("NAT-PORT")
def test_a_diff_tells_a_lost_port_from_a_closed_door(file: Any, capsys: pytest.CaptureFixture[str]) -> None:
    designs = {"open": OPEN, "cis": CIS, "wide": WIDE, "shut": SHUT}
    names = {name: file(from_inside(design), f"{name}.yaml") for name, design in designs.items()}
    code, text = said(capsys, "diff", names["open"], names["cis"])
    assert code == 0
    assert text.startswith("NOTHING OPENED the same traffic flows; of it, NAT devices lose another share")
    assert f"{WARNING}; before: no connection" in text
    (change,) = told(capsys, "diff", names["open"], names["cis"])["changes"]
    assert (change["kind"], change["traffic"], change["nat"]) == (
        "changed",
        "tcp",
        f"{WARNING}; before: no connection fails",
    )
    (change,) = told(capsys, "diff", names["cis"], names["wide"])["changes"]
    assert (change["kind"], change["nat"], change["one_way"]) == ("closed", f"{PART}; before: {WARNING}", False)
    (change,) = told(capsys, "diff", names["wide"], names["open"])["changes"]
    assert (change["kind"], change["nat"]) == ("opened", f"no connection fails; before: {PART}")
    (change,) = told(capsys, "diff", names["shut"], names["wide"])["changes"]
    assert (change["kind"], change["nat"]) == ("opened", PART)
    (change,) = told(capsys, "diff", names["wide"], names["shut"])["changes"]
    assert (change["kind"], change["nat"]) == ("closed", "")


# --- the matrix -----------------------------------------------------------------------------------------------

OVER_PEERING = {
    "vpcs app route_tables private 10.1.0.0/16": "ngw",
    "vpcs app route_tables public 10.1.0.0/16": "pcx",
}
"""NATGW-14: a pair of interfaces with a NAT gateway between them."""


@pytest.mark.rule("NAT-PORT")
def test_a_pair_that_is_reachable_in_part_alone_is_in_every_export() -> None:
    acl = acl_of("public", ["allow all 10.0.0.0/16", f"deny tcp/1024-49151 {ANY}", ALL], [f"allow tcp {ANY}"])
    matrix = load(OVER_PEERING, acl).matrix()
    assert not matrix["probe", "api"]
    rows = csv.DictReader(io.StringIO(matrix.to_csv()))
    (row,) = (row for row in rows if (row["source"], row["destination"]) == ("app.probe", "data.api"))
    assert (row["traffic"], row["partial"], row["nat_loss"]) == ("nothing", "tcp", PART)
    assert matrix.to_networkx().edges["app.probe", "data.api"]["partial"] == "tcp"


@pytest.mark.parametrize(("denied", "words", "partial"), [("tcp/3389", WARNING, ""), ("tcp/1024-49151", PART, "tcp")])
def test_the_matrix_marks_what_nat_loses_in_all_formats(
    denied: str, words: str, partial: str, file: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    net = load(OVER_PEERING, acl_of("public", ["allow all 10.0.0.0/16", f"deny {denied} {ANY}", ALL], [ALL]))
    matrix = net.matrix()
    cell = matrix["probe", "api"]
    answer = net.reach("probe", "api")
    assert str(cell.partial or "") == str(answer.partial.traffic() or "") == partial
    assert ("app.probe", "data.api") in matrix["udp/53"]
    assert (("app.probe", "data.api") in matrix["tcp/443"]) == (not partial)
    assert {str(choices): str(traffic) for choices, traffic in cell.losses.items()} == {words: "tcp"}
    assert [str(choices) for choices in answer.losses] == [words]
    rows = list(csv.DictReader(io.StringIO(matrix.to_csv())))
    (row,) = (row for row in rows if (row["source"], row["destination"]) == ("app.probe", "data.api"))
    assert (row["partial"], row["nat_loss"]) == (partial, words)
    assert [each["nat"][0]["text"] for each in matrix.to_dict()["reachable"] if each["nat"]] == [words] * 2
    assert [each["partial"] for each in matrix.to_dict("vpc")["reachable"] if each["nat"]] == [partial]
    card = matrix._repr_html_()
    assert words in card
    assert ("; in part tcp" in card or "~ in part tcp" in card) == bool(partial)
    assert 'class="rs-half"' in card  # of pairs of which every answer is lost, too
    edge = matrix.to_networkx().edges["app.probe", "data.api"]
    assert (edge["partial"], edge["nat_loss"]) == (partial, words)
    name = str(tmp_path / "m.yaml")
    Path(name).write_text(write_yaml(net.source.document.data), encoding="utf-8")
    code, text = said(capsys, "matrix", name)
    assert code == 0
    assert words in text
    assert "~ some in part" in text
    assert (f"in part tcp: {words}" in text) == bool(partial)
    found = [each for each in told(capsys, "matrix", name)["reachable"] if each["nat"]]
    assert [(each["partial"], each["nat"][0]["text"]) for each in found] == [(partial, words)] * 2
    deaf = sum(net.reach(a, b).answerless for a, b, _ in matrix)  # of which every answer is lost
    assert told(capsys, "matrix", name)["partial_pairs"] == (2 if partial else 0) + deaf
    main(["matrix", name, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["partial"], row["nat_loss"]) for row in rows if row["nat_loss"]] == [(partial, words)] * 2


# --- two devices ----------------------------------------------------------------------------------------------

CHAIN = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      app: {cidr: 10.0.1.0/24, route_table: app}
      middle: {cidr: 10.0.2.0/24, route_table: middle, network_acl: middle}
      public: {cidr: 10.0.0.0/24, route_table: public, network_acl: public}
    route_tables: {app: {0.0.0.0/0: nat}, middle: {0.0.0.0/0: ngw}, public: {0.0.0.0/0: igw}}
    nat_gateways: {ngw: {subnet: public}}
    security_groups: {open: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    network_acls:
      middle:
        ingress: [{rule: 50, deny: tcp/4000-4099, from: 0.0.0.0/0}, {rule: 100, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
      public:
        ingress: [{rule: 50, deny: tcp/3389, from: 0.0.0.0/0}, {rule: 100, allow: all, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    instances:
      c: {subnet: app, client_ports: 1024-65535}
      nat: {subnet: middle, nat: true, source_dest_check: false, security_groups: [open]}
internet: {hosts: {www: {ip: 203.0.113.9}}}
"""
"""A NAT instance whose own way out is a NAT gateway: each chooses a port of its own."""


@pytest.mark.rule("NAT-PORT")
def test_the_shares_of_two_devices_multiply() -> None:
    net = reachsim.loads(from_inside(CHAIN))
    trace = net.trace("c", "www", "tcp/443")
    (way,) = trace.ways
    assert way.choices.lost == (PortSet.of((4000, 4099)), PortSet.of((3389, 3389)))
    # Of all pairs of choices, those that come back: 64,412 of the instance's times 64,511 of the gateway's.
    assert way.choices.share == Fraction(64412 * 64511, 64512**2)
    assert trace.verdict == "reachable"
    assert trace.warnings == (f"about 1 in {round(1 / (1 - way.choices.share)):,} connections fails: "
                              "NAT ports 4000-4099 and NAT port 3389",)  # fmt: skip
    answer = net.reach("c", "www")
    assert list(answer.losses) == [way.choices]
    assert answer.always.traffic().isdisjoint(Traffic.parse("tcp"))
    assert Traffic.parse("tcp") <= answer.reachable.traffic()
    stops = {stop.component: stop.nat_ports for stop in answer.stops if stop.nat_ports is not None}
    assert stops == {"v.middle": PortSet.of((4000, 4099)), "v.public": PortSet.of((3389, 3389))}


def test_two_devices_between_interfaces_are_the_same_in_the_matrix() -> None:
    data = read_yaml(from_inside(CHAIN))
    tables = data["vpcs"]["v"]["route_tables"]
    tables["app"]["10.9.0.0/16"], tables["middle"]["10.9.0.0/16"], tables["public"]["10.9.0.0/16"] = "nat", "ngw", "pcx"
    data["vpcs"]["w"] = {
        "cidrs": ["10.9.0.0/16"],
        "subnets": {"far": {"cidr": "10.9.1.0/24", "route_table": "far"}},
        "route_tables": {"far": {"10.0.0.0/16": "pcx"}},
        "security_groups": {"open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
        "instances": {"d": {"subnet": "far", "security_groups": ["open"]}},
    }
    data["peering_connections"] = {"pcx": {"requester": "v", "accepter": "w"}}
    for acl in data["vpcs"]["v"]["network_acls"].values():  # what the far side answers is denied, whoever it is
        acl["ingress"][1]["from"] = "10.9.0.0/16"
    net = reachsim.loads(write_yaml(data))
    answer, cell = net.reach("c", "d"), net.matrix()["c", "d"]
    (choices,) = answer.losses
    assert choices.lost == (PortSet.of((4000, 4099)), PortSet.of((3389, 3389)))
    assert cell.losses == {choices: Traffic.parse("tcp")}
    assert net.matrix().reach("c", "d") == answer.reachable


def test_two_devices_that_lose_little_may_lose_too_much_together() -> None:
    narrow = CHAIN.replace("tcp/4000-4099", "tcp/4000-4499").replace("tcp/3389", "tcp/3000-3399")  # 0.78 % and 0.62 %
    trace = reachsim.loads(narrow).trace("c", "www", "tcp/443")
    assert trace.verdict == "partial"
    assert trace.blockers[0].component == "v.public"  # first on the way back
    assert {blocker.ports for blocker in trace.blockers} == {"NAT ports 3000-3399", "NAT ports 4000-4499"}
    alone = reachsim.loads(CHAIN.replace("tcp/4000-4099", "tcp/4000-4499")).trace("c", "www", "tcp/443")
    assert alone.verdict == "reachable"


@pytest.mark.parametrize("design", [CIS, WIDE, CHAIN], ids=["cis", "wide", "chain"])
@pytest.mark.parametrize("port", [1024, 3388, 3389, 3390, 3999, 4000, 4099, 4100, 49151, 49152, 65535])
def test_the_oracle_loses_the_same_ports(design: str, port: int) -> None:
    net = reachsim.loads(design)
    host = "www" if "www" in design else "1.1.1.1"
    (way,) = net.trace("c", host, "tcp/443").ways
    comes_back = judge(read_yaml(design), "c", host, "tcp/443", 50000, nat_port=port).reachable
    assert comes_back == all(port not in ports for ports in way.choices.lost)


def test_a_packet_with_a_source_port_is_judged_by_the_same_share() -> None:
    net = reachsim.loads(WIDE)
    answer = net.reach("c", "1.1.1.1")
    packet = answer.partial.witness()
    assert packet is not None
    assert isinstance(packet, Packet)
    assert net.trace("c", "1.1.1.1", "tcp/443", source_port=3389).verdict == "partial"
    assert net.trace("c", "1.1.1.1", "udp/443", source_port=3389).verdict == "reachable"


@pytest.mark.rule("NAT-PORT")
@pytest.mark.parametrize(("last", "verdict"), [(1668, "reachable"), (1669, "partial")])
def test_less_than_one_percent_may_be_lost(last: int, verdict: str) -> None:
    """645 of 64,512 ports are less than 1 %, 646 are more."""
    net = reachsim.loads(CIS.replace("deny: tcp/3389", f"deny: tcp/1024-{last}"))
    assert net.trace("c", "internet", "tcp/443").verdict == verdict
