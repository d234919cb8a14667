"""Which subnets edits take for public."""

from __future__ import annotations

from pathlib import Path

import pytest

import reachsim

PRIVATE_NAT = Path(__file__).parents[2] / "models" / "03-nat-gateway-in-private-subnet-as-found.yaml"


@pytest.mark.rule("ROUTE-25")
def test_a_nat_gateway_is_moved_where_the_table_leads_to_the_internet_gateway() -> None:
    first, *_ = reachsim.load(PRIVATE_NAT).fixes("worker", "pypi.org", "tcp/443")
    assert [edit.text for edit in first.edits] == ["create NAT gateway nat in subnet public, which is public"]
