"""Quotas: each number is the one that the rule book has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reachsim.rules import quotas
from reachsim.rules.quotas import Quota

BOOK = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")

SAID: dict[Quota, str] = {
    quotas.CIDRS_OF_VPC: "Up to 5 per VPC",
    quotas.SUBNETS_OF_VPC: "At most 200 per VPC",
    quotas.ROUTE_TABLES_OF_VPC: "200 tables per VPC",
    quotas.ROUTES_OF_TABLE: "500 static routes per table",
    quotas.ACLS_OF_VPC: "200 ACLs per VPC",
    quotas.RULES_OF_ACL: "20 rules per direction",
    quotas.RULES_OF_GROUP: "60 rules in and 60 out per group",
    quotas.GROUPS_OF_INTERFACE: "5 groups per interface",
    quotas.PEERINGS_OF_VPC: "50 active ones per VPC",
    quotas.INTERFACES_OF_FUNCTIONS: "500 such interfaces per VPC",
    quotas.NAT_GATEWAYS_OF_ZONE: "5 per zone",
}
"""What the book says of each, in its words."""


def text_of(rule: str) -> str:
    """What the book says under a rule."""
    (text,) = re.findall(rf"\*\*{rule}\*\*(.*)", BOOK)
    return str(text)


@pytest.mark.rule("SG-25", "NACL-18", "ROUTE-26", "CIDR-1", "SUBNET-5", "PEER-2", "NATGW-15", "LAMBDA-5")
def test_each_quota_is_what_the_book_says() -> None:
    assert set(SAID) == {each for each in vars(quotas).values() if isinstance(each, Quota)}
    for quota, words in SAID.items():
        assert words in text_of(quota.rule), quota
        assert re.findall(r"\d+", words)[0] == str(quota.most)


@pytest.mark.rule("SG-25")
def test_an_interface_has_sixteen_groups_where_the_quota_is_raised() -> None:
    assert f"5 groups per interface, at most {quotas.GROUPS_MOST}" in text_of("SG-25")
