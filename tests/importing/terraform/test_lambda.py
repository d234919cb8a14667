"""Lambda functions of Terraform: what the provider publishes, and what an alias leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import EVERYTHING, VPC, group, host, imported, network, plan, state, verdict

from reachsim.errors import EndpointError
from reachsim.importing import Imported

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:fetch"
FUNCTION, ALIAS, DB = "aws_lambda_function.fetch", "aws_lambda_alias.live", "aws_instance.db"
INSIDE = [{"subnet_ids": ["subnet-a"], "security_group_ids": ["sg-open"]}]


def function(**more: Any) -> dict[str, Any]:
    """A function of a state, in subnet a."""
    return {"id": "fetch", "arn": ARN, "function_name": "fetch", "vpc_config": INSIDE, "version": "$LATEST", **more}


def alias(version: Any, **more: Any) -> dict[str, Any]:
    return {"id": f"{ARN}:live", "name": "live", "function_name": "fetch", "function_version": version, **more}


def _with(**more: Any) -> dict[str, Any]:
    return {
        **VPC,
        "aws_security_group.open": group("sg-open", [EVERYTHING], [EVERYTHING]),
        DB: host("db", "10.0.2.10", "sg-open", "subnet-b"),
        **more,
    }


@pytest.mark.rule("LAMBDA-25")
@pytest.mark.parametrize(
    ("own", "version", "expected"),
    [
        ({"publish": True, "version": "3"}, "3", "holds"),
        ({"publish": True, "version": "3"}, "2", "undecided"),  # published before; of it the state says nothing
        ({"publish": True, "version": "3"}, "$LATEST", "holds"),
        ({"publish": False, "version": "$LATEST"}, "$LATEST", "holds"),
        (
            {"publish": False, "version": "3"},
            "3",
            "undecided",
        ),  # what is not published by the provider is as old as it is
        ({"version": "3"}, "$LATEST", "holds"),
    ],
)
def test_an_alias_of_a_state_is_the_version_that_the_provider_published(
    tmp_path: Path, own: dict[str, Any], version: str, expected: str
) -> None:
    found = imported(tmp_path, state(_with(**{FUNCTION: function(**own), ALIAS: alias(version)})))
    assert verdict(found, ALIAS, DB, "tcp/5432") == expected
    assert verdict(found, FUNCTION, DB, "tcp/5432") == "holds"
    assert found.names[ALIAS] == "fetch:live"


def test_a_weight_leads_to_a_version_that_a_state_does_not_tell(tmp_path: Path) -> None:
    routing = [{"additional_version_weights": {"2": 0.1}}]
    given = {FUNCTION: function(publish=True, version="3"), ALIAS: alias("3", routing_config=routing)}
    found = imported(tmp_path, state(_with(**given)))
    assert verdict(found, ALIAS, DB, "tcp/5432") == "undecided"
    assert any("version 2 was not read" in note.text for note in found.notes if note.kind == "unknown")
    for strange in ("x", {"2": "x"}, ["2"]):
        given[ALIAS]["routing_config"] = [{"additional_version_weights": strange}]
        assert imported(tmp_path, state(_with(**given))).design["lambda_functions"]["fetch"]["aliases"]["live"] in (
            3,
            "unknown",
        )


@pytest.mark.parametrize("named", ["fetch", ARN, f"{ARN}:live", "111122223333:function:fetch", "other", None])
def test_an_alias_names_its_function_in_any_of_its_ways(tmp_path: Path, named: str | None) -> None:
    given = {FUNCTION: function(publish=True, version="1"), ALIAS: {**alias("1"), "function_name": named}}
    found = imported(tmp_path, state(_with(**given)))
    if named in ("other", None, f"{ARN}:live"):
        assert [note.what for note in found.notes if "its function is not in the file" in note.text] == [ALIAS]
    else:
        assert verdict(found, ALIAS, DB, "tcp/5432") == "holds"


def test_two_functions_of_one_name_are_told_apart_by_their_arn(tmp_path: Path) -> None:
    far = function(publish=True, version="1", arn=ARN.replace("eu-west-1", "us-east-1"), vpc_config=[])
    given = {FUNCTION: function(publish=True, version="1"), "aws_lambda_function.far": far}
    both = imported(tmp_path, state(_with(**given, **{ALIAS: {**alias("1"), "function_name": ARN}})))
    assert verdict(both, ALIAS, DB, "tcp/5432") == "holds"
    open_ = imported(tmp_path, state(_with(**given, **{ALIAS: alias("1")})))
    assert ALIAS not in open_.names


OTHER = "aws_lambda_function.other"


def _planned(tmp_path: Path, publish: bool, references: list[str]) -> Imported:
    """A plan that makes two functions, and an alias of the first whose version has some references."""
    made = {
        FUNCTION: {"function_name": "fetch", "publish": publish, "vpc_config": INSIDE},
        OTHER: {"function_name": "other"},
        ALIAS: {"name": "live", "function_name": "fetch"},
    }
    written = {FUNCTION: {}, OTHER: {}, ALIAS: {"function_version": references}}
    unknown = {FUNCTION: {"version": True, "arn": True}, OTHER: {"version": True}, ALIAS: {"function_version": True}}
    data = plan(made, written, unknown)
    known = [{"address": key, "values": value} for key, value in _with().items()]
    data["planned_values"]["root_module"]["resources"] += known
    return imported(tmp_path, data)


@pytest.mark.parametrize(
    ("publish", "references", "expected"),
    [
        (True, [f"{FUNCTION}.version", FUNCTION], "holds"),
        (False, [f"{FUNCTION}.version", FUNCTION], "holds"),  # nothing is published, and the version is $LATEST
        (True, [f"{OTHER}.version", OTHER], "undecided"),
        (True, ["var.version"], "undecided"),
    ],
)
def test_the_version_that_a_plan_publishes_is_what_the_function_will_be(
    tmp_path: Path, publish: bool, references: list[str], expected: str
) -> None:
    found = _planned(tmp_path, publish, references)
    assert verdict(found, ALIAS, DB, "tcp/5432") == expected
    assert verdict(found, FUNCTION, DB, "tcp/5432") == "holds"


def test_a_function_is_found_by_its_address_whatever_a_key_has_in_it(tmp_path: Path) -> None:
    address = 'aws_lambda_function.fetch["a:b"]'
    given = {address: {"function_name": "fetch", "vpc_config": INSIDE, "version": "$LATEST"}, ALIAS: alias("$LATEST")}
    found = imported(tmp_path, state(_with(**given)))
    assert network(found).expect(found.names[ALIAS], "10.0.2.10", allow="tcp/5432").verdict == "holds"


@pytest.mark.rule("LAMBDA-33")
def test_a_function_on_managed_instances_is_not_outside_every_vpc(tmp_path: Path) -> None:
    own = function(vpc_config=[], capacity_provider_config=[{"lambda_managed_instances_capacity_provider_config": []}])
    found = imported(tmp_path, state(_with(**{FUNCTION: own})))
    assert "lambda_functions" not in found.design
    assert any("Managed Instances" in note.text for note in found.notes if note.kind == "unknown")


SUBNETS = {f"aws_subnet.x[{n}]": {"cidr_block": f"10.0.{n + 10}.0/24", "vpc_id": "vpc-1"} for n in range(2)}
GROUP = ["aws_security_group.open.id", "aws_security_group.open"]
CONDITION = ["aws_eip.e.public_ip", "aws_eip.e"]
ONE = ["aws_subnet.x[0].id", "aws_subnet.x[0]", "aws_subnet.x"]


def _listed(tmp_path: Path, type: str, block: str, lists: dict[str, list[str]], *, strict: bool = False) -> Imported:
    """A plan that makes subnets, a group, an address and something whose subnets and groups have some references."""
    of = f"{type}.one"
    made = {
        **SUBNETS,
        "aws_security_group.open": {"name": "open", "vpc_id": "vpc-1", "ingress": [], "egress": [EVERYTHING]},
        "aws_eip.e": {},
        of: {"function_name": "one", "name": "one", block: [{}]},
    }  # fmt: skip
    written = {"aws_subnet.x": {}, "aws_security_group.open": {}, "aws_eip.e": {}, of: {block: (lists,)}}
    unknown = {of: {block: [dict.fromkeys(lists, True)]}, "aws_eip.e": {"public_ip": True}}
    data = plan(made, written, unknown)
    known = [{"address": key, "values": value} for key, value in VPC.items()]
    known.append({"address": DB, "values": host("db", "10.0.2.10", "sg-db", "subnet-b")})
    known.append({"address": "aws_security_group.db", "values": group("sg-db", [EVERYTHING], [EVERYTHING])})
    data["planned_values"]["root_module"]["resources"] += known
    return imported(tmp_path, data, strict=strict)


@pytest.mark.rule("LAMBDA-1")
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("subnets", "inside"),
    [
        (["aws_subnet.x"], True),  # x[*].id
        (["var.inside", "aws_subnet.x"], True),  # had it come out as nothing, the plan would know
        ([*CONDITION, "aws_subnet.x"], False),
        ([*CONDITION, *ONE], False),
        (["aws_eip.e.id", "aws_eip.e", "aws_subnet.x"], False),
    ],
)
def test_a_function_that_may_be_outside_every_vpc_is_not_placed(
    tmp_path: Path, subnets: list[str], inside: bool, strict: bool
) -> None:
    """`aws_eip.e.public_ip != "" ? aws_subnet.x[*].id : []` may come out as nothing."""
    lists = {"subnet_ids": subnets, "security_group_ids": GROUP}
    found = _listed(tmp_path, "aws_lambda_function", "vpc_config", lists, strict=strict)
    if inside and not strict:
        assert verdict(found, "aws_lambda_function.one", DB, "tcp/5432") == "holds"
    else:
        assert "lambda_functions" not in found.design
        noted = [note for note in found.notes if note.what == "aws_lambda_function.one"]
        assert any(note.kind == "unknown" for note in noted)
        assert not any(note.kind == "assumed" and "subnet" in note.text for note in noted)


@pytest.mark.rule("SG-3")
@pytest.mark.parametrize(("condition", "expected"), [([], "holds"), (CONDITION, "undecided")])
def test_groups_that_an_unknown_condition_may_leave_out_are_not_known(
    tmp_path: Path, condition: list[str], expected: str
) -> None:
    """Without a group, a task has the default group of its VPC; it cannot be without a subnet."""
    lists = {"subnets": [*condition, "aws_subnet.x"], "security_groups": [*condition, *GROUP]}
    found = _listed(tmp_path, "aws_ecs_service", "network_configuration", lists)
    assert verdict(found, "aws_ecs_service.one", DB, "tcp/5432") == expected


def test_a_function_of_which_nobody_knows_where_it_runs_is_an_end_by_its_own_name(tmp_path: Path) -> None:
    """The name that it has where its VPC is known, with any alias and version: undecided, with the reason."""
    found = _listed(tmp_path, "aws_lambda_function", "vpc_config", {"subnet_ids": ["module.net.subnets", "module.net"]})
    assert found.names["aws_lambda_function.one"] == "main.one"
    net = network(found)
    for asked in ("one", "main.one", "one:live", "one:3"):
        answer = net.trace(asked, "10.0.2.10", "tcp/5432")
        assert answer.verdict == "undecided"
        assert "which subnet it is hangs on what the plan does not tell" in str(answer)
    with pytest.raises(EndpointError, match="oen"):
        net.trace("oen", "10.0.2.10", "tcp/5432")
