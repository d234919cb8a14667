"""Lambda functions as its calls answer for them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import Answers, account, group, imported, lets, loaded, notes

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:fetch"


def function(
    version: str = "$LATEST", *subnets: str, groups: tuple[str, ...] = ("sg-fn",), **more: Any
) -> dict[str, Any]:
    """One version, as list-functions with --function-version ALL tells it."""
    config = {
        "SubnetIds": list(subnets),
        "SecurityGroupIds": list(groups) if subnets else [],
        "VpcId": "vpc-1" * bool(subnets),
    }
    return {
        "FunctionName": "fetch", "FunctionArn": f"{ARN}:{version}", "Version": version, "MemorySize": 512,
        "VpcConfig": config, "Environment": {"Variables": {"PASSWORD": "hunter2"}}, **more,
    }  # fmt: skip


def alias(name: str, version: str, **weights: float) -> dict[str, Any]:
    routing = {
        "RoutingConfig": {"AdditionalVersionWeights": {key.lstrip("v"): value for key, value in weights.items()}}
    }
    return {"AliasArn": f"{ARN}:{name}", "Name": name, "FunctionVersion": version, **(routing if weights else {})}


def with_functions(*functions: dict[str, Any], aliases: tuple[dict[str, Any], ...] = (), **more: Any) -> Answers:
    groups = [group("sg-web", lets("tcp/443", "10.0.2.0/24")), group("sg-fn")]
    return account(SecurityGroups=groups, Functions=list(functions), Aliases=list(aliases), **more)


@pytest.mark.rule("LAMBDA-22")
def test_a_version_keeps_its_own_attachment() -> None:
    given = with_functions(
        function(), function("1", "subnet-a"), function("2", "subnet-b"), aliases=(alias("prod", "2"),)
    )
    found = imported(given)
    assert found.design["lambda_functions"]["fetch"] == {
        "versions": {
            "1": {"vpc": "vpc-1", "subnets": ["subnet-a"], "security_groups": ["fn"]},
            "2": {"vpc": "vpc-1", "subnets": ["subnet-b"], "security_groups": ["fn"]},
        },
        "aliases": {"prod": 2},
        "memory_mb": 512,
    }
    net = loaded(given)
    assert net.trace("fetch:prod", "eni-web", "tcp/443").verdict == "reachable"
    assert net.trace("fetch:1", "eni-web", "tcp/443").verdict == "blocked"
    assert found.names[ARN] == "fetch"
    assert "hunter2" not in str(found)


@pytest.mark.rule("LAMBDA-25")
def test_an_alias_may_split_by_weight() -> None:
    aliases = (alias("canary", "1", v2=0.1), alias("odd", "1", v2=0.125))
    found = imported(with_functions(function("1", "subnet-a"), function("2", "subnet-b"), aliases=aliases))
    split = found.design["lambda_functions"]["fetch"]["aliases"]
    assert split == {"canary": {"1": 90, "2": 10}, "odd": {"1": ".875", "2": ".125"}}
    loaded(with_functions(function("1", "subnet-a"), function("2", "subnet-b"), aliases=aliases))


def test_of_an_alias_to_a_version_that_was_not_read_nothing_is_known() -> None:
    given = with_functions(function("$LATEST", "subnet-a"), aliases=(alias("prod", "7"), alias("dev", "$LATEST")))
    found = imported(given)
    assert found.design["lambda_functions"]["fetch"]["aliases"] == {"prod": "unknown", "dev": "$LATEST"}
    assert any("version 7" in text for text in notes(found, "unknown"))
    assert found.names[f"{ARN}:prod"] == "fetch:prod"
    net = loaded(given)
    assert net.trace("fetch:prod", "eni-web", "tcp/443").verdict == "undecided"
    assert net.trace("fetch:dev", "eni-web", "tcp/443").verdict == net.trace("fetch", "eni-web", "tcp/443").verdict


@pytest.mark.parametrize("version", ["x", "0", "-1", "1e3", "$latest"])
def test_what_is_no_number_is_no_version(version: str) -> None:
    given = with_functions(
        function("$LATEST", "subnet-a"), function(version, "subnet-a"), aliases=(alias("a", version),)
    )
    body = imported(given).design["lambda_functions"]["fetch"]
    assert "versions" not in body
    assert body["aliases"] == {"a": "unknown"}


@pytest.mark.rule("LAMBDA-33")
def test_a_function_on_managed_instances_is_not_outside_every_vpc() -> None:
    found = imported(with_functions(function(CapacityProviderConfig={"X": {"CapacityProviderArn": "arn:x"}})))
    assert "lambda_functions" not in found.design
    assert any("Managed Instances" in text for text in notes(found, "unknown"))


def test_a_function_in_a_subnet_that_was_not_read_is_left_out_and_told() -> None:
    found = imported(with_functions(function("$LATEST", "subnet-far")))
    assert "lambda_functions" not in found.design
    assert any("a subnet that was not read" in text for text in notes(found, "left out"))


def test_groups_of_a_function_that_were_not_read_are_unknown() -> None:
    net = loaded(with_functions(function("$LATEST", "subnet-b", groups=("sg-far",))))
    assert net.trace("fetch", "eni-web", "tcp/443").verdict == "undecided"


def test_one_name_in_two_regions_is_two_functions() -> None:
    far = {**function(), "FunctionArn": ARN.replace("eu-west-1", "us-east-1")}
    assert len(imported(with_functions(function(), far)).design["lambda_functions"]) == 2


def test_of_a_version_that_cannot_be_placed_the_others_are_kept() -> None:
    """Each version has its own attachment (LAMBDA-22), so what is not known of one is not known of that one alone."""
    given = with_functions(function("$LATEST", "subnet-a"), function("1", "subnet-far"), aliases=(alias("prod", "1"),))
    body = imported(given).design["lambda_functions"]["fetch"]
    assert body["latest"]["subnets"] == ["subnet-a"]
    assert body["aliases"] == {"prod": "unknown"}
    managed = function("1", CapacityProviderConfig={"X": {"CapacityProviderArn": "arn:x"}})
    assert imported(with_functions(function("$LATEST", "subnet-a"), managed)).design["lambda_functions"] == {
        "fetch": {key: value for key, value in body.items() if key != "aliases"}
    }


def test_a_version_in_a_vpc_is_not_lost_where_the_latest_cannot_be_placed() -> None:
    """Version 1 may reach the web server, whatever becomes of `$LATEST`."""
    found = imported(with_functions(function("$LATEST", "subnet-far"), function("1", "subnet-b")))
    assert "lambda_functions" not in found.design
    (vpc,) = found.design["vpcs"].values()
    assert any(each.get("subnets") == ["subnet-b"] for each in vpc["unknown_components"].values())
