"""Lint on the gallery of models, silences, codes, and the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.answers.lint_designs import CALM, MODELS, ROOT, found, model
from tests.designs import Changes, load
from tests.models import shared
from tests.oracle.text import write_yaml

import reachsim
from reachsim.answers.lint.registry import CHECKS
from reachsim.cli.main import main
from reachsim.errors import DesignError, UsageError
from reachsim.rules.lint import LintCode, severity_of


def test_the_base_is_clean() -> None:
    assert found() == []
    assert load(CALM).lint()


# -- the gallery --------------------------------------------------------------------------------------------

PLANTED = {
    "01-lambda-no-nat-route": "CONNECTION_UNUSED",
    "02-lambda-in-public-subnet": "FUNCTION_IN_PUBLIC_SUBNET",
    "03-nat-gateway-in-private-subnet": "NAT_WITHOUT_WAY_OUT",
    "04-subnet-on-main-route-table": "HOSTS_IN_PUBLIC_SUBNET",
    "05-nat-instance-source-dest-check": "NAT_CHECK_ON",
    "06-nat-instance-closed-group": "NAT_CLOSED",
    "07-nat-instance-no-masquerade": "ROUTE_LEADS_NOWHERE",
    "08-nat-instance-not-forwarding": "ROUTE_LEADS_NOWHERE",
    "09-nat-instance-address-on-other-interface": "NAT_WITHOUT_WAY_OUT",
    "10-nat-instance-in-its-clients-subnet": "ROUTE_LOOP",
    "12-acl-server-lacks-outbound-ephemeral": "ANSWERS_CLOSED",
    "13-acl-client-lacks-inbound-ephemeral": "ANSWERS_CLOSED",
    "14-acl-ephemeral-range-too-narrow": "ANSWERS_CLOSED",
    "15-acl-deny-shadows-allow": "RULE_SHADOWED",
    "16-peering-route-on-one-side": "ROUTE_ONE_SIDED",
    "17-peering-borrowed-nat-gateway": "ROUTE_LEADS_NOWHERE",
    "17-peering-is-not-transitive": "ROUTE_LEADS_NOWHERE",
    "18-peering-overlapping-cidrs": "CIDR_OVERLAP",
    "19-peering-pending-acceptance": "ROUTE_BLACKHOLE",
    "22-session-manager-closed-endpoint-group": "ENDPOINT_CLOSED",
    "22-session-manager-private-dns-off": "ENDPOINT_UNUSED",
    "23-image-pull-s3-route-in-wrong-table": "ENDPOINT_UNUSED",
    "23-image-pull-acl-blocks-s3": "ANSWERS_CLOSED",
    "24-central-egress-lacks-the-way-back": "ROUTE_ONE_SIDED",
    "24-zone-without-attachment": "ZONE_WITHOUT_ATTACHMENT",
    "24-inspection-in-two-zones": "INSPECTION_SPLIT",
    "26-vpn-routes-not-propagated": "CONNECTION_UNUSED",
    "block-public-access": "ROUTE_LEADS_NOWHERE",
    "gateway-load-balancer-without-geneve": "TARGET_CLOSED",
    "inspection-bypassed-on-the-way-out": "ROUTE_LEADS_NOWHERE",
    "lb-alb-node-port": "TARGET_CLOSED",
    "lb-health-checks": "TARGET_CLOSED",
    "private-zone-without-dns-hostnames": "HOSTED_ZONE_UNSEEN",
    "privatelink-target-admits-clients": "ENDPOINT_CLOSED",
    "regional-nat-zone-without-address": "NAT_WITHOUT_WAY_OUT",
    "vpc-lambda": "ALIAS_OUTSIDE_VPC",
}
"""Models whose fault needs no question to be seen, with the code that names it."""
QUESTIONS = {
    "20-group-reference-over-public-address": "the rule matches what comes from private addresses",
    "21-lambda-to-database-closed-group": "who is to reach the database, nothing tells",
    "27-pod-range-not-admitted": "who is to reach the service, nothing tells",
    "lb-nlb-hairpin": "only a target that calls itself through the load balancer is lost",
    "peering-without-dns-option": "a name that means the public address may be meant",
}
"""Models whose fault is one only because somebody expects otherwise, and why."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_fault_is_found_and_its_repair_is_not(name: str) -> None:
    as_found = shared(MODELS / f"{name}-as-found.yaml").lint(PLANTED[name])
    assert as_found.findings
    assert not shared(MODELS / f"{name}-repaired.yaml").lint(PLANTED[name]).findings
    for finding in as_found:
        assert finding.where.partition(":")[0].endswith(".yaml")
        assert finding.evidence
        assert finding.cure


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("regional-nat-zone-without-address", "an address in that zone"),
        ("inspection-bypassed-on-the-way-out", "to the middlebox"),
        ("block-public-access", "exclude the subnet"),
        ("privatelink-target-admits-clients", "mend what stops it there"),
    ],
)
def test_the_cure_is_of_the_cause(name: str, cure: str) -> None:
    assert [cure in each.cure for each in shared(MODELS / f"{name}-as-found.yaml").lint(PLANTED[name])] == [True]


