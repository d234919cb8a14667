"""Reading templates: short tags, plain scalars, lines, and what is refused. Expected as AWS's pages on templates say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachsim.errors import DesignError
from reachsim.importing.cloudformation.template import Template, recognises, template_of
from reachsim.importing.sources import Source, decoded

HEAD = "Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Properties:\n"


def read(text: str) -> Template:
    return template_of(Source("t.yaml", text, None, "no JSON"))


def properties(text: str) -> Any:
    return read(HEAD + "".join(f"      {line}\n" for line in text.splitlines())).section("Resources")["A"]["Properties"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: !Ref Vpc", {"Ref": "Vpc"}),
        ("x: !Condition C", {"Condition": "C"}),
        ("x: !GetAtt Vpc.CidrBlock", {"Fn::GetAtt": "Vpc.CidrBlock"}),
        ("x: !GetAtt [Vpc, CidrBlock]", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
        ("x: !Sub '${Vpc}-a'", {"Fn::Sub": "${Vpc}-a"}),
        ("x: !Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ("x: !GetAZs", {"Fn::GetAZs": ""}),
        ("x: !If [C, !Ref A, !Ref 'AWS::NoValue']", {"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}),
        ("x: !Cidr {a: 1}", {"Fn::Cidr": {"a": 1}}),
        ("x: !Base64 |\n  a\n  b\n", {"Fn::Base64": "a\nb\n"}),
        ("x: !!str 7", "7"),
        ("x: 7", 7),
        ("x: -1", -1),
        ("x: '7'", "7"),
        ("x: true", True),
        ("x: 'true'", "true"),
        ("x: yes", "yes"),
        ("x: 012345678901", "012345678901"),
        ("x: 2012-10-17", "2012-10-17"),
        ("x: 22:22", "22:22"),
        ("x: 1.0", "1.0"),
        ("x:", None),
        ("a: &b [1]\nx: *b", [1]),
        ("a: &b {c: 1, d: 2}\nx:\n  <<: *b\n  d: 3", {"c": 1, "d": 3}),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert properties(text)["x"] == expected


def test_lines_are_those_of_the_logical_ids() -> None:
    text = "Outputs: {A: 1}\nResources:\n\n  A:\n    Type: T\n    B: {C: 1}\n  'D': {Type: T}\nMappings: {E: {}}\n"
    assert read(text).lines == {"A": 4, "D": 7}
    data = {
        "Outputs": {"A": 1},
        "Resources": {"A": {"Type": "T", "x": {"F": '"}{'}}, "D": {"Type": "T"}},
        "Z": {"E": 1},
    }
    text = json.dumps(data, indent=1)
    lines = {
        name: number for number, line in enumerate(text.splitlines(), 1) for name in "AD" if line == f'  "{name}": {{'
    }
    assert template_of(decoded(text, "t.json")).lines == lines


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "      x: 1\n      x: 2\n", 6, "'x' appears twice"),
        (HEAD + "    Type: B\n", 5, "'Type' appears twice"),
        (HEAD + "      ? [1]\n      : 2\n", 5, "a key that is not text"),
        (HEAD + "      x: *y\n", 5, ""),
        (HEAD + "      x: [1\n", 6, "not YAML"),
        (HEAD + "      x: " + "[" * 70 + "]" * 70 + "\n", 5, "nested more than 64 deep"),
        ("Resources: {}\n---\nResources: {}\n", 2, "more than one document"),
        ("- Resources: {}\n", 1, "a template is a mapping"),
        ("%TAG ! !x\n---\nResources: {}\n", 1, "%TAG directives"),
        ('Resources: "\\UFFFFFFFF"\n', 1, "not YAML"),
    ],
)
def test_what_is_no_template_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DesignError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("t.yaml", line)
    assert words in problem.message


def test_aliases_are_bounded() -> None:
    text = "Resources:\n  a0: &a0 [1, 1]\n" + "".join(
        f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    with pytest.raises(DesignError, match="more than 2000000 values"):
        read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Resources:\n  A: {Type: T}\n", True),
        ("AWSTemplateFormatVersion: 2010-09-09\nResources:\n", True),
        ("version: 1\nvpcs: {}\n", False),
        ("vpcs:\n  a: {}\nResources: {}\n", False),
        ("a:\n  Resources: {}\n", False),
        ('{"Resources": {"A": {"Type": "AWS::EC2::VPC"}}}', True),
        ('{"Resources": {}, "AWSTemplateFormatVersion": "2010-09-09"}', True),
        ('{"Resources": {"Fn::ForEach::Loop": ["X", ["a"], {"S${X}": {"Type": "AWS::EC2::VPC"}}]}}', True),
        ('{"Resources": [1]}', False),
        ('{"Resources": {"A": {"type": "aws_vpc"}}}', False),
        ("[]", False),
        ("null", False),
    ],
)
def test_templates_are_recognised_by_their_sections(text: str, expected: bool) -> None:
    assert recognises(decoded(text, "f")) is expected
