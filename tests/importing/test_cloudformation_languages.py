"""Loops of AWS::LanguageExtensions and globals of SAM, expected as their pages say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reachsim.errors import UsageError
from reachsim.importing.cloudformation import stacks
from reachsim.importing.cloudformation.languages import expanded, processed, with_globals
from reachsim.importing.cloudformation.template import Template
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import decoded


def template(**sections: Any) -> Template:
    return Template("t.yaml", sections, {"Fn::ForEach::Loop": 7})


def resources(loops: dict[str, Any], **values: Any) -> dict[str, Any]:
    return expanded(template(Resources=loops), values).section("Resources")


def test_a_loop_makes_a_member_for_each_value() -> None:
    body = {"Subnet${Zone}": {"Type": "T", "Properties": {"Zone": {"Ref": "Zone"}, "Name": {"Fn::Sub": "x-${Zone}"}}}}
    made = expanded(template(Resources={"Fn::ForEach::Loop": ["Zone", ["a", "b"], body], "Other": {"Type": "U"}}), {})
    assert made.section("Resources") == {
        "Subneta": {"Type": "T", "Properties": {"Zone": "a", "Name": {"Fn::Sub": "x-a"}}},
        "Subnetb": {"Type": "T", "Properties": {"Zone": "b", "Name": {"Fn::Sub": "x-b"}}},
        "Other": {"Type": "U"},
    }
    assert made.lines["Subneta"] == made.lines["Subnetb"] == 7


def test_loops_nest_and_go_through_parameters() -> None:
    inner = {"Fn::ForEach::Inner": ["Y", [1, 2], {"R${X}${Y}": {"Type": "T"}}]}
    loops = {"Fn::ForEach::Outer": ["X", {"Ref": "List"}, inner]}
    assert list(resources(loops, List="p, q")) == ["Rp1", "Rp2", "Rq1", "Rq2"]
    assert list(resources(loops, List=["s"])) == ["Rs1", "Rs2"]


def test_a_reference_by_a_name_that_is_made() -> None:
    """The transform takes functions within a Ref."""
    body = {"R${X}": {"A": {"Ref": {"Fn::Sub": "Param${X}"}}, "B": {"Ref": {"Ref": "X"}}}}
    made = resources({"Fn::ForEach::L": ["X", ["One"], body]})
    assert made == {"ROne": {"A": {"Ref": "ParamOne"}, "B": {"Ref": "One"}}}


def test_an_ampersand_takes_only_letters_and_digits() -> None:
    made = resources({"Fn::ForEach::L": ["Block", ["10.0.0.0/16"], {"Vpc&{Block}": {"CidrBlock": "${Block}"}}]})
    assert made == {"Vpc1000016": {"CidrBlock": "10.0.0.0/16"}}


def test_a_loop_in_properties() -> None:
    body = {"Fn::ForEach::L": ["K", ["A", "B"], {"${K}": {"Ref": "K"}}], "C": 1}
    assert resources({"R": {"Properties": body}}) == {"R": {"Properties": {"A": "A", "B": "B", "C": 1}}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (["X", {"Ref": "Nobody"}, {"R${X}": {}}], "not known"),
        (["X", ["a", "a"], {"R${X}": {}}], "twice"),
        (["X", ["a"]], "needs a name, a list and an object"),
        ("x", "needs a name, a list and an object"),
        (["X", [str(n) for n in range(25_000)], {"R${X}": {}}], "more than"),
    ],
)
def test_a_loop_that_cannot_be_carried_out_is_an_error(body: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        resources({"Fn::ForEach::Loop": body})


def test_globals_of_sam_are_merged_into_each_function() -> None:
    """Lists are put together, objects merged, other values replaced."""
    shared = {"Timeout": 3, "VpcConfig": {"SubnetIds": ["a"], "SecurityGroupIds": ["g"]}}
    own = {"Timeout": 5, "VpcConfig": {"SubnetIds": ["b"]}}
    functions = {
        "F": {"Type": "AWS::Serverless::Function", "Properties": own},
        "G": {"Type": "AWS::Serverless::Function"},
    }
    made = with_globals(template(Globals={"Function": shared}, Resources={**functions, "H": {"Type": "T"}}))
    found = made.section("Resources")
    assert found["F"]["Properties"] == {
        "Timeout": 5,
        "VpcConfig": {"SubnetIds": ["a", "b"], "SecurityGroupIds": ["g"]},
    }
    assert found["G"]["Properties"] == shared
    assert found["H"] == {"Type": "T"}


def test_the_loops_of_a_template_are_carried_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which stacks are nested is looked for in what the macros made, and so are the resources: both in one."""
    files: list[str] = []

    def counted(template: Template, values: Mapping[str, Any]) -> Template:
        files.append(template.file)
        return processed(template, values)

    monkeypatch.setattr(stacks, "processed", counted)
    loop = {"V${N}": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Fn::Sub": "10.${N}.0.0/16"}}}}
    text = json.dumps(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::LanguageExtensions",
            "Resources": {"Fn::ForEach::L": ["N", ["1", "2"], loop]},
        }
    )
    found = import_sources([(decoded(text, "t.json"), True)], Options(), "t.json")
    assert sorted(found.design["vpcs"]) == ["V1", "V2"]
    assert files == ["t.json"]
