"""What is and what will be, of one plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, network, plan, rule, state
from tests.importing.verdicts import ABSENT, DATA
from tests.oracle.text import read_yaml

from reachsim.cli.main import main
from reachsim.errors import UsageError
from reachsim.importing import Imported
from reachsim.importing.files import import_sides

_CHANGES = sorted((DATA / "terraform-plans").glob("*/expected-change.yaml"))
_WORDS = {"reachable": "holds", "unreachable": "fails"}


def _verdict(found: Imported, record: dict[str, Any]) -> str:
    ends = [
        found.names[record[side]["address"]] if "address" in record[side] else record[side]["ip"]
        for side in ("from", "to")
    ]
    return network(found).expect(*ends, allow=f"{record['protocol']}/{record['dport']}").verdict


@pytest.mark.skipif(not _CHANGES, reason=ABSENT)
@pytest.mark.parametrize("file", _CHANGES, ids=lambda file: file.parent.name)
def test_a_change_opens_and_closes_what_it_should(file: Path) -> None:
    before, after = import_sides([file.parent / "plan2.json"])
    expected = read_yaml(file.read_text(encoding="utf-8"))
    for record in (*expected["opens"], *expected["closes"], *expected["unchanged"]):
        assert _verdict(before, record) == _WORDS[record["before"]], record
        assert _verdict(after, record) == _WORDS[record["after"]], record


def _tree(resources: dict[str, Any]) -> dict[str, Any]:
    return {"root_module": {"resources": [{"address": key, "values": value} for key, value in resources.items()]}}


def change(before: dict[str, Any], after: dict[str, Any], unknown: dict[str, Any] | None = None) -> dict[str, Any]:
    """The plan of a change, on top of a state."""
    data = plan(after, {}, {})
    data["prior_state"] = {"format_version": "1.0", "values": _tree(before)}
    data["resource_changes"] = [
        {"address": key, "change": {"actions": ["update"], "before": before.get(key), "after_unknown": marks}}
        for key, marks in (unknown or {}).items()
    ]
    return data


def _hosts(ingress: list[Any], **more: Any) -> dict[str, Any]:
    return {
        **VPC,
        "aws_security_group.open": group("sg-open", [EVERYTHING], [EVERYTHING]),
        "aws_security_group.app": group("sg-app", ingress, [EVERYTHING]),
        "aws_instance.a": host("a", "10.0.1.10", "sg-open"),
        "aws_instance.b": host("b", "10.0.2.10", "sg-app", "subnet-b"),
        **more,
    }


def _sides(folder: Path, data: Any) -> tuple[str, str]:
    """Whether tcp/80 gets from a to b before and after."""
    file = folder / "plan.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    found = import_sides([file])
    first, second = (
        network(each).expect(each.names["aws_instance.a"], each.names["aws_instance.b"], allow="tcp/80").verdict
        for each in found
    )
    return first, second


_RULE = {"id": "r", "type": "ingress", "security_group_id": "sg-app", **rule(80, cidr_blocks=["10.0.1.0/24"])}
_LISTED = [rule(80, cidr_blocks=["10.0.1.0/24"])]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (_hosts([]), _hosts([], **{"aws_security_group_rule.r": _RULE}), ("fails", "holds")),
        (_hosts([], **{"aws_security_group_rule.r": _RULE}), _hosts([]), ("holds", "fails")),
        # A state that was refreshed lists the separate rule inside the group too, and the plan repeats that.
        (_hosts(_LISTED, **{"aws_security_group_rule.r": _RULE}), _hosts(_LISTED), ("holds", "fails")),
        (_hosts(_LISTED), _hosts(_LISTED), ("holds", "holds")),
        # The same rule under another address: nothing opens and nothing closes.
        (
            _hosts(_LISTED, **{"aws_security_group_rule.r[0]": _RULE}),
            _hosts(_LISTED, **{"aws_security_group_rule.r[1]": _RULE}),
            ("holds", "holds"),
        ),
    ],
    ids=["added", "taken away", "taken away and listed inside", "kept inside", "moved in a list"],
)
def test_a_separate_rule_goes_with_its_resource(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert _sides(tmp_path, change(before, after)) == expected


def test_a_route_that_was_separate_goes_though_its_table_lists_it(tmp_path: Path) -> None:
    listed = [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]
    public = {
        **VPC,
        "aws_internet_gateway.it": {"id": "igw-1", "vpc_id": "vpc-1"},
        "aws_route_table.t": {"id": "rtb-1", "vpc_id": "vpc-1", "route": listed},
        "aws_route_table_association.a": {"id": "x", "subnet_id": "subnet-a", "route_table_id": "rtb-1"},
        "aws_security_group.open": group("sg-open", [EVERYTHING], [EVERYTHING]),
        "aws_instance.a": host("a", "10.0.1.10", "sg-open") | {"public_ip": "198.51.100.7"},
    }
    route = {"id": "r", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(change(public | {"aws_route.out": route}, public)), encoding="utf-8")
    before, after = import_sides([file])
    answers = [
        network(each).expect(each.names["aws_instance.a"], "8.8.8.8", allow="tcp/443").verdict
        for each in (before, after)
    ]
    assert answers == ["holds", "fails"]


def test_what_is_not_known_on_both_sides_alike_has_not_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = _hosts([rule(80, prefix_list_ids=["pl-far"])])
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(change(both, both)), encoding="utf-8")
    assert main(["diff", str(file)]) == 0
    assert "opened" not in capsys.readouterr().out


def test_the_diff_of_a_plan_says_what_it_opens_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    data = change(_hosts([]), _hosts([], **{'aws_security_group_rule.r["app"]': _RULE}))
    file.write_text(json.dumps(data), encoding="utf-8")
    assert main(["diff", str(file)]) == 1
    out = capsys.readouterr().out
    assert "main.a  ->  main.b" in out
    assert "aws_security_group.app" in out


def test_a_state_has_one_side(tmp_path: Path) -> None:
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps(state(_hosts([]))), encoding="utf-8")
    with pytest.raises(UsageError, match="one side alone"):
        import_sides([file])
