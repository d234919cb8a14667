"""Texts of a given width: columns, wrapping, cutting."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.markup import Style
from reachsim.places import file_of, legend_of, line_of, number_of
from reachsim.report.text import Look, columns_of, grid, hanging, number, wrap

words = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=12)
texts = st.lists(words, max_size=12).map(" ".join)


def test_wrapping_breaks_between_words_and_never_in_one() -> None:
    assert wrap("a long sentence", 8) == ["a long", "sentence"]
    assert wrap("short", 8) == ["short"]
    assert wrap("unbreakable word", 4) == ["unbreakable", "word"]
    assert wrap("", 4) == [""]


def test_wrapping_counts_columns_of_a_terminal() -> None:
    assert wrap("漢字 漢字", 5) == ["漢字", "漢字"]


@given(texts, st.integers(1, 60))
def test_wrapping_keeps_every_word_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(columns_of(line) <= width or len(line.split()) == 1 for line in lines)


def test_control_characters_are_shown() -> None:
    assert wrap("a\x1b[2J", 80) == ["a\\x1b[2J"]
    assert grid([["a\u202e", "b"]], 80) == ["a\\u202e  b"]


def test_hanging_lines_stand_below_the_first() -> None:
    assert hanging("  why  ", "one two three four five six seven eight", 37) == [
        "  why  one two three four five six",
        "       seven eight",
    ]


def test_columns_are_aligned() -> None:
    assert grid([["a", "bbb", "c"], ["aaa", "b", ""], "all over"], 80) == [
        "a    bbb  c",
        "aaa  b",
        "all over",
    ]


def test_a_header_is_underlined() -> None:
    assert grid([["x", "1"]], 80, header=("name", "n"), indent=1) == [" name  n", " ----  -", " x     1"]


def test_the_column_gives_way_that_costs_the_fewest_lines() -> None:
    rows = [["one two", "a b c d e f"], ["x", "a b c d e f"], ["x", "a b c d e f"]]
    assert grid(rows, 16) == ["one  a b c d e f", "two", "x    a b c d e f", "x    a b c d e f"]


def test_leading_spaces_of_a_number_stay() -> None:
    assert grid([[" 1", "some words here"], ["10", "x"]], 8) == [" 1  some", "    words", "    here", "10  x"]


@settings(max_examples=18, deadline=None)
@given(st.lists(st.lists(texts, min_size=1, max_size=5), max_size=8), st.integers(20, 100))
def test_no_word_of_a_grid_is_lost(rows: list[list[str]], width: int) -> None:
    printed = " ".join(grid(rows, width)).split()
    assert sorted(printed) == sorted(word for row in rows for cell in row for word in cell.split())


def test_colours_do_not_move_columns() -> None:
    red = Style(enabled=True).red
    assert grid([[("a", red), "b"], ["ccc", "d"]], 80) == ["\x1b[31ma\x1b[0m    b", "ccc  d"]


def test_long_lists_are_cut_unless_whole() -> None:
    items = list(range(10))
    assert (Look().few(items, 3), Look().rest(items, 3)) == ([0, 1, 2], "... and 7 more (--all shows them)")
    assert (Look(whole=True).few(items, 3), Look(whole=True).rest(items, 3)) == (items, "")
    assert Look().rest(items, 10) == ""


def test_numbers_and_places() -> None:
    assert number(1234, "hop") == "1,234 hops"
    assert line_of("models/a.yaml:12") == ":12"
    assert line_of("") == ""
    assert line_of("C:\\nets\\a.yaml:12") == ":12"
    assert line_of("a.yaml:31 DbGroup") == ":31 DbGroup"
    assert line_of('plan.json: aws_vpc.this["a: b"]') == 'aws_vpc.this["a: b"]'
    assert line_of("C:\\nets\\vpcs.json: Vpcs[0]") == "Vpcs[0]"


def test_a_legend_says_where_places_are():
    assert legend_of(["", ""]) == ""
    assert legend_of(["", "a.yaml:1", "a.yaml:2"]) == "(:N in a.yaml)"
    assert legend_of(["a.json: Vpcs[0]", "b.yaml:3 Vpc", "a.json: Subnets[0]"]) == "(in a.json, b.yaml)"


def test_the_line_of_a_place_is_a_number_where_there_is_one():
    assert [number_of(where) for where in ("a.yaml:12", "a.yaml:31 DbGroup", "plan.json: aws_vpc.a", "")] == [
        12,
        31,
        None,
        None,
    ]
    assert file_of("plan.json: aws_vpc.a") == "plan.json"
    assert file_of("a.yaml:31 DbGroup") == file_of("a.yaml:31") == "a.yaml"
