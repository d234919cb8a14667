"""Blocks in what is imported: templates, plans, folders, answers that a tool wrapped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reachsim.cidr import parse_source, read_source, read_sources
from reachsim.cidr.entries import Sources
from reachsim.cli.main import main
from reachsim.errors import DesignError

TEMPLATE = """\
Parameters: {Block: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Block}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!Ref Block, 2, 8]]}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.7.0.128/25}}
"""
VPCS = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/20"}]}


def told(found: Sources) -> list[tuple[str, str]]:
    return [(str(entry.cidr), entry.owner) for entry in found.entries]


def test_a_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(TEMPLATE)
    found = read_sources([str(file)], {"parameters": {"Block": "10.7.0.0/16"}})
    assert told(found) == [("10.7.0.0/16", "Vpc")]
    assert [str(each.cidr) for each in found.subnets] == ["10.7.0.0/24", "10.7.0.128/25"]  # AWS would refuse these
    assert told(read_source(str(file))) == [("10.7.0.128/25", "Vpc")]  # of the parameter nothing is known
    assert main(["cidr", "free", str(file), "--vpc", "Vpc", "--parameter", "Block=10.7.0.0/23"]) == 0
    assert capsys.readouterr().out.split() == ["10.7.1.0/24"]
    assert main(["cidr", "find", "10.7.0.9", str(file), "--parameter", "Block=10.7.0.0/16"]) == 0


def test_a_plan_in_utf_16() -> None:
    plan = Path("tests/importing/terraform/made/flat/plan.json").read_text(encoding="utf-8")
    for data in (plan.encode(), plan.encode("utf-16"), plan):
        found = parse_source(data, "plan.json")
        assert told(found) == [("10.0.0.0/16", "main")]
        assert {(str(each.cidr), each.vpc) for each in found.subnets} == {
            ("10.0.1.0/24", "main"),
            ("10.0.2.0/24", "main"),
        }


def test_a_folder_and_a_wrapper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrapped = tmp_path / "inner" / "all.json"
    wrapped.parent.mkdir()
    wrapped.write_text(json.dumps({"result": {"ec2": VPCS}}))
    expected = [("10.0.0.0/16", "vpc-1"), ("10.0.0.0/20", "vpc-2")]
    assert told(read_source(str(wrapped))) == told(read_source(str(tmp_path))) == expected
    assert main(["cidr", "overlaps", str(tmp_path), "--strict"]) == 1
    assert "all.json" in capsys.readouterr().out
    assert main(["cidr", "use", str(tmp_path)]) == 0


def test_a_plan_of_blocks_counts_what_is_imported_as_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vpcs.json").write_text(json.dumps({"Vpcs": VPCS["Vpcs"][:1]}))
    plan = tmp_path / "plan.yaml"
    plan.write_text("version: 1\npools: {all: [10.0.0.0/14]}\nmodels: [vpcs.json]\nvpcs: {new: {size: /16}}\n")
    assert main(["cidr", "plan", str(plan), "--format", "json"]) == 0
    assert "10.0.0.0/16" not in str(json.loads(capsys.readouterr().out)["vpcs"]["new"])


def test_what_is_wrong_is_told() -> None:
    with pytest.raises(
        DesignError, match=r"^plan: this is a binary plan; write `terraform show -json PLAN > plan.json`"
    ):
        parse_source(b"PK\x03\x04...", "plan")
    with pytest.raises(DesignError, match="host bits"):  # what is at the top of a file is told, not passed over
        parse_source(json.dumps({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.7/16"}]}), "vpcs.json")
    with pytest.raises(DesignError, match="a block is text"):
        parse_source('{"app": {"cidr": 5}}', "x.json")
