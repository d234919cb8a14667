"""The ways that agents lack, given by edits that are proven: `session-manager --fix`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.answers.test_session_manager import ROOT, WORKER, load
from tests.designs import GONE
from tests.models import shared

import reachsim
from reachsim.cli.main import main
from reachsim.loading.patch import as_edits


@pytest.mark.rule("SSM-4")
@pytest.mark.parametrize(
    ("model", "edits"),
    [
        ("22-session-manager-closed-endpoint-group-as-found",
         ["add to security group endpoint the ingress rule tcp/443 from node"]),
        ("22-session-manager-private-dns-off-as-found", ["set enable_dns_hostnames of VPC ledger, which private DNS needs"]),
    ],
)  # fmt: skip
def test_the_missing_ways_are_given_by_one_patch(model: str, edits: list[str]) -> None:
    text = (ROOT / "models" / f"{model}.yaml").read_text(encoding="utf-8")
    net = reachsim.loads(text, file=model)
    plan = net.fix_sessions("node")
    assert plan.whole is not None
    assert plan.ok
    assert [edit.text for edit in plan.whole.edits] == edits
    patch = plan.whole.patch
    assert patch is not None
    assert patch.before == text
    assert "service:" not in patch.diff
    assert reachsim.loads(patch.after).session_manager("node").state == "ready"


def test_what_agents_get_beside_the_services_is_told() -> None:
    """The endpoint's group opened for the sender is what was asked for, under the name of the service."""
    model = "22-session-manager-closed-endpoint-group-as-found"
    plan = shared(ROOT / f"models/{model}.yaml").fix_sessions()
    assert plan.whole is not None
    assert plan.whole.opens == ()


def test_expectations_of_the_file_that_fail_are_left_alone() -> None:
    failing = {"expect": [{"from": "worker", "to": "bastion", "allow": "tcp/9999"}]}
    shut = {"vpcs shop security_groups worker egress": []}
    plan = load(failing, shut).fix_sessions("worker")
    assert plan.whole is not None
    assert plan.whole.patch is not None
    after = reachsim.loads(plan.whole.patch.after)
    assert after.session_manager("worker").state == "ready"
    assert not after.check().ok


def test_where_no_way_is_missing_nothing_is_mended() -> None:
    for net in (load(), load({f"{WORKER} instance_profile": GONE})):  # a role is no way
        plan = net.fix_sessions()
        assert plan.whole is None
        assert plan.ok


def test_an_edited_copy_has_edits_and_no_patch() -> None:
    copy = load().with_({"vpcs.shop.security_groups.worker.egress": []})
    plan = copy.fix_sessions("worker")
    assert plan.whole is not None
    assert plan.whole.patch is None
    mended = copy.with_(as_edits(copy.source.document.data, [c for e in plan.whole.edits for c in e.changes]))
    assert mended.session_manager("worker").state == "ready"


def test_the_command_prints_the_edit_and_the_patch(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(ROOT / "models/22-session-manager-closed-endpoint-group-as-found.yaml")
    assert main(["session-manager", file, "--fix"]) == 1
    out = capsys.readouterr().out
    assert "1 EDIT  for 2 missing ways to Session Manager" in out
    assert "+          - {allow: tcp/443, from: node}" in out
    assert main(["session-manager", file, "--fix", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["fix"]["whole"]["opens"] == []


def test_the_command_writes_the_patch_of_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The state that it tells, and the exit code, are those before."""
    model = ROOT / "models" / "22-session-manager-private-dns-off-as-found.yaml"
    file = tmp_path / "design.yaml"
    file.write_bytes(model.read_bytes())
    assert main(["session-manager", str(file), "--fix", "--write"]) == 1
    assert capsys.readouterr().out.endswith(f"\nwritten: {file}\n")
    plan = reachsim.load(model).fix_sessions().whole
    assert plan is not None
    assert plan.patch is not None
    assert file.read_bytes().decode() == plan.patch.after
    assert main(["session-manager", str(file), "--fix", "--write"]) == 0
    assert "written" not in capsys.readouterr().out
    assert file.read_bytes().decode() == plan.patch.after


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["design.yaml", "--write"], "--write is for the edits of --fix; write both"),
        (["-", "--fix", "--write"], "--write needs a file: standard input cannot be changed"),
    ],
)
def test_what_cannot_be_written(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session-manager", *words]) == 2
    assert told in capsys.readouterr().err
