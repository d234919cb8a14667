"""Rules of internet gateways that are tables."""

from __future__ import annotations

import pytest

from reachsim.rules.internet_gateway import from_own_pool, scope_of_pool


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize(
    ("told", "public_alone", "advertised", "scope"),
    [
        ("private", False, None, "private"),
        ("private", False, False, "private"),  # what is private is advertised by nobody
        ("public", False, True, "public"),
        ("public", False, None, "public"),
        ("public", False, False, ""),
        ("", True, None, "public"),
        ("", True, False, ""),
        ("", False, True, ""),
    ],
)
def test_blocks_of_a_pool_are_on_the_internet_by_its_scope(
    told: str, public_alone: bool, advertised: bool | None, scope: str
) -> None:
    assert scope_of_pool(told, public_alone=public_alone, advertised=advertised) == scope


@pytest.mark.rule("IGW-3")
@pytest.mark.parametrize(
    ("pools", "own"),
    [((), False), ((None, None), False), (("amazon", None), False), ((None, "ipv4pool-ec2-1"), True)],
)
def test_addresses_out_of_a_pool_of_ones_own_may_be_named(pools: tuple[str | None, ...], own: bool) -> None:
    assert from_own_pool(*pools) is own
