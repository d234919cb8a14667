"""What is said about files that they do not say themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reachsim.cli.main import main
from reachsim.cli.sources import pairs_of
from reachsim.errors import UsageError
from reachsim.importing import import_files, read_options, readers
from reachsim.importing.inventory import Inventory, Item, Origin
from reachsim.importing.options import Options, parameters_of
from reachsim.importing.readers import Reader
from reachsim.importing.sources import Source, decoded

FORMS = (
    [{"ParameterKey": "Block", "ParameterValue": "10.1.0.0/16"}, {"ParameterKey": "Env", "ParameterValue": "a=b"}],
    ["Block=10.1.0.0/16", "Env=a=b"],
    {"Parameters": {"Block": "10.1.0.0/16", "Env": "a=b"}, "Tags": {"team": "net"}},
)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_parameters_may_have_each_form_that_aws_takes(form: object) -> None:
    assert parameters_of(decoded(json.dumps(form), "p.json")) == {"Block": "10.1.0.0/16", "Env": "a=b"}


def test_values_that_are_no_text_are_the_text_that_cloudformation_makes_of_them() -> None:
    form = {"Parameters": {"Nat": True, "Count": 3, "Zones": ["a", "b"]}}
    assert parameters_of(decoded(json.dumps(form), "p.json")) == {"Nat": "true", "Count": "3", "Zones": "a,b"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        "hunter2",
        ["hunter2"],
        ["=hunter2"],
        [7],
        [{"ParameterKey": "Password", "UsePreviousValue": True}],
        {"Parameters": ["hunter2"]},
        {"Parameters": {"Password": {"secret": "hunter2"}}},
        {"Parameters": {"Password": None}},
        {"Parameters": {"Password": ["hunter2", 1]}},
    ],
)
def test_what_is_no_file_of_parameters_is_one_error_without_a_value(form: object) -> None:
    with pytest.raises(UsageError, match=r"^p\.json") as caught:
        parameters_of(decoded(json.dumps(form), "p.json"))
    assert "hunter2" not in str(caught.value)


def test_what_is_typed_counts_before_files_and_later_files_before_earlier_ones(tmp_path: Path) -> None:
    for name, pairs in (("1.json", ["A=1", "B=1", "C=1"]), ("2.json", ["B=2", "C=2"])):
        (tmp_path / name).write_text(json.dumps(pairs))
    found = read_options({"C": "3"}, [tmp_path / "1.json", tmp_path / "2.json"])
    assert found.parameters == {"A": "1", "B": "2", "C": "3"}


@pytest.mark.parametrize("texts", [["hunter2"], ["=hunter2"], ["A=hunter2", "A=other"]])
def test_what_is_typed_wrongly_is_an_error_without_the_value(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="--parameter") as caught:
        pairs_of(texts, "--parameter", "NAME=VALUE")
    assert "hunter2" not in str(caught.value)


def stub(monkeypatch: pytest.MonkeyPatch, *takes: str) -> None:
    """A reader of what begins with "Stub": its VPC has the block that the parameter or the other stack gives."""

    def read(inventory: Inventory, source: Source, options: Options) -> None:
        inventory.parameters |= {"Block", "Name"}
        block = options.parameters.get("Block", "10.0.0.0/16")
        for name, other in options.stacks.items():
            inventory.add(
                "Vpcs", Item(name, {"VpcId": name, "CidrBlock": other.text.split()[1]}, Origin(other.file, name))
            )
        vpc = {"VpcId": "vpc", "CidrBlock": block, "OwnerId": options.account}
        inventory.add("Vpcs", Item("vpc", vpc, Origin(source.file, "Vpc", 2)))

    mine = Reader("stubs", lambda source: source.text.startswith("Stub"), read, frozenset(takes))
    monkeypatch.setattr(readers, "READERS", (mine, *readers.READERS))


def test_options_reach_the_reader_and_a_stack_is_read_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub(monkeypatch, "parameters", "stacks", "account")
    (tmp_path / "a.yaml").write_text("Stub\n")
    (tmp_path / "net.yaml").write_text("Stub 10.9.0.0/16\n")
    asked = read_options({"Block": "10.1.0.0/16"}, stacks={"net": tmp_path / "net.yaml"}, account="111122223333")
    found = import_files([tmp_path / "a.yaml"], asked)
    assert {name: body["cidrs"] for name, body in found.design["vpcs"].items()} == {
        "vpc": ["10.1.0.0/16"],
        "net": ["10.9.0.0/16"],
    }
    assert found.design["vpcs"]["vpc"]["account"] == "111122223333"
    assert str(found.origins["vpcs", "vpc"]) == f"{tmp_path / 'a.yaml'}:2 Vpc"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--parameter", "Blok=hunter2"], "no file has a parameter 'Blok'; did you mean 'Block'?"),
        (["--parameter", "Unlike=hunter2"], "no file has a parameter 'Unlike'; there are Block, Name"),
        (["--region", "eu-west-1"], "--region says nothing to these files"),
        (["--stack", "net=none.yaml"], "none.yaml: no such file"),
        (["--parameter", "Block"], "write it as NAME=VALUE"),
        (["--parameter-file", "none.json"], "none.json: no such file"),
    ],
)
def test_an_option_that_says_nothing_to_any_file_is_an_error(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stub(monkeypatch, "parameters", "stacks", "account")
    (tmp_path / "a.yaml").write_text("Stub\n")
    assert main(["import", str(tmp_path / "a.yaml"), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "hunter2" not in error


def test_describe_answers_need_no_options(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}')
    for asked in (Options({"A": "1"}), Options(account="1"), Options(region="eu-west-1")):
        with pytest.raises(UsageError, match="says nothing to these files"):
            import_files([tmp_path / "a.json"], asked)
    assert import_files([tmp_path / "a.json"], Options(strict=True)).design["vpcs"]
