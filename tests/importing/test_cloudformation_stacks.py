"""Parameters, conditions, attributes, nested stacks and exports: what the names of a template mean."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest

from reachsim.errors import UsageError
from reachsim.importing.cloudformation.evaluate import Composite, External, Reference, evaluate
from reachsim.importing.cloudformation.made import final
from reachsim.importing.cloudformation.stacks import Stacks, stack_name
from reachsim.importing.cloudformation.template import Template
from reachsim.importing.inventory import Unknown
from reachsim.importing.options import Options

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}


def stacks(*templates: Template, names: dict[str, str] | None = None, **options: Any) -> Stacks:
    return Stacks(templates, names or {}, Options(**options), lambda vpc: "2001:db8::/56")


def template(file: str = "t.yaml", **sections: Any) -> Template:
    return Template(file, sections, {})


def value_of(function: Any, **sections: Any) -> Any:
    options = {key: sections.pop(key) for key in ("parameters", "region", "account") if key in sections}
    (stack,) = stacks(template(**sections), **options).made.values()
    return evaluate(function, stack.scope)


@pytest.mark.parametrize(
    ("declared", "given", "expected"),
    [
        ({"Type": "String", "Default": "a"}, {}, "a"),
        ({"Type": "String", "Default": ""}, {}, ""),
        ({"Type": "String", "Default": "a"}, {"P": "b"}, "b"),
        ({"Type": "Number", "Default": 7}, {}, 7),
        ({"Type": "CommaDelimitedList", "Default": "a, b"}, {}, ["a", "b"]),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, {"P": "s-1,s-2"}, ["s-1", "s-2"]),
    ],
)
def test_parameters_that_have_a_value(declared: Any, given: dict[str, str], expected: Any) -> None:
    assert value_of({"Ref": "P"}, Parameters={"P": declared}, parameters=given) == expected


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ({"Type": "String"}, {}),
        ({"Type": "AWS::EC2::VPC::Id"}, {}),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b"}, {}),  # the default is a name
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, {"P": "/a/b"}),
        ({"Type": "String", "NoEcho": True, "Default": "a"}, {}),
        ({"Type": "String", "NoEcho": "true"}, {"P": "secret"}),
        ("nonsense", {}),
    ],
)
def test_parameters_that_have_none(declared: Any, given: dict[str, str]) -> None:
    found = value_of({"Ref": "P"}, Parameters={"P": declared}, parameters=given)
    assert isinstance(found, Unknown)
    assert "secret" not in found.reason or "is a secret" in found.reason


def test_pseudo_parameters() -> None:
    assert value_of({"Ref": "AWS::Region"}, region="eu-west-1") == "eu-west-1"
    assert value_of({"Fn::Sub": "arn:${AWS::Partition}"}, region="cn-north-1") == "arn:aws-cn"
    assert value_of({"Ref": "AWS::AccountId"}, account="123456789012") == "123456789012"
    assert value_of({"Ref": "AWS::StackName"}) == "t"
    assert isinstance(value_of({"Ref": "AWS::Region"}), External)
    assert isinstance(value_of({"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}), Composite)


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("VpcId", "V"),
        ("CidrBlock", "10.0.0.0/16"),
        ("DefaultSecurityGroup", "V/default SecurityGroups"),
        ("DefaultNetworkAcl", "V/default NetworkAcls"),
    ],
)
def test_attributes_that_a_template_tells(attribute: str, expected: str) -> None:
    assert final(value_of({"Fn::GetAtt": ["V", attribute]}, Resources={"V": VPC})) == expected


def test_attributes_that_only_aws_tells() -> None:
    custom = {"Type": "Custom::Thing"}
    for name, resources in (("CidrBlockAssociations", {"V": VPC}), ("Value", {"V": custom}), ("VpcId", {"V": custom})):
        assert isinstance(value_of({"Fn::GetAtt": ["V", name]}, Resources=resources), Unknown)


def test_ipv6_blocks_are_divided_though_amazon_gives_them() -> None:
    given = {
        "Type": "AWS::EC2::VPCCidrBlock",
        "Properties": {"VpcId": {"Ref": "V"}, "AmazonProvidedIpv6CidrBlock": True},
    }
    blocks = {"Fn::Cidr": [{"Fn::Select": [0, {"Fn::GetAtt": ["V", "Ipv6CidrBlocks"]}]}, 2, 64]}
    second = {"Fn::Select": [1, blocks]}
    assert value_of(second, Resources={"V": VPC, "B": given}) == "2001:db8:0:1::/64"
    assert isinstance(value_of(second, Resources={"V": VPC}), Unknown)


def test_attributes_that_hang_on_each_other_are_unknown() -> None:
    def vpc(of: str) -> dict[str, Any]:
        return {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Fn::GetAtt": [of, "CidrBlock"]}}}

    assert isinstance(value_of({"Fn::GetAtt": ["A", "CidrBlock"]}, Resources={"A": vpc("B"), "B": vpc("A")}), Unknown)


CONDITIONS = {
    "Open": {"Fn::Equals": [{"Ref": "P"}, "x"]},
    "Both": {"Fn::And": [{"Condition": "Open"}, {"Condition": "True"}]},
    "True": {"Fn::Equals": ["a", "a"]},
    "Not": {"Fn::Not": [{"Condition": "Open"}]},
}


def test_a_resource_under_a_condition_is_read_where_it_holds() -> None:
    """What is under the same condition is there with it, and the other branch is not its."""
    value = {"Fn::If": ["Open", "yes", "no"]}
    resources = {
        name: {"Type": "T", "Condition": name, "Properties": {"x": value}} for name in ("Open", "Both", "True", "Not")
    }
    (stack,) = stacks(
        template(Resources=resources, Conditions=CONDITIONS, Parameters={"P": {"Type": "String"}})
    ).made.values()
    found = {each.logical_id: each for each in stack.resources()}
    assert {name: each.get("x") for name, each in found.items() if name != "True"} == {
        "Open": "yes",
        "Both": "yes",
        "Not": "no",
    }
    assert isinstance(found["True"].get("x"), Unknown)
    assert [name for name, each in found.items() if not each.maybe] == ["True"]


def test_a_resource_whose_condition_does_not_hold_is_not_made() -> None:
    resources = {"V": {**VPC, "Condition": "No"}}
    (stack,) = stacks(template(Resources=resources, Conditions={"No": {"Fn::Equals": ["a", "b"]}})).made.values()
    assert not list(stack.resources())


NESTED = template(
    "parent.yaml",
    Resources={
        "V": VPC,
        "Child": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
                "TemplateURL": {"Fn::Sub": "https://s3.amazonaws.com/${Bucket}/net/child.yaml"},
                "Parameters": {"Vpc": {"Ref": "V"}, "List": {"Fn::Join": [",", [{"Ref": "V"}, "b"]]}},
            },
        },
    },
)
CHILD = template(
    "dir/child.yaml",
    Parameters={"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "List": {"Type": "List<String>"}},
    Resources={"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}}},
    Outputs={"Subnet": {"Value": {"Ref": "S"}}, "Vpc": {"Value": {"Ref": "Vpc"}}, "List": {"Value": {"Ref": "List"}}},
)


@pytest.mark.parametrize("order", [(NESTED, CHILD), (CHILD, NESTED)])
def test_nested_stacks(order: tuple[Template, ...]) -> None:
    found = stacks(*order).made
    assert list(found) == ["", "Child"]
    outputs = {
        name: final(evaluate({"Fn::GetAtt": f"Child.Outputs.{name}"}, found[""].scope))
        for name in ("Subnet", "Vpc", "List")
    }
    assert outputs == {"Subnet": "Child.S", "Vpc": "V", "List": ["V", "b"]}
    (subnet,) = found["Child"].resources()
    assert (subnet.id, subnet.get("VpcId")) == ("Child.S", Reference("V"))


def test_a_nested_stack_that_was_not_given_is_external() -> None:
    (stack,) = stacks(NESTED).made.values()
    assert isinstance(evaluate({"Fn::GetAtt": "Child.Outputs.Subnet"}, stack.scope), External)


@pytest.mark.parametrize("properties", [{"TemplateURL": {"Ref": "Url"}}, {}])
def test_a_nested_stack_without_an_address_is_none_that_is_there(properties: dict[str, Any]) -> None:
    body = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
    found = stacks(template("a.yaml", Resources={"N": body}), template("b.yaml", Resources={"V": VPC}))
    assert isinstance(value_in(found, {"Fn::GetAtt": ["N", "Outputs.X"]}), External)
    assert sorted(stack.template.file for stack in found.made.values()) == ["a.yaml", "b.yaml"]


def value_in(found: Stacks, function: Any) -> Any:
    """What something means in the first of several stacks."""
    return evaluate(function, next(stack for stack in found.made.values() if stack.template.file == "a.yaml").scope)


def test_a_nested_stack_by_its_name_or_its_asset() -> None:
    body = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Join": ["", ["x/", "hash.json"]]}},
    }
    asset = {**body, "Metadata": {"aws:asset:path": "dir/child.yaml"}}
    assert list(stacks(template(Resources={"Inner": asset}), CHILD).made) == ["", "Inner"]
    assert list(stacks(template(Resources={"Inner": body}), CHILD, names={"dir/child.yaml": "Inner"}).made) == [
        "",
        "Inner",
    ]
    assert set(stacks(template(Resources={"Inner": body}), CHILD).made) == {"t", "child"}


def test_exports() -> None:
    exporting = template(
        "vpc.yaml",
        Resources={"V": VPC},
        Outputs={"A": {"Value": {"Ref": "V"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-Vpc"}}}},
    )
    importing = template(
        "b.yaml", Parameters={"Net": {"Type": "String"}}, Resources={"S": {"Type": "AWS::EC2::Subnet"}}
    )
    value = {"Fn::ImportValue": {"Fn::Sub": "${Net}-Vpc"}}
    known = stacks(exporting, importing, names={"vpc.yaml": "prod"}, parameters={"Net": "prod"}).made
    assert final(evaluate(value, known["b"].scope)) == "prod.V"
    other = stacks(exporting, importing, names={"vpc.yaml": "prod"}, parameters={"Net": "dev"}).made
    assert isinstance(evaluate(value, other["b"].scope), External)
    unknown = evaluate(value, stacks(exporting, importing).made["b"].scope)
    assert isinstance(unknown, External)
    assert unknown.name == "import ${Net}-Vpc"


def test_stacks_that_nest_each_other_end() -> None:
    body = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "b.yaml"}}
    one = template("a.yaml", Resources={"X": body})
    other = template("b.yaml", Resources={"Y": {**body, "Properties": {"TemplateURL": "a.yaml"}}})
    assert len(stacks(one, other).made) < 50


@pytest.mark.parametrize("file", ["a/vpc.yaml", "vpc.template.json", "vpc.nested.template.json", "vpc.template", "vpc"])
def test_a_stack_is_called_after_its_file(file: str) -> None:
    assert stack_name(file) == "vpc"


LOOP = template(
    "child.yaml",
    Transform="AWS::LanguageExtensions",
    Parameters={"Zones": {"Type": "CommaDelimitedList", "Default": "a,b"}},
    Resources={"Fn::ForEach::L": ["Z", {"Ref": "Zones"}, {"Subnet${Z}": {"Type": "AWS::EC2::Subnet"}}]},
)


def test_a_loop_goes_through_what_its_parameter_is_given() -> None:
    (default,) = stacks(LOOP).made.values()
    assert list(default.declared) == ["Subneta", "Subnetb"]
    (given,) = stacks(LOOP, parameters={"Zones": "c"}).made.values()
    assert list(given.declared) == ["Subnetc"]


def nested_loop(zones: Any) -> dict[str, Any]:
    properties = {"TemplateURL": "child.yaml", "Parameters": {"Zones": zones}}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


@pytest.mark.parametrize("zones", ["x,y", ["x", "y"]])
def test_a_loop_of_a_nested_stack_goes_through_what_its_parent_gives(zones: Any) -> None:
    body = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "child.yaml", "Parameters": {"Zones": zones}},
    }
    made = stacks(template("parent.yaml", Resources={"Inner": body}), LOOP, parameters={"Zones": "c"}).made
    assert list(made["Inner"].declared) == ["Subnetx", "Subnety"]


def test_a_loop_through_what_nobody_knows_is_an_error() -> None:
    body = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "child.yaml", "Parameters": {"Zones": {"Ref": "Nobody"}}},
    }
    with pytest.raises(UsageError, match="not known"):
        stacks(template("parent.yaml", Resources={"Inner": body}), LOOP)


def nested(url: Any) -> dict[str, Any]:
    return {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("./modules/vpc/module.yml", "app/modules/vpc/module.yml"),
        ("modules/alb/module.yml", "app/modules/alb/module.yml"),
        ("https://s3.amazonaws.com/b/alb/module.yml?versionId=1", "app/modules/alb/module.yml"),
        ("https://s3.amazonaws.com/b/module.yml", None),  # either may be meant
    ],
)
def test_of_templates_of_one_name_the_one_in_the_named_folder_is_nested(url: str, expected: str | None) -> None:
    outer = template("app/main.yml", Resources=nested(url))
    found = stacks(
        outer, *(template(f"app/modules/{each}/module.yml", Resources={"V": VPC}) for each in ("vpc", "alb"))
    )
    assert dict(found.nested_files(outer)).get("Inner") == expected


def test_cdk_calls_a_nested_template_by_the_hash_of_its_json() -> None:
    inner = template("AppInner12.nested.template.json", Resources={"V": VPC}, Description="\u00e4")
    called = sha256(json.dumps(inner.data, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, f"/cdk-assets/{called}.json"]]}
    outer = template("App.template.json", Resources=nested(url))
    found = stacks(outer, inner, template("Other.nested.template.json", Resources={"W": VPC}))
    assert dict(found.nested_files(outer)) == {"Inner": "AppInner12.nested.template.json"}
