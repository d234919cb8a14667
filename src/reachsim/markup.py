"""Text tables, terminal colours and HTML, safe by default.

Everything that is shown here may hold a name from a file that somebody else wrote. So text goes through
`visible` (no control character reaches a terminal) and HTML through `escape`, unless it was made by this
module.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

from reachsim.errors import visible

__all__ = ["Html", "Style", "Styled", "element", "escape", "html_table", "table", "visible"]


class Styled(str):
    """Text that `Style` made: safe, with the terminal's codes in it. `width`: columns that it fills."""

    __slots__ = ("width",)
    width: int

    def __new__(cls, text: str, width: int) -> Styled:
        made = super().__new__(cls, text)
        made.width = width
        return made


class Style:
    """Colours of a terminal, or none: `enabled` is the caller's decision (a terminal, no NO_COLOR, ...).

    >>> Style(enabled=False).red("DROPPED"), Style(enabled=True).red("DROPPED")
    ('DROPPED', '\\x1b[31mDROPPED\\x1b[0m')
    """

    __slots__ = ("enabled",)

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def bold(self, text: str) -> Styled:
        return self._wrap("1", text)

    def dim(self, text: str) -> Styled:
        return self._wrap("2", text)

    def red(self, text: str) -> Styled:
        return self._wrap("31", text)

    def green(self, text: str) -> Styled:
        return self._wrap("32", text)

    def yellow(self, text: str) -> Styled:
        return self._wrap("33", text)

    def _wrap(self, code: str, text: str) -> Styled:
        safe = text if isinstance(text, Styled) else visible(text)
        return Styled(f"\x1b[{code}m{safe}\x1b[0m" if self.enabled else safe, _width(safe))


def table(rows: Iterable[Sequence[object]], *, header: Sequence[object] | None = None, indent: int = 0) -> str:
    """Rows of cells as lines of text, columns aligned, two spaces between them.

    `rows`: cells of any type, shown with `str`; rows may differ in length.  `header`: a first line,
    underlined. `indent`: spaces before each line.  Returns the lines without a newline at the end and
    without trailing blanks; the empty text where there is neither row nor header.

    >>> print(table([["app.fetch", 443], ["db", 5432]], header=["name", "port"]))
    name       port
    ---------  ----
    app.fetch  443
    db         5432
    """
    lines = [[_cell(cell) for cell in row] for row in rows]
    if header is not None:
        lines.insert(0, [_cell(cell) for cell in header])
    widths = [0] * max((len(line) for line in lines), default=0)
    for line in lines:
        for column, cell in enumerate(line):
            widths[column] = max(widths[column], _width(cell))
    if header is not None:
        lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        (
            " " * indent
            + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=False))
        ).rstrip()
        for line in lines
    )


class Html(str):
    """HTML that this module made, or that its author vouches for: `escape` leaves it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def escape(value: object) -> Html:
    """Any value as HTML text that cannot become a tag or end an attribute; `Html` passes unchanged.

    >>> escape("<b> & 'x'")
    '&lt;b&gt; &amp; &#x27;x&#x27;'
    """
    if isinstance(value, Html):
        return value
    # A line break and a tab are harmless in HTML, and `pre` needs them.
    lines = str(value).split("\n")
    return Html(html.escape("\n".join("\t".join(map(visible, line.split("\t"))) for line in lines)))


def element(tag: str, *children: object, **attributes: object) -> Html:
    """`<tag ...>children</tag>`, children and attribute values escaped.

    `tag` and the attributes' names are the program's own, never a user's.  An attribute's name ends in `_`
    where it is a word of Python (`class_`), other `_` become `-`; an attribute that is None or False is
    left out, one that is True stands without a value.

    >>> element("td", "a<b", class_="num")
    '<td class="num">a&lt;b</td>'
    """
    text = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        written = name.rstrip("_").replace("_", "-")
        text.append(f" {written}" if value is True else f' {written}="{escape(value)}"')
    text.append(">")
    text.extend(escape(child) for child in children)
    if tag != "img":  # which holds nothing
        text.append(f"</{tag}>")
    return Html("".join(text))


def html_table(
    rows: Iterable[Sequence[object]], *, header: Sequence[object] | None = None, caption: object = None
) -> Html:
    """Rows of cells as an HTML table; every cell is escaped unless it is `Html`."""
    parts: list[Html] = []
    if caption is not None:
        parts.append(element("caption", caption))
    if header is not None:
        parts.append(element("thead", element("tr", *(element("th", cell) for cell in header))))
    parts.append(element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows)))
    return element("table", *parts)


def _cell(value: object) -> str:
    return value if isinstance(value, Styled) else visible(str(value))


def _width(text: str) -> int:
    """Columns of a terminal: East Asian wide characters fill two, combining marks none."""
    if isinstance(text, Styled):
        return text.width
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
