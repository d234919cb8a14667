"""Who speaks for a host name, and what has a tag: looked up, and the same as asking everybody."""

from __future__ import annotations

import pytest

import reachsim
from reachsim.resources.expectation import Selector
from reachsim.resources.resource import Resource

DESIGN = """
version: 1
region: eu-west-1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.0.0/24}}
    instances:
      web: {subnet: s, tags: {app: shop, tier: web}, public_dns_name: web.example.org}
      db: {subnet: s, tags: {app: shop, tier: db}}
      other: {subnet: s, tags: {app: mail, tier: db}}
    vpc_endpoints:
      kms: {type: interface, service: kms, subnets: [s]}
private_hosted_zones:
  Corp.Example: {vpcs: [a], records: {db: db, "Far.Elsewhere.org": web, "*.apps": other, "@": web}}
  deep.corp.example: {vpcs: [a], records: {db: other, "deep.corp.example": db}}
  local: {vpcs: [a], records: {"*": web, local: db}}
  amazonaws.com: {vpcs: [a], records: {}}
"""
ASKED = (
    "db.corp.example", "DB.CORP.EXAMPLE.", "db.deep.corp.example", "corp.example", "deep.corp.example",
    "x.apps.corp.example",
    "far.elsewhere.org", "x.far.elsewhere.org", "elsewhere.org", "local", "a.local", "notcorp.example", "example", "",
    "kms.eu-west-1.amazonaws.com", "kms.eu-central-1.amazonaws.com", "web.example.org", "nobody.org", ".", "..local",
)  # fmt: skip


@pytest.fixture(scope="module")
def net() -> reachsim.Network:
    return reachsim.loads(DESIGN)


@pytest.mark.parametrize("asked", ASKED)
def test_those_who_speak_for_a_name_are_those_who_say_so(asked: str, net: reachsim.Network) -> None:
    names = net.ends.host_names
    everybody: list[Resource] = [body for at, body in names.speakers if body.speaks_for(at, asked, net.design)]
    assert [body for _, body in names.speaking(asked)] == everybody


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("db.corp.example", ("db",)), ("far.elsewhere.org", ("web",)), ("Far.Elsewhere.org.corp.example", ("web",)),
        ("corp.example", ("web",)), ("x.apps.corp.example", ("other",)), ("apps.corp.example", None),
        ("y.db.corp.example", None), ("nobody.corp.example", None), ("example", None), ("dbx.corp.example", None),
    ],
)  # fmt: skip
@pytest.mark.rule("DNS-2")
def test_what_records_say_of_a_name(host: str, expected: tuple[str, ...] | None, net: reachsim.Network) -> None:
    zone = net.design.private_hosted_zones["Corp.Example"]
    assert zone.record("Corp.Example", host) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"app": "shop"}, ["a.web", "a.db"]),
        ({"tier": "db"}, ["a.db", "a.other"]),
        ({"tier": "db", "app": "shop"}, ["a.db"]),
        ({"app": "shop", "tier": "db"}, ["a.db"]),
    ],
)
def test_a_selector_by_tags(tags: dict[str, str], expected: list[str], net: reachsim.Network) -> None:
    for _ in range(2):  # the second time it is known
        assert [each.name for each in net.endpoint({"tag": tags}).interfaces] == expected


def test_selectors_that_were_asked_before_are_not_mixed_up(net: reachsim.Network) -> None:
    every = [
        Selector.model_validate({"tag": {key: value}})
        for key in ("app", "tier")
        for value in ("shop", "db", "mail", "web")
    ]
    asked = [
        each for each in every if each.tag not in ({"app": "db"}, {"app": "web"}, {"tier": "shop"}, {"tier": "mail"})
    ]
    for each in (*asked, *reversed(asked), *asked):
        found = net.ends.resolve(each)
        assert found == net.ends.select(each)
    assert len(net.ends._selected) <= 4
