"""Answers as notebooks show them: one small house style in HTML.

A card needs nothing from anywhere else and runs no script. It is good on light and on dark pages without asking which one
it is on: text has the colour of the page around it, lines and shades are translucent, and a tag brings its own ground.
Nothing is said by colour alone: every tag has a sign and a word, so a reader that drops all styles shows the same.
Everything is escaped unless `reachsim.markup` made it.

JupyterLab takes style elements out of a notebook that it does not trust, which is any that somebody else ran, and leaves
`style` attributes. So what a card cannot be read well without stands in both.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from reachsim.markup import Html, element
from reachsim.places import line_of

Mood = Literal["good", "bad", "part", "look", "unknown", "plain"]
"""Of a verdict: it passes, it does not, it does in part, a person should look at it, it cannot be told; or it is none."""

_SIGNS: dict[Mood, str] = {"good": "✓ ", "bad": "✗ ", "part": "~ ", "look": "! ", "unknown": "? ", "plain": ""}
_MOST = 20
_SHORT = 24
# Hosts align the cells of tables with more specific selectors than ours, hence "important".
_STYLE = """\
.reachsim{font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:72rem;overflow-wrap:break-word}
.reachsim p{margin:.35em 0}
.reachsim .rs-tag{display:inline-block;padding:0 .55em;border-radius:.7em;font-weight:600;white-space:nowrap;color:#fff;\
background:#57606a}
.reachsim .rs-good{background:#1a7f37}
.reachsim .rs-bad{background:#c62828}
.reachsim .rs-part,.reachsim .rs-look{background:#8a5a00}
.reachsim .rs-unknown{background:#6941c6}
.reachsim .rs-dim{opacity:.75}
.reachsim .rs-one{white-space:nowrap}
.reachsim .rs-wide{overflow-x:auto;max-width:100%}
.reachsim table{border-collapse:collapse;border:0;margin:.35em 0 .7em;font-size:13px}
.reachsim caption{text-align:left;font-weight:600;padding:.2em 0;color:inherit;caption-side:top}
.reachsim th,.reachsim td{text-align:left!important;vertical-align:top;white-space:normal;max-width:none;\
padding:.2em .8em .2em .3em;border:0;border-bottom:1px solid rgba(128,128,128,.3)}
.reachsim th{font-weight:600;opacity:.8}
.reachsim .rs-number{text-align:right!important;white-space:nowrap}
.reachsim tr.rs-row-bad td{background:rgba(198,40,40,.16)}
.reachsim tr.rs-row-part td{background:rgba(191,135,0,.18)}
.reachsim tr.rs-row-unknown td{background:rgba(105,65,198,.18)}
.reachsim tr.rs-row-bad td:first-child{box-shadow:inset 3px 0 #c62828}
.reachsim tr.rs-row-part td:first-child{box-shadow:inset 3px 0 #bf8700}
.reachsim tr.rs-row-unknown td:first-child{box-shadow:inset 3px 0 #8b6ad9}
.reachsim .rs-grid th,.reachsim .rs-grid td{padding:.2em .45em;border:1px solid rgba(128,128,128,.3)}
.reachsim .rs-grid td{text-align:center!important;vertical-align:middle}
.reachsim .rs-some{background:rgba(9,105,218,.18)}
.reachsim .rs-all{background:rgba(9,105,218,.42)}
.reachsim .rs-grid .rs-half{background:rgba(191,135,0,.3);border:2px dashed rgba(191,135,0,.9)}
.reachsim .rs-grid .rs-dark{background:rgba(105,65,198,.25);border:2px dotted rgba(139,106,217,.9)}
.reachsim a{color:inherit!important;text-decoration:underline}
.reachsim ul,.reachsim ol{margin:.35em 0;padding-left:1.5em}
.reachsim li{margin:.15em 0}
.reachsim details{margin:.35em 0}
.reachsim summary{cursor:pointer;font-weight:600}
.reachsim pre{font:12px/1.4 ui-monospace,Menlo,Consolas,monospace;overflow-x:auto;margin:.35em 0;padding:.5em;color:inherit;\
background:rgba(128,128,128,.12);white-space:pre}
.reachsim pre .rs-plus{background:rgba(46,160,67,.28)}
.reachsim pre .rs-minus{background:rgba(198,40,40,.25)}
"""

_INLINE = {
    "rs-wide": "overflow-x:auto",
    "rs-some": "text-align:center;background-color:rgba(9,105,218,.18)",
    "rs-all": "text-align:center;background-color:rgba(9,105,218,.42)",
    "rs-half": "text-align:center;background-color:rgba(191,135,0,.3)",
    "rs-dark": "text-align:center;background-color:rgba(105,65,198,.25)",
    "rs-row-bad": "background-color:rgba(198,40,40,.16)",
    "rs-row-part": "background-color:rgba(191,135,0,.18)",
    "rs-row-unknown": "background-color:rgba(105,65,198,.18)",
    "rs-plus": "background-color:rgba(46,160,67,.28)",
    "rs-minus": "background-color:rgba(198,40,40,.25)",
}
"""Styles that stand in attributes too, by class."""
_GROUNDS: dict[Mood, str] = {
    "good": "#1a7f37",
    "bad": "#c62828",
    "part": "#8a5a00",
    "look": "#8a5a00",
    "unknown": "#6941c6",
}
_LEFT = ("caption", "td", "th")
_OPENING = re.compile(r'<(caption|td|th|tr|div|span)\b(?: class="([^"]*)")?(?![^>]* style=)')


STYLE = element("style", Html(_STYLE))
"""The style of all cards, which each of them brings along."""
TRACE_MOODS: dict[str, Mood] = {
    "reachable": "good",
    "partial": "part",
    "no reply": "bad",
    "blocked": "bad",
    "undecided": "unknown",
}
"""The mood of each verdict of a trace."""
RESULT_MOODS: dict[str, Mood] = {"holds": "good", "fails": "bad", "undecided": "unknown"}
"""The mood of each verdict of an expectation."""


def card(mood: Mood, verdict: str, title: object, *parts: Html | None, why: object = "") -> Html:
    """An answer: its verdict, what was asked, the reason in one sentence, and further parts; None for no part."""
    head = element("p", tag(mood, verdict), " ", element("strong", title))
    shown = [_OPENING.sub(_kept, part) for part in (head, note(why), *parts) if part is not None]
    return element("div", STYLE, *map(Html, shown), class_="reachsim")


def _kept(tag: re.Match[str]) -> str:
    """An opening tag with the styles of its class as an attribute. Text has no tags, for it is escaped."""
    name, classes = tag[1], tag[2] or ""
    left = name in _LEFT and classes not in _INLINE and classes != "rs-number"
    style = _INLINE.get(classes, "text-align:left" if left else "")
    return f'{tag[0]} style="{style}"' if style else tag[0]


def tag(mood: Mood, word: str, sign: str = "") -> Html:
    """A verdict: a sign and a word on its own ground. `sign`: in place of that of the mood.

    >>> print(tag("bad", "blocked").partition(" style=")[0])
    <strong class="rs-tag rs-bad"
    """
    style = f"background-color:{_GROUNDS.get(mood, '#57606a')};color:#fff;padding:0 8px;border-radius:9px;white-space:nowrap"
    return element("strong", f"{sign or _SIGNS[mood]}{word}", class_=f"rs-tag rs-{mood}", style=style)


def note(text: object) -> Html | None:
    """A sentence under the title; None for the empty text."""
    return element("p", text) if text else None


def dim(text: object) -> Html:
    """Something that is seldom looked for, such as a place in a file; what is short is not broken in two."""
    return element("span", text, class_="rs-dim rs-one" if len(str(text)) <= _SHORT else "rs-dim")


def place(where: str) -> Html:
    """Where something is written: its line, and the file when one points at it. Empty where it is written nowhere.

    >>> place("net.yaml:23")
    '<span class="rs-dim" title="net.yaml:23">line 23</span>'
    """
    text = line_of(where)
    if text.startswith(":"):
        text = f"line {text[1:]}"
    return element("span", text, class_="rs-dim", title=where) if where else Html("")


def picture(svg: str, said: str, least: int) -> Html:
    """A picture as an image: of an SVG element, hosts that do not trust a notebook would show the bare text.

    `said`: what stands for it where no image is shown; `least`: how wide it stays where there is less room, in pixels.
    """
    data = b64encode(svg.encode()).decode()
    style = f"max-width:100%;min-width:{least}px;height:auto"
    image = element("img", alt=said, src=f"data:image/svg+xml;base64,{data}", style=style)
    return element("div", image, class_="rs-wide", style=_INLINE["rs-wide"])


def lines(items: Iterable[object], title: str = "", *, ordered: bool = False) -> Html | None:
    """A list under a title; None where it has no item."""
    points = [element("li", item) for item in items]
    if not points:
        return None
    heading = [element("p", element("strong", title))] if title else []
    return joined(*heading, element("ol" if ordered else "ul", *points))


def listing(
    rows: Iterable[Sequence[object]],
    header: Sequence[str],
    title: object = "",
    *,
    marks: Mapping[int, Mood] | None = None,
    most: int = _MOST,
) -> Html | None:
    """A table of at most `most` rows, without the columns that are empty in all of them; None where it has no row.

    `marks`: rows, counted from 0, that are not good. Numbers stand to the right.
    """
    every = list(rows)
    if not every:
        return None
    shown = every[:most]
    used = [any(row[column] not in ("", None) for row in shown) for column in range(len(header))]
    caption = [element("caption", title)] if title else []
    names = [element("th", name, scope="col") for name, keep in zip(header, used, strict=True) if keep]
    head = [element("thead", element("tr", *names))] if any(header) else []
    body = [
        element(
            "tr",
            *(_cell(cell) for cell, keep in zip(row, used, strict=True) if keep),
            class_=f"rs-row-{mark}" if (mark := (marks or {}).get(index)) else None,
        )
        for index, row in enumerate(shown)
    ]
    left = len(every) - len(shown)
    rest = [element("p", f"... and {left:,} more", class_="rs-dim")] if left else []
    return joined(wide(element("table", *caption, *head, element("tbody", *body))), *rest)


def _cell(value: object) -> Html:
    number = isinstance(value, int) and not isinstance(value, bool)
    text = f"{value:,}" if number else "" if value is None else value
    if isinstance(text, str) and not isinstance(text, Html):
        text = text.replace("->", "→")  # which no browser breaks in two
    return element("td", text, class_="rs-number" if number else None)


def wide(content: Html) -> Html:
    """What may be wider than its page, and then scrolls by itself."""
    return element("div", content, class_="rs-wide")


def folded(title: str, *parts: Html | None) -> Html | None:
    """What is shown when somebody opens it; None where there is nothing."""
    shown = [part for part in parts if part is not None]
    return element("details", element("summary", title), *shown) if shown else None


def joined(*parts: Html | None) -> Html:
    """Parts one after the other."""
    return Html("".join(part for part in parts if part is not None))


def patch(diff: str) -> Html:
    """A unified diff, its lines shaded by what they do."""
    painted = [
        element("span", f"{line}\n", class_="rs-plus" if line[:1] == "+" else "rs-minus")
        if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")
        else f"{line}\n"
        for line in diff.splitlines()
    ]
    return element("pre", *painted)
