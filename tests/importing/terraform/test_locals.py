"""Locals, of which a plan has no expression, and lists that may have more than their expressions name. References are as
Terraform 1.11 writes them with AWS's provider 5.100."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, imported, module, plan, rule, verdict

from reachsim.importing import Imported

UNTOLD = {"vpc_id": True}


def listed(*told: tuple[str, list[str]]) -> dict[str, Any]:
    return {"relevant_attributes": [{"resource": resource, "attribute": path} for resource, path in told]}


NAMED = (("aws_vpc.v", ["id"]), ("aws_subnet.s", ["id"]), ("aws_security_group.g[0]", ["id"]))


def _group_of_a_local(
    tmp_path: Path, groups: list[str] | None = None, calls: dict[str, Any] | None = None, key: str = "[0]", **more: Any
) -> Imported:
    """Two hosts whose groups are `local.groups`; the module makes one group (by a key), and its VPC has a default group."""
    made_group = f"aws_security_group.g{key}"
    made: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"}, "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        made_group: {"egress": [EVERYTHING], "ingress": [rule(80, cidr_blocks=["10.0.0.0/8"])]},
        "aws_instance.a": {}, "aws_instance.b": {},
    }  # fmt: skip
    vpc = {"vpc_id": ["aws_vpc.v.id", "aws_vpc.v"]}
    host = {"subnet_id": ["aws_subnet.s.id", "aws_subnet.s"], "vpc_security_group_ids": groups or ["local.groups"]}
    blocks: dict[str, Any] = {
        "aws_vpc.v": {}, "aws_subnet.s": vpc, "aws_security_group.g": vpc | {"ingress": 0, "egress": 0},
        "aws_instance.a": host, "aws_instance.b": host,
    }  # fmt: skip
    both = {"subnet_id": True, "vpc_security_group_ids": True}
    unknown = {
        "aws_subnet.s": UNTOLD,
        made_group: UNTOLD,
        "aws_instance.a": both,
        "aws_instance.b": both,
    }
    root = {"root_module": module(blocks, module_calls=calls or {})}
    return imported(tmp_path, {**plan(made, blocks, unknown, **more), "configuration": root})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "undecided"),  # a version of Terraform that does not tell
        (listed(*NAMED), "holds"),
        (listed(*NAMED, ("aws_vpc.v", ["default_security_group_id"])), "undecided"),
        (listed(*NAMED, ("aws_vpc.v", [])), "undecided"),
        (listed(*NAMED) | {"errored": True}, "undecided"),
        ({"relevant_attributes": [{"resource": "no address"}]}, "undecided"),
    ],
)
def test_a_local_can_only_be_what_the_plan_says_that_something_refers_to(
    tmp_path: Path, more: dict[str, Any], expected: str
) -> None:
    found = _group_of_a_local(tmp_path, **more)
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ('["web"]', "tier", "holds"),
        ('["web"]', "groups", "undecided"),
        ('["web"]', "group_ids", "undecided"),
        ('["web"]', "id", "undecided"),
        ("[0]", "tier", "undecided"),  # `concat(aws_security_group.g[*].id, [each.value.tier])`: only what is counted
    ],
)
def test_what_stands_beside_a_resource_may_be_more_of_a_list_and_no_key(
    tmp_path: Path, key: str, part: str, expected: str
) -> None:
    """`[aws_security_group.g[each.value.tier].id]`, or `concat(aws_security_group.g[*].id, each.value.groups)`."""
    found = _group_of_a_local(tmp_path, ["aws_security_group.g", f"each.value.{part}", "each.value"], key=key)
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (["aws_vpc.v"], "undecided"),
        (["local.all"], "undecided"),
        (["aws_vpc.v.id", "aws_vpc.v"], "holds"),
        ([], "holds"),
    ],
)
def test_terraform_does_not_follow_what_the_call_of_a_module_goes_over(
    tmp_path: Path, over: list[str], expected: str
) -> None:
    call = {"m": {"expressions": {}, "for_each_expression": {"references": over}, "module": {"resources": []}}}
    found = _group_of_a_local(tmp_path, calls=call, **listed(*NAMED))
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == expected


def test_a_module_that_makes_nothing_passes_on_what_it_is_given(tmp_path: Path) -> None:
    inner = {"resources": [], "outputs": {"ids": {"expression": {"references": ["var.ids"]}}}, "variables": {"ids": {}}}
    given = ["aws_security_group.g[0].id", "aws_security_group.g[0]", "aws_security_group.g"]
    call = {"names": {"expressions": {"ids": {"references": given}}, "module": inner}}
    found = _group_of_a_local(tmp_path, calls=call, groups=["module.names.ids", "module.names"])
    assert verdict(found, "aws_instance.a", "aws_instance.b", "tcp/80") == "holds"
