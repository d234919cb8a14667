"""Texts that are meant to hurt: deep, long, endless, half a character."""

import json
import os
import re

import pytest
from tests.loading.documents import errors, quick, read

from reachsim.errors import DesignError
from reachsim.loading import builder
from reachsim.loading.document import MAX_BYTES, MAX_DEPTH, read_file

# Hostile files.


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize("opening", ["[", "{a: ", "[a, ", '{"a": '])
def test_deep_nesting(opening):
    text = "a: " + opening * 200_000
    column = 4 + (MAX_DEPTH - 1) * len(opening)
    assert quick(lambda: errors(text)) == f"d.yaml:1:{column}: nested deeper than 64 levels"


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH, 900, 5000])
@pytest.mark.parametrize("end", ["", " @", ' "', "\n# ]]]"])
def test_depth_is_told_before_what_a_parser_makes_of_it(levels, end):
    """A parser looks ahead, and has bounds of its own: neither decides which error is told."""
    text = "a: " + "[" * levels + end
    deep = f"d.yaml:1:{4 + MAX_DEPTH - 1}: nested deeper than 64 levels"
    assert (errors(text) == deep) == (levels >= MAX_DEPTH)


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize(
    "inside", ["'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[['", '"{{{{{{{{{\\"{{{{{{{{{{{{{{{"', "[]", "{}", "1 # [[[[[[[[[[[[[\n"]
)
def test_brackets_that_open_nothing_are_no_depth(inside):
    assert errors(f"a: [{', '.join([inside] * 70)}, @").endswith(": a value cannot start with '@'; put it in quotes")


# Surrogates: half of one is no character, a pair of JSON is one.


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "\\ud800"', "1:7"),
        ('a: "b \\udfff c"', "1:9"),
        ('a: "b\n  \\uD83d"', "2:5"),
        ('"\\ud83d": 1', "1:4"),
        ('a: "\\ud83d \\ude00"', "1:7"),
        ('a: "\\ude00\\ud83d"', "1:7"),
        ('a: "\\\\ud83d\\ude00"', "1:14"),
        ('a: "\\U0000D83D"', "1:7"),
        ('a: "\\ud83d\\ude00", "b": "\\udc00"'.replace("a:", '{"a":') + "}", "1:31"),
    ],
)
def test_half_of_a_surrogate_pair(text, place):
    assert errors(text) == f"d.yaml:{place}: an escape that is not a character"


@pytest.mark.usefixtures("any_parser")
def test_surrogate_pairs_of_json():
    values = {"\U0001f600": "\U0010ffff and \U00010000", "plain": ["\U0001f680" * 40, "\\ud83d\\ude00", 1]}
    text = json.dumps(values)
    assert "\\ud83d" in text
    document = read(text)
    assert document.data == values
    for key in values:
        assert document.position((key,), key=True) == (1, text.index(json.dumps(key)) + 1)
    for index, value in enumerate(values["plain"]):
        assert document.position(("plain", index)) == (1, text.index(json.dumps(value), 60) + 1)


@pytest.mark.usefixtures("any_parser")
def test_what_looks_like_a_pair_elsewhere_is_text():
    pair = "\\ud83d\\ude00"
    text = f"a: {pair} \\U0001F600 # {pair}\nb: '{pair}'\nc: | # {pair}\n  {pair}\n\nd: \"{pair}\"\ne: [1\n"
    assert errors(text) == "d.yaml:7:4: the list that starts here is not closed; expected ']'"
    document = read(text.replace("[1", f'["{pair}", x]'))
    assert document.data == {
        "a": f"{pair} \\U0001F600",
        "b": pair,
        "c": f"{pair}\n",
        "d": "\U0001f600",
        "e": ["\U0001f600", "x"],
    }
    assert document.position(("e", 1)) == (7, 21)


@pytest.mark.usefixtures("any_parser")
def test_a_pair_and_its_long_escape_are_one_key():
    assert errors('"\\ud83d\\ude00": 1\n"\\U0001F600": 2') == (
        "d.yaml:2:1: duplicate key '\U0001f600'; the first is on line 1"
    )


@pytest.mark.usefixtures("any_parser")
def test_deep_nesting_in_blocks():
    assert quick(lambda: errors("a:\n" + "- " * 100_000)) == "d.yaml:2:127: nested deeper than 64 levels"
    assert quick(lambda: errors("? " * 100_000)).startswith("d.yaml:1:3: a key must be plain text")


def test_the_depth_limit_is_exact():
    nested = read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert nested.problems == ()
    with pytest.raises(DesignError, match="nested deeper than 64 levels"):
        read("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_aliases_count_as_often_as_they_are_used():
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 60)]
    expected = "d.yaml:7:50: more than 2,000,000 values (aliases counted as often as they are used)"
    assert quick(lambda: errors("\n".join(lines)), seconds=2, megabytes=5) == expected


def test_aliases_add_their_depth():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100_000))]
    assert quick(lambda: errors("\n".join(lines))) == "d.yaml:64:12: nested deeper than 64 levels"


def test_an_anchor_inside_an_anchor_has_the_right_depth():
    inner = "&i " + "[" * 40 + "]" * 40
    assert read(f"a: &o [[{inner}], x]\nb: [*i, *o]\n").problems == ()
    with pytest.raises(DesignError) as caught:
        read(f"a: &o [[{inner}], x]\nb: {'[' * 22}*o{']' * 22}\n")
    assert str(caught.value) == "d.yaml:2:26: nested deeper than 64 levels"


def test_too_many_values(monkeypatch):
    assert builder.MAX_NODES == 2_000_000
    monkeypatch.setattr(builder, "MAX_NODES", 20_000)
    text = b"a:\n" + b"- \n" * 30_000
    expected = "d.yaml:19999:2: more than 20,000 values (aliases counted as often as they are used)"
    assert quick(lambda: errors(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["a: " + "x" * 70_000, 'a: "' + "\\n" * 70_000 + '"', "a: |\n" + " x\n" * 70_000, "? " + "k" * 70_000],
)
def test_a_long_scalar(text):
    assert re.fullmatch(r"d.yaml:1:[34]: a text longer than 65,536 characters", quick(lambda: errors(text)))


def test_the_longest_scalar_is_read():
    assert read("a: " + "x" * 65_536).data == {"a": "x" * 65_536}


def test_many_directives():
    assert quick(lambda: errors("%TAG !a! x\n" * 100_000)).startswith("d.yaml:1:1: %TAG directives are not supported")


def test_many_duplicates_in_a_large_mapping():
    text = "".join(f"k{n}: 1\n" for n in range(20_000)) * 2
    assert quick(lambda: errors(text)).startswith("d.yaml:20001:1: duplicate key 'k0'; the first is on line 1\n")


def test_a_text_that_is_too_long():
    assert quick(lambda: errors(b"#" * (MAX_BYTES + 1))) == "d.yaml: larger than 64 MiB"


def test_a_file_without_end():
    if not os.path.exists("/dev/zero"):
        pytest.skip("no /dev/zero here")
    with pytest.raises(DesignError) as caught:
        quick(lambda: read_file("/dev/zero"))
    assert str(caught.value) == "/dev/zero: larger than 64 MiB"
