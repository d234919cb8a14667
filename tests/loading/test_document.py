"""Reading YAML: values and where they stand, and each error as it is told."""

import io

import pytest
from tests.loading.documents import errors, read

from reachsim.errors import DesignError
from reachsim.loading import document as module
from reachsim.loading.document import Document, read_file

DESIGN = """\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      public: {cidr: 10.0.0.0/24, az: a}
    ingress:
      - allow: all
        from: "10.0.1.0/24"
      -
        deny: all
empty:
"""


# Values.


@pytest.mark.usefixtures("any_parser")
def test_values_and_their_positions():
    document = read(DESIGN)
    assert isinstance(document, Document)
    assert document.file == "d.yaml"
    assert document.problems == ()
    assert document.data == {
        "version": 1,
        "vpcs": {
            "app": {
                "cidrs": ["10.0.0.0/16"],
                "subnets": {"public": {"cidr": "10.0.0.0/24", "az": "a"}},
                "ingress": [{"allow": "all", "from": "10.0.1.0/24"}, {"deny": "all"}],
            }
        },
        "empty": None,
    }
    app = ("vpcs", "app")
    assert document.position(()) == (1, 1)
    assert document.position(("version",)) == (1, 10)
    assert document.position(("version",), key=True) == (1, 1)
    assert document.position(app) == (4, 5)
    assert document.position(app, key=True) == (3, 3)
    assert document.position((*app, "cidrs", 0)) == (4, 13)
    assert document.position((*app, "subnets", "public", "az")) == (6, 39)
    assert document.position((*app, "subnets", "public", "az"), key=True) == (6, 35)
    assert document.position((*app, "ingress", 0)) == (8, 9)
    assert document.position((*app, "ingress", 0, "from")) == (9, 15)
    assert document.position((*app, "ingress", 1, "deny"), key=True) == (11, 9)


def test_a_path_that_leads_nowhere_has_the_position_of_its_nearest_ancestor():
    document = read(DESIGN)
    assert document.position(("nothing",)) == (1, 1)
    assert document.position(("vpcs", "app", "cidrs", 7)) == (4, 12)
    assert document.position(("vpcs", "app", "cidrs", -1)) == (4, 12)
    assert document.position(("vpcs", "app", "cidrs", "x"), key=True) == (4, 5)
    assert document.position(("version", "x", 1)) == (1, 10)


def test_a_problem_gets_its_position():
    problem = read(DESIGN).problem("is odd", ("vpcs", "app"), key=True, hint="write even", code="X-1")
    assert str(problem) == "d.yaml:3:3: vpcs.app: is odd; write even [X-1]"


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-5", -5),
        ("999999999999999999", 999999999999999999),
        # YAML's traps stay the text that they are.
        ("9999999999999999999", "9999999999999999999"),
        *((text, text) for text in ["yes", "no", "on", "off", "y", "n", "True", "FALSE", "Null", "22:22", "0x10"]),
        *(
            (text, text)
            for text in [
                "0o17",
                "010",
                "1_000",
                "+1",
                "1.0",
                "1e3",
                ".5",
                ".inf",
                "2001-01-01",
                "- 1"[2:] + "x",
            ]
        ),
        *((text, text) for text in ["-", "=", "10.0.0.0/16", "tcp/443", "٣", "fe80::1", "00"]),
        ("'true'", "true"),
        ('"5"', "5"),
        ("''", ""),
        ("'null'", "null"),
        ("!!str 5", "5"),
        ("!!str true", "true"),
        ("|\n    5\n", "5\n"),
        (">-\n    5\n", "5"),
        ('"\\x41\\n"', "A\n"),
    ],
)
def test_scalars(written, value):
    if written == "-":
        written = "'-'"
    got = read(f"a:\n  b: {written}\n").data["a"]["b"]
    assert got == value
    assert type(got) is type(value)


