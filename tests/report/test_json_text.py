"""JSON as text: what Python's own encoder gives with an indent, made by its fast one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks import laws

from reachsim.report.data import plain_json

SCALARS = st.none() | st.booleans() | st.integers(-9, 10**20) | st.text(max_size=5) | st.floats(0, 9)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@laws(100)
@given(VALUES)
def test_json_is_what_an_indent_of_two_gives(value: object) -> None:
    assert plain_json(value) == json.dumps(value, indent=2)


def test_json_of_parts_that_look_like_separators() -> None:
    value = {'a, "b": ': [[], {}, [{}], (1, "},\n  ")], "é\u2028\ud800": {"": [None]}}
    assert plain_json(value) == json.dumps(value, indent=2)


@pytest.mark.parametrize("parts", [[], [1], [{"a": []}, [2, [3]]]])
def test_an_iterator_is_a_list(parts: list[object]) -> None:
    for value in (parts, {"a": 1, "b": parts}):
        told = iter(parts) if value is parts else {"a": 1, "b": iter(parts)}
        assert plain_json(told) == json.dumps(value, indent=2)
