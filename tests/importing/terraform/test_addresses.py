"""Addresses of Terraform: expected values are from the grammar in its documentation, "Resource Addressing"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.importing.terraform.addresses import Address, Key, Step, parse

KNOWN = {
    "aws_vpc.main": Address((), "aws_vpc", "main"),
    "aws_subnet.a[10]": Address((), "aws_subnet", "a", 10),
    'aws_subnet.a["10"]': Address((), "aws_subnet", "a", "10"),
    "data.aws_vpc.main": Address((), "aws_vpc", "main", data=True),
    "module.a.module.b[0].data.aws_vpc.c-d": Address((Step("a"), Step("b", 0)), "aws_vpc", "c-d", data=True),
    'module.x["a.b"].aws_route.r["10.0.0.0/8"]': Address((Step("x", "a.b"),), "aws_route", "r", "10.0.0.0/8"),
    r'aws_route.r["a\"].b[\\"]': Address((), "aws_route", "r", 'a"].b[\\'),
    r'aws_route.r["a\nb"]': Address((), "aws_route", "r", "a\nb"),
    'aws_route.r["$${a}"]': Address((), "aws_route", "r", "${a}"),
    'aws_route.r["%%{a}"]': Address((), "aws_route", "r", "%{a}"),
    "module.data.aws_vpc.module": Address((Step("data"),), "aws_vpc", "module"),
}


@pytest.mark.parametrize(("text", "address"), KNOWN.items())
def test_an_address_is_read_and_written(text: str, address: Address) -> None:
    assert parse(text) == address
    assert str(address) == text


def test_escapes_of_code_points() -> None:
    assert parse(r'aws_route.r["\u00e9\U0001F600"]').key == "\u00e9\U0001f600"


@pytest.mark.parametrize(
    "text",
    [
        *("", "aws_vpc", "aws_vpc.", ".main", "aws_vpc..main", "aws_vpc.main[", "aws_vpc.main[-1]", "aws_vpc.main[01]"),
        *('aws_vpc.main["a]', 'aws_vpc.main["a"]x', "aws_vpc[0].main", "module.x", "module.x.module.y", "data.aws_vpc"),
        *("module[0].x.aws_vpc.a", "data.data.aws_vpc.a", "aws_vpc.main.id", "1a.b", r'aws_vpc.main["\q"]'),
        *(r'aws_vpc.main["\UFFFFFFFF"]', "module.aws_vpc", "aws_vpc.main\n"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        parse(text)


def test_the_block_of_the_configuration_has_no_keys() -> None:
    assert str(parse('module.x["a.b"].data.aws_subnet.y[0]').configured) == "module.x.data.aws_subnet.y"


names = st.sampled_from(["a", "b-c", "_d", "module_x", "data"])
keys: st.SearchStrategy[Key] = st.one_of(
    st.none(), st.integers(0, 10**6), st.text(max_size=8), st.text('"\\[].$%{}\n', max_size=8)
)
steps = st.builds(Step, names, keys)
addresses = st.builds(Address, st.lists(steps, max_size=3).map(tuple), st.just("aws_vpc"), names, keys, st.booleans())


@settings(max_examples=60, deadline=None)
@given(addresses)
def test_what_is_written_is_read_again(address: Address) -> None:
    assert parse(str(address)) == address
