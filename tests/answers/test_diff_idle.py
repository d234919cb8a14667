"""Edits of rules and routes that open and close nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.designs import ANY, Changes, design, load

import reachsim
from reachsim.answers.diff_idle import idle_edits
from reachsim.cli.main import main
from reachsim.testing.strategies import to_yaml

WIDE = {"allow": "tcp/443", "from": ANY}
NARROW = {"allow": "tcp/443", "from": "10.0.0.0/8"}
SSH = {"allow": "tcp/22", "from": ANY}
OPEN = "vpcs app security_groups open ingress"
ACL = "vpcs app network_acls strict"
USED: Changes = {"vpcs app subnets public network_acl": "strict"}


def numbered(*rules: tuple[int, str, str]) -> Changes:
    """An ACL that lets everything out, and these in."""
    ingress = [{"rule": number, action: "tcp", "from": block} for number, action, block in rules]
    return USED | {ACL: {"ingress": ingress, "egress": [{"rule": 1, "allow": "all", "to": ANY}]}}


def idle(before: Changes, after: Changes) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    one, other = load(before), load(after)
    found = idle_edits(reachsim.diff(one, other), one, other)
    return [(e.kind, e.owner, e.before, e.after, e.by) for e in found]


def test_a_rule_that_another_one_makes_superfluous_goes_without_effect() -> None:
    owner = "app security group open ingress"
    by = ("tcp/443 from 0.0.0.0/0",)
    assert idle({OPEN: [WIDE, NARROW]}, {OPEN: [WIDE]}) == [("removed", owner, "tcp/443 from 10.0.0.0/8", "", by)]
    assert idle({OPEN: [WIDE]}, {OPEN: [WIDE, NARROW]}) == [("added", owner, "", "tcp/443 from 10.0.0.0/8", by)]
    assert idle({OPEN: [WIDE]}, {OPEN: [WIDE, SSH]}) == []  # it opens SSH


def test_beside_an_edit_that_has_one() -> None:
    """SSH is closed by the one, and the other is still said by the first rule."""
    told = [("removed", "app security group open ingress", "tcp/443 from 10.0.0.0/8", "", ("tcp/443 from 0.0.0.0/0",))]
    assert idle({OPEN: [WIDE, NARROW, SSH]}, {OPEN: [WIDE]}) == told


def test_rules_that_are_only_written_otherwise_are_not_edited() -> None:
    assert idle({OPEN: [WIDE, SSH]}, {OPEN: [SSH, WIDE]}) == []
    assert idle({OPEN: [WIDE]}, {OPEN: [{**WIDE, "description": "the shop"}]}) == []


def test_a_rule_of_a_group_that_nobody_carries() -> None:
    spare = "vpcs app security_groups spare"
    assert idle({spare: {"ingress": [WIDE]}}, {spare: {"ingress": [SSH]}}) == [
        ("changed", "app security group spare ingress", "tcp/443 from 0.0.0.0/0", "tcp/22 from 0.0.0.0/0", ())
    ]


@pytest.mark.rule("NACL-2")
def test_rules_of_an_acl_are_told_apart_by_their_numbers() -> None:
    """20 allows what 10 has decided; 20 for 10.0.0.0/8 opens nothing beside it, and 30 for a neighbour does."""
    owner = "app network ACL strict ingress"
    before = numbered((10, "allow", ANY), (20, "deny", "10.0.0.0/8"))
    changed = numbered((10, "allow", ANY), (20, "deny", "10.1.0.0/16"))
    assert idle(before, changed) == [
        ("changed", owner, "rule 20: deny tcp from 10.0.0.0/8", "rule 20: deny tcp from 10.1.0.0/16", ())
    ]
    gone = numbered((10, "allow", ANY))
    (edit,) = idle(before, gone)
    assert edit[:3] == ("removed", owner, "rule 20: deny tcp from 10.0.0.0/8")
    assert edit[4] == ("rule 10: allow tcp from 0.0.0.0/0",)
    assert idle(gone, numbered((10, "allow", "10.0.0.0/8"))) == []  # it closes
    both = numbered((10, "allow", "10.0.0.0/8"), (20, "deny", "192.168.0.0/16"))
    assert [edit[0] for edit in idle(before, both)] == ["changed"]  # that of 20


@pytest.mark.rule("ROUTE-4")
def test_a_route_beside_another_one_to_the_same_place() -> None:
    more: Changes = {"vpcs app route_tables public": {ANY: "igw", "203.0.113.0/24": "igw"}}
    assert idle({}, more) == [("added", "app route table public", "", "203.0.113.0/24 -> igw", ())]
    assert idle(more, {}) == [("removed", "app route table public", "203.0.113.0/24 -> igw", "", ())]
    assert idle({}, {"vpcs app route_tables public": {"203.0.113.0/24": "igw"}}) == []


def test_where_anything_is_undecided_nothing_is_said_of_it() -> None:
    """The peer of a rule is not known, so nobody knows what a narrower rule beside it adds."""
    unsure = {"allow": "tcp/443", "from": "unknown"}
    assert idle({OPEN: [unsure]}, {OPEN: [unsure, NARROW]}) == []


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rules in (("before", [WIDE, NARROW]), ("after", [WIDE])):
        Path(f"{name}.yaml").write_text(to_yaml(design({OPEN: rules})), encoding="utf-8")
    line = 1 + Path("before.yaml").read_text(encoding="utf-8").splitlines().index(
        "        - {allow: tcp/443, from: 10.0.0.0/8}"
    )
    assert main(["diff", "before.yaml", "after.yaml"]) == 0
    out = capsys.readouterr().out
    assert "THE SAME" in out
    assert "edited without effect\n  removed  app security group open ingress\n" in out
    assert f"    before  tcp/443 from 10.0.0.0/8, before.yaml:{line}\n" in out
    assert "    alike   tcp/443 from 0.0.0.0/0" in out
    assert main(["diff", "before.yaml", "after.yaml", "--format", "json"]) == 0
    (edit,) = json.loads(capsys.readouterr().out)["without_effect"]
    assert (edit["kind"], edit["before_where"], edit["by"]) == (
        "removed",
        f"before.yaml:{line}",
        ["tcp/443 from 0.0.0.0/0"],
    )
    assert main(["diff", "before.yaml", "after.yaml", "--format", "github"]) == 0
    assert "::notice file=after.yaml,title=reachsim diff%3A removed without effect" in capsys.readouterr().out
