"""What is and what will be, of a file that tells both."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

import reachsim
from reachsim.cli.main import main
from reachsim.errors import UsageError
from reachsim.importing import describe, import_sides, readers
from reachsim.importing.inventory import Inventory
from reachsim.importing.options import Options
from reachsim.importing.readers import Reader
from reachsim.importing.sources import Source

ACCOUNT = json.loads(Path("tests/importing/account.json").read_text(encoding="utf-8"))


def opened() -> dict[str, object]:
    """A plan for a reader of the test's: it lets the web servers answer on port 80 too."""
    after = json.loads(json.dumps(ACCOUNT))
    web = next(group for group in after["SecurityGroups"] if group["GroupId"] == "sg-web")
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    web["IpPermissions"].append(rule)
    return {"was": ACCOUNT, "will": after}


@pytest.fixture(autouse=True)
def _two_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(inventory: Inventory, source: Source, options: Options) -> None:
        inventory.two_sides = True
        describe.read(inventory, source.data["was" if options.before else "will"], source.file)

    mine = Reader("plans of the test", lambda source: isinstance(source.data, dict) and "will" in source.data, read)
    monkeypatch.setattr(readers, "READERS", (mine, *readers.READERS))


def test_both_sides_of_a_plan_are_compared_by_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(opened()))
    assert main(["diff", str(plan)]) == 1
    assert "tcp/80" in capsys.readouterr().out
    assert main(["diff", str(plan), "--allow-opened", "tcp/80"]) == 0
    before, after = reachsim.load_sides(plan)
    assert before == reachsim.load(plan, before=True) == reachsim.load(ACCOUNT)
    assert after == reachsim.load(plan)
    for part in reachsim.diff(before, after).opened:
        assert part.traffic == reachsim.Traffic.parse("tcp/80")


def test_a_plan_from_a_pipe_is_read_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(opened()).encode())))
    assert main(["diff", "-"]) == 1
    assert "tcp/80" in capsys.readouterr().out


def test_a_plan_that_makes_everything_starts_from_nothing() -> None:
    before, after = reachsim.load_sides({"was": {"Vpcs": []}, "will": ACCOUNT})
    assert not before.design.vpcs
    assert reachsim.diff(before, after).opened
    assert not reachsim.diff(before, after).closed


def test_a_plan_changes_nothing_that_it_does_not_name() -> None:
    found = reachsim.diff(*reachsim.load_sides({"was": ACCOUNT, "will": ACCOUNT}))
    assert not found.opened
    assert not found.closed
    assert (found.before, found.after) == ("<data> (before)", "<data> (after)")


@pytest.mark.parametrize("file", ["tests/importing/account.json", "models/three-tier.yaml"])
def test_what_says_one_side_alone_is_no_pair(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", file]) == 2
    assert f"{file} says one side alone" in capsys.readouterr().err
    with pytest.raises(UsageError, match="says one side alone"):
        import_sides([file])


def test_there_is_no_before_of_one_side() -> None:
    with pytest.raises(UsageError, match="says one side alone"):
        reachsim.load(ACCOUNT, before=True)


# -- Terraform's plans --------------------------------------------------------------------------------------

PLAN = Path("../shared/data/terraform-plans/n1-flat/plan2.json")


@pytest.mark.skipif(not PLAN.exists(), reason="the plans are not there")
def test_a_plan_of_a_change_opens_and_closes_what_its_author_says() -> None:
    """expected-change.yaml beside the plan: its questions about opened, closed and unchanged traffic."""
    expected = yaml.safe_load(PLAN.with_name("expected-change.yaml").read_text(encoding="utf-8"))
    before, after = reachsim.load_sides(PLAN)
    asked = 0
    for part in ("opens", "closes", "unchanged"):
        for each in expected[part]:
            for net, side in ((before, "before"), (after, "after")):
                ends = (_end(net, each["from"]), _end(net, each["to"]))
                trace = net.trace(*ends, f"{each['protocol']}/{each['dport']}")
                assert trace.reachable is (each[side] == "reachable"), each
                asked += 1
    assert asked == 2 * sum(len(expected[part]) for part in ("opens", "closes", "unchanged"))
    found = reachsim.diff(before, after)
    assert len(found.opened) == 2
    assert len(found.closed) == 2


def _end(net: reachsim.Network, end: dict[str, str]) -> str:
    name = end.get("address", "").rpartition(".")[2]
    return name or end["ip"]


@pytest.mark.skipif(not PLAN.exists(), reason="the plans are not there")
def test_a_blocker_is_told_by_its_address_in_the_plan() -> None:
    after = reachsim.load(PLAN)
    blocker = after.trace("web_a", "db_a", "tcp/5432").blockers[0]
    assert blocker.where.startswith(f"{PLAN}: aws_")