def test_the_page_has_the_same_two_lists() -> None:
    page = (ROOT / "docs/lint.md").read_text(encoding="utf-8")
    rows = {f"| {name} | `{code}` |" for name, code in PLANTED.items()}
    rows |= {f"| {name} | none: {why} |" for name, why in QUESTIONS.items()}
    assert rows <= {*page.splitlines()}


def test_every_model_is_in_one_of_the_two_lists() -> None:
    names = {path.name.removesuffix("-as-found.yaml") for path in MODELS.glob("*-as-found.yaml")}
    assert names == PLANTED.keys() | QUESTIONS.keys()


KNOWN = {
    "04-subnet-on-main-route-table-repaired": ["NAT_ONE_ZONE"],  # one NAT gateway for two zones
    "15-acl-deny-shadows-allow-repaired": ["RULE_REDUNDANT"],  # what it denies is denied anyway
    "hub-and-spoke": ["ROUTE_LEADS_NOWHERE"],  # "the default route is a mistake without effect"
    "inspection-bypassed-on-the-way-out-repaired": ["ADMIN_PORT_OPEN"] * 2,  # its firewall's own group admits all
    "lambda-one-off-groups": ["FUNCTION_ADDRESSES"] * 2,
    "session-manager-and-a-bastion": ["SESSION_MANAGER_SUFFICES"] * 4,
    "three-tier": ["RULE_REDUNDANT"],  # 8080 is among the ports for answers
}
"""All findings on models that are not as found, each looked at and true."""


@pytest.mark.parametrize(
    "path", [p for p in sorted(MODELS.glob("*.yaml")) if "as-found" not in p.stem], ids=lambda p: p.stem
)
def test_repaired_models_are_clean_but_for_what_is_known(path: Path) -> None:
    assert [finding.code for finding in shared(path).lint()] == KNOWN.get(path.stem, [])


def test_the_line_is_that_of_the_key_to_edit() -> None:
    assert model("vpc-lambda-as-found") == [
        ("NAT_CHECK_ON", "app route table private", 23),
        ("ALIAS_OUTSIDE_VPC", "fetch:prod", 58),
    ]
    assert model("15-acl-deny-shadows-allow-as-found") == [("RULE_SHADOWED", "claims network ACL db ingress", 18)]


# -- silences -----------------------------------------------------------------------------------------------

LOUD: Changes = {"vpcs app security_groups spare": {}, "vpcs app security_groups other": {}}


def test_silences_need_a_code_and_a_reason_and_count() -> None:
    one: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "at": "app security group spare", "why": "soon"}]}}
    lint = load(CALM, LOUD, one).lint()
    assert [f.component for f in lint] == ["app security group other"]
    assert [(s.finding.component, s.why) for s in lint.silenced] == [("app security group spare", "soon")]
    every: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "why": "soon"}]}}
    assert len(load(CALM, LOUD, every).lint().silenced) == 2
    assert found(every) == [("SILENCE_UNUSED", "GROUP_UNUSED")]
    assert load(CALM, every).lint("ACL_UNUSED").findings == ()  # what was not looked for says nothing of a silence


@pytest.mark.parametrize(
    ("code", "at", "near", "cure"),
    [
        ("GROUP_UNUSED", "app security group spore", "app security group spare", "at: app security group spare"),
        ("GROUP_UNUSED", "app.spare", "app security group spare", "at: app security group spare"),
        ("GROUP_UNUSED", "Other", "app security group other", "at: app security group other"),
        ("ACL_UNUSED", "app security group other", "app security group other", "code: GROUP_UNUSED"),
    ],
)  # fmt: skip
def test_a_silence_that_misses_by_a_word_names_what_it_misses(code: str, at: str, near: str, cure: str) -> None:
    """A name with a slip, in the form of other places, in short; and the code of a neighbour."""
    lint = load(CALM, LOUD, {"lint": {"ignore": [{"code": code, "at": at, "why": "soon"}]}}).lint()
    silence = next(finding for finding in lint.findings if finding.code == "SILENCE_UNUSED")
    assert silence.evidence == f"there is GROUP_UNUSED at {near}"
    assert silence.cure == f"write {cure} if that is meant, or remove it"


def test_a_silence_far_from_any_finding_is_to_go() -> None:
    """Neither what another silence has, nor a finding of another code elsewhere, was meant."""
    far: Changes = {"lint": {"ignore": [{"code": "ACL_UNUSED", "at": "app network ACL x", "why": "soon"}]}}
    taken: Changes = {"lint": {"ignore": [
        {"code": "GROUP_UNUSED", "why": "soon"}, {"code": "GROUP_UNUSED", "at": "app security group spore", "why": "soon"},
    ]}}  # fmt: skip
    for changes in (far, taken):
        silence = next(f for f in load(CALM, LOUD, changes).lint().findings if f.code == "SILENCE_UNUSED")
        assert (silence.evidence, silence.cure) == ("no finding has this code and place", "remove it")


