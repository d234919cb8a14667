"""Intrinsic functions: known, absent and unknown values, expected as AWS's pages of each function say."""

from __future__ import annotations

from typing import Any

import pytest

from reachsim.importing.cloudformation.evaluate import ABSENT, External, Reference, Scope, condition, evaluate
from reachsim.importing.inventory import Unknown

SCOPE = Scope(
    values={
        "Class": 7,
        "Yes": True,
        "Zones": ["a", "b"],
        "Secret": "{{resolve:ssm:/a}}",
        "Secrets": ["{{resolve:ssm:/a}}"],
    },
    conditions={
        "True": {"Fn::Equals": [{"Ref": "Yes"}, "true"]},
        "Open": {"Fn::Equals": [{"Ref": "Nobody"}, "x"]},
        "Not": {"Fn::Not": [{"Condition": "True"}]},
        "Or": {"Fn::Or": [{"Condition": "Open"}, {"Condition": "True"}]},
        "And": {"Fn::And": [{"Condition": "Open"}, {"Condition": "Not"}]},
        "OpenAnd": {"Fn::And": [{"Condition": "Open"}, {"Condition": "True"}]},
        "Loop": {"Fn::Not": [{"Condition": "Loop"}]},
    },
    mappings={"M": {"7": {"k": "10.0.0.0/8"}}},
    resources={"Vpc": None, "Made": "True", "NotMade": "Not", "Perhaps": "Open"},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Class"}, 7),
        ({"Ref": "Vpc"}, Reference("Vpc")),
        ({"Fn::Sub": "${Vpc.CidrBlock}"}, Reference("Vpc", "CidrBlock")),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, Reference("Vpc", "CidrBlock")),
        ({"Ref": "Made"}, Reference("Made")),
        ({"Fn::GetAtt": "Made.Id"}, Reference("Made", "Id")),
        ({"Ref": "Perhaps"}, Reference("Perhaps")),  # a template that names what it does not make is refused
        (
            {"Fn::Split": [",", {"Fn::Join": [",", [{"Ref": "Vpc"}, "x", {"Ref": "Made"}]]}]},
            [Reference("Vpc"), "x", Reference("Made")],
        ),
        ({"Fn::Select": [1, {"Fn::Split": ["-", {"Fn::Sub": "a-${Vpc}-b"}]}]}, Reference("Vpc")),
        ({"Fn::Cidr": ["10.0.0.0/16", 3, 12]}, ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]),
        ({"Fn::Cidr": ["2001:db8::/56", 2, "64"]}, ["2001:db8::/64", "2001:db8:0:1::/64"]),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "zone-b"),
        ({"Fn::Select": [1, {"Fn::GetAZs": "eu-west-1"}]}, "eu-west-1-zone-b"),
        ({"Fn::Length": {"Ref": "Zones"}}, 2),
        ({"Fn::ToJsonString": {"a": [1, True]}}, '{"a":[1,true]}'),
        ({"Fn::FindInMap": ["M", {"Ref": "Nobody"}, "k"]}, "10.0.0.0/8"),  # the same whatever the key is
        ({"Fn::FindInMap": ["M", "8", "k", {"DefaultValue": 5}]}, 5),
        ({"Ref": "AWS::NoValue"}, ABSENT),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Fn::Sub": "10.${Class}.0.0/16 ${!Class}"}, "10.7.0.0/16 ${Class}"),
        ({"Fn::Sub": ["${x}-${Class}", {"x": {"Ref": "Yes"}}]}, "true-7"),
        ({"Fn::Join": [".", ["10", {"Ref": "Class"}, {"Ref": "AWS::NoValue"}]]}, "10.7"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "x,y"]}]}, "y"),
        ({"Fn::Select": [0, {"Ref": "Zones"}]}, "a"),
        ({"Fn::FindInMap": ["M", {"Ref": "Class"}, "k"]}, "10.0.0.0/8"),
        ({"Fn::If": ["True", 1, 2]}, 1),
        ({"Fn::If": ["Not", 1, 2]}, 2),
        ({"Fn::If": ["Open", "x", "x"]}, "x"),
        ({"Fn::If": ["Open", {"a": [1, True]}, {"a": [1, True]}]}, {"a": [1, True]}),
    ],
)
def test_known(value: Any, expected: Any) -> None:
    assert evaluate(value, SCOPE) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nobody"},
        {"Fn::If": ["Open", 1, True]},
        {"Fn::If": ["Open", {"Ref": "Nobody"}, {"Ref": "Nobody"}]},
        {"Fn::Sub": "10.${Nobody}.0.0/16"},
        {"Fn::Sub": "x-${Vpc}"},
        {"Fn::Select": [2, ["a", "b"]]},
        {"Fn::Select": ["-1", ["a", "b"]]},
        {"Fn::ImportValue": "x"},
        {"Fn::If": ["Open", [1], [True]]},
        {"Fn::If": ["Open", {"a": 0}, {"a": False}]},
        {"Fn::If": ["Open", [1], [1, 1]]},
        "{{resolve:ssm:/a}}",
        {"Ref": "Secret"},
        {"Fn::Sub": "x{{resolve:ssm:/a}}"},
        {"Fn::Sub": "x${Secret}"},
        {"Fn::Join": ["", ["{{resolve:", "ssm:/a}}"]]},
        {"Fn::Select": [0, {"Ref": "Secrets"}]},
        *({"Ref": name} for name in ("NotMade",)),
        *({"Fn::GetAtt": [name, "Id"]} for name in ("NotMade",)),
        *({name: bad} for name in ("Ref", "Fn::If", "Fn::Join", "Fn::Split", "Fn::Sub") for bad in (None, 1, [], {})),
        *({name: bad} for name in ("Fn::GetAtt", "Fn::Select", "Fn::FindInMap") for bad in (None, 1, [], {})),
    ],
)
def test_unknown(value: Any) -> None:
    assert isinstance(evaluate(value, SCOPE), Unknown)


