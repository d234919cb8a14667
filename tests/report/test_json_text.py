"""JSON as text: what Python's own encoder gives with an indent, made by its fast one."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator

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


def test_values_that_stand_in_many_parts() -> None:
    shared: list[object] = [{"a": [1, {"b": None}]}, "x"]
    parts: list[dict[str, object]] = [
        {"n": n, "own": [[n]], "shared": shared, "deep": {"shared": shared}} for n in range(9)
    ]
    for value in (parts, {"parts": parts, "shared": shared}):
        assert plain_json(value) == json.dumps(value, indent=2)


def test_more_than_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reachsim.report.data._MOST_KEPT", 3)
    monkeypatch.setattr("reachsim.report.data._LONGEST_KEPT", 30)
    value = [{"own": [n % 5], "long": ["x" * (n * 5)]} for n in range(20)]
    assert plain_json(value) == json.dumps(value, indent=2)


def test_parts_that_are_made_meanwhile_may_be_one_that_changes() -> None:
    part: dict[str, list[int]] = {"n": []}

    def parts() -> Iterator[object]:
        for n in range(3):
            part["n"].append(n)
            yield part

    told = [{"n": list(range(n + 1))} for n in range(3)]
    assert plain_json(parts()) == json.dumps(told, indent=2)


def test_kinds_of_values_that_are_no_plain_ones() -> None:
    class Number(enum.IntEnum):
        ONE = 1

    class Word(str):
        pass

    value = [Number.ONE, Word("w"), {Word("k"): [Number.ONE], True: (), None: [[]], 1.5: [Word("é")]}]
    assert plain_json(value) == json.dumps(value, indent=2)
