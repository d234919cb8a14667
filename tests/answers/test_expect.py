"""Promises that are not in the file: asked in Python, decided as the file's are."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim import EndpointError, Network, UsageError

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="module")
def shop() -> Network:
    return shared(MODELS / "three-tier.yaml")


@pytest.mark.parametrize("model", ["three-tier", "vpc-lambda-as-found"])
def test_it_says_what_the_file_s_own_expectation_says(model: str) -> None:
    net = shared(MODELS / f"{model}.yaml")
    for result in net.check():
        one = result.expectation
        asked: dict[str, Any] = (
            {"deny": one.deny} if one.allow is None else {"allow": one.allow, "one_way": one.one_way}
        )
        found = net.expect(one.from_, one.to, **asked)
        assert (found.verdict, found.reason, found.failing, found.notes) == (
            result.verdict, result.reason, result.failing, result.notes,
        )  # fmt: skip
        assert found.question == result.question
        if one.why == "" and one.fails is None and one.nat_loss_below is None:
            assert found == replace(result, number=0, where="", expectation=found.expectation)


def test_both_verdicts_and_their_texts(shop: Network) -> None:
    apart = shop.expect("internet", "db-a", deny="all")
    assert apart
    assert apart.number == 0
    assert str(apart) == "holds  internet -> db-a: deny all"
    open_ = shop.expect("app-a", "db-a", deny=reachsim.Traffic.parse("tcp/5432"))
    assert (open_.verdict, open_.holds) == ("fails", False)
    assert open_.witness is not None
    assert open_.witness.delivered
    assert str(open_).startswith("FAILS  app-a -> db-a: deny tcp/5432\n  because  some packet is delivered\n")
    assert shop.expect({"subnet": ["app-a", "app-b"]}, "db-a", allow="tcp/5432")


def test_one_way_asks_for_delivery_alone() -> None:
    net = shared(MODELS / "14-acl-ephemeral-range-too-narrow-as-found.yaml")
    assert not net.expect("etl", "sql", allow="tcp/1433")  # its answers are lost at the ACL: expectation 2 of the model
    assert net.expect("etl", "sql", allow="tcp/1433", one_way=True)


def test_it_follows_edits(shop: Network) -> None:
    wider = shop.with_({"vpcs.shop.security_groups.app.ingress[2]": {"allow": "tcp/9090", "from": "bastion"}})
    assert shop.expect("bastion", "app-a", deny="tcp/9090")
    assert not wider.expect("bastion", "app-a", deny="tcp/9090")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "an expectation either allows or denies; write one of 'allow' and 'deny'"),
        ({"allow": "tcp/443", "deny": "all"}, "either allows or denies"),
        ({"deny": 5}, "traffic is expected, got 5; write a token such as 'tcp/443'"),
        ({"deny": "tcp/x"}, "tcp/x"),
        ({"deny": "all", "one_way": True}, "'one_way' goes with 'allow'"),
        ({"allow": "tcp/443", "one_way": 1}, "one_way is 1; write True or False"),
        ({"allow": reachsim.Traffic.nothing()}, "the traffic is empty, so nothing is asked"),
    ],
)
def test_what_is_no_promise(shop: Network, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        shop.expect("internet", "db-a", **asked)


def test_ends_that_are_none(shop: Network) -> None:
    with pytest.raises(UsageError, match="an endpoint is expected, got 5"):
        shop.expect(5, "db-a", deny="all")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="is not a selector; write"):
        shop.expect("internet", {"vp": "x"}, deny="all")
    with pytest.raises(EndpointError, match=r"unknown endpoint 'db-q'; did you mean"):
        shop.expect("internet", "db-q", deny="all")
    with pytest.raises(UsageError, match="write the name of the end"):
        shop.expect(shop.endpoint("web-a"), "db-a", deny="all")


def test_a_sender_s_address_that_two_have_is_ambiguous() -> None:
    vpc = "{cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/24}}, instances: {i: {subnet: s, private_ip: 10.0.0.9}}}"
    net = reachsim.loads(f"version: 1\nvpcs:\n  a: {vpc}\n  b: {vpc}\n")
    with pytest.raises(EndpointError) as caught:
        net.expect("10.0.0.9", "internet", deny="all")
    assert caught.value.candidates == ("a.i", "b.i")