def test_conditions_have_three_values() -> None:
    known = {name: condition(name, SCOPE) for name in ("True", "Not", "Or", "And")}
    assert known == {"True": True, "Not": False, "Or": True, "And": False}
    assert all(isinstance(condition(name, SCOPE), Unknown) for name in ("Open", "OpenAnd", "Loop", "None"))


@pytest.mark.parametrize("operator", ["Fn::And", "Fn::Or"])
def test_conditions_that_name_each_other_twice_are_evaluated_once(operator: str) -> None:
    """60 of them are 2 ** 60 evaluations otherwise."""
    chain = {f"C{n}": {operator: [{"Condition": f"C{n - 1}"}] * 2} for n in range(1, 60)}
    scope = Scope(conditions={"C0": {"Fn::Equals": ["a", "a"]}, **chain})
    assert condition("C59", scope) is True


def test_a_chain_of_conditions_without_end_is_unknown() -> None:
    chain = {f"C{n}": {"Fn::Not": [{"Condition": f"C{n - 1}"}]} for n in range(1, 5000)}
    assert isinstance(condition("C4999", Scope(conditions={"C0": {"Fn::Equals": ["a", "a"]}, **chain})), Unknown)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"Ref": "Vpc"}, "", False),  # the id of a resource is never empty
        ("", {"Fn::GetAtt": ["Vpc", "VpcId"]}, False),
        ({"Fn::Sub": "${Nobody}-x"}, "", False),
        ({"Ref": "Vpc"}, {"Ref": "Vpc"}, True),
        ({"Ref": "Vpc"}, {"Ref": "Web"}, False),
        ({"Ref": "Vpc"}, "vpc-1", None),
        ({"Ref": "Nobody"}, "", None),
    ],
)
def test_an_id_that_aws_gives_is_compared(one: Any, other: Any, expected: bool | None) -> None:
    scope = Scope(
        values={"Nobody": External("no value is given for Nobody", "Nobody")},
        resources={"Vpc": None, "Web": None},
        attribute=lambda reference: Reference(reference.logical_id),
        conditions={"C": {"Fn::Equals": [one, other]}},
    )
    found = condition("C", scope)
    assert isinstance(found, Unknown) if expected is None else found is expected