def test_keys_are_text():
    assert read("1: a\ntrue: b\n~: c\n'': d\n0x1: e\n1.5: f\n").data == {
        "1": "a", "true": "b", "~": "c", "": "d", "0x1": "e", "1.5": "f"
    }  # fmt: skip


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    document = read(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: x\r\n")
    assert document.data == {"a": 1, "b": {"c": "x"}}
    assert document.position(("a",), key=True) == (1, 1)
    assert document.position(("b", "c")) == (3, 6)


@pytest.mark.usefixtures("any_parser")
def test_an_alias_stands_where_it_is_written_and_shares_its_value():
    document = read("a: &x\n  b: [1]\nc: *x\nd: [*x, &y z, *y]\n")
    assert document.problems == ()
    assert document.data == {"a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}, "z", "z"]}
    assert document.position(("c",)) == (3, 4)
    assert document.position(("d", 0)) == (4, 5)
    assert document.position(("d", 2)) == (4, 15)
    assert document.position(("c", "b", 0)) == (2, 7)


# What is wrong, as it is told.


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "d.yaml:1:1: the file is empty; expected a mapping (key: value)"),
        ("# only this\n---\n", "d.yaml:1:1: the file is empty; expected a mapping (key: value)"),
        ("- a\n", "d.yaml:1:1: expected a mapping (key: value) at the top level, got a list"),
        ("\nhello\n", "d.yaml:2:1: expected a mapping (key: value) at the top level, got 'hello'"),
        ("''\n", "d.yaml:1:1: expected a mapping (key: value) at the top level, got ''"),
        ("*a\n", "d.yaml:1:1: expected a mapping (key: value) at the top level, got an alias"),
        ("a: 1\nb: 2\na: 3\n", "d.yaml:3:1: duplicate key 'a'; the first is on line 1"),
        ("a:\n  1: x\n  '1': y\n", "d.yaml:3:3: a: duplicate key '1'; the first is on line 2"),
        ("a: !Ref x\n", "d.yaml:1:4: a: the tag '!Ref' is not supported; write the plain value"),
        ("a: [!!int '5']\n", "d.yaml:1:5: a[0]: the tag '!!int' is not supported; write the plain value"),
        ("a: ! 5\n", "d.yaml:1:4: a: the tag '!' is not supported; write the plain value"),
        (
            "a: !!python/object/apply:os.system [x]\n",
            "d.yaml:1:4: a: the tag '!!python/object/apply:os.system' is not supported; write the plain value",
        ),
        ("!!str a: !!map {}\n", "d.yaml:1:10: a: the tag '!!map' is not supported; write the plain value"),
        (
            "x: &a {b: 1}\ny:\n  <<: *a\n",
            "d.yaml:3:3: y.'<<': merge keys ('<<') are not supported; write the keys out in each place",
        ),
        (
            "a: *b\n",
            "d.yaml:1:4: a: the alias '*b' has no anchor before it; write '&b' at the value that it repeats",
        ),
        (
            "a: &x\n  b: [*x]\n",
            "d.yaml:2:7: a.b[0]: the alias '*x' stands inside its own anchor; a value cannot contain itself",
        ),
        ("a: &x 1\nb: &x 2\n", "d.yaml:2:4: b: duplicate anchor 'x'; the first is on line 1"),
        (
            "a: {{ name }}\n",
            "d.yaml:1:5: a: a key must be plain text, not a list, a mapping or an alias; "
            "put text that starts with '{', '[' or '*' in quotes",
        ),
        (
            "? [a]\n: b\n",
            "d.yaml:1:3: a key must be plain text, not a list, a mapping or an alias; "
            "put text that starts with '{', '[' or '*' in quotes",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "d.yaml:2:1: a second document starts here; write one document in a file, without '---'",
        ),
        ("%TAG ! x\n---\na: 1\n", "d.yaml:1:1: %TAG directives are not supported; remove the line"),
        ("a:\n\tb: 1\n", "d.yaml:2:1: a tab is used as indentation; indent with spaces"),
        ("a: 1\n\tb: 1\n", "d.yaml:2:1: a tab is used as indentation; indent with spaces"),
        ("a: |\n\tb\n", "d.yaml:2:1: a tab is used as indentation; indent with spaces"),
        ("a: @x\n", "d.yaml:1:4: a value cannot start with '@'; put it in quotes"),
        (
            "a: b: c\n",
            "d.yaml:1:5: a ':' is not expected here; "
            "check the indentation of this line and of those before it, "
            "or put text that contains ': ' in quotes",
        ),
        ("a: 1\nb\n", "d.yaml:2:1: expected ':' after this key; write 'key: value'"),
        ("a: 'x\nb: 1\n", "d.yaml:1:4: a quoted text starts here and does not end; close the quotes"),
        ("a: [1, 2\n", "d.yaml:1:4: the list that starts here is not closed; expected ']'"),
        ("a: {b: 1\n", "d.yaml:1:4: the mapping that starts here is not closed; expected '}'"),
        ("a: [1}\n", "d.yaml:1:6: expected ',' or ']' here, in the list that starts on line 1"),
        (
            "a: {\n b: 1\n c: 2}\n",
            "d.yaml:3:3: expected ',' or '}' here, in the mapping that starts on line 1",
        ),
        ("a: - b\n", "d.yaml:1:4: a list item is not expected here; start the list in its own line"),
        (
            "a:\n  b: 1\n c: 2\n",
            "d.yaml:3:2: expected a key that is indented like the one before; "
            "check the indentation of this line and of those before it",
        ),
        ("a: 'x' y\n", "d.yaml:1:8: text after the end of a value; put the whole value in quotes"),
        ("a: [,]\n", "d.yaml:1:5: expected a value here"),
        ("a: !x!y z\n", "d.yaml:1:4: tags are not supported; write the plain value"),
        (
            "{a: 1} b\n",
            "d.yaml:1:8: text after the end of the document; check the indentation of this line and of those before it",
        ),
        (
            "a: b\0\n",
            "d.yaml:1:5: a NUL is not allowed in YAML text; remove it, or write it as an escape in double quotes",
        ),
        (
            "a: \x1b[2J\n",
            "d.yaml:1:4: the character U+001B is not allowed in YAML text; "
            "remove it, or write it as an escape in double quotes",
        ),
        (
            "a: b\u2028c\n",
            "d.yaml:1:5: the character U+2028 is not allowed in YAML text; "
            "remove it, or write it as an escape in double quotes",
        ),
        (
            "a: \ud800\n",
            "d.yaml:1:4: the character U+D800 is not allowed in YAML text; "
            "remove it, or write it as an escape in double quotes",
        ),
        ("a: 1\rb: 2\n", "d.yaml:1:5: a carriage return without a line feed; end lines with a line feed"),
        ('a: "\\UFFFFFFFF"\n', "d.yaml:1:7: an escape that is not a character"),
        (b"a: 1\nb: caf\xe9\n", "d.yaml:2:7: the byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "d.yaml:1:4: the byte 0xff is not UTF-8; save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "d.yaml:1:1: the text is in UTF-16 or UTF-32; save it as UTF-8"),
        ("a: 1".encode("utf-16-le"), "d.yaml:1:1: the text is in UTF-16 or UTF-32; save it as UTF-8"),
        ("a: 1".encode("utf-16-be"), "d.yaml:1:1: the text is in UTF-16 or UTF-32; save it as UTF-8"),
        ("a: 1".encode("utf-32"), "d.yaml:1:1: the text is in UTF-16 or UTF-32; save it as UTF-8"),
        (
            b"\0\0\0",
            "d.yaml:1:1: a NUL is not allowed in YAML text; remove it, or write it as an escape in double quotes",
        ),
    ],
)
def test_one_clear_error(text, expected):
    assert errors(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'a: "\\q"\n',
            "d.yaml:1:5: unknown escape in double quotes; write '\\\\' for a backslash, or use single quotes",
        ),
    ],
)
def test_errors_that_the_two_parsers_place_or_word_differently(text, expected):
    if module._FastParser is module._PureParser:
        pytest.skip("PyYAML has no libyaml")
    assert errors(text) == expected


