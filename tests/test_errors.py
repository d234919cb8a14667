import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachsim.errors import (
    DesignError,
    EndpointError,
    HintedError,
    Problem,
    ReachsimError,
    UsageError,
    format_path,
    shown,
    visible,
)

HOST_BITS = Problem(
    "'10.0.1.7/24' has host bits set",
    ("vpcs", "app", "subnets", "private", "cidr"),
    "design.yaml",
    12,
    23,
    "did you mean '10.0.1.0/24'?",
)


def test_a_problem_reads_like_a_compilers_message():
    expected = (
        "design.yaml:12:23: vpcs.app.subnets.private.cidr: '10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'?"
    )
    assert str(HOST_BITS) == expected


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("no such file", file="a.yaml"), "a.yaml: no such file"),
        (Problem("odd"), "odd"),
        (Problem("odd", ("a", 0)), "a[0]: odd"),
        (Problem("odd", file="f", line=3), "f:3: odd"),
        (Problem("odd", code="CIDR-1"), "odd [CIDR-1]"),
        (Problem("odd", hint="write even", code="X-2"), "odd; write even [X-2]"),
        (Problem("a\nb\x1b[31m", file="\x07.yaml"), "\\x07.yaml: a\\nb\\x1b[31m"),
    ],
)
def test_parts_of_a_problem_that_are_not_known_are_left_out(problem, text):
    assert str(problem) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        ((0,), "[0]"),
        (
            ("vpcs", "app", "security_groups", "nat", "ingress", 0, "from"),
            "vpcs.app.security_groups.nat.ingress[0].from",
        ),
        (("hosts", "www.example.com", "ip"), "hosts.'www.example.com'.ip"),
        (("routes", "0.0.0.0/0"), "routes.'0.0.0.0/0'"),
        (("", "a b", "it's"), "''.'a b'.\"it's\""),
        (("app-partner", "1", "\x1b"), "app-partner.1.'\\x1b'"),
    ],
)
def test_paths(path, text):
    assert format_path(path) == text


def test_a_long_key_is_cut():
    assert format_path(("k" * 1000,)) == "'" + "k" * 77 + "...'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("no", "'no'"),
        (5, "5"),
        (True, "true"),
        (False, "false"),
        (None, "nothing"),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_values_in_messages(value, text):
    assert shown(value) == text


@given(st.text())
def test_visible_text_is_printable_and_printable_text_is_unchanged(text):
    assert visible(text).isprintable()
    assert visible(visible(text)) == visible(text)
    assert not text.isprintable() or visible(text) == text


def test_problems_are_told_in_the_order_of_the_file_and_once():
    late = Problem("late", file="f", line=9, column=1)
    early = Problem("early", file="f", line=2, column=5)
    error = DesignError([late, early, late])
    assert error.problems == (early, late)
    assert str(error) == "f:2:5: early\nf:9:1: late"


def test_only_a_hundred_problems_are_shown():
    error = DesignError(Problem("odd", file="f", line=n, column=1) for n in range(1, 251))
    lines = str(error).split("\n")
    assert len(lines) == 101
    assert lines[99:] == ["f:100:1: odd", "... and 150 more"]
    assert len(error.problems) == 250


def test_an_error_without_a_problem_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="at least one problem"):
        DesignError([])


def test_endpoints():
    assert str(EndpointError.unknown("fetsh", ["fetch"])) == "unknown endpoint 'fetsh'; did you mean 'fetch'?"
    assert str(EndpointError.unknown("x")) == (
        "unknown endpoint 'x'; write the name of something in the file, an address, a block or internet"
    )
    error = EndpointError.ambiguous("api", ["app.api", "b.api", "c.api"])
    assert str(error) == "'api' is ambiguous; write 'app.api', 'b.api' or 'c.api'"
    assert error.candidates == ("app.api", "b.api", "c.api")
    many = EndpointError.ambiguous("a", [f"v{n}.a" for n in range(30)])
    assert str(many).endswith(", 'v18.a', 'v19.a' or 10 others")


@pytest.mark.parametrize(
    "error",
    [
        DesignError(HOST_BITS),
        EndpointError.unknown("a", ["b"]),
        UsageError("no"),
        HintedError("a", "b", "C-1"),
    ],
)
def test_errors_survive_pickling(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_the_family():
    for kind in (DesignError, EndpointError, UsageError):
        assert issubclass(kind, ReachsimError)
        assert kind.exit_code == 2
    assert issubclass(HintedError, ValueError)
    assert str(HintedError("message", "hint")) == "message"
