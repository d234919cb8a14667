"""Templates with parts missing and values of other sorts: a design, or one clear error, never a traceback."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.errors import ReachsimError
from reachsim.importing.cloudformation.template import template_of
from reachsim.importing.files import import_sources
from reachsim.importing.options import Options
from reachsim.importing.sources import Source, read_source
from reachsim.importing.writing import written

TEMPLATES: Final = [
    template_of(read_source(file)).data for file in sorted((Path(__file__).parent / "templates").iterdir())
]
HOSTILE: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        0,
        -1,
        10**30,
        "",
        "x",
        "\0",
        "${",
        "${X}",
        "0.0.0.0/0",
        "::/0",
        "unknown",
        "default",
        [],
        {},
        [[]],
        [None],
    ),
    *({"Ref": "Vpc"}, {"Ref": None}, {"Ref": "AWS::NoValue"}, {"Ref": "AWS::Region"}, {"Fn::GetAtt": "Vpc"}),
    *({"Fn::GetAtt": ["Vpc", "Foo"]}, {"Fn::If": ["Nope", 1, 2]}, {"Fn::Sub": ["${a}", {"a": {"Ref": "Vpc"}}]}),
    *(
        {"Fn::Cidr": ["10.0.0.0/16", 3, 8]},
        {"Fn::GetAZs": ""},
        {"Fn::ImportValue": "x"},
        {"Fn::Transform": {"Name": "x"}},
    ),
    *({"Fn::Split": [",", {"Ref": "Vpc"}]}, {"": ""}, {"a": {"b": [1]}}, "{{resolve:ssm:a}}"),
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is something in a document."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, member in members for each in ((*path, key), *paths(member, (*path, key)))]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A template with some parts taken out, or another value in their place."""
    data = copy.deepcopy(draw(st.sampled_from(TEMPLATES)))
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(paths(data) or [("Resources",)]))
        holder: Any = data
        for step in way:
            holder = holder[step]
        if draw(st.booleans()):
            holder[last] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))
        elif isinstance(holder, dict):
            holder.pop(last, None)
    return data


@settings(max_examples=15, deadline=None)
@given(spoiled())
def test_a_spoiled_template_is_a_design_or_an_error(data: Any) -> None:
    with suppress(ReachsimError):
        written(import_sources([(Source("t.json", json.dumps(data), data), True)], Options(), "t.json"))


def deep(function: str, levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {function: ["", [value]]} if function == "Fn::Join" else {function: ["Open", value, value]}
    return value


@pytest.mark.parametrize("value", [deep("Fn::Join", 25), deep("Fn::If", 14)])
def test_deep_values_end(value: Any) -> None:
    data = {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": value}}}}
    import_sources([(Source("t.json", json.dumps(data), data), True)], Options(), "t.json")


def test_attributes_that_double_end() -> None:
    """40 blocks, each of which is the one before twice, are 2 ** 40 of the first."""
    before = {f"V{n}": {"Fn::Sub": f"${{V{n - 1}.CidrBlock}}${{V{n - 1}.CidrBlock}}"} for n in range(1, 40)}
    blocks = {"V0": "10.0.0.0/16", **before}
    resources = {name: {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": block}} for name, block in blocks.items()}
    data = {"Resources": resources}
    import_sources([(Source("t.json", json.dumps(data), data), True)], Options(), "t.json")
