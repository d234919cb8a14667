"""One row of the matrix: it says what a whole row says, and keeps nothing of those that nothing gets to."""

from __future__ import annotations

import json
import pickle
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reachsim
from reachsim.reach.row import NO_ROW, SMALL, Row, rows_of


class Given(NamedTuple):
    """Some rows, whole, and the columns of which their numbers are told, in the order of telling."""

    rows: list[list[int]]
    columns: list[int]

    def made(self) -> list[Row]:
        """The same, as they are kept."""
        numbers = [[row[column] for column in self.columns] for row in self.rows]
        told = {column: at for at, column in enumerate(self.columns)}
        return rows_of(len(self.rows[0]), told, numbers, max(map(max, self.rows)))


@st.composite
def some_rows(draw: st.DrawFn) -> Given:
    width, count = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    columns = draw(st.lists(st.integers(0, width - 1), unique=True))
    numbers = st.sampled_from([0, 1, SMALL, SMALL + 1])
    rows = [[draw(numbers) if column in columns else 0 for column in range(width)] for _ in range(count)]
    return Given(rows, columns)


@given(some_rows())
def test_a_row_says_what_a_whole_one_says(given: Given) -> None:
    for row, whole in zip(given.made(), given.rows, strict=True):
        assert len(row) == len(whole)
        assert [*row] == [row[column] for column in range(len(whole))] == whole
        assert [*row.answered()] == [(column, number) for column, number in enumerate(whole) if number]
        assert [*pickle.loads(pickle.dumps(row))] == whole


@given(some_rows())
def test_other_numbers_for_the_same(given: Given) -> None:
    others = [0, *range(7, SMALL + 9)]
    for row, whole in zip(given.made(), given.rows, strict=True):
        other = row.renumbered(others, others[-1])
        assert [*other] == [others[number] for number in whole]
        assert other.numbers.typecode == "I"
        assert other.columns is row.columns


@given(some_rows())
def test_rows_never_take_more_than_whole_ones(given: Given) -> None:
    rows = given.made()
    kept = sum(len(row.numbers) for row in rows)
    assert len({id(row.columns) for row in rows if not isinstance(row.columns, range)}) <= 1
    shared = 0 if isinstance(rows[0].columns, range) else len(rows[0].columns)
    assert kept + shared <= len(rows) * len(given.rows[0])
    if len(given.columns) * (len(rows) + 1) < len(rows) * len(given.rows[0]):
        assert kept == len(given.columns) * len(rows)


@pytest.mark.parametrize(("width", "size"), [(SMALL, "H"), (SMALL + 2, "I")])
def test_columns_of_more_classes_than_two_bytes_count(width: int, size: str) -> None:
    (row,) = rows_of(width, {width - 1: 0, 3: 1}, [[2, 1]], 2)
    assert (row[3], row[width - 1], row[4], row[0]) == (1, 2, 0, 0)
    assert row.columns.typecode == size  # type: ignore[attr-defined]


def test_nobody_is_there() -> None:
    assert [*NO_ROW] == [*NO_ROW.answered()] == []


def test_nothing_is_kept_of_those_that_nothing_gets_to() -> None:
    """Between networks that nothing joins."""
    names = [f"{vpc}{number}" for vpc in "ab" for number in range(6)]
    group = {"ingress": [{"from": "10.0.0.0/8", "allow": "all"}]}
    net = reachsim.loads(
        json.dumps(
            {
                "version": 1,
                "vpcs": {
                    vpc: {
                        "cidrs": [f"10.{at}.0.0/16"],
                        "security_groups": {name: group for name in names if name[0] == vpc},
                        "subnets": {"s": {"cidr": f"10.{at}.0.0/24", "az": "a"}},
                        "instances": {
                            name: {"subnet": "s", "security_groups": [name]} for name in names if name[0] == vpc
                        },
                    }
                    for at, vpc in enumerate("ab")
                },
            }
        )
    )
    rows = net.matrix().rows
    assert [len(row) for row in rows] == [12] * 12
    assert [sum(1 for _ in row.answered()) for row in rows] == [5] * 12
    assert [len(row.numbers) for row in rows] == [6] * 12
