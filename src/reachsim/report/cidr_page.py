"""The page around what `reachsim cidr` shows as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reachsim.markup import Html, element

_STYLE: Final = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #222; --line: #ddd; --bad: #b00020; --good: #22662a }
@media (prefers-color-scheme: dark) {
:root { --paper: #0e1216; --ink: #f0f0f0; --line: #3a444e; --bad: #ff8a80; --good: #7fd18a } }
body { font: 14px/1.45 sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; overflow-wrap: anywhere;
color: var(--ink); background: var(--paper) }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; display: block; overflow-x: auto; overflow-wrap: normal }
th, td { text-align: left; padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td:not(:last-child) { white-space: nowrap } .bad, h2.error, h2.wish { color: var(--bad) } .good { color: var(--good) }
pre { overflow-x: auto } svg { max-width: 100%; height: auto }
"""


def page(title: str, parts: Iterable[Html]) -> str:
    """A page that needs nothing from anywhere else."""
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(_STYLE)),
    )
    return "<!DOCTYPE html>\n" + element("html", head, element("body", element("h1", title), *parts), lang="en")