@pytest.mark.usefixtures("any_parser")
def test_what_has_no_words_of_ours_is_told_with_its_place():
    assert errors("a: *\n").startswith("d.yaml:1:5: not valid YAML: ")  # then the parser's own words


@pytest.mark.usefixtures("any_parser")
def test_independent_problems_are_told_together():
    text = "a: &x 1\na: !t 2\nb:\n  c: *y\n  c: {d: 1, d: 2}\n  e: [1\n"
    assert errors(text) == (
        "d.yaml:2:1: duplicate key 'a'; the first is on line 1\n"
        "d.yaml:2:4: a: the tag '!t' is not supported; write the plain value\n"
        "d.yaml:4:6: b.c: the alias '*y' has no anchor before it; write '&y' at the value that it repeats\n"
        "d.yaml:5:3: b: duplicate key 'c'; the first is on line 4\n"
        "d.yaml:5:13: b.c: duplicate key 'd'; the first is on line 5\n"
        "d.yaml:6:6: the list that starts here is not closed; expected ']'"
    )


def test_what_is_refused_leaves_no_trace_in_the_data():
    document = read("a: 1\nb: {<<: {x: 1}, c: 2}\na: {d: 1}\ne: 3\n")
    assert document.data == {"a": 1, "b": {"c": 2}, "e": 3}
    assert document.opaque == {("b", "<<")}
    assert document.position(("b", "c")) == (2, 20)
    assert document.position(("e",)) == (4, 4)
    assert document.position(("e",), key=True) == (4, 1)


def test_many_problems_end_the_reading():
    with pytest.raises(DesignError) as caught:
        read("a: 1\n" * 5000)
    assert len(caught.value.problems) == 1001
    assert str(caught.value.problems[-1]) == "d.yaml:1001:1: too many problems; the file is not read further"


# Files.


def test_read_file(tmp_path):
    path = tmp_path / "d.yaml"
    path.write_bytes(b"a: 1\n")
    document = read_file(path)
    assert document.data == {"a": 1}
    assert document.file == str(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.yaml", "missing.yaml: no such file"),
        (".", ".: this is a directory; name a YAML file in it"),
        ("a\0b", "a\\x00b: not the name of a file"),
        ("", "no such file"),
    ],
)
def test_files_that_cannot_be_read(name, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DesignError) as caught:
        read_file(name)
    assert str(caught.value).removeprefix(": ") == message


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), "d.yaml: no permission to read this file"),
        (OSError(5, "Input/output error"), "d.yaml: cannot be read: Input/output error"),
    ],
)
def test_files_that_the_system_refuses(error, message, monkeypatch):
    def refuse(*_):
        raise error

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DesignError) as caught:
        read_file("d.yaml")
    assert str(caught.value) == message


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\na: 2\n")))
    document = read_file("-")
    assert document.data == {"a": 1}
    assert str(document.problems[0]) == "<stdin>:2:1: duplicate key 'a'; the first is on line 1"
    monkeypatch.setattr("sys.stdin", io.StringIO("b: 1"))
    assert read_file("-").data == {"b": 1}
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(DesignError, match="the file is empty"):
        read_file("-")
