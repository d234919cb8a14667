"""How large a subnet must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachsim.cidr import Cidr, Consumers, size_for_addresses, size_for_consumers
from reachsim.cidr.demand import grown
from reachsim.rules.subnet import usable_count


@given(st.integers(1, 65_531), st.integers(0, 200))
def test_the_smallest_subnet_that_will_do(count: int, growth: int) -> None:
    size = size_for_addresses(count, growth)
    needed = -(-count * (100 + growth) // 100)
    assert size.needed == needed
    if size.too_large:
        assert needed > 65_531
    else:
        assert size.usable >= needed
        assert size.usable == usable_count(Cidr(0x0A000000, size.prefix_length))
        if size.prefix_length < 28:
            assert (1 << (32 - size.prefix_length - 1)) - 5 < needed


@pytest.mark.rule("SUBNET-2")
@pytest.mark.parametrize(("count", "length"), [(1, 28), (11, 28), (12, 27), (251, 24), (252, 23), (65_531, 16)])
def test_five_are_aws_s(count: int, length: int) -> None:
    assert size_for_addresses(count).prefix_length == length


def test_more_than_a_16_is_too_large() -> None:
    assert size_for_addresses(65_532).too_large


@pytest.mark.rule("LAMBDA-3")
def test_lambda_takes_an_address_for_each_combination_in_each_subnet() -> None:
    assert Consumers(lambda_combinations=3).per_subnet(zones=3) == [("3 security-group combinations of Lambda", 3)]


@pytest.mark.rule("LAMBDA-4")
def test_very_many_connections_take_more_interfaces() -> None:
    lines = Consumers(lambda_combinations=2, lambda_connections=130_001).per_subnet(zones=1)
    assert lines == [("2 security-group combinations of Lambda with 3 interfaces each", 6)]
    assert Consumers(lambda_combinations=2, lambda_connections=65_000).per_subnet(1)[0][1] == 2


def test_load_balancers_want_a_27_and_eight_addresses() -> None:
    size = size_for_consumers(Consumers(load_balancers=1), zones=2)
    assert (size.prefix_length, size.needed) == (27, 8)
    assert size_for_consumers(Consumers(load_balancers=4), zones=2).prefix_length == 26


def test_everything_together() -> None:
    consumers = Consumers(
        instances=40, tasks=7, lambda_combinations=3, load_balancers=2, interface_endpoints=5, other=1
    )
    size = size_for_consumers(consumers, zones=3, growth=50)
    assert size.needed == grown(14 + 3 + 3 + 16 + 5 + 1, 50) == 63
    assert size.prefix_length == 25
    assert size.lines == (
        "40 instances over 3 zones: 14",
        "7 container tasks over 3 zones: 3",
        "3 security-group combinations of Lambda: 3",
        "2 load balancers with 8 addresses each: 16",
        "5 interface endpoints: 5",
        "others: 1",
        "50 % growth: 63",
    )


def test_nothing_is_the_smallest_subnet() -> None:
    assert size_for_consumers(Consumers(), zones=3).prefix_length == 28