@pytest.mark.parametrize(
    ("silence", "message"),
    [
        ({"code": "GROUP_UNSED", "why": "x"}, "is no code of a finding.*did you mean GROUP_UNUSED"),
        ({"code": "Q", "why": "x"}, "is no code of a finding.*docs/lint.md"),
        ({"code": {"a": 1}, "why": "x"}, "is no code of a finding.*docs/lint.md"),
        ({"code": "GROUP_UNUSED"}, "why"),
        ({"code": "GROUP_UNUSED", "why": " "}, "a silence needs a reason"),
        ({"code": "GROUP_UNUSED", "why": "x", "where": "y"}, "where"),
    ],
)
def test_mistakes_in_silences(silence: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        load({"lint": {"ignore": [silence]}})


# -- codes, and the command line ----------------------------------------------------------------------------


def test_every_code_has_a_check_and_a_line_in_the_docs() -> None:
    given = {code for codes in CHECKS.values() for code in codes} | {LintCode.SILENCE_UNUSED}
    assert given == set(LintCode)
    page = (ROOT / "docs/lint.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    listed: dict[str, str] = {}
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        codes = re.findall(r"`([A-Z_]{4,})`", cells[1])
        severities = cells[2].split(", ")
        listed |= dict(
            zip(codes, severities if len(severities) == len(codes) else severities * len(codes), strict=True)
        )
    assert listed == {code.value: severity_of(code) for code in LintCode}


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(UsageError, match="did you mean 'NAT_CHECK_ON'"):
        load().lint("NAT_CHEK_ON")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["models/vpc-lambda-as-found.yaml"], 1),
        (["models/vpc-lambda-as-found.yaml", "--only", "ACL_UNUSED"], 0),
        (["models/vpc-lambda-as-found.yaml", "--only", "ACL_UNUSED", "--only", "NAT_CHECK_ON"], 1),
        (["models/vpc-lambda-repaired.yaml"], 0),
        (["models/three-tier.yaml"], 0),
        (["models/three-tier.yaml", "--only", "X"], 2),
        (["models/none.yaml"], 2),
    ],
)
def test_exit_codes(
    arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["lint", *arguments]) == status
    capsys.readouterr()


def test_the_keys_of_the_json_and_the_silenced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "design.yaml"
    one: Changes = {"lint": {"ignore": [{"code": "GROUP_UNUSED", "at": "app security group spare", "why": "soon"}]}}
    path.write_text(write_yaml(load(CALM, LOUD, one).source.document.data), encoding="utf-8")
    main(["lint", str(path), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"format_version", "file", "ok", "findings", "silenced", "not_modelled"}
    keys = {"code", "severity", "path", "component", "text", "evidence", "cure", "rule", "where"}
    assert set(data["findings"][0]) == keys
    assert set(data["silenced"][0]) == keys | {"why"}
    main(["lint", str(path), "--all"])
    out = capsys.readouterr().out
    assert "1 advice, 1 silenced" in out
    assert "(why: soon)" in out


NAT_CHAIN: Changes = {
    **{
        f"vpcs app instances nat{number}": {
            "subnet": "public", "public_ip": True, "security_groups": ["open"], "nat": True, "source_dest_check": False,
        }
        for number in (1, 2)
    },
    "vpcs app subnets more": {"cidr": "10.0.200.0/24", "route_table": "more"},
    "vpcs app instances other": {"subnet": "more", "security_groups": ["open"]},
    "vpcs app route_tables private 0.0.0.0/0": "nat1",
    "vpcs app route_tables more": {"0.0.0.0/0": "nat2"},
}  # fmt: skip


def test_each_host_is_asked_once_what_it_gets_to_the_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    net = load(CALM, NAT_CHAIN)
    asked: list[tuple[object, object]] = []
    plain = reachsim.Network.reach

    def reach(self: reachsim.Network, source: object, destination: object) -> object:
        asked.append((source, destination))
        return plain(self, source, destination)  # type: ignore[arg-type]

    monkeypatch.setattr(reachsim.Network, "reach", reach)
    net.lint()
    outward = [source for source, destination in asked if destination == "internet"]
    assert "app.other" in outward
    assert len(outward) == len(set(outward))


def test_progress_goes_on_within_a_check() -> None:
    """A check that asks many questions tells of each, so that long work is announced long before the check is done."""
    told: list[tuple[int, int]] = []
    net = load(CALM, NAT_CHAIN)
    net.lint("ROUTE_ONE_SIDED", "NAT_CLOSED", progress=lambda *each: told.append(each))
    assert told == sorted(told)
    assert {total for _, total in told} == {300}  # three checks give these codes
    assert told[-1] == (300, 300)
    assert any(done % 100 for done, _ in told)
