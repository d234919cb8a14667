"""The page around what `reachsim cidr` shows as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reachsim.markup import Html, element

_STYLE: Final = """ body { font: 14px/1.45 sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
color: #222; background: #fff } table { border-collapse: collapse; margin: 0.5rem 0 1.5rem } th, td {
text-align: left; padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
td:not(:last-child) { white-space: nowrap } .bad, h2.error, h2.wish { color: #b00020 } .good { color:
#22662a } svg { max-width: 100%; height: auto }
"""


def page(title: str, parts: Iterable[Html]) -> str:
    """A page that needs nothing from anywhere else."""
    head = element("head", Html('<meta charset="utf-8">'), element("title", title), element("style", Html(_STYLE)))
    return "<!DOCTYPE html>\n" + element("html", head, element("body", element("h1", title), *parts), lang="en")
