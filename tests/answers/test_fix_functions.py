"""Edits of functions: each undoes its own fault, is written, read again, and opens what it says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.answers.test_fix import best, written
from tests.answers.test_fix_kinds import values
from tests.designs import Changes, group

INSIDE = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}
OUTSIDE: dict[str, Any] = {}


def function(latest: dict[str, Any], *versions: dict[str, Any], alias: int = 0) -> Changes:
    """A function `f` with versions 1, 2, ..., an alias `live`, and an API in front of it."""
    body = {"latest": latest, "versions": {str(n): copy.deepcopy(each) for n, each in enumerate(versions, 1)}}
    aliases = {"aliases": {"live": alias}} if alias else {}
    return {"lambda_functions": {"f": body | aliases}}


@pytest.mark.rule("LAMBDA-28")
def test_latest_is_published_where_no_version_is_in_the_vpc() -> None:
    fix = best(written(function(INSIDE, OUTSIDE, alias=1)).fixes("f:live", "db", "tcp/5432"))
    path = ("lambda_functions", "f")
    assert values(fix) == {(*path, "versions", "2"): INSIDE, (*path, "aliases", "live"): 2}


@pytest.mark.rule("LAMBDA-24")
def test_nothing_is_published_where_a_version_is_like_latest_already() -> None:
    found = written(function(INSIDE, OUTSIDE, INSIDE, alias=1)).fixes("f:live", "db", "tcp/5432")
    assert values(best(found)) == {("lambda_functions", "f", "aliases", "live"): 2}
    assert not any(path[2] == "versions" for fix in found for path in values(fix))


@pytest.mark.rule("LAMBDA-28")
def test_a_function_outside_is_attached_with_the_group_that_its_target_admits() -> None:
    admits = {**group("admits", ("tcp/5432", "client")), "vpcs app instances db security_groups": ["admits"]}
    fix = best(written(function(OUTSIDE), admits).fixes("f", "db", "tcp/5432"))
    assert values(fix) == {("lambda_functions", "f", "latest"): {**INSIDE, "subnets": ["private", "isolated"]}}


@pytest.mark.rule("LAMBDA-22")
@pytest.mark.rule("LAMBDA-7")
def test_a_function_in_a_public_subnet_is_published_anew_for_its_alias() -> None:
    """A published version never changes: $LATEST is moved and published, and the alias points to that."""
    public = {**INSIDE, "subnets": ["public"]}
    net = written(function(public, {**INSIDE, "subnets": ["public"]}, alias=1))
    fix = best(net.fixes("f:live", "www", "tcp/443"))
    assert values(fix) == {
        ("lambda_functions", "f", "latest", "subnets"): ["private"],
        ("lambda_functions", "f", "versions", "2"): INSIDE,
        ("lambda_functions", "f", "aliases", "live"): 2,
    }


@pytest.mark.rule("LAMBDA-25")
def test_an_alias_of_latest_needs_no_version() -> None:
    latest = {"lambda_functions f aliases live": "$LATEST"}
    net = written(function({**INSIDE, "subnets": ["public"]}, INSIDE, alias=1), latest)
    assert values(best(net.fixes("f:live", "www", "tcp/443"))) == {
        ("lambda_functions", "f", "latest", "subnets"): ["private"]
    }


@pytest.mark.rule("LAMBDA-27")
@pytest.mark.parametrize(
    ("changes", "called"),
    [
        (function(INSIDE, OUTSIDE, INSIDE, alias=2), "f:live"),
        (function(INSIDE, OUTSIDE, INSIDE), "f:2"),
        (function(INSIDE, OUTSIDE), "f"),
    ],
)
def test_an_api_calls_a_version_that_is_in_the_vpc(changes: Changes, called: str) -> None:
    fix = best(written(changes, {"api_gateways rest": {"integration": "f:1"}}).fixes("rest", "db", "tcp/5432"))
    assert values(fix) == {("api_gateways", "rest", "integration"): called}


@pytest.mark.rule("LAMBDA-7")
@pytest.mark.parametrize(("asked", "key"), [("f", "latest"), ("f:live", "versions.1"), ("f:1", "versions.1")])
def test_the_key_to_edit_of_a_function_in_a_public_subnet_is_that_of_its_subnets(asked: str, key: str) -> None:
    public = {**INSIDE, "subnets": ["public"]}
    net = written(function(public, public, alias=1))
    first = net.explain(asked, "www", "tcp/443").obstacles[0]
    assert first.key == f"lambda_functions.f.{key}.subnets"
    assert first.where


@pytest.mark.rule("LAMBDA-22")
@pytest.mark.rule("ROUTE-16")
@pytest.mark.parametrize("alias", [0, 1])
def test_a_function_is_moved_where_its_subnet_must_not_get_a_way_out(alias: int) -> None:
    """A route would be less to change, but the promise of its neighbour refuses it: dearer edits are looked at."""
    alone = {**INSIDE, "subnets": ["isolated"]}
    changes = function(alone, *([alone] if alias else []), alias=alias)
    asked = "f:live" if alias else "f"
    promises = [{"from": asked, "to": "www", "allow": "tcp/443"}, {"from": "db", "to": "internet", "deny": "all"}]
    whole = written(changes, expect=promises).fix_all().whole
    assert whole is not None
    path = ("lambda_functions", "f")
    published = {(*path, "versions", "2"): INSIDE, (*path, "aliases", "live"): 2} if alias else {}
    assert values(whole) == {(*path, "latest", "subnets"): ["private"], **published}
    # Nobody's neighbour: the route is what is missing.
    (change,) = best(written(changes).fixes(asked, "www", "tcp/443")).edits[0].changes
    assert change.path[:3] == ("vpcs", "app", "route_tables")
