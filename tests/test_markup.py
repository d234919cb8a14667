import html.parser

from hypothesis import given
from hypothesis import strategies as st

from reachsim.markup import Html, Style, element, escape, html_table, table


def test_columns_are_aligned_and_rows_may_be_short():
    text = table([["a", 1, "x"], ["long name"], ["b", 22222]], header=["name", "n"], indent=2)
    assert text == ("  name       n\n  ---------  -----  -\n  a          1      x\n  long name\n  b          22222")


def test_nothing_makes_no_table():
    assert table([]) == ""
    assert table([[]]) == ""
    assert table([], header=["a"]) == "a\n-"


def test_wide_and_combining_characters_fill_their_columns():
    assert table([["日本", "x"], ["e\u0301", "x"], ["abcd", "x"]]) == "日本  x\ne\u0301     x\nabcd  x"


def test_colours_do_not_move_columns():
    style = Style(enabled=True)
    text = table([[style.red("no"), "x"], ["yes!", "x"]])
    assert text == "\x1b[31mno\x1b[0m    x\nyes!  x"


def test_colours_only_when_told():
    plain, colour = Style(enabled=False), Style(enabled=True)
    for name, code in [("bold", 1), ("dim", 2), ("red", 31), ("green", 32), ("yellow", 33)]:
        assert getattr(plain, name)("a") == "a"
        assert getattr(colour, name)("a") == f"\x1b[{code}ma\x1b[0m"
    assert colour.bold(colour.red("a")) == "\x1b[1m\x1b[31ma\x1b[0m\x1b[0m"


def test_a_hostile_name_reaches_no_terminal():
    hostile = "web\x1b]0;title\x07\r\n\u202e\x9b"
    safe = "web\\x1b]0;title\\x07\\r\\n\\u202e\\x9b"
    assert table([[hostile, 1]]) == f"{safe}  1"
    assert Style(enabled=True).red(hostile) == f"\x1b[31m{safe}\x1b[0m"
    assert Style(enabled=False).red(hostile) == safe


@given(st.lists(st.lists(st.text(), max_size=4), max_size=4), st.integers(0, 4))
def test_a_table_has_a_line_for_each_row(rows, indent):
    text = table(rows, header=["h"], indent=indent)
    lines = text.split("\n")
    assert len(lines) == len(rows) + 2
    assert all(line.isprintable() for line in lines)


def test_html_is_escaped_unless_made_here():
    assert escape("<script>") == "&lt;script&gt;"
    assert escape(Html("<b>x</b>")) == "<b>x</b>"
    assert escape("a\x1b\n\tb") == "a\\x1b\n\tb"
    assert element("a", "x", href='"><script>', title=None) == '<a href="&quot;&gt;&lt;script&gt;">x</a>'
    assert element("input", disabled=True, hidden=False, data_x=1) == '<input disabled data-x="1"></input>'


def test_html_table():
    assert html_table([["a<b", element("b", "&")]], header=["h"], caption="c") == (
        "<table><caption>c</caption><thead><tr><th>h</th></tr></thead>"
        "<tbody><tr><td>a&lt;b</td><td><b>&amp;</b></td></tr></tbody></table>"
    )


@given(st.text())
def test_no_text_becomes_a_tag(text):
    tags = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, len(attributes)))
    parser.feed(element("p", text, class_=text))
    assert tags == [("p", 1)]
