"""How a ``console`` block looks: commands stand out, and what they print is plain."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import Generic, Text
from sphinx.application import Sphinx


class Console(RegexLexer):
    """A line that begins with a dollar sign is a command; no other line means anything."""

    name = "console of reachsim"
    tokens: ClassVar = {
        "root": [
            (r"^(\$ )(.*\n)", bygroups(Generic.Prompt, Generic.Strong)),
            (r".*\n", Text),
        ]
    }


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_lexer("console", Console)
    return {"parallel_read_safe": True}
